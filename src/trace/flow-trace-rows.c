/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-trace-rows"

#include "trace/flow-trace-rows.h"

#include <string.h>

#include "trace/flow-id-table.h"

#define NONE FLOW_OUTLINE_NONE

/**
 * FlowTraceRows:
 *
 * The rows of a waterfall: the nodes of an outline that are not folded away, filtered out or of a kind that is not
 * shown. Rows are made when somebody asks for one, so that a million of them cost four bytes each.
 *
 * A filter hides what does not match and keeps what is above a match. While it hides, folding is another one, so that
 * every match is seen and the old folding comes back with the old rows.
 */
struct _FlowTraceRows
{
  GObject parent_instance;

  FlowTraceOutline *outline;
  guint8 *states;   /* of nodes */
  guint32 *visible; /* nodes, ascending; NULL: all of them */
  guint n_visible;
  guint n_matches;
  gboolean matching;
  gboolean hiding;
  gboolean shown[FLOW_NODE_MISSING + 1];
  GHashTable *live; /* node -> FlowOutlineRow, not owned */
};

enum
{
  FOLDED = 1 << 0,
  FOLDED_HIDING = 1 << 1, /* the same while a filter hides */
  MATCH = 1 << 2,
  KEEP = 1 << 3,   /* matches, or is above something that does */
  ABSENT = 1 << 4, /* of a kind that is not shown */
};

static GType
get_item_type (GListModel *model)
{
  return FLOW_TYPE_OUTLINE_ROW;
}

static guint
get_n_items (GListModel *model)
{
  return FLOW_TRACE_ROWS (model)->n_visible;
}

static gpointer
get_item (GListModel *model, guint position)
{
  FlowTraceRows *self = FLOW_TRACE_ROWS (model);
  guint node = flow_trace_rows_get_node (self, position);
  FlowOutlineRow *row;

  if (node == NONE)
    return NULL;
  row = g_hash_table_lookup (self->live, GUINT_TO_POINTER (node));
  return row != NULL ? g_object_ref (row) : flow_outline_row_new (node, self->live);
}

static void
list_model_iface_init (GListModelInterface *iface)
{
  iface->get_item_type = get_item_type;
  iface->get_n_items = get_n_items;
  iface->get_item = get_item;
}

G_DEFINE_FINAL_TYPE_WITH_CODE (FlowTraceRows, flow_trace_rows, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (G_TYPE_LIST_MODEL, list_model_iface_init))

static void
flow_trace_rows_finalize (GObject *object)
{
  FlowTraceRows *self = FLOW_TRACE_ROWS (object);

  g_clear_pointer (&self->outline, flow_trace_outline_unref);
  g_free (self->states);
  g_free (self->visible);
  g_hash_table_unref (self->live);

  G_OBJECT_CLASS (flow_trace_rows_parent_class)->finalize (object);
}

static void
flow_trace_rows_class_init (FlowTraceRowsClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = flow_trace_rows_finalize;
}

static void
flow_trace_rows_init (FlowTraceRows *self)
{
  self->live = g_hash_table_new (NULL, NULL);
  self->shown[FLOW_NODE_SPAN] = TRUE;
  self->shown[FLOW_NODE_MISSING] = TRUE;
  self->shown[FLOW_NODE_LOG] = TRUE;
}

static guint8
fold_bit (FlowTraceRows *self)
{
  return self->hiding ? FOLDED_HIDING : FOLDED;
}

static gboolean
is_seen (FlowTraceRows *self, guint node)
{
  return !(self->states[node] & ABSENT) && (!self->hiding || self->states[node] & KEEP);
}

/* The nodes to show, or NULL when that is each one. */
static guint32 *
find_visible (FlowTraceRows *self, guint *n)
{
  guint nodes = self->outline != NULL ? self->outline->n_nodes : 0;
  guint8 fold = fold_bit (self), special = ABSENT | fold;
  guint32 *visible;
  guint first = 0, at;

  if (!self->hiding)
    while (first < nodes && !(self->states[first] & special))
      first++;
  *n = nodes;
  if (!self->hiding && first == nodes)
    return NULL;
  visible = g_new (guint32, MAX (nodes, 1));
  for (guint i = 0; i < first; i++)
    visible[i] = i;
  at = first;
  for (guint i = first; i < nodes;)
    {
      if (is_seen (self, i))
        visible[at++] = i;
      i = self->states[i] & fold ? self->outline->nodes[i].end : i + 1;
    }
  *n = at;
  return g_renew (guint32, visible, MAX (at, 1));
}

