/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-waterfall-scale"

#include "app/traces/flow-waterfall-scale.h"

#include <adwaita.h>
#include <string.h>

#include "app/traces/flow-service-colour.h"

/* The least that can be looked at, so that a pixel is never less than a thousandth of a nanosecond. */
#define LEAST_NS 10.0
/* Narrower than this, names stand above their bars. */
#define STACKED_WIDTH 520
#define MIN_SPLIT 90.0
#define MIN_BARS 120.0
#define MARGIN 8.0
#define DEFAULT_SPLIT 0.36

/**
 * FlowWaterfallScale:
 *
 * What the rows, the ruler and the minimap of one waterfall have in common: the trace, which part of its time is
 * shown, where names end and bars begin, and the colours. Each of them draws itself anew when this changes.
 */
struct _FlowWaterfallScale
{
  GObject parent_instance;

  FlowTraceOutline *outline;
  FlowCriticalPath *path;
  FlowTraceLanes *lanes;
  double from_ns;
  double to_ns;
  int width;
  double split; /* of the width */
  gboolean absolute;
  gboolean show_path;
  FlowWaterfallLook look;
  GArray *colours; /* GdkRGBA by service */
};

G_DEFINE_FINAL_TYPE (FlowWaterfallScale, flow_waterfall_scale, G_TYPE_OBJECT)

