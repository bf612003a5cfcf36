/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "flow-trace"

#include "trace/flow-trace-kept.h"

#include "store/flow-statement.h"

/** flow_trace_kept_forget: what the user said about traces has changed, or is not known any more. */
void
flow_trace_kept_forget (FlowTraceKept *self)
{
  g_clear_pointer (&self->numbers, g_hash_table_unref);
  g_clear_pointer (&self->whole, g_hash_table_unref);
}

/** flow_trace_kept_load: read what is kept, if that is not known. */
gboolean
flow_trace_kept_load (FlowTraceKept *self, FlowTraceIndex *index, sqlite3 *db, GError **error)
{
  g_autoptr (GHashTable) numbers = g_hash_table_new (NULL, NULL);
  g_autoptr (sqlite3_stmt) stmt = NULL;
  gboolean row = FALSE;

  if (self->numbers != NULL)
    return TRUE;
  if (!flow_sql_prepare (db, "fact-ids", &stmt, error))
    return FALSE;
  while (TRUE)
    {
      guint64 number = 0;

      if (!flow_sql_step_row (stmt, &row, error))
        return FALSE;
      if (!row)
        break;
      if (sqlite3_column_bytes (stmt, 0) != 16)
        continue;
      if (!flow_trace_index_find (index, db, sqlite3_column_blob (stmt, 0), &number, error))
        return FALSE;
      if (number != 0)
        g_hash_table_add (numbers, (gpointer) (gsize) number);
    }
  self->numbers = g_steal_pointer (&numbers);
  self->whole = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, NULL);
  return TRUE;
}

/** flow_trace_kept_has: whether a trace is to be spared. */
gboolean
flow_trace_kept_has (const FlowTraceKept *self, guint64 trace)
{
  return trace != 0 && g_hash_table_contains (self->numbers, (gpointer) (gsize) trace);
}

static gint64
whole_key (const FlowSegmentEntry *entry)
{
  return (gint64) (entry->id * FLOW_N_SIGNALS + entry->signal);
}

/** flow_trace_kept_add_whole: @entry has nothing to delete, as long as it has this @revision. */
void
flow_trace_kept_add_whole (FlowTraceKept *self, const FlowSegmentEntry *entry, guint32 revision)
{
  gint64 key = whole_key (entry);

  g_hash_table_insert (self->whole, g_memdup2 (&key, sizeof key), GUINT_TO_POINTER (revision));
}

/** flow_trace_kept_is_whole: whether it was found before that @entry has nothing to delete. */
gboolean
flow_trace_kept_is_whole (const FlowTraceKept *self, const FlowSegmentEntry *entry)
{
  gint64 key = whole_key (entry);
  gpointer revision = NULL;

  return g_hash_table_lookup_extended (self->whole, &key, NULL, &revision) &&
         GPOINTER_TO_UINT (revision) == entry->revision;
}
