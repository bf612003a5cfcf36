/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-waterfall"

#include "app/traces/flow-waterfall.h"

#include <adwaita.h>
#include <glib/gi18n.h>
#include <math.h>
#include <string.h>

#include "app/traces/flow-minimap.h"
#include "app/traces/flow-ruler.h"
#include "app/traces/flow-span-cell.h"

#define SCROLL_ZOOM 1.25
#define HANDLE 4.0
#define PAN_THRESHOLD 4.0
#define MIN_WIDTH 240
#define NATURAL_WIDTH 640

/**
 * FlowWaterfall:
 *
 * The spans of a trace as rows with bars, below a minimap and a ruler. It knows the rows and what part of time is
 * shown, and nothing of where traces come from.
 */
struct _FlowWaterfall
{
  GtkWidget parent_instance;

  FlowTraceRows *rows;
  FlowWaterfallScale *scale;
  GtkSingleSelection *selection;
  GtkWidget *minimap;
  GtkWidget *ruler;
  GtkWidget *scrolled;
  GtkWidget *list;
  guint selected; /* node */
  guint focus_source;
  guint resize_source;
  gboolean stacked;
  gboolean updating;
  double pointer; /* of the last motion over the rows */
  gboolean resizing;
  double drag_from, drag_to;
};

G_DEFINE_FINAL_TYPE (FlowWaterfall, flow_waterfall, GTK_TYPE_WIDGET)