static inline guint32
row_at (const guint32 *visible, guint position)
{
  return visible != NULL ? visible[position] : position;
}

/* Tells the list about the rows between those that are the same at both ends. */
static void
update (FlowTraceRows *self)
{
  g_autofree guint32 *old = self->visible;
  guint n_old = self->n_visible, n_new, head = 0, tail = 0, most;
  guint32 *new = find_visible (self, &n_new);

  most = MIN (n_old, n_new);
  while (head < most && row_at (old, head) == row_at (new, head))
    head++;
  while (tail < most - head && row_at (old, n_old - tail - 1) == row_at (new, n_new - tail - 1))
    tail++;
  self->visible = new;
  self->n_visible = n_new;
  if (head + tail < MAX (n_old, n_new))
    g_list_model_items_changed (G_LIST_MODEL (self), head, n_old - head - tail, n_new - head - tail);
}

static GPtrArray *
ref_live (FlowTraceRows *self)
{
  GPtrArray *rows = g_ptr_array_new_with_free_func (g_object_unref);
  GHashTableIter iter;
  gpointer row;

  g_hash_table_iter_init (&iter, self->live);
  while (g_hash_table_iter_next (&iter, NULL, &row))
    g_ptr_array_add (rows, g_object_ref (row));
  return rows;
}

static void
redraw (FlowTraceRows *self)
{
  g_autoptr (GPtrArray) rows = ref_live (self);

  for (guint i = 0; i < rows->len; i++)
    flow_outline_row_changed (g_ptr_array_index (rows, i));
}

static void
mark_absent (FlowTraceRows *self)
{
  for (guint i = 0; self->outline != NULL && i < self->outline->n_nodes; i++)
    {
      if (self->shown[self->outline->nodes[i].kind])
        self->states[i] &= (guint8) ~ABSENT;
      else
        self->states[i] |= ABSENT;
    }
}

/* Whether two nodes of two outlines stand for the same thing. */
static gboolean
is_same (const FlowTraceOutline *a_outline, guint a_node, const FlowTraceOutline *b_outline, guint b_node)
{
  const FlowOutlineNode *a = &a_outline->nodes[a_node], *b = &b_outline->nodes[b_node];

  return a->id == b->id && a->kind == b->kind &&
         (a->kind == FLOW_NODE_SPAN || a->kind == FLOW_NODE_MISSING ||
          a_outline->start_ns + (guint64) a->start_ns == b_outline->start_ns + (guint64) b->start_ns);
}

static void
keep_folds (FlowTraceRows *self, const FlowTraceOutline *old, const guint8 *old_states)
{
  g_auto (FlowIdTable) folded = { 0 };
  guint8 folds = FOLDED | FOLDED_HIDING;

  flow_id_table_init (&folded, 0);
  for (guint i = 0; i < old->n_nodes; i++)
    if (old_states[i] & folds)
      flow_id_table_set (&folded, old->nodes[i].id, old_states[i] & folds);
  for (guint i = 0; folded.used > 0 && i < self->outline->n_nodes; i++)
    {
      const FlowOutlineNode *node = &self->outline->nodes[i];
      guint32 was = node->kind == FLOW_NODE_SPAN || node->kind == FLOW_NODE_MISSING
                        ? flow_id_table_lookup (&folded, node->id)
                        : FLOW_ID_TABLE_NONE;

      if (was != FLOW_ID_TABLE_NONE)
        self->states[i] |= (guint8) was;
    }
}

/* Rows that somebody holds, and that are the same at both ends, go on as rows of the new outline. */
static void
move_live (FlowTraceRows *self, const guint32 *old, guint n_old, guint head, guint tail)
{
  g_autoptr (GPtrArray) rows = ref_live (self);

  g_hash_table_remove_all (self->live);
  for (guint i = 0; i < rows->len; i++)
    {
      FlowOutlineRow *row = g_ptr_array_index (rows, i);
      guint node = flow_outline_row_get_node (row), low = 0, high = n_old;

      while (low < high)
        {
          guint middle = low + (high - low) / 2;

          if (row_at (old, middle) < node)
            low = middle + 1;
          else
            high = middle;
        }
      if (low >= n_old || row_at (old, low) != node || (low >= head && low < n_old - tail))
        flow_outline_row_move (row, NONE);
      else if (low < head)
        flow_outline_row_move (row, row_at (self->visible, low));
      else
        flow_outline_row_move (row, row_at (self->visible, self->n_visible - (n_old - low)));
    }
}

