/* SPDX-License-Identifier: GPL-3.0-or-later */

#include <glib/gstdio.h>

#include "hub-test.h"
#include "store/flow-data-lock.h"

typedef struct
{
  FlowContext *context;
  HubTest test;
} Fixture;

static void
set_up (Fixture *f, gconstpointer data)
{
  f->context = test_context_new ();
  hub_test_init (&f->test, f->context, FALSE);
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  hub_test_clear (&f->test);
  test_context_remove (f->context);
}

static void
assert_data_free (Fixture *f)
{
  g_autoptr (FlowDataLock) lock = NULL;
  g_autoptr (GError) error = NULL;

  flow_data_lock_acquire (f->context, &lock, &error);
  g_assert_no_error (error);
}

static void
phase_cb (FlowHubPhase phase, double fraction, gpointer data)
{
  GArray *phases = data;

  g_assert_cmpfloat (fraction, <=, 1);
  g_array_append_val (phases, phase);
}

static void
test_start_and_stop (Fixture *f, gconstpointer data)
{
  FlowHub *hub = f->test.hub;
  HubWait wait = { hub, NULL };
  g_autoptr (GArray) phases = g_array_new (FALSE, FALSE, sizeof (FlowHubPhase));
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  FlowHubSummary summary;
  const FlowHubPort *ports;
  guint n_ports;

  flow_hub_get_summary (hub, &summary);
  g_assert_false (summary.running);
  flow_hub_start_async (hub, phase_cb, phases, NULL, hub_wait_cb, &wait);
  flow_hub_get_summary (hub, &summary);
  g_assert_cmpstr (summary.trouble, ==, "starting");
  result = hub_wait (&wait);
  g_assert_true (flow_hub_start_finish (hub, result, &error));
  g_assert_no_error (error);
  g_assert_true (flow_hub_is_running (hub));
  g_assert_null (flow_hub_get_replaced_unit (hub));
  for (guint i = 0; i < phases->len; i++)
    g_assert_cmpint (g_array_index (phases, FlowHubPhase, i), >=, FLOW_HUB_PHASE_MIGRATING);

  ports = flow_hub_get_ports (hub, &n_ports);
  g_assert_cmpuint (n_ports, ==, FLOW_HUB_N_DOORWAYS);
  for (guint i = 0; i < n_ports; i++)
    g_assert_true (ports[i].on);
  g_assert_cmpstr (ports[1].name, ==, "otlp-http");
  flow_hub_get_summary (hub, &summary);
  g_assert_true (summary.running && summary.capturing);
  g_assert_cmpstr (summary.trouble, ==, NULL);
  g_assert_cmpuint (summary.database_bytes, >, 0);

  hub_test_stop (&f->test);
  assert_data_free (f);
  /* A stopped hub has stopped. */
  hub_test_stop (&f->test);
  flow_hub_stop (hub);
}

static void
test_locked (Fixture *f, gconstpointer data)
{
  g_autoptr (FlowDataLock) lock = NULL;
  HubWait wait = { f->test.hub, NULL };
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_true (flow_data_lock_acquire (f->context, &lock, NULL));
  flow_hub_start_async (f->test.hub, NULL, NULL, NULL, hub_wait_cb, &wait);
  result = hub_wait (&wait);
  g_assert_false (flow_hub_start_finish (f->test.hub, result, &error));
  g_assert_error (error, FLOW_ERROR, FLOW_ERROR_LOCKED);
  g_assert_false (flow_hub_is_running (f->test.hub));
}