enum
{
  SELECTED,
  ACTIVATED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

static GtkAdjustment *
get_adjustment (FlowWaterfall *self)
{
  return gtk_scrolled_window_get_vadjustment (GTK_SCROLLED_WINDOW (self->scrolled));
}

/* --- Rows ---------------------------------------------------------------------------------------------- */

static void
setup_cb (GtkSignalListItemFactory *factory, GtkListItem *item, FlowWaterfall *self)
{
  gtk_list_item_set_child (item, flow_span_cell_new (self->scale, self->rows));
}

static void
bind_cb (GtkSignalListItemFactory *factory, GtkListItem *item, FlowWaterfall *self)
{
  flow_span_cell_bind (FLOW_SPAN_CELL (gtk_list_item_get_child (item)), gtk_list_item_get_item (item));
}

static void
unbind_cb (GtkSignalListItemFactory *factory, GtkListItem *item, FlowWaterfall *self)
{
  flow_span_cell_unbind (FLOW_SPAN_CELL (gtk_list_item_get_child (item)));
}

static void
activate_cb (FlowWaterfall *self, guint position)
{
  guint node = flow_trace_rows_get_node (self->rows, position);

  if (node != FLOW_OUTLINE_NONE)
    g_signal_emit (self, signals[ACTIVATED], 0, node);
}

static void
set_selected (FlowWaterfall *self, guint node)
{
  if (self->selected == node)
    return;
  self->selected = node;
  g_signal_emit (self, signals[SELECTED], 0, node);
}

static void
selection_cb (FlowWaterfall *self)
{
  guint position = gtk_single_selection_get_selected (self->selection);

  if (!self->updating)
    set_selected (self, flow_trace_rows_get_node (self->rows, position));
}

/* The selected span stays selected while it is folded away or filtered out, and its row is when there is one again. */
static void
restore_selection (FlowWaterfall *self)
{
  guint position = self->selected != FLOW_OUTLINE_NONE ? flow_trace_rows_find_node (self->rows, self->selected)
                                                       : FLOW_OUTLINE_NONE;

  self->updating = TRUE;
  gtk_single_selection_set_selected (self->selection,
                                     position != FLOW_OUTLINE_NONE ? position : GTK_INVALID_LIST_POSITION);
  self->updating = FALSE;
}

/* Comes after the list heard of it, so that what the list chose by itself is undone. */
static void
items_changed_cb (FlowWaterfall *self)
{
  restore_selection (self);
}

static GtkWidget *
find_row (FlowWaterfall *self, guint node)
{
  guint position = flow_trace_rows_find_node (self->rows, node);
  g_autoptr (GObject) wanted = position != FLOW_OUTLINE_NONE
                                   ? g_list_model_get_item (G_LIST_MODEL (self->rows), position)
                                   : NULL;

  for (GtkWidget *row = gtk_widget_get_first_child (self->list); row != NULL && wanted != NULL;
       row = gtk_widget_get_next_sibling (row))
    {
      GtkWidget *cell = gtk_widget_get_first_child (row);

      if (FLOW_IS_SPAN_CELL (cell) && flow_span_cell_get_row (FLOW_SPAN_CELL (cell)) == (FlowOutlineRow *) wanted)
        return row;
    }
  return NULL;
}

static gboolean
focus_cb (gpointer data)
{
  FlowWaterfall *self = data;
  GtkWidget *row = find_row (self, self->selected);

  self->focus_source = 0;
  if (row != NULL)
    gtk_widget_grab_focus (row);
  return G_SOURCE_REMOVE;
}

/* A row that is scrolled to exists after the next frame only. */
static void
focus_later (FlowWaterfall *self)
{
  if (self->focus_source != 0)
    return;
  self->focus_source = g_idle_add_full (G_PRIORITY_LOW, focus_cb, self, NULL);
  g_source_set_name_by_id (self->focus_source, "flow-waterfall-focus");
}

static gboolean
has_focus_inside (FlowWaterfall *self)
{
  GtkRoot *root = gtk_widget_get_root (GTK_WIDGET (self));
  GtkWidget *focus = root != NULL ? gtk_root_get_focus (root) : NULL;

  return focus != NULL && gtk_widget_is_ancestor (focus, self->list);
}

static void
show_row (FlowWaterfall *self, guint position)
{
  GtkAdjustment *adjustment = get_adjustment (self);
  guint n = g_list_model_get_n_items (G_LIST_MODEL (self->rows));
  double height = gtk_adjustment_get_upper (adjustment) / MAX (n, 1), top = height * position;
  double value = gtk_adjustment_get_value (adjustment), page = gtk_adjustment_get_page_size (adjustment);

  /* All rows are equally high. One that is far away is shown in the middle. */
  if (page > 0 && (top < value - height || top + height > value + page + height))
    gtk_adjustment_set_value (adjustment, top - (page - height) / 2);
  else
    gtk_widget_activate_action (self->list, "list.scroll-to-item", "u", position);
  if (has_focus_inside (self))
    focus_later (self);
}

/* --- Pointer ------------------------------------------------------------------------------------------- */

static void
motion_cb (FlowWaterfall *self, double x, double y)
{
  double split = flow_waterfall_scale_get_split (self->scale);

  self->pointer = x;
  gtk_widget_set_cursor_from_name (self->list, split > 0 && fabs (x - split) <= HANDLE ? "col-resize" : NULL);
}

static gboolean
scroll_cb (GtkEventControllerScroll *controller, double dx, double dy, FlowWaterfall *self)
{
  GdkModifierType state = gtk_event_controller_get_current_event_state (GTK_EVENT_CONTROLLER (controller));
  double sideways = state & GDK_SHIFT_MASK && dx == 0 ? dy : dx;

  if (state & GDK_CONTROL_MASK)
    flow_waterfall_scale_zoom (self->scale, pow (SCROLL_ZOOM, -dy),
                               flow_waterfall_scale_to_ns (self->scale, self->pointer));
  else if (sideways != 0)
    flow_waterfall_scale_pan (self->scale, sideways * 0.1);
  else
    return GDK_EVENT_PROPAGATE;
  return GDK_EVENT_STOP;
}

static void
drag_begin_cb (GtkGestureDrag *gesture, double x, double y, FlowWaterfall *self)
{
  double split = flow_waterfall_scale_get_split (self->scale);

  self->resizing = split > 0 && fabs (x - split) <= HANDLE;
  self->drag_from = self->drag_to = x;
  if (self->resizing)
    gtk_gesture_set_state (GTK_GESTURE (gesture), GTK_EVENT_SEQUENCE_CLAIMED);
  else if (x < split || flow_waterfall_scale_is_whole (self->scale))
    gtk_gesture_set_state (GTK_GESTURE (gesture), GTK_EVENT_SEQUENCE_DENIED);
}

static void
drag_update_cb (GtkGestureDrag *gesture, double x, double y, FlowWaterfall *self)
{
  double to = self->drag_from + x;

  if (self->resizing)
    flow_waterfall_scale_set_split (self->scale, to);
  else if (fabs (x) > PAN_THRESHOLD || self->drag_to != self->drag_from)
    {
      double bars, width;

      flow_waterfall_scale_get_bars (self->scale, &bars, &width);
      flow_waterfall_scale_pan (self->scale, (self->drag_to - to) / width);
      self->drag_to = to;
    }
}

static void
add_pointer_controllers (FlowWaterfall *self)
{
  GtkEventController *motion = gtk_event_controller_motion_new ();
  GtkEventController *scroll = gtk_event_controller_scroll_new (GTK_EVENT_CONTROLLER_SCROLL_BOTH_AXES);
  GtkGesture *drag = gtk_gesture_drag_new ();

  g_signal_connect_swapped (motion, "motion", G_CALLBACK (motion_cb), self);
  gtk_widget_add_controller (self->list, motion);
  g_signal_connect (scroll, "scroll", G_CALLBACK (scroll_cb), self);
  gtk_event_controller_set_propagation_phase (scroll, GTK_PHASE_CAPTURE);
  gtk_widget_add_controller (self->scrolled, scroll);
  g_signal_connect (drag, "drag-begin", G_CALLBACK (drag_begin_cb), self);
  g_signal_connect (drag, "drag-update", G_CALLBACK (drag_update_cb), self);
  gtk_widget_add_controller (self->list, GTK_EVENT_CONTROLLER (drag));
}

/* --- Widget -------------------------------------------------------------------------------------------- */

static gboolean
resize_cb (gpointer data)
{
  FlowWaterfall *self = data;

  self->resize_source = 0;
  for (GtkWidget *row = gtk_widget_get_first_child (self->list); row != NULL; row = gtk_widget_get_next_sibling (row))
    if (gtk_widget_get_first_child (row) != NULL)
      gtk_widget_queue_resize (gtk_widget_get_first_child (row));
  return G_SOURCE_REMOVE;
}

static void
flow_waterfall_measure (GtkWidget *widget, GtkOrientation orientation, int for_size, int *minimum, int *natural,
                        int *minimum_baseline, int *natural_baseline)
{
  *minimum = orientation == GTK_ORIENTATION_HORIZONTAL ? MIN_WIDTH : 0;
  *natural = orientation == GTK_ORIENTATION_HORIZONTAL ? NATURAL_WIDTH : 0;
  *minimum_baseline = *natural_baseline = -1;
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL;
       child = gtk_widget_get_next_sibling (child))
    {
      gboolean vertical = orientation == GTK_ORIENTATION_VERTICAL;
      int least, best;

      gtk_widget_measure (child, orientation, vertical ? for_size : -1, &least, &best, NULL, NULL);
      *minimum = vertical ? *minimum + least : MAX (*minimum, least);
      *natural = vertical ? *natural + best : MAX (*natural, best);
    }
}

