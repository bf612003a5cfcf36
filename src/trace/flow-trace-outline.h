/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "trace/flow-trace-reader.h"

G_BEGIN_DECLS

#define FLOW_OUTLINE_NONE G_MAXUINT32

/** FlowNodeKind: what a node of the outline stands for. */
typedef enum
{
  FLOW_NODE_SPAN,
  FLOW_NODE_LOG,
  FLOW_NODE_EVENT,
  FLOW_NODE_MISSING, /* a span that others name as their parent and that is not there: not yet, or never sent */
} FlowNodeKind;

/** FlowNodeFlags: what is to be seen about a node. */
typedef enum
{
  FLOW_NODE_ERROR = 1 << 0,
  FLOW_NODE_ERROR_BELOW = 1 << 1, /* something under it failed */
  FLOW_NODE_SKEW = 1 << 2,        /* starts before its parent: their clocks differ */
  FLOW_NODE_NEGATIVE = 1 << 3,    /* ends before it starts */
  FLOW_NODE_CYCLE = 1 << 4,       /* its ancestors led back to it, so it was put on top */
  FLOW_NODE_LOCATION = 1 << 5,    /* says where in the code it is */
  FLOW_NODE_CRITICAL = 1 << 6,    /* on the critical path */
  FLOW_NODE_EVENTS = 1 << 7,      /* has events or logs of its own */
} FlowNodeFlags;

/**
 * FlowOutlineNode:
 * @id: of the span; of a log or event the id of the span it belongs to
 * @start_ns: since the outline's own start
 * @length_ns: never negative
 * @parent: a node before this one, or %FLOW_OUTLINE_NONE
 * @end: the node after everything that is below this one
 * @name: see flow_trace_outline_name()
 * @service: see flow_trace_outline_service()
 * @kind: [enum@FlowNodeKind]
 * @flags: [flags@FlowNodeFlags]
 *
 * One node, 40 bytes: a trace may have a million spans.
 */
typedef struct
{
  guint64 id;
  gint64 start_ns;
  gint64 length_ns;
  guint32 parent;
  guint32 end;
  guint32 name;
  guint16 service;
  guint8 kind;
  guint8 flags;
} FlowOutlineNode;

G_STATIC_ASSERT (sizeof (FlowOutlineNode) == 40);

/**
 * FlowTraceOutline:
 * @start_ns: the earliest start, since 1970
 * @length_ns: from there to the latest end
 * @nodes: (array length=n_nodes): in the order of the tree: what is below a node follows it
 * @depths: (array length=n_nodes): of the nodes, 0 at the top
 * @sources: (nullable) (array length=n_nodes): of spans and logs their index in the trace, of events their place among
 *   those of their span; %NULL when it was made without a [struct@FlowTrace]
 *
 * What the picture of a trace needs of it and nothing more: spans, logs and events as one tree, with short names.
 * Attributes stay where they are. Reference counted; immutable once it is shared.
 */
typedef struct
{
  gatomicrefcount references;
  guint8 trace_id[16];
  guint64 number;
  guint64 start_ns;
  gint64 length_ns;
  FlowOutlineNode *nodes;
  guint32 *depths;
  guint32 *sources;
  guint n_nodes;
  guint n_spans;
  guint n_logs;
  guint n_events;
  guint n_missing;
  guint n_errors; /* spans that failed */
  guint32 *marks; /* logs and events by the node they belong to, then time */
  guint n_marks;
  GPtrArray *names;
  GPtrArray *services;
  GStringChunk *strings;
} FlowTraceOutline;

FlowTraceOutline *flow_trace_outline_new (const FlowTrace *trace);
FlowTraceOutline *flow_trace_outline_ref (FlowTraceOutline *self);
void flow_trace_outline_unref (FlowTraceOutline *self);

const char *flow_trace_outline_name (const FlowTraceOutline *self, guint node);
const char *flow_trace_outline_service (const FlowTraceOutline *self, guint node);
guint flow_trace_outline_find_span (const FlowTraceOutline *self, guint64 span_id);
guint flow_trace_outline_count_errors (const FlowTraceOutline *self, guint node);
const guint32 *flow_trace_outline_marks (const FlowTraceOutline *self, guint node, guint *n);
guint32 *flow_trace_outline_by_start (const FlowTraceOutline *self, guint *n);

static inline gint64
flow_outline_node_end_ns (const FlowOutlineNode *node)
{
  return node->start_ns + node->length_ns;
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FlowTraceOutline, flow_trace_outline_unref)

G_END_DECLS