/* What is the same on both sides of a change of the outline. */
static void
compare_rows (FlowTraceRows *self, const FlowTraceOutline *from, const guint32 *old, guint n_old, guint *head,
              guint *tail)
{
  guint most = MIN (n_old, self->n_visible);

  *head = *tail = 0;
  while (*head < most && is_same (from, row_at (old, *head), self->outline, row_at (self->visible, *head)))
    (*head)++;
  while (*tail < most - *head && is_same (from, row_at (old, n_old - *tail - 1), self->outline,
                                          row_at (self->visible, self->n_visible - *tail - 1)))
    (*tail)++;
}

/**
 * flow_trace_rows_new:
 *
 * Returns: (transfer full): rows of nothing
 */
FlowTraceRows *
flow_trace_rows_new (void)
{
  return g_object_new (FLOW_TYPE_TRACE_ROWS, NULL);
}

/**
 * flow_trace_rows_set_outline:
 * @self: the rows
 * @outline: a trace
 *
 * Show another trace, or the same one after it grew: what was folded stays so, and rows that did not change are not
 * told of. What matched is forgotten; the caller asks anew.
 */
void
flow_trace_rows_set_outline (FlowTraceRows *self, FlowTraceOutline *outline)
{
  g_autoptr (FlowTraceOutline) old_outline = g_steal_pointer (&self->outline);
  g_autofree guint8 *old_states = g_steal_pointer (&self->states);
  g_autofree guint32 *old = g_steal_pointer (&self->visible);
  gboolean same = old_outline != NULL && memcmp (old_outline->trace_id, outline->trace_id, 16) == 0;
  guint n_old = self->n_visible, head = 0, tail = 0;

  self->outline = flow_trace_outline_ref (outline);
  self->states = g_malloc0 (MAX (outline->n_nodes, 1));
  self->n_matches = 0;
  self->matching = self->hiding = FALSE;
  mark_absent (self);
  if (same)
    keep_folds (self, old_outline, old_states);
  self->visible = find_visible (self, &self->n_visible);
  if (same)
    compare_rows (self, old_outline, old, n_old, &head, &tail);
  move_live (self, old, n_old, head, tail);
  g_list_model_items_changed (G_LIST_MODEL (self), head, n_old - head - tail, self->n_visible - head - tail);
  redraw (self);
}

/**
 * flow_trace_rows_get_outline:
 * @self: the rows
 *
 * Returns: (transfer none) (nullable): what they are rows of
 */
FlowTraceOutline *
flow_trace_rows_get_outline (FlowTraceRows *self)
{
  return self->outline;
}

/**
 * flow_trace_rows_get_node:
 * @self: the rows
 * @position: a row
 *
 * Returns: its node, or %FLOW_OUTLINE_NONE
 */
guint
flow_trace_rows_get_node (FlowTraceRows *self, guint position)
{
  return position < self->n_visible ? row_at (self->visible, position) : NONE;
}

/* The first row of @node or of a later one. */
static guint
lower_bound (FlowTraceRows *self, guint node)
{
  guint low = 0, high = self->n_visible;

  if (self->visible == NULL)
    return MIN (node, self->n_visible);
  while (low < high)
    {
      guint middle = low + (high - low) / 2;

      if (self->visible[middle] < node)
        low = middle + 1;
      else
        high = middle;
    }
  return low;
}

/**
 * flow_trace_rows_find_node:
 * @self: the rows
 * @node: a node
 *
 * Returns: its row, or %FLOW_OUTLINE_NONE when it is hidden
 */
guint
flow_trace_rows_find_node (FlowTraceRows *self, guint node)
{
  guint position = lower_bound (self, node);

  return position < self->n_visible && row_at (self->visible, position) == node ? position : NONE;
}

/**
 * flow_trace_rows_reveal:
 * @self: the rows
 * @node: a node
 *
 * Unfold what is above a node, so that it is seen.
 *
 * Returns: its row, or %FLOW_OUTLINE_NONE when a filter hides it
 */
