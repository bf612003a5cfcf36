/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-sync"

#include "sync/flow-sync.h"

#include "base/flow-error.h"
#include "base/flow-id.h"
#include "secret/flow-digest.h"
#include "store/flow-statement.h"
#include "sync/flow-sync-private.h"
#include "sync/flow-sync-resources.h"

/* Rows of a table whose schema is newer that are told to the domain at once. */
#define REFRESH_PAGE 500

static void
stream_free (gpointer data)
{
  FlowSyncStream *stream = data;

  g_clear_pointer (&stream->context, flow_sync_context_unref);
  g_free (stream);
}

static void
random_of_system (guint8 *out, gsize size, gpointer data)
{
  flow_id_random (out, size);
}

/**
 * flow_sync_new:
 * @setup: what it is made of
 *
 * Returns: (transfer full): an engine without a database
 */
FlowSync *
flow_sync_new (const FlowSyncSetup *setup)
{
  FlowSync *self = g_new0 (FlowSync, 1);

  self->tables = g_ptr_array_new ();
  for (guint i = 0; i < setup->n_tables; i++)
    g_ptr_array_add (self->tables, (gpointer) setup->tables[i]);
  self->clock = setup->clock;
  self->random = setup->random != NULL ? setup->random : random_of_system;
  self->random_data = setup->random_data;
  self->machine = g_strdup (setup->machine);
  self->streams = g_ptr_array_new_with_free_func (stream_free);
  self->mendings = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, flow_sync_mending_free);
  self->contexts = g_hash_table_new_full (g_int64_hash, g_int64_equal, NULL, (GDestroyNotify) flow_sync_context_unref);
  return self;
}

/**
 * flow_sync_free:
 * @self: (transfer full): an engine
 *
 * Close and free it.
 */
void
flow_sync_free (FlowSync *self)
{
  flow_sync_close (self);
  g_ptr_array_unref (self->tables);
  g_ptr_array_unref (self->streams);
  g_hash_table_unref (self->contexts);
  g_hash_table_unref (self->mendings);
  flow_digest_wipe (self->digest_key, sizeof self->digest_key);
  g_free (self->machine);
  g_free (self);
}

/**
 * flow_sync_find_table:
 * @self: an engine
 * @name: of a table
 *
 * Returns: (nullable) (transfer none): the table, %NULL when this program does not know it
 */
const FlowSyncTable *
flow_sync_find_table (FlowSync *self, const char *name)
{
  for (guint i = 0; i < self->tables->len; i++)
    {
      const FlowSyncTable *table = g_ptr_array_index (self->tables, i);

      if (g_str_equal (table->name, name))
        return table;
    }
  return NULL;
}

static gboolean
create_device (FlowSync *self, GError **error)
{
  g_autoptr (GBytes) device = flow_sync_meta_get_blob (self, FLOW_SYNC_META_DEVICE, error);
  guint8 id[FLOW_SYNC_DEVICE_SIZE];

  if (device == NULL)
    return FALSE;
  if (g_bytes_get_size (device) == FLOW_SYNC_DEVICE_SIZE)
    return TRUE;
  self->random (id, sizeof id, self->random_data);
  return flow_sync_meta_set_blob (self, FLOW_SYNC_META_DEVICE, id, sizeof id, error) &&
         flow_sync_meta_set (self, FLOW_SYNC_META_EPOCH, MAX (flow_clock_wall_ns (self->clock) / 1000000, 1), error) &&
         flow_sync_meta_set_blob (self, FLOW_SYNC_META_MACHINE, self->machine, strlen (self->machine), error);
}

/* The same database on another machine, or in another folder: it was copied, and two may not be one device. */
static gboolean
check_machine (FlowSync *self, GError **error)
{
  g_autoptr (GBytes) known = flow_sync_meta_get_blob (self, FLOW_SYNC_META_MACHINE, error);
  g_autoptr (GBytes) machine = g_bytes_new_static (self->machine, strlen (self->machine));

  if (known == NULL || !flow_sync_load (self, error))
    return FALSE;
  if (g_bytes_equal (known, machine))
    return TRUE;
  g_message ("This is a copied database: it becomes a device of its own");
  return flow_sync_renew (self, TRUE, error) &&
         flow_sync_meta_set_blob (self, FLOW_SYNC_META_MACHINE, self->machine, strlen (self->machine), error);
}

