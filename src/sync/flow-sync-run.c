/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-sync"

#include "sync/flow-sync-run.h"

#include <string.h>

#include "message/flow-json-member.h"
#include "store/flow-statement.h"
#include "sync/flow-sync-resources.h"

/**
 * flow_sync_run_write:
 * @self: a run that is over
 * @db: the connection that writes, in a transaction
 * @error: return location
 *
 * Write it into the history. The oldest ones are forgotten.
 *
 * Returns: %FALSE with the codes of flow_sql_error()
 */
gboolean
flow_sync_run_write (const FlowSyncRun *self, sqlite3 *db, GError **error)
{
  g_autoptr (sqlite3_stmt) stmt = NULL;
  const guint64 numbers[] = { self->sent,       self->received,  self->bytes_up,
                              self->bytes_down, self->raw_bytes, self->conflicts };

  flow_sync_resources_ensure ();
  if (!flow_sql_prepare (db, "sync/run-write", &stmt, error))
    return FALSE;
  sqlite3_bind_int64 (stmt, 1, self->start_ns);
  sqlite3_bind_int64 (stmt, 2, self->end_ns);
  sqlite3_bind_text (stmt, 3, self->reason, -1, SQLITE_STATIC);
  for (guint i = 0; i < G_N_ELEMENTS (numbers); i++)
    sqlite3_bind_int64 (stmt, 4 + (int) i, (gint64) numbers[i]);
  sqlite3_bind_text (stmt, 10, self->error != NULL ? self->error : "", -1, SQLITE_STATIC);
  return flow_sql_step_done (stmt, error) && flow_sql_exec_int64 (db, "sync/run-trim", FLOW_SYNC_RUNS_KEPT, error);
}

/* The code of an error, a space, and what people read. */
static void
write_error (const char *error, FlowJsonWriter *json)
{
  const char *space = strchr (error, ' ');

  if (error[0] == '\0')
    {
      flow_json_writer_null (json);
      return;
    }
  flow_json_writer_begin_object (json);
  flow_json_member_text (json, "code", error, space != NULL ? space - error : -1);
  flow_json_member_text (json, "message", space != NULL ? space + 1 : "", -1);
  flow_json_writer_end_object (json);
}

static void
write_run (sqlite3_stmt *row, FlowJsonWriter *json)
{
  static const char *const names[] = { "sent", "received", "bytes_up", "bytes_down", "raw_bytes", "conflicts" };
  const char *error = (const char *) sqlite3_column_text (row, 10);

  flow_json_writer_begin_object (json);
  flow_json_member_int (json, "number", sqlite3_column_int64 (row, 0));
  flow_json_writer_key (json, "start");
  flow_json_writer_time (json, sqlite3_column_int64 (row, 1));
  flow_json_writer_key (json, "end");
  flow_json_writer_time (json, sqlite3_column_int64 (row, 2));
  flow_json_member_text (json, "reason", (const char *) sqlite3_column_text (row, 3), -1);
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    flow_json_member_int (json, names[i], sqlite3_column_int64 (row, 4 + (int) i));
  flow_json_writer_key (json, "error");
  write_error (error, json);
  flow_json_writer_end_object (json);
}

/**
 * flow_sync_runs_write_json:
 * @db: any connection
 * @before: only runs with a lower number, 0: from the newest one on
 * @limit: so many at most
 * @json: where to
 * @error: return location
 *
 * Write the history as `{"runs": […], "more": …}`, the newest one first.
 *
 * Returns: %FALSE with the codes of flow_sql_error()
 */
gboolean
flow_sync_runs_write_json (sqlite3 *db, guint64 before, guint limit, FlowJsonWriter *json, GError **error)
{
  g_autoptr (sqlite3_stmt) stmt = NULL;
  gboolean row = TRUE;
  guint n = 0;

  flow_sync_resources_ensure ();
  if (!flow_sql_prepare (db, "sync/run-list", &stmt, error))
    return FALSE;
  sqlite3_bind_int64 (stmt, 1, before > 0 && before <= G_MAXINT64 ? (gint64) before : G_MAXINT64);
  sqlite3_bind_int64 (stmt, 2, (gint64) limit + 1);
  flow_json_writer_begin_object (json);
  flow_json_writer_key (json, "runs");
  flow_json_writer_begin_array (json);
  while (row && n <= limit)
    {
      if (!flow_sql_step_row (stmt, &row, error))
        return FALSE;
      if (row && n++ < limit)
        write_run (stmt, json);
    }
  flow_json_writer_end_array (json);
  flow_json_member_flag (json, "more", n > limit);
  flow_json_writer_end_object (json);
  return TRUE;
}
