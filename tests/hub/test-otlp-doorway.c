/* SPDX-License-Identifier: GPL-3.0-or-later */

#include <gio/gio.h>
#include <string.h>
#include <unistd.h>

#include "base/flow-worker.h"
#include "http-client.h"
#include "hub/doorways/flow-otlp-doorway.h"
#include "hub/flow-http-server.h"
#include "wire/flow-listen.h"

#define LIMIT (8 * 1024 * 1024)
#define PLAIN                                                                                                          \
  "{\"resourceSpans\":[{\"resource\":{\"attributes\":[{\"key\":\"service.name\",\"value\":{\"stringValue\":\"s\"}}]}," \
  "\"scopeSpans\":[{\"spans\":[{\"traceId\":\"0af7651916cd43dd8448eb211c80319c\",\"spanId\":\"b7ad6b7169203331\","     \
  "\"name\":\"%s\",\"startTimeUnixNano\":\"1\",\"endTimeUnixNano\":\"2\"}]}]}]}"

typedef struct
{
  FlowIngestDone done;
  gpointer data;
  guint32 rows;
  guint8 hash[16];
} Taken;

/* The doorway on a real server; what it takes goes to the test instead of a store. */
typedef struct
{
  FlowWorker *worker;
  FlowWorker *writer;
  FlowHttpServer *server;
  FlowRefusals *refusals;
  FlowCallQueue *calls;
  FlowOtlpDoorway *doorway;
  GPtrArray *sockets;
  guint port;
  FlowGuardPolicy policy;

  GMutex mutex;
  GCond cond;
  GArray *taken; /* of Taken */
  int refusal;   /* a FlowError with which the sink refuses, -1: none */
  int failure;   /* a FlowError with which storing fails, -1: none */
  gboolean hold; /* whether storing waits for release () */
} Fixture;

static void
store (Fixture *f, const Taken *taken)
{
  FlowIngestResult result = { .stored = taken->rows };
  g_autoptr (GError) error = NULL;
  int failure;

  g_mutex_lock (&f->mutex);
  failure = f->failure;
  g_mutex_unlock (&f->mutex);
  if (failure >= 0)
    error = g_error_new_literal (FLOW_ERROR, failure, "it failed");
  taken->done (error == NULL ? &result : NULL, error, taken->data);
}

typedef struct
{
  Fixture *f;
  Taken taken;
} StoreCall;

static void
store_call (gpointer data)
{
  StoreCall *call = data;

  store (call->f, &call->taken);
}

static gboolean
ingest (gpointer sink, FlowSpanBatch *batch, const guint8 *body_hash, FlowIngestDone done, gpointer data,
        GError **error)
{
  Fixture *f = sink;
  Taken taken = { done, data, batch->n_rows };
  StoreCall *call;
  gboolean hold;
  int refusal;

  memcpy (taken.hash, body_hash, sizeof taken.hash);
  g_mutex_lock (&f->mutex);
  refusal = f->refusal;
  hold = f->hold;
  if (refusal < 0)
    g_array_append_val (f->taken, taken);
  g_cond_signal (&f->cond);
  g_mutex_unlock (&f->mutex);
  if (refusal >= 0)
    {
      g_set_error_literal (error, FLOW_ERROR, refusal, "not taken");
      return FALSE;
    }
  if (!hold)
    {
      call = g_new0 (StoreCall, 1);
      *call = (StoreCall) { f, taken };
      flow_worker_invoke (f->writer, store_call, call, g_free);
    }
  return TRUE;
}

static FlowHttpRoute
route (guint doorway, const char *path, gpointer data)
{
  return (FlowHttpRoute) { &flow_otlp_doorway_handler, ((Fixture *) data)->doorway };
}

static void
start_call (gpointer data)
{
  Fixture *f = data;
  g_autoptr (GError) error = NULL;

  f->calls = flow_call_queue_new (flow_worker_get_context (f->worker), "test-calls");
  f->refusals = flow_refusals_new (flow_clock_system ());
  f->doorway = flow_otlp_doorway_new (f->calls);
  flow_otlp_doorway_set_body_limit (f->doorway, LIMIT);
  flow_otlp_doorway_open (f->doorway, ingest, f);
  f->server = flow_http_server_new (&flow_http_default_limits, f->refusals, route, f, &error);
  g_assert_no_error (error);
  f->policy = (FlowGuardPolicy) { .token = "token", .port = f->port, .own_uid = getuid () };
  flow_http_server_set_policy (f->server, &f->policy);
  flow_http_server_listen (f->server, 0, f->sockets, &error);
  g_assert_no_error (error);
}

