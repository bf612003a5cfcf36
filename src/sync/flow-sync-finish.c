/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-sync"

#include "sync/flow-sync-conflict-log.h"
#include "sync/flow-sync-policy.h"
#include "sync/flow-sync-text-merge.h"

/* What is to become of a conflict. */
typedef struct
{
  FlowSyncChange *change;
  FlowSyncRow *row;
  FlowSyncConflict *conflict;
  GBytes *write; /* what this device writes about it; NULL: nothing */
} Case;

static gint64
now_ns (FlowSync *self)
{
  return flow_clock_wall_ns (self->clock);
}

static gboolean
is_of_device (FlowSync *self, const FlowSyncStream *stream)
{
  return memcmp (stream->dot.device, self->device, FLOW_SYNC_DEVICE_SIZE) == 0;
}

/* (nullable): this device's own write. Only whoever made one of them writes about it, so that it is not done by all. */
static const FlowSyncCell *
find_mine (FlowSync *self, const FlowSyncPlace *place)
{
  for (guint i = 0; i < place->n; i++)
    if (is_of_device (self, place->cells[i]->stream))
      return place->cells[i];
  return NULL;
}

/* Of the others' writes the one that holds among them. */
static const FlowSyncCell *
find_theirs (FlowSync *self, const FlowSyncTable *table, const FlowSyncPlace *place)
{
  g_autoptr (GPtrArray) others = g_ptr_array_new ();
  FlowSyncPlace rest;

  for (guint i = 0; i < place->n; i++)
    if (!is_of_device (self, place->cells[i]->stream))
      g_ptr_array_add (others, place->cells[i]);
  rest = (FlowSyncPlace) { (FlowSyncCell **) others->pdata, others->len };
  return rest.n > 0 ? flow_sync_policy_pick (table, &rest) : NULL;
}

static gboolean
are_rules (const FlowSyncPlace *place)
{
  for (guint i = 0; i < place->n; i++)
    if ((place->cells[i]->flags & FLOW_SYNC_OP_AUTO) == 0)
      return FALSE;
  return TRUE;
}

static void
decide (Case *self, const char *state, GBytes *chosen)
{
  flow_sync_conflict_decide (self->conflict, state, NULL, chosen, now_ns (self->change->sync));
}

/* All that both changed, over what they had; NULL: they changed the same. */
static GBytes *
merge_all (Case *self, const FlowSyncPlace *place)
{
  FlowSyncConflict *conflict = self->conflict;
  g_autoptr (GBytes) merged = NULL;

  if (conflict->base == NULL)
    return NULL;
  /* By clock, so that all devices get the same. */
  for (guint i = 0; i < conflict->sides->len; i++)
    {
      GBytes *value = g_array_index (conflict->sides, FlowSyncSide, i).value;
      GBytes *next = merged == NULL ? g_bytes_ref (value)
                                    : flow_sync_merge_texts (conflict->base, merged, value, FALSE);

      g_clear_pointer (&merged, g_bytes_unref);
      if (next == NULL)
        return NULL;
      merged = next;
    }
  return g_steal_pointer (&merged);
}

static void
decide_text (Case *self, const FlowSyncPlace *place, const FlowSyncCell *mine, const FlowSyncCell *picked)
{
  g_autoptr (GBytes) merged = merge_all (self, place);

  if (merged == NULL)
    {
      decide (self, FLOW_SYNC_STATE_OPEN, picked->value);
      return;
    }
  decide (self, FLOW_SYNC_STATE_AUTO, merged);
  if (mine != NULL)
    self->write = g_steal_pointer (&merged);
}

/* What the setting or the policy says about writes of a value that differ. */
static void
decide_value (Case *self, const FlowSyncPlace *place)
{
  FlowSync *sync = self->change->sync;
  const FlowSyncTable *table = self->row->table;
  FlowSyncCell *picked = flow_sync_policy_pick (table, place);
  const FlowSyncCell *mine = find_mine (sync, place);
  const FlowSyncCell *theirs = find_theirs (sync, table, place);
  guint index, n;
  FlowSyncPolicy policy = flow_sync_policy_find (table, picked->field, &index, &n);

  if (are_rules (place))
    decide (self, FLOW_SYNC_STATE_AUTO, picked->value);
  else if (sync->resolution == FLOW_SYNC_MANUAL)
    decide (self, FLOW_SYNC_STATE_OPEN, picked->value);
  else if (sync->resolution != FLOW_SYNC_AUTO_MERGE && mine != NULL && theirs != NULL)
    {
      const FlowSyncCell *winner = sync->resolution == FLOW_SYNC_LOCAL_WINS ? mine : theirs;

      decide (self, FLOW_SYNC_STATE_AUTO, winner->value);
      self->write = g_bytes_ref (winner->value);
    }
  else if (policy == FLOW_SYNC_MERGE)
    decide_text (self, place, mine, picked);
  else
    decide (self, FLOW_SYNC_STATE_AUTO, picked->value);
}

