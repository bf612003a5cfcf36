/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-outline-row"

#include "trace/flow-outline-row.h"

/**
 * FlowOutlineRow:
 *
 * A row of [class@FlowTraceRows] while somebody looks at it.
 */
struct _FlowOutlineRow
{
  GObject parent_instance;

  guint node;
  GHashTable *live; /* node -> row, not owned: of all the rows of a list */
};

G_DEFINE_FINAL_TYPE (FlowOutlineRow, flow_outline_row, G_TYPE_OBJECT)

enum
{
  CHANGED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

static void
leave (FlowOutlineRow *self)
{
  if (g_hash_table_lookup (self->live, GUINT_TO_POINTER (self->node)) == self)
    g_hash_table_remove (self->live, GUINT_TO_POINTER (self->node));
}

static void
flow_outline_row_finalize (GObject *object)
{
  FlowOutlineRow *self = FLOW_OUTLINE_ROW (object);

  leave (self);
  g_hash_table_unref (self->live);

  G_OBJECT_CLASS (flow_outline_row_parent_class)->finalize (object);
}

static void
flow_outline_row_class_init (FlowOutlineRowClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = flow_outline_row_finalize;

  /**
   * FlowOutlineRow::changed:
   * @self: the row
   *
   * Emitted when the row must be drawn anew: it was folded, or its span grew.
   */
  signals[CHANGED] = g_signal_new ("changed", FLOW_TYPE_OUTLINE_ROW, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                   G_TYPE_NONE, 0);
}

static void
flow_outline_row_init (FlowOutlineRow *self)
{
}

FlowOutlineRow *
flow_outline_row_new (guint node, GHashTable *live)
{
  FlowOutlineRow *self = g_object_new (FLOW_TYPE_OUTLINE_ROW, NULL);

  self->node = node;
  self->live = g_hash_table_ref (live);
  g_hash_table_insert (live, GUINT_TO_POINTER (node), self);
  return self;
}

/**
 * flow_outline_row_get_node:
 * @self: a row
 *
 * Returns: its node in the outline, %FLOW_OUTLINE_NONE when it is there no more
 */
guint
flow_outline_row_get_node (FlowOutlineRow *self)
{
  return self->node;
}

/* The outline changed: the same span is another node now. The caller empties the table of live rows before. */
void
flow_outline_row_move (FlowOutlineRow *self, guint node)
{
  self->node = node;
  if (node != FLOW_OUTLINE_NONE)
    g_hash_table_insert (self->live, GUINT_TO_POINTER (node), self);
}

void
flow_outline_row_changed (FlowOutlineRow *self)
{
  g_signal_emit (self, signals[CHANGED], 0);
}
