/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * How long it takes until a trace is in an open list: from the answer to the POST to the change of the list model that
 * the window shows, in one process as in the app. FLOW_BENCH_SPANS is the size of the store (1,000,000).
 */
#include <stdlib.h>

#include "base/flow-worker.h"
#include "bench/bench-util.h"
#include "bench/otlp-gen.h"
#include "hub/flow-http-client.h"
#include "hub/flow-hub.h"
#include "trace/flow-trace-list-model.h"

#define RUNS 50
#define FILL_SPANS 512
/* Between two posts of a program that does something now and then. */
#define PAUSE_MS 60

typedef struct
{
  FlowContext *context;
  FlowSettings *settings;
  FlowHub *hub;
  FlowTraceQueries *queries;
  FlowTraceListModel *model;
  FlowWorker *sender;
  FlowHttpClient *client;
  OtlpGen gen;

  guint spans; /* of the next body */
  guint status;
  gint64 posted_us; /* when it was sent, answered, and shown; monotonic */
  gint64 answered_us;
  gint64 shown_us;
  gboolean answered; /* atomic */
} Bench;

/* On the sender's thread. */
static void
post (gpointer data)
{
  Bench *self = data;
  g_auto (FlowBuffer) body = { 0 };
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (GBytes) answer = NULL;

  otlp_gen_protobuf (&self->gen, self->spans, &body);
  bytes = g_bytes_new (body.data, body.length);
  self->posted_us = g_get_monotonic_time ();
  answer = flow_http_client_send (self->client, "POST", "/v1/traces", "application/x-protobuf", bytes, &self->status,
                                  NULL, NULL);
  self->answered_us = g_get_monotonic_time ();
  g_atomic_int_set (&self->answered, answer != NULL ? 1 : 2);
  g_main_context_wakeup (NULL);
}

static void
changed_cb (GListModel *model, guint position, guint removed, guint added, Bench *self)
{
  if (self->shown_us == 0)
    self->shown_us = g_get_monotonic_time ();
}

static void
committed_cb (FlowHub *hub, FlowCommit *commit, Bench *self)
{
  flow_trace_list_model_committed (self->model, commit);
}

static void
started_cb (GObject *object, GAsyncResult *result, gpointer started)
{
  g_autoptr (GError) error = NULL;

  if (!flow_hub_start_finish (FLOW_HUB (object), result, &error))
    g_error ("%s", error->message);
  *(gboolean *) started = TRUE;
}

static void
send (Bench *self, guint spans)
{
  self->spans = spans;
  self->shown_us = 0;
  g_atomic_int_set (&self->answered, 0);
  flow_worker_invoke (self->sender, post, self, NULL);
  while (g_atomic_int_get (&self->answered) == 0)
    g_main_context_iteration (NULL, TRUE);
  if (self->status != 200)
    g_error ("The hub answered with status %u", self->status);
}

static void
wait_until_shown (Bench *self)
{
  while (self->shown_us == 0)
    g_main_context_iteration (NULL, TRUE);
}

static gboolean
passed_cb (gpointer passed)
{
  *(gboolean *) passed = TRUE;
  return G_SOURCE_REMOVE;
}

static void
pause_for (guint milliseconds)
{
  gboolean passed = FALSE;
  guint source = g_timeout_add (milliseconds, passed_cb, &passed);

  g_source_set_name_by_id (source, "bench-pause");
  while (!passed)
    g_main_context_iteration (NULL, TRUE);
}

static int
compare (gconstpointer a, gconstpointer b)
{
  double left = *(const double *) a, right = *(const double *) b;

  return (left > right) - (left < right);
}

static void
measure (Bench *self, const char *what, guint pause_ms, guint spans)
{
  double after[RUNS], whole[RUNS];

  for (guint i = 0; i < RUNS; i++)
    {
      pause_for (pause_ms);
      send (self, spans);
      wait_until_shown (self);
      after[i] = (double) (self->shown_us - self->answered_us) / 1000;
      whole[i] = (double) (self->shown_us - self->posted_us) / 1000;
    }
  qsort (after, RUNS, sizeof *after, compare);
  qsort (whole, RUNS, sizeof *whole, compare);
  bench_row (what, "median %7.2f ms   longest %7.2f ms   must 100   %s (from the sending on %.2f ms)", after[RUNS / 2],
             after[RUNS - 1], after[RUNS / 2] <= 100 ? "ok" : "missed", whole[RUNS / 2]);
}

static void
start (Bench *self, const char *folder)
{
  FlowHubOptions options = { 0 };
  gboolean started = FALSE;

  self->context = flow_context_new (folder, NULL);
  self->settings = flow_settings_new (self->context, NULL);
  self->hub = flow_hub_new (self->context, self->settings, &options);
  flow_hub_start_async (self->hub, NULL, NULL, NULL, started_cb, &started);
  while (!started)
    g_main_context_iteration (NULL, TRUE);
  self->client = flow_http_client_new ((guint) atoi (strrchr (flow_hub_get_otlp_endpoint (self->hub), ':') + 1), NULL);
  self->sender = flow_worker_new ("bench-sender");
  self->queries = flow_trace_queries_new (flow_context_get_database_path (self->context));
  otlp_gen_init (&self->gen, 1);
}

static void
open_list (Bench *self)
{
  self->model = flow_trace_list_model_new (self->queries);
  g_signal_connect (self->hub, "committed", G_CALLBACK (committed_cb), self);
  flow_trace_list_model_reload (self->model);
  while (flow_trace_list_model_get_loading (self->model))
    g_main_context_iteration (NULL, TRUE);
  g_signal_connect (self->model, "items-changed", G_CALLBACK (changed_cb), self);
}

static void
stop (Bench *self)
{
  flow_worker_free (self->sender);
  flow_http_client_free (self->client);
  g_signal_handlers_disconnect_by_data (self->hub, self);
  g_object_unref (self->model);
  g_object_unref (self->queries);
  flow_hub_stop (self->hub);
  g_object_unref (self->hub);
  g_object_unref (self->settings);
  flow_context_unref (self->context);
}

int
main (void)
{
  const char *wanted = g_getenv ("FLOW_BENCH_SPANS");
  guint64 spans = wanted != NULL ? g_ascii_strtoull (wanted, NULL, 10) : 1000000;
  char *folder = bench_folder_new ();
  Bench self = { 0 };

  start (&self, folder);
  for (guint64 sent = 0; sent < spans; sent += FILL_SPANS)
    send (&self, FILL_SPANS);
  open_list (&self);
  bench_title ("From the answer to a POST to the change of an open list, median of 50");
  bench_row ("traces in the list", "%u", g_list_model_get_n_items (G_LIST_MODEL (self.model)));
  measure (&self, "a trace of 8 spans now and then", PAUSE_MS, OTLP_GEN_TRACE);
  measure (&self, "one after the other", 0, OTLP_GEN_TRACE);
  measure (&self, "64 traces at once", 0, FILL_SPANS);
  stop (&self);
  bench_folder_remove (folder);
  return 0;
}
