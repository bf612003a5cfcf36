/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-records"

#include "hub/sync/tables/flow-record-tables-private.h"
#include "store/flow-debug-session.h"

/* Workspaces and debug sessions. A workspace is a folder of one device: only what people call it leaves that, and the
 * workspaces of other devices have no folder here. */

#define ID_MAX 256

enum
{
  WORKSPACE_NAME,
  WORKSPACE_CREATED,
  WORKSPACE_DEVICE,
  WORKSPACE_N_FIELDS,
};

enum
{
  SESSION_WORKSPACE,
  SESSION_HOST_USER,
  SESSION_NAME,
  SESSION_STARTED,
  SESSION_ENDED,
  SESSION_N_FIELDS,
};

static const FlowSyncField workspace_fields[WORKSPACE_N_FIELDS] = {
  [WORKSPACE_NAME] = { "name", FLOW_SYNC_TEXT, FLOW_SYNC_LATEST, NULL },
  [WORKSPACE_CREATED] = { "created", FLOW_SYNC_INT, FLOW_SYNC_LATEST, NULL },
  [WORKSPACE_DEVICE] = { "device", FLOW_SYNC_TEXT, FLOW_SYNC_LATEST, NULL },
};

static const FlowSyncField session_fields[SESSION_N_FIELDS] = {
  [SESSION_WORKSPACE] = { "workspace", FLOW_SYNC_TEXT, FLOW_SYNC_LATEST, NULL },
  [SESSION_HOST_USER] = { "host_user", FLOW_SYNC_TEXT, FLOW_SYNC_LATEST, NULL },
  [SESSION_NAME] = { "name", FLOW_SYNC_TEXT, FLOW_SYNC_LATEST, NULL },
  [SESSION_STARTED] = { "started", FLOW_SYNC_INT, FLOW_SYNC_LATEST, NULL },
  [SESSION_ENDED] = { "ended", FLOW_SYNC_INT, FLOW_SYNC_LATEST, NULL },
};

/* Of this device or of another one. */
static gboolean
find_workspace (const FlowSyncTable *self, sqlite3 *db, GBytes *key, FlowSqlStep **stmt, gboolean *exists,
                GError **error)
{
  const char *device = ((FlowRecordTables *) self->data)->device;

  if (!flow_records_prepare_text (self, db, "records/workspace-read", key, stmt, error))
    return FALSE;
  sqlite3_bind_text (*stmt, 2, device != NULL ? device : "", -1, SQLITE_STATIC);
  return flow_sql_step_row (*stmt, exists, error);
}

static gboolean
read_workspace (const FlowSyncTable *self, sqlite3 *db, GBytes *key, FlowSyncRecord *record, gboolean *exists,
                GError **error)
{
  g_autoptr (FlowSqlStep) stmt = NULL;

  if (!find_workspace (self, db, key, &stmt, exists, error))
    return FALSE;
  if (!*exists)
    return TRUE;
  flow_sync_record_set_text (record, WORKSPACE_NAME, (const char *) sqlite3_column_text (stmt, 0));
  flow_sync_record_set_int (record, WORKSPACE_CREATED, sqlite3_column_int64 (stmt, 1));
  flow_sync_record_set_text (record, WORKSPACE_DEVICE, (const char *) sqlite3_column_text (stmt, 2));
  return TRUE;
}

/* One of this device keeps its folder. */
static gboolean
rename_own (const FlowSyncTable *self, sqlite3 *db, GBytes *key, const char *name, gboolean *own, GError **error)
{
  g_autoptr (FlowSqlStep) stmt = NULL;

  if (!flow_records_prepare_text (self, db, "records/workspace-rename", key, &stmt, error))
    return FALSE;
  sqlite3_bind_text (stmt, 2, name, -1, SQLITE_STATIC);
  return flow_sql_step_row (stmt, own, error);
}

static gboolean
write_elsewhere (const FlowSyncTable *self, sqlite3 *db, GBytes *key, const FlowSyncRecord *record, GError **error)
{
  g_autoptr (FlowSqlStep) stmt = NULL;

  if (!flow_records_prepare_text (self, db, "records/workspace-elsewhere-write", key, &stmt, error))
    return FALSE;
  sqlite3_bind_text (stmt, 2, flow_records_text (record, WORKSPACE_DEVICE), -1, SQLITE_STATIC);
  sqlite3_bind_text (stmt, 3, flow_records_text (record, WORKSPACE_NAME), -1, SQLITE_STATIC);
  sqlite3_bind_int64 (stmt, 4, flow_sync_record_get_int (record, WORKSPACE_CREATED));
  return flow_sql_step_done (stmt, error);
}