static gboolean
list_keys (FlowSync *self, const FlowSyncTable *table, GBytes *after, GPtrArray *keys, GError **error)
{
  g_autoptr (FlowSyncStep) stmt = flow_sync_stmt (self, FLOW_SYNC_STMT_CELL_KEYS, error);
  gboolean row = TRUE;

  if (stmt == NULL)
    return FALSE;
  flow_sync_bind_text (stmt, 1, table->name);
  flow_sync_bind_bytes (stmt, 2, after);
  sqlite3_bind_int (stmt, 3, REFRESH_PAGE);
  while (TRUE)
    {
      if (!flow_sql_step_row (stmt, &row, error))
        return FALSE;
      if (!row)
        return TRUE;
      g_ptr_array_add (keys, flow_sync_column_bytes (stmt, 0));
    }
}

/* Fields that came before this program knew them are told to the domain. */
static gboolean
refresh_table (FlowSync *self, const FlowSyncTable *table, GError **error)
{
  g_autoptr (GBytes) after = g_bytes_new_static ("", 0);

  while (TRUE)
    {
      g_autoptr (GPtrArray) keys = g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref);
      g_auto (FlowSyncChange) change;

      flow_sync_change_init (&change, self);
      if (!list_keys (self, table, after, keys, error))
        return FALSE;
      for (guint i = 0; i < keys->len; i++)
        {
          FlowSyncRow *row = flow_sync_change_get_row (&change, table->name, g_ptr_array_index (keys, i), error);

          if (row == NULL)
            return FALSE;
          row->foreign = TRUE;
        }
      if (!flow_sync_change_end (&change, error))
        return FALSE;
      if (keys->len < REFRESH_PAGE)
        return TRUE;
      g_bytes_unref (after);
      after = g_bytes_ref (g_ptr_array_index (keys, keys->len - 1));
    }
}

static gboolean
mark_dirty (FlowSync *self, const FlowSyncTable *table, GBytes *key, GError **error)
{
  g_autoptr (FlowSyncStep) stmt = flow_sync_stmt (self, FLOW_SYNC_STMT_DIRTY_INSERT, error);

  if (stmt == NULL)
    return FALSE;
  flow_sync_bind_text (stmt, 1, table->name);
  flow_sync_bind_bytes (stmt, 2, key);
  return flow_sql_step_done (stmt, error);
}

/* Records of a kind that did not sync before this version are looked at like any that changed. */
static gboolean
take_in_table (FlowSync *self, const FlowSyncTable *table, GError **error)
{
  g_autoptr (GBytes) after = NULL;
  guint n = REFRESH_PAGE;

  while (n == REFRESH_PAGE)
    {
      g_autoptr (GPtrArray) keys = g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref);

      if (!table->list (table, self->db, after, REFRESH_PAGE, keys, error))
        return FALSE;
      n = keys->len;
      for (guint i = 0; i < n; i++)
        if (!mark_dirty (self, table, g_ptr_array_index (keys, i), error))
          return FALSE;
      g_clear_pointer (&after, g_bytes_unref);
      after = n > 0 ? g_bytes_ref (g_ptr_array_index (keys, n - 1)) : NULL;
    }
  return TRUE;
}

static gboolean
check_schema (FlowSync *self, const FlowSyncTable *table, GError **error)
{
  g_autofree char *name = g_strconcat ("schema:", table->name, NULL);
  gint64 known = 0;

  if (!flow_sync_table_check (table, error) || !flow_sync_meta_get (self, name, &known, error))
    return FALSE;
  if (known >= table->schema)
    return TRUE;
  return refresh_table (self, table, error) && (known > 0 || !self->on || take_in_table (self, table, error)) &&
         flow_sync_meta_set (self, name, table->schema, error);
}

static gboolean
check_all (FlowSync *self, GError **error)
{
  if (!create_device (self, error) || !check_machine (self, error))
    return FALSE;
  for (guint i = 0; i < self->tables->len; i++)
    if (!check_schema (self, g_ptr_array_index (self->tables, i), error))
      return FALSE;
  return flow_sync_load (self, error);
}

/**
 * flow_sync_open:
 * @self: an engine
 * @db: the connection that writes, outside a transaction; must stay open until flow_sync_close()
 * @error: return location
 *
 * Take a database into use. The first time it becomes a device. A database that was copied from another machine or
 * folder becomes another device. What others wrote into fields that this program knows since its last version is told
 * to the domain.
 *
 * Returns: %FALSE with `FLOW_ERROR_BAD_ARGUMENT` for a table that makes no sense, or the codes of flow_sql_error()
 */