static int
place (GtkWidget *child, int y, int width, int height)
{
  gtk_widget_size_allocate (child, &(GtkAllocation) { 0, y, width, height }, -1);
  return y + height;
}

static int
height_of (GtkWidget *child, int width)
{
  int least;

  gtk_widget_measure (child, GTK_ORIENTATION_VERTICAL, width, &least, NULL, NULL, NULL);
  return least;
}

static void
flow_waterfall_size_allocate (GtkWidget *widget, int width, int height, int baseline)
{
  FlowWaterfall *self = FLOW_WATERFALL (widget);
  int y;

  flow_waterfall_scale_set_width (self->scale, width);
  if (self->stacked != flow_waterfall_scale_is_stacked (self->scale) && self->resize_source == 0)
    {
      self->stacked = !self->stacked;
      self->resize_source = g_idle_add_full (GTK_PRIORITY_RESIZE, resize_cb, self, NULL);
      g_source_set_name_by_id (self->resize_source, "flow-waterfall-resize");
    }
  y = place (self->minimap, 0, width, height_of (self->minimap, width));
  y = place (self->ruler, y, width, height_of (self->ruler, width));
  place (self->scrolled, y, width, MAX (height - y, height_of (self->scrolled, width)));
}

static void
update_look (FlowWaterfall *self)
{
  flow_waterfall_scale_set_look (self->scale, GTK_WIDGET (self));
}

static void
flow_waterfall_css_changed (GtkWidget *widget, GtkCssStyleChange *change)
{
  GTK_WIDGET_CLASS (flow_waterfall_parent_class)->css_changed (widget, change);
  update_look (FLOW_WATERFALL (widget));
}

static void
flow_waterfall_dispose (GObject *object)
{
  FlowWaterfall *self = FLOW_WATERFALL (object);
  GtkWidget *child;

  g_clear_handle_id (&self->focus_source, g_source_remove);
  g_clear_handle_id (&self->resize_source, g_source_remove);
  while ((child = gtk_widget_get_first_child (GTK_WIDGET (self))) != NULL)
    gtk_widget_unparent (child);
  g_clear_object (&self->selection);
  g_clear_object (&self->rows);
  g_clear_object (&self->scale);

  G_OBJECT_CLASS (flow_waterfall_parent_class)->dispose (object);
}

