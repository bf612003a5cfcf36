/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-sync"

#include "base/flow-error.h"
#include "store/flow-statement.h"
#include "sync/flow-sync-conflict-log.h"
#include "sync/flow-sync-policy.h"

static gboolean
run (FlowSync *self, FlowSyncStmt which, GError **error)
{
  FlowSyncStep *stmt = flow_sync_stmt (self, which, error);

  return stmt != NULL && flow_sql_step_done (stmt, error);
}

/**
 * flow_sync_is_grave:
 * @self: a loaded engine
 * @error: what a table's function said
 *
 * Returns: whether it is about the disk, the file or its key, which is not the record's fault
 */
gboolean
flow_sync_is_grave (FlowSync *self, const GError *error)
{
  return g_error_matches (error, FLOW_ERROR, FLOW_ERROR_DISK_FULL) ||
         g_error_matches (error, FLOW_ERROR, FLOW_ERROR_CORRUPT) ||
         g_error_matches (error, FLOW_ERROR, FLOW_ERROR_BUSY) ||
         g_error_matches (error, FLOW_ERROR, FLOW_ERROR_SECRETS_LOCKED) || sqlite3_get_autocommit (self->db);
}

/* What was written here and is too large to be sent stays as it is. */
static void
keep_large (const FlowSyncRecord *now, FlowSyncRecord *record)
{
  const FlowSyncTable *table = flow_sync_record_get_table (record);

  for (guint i = 0; i < table->n_fields; i++)
    {
      GBytes *value = flow_sync_record_get_value (now, i, NULL);

      if (value != NULL && g_bytes_get_size (value) > FLOW_SYNC_VALUE_MAX)
        flow_sync_record_set_value (record, i, NULL, value);
    }
}

static gboolean
tell_guarded (FlowSync *self, FlowSyncRow *row, FlowSyncRecord *record, GError **error)
{
  g_autoptr (FlowSyncRecord) now = flow_sync_record_new (row->table);
  gboolean exists = FALSE;

  if (!row->table->read (row->table, self->db, row->key, now, &exists, error))
    return FALSE;
  keep_large (now, record);
  return row->table->apply (row->table, self->db, row->key, record, error);
}

static gboolean
tell (FlowSync *self, FlowSyncRow *row, GError **error)
{
  g_autoptr (FlowSyncRecord) record = flow_sync_row_is_alive (row) ? flow_sync_row_make_record (row) : NULL;

  if (row->guarded && record != NULL)
    return tell_guarded (self, row, record, error);
  return row->table->apply (row->table, self->db, row->key, record, error);
}

/* What the domain does not take is undone and waits; all else goes on. */
static gboolean
tell_alone (FlowSync *self, FlowSyncRow *row, GError **error)
{
  g_autoptr (GError) why = NULL;

  if (!run (self, FLOW_SYNC_STMT_SAVEPOINT, error))
    return FALSE;
  if (tell (self, row, &why))
    return run (self, FLOW_SYNC_STMT_SAVEPOINT_RELEASE, error);
  if (flow_sync_is_grave (self, why))
    {
      g_propagate_error (error, g_steal_pointer (&why));
      return FALSE;
    }
  return run (self, FLOW_SYNC_STMT_SAVEPOINT_BACK, error) && run (self, FLOW_SYNC_STMT_SAVEPOINT_RELEASE, error) &&
         flow_sync_quarantine_record (self, FLOW_SYNC_SIDE_THEIRS, row->name, row->key, why, error);
}

