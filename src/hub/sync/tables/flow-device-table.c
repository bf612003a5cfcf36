/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-records"

#include "base/flow-error.h"
#include "hub/sync/tables/flow-record-tables-private.h"

/* Devices: what people call them. */

#define ID_BYTES 32

enum
{
  NAME,
  SYSTEM,
  CREATED,
  N_FIELDS,
};

static const FlowSyncField fields[N_FIELDS] = {
  [NAME] = { "name", FLOW_SYNC_TEXT, FLOW_SYNC_LATEST, NULL },
  [SYSTEM] = { "system", FLOW_SYNC_TEXT, FLOW_SYNC_LATEST, NULL },
  [CREATED] = { "created", FLOW_SYNC_INT, FLOW_SYNC_LATEST, NULL },
};

static gboolean
read_device (const FlowSyncTable *self, sqlite3 *db, GBytes *key, FlowSyncRecord *record, gboolean *exists,
             GError **error)
{
  g_autoptr (FlowSqlStep) stmt = NULL;

  if (!flow_records_prepare_text (self, db, "records/device-read", key, &stmt, error) ||
      !flow_sql_step_row (stmt, exists, error))
    return FALSE;
  if (!*exists)
    return TRUE;
  flow_sync_record_set_text (record, NAME, (const char *) sqlite3_column_text (stmt, 0));
  flow_sync_record_set_text (record, SYSTEM, (const char *) sqlite3_column_text (stmt, 1));
  flow_sync_record_set_int (record, CREATED, sqlite3_column_int64 (stmt, 2));
  return TRUE;
}

/**
 * flow_record_tables_write_device:
 * @db: the writer's connection, inside a transaction
 * @id: 32 hex digits
 * @name: what people call it
 * @system: what runs on it
 * @created_ns: when it was first here, since 1970
 * @error: return location
 *
 * Write down what a device is called. Nothing happens when that is known.
 *
 * Returns: %FALSE with the codes of flow_sql_error()
 */
gboolean
flow_record_tables_write_device (sqlite3 *db, const char *id, const char *name, const char *system, gint64 created_ns,
                                 GError **error)
{
  g_autoptr (sqlite3_stmt) stmt = NULL;

  if (!flow_sql_prepare (db, "records/device-write", &stmt, error))
    return FALSE;
  sqlite3_bind_text (stmt, 1, id, -1, SQLITE_STATIC);
  sqlite3_bind_text (stmt, 2, name, -1, SQLITE_STATIC);
  sqlite3_bind_text (stmt, 3, system, -1, SQLITE_STATIC);
  sqlite3_bind_int64 (stmt, 4, created_ns);
  return flow_sql_step_done (stmt, error);
}

static gboolean
apply_device (const FlowSyncTable *self, sqlite3 *db, GBytes *key, const FlowSyncRecord *record, GError **error)
{
  g_autofree char *id = NULL;

  if (!flow_records_check_text (key, ID_BYTES, error))
    return FALSE;
  flow_records_changed (self, FLOW_RECORDS_CHANGED_DEVICES);
  if (record == NULL)
    return flow_records_run (self, db, "records/device-delete", key, TRUE, error);
  id = flow_records_dup_text (key);
  return flow_record_tables_write_device (db, id, flow_records_text (record, NAME), flow_records_text (record, SYSTEM),
                                          flow_sync_record_get_int (record, CREATED), error);
}

static gboolean
list_devices (const FlowSyncTable *self, sqlite3 *db, GBytes *after, guint limit, GPtrArray *keys, GError **error)
{
  return flow_records_list (db, "records/device-list", NULL, after, limit, keys, error);
}

static char *
name_device (const FlowSyncTable *self, sqlite3 *db, GBytes *key)
{
  g_autoptr (FlowSqlStep) stmt = NULL;
  gboolean row = FALSE;

  if (!flow_records_prepare_text (self, db, "records/device-read", key, &stmt, NULL) ||
      !flow_sql_step_row (stmt, &row, NULL) || !row)
    return flow_records_dup_text (key);
  return g_strdup ((const char *) sqlite3_column_text (stmt, 0));
}

const FlowSyncTable flow_device_table = {
  .name = FLOW_RECORDS_DEVICES,
  .schema = 1,
  .deletion = FLOW_SYNC_MACHINE,
  .fields = fields,
  .n_fields = N_FIELDS,
  .read = read_device,
  .apply = apply_device,
  .list = list_devices,
  .title = name_device,
};
