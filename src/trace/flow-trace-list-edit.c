/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-trace-list-edit"

#include "trace/flow-trace-list-edit.h"

/* Beyond so many places one announcement spans them all: a view pays for each. */
#define MAX_PLACES 32

/**
 * flow_trace_list_find:
 * @keys: the keys of a list
 * @by_arrival: whether they are sorted by arrival
 * @changes: (element-type FlowTraceChange): traces, by number
 *
 * Find where traces are.
 *
 * Returns: (transfer container) (element-type guint64 FlowTraceKey): the keys of those that are there, by number,
 *   until @keys change
 */
GHashTable *
flow_trace_list_find (FlowTraceKeys *keys, gboolean by_arrival, const GArray *changes)
{
  g_autoptr (GArray) numbers = g_array_new (FALSE, FALSE, sizeof (guint64));
  GHashTable *found;
  guint position;

  if (!by_arrival)
    {
      for (guint i = 0; i < changes->len; i++)
        g_array_append_val (numbers, g_array_index (changes, FlowTraceChange, i).key.number);
      return flow_trace_keys_find_numbers (keys, (const guint64 *) (gpointer) numbers->data, numbers->len);
    }
  found = g_hash_table_new (g_int64_hash, g_int64_equal);
  for (guint i = 0; i < changes->len; i++)
    {
      guint64 number = g_array_index (changes, FlowTraceChange, i).key.number;
      const FlowTraceKey key = { (gint64) number, number };
      const FlowTraceKey *there;

      if (!flow_trace_keys_find (keys, &key, &position))
        continue;
      there = flow_trace_keys_get (keys, position);
      g_hash_table_insert (found, (gpointer) &there->number, (gpointer) there);
    }
  return found;
}

static void
announce (GListModel *model, guint position, guint removed, guint added)
{
  if (removed > 0 || added > 0)
    g_list_model_items_changed (model, position, removed, added);
}

/* How much of both ends no change has touched, while keys come and go. */
typedef struct
{
  guint head;
  guint tail;
} Untouched;

static void
touch (Untouched *self, guint before, guint after)
{
  self->head = MIN (self->head, before);
  self->tail = MIN (self->tail, after);
}

static void
edit_at_once (FlowTraceKeys *keys, GListModel *model, const GArray *removals, const GArray *insertions)
{
  guint before = flow_trace_keys_get_length (keys), position;
  Untouched ends = { before, before };

  for (guint i = 0; i < removals->len; i++)
    if (flow_trace_keys_find (keys, &g_array_index (removals, FlowTraceKey, i), &position))
      {
        touch (&ends, position, flow_trace_keys_get_length (keys) - 1 - position);
        flow_trace_keys_remove (keys, position);
      }
  for (guint i = 0; i < insertions->len; i++)
    if (!flow_trace_keys_find (keys, &g_array_index (insertions, FlowTraceKey, i), &position))
      {
        touch (&ends, position, flow_trace_keys_get_length (keys) - position);
        flow_trace_keys_insert (keys, &g_array_index (insertions, FlowTraceKey, i));
      }
  if (ends.head + ends.tail > before)
    return;
  announce (model, ends.head, before - ends.tail - ends.head,
            flow_trace_keys_get_length (keys) - ends.tail - ends.head);
}

static void
edit_one_by_one (FlowTraceKeys *keys, GListModel *model, const GArray *removals, const GArray *insertions)
{
  guint start = 0, count = 0, position;

  for (guint i = 0; i < removals->len; i++)
    if (flow_trace_keys_find (keys, &g_array_index (removals, FlowTraceKey, i), &position))
      {
        flow_trace_keys_remove (keys, position);
        announce (model, position, 1, 0);
      }
  /* Sorted, so neighbours follow each other: new traces on top are one announcement. */
  for (guint i = 0; i < insertions->len; i++)
    {
      if (flow_trace_keys_find (keys, &g_array_index (insertions, FlowTraceKey, i), &position))
        continue;
      if (position != start + count)
        {
          announce (model, start, 0, count);
          start = position;
          count = 0;
        }
      flow_trace_keys_insert (keys, &g_array_index (insertions, FlowTraceKey, i));
      count++;
    }
  announce (model, start, 0, count);
}

static guint
count_places (FlowTraceKeys *keys, const GArray *removals, const GArray *insertions)
{
  guint places = removals->len, last = G_MAXUINT, position;

  for (guint i = 0; i < insertions->len && places <= MAX_PLACES; i++)
    {
      flow_trace_keys_find (keys, &g_array_index (insertions, FlowTraceKey, i), &position);
      places += position != last;
      last = position;
    }
  return places;
}

/**
 * flow_trace_list_edit:
 * @keys: the keys of @model
 * @model: who announces
 * @removals: (element-type FlowTraceKey): what goes, in any order; what is not there is passed over
 * @insertions: (element-type FlowTraceKey): what comes, in any order; sorted by this; what is there is passed over
 *
 * Change keys, and announce it by as few places as that needs.
 */
void
flow_trace_list_edit (FlowTraceKeys *keys, GListModel *model, GArray *removals, GArray *insertions)
{
  flow_trace_keys_sort ((FlowTraceKey *) (gpointer) insertions->data, insertions->len);
  if (count_places (keys, removals, insertions) <= MAX_PLACES)
    edit_one_by_one (keys, model, removals, insertions);
  else
    edit_at_once (keys, model, removals, insertions);
}

/**
 * flow_trace_list_append:
 * @keys: the keys of @model
 * @model: who announces
 * @piece: (element-type FlowTraceKey): the next piece of a scan, in order
 *
 * Add a piece. It comes after what is there, but for what changed while the scan went on.
 */
void
flow_trace_list_append (FlowTraceKeys *keys, GListModel *model, const GArray *piece)
{
  guint length = flow_trace_keys_get_length (keys);

  if (piece->len == 0)
    return;
  if (length == 0 ||
      flow_trace_key_compare (flow_trace_keys_get (keys, length - 1), &g_array_index (piece, FlowTraceKey, 0)) < 0)
    {
      flow_trace_keys_append (keys, (const FlowTraceKey *) (gpointer) piece->data, piece->len);
      announce (model, length, 0, piece->len);
    }
  else
    {
      g_autoptr (GArray) none = g_array_new (FALSE, FALSE, sizeof (FlowTraceKey));
      g_autoptr (GArray) copy = g_array_copy ((GArray *) piece);

      flow_trace_list_edit (keys, model, none, copy);
    }
}

/**
 * flow_trace_list_replace:
 * @keys: (inout): the keys of @model
 * @model: who announces
 * @others: (transfer full): what takes their place
 *
 * Show other keys. What both begin and end with is not announced, so rows and the place that is looked at stay.
 */
void
flow_trace_list_replace (FlowTraceKeys **keys, GListModel *model, FlowTraceKeys *others)
{
  g_autoptr (FlowTraceKeys) before = *keys;
  guint old = flow_trace_keys_get_length (before), fresh = flow_trace_keys_get_length (others);
  guint head = flow_trace_keys_count_same (before, others, FALSE, G_MAXUINT);
  guint tail = flow_trace_keys_count_same (before, others, TRUE, MIN (old, fresh) - head);

  *keys = others;
  announce (model, head, old - head - tail, fresh - head - tail);
}
