/* SPDX-License-Identifier: GPL-3.0-or-later */

#include <glib/gstdio.h>
#include <string.h>

#include "app-test.h"
#include "app/code/flow-span-details.h"
#include "app/shell/flow-toast.h"
#include "app/traces/flow-side-pane.h"
#include "app/traces/flow-span-cell.h"
#include "app/traces/flow-trace-actions.h"
#include "app/traces/flow-trace-cell-text.h"
#include "app/traces/flow-trace-view-private.h"
#include "base/flow-id.h"
#include "store/flow-statement.h"
#include "bench/trace-gen.h"
#include "trace-fixture.h"
#include "trace/flow-otlp-decoder.h"
#include "trace/flow-trace-store.h"

/* A trace in its view, over what is stored in the folders of the case. */

#define TRACE "0af7651916cd43dd8448eb211c80319c"
#define NONE FLOW_OUTLINE_NONE
#define LARGE 200100

typedef struct
{
  FlowServices *services;
  FlowTraceView *view;
  GtkWindow *window;
  GString *spans; /* JSON objects, with a comma between each two */
} Fixture;

static void
set_up (Fixture *self, gconstpointer data)
{
  GtkWidget *overlay = adw_toast_overlay_new ();

  self->services = app_test_services_new ();
  self->view = FLOW_TRACE_VIEW (flow_trace_view_new (self->services));
  self->spans = g_string_new (NULL);
  adw_toast_overlay_set_child (ADW_TOAST_OVERLAY (overlay), GTK_WIDGET (self->view));
  self->window = app_test_show (overlay, GPOINTER_TO_INT (data) != 0 ? GPOINTER_TO_INT (data) : 900, 600);
}

static void
tear_down (Fixture *self, gconstpointer data)
{
  flow_toast_settle ();
  gtk_window_destroy (self->window);
  app_test_settle ();
  g_string_free (self->spans, TRUE);
  g_object_unref (self->services);
}

static void
add (Fixture *self, guint id, guint parent, const char *name, gint64 start_us, gint64 length_us)
{
  g_autofree char *parent_id = parent != 0 ? g_strdup_printf ("\"parentSpanId\":\"%016x\",", parent) : g_strdup ("");
  gint64 start = G_GINT64_CONSTANT (1795165040235000000) + start_us * 1000;

  g_string_append_printf (self->spans,
                          "%s{\"traceId\":\"" TRACE "\",\"spanId\":\"%016x\",%s\"name\":\"%s\",\"startTimeUnixNano\":"
                          "\"%" G_GINT64_FORMAT "\",\"endTimeUnixNano\":\"%" G_GINT64_FORMAT
                          "\",\"attributes\":[{\"key\":\"http.route\",\"value\":{\"stringValue\":\"/r%u\"}}],"
                          "\"status\":{\"code\":%u}}",
                          self->spans->len > 0 ? "," : "", id, parent_id, name, start, start + length_us * 1000, id,
                          strstr (name, "fails") != NULL ? 2u : 0u);
}

static void
store (Fixture *self)
{
  g_autofree char *json = g_strdup_printf ("{\"resourceSpans\":[{\"resource\":{\"attributes\":[{\"key\":"
                                           "\"service.name\",\"value\":{\"stringValue\":\"api\"}}]},"
                                           "\"scopeSpans\":[{\"spans\":[%s]}]}]}",
                                           self->spans->str);

  trace_fixture_store (self->services, json, NULL);
  g_string_truncate (self->spans, 0);
}

static guint64
span_id (guint id)
{
  g_autofree char *hex = g_strdup_printf ("%016x", id);
  guint64 bytes = 0;

  g_assert_true (flow_id_from_hex (hex, sizeof bytes, (guint8 *) &bytes));
  return bytes;
}

static void
open_trace (Fixture *self, guint span)
{
  guint8 id[16];

  g_assert_true (flow_id_from_hex (TRACE, sizeof id, id));
  flow_trace_view_open (self->view, id, span != 0 ? span_id (span) : 0);
}