static void
close_call (gpointer data)
{
  flow_otlp_doorway_close (((Fixture *) data)->doorway);
}

static void
free_call (gpointer data)
{
  Fixture *f = data;

  flow_call_queue_drain (f->calls);
  flow_http_server_free (f->server);
  flow_otlp_doorway_free (f->doorway);
  flow_call_queue_free (f->calls);
  flow_refusals_free (f->refusals);
}

static void
set_up (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  g_mutex_init (&f->mutex);
  g_cond_init (&f->cond);
  f->refusal = f->failure = -1;
  f->taken = g_array_new (FALSE, FALSE, sizeof (Taken));
  f->sockets = flow_listen_loopback (0, &f->port, &error);
  g_assert_no_error (error);
  f->worker = flow_worker_new ("test-hub");
  f->writer = flow_worker_new ("test-writer");
  flow_worker_call (f->worker, start_call, f);
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  flow_worker_call (f->worker, close_call, f);
  flow_worker_free (f->writer);
  flow_worker_call (f->worker, free_call, f);
  flow_worker_free (f->worker);
  g_ptr_array_unref (f->sockets);
  g_array_unref (f->taken);
  g_mutex_clear (&f->mutex);
  g_cond_clear (&f->cond);
}

static void
send_body (Client *client, const char *headers, const char *body, gsize length)
{
  client_send_format (client,
                      "POST /v1/traces HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
                      "Content-Length: %" G_GSIZE_FORMAT "\r\n%s\r\n",
                      length, headers);
  client_send (client, body, (gssize) length);
}

static void
set_plan (Fixture *f, int refusal, int failure, gboolean hold)
{
  g_mutex_lock (&f->mutex);
  f->refusal = refusal;
  f->failure = failure;
  f->hold = hold;
  g_mutex_unlock (&f->mutex);
}

static guint
count_taken (Fixture *f)
{
  guint count;

  g_mutex_lock (&f->mutex);
  count = f->taken->len;
  g_mutex_unlock (&f->mutex);
  return count;
}

static Taken
get_taken (Fixture *f, gsize index)
{
  Taken taken;

  g_mutex_lock (&f->mutex);
  taken = g_array_index (f->taken, Taken, index);
  g_mutex_unlock (&f->mutex);
  return taken;
}

static Answer *
post (Fixture *f, const char *headers, const char *body, gssize length)
{
  g_autoptr (Client) client = client_new (f->port);

  send_body (client, headers, body, length < 0 ? strlen (body) : (gsize) length);
  return client_read (client);
}

/* A body with a name of any length. */
static char *
make_body (gsize name_length)
{
  g_autofree char *name = g_strnfill (name_length, 'n');

  return g_strdup_printf (PLAIN, name);
}

static GBytes *
pack (const char *text)
{
  g_autoptr (GZlibCompressor) packer = g_zlib_compressor_new (G_ZLIB_COMPRESSOR_FORMAT_GZIP, 6);
  g_autoptr (GOutputStream) memory = g_memory_output_stream_new_resizable ();
  g_autoptr (GOutputStream) stream = g_converter_output_stream_new (memory, G_CONVERTER (packer));

  g_assert_true (g_output_stream_write_all (stream, text, strlen (text), NULL, NULL, NULL));
  g_assert_true (g_output_stream_close (stream, NULL, NULL));
  return g_memory_output_stream_steal_as_bytes (G_MEMORY_OUTPUT_STREAM (memory));
}

static void
wait_taken (Fixture *f, guint count)
{
  g_mutex_lock (&f->mutex);
  while (f->taken->len < count)
    g_cond_wait (&f->cond, &f->mutex);
  g_mutex_unlock (&f->mutex);
}

static void
release (Fixture *f)
{
  g_mutex_lock (&f->mutex);
  for (guint i = 0; i < f->taken->len; i++)
    {
      StoreCall *call = g_new0 (StoreCall, 1);

      *call = (StoreCall) { f, g_array_index (f->taken, Taken, i) };
      flow_worker_invoke (f->writer, store_call, call, g_free);
    }
  g_mutex_unlock (&f->mutex);
}

