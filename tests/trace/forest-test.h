/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "trace/flow-trace-outline.h"

G_BEGIN_DECLS

/* A trace as nobody would send it on purpose: parents that are missing, that are each other's, that start later than
 * their children; spans that end before they start, at the same moment, or never end; ids that are used twice. */
typedef struct
{
  FlowTrace trace;
  GArray *spans; /* FlowTraceSpan */
  GArray *logs;
} Forest;

void forest_init (Forest *self, GRand *random, guint spans, guint logs);
void forest_clear (Forest *self);
void forest_add_span (Forest *self, guint64 id, guint64 parent, guint64 start_ns, gint64 duration_ns, const char *name);
void forest_add_log (Forest *self, guint64 span_id, guint64 time_ns, const char *body);

/* The first @spans spans alone. */
FlowTrace forest_part (const Forest *self, guint spans);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Forest, forest_clear)

G_END_DECLS
