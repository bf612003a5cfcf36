/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-ruler"

#include "app/traces/flow-ruler.h"

#include <glib/gi18n.h>
#include <math.h>

#include "trace/flow-time-text.h"
#include "trace/flow-time-ticks.h"

#define TICK_WIDTH 90.0
#define HANDLE 5.0
#define MAX_TICKS 200

/**
 * FlowRuler:
 *
 * The times above the bars, since the start of the trace or of the day. Beside them, above the names, what the pointer
 * points at. A drag over it zooms to what was dragged over, a drag of its left end gives names more room.
 */
struct _FlowRuler
{
  GtkWidget parent_instance;

  FlowWaterfallScale *scale;
  PangoLayout *text;
  double pointer; /* -1: not here */
  double drag_from, drag_to;
  gboolean dragging;
  gboolean resizing;
};

G_DEFINE_FINAL_TYPE (FlowRuler, flow_ruler, GTK_TYPE_WIDGET)

static void
flow_ruler_measure (GtkWidget *widget, GtkOrientation orientation, int for_size, int *minimum, int *natural,
                    int *minimum_baseline, int *natural_baseline)
{
  FlowRuler *self = FLOW_RULER (widget);
  int height;

  *minimum = *natural = 0;
  pango_layout_set_text (self->text, "0", -1);
  pango_layout_get_pixel_size (self->text, NULL, &height);
  if (orientation == GTK_ORIENTATION_VERTICAL)
    *minimum = *natural = height + 8;
  *minimum_baseline = *natural_baseline = -1;
}

static void
draw_text (FlowRuler *self, GtkSnapshot *snapshot, const char *text, const GdkRGBA *colour, double x, double most)
{
  int height;

  pango_layout_set_text (self->text, text, -1);
  pango_layout_set_width (self->text, (int) (MAX (1, most) * PANGO_SCALE));
  pango_layout_get_pixel_size (self->text, NULL, &height);
  gtk_snapshot_save (snapshot);
  gtk_snapshot_translate (
      snapshot, &GRAPHENE_POINT_INIT ((float) x, (float) (gtk_widget_get_height (GTK_WIDGET (self)) - height) / 2));
  gtk_snapshot_append_layout (snapshot, self->text, colour);
  gtk_snapshot_restore (snapshot);
}

static void
draw_line (FlowRuler *self, GtkSnapshot *snapshot, const GdkRGBA *colour, double x)
{
  gtk_snapshot_append_color (snapshot, colour,
                             &GRAPHENE_RECT_INIT ((float) x, 0, 1, (float) gtk_widget_get_height (GTK_WIDGET (self))));
}

static void
draw_ticks (FlowRuler *self, GtkSnapshot *snapshot)
{
  const FlowWaterfallLook *look = flow_waterfall_scale_get_look (self->scale);
  FlowTraceOutline *outline = flow_waterfall_scale_get_outline (self->scale);
  gboolean absolute = flow_waterfall_scale_get_absolute (self->scale);
  double from, to, x, width, first;
  gint64 step;

  flow_waterfall_scale_get_range (self->scale, &from, &to);
  flow_waterfall_scale_get_bars (self->scale, &x, &width);
  step = flow_ticks_step (to - from, width / (absolute ? TICK_WIDTH * 1.3 : TICK_WIDTH));
  /* Times of day have round ticks of their own. */
  first = absolute ? -(double) (outline->start_ns % (guint64) step) : 0;
  first += ceil ((from - first) / (double) step) * (double) step;
  for (guint i = 0; i < MAX_TICKS && first + (double) step * i <= to; i++)
    {
      gint64 ns = (gint64) (first + (double) step * i);
      double at = flow_waterfall_scale_to_x (self->scale, (double) ns);
      g_autofree char *text = absolute ? flow_ticks_format_clock (outline->start_ns + (guint64) ns, step)
                                       : flow_ticks_format (ns, step, (gint64) to);

      draw_line (self, snapshot, &look->line, at);
      if (x + width - at >= TICK_WIDTH / 2)
        draw_text (self, snapshot, text, &look->dim, at + 4, x + width - at);
    }
}

