/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-hub-sync"

#include "hub/sync/flow-sync-backup.h"

#include <string.h>

#include "store/flow-statement.h"
#include "store/flow-store.h"
#include "sync/flow-sync-record.h"

struct _FlowSyncBackup
{
  sqlite3 *file;
  guint table; /* at which saving is */
  GBytes *after;
  gint64 clock; /* of what was written last when it began */
};

/**
 * flow_sync_backup_open:
 * @path: the file
 * @create: whether to make it when there is none
 * @error: return location
 *
 * Returns: (transfer full): the file, or %NULL with the codes of flow_sql_error()
 */
FlowSyncBackup *
flow_sync_backup_open (const char *path, gboolean create, GError **error)
{
  g_autoptr (FlowSyncBackup) self = g_new0 (FlowSyncBackup, 1);
  int flags = SQLITE_OPEN_NOMUTEX | (create ? SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE : SQLITE_OPEN_READONLY);

  if (sqlite3_open_v2 (path, &self->file, flags, NULL) != SQLITE_OK)
    {
      flow_sql_error (self->file, error, path);
      return NULL;
    }
  if (create && !flow_sql_exec (self->file, "hub-sync/backup-schema", error))
    return NULL;
  return g_steal_pointer (&self);
}

/** flow_sync_backup_free: close the file. */
void
flow_sync_backup_free (FlowSyncBackup *self)
{
  sqlite3_close_v2 (self->file);
  g_clear_pointer (&self->after, g_bytes_unref);
  g_free (self);
}

static gboolean
prepare (sqlite3 *db, const char *name, const char *table, GBytes *key, sqlite3_stmt **stmt, GError **error)
{
  gsize size;
  const void *data = g_bytes_get_data (key, &size);

  if (!flow_sql_prepare (db, name, stmt, error))
    return FALSE;
  sqlite3_bind_text (*stmt, 1, table, -1, SQLITE_STATIC);
  sqlite3_bind_blob64 (*stmt, 2, data, size, SQLITE_STATIC);
  return TRUE;
}

static gboolean
save_value (FlowSyncBackup *self, const FlowSyncTable *table, GBytes *key, guint field, const char *item, GBytes *value,
            GError **error)
{
  g_autoptr (sqlite3_stmt) stmt = NULL;
  gsize size;
  const void *data = g_bytes_get_data (value, &size);

  if (!prepare (self->file, "hub-sync/backup-value", table->name, key, &stmt, error))
    return FALSE;
  sqlite3_bind_text (stmt, 3, table->fields[field].name, -1, SQLITE_STATIC);
  sqlite3_bind_text (stmt, 4, item, -1, SQLITE_STATIC);
  sqlite3_bind_blob64 (stmt, 5, data, size, SQLITE_STATIC);
  return flow_sql_step_done (stmt, error);
}

static void
add_item (const char *item, const char *value, gpointer items)
{
  g_ptr_array_add (items, g_strdup (item));
}

static gboolean
save_field (FlowSyncBackup *self, const FlowSyncRecord *record, GBytes *key, guint field, GError **error)
{
  const FlowSyncTable *table = flow_sync_record_get_table (record);
  g_autoptr (GPtrArray) items = NULL;
  GBytes *value;

  if (table->fields[field].type != FLOW_SYNC_SET && table->fields[field].type != FLOW_SYNC_MAP)
    {
      value = flow_sync_record_get_value (record, field, NULL);
      return value == NULL || save_value (self, table, key, field, "", value, error);
    }
  items = g_ptr_array_new_with_free_func (g_free);
  flow_sync_record_foreach (record, field, add_item, items);
  for (guint i = 0; i < items->len; i++)
    if (!save_value (self, table, key, field, items->pdata[i],
                     flow_sync_record_get_value (record, field, items->pdata[i]), error))
      return FALSE;
  return TRUE;
}

static gboolean
save_record (FlowSyncBackup *self, const FlowSyncTable *table, sqlite3 *db, GBytes *key, GError **error)
{
  g_autoptr (FlowSyncRecord) record = flow_sync_record_new (table);
  g_autoptr (sqlite3_stmt) stmt = NULL;
  gboolean exists = FALSE;

  if (!table->read (table, db, key, record, &exists, error))
    return FALSE;
  if (!exists)
    return TRUE;
  if (!prepare (self->file, "hub-sync/backup-record", table->name, key, &stmt, error))
    return FALSE;
  sqlite3_bind_int64 (stmt, 3, flow_sync_record_get_time_ms (record));
  if (!flow_sql_step_done (stmt, error))
    return FALSE;
  for (guint field = 0; field < table->n_fields; field++)
    if (!save_field (self, record, key, field, error))
      return FALSE;
  return TRUE;
}

