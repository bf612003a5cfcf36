/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "trace/flow-trace-outline.h"

G_BEGIN_DECLS

/** FlowPathPart: a stretch of time that the whole waited for one span; ns since the outline's start. */
typedef struct
{
  guint node;
  gint64 start_ns;
  gint64 end_ns;
} FlowPathPart;

/**
 * FlowCriticalPath:
 *
 * What would have had to be faster for the trace to end sooner: parts that follow each other in time, each one the
 * own work of one span. Reference counted and immutable.
 */
typedef struct
{
  gatomicrefcount references;
  GArray *parts; /* FlowPathPart by node, then time */
} FlowCriticalPath;

FlowCriticalPath *flow_critical_path_new (const FlowTraceOutline *outline);
FlowCriticalPath *flow_critical_path_ref (FlowCriticalPath *self);
void flow_critical_path_unref (FlowCriticalPath *self);
const FlowPathPart *flow_critical_path_of_node (const FlowCriticalPath *self, guint node, guint *n);
void flow_critical_path_mark (const FlowCriticalPath *self, FlowTraceOutline *outline);
guint flow_critical_path_next (const FlowCriticalPath *self, guint node, int direction);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FlowCriticalPath, flow_critical_path_unref)

G_END_DECLS
