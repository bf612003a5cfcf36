/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-span-cell"

#include "app/traces/flow-span-cell.h"

#include <glib/gi18n.h>
#include <math.h>
#include <string.h>

#include "app/traces/flow-span-text.h"
#include "trace/flow-time-text.h"

/* All of these grow with the text. */
#define INDENT 14.0
/* Deeper rows are not moved further to the right: their level is written instead. */
#define MAX_INDENTS 10
#define FOLD_WIDTH 18.0
#define USUAL_TEXT 18.0
#define CHIP_WIDTH 4.0
#define BAR_MIN 2.0
#define LABEL_MIN 24.0
#define MAX_MARKS 200
#define STRIP_HEIGHT 9.0

/**
 * FlowSpanCell:
 *
 * One row of a waterfall, drawn as a whole: name and service, and the bar at its place in time. Its texts are laid out
 * when it is bound and not again when it moves.
 */
struct _FlowSpanCell
{
  GtkWidget parent_instance;

  FlowWaterfallScale *scale;
  FlowTraceRows *rows;
  FlowOutlineRow *row;
  gulong changed;
  PangoLayout *name;
  PangoLayout *label; /* duration, or the time of a log */
  PangoLayout *badge; /* errors below, or the level of a deep row */
  PangoLayout *fold;
  int name_width;
  int text_height;
  gboolean has_badge;
  gboolean badge_is_error;
  gboolean can_fold;
};

G_DEFINE_FINAL_TYPE (FlowSpanCell, flow_span_cell, GTK_TYPE_WIDGET)

static guint
get_node (FlowSpanCell *self)
{
  return self->row != NULL ? flow_outline_row_get_node (self->row) : FLOW_OUTLINE_NONE;
}

static const FlowOutlineNode *
get_item (FlowSpanCell *self)
{
  guint node = get_node (self);

  return node != FLOW_OUTLINE_NONE ? &flow_trace_rows_get_outline (self->rows)->nodes[node] : NULL;
}

static guint
get_depth (FlowSpanCell *self)
{
  return flow_trace_rows_get_outline (self->rows)->depths[get_node (self)];
}

/* What is right for usual text is too little for twice as large one. */
static double
grown (FlowSpanCell *self, double pixels)
{
  return pixels * MAX (1, self->text_height / USUAL_TEXT);
}

static double
indent_of (FlowSpanCell *self)
{
  return MIN (get_depth (self), MAX_INDENTS) * grown (self, INDENT);
}

static void
flow_span_cell_measure (GtkWidget *widget, GtkOrientation orientation, int for_size, int *minimum, int *natural,
                        int *minimum_baseline, int *natural_baseline)
{
  FlowSpanCell *self = FLOW_SPAN_CELL (widget);

  *minimum = *natural = 0;
  if (orientation == GTK_ORIENTATION_VERTICAL)
    *minimum = *natural = flow_waterfall_scale_is_stacked (self->scale) ? self->text_height + (int) STRIP_HEIGHT + 8
                                                                        : MAX (24, self->text_height + 6);
  *minimum_baseline = *natural_baseline = -1;
}

static void
draw_rect (GtkSnapshot *snapshot, const GdkRGBA *colour, double x, double y, double width, double height)
{
  gtk_snapshot_append_color (snapshot, colour,
                             &GRAPHENE_RECT_INIT ((float) x, (float) y, (float) width, (float) height));
}

static void
draw_layout (GtkSnapshot *snapshot, PangoLayout *layout, const GdkRGBA *colour, double x, double y)
{
  gtk_snapshot_save (snapshot);
  gtk_snapshot_translate (snapshot, &GRAPHENE_POINT_INIT ((float) x, (float) y));
  gtk_snapshot_append_layout (snapshot, layout, colour);
  gtk_snapshot_restore (snapshot);
}