static FlowWaterfall *
waterfall (Fixture *self)
{
  return flow_trace_view_get_waterfall (self->view);
}

static guint
n_rows (Fixture *self)
{
  return g_list_model_get_n_items (G_LIST_MODEL (flow_waterfall_get_rows (waterfall (self))));
}

static void
act (Fixture *self, const char *action)
{
  g_assert_true (gtk_widget_activate_action (GTK_WIDGET (self->view), action, NULL));
}

static const char *
page (Fixture *self)
{
  return gtk_stack_get_visible_child_name (
      GTK_STACK (app_test_find (GTK_WIDGET (self->view), GTK_TYPE_STACK, "stack")));
}

/* root(1) > first(2) > leaf(4), fails(5); second(3) */
static void
store_family (Fixture *self)
{
  add (self, 4, 2, "leaf", 110, 50);
  add (self, 5, 2, "this one fails", 170, 20);
  add (self, 2, 1, "first", 100, 200);
  add (self, 3, 1, "second", 400, 500);
  add (self, 1, 0, "root", 0, 1000);
  store (self);
}

static void
open_family (Fixture *self)
{
  store_family (self);
  open_trace (self, 0);
  app_test_wait (n_rows (self) == 5 && flow_trace_view_get_selected_span (self->view) != 0);
}

static gboolean
frame_cb (GtkWidget *widget, GdkFrameClock *clock, gpointer data)
{
  (*(guint *) data)++;
  return G_SOURCE_CONTINUE;
}

/* Until what changed was drawn. */
static void
draw (Fixture *self)
{
  guint frames = 0, tick = gtk_widget_add_tick_callback (GTK_WIDGET (self->view), frame_cb, &frames, NULL);

  gtk_widget_queue_draw (GTK_WIDGET (self->view));
  app_test_wait (frames >= 3);
  gtk_widget_remove_tick_callback (GTK_WIDGET (self->view), tick);
  app_test_settle ();
}

static GtkWidget *
find_cell (GtkWidget *root, guint node)
{
  if (FLOW_IS_SPAN_CELL (root))
    {
      FlowOutlineRow *row = flow_span_cell_get_row (FLOW_SPAN_CELL (root));

      return row != NULL && flow_outline_row_get_node (row) == node ? root : NULL;
    }
  for (GtkWidget *child = gtk_widget_get_first_child (root); child != NULL; child = gtk_widget_get_next_sibling (child))
    {
      GtkWidget *found = find_cell (child, node);

      if (found != NULL)
        return found;
    }
  return NULL;
}

static void
test_open (Fixture *self, gconstpointer data)
{
  GtkWidget *cell;

  open_family (self);
  g_assert_cmpstr (page (self), ==, "trace");
  g_assert_true (flow_trace_view_get_selected_span (self->view) == span_id (1));
  g_assert_cmpuint (flow_trace_view_get_trace (self->view)->n_spans, ==, 5);
  draw (self);
  cell = find_cell (GTK_WIDGET (self->view), 3);
  g_assert_nonnull (cell);
  gtk_test_accessible_assert_property (
      cell, GTK_ACCESSIBLE_PROPERTY_LABEL,
      "this one fails, api, takes 20.0µs, starts at 170µs, failed, on the critical path, level 3");
  gtk_test_accessible_assert_property (
      gtk_widget_get_parent (cell), GTK_ACCESSIBLE_PROPERTY_LABEL,
      "this one fails, api, takes 20.0µs, starts at 170µs, failed, on the critical path, level 3");
}

static void
test_open_at (Fixture *self, gconstpointer data)
{
  store_family (self);
  open_trace (self, 4);
  app_test_wait (flow_trace_view_get_trace (self->view) != NULL);
  g_assert_true (flow_trace_view_get_selected_span (self->view) == span_id (4));
  open_trace (self, 3);
  g_assert_true (flow_trace_view_get_selected_span (self->view) == span_id (3));
}

static void
test_gone (Fixture *self, gconstpointer data)
{
  store_family (self);
  flow_trace_view_open (self->view, (const guint8 *) "no trace has it.", 0);
  app_test_wait (g_str_equal (page (self), "gone"));
  g_assert_null (flow_trace_view_get_trace (self->view));
}

