/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-hub-sync"

#include "hub/sync/flow-sync-blob-mark.h"

#include "store/flow-statement.h"

static gboolean
run (sqlite3 *db, const char *name, const char *blob, GError **error)
{
  g_autoptr (sqlite3_stmt) stmt = NULL;

  if (!flow_sql_prepare (db, name, &stmt, error))
    return FALSE;
  if (blob != NULL)
    sqlite3_bind_text (stmt, 1, blob, -1, SQLITE_STATIC);
  return flow_sql_step_done (stmt, error);
}

/**
 * flow_sync_blob_mark:
 * @db: the writer's connection
 * @blob: what is going to be stored, 32 hex digits
 * @error: return location
 *
 * Write down that it is under way.
 *
 * Returns: %FALSE with the codes of flow_sql_error()
 */
gboolean
flow_sync_blob_mark (sqlite3 *db, const char *blob, GError **error)
{
  return run (db, "hub-sync/blob-mark", blob, error);
}

/**
 * flow_sync_blob_unmark:
 * @db: the writer's connection
 * @blob: what the cloud knows the use of, or has deleted, 32 hex digits
 * @error: return location
 *
 * Cross it out.
 *
 * Returns: %FALSE with the codes of flow_sql_error()
 */
gboolean
flow_sync_blob_unmark (sqlite3 *db, const char *blob, GError **error)
{
  return run (db, "hub-sync/blob-unmark", blob, error);
}

/**
 * flow_sync_blob_leave:
 * @db: the writer's connection
 * @error: return location
 *
 * Have all that is written down deleted from the cloud, as nothing is under way. What the cloud needs stays there.
 *
 * Returns: %FALSE with the codes of flow_sql_error()
 */
gboolean
flow_sync_blob_leave (sqlite3 *db, GError **error)
{
  return run (db, "hub-sync/blob-leave", NULL, error) && run (db, "hub-sync/blob-unmark-all", NULL, error);
}