/* What the pointer points at; otherwise when the trace was and how long. */
static void
draw_corner (FlowRuler *self, GtkSnapshot *snapshot)
{
  const FlowWaterfallLook *look = flow_waterfall_scale_get_look (self->scale);
  FlowTraceOutline *outline = flow_waterfall_scale_get_outline (self->scale);
  double split = flow_waterfall_scale_get_split (self->scale), from, to;
  gint64 at = 0, step, shown;
  g_autofree char *clock = NULL;
  g_autofree char *since = NULL;
  g_autofree char *text = NULL;

  flow_waterfall_scale_get_range (self->scale, &from, &to);
  step = MAX (1, flow_ticks_step (to - from, 1000));
  shown = outline->length_ns;
  if (self->pointer > split)
    at = shown = (gint64) MAX (0, flow_waterfall_scale_to_ns (self->scale, self->pointer));
  clock = flow_ticks_format_clock (outline->start_ns + (guint64) at,
                                   self->pointer > split ? MIN (step, 1000000) : 1000000);
  since = self->pointer > split ? flow_ticks_format (at, step, (gint64) to) : flow_duration_format (shown);
  text = g_strdup_printf (self->pointer > split ? "+%s · %s" : "%s · %s", since, clock);
  draw_text (self, snapshot, text, &look->dim, 8, split - 12);
}

static void
flow_ruler_snapshot (GtkWidget *widget, GtkSnapshot *snapshot)
{
  FlowRuler *self = FLOW_RULER (widget);
  const FlowWaterfallLook *look = flow_waterfall_scale_get_look (self->scale);
  double split = flow_waterfall_scale_get_split (self->scale);
  int width = gtk_widget_get_width (widget), height = gtk_widget_get_height (widget);

  if (flow_waterfall_scale_get_outline (self->scale) == NULL || width <= 0)
    return;
  if (self->dragging)
    {
      GdkRGBA chosen = look->accent;

      chosen.alpha = 0.3f;
      gtk_snapshot_append_color (snapshot, &chosen,
                                 &GRAPHENE_RECT_INIT ((float) MIN (self->drag_from, self->drag_to), 0,
                                                      (float) fabs (self->drag_to - self->drag_from), (float) height));
    }
  gtk_snapshot_push_clip (snapshot, &GRAPHENE_RECT_INIT ((float) split, 0, (float) (width - split), (float) height));
  draw_ticks (self, snapshot);
  gtk_snapshot_pop (snapshot);
  if (split > 0)
    {
      draw_line (self, snapshot, &look->dim, split);
      draw_corner (self, snapshot);
    }
  if (self->pointer > split)
    draw_line (self, snapshot, &look->accent, self->pointer);
  gtk_snapshot_append_color (snapshot, &look->line, &GRAPHENE_RECT_INIT (0, (float) height - 1, (float) width, 1));
}

static void
flow_ruler_dispose (GObject *object)
{
  FlowRuler *self = FLOW_RULER (object);

  g_clear_object (&self->text);
  g_clear_object (&self->scale);

  G_OBJECT_CLASS (flow_ruler_parent_class)->dispose (object);
}

static void
flow_ruler_class_init (FlowRulerClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = flow_ruler_dispose;
  widget_class->measure = flow_ruler_measure;
  widget_class->snapshot = flow_ruler_snapshot;
  gtk_widget_class_set_css_name (widget_class, "ruler");
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_IMG);
}

static gboolean
is_on_handle (FlowRuler *self, double x)
{
  double split = flow_waterfall_scale_get_split (self->scale);

  return split > 0 && fabs (x - split) <= HANDLE;
}

