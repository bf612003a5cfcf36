/* SPDX-License-Identifier: GPL-3.0-or-later */

#include <string.h>
#include <unistd.h>

#include "base/flow-worker.h"
#include "http-client.h"
#include "base/flow-call-queue.h"
#include "hub/flow-http-server.h"
#include "wire/flow-listen.h"

#define TOKEN "token"
#define BODY_LIMIT 200000

typedef struct
{
  FlowWorker *worker;
  FlowHttpServer *server;
  FlowRefusals *refusals;
  FlowCallQueue *calls;
  GPtrArray *sockets;
  guint port;
  FlowHttpLimits limits;
  GMutex mutex;
  GCond cond;
  GQueue held; /* of FlowHttpExchange: answered by release_held () */
  guint n_held;
  guint stopped;
} Fixture;

static void
respond_length (FlowHttpExchange *exchange)
{
  g_autoptr (GBytes) body = flow_http_exchange_take_body (exchange);
  g_autofree char *text = g_strdup_printf ("%" G_GSIZE_FORMAT, g_bytes_get_size (body));
  g_autoptr (GBytes) answer = g_bytes_new (text, strlen (text));

  flow_http_exchange_respond (exchange, 200, "text/plain", answer);
}

static void
head_cb (FlowHttpExchange *exchange, gpointer data)
{
  if (!g_str_equal (flow_http_exchange_get_head (exchange)->path, "/no-body"))
    flow_http_exchange_accept_body (exchange, BODY_LIMIT);
}

static void
body_cb (FlowHttpExchange *exchange, gpointer data)
{
  Fixture *f = data;

  if (!g_str_equal (flow_http_exchange_get_head (exchange)->path, "/hold"))
    {
      respond_length (exchange);
      return;
    }
  g_mutex_lock (&f->mutex);
  g_queue_push_tail (&f->held, flow_http_exchange_ref (exchange));
  f->n_held++;
  g_cond_signal (&f->cond);
  g_mutex_unlock (&f->mutex);
}

static GBytes *
error_body (FlowHttpExchange *exchange, guint status, FlowError code, const char *message, const char **content_type)
{
  *content_type = "text/plain";
  return g_bytes_new (message, strlen (message));
}

static const FlowHttpHandler open_handler = { FLOW_GUARD_OTLP, head_cb, body_cb, error_body };
static const FlowHttpHandler private_handler = { FLOW_GUARD_PRIVATE, head_cb, body_cb, error_body };

static FlowHttpRoute
route (guint doorway, const char *path, gpointer data)
{
  g_assert_cmpuint (doorway, ==, 7);
  return (FlowHttpRoute) { g_str_has_prefix (path, "/private") ? &private_handler : &open_handler, data };
}

static void
start_call (gpointer data)
{
  Fixture *f = data;
  FlowGuardPolicy policy = { .token = TOKEN, .port = f->port, .own_uid = getuid () };
  g_autoptr (GError) error = NULL;

  f->calls = flow_call_queue_new (flow_worker_get_context (f->worker), "test-calls");
  f->refusals = flow_refusals_new (flow_clock_system ());
  f->server = flow_http_server_new (&f->limits, f->refusals, route, f, &error);
  g_assert_no_error (error);
  flow_http_server_set_policy (f->server, &policy);
  flow_http_server_listen (f->server, 7, f->sockets, &error);
  g_assert_no_error (error);
}

static void
stop_call (gpointer data)
{
  Fixture *f = data;

  flow_http_server_free (f->server);
  flow_call_queue_free (f->calls);
  flow_refusals_free (f->refusals);
  g_queue_clear_full (&f->held, (GDestroyNotify) flow_http_exchange_unref);
}

static void
set_up (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  if (f->limits.connections == 0)
    f->limits = data != NULL ? *(const FlowHttpLimits *) data : flow_http_default_limits;
  g_mutex_init (&f->mutex);
  g_cond_init (&f->cond);
  f->sockets = flow_listen_loopback (0, &f->port, &error);
  g_assert_no_error (error);
  f->worker = flow_worker_new ("test-http");
  flow_worker_call (f->worker, start_call, f);
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  flow_worker_call (f->worker, stop_call, f);
  flow_worker_free (f->worker);
  g_ptr_array_unref (f->sockets);
  g_mutex_clear (&f->mutex);
  g_cond_clear (&f->cond);
}

