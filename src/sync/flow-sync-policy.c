/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-sync"

#include "sync/flow-sync-policy.h"

#include "sync/flow-sync-hlc.h"

/**
 * flow_sync_policy_find:
 * @table: (nullable): a table
 * @field: name of a field or a group as it is in a write
 * @index: (out): the number of the field, of a group: of its first one
 * @n: (out): how many fields it is; 0 when the table has none of that name
 *
 * Find what a write is about.
 *
 * Returns: the policy, %FLOW_SYNC_LATEST when the field is not known
 */
FlowSyncPolicy
flow_sync_policy_find (const FlowSyncTable *table, const char *field, guint *index, guint *n)
{
  *index = *n = 0;
  for (guint i = 0; table != NULL && i < table->n_fields; i++)
    {
      const char *group = table->fields[i].group;

      if (!g_str_equal (group != NULL ? group : table->fields[i].name, field))
        continue;
      if (*n == 0)
        *index = i;
      (*n)++;
    }
  return *n > 0 ? table->fields[*index].policy : FLOW_SYNC_LATEST;
}

typedef struct
{
  const char *name;
  GBytes *value;
} MemberSearch;

static void
match_member (const char *name, GBytes *value, gpointer data)
{
  MemberSearch *search = data;

  if (search->value == NULL && g_str_equal (name, search->name))
    search->value = g_bytes_ref (value);
}

static gboolean
is_final (const FlowSyncTable *table, guint index, const FlowSyncCell *cell)
{
  MemberSearch search = { table->fields[index].name, NULL };
  g_autoptr (GBytes) value = NULL;
  const char *text;

  if (flow_sync_value_get_kind (cell->value) == FLOW_SYNC_VALUE_GROUP)
    {
      flow_sync_value_foreach_member (cell->value, match_member, &search);
      value = search.value;
    }
  else
    value = g_bytes_ref (cell->value);
  text = value != NULL ? flow_sync_value_get_text (value, NULL) : NULL;
  return text != NULL && g_strv_contains (table->finals, text);
}

/* Of two finals the one that the cloud accepted first; while one of them is not accepted the later one. */
static gboolean
final_beats (const FlowSyncCell *a, const FlowSyncCell *b, gboolean numbered)
{
  if (numbered && a->number != b->number)
    return a->number < b->number;
  return flow_sync_cell_compare_clock (a, b) > 0;
}

static FlowSyncCell *
pick_final (const FlowSyncTable *table, guint index, const FlowSyncPlace *place)
{
  FlowSyncCell *best = NULL;
  gboolean numbered = TRUE;

  for (guint i = 0; i < place->n; i++)
    numbered = numbered && (!is_final (table, index, place->cells[i]) || place->cells[i]->number > 0);
  for (guint i = 0; i < place->n; i++)
    if (is_final (table, index, place->cells[i]) && (best == NULL || final_beats (place->cells[i], best, numbered)))
      best = place->cells[i];
  return best;
}

static gboolean
is_null (const FlowSyncCell *cell)
{
  return flow_sync_value_get_kind (cell->value) == FLOW_SYNC_VALUE_NULL;
}

/**
 * flow_sync_policy_pick:
 * @table: (nullable): a table
 * @place: the writes of one of its values, at least one
 *
 * Decide which of the writes holds: a pure function of the set of them, so that all devices decide alike.
 *
 * Returns: (transfer none): one of them
 */
FlowSyncCell *
flow_sync_policy_pick (const FlowSyncTable *table, const FlowSyncPlace *place)
{
  FlowSyncCell *best = place->cells[0];
  FlowSyncPolicy policy;
  guint index, n;

  if (place->n == 1)
    return best;
  policy = flow_sync_policy_find (table, best->field, &index, &n);
  if (policy == FLOW_SYNC_FINAL)
    {
      FlowSyncCell *final = pick_final (table, index, place);

      if (final != NULL)
        return final;
    }
  for (guint i = 1; i < place->n; i++)
    {
      FlowSyncCell *cell = place->cells[i];

      /* Who added it did not know of the removal. */
      if (policy == FLOW_SYNC_UNION && is_null (cell) != is_null (best))
        best = is_null (best) ? cell : best;
      else if (flow_sync_cell_compare_clock (cell, best) > 0)
        best = cell;
    }
  return best;
}

