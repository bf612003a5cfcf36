/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-minimap"

#include "app/traces/flow-minimap.h"

#include <glib/gi18n.h>
#include <math.h>

#include "trace/flow-time-text.h"

#define HEIGHT 56
#define EDGE 6.0
#define LEAST_FRAME 6.0
#define SCROLL_ZOOM 1.25

typedef enum
{
  DRAG_NOTHING,
  DRAG_RANGE, /* a new one */
  DRAG_LEFT,
  DRAG_RIGHT,
  DRAG_FRAME,
} Drag;

/**
 * FlowMinimap:
 *
 * The whole trace at a glance, and a frame around what the waterfall shows: draw a new one, move it, or drag its edges.
 * The picture is painted once and kept until the trace, the size or the theme changes.
 */
struct _FlowMinimap
{
  GtkWidget parent_instance;

  FlowWaterfallScale *scale;
  GdkTexture *picture;
  FlowTraceLanes *painted; /* what it was painted from */
  int width, height, factor;
  gboolean dark;
  Drag drag;
  double drag_start;
  double frame_from, frame_to; /* when the drag began */
};

G_DEFINE_FINAL_TYPE (FlowMinimap, flow_minimap, GTK_TYPE_WIDGET)

static double
length_ns (FlowMinimap *self)
{
  FlowTraceOutline *outline = flow_waterfall_scale_get_outline (self->scale);

  return outline != NULL ? MAX (1, (double) outline->length_ns) : 1;
}

static double
to_x (FlowMinimap *self, double ns)
{
  return ns / length_ns (self) * gtk_widget_get_width (GTK_WIDGET (self));
}

static double
to_ns (FlowMinimap *self, double x)
{
  return x / MAX (1, gtk_widget_get_width (GTK_WIDGET (self))) * length_ns (self);
}

static void
flow_minimap_measure (GtkWidget *widget, GtkOrientation orientation, int for_size, int *minimum, int *natural,
                      int *minimum_baseline, int *natural_baseline)
{
  *minimum = *natural = orientation == GTK_ORIENTATION_VERTICAL ? HEIGHT : 0;
  *minimum_baseline = *natural_baseline = -1;
}

static void
paint_boxes (FlowMinimap *self, cairo_t *cairo, GArray *boxes)
{
  FlowTraceOutline *outline = flow_waterfall_scale_get_outline (self->scale);
  const FlowWaterfallLook *look = flow_waterfall_scale_get_look (self->scale);
  guint lanes = MAX (1, flow_trace_lanes_get_n_lanes (self->painted));
  double pitch = MIN (8, (double) (HEIGHT - 4) / lanes), height = pitch > 3 ? pitch - 1 : pitch;

  /* What failed comes last, so that it is never covered. */
  for (int errors = 0; errors < 2; errors++)
    for (guint i = 0; i < boxes->len; i++)
      {
        const FlowLaneBox *box = &g_array_index (boxes, FlowLaneBox, i);

        if (box->error != errors)
          continue;
        gdk_cairo_set_source_rgba (
            cairo,
            errors ? &look->error : flow_waterfall_scale_get_colour (self->scale, outline->nodes[box->node].service));
        cairo_rectangle (cairo, box->x, 2 + box->lane * pitch, MAX (1, box->width), MAX (errors ? 2 : 1, height));
        cairo_fill (cairo);
      }
}

static void
paint (FlowMinimap *self)
{
  cairo_surface_t *surface = cairo_image_surface_create (CAIRO_FORMAT_ARGB32, self->width * self->factor,
                                                         self->height * self->factor);
  cairo_t *cairo = cairo_create (surface);
  g_autoptr (GArray) boxes = g_array_new (FALSE, FALSE, sizeof (FlowLaneBox));
  g_autoptr (GBytes) bytes = NULL;
  int stride = cairo_image_surface_get_stride (surface);

  cairo_scale (cairo, self->factor, self->factor);
  flow_trace_lanes_fold (self->painted, 0, length_ns (self), self->width, boxes);
  paint_boxes (self, cairo, boxes);
  cairo_destroy (cairo);
  cairo_surface_flush (surface);
  bytes = g_bytes_new (cairo_image_surface_get_data (surface), (gsize) stride * (gsize) (self->height * self->factor));
  g_clear_object (&self->picture);
  self->picture = gdk_memory_texture_new (self->width * self->factor, self->height * self->factor, GDK_MEMORY_DEFAULT,
                                          bytes, (gsize) stride);
  cairo_surface_destroy (surface);
}

static void
ensure_picture (FlowMinimap *self)
{
  GtkWidget *widget = GTK_WIDGET (self);
  FlowTraceLanes *lanes = flow_waterfall_scale_get_lanes (self->scale);
  int width = gtk_widget_get_width (widget), height = gtk_widget_get_height (widget);
  int factor = gtk_widget_get_scale_factor (widget);
  gboolean dark = flow_waterfall_scale_get_look (self->scale)->dark;

  if (self->picture != NULL && self->painted == lanes && self->width == width && self->height == height &&
      self->factor == factor && self->dark == dark)
    return;
  if (lanes != self->painted)
    {
      g_clear_pointer (&self->painted, flow_trace_lanes_unref);
      self->painted = flow_trace_lanes_ref (lanes);
    }
  self->width = width;
  self->height = height;
  self->factor = factor;
  self->dark = dark;
  paint (self);
}