/* A rule writes what it decided, over all that it knows of. */
static void
write_decision (Case *self)
{
  FlowSyncOp *op;

  if (self->write == NULL)
    return;
  op = flow_sync_op_new (self->row->name, self->row->table->schema, self->row->key);
  op->flags = FLOW_SYNC_OP_AUTO;
  flow_sync_op_add (op, self->conflict->field, self->conflict->item, self->write);
  flow_sync_change_add_op (self->change, op);
  self->row->foreign = TRUE;
}

static char *
make_title (FlowSync *self, const FlowSyncRow *row)
{
  char *title = row->table->title != NULL ? row->table->title (row->table, self->db, row->key) : NULL;

  return title != NULL ? title : g_strdup ("");
}

static gboolean
same_id (const FlowSyncConflict *a, const FlowSyncConflict *b)
{
  return memcmp (a->id, b->id, FLOW_SYNC_CONFLICT_ID_SIZE) == 0;
}

static gboolean
is_open (const FlowSyncConflict *conflict)
{
  return g_str_equal (conflict->state, FLOW_SYNC_STATE_OPEN);
}

static gboolean
same_bytes (GBytes *a, GBytes *b)
{
  return a == NULL || b == NULL ? a == b : g_bytes_equal (a, b);
}

/* Whether the log says the same already. */
static gboolean
is_logged (const FlowSyncConflict *known, const FlowSyncConflict *conflict)
{
  return g_str_equal (known->state, conflict->state) && known->sides->len == conflict->sides->len &&
         same_bytes (known->chosen, conflict->chosen);
}

/* Writes the conflict into the log, unless it was decided already; what was decided is not written once more. */
static gboolean
log_case (Case *self, GError **error)
{
  FlowSync *sync = self->change->sync;
  FlowSyncConflict *conflict = self->conflict;
  g_autoptr (FlowSyncConflict) known = NULL;
  g_autoptr (FlowSyncConflict) open = NULL;
  gboolean asks = is_open (conflict);

  if (!flow_sync_conflict_load (sync, conflict->id, &known, error) ||
      !flow_sync_conflict_find_open (sync, self->row, conflict->field, conflict->item, &open, error))
    return FALSE;
  if (known != NULL && !is_open (known))
    {
      g_clear_pointer (&self->write, g_bytes_unref);
      if (!g_str_equal (known->state, FLOW_SYNC_STATE_AUTO))
        return TRUE;
    }
  if (known != NULL && is_logged (known, conflict))
    return TRUE;
  /* Another write came to the same place: one question says it all. */
  if (open != NULL && !same_id (open, conflict) && !flow_sync_conflict_drop (sync, open->id, error))
    return FALSE;
  conflict->opened_ns = known != NULL ? known->opened_ns : open != NULL ? open->opened_ns : now_ns (sync);
  g_free (conflict->title);
  conflict->title = make_title (sync, self->row);
  if (known == NULL && open == NULL)
    {
      self->change->applied.asked += asks ? 1 : 0;
      self->change->applied.decided += asks ? 0 : 1;
    }
  return flow_sync_conflict_store (sync, conflict, error);
}

static gboolean
end_case (Case *self, GError **error)
{
  gboolean ok = log_case (self, error);

  write_decision (self);
  flow_sync_conflict_free (self->conflict);
  g_clear_pointer (&self->write, g_bytes_unref);
  return ok;
}

static gboolean
see_values (FlowSyncChange *change, FlowSyncRow *row, const FlowSyncPlace *place, GError **error)
{
  const FlowSyncCell *first = place->cells[0];
  Case self = { change, row, flow_sync_conflict_new (row, first->field, first->item, FLOW_SYNC_KIND_MODIFIED), NULL };

  for (guint i = 0; i < place->n; i++)
    flow_sync_conflict_add_side (self.conflict, place->cells[i]->stream, place->cells[i]->seq, place->cells[i]->hlc,
                                 place->cells[i]->value);
  flow_sync_conflict_name (self.conflict);
  if (!flow_sync_find_base (change->sync, row, place, &self.conflict->base, error))
    {
      flow_sync_conflict_free (self.conflict);
      return FALSE;
    }
  decide_value (&self, place);
  return end_case (&self, error);
}

