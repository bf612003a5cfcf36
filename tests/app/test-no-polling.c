/* SPDX-License-Identifier: GPL-3.0-or-later */

#include <sqlite3.h>

#include "app-test.h"
#include "app/traces/flow-trace-list-view.h"
#include "app/traces/flow-trace-view.h"
#include "app/traces/flow-traces-page.h"
#include "trace-fixture.h"

/*
 * Nothing asks the store again and again. The linker hands us every timer that the window's code makes and every step
 * of a statement: all timers are made to run out, several times over, and the store must not be asked once. What was
 * committed, on the other hand, must be asked for.
 */

static GArray *timers; /* guint, GSources of the main context */
static gint steps;

guint __real_g_timeout_add (guint interval, GSourceFunc func, gpointer data);
guint __real_g_timeout_add_full (gint priority, guint interval, GSourceFunc func, gpointer data, GDestroyNotify notify);
guint __real_g_timeout_add_seconds (guint interval, GSourceFunc func, gpointer data);
guint __real_g_timeout_add_seconds_full (gint priority, guint interval, GSourceFunc func, gpointer data,
                                         GDestroyNotify notify);
guint __real_g_source_attach (GSource *source, GMainContext *context);
int __real_sqlite3_step (sqlite3_stmt *statement);
guint __wrap_g_timeout_add (guint interval, GSourceFunc func, gpointer data);
guint __wrap_g_timeout_add_full (gint priority, guint interval, GSourceFunc func, gpointer data, GDestroyNotify notify);
guint __wrap_g_timeout_add_seconds (guint interval, GSourceFunc func, gpointer data);
guint __wrap_g_timeout_add_seconds_full (gint priority, guint interval, GSourceFunc func, gpointer data,
                                         GDestroyNotify notify);
guint __wrap_g_source_attach (GSource *source, GMainContext *context);
int __wrap_sqlite3_step (sqlite3_stmt *statement);

static guint
remember (guint id)
{
  if (g_main_context_is_owner (g_main_context_default ()) || g_main_context_get_thread_default () == NULL)
    g_array_append_val (timers, id);
  return id;
}

guint
__wrap_g_timeout_add (guint interval, GSourceFunc func, gpointer data)
{
  return remember (__real_g_timeout_add (interval, func, data));
}

guint
__wrap_g_timeout_add_full (gint priority, guint interval, GSourceFunc func, gpointer data, GDestroyNotify notify)
{
  return remember (__real_g_timeout_add_full (priority, interval, func, data, notify));
}

guint
__wrap_g_timeout_add_seconds (guint interval, GSourceFunc func, gpointer data)
{
  return remember (__real_g_timeout_add_seconds (interval, func, data));
}

guint
__wrap_g_timeout_add_seconds_full (gint priority, guint interval, GSourceFunc func, gpointer data,
                                   GDestroyNotify notify)
{
  return remember (__real_g_timeout_add_seconds_full (priority, interval, func, data, notify));
}

guint
__wrap_g_source_attach (GSource *source, GMainContext *context)
{
  guint id = __real_g_source_attach (source, context);

  if (context == NULL || context == g_main_context_default ())
    remember (id);
  return id;
}

int
__wrap_sqlite3_step (sqlite3_stmt *statement)
{
  g_atomic_int_inc (&steps);
  return __real_sqlite3_step (statement);
}

/* Let every timer that there is run out now. Returns how many there were. */
static guint
run_out (void)
{
  g_autoptr (GArray) now = g_array_copy (timers);
  guint found = 0;

  for (guint i = 0; i < now->len; i++)
    {
      GSource *source = g_main_context_find_source_by_id (NULL, g_array_index (now, guint, i));

      if (source == NULL)
        continue;
      found++;
      g_source_set_ready_time (source, 0);
    }
  app_test_settle ();
  return found;
}

static gpointer
nothing (FlowTraceReader *reader, gpointer data, GCancellable *cancellable, GError **error)
{
  return g_strdup ("");
}

static void
answered_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autofree char *answer = flow_trace_queries_run_finish (FLOW_TRACE_QUERIES (source), result, NULL);

  g_assert_nonnull (answer);
  --*(guint *) data;
}

/* Questions are answered in their order, by two readers: after two more all before are answered. */
static void
drain (FlowServices *services)
{
  guint left = 4;

  for (guint i = 0; i < 4; i++)
    flow_trace_queries_run_async (flow_services_get_queries (services), nothing, NULL, NULL, g_free, NULL, answered_cb,
                                  &left);
  app_test_wait (left == 0);
  app_test_settle ();
}

