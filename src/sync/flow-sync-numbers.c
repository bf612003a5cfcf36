/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-sync"

#include "store/flow-statement.h"
#include "sync/flow-sync-private.h"

/* A number stands for all operations of a stream behind the one before. As every batch brings one, they are as many as
 * there were batches; those are needed only that still stand for a write that holds. */

typedef struct
{
  gint64 stream;
  guint64 seq;
  gboolean needed;
} Number;

static GArray *
list_old (FlowSync *self, const char *all, GError **error)
{
  g_autoptr (FlowSyncStep) stmt = flow_sync_stmt (self, FLOW_SYNC_STMT_NUMBER_OLD, error);
  g_autoptr (GArray) numbers = g_array_new (FALSE, FALSE, sizeof (Number));
  gboolean row;

  if (stmt == NULL)
    return NULL;
  sqlite3_bind_blob (stmt, 1, all, (int) strlen (all), SQLITE_STATIC);
  while (flow_sql_step_row (stmt, &row, error))
    {
      Number number = { 0 };

      if (!row)
        return g_steal_pointer (&numbers);
      number.stream = sqlite3_column_int64 (stmt, 0);
      number.seq = (guint64) sqlite3_column_int64 (stmt, 1);
      g_array_append_val (numbers, number);
    }
  return NULL;
}

/* Mark the number that stands for an operation: the first that is not before it. */
static void
mark (GArray *numbers, gint64 stream, guint64 seq)
{
  guint from = 0, to = numbers->len;

  while (from < to)
    {
      guint middle = from + (to - from) / 2;
      const Number *number = &g_array_index (numbers, Number, middle);

      if (number->stream < stream || (number->stream == stream && number->seq < seq))
        from = middle + 1;
      else
        to = middle;
    }
  if (from < numbers->len && g_array_index (numbers, Number, from).stream == stream)
    g_array_index (numbers, Number, from).needed = TRUE;
}

static gboolean
mark_cells (FlowSync *self, GArray *numbers, GError **error)
{
  g_autoptr (FlowSyncStep) stmt = flow_sync_stmt (self, FLOW_SYNC_STMT_NUMBER_CELLS, error);
  gboolean row;

  if (stmt == NULL)
    return FALSE;
  while (flow_sql_step_row (stmt, &row, error))
    {
      if (!row)
        return TRUE;
      mark (numbers, sqlite3_column_int64 (stmt, 0), (guint64) sqlite3_column_int64 (stmt, 1));
    }
  return FALSE;
}

static gboolean
forget (FlowSync *self, const Number *number, GError **error)
{
  g_autoptr (FlowSyncStep) stmt = flow_sync_stmt (self, FLOW_SYNC_STMT_NUMBER_DELETE, error);

  if (stmt == NULL)
    return FALSE;
  sqlite3_bind_int64 (stmt, 1, number->stream);
  sqlite3_bind_int64 (stmt, 2, (gint64) number->seq);
  return flow_sql_step_done (stmt, error);
}

/**
 * flow_sync_forget_numbers:
 * @self: a loaded engine
 * @all: whom what all devices have acknowledged is written down for
 * @limit: so many at most
 * @finished: (out): whether no others are left
 * @error: return location
 *
 * Forget numbers of what all have that stand for nothing any more. Each write that holds keeps the number that it has,
 * and each stream its last one.
 *
 * Returns: %FALSE with the codes of flow_sql_error()
 */
gboolean
flow_sync_forget_numbers (FlowSync *self, const char *all, guint limit, gboolean *finished, GError **error)
{
  g_autoptr (GArray) numbers = list_old (self, all, error);
  guint gone = 0;

  if (numbers == NULL || (numbers->len > 0 && !mark_cells (self, numbers, error)))
    return FALSE;
  for (guint i = 0; i < numbers->len && gone < limit; i++)
    {
      const Number *number = &g_array_index (numbers, Number, i);

      if (number->needed)
        continue;
      if (!forget (self, number, error))
        return FALSE;
      gone++;
    }
  *finished = gone < limit;
  return TRUE;
}