static void
wait_held (Fixture *f, guint count)
{
  g_mutex_lock (&f->mutex);
  while (f->n_held < count)
    g_cond_wait (&f->cond, &f->mutex);
  g_mutex_unlock (&f->mutex);
}

static void
release_call (gpointer data)
{
  Fixture *f = data;
  FlowHttpExchange *exchange;

  while ((exchange = g_queue_pop_head (&f->held)) != NULL)
    {
      respond_length (exchange);
      flow_http_exchange_unref (exchange);
    }
}

typedef struct
{
  Fixture *f;
  guint status;
  const char *reason;
  guint64 count;
  FlowHttpStats stats;
} Question;

static void
count_call (gpointer data)
{
  Question *question = data;

  question->count = flow_refusals_count (question->f->refusals, question->status, question->reason);
  flow_http_server_get_stats (question->f->server, &question->stats);
}

static guint64
count_refused (Fixture *f, guint status, const char *reason)
{
  Question question = { f, status, reason };

  flow_worker_call (f->worker, count_call, &question);
  return question.count;
}

static FlowHttpStats
get_stats (Fixture *f)
{
  Question question = { f };

  flow_worker_call (f->worker, count_call, &question);
  return question.stats;
}

static void
check_works (Fixture *f)
{
  g_autoptr (Client) client = client_new (f->port);
  g_autoptr (Answer) answer = client_ask (client,
                                          "POST /x HTTP/1.1\r\nHost: localhost\r\nContent-Length: 3\r\n\r\nabc");

  g_assert_cmpuint (answer->status, ==, 200);
  g_assert_cmpstr (answer->body->str, ==, "3");
}

static void
test_keep_alive (Fixture *f, gconstpointer data)
{
  g_autoptr (Client) client = client_new (f->port);

  for (guint i = 0; i < 50; i++)
    {
      g_autoptr (Answer) answer = NULL;

      client_send_format (client, "POST /x HTTP/1.1\r\nHost: 127.0.0.1:%u\r\nContent-Length: 2\r\n\r\nab", f->port);
      answer = client_read (client);
      g_assert_cmpuint (answer->status, ==, 200);
      g_assert_cmpstr (answer->body->str, ==, "2");
    }
  g_assert_cmpuint (get_stats (f).connections, ==, 1);
  g_assert_cmpuint (get_stats (f).body_bytes, ==, 0);
}

static void
test_chunked (Fixture *f, gconstpointer data)
{
  g_autoptr (Client) client = client_new (f->port);
  g_autoptr (Answer) answer = NULL;

  client_send (client, "POST /x HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n", -1);
  for (guint i = 0; i < 100; i++)
    client_send (client, "5;extension=1\r\nhello\r\n", -1);
  client_send (client, "0\r\nTrailer: x\r\n\r\n", -1);
  answer = client_read (client);
  g_assert_cmpuint (answer->status, ==, 200);
  g_assert_cmpstr (answer->body->str, ==, "500");
}

static void
test_pipelined (Fixture *f, gconstpointer data)
{
  g_autoptr (Client) client = client_new (f->port);
  g_autoptr (GString) requests = g_string_new (NULL);

  for (guint i = 0; i < 20; i++)
    g_string_append_printf (requests, "POST /x HTTP/1.1\r\nHost: localhost\r\nContent-Length: %u\r\n\r\n%.*s", i,
                            (int) i, "abcdefghijklmnopqrstuvwxyz");
  client_send (client, requests->str, -1);
  for (guint i = 0; i < 20; i++)
    {
      g_autoptr (Answer) answer = client_read (client);
      g_autofree char *expected = g_strdup_printf ("%u", i);

      g_assert_cmpuint (answer->status, ==, 200);
      g_assert_cmpstr (answer->body->str, ==, expected);
    }
}