static void
draw_badge (FlowSpanCell *self, GtkSnapshot *snapshot, double right, double height)
{
  const FlowWaterfallLook *look = flow_waterfall_scale_get_look (self->scale);
  int width, text_height;

  pango_layout_get_pixel_size (self->badge, &width, &text_height);
  draw_layout (snapshot, self->badge, self->badge_is_error ? &look->error : &look->dim, right - width,
               (height - text_height) / 2);
}

/* The left part: guides, arrow, the service's colour, the name. */
static void
draw_name (FlowSpanCell *self, GtkSnapshot *snapshot, const FlowOutlineNode *item, double width, double height)
{
  const FlowWaterfallLook *look = flow_waterfall_scale_get_look (self->scale);
  double x = indent_of (self), right = width, indent = grown (self, INDENT), fold = grown (self, FOLD_WIDTH);
  int badge = 0, fold_width, fold_height;

  for (guint i = 1; i <= MIN (get_depth (self), MAX_INDENTS); i++)
    draw_rect (snapshot, &look->line, i * indent - indent / 2, 0, 1, gtk_widget_get_height (GTK_WIDGET (self)));
  if (self->can_fold)
    {
      pango_layout_get_pixel_size (self->fold, &fold_width, &fold_height);
      draw_layout (snapshot, self->fold, &look->dim, x + (fold - fold_width) / 2, (height - fold_height) / 2);
    }
  x += fold;
  draw_rect (snapshot,
             item->kind == FLOW_NODE_MISSING ? &look->dim
                                             : flow_waterfall_scale_get_colour (self->scale, item->service),
             x, 4, CHIP_WIDTH, height - 8);
  x += CHIP_WIDTH + 6;
  if (self->has_badge)
    {
      pango_layout_get_pixel_size (self->badge, &badge, NULL);
      draw_badge (self, snapshot, right - 4, height);
      right -= badge + 8;
    }
  if (self->name_width != (int) (right - x))
    {
      self->name_width = MAX (1, (int) (right - x));
      pango_layout_set_width (self->name, self->name_width * PANGO_SCALE);
    }
  draw_layout (snapshot, self->name,
               item->kind == FLOW_NODE_SPAN && !(item->flags & FLOW_NODE_ERROR) ? &look->text
               : item->flags & FLOW_NODE_ERROR                                  ? &look->error
                                                                                : &look->dim,
               x, (height - self->text_height) / 2);
}

/* The first one from a time on: a span may have a million of them, of which one looks at a few. */
static guint
first_mark (const FlowTraceOutline *outline, const guint32 *marks, guint n, double ns)
{
  guint low = 0, high = n;

  while (low < high)
    {
      guint middle = low + (high - low) / 2;

      if ((double) outline->nodes[marks[middle]].start_ns < ns)
        low = middle + 1;
      else
        high = middle;
    }
  return low;
}

/* Dots of events and ticks of logs where they happened; neighbours in one pixel are one. */
static void
draw_marks (FlowSpanCell *self, GtkSnapshot *snapshot, guint node, double y, double height, double left, double right)
{
  const FlowTraceOutline *outline = flow_trace_rows_get_outline (self->rows);
  const FlowWaterfallLook *look = flow_waterfall_scale_get_look (self->scale);
  guint n, first, drawn = 0;
  const guint32 *marks = flow_trace_outline_marks (outline, node, &n);
  double last = -10, last_failed = -10, apart = MAX (2, (right - left) / MAX_MARKS);

  first = first_mark (outline, marks, n, flow_waterfall_scale_to_ns (self->scale, left));
  for (guint i = first; i < n && drawn < 2 * MAX_MARKS; i++)
    {
      const FlowOutlineNode *mark = &outline->nodes[marks[i]];
      double x = flow_waterfall_scale_to_x (self->scale, (double) mark->start_ns);
      gboolean failed = mark->flags & FLOW_NODE_ERROR;

      if (x > right)
        break;
      if (failed ? x - last_failed < 1 : x - last < apart)
        continue;
      last = x;
      last_failed = failed ? x : last_failed;
      drawn++;
      draw_rect (snapshot, failed ? &look->error : &look->text, x - 2.5, y + height / 2 - 2.5, 5, 5);
    }
}