/* A database that nobody can read: the reason is said, and one can try again. */
static void
test_failed (Fixture *self, gconstpointer data)
{
  const char *path = flow_context_get_database_path (flow_services_get_context (self->services));
  g_autofree char *folder = g_path_get_dirname (path);

  g_assert_cmpint (g_mkdir_with_parents (folder, 0700), ==, 0);
  g_assert_true (g_file_set_contents (path, "This is no database, but it is long enough to look like one.", -1, NULL));
  open_trace (self, 0);
  app_test_wait (g_str_equal (page (self), "failed"));
  g_assert_cmpint (g_unlink (path), ==, 0);
  store_family (self);
  act (self, "trace.reload");
  app_test_wait (g_str_equal (page (self), "trace"));
}

static gboolean
list_elsewhere (sqlite3 *db, gpointer traces, GError **error)
{
  g_autoptr (FlowTraceHeader) header = NULL;
  guint8 id[16];

  g_assert_true (flow_id_from_hex (TRACE, sizeof id, id));
  header = flow_trace_header_new (id);
  g_free (header->device);
  header->device = g_strdup ("laptop");
  header->spans = 2;
  return flow_sql_exec_text (db, "INSERT INTO device VALUES ('laptop', 'My laptop', '', 1)", error) &&
         flow_trace_header_write (header, db, error) && flow_trace_store_settle_header (traces, db, id, error);
}

/* Of a trace of another device, as a sync would. */
static void
store_elsewhere (Fixture *self)
{
  g_autoptr (FlowStore) store = flow_store_new (flow_services_get_context (self->services));
  FlowTraceStore *traces = flow_trace_store_new (store);
  g_autoptr (GError) error = NULL;

  flow_store_open (store, &error);
  g_assert_no_error (error);
  flow_store_run (store, list_elsewhere, traces, &error);
  g_assert_no_error (error);
  flow_store_close (store);
  flow_trace_store_free (traces);
}

static FlowHub *
start_hub (Fixture *self)
{
  const FlowHubOptions options = { 0 };
  g_autoptr (GError) error = NULL;
  FlowHub *hub = flow_hub_new (flow_services_get_context (self->services), flow_services_get_settings (self->services),
                               &options);

  flow_hub_start (hub, &error);
  g_assert_no_error (error);
  flow_services_set_hub (self->services, hub);
  return hub;
}

/* A trace of another device says where it is; when it cannot be fetched, it says why, and opens once it is here. */
static void
test_elsewhere (Fixture *self, gconstpointer data)
{
  FlowHub *hub;
  g_autoptr (FlowTrace) trace = NULL;
  g_autofree char *spoken = NULL;
  g_autofree char *where = NULL;
  const char *text;

  store_elsewhere (self);
  trace = trace_fixture_load (self->services, TRACE);
  spoken = flow_trace_cell_text_spoken (trace->info, 0);
  where = flow_trace_cell_text_where (trace->info);
  g_assert_cmpstr (where, ==, "on My laptop");
  g_assert_nonnull (strstr (spoken, where));

  hub = start_hub (self);
  open_trace (self, 0);
  app_test_wait (g_str_equal (page (self), "failed"));
  text = adw_status_page_get_description (
      ADW_STATUS_PAGE (app_test_find (GTK_WIDGET (self->view), ADW_TYPE_STATUS_PAGE, "failed")));
  g_assert_nonnull (strstr (text, "My laptop"));
  flow_services_set_hub (self->services, NULL);
  flow_hub_stop (hub);
  g_object_unref (hub);

  store_family (self);
  act (self, "trace.reload");
  app_test_wait (g_str_equal (page (self), "trace"));
}

/* The view is closed while something is still to be done with the selected span. */
static void
test_close (Fixture *self, gconstpointer data)
{
  open_family (self);
  act (self, "trace.details");
  act (self, "trace.last");
  flow_trace_view_close (self->view);
  act (self, "trace.open-code");
  act (self, "trace.up");
  app_test_settle ();
  g_assert_null (flow_trace_view_get_trace (self->view));
  open_trace (self, 0);
  app_test_wait (flow_trace_view_get_trace (self->view) != NULL);
}