/* One kept-alive connection can carry several origins. */
static void
test_each_request_is_judged (Fixture *f, gconstpointer data)
{
  static const struct
  {
    const char *head;
    guint status;
  } rows[] = {
    { "POST /x HTTP/1.1\r\nHost: localhost\r\n", 200 },
    { "POST /x HTTP/1.1\r\nHost: localhost\r\nOrigin: https://evil.example\r\n", 403 },
    { "POST /x HTTP/1.1\r\nHost: localhost\r\nOrigin: http://localhost:3000\r\n", 200 },
    { "POST /x HTTP/1.1\r\nHost: evil.example\r\n", 421 },
    { "POST /x HTTP/1.1\r\nHost: localhost\r\nOrigin: null\r\n", 403 },
    { "GET /private HTTP/1.1\r\nHost: localhost\r\n", 401 },
    { "GET /private HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer token\r\n", 200 },
    { "GET /private HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer token\r\nSec-Fetch-Site: cross-site\r\n",
      403 },
    { "GET /private HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer tokeN\r\n", 401 },
    { "POST /x HTTP/1.1\r\nHost: localhost\r\n", 200 },
  };
  g_autoptr (Client) client = client_new (f->port);

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *request = g_strconcat (rows[i].head, "Content-Length: 4\r\n\r\nbody", NULL);
      g_autoptr (Answer) answer = client_ask (client, request);

      g_assert_cmpuint (answer->status, ==, rows[i].status);
    }
  g_assert_cmpuint (count_refused (f, 403, "origin"), ==, 2);
  g_assert_cmpuint (count_refused (f, 401, "token"), ==, 2);
  g_assert_cmpuint (get_stats (f).connections, ==, 1);
}

/* The target can name another host than the header. */
static void
test_targets (Fixture *f, gconstpointer data)
{
  static const struct
  {
    const char *request;
    guint status;
  } rows[] = {
    { "GET http://localhost/x HTTP/1.1\r\nHost: localhost\r\n\r\n", 200 },
    { "GET http://evil.example/x HTTP/1.1\r\nHost: localhost\r\n\r\n", 421 },
    { "GET http://localhost/x HTTP/1.1\r\nHost: evil.example\r\n\r\n", 421 },
    { "GET http://user:pass@localhost/x HTTP/1.1\r\nHost: localhost\r\n\r\n", 421 },
    { "GET https://localhost/x HTTP/1.1\r\nHost: localhost\r\n\r\n", 400 },
    { "GET /x HTTP/1.1\r\nHost: localhost\r\nHost: evil.example\r\n\r\n", 421 },
    { "GET /x HTTP/1.1\r\nHost: evil.example\r\nHost: localhost\r\n\r\n", 421 },
    { "GET /x HTTP/1.1\r\nHost: localhost\r\nhost: localhost\r\n\r\n", 421 },
    { "GET /x HTTP/1.1\r\nHost: localhost@evil.example\r\n\r\n", 421 },
    { "GET /x HTTP/1.1\r\nHost: localhost\t\r\n\r\n", 200 },
    { "GET /x HTTP/1.1\r\nHost: [::ffff:127.0.0.1]\r\n\r\n", 421 },
    { "GET /x HTTP/1.1\r\nHost:\r\n\r\n", 421 },
    { "GET /x HTTP/1.1\r\n\r\n", 421 },
    { "GET /x HTTP/1.0\r\n\r\n", 421 },
    { "OPTIONS * HTTP/1.1\r\nHost: localhost\r\n\r\n", 200 },
    { "OPTIONS * HTTP/1.1\r\nHost: evil.example\r\n\r\n", 421 },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (Client) client = client_new (f->port);
      g_autoptr (Answer) answer = client_ask (client, rows[i].request);

      if (answer->status != rows[i].status)
        g_error ("%s got %u", rows[i].request, answer->status);
    }
}

/* Shapes by which one request hides in another: refused, and the connection ends. */
static void
test_smuggling (Fixture *f, gconstpointer data)
{
  static const char *const heads[] = {
    "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n",
    "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n",
    "Content-Length: 5\r\nContent-Length: 6\r\n",
    "Content-Length: 5\r\nContent-Length: 5\r\n",
    "Content-Length: 5, 5\r\n",
    "Content-Length: +5\r\n",
    "Content-Length: -1\r\n",
    "Content-Length: 0x5\r\n",
    "Content-Length: 5 6\r\n",
    "Content-Length: 99999999999999999999\r\n",
    "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n",
    "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n",
  };
  static const char tail[] = "\r\n0\r\n\r\nPOST /private HTTP/1.1\r\nHost: localhost\r\n\r\n";

  for (gsize i = 0; i < G_N_ELEMENTS (heads); i++)
    {
      g_autoptr (Client) client = client_new (f->port);
      g_autofree char *request = g_strconcat ("POST /x HTTP/1.1\r\nHost: localhost\r\n", heads[i], tail, NULL);
      g_autoptr (Answer) answer = client_ask (client, request);
      g_autoptr (Answer) second = NULL;

      if (answer->status != 400 && answer->status != 501)
        g_error ("%s got %u", heads[i], answer->status);
      second = client_read (client);
      g_assert_cmpuint (second->status, ==, 0);
      g_assert_true (client_is_closed (client));
    }
  check_works (f);
}