guint
flow_trace_rows_reveal (FlowTraceRows *self, guint node)
{
  gboolean any = FALSE;

  if (self->outline == NULL || node >= self->outline->n_nodes)
    return NONE;
  for (guint above = self->outline->nodes[node].parent; above != NONE; above = self->outline->nodes[above].parent)
    {
      any = any || self->states[above] & fold_bit (self);
      self->states[above] &= (guint8) ~fold_bit (self);
    }
  if (any)
    {
      update (self);
      redraw (self);
    }
  return flow_trace_rows_find_node (self, node);
}

/**
 * flow_trace_rows_can_fold:
 * @self: the rows
 * @node: a node
 *
 * Returns: whether there is anything to see below it
 */
gboolean
flow_trace_rows_can_fold (FlowTraceRows *self, guint node)
{
  guint end = self->outline->nodes[node].end;

  for (guint i = node + 1; i < end; i++)
    if (is_seen (self, i))
      return TRUE;
  return FALSE;
}

/**
 * flow_trace_rows_is_folded:
 * @self: the rows
 * @node: a node
 *
 * Returns: whether what is below it is folded away
 */
gboolean
flow_trace_rows_is_folded (FlowTraceRows *self, guint node)
{
  return (self->states[node] & fold_bit (self)) != 0;
}

static void
set_fold (FlowTraceRows *self, guint node, gboolean folded)
{
  if (folded && self->outline->nodes[node].end > node + 1)
    self->states[node] |= fold_bit (self);
  else
    self->states[node] &= (guint8) ~fold_bit (self);
}

/**
 * flow_trace_rows_fold:
 * @self: the rows
 * @node: a node
 * @folded: whether to hide what is below it
 */
void
flow_trace_rows_fold (FlowTraceRows *self, guint node, gboolean folded)
{
  if (self->outline == NULL || node >= self->outline->n_nodes || flow_trace_rows_is_folded (self, node) == folded)
    return;
  set_fold (self, node, folded);
  update (self);
  redraw (self);
}

static void
fold_range (FlowTraceRows *self, guint first, guint end, gboolean folded)
{
  for (guint i = first; i < end; i++)
    set_fold (self, i, folded);
  update (self);
  redraw (self);
}

/**
 * flow_trace_rows_fold_subtree:
 * @self: the rows
 * @node: a node
 * @folded: whether to fold it and everything below it
 */
void
flow_trace_rows_fold_subtree (FlowTraceRows *self, guint node, gboolean folded)
{
  if (self->outline != NULL && node < self->outline->n_nodes)
    fold_range (self, node, self->outline->nodes[node].end, folded);
}

/**
 * flow_trace_rows_fold_all:
 * @self: the rows
 * @folded: whether to fold everything
 */
void
flow_trace_rows_fold_all (FlowTraceRows *self, gboolean folded)
{
  if (self->outline != NULL)
    fold_range (self, 0, self->outline->n_nodes, folded);
}

/* The depth of the deepest rows that still have something below them. */
static guint
deepest_open (FlowTraceRows *self)
{
  guint depth = 0;

  for (guint i = 0; i < self->n_visible; i++)
    {
      guint node = row_at (self->visible, i);

      if (self->outline->depths[node] >= depth && self->outline->nodes[node].end > node + 1 &&
          !flow_trace_rows_is_folded (self, node) && flow_trace_rows_can_fold (self, node))
        depth = self->outline->depths[node];
    }
  return depth;
}

/* The depth of the shallowest rows that are folded. */
static guint
shallowest_folded (FlowTraceRows *self)
{
  guint depth = NONE;

  for (guint i = 0; i < self->n_visible; i++)
    {
      guint node = row_at (self->visible, i);

      if (flow_trace_rows_is_folded (self, node))
        depth = MIN (depth, self->outline->depths[node]);
    }
  return depth;
}

/**
 * flow_trace_rows_fold_level:
 * @self: the rows
 * @folded: %TRUE: one level less, %FALSE: one level more
 *
 * Fold the deepest level, or unfold the topmost one that is folded.
 */
