/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-sync"

#include "sync/flow-sync-statement.h"

#include "store/flow-statement.h"
#include "sync/flow-sync-private.h"
#include "sync/flow-sync-value.h"

static const char *const names[FLOW_SYNC_N_STMTS] = {
  [FLOW_SYNC_STMT_META_READ] = "sync/meta-read",
  [FLOW_SYNC_STMT_META_WRITE] = "sync/meta-write",
  [FLOW_SYNC_STMT_META_DELETE] = "sync/meta-delete",
  [FLOW_SYNC_STMT_STREAM_LIST] = "sync/stream-list",
  [FLOW_SYNC_STMT_STREAM_INSERT] = "sync/stream-insert",
  [FLOW_SYNC_STMT_STREAM_UPDATE] = "sync/stream-update",
  [FLOW_SYNC_STMT_CONTEXT_READ] = "sync/context-read",
  [FLOW_SYNC_STMT_CONTEXT_FIND] = "sync/context-find",
  [FLOW_SYNC_STMT_CONTEXT_INSERT] = "sync/context-insert",
  [FLOW_SYNC_STMT_OP_INSERT] = "sync/op-insert",
  [FLOW_SYNC_STMT_OP_LIST] = "sync/op-list",
  [FLOW_SYNC_STMT_OP_READ] = "sync/op-read",
  [FLOW_SYNC_STMT_OP_UPDATE] = "sync/op-update",
  [FLOW_SYNC_STMT_OP_MOVE] = "sync/op-move",
  [FLOW_SYNC_STMT_OP_DELETE] = "sync/op-delete",
  [FLOW_SYNC_STMT_OP_PENDING] = "sync/op-pending",
  [FLOW_SYNC_STMT_OP_COUNT] = "sync/op-count",
  [FLOW_SYNC_STMT_CELL_LIST] = "sync/cell-list",
  [FLOW_SYNC_STMT_CELL_INSERT] = "sync/cell-insert",
  [FLOW_SYNC_STMT_CELL_DELETE] = "sync/cell-delete",
  [FLOW_SYNC_STMT_CELL_KEYS] = "sync/cell-keys",
  [FLOW_SYNC_STMT_CELL_CLOCK] = "sync/cell-clock",
  [FLOW_SYNC_STMT_CELL_MOVE] = "sync/cell-move",
  [FLOW_SYNC_STMT_BASE_INSERT] = "sync/base-insert",
  [FLOW_SYNC_STMT_BASE_LIST] = "sync/base-list",
  [FLOW_SYNC_STMT_BASE_MOVE] = "sync/base-move",
  [FLOW_SYNC_STMT_VECTOR_WRITE] = "sync/vector-write",
  [FLOW_SYNC_STMT_VECTOR_READ] = "sync/vector-read",
  [FLOW_SYNC_STMT_NUMBER_WRITE] = "sync/number-write",
  [FLOW_SYNC_STMT_NUMBER_CELLS] = "sync/number-cells",
  [FLOW_SYNC_STMT_NUMBER_DELETE] = "sync/number-delete",
  [FLOW_SYNC_STMT_NUMBER_LAST] = "sync/number-last",
  [FLOW_SYNC_STMT_NUMBER_OLD] = "sync/number-old",
  [FLOW_SYNC_STMT_NUMBER_READ] = "sync/number-read",
  [FLOW_SYNC_STMT_DIRTY_LIST] = "sync/dirty-list",
  [FLOW_SYNC_STMT_DIRTY_FORGET] = "sync/dirty-forget",
  [FLOW_SYNC_STMT_DIRTY_CLEAR] = "sync/dirty-clear",
  [FLOW_SYNC_STMT_DIRTY_INSERT] = "sync/dirty-insert",
  [FLOW_SYNC_STMT_DIRTY_MUTE] = "sync/dirty-mute",
  [FLOW_SYNC_STMT_DIRTY_UNMUTE] = "sync/dirty-unmute",
  [FLOW_SYNC_STMT_SAVEPOINT] = "sync/savepoint",
  [FLOW_SYNC_STMT_SAVEPOINT_RELEASE] = "sync/savepoint-release",
  [FLOW_SYNC_STMT_SAVEPOINT_BACK] = "sync/savepoint-back",
  [FLOW_SYNC_STMT_CONFLICT_READ] = "sync/conflict-read",
  [FLOW_SYNC_STMT_CONFLICT_FIND] = "sync/conflict-find",
  [FLOW_SYNC_STMT_CONFLICT_WRITE] = "sync/conflict-write",
  [FLOW_SYNC_STMT_CONFLICT_DELETE] = "sync/conflict-delete",
  [FLOW_SYNC_STMT_CONFLICT_LIST] = "sync/conflict-list",
  [FLOW_SYNC_STMT_CONFLICT_COUNT] = "sync/conflict-count",
  [FLOW_SYNC_STMT_CONFLICT_TRIM] = "sync/conflict-trim",
  [FLOW_SYNC_STMT_CONFLICT_TOLD] = "sync/conflict-told",
  [FLOW_SYNC_STMT_SIDE_WRITE] = "sync/side-write",
  [FLOW_SYNC_STMT_SIDE_LIST] = "sync/side-list",
  [FLOW_SYNC_STMT_SIDE_DELETE] = "sync/side-delete",
  [FLOW_SYNC_STMT_SIDE_TRIM] = "sync/side-trim",
  [FLOW_SYNC_STMT_SIDE_ROWS] = "sync/side-rows",
  [FLOW_SYNC_STMT_SIDE_MOVE] = "sync/side-move",
  [FLOW_SYNC_STMT_QUARANTINE_INSERT] = "sync/quarantine-insert",
  [FLOW_SYNC_STMT_QUARANTINE_RECORD] = "sync/quarantine-record",
  [FLOW_SYNC_STMT_QUARANTINE_RELEASE] = "sync/quarantine-release",
  [FLOW_SYNC_STMT_QUARANTINE_FIND] = "sync/quarantine-find",
  [FLOW_SYNC_STMT_QUARANTINE_LIST] = "sync/quarantine-list",
  [FLOW_SYNC_STMT_QUARANTINE_DELETE] = "sync/quarantine-delete",
  [FLOW_SYNC_STMT_QUARANTINE_COUNT] = "sync/quarantine-count",
  [FLOW_SYNC_STMT_QUARANTINE_TRIM] = "sync/quarantine-trim",
  [FLOW_SYNC_STMT_QUARANTINE_SKIPPED] = "sync/quarantine-skipped",
  [FLOW_SYNC_STMT_QUARANTINE_SEALED_FIRST] = "sync/quarantine-sealed-first",
  [FLOW_SYNC_STMT_QUARANTINE_SEALED_LIST] = "sync/quarantine-sealed-list",
  [FLOW_SYNC_STMT_QUARANTINE_SEALED_MOVE] = "sync/quarantine-sealed-move",
  [FLOW_SYNC_STMT_QUARANTINE_SEALED_SAME] = "sync/quarantine-sealed-same",
  [FLOW_SYNC_STMT_ORPHAN_WRITE] = "sync/orphan-write",
  [FLOW_SYNC_STMT_ORPHAN_READ] = "sync/orphan-read",
  [FLOW_SYNC_STMT_ORPHAN_KNOWN] = "sync/orphan-known",
  [FLOW_SYNC_STMT_ORPHAN_FORGET] = "sync/orphan-forget",
  [FLOW_SYNC_STMT_ORPHAN_CLEAR] = "sync/orphan-clear",
  [FLOW_SYNC_STMT_SNAPSHOT_CELLS] = "sync/snapshot-cells",
  [FLOW_SYNC_STMT_SNAPSHOT_ROWS] = "sync/snapshot-rows",
  [FLOW_SYNC_STMT_TIDY_BASES] = "sync/tidy-bases",
  [FLOW_SYNC_STMT_TIDY_CONTEXTS] = "sync/tidy-contexts",
  [FLOW_SYNC_STMT_TIDY_DELETED] = "sync/tidy-deleted",
  [FLOW_SYNC_STMT_TIDY_OPS] = "sync/tidy-ops",
  [FLOW_SYNC_STMT_TIDY_RECORD] = "sync/tidy-record",
  [FLOW_SYNC_STMT_TIDY_RECORD_BASES] = "sync/tidy-record-bases",
};