gboolean
flow_sync_open (FlowSync *self, sqlite3 *db, GError **error)
{
  g_return_val_if_fail (self->db == NULL, FALSE);

  flow_sync_resources_ensure ();
  self->db = db;
  if (flow_sql_exec_text (db, "BEGIN IMMEDIATE", error) && check_all (self, error) &&
      flow_sql_exec_text (db, "COMMIT", error))
    return TRUE;
  flow_sync_close (self);
  if (!sqlite3_get_autocommit (db))
    flow_sql_exec_text (db, "ROLLBACK", NULL);
  return FALSE;
}

/**
 * flow_sync_close:
 * @self: an engine
 *
 * Give the database back.
 */
void
flow_sync_close (FlowSync *self)
{
  flow_sync_stmts_finalize (self);
  flow_sync_forget (self);
  g_hash_table_remove_all (self->mendings);
  self->db = NULL;
}

/**
 * flow_sync_forget:
 * @self: an engine
 *
 * Forget what is in memory of the database; it is looked up again when it is needed. To be called when a transaction
 * was rolled back in which the engine wrote, or a savepoint.
 */
void
flow_sync_forget (FlowSync *self)
{
  self->loaded = FALSE;
  self->unreported = 0;
}

/**
 * flow_sync_is_on:
 * @self: an open engine
 *
 * Returns: whether what is done to records is written down
 */
gboolean
flow_sync_is_on (FlowSync *self)
{
  return flow_sync_load (self, NULL) && self->on;
}

/**
 * flow_sync_get_device:
 * @self: an open engine
 *
 * Returns: (transfer none) (array fixed-size=16): the id of this device
 */
const guint8 *
flow_sync_get_device (FlowSync *self)
{
  flow_sync_load (self, NULL);
  return self->device;
}

/**
 * flow_sync_get_epoch:
 * @self: an open engine
 *
 * Returns: the life of this database: another one after it was restored
 */
guint64
flow_sync_get_epoch (FlowSync *self)
{
  flow_sync_load (self, NULL);
  return self->epoch;
}

/**
 * flow_sync_get_offset_ms:
 * @self: an open engine
 *
 * Returns: by how many ms the cloud's clock is ahead of this one
 */
gint64
flow_sync_get_offset_ms (FlowSync *self)
{
  flow_sync_load (self, NULL);
  return self->offset_ms;
}

/**
 * flow_sync_get_now_ms:
 * @self: an open engine
 *
 * Returns: the time as the cloud sees it, ms since 1970
 */
gint64
flow_sync_get_now_ms (FlowSync *self)
{
  return flow_clock_wall_ns (self->clock) / 1000000 + self->offset_ms;
}

/**
 * flow_sync_set_resolution:
 * @self: an engine
 * @resolution: who decides
 *
 * Say who decides the conflicts that are found from now on.
 */
void
flow_sync_set_resolution (FlowSync *self, FlowSyncResolution resolution)
{
  self->resolution = resolution;
}

static gboolean
has_operations (FlowSync *self)
{
  for (guint i = 0; i < self->streams->len; i++)
    if (((FlowSyncStream *) g_ptr_array_index (self->streams, i))->dot.seq > 0)
      return TRUE;
  return FALSE;
}

static gboolean
turn_on (FlowSync *self, GError **error)
{
  FlowSyncStep *clear;

  /* The first time all records are looked at anyway. */
  if (!has_operations (self))
    {
      clear = flow_sync_stmt (self, FLOW_SYNC_STMT_DIRTY_CLEAR, error);
      if (clear == NULL || !flow_sql_step_done (clear, error))
        return FALSE;
    }
  if (!flow_sync_meta_set (self, FLOW_SYNC_META_ON, 1, error) ||
      flow_sync_get_own_stream (self, FLOW_SYNC_SCOPE_ACCOUNT, error) == NULL)
    return FALSE;
  self->on = TRUE;
  return TRUE;
}

/**
 * flow_sync_turn_on:
 * @self: an open engine
 * @error: return location
 *
 * Write down from here on what is done to records. Those that are there already follow with flow_sync_seed().
 *
 * Returns: %FALSE with the codes of flow_sql_error()
 */
gboolean
flow_sync_turn_on (FlowSync *self, GError **error)
{
  return (flow_sync_load (self, error) && turn_on (self, error)) || flow_sync_failed (self);
}

