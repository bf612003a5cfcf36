/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>
#include <sqlite3.h>

G_BEGIN_DECLS

typedef struct
{
  guint64 hash; /* keyed hash of the trace id */
  guint64 number;
} FlowTraceKey;

/** FlowTraceRun: one row of trace_run; the keys stay in the database, the filter is here. */
typedef struct
{
  gint64 id;
  guint64 first_number;
  guint64 last_number;
  guint64 count;
  guint64 *filter; /* blocks of eight words */
  guint32 blocks;
} FlowTraceRun;

FlowTraceRun *flow_trace_run_from_row (sqlite3_stmt *stmt);
FlowTraceRun *flow_trace_run_write (sqlite3 *db, GArray *keys, GError **error);
void flow_trace_run_free (FlowTraceRun *self);
gboolean flow_trace_run_may_hold (const FlowTraceRun *self, guint64 hash);
gboolean flow_trace_run_find (const FlowTraceRun *self, sqlite3 *db, guint64 hash, const guint8 trace_id[16],
                              guint64 *number, GError **error);
gboolean flow_trace_run_read_keys (const FlowTraceRun *self, sqlite3 *db, GArray *keys, GError **error);
gboolean flow_trace_run_delete (const FlowTraceRun *self, sqlite3 *db, GError **error);

G_END_DECLS