static void
motion_cb (FlowRuler *self, double x, double y)
{
  gtk_widget_set_cursor_from_name (GTK_WIDGET (self), is_on_handle (self, x) ? "col-resize" : "default");
  self->pointer = x;
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

static void
leave_cb (FlowRuler *self)
{
  self->pointer = -1;
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

static void
drag_begin_cb (GtkGestureDrag *gesture, double x, double y, FlowRuler *self)
{
  self->resizing = is_on_handle (self, x);
  self->dragging = !self->resizing && x > flow_waterfall_scale_get_split (self->scale);
  self->drag_from = self->drag_to = x;
  if (!self->resizing && !self->dragging)
    gtk_gesture_set_state (GTK_GESTURE (gesture), GTK_EVENT_SEQUENCE_DENIED);
}

static void
drag_update_cb (GtkGestureDrag *gesture, double x, double y, FlowRuler *self)
{
  self->drag_to = self->drag_from + x;
  if (self->resizing)
    flow_waterfall_scale_set_split (self->scale, self->drag_to);
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

static void
drag_end_cb (GtkGestureDrag *gesture, double x, double y, FlowRuler *self)
{
  double a = flow_waterfall_scale_to_ns (self->scale, self->drag_from);
  double b = flow_waterfall_scale_to_ns (self->scale, self->drag_from + x);

  if (self->dragging && fabs (x) > 3)
    flow_waterfall_scale_set_range (self->scale, MIN (a, b), MAX (a, b));
  self->dragging = self->resizing = FALSE;
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

static void
pressed_cb (GtkGestureClick *gesture, int n_press, double x, double y, FlowRuler *self)
{
  if (n_press == 2 && x > flow_waterfall_scale_get_split (self->scale))
    flow_waterfall_scale_reset (self->scale);
}

static void
flow_ruler_init (FlowRuler *self)
{
  GtkWidget *widget = GTK_WIDGET (self);
  GtkEventController *motion = gtk_event_controller_motion_new ();
  GtkGesture *drag = gtk_gesture_drag_new (), *click = gtk_gesture_click_new ();

  self->pointer = -1;
  self->text = gtk_widget_create_pango_layout (widget, NULL);
  pango_layout_set_ellipsize (self->text, PANGO_ELLIPSIZE_END);
  g_signal_connect_swapped (motion, "motion", G_CALLBACK (motion_cb), self);
  g_signal_connect_swapped (motion, "leave", G_CALLBACK (leave_cb), self);
  gtk_widget_add_controller (widget, motion);
  g_signal_connect (drag, "drag-begin", G_CALLBACK (drag_begin_cb), self);
  g_signal_connect (drag, "drag-update", G_CALLBACK (drag_update_cb), self);
  g_signal_connect (drag, "drag-end", G_CALLBACK (drag_end_cb), self);
  gtk_widget_add_controller (widget, GTK_EVENT_CONTROLLER (drag));
  g_signal_connect (click, "pressed", G_CALLBACK (pressed_cb), self);
  gtk_widget_add_controller (widget, GTK_EVENT_CONTROLLER (click));
}

/* What is drawn, in words. */
static void
changed_cb (FlowRuler *self)
{
  g_autofree char *from_text = NULL;
  g_autofree char *to_text = NULL;
  g_autofree char *text = NULL;
  double from, to;

  flow_waterfall_scale_get_range (self->scale, &from, &to);
  from_text = flow_duration_format ((gint64) from);
  to_text = flow_duration_format ((gint64) to);
  text = g_strdup_printf (_ ("Time from %s to %s"), from_text, to_text);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL, text, -1);
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

/**
 * flow_ruler_new:
 * @scale: what part of time is shown
 *
 * Returns: (transfer floating): a ruler
 */
GtkWidget *
flow_ruler_new (FlowWaterfallScale *scale)
{
  FlowRuler *self = g_object_new (FLOW_TYPE_RULER, NULL);

  self->scale = g_object_ref (scale);
  g_signal_connect_object (scale, "changed", G_CALLBACK (changed_cb), self, G_CONNECT_SWAPPED);
  changed_cb (self);
  return GTK_WIDGET (self);
}