/**
 * flow_sync_policy_differ:
 * @place: the writes of a value
 *
 * Returns: whether they are not all the same; equal values are no conflict
 */
gboolean
flow_sync_policy_differ (const FlowSyncPlace *place)
{
  for (guint i = 1; i < place->n; i++)
    if (!g_bytes_equal (place->cells[0]->value, place->cells[i]->value))
      return TRUE;
  return FALSE;
}

/* Whether the value is of the field's type. */
static gboolean
fits (const FlowSyncField *field, GBytes *value)
{
  static const FlowSyncValueKind kinds[] = {
    [FLOW_SYNC_INT] = FLOW_SYNC_VALUE_INT,   [FLOW_SYNC_REAL] = FLOW_SYNC_VALUE_REAL,
    [FLOW_SYNC_TEXT] = FLOW_SYNC_VALUE_TEXT, [FLOW_SYNC_BLOB] = FLOW_SYNC_VALUE_BLOB,
    [FLOW_SYNC_SET] = FLOW_SYNC_VALUE_INT,   [FLOW_SYNC_MAP] = FLOW_SYNC_VALUE_TEXT,
  };
  FlowSyncValueKind kind = flow_sync_value_get_kind (value);

  return kind == FLOW_SYNC_VALUE_NULL || kind == kinds[field->type];
}

static void
set_member (const char *name, GBytes *value, gpointer data)
{
  FlowSyncRecord *record = data;
  const FlowSyncTable *table = flow_sync_record_get_table (record);
  int index = flow_sync_table_find_field (table, name);

  if (index >= 0 && fits (&table->fields[index], value))
    flow_sync_record_set_value (record, (guint) index, NULL, value);
}

/**
 * flow_sync_policy_fits:
 * @table: a table
 * @cell: a write
 *
 * Returns: whether this program can do something with its value; a field that it does not know is no matter
 */
gboolean
flow_sync_policy_fits (const FlowSyncTable *table, const FlowSyncCell *cell)
{
  const FlowSyncField *field;
  gboolean items;
  guint index, n;

  flow_sync_policy_find (table, cell->field, &index, &n);
  if (n == 0)
    return TRUE;
  field = &table->fields[index];
  items = field->type == FLOW_SYNC_SET || field->type == FLOW_SYNC_MAP;
  if (field->group != NULL)
    return flow_sync_value_get_kind (cell->value) == FLOW_SYNC_VALUE_GROUP;
  return items == (cell->item[0] != '\0') && fits (field, cell->value);
}

/**
 * flow_sync_row_make_record:
 * @self: a row of a table that is known
 *
 * Returns: (transfer full): the record as it was merged, whether it is deleted or not
 */
FlowSyncRecord *
flow_sync_row_make_record (const FlowSyncRow *self)
{
  FlowSyncRecord *record = flow_sync_record_new (self->table);
  FlowSyncPlace place = { NULL, 0 };
  guint64 latest = 0;

  while (flow_sync_row_next_place (self, &place))
    {
      FlowSyncCell *cell = flow_sync_policy_pick (self->table, &place);
      guint index, n;

      latest = MAX (latest, cell->hlc);

      flow_sync_policy_find (self->table, cell->field, &index, &n);
      if (n == 0 || !flow_sync_policy_fits (self->table, cell))
        continue;
      if (self->table->fields[index].group != NULL)
        flow_sync_value_foreach_member (cell->value, set_member, record);
      else
        flow_sync_record_set_value (record, index, cell->item[0] != '\0' ? cell->item : NULL, cell->value);
    }
  flow_sync_record_set_time_ms (record, flow_sync_hlc_get_ms (latest));
  return record;
}