static void
draw_label (FlowSpanCell *self, GtkSnapshot *snapshot, double x, double end, double left, double right, double height)
{
  const FlowWaterfallLook *look = flow_waterfall_scale_get_look (self->scale);
  int width, text_height;

  if (right - left < LABEL_MIN)
    return;
  pango_layout_get_pixel_size (self->label, &width, &text_height);
  if (end + 6 + width <= right)
    draw_layout (snapshot, self->label, &look->dim, end + 6, (height - text_height) / 2);
  else if (x - 6 - width >= left)
    draw_layout (snapshot, self->label, &look->dim, x - 6 - width, (height - text_height) / 2);
  else if (end - x > width + 8)
    {
      const GdkRGBA inside = look->dark ? (GdkRGBA) { 0, 0, 0, 1 } : (GdkRGBA) { 1, 1, 1, 1 };

      draw_layout (snapshot, self->label, &inside, end - width - 6, (height - text_height) / 2);
    }
}

static void
draw_path (FlowSpanCell *self, GtkSnapshot *snapshot, guint node, double y, double left, double right)
{
  FlowCriticalPath *path = flow_waterfall_scale_get_path (self->scale);
  const FlowWaterfallLook *look = flow_waterfall_scale_get_look (self->scale);
  guint n = 0;
  const FlowPathPart *parts = path != NULL ? flow_critical_path_of_node (path, node, &n) : NULL;
  double last = -1;

  for (guint i = 0; i < n; i++)
    {
      double x = MAX (left, flow_waterfall_scale_to_x (self->scale, (double) parts[i].start_ns));
      double end = MIN (right, flow_waterfall_scale_to_x (self->scale, (double) parts[i].end_ns));

      /* A thousand parts in one pixel are one. */
      if (x > right)
        break;
      if (end < left || end <= last)
        continue;
      x = MAX (x, last);
      end = MAX (end, x + 1);
      draw_rect (snapshot, &look->text, x, y, end - x, 3);
      last = end;
    }
}

static void
draw_missing (FlowSpanCell *self, GtkSnapshot *snapshot, double x, double end, double y, double height)
{
  const FlowWaterfallLook *look = flow_waterfall_scale_get_look (self->scale);
  GskRoundedRect outline = GSK_ROUNDED_RECT_INIT ((float) x, (float) y, (float) (end - x), (float) height);
  const float widths[4] = { 1, 1, 1, 1 };
  const GdkRGBA colours[4] = { look->dim, look->dim, look->dim, look->dim };

  gtk_snapshot_append_border (snapshot, &outline, widths, colours);
}

static void
draw_bar (FlowSpanCell *self, GtkSnapshot *snapshot, guint node, const FlowOutlineNode *item, double top, double height)
{
  const FlowWaterfallLook *look = flow_waterfall_scale_get_look (self->scale);
  gboolean stacked = flow_waterfall_scale_is_stacked (self->scale);
  double inset = stacked ? 0 : MAX (3, floor (height / 5)), bar_height = height - 2 * inset;
  double left, width, right, x, end;

  flow_waterfall_scale_get_bars (self->scale, &left, &width);
  right = left + width;
  x = flow_waterfall_scale_to_x (self->scale, (double) item->start_ns);
  end = MAX (flow_waterfall_scale_to_x (self->scale, (double) flow_outline_node_end_ns (item)), x + BAR_MIN);
  if (end < left || x > right)
    return;
  x = MAX (x, left - 1);
  end = MIN (end, right + 1);
  if (item->kind == FLOW_NODE_MISSING)
    draw_missing (self, snapshot, x, end, top + inset, bar_height);
  else if (item->kind == FLOW_NODE_SPAN)
    draw_rect (snapshot,
               item->flags & FLOW_NODE_ERROR ? &look->error
                                             : flow_waterfall_scale_get_colour (self->scale, item->service),
               x, top + inset, end - x, bar_height);
  else
    draw_rect (snapshot, item->flags & FLOW_NODE_ERROR ? &look->error : &look->dim, x - 3, top + height / 2 - 3, 6, 6);
  if (item->flags & FLOW_NODE_CRITICAL && flow_waterfall_scale_get_show_path (self->scale))
    draw_path (self, snapshot, node, top + inset + bar_height - 1, left, right);
  if (item->flags & FLOW_NODE_EVENTS)
    draw_marks (self, snapshot, node, top + inset, bar_height, left, right);
  if (!stacked)
    draw_label (self, snapshot, x, end, left, right, height);
}

