/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-records"

#include "hub/sync/tables/flow-record-tables-private.h"

/* What `settings.ini` says too, item by item: settings of the account, answers about web origins, and editors. A record
 * is never deleted: an empty value is the default of a setting, and no answer or editor otherwise. */

#define KEY_MAX 1024
#define NS_PER_MS 1000000

enum
{
  VALUE,
  PLACE,
  N_FIELDS,
};

static const FlowSyncField fields[N_FIELDS] = {
  [VALUE] = { "value", FLOW_SYNC_TEXT, FLOW_SYNC_LATEST, NULL },
  [PLACE] = { "place", FLOW_SYNC_REAL, FLOW_SYNC_LATEST, NULL },
};

static gboolean
read_mirrored (const FlowSyncTable *self, sqlite3 *db, GBytes *key, FlowSyncRecord *record, gboolean *exists,
               GError **error)
{
  g_autoptr (FlowSqlStep) stmt = NULL;
  gsize size;
  const char *text = g_bytes_get_data (key, &size);

  if (!flow_records_take (self, db, "records/mirror-read", &stmt, error))
    return FALSE;
  sqlite3_bind_text (stmt, 1, self->name, -1, SQLITE_STATIC);
  sqlite3_bind_text64 (stmt, 2, text, size, SQLITE_STATIC, SQLITE_UTF8);
  if (!flow_sql_step_row (stmt, exists, error))
    return FALSE;
  if (!*exists)
    return TRUE;
  flow_sync_record_set_text (record, VALUE, (const char *) sqlite3_column_text (stmt, 0));
  flow_sync_record_set_real (record, PLACE, sqlite3_column_double (stmt, 1));
  /* A setting that is here when syncing is turned on gives way to the account's. */
  if (!g_str_equal (self->name, FLOW_RECORDS_SETTINGS))
    flow_sync_record_set_time_ms (record, sqlite3_column_int64 (stmt, 2) / NS_PER_MS);
  return TRUE;
}

static gboolean
apply_mirrored (const FlowSyncTable *self, sqlite3 *db, GBytes *key, const FlowSyncRecord *record, GError **error)
{
  g_autoptr (FlowSqlStep) stmt = NULL;
  gsize size;
  const char *text = g_bytes_get_data (key, &size);

  if (!flow_records_check_text (key, KEY_MAX, error) ||
      !flow_records_take (self, db, "records/mirror-apply", &stmt, error))
    return FALSE;
  flow_records_changed (self, FLOW_RECORDS_CHANGED_MIRRORED);
  sqlite3_bind_text (stmt, 1, self->name, -1, SQLITE_STATIC);
  sqlite3_bind_text64 (stmt, 2, text, size, SQLITE_STATIC, SQLITE_UTF8);
  sqlite3_bind_text (stmt, 3, record != NULL ? flow_records_text (record, VALUE) : "", -1, SQLITE_STATIC);
  sqlite3_bind_double (stmt, 4, record != NULL ? flow_sync_record_get_real (record, PLACE) : 0);
  sqlite3_bind_int64 (stmt, 5, record != NULL ? flow_sync_record_get_time_ms (record) * NS_PER_MS : 0);
  return flow_sql_step_done (stmt, error);
}

static gboolean
list_mirrored (const FlowSyncTable *self, sqlite3 *db, GBytes *after, guint limit, GPtrArray *keys, GError **error)
{
  return flow_records_list (db, "records/mirror-keys", self->name, after, limit, keys, error);
}

static char *
name_mirrored (const FlowSyncTable *self, sqlite3 *db, GBytes *key)
{
  return flow_records_dup_text (key);
}

#define TABLE(table_name)                                                                                   \
  {                                                                                                         \
    .name = table_name, .schema = 1, .deletion = FLOW_SYNC_MACHINE, .fields = fields, .n_fields = N_FIELDS, \
    .read = read_mirrored, .apply = apply_mirrored, .list = list_mirrored, .title = name_mirrored,          \
  }

const FlowSyncTable flow_setting_table = TABLE (FLOW_RECORDS_SETTINGS);
const FlowSyncTable flow_origin_table = TABLE (FLOW_RECORDS_ORIGINS);
const FlowSyncTable flow_editor_table = TABLE (FLOW_RECORDS_EDITORS);
