/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-sync"

#include "sync/flow-sync-text-merge.h"

#include "store/flow-statement.h"
#include "text/flow-text-merge.h"

static gboolean
knew_all (const FlowSyncPlace *place, const FlowSyncCell *base)
{
  for (guint i = 0; i < place->n; i++)
    if (!flow_sync_cell_knew (place->cells[i], base))
      return FALSE;
  return TRUE;
}

/**
 * flow_sync_find_base:
 * @sync: a loaded engine
 * @row: a record
 * @place: writes that did not know of each other
 * @base: (out) (nullable): the latest value that all of them knew of, %NULL when there is none
 * @error: return location
 *
 * Returns: %FALSE with the codes of flow_sql_error()
 */
gboolean
flow_sync_find_base (FlowSync *sync, const FlowSyncRow *row, const FlowSyncPlace *place, GBytes **base, GError **error)
{
  g_autoptr (FlowSyncStep) stmt = NULL;
  const FlowSyncCell *best = NULL;
  gboolean more = TRUE;

  *base = NULL;
  /* What was written over a moment ago is not in the database so far. */
  for (guint i = 0; i < row->removed->len; i++)
    {
      const FlowSyncCell *cell = g_ptr_array_index (row->removed, i);

      if (g_str_equal (cell->field, place->cells[0]->field) && g_str_equal (cell->item, place->cells[0]->item) &&
          knew_all (place, cell) && (best == NULL || flow_sync_cell_compare_clock (cell, best) > 0))
        best = cell;
    }
  stmt = flow_sync_stmt (sync, FLOW_SYNC_STMT_BASE_LIST, error);
  if (stmt == NULL)
    return FALSE;
  flow_sync_bind_text (stmt, 1, row->name);
  flow_sync_bind_bytes (stmt, 2, row->key);
  flow_sync_bind_text (stmt, 3, place->cells[0]->field);
  flow_sync_bind_text (stmt, 4, place->cells[0]->item);
  while (*base == NULL && more)
    {
      FlowSyncCell cell = { NULL };

      if (!flow_sql_step_row (stmt, &more, error))
        return FALSE;
      if (!more)
        break;
      cell.stream = flow_sync_find_stream_by_id (sync, sqlite3_column_int64 (stmt, 0));
      cell.seq = (guint64) sqlite3_column_int64 (stmt, 1);
      cell.hlc = (guint64) sqlite3_column_int64 (stmt, 2);
      if (cell.stream == NULL || !knew_all (place, &cell))
        continue;
      if (best == NULL || flow_sync_cell_compare_clock (&cell, best) > 0)
        *base = flow_sync_column_value (stmt, 3);
      break;
    }
  if (*base == NULL && best != NULL)
    *base = g_bytes_ref (best->value);
  return TRUE;
}

static FlowText *
to_text (GBytes *value)
{
  gsize size = 0;
  const char *text = value != NULL ? flow_sync_value_get_text (value, &size) : NULL;

  return text != NULL ? flow_text_new (text, (gssize) size, NULL) : flow_text_new_empty ();
}

/**
 * flow_sync_merge_texts:
 * @base: (nullable): what both had
 * @first: what one made of it
 * @second: what the other one made of it
 * @both: where both changed the same, take both, one after the other
 *
 * Merge two texts over the one that both had, line by line and then word by word. The same three always give the same.
 *
 * Returns: (nullable) (transfer full): the merged text; %NULL when both changed the same words and not @both
 */
GBytes *
flow_sync_merge_texts (GBytes *base, GBytes *first, GBytes *second, gboolean both)
{
  g_autoptr (FlowText) base_text = to_text (base);
  g_autoptr (FlowText) first_text = to_text (first);
  g_autoptr (FlowText) second_text = to_text (second);
  g_autoptr (FlowTextMerge) merge = NULL;
  g_autoptr (FlowText) merged = NULL;

  if (base_text == NULL || first_text == NULL || second_text == NULL)
    return NULL;
  merge = flow_text_merge_new (base_text, first_text, second_text, FLOW_TEXT_MERGE_DEFAULT);
  if (!both && flow_text_merge_count (merge, FLOW_TEXT_REGION_CONFLICT) > 0)
    return NULL;
  merged = flow_text_merge_get_text (merge, FLOW_TEXT_MERGE_BOTH);
  return flow_sync_value_new_text (flow_text_get_data (merged), (gssize) flow_text_get_size (merged));
}
