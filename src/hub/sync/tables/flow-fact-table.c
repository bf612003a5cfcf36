/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-records"

#include "hub/sync/tables/flow-record-tables-private.h"
#include "trace/flow-trace-encryption.h"

/* What the user said about traces. A record is there as long as the trace was not erased, also when nothing is said any
 * more: to take the last tag off is no deletion. */

#define NS_PER_MS 1000000

enum
{
  TITLE,
  NOTE,
  PINNED,
  TAGS,
  N_FIELDS,
};

static const FlowSyncField fields[N_FIELDS] = {
  [TITLE] = { "title", FLOW_SYNC_TEXT, FLOW_SYNC_LATEST, NULL },
  [NOTE] = { "note", FLOW_SYNC_TEXT, FLOW_SYNC_MERGE, NULL },
  [PINNED] = { "pinned", FLOW_SYNC_INT, FLOW_SYNC_LATEST, NULL },
  [TAGS] = { "tags", FLOW_SYNC_SET, FLOW_SYNC_UNION, NULL },
};

static gboolean
read_tags (const FlowSyncTable *self, sqlite3 *db, GBytes *key, FlowSyncRecord *record, GError **error)
{
  g_autoptr (FlowSqlStep) stmt = NULL;
  gboolean row = FALSE;

  if (!flow_records_prepare (self, db, "fact-tags", key, &stmt, error))
    return FALSE;
  while (TRUE)
    {
      if (!flow_sql_step_row (stmt, &row, error))
        return FALSE;
      if (!row)
        return TRUE;
      flow_sync_record_add (record, TAGS, (const char *) sqlite3_column_text (stmt, 0));
    }
}

static gboolean
read_facts (const FlowSyncTable *self, sqlite3 *db, GBytes *key, FlowSyncRecord *record, gboolean *exists,
            GError **error)
{
  g_autoptr (FlowSqlStep) stmt = NULL;

  if (!flow_records_prepare (self, db, "fact-read", key, &stmt, error) || !flow_sql_step_row (stmt, exists, error))
    return FALSE;
  if (!*exists)
    return TRUE;
  flow_sync_record_set_text (record, TITLE, (const char *) sqlite3_column_text (stmt, 0));
  flow_sync_record_set_text (record, NOTE, (const char *) sqlite3_column_text (stmt, 1));
  flow_sync_record_set_int (record, PINNED, sqlite3_column_int (stmt, 2) != 0);
  flow_sync_record_set_time_ms (record, sqlite3_column_int64 (stmt, 3) / NS_PER_MS);
  return read_tags (self, db, key, record, error);
}

typedef struct
{
  sqlite3_stmt *stmt;
  gboolean ok;
  GError **error;
} Tags;

static void
write_tag (const char *tag, const char *value, gpointer data)
{
  Tags *tags = data;

  if (!tags->ok)
    return;
  sqlite3_reset (tags->stmt);
  sqlite3_bind_text (tags->stmt, 2, tag, -1, SQLITE_TRANSIENT);
  tags->ok = flow_sql_step_done (tags->stmt, tags->error);
}

static gboolean
write_tags (const FlowSyncTable *self, sqlite3 *db, GBytes *key, const FlowSyncRecord *record, GError **error)
{
  g_autoptr (FlowSqlStep) stmt = NULL;
  Tags tags = { NULL, TRUE, error };

  if (!flow_records_run (self, db, "fact-tags-delete", key, FALSE, error) ||
      !flow_records_prepare (self, db, "fact-tag-insert", key, &stmt, error))
    return FALSE;
  tags.stmt = stmt;
  flow_sync_record_foreach (record, TAGS, write_tag, &tags);
  return tags.ok;
}

static gboolean
write_row (const FlowSyncTable *self, sqlite3 *db, GBytes *key, const FlowSyncRecord *record, GError **error)
{
  g_autoptr (FlowSqlStep) stmt = NULL;

  if (!flow_records_prepare (self, db, "fact-write", key, &stmt, error))
    return FALSE;
  sqlite3_bind_text (stmt, 2, flow_records_text (record, TITLE), -1, SQLITE_STATIC);
  sqlite3_bind_text (stmt, 3, flow_records_text (record, NOTE), -1, SQLITE_STATIC);
  sqlite3_bind_int (stmt, 4, flow_sync_record_get_int (record, PINNED) != 0);
  sqlite3_bind_int64 (stmt, 5, flow_sync_record_get_time_ms (record) * NS_PER_MS);
  return flow_sql_step_done (stmt, error);
}

static gboolean
apply_facts (const FlowSyncTable *self, sqlite3 *db, GBytes *key, const FlowSyncRecord *record, GError **error)
{
  FlowRecordTables *tables = self->data;
  gboolean ok;

  if (!flow_records_check_trace (key, error) || !flow_trace_store_require_key (tables->traces, error))
    return FALSE;
  if (record == NULL)
    ok = flow_records_run (self, db, "fact-delete", key, FALSE, error) &&
         flow_records_run (self, db, "fact-tags-delete", key, FALSE, error);
  else
    ok = write_row (self, db, key, record, error) && write_tags (self, db, key, record, error);
  return ok && flow_trace_store_facts_changed (tables->traces, db, g_bytes_get_data (key, NULL), error);
}

static gboolean
list_facts (const FlowSyncTable *self, sqlite3 *db, GBytes *after, guint limit, GPtrArray *keys, GError **error)
{
  return flow_records_list (db, "records/fact-keys", NULL, after, limit, keys, error);
}

/* Its title, else the name of the trace. */
static char *
name_facts (const FlowSyncTable *self, sqlite3 *db, GBytes *key)
{
  g_autoptr (FlowSqlStep) stmt = NULL;
  gboolean row = FALSE;

  if (!flow_records_prepare (self, db, "records/fact-name", key, &stmt, NULL) ||
      !flow_sql_step_row (stmt, &row, NULL) || !row)
    return NULL;
  return g_strdup ((const char *) sqlite3_column_text (stmt, 0));
}

const FlowSyncTable flow_fact_table = {
  .name = FLOW_RECORDS_FACTS,
  .schema = 1,
  .deletion = FLOW_SYNC_PEOPLE,
  .fields = fields,
  .n_fields = N_FIELDS,
  .read = read_facts,
  .apply = apply_facts,
  .list = list_facts,
  .title = name_facts,
};