static void
flow_span_cell_snapshot (GtkWidget *widget, GtkSnapshot *snapshot)
{
  FlowSpanCell *self = FLOW_SPAN_CELL (widget);
  const FlowOutlineNode *item = get_item (self);
  const FlowWaterfallLook *look = flow_waterfall_scale_get_look (self->scale);
  int width = gtk_widget_get_width (widget), height = gtk_widget_get_height (widget);
  gboolean stacked = flow_waterfall_scale_is_stacked (self->scale);
  double split = flow_waterfall_scale_get_split (self->scale);
  double names = stacked ? width : split, names_height = stacked ? height - STRIP_HEIGHT - 2 : height;

  if (item == NULL)
    return;
  if (flow_trace_rows_is_match (self->rows, get_node (self)))
    {
      GdkRGBA found = look->accent;

      found.alpha = 0.18f;
      draw_rect (snapshot, &found, 0, 0, width, height);
    }
  gtk_snapshot_push_clip (snapshot, &GRAPHENE_RECT_INIT (0, 0, (float) names, (float) height));
  draw_name (self, snapshot, item, names, names_height);
  gtk_snapshot_pop (snapshot);
  if (!stacked)
    draw_rect (snapshot, &look->line, split, 0, 1, height);
  gtk_snapshot_push_clip (snapshot, &GRAPHENE_RECT_INIT ((float) split, 0, (float) (width - split), (float) height));
  if (stacked)
    draw_bar (self, snapshot, get_node (self), item, names_height, STRIP_HEIGHT);
  else
    draw_bar (self, snapshot, get_node (self), item, 0, height);
  gtk_snapshot_pop (snapshot);
}

static void
set_name (FlowSpanCell *self, const FlowTraceOutline *outline, guint node)
{
  const FlowOutlineNode *item = &outline->nodes[node];
  const char *name = flow_span_text_name (outline, node);
  const char *service = item->kind == FLOW_NODE_SPAN ? flow_trace_outline_service (outline, node) : "";
  g_autofree char *marks = flow_span_text_marks (outline, node);
  g_autofree char *text = g_strdup_printf ("%s%s%s%s%s", name, marks != NULL ? "  ⚠ " : "", marks != NULL ? marks : "",
                                           *service != '\0' ? "  " : "", service);
  PangoAttrList *attributes = pango_attr_list_new ();
  PangoAttribute *dim = pango_attr_foreground_alpha_new (G_MAXUINT16 / 10 * 7);

  dim->start_index = (guint) strlen (name);
  pango_attr_list_insert (attributes, dim);
  if (item->kind == FLOW_NODE_MISSING)
    pango_attr_list_insert (attributes, pango_attr_style_new (PANGO_STYLE_ITALIC));
  pango_layout_set_text (self->name, text, -1);
  pango_layout_set_attributes (self->name, attributes);
  pango_attr_list_unref (attributes);
}

