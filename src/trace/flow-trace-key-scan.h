/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "trace/flow-trace-filter-copy.h"
#include "trace/flow-trace-keys.h"
#include "trace/flow-trace-numbers.h"

G_BEGIN_DECLS

/**
 * FlowTraceKeyScan:
 * @filter: what is looked for, in which order
 * @above: only traces with a greater number; 0: all
 * @whole: find all before any is shown, also where the order would allow pieces
 * @keys: (element-type FlowTraceKey): what the last piece found, in order
 * @infos: (element-type FlowTraceInfo): rows of the first of all that were found
 * @found: (nullable): all that was found, once a scan that is not done in pieces is @done
 * @matched: how many were found by all pieces
 * @newest: (optional): the newest trace that was looked at, where that is known
 * @done: whether nothing is left
 *
 * Looking through all traces for those that match, a few milliseconds at a time, so that shorter questions come
 * between. The newest first come piece by piece, each after the ones before; any other order is known only at the end.
 * Goes from thread to thread, one at a time.
 */
typedef struct
{
  FlowTraceFilterCopy *filter;
  guint64 above;
  gboolean whole;
  GArray *keys;
  GPtrArray *infos;
  FlowTraceKeys *found;
  guint matched;
  guint64 newest;
  gboolean done;
  /*< private >*/
  GArray *held;        /* FlowTraceKey: matches that others may still come before */
  guint64 before;      /* traces from here on were looked at */
  guint64 segment;     /* segments from here on were looked at */
  GHashTable *seen;    /* traces that were looked at by their spans */
  gboolean introduced; /* the first rows were read */
} FlowTraceKeyScan;

FlowTraceKeyScan *flow_trace_key_scan_new (FlowTraceFilterCopy *filter, guint64 above, gboolean whole);
void flow_trace_key_scan_free (FlowTraceKeyScan *self);
gboolean flow_trace_key_scan_in_pieces (const FlowTraceKeyScan *self);
gboolean flow_trace_key_scan_will_find (const FlowTraceKeyScan *self, guint64 number);
void flow_trace_key_scan_drop (FlowTraceKeyScan *self, FlowTraceNumbers *numbers);
gboolean flow_trace_key_scan_next (FlowTraceKeyScan *self, FlowTraceReader *reader, GError **error);

/**
 * FlowTraceChange:
 * @key: where the trace belongs
 * @info: (nullable): its row, %NULL when it does not match, or is gone
 *
 * What became of a trace.
 */
typedef struct
{
  FlowTraceKey key;
  FlowTraceInfo *info;
} FlowTraceChange;

GArray *flow_trace_reader_changes (FlowTraceReader *self, const FlowTraceFilterCopy *filter, const guint64 *numbers,
                                   gsize count, GError **error);
GPtrArray *flow_trace_reader_infos (FlowTraceReader *self, const guint64 *numbers, gsize count, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FlowTraceKeyScan, flow_trace_key_scan_free)

G_END_DECLS