/**
 * flow_sync_stmt:
 * @self: an open engine
 * @which: one of its statements
 * @error: return location
 *
 * Prepare a statement the first time, and give it reset. Hold it in a `g_autoptr (FlowSyncStep)`, which resets it, so
 * that no row of it stays open.
 *
 * Returns: (nullable) (transfer none): the statement; %NULL with the codes of flow_sql_error()
 */
FlowSyncStep *
flow_sync_stmt (FlowSync *self, FlowSyncStmt which, GError **error)
{
  if (self->stmts[which] == NULL && !flow_sql_prepare (self->db, names[which], &self->stmts[which], error))
    return NULL;
  sqlite3_reset (self->stmts[which]);
  return self->stmts[which];
}

/**
 * flow_sync_stmts_finalize:
 * @self: an engine
 *
 * Give all statements back.
 */
void
flow_sync_stmts_finalize (FlowSync *self)
{
  for (guint i = 0; i < FLOW_SYNC_N_STMTS; i++)
    g_clear_pointer (&self->stmts[i], sqlite3_finalize);
}

/**
 * flow_sync_bind_bytes:
 * @stmt: a statement
 * @column: from 1
 * @bytes: what to bind; must live until the statement has run
 *
 * Bind bytes; none are an empty blob, not NULL.
 */
