/* SPDX-License-Identifier: GPL-3.0-or-later */

#include <string.h>
#include <unistd.h>

#include "base/flow-worker.h"
#include "http-client.h"
#include "hub/flow-http-server.h"
#include "wire/flow-listen.h"
#include "wire/flow-wire.h"

/* One port for both: WebSockets stay with the wire, everything else comes to the HTTP side as if it had been there
 * from the beginning. */

#define DOORWAY 7
#define BODY_BYTES 300000

typedef struct
{
  FlowWorker *worker;
  FlowHttpServer *server;
  FlowRefusals *refusals;
  FlowWire *wire;
  guint port;
} Fixture;

typedef struct
{
  Fixture *f;
  int fd;
  guint doorway;
} HandOver;

static void
head_cb (FlowHttpExchange *exchange, gpointer data)
{
  flow_http_exchange_accept_body (exchange, BODY_BYTES);
}

static void
body_cb (FlowHttpExchange *exchange, gpointer data)
{
  g_autoptr (GBytes) body = flow_http_exchange_take_body (exchange);
  g_autofree char *text = g_strdup_printf ("%" G_GSIZE_FORMAT, g_bytes_get_size (body));
  g_autoptr (GBytes) answer = g_bytes_new (text, strlen (text));

  flow_http_exchange_respond (exchange, 200, "text/plain", answer);
}

static GBytes *
error_body (FlowHttpExchange *exchange, guint status, FlowError code, const char *message, const char **content_type)
{
  *content_type = "text/plain";
  return g_bytes_new (message, strlen (message));
}

static const FlowHttpHandler handler = { FLOW_GUARD_OTLP, head_cb, body_cb, error_body };

static FlowHttpRoute
route (guint doorway, const char *path, gpointer data)
{
  g_assert_cmpuint (doorway, ==, DOORWAY);
  return (FlowHttpRoute) { &handler, data };
}

static void
take_call (gpointer data)
{
  HandOver *hand_over = data;

  flow_http_server_take (hand_over->f->server, hand_over->fd, hand_over->doorway);
}

static void
plain_cb (int fd, guint doorway, gpointer data)
{
  Fixture *f = data;
  HandOver *hand_over = g_new (HandOver, 1);

  *hand_over = (HandOver) { f, fd, doorway };
  flow_worker_invoke (f->worker, take_call, hand_over, g_free);
}

static void
message_cb (FlowWireConnection *connection, FlowWireMessage *message, gpointer data)
{
  flow_wire_connection_forward (connection, message, FLOW_WIRE_SEND_NORMAL);
}

static void
start_call (gpointer data)
{
  Fixture *f = data;
  FlowGuardPolicy policy = { .token = "token", .own_uid = getuid () };
  g_autoptr (GError) error = NULL;

  f->refusals = flow_refusals_new (flow_clock_system ());
  f->server = flow_http_server_new (&flow_http_default_limits, f->refusals, route, f, &error);
  g_assert_no_error (error);
  flow_http_server_set_policy (f->server, &policy);
}

static void
stop_call (gpointer data)
{
  Fixture *f = data;

  flow_http_server_free (f->server);
  flow_refusals_free (f->refusals);
}

static void
set_up (Fixture *f, gconstpointer data)
{
  static const FlowWireHooks hooks = { .plain = plain_cb, .message = message_cb };
  g_autoptr (GPtrArray) sockets = NULL;
  g_autoptr (GError) error = NULL;

  f->worker = flow_worker_new ("test-http");
  flow_worker_call (f->worker, start_call, f);
  f->wire = flow_wire_new ("flow-wire", &flow_wire_default_limits, &hooks, f, &error);
  g_assert_no_error (error);
  sockets = flow_listen_loopback (0, &f->port, &error);
  g_assert_no_error (error);
  g_assert_true (flow_wire_listen (f->wire, DOORWAY, sockets));
}

/* In this order: the wire first, then those it posts to. */
static void
tear_down (Fixture *f, gconstpointer data)
{
  flow_wire_free (f->wire);
  flow_worker_call (f->worker, stop_call, f);
  flow_worker_free (f->worker);
}

/* Three requests on one connection, one with a long body and one in chunks, the first head in two pieces. */
static void
test_http (Fixture *f, gconstpointer data)
{
  g_autoptr (Client) client = client_new (f->port);
  g_autofree char *body = g_strnfill (BODY_BYTES, 'b');
  g_autofree char *head = g_strdup_printf ("POST /v1/traces HTTP/1.1\r\nHost: localhost\r\nContent-Length: %d\r\n\r\n",
                                           BODY_BYTES);
  Answer *answer;

  client_send (client, "GET / HTTP/1.1\r\nHost: loc", -1);
  g_thread_yield ();
  answer = client_ask (client, "alhost\r\n\r\n");
  g_assert_cmpuint (answer->status, ==, 200);
  answer_free (answer);
  client_send (client, head, -1);
  answer = client_ask (client, body);
  g_assert_cmpstr (answer->body->str, ==, "300000");
  answer_free (answer);
  answer = client_ask (client, "POST /v1/traces HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n"
                               "5\r\nhello\r\n3\r\nabc\r\n0\r\n\r\n");
  g_assert_cmpstr (answer->body->str, ==, "8");
  answer_free (answer);
}

/* The head that the HTTP side refuses as it always does, and one that becomes a WebSocket on the same port. */
static void
test_both (Fixture *f, gconstpointer data)
{
  g_autoptr (Client) bad = client_new (f->port);
  g_autoptr (Client) good = client_new (f->port);
  g_autoptr (Answer) refusal = client_ask (bad, "GET / HTTP/1.1\r\nHost: evil.example\r\n\r\n");
  g_autoptr (Answer) opened = NULL;

  g_assert_cmpuint (refusal->status, ==, 421);
  client_send (good,
               "GET /ws HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
               "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n",
               -1);
  opened = client_read (good);
  g_assert_cmpuint (opened->status, ==, 101);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  g_test_add ("/wire-hand-over/http", Fixture, NULL, set_up, test_http, tear_down);
  g_test_add ("/wire-hand-over/both", Fixture, NULL, set_up, test_both, tear_down);
  return g_test_run ();
}
