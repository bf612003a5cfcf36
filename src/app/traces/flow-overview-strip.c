/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-overview-strip"

#include "app/traces/flow-overview-strip.h"

#include <adwaita.h>
#include <glib/gi18n.h>
#include <math.h>

#include "app/shell/flow-count-text.h"
#include "app/traces/flow-service-colour.h"
#include "trace/flow-time-text.h"
#include "trace/flow-trace-overview.h"

/* A bar's width, and the height of the tallest. */
#define BAR 3
#define HEIGHT 44
/* What became durable is drawn so soon, and not more often. */
#define REFRESH_MS 250
#define ZOOM_STEP 1.4
/* No closer than this. */
#define SHORTEST_NS 1000

/**
 * FlowOverviewStrip:
 *
 * The whole stored time at a glance: how many spans started when, by service, and in red how many failed. A range that
 * is dragged is what the list then shows; scrolling comes closer to what is under the pointer.
 */
struct _FlowOverviewStrip
{
  GtkWidget parent_instance;

  FlowTraceQueries *queries;
  GCancellable *cancellable;
  FlowTraceOverview *overview;
  FlowOverviewMarks *marks; /* (nullable): what happened beside the traces */
  guint refresh;            /* source */
  gboolean asking;          /* a question is on its way */
  gboolean dirty;           /* what is drawn is not what is stored */
  int asked_width;
  gint64 since_ns, until_ns; /* the view, 0: all */
  gint64 chosen_since_ns, chosen_until_ns;
  double pointer;
  gboolean dragging;
};

G_DEFINE_FINAL_TYPE (FlowOverviewStrip, flow_overview_strip, GTK_TYPE_WIDGET)

enum
{
  RANGE_SELECTED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

typedef struct
{
  gint64 since_ns, until_ns;
  guint pixels;
} Question;

static gpointer
read_overview (FlowTraceReader *reader, gpointer data, GCancellable *cancellable, GError **error)
{
  const Question *question = data;

  return flow_trace_reader_overview (reader, question->since_ns, question->until_ns, question->pixels, error);
}

static void ask (FlowOverviewStrip *self);

static char *
describe_counts (guint64 spans, guint64 errors)
{
  g_autofree char *n_spans = flow_count_text_spans (spans);
  g_autofree char *n_errors = flow_count_text_errors (errors);

  return g_strdup_printf ("%s, %s", n_spans, n_errors);
}

static void
describe (FlowOverviewStrip *self)
{
  gint64 now = g_get_real_time () * 1000;
  g_autofree char *since = flow_time_format (self->overview->since_ns, now);
  g_autofree char *until = flow_time_format (self->overview->until_ns, now);
  g_autofree char *counts = describe_counts (self->overview->spans, self->overview->errors);
  guint n_marks = self->marks != NULL
                      ? flow_overview_marks_count (self->marks, self->overview->since_ns, self->overview->until_ns)
                      : 0;
  g_autofree char *events = g_strdup_printf (ngettext ("%u sync", "%u syncs", n_marks), n_marks);
  g_autofree char *all = n_marks > 0 ? g_strdup_printf ("%s, %s", counts, events) : g_strdup (counts);
  g_autofree char *text = g_strdup_printf (_ ("Overview: %s, from %s to %s"), all, since, until);

  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL, text, -1);
}

static void
answered_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  FlowOverviewStrip *self = data;
  g_autoptr (GError) error = NULL;
  FlowTraceOverview *overview = flow_trace_queries_run_finish (FLOW_TRACE_QUERIES (source), result, &error);

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;
  self->asking = FALSE;
  if (overview == NULL)
    return;
  g_clear_pointer (&self->overview, flow_trace_overview_free);
  self->overview = overview;
  describe (self);
  gtk_widget_queue_draw (GTK_WIDGET (self));
  /* Somebody zoomed on, or more was stored, while it was on its way. */
  if (self->dirty && self->refresh == 0)
    ask (self);
}

static void
ask (FlowOverviewStrip *self)
{
  int width = gtk_widget_get_width (GTK_WIDGET (self));
  Question *question;

  if (self->asking || width <= 0)
    {
      self->dirty = TRUE;
      return;
    }
  self->asking = TRUE;
  self->dirty = FALSE;
  self->asked_width = width;
  question = g_new (Question, 1);
  *question = (Question) { self->since_ns, self->until_ns, (guint) MAX (width / BAR, 1) };
  flow_trace_queries_run_async (self->queries, read_overview, question, g_free,
                                (GDestroyNotify) flow_trace_overview_free, self->cancellable, answered_cb, self);
}