static void
load_style (void)
{
  g_autoptr (GtkCssProvider) provider = gtk_css_provider_new ();

  gtk_css_provider_load_from_resource (provider, "/org/flowscope/FlowScope/traces/flow-waterfall.css");
  gtk_style_context_add_provider_for_display (gdk_display_get_default (), GTK_STYLE_PROVIDER (provider),
                                              GTK_STYLE_PROVIDER_PRIORITY_APPLICATION);
}

static void
flow_waterfall_class_init (FlowWaterfallClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = flow_waterfall_dispose;
  widget_class->measure = flow_waterfall_measure;
  widget_class->size_allocate = flow_waterfall_size_allocate;
  widget_class->css_changed = flow_waterfall_css_changed;

  /**
   * FlowWaterfall::selected:
   * @self: the waterfall
   * @node: a node of the outline, or %FLOW_OUTLINE_NONE
   *
   * Emitted when another row is selected.
   */
  signals[SELECTED] = g_signal_new ("selected", FLOW_TYPE_WATERFALL, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                    G_TYPE_NONE, 1, G_TYPE_UINT);

  /**
   * FlowWaterfall::activated:
   * @self: the waterfall
   * @node: a node of the outline
   *
   * Emitted when a row is double-clicked.
   */
  signals[ACTIVATED] = g_signal_new ("activated", FLOW_TYPE_WATERFALL, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                     G_TYPE_NONE, 1, G_TYPE_UINT);

  gtk_widget_class_set_css_name (widget_class, "waterfall");
  load_style ();
}

static GtkWidget *
make_list (FlowWaterfall *self)
{
  GtkListItemFactory *factory = gtk_signal_list_item_factory_new ();
  GtkWidget *list;

  g_signal_connect (factory, "setup", G_CALLBACK (setup_cb), self);
  g_signal_connect (factory, "bind", G_CALLBACK (bind_cb), self);
  g_signal_connect (factory, "unbind", G_CALLBACK (unbind_cb), self);
  list = gtk_list_view_new (GTK_SELECTION_MODEL (g_object_ref (self->selection)), factory);
  gtk_accessible_update_property (GTK_ACCESSIBLE (list), GTK_ACCESSIBLE_PROPERTY_LABEL, _ ("Spans"), -1);
  g_signal_connect_swapped (list, "activate", G_CALLBACK (activate_cb), self);
  return list;
}