/* Before it begins, and as soon as it reads the store. */
static void
test_cancel_start (Fixture *f, gconstpointer data)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  HubWait wait = { f->test.hub, NULL };
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  g_cancellable_cancel (cancellable);
  flow_hub_start_async (f->test.hub, NULL, NULL, cancellable, hub_wait_cb, &wait);
  result = hub_wait (&wait);
  g_assert_false (flow_hub_start_finish (f->test.hub, result, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  assert_data_free (f);
}

/* Who stops a hub that starts waits for both, whichever way the start ends. */
static void
test_stop_while_starting (Fixture *f, gconstpointer data)
{
  HubWait start = { f->test.hub, NULL };
  g_autoptr (GAsyncResult) result = NULL;

  flow_hub_start_async (f->test.hub, NULL, NULL, NULL, hub_wait_cb, &start);
  hub_test_stop (&f->test);
  result = hub_wait (&start);
  g_clear_object (&result);
  assert_data_free (f);
}

static gboolean
has_committed (gpointer data)
{
  HubTest *test = data;

  return test->committed != NULL;
}

static void
test_committed (Fixture *f, gconstpointer data)
{
  FlowHubSummary summary;

  hub_test_start (&f->test);
  g_assert_cmpuint (hub_test_post (&f->test, 1, 3, NULL), ==, 200);
  hub_wait_until (has_committed, &f->test);
  g_assert_cmpuint (f->test.committed->spans, ==, 3);
  g_assert_cmpuint (f->test.committed->n_traces, ==, 3);
  g_assert_true (flow_commit_touches (f->test.committed, 1));
  g_assert_cmpuint (f->test.committed->last_trace, ==, 3);
  g_assert_false (f->test.committed->removed || f->test.committed->many);
  flow_hub_get_summary (f->test.hub, &summary);
  g_assert_cmpuint (summary.traces, ==, 3);
  g_assert_cmpuint (summary.spans, ==, 3);

  /* A body that is known brings nothing. */
  f->test.commits = 0;
  g_assert_cmpuint (hub_test_post (&f->test, 1, 3, NULL), ==, 200);
  while (g_main_context_iteration (NULL, FALSE))
    continue;
  g_assert_cmpuint (f->test.commits, ==, 0);
  hub_test_stop (&f->test);
}

static gboolean
has_all (gpointer data)
{
  HubTest *test = data;

  return test->committed != NULL && test->committed->spans == 40;
}

/* While this thread is busy one commit waits, with all that came: nothing is lost, and little is told. */
static void
test_committed_while_busy (Fixture *f, gconstpointer data)
{
  hub_test_start (&f->test);
  for (guint i = 0; i < 40; i++)
    g_assert_cmpuint (hub_test_post (&f->test, 1 + i, 1, NULL), ==, 200);
  hub_wait_until (has_all, &f->test);
  g_assert_cmpuint (f->test.commits, <=, 2);
  g_assert_cmpuint (f->test.committed->n_traces, ==, 40);
  hub_test_stop (&f->test);
}

static gboolean
has_changed (gpointer data)
{
  return ((HubTest *) data)->changes > 0;
}

static void
test_changed (Fixture *f, gconstpointer data)
{
  FlowHubSummary summary;
  g_autoptr (GError) error = NULL;

  hub_test_start (&f->test);
  hub_wait_until (has_changed, &f->test);
  f->test.changes = 0;
  g_assert_true (flow_settings_from_text (f->test.settings, "capture.enabled", "false", &error));
  g_assert_no_error (error);
  hub_wait_until (has_changed, &f->test);
  flow_hub_get_summary (f->test.hub, &summary);
  g_assert_false (summary.capturing);
  g_assert_cmpuint (summary.refused, ==, 0);

  f->test.changes = 0;
  g_assert_cmpuint (hub_test_post (&f->test, 1, 1, NULL), ==, 503);
  hub_wait_until (has_changed, &f->test);
  flow_hub_get_summary (f->test.hub, &summary);
  g_assert_cmpuint (summary.refused, ==, 1);
  hub_test_stop (&f->test);
}

static gboolean
has_origin (gpointer data)
{
  return ((HubTest *) data)->origins->len > 0;
}

static void
test_origins (Fixture *f, gconstpointer data)
{
  static const char page[] = "https://app.example", other[] = "https://other.example";
  HubTest *test = &f->test;

  hub_test_start (test);
  g_assert_cmpuint (hub_test_post (test, 1, 1, page), ==, 403);
  hub_wait_until (has_origin, test);
  g_assert_cmpuint (test->origins->len, ==, 1);
  g_assert_cmpstr (test->origins->pdata[0], ==, page);
  flow_hub_answer_origin (test->hub, page, TRUE);
  g_assert_cmpuint (hub_test_post (test, 1, 1, page), ==, 200);

  g_assert_cmpuint (hub_test_post (test, 2, 1, other), ==, 403);
  g_assert_cmpuint (hub_test_post (test, 2, 1, other), ==, 403);
  g_ptr_array_set_size (test->origins, 0);
  hub_wait_until (has_origin, test);
  flow_hub_answer_origin (test->hub, other, FALSE);
  g_assert_cmpuint (hub_test_post (test, 2, 1, other), ==, 403);
  hub_test_stop (test);
  /* Once, however often it asked. */
  g_assert_cmpuint (test->origins->len, ==, 1);
  flow_hub_answer_origin (test->hub, other, TRUE);
}

static void
hand_over_cb (FlowHub *hub, HubWait *stopped)
{
  flow_hub_stop_async (hub, hub_wait_cb, stopped);
}

/* Another hub on the same data directory: it is asked, ends in order, and what it stored is there. */
static void
test_take_over (Fixture *f, gconstpointer data)
{
  g_autoptr (GArray) phases = g_array_new (FALSE, FALSE, sizeof (FlowHubPhase));
  HubWait stopped = { f->test.hub, NULL };
  HubTest after;
  HubWait wait = { NULL };
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GAsyncResult) stop_result = NULL;
  g_autoptr (GError) error = NULL;
  FlowHubSummary summary;

  hub_test_start (&f->test);
  g_assert_cmpuint (hub_test_post (&f->test, 1, 5, NULL), ==, 200);
  g_signal_connect (f->test.hub, "stop-requested", G_CALLBACK (hand_over_cb), &stopped);

  hub_test_init (&after, f->context, TRUE);
  wait.hub = after.hub;
  flow_hub_start_async (after.hub, phase_cb, phases, NULL, hub_wait_cb, &wait);
  result = hub_wait (&wait);
  stop_result = hub_wait (&stopped);
  g_assert_true (flow_hub_start_finish (after.hub, result, &error));
  g_assert_no_error (error);
  g_assert_false (flow_hub_is_running (f->test.hub));
  g_assert_cmpint (g_array_index (phases, FlowHubPhase, 0), ==, FLOW_HUB_PHASE_TAKING_OVER);
  flow_hub_get_summary (after.hub, &summary);
  g_assert_cmpuint (summary.spans, ==, 5);
  hub_test_stop (&after);
  g_clear_object (&result);
  hub_test_clear (&after);
}