static gboolean
refresh_cb (gpointer data)
{
  FlowOverviewStrip *self = data;

  self->refresh = 0;
  ask (self);
  return G_SOURCE_REMOVE;
}

/* Only what happened arms it: nothing is asked again and again. */
static void
refresh_soon (FlowOverviewStrip *self)
{
  self->dirty = TRUE;
  if (self->refresh != 0 || !gtk_widget_get_mapped (GTK_WIDGET (self)))
    return;
  self->refresh = g_timeout_add (REFRESH_MS, refresh_cb, self);
  g_source_set_name_by_id (self->refresh, "flow-overview-refresh");
}

/* --- Time and place -------------------------------------------------------------------------------------- */

static gint64
time_at (FlowOverviewStrip *self, double x)
{
  double width = MAX (gtk_widget_get_width (GTK_WIDGET (self)), 1);

  if (gtk_widget_get_direction (GTK_WIDGET (self)) == GTK_TEXT_DIR_RTL)
    x = width - x;
  if (x >= width)
    return self->overview->until_ns;
  return self->overview->since_ns +
         (gint64) (MAX (x / width, 0) * (double) (self->overview->until_ns - self->overview->since_ns));
}

static double
place_of (FlowOverviewStrip *self, gint64 time)
{
  double width = gtk_widget_get_width (GTK_WIDGET (self));
  double x = (double) (time - self->overview->since_ns) /
             (double) MAX (self->overview->until_ns - self->overview->since_ns, 1) * width;

  return gtk_widget_get_direction (GTK_WIDGET (self)) == GTK_TEXT_DIR_RTL ? width - x : x;
}

static void
set_view (FlowOverviewStrip *self, gint64 since, gint64 until)
{
  gint64 first = self->overview->first_ns, last = self->overview->last_ns + 1;

  since = MAX (since, first);
  until = MIN (until, last);
  if (until - since < SHORTEST_NS)
    return;
  self->since_ns = since <= first && until >= last ? 0 : since;
  self->until_ns = since <= first && until >= last ? 0 : until;
  ask (self);
}

/* Times may be at both ends of what 64 bits hold: no further than there is something. */
static gint64
stretch (gint64 length, double factor, gint64 most)
{
  double wanted = (double) length * factor;

  return wanted < (double) most ? (gint64) wanted : MAX (most, 0);
}

static void
zoom (FlowOverviewStrip *self, double factor, double x)
{
  gint64 centre;

  if (self->overview == NULL)
    return;
  centre = time_at (self, x);
  set_view (self, centre - stretch (centre - self->overview->since_ns, factor, centre - self->overview->first_ns),
            centre + stretch (self->overview->until_ns - centre, factor, self->overview->last_ns + 1 - centre));
}

static void
pan (FlowOverviewStrip *self, double share)
{
  gint64 length, by, since;

  if (self->overview == NULL)
    return;
  length = self->overview->until_ns - self->overview->since_ns;
  by = (gint64) (share * (double) length);
  since = CLAMP (self->overview->since_ns + by, self->overview->first_ns,
                 MAX (self->overview->last_ns + 1 - length, self->overview->first_ns));
  set_view (self, since, since + length);
}