static void
flow_waterfall_init (FlowWaterfall *self)
{
  GtkWidget *widget = GTK_WIDGET (self);

  self->rows = flow_trace_rows_new ();
  self->scale = flow_waterfall_scale_new ();
  self->selected = FLOW_OUTLINE_NONE;
  self->selection = gtk_single_selection_new (g_object_ref (G_LIST_MODEL (self->rows)));
  gtk_single_selection_set_autoselect (self->selection, FALSE);
  gtk_single_selection_set_can_unselect (self->selection, TRUE);
  self->minimap = flow_minimap_new (self->scale);
  gtk_widget_set_parent (self->minimap, widget);
  self->ruler = flow_ruler_new (self->scale);
  gtk_widget_set_parent (self->ruler, widget);
  self->scrolled = gtk_scrolled_window_new ();
  gtk_scrolled_window_set_policy (GTK_SCROLLED_WINDOW (self->scrolled), GTK_POLICY_NEVER, GTK_POLICY_AUTOMATIC);
  gtk_widget_set_vexpand (widget, TRUE);
  gtk_widget_set_overflow (widget, GTK_OVERFLOW_HIDDEN);
  gtk_widget_set_parent (self->scrolled, widget);
  self->list = make_list (self);
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (self->scrolled), self->list);
  g_signal_connect_object (self->selection, "notify::selected", G_CALLBACK (selection_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->rows, "items-changed", G_CALLBACK (items_changed_cb), self,
                           G_CONNECT_SWAPPED | G_CONNECT_AFTER);
  g_signal_connect_object (adw_style_manager_get_default (), "notify::dark", G_CALLBACK (update_look), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (adw_style_manager_get_default (), "notify::high-contrast", G_CALLBACK (update_look), self,
                           G_CONNECT_SWAPPED);
  add_pointer_controllers (self);
}

/**
 * flow_waterfall_new:
 *
 * Returns: (transfer floating): a waterfall of nothing
 */
GtkWidget *
flow_waterfall_new (void)
{
  return g_object_new (FLOW_TYPE_WATERFALL, NULL);
}

/* The same node in another outline of the same trace. */
static guint
find_again (FlowTraceOutline *outline, const FlowTraceOutline *old, guint node)
{
  const FlowOutlineNode *was = &old->nodes[node];
  guint64 start_ns = old->start_ns + (guint64) was->start_ns;
  guint found = FLOW_OUTLINE_NONE;

  for (guint i = 0; i < outline->n_nodes; i++)
    if (outline->nodes[i].id == was->id)
      {
        if (outline->nodes[i].kind == was->kind &&
            (was->kind == FLOW_NODE_SPAN || outline->start_ns + (guint64) outline->nodes[i].start_ns == start_ns))
          return i;
        found = i;
      }
  return found;
}

/**
 * flow_waterfall_set_trace:
 * @self: the waterfall
 * @outline: a trace
 * @path: its critical path
 * @lanes: its lanes
 *
 * Show a trace. When it is the same one that grew, what is selected, folded, looked at and scrolled to stays.
 */
void
flow_waterfall_set_trace (FlowWaterfall *self, FlowTraceOutline *outline, FlowCriticalPath *path, FlowTraceLanes *lanes)
{
  GtkAdjustment *adjustment = get_adjustment (self);
  FlowTraceOutline *old = flow_trace_rows_get_outline (self->rows);
  gboolean same = old != NULL && memcmp (old->trace_id, outline->trace_id, 16) == 0;
  guint n_old = g_list_model_get_n_items (G_LIST_MODEL (self->rows)), top = FLOW_OUTLINE_NONE, n;
  guint selected = FLOW_OUTLINE_NONE;
  double height = gtk_adjustment_get_upper (adjustment) / MAX (n_old, 1), rest = 0;

  if (same && height > 0)
    {
      double value = gtk_adjustment_get_value (adjustment);
      guint node = flow_trace_rows_get_node (self->rows, (guint) (value / height));

      rest = fmod (value, height);
      if (node != FLOW_OUTLINE_NONE && value > 0)
        top = find_again (outline, old, node);
    }
  if (same && self->selected != FLOW_OUTLINE_NONE)
    selected = find_again (outline, old, self->selected);
  self->updating = TRUE;
  self->selected = selected;
  flow_waterfall_scale_set_trace (self->scale, outline, path, lanes);
  flow_trace_rows_set_outline (self->rows, outline);
  self->updating = FALSE;
  restore_selection (self);
  n = g_list_model_get_n_items (G_LIST_MODEL (self->rows));
  top = top != FLOW_OUTLINE_NONE ? flow_trace_rows_find_node (self->rows, top) : FLOW_OUTLINE_NONE;
  if (!same)
    gtk_adjustment_set_value (adjustment, 0);
  else if (top != FLOW_OUTLINE_NONE)
    {
      /* The list learns of its new height with the next frame only. */
      gtk_adjustment_set_upper (adjustment, MAX (gtk_adjustment_get_upper (adjustment), height * n));
      gtk_adjustment_set_value (adjustment, top * height + rest);
    }
}

/**
 * flow_waterfall_get_rows:
 * @self: the waterfall
 *
 * Returns: (transfer none): its rows
 */
FlowTraceRows *
flow_waterfall_get_rows (FlowWaterfall *self)
{
  return self->rows;
}

/**
 * flow_waterfall_get_scale:
 * @self: the waterfall
 *
 * Returns: (transfer none): what part of time is shown
 */
FlowWaterfallScale *
flow_waterfall_get_scale (FlowWaterfall *self)
{
  return self->scale;
}

/**
 * flow_waterfall_get_selected:
 * @self: the waterfall
 *
 * Returns: the selected node, or %FLOW_OUTLINE_NONE
 */
guint
flow_waterfall_get_selected (FlowWaterfall *self)
{
  return self->selected;
}

/**
 * flow_waterfall_select:
 * @self: the waterfall
 * @node: a node, or %FLOW_OUTLINE_NONE
 *
 * Select a node and make sure that it is seen.
 */
void
flow_waterfall_select (FlowWaterfall *self, guint node)
{
  FlowTraceOutline *outline = flow_trace_rows_get_outline (self->rows);
  guint position;

  if (outline == NULL || (node != FLOW_OUTLINE_NONE && node >= outline->n_nodes))
    return;
  position = node != FLOW_OUTLINE_NONE ? flow_trace_rows_reveal (self->rows, node) : FLOW_OUTLINE_NONE;
  set_selected (self, node);
  restore_selection (self);
  if (position == FLOW_OUTLINE_NONE)
    return;
  flow_waterfall_scale_show (self->scale, &outline->nodes[node]);
  show_row (self, position);
}

/**
 * flow_waterfall_focus_rows:
 * @self: the waterfall
 *
 * Give the keyboard to the rows.
 */
void
flow_waterfall_focus_rows (FlowWaterfall *self)
{
  gtk_widget_grab_focus (self->list);
  if (self->selected != FLOW_OUTLINE_NONE)
    focus_later (self);
}

/**
 * flow_waterfall_get_page:
 * @self: the waterfall
 *
 * Returns: how many rows are seen at once, at least 1
 */
int
flow_waterfall_get_page (FlowWaterfall *self)
{
  GtkAdjustment *adjustment = get_adjustment (self);
  guint n = g_list_model_get_n_items (G_LIST_MODEL (self->rows));
  double height = gtk_adjustment_get_upper (adjustment) / MAX (n, 1);

  return height > 0 ? MAX (1, (int) (gtk_adjustment_get_page_size (adjustment) / height) - 1) : 1;
}

/**
 * flow_waterfall_move:
 * @self: the waterfall
 * @rows: how many, downwards when positive
 *
 * Select another row.
 */
void
flow_waterfall_move (FlowWaterfall *self, int rows)
{
  guint n = g_list_model_get_n_items (G_LIST_MODEL (self->rows));
  guint at = self->selected != FLOW_OUTLINE_NONE ? flow_trace_rows_find_node (self->rows, self->selected)
                                                 : FLOW_OUTLINE_NONE;
  gint64 to = at != FLOW_OUTLINE_NONE ? (gint64) at + rows : rows > 0 ? 0 : (gint64) n - 1;

  if (n > 0)
    flow_waterfall_select (self, flow_trace_rows_get_node (self->rows, (guint) CLAMP (to, 0, (gint64) n - 1)));
}

/**
 * flow_waterfall_fold:
 * @self: the waterfall
 * @folded: whether to fold
 *
 * Fold the selected row, or go to its parent when there is nothing to fold; or the other way round.
 */
void
flow_waterfall_fold (FlowWaterfall *self, gboolean folded)
{
  FlowTraceOutline *outline = flow_trace_rows_get_outline (self->rows);
  guint node = self->selected;
  gboolean can, is;

  if (outline == NULL || node == FLOW_OUTLINE_NONE)
    return;
  can = flow_trace_rows_can_fold (self->rows, node);
  is = flow_trace_rows_is_folded (self->rows, node);
  if (can && is != folded)
    flow_trace_rows_fold (self->rows, node, folded);
  else if (folded && outline->nodes[node].parent != FLOW_OUTLINE_NONE)
    flow_waterfall_select (self, outline->nodes[node].parent);
  else if (!folded && can)
    flow_waterfall_move (self, 1);
}

/**
 * flow_waterfall_zoom:
 * @self: the waterfall
 * @factor: 2: twice as large
 *
 * Zoom at the selected span, or in the middle when it is not seen.
 */
void
flow_waterfall_zoom (FlowWaterfall *self, double factor)
{
  FlowTraceOutline *outline = flow_trace_rows_get_outline (self->rows);
  double from, to, anchor;

  flow_waterfall_scale_get_range (self->scale, &from, &to);
  anchor = (from + to) / 2;
  if (outline != NULL && self->selected != FLOW_OUTLINE_NONE)
    {
      const FlowOutlineNode *node = &outline->nodes[self->selected];
      double middle = (double) node->start_ns + (double) node->length_ns / 2;

      if (middle >= from && middle <= to)
        anchor = middle;
    }
  flow_waterfall_scale_zoom (self->scale, factor, anchor);
}

/**
 * flow_waterfall_zoom_to_selected:
 * @self: the waterfall
 *
 * Let the selected span fill the width.
 */
void
flow_waterfall_zoom_to_selected (FlowWaterfall *self)
{
  FlowTraceOutline *outline = flow_trace_rows_get_outline (self->rows);
  const FlowOutlineNode *node;
  double margin;

  if (outline == NULL || self->selected == FLOW_OUTLINE_NONE)
    return;
  node = &outline->nodes[self->selected];
  margin = MAX (5, (double) node->length_ns * 0.05);
  flow_waterfall_scale_set_range (self->scale, (double) node->start_ns - margin,
                                  (double) flow_outline_node_end_ns (node) + margin);
}
