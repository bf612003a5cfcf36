/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "flow-trace"

#include "base/flow-error.h"
#include "store/flow-maintenance.h"
#include "store/flow-statement.h"
#include "trace/flow-trace-header.h"
#include "trace/flow-trace-store-private.h"

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
  if (!flow_trace_add_elsewhere_services (db, used, error) || !flow_sql_prepare (db, "service-delete", &remove, error))
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

/**
 * flow_trace_keep_numbers:
 *
 * Write down the highest numbers given out, so that no row that goes gives its number to another: readers and traces
 * that still name it would take the one for the other. Inside a transaction that deletes.
 */
gboolean
flow_trace_keep_numbers (FlowTraceStore *self, sqlite3 *db, GError **error)
{
  g_autoptr (sqlite3_stmt) stmt = NULL;

  if (!flow_sql_prepare (db, "trace-meta-numbers", &stmt, error))
    return FALSE;
  sqlite3_bind_int64 (stmt, 1, (sqlite3_int64) self->next_ordinal);
  sqlite3_bind_int64 (stmt, 2, (sqlite3_int64) flow_trace_index_last (self->index));
  sqlite3_bind_int64 (stmt, 3, self->last_service);
  return flow_sql_step_done (stmt, error);
}

static gboolean
is_other_trace (const FlowSegment *segment, gsize row, gpointer data)
{
  return flow_segment_get (segment, FLOW_COLUMN_TRACE, row) != ((Erase *) data)->number;
}

static gboolean
erase_rows (Erase *erase, sqlite3 *db, FlowSignal signal, gconstpointer parts, gsize length, GError **error)
{
  g_autoptr (GArray) entries = flow_trace_part_segments (erase->self->stmts[FLOW_STMT_SEGMENT_AT], signal, parts,
                                                         length, error);

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
    if (!flow_trace_seal_open (self, signal, error))
      return FALSE;
  return TRUE;
}

/* A copy of a trace of another device. */
static gboolean
find_fetched (Erase *erase, sqlite3 *db, gboolean *fetched, GError **error)
{
  g_autoptr (sqlite3_stmt) stmt = NULL;

  if (!flow_sql_prepare (db, "trace-fetched-has", &stmt, error))
    return FALSE;
  sqlite3_bind_blob (stmt, 1, erase->trace_id, 16, SQLITE_STATIC);
  return flow_sql_step_row (stmt, fetched, error);
}

/* What was said about it, and what others know of it. */
static gboolean
erase_records (Erase *erase, sqlite3 *db, GError **error)
{
  return flow_trace_delete_facts (erase->self, db, erase->trace_id, error) &&
         flow_trace_header_delete (db, erase->trace_id, error);
}

/* Only the copy goes; the trace is listed as the one of the other device again. */
static gboolean
erase_copy (Erase *erase, sqlite3 *db, GError **error)
{
  g_autoptr (sqlite3_stmt) stmt = NULL;

  if (!flow_sql_prepare (db, "trace-fetched-delete", &stmt, error))
    return FALSE;
  sqlite3_bind_blob (stmt, 1, erase->trace_id, 16, SQLITE_STATIC);
  return flow_sql_step_done (stmt, error) && flow_trace_store_settle_header (erase->self, db, erase->trace_id, error);
}

/* The row itself, and what only it kept alive. */
static gboolean
erase_row (Erase *erase, sqlite3 *db, GError **error)
{
  FlowTraceStore *self = erase->self;
  gboolean fetched = FALSE;

  if (!find_fetched (erase, db, &fetched, error) || !flow_trace_delete_row (self, erase->number, error) ||
      (!fetched && !erase_records (erase, db, error)) || !flow_trace_forget_services (self, db, error))
    return FALSE;
  flow_trace_index_forget (self->index, erase->number);
  flow_span_sets_remove (self->sets, erase->number);
  self->changes.removed = TRUE;
  self->totals.traces--;
  return flow_trace_keep_numbers (self, db, error) && (!fetched || erase_copy (erase, db, error));
}