typedef struct
{
  Fixture *f;
  FlowOtlpStats stats;
} StatsCall;

static void
stats_call (gpointer data)
{
  StatsCall *call = data;

  flow_otlp_doorway_get_stats (call->f->doorway, &call->stats);
}

static FlowOtlpStats
get_stats (Fixture *f)
{
  StatsCall call = { f };

  flow_worker_call (f->worker, stats_call, &call);
  return call.stats;
}

/* Many requests wait for one commit, and none of them is answered before it. */
static void
test_answer_comes_after_storing (Fixture *f, gconstpointer data)
{
  Client *clients[10];
  g_autofree char *body = make_body (10);

  set_plan (f, -1, -1, TRUE);
  for (guint i = 0; i < G_N_ELEMENTS (clients); i++)
    {
      clients[i] = client_new (f->port);
      send_body (clients[i], "", body, strlen (body));
    }
  wait_taken (f, G_N_ELEMENTS (clients));
  g_assert_cmpuint (get_stats (f).accepted, ==, 0);
  for (guint i = 0; i < G_N_ELEMENTS (clients); i++)
    g_assert_cmpint (g_socket_condition_check (clients[i]->socket, G_IO_IN), ==, 0);

  release (f);
  for (guint i = 0; i < G_N_ELEMENTS (clients); i++)
    {
      g_autoptr (Answer) answer = client_read (clients[i]);

      g_assert_cmpuint (answer->status, ==, 200);
      g_assert_cmpstr (answer->body->str, ==, "{}");
      client_free (clients[i]);
    }
  g_assert_cmpuint (get_stats (f).accepted, ==, G_N_ELEMENTS (clients));
  g_assert_cmpuint (get_stats (f).stored[FLOW_SIGNAL_TRACES], ==, G_N_ELEMENTS (clients));
}

static void
check_failure (Fixture *f, guint status, const char *retry, const char *trouble)
{
  g_autofree char *body = make_body (10);
  g_autoptr (Answer) answer = post (f, "", body, -1);

  g_assert_cmpuint (answer->status, ==, status);
  g_assert_true (answer_has_header (answer, "Content-Type: application/json"));
  if (retry != NULL)
    g_assert_true (answer_has_header (answer, retry));
  g_assert_nonnull (strstr (answer->body->str, "\"message\""));
  g_assert_cmpstr (get_stats (f).trouble, ==, trouble);
}

static void
test_failures (Fixture *f, gconstpointer data)
{
  g_autofree char *body = make_body (10);
  g_autoptr (Answer) answer = NULL;

  set_plan (f, FLOW_ERROR_BUSY, -1, FALSE);
  check_failure (f, 503, "Retry-After: 1", NULL);
  set_plan (f, FLOW_ERROR_STOPPING, -1, FALSE);
  check_failure (f, 503, "Retry-After: 1", NULL);
  set_plan (f, FLOW_ERROR_DISK_FULL, -1, FALSE);
  check_failure (f, 503, "Retry-After: 5", "disk_full");
  set_plan (f, -1, FLOW_ERROR_DISK_FULL, FALSE);
  check_failure (f, 503, "Retry-After: 5", "disk_full");
  set_plan (f, -1, FLOW_ERROR_CORRUPT, FALSE);
  check_failure (f, 500, NULL, "corrupt");
  set_plan (f, -1, FLOW_ERROR_FAILED, FALSE);
  check_failure (f, 500, NULL, "failed");

  set_plan (f, -1, -1, FALSE);
  answer = post (f, "", body, -1);
  g_assert_cmpuint (answer->status, ==, 200);
  g_assert_null (get_stats (f).trouble);
}

static void
pause_call (gpointer data)
{
  flow_otlp_doorway_set_capture (((Fixture *) data)->doorway, FALSE);
}

static void
test_capture_off (Fixture *f, gconstpointer data)
{
  flow_worker_call (f->worker, pause_call, f);
  check_failure (f, 503, "Retry-After: 60", NULL);
  g_assert_cmpuint (count_taken (f), ==, 0);
}

static void
test_closed (Fixture *f, gconstpointer data)
{
  flow_worker_call (f->worker, close_call, f);
  check_failure (f, 503, "Retry-After: 1", NULL);
}