static void
set_badge (FlowSpanCell *self, const FlowTraceOutline *outline, guint node)
{
  guint errors = flow_trace_rows_is_folded (self->rows, node) ? flow_trace_outline_count_errors (outline, node) : 0;
  g_autofree char *text = NULL;

  self->badge_is_error = errors > 0;
  if (errors > 0)
    text = g_strdup_printf ("⚠ %u", errors);
  else if (outline->depths[node] > MAX_INDENTS)
    text = g_strdup_printf ("›%u", outline->depths[node] + 1);
  self->has_badge = text != NULL;
  pango_layout_set_text (self->badge, text != NULL ? text : "", -1);
}

static void
update (FlowSpanCell *self)
{
  const FlowOutlineNode *item = get_item (self);
  const FlowTraceOutline *outline;
  guint node = get_node (self);
  GtkWidget *parent = gtk_widget_get_parent (GTK_WIDGET (self));
  g_autofree char *label = NULL;
  g_autofree char *time = NULL;

  if (item == NULL)
    return;
  outline = flow_trace_rows_get_outline (self->rows);
  self->can_fold = item->end > node + 1 && flow_trace_rows_can_fold (self->rows, node);
  set_name (self, outline, node);
  set_badge (self, outline, node);
  time = item->kind == FLOW_NODE_SPAN || item->kind == FLOW_NODE_MISSING ? flow_duration_format (item->length_ns)
                                                                         : flow_duration_format (item->start_ns);
  pango_layout_set_text (self->label, time, -1);
  pango_layout_set_text (self->fold, flow_trace_rows_is_folded (self->rows, node) ? "▸" : "▾", -1);
  label = flow_span_text_label (self->rows, node);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL, label, -1);
  if (parent != NULL)
    gtk_accessible_update_property (GTK_ACCESSIBLE (parent), GTK_ACCESSIBLE_PROPERTY_LABEL, label, -1);
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

static void
measure_text (FlowSpanCell *self)
{
  PangoFontMetrics *metrics = pango_context_get_metrics (gtk_widget_get_pango_context (GTK_WIDGET (self)), NULL, NULL);
  int height = PANGO_PIXELS_CEIL (pango_font_metrics_get_height (metrics));

  pango_font_metrics_unref (metrics);
  if (self->text_height == height)
    return;
  self->text_height = height;
  gtk_widget_queue_resize (GTK_WIDGET (self));
}

static void
flow_span_cell_css_changed (GtkWidget *widget, GtkCssStyleChange *change)
{
  GTK_WIDGET_CLASS (flow_span_cell_parent_class)->css_changed (widget, change);
  measure_text (FLOW_SPAN_CELL (widget));
}

static void
flow_span_cell_system_setting_changed (GtkWidget *widget, GtkSystemSetting setting)
{
  GTK_WIDGET_CLASS (flow_span_cell_parent_class)->system_setting_changed (widget, setting);
  measure_text (FLOW_SPAN_CELL (widget));
}

static gboolean
flow_span_cell_query_tooltip (GtkWidget *widget, int x, int y, gboolean keyboard, GtkTooltip *tooltip)
{
  FlowSpanCell *self = FLOW_SPAN_CELL (widget);
  g_autofree char *text = NULL;

  if (get_item (self) == NULL)
    return FALSE;
  text = flow_span_text_tooltip (flow_trace_rows_get_outline (self->rows), get_node (self));
  gtk_tooltip_set_text (tooltip, text);
  return TRUE;
}

static void
pressed_cb (GtkGestureClick *gesture, int n_press, double x, double y, FlowSpanCell *self)
{
  const FlowOutlineNode *item = get_item (self);
  guint node = get_node (self);
  GdkModifierType state = gtk_event_controller_get_current_event_state (GTK_EVENT_CONTROLLER (gesture));
  gboolean folded;

  if (item == NULL || !self->can_fold || x < indent_of (self) || x > indent_of (self) + grown (self, FOLD_WIDTH))
    return;
  gtk_gesture_set_state (GTK_GESTURE (gesture), GTK_EVENT_SEQUENCE_CLAIMED);
  folded = flow_trace_rows_is_folded (self->rows, node);
  if (state & (GDK_SHIFT_MASK | GDK_ALT_MASK))
    flow_trace_rows_fold_subtree (self->rows, node, !folded);
  else
    flow_trace_rows_fold (self->rows, node, !folded);
}