static gboolean
erase_trace (Erase *erase, sqlite3 *db, GError **error)
{
  g_autoptr (sqlite3_stmt) read = NULL;
  gboolean row = FALSE;

  if (!flow_sql_prepare (db, "trace-read", &read, error))
    return FALSE;
  sqlite3_bind_int64 (read, 1, (sqlite3_int64) erase->number);
  if (!flow_sql_step_row (read, &row, error))
    return FALSE;
  if (row && (!erase_rows (erase, db, FLOW_SIGNAL_TRACES, sqlite3_column_blob (read, 9),
                           (gsize) sqlite3_column_bytes (read, 9), error) ||
              !erase_rows (erase, db, FLOW_SIGNAL_LOGS, sqlite3_column_blob (read, 10),
                           (gsize) sqlite3_column_bytes (read, 10), error)))
    return FALSE;
  sqlite3_reset (read);
  return erase_row (erase, db, error);
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
  if (self->failure == NULL)
    self->failure = g_error_copy (local);
  g_propagate_error (error, local);
  return FALSE;
}

static gboolean
erase_trace_run (sqlite3 *db, gpointer data, GError **error)
{
  Erase *erase = data;
  FlowTraceStore *self = erase->self;
  GError *local = NULL;

  if (!flow_trace_index_find (self->index, db, erase->trace_id, &erase->number, error))
    return FALSE;
  if (erase->number == 0)
    {
      g_set_error (error, FLOW_ERROR, FLOW_ERROR_NOT_FOUND, "There is no such trace");
      return FALSE;
    }
  if (flow_trace_flush (self, db, &local) && seal_all (self, db, &local) && erase_trace (erase, db, &local) &&
      forget_bodies (self, db, &local))
    return TRUE;
  return fail_whole (self, local, error);
}

/* Who has lost the key can begin anew. */
static gboolean
abandon_vault (FlowTraceStore *self, sqlite3 *db, GError **error)
{
  return !g_atomic_int_get (&self->vault.locked) || flow_trace_vault_abandon (self, db, error);
}

/* What the jobs before this one brought is in memory alone, and goes with it. What is on other devices is not erased
 * from here: it is listed as before. */
static gboolean
erase_all_run (sqlite3 *db, gpointer data, GError **error)
{
  FlowTraceStore *self = data;
  GError *local = NULL;

  if (flow_trace_keep_numbers (self, db, &local) && flow_sql_exec (db, "trace-erase-all", &local) &&
      abandon_vault (self, db, &local) && flow_trace_store_load (self, db, &local))
    {
      flow_trace_changes_forget (&self->changes);
      if (!flow_trace_store_settle_headers (self, db, &local))
        return fail_whole (self, local, error);
      self->changes.facts = TRUE;
      self->changes.removed = TRUE;
      return TRUE;
    }
  return fail_whole (self, local, error);
}

/* Run an erase, on a full disk with what is kept in reserve for it, and leave nothing of it in the files. Automatic
 * backups hold what was there when they were made, so they go too: they serve to take back a migration of a database
 * that has been in use since. */
static gboolean
erase (FlowTraceStore *self, FlowStoreFunc run, gpointer data, GError **error)
{
  GError *local = NULL;
  gboolean ok = flow_store_run (self->store, run, data, &local);

  if (g_error_matches (local, FLOW_ERROR, FLOW_ERROR_DISK_FULL) && flow_store_release_reserve (self->store, NULL))
    {
      g_clear_error (&local);
      ok = flow_store_run (self->store, run, data, &local);
    }
  if (!ok)
    {
      g_propagate_error (error, local);
      return FALSE;
    }
  return flow_store_remove_backups (self->path, error) && flow_store_tidy (self->store, self->erase_wait_ms, error);
}

/**
 * flow_trace_store_erase_trace:
 *
 * Erase one trace, its spans and its logs, so that nothing of it is left in the files, automatic backups included. Of
 * one that was fetched from another device the copy goes: it is listed as that device's, with what was said about it.
 * Waits up to 10 s for readers.
 *
 * Returns: %FALSE with %FLOW_ERROR_NOT_FOUND when there is no such trace; with %FLOW_ERROR_BUSY when it is erased but a
 *   reader keeps its remains in the files, which are overwritten later then; or the codes of flow_sql_error()
 */
gboolean
flow_trace_store_erase_trace (FlowTraceStore *self, const guint8 trace_id[16], GError **error)
{
  Erase data = { .self = self };

  memcpy (data.trace_id, trace_id, 16);
  return erase (self, erase_trace_run, &data, error);
}

/**
 * flow_trace_store_erase_all:
 *
 * Erase all traces, logs and metrics, so that nothing of them is left in the files, automatic backups included.
 *
 * Returns: %FALSE with %FLOW_ERROR_BUSY or the codes of flow_sql_error(), as flow_trace_store_erase_trace()
 */
gboolean
flow_trace_store_erase_all (FlowTraceStore *self, GError **error)
{
  return erase (self, erase_all_run, self, error);
}