void
flow_trace_rows_fold_level (FlowTraceRows *self, gboolean folded)
{
  guint depth;

  if (self->outline == NULL)
    return;
  depth = folded ? deepest_open (self) : shallowest_folded (self);
  for (guint i = 0; i < self->n_visible; i++)
    {
      guint node = row_at (self->visible, i);

      if (self->outline->depths[node] == depth)
        set_fold (self, node, folded);
    }
  update (self);
  redraw (self);
}

/**
 * flow_trace_rows_show_kind:
 * @self: the rows
 * @kind: logs or events
 * @show: whether they get rows
 */
void
flow_trace_rows_show_kind (FlowTraceRows *self, FlowNodeKind kind, gboolean show)
{
  if (self->shown[kind] == show)
    return;
  self->shown[kind] = show;
  mark_absent (self);
  update (self);
  redraw (self);
}

/* From the last node to the first: a match keeps what is above it. What belongs to a matching span stays with it. */
static void
mark_kept (FlowTraceRows *self)
{
  const FlowOutlineNode *nodes = self->outline->nodes;

  for (guint i = self->outline->n_nodes; i-- > 0;)
    {
      guint parent = nodes[i].parent;

      if (self->states[i] & MATCH)
        self->states[i] |= KEEP;
      if (!(self->states[i] & KEEP) && (nodes[i].kind == FLOW_NODE_LOG || nodes[i].kind == FLOW_NODE_EVENT) &&
          parent != NONE && self->states[parent] & MATCH)
        self->states[i] |= KEEP;
      if (self->states[i] & KEEP && parent != NONE)
        self->states[parent] |= KEEP;
    }
}

/**
 * flow_trace_rows_set_matches:
 * @self: the rows
 * @matches: (nullable): for each node of the outline whether it matches; %NULL: nothing is asked for
 * @hide: whether the rest is hidden
 *
 * Mark what was searched for.
 */
void
flow_trace_rows_set_matches (FlowTraceRows *self, const guint8 *matches, gboolean hide)
{
  if (self->outline == NULL)
    return;
  self->matching = matches != NULL;
  self->hiding = matches != NULL && hide;
  self->n_matches = 0;
  for (guint i = 0; i < self->outline->n_nodes; i++)
    {
      self->states[i] &= (guint8) ~(MATCH | KEEP | FOLDED_HIDING);
      if (matches != NULL && matches[i] && !(self->states[i] & ABSENT))
        {
          self->states[i] |= MATCH;
          self->n_matches++;
        }
    }
  if (self->hiding)
    mark_kept (self);
  update (self);
  redraw (self);
}

/**
 * flow_trace_rows_is_match:
 * @self: the rows
 * @node: a node
 *
 * Returns: whether it was searched for
 */
gboolean
flow_trace_rows_is_match (FlowTraceRows *self, guint node)
{
  return self->matching && self->states[node] & MATCH;
}

/**
 * flow_trace_rows_get_n_matches:
 * @self: the rows
 *
 * Returns: how many nodes match, hidden ones too
 */
guint
flow_trace_rows_get_n_matches (FlowTraceRows *self)
{
  return self->n_matches;
}

/**
 * flow_trace_rows_next_match:
 * @self: the rows
 * @node: where to begin, or %FLOW_OUTLINE_NONE
 * @direction: 1 or -1
 *
 * Find the next match, folded away or not, round the end.
 *
 * Returns: a node, or %FLOW_OUTLINE_NONE when nothing matches
 */
guint
flow_trace_rows_next_match (FlowTraceRows *self, guint node, int direction)
{
  guint n = self->outline != NULL ? self->outline->n_nodes : 0;
  guint at = node < n ? node : direction > 0 ? n - 1 : 0;

  for (guint i = 0; i < n && self->n_matches > 0; i++)
    {
      at = direction > 0 ? (at + 1) % n : (at + n - 1) % n;
      if (self->states[at] & MATCH)
        return at;
    }
  return NONE;
}

/**
 * flow_trace_rows_match_ordinal:
 * @self: the rows
 * @node: a match
 *
 * Returns: the how manieth match it is, from 1; 0 when it is none
 */
guint
flow_trace_rows_match_ordinal (FlowTraceRows *self, guint node)
{
  guint ordinal = 1;

  if (self->outline == NULL || node >= self->outline->n_nodes || !flow_trace_rows_is_match (self, node))
    return 0;
  for (guint i = 0; i < node; i++)
    ordinal += (self->states[i] & MATCH) != 0;
  return ordinal;
}
