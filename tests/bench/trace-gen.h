/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "trace/flow-buffer.h"

G_BEGIN_DECLS

/**
 * TraceGen:
 *
 * Makes one large trace as a program would send it: a tree of nested spans in twelve services, some of which failed,
 * with attributes, events and code locations. The same number gives the same trace.
 */
typedef struct
{
  guint spans;
  guint made;
  guint64 *starts;
  guint64 *lengths;
} TraceGen;

void trace_gen_init (TraceGen *self, guint spans);
void trace_gen_clear (TraceGen *self);
void trace_gen_id (guint8 id[16], guint spans);
gboolean trace_gen_next (TraceGen *self, guint most, FlowBuffer *body);
void trace_gen_roots (guint first, guint traces, FlowBuffer *body);
void trace_gen_logs (TraceGen *self, guint logs, FlowBuffer *body);

G_END_DECLS
