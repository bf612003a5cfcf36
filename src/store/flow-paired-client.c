/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-paired-client"

#include "store/flow-paired-client.h"

#include <string.h>

#include "store/flow-statement.h"

/**
 * flow_paired_client_new:
 * @id: a UUID
 * @name: what the program calls itself
 * @kind: what kind of channel it may be
 * @hash: (array fixed-size=32): SHA-256 of its token
 * @now_ns: the time, ns since 1970
 *
 * Returns: (transfer full): the record, which is nowhere yet
 */
FlowPairedClient *
flow_paired_client_new (const char *id, const char *name, const char *kind, const guint8 hash[FLOW_PAIRED_CLIENT_HASH],
                        gint64 now_ns)
{
  FlowPairedClient *self = g_new0 (FlowPairedClient, 1);

  self->id = g_strdup (id);
  self->name = g_strdup (name);
  self->kind = g_strdup (kind);
  memcpy (self->hash, hash, FLOW_PAIRED_CLIENT_HASH);
  self->created_ns = self->last_used_ns = now_ns;
  return self;
}

/**
 * flow_paired_client_copy:
 * @self: a record
 *
 * Returns: (transfer full): a copy, for another thread
 */
FlowPairedClient *
flow_paired_client_copy (const FlowPairedClient *self)
{
  FlowPairedClient *copy = flow_paired_client_new (self->id, self->name, self->kind, self->hash, self->created_ns);

  copy->last_used_ns = self->last_used_ns;
  return copy;
}

/**
 * flow_paired_client_free:
 * @self: (transfer full): a record
 *
 * Free it.
 */
void
flow_paired_client_free (FlowPairedClient *self)
{
  g_free (self->id);
  g_free (self->name);
  g_free (self->kind);
  g_free (self);
}

/**
 * flow_paired_client_write:
 * @self: a record
 * @db: the writer's connection, inside a transaction
 * @error: return location
 *
 * Write it; of one that is there already, when it was used.
 *
 * Returns: %FALSE with the codes of flow_sql_error()
 */
gboolean
flow_paired_client_write (const FlowPairedClient *self, sqlite3 *db, GError **error)
{
  g_autoptr (sqlite3_stmt) stmt = NULL;

  if (!flow_sql_prepare (db, "store/paired-client-write", &stmt, error))
    return FALSE;
  sqlite3_bind_text (stmt, 1, self->id, -1, SQLITE_STATIC);
  sqlite3_bind_text (stmt, 2, self->name, -1, SQLITE_STATIC);
  sqlite3_bind_text (stmt, 3, self->kind, -1, SQLITE_STATIC);
  sqlite3_bind_blob (stmt, 4, self->hash, FLOW_PAIRED_CLIENT_HASH, SQLITE_STATIC);
  sqlite3_bind_int64 (stmt, 5, self->created_ns);
  sqlite3_bind_int64 (stmt, 6, self->last_used_ns);
  return flow_sql_step_done (stmt, error);
}

/**
 * flow_paired_client_delete:
 * @self: a record
 * @db: the writer's connection, inside a transaction
 * @error: return location
 *
 * Delete it: its token opens nothing any more.
 *
 * Returns: %FALSE with the codes of flow_sql_error()
 */
gboolean
flow_paired_client_delete (const FlowPairedClient *self, sqlite3 *db, GError **error)
{
  g_autoptr (sqlite3_stmt) stmt = NULL;

  if (!flow_sql_prepare (db, "store/paired-client-delete", &stmt, error))
    return FALSE;
  sqlite3_bind_text (stmt, 1, self->id, -1, SQLITE_STATIC);
  return flow_sql_step_done (stmt, error);
}

/* A hash of another length, which only somebody else can have written, fits no token. */
static gpointer
from_row (sqlite3_stmt *row)
{
  guint8 hash[FLOW_PAIRED_CLIENT_HASH] = { 0 };
  const char *texts[3];
  FlowPairedClient *self;

  for (int i = 0; i < 3; i++)
    texts[i] = (const char *) sqlite3_column_text (row, i);
  if (sqlite3_column_bytes (row, 3) == FLOW_PAIRED_CLIENT_HASH)
    memcpy (hash, sqlite3_column_blob (row, 3), FLOW_PAIRED_CLIENT_HASH);
  self = flow_paired_client_new (texts[0], texts[1], texts[2], hash, sqlite3_column_int64 (row, 4));
  self->last_used_ns = sqlite3_column_int64 (row, 5);
  return self;
}

/**
 * flow_paired_clients_read:
 * @db: any connection
 * @error: return location
 *
 * Read all that were paired.
 *
 * Returns: (transfer full) (element-type FlowPairedClient): the oldest first; %NULL with the codes of flow_sql_error()
 */
GPtrArray *
flow_paired_clients_read (sqlite3 *db, GError **error)
{
  return flow_sql_read_records (db, "store/paired-client-list", from_row, (GDestroyNotify) flow_paired_client_free,
                                error);
}
