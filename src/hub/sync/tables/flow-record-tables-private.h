/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "hub/sync/tables/flow-record-tables.h"
#include "store/flow-statement-cache.h"
#include "store/flow-statement.h"
#include "sync/flow-sync-record.h"

G_BEGIN_DECLS

#define FLOW_RECORD_TABLES_MAX 8

struct _FlowRecordTables
{
  FlowTraceStore *traces;
  char *device;    /* (nullable): the id of this one while it syncs */
  gint share_mode; /* atomic: FlowShareMode */
  FlowRecordsFunc changed_func;
  gpointer data;
  FlowSyncTable tables[FLOW_RECORD_TABLES_MAX];
  const FlowSyncTable *list[FLOW_RECORD_TABLES_MAX];
  guint n_tables;
  FlowStatementCache *stmts; /* the writer's */

  /* this transaction */
  GPtrArray *headers; /* GBytes: traces whose headers others have changed */
  FlowRecordsChanged changed;
};

/* What a table is but for its data, one file each. */
extern const FlowSyncTable flow_device_table;
extern const FlowSyncTable flow_fact_table;
extern const FlowSyncTable flow_header_table;
extern const FlowSyncTable flow_session_table;
extern const FlowSyncTable flow_workspace_table;
extern const FlowSyncTable flow_setting_table;
extern const FlowSyncTable flow_origin_table;
extern const FlowSyncTable flow_editor_table;

void flow_records_changed (const FlowSyncTable *table, FlowRecordsChanged changed);
void flow_records_header_changed (const FlowSyncTable *table, GBytes *key);
gboolean flow_records_check_trace (GBytes *key, GError **error);
gboolean flow_records_check_text (GBytes *key, gsize max, GError **error);
char *flow_records_dup_text (GBytes *key);
const char *flow_records_text (const FlowSyncRecord *record, guint field);

gboolean flow_records_take (const FlowSyncTable *table, sqlite3 *db, const char *name, FlowSqlStep **stmt,
                            GError **error);
gboolean flow_records_prepare (const FlowSyncTable *table, sqlite3 *db, const char *name, GBytes *key,
                               FlowSqlStep **stmt, GError **error);
gboolean flow_records_prepare_text (const FlowSyncTable *table, sqlite3 *db, const char *name, GBytes *key,
                                    FlowSqlStep **stmt, GError **error);
gboolean flow_records_run (const FlowSyncTable *table, sqlite3 *db, const char *name, GBytes *key, gboolean text,
                           GError **error);
gboolean flow_records_list (sqlite3 *db, const char *name, const char *table, GBytes *after, guint limit,
                            GPtrArray *keys, GError **error);

G_END_DECLS