static void
choose (FlowOverviewStrip *self, gint64 since, gint64 until)
{
  self->chosen_since_ns = MIN (since, until);
  self->chosen_until_ns = MAX (since, until);
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

/* --- Drawing --------------------------------------------------------------------------------------------- */

static guint64
find_tallest (const FlowTraceOverview *overview)
{
  guint64 tallest = 1, sum = 0;
  gint64 at = G_MININT64;

  for (guint i = 0; i < overview->buckets->len; i++)
    {
      const FlowLodBucket *bucket = &g_array_index (overview->buckets, FlowLodBucket, i);

      sum = bucket->start_ns == at ? sum + bucket->spans : bucket->spans;
      at = bucket->start_ns;
      tallest = MAX (tallest, sum);
    }
  return tallest;
}

static void
draw_bar (FlowOverviewStrip *self, GtkSnapshot *snapshot, const FlowLodBucket *bucket, double bottom, double height,
          const GdkRGBA *colour)
{
  gint64 end = bucket->start_ns + MIN (bucket->width_ns, G_MAXINT64 - bucket->start_ns);
  double x = place_of (self, bucket->start_ns), width = fabs (place_of (self, end) - x);

  if (gtk_widget_get_direction (GTK_WIDGET (self)) == GTK_TEXT_DIR_RTL)
    x -= width;
  gtk_snapshot_append_color (
      snapshot, colour,
      &GRAPHENE_RECT_INIT ((float) x, (float) (bottom - height), (float) MAX (width, 1), (float) height));
}

static void
draw_bars (FlowOverviewStrip *self, GtkSnapshot *snapshot)
{
  double scale = (HEIGHT - 2) / (double) find_tallest (self->overview), bottom = HEIGHT;
  gboolean dark = adw_style_manager_get_dark (adw_style_manager_get_default ());
  GdkRGBA error = { 0.75f, 0.11f, 0.16f, 1 };
  gint64 at = G_MININT64;

  gtk_style_context_lookup_color (gtk_widget_get_style_context (GTK_WIDGET (self)), "error_color", &error);
  for (guint i = 0; i < self->overview->buckets->len; i++)
    {
      const FlowLodBucket *bucket = &g_array_index (self->overview->buckets, FlowLodBucket, i);
      const char *name = g_hash_table_lookup (self->overview->names, GUINT_TO_POINTER (bucket->service));
      double height = MAX ((double) bucket->spans * scale, 1), failed = MAX ((double) bucket->errors * scale, 2);
      GdkRGBA colour;

      if (bucket->start_ns != at)
        bottom = HEIGHT;
      at = bucket->start_ns;
      flow_service_colour (name != NULL ? name : "", name != NULL ? strlen (name) : 0, dark, &colour);
      draw_bar (self, snapshot, bucket, bottom, height, &colour);
      if (bucket->errors > 0)
        draw_bar (self, snapshot, bucket, bottom, MIN (failed, MAX (height, 2)), &error);
      bottom -= height;
    }
}

static void
draw_time (FlowOverviewStrip *self, GtkSnapshot *snapshot, gint64 time, gboolean at_end)
{
  g_autofree char *text = flow_time_format (time, g_get_real_time () * 1000);
  g_autoptr (PangoLayout) layout = gtk_widget_create_pango_layout (GTK_WIDGET (self), text);
  int width = gtk_widget_get_width (GTK_WIDGET (self)), taken;
  GdkRGBA colour;

  pango_layout_set_ellipsize (layout, PANGO_ELLIPSIZE_END);
  pango_layout_set_width (layout, width / 2 * PANGO_SCALE);
  pango_layout_get_pixel_size (layout, &taken, NULL);
  gtk_style_context_get_color (gtk_widget_get_style_context (GTK_WIDGET (self)), &colour);
  gtk_snapshot_save (snapshot);
  pango_layout_set_width (layout, -1);
  if (at_end != (gtk_widget_get_direction (GTK_WIDGET (self)) == GTK_TEXT_DIR_RTL))
    gtk_snapshot_translate (snapshot, &GRAPHENE_POINT_INIT ((float) (width - taken), HEIGHT + 2));
  else
    gtk_snapshot_translate (snapshot, &GRAPHENE_POINT_INIT (0, HEIGHT + 2));
  gtk_snapshot_append_layout (snapshot, layout, &colour);
  gtk_snapshot_restore (snapshot);
}

static void
draw_chosen (FlowOverviewStrip *self, GtkSnapshot *snapshot)
{
  double a = place_of (self, self->chosen_since_ns), b = place_of (self, self->chosen_until_ns);
  GdkRGBA colour = { 0.2f, 0.5f, 0.9f, 1 }, fill;

  if (self->chosen_until_ns == 0)
    return;
  gtk_style_context_lookup_color (gtk_widget_get_style_context (GTK_WIDGET (self)), "accent_color", &colour);
  fill = colour;
  fill.alpha = 0.2f;
  gtk_snapshot_append_color (snapshot, &fill,
                             &GRAPHENE_RECT_INIT ((float) MIN (a, b), 0, (float) MAX (fabs (b - a), 1), HEIGHT));
  gtk_snapshot_append_color (snapshot, &colour, &GRAPHENE_RECT_INIT ((float) a - 1, 0, 2, HEIGHT));
  gtk_snapshot_append_color (snapshot, &colour, &GRAPHENE_RECT_INIT ((float) b - 1, 0, 2, HEIGHT));
}

static void
flow_overview_strip_snapshot (GtkWidget *widget, GtkSnapshot *snapshot)
{
  FlowOverviewStrip *self = FLOW_OVERVIEW_STRIP (widget);
  int width = gtk_widget_get_width (widget);
  GdkRGBA ground;

  gtk_style_context_get_color (gtk_widget_get_style_context (widget), &ground);
  ground.alpha *= 0.06f;
  gtk_snapshot_push_clip (snapshot, &GRAPHENE_RECT_INIT (0, 0, (float) width, HEIGHT));
  gtk_snapshot_append_color (snapshot, &ground, &GRAPHENE_RECT_INIT (0, 0, (float) width, HEIGHT));
  if (self->overview != NULL)
    {
      draw_bars (self, snapshot);
      if (self->marks != NULL)
        flow_overview_marks_draw (self->marks, widget, snapshot, self->overview->since_ns, self->overview->until_ns);
      draw_chosen (self, snapshot);
    }
  gtk_snapshot_pop (snapshot);
  if (self->overview == NULL || self->overview->last_ns == 0)
    return;
  draw_time (self, snapshot, self->overview->since_ns, FALSE);
  draw_time (self, snapshot, self->overview->until_ns, TRUE);
}

static void
flow_overview_strip_measure (GtkWidget *widget, GtkOrientation orientation, int for_size, int *minimum, int *natural,
                             int *minimum_baseline, int *natural_baseline)
{
  g_autoptr (PangoLayout) layout = gtk_widget_create_pango_layout (widget, "00:00:00");
  int width, height;

  pango_layout_get_pixel_size (layout, &width, &height);
  *minimum = *natural = orientation == GTK_ORIENTATION_HORIZONTAL ? width * 2 : HEIGHT + 2 + height;
}

static void
flow_overview_strip_size_allocate (GtkWidget *widget, int width, int height, int baseline)
{
  FlowOverviewStrip *self = FLOW_OVERVIEW_STRIP (widget);

  if (width != self->asked_width || self->dirty)
    refresh_soon (self);
}

static void
flow_overview_strip_map (GtkWidget *widget)
{
  GTK_WIDGET_CLASS (flow_overview_strip_parent_class)->map (widget);
  if (FLOW_OVERVIEW_STRIP (widget)->dirty || FLOW_OVERVIEW_STRIP (widget)->overview == NULL)
    ask (FLOW_OVERVIEW_STRIP (widget));
}

static void
flow_overview_strip_unmap (GtkWidget *widget)
{
  g_clear_handle_id (&FLOW_OVERVIEW_STRIP (widget)->refresh, g_source_remove);
  GTK_WIDGET_CLASS (flow_overview_strip_parent_class)->unmap (widget);
}

/* --- Input ----------------------------------------------------------------------------------------------- */

static void
drag_update_cb (GtkGestureDrag *gesture, double dx, double dy, FlowOverviewStrip *self)
{
  double x, y;

  if (self->overview == NULL || fabs (dx) < 4 || !gtk_gesture_drag_get_start_point (gesture, &x, &y))
    return;
  self->dragging = TRUE;
  choose (self, time_at (self, x), time_at (self, x + dx));
}

static void
drag_end_cb (GtkGestureDrag *gesture, double dx, double dy, FlowOverviewStrip *self)
{
  gtk_widget_grab_focus (GTK_WIDGET (self));
  if (!self->dragging)
    flow_overview_strip_clear_selection (self);
  self->dragging = FALSE;
  g_signal_emit (self, signals[RANGE_SELECTED], 0, self->chosen_since_ns, self->chosen_until_ns);
}

static void
motion_cb (GtkEventControllerMotion *controller, double x, double y, FlowOverviewStrip *self)
{
  self->pointer = x;
}

static gboolean
scroll_cb (GtkEventControllerScroll *controller, double dx, double dy, FlowOverviewStrip *self)
{
  if (fabs (dx) > fabs (dy))
    pan (self, dx * 0.1);
  else
    zoom (self, pow (ZOOM_STEP, dy), self->pointer);
  return TRUE;
}

static gboolean
key_cb (GtkEventControllerKey *controller, guint key, guint code, GdkModifierType state, FlowOverviewStrip *self)
{
  double middle = gtk_widget_get_width (GTK_WIDGET (self)) / 2.0;

  if (self->overview == NULL || (state & (GDK_CONTROL_MASK | GDK_ALT_MASK)) != 0)
    return FALSE;
  switch (key)
    {
    case GDK_KEY_Left:
    case GDK_KEY_KP_Left:
    case GDK_KEY_Right:
    case GDK_KEY_KP_Right:
      pan (self, key == GDK_KEY_Left || key == GDK_KEY_KP_Left ? -0.1 : 0.1);
      return TRUE;
    case GDK_KEY_plus:
    case GDK_KEY_KP_Add:
    case GDK_KEY_equal:
    case GDK_KEY_minus:
    case GDK_KEY_KP_Subtract:
      zoom (self, key == GDK_KEY_minus || key == GDK_KEY_KP_Subtract ? ZOOM_STEP : 1 / ZOOM_STEP, middle);
      return TRUE;
    case GDK_KEY_0:
    case GDK_KEY_KP_0:
      set_view (self, 0, G_MAXINT64);
      return TRUE;
    case GDK_KEY_Return:
    case GDK_KEY_KP_Enter:
      choose (self, self->overview->since_ns, self->overview->until_ns);
      break;
    case GDK_KEY_Escape:
      if (self->chosen_until_ns == 0)
        return FALSE;
      flow_overview_strip_clear_selection (self);
      break;
    default:
      return FALSE;
    }
  g_signal_emit (self, signals[RANGE_SELECTED], 0, self->chosen_since_ns, self->chosen_until_ns);
  return TRUE;
}

/* A mark is smaller than what a hand hits. */
static const char *
find_mark (FlowOverviewStrip *self, double x)
{
  gint64 a = time_at (self, x - FLOW_OVERVIEW_MARK_SIZE), b = time_at (self, x + FLOW_OVERVIEW_MARK_SIZE);

  return self->marks != NULL ? flow_overview_marks_find (self->marks, MIN (a, b), MAX (a, b)) : NULL;
}

static gboolean
tooltip_cb (FlowOverviewStrip *self, int x, int y, gboolean keyboard, GtkTooltip *tooltip)
{
  guint64 spans = 0, errors = 0;
  g_autofree char *time = NULL;
  g_autofree char *counts = NULL;
  g_autofree char *text = NULL;
  const char *mark;
  gint64 at;

  if (self->overview == NULL || keyboard)
    return FALSE;
  at = time_at (self, x);
  for (guint i = 0; i < self->overview->buckets->len; i++)
    {
      const FlowLodBucket *bucket = &g_array_index (self->overview->buckets, FlowLodBucket, i);

      if (bucket->start_ns <= at && at - bucket->start_ns < bucket->width_ns)
        {
          spans += bucket->spans;
          errors += bucket->errors;
        }
    }
  time = flow_time_format (at, g_get_real_time () * 1000);
  counts = describe_counts (spans, errors);
  mark = find_mark (self, x);
  text = mark != NULL ? g_strdup_printf ("%s: %s\n%s", time, counts, mark) : g_strdup_printf ("%s: %s", time, counts);
  gtk_tooltip_set_text (tooltip, text);
  return TRUE;
}

static void
add_controllers (FlowOverviewStrip *self)
{
  GtkWidget *widget = GTK_WIDGET (self);
  GtkGesture *drag = gtk_gesture_drag_new ();
  GtkEventController *motion = gtk_event_controller_motion_new (), *key = gtk_event_controller_key_new ();
  GtkEventController *scroll = gtk_event_controller_scroll_new (GTK_EVENT_CONTROLLER_SCROLL_BOTH_AXES);

  g_signal_connect_object (drag, "drag-update", G_CALLBACK (drag_update_cb), self, 0);
  g_signal_connect_object (drag, "drag-end", G_CALLBACK (drag_end_cb), self, 0);
  g_signal_connect_object (motion, "motion", G_CALLBACK (motion_cb), self, 0);
  g_signal_connect_object (scroll, "scroll", G_CALLBACK (scroll_cb), self, 0);
  g_signal_connect_object (key, "key-pressed", G_CALLBACK (key_cb), self, 0);
  gtk_widget_add_controller (widget, GTK_EVENT_CONTROLLER (drag));
  gtk_widget_add_controller (widget, motion);
  gtk_widget_add_controller (widget, scroll);
  gtk_widget_add_controller (widget, key);
  gtk_widget_set_has_tooltip (widget, TRUE);
  g_signal_connect (self, "query-tooltip", G_CALLBACK (tooltip_cb), NULL);
}

static void
flow_overview_strip_dispose (GObject *object)
{
  FlowOverviewStrip *self = FLOW_OVERVIEW_STRIP (object);

  g_cancellable_cancel (self->cancellable);
  g_clear_handle_id (&self->refresh, g_source_remove);
  g_clear_object (&self->queries);
  g_clear_pointer (&self->overview, flow_trace_overview_free);
  g_clear_pointer (&self->marks, flow_overview_marks_unref);

  G_OBJECT_CLASS (flow_overview_strip_parent_class)->dispose (object);
}

static void
flow_overview_strip_finalize (GObject *object)
{
  g_object_unref (FLOW_OVERVIEW_STRIP (object)->cancellable);

  G_OBJECT_CLASS (flow_overview_strip_parent_class)->finalize (object);
}

static void
flow_overview_strip_class_init (FlowOverviewStripClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = flow_overview_strip_dispose;
  G_OBJECT_CLASS (klass)->finalize = flow_overview_strip_finalize;
  widget_class->snapshot = flow_overview_strip_snapshot;
  widget_class->measure = flow_overview_strip_measure;
  widget_class->size_allocate = flow_overview_strip_size_allocate;
  widget_class->map = flow_overview_strip_map;
  widget_class->unmap = flow_overview_strip_unmap;

  /**
   * FlowOverviewStrip::range-selected:
   * @self: the strip
   * @since_ns: start of the range, ns since 1970, 0 when there is none
   * @until_ns: its end
   *
   * Emitted when the user has chosen a range of time.
   */
  signals[RANGE_SELECTED] = g_signal_new ("range-selected", FLOW_TYPE_OVERVIEW_STRIP, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                          NULL, G_TYPE_NONE, 2, G_TYPE_INT64, G_TYPE_INT64);
  gtk_widget_class_set_css_name (widget_class, "flowoverview");
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_IMG);
}