/* Who gave up opening a trace is not asked again by the next trace that comes. */
static void
test_cancel (Fixture *self, gconstpointer data)
{
  g_autoptr (FlowCommit) commit = flow_commit_new ();

  store_family (self);
  open_trace (self, 0);
  flow_trace_view_cancel (self->view);
  g_assert_cmpstr (page (self), ==, "failed");
  commit->many = TRUE;
  g_signal_emit_by_name (self->services, "committed", commit);
  app_test_settle ();
  g_assert_cmpstr (page (self), ==, "failed");
  g_assert_null (flow_trace_view_get_trace (self->view));
  act (self, "trace.reload");
  app_test_wait (g_str_equal (page (self), "trace"));
}

static void
test_actions (Fixture *self, gconstpointer data)
{
  FlowWaterfallScale *scale = flow_waterfall_get_scale (waterfall (self));

  open_family (self);
  draw (self);
  act (self, "trace.down");
  g_assert_true (flow_trace_view_get_selected_span (self->view) == span_id (2));
  act (self, "trace.fold");
  g_assert_cmpuint (n_rows (self), ==, 3);
  act (self, "trace.down");
  g_assert_true (flow_trace_view_get_selected_span (self->view) == span_id (3));
  act (self, "trace.up");
  act (self, "trace.unfold");
  g_assert_cmpuint (n_rows (self), ==, 5);
  act (self, "trace.unfold");
  g_assert_true (flow_trace_view_get_selected_span (self->view) == span_id (4));
  act (self, "trace.fold");
  g_assert_true (flow_trace_view_get_selected_span (self->view) == span_id (2));
  act (self, "trace.fold-all");
  g_assert_cmpuint (n_rows (self), ==, 1);
  act (self, "trace.unfold-level");
  g_assert_cmpuint (n_rows (self), ==, 3);
  act (self, "trace.next-error");
  g_assert_true (flow_trace_view_get_selected_span (self->view) == span_id (5));
  act (self, "trace.last");
  g_assert_true (flow_trace_view_get_selected_span (self->view) == span_id (3));
  act (self, "trace.zoom-span");
  g_assert_false (flow_waterfall_scale_is_whole (scale));
  act (self, "trace.zoom-reset");
  g_assert_true (flow_waterfall_scale_is_whole (scale));
  act (self, "trace.first");
  act (self, "trace.next-critical");
  g_assert_true (flow_trace_view_get_selected_span (self->view) != span_id (1));
  draw (self);
}

/* Each key of the table does something that the view knows. */
static void
test_keys (Fixture *self, gconstpointer data)
{
  guint n;
  const FlowTraceKey *keys = flow_trace_actions_get_keys (&n);
  g_autoptr (GtkEventController) shortcuts = flow_trace_actions_make_shortcuts ();

  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (shortcuts)), >=, n);
  for (guint i = 0; i < n; i++)
    {
      GtkWidgetClass *klass = GTK_WIDGET_GET_CLASS (self->view);
      const char *name = NULL, *property;
      const GVariantType *type;
      GType owner;
      guint at = 0;

      while (g_strcmp0 (name, keys[i].action) != 0)
        g_assert_true (gtk_widget_class_query_action (klass, at++, &owner, &name, &type, &property));
    }
}

static FlowCommit *
commit_of (FlowTraceView *view)
{
  FlowCommit *commit = flow_commit_new ();

  commit->n_traces = 1;
  commit->traces = g_new (guint64, 1);
  commit->traces[0] = commit->last_trace = flow_trace_view_get_loaded (view)->outline->number;
  return commit;
}