static void
test_too_long_is_refused_at_once (Fixture *f, gconstpointer data)
{
  static const char *const lengths[] = { "200001", "8589934592", "9223372036854775807" };

  for (gsize i = 0; i < G_N_ELEMENTS (lengths); i++)
    {
      g_autoptr (Client) client = client_new (f->port);
      g_autoptr (Answer) answer = NULL;

      client_send_format (client, "POST /x HTTP/1.1\r\nHost: localhost\r\nContent-Length: %s\r\n\r\nsome", lengths[i]);
      answer = client_read (client);
      g_assert_cmpuint (answer->status, ==, i < 2 ? 413 : 400);
      g_assert_true (answer_has_header (answer, "Connection: close"));
      g_assert_cmpuint (answer->body->len, >, 0);
      g_assert_true (client_is_closed (client));
    }
  g_assert_cmpuint (count_refused (f, 413, "length"), ==, 2);
}

static void
test_expect_continue (Fixture *f, gconstpointer data)
{
  g_autoptr (Client) client = client_new (f->port);
  g_autoptr (Client) other = client_new (f->port);
  g_autoptr (Answer) go_on = NULL;
  g_autoptr (Answer) answer = NULL;
  g_autoptr (Answer) refused = NULL;

  go_on = client_ask (client,
                      "POST /x HTTP/1.1\r\nHost: localhost\r\nContent-Length: 4\r\nExpect: 100-continue\r\n\r\n");
  g_assert_cmpuint (go_on->status, ==, 100);
  answer = client_ask (client, "body");
  g_assert_cmpuint (answer->status, ==, 200);

  refused = client_ask (
      other, "POST /x HTTP/1.1\r\nHost: localhost\r\nContent-Length: 999999\r\nExpect: 100-continue\r\n\r\n");
  g_assert_cmpuint (refused->status, ==, 413);
  g_assert_true (client_is_closed (other));
}

static void
test_endless_chunks (Fixture *f, gconstpointer data)
{
  g_autoptr (Client) client = client_new (f->port);
  g_autofree char *chunk = g_strnfill (8192, 'x');
  g_autoptr (Answer) answer = NULL;

  client_send (client, "POST /x HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n", -1);
  while (client_send (client, "2000\r\n", -1) && client_send (client, chunk, 8192) && client_send (client, "\r\n", -1))
    continue;
  answer = client_read (client);
  /* The answer can get lost when the client never reads: it is told by a reset at last. */
  g_assert_true (answer->status == 413 || answer->status == 0);
  g_assert_cmpuint (count_refused (f, 413, "length"), ==, 1);
  g_assert_cmpuint (get_stats (f).body_bytes, ==, 0);
  check_works (f);
}

static void
test_refused_with_a_small_body_stays (Fixture *f, gconstpointer data)
{
  g_autoptr (Client) client = client_new (f->port);
  g_autofree char *body = g_strnfill (50000, 'x');

  for (guint i = 0; i < 2; i++)
    {
      g_autoptr (Answer) answer = NULL;

      if (i == 0)
        client_send (client, "POST /x HTTP/1.1\r\nHost: evil.example\r\nContent-Length: 50000\r\n\r\n", -1);
      else
        client_send (client, "POST /x HTTP/1.1\r\nHost: evil.example\r\nTransfer-Encoding: chunked\r\n\r\nc350\r\n",
                     -1);
      client_send (client, body, -1);
      if (i == 1)
        client_send (client, "\r\n0\r\n\r\n", -1);
      answer = client_read (client);
      g_assert_cmpuint (answer->status, ==, 421);
    }
  g_assert_cmpuint (get_stats (f).connections, ==, 1);
}

