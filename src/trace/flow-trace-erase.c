/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "flow-trace"

#include "base/flow-error.h"
#include "store/flow-statement.h"
#include "trace/flow-trace-store-private.h"

/* Readers hold a transaction for at most 2 s. */
#define ERASE_WAIT_MS 10000

typedef struct
{
  FlowTraceStore *self;
  guint8 trace_id[16];
  guint64 number;
} Erase;

static void
add_services (GHashTable *used, const guint8 *at, gsize length)
{
  const guint8 *end = at + length;
  guint64 service, ignored;

  while (at < end && at != NULL && (at = flow_varint_get (at, end, &service)) != NULL)
    {
      g_hash_table_add (used, GUINT_TO_POINTER ((guint) service));
      for (guint i = 0; i < 4 && at != NULL; i++)
        at = flow_varint_get (at, end, &ignored);
    }
}

/**
 * flow_trace_forget_services:
 *
 * Delete the names of services that no segment has any more. Inside a transaction.
 */
gboolean
flow_trace_forget_services (FlowTraceStore *self, sqlite3 *db, GError **error)
{
  g_autoptr (GHashTable) used = g_hash_table_new (NULL, NULL);
  g_autoptr (sqlite3_stmt) remove = NULL;
  GHashTableIter iter;
  gpointer key, value;

  for (guint signal = 0; signal < FLOW_N_SIGNALS; signal++)
    {
      g_autoptr (GArray) entries = flow_segment_entries (db, "segment-from", signal, 0, error);

      if (entries == NULL)
        return FALSE;
      for (guint i = 0; i < entries->len; i++)
        {
          const FlowSegmentEntry *entry = &g_array_index (entries, FlowSegmentEntry, i);

          add_services (used, entry->services, entry->services_length);
        }
      for (guint i = 0; i < self->open[signal].rows->len; i++)
        g_hash_table_add (used, GUINT_TO_POINTER (g_array_index (self->open[signal].rows, FlowOpenRow, i).service));
    }
  if (!flow_sql_prepare (db, "service-delete", &remove, error))
    return FALSE;
  g_hash_table_iter_init (&iter, self->services);
  while (g_hash_table_iter_next (&iter, &key, &value))
    {
      if (g_hash_table_contains (used, value))
        continue;
      sqlite3_reset (remove);
      sqlite3_bind_int64 (remove, 1, GPOINTER_TO_UINT (value));
      if (!flow_sql_step_done (remove, error))
        return FALSE;
      g_hash_table_iter_remove (&iter);
    }
  return TRUE;
}

static gboolean
is_other_trace (const FlowSegment *segment, gsize row, gpointer data)
{
  return flow_segment_get (segment, FLOW_COLUMN_TRACE, row) != ((Erase *) data)->number;
}

static gboolean
erase_rows (Erase *erase, sqlite3 *db, FlowSignal signal, gconstpointer parts, gsize length, GError **error)
{
  g_autoptr (GArray) entries = flow_trace_part_segments (erase->self->stmts[FLOW_STMT_SEGMENT_AT], signal, parts, length, error);

  for (guint i = 0; entries != NULL && i < entries->len; i++)
    if (!flow_trace_rewrite_segment (erase->self, db, &g_array_index (entries, FlowSegmentEntry, i), is_other_trace,
                                     erase, error))
      return FALSE;
  return entries != NULL;
}

/* What is in memory alone must not come back: write everything first. */
static gboolean
seal_all (FlowTraceStore *self, sqlite3 *db, GError **error)
{
  for (guint signal = 0; signal < FLOW_N_SIGNALS; signal++)
    if (!flow_trace_seal_open (self, db, signal, error))
      return FALSE;
  return TRUE;
}

