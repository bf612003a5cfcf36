/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "trace/flow-columns.h"
#include "trace/flow-siphash.h"
#include "trace/flow-span-batch.h"

G_BEGIN_DECLS

/**
 * FlowSegmentBuilder:
 *
 * Gathers rows, in the order they shall have, and writes them as a part or a segment. Rows come from batches or from
 * segments that are already stored; their strings move into the builder's own dictionary through a [struct@FlowRemap]
 * whose target is `strings`.
 */
typedef struct
{
  FlowSignal signal;
  gsize rows;
  gsize capacity;
  guint64 *values[FLOW_N_COLUMNS];
  FlowDictionary *strings;
  FlowBuffer extra;
} FlowSegmentBuilder;

/** FlowSegmentSummary: what the segment table says about the rows. */
typedef struct
{
  gint64 t0, t1; /* earliest start, latest end, ns since 1970, clamped to 0 ... 2^63 - 1 */
  guint64 first_trace, last_trace;
  gint64 max_duration;
  guint64 errors;
  FlowBuffer services; /* varints: service, rows, errors, busy ns, max ns */
} FlowSegmentSummary;

/** FlowSegmentBlobs: the columns of segment_data. */
typedef struct
{
  FlowBuffer lod;
  FlowBuffer bloom;
  FlowBuffer hot;
  FlowBuffer dictionary;
  FlowBuffer extra;
} FlowSegmentBlobs;

FlowSegmentBuilder *flow_segment_builder_new (FlowSignal signal, gsize rows);
void flow_segment_builder_free (FlowSegmentBuilder *self);
gsize flow_segment_builder_add (FlowSegmentBuilder *self);
gboolean flow_segment_builder_add_batch_row (FlowSegmentBuilder *self, const FlowSpanBatch *batch, guint32 row,
                                             guint64 trace, guint32 service, guint8 flags, FlowRemap *map);

void flow_segment_builder_write (FlowSegmentBuilder *self, gboolean seal, const FlowSipKey *key,
                                 FlowSegmentSummary *summary, FlowSegmentBlobs *blobs);
void flow_segment_summary_clear (FlowSegmentSummary *summary);
void flow_segment_blobs_clear (FlowSegmentBlobs *blobs);

static inline gint64
flow_clamp_time (guint64 ns)
{
  return ns > G_MAXINT64 ? G_MAXINT64 : (gint64) ns;
}

/** flow_clamp_duration: of a span that may end before it starts. */
static inline gint64
flow_clamp_duration (guint64 ns)
{
  return (gint64) ns < 0 ? 0 : (gint64) ns;
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FlowSegmentBuilder, flow_segment_builder_free)
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (FlowSegmentSummary, flow_segment_summary_clear)
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (FlowSegmentBlobs, flow_segment_blobs_clear)

G_END_DECLS