void
flow_sync_bind_bytes (FlowSyncStep *stmt, int column, GBytes *bytes)
{
  gsize size;
  gconstpointer data = g_bytes_get_data (bytes, &size);

  sqlite3_bind_blob64 (stmt, column, size > 0 ? data : "", size, SQLITE_STATIC);
}

/**
 * flow_sync_bind_text:
 * @stmt: a statement
 * @column: from 1
 * @text: what to bind; must live until the statement has run
 *
 * Bind a text.
 */
void
flow_sync_bind_text (FlowSyncStep *stmt, int column, const char *text)
{
  sqlite3_bind_text (stmt, column, text, -1, SQLITE_STATIC);
}

/**
 * flow_sync_column_bytes:
 * @stmt: a statement that stands on a row
 * @column: from 0
 *
 * Returns: (transfer full): a copy of the bytes there
 */
GBytes *
flow_sync_column_bytes (FlowSyncStep *stmt, int column)
{
  gconstpointer data = sqlite3_column_blob (stmt, column);

  return g_bytes_new (data, (gsize) sqlite3_column_bytes (stmt, column));
}

/**
 * flow_sync_column_value:
 * @stmt: a statement that stands on a row
 * @column: from 0
 *
 * Returns: (nullable) (transfer full): the value there; %NULL when there is none
 */
GBytes *
flow_sync_column_value (FlowSyncStep *stmt, int column)
{
  gconstpointer data = sqlite3_column_blob (stmt, column);
  gsize size = (gsize) sqlite3_column_bytes (stmt, column);

  return size > 0 ? flow_sync_value_new (data, size) : NULL;
}

/**
 * flow_sync_column_text:
 * @stmt: a statement that stands on a row
 * @column: from 0
 *
 * Returns: (transfer none): the text there, until the next step
 */
const char *
flow_sync_column_text (FlowSyncStep *stmt, int column)
{
  return (const char *) sqlite3_column_text (stmt, column);
}