static void
flow_span_cell_dispose (GObject *object)
{
  FlowSpanCell *self = FLOW_SPAN_CELL (object);

  flow_span_cell_unbind (self);
  g_clear_object (&self->name);
  g_clear_object (&self->label);
  g_clear_object (&self->badge);
  g_clear_object (&self->fold);
  g_clear_object (&self->scale);
  g_clear_object (&self->rows);

  G_OBJECT_CLASS (flow_span_cell_parent_class)->dispose (object);
}

static void
flow_span_cell_class_init (FlowSpanCellClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = flow_span_cell_dispose;
  widget_class->measure = flow_span_cell_measure;
  widget_class->snapshot = flow_span_cell_snapshot;
  widget_class->css_changed = flow_span_cell_css_changed;
  widget_class->system_setting_changed = flow_span_cell_system_setting_changed;
  widget_class->query_tooltip = flow_span_cell_query_tooltip;
  gtk_widget_class_set_css_name (widget_class, "spancell");
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_LABEL);
}

static void
flow_span_cell_init (FlowSpanCell *self)
{
  GtkGesture *click = gtk_gesture_click_new ();
  GtkWidget *widget = GTK_WIDGET (self);

  self->name = gtk_widget_create_pango_layout (widget, NULL);
  pango_layout_set_ellipsize (self->name, PANGO_ELLIPSIZE_END);
  pango_layout_set_single_paragraph_mode (self->name, TRUE);
  /* A row is read from the left, whichever way its name is written. */
  pango_layout_set_auto_dir (self->name, FALSE);
  self->label = gtk_widget_create_pango_layout (widget, NULL);
  self->badge = gtk_widget_create_pango_layout (widget, NULL);
  self->fold = gtk_widget_create_pango_layout (widget, NULL);
  measure_text (self);
  gtk_widget_set_has_tooltip (GTK_WIDGET (self), TRUE);
  g_signal_connect (click, "pressed", G_CALLBACK (pressed_cb), self);
  gtk_widget_add_controller (GTK_WIDGET (self), GTK_EVENT_CONTROLLER (click));
}

static void
scale_changed_cb (FlowSpanCell *self)
{
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

/**
 * flow_span_cell_new:
 * @scale: what part of time is shown
 * @rows: the rows it is one of
 *
 * Returns: (transfer full): an empty row
 */
GtkWidget *
flow_span_cell_new (FlowWaterfallScale *scale, FlowTraceRows *rows)
{
  FlowSpanCell *self = g_object_new (FLOW_TYPE_SPAN_CELL, NULL);

  self->scale = g_object_ref (scale);
  self->rows = g_object_ref (rows);
  g_signal_connect_object (scale, "changed", G_CALLBACK (scale_changed_cb), self, G_CONNECT_SWAPPED);
  return GTK_WIDGET (self);
}

/**
 * flow_span_cell_bind:
 * @self: the cell
 * @row: what it shows from now on
 */
void
flow_span_cell_bind (FlowSpanCell *self, FlowOutlineRow *row)
{
  flow_span_cell_unbind (self);
  self->row = g_object_ref (row);
  self->changed = g_signal_connect_swapped (row, "changed", G_CALLBACK (update), self);
  update (self);
}

/**
 * flow_span_cell_unbind:
 * @self: the cell
 *
 * Show nothing.
 */
void
flow_span_cell_unbind (FlowSpanCell *self)
{
  if (self->row != NULL)
    g_clear_signal_handler (&self->changed, self->row);
  g_clear_object (&self->row);
}

/**
 * flow_span_cell_get_row:
 * @self: the cell
 *
 * Returns: (transfer none) (nullable): what it shows
 */
FlowOutlineRow *
flow_span_cell_get_row (FlowSpanCell *self)
{
  return self->row;
}