static void
draw_frame (FlowMinimap *self, GtkSnapshot *snapshot)
{
  const FlowWaterfallLook *look = flow_waterfall_scale_get_look (self->scale);
  float width = (float) gtk_widget_get_width (GTK_WIDGET (self));
  float height = (float) gtk_widget_get_height (GTK_WIDGET (self));
  const float widths[4] = { 1, 2, 1, 2 };
  const GdkRGBA colours[4] = { look->accent, look->accent, look->accent, look->accent };
  GdkRGBA shade = look->dark ? (GdkRGBA) { 0, 0, 0, 0.55f } : (GdkRGBA) { 1, 1, 1, 0.65f };
  double from, to;
  float left, right;

  flow_waterfall_scale_get_range (self->scale, &from, &to);
  left = (float) to_x (self, from);
  right = MAX ((float) to_x (self, to), left + (float) LEAST_FRAME);
  gtk_snapshot_append_color (snapshot, &shade, &GRAPHENE_RECT_INIT (0, 0, left, height));
  gtk_snapshot_append_color (snapshot, &shade, &GRAPHENE_RECT_INIT (right, 0, MAX (0, width - right), height));
  gtk_snapshot_append_border (snapshot, &GSK_ROUNDED_RECT_INIT (left, 0, right - left, height), widths, colours);
}

static void
flow_minimap_snapshot (GtkWidget *widget, GtkSnapshot *snapshot)
{
  FlowMinimap *self = FLOW_MINIMAP (widget);
  int width = gtk_widget_get_width (widget), height = gtk_widget_get_height (widget);

  if (flow_waterfall_scale_get_lanes (self->scale) == NULL || width <= 0 || height <= 0)
    return;
  ensure_picture (self);
  gtk_snapshot_append_texture (snapshot, self->picture, &GRAPHENE_RECT_INIT (0, 0, (float) width, (float) height));
  if (!flow_waterfall_scale_is_whole (self->scale))
    draw_frame (self, snapshot);
}

static Drag
what_is_at (FlowMinimap *self, double x)
{
  double from, to, left, right;

  if (flow_waterfall_scale_is_whole (self->scale))
    return DRAG_RANGE;
  flow_waterfall_scale_get_range (self->scale, &from, &to);
  left = to_x (self, from);
  right = MAX (to_x (self, to), left + LEAST_FRAME);
  if (fabs (x - left) <= EDGE && x < (left + right) / 2)
    return DRAG_LEFT;
  if (fabs (x - right) <= EDGE)
    return DRAG_RIGHT;
  return x > left && x < right ? DRAG_FRAME : DRAG_RANGE;
}

static void
motion_cb (FlowMinimap *self, double x, double y)
{
  static const char *const cursors[] = { "default", "crosshair", "col-resize", "col-resize", "grab" };

  gtk_widget_set_cursor_from_name (GTK_WIDGET (self), cursors[what_is_at (self, x)]);
}

static void
drag_begin_cb (GtkGestureDrag *gesture, double x, double y, FlowMinimap *self)
{
  gtk_widget_grab_focus (GTK_WIDGET (self));
  self->drag = what_is_at (self, x);
  self->drag_start = x;
  flow_waterfall_scale_get_range (self->scale, &self->frame_from, &self->frame_to);
}

static void
drag_update_cb (GtkGestureDrag *gesture, double x, double y, FlowMinimap *self)
{
  double by = to_ns (self, x), start = to_ns (self, self->drag_start);
  double from = self->frame_from, to = self->frame_to;

  if (self->drag == DRAG_RANGE && fabs (x) < 3)
    return;
  if (self->drag == DRAG_RANGE)
    {
      from = MIN (start, start + by);
      to = MAX (start, start + by);
    }
  if (self->drag == DRAG_FRAME || self->drag == DRAG_LEFT)
    from += by;
  if (self->drag == DRAG_FRAME || self->drag == DRAG_RIGHT)
    to += by;
  flow_waterfall_scale_set_range (self->scale, MIN (from, to), MAX (from, to));
}

static void
pressed_cb (GtkGestureClick *gesture, int n_press, double x, double y, FlowMinimap *self)
{
  if (n_press == 2)
    flow_waterfall_scale_reset (self->scale);
}

static gboolean
scroll_cb (GtkEventControllerScroll *controller, double dx, double dy, FlowMinimap *self)
{
  double from, to;

  flow_waterfall_scale_get_range (self->scale, &from, &to);
  if (dx != 0)
    flow_waterfall_scale_pan (self->scale, dx * 0.1);
  if (dy != 0)
    flow_waterfall_scale_zoom (self->scale, pow (SCROLL_ZOOM, -dy), (from + to) / 2);
  return GDK_EVENT_STOP;
}

