/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * One measurement of the window in a process of its own, for bench-ui: prints lines of "name value value".
 *   empty                        an empty libadwaita window
 *   start FOLDER                 the program itself, to its first frame
 *   trace FOLDER SPANS           a trace: until it is shown, frames at five zooms, memory
 *   list FOLDER                  the list of traces: smooth scrolling and jumps
 * When it was started is in $FLOW_BENCH_BEGAN, so that loading the program counts.
 */
#include <adwaita.h>
#include <stdlib.h>
#include <string.h>

#include "app/flow-app-resources.h"
#include "app/shell/flow-application.h"
#include "app/traces/flow-trace-list-view.h"
#include "app/traces/flow-trace-view-private.h"
#include "bench/bench-frames.h"
#include "bench/bench-util.h"
#include "bench/trace-gen.h"
#include "hub/flow-process.h"

#define WIDTH 1280
#define HEIGHT 800
#define WARM_FRAMES 10
#define PLACES 12
#define FRAMES_A_PLACE 10
#define SCROLL_FRAMES 120
#define SCROLL_STEP 66

static double began;

static void
first_frame_cb (GdkFrameClock *clock, gpointer data)
{
  GtkWidget *window = data;

  if (!gtk_widget_get_mapped (window))
    return;
  g_print ("first-frame %.3f %.3f\n", bench_cpu_s (0) * 1e3, (bench_wall_s () - began) * 1e3);
  g_print ("resident %.1f\n", bench_resident_mb ());
  exit (0);
}

static void
realized_cb (GtkWidget *window, gpointer data)
{
  g_signal_connect (gtk_widget_get_frame_clock (window), "after-paint", G_CALLBACK (first_frame_cb), window);
}

static void
window_added_cb (GtkApplication *application, GtkWindow *window, gpointer data)
{
  g_signal_connect (window, "realize", G_CALLBACK (realized_cb), NULL);
}

static int
measure_start (const char *folder)
{
  g_autoptr (FlowApplication) application = NULL;
  char *arguments[] = { (char *) "flowscope", (char *) "--data-dir", (char *) folder, NULL };

  application = flow_application_new ();
  g_signal_connect (application, "window-added", G_CALLBACK (window_added_cb), NULL);
  return g_application_run (G_APPLICATION (application), 3, arguments);
}

static GtkWidget *
show (GtkWidget *content)
{
  GtkWidget *window = adw_window_new (), *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);

  gtk_box_append (GTK_BOX (box), adw_header_bar_new ());
  gtk_widget_set_vexpand (content, TRUE);
  gtk_box_append (GTK_BOX (box), content);
  adw_window_set_content (ADW_WINDOW (window), box);
  gtk_window_set_default_size (GTK_WINDOW (window), WIDTH, HEIGHT);
  gtk_window_present (GTK_WINDOW (window));
  while (!gtk_widget_get_mapped (window))
    g_main_context_iteration (NULL, TRUE);
  return window;
}

static void
print_frames (const char *name, const BenchFrames *frames)
{
  g_print ("%s %.3f %.3f\n", name, frames->p50, frames->p99);
}

static void
empty_activate_cb (GtkApplication *application, gpointer data)
{
  GtkWidget *window = adw_application_window_new (application);

  adw_application_window_set_content (ADW_APPLICATION_WINDOW (window), gtk_label_new ("Empty"));
  gtk_window_set_default_size (GTK_WINDOW (window), WIDTH, HEIGHT);
  g_signal_connect (window, "realize", G_CALLBACK (realized_cb), NULL);
  gtk_window_present (GTK_WINDOW (window));
}

static int
measure_empty (void)
{
  g_autoptr (AdwApplication) application = adw_application_new ("org.flowscope.Empty", G_APPLICATION_NON_UNIQUE);

  g_signal_connect (application, "activate", G_CALLBACK (empty_activate_cb), NULL);
  return g_application_run (G_APPLICATION (application), 0, NULL);
}

static int
measure_frame (void)
{
  GtkWidget *window;
  BenchFrames frames;

  adw_init ();
  window = show (gtk_label_new ("Empty"));
  bench_frames_wait (window, WARM_FRAMES);
  bench_frames_run (window, SCROLL_FRAMES, NULL, NULL, &frames);
  print_frames ("frame", &frames);
  g_print ("resident %.1f\n", bench_resident_mb ());
  return 0;
}