static void
flow_overview_strip_init (FlowOverviewStrip *self)
{
  self->cancellable = g_cancellable_new ();
  gtk_widget_set_focusable (GTK_WIDGET (self), TRUE);
  gtk_widget_add_css_class (GTK_WIDGET (self), "caption");
  gtk_accessible_update_property (
      GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL, _ ("Overview"), GTK_ACCESSIBLE_PROPERTY_DESCRIPTION,
      _ ("Arrow keys move, plus and minus zoom, 0 shows all, Enter filters by what is shown, Escape ends that"), -1);
  add_controllers (self);
}

/**
 * flow_overview_strip_new:
 * @queries: the readers
 *
 * Returns: (transfer floating): a strip of all that is stored
 */
GtkWidget *
flow_overview_strip_new (FlowTraceQueries *queries)
{
  FlowOverviewStrip *self = g_object_new (FLOW_TYPE_OVERVIEW_STRIP, NULL);

  self->queries = g_object_ref (queries);
  return GTK_WIDGET (self);
}

/**
 * flow_overview_strip_committed:
 * @self: the strip
 * @commit: what became durable
 *
 * Grow by it.
 */
void
flow_overview_strip_committed (FlowOverviewStrip *self, FlowCommit *commit)
{
  if (commit->spans > 0 || commit->removed)
    refresh_soon (self);
}