/**
 * flow_sync_turn_off:
 * @self: an open engine
 * @error: return location
 *
 * Write nothing down from here on. All that is known stays, so that it can go on later; which records change meanwhile
 * is remembered.
 *
 * Returns: %FALSE with the codes of flow_sql_error()
 */
gboolean
flow_sync_turn_off (FlowSync *self, GError **error)
{
  if (!flow_sync_load (self, error) || !flow_sync_meta_set (self, FLOW_SYNC_META_ON, 0, error))
    return flow_sync_failed (self);
  self->on = FALSE;
  return TRUE;
}

/**
 * flow_sync_reset:
 * @self: an open engine
 * @error: return location
 *
 * Turn off and forget all that was ever synced: another account, or another server. The records stay as they are; this
 * device keeps its id and begins another epoch.
 *
 * Returns: %FALSE with the codes of flow_sql_error()
 */
gboolean
flow_sync_reset (FlowSync *self, GError **error)
{
  gint64 epoch;

  if (!flow_sync_load (self, error))
    return flow_sync_failed (self);
  epoch = MAX ((gint64) self->epoch + 1, flow_clock_wall_ns (self->clock) / 1000000);
  flow_sync_forget (self);
  g_hash_table_remove_all (self->mendings);
  return (flow_sql_exec (self->db, "sync/reset", error) &&
          flow_sync_meta_set (self, FLOW_SYNC_META_EPOCH, epoch, error)) ||
         flow_sync_failed (self);
}

static gboolean
count_pending (FlowSync *self, const FlowSyncStream *stream, FlowSyncCounts *counts, GError **error)
{
  g_autoptr (FlowSyncStep) stmt = NULL;
  guint64 acked = 0;
  gboolean row;

  if (!flow_sync_get_acked (self, stream, &acked, error))
    return FALSE;
  stmt = flow_sync_stmt (self, FLOW_SYNC_STMT_OP_PENDING, error);
  if (stmt == NULL)
    return FALSE;
  sqlite3_bind_int64 (stmt, 1, stream->id);
  sqlite3_bind_int64 (stmt, 2, (gint64) acked);
  if (!flow_sql_step_row (stmt, &row, error))
    return FALSE;
  counts->pending += row ? (guint64) sqlite3_column_int64 (stmt, 0) : 0;
  counts->pending_bytes += row ? (guint64) sqlite3_column_int64 (stmt, 1) : 0;
  return TRUE;
}

static gboolean
count_with (FlowSync *self, FlowSyncStmt which, guint64 *out, GError **error)
{
  g_autoptr (FlowSyncStep) stmt = flow_sync_stmt (self, which, error);
  gboolean row;

  if (stmt == NULL || !flow_sql_step_row (stmt, &row, error))
    return FALSE;
  *out = row ? (guint64) sqlite3_column_int64 (stmt, 0) : 0;
  return TRUE;
}

/**
 * flow_sync_count:
 * @self: an open engine
 * @counts: (out): how much there is
 * @error: return location
 *
 * Returns: %FALSE with the codes of flow_sql_error()
 */
gboolean
flow_sync_count (FlowSync *self, FlowSyncCounts *counts, GError **error)
{
  *counts = (FlowSyncCounts) { 0 };
  flow_sync_get_difference (self, &counts->differs);
  if (!flow_sync_load (self, error))
    return flow_sync_failed (self);
  for (guint i = 0; i < self->streams->len; i++)
    {
      const FlowSyncStream *stream = g_ptr_array_index (self->streams, i);

      if (flow_sync_is_own (self, stream) && !count_pending (self, stream, counts, error))
        return FALSE;
    }
  return count_with (self, FLOW_SYNC_STMT_CONFLICT_COUNT, &counts->conflicts, error) &&
         flow_sync_count_quarantine (self, &counts->quarantined, error) &&
         count_with (self, FLOW_SYNC_STMT_OP_COUNT, &counts->operations, error);
}

static gboolean
become_new (FlowSync *self, GError **error)
{
  return flow_sync_load (self, error) && flow_sync_renew (self, TRUE, error);
}

/**
 * flow_sync_become_new:
 * @self: an open engine
 * @error: return location
 *
 * Go on as another device, because another one has this one's id. What nobody has acknowledged is sent again as this
 * device's.
 *
 * Returns: %FALSE with the codes of flow_sql_error()
 */
gboolean
flow_sync_become_new (FlowSync *self, GError **error)
{
  return become_new (self, error) || flow_sync_failed (self);
}