static FlowServices *
make_services (const char *folder)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (FlowContext) context = flow_context_new (folder, &error);
  g_autoptr (FlowSettings) settings = NULL;

  if (context != NULL)
    settings = flow_settings_new (context, &error);
  if (settings == NULL)
    g_error ("%s", error->message);
  adw_init ();
  flow_app_resources_ensure ();
  return flow_services_new (context, settings);
}

typedef struct
{
  FlowWaterfall *waterfall;
  GtkAdjustment *adjustment;
  guint32 *order; /* nodes by start */
  guint n;
  double width_ns;
  double centre_ns;
} Zoom;

static GtkWidget *
find (GtkWidget *root, GType type)
{
  GtkWidget *found = g_type_is_a (G_OBJECT_TYPE (root), type) ? root : NULL;

  for (GtkWidget *child = gtk_widget_get_first_child (root); child != NULL && found == NULL;
       child = gtk_widget_get_next_sibling (child))
    found = find (child, type);
  return found;
}

/* To another place of the trace now and then, to the rows of the spans that run there; and along in time each frame. */
static void
pan (guint frame, gpointer data)
{
  Zoom *zoom = data;
  FlowTraceRows *rows = flow_waterfall_get_rows (zoom->waterfall);
  FlowTraceOutline *outline = flow_trace_rows_get_outline (rows);
  guint place = frame / FRAMES_A_PLACE, step = frame % FRAMES_A_PLACE;
  double shift;

  if (step == 0)
    {
      guint node = zoom->order[(guint64) zoom->n * (2 * place + 1) / (2 * PLACES)];
      double upper = gtk_adjustment_get_upper (zoom->adjustment);

      zoom->centre_ns = (double) outline->nodes[node].start_ns;
      gtk_adjustment_set_value (zoom->adjustment, upper * flow_trace_rows_find_node (rows, node) /
                                                      g_list_model_get_n_items (G_LIST_MODEL (rows)));
    }
  shift = ((double) step - FRAMES_A_PLACE / 2) * zoom->width_ns * 0.02;
  /* Nearly the whole has little room to move: from end to end. */
  if (zoom->width_ns * 2 > (double) outline->length_ns)
    zoom->centre_ns = step % 2 == 0 ? 0 : (double) outline->length_ns;
  flow_waterfall_scale_set_range (flow_waterfall_get_scale (zoom->waterfall),
                                  zoom->centre_ns + shift - zoom->width_ns / 2,
                                  zoom->centre_ns + shift + zoom->width_ns / 2);
}

static void
scroll (guint frame, gpointer data)
{
  GtkAdjustment *adjustment = data;
  double most = gtk_adjustment_get_upper (adjustment) - gtk_adjustment_get_page_size (adjustment);

  gtk_adjustment_set_value (adjustment, MIN (most, gtk_adjustment_get_value (adjustment) + SCROLL_STEP));
}

static void
jump (guint frame, gpointer data)
{
  GtkAdjustment *adjustment = data;
  double most = gtk_adjustment_get_upper (adjustment) - gtk_adjustment_get_page_size (adjustment);

  gtk_adjustment_set_value (adjustment, most * (frame * 2654435761u % 1000003) / 1000003);
}

static void
measure_zooms (FlowWaterfall *waterfall, GtkWidget *window)
{
  FlowTraceOutline *outline = flow_trace_rows_get_outline (flow_waterfall_get_rows (waterfall));
  GtkWidget *scrolled = find (GTK_WIDGET (waterfall), GTK_TYPE_SCROLLED_WINDOW);
  Zoom zoom = { .waterfall = waterfall };
  double factor = 1;

  zoom.adjustment = gtk_scrolled_window_get_vadjustment (GTK_SCROLLED_WINDOW (scrolled));
  zoom.order = flow_trace_outline_by_start (outline, &zoom.n);
  for (guint i = 0; i < 5; i++, factor *= 10)
    {
      g_autofree char *name = g_strdup_printf ("zoom-%g", factor);
      BenchFrames frames;

      /* A bit less than the whole, so that there is something to pan. */
      zoom.width_ns = (double) outline->length_ns * 0.97 / factor;
      bench_frames_run (window, PLACES * FRAMES_A_PLACE, pan, &zoom, &frames);
      print_frames (name, &frames);
    }
  g_free (zoom.order);
}