/* A hub that does not let go: who waits can give up, and the other one goes on. */
static void
test_take_over_refused (Fixture *f, gconstpointer data)
{
  g_autoptr (GArray) phases = g_array_new (FALSE, FALSE, sizeof (FlowHubPhase));
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  HubTest after;
  HubWait wait = { NULL };
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  hub_test_start (&f->test);
  hub_test_init (&after, f->context, TRUE);
  wait.hub = after.hub;
  flow_hub_start_async (after.hub, phase_cb, phases, cancellable, hub_wait_cb, &wait);
  while (phases->len == 0)
    g_main_context_iteration (NULL, TRUE);
  g_cancellable_cancel (cancellable);
  result = hub_wait (&wait);
  g_assert_false (flow_hub_start_finish (after.hub, result, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_cmpuint (hub_test_post (&f->test, 1, 1, NULL), ==, 200);
  g_clear_object (&result);
  hub_test_clear (&after);
  hub_test_stop (&f->test);
}

#define ADD(name, func) g_test_add ("/hub/async/" name, Fixture, NULL, set_up, func, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  ADD ("start-and-stop", test_start_and_stop);
  ADD ("locked", test_locked);
  ADD ("cancel-start", test_cancel_start);
  ADD ("stop-while-starting", test_stop_while_starting);
  ADD ("committed", test_committed);
  ADD ("committed-while-busy", test_committed_while_busy);
  ADD ("changed", test_changed);
  ADD ("origins", test_origins);
  ADD ("take-over", test_take_over);
  ADD ("take-over-refused", test_take_over_refused);
  return g_test_run ();
}