static gboolean
save_piece (FlowSyncBackup *self, const FlowSyncTable *table, sqlite3 *db, guint limit, GError **error)
{
  g_autoptr (GPtrArray) keys = g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref);

  if (!table->list (table, db, self->after, limit, keys, error))
    return FALSE;
  for (guint i = 0; i < keys->len; i++)
    if (!save_record (self, table, db, keys->pdata[i], error))
      return FALSE;
  g_clear_pointer (&self->after, g_bytes_unref);
  if (keys->len < limit)
    self->table++;
  else
    self->after = g_bytes_ref (keys->pdata[keys->len - 1]);
  return TRUE;
}

/**
 * flow_sync_backup_save:
 * @self: a file that was made
 * @tables: (array length=n_tables): what syncs
 * @n_tables: how many
 * @db: where the records are
 * @limit: so many at most
 * @finished: (out): whether all are in the file
 * @error: return location
 *
 * Save the next records. What is in the file already stays as it is: the first time counts.
 *
 * Returns: whether that worked
 */
gboolean
flow_sync_backup_save (FlowSyncBackup *self, const FlowSyncTable *const *tables, guint n_tables, sqlite3 *db,
                       guint limit, gboolean *finished, GError **error)
{
  if (self->table < n_tables)
    {
      if (!flow_store_begin (self->file, error))
        return FALSE;
      if (!save_piece (self, tables[self->table], db, limit, error))
        {
          flow_store_rollback (self->file);
          return FALSE;
        }
      if (!flow_store_commit (self->file, error))
        return FALSE;
    }
  *finished = self->table >= n_tables;
  return TRUE;
}

/**
 * flow_sync_backup_mark:
 * @self: a file that was made, with nothing in it
 * @db: where the records are
 * @error: return location
 *
 * Remember what is there before the first piece is saved, for flow_sync_backup_save_changed().
 *
 * Returns: whether that worked
 */
gboolean
flow_sync_backup_mark (FlowSyncBackup *self, sqlite3 *db, GError **error)
{
  g_autoptr (sqlite3_stmt) stmt = NULL;
  gboolean row;

  if (!flow_sql_prepare (db, "hub-sync/clock-last", &stmt, error) || !flow_sql_step_row (stmt, &row, error))
    return FALSE;
  self->clock = sqlite3_column_int64 (stmt, 0);
  return TRUE;
}

static gboolean
forget_record (FlowSyncBackup *self, const FlowSyncTable *table, GBytes *key, GError **error)
{
  g_autoptr (sqlite3_stmt) record = NULL;
  g_autoptr (sqlite3_stmt) values = NULL;

  return prepare (self->file, "hub-sync/backup-forget-record", table->name, key, &record, error) &&
         flow_sql_step_done (record, error) &&
         prepare (self->file, "hub-sync/backup-forget-values", table->name, key, &values, error) &&
         flow_sql_step_done (values, error);
}

/* What was deleted meanwhile stays in the file as it was. */
static gboolean
save_again (FlowSyncBackup *self, const FlowSyncTable *table, sqlite3 *db, GBytes *key, GError **error)
{
  g_autoptr (FlowSyncRecord) record = flow_sync_record_new (table);
  gboolean exists = FALSE;

  if (!table->read (table, db, key, record, &exists, error))
    return FALSE;
  return !exists || (forget_record (self, table, key, error) && save_record (self, table, db, key, error));
}

static gboolean
save_changed (FlowSyncBackup *self, const FlowSyncTable *const *tables, guint n_tables, sqlite3 *db, GError **error)
{
  g_autoptr (sqlite3_stmt) stmt = NULL;
  gboolean row;

  if (!flow_sql_prepare (db, "hub-sync/backup-changed", &stmt, error))
    return FALSE;
  sqlite3_bind_int64 (stmt, 1, self->clock);
  while (flow_sql_step_row (stmt, &row, error))
    {
      g_autoptr (GBytes) key = NULL;

      if (!row)
        return TRUE;
      key = g_bytes_new (sqlite3_column_blob (stmt, 1), (gsize) sqlite3_column_bytes (stmt, 1));
      for (guint i = 0; i < n_tables; i++)
        if (g_str_equal (tables[i]->name, (const char *) sqlite3_column_text (stmt, 0)) &&
            !save_again (self, tables[i], db, key, error))
          return FALSE;
    }
  return FALSE;
}

/**
 * flow_sync_backup_save_changed:
 * @self: a file with all records, which was marked
 * @tables: (array length=n_tables): what syncs
 * @n_tables: how many
 * @db: where the records are
 * @error: return location
 *
 * Save once more what was written between the pieces, while operations are made of it.
 *
 * Returns: whether that worked
 */