static int
measure_trace (const char *folder, guint spans)
{
  g_autoptr (FlowServices) services = make_services (folder);
  FlowTraceView *view = FLOW_TRACE_VIEW (flow_trace_view_new (services));
  GtkWidget *window = show (GTK_WIDGET (view));
  FlowWaterfall *waterfall = flow_trace_view_get_waterfall (view);
  GtkAdjustment *adjustment;
  BenchFrames frames;
  guint8 id[16];
  double wall, cpu;

  bench_frames_wait (window, WARM_FRAMES);
  trace_gen_id (id, spans);
  wall = bench_wall_s ();
  cpu = bench_cpu_s (0);
  flow_trace_view_open (view, id, 0);
  while (flow_trace_view_get_loaded (view) == NULL)
    g_main_context_iteration (NULL, TRUE);
  bench_frames_wait (window, 1);
  g_print ("open %.1f %.1f\n", (bench_wall_s () - wall) * 1e3, (bench_cpu_s (0) - cpu) * 1e3);
  bench_frames_wait (window, WARM_FRAMES);
  g_print ("resident %.1f\n", bench_resident_mb ());
  adjustment = gtk_scrolled_window_get_vadjustment (
      GTK_SCROLLED_WINDOW (find (GTK_WIDGET (waterfall), GTK_TYPE_SCROLLED_WINDOW)));
  bench_frames_run (window, SCROLL_FRAMES, scroll, adjustment, &frames);
  print_frames ("scroll", &frames);
  measure_zooms (waterfall, window);
  g_print ("resident-after %.1f\n", bench_resident_mb ());
  return 0;
}

static int
measure_list (const char *folder)
{
  g_autoptr (FlowServices) services = make_services (folder);
  g_autoptr (FlowTraceListModel) model = flow_trace_list_model_new (flow_services_get_queries (services));
  GtkWidget *view, *window;
  GtkAdjustment *adjustment;
  BenchFrames frames;
  double wall = bench_wall_s ();

  view = flow_trace_list_view_new (model);
  window = show (view);
  while (g_list_model_get_n_items (G_LIST_MODEL (model)) == 0)
    g_main_context_iteration (NULL, TRUE);
  g_print ("first-rows %.1f\n", (bench_wall_s () - wall) * 1e3);
  while (flow_trace_list_model_get_loading (model))
    g_main_context_iteration (NULL, TRUE);
  g_print ("all-rows %.1f %u\n", (bench_wall_s () - wall) * 1e3, g_list_model_get_n_items (G_LIST_MODEL (model)));
  bench_frames_wait (window, WARM_FRAMES);
  adjustment = gtk_scrolled_window_get_vadjustment (GTK_SCROLLED_WINDOW (find (view, GTK_TYPE_SCROLLED_WINDOW)));
  bench_frames_run (window, SCROLL_FRAMES, scroll, adjustment, &frames);
  print_frames ("scroll", &frames);
  bench_frames_run (window, SCROLL_FRAMES, jump, adjustment, &frames);
  print_frames ("jump", &frames);
  g_print ("resident %.1f\n", bench_resident_mb ());
  return 0;
}

int
main (int argc, char **argv)
{
  const char *given = g_getenv ("FLOW_BENCH_BEGAN"), *mode = argc > 1 ? argv[1] : "";

  began = given != NULL ? g_ascii_strtod (given, NULL) : bench_wall_s ();
  flow_process_tune_memory ();
  if (g_str_equal (mode, "empty"))
    return measure_empty ();
  if (g_str_equal (mode, "frame"))
    return measure_frame ();
  if (g_str_equal (mode, "start") && argc == 3)
    return measure_start (argv[2]);
  if (g_str_equal (mode, "trace") && argc == 4)
    return measure_trace (argv[2], (guint) g_ascii_strtoull (argv[3], NULL, 10));
  if (g_str_equal (mode, "list") && argc == 3)
    return measure_list (argv[2]);
  g_printerr ("usage: bench-ui-app empty | frame | start FOLDER | trace FOLDER SPANS | list FOLDER\n");
  return 2;
}