/* While spans arrive, what is selected, folded and looked at stays. */
static void
test_growth (Fixture *self, gconstpointer data)
{
  FlowWaterfallScale *scale = flow_waterfall_get_scale (waterfall (self));
  g_autoptr (FlowCommit) commit = NULL;
  double from, to, from_after, to_after;

  open_family (self);
  act (self, "trace.down");
  act (self, "trace.fold");
  act (self, "trace.down");
  act (self, "trace.zoom-span");
  flow_waterfall_scale_get_range (scale, &from, &to);
  add (self, 6, 3, "late child", 500, 10);
  add (self, 7, 2, "folded away", 120, 10);
  store (self);
  commit = commit_of (self->view);
  flow_services_committed (self->services, commit);
  app_test_wait (flow_trace_view_get_trace (self->view)->n_spans == 7);
  g_assert_cmpuint (n_rows (self), ==, 4);
  g_assert_true (flow_trace_view_get_selected_span (self->view) == span_id (3));
  flow_waterfall_scale_get_range (scale, &from_after, &to_after);
  g_assert_cmpfloat (from, ==, from_after);
  g_assert_cmpfloat (to, ==, to_after);
  draw (self);
}

/* A span that comes before its parent stands below a place for it, until it comes. */
static void
test_parent_comes_later (Fixture *self, gconstpointer data)
{
  g_autoptr (FlowCommit) commit = NULL;

  add (self, 2, 1, "child", 100, 200);
  store (self);
  open_trace (self, 0);
  app_test_wait (n_rows (self) == 2);
  g_assert_cmpuint (flow_trace_view_get_loaded (self->view)->outline->n_missing, ==, 1);
  draw (self);
  add (self, 1, 0, "parent", 0, 1000);
  store (self);
  commit = commit_of (self->view);
  flow_services_committed (self->services, commit);
  app_test_wait (flow_trace_view_get_trace (self->view)->n_spans == 2);
  g_assert_cmpuint (flow_trace_view_get_loaded (self->view)->outline->n_missing, ==, 0);
  g_assert_cmpuint (n_rows (self), ==, 2);
  draw (self);
}

static GtkLabel *
label (Fixture *self, const char *id)
{
  return GTK_LABEL (app_test_find (GTK_WIDGET (self->view), GTK_TYPE_LABEL, id));
}

static void
test_search (Fixture *self, gconstpointer data)
{
  FlowTraceFinder *finder = flow_trace_view_get_finder (self->view);

  open_family (self);
  flow_trace_finder_look_for (finder, "status:error", TRUE);
  app_test_wait (n_rows (self) == 3);
  g_assert_true (flow_trace_view_get_selected_span (self->view) == span_id (5));
  g_assert_cmpstr (gtk_label_get_text (label (self, "count")), ==, "1 of 1");
  flow_trace_finder_look_for (finder, "http.route=/r3", TRUE);
  app_test_wait (n_rows (self) == 2);
  flow_trace_finder_look_for (finder, "nobody is called this", FALSE);
  app_test_wait (g_str_equal (gtk_label_get_text (label (self, "count")), "No match"));
  g_assert_cmpuint (n_rows (self), ==, 5);
  flow_trace_finder_look_for (finder, ">a while", FALSE);
  app_test_wait (gtk_widget_get_visible (GTK_WIDGET (label (self, "problem"))));
  act (self, "trace.escape");
  app_test_wait (!gtk_widget_get_visible (GTK_WIDGET (label (self, "problem"))));
  draw (self);
}

static void
test_details (Fixture *self, gconstpointer data)
{
  FlowSidePane *pane;

  open_family (self);
  pane = FLOW_SIDE_PANE (app_test_find (GTK_WIDGET (self->view), FLOW_TYPE_SIDE_PANE, "pane"));
  g_assert_false (flow_side_pane_get_show_side (pane));
  act (self, "trace.details");
  g_assert_true (flow_side_pane_get_show_side (pane));
  act (self, "trace.down");
  draw (self);
  act (self, "trace.escape");
  g_assert_false (flow_side_pane_get_show_side (pane));
}