/* Whatever waited there has been decided by a write that knew of it all. */
static gboolean
close_open (FlowSyncChange *change, FlowSyncRow *row, const char *field, const char *item, const FlowSyncCell *by,
            GError **error)
{
  g_autoptr (FlowSyncConflict) open = NULL;

  if (!flow_sync_conflict_find_open (change->sync, row, field, item, &open, error))
    return FALSE;
  if (open == NULL)
    return TRUE;
  flow_sync_conflict_decide (open, FLOW_SYNC_STATE_RESOLVED, by != NULL ? by->stream->dot.device : NULL,
                             by != NULL ? by->value : NULL, now_ns (change->sync));
  return flow_sync_conflict_store (change->sync, open, error);
}

/* All that one operation wrote which a deletion did not know of is one side of it. */
static void
add_changed_side (FlowSyncConflict *conflict, FlowSyncRow *row, const FlowSyncCell *from)
{
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GPtrArray) values = g_ptr_array_new ();
  g_autoptr (GBytes) value = NULL;

  for (guint i = 0; i < row->cells->len; i++)
    {
      const FlowSyncCell *cell = g_ptr_array_index (row->cells, i);

      if (cell->stream != from->stream || cell->seq != from->seq || cell->field[0] == '\0' ||
          flow_sync_value_get_kind (cell->value) == FLOW_SYNC_VALUE_GROUP)
        continue;
      g_ptr_array_add (names, cell->item[0] != '\0' ? g_strconcat (cell->field, ".", cell->item, NULL)
                                                    : g_strdup (cell->field));
      g_ptr_array_add (values, cell->value);
    }
  value = names->len > 0 ? flow_sync_value_new_group ((const char *const *) names->pdata,
                                                      (GBytes *const *) values->pdata, names->len)
                         : g_bytes_ref (from->value);
  flow_sync_conflict_add_side (conflict, from->stream, from->seq, from->hlc, value);
}

static gboolean
has_side (const FlowSyncConflict *conflict, const FlowSyncCell *cell)
{
  for (guint i = 0; i < conflict->sides->len; i++)
    {
      const FlowSyncSide *side = &g_array_index (conflict->sides, FlowSyncSide, i);

      if (side->stream == cell->stream && side->seq == cell->seq)
        return TRUE;
    }
  return FALSE;
}

static gboolean
is_removal (const FlowSyncCell *cell)
{
  gint64 number = 0;

  return cell->field[0] == '\0' && flow_sync_value_get_int (cell->value, &number) && number == 0;
}

/* What was written meanwhile, by whoever did not know of the deletion. */
static void
add_sides (FlowSyncConflict *conflict, FlowSyncRow *row, const FlowSyncCell *deletion)
{
  for (guint i = 0; i < row->cells->len; i++)
    {
      const FlowSyncCell *cell = g_ptr_array_index (row->cells, i);

      if (!is_removal (cell) && !flow_sync_cell_knew (deletion, cell) && !has_side (conflict, cell))
        add_changed_side (conflict, row, cell);
    }
}

/* Which side the setting takes; NULL: none. */
static GBytes *
take_side (FlowSync *sync, const FlowSyncCell *deletion)
{
  gboolean mine = is_of_device (sync, deletion->stream);

  if (sync->resolution == FLOW_SYNC_LOCAL_WINS)
    return flow_sync_value_new_int (mine ? 0 : 1);
  if (sync->resolution == FLOW_SYNC_CLOUD_WINS)
    return flow_sync_value_new_int (mine ? 1 : 0);
  return NULL;
}

static gboolean
has_own_side (FlowSync *sync, const FlowSyncConflict *conflict)
{
  for (guint i = 0; i < conflict->sides->len; i++)
    if (is_of_device (sync, g_array_index (conflict->sides, FlowSyncSide, i).stream))
      return TRUE;
  return FALSE;
}

