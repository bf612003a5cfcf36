/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-sync"

#include "sync/flow-sync-row.h"

static void
cell_free (gpointer data)
{
  FlowSyncCell *self = data;

  g_free (self->field);
  g_free (self->item);
  g_clear_pointer (&self->context, flow_sync_context_unref);
  g_clear_pointer (&self->value, g_bytes_unref);
  g_free (self);
}

/**
 * flow_sync_row_new:
 * @table: (nullable): of which table
 * @name: the table's name
 * @key: which record
 *
 * Returns: (transfer full): a record that nobody wrote
 */
FlowSyncRow *
flow_sync_row_new (const FlowSyncTable *table, const char *name, GBytes *key)
{
  FlowSyncRow *self = g_new0 (FlowSyncRow, 1);

  self->table = table;
  self->name = g_strdup (name);
  self->key = g_bytes_ref (key);
  self->cells = g_ptr_array_new_with_free_func (cell_free);
  self->removed = g_ptr_array_new_with_free_func (cell_free);
  return self;
}

/**
 * flow_sync_row_free:
 * @self: (transfer full): a row
 *
 * Free it.
 */
void
flow_sync_row_free (FlowSyncRow *self)
{
  g_free (self->name);
  g_bytes_unref (self->key);
  g_ptr_array_unref (self->cells);
  g_ptr_array_unref (self->removed);
  g_free (self);
}

/**
 * flow_sync_row_add_cell:
 * @self: a row
 * @field: of which field
 * @item: and item
 *
 * Add a write as it is in the database; the caller adds them in their order and says the rest.
 *
 * Returns: (transfer none): the cell
 */
FlowSyncCell *
flow_sync_row_add_cell (FlowSyncRow *self, const char *field, const char *item)
{
  FlowSyncCell *cell = g_new0 (FlowSyncCell, 1);

  cell->field = g_strdup (field);
  cell->item = g_strdup (item);
  g_ptr_array_add (self->cells, cell);
  return cell;
}

static int
compare_place (const FlowSyncCell *cell, const char *field, const char *item)
{
  int order = strcmp (cell->field, field);

  return order != 0 ? order : strcmp (cell->item, item);
}

/* The first cell of the place, or where it would be. */
static guint
find_start (const FlowSyncRow *self, const char *field, const char *item)
{
  guint low = 0, high = self->cells->len;

  while (low < high)
    {
      guint middle = low + (high - low) / 2;

      if (compare_place (g_ptr_array_index (self->cells, middle), field, item) < 0)
        low = middle + 1;
      else
        high = middle;
    }
  return low;
}

static guint
find_end (const FlowSyncRow *self, guint start, const char *field, const char *item)
{
  while (start < self->cells->len && compare_place (g_ptr_array_index (self->cells, start), field, item) == 0)
    start++;
  return start;
}

/**
 * flow_sync_row_next_place:
 * @self: a row
 * @place: (inout): where the walk is; begins zeroed
 *
 * Walk through the values of a row in the order of their fields and items.
 *
 * Returns: %FALSE behind the last one
 */
gboolean
flow_sync_row_next_place (const FlowSyncRow *self, FlowSyncPlace *place)
{
  FlowSyncCell **all = (FlowSyncCell **) self->cells->pdata;
  guint start = place->cells != NULL ? (guint) (place->cells - all) + place->n : 0;

  if (start >= self->cells->len)
    return FALSE;
  place->cells = all + start;
  place->n = find_end (self, start, all[start]->field, all[start]->item) - start;
  return TRUE;
}

/**
 * flow_sync_row_find_place:
 * @self: a row
 * @field: name of a field or a group
 * @item: element of a set, key of a map, else empty
 * @place: (out): its writes
 *
 * Returns: %FALSE when nobody wrote it; @place is empty then
 */
gboolean
flow_sync_row_find_place (const FlowSyncRow *self, const char *field, const char *item, FlowSyncPlace *place)
{
  guint start = find_start (self, field, item);

  place->n = find_end (self, start, field, item) - start;
  place->cells = place->n > 0 ? (FlowSyncCell **) self->cells->pdata + start : NULL;
  return place->n > 0;
}

/**
 * flow_sync_cell_knew:
 * @self: a write
 * @other: another one
 *
 * Returns: whether the device that made @self knew of @other then
 */
gboolean
flow_sync_cell_knew (const FlowSyncCell *self, const FlowSyncCell *other)
{
  if (self->stream == other->stream)
    return self->seq > other->seq;
  return flow_sync_context_get (self->context, other->stream->id) >= other->seq;
}