/**
 * flow_overview_strip_reload:
 * @self: the strip
 *
 * Ask again what is stored.
 */
void
flow_overview_strip_reload (FlowOverviewStrip *self)
{
  refresh_soon (self);
}

/**
 * flow_overview_strip_set_marks:
 * @self: the strip
 * @marks: what happened beside the traces
 *
 * Show it on the same axis.
 */
void
flow_overview_strip_set_marks (FlowOverviewStrip *self, FlowOverviewMarks *marks)
{
  g_return_if_fail (FLOW_IS_OVERVIEW_STRIP (self));

  g_clear_pointer (&self->marks, flow_overview_marks_unref);
  self->marks = flow_overview_marks_ref (marks);
  if (self->overview != NULL)
    describe (self);
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

/**
 * flow_overview_strip_clear_selection:
 * @self: the strip
 *
 * Choose no range of time.
 */
void
flow_overview_strip_clear_selection (FlowOverviewStrip *self)
{
  choose (self, 0, 0);
}

/**
 * flow_overview_strip_get_selection:
 * @self: the strip
 * @since_ns: (out): start of the range, ns since 1970
 * @until_ns: (out): its end
 *
 * Returns: whether a range is chosen
 */
gboolean
flow_overview_strip_get_selection (FlowOverviewStrip *self, gint64 *since_ns, gint64 *until_ns)
{
  *since_ns = self->chosen_since_ns;
  *until_ns = self->chosen_until_ns;
  return self->chosen_until_ns != 0;
}