/* How often the store is asked, at least, each time when nothing happens but time. Something late asks once. */
static guint
asked_by_time (FlowServices *services)
{
  guint least = G_MAXUINT;

  for (guint i = 0; i < 5; i++)
    {
      guint before = (guint) g_atomic_int_get (&steps);

      run_out ();
      drain (services);
      least = MIN (least, (guint) g_atomic_int_get (&steps) - before);
    }
  return least;
}

#define SPAN                                                                                            \
  "{\"resourceSpans\":[{\"scopeSpans\":[{\"spans\":[{\"traceId\":\"0102030405060708090a0b0c0d0e0f10\"," \
  "\"spanId\":\"0102030405060708\",\"name\":\"GET /\",\"startTimeUnixNano\":\"1700000000000000000\","   \
  "\"endTimeUnixNano\":\"1700000001000000000\"}]}]}]}"

typedef struct
{
  FlowServices *services;
  GtkWidget *page;
  GtkWindow *window;
} Fixture;

static void
set_up (Fixture *self, gconstpointer data)
{
  GtkWidget *list;

  self->services = app_test_services_new ();
  trace_fixture_store (self->services, SPAN, NULL);
  self->page = flow_traces_page_new (self->services);
  self->window = app_test_show (self->page, 900, 600);
  list = app_test_find (self->page, GTK_TYPE_LIST_VIEW, NULL);
  app_test_wait (g_list_model_get_n_items (G_LIST_MODEL (gtk_list_view_get_model (GTK_LIST_VIEW (list)))) == 1);
  drain (self->services);
}

static void
tear_down (Fixture *self, gconstpointer data)
{
  gtk_window_destroy (self->window);
  app_test_settle ();
  g_object_unref (self->services);
}

static void
commit (Fixture *self)
{
  g_autoptr (FlowCommit) commit = flow_commit_new ();

  commit->spans = 1;
  commit->last_trace = 1;
  commit->n_traces = 1;
  commit->traces = g_new (guint64, 1);
  commit->traces[0] = 1;
  flow_services_committed (self->services, commit);
}

static void
assert_driven_by_commits (Fixture *self)
{
  guint before;

  g_assert_cmpuint (run_out (), >, 0);
  g_assert_cmpuint (asked_by_time (self->services), ==, 0);
  before = (guint) g_atomic_int_get (&steps);
  commit (self);
  run_out ();
  drain (self->services);
  g_assert_cmpuint ((guint) g_atomic_int_get (&steps), >, before);
  g_assert_cmpuint (asked_by_time (self->services), ==, 0);
}

static void
test_list (Fixture *self, gconstpointer data)
{
  assert_driven_by_commits (self);
}

static void
test_trace (Fixture *self, gconstpointer data)
{
  static const guint8 id[16] = { 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16 };
  GtkWidget *view;

  flow_traces_page_open_trace (FLOW_TRACES_PAGE (self->page), id, 0);
  view = app_test_find (self->page, FLOW_TYPE_TRACE_VIEW, NULL);
  app_test_wait (flow_trace_view_get_trace (FLOW_TRACE_VIEW (view)) != NULL);
  drain (self->services);
  g_assert_cmpuint (asked_by_time (self->services), ==, 0);
  gtk_widget_activate_action (self->page, "traces.back", NULL);
  drain (self->services);
  assert_driven_by_commits (self);
}

/* This test sees what it looks for. */
static gboolean
poll_cb (gpointer data)
{
  g_autoptr (FlowTraceReader) reader = NULL;
  FlowServices *services = data;

  reader = flow_trace_reader_open (flow_context_get_database_path (flow_services_get_context (services)), NULL);
  g_assert_nonnull (reader);
  return G_SOURCE_CONTINUE;
}

static void
test_is_seen (Fixture *self, gconstpointer data)
{
  guint id = g_timeout_add_seconds (3600, poll_cb, self->services);

  g_assert_cmpuint (asked_by_time (self->services), >, 0);
  g_source_remove (id);
  g_assert_cmpuint (asked_by_time (self->services), ==, 0);
}

int
main (int argc, char **argv)
{
  timers = g_array_new (FALSE, FALSE, sizeof (guint));
  app_test_init (&argc, &argv);

  g_test_add ("/app/no-polling/list", Fixture, NULL, set_up, test_list, tear_down);
  g_test_add ("/app/no-polling/trace", Fixture, NULL, set_up, test_trace, tear_down);
  g_test_add ("/app/no-polling/is-seen", Fixture, NULL, set_up, test_is_seen, tear_down);
  return g_test_run ();
}