static gboolean
apply_workspace (const FlowSyncTable *self, sqlite3 *db, GBytes *key, const FlowSyncRecord *record, GError **error)
{
  gboolean own = FALSE;

  if (!flow_records_check_text (key, ID_MAX, error))
    return FALSE;
  flow_records_changed (self, FLOW_RECORDS_CHANGED_PLACES);
  if (record == NULL)
    return flow_records_run (self, db, "records/workspace-elsewhere-delete", key, TRUE, error);
  return rename_own (self, db, key, flow_records_text (record, WORKSPACE_NAME), &own, error) &&
         (own || write_elsewhere (self, db, key, record, error));
}

static gboolean
list_workspaces (const FlowSyncTable *self, sqlite3 *db, GBytes *after, guint limit, GPtrArray *keys, GError **error)
{
  return flow_records_list (db, "records/workspace-keys", NULL, after, limit, keys, error);
}

static char *
name_workspace (const FlowSyncTable *self, sqlite3 *db, GBytes *key)
{
  g_autoptr (FlowSqlStep) stmt = NULL;
  gboolean exists = FALSE;

  if (!find_workspace (self, db, key, &stmt, &exists, NULL) || !exists)
    return NULL;
  return g_strdup ((const char *) sqlite3_column_text (stmt, 0));
}

static gboolean
read_session (const FlowSyncTable *self, sqlite3 *db, GBytes *key, FlowSyncRecord *record, gboolean *exists,
              GError **error)
{
  g_autoptr (FlowSqlStep) stmt = NULL;

  if (!flow_records_prepare_text (self, db, "records/session-read", key, &stmt, error) ||
      !flow_sql_step_row (stmt, exists, error))
    return FALSE;
  if (!*exists)
    return TRUE;
  flow_sync_record_set_text (record, SESSION_WORKSPACE, (const char *) sqlite3_column_text (stmt, 0));
  flow_sync_record_set_text (record, SESSION_HOST_USER, (const char *) sqlite3_column_text (stmt, 1));
  flow_sync_record_set_text (record, SESSION_NAME, (const char *) sqlite3_column_text (stmt, 2));
  flow_sync_record_set_int (record, SESSION_STARTED, sqlite3_column_int64 (stmt, 3));
  flow_sync_record_set_int (record, SESSION_ENDED, sqlite3_column_int64 (stmt, 4));
  return TRUE;
}

static gboolean
apply_session (const FlowSyncTable *self, sqlite3 *db, GBytes *key, const FlowSyncRecord *record, GError **error)
{
  g_autofree char *id = NULL;
  g_autoptr (FlowDebugSession) session = NULL;

  if (!flow_records_check_text (key, ID_MAX, error))
    return FALSE;
  flow_records_changed (self, FLOW_RECORDS_CHANGED_PLACES);
  if (record == NULL)
    return flow_records_run (self, db, "records/session-delete", key, TRUE, error);
  id = flow_records_dup_text (key);
  session = flow_debug_session_new (
      id, flow_records_text (record, SESSION_WORKSPACE), flow_records_text (record, SESSION_HOST_USER),
      flow_records_text (record, SESSION_NAME), flow_sync_record_get_int (record, SESSION_STARTED));
  session->ended_ns = flow_sync_record_get_int (record, SESSION_ENDED);
  return flow_debug_session_write (session, db, error);
}

static gboolean
list_sessions (const FlowSyncTable *self, sqlite3 *db, GBytes *after, guint limit, GPtrArray *keys, GError **error)
{
  return flow_records_list (db, "records/session-keys", NULL, after, limit, keys, error);
}

static char *
name_session (const FlowSyncTable *self, sqlite3 *db, GBytes *key)
{
  g_autoptr (FlowSqlStep) stmt = NULL;
  gboolean row = FALSE;
  const char *name;

  if (!flow_records_prepare_text (self, db, "records/session-read", key, &stmt, NULL) ||
      !flow_sql_step_row (stmt, &row, NULL) || !row)
    return NULL;
  name = (const char *) sqlite3_column_text (stmt, 2);
  return *name != '\0' ? g_strdup (name) : flow_records_dup_text (key);
}

const FlowSyncTable flow_workspace_table = {
  .name = FLOW_RECORDS_WORKSPACES,
  .schema = 1,
  .deletion = FLOW_SYNC_MACHINE,
  .fields = workspace_fields,
  .n_fields = WORKSPACE_N_FIELDS,
  .read = read_workspace,
  .apply = apply_workspace,
  .list = list_workspaces,
  .title = name_workspace,
};

const FlowSyncTable flow_session_table = {
  .name = FLOW_RECORDS_SESSIONS,
  .schema = 1,
  .deletion = FLOW_SYNC_MACHINE,
  .fields = session_fields,
  .n_fields = SESSION_N_FIELDS,
  .read = read_session,
  .apply = apply_session,
  .list = list_sessions,
  .title = name_session,
};