/* Mostly all is taken: *refused says that something was not, and that nothing was done. */
static gboolean
tell_together (FlowSync *self, GPtrArray *rows, gboolean *refused, GError **error)
{
  g_autoptr (GError) why = NULL;

  *refused = FALSE;
  if (!run (self, FLOW_SYNC_STMT_SAVEPOINT, error))
    return FALSE;
  for (guint i = 0; i < rows->len && !*refused; i++)
    *refused = !tell (self, g_ptr_array_index (rows, i), &why);
  if (!*refused)
    return run (self, FLOW_SYNC_STMT_SAVEPOINT_RELEASE, error);
  if (flow_sync_is_grave (self, why))
    {
      g_propagate_error (error, g_steal_pointer (&why));
      return FALSE;
    }
  return run (self, FLOW_SYNC_STMT_SAVEPOINT_BACK, error) && run (self, FLOW_SYNC_STMT_SAVEPOINT_RELEASE, error);
}

static gboolean
release_records (FlowSync *self, GPtrArray *rows, GError **error)
{
  guint64 n;

  if (!flow_sync_count_quarantine (self, &n, error))
    return FALSE;
  for (guint i = 0; n > 0 && i < rows->len; i++)
    {
      FlowSyncRow *row = g_ptr_array_index (rows, i);

      if (!flow_sync_quarantine_release (self, FLOW_SYNC_SIDE_THEIRS, row->name, row->key, error) ||
          !flow_sync_quarantine_has (self, FLOW_SYNC_SIDE_MINE, row->name, row->key, &row->guarded, error))
        return FALSE;
    }
  return TRUE;
}

static gboolean
tell_all (FlowSync *self, GPtrArray *rows, GError **error)
{
  gboolean refused;

  if (!release_records (self, rows, error) || !tell_together (self, rows, &refused, error))
    return FALSE;
  for (guint i = 0; refused && i < rows->len; i++)
    if (!tell_alone (self, g_ptr_array_index (rows, i), error))
      return FALSE;
  return TRUE;
}

/* A value of another type than this program's: a program of another version wrote it. */
static gboolean
log_misfit (FlowSync *self, FlowSyncRow *row, const FlowSyncCell *cell, GError **error)
{
  g_autoptr (FlowSyncConflict) conflict = flow_sync_conflict_new (row, cell->field, cell->item, FLOW_SYNC_KIND_SCHEMA);
  g_autoptr (FlowSyncConflict) known = NULL;

  flow_sync_conflict_add_side (conflict, cell->stream, cell->seq, cell->hlc, cell->value);
  flow_sync_conflict_name (conflict);
  if (!flow_sync_conflict_load (self, conflict->id, &known, error))
    return FALSE;
  conflict->opened_ns = flow_clock_wall_ns (self->clock);
  return known != NULL || flow_sync_conflict_store (self, conflict, error);
}

static gboolean
log_misfits (FlowSync *self, FlowSyncRow *row, GError **error)
{
  FlowSyncPlace place = { NULL, 0 };

  while (flow_sync_row_next_place (row, &place))
    {
      const FlowSyncCell *cell = flow_sync_policy_pick (row->table, &place);

      if (!flow_sync_policy_fits (row->table, cell) && !log_misfit (self, row, cell, error))
        return FALSE;
    }
  return TRUE;
}

/**
 * flow_sync_materialize:
 * @self: a loaded engine
 * @rows: (element-type FlowSyncRow): rows of tables that this program knows
 * @error: return location
 *
 * Make the domain's tables say what holds.
 *
 * Returns: %FALSE with the codes of flow_sql_error(); a record that the domain refuses is no error, it is in quarantine
 */
gboolean
flow_sync_materialize (FlowSync *self, GPtrArray *rows, GError **error)
{
  if (rows->len == 0)
    return TRUE;
  for (guint i = 0; i < rows->len; i++)
    {
      FlowSyncRow *row = g_ptr_array_index (rows, i);

      if (!flow_sync_row_number (self, row, error) || !log_misfits (self, row, error))
        return FALSE;
    }
  return run (self, FLOW_SYNC_STMT_DIRTY_MUTE, error) && tell_all (self, rows, error) &&
         run (self, FLOW_SYNC_STMT_DIRTY_UNMUTE, error);
}
