/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/** FlowSpanKey: what tells one span of a trace from another, and a resent one from a finished one. */
typedef struct
{
  guint64 span_id;
  guint64 end_ns;
  guint32 identity; /* hash of start, service and kind: senders that share ids differ here */
  guint32 open;     /* where it was in the writer's open rows, 0: not known */
} FlowSpanKey;

/** FlowSpanSet: the spans of one trace. */
typedef struct
{
  guint64 trace;  /* number */
  GArray *keys;   /* FlowSpanKey */
  guint32 *slots; /* from 16 keys on: index + 1, open addressing; the first key of an id by the id, others by all */
  guint32 mask;
  guint64 seed;
  guint32 pin;   /* serial of the transaction that uses it; such a set is not dropped */
  guint32 touch; /* the writer's record of the trace in that transaction */
  GList link;
} FlowSpanSet;

/**
 * FlowSpanSets:
 *
 * The span sets of the traces that were written to last, so that a resent span is known without reading segments.
 * Bounded by memory; the one used longest ago goes first.
 */
typedef struct _FlowSpanSets FlowSpanSets;

FlowSpanSets *flow_span_sets_new (gsize max_bytes);
void flow_span_sets_free (FlowSpanSets *self);
void flow_span_sets_clear (FlowSpanSets *self);
FlowSpanSet *flow_span_sets_get (FlowSpanSets *self, guint64 trace);
FlowSpanSet *flow_span_sets_add (FlowSpanSets *self, guint64 trace);
void flow_span_sets_remove (FlowSpanSets *self, guint64 trace);
void flow_span_sets_trim (FlowSpanSets *self);

FlowSpanKey *flow_span_set_find (const FlowSpanSet *set, guint64 span_id, guint32 identity, gboolean *shared);
void flow_span_set_add (FlowSpanSets *self, FlowSpanSet *set, const FlowSpanKey *key);

guint32 flow_span_identity (guint64 start_ns, guint32 service, guint8 kind);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FlowSpanSets, flow_span_sets_free)

G_END_DECLS