enum
{
  CHANGED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

static void
flow_waterfall_scale_finalize (GObject *object)
{
  FlowWaterfallScale *self = FLOW_WATERFALL_SCALE (object);

  g_clear_pointer (&self->outline, flow_trace_outline_unref);
  g_clear_pointer (&self->path, flow_critical_path_unref);
  g_clear_pointer (&self->lanes, flow_trace_lanes_unref);
  g_array_unref (self->colours);

  G_OBJECT_CLASS (flow_waterfall_scale_parent_class)->finalize (object);
}

static void
flow_waterfall_scale_class_init (FlowWaterfallScaleClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = flow_waterfall_scale_finalize;

  /**
   * FlowWaterfallScale::changed:
   * @self: the scale
   *
   * Emitted when everything must be drawn anew.
   */
  signals[CHANGED] = g_signal_new ("changed", FLOW_TYPE_WATERFALL_SCALE, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                   G_TYPE_NONE, 0);
}

static void
flow_waterfall_scale_init (FlowWaterfallScale *self)
{
  self->colours = g_array_new (FALSE, FALSE, sizeof (GdkRGBA));
  self->split = DEFAULT_SPLIT;
  self->show_path = TRUE;
  self->to_ns = LEAST_NS;
}

static void
changed (FlowWaterfallScale *self)
{
  g_signal_emit (self, signals[CHANGED], 0);
}

static double
length_ns (FlowWaterfallScale *self)
{
  return self->outline != NULL ? MAX (LEAST_NS, (double) self->outline->length_ns) : LEAST_NS;
}

static void
make_colours (FlowWaterfallScale *self)
{
  g_array_set_size (self->colours, 0);
  for (guint i = 0; self->outline != NULL && i < self->outline->services->len; i++)
    {
      const char *name = g_ptr_array_index (self->outline->services, i);
      GdkRGBA colour;

      flow_service_colour (name, strlen (name), self->look.dark, &colour);
      g_array_append_val (self->colours, colour);
    }
}

/**
 * flow_waterfall_scale_new:
 *
 * Returns: (transfer full): a scale of nothing
 */
FlowWaterfallScale *
flow_waterfall_scale_new (void)
{
  return g_object_new (FLOW_TYPE_WATERFALL_SCALE, NULL);
}

/**
 * flow_waterfall_scale_set_trace:
 * @self: the scale
 * @outline: a trace
 * @path: its critical path
 * @lanes: its lanes
 *
 * Show a trace. When the same one grew, what was looked at stays; when it was looked at as a whole, it still is.
 */
void
flow_waterfall_scale_set_trace (FlowWaterfallScale *self, FlowTraceOutline *outline, FlowCriticalPath *path,
                                FlowTraceLanes *lanes)
{
  gboolean same = self->outline != NULL && memcmp (self->outline->trace_id, outline->trace_id, 16) == 0;
  gboolean whole = !same || flow_waterfall_scale_is_whole (self);
  double shift = same ? (double) (gint64) (self->outline->start_ns - outline->start_ns) : 0;

  flow_trace_outline_ref (outline);
  g_clear_pointer (&self->outline, flow_trace_outline_unref);
  self->outline = outline;
  flow_critical_path_ref (path);
  g_clear_pointer (&self->path, flow_critical_path_unref);
  self->path = path;
  flow_trace_lanes_ref (lanes);
  g_clear_pointer (&self->lanes, flow_trace_lanes_unref);
  self->lanes = lanes;
  make_colours (self);
  if (whole)
    {
      self->from_ns = 0;
      self->to_ns = length_ns (self);
    }
  else
    {
      self->from_ns += shift;
      self->to_ns += shift;
    }
  changed (self);
}

/**
 * flow_waterfall_scale_get_outline:
 * @self: the scale
 *
 * Returns: (transfer none) (nullable): the trace
 */
FlowTraceOutline *
flow_waterfall_scale_get_outline (FlowWaterfallScale *self)
{
  return self->outline;
}

/**
 * flow_waterfall_scale_get_path:
 * @self: the scale
 *
 * Returns: (transfer none) (nullable): its critical path
 */
FlowCriticalPath *
flow_waterfall_scale_get_path (FlowWaterfallScale *self)
{
  return self->path;
}

/**
 * flow_waterfall_scale_get_lanes:
 * @self: the scale
 *
 * Returns: (transfer none) (nullable): its lanes
 */
FlowTraceLanes *
flow_waterfall_scale_get_lanes (FlowWaterfallScale *self)
{
  return self->lanes;
}

/**
 * flow_waterfall_scale_get_range:
 * @self: the scale
 * @from_ns: (out): the left edge, since the outline's start
 * @to_ns: (out): the right edge
 *
 * Get what is looked at.
 */
void
flow_waterfall_scale_get_range (FlowWaterfallScale *self, double *from_ns, double *to_ns)
{
  *from_ns = self->from_ns;
  *to_ns = self->to_ns;
}

/**
 * flow_waterfall_scale_set_range:
 * @self: the scale
 * @from_ns: the left edge, since the outline's start
 * @to_ns: the right edge
 *
 * Look at a part of the trace; what lies outside of it is moved inside.
 */
void
flow_waterfall_scale_set_range (FlowWaterfallScale *self, double from_ns, double to_ns)
{
  double whole = length_ns (self), length = CLAMP (to_ns - from_ns, LEAST_NS, whole);
  double from = CLAMP (from_ns, 0, whole - length);

  if (from == self->from_ns && from + length == self->to_ns)
    return;
  self->from_ns = from;
  self->to_ns = from + length;
  changed (self);
}

/**
 * flow_waterfall_scale_zoom:
 * @self: the scale
 * @factor: 2: twice as large
 * @anchor_ns: what stays where it is
 *
 * Zoom.
 */
void
flow_waterfall_scale_zoom (FlowWaterfallScale *self, double factor, double anchor_ns)
{
  double length = CLAMP ((self->to_ns - self->from_ns) / factor, LEAST_NS, length_ns (self));
  double part = CLAMP ((anchor_ns - self->from_ns) / (self->to_ns - self->from_ns), 0, 1);

  flow_waterfall_scale_set_range (self, anchor_ns - part * length, anchor_ns + (1 - part) * length);
}

/**
 * flow_waterfall_scale_pan:
 * @self: the scale
 * @fraction: of what is shown; positive: later
 *
 * Move along.
 */
void
flow_waterfall_scale_pan (FlowWaterfallScale *self, double fraction)
{
  double by = (self->to_ns - self->from_ns) * fraction;

  flow_waterfall_scale_set_range (self, self->from_ns + by, self->to_ns + by);
}

/**
 * flow_waterfall_scale_reset:
 * @self: the scale
 *
 * Look at the whole trace.
 */
void
flow_waterfall_scale_reset (FlowWaterfallScale *self)
{
  flow_waterfall_scale_set_range (self, 0, length_ns (self));
}

/**
 * flow_waterfall_scale_show:
 * @self: the scale
 * @node: a node of the trace
 *
 * Move so that a node is seen, if it is not.
 */
void
flow_waterfall_scale_show (FlowWaterfallScale *self, const FlowOutlineNode *node)
{
  double start = (double) node->start_ns, end = (double) flow_outline_node_end_ns (node);
  double length = self->to_ns - self->from_ns;

  if (end < self->from_ns || start > self->to_ns)
    flow_waterfall_scale_set_range (self, (start + MIN (end, start + length)) / 2 - length / 2,
                                    (start + MIN (end, start + length)) / 2 + length / 2);
}

/**
 * flow_waterfall_scale_is_whole:
 * @self: the scale
 *
 * Returns: whether the whole trace is looked at
 */
gboolean
flow_waterfall_scale_is_whole (FlowWaterfallScale *self)
{
  return self->from_ns <= 0 && self->to_ns >= length_ns (self);
}

/**
 * flow_waterfall_scale_set_width:
 * @self: the scale
 * @width: pixels of a row
 *
 * Say how wide the rows are.
 */
void
flow_waterfall_scale_set_width (FlowWaterfallScale *self, int width)
{
  if (self->width == width)
    return;
  self->width = width;
  changed (self);
}

/**
 * flow_waterfall_scale_set_split:
 * @self: the scale
 * @pixels: where names end and bars begin
 *
 * Give names more or less room.
 */
void
flow_waterfall_scale_set_split (FlowWaterfallScale *self, double pixels)
{
  double most = MAX (MIN_SPLIT, self->width - MIN_BARS);

  if (self->width <= 0 || flow_waterfall_scale_is_stacked (self))
    return;
  self->split = CLAMP (pixels, MIN_SPLIT, most) / self->width;
  changed (self);
}

/**
 * flow_waterfall_scale_get_split:
 * @self: the scale
 *
 * Returns: where names end and bars begin, in pixels
 */
double
flow_waterfall_scale_get_split (FlowWaterfallScale *self)
{
  return flow_waterfall_scale_is_stacked (self) ? 0 : MAX (MIN_SPLIT, self->split * self->width);
}

/**
 * flow_waterfall_scale_is_stacked:
 * @self: the scale
 *
 * Returns: whether there is so little room that names stand above their bars
 */
gboolean
flow_waterfall_scale_is_stacked (FlowWaterfallScale *self)
{
  return self->width > 0 && self->width < STACKED_WIDTH;
}

/**
 * flow_waterfall_scale_get_bars:
 * @self: the scale
 * @x: (out): where bars begin
 * @width: (out): and how much room there is for them
 *
 * Get the place of the bars in a row.
 */
void
flow_waterfall_scale_get_bars (FlowWaterfallScale *self, double *x, double *width)
{
  *x = flow_waterfall_scale_get_split (self) + MARGIN;
  *width = MAX (1, self->width - *x - MARGIN);
}

/**
 * flow_waterfall_scale_to_x:
 * @self: the scale
 * @ns: a time since the outline's start
 *
 * Returns: where it is in a row, in pixels
 */
double
flow_waterfall_scale_to_x (FlowWaterfallScale *self, double ns)
{
  double x, width;

  flow_waterfall_scale_get_bars (self, &x, &width);
  return x + (ns - self->from_ns) / (self->to_ns - self->from_ns) * width;
}

/**
 * flow_waterfall_scale_to_ns:
 * @self: the scale
 * @x: a place in a row
 *
 * Returns: the time that is there
 */
double
flow_waterfall_scale_to_ns (FlowWaterfallScale *self, double x)
{
  double first, width;

  flow_waterfall_scale_get_bars (self, &first, &width);
  return self->from_ns + (x - first) / width * (self->to_ns - self->from_ns);
}

/**
 * flow_waterfall_scale_set_absolute:
 * @self: the scale
 * @absolute: whether the ruler shows the time of day
 */
void
flow_waterfall_scale_set_absolute (FlowWaterfallScale *self, gboolean absolute)
{
  if (self->absolute == absolute)
    return;
  self->absolute = absolute;
  changed (self);
}

/**
 * flow_waterfall_scale_get_absolute:
 * @self: the scale
 *
 * Returns: whether the ruler shows the time of day
 */
gboolean
flow_waterfall_scale_get_absolute (FlowWaterfallScale *self)
{
  return self->absolute;
}

/**
 * flow_waterfall_scale_set_show_path:
 * @self: the scale
 * @show: whether the critical path is drawn
 */
void
flow_waterfall_scale_set_show_path (FlowWaterfallScale *self, gboolean show)
{
  if (self->show_path == show)
    return;
  self->show_path = show;
  changed (self);
}

/**
 * flow_waterfall_scale_get_show_path:
 * @self: the scale
 *
 * Returns: whether the critical path is drawn
 */
gboolean
flow_waterfall_scale_get_show_path (FlowWaterfallScale *self)
{
  return self->show_path;
}

static void
look_up (GtkStyleContext *context, const char *name, GdkRGBA *colour, const GdkRGBA *otherwise)
{
  if (!gtk_style_context_lookup_color (context, name, colour))
    *colour = *otherwise;
}

/**
 * flow_waterfall_scale_set_look:
 * @self: the scale
 * @widget: one of the widgets that share it
 *
 * Take the colours of the theme.
 */
void
flow_waterfall_scale_set_look (FlowWaterfallScale *self, GtkWidget *widget)
{
  GtkStyleContext *context = gtk_widget_get_style_context (widget);
  AdwStyleManager *style = adw_style_manager_get_default ();
  gboolean contrast = adw_style_manager_get_high_contrast (style);
  FlowWaterfallLook look = { .dark = adw_style_manager_get_dark (style) };

  gtk_style_context_get_color (context, &look.text);
  look.text.alpha = 1;
  look.dim = look.line = look.text;
  look.dim.alpha = contrast ? 0.9f : 0.7f;
  look.line.alpha = contrast ? 0.5f : 0.15f;
  look_up (context, "error_color", &look.error, &(GdkRGBA) { 0.75f, 0.11f, 0.16f, 1 });
  look_up (context, "warning_color", &look.warning, &(GdkRGBA) { 0.68f, 0.34f, 0, 1 });
  look_up (context, "accent_color", &look.accent, &(GdkRGBA) { 0.11f, 0.44f, 0.85f, 1 });
  if (memcmp (&look, &self->look, sizeof look) == 0)
    return;
  self->look = look;
  make_colours (self);
  changed (self);
}

/**
 * flow_waterfall_scale_get_look:
 * @self: the scale
 *
 * Returns: (transfer none): the colours of the theme
 */
const FlowWaterfallLook *
flow_waterfall_scale_get_look (FlowWaterfallScale *self)
{
  return &self->look;
}

/**
 * flow_waterfall_scale_get_colour:
 * @self: the scale
 * @service: a service of the outline
 *
 * Returns: (transfer none): its colour
 */
const GdkRGBA *
flow_waterfall_scale_get_colour (FlowWaterfallScale *self, guint service)
{
  return service < self->colours->len ? &g_array_index (self->colours, GdkRGBA, service) : &self->look.dim;
}
