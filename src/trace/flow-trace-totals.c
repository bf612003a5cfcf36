/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "flow-trace"

#include "trace/flow-trace-totals.h"

#include "store/flow-statement.h"

/**
 * flow_trace_totals_load:
 * @self: (out caller-allocates): the totals
 * @db: the database
 * @error: return location
 *
 * Count what is there. Reads every page of the trace table: at the start, and after a roll-back.
 *
 * Returns: %FALSE with the codes of flow_sql_error()
 */
gboolean
flow_trace_totals_load (FlowTraceTotals *self, sqlite3 *db, GError **error)
{
  g_autoptr (sqlite3_stmt) stmt = NULL;
  gboolean row = FALSE;

  memset (self, 0, sizeof *self);
  if (!flow_sql_get_int64 (db, "SELECT count(*) FROM trace", &self->traces, error) ||
      !flow_sql_prepare (db, "segment-totals", &stmt, error))
    return FALSE;
  while (flow_sql_step_row (stmt, &row, error))
    {
      int signal;

      if (!row)
        return TRUE;
      signal = sqlite3_column_int (stmt, 0);
      if (signal >= 0 && signal < FLOW_N_SIGNALS)
        self->rows[signal] = sqlite3_column_int64 (stmt, 1);
    }
  return FALSE;
}