static gboolean
erase_trace (Erase *erase, sqlite3 *db, GError **error)
{
  FlowTraceStore *self = erase->self;
  g_autoptr (sqlite3_stmt) read = NULL;
  sqlite3_stmt *stmt;
  gboolean row = FALSE;

  if (!flow_trace_index_find (self->index, db, erase->trace_id, &erase->number, error) ||
      !flow_sql_prepare (db, "trace-read", &read, error))
    return FALSE;
  sqlite3_bind_int64 (read, 1, (sqlite3_int64) erase->number);
  if (!flow_sql_step_row (read, &row, error))
    return FALSE;
  if (!row)
    {
      g_set_error (error, FLOW_ERROR, FLOW_ERROR_NOT_FOUND, "There is no such trace");
      return FALSE;
    }
  if (!erase_rows (erase, db, FLOW_SIGNAL_TRACES, sqlite3_column_blob (read, 9), (gsize) sqlite3_column_bytes (read, 9),
                   error) ||
      !erase_rows (erase, db, FLOW_SIGNAL_LOGS, sqlite3_column_blob (read, 10), (gsize) sqlite3_column_bytes (read, 10),
                   error))
    return FALSE;
  sqlite3_reset (read);
  stmt = flow_trace_store_stmt (self, FLOW_STMT_TRACE_DELETE);
  sqlite3_bind_int64 (stmt, 1, (sqlite3_int64) erase->number);
  if (!flow_sql_step_done (stmt, error) || !flow_trace_forget_services (self, db, error))
    return FALSE;
  flow_trace_index_forget (self->index, erase->number);
  flow_span_sets_remove (self->sets, erase->number);
  return TRUE;
}

/* A body that was erased may be sent again on purpose. */
static gboolean
forget_bodies (FlowTraceStore *self, sqlite3 *db, GError **error)
{
  g_hash_table_remove_all (self->seen);
  return flow_sql_exec (db, "seen-body-clear", error);
}

/* Memory is changed as we go, so an error leaves it wrong: have the whole transaction rolled back. */
static gboolean
fail_whole (FlowTraceStore *self, GError *local, GError **error)
{
  if (self->failure == NULL && !g_error_matches (local, FLOW_ERROR, FLOW_ERROR_NOT_FOUND))
    self->failure = g_error_copy (local);
  g_propagate_error (error, local);
  return FALSE;
}

static gboolean
erase_trace_run (sqlite3 *db, gpointer data, GError **error)
{
  Erase *erase = data;
  GError *local = NULL;
  gboolean ok;

  ok = flow_trace_flush (erase->self, db, &local) && seal_all (erase->self, db, &local) &&
       erase_trace (erase, db, &local) && forget_bodies (erase->self, db, &local);
  return ok || fail_whole (erase->self, local, error);
}

static gboolean
erase_all_run (sqlite3 *db, gpointer data, GError **error)
{
  FlowTraceStore *self = data;
  GError *local = NULL;
  gboolean ok;

  ok = flow_trace_flush (self, db, &local) && seal_all (self, db, &local) &&
       flow_sql_exec (db, "trace-erase-all", &local) && flow_trace_store_load (self, db, &local);
  return ok || fail_whole (self, local, error);
}

/**
 * flow_trace_store_erase_trace:
 *
 * Erase one trace, its spans and its logs, so that nothing of it is left in the files. Waits for readers.
 *
 * Returns: %FALSE with %FLOW_ERROR_NOT_FOUND when there is no such trace
 */
gboolean
flow_trace_store_erase_trace (FlowTraceStore *self, const guint8 trace_id[16], GError **error)
{
  Erase erase = { .self = self };

  memcpy (erase.trace_id, trace_id, 16);
  return flow_store_run (self->store, erase_trace_run, &erase, error) &&
         flow_store_tidy (self->store, ERASE_WAIT_MS, error);
}

/**
 * flow_trace_store_erase_all:
 *
 * Erase all traces, logs and metrics, so that nothing of them is left in the files.
 */
gboolean
flow_trace_store_erase_all (FlowTraceStore *self, GError **error)
{
  return flow_store_run (self->store, erase_all_run, self, error) &&
         flow_store_tidy (self->store, ERASE_WAIT_MS, error);
}