static void
test_refused_with_a_long_body_ends (Fixture *f, gconstpointer data)
{
  g_autoptr (Client) client = client_new (f->port);
  g_autoptr (Answer) answer = NULL;

  client_send (client, "POST /x HTTP/1.1\r\nHost: evil.example\r\nContent-Length: 100000\r\n\r\n", -1);
  answer = client_read (client);
  g_assert_cmpuint (answer->status, ==, 421);
  g_assert_true (client_is_closed (client));
}

static void
test_body_that_nobody_wants (Fixture *f, gconstpointer data)
{
  g_autoptr (Client) client = client_new (f->port);
  g_autoptr (Answer) answer = client_ask (client,
                                          "POST /no-body HTTP/1.1\r\nHost: localhost\r\nContent-Length: 3\r\n\r\nabc");

  g_assert_cmpuint (answer->status, ==, 413);
}

static const FlowHttpLimits little_memory = { 100, 250000, 30000, 30000, 30000, 30000 };

static void
test_memory_of_bodies (Fixture *f, gconstpointer data)
{
  g_autoptr (Client) first = client_new (f->port);
  g_autoptr (Client) second = client_new (f->port);
  g_autofree char *body = g_strnfill (150000, 'x');
  g_autoptr (Answer) refused = NULL;
  g_autoptr (Answer) answer = NULL;

  client_send (first, "POST /hold HTTP/1.1\r\nHost: localhost\r\nContent-Length: 150000\r\n\r\n", -1);
  client_send (first, body, -1);
  wait_held (f, 1);
  client_send (second, "POST /x HTTP/1.1\r\nHost: localhost\r\nContent-Length: 150000\r\n\r\n", -1);
  client_send (second, body, -1);
  refused = client_read (second);
  g_assert_cmpuint (refused->status, ==, 503);
  g_assert_true (answer_has_header (refused, "Retry-After: 1"));
  g_assert_cmpuint (get_stats (f).body_bytes, ==, 150000);

  flow_worker_call (f->worker, release_call, f);
  answer = client_read (first);
  g_assert_cmpuint (answer->status, ==, 200);
  g_assert_cmpuint (get_stats (f).body_bytes, ==, 0);
  check_works (f);
}

static void
test_answers_in_any_order (Fixture *f, gconstpointer data)
{
  Client *clients[20];

  for (guint i = 0; i < G_N_ELEMENTS (clients); i++)
    {
      clients[i] = client_new (f->port);
      client_send (clients[i], "POST /hold HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\n\r\nx", -1);
    }
  wait_held (f, G_N_ELEMENTS (clients));
  check_works (f);
  flow_worker_call (f->worker, release_call, f);
  for (guint i = 0; i < G_N_ELEMENTS (clients); i++)
    {
      g_autoptr (Answer) answer = client_read (clients[i]);

      g_assert_cmpuint (answer->status, ==, 200);
      client_free (clients[i]);
    }
}

/* An answer to somebody who has gone is nothing, and the server goes on. */
static void
test_peer_gone_while_waiting (Fixture *f, gconstpointer data)
{
  Client *client = client_new (f->port);

  client_send (client, "POST /hold HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\n\r\nx", -1);
  wait_held (f, 1);
  client_free (client);
  flow_worker_call (f->worker, release_call, f);
  while (get_stats (f).connections > 0)
    g_thread_yield ();
  g_assert_cmpuint (get_stats (f).active, ==, 0);
  check_works (f);
}

static void
test_server_freed_while_waiting (Fixture *f, gconstpointer data)
{
  g_autoptr (Client) client = client_new (f->port);

  client_send (client, "POST /hold HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\n\r\nx", -1);
  wait_held (f, 1);
  /* tear_down () frees the server first, then gives the exchange back. */
}

static const FlowHttpLimits little_time = { 1024, 1 << 20, 100, 100, 200, 100 };

static void
test_slow_head (Fixture *f, gconstpointer data)
{
  g_autoptr (Client) silent = client_new (f->port);
  g_autoptr (Client) slow = client_new (f->port);

  client_send (slow, "POST /x HTTP/1.1\r\nHost: loc", -1);
  g_assert_true (client_is_closed (silent));
  g_assert_true (client_is_closed (slow));
  check_works (f);
}