static gboolean
see_deletion (FlowSyncChange *change, FlowSyncRow *row, const FlowSyncCell *deletion, gboolean alive, GError **error)
{
  FlowSync *sync = change->sync;
  Case self = { change, row, flow_sync_conflict_new (row, "", "", FLOW_SYNC_KIND_DELETED), NULL };
  FlowSyncConflict *conflict = self.conflict;
  g_autoptr (GBytes) chosen = flow_sync_value_new_int (alive ? 1 : 0);

  flow_sync_conflict_add_side (conflict, deletion->stream, deletion->seq, deletion->hlc, deletion->value);
  add_sides (conflict, row, deletion);
  flow_sync_conflict_name (conflict);
  if (sync->resolution != FLOW_SYNC_AUTO_MERGE && sync->resolution != FLOW_SYNC_MANUAL && has_own_side (sync, conflict))
    {
      self.write = take_side (sync, deletion);
      decide (&self, FLOW_SYNC_STATE_AUTO, self.write);
    }
  else if (alive || sync->resolution == FLOW_SYNC_MANUAL)
    decide (&self, FLOW_SYNC_STATE_OPEN, chosen);
  else
    decide (&self, FLOW_SYNC_STATE_AUTO, chosen);
  return end_case (&self, error);
}

/* (nullable): a deletion that did not know of everything. */
static const FlowSyncCell *
find_blind_deletion (FlowSyncRow *row)
{
  for (guint i = 0; i < row->cells->len; i++)
    {
      const FlowSyncCell *deletion = g_ptr_array_index (row->cells, i);

      if (deletion->field[0] != '\0')
        break;
      for (guint j = 0; is_removal (deletion) && j < row->cells->len; j++)
        {
          const FlowSyncCell *cell = g_ptr_array_index (row->cells, j);

          if (!is_removal (cell) && !flow_sync_cell_knew (deletion, cell))
            return deletion;
        }
    }
  return NULL;
}

static gboolean
finish_deletion (FlowSyncChange *change, FlowSyncRow *row, gboolean alive, GError **error)
{
  const FlowSyncCell *deletion = find_blind_deletion (row);
  gboolean machine = row->table->deletion == FLOW_SYNC_MACHINE;
  const FlowSyncCell *by = NULL;

  if (deletion != NULL && (alive || machine))
    return see_deletion (change, row, deletion, alive, error);
  if (!row->divided)
    return TRUE;
  by = flow_sync_row_find_deletion (row);
  for (guint i = 0; by == NULL && i < row->cells->len; i++)
    by = g_ptr_array_index (row->cells, i);
  return close_open (change, row, "", "", by, error);
}

static gboolean
is_union (const FlowSyncRow *row, const FlowSyncCell *cell)
{
  guint index, n;

  return flow_sync_policy_find (row->table, cell->field, &index, &n) == FLOW_SYNC_UNION;
}

static gboolean
finish_values (FlowSyncChange *change, FlowSyncRow *row, gboolean alive, GError **error)
{
  FlowSyncPlace place = { NULL, 0 };

  while (flow_sync_row_next_place (row, &place))
    {
      const FlowSyncCell *first = place.cells[0];
      gboolean differs = flow_sync_policy_differ (&place);
      const FlowSyncCell *picked;

      if (first->field[0] == '\0' || is_union (row, first))
        continue;
      picked = flow_sync_policy_pick (row->table, &place);
      if (differs && alive)
        {
          if (!see_values (change, row, &place, error))
            return FALSE;
        }
      else if (row->divided && !differs && flow_sync_policy_fits (row->table, picked) &&
               !close_open (change, row, first->field, first->item, picked, error))
        return FALSE;
    }
  return TRUE;
}

static gboolean
is_whole (FlowSyncRow *row)
{
  FlowSyncPlace place = { NULL, 0 };

  while (flow_sync_row_next_place (row, &place))
    if (place.n > 1 || place.cells[0]->field[0] == '\0')
      return FALSE;
  return TRUE;
}

/**
 * flow_sync_finish_row:
 * @change: a change
 * @row: a row of it, after all writes came in
 * @error: return location
 *
 * Find out what is in conflict, log it, and let the rules write what they decide. What was in conflict and is not any
 * more was decided by somebody.
 *
 * Returns: %FALSE with the codes of flow_sql_error()
 */
gboolean
flow_sync_finish_row (FlowSyncChange *change, FlowSyncRow *row, GError **error)
{
  gboolean alive;

  if (row->table == NULL || (!row->divided && is_whole (row)))
    return TRUE;
  if (!flow_sync_row_number (change->sync, row, error))
    return FALSE;
  alive = flow_sync_row_is_alive (row);
  return finish_deletion (change, row, alive, error) && finish_values (change, row, alive, error);
}