static gboolean
key_cb (GtkEventControllerKey *controller, guint key, guint code, GdkModifierType state, FlowMinimap *self)
{
  double from, to;

  if (state & (GDK_CONTROL_MASK | GDK_ALT_MASK))
    return GDK_EVENT_PROPAGATE;
  flow_waterfall_scale_get_range (self->scale, &from, &to);
  if (key == GDK_KEY_Left || key == GDK_KEY_KP_Left)
    flow_waterfall_scale_pan (self->scale, -0.1);
  else if (key == GDK_KEY_Right || key == GDK_KEY_KP_Right)
    flow_waterfall_scale_pan (self->scale, 0.1);
  else if (key == GDK_KEY_Up || key == GDK_KEY_KP_Up)
    flow_waterfall_scale_zoom (self->scale, SCROLL_ZOOM, (from + to) / 2);
  else if (key == GDK_KEY_Down || key == GDK_KEY_KP_Down)
    flow_waterfall_scale_zoom (self->scale, 1 / SCROLL_ZOOM, (from + to) / 2);
  else if (key == GDK_KEY_Home)
    flow_waterfall_scale_set_range (self->scale, 0, to - from);
  else if (key == GDK_KEY_End)
    flow_waterfall_scale_set_range (self->scale, length_ns (self) - (to - from), length_ns (self));
  else
    return GDK_EVENT_PROPAGATE;
  return GDK_EVENT_STOP;
}

static void
flow_minimap_dispose (GObject *object)
{
  FlowMinimap *self = FLOW_MINIMAP (object);

  g_clear_object (&self->picture);
  g_clear_pointer (&self->painted, flow_trace_lanes_unref);
  g_clear_object (&self->scale);

  G_OBJECT_CLASS (flow_minimap_parent_class)->dispose (object);
}

static void
flow_minimap_class_init (FlowMinimapClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = flow_minimap_dispose;
  widget_class->measure = flow_minimap_measure;
  widget_class->snapshot = flow_minimap_snapshot;
  gtk_widget_class_set_css_name (widget_class, "minimap");
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_SLIDER);
}

static void
flow_minimap_init (FlowMinimap *self)
{
  GtkWidget *widget = GTK_WIDGET (self);
  GtkEventController *motion = gtk_event_controller_motion_new ();
  GtkEventController *scroll = gtk_event_controller_scroll_new (GTK_EVENT_CONTROLLER_SCROLL_BOTH_AXES);
  GtkEventController *key = gtk_event_controller_key_new ();
  GtkGesture *drag = gtk_gesture_drag_new (), *click = gtk_gesture_click_new ();

  gtk_widget_set_focusable (widget, TRUE);
  gtk_widget_set_overflow (widget, GTK_OVERFLOW_HIDDEN);
  g_signal_connect_swapped (motion, "motion", G_CALLBACK (motion_cb), self);
  gtk_widget_add_controller (widget, motion);
  g_signal_connect (scroll, "scroll", G_CALLBACK (scroll_cb), self);
  gtk_widget_add_controller (widget, scroll);
  g_signal_connect (key, "key-pressed", G_CALLBACK (key_cb), self);
  gtk_widget_add_controller (widget, key);
  g_signal_connect (drag, "drag-begin", G_CALLBACK (drag_begin_cb), self);
  g_signal_connect (drag, "drag-update", G_CALLBACK (drag_update_cb), self);
  gtk_widget_add_controller (widget, GTK_EVENT_CONTROLLER (drag));
  g_signal_connect (click, "pressed", G_CALLBACK (pressed_cb), self);
  gtk_widget_add_controller (widget, GTK_EVENT_CONTROLLER (click));
}

static void
changed_cb (FlowMinimap *self)
{
  g_autofree char *from_text = NULL;
  g_autofree char *to_text = NULL;
  g_autofree char *text = NULL;
  double from, to;

  flow_waterfall_scale_get_range (self->scale, &from, &to);
  from_text = flow_duration_format ((gint64) from);
  to_text = flow_duration_format ((gint64) to);
  text = g_strdup_printf (_ ("%s to %s"), from_text, to_text);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL, _ ("Shown part of the trace"),
                                  GTK_ACCESSIBLE_PROPERTY_VALUE_MIN, 0.0, GTK_ACCESSIBLE_PROPERTY_VALUE_MAX,
                                  length_ns (self), GTK_ACCESSIBLE_PROPERTY_VALUE_NOW, from,
                                  GTK_ACCESSIBLE_PROPERTY_VALUE_TEXT, text, -1);
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

/**
 * flow_minimap_new:
 * @scale: what part of time is shown
 *
 * Returns: (transfer floating): a minimap
 */
GtkWidget *
flow_minimap_new (FlowWaterfallScale *scale)
{
  FlowMinimap *self = g_object_new (FLOW_TYPE_MINIMAP, NULL);

  self->scale = g_object_ref (scale);
  g_signal_connect_object (scale, "changed", G_CALLBACK (changed_cb), self, G_CONNECT_SWAPPED);
  changed_cb (self);
  return GTK_WIDGET (self);
}