static void
test_slow_body (Fixture *f, gconstpointer data)
{
  g_autoptr (Client) client = client_new (f->port);
  g_autoptr (Client) drip = NULL;
  g_autoptr (Answer) answer = NULL;

  client_send (client, "POST /x HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\nsome", -1);
  answer = client_read (client);
  g_assert_cmpuint (answer->status, ==, 408);
  g_assert_true (client_is_closed (client));

  /* Dripping does not help: there is a limit for all of it. */
  drip = client_new (f->port);
  client_send (drip, "POST /x HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100000\r\n\r\n", -1);
  while (count_refused (f, 408, "stalled") < 2)
    client_send (drip, "x", 1);
  g_assert_cmpuint (count_refused (f, 408, "stalled"), ==, 2);
  g_assert_cmpuint (get_stats (f).body_bytes, ==, 0);
}

static void
test_idle_connection_ends (Fixture *f, gconstpointer data)
{
  g_autoptr (Client) client = client_new (f->port);
  g_autoptr (Answer) answer = client_ask (client, "GET /x HTTP/1.1\r\nHost: localhost\r\n\r\n");

  g_assert_cmpuint (answer->status, ==, 200);
  g_assert_true (client_is_closed (client));
}

static void
test_slow_senders_do_not_stop_others (Fixture *f, gconstpointer data)
{
  Client *slow[200];

  for (guint i = 0; i < G_N_ELEMENTS (slow); i++)
    {
      slow[i] = client_new (f->port);
      if (i % 2 == 0)
        client_send (slow[i], "POST /x HTTP/1.1\r\nHost: local", -1);
      else
        client_send (slow[i], "POST /x HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\nsome", -1);
    }
  for (guint i = 0; i < 20; i++)
    check_works (f);
  for (guint i = 0; i < G_N_ELEMENTS (slow); i++)
    client_free (slow[i]);
}

static const FlowHttpLimits few_connections = { 5, 1 << 20, 30000, 30000, 30000, 30000 };

static void
test_connections_are_bounded (Fixture *f, gconstpointer data)
{
  Client *clients[20];

  for (guint i = 0; i < G_N_ELEMENTS (clients); i++)
    {
      g_autoptr (Answer) answer = NULL;

      clients[i] = client_new (f->port);
      answer = client_ask (clients[i], "GET /x HTTP/1.1\r\nHost: localhost\r\n\r\n");
      g_assert_cmpuint (answer->status, ==, 200);
    }
  /* The oldest idle ones went. */
  for (guint i = 0; i < 15; i++)
    g_assert_true (client_is_closed (clients[i]));
  while (get_stats (f).connections > 5)
    g_thread_yield ();
  for (guint i = 0; i < G_N_ELEMENTS (clients); i++)
    client_free (clients[i]);
}

static void
stopped_cb (gpointer data)
{
  Fixture *f = data;

  g_mutex_lock (&f->mutex);
  f->stopped++;
  g_cond_signal (&f->cond);
  g_mutex_unlock (&f->mutex);
}

static void
begin_stop_call (gpointer data)
{
  Fixture *f = data;

  flow_http_server_stop (f->server, 60000, stopped_cb, f);
}

/* What had begun is finished, what comes after is told to try again. */
static void
test_stop (Fixture *f, gconstpointer data)
{
  g_autoptr (Client) waiting = client_new (f->port);
  g_autoptr (Client) sending = client_new (f->port);
  g_autoptr (Client) late = NULL;
  g_autoptr (Answer) answer = NULL;
  g_autoptr (Answer) second = NULL;
  g_autoptr (Answer) refused = NULL;

  client_send (waiting, "POST /hold HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\n\r\nx", -1);
  client_send (sending, "POST /x HTTP/1.1\r\nHost: localhost\r\nContent-Length: 4\r\n\r\nbo", -1);
  wait_held (f, 1);
  while (get_stats (f).active < 2)
    g_thread_yield ();
  flow_worker_call (f->worker, begin_stop_call, f);

  late = client_new (f->port);
  refused = client_ask (late, "GET /x HTTP/1.1\r\nHost: localhost\r\n\r\n");
  g_assert_cmpuint (refused->status, ==, 503);
  g_assert_true (answer_has_header (refused, "Retry-After: 1"));

  answer = client_ask (sending, "dy");
  g_assert_cmpuint (answer->status, ==, 200);
  g_assert_cmpuint (f->stopped, ==, 0);
  flow_worker_call (f->worker, release_call, f);
  second = client_read (waiting);
  g_assert_cmpuint (second->status, ==, 200);

  g_mutex_lock (&f->mutex);
  while (f->stopped == 0)
    g_cond_wait (&f->cond, &f->mutex);
  g_mutex_unlock (&f->mutex);
  g_assert_cmpuint (f->stopped, ==, 1);
}

