/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <sqlite3.h>

#include "trace/flow-siphash.h"

G_BEGIN_DECLS

/**
 * FlowTraceIndex:
 *
 * From trace id to trace number without an index on the table, whose random inserts would cost more than all the rest
 * of a span. The newest traces, 65,536 to 131,072 of them, are in a hash in memory; older ones are in sorted runs in
 * the database, appended once, each with a filter in memory that says for nearly every absent id that it is absent.
 * A hit in a run is verified against the trace's row. Belongs to one thread.
 */
typedef struct _FlowTraceIndex FlowTraceIndex;

/** FLOW_TRACE_RUN: traces in a new run. */
#define FLOW_TRACE_RUN 65536

FlowTraceIndex *flow_trace_index_new (const FlowSipKey *key, guint32 run);
void flow_trace_index_lock (FlowTraceIndex *self);
void flow_trace_index_free (FlowTraceIndex *self);
gboolean flow_trace_index_refresh (FlowTraceIndex *self, sqlite3 *db, GError **error);
gboolean flow_trace_index_find (FlowTraceIndex *self, sqlite3 *db, const guint8 trace_id[16], guint64 *number,
                                GError **error);
void flow_trace_index_add (FlowTraceIndex *self, const guint8 trace_id[16], guint64 number);
void flow_trace_index_reserve (FlowTraceIndex *self, guint64 last);
void flow_trace_index_forget (FlowTraceIndex *self, guint64 number);
gboolean flow_trace_index_write_runs (FlowTraceIndex *self, sqlite3 *db, GError **error);
gboolean flow_trace_index_needs_merge (const FlowTraceIndex *self);
gboolean flow_trace_index_merge (FlowTraceIndex *self, sqlite3 *db, GError **error);
guint64 flow_trace_index_last (const FlowTraceIndex *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FlowTraceIndex, flow_trace_index_free)

G_END_DECLS