gboolean
flow_sync_backup_save_changed (FlowSyncBackup *self, const FlowSyncTable *const *tables, guint n_tables, sqlite3 *db,
                               GError **error)
{
  if (!flow_store_begin (self->file, error))
    return FALSE;
  if (!save_changed (self, tables, n_tables, db, error))
    {
      flow_store_rollback (self->file);
      return FALSE;
    }
  return flow_store_commit (self->file, error);
}

/* A field that a later version of the program wrote is not known here, and not lost: the file stays. */
static gboolean
read_record (FlowSyncBackup *self, const FlowSyncTable *table, GBytes *key, FlowSyncRecord *record, GError **error)
{
  g_autoptr (sqlite3_stmt) stmt = NULL;
  gboolean row;

  if (!prepare (self->file, "hub-sync/backup-values", table->name, key, &stmt, error))
    return FALSE;
  while (flow_sql_step_row (stmt, &row, error))
    {
      const char *item;
      gsize size;
      int field;

      if (!row)
        return TRUE;
      field = flow_sync_table_find_field (table, (const char *) sqlite3_column_text (stmt, 0));
      item = (const char *) sqlite3_column_text (stmt, 1);
      size = (gsize) sqlite3_column_bytes (stmt, 2);
      if (field >= 0 && flow_sync_value_is_valid (sqlite3_column_blob (stmt, 2), size))
        {
          g_autoptr (GBytes) value = flow_sync_value_new (sqlite3_column_blob (stmt, 2), size);

          flow_sync_record_set_value (record, (guint) field, *item != '\0' ? item : NULL, value);
        }
    }
  return FALSE;
}

static gboolean
restore_records (FlowSyncBackup *self, const FlowSyncTable *table, sqlite3 *db, GError **error)
{
  g_autoptr (sqlite3_stmt) stmt = NULL;
  gboolean row;

  if (!flow_sql_prepare (self->file, "hub-sync/backup-records", &stmt, error))
    return FALSE;
  sqlite3_bind_text (stmt, 1, table->name, -1, SQLITE_STATIC);
  while (flow_sql_step_row (stmt, &row, error))
    {
      g_autoptr (FlowSyncRecord) record = flow_sync_record_new (table);
      g_autoptr (GBytes) key = NULL;

      if (!row)
        return TRUE;
      key = g_bytes_new (sqlite3_column_blob (stmt, 0), (gsize) sqlite3_column_bytes (stmt, 0));
      flow_sync_record_set_time_ms (record, sqlite3_column_int64 (stmt, 1));
      if (!read_record (self, table, key, record, error) || !table->apply (table, db, key, record, error))
        return FALSE;
    }
  return FALSE;
}

static gboolean
delete_record (FlowSyncBackup *self, const FlowSyncTable *table, sqlite3 *db, GBytes *key, GError **error)
{
  g_autoptr (sqlite3_stmt) stmt = NULL;
  gboolean row;

  if (!prepare (self->file, "hub-sync/backup-has", table->name, key, &stmt, error) ||
      !flow_sql_step_row (stmt, &row, error))
    return FALSE;
  return row || table->apply (table, db, key, NULL, error);
}

static gboolean
delete_others (FlowSyncBackup *self, const FlowSyncTable *table, sqlite3 *db, GError **error)
{
  g_autoptr (GPtrArray) keys = g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref);

  if (!table->list (table, db, NULL, G_MAXINT32, keys, error))
    return FALSE;
  for (guint i = 0; i < keys->len; i++)
    if (!delete_record (self, table, db, keys->pdata[i], error))
      return FALSE;
  return TRUE;
}

/**
 * flow_sync_backup_restore:
 * @self: a file
 * @tables: (array length=n_tables): what synced
 * @n_tables: how many
 * @db: where the records are, in a transaction
 * @error: return location
 *
 * Make the records what the file says; what is not in it is deleted. Nothing of this is told to other devices.
 *
 * Returns: whether that worked; the transaction must be undone when not
 */
gboolean
flow_sync_backup_restore (FlowSyncBackup *self, const FlowSyncTable *const *tables, guint n_tables, sqlite3 *db,
                          GError **error)
{
  if (!flow_sql_exec (db, "hub-sync/mute", error))
    return FALSE;
  for (guint i = 0; i < n_tables; i++)
    if (!delete_others (self, tables[i], db, error) || !restore_records (self, tables[i], db, error))
      return FALSE;
  return flow_sql_exec (db, "hub-sync/unmute", error);
}