static void
test_garbage (Fixture *f, gconstpointer data)
{
  g_autofree char *long_header = g_strnfill (300000, 'x');
  g_autofree char *huge = g_strconcat ("GET /x HTTP/1.1\r\nHost: localhost\r\nX: ", long_header, "\r\n\r\n", NULL);
  g_autofree char *target = g_strconcat ("GET /", long_header, " HTTP/1.1\r\nHost: localhost\r\n\r\n", NULL);
  const char *const requests[] = {
    "\r\n\r\n",
    "GET\r\n\r\n",
    "GET /x\r\n\r\n",
    "GET /x HTTP/9.9\r\nHost: localhost\r\n\r\n",
    "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    "\x16\x03\x01\x02\x01\x01\n\n\n",
    "GET /x HTTP/1.1\r\nHost localhost\r\n\r\n",
    "GET /x HTTP/1.1\r\n: x\r\n\r\n",
    "POST /x HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
    "POST /x HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n-5\r\nabc\r\n",
    "POST /x HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
    huge,
    target,
  };

  for (gsize i = 0; i < G_N_ELEMENTS (requests); i++)
    {
      g_autoptr (Client) client = client_new (f->port);

      client_send (client, requests[i], -1);
      g_socket_shutdown (client->socket, FALSE, TRUE, NULL);
      g_assert_true (client_is_closed (client));
    }
  check_works (f);
  while (get_stats (f).connections > 0)
    g_thread_yield ();
}

/* WebSockets are not served here. */
static void
test_upgrade (Fixture *f, gconstpointer data)
{
  g_autoptr (Client) client = client_new (f->port);
  g_autoptr (Answer) answer = client_ask (
      client, "GET /x HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
              "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n");

  g_assert_cmpuint (answer->status, !=, 101);
}

static void
add (const char *name, const FlowHttpLimits *limits, void (*test) (Fixture *f, gconstpointer data))
{
  g_test_add (name, Fixture, limits, set_up, test, tear_down);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  add ("/http/keep-alive", NULL, test_keep_alive);
  add ("/http/chunked", NULL, test_chunked);
  add ("/http/pipelined", NULL, test_pipelined);
  add ("/http/each-request-is-judged", NULL, test_each_request_is_judged);
  add ("/http/targets", NULL, test_targets);
  add ("/http/smuggling", NULL, test_smuggling);
  add ("/http/too-long-is-refused-at-once", NULL, test_too_long_is_refused_at_once);
  add ("/http/expect-continue", NULL, test_expect_continue);
  add ("/http/endless-chunks", NULL, test_endless_chunks);
  add ("/http/refused-with-a-small-body-stays", NULL, test_refused_with_a_small_body_stays);
  add ("/http/refused-with-a-long-body-ends", NULL, test_refused_with_a_long_body_ends);
  add ("/http/body-that-nobody-wants", NULL, test_body_that_nobody_wants);
  add ("/http/memory-of-bodies", &little_memory, test_memory_of_bodies);
  add ("/http/answers-in-any-order", NULL, test_answers_in_any_order);
  add ("/http/peer-gone-while-waiting", NULL, test_peer_gone_while_waiting);
  add ("/http/server-freed-while-waiting", NULL, test_server_freed_while_waiting);
  add ("/http/slow-head", &little_time, test_slow_head);
  add ("/http/slow-body", &little_time, test_slow_body);
  add ("/http/idle-connection-ends", &little_time, test_idle_connection_ends);
  add ("/http/slow-senders-do-not-stop-others", NULL, test_slow_senders_do_not_stop_others);
  add ("/http/connections-are-bounded", &few_connections, test_connections_are_bounded);
  add ("/http/stop", NULL, test_stop);
  add ("/http/garbage", NULL, test_garbage);
  add ("/http/upgrade", NULL, test_upgrade);

  return g_test_run ();
}