/* Short or long, packed or not: the same content has the same hash, by which it is stored once. */
static void
test_sizes (Fixture *f, gconstpointer data)
{
  static const gsize sizes[] = { 10, 900 * 1024, 1100 * 1024, 1900 * 1024, 2200 * 1024, 7 * 1024 * 1024 };

  for (gsize i = 0; i < G_N_ELEMENTS (sizes); i++)
    {
      g_autofree char *body = make_body (sizes[i]);
      g_autoptr (GBytes) packed = pack (body);
      g_autoptr (Answer) plain = post (f, "", body, -1);
      g_autoptr (Answer) gzip = post (f, "Content-Encoding: gzip\r\n", g_bytes_get_data (packed, NULL),
                                      (gssize) g_bytes_get_size (packed));
      Taken first, second;

      g_assert_cmpuint (plain->status, ==, 200);
      g_assert_cmpuint (gzip->status, ==, 200);
      first = get_taken (f, 2 * i);
      second = get_taken (f, 2 * i + 1);
      g_assert_cmpmem (first.hash, 16, second.hash, 16);
      g_assert_cmpuint (first.rows, ==, 1);
    }
}

static void
small_limit_call (gpointer data)
{
  flow_otlp_doorway_set_body_limit (((Fixture *) data)->doorway, 100 * 1024);
}

static void
test_too_long_after_inflating (Fixture *f, gconstpointer data)
{
  g_autofree char *body = make_body (9 * 1024 * 1024);
  g_autoptr (GBytes) packed = pack (body);

  for (guint i = 0; i < 2; i++)
    {
      g_autoptr (Answer) answer = post (f, "Content-Encoding: gzip\r\n", g_bytes_get_data (packed, NULL),
                                        (gssize) g_bytes_get_size (packed));

      g_assert_cmpuint (answer->status, ==, 413);
      flow_worker_call (f->worker, small_limit_call, f);
    }
  g_assert_cmpuint (count_taken (f), ==, 0);
}

static void
test_nothing_to_store (Fixture *f, gconstpointer data)
{
  g_autoptr (Answer) answer = post (f, "", "{}", -1);

  g_assert_cmpuint (answer->status, ==, 200);
  g_assert_cmpuint (count_taken (f), ==, 0);
  g_assert_cmpuint (get_stats (f).accepted, ==, 1);
}

/* The sender goes while its body is stored: stored it stays, and nobody is answered. */
static void
test_sender_gone (Fixture *f, gconstpointer data)
{
  Client *client = client_new (f->port);
  g_autofree char *body = make_body (10);

  set_plan (f, -1, -1, TRUE);
  send_body (client, "", body, strlen (body));
  wait_taken (f, 1);
  client_free (client);
  release (f);
  while (get_stats (f).accepted == 0)
    g_thread_yield ();
}

/* What is being read when the doorway closes is handed on before that returns. */
static void
test_close_while_reading (Fixture *f, gconstpointer data)
{
  Client *clients[4];
  g_autofree char *body = make_body (3 * 1024 * 1024);
  guint answered = 0;

  for (guint i = 0; i < G_N_ELEMENTS (clients); i++)
    {
      clients[i] = client_new (f->port);
      send_body (clients[i], "", body, strlen (body));
    }
  wait_taken (f, 1);
  flow_worker_call (f->worker, close_call, f);
  for (guint i = 0; i < G_N_ELEMENTS (clients); i++)
    {
      g_autoptr (Answer) answer = client_read (clients[i]);

      g_assert_true (answer->status == 200 || answer->status == 503);
      answered += answer->status == 200;
      client_free (clients[i]);
    }
  g_assert_cmpuint (answered, ==, count_taken (f));
}

static void
add (const char *name, void (*test) (Fixture *f, gconstpointer data))
{
  g_test_add (name, Fixture, NULL, set_up, test, tear_down);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  add ("/otlp-doorway/answer-comes-after-storing", test_answer_comes_after_storing);
  add ("/otlp-doorway/failures", test_failures);
  add ("/otlp-doorway/capture-off", test_capture_off);
  add ("/otlp-doorway/closed", test_closed);
  add ("/otlp-doorway/sizes", test_sizes);
  add ("/otlp-doorway/too-long-after-inflating", test_too_long_after_inflating);
  add ("/otlp-doorway/nothing-to-store", test_nothing_to_store);
  add ("/otlp-doorway/sender-gone", test_sender_gone);
  add ("/otlp-doorway/close-while-reading", test_close_while_reading);

  return g_test_run ();
}