/**
 * flow_sync_cell_compare_clock:
 * @a: a write
 * @b: another one
 *
 * Compare by clock, at the same one by device, epoch and seq: the same order on all devices.
 *
 * Returns: less than 0 when @a is the earlier one
 */
int
flow_sync_cell_compare_clock (const FlowSyncCell *a, const FlowSyncCell *b)
{
  int order;

  if (a->hlc != b->hlc)
    return a->hlc < b->hlc ? -1 : 1;
  order = flow_sync_dot_compare_stream (&a->stream->dot, &b->stream->dot);
  return order != 0 || a->seq == b->seq ? order : a->seq < b->seq ? -1 : 1;
}

static void
remove_cell (FlowSyncRow *self, guint index)
{
  g_ptr_array_add (self->removed, g_ptr_array_steal_index (self->cells, index));
}

static gboolean
is_at_or_before (const FlowSyncCell *a, const FlowSyncCell *b)
{
  int order = flow_sync_dot_compare_stream (&a->stream->dot, &b->stream->dot);

  return order < 0 || (order == 0 && a->seq <= b->seq);
}

/* Whoever writes a record that he knows was deleted makes it again. A rule does not mean to. */
static void
undo_deletions (FlowSyncRow *self, const FlowSyncCell *cell)
{
  guint end = find_end (self, 0, FLOW_SYNC_FIELD_RECORD, "");

  for (guint i = end; i-- > 0;)
    if (flow_sync_cell_knew (cell, g_ptr_array_index (self->cells, i)))
      remove_cell (self, i);
}

/* Whether somebody who knew of this deletion has made the record again, or who knew that it was made again has written
   more; only what comes late can ask for that. */
static gboolean
is_undone (const FlowSyncRow *self, const FlowSyncCell *deletion)
{
  for (guint i = find_end (self, 0, FLOW_SYNC_FIELD_RECORD, ""); i < self->cells->len; i++)
    {
      const FlowSyncCell *cell = g_ptr_array_index (self->cells, i);

      if ((cell->flags & FLOW_SYNC_OP_AUTO) == 0 && flow_sync_cell_knew (cell, deletion))
        return TRUE;
    }
  return FALSE;
}

static gboolean
is_deletion (const FlowSyncCell *cell)
{
  gint64 number = 0;

  return cell->field[0] == '\0' && flow_sync_value_get_int (cell->value, &number) && number == 0;
}

/* Whether it is known, or was replaced already. */
static gboolean
is_old (const FlowSyncRow *self, const FlowSyncCell *cell, guint start, guint end)
{
  for (guint i = start; i < end; i++)
    {
      const FlowSyncCell *other = g_ptr_array_index (self->cells, i);

      if (other->stream == cell->stream && other->seq >= cell->seq)
        return TRUE;
      if (self->late && flow_sync_cell_knew (other, cell))
        return TRUE;
    }
  return self->late && cell->field[0] == '\0' && is_undone (self, cell);
}

/**
 * flow_sync_row_merge:
 * @self: a row
 * @stream: whose write it is
 * @seq: of its operation
 * @hlc: its clock
 * @flags: of its operation
 * @context: what its device knew of others
 * @write: what it writes
 *
 * Take a write in: it replaces those that its device knew of, and stands beside those that it did not know of.
 *
 * Returns: whether it holds; %FALSE when it was known, or was replaced before it came
 */
gboolean
flow_sync_row_merge (FlowSyncRow *self, FlowSyncStream *stream, guint64 seq, guint64 hlc, guint flags,
                     FlowSyncContext *context, const FlowSyncWrite *write)
{
  guint start = find_start (self, write->field, write->item);
  guint end = find_end (self, start, write->field, write->item);
  guint at = start;
  FlowSyncCell *cell = g_new0 (FlowSyncCell, 1);

  *cell = (FlowSyncCell) { .field = g_strdup (write->field),
                           .item = g_strdup (write->item),
                           .stream = stream,
                           .seq = seq,
                           .hlc = hlc,
                           .context = flow_sync_context_ref (context),
                           .flags = flags,
                           .value = g_bytes_ref (write->value) };
  if (is_old (self, cell, start, end))
    {
      cell_free (cell);
      return FALSE;
    }
  for (guint i = end; i-- > start;)
    if (flow_sync_cell_knew (cell, g_ptr_array_index (self->cells, i)))
      {
        remove_cell (self, i);
        end--;
      }
  while (at < end && is_at_or_before (g_ptr_array_index (self->cells, at), cell))
    at++;
  g_ptr_array_insert (self->cells, (int) at, cell);
  if (write->field[0] != '\0' && (flags & FLOW_SYNC_OP_AUTO) == 0)
    undo_deletions (self, cell);
  return TRUE;
}

