/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <sqlite3.h>

#include "cloud/flow-cloud-storage.h"
#include "store/flow-statement.h"

G_BEGIN_DECLS

/** FLOW_CLOUD_SQLITE_NAME: the database in the data directory. */
#define FLOW_CLOUD_SQLITE_NAME "cloud.db"
/** FLOW_CLOUD_SQLITE_MIGRATIONS: resource folder of its migrations. */
#define FLOW_CLOUD_SQLITE_MIGRATIONS "/org/flowscope/cloud/migrations/"

/* The functions behind FlowCloudData. */
extern const FlowCloudAccounts flow_cloud_sqlite_accounts;
extern const FlowCloudRecords flow_cloud_sqlite_records;

FlowCloudStorage *flow_cloud_sqlite_new (const char *data_dir);
FlowCloudData *flow_cloud_sqlite_data_new (sqlite3 *db);
void flow_cloud_sqlite_data_free (FlowCloudData *data);
void flow_cloud_sqlite_resources_ensure (void);

/* What the functions of the tables are written with. */
sqlite3 *flow_cloud_sqlite_get_db (FlowCloudData *data);
sqlite3_stmt *flow_cloud_sqlite_prepare (FlowCloudData *data, const char *name, GError **error);
gboolean flow_cloud_sqlite_step (sqlite3_stmt *statement, gboolean *row, GError **error);
gboolean flow_cloud_sqlite_done (sqlite3_stmt *statement, GError **error);

G_END_DECLS