/* What nobody would send on purpose. */
static void
test_hostile (Fixture *self, gconstpointer data)
{
  g_autofree char *long_name = g_strnfill (10000, 'n');

  add (self, 1, 2, "one of a circle", 0, 100);
  add (self, 2, 1, "the other", 10, 100);
  add (self, 3, 3, "its own parent", 20, 100);
  add (self, 4, 99, "an orphan", 30, 100);
  add (self, 5, 4, "ends before it starts", 500, -400);
  add (self, 6, 4, "takes no time", 50, 0);
  add (self, 7, 4, "بحث عن المستخدمين", 60, 100);
  add (self, 8, 4, long_name, 70, 100);
  add (self, 9, 4, "", 80, 100);
  for (guint i = 0; i < 2000; i++)
    add (self, 1000 + i, i > 0 ? 999 + i : 4, "deep", 90 + i, 100000 - 20 * i);
  store (self);
  open_trace (self, 0);
  app_test_wait (n_rows (self) == 2010);
  draw (self);
  act (self, "trace.last");
  draw (self);
  for (guint i = 0; i < 30; i++)
    act (self, "trace.zoom-in");
  draw (self);
  act (self, "view.show-events");
  act (self, "view.absolute-times");
  act (self, "trace.fold-all");
  draw (self);
}

static void
ingest (FlowTraceStore *traces, const FlowBuffer *body)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (FlowSpanBatch) batch = flow_otlp_decode_protobuf (FLOW_SIGNAL_TRACES, body->data, body->length, &error);

  g_assert_no_error (error);
  flow_trace_store_ingest_wait (traces, batch, NULL, NULL, &error);
  g_assert_no_error (error);
}

static void
store_large (Fixture *self, guint8 id[16])
{
  g_autoptr (FlowStore) file = flow_store_new (flow_services_get_context (self->services));
  FlowTraceStore *traces = flow_trace_store_new (file);
  g_auto (FlowBuffer) body = { 0 };
  g_autoptr (GError) error = NULL;
  TraceGen gen;

  flow_store_open (file, &error);
  g_assert_no_error (error);
  trace_gen_init (&gen, LARGE);
  while (trace_gen_next (&gen, 8192, &body))
    ingest (traces, &body);
  trace_gen_clear (&gen);
  flow_store_close (file);
  flow_trace_store_free (traces);
  trace_gen_id (id, LARGE);
}

/* Of a large trace the outline alone is held; attributes and details come from the store. */
static void
test_large (Fixture *self, gconstpointer data)
{
  FlowTraceFinder *finder = flow_trace_view_get_finder (self->view);
  guint8 id[16];

  store_large (self, id);
  flow_trace_view_open (self->view, id, 0);
  app_test_wait (n_rows (self) == LARGE);
  g_assert_null (flow_trace_view_get_trace (self->view));
  act (self, "trace.details");
  act (self, "trace.last");
  draw (self);
  flow_trace_finder_look_for (finder, "url.path=/api/users/7", TRUE);
  app_test_wait (n_rows (self) < LARGE);
  g_assert_cmpuint (flow_trace_rows_get_n_matches (flow_waterfall_get_rows (waterfall (self))), >, 10);
  draw (self);
  flow_trace_view_close (self->view);
}

#define ADD(name, width, func) \
  g_test_add ("/app/trace-view/" name, Fixture, GINT_TO_POINTER (width), set_up, func, tear_down)

int
main (int argc, char **argv)
{
  app_test_init (&argc, &argv);
  ADD ("open", 0, test_open);
  ADD ("open-at", 0, test_open_at);
  ADD ("gone", 0, test_gone);
  ADD ("failed", 0, test_failed);
  ADD ("elsewhere", 0, test_elsewhere);
  ADD ("close", 0, test_close);
  ADD ("cancel", 0, test_cancel);
  ADD ("actions", 0, test_actions);
  ADD ("keys", 0, test_keys);
  ADD ("growth", 0, test_growth);
  ADD ("parent-comes-later", 0, test_parent_comes_later);
  ADD ("search", 0, test_search);
  ADD ("details", 0, test_details);
  ADD ("details-narrow", 360, test_details);
  ADD ("hostile", 0, test_hostile);
  ADD ("hostile-narrow", 360, test_hostile);
  ADD ("large", 0, test_large);
  return g_test_run ();
}