/**
 * flow_sync_row_rename:
 * @self: a row
 * @cell: one of its writes
 * @stream: whose write it is from now on
 * @seq: of which operation
 *
 * Call a write as others call it.
 */
void
flow_sync_row_rename (FlowSyncRow *self, FlowSyncCell *cell, FlowSyncStream *stream, guint64 seq)
{
  guint start = find_start (self, cell->field, cell->item);
  guint end = find_end (self, start, cell->field, cell->item);
  guint index = start;
  FlowSyncCell *renamed = g_new0 (FlowSyncCell, 1);

  *renamed = *cell;
  renamed->field = g_strdup (cell->field);
  renamed->item = g_strdup (cell->item);
  renamed->context = flow_sync_context_ref (cell->context);
  renamed->value = g_bytes_ref (cell->value);
  renamed->stream = stream;
  renamed->seq = seq;
  renamed->stored = FALSE;
  while (index < end && g_ptr_array_index (self->cells, index) != cell)
    index++;
  g_assert (index < end);
  remove_cell (self, index);
  for (index = start; index < end - 1 && is_at_or_before (g_ptr_array_index (self->cells, index), renamed);)
    index++;
  g_ptr_array_insert (self->cells, (int) index, renamed);
}

/**
 * flow_sync_row_replace:
 * @self: a row
 * @cell: one of its writes
 * @hlc: its clock
 * @flags: of its operation
 * @value: what was written
 *
 * Have a write say something else than it does.
 *
 * Returns: (transfer none): what stands in its place
 */
FlowSyncCell *
flow_sync_row_replace (FlowSyncRow *self, FlowSyncCell *cell, guint64 hlc, guint flags, GBytes *value)
{
  FlowSyncCell *replaced = g_new0 (FlowSyncCell, 1);
  guint index;

  *replaced = (FlowSyncCell) { .field = g_strdup (cell->field),
                               .item = g_strdup (cell->item),
                               .stream = cell->stream,
                               .seq = cell->seq,
                               .hlc = hlc,
                               .context = flow_sync_context_ref (cell->context),
                               .number = cell->number,
                               .flags = flags,
                               .value = g_bytes_ref (value) };
  g_assert (g_ptr_array_find (self->cells, cell, &index));
  remove_cell (self, index);
  g_ptr_array_insert (self->cells, (int) index, replaced);
  return replaced;
}

/**
 * flow_sync_row_find_deletion:
 * @self: a row
 *
 * Returns: (nullable) (transfer none): the latest deletion that nobody has undone
 */
FlowSyncCell *
flow_sync_row_find_deletion (const FlowSyncRow *self)
{
  FlowSyncCell *latest = NULL;
  FlowSyncPlace place;

  flow_sync_row_find_place (self, FLOW_SYNC_FIELD_RECORD, "", &place);
  for (guint i = 0; i < place.n; i++)
    if (is_deletion (place.cells[i]) && (latest == NULL || flow_sync_cell_compare_clock (latest, place.cells[i]) < 0))
      latest = place.cells[i];
  return latest;
}

static gboolean
knew_all (const FlowSyncRow *self, const FlowSyncCell *deletion)
{
  for (guint i = 0; i < self->cells->len; i++)
    {
      const FlowSyncCell *cell = g_ptr_array_index (self->cells, i);

      if (!is_deletion (cell) && !flow_sync_cell_knew (deletion, cell))
        return FALSE;
    }
  return TRUE;
}

/**
 * flow_sync_row_is_alive:
 * @self: a row
 *
 * Decide whether the record is there. What machines make is gone once anybody deleted it; what people make stays unless
 * somebody deleted it who knew of everything that was written.
 *
 * Returns: %FALSE when it is deleted, or when nobody ever wrote it
 */
gboolean
flow_sync_row_is_alive (const FlowSyncRow *self)
{
  gboolean machine = self->table != NULL && self->table->deletion == FLOW_SYNC_MACHINE;
  guint deletions = find_end (self, 0, FLOW_SYNC_FIELD_RECORD, "");

  for (guint i = 0; i < deletions; i++)
    {
      const FlowSyncCell *cell = g_ptr_array_index (self->cells, i);

      if (is_deletion (cell) && (machine || knew_all (self, cell)))
        return FALSE;
    }
  return self->cells->len > 0;
}
