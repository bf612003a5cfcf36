/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-http"

#include "hub/flow-http-server.h"

#include <libsoup/soup.h>

#include "hub/flow-http-private.h"

const FlowHttpLimits flow_http_default_limits = {
  .connections = 1024,
  .body_bytes = 256 * 1024 * 1024,
  .head_ms = 30 * 1000,
  .stall_ms = 30 * 1000,
  .body_ms = 600 * 1000,
  .idle_ms = 300 * 1000,
};

/**
 * FlowHttpServer:
 *
 * The HTTP side of the hub, over libsoup: listeners, connections and their bounds, the guard before each
 * request, and handlers by path. What libsoup does not do is done here: answering before a body is in,
 * giving up slow senders, bounding connections and the memory of bodies. Belongs to the thread whose
 * thread-default context was current when it was made.
 */

typedef struct
{
  GSource source;
  FlowHttpServer *server;
} SweepSource;

static GQuark
exchange_quark (void)
{
  return g_quark_from_static_string ("flow-http-exchange");
}

static FlowHttpExchange *
get_exchange (SoupServerMessage *msg)
{
  return g_object_get_qdata (G_OBJECT (msg), exchange_quark ());
}

static void
exchange_gone_cb (gpointer data)
{
  flow_http_exchange_gone (data);
}

/* For a connection's first message this comes when it was accepted, later with the first byte of each head. */
static void
request_started_cb (SoupServer *soup, SoupServerMessage *msg, gpointer data)
{
  FlowHttpServer *self = data;
  GSocket *socket = soup_server_message_get_socket (msg);

  if (socket == NULL)
    return;
  flow_http_connection_set_state (flow_http_connection_for_socket (self, socket), FLOW_HTTP_HEAD);
  flow_http_connections_make_room (self);
}

static void
got_head_cb (SoupServer *soup, SoupServerMessage *msg, const char *path, GHashTable *query, gpointer data)
{
  FlowHttpServer *self = data;
  FlowHttpConnection *connection = flow_http_connection_for_socket (self, soup_server_message_get_socket (msg));
  FlowHttpExchange *exchange = flow_http_exchange_new (connection, msg);

  g_object_set_qdata_full (G_OBJECT (msg), exchange_quark (), exchange, exchange_gone_cb);
  flow_http_exchange_start (exchange);
}

static void
got_request_cb (SoupServer *soup, SoupServerMessage *msg, const char *path, GHashTable *query, gpointer data)
{
  FlowHttpExchange *exchange = get_exchange (msg);

  if (exchange != NULL)
    flow_http_exchange_complete (exchange);
}

/* What libsoup refused by itself never became an exchange. */
static void
record_unreadable (FlowHttpServer *self, SoupServerMessage *msg)
{
  guint status = soup_server_message_get_status (msg);
  FlowRefusal refusal = {
    .status = status,
    .reason = "malformed",
    .method = soup_server_message_get_method (msg),
    .message = "the request cannot be read as HTTP/1.1",
    .peer = "unknown",
  };

  if (status >= 400 && status < 500)
    flow_refusals_add (self->refusals, &refusal);
}

static void
request_ended_cb (SoupServer *soup, SoupServerMessage *msg, gpointer data)
{
  FlowHttpServer *self = data;
  FlowHttpExchange *exchange = get_exchange (msg);
  GSocket *socket = soup_server_message_get_socket (msg);

  if (exchange == NULL)
    record_unreadable (self, msg);
  if (socket != NULL)
    {
      FlowHttpConnection *connection = flow_http_connection_for_socket (self, socket);

      if (connection->state != FLOW_HTTP_LINGER)
        flow_http_connection_set_state (connection, FLOW_HTTP_IDLE);
    }
  if (exchange != NULL)
    flow_http_exchange_finished (exchange);
}

static gboolean
sweep_dispatch (GSource *source, GSourceFunc callback, gpointer data)
{
  FlowHttpServer *self = ((SweepSource *) source)->server;
  gint64 now = g_get_monotonic_time ();

  self->next_sweep_us = G_MAXINT64;
  g_source_set_ready_time (source, -1);
  flow_http_connections_sweep (self, now);
  if (self->stop_deadline_us != 0)
    {
      flow_http_server_check_stopped (self);
      if (self->stop_deadline_us != 0)
        flow_http_server_arm (self, self->stop_deadline_us);
    }
  return G_SOURCE_CONTINUE;
}

static GSourceFuncs sweep_funcs = { .dispatch = sweep_dispatch };

/**
 * flow_http_server_arm:
 * @self: a server
 * @deadline_us: monotonic time
 *
 * See to it that connections are looked through no later than at @deadline_us.
 */
void
flow_http_server_arm (FlowHttpServer *self, gint64 deadline_us)
{
  if (deadline_us >= self->next_sweep_us)
    return;
  self->next_sweep_us = deadline_us;
  g_source_set_ready_time (self->sweep, deadline_us);
}

/**
 * flow_http_server_new:
 * @limits: the bounds
 * @refusals: (transfer none): where refused requests are recorded
 * @router: finds who answers
 * @data: for @router
 *
 * Make a server for the calling thread. It answers nobody before it has a policy and listens.
 *
 * Returns: (transfer full): the server
 */
FlowHttpServer *
flow_http_server_new (const FlowHttpLimits *limits, FlowRefusals *refusals, FlowHttpRouter router, gpointer data)
{
  static const char *const paths[] = { "/", "*" };
  FlowHttpServer *self = g_new0 (FlowHttpServer, 1);

  self->limits = *limits;
  self->refusals = refusals;
  self->router = router;
  self->router_data = data;
  self->peers = flow_peer_uid_new ();
  self->listeners = g_array_new (FALSE, FALSE, sizeof (guint));
  g_queue_init (&self->connections);

  self->next_sweep_us = G_MAXINT64;
  self->sweep = g_source_new (&sweep_funcs, sizeof (SweepSource));
  ((SweepSource *) self->sweep)->server = self;
  g_source_set_name (self->sweep, "flow-http-sweep");
  g_source_attach (self->sweep, g_main_context_get_thread_default ());

  self->soup = soup_server_new ("raw-paths", TRUE, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (paths); i++)
    {
      soup_server_add_early_handler (self->soup, paths[i], got_head_cb, self, NULL);
      soup_server_add_handler (self->soup, paths[i], got_request_cb, self, NULL);
    }
  g_signal_connect (self->soup, "request-started", G_CALLBACK (request_started_cb), self);
  g_signal_connect (self->soup, "request-finished", G_CALLBACK (request_ended_cb), self);
  g_signal_connect (self->soup, "request-aborted", G_CALLBACK (request_ended_cb), self);
  return self;
}

/**
 * flow_http_server_free:
 * @self: a server
 *
 * Close everything at once and free the server.
 */
void
flow_http_server_free (FlowHttpServer *self)
{
  soup_server_disconnect (self->soup);
  g_object_unref (self->soup);
  for (GList *link = self->connections.head; link != NULL; link = link->next)
    ((FlowHttpConnection *) link->data)->server = NULL;
  g_source_destroy (self->sweep);
  g_source_unref (self->sweep);
  g_array_unref (self->listeners);
  flow_peer_uid_free (self->peers);
  g_free (self);
}

/**
 * flow_http_server_listen:
 * @self: a server
 * @doorway: a number that goes with requests that come in here
 * @sockets: (element-type GSocket): listening sockets, see flow_listen_loopback()
 * @error: return location
 *
 * Take requests from listening sockets.
 *
 * Returns: %FALSE with an error of libsoup
 */
gboolean
flow_http_server_listen (FlowHttpServer *self, guint doorway, GPtrArray *sockets, GError **error)
{
  for (guint i = 0; i < sockets->len; i++)
    {
      g_autoptr (GSocketAddress) address = g_socket_get_local_address (sockets->pdata[i], error);
      guint port;

      if (address == NULL || !soup_server_listen_socket (self->soup, sockets->pdata[i], 0, error))
        return FALSE;
      port = g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (address));
      g_array_append_val (self->listeners, port);
      g_array_append_val (self->listeners, doorway);
    }
  return TRUE;
}

/**
 * flow_http_server_set_policy:
 * @self: a server
 * @policy: who may speak; the strings must live until the next call
 *
 * Set what the guard goes by from the next request on.
 */
void
flow_http_server_set_policy (FlowHttpServer *self, const FlowGuardPolicy *policy)
{
  self->policy = *policy;
}

/**
 * flow_http_server_set_origin_asked:
 * @self: a server
 * @asked: called when a web origin was refused because nobody allowed it
 * @data: for @asked
 *
 * Hear of origins that want in.
 */
void
flow_http_server_set_origin_asked (FlowHttpServer *self, void (*asked) (const char *origin, gpointer data),
                                   gpointer data)
{
  self->origin_asked = asked;
  self->origin_data = data;
}

/**
 * flow_http_server_check_stopped:
 * @self: a server
 *
 * Tell whoever waits for the last request that it was, or that time is over.
 */
void
flow_http_server_check_stopped (FlowHttpServer *self)
{
  if (self->stop_deadline_us == 0)
    return;
  if (self->stats.active > 0 && g_get_monotonic_time () < self->stop_deadline_us)
    return;
  self->stop_deadline_us = 0;
  self->stopped (self->stopped_data);
}

/**
 * flow_http_server_stop:
 * @self: a server
 * @wait_ms: longest time to wait for requests that are under way
 * @done: called once when the last of them has been answered or time is over; may be called at once
 * @data: for @done
 *
 * Take no new requests: they are answered 503 from now on. Those whose head had come are finished.
 */
void
flow_http_server_stop (FlowHttpServer *self, guint wait_ms, void (*done) (gpointer data), gpointer data)
{
  g_return_if_fail (!self->stopping);

  self->stopping = TRUE;
  self->stopped = done;
  self->stopped_data = data;
  self->stop_deadline_us = g_get_monotonic_time () + (gint64) wait_ms * 1000;
  flow_http_server_arm (self, self->stop_deadline_us);
  flow_http_server_check_stopped (self);
}

/**
 * flow_http_server_is_stopping:
 * @self: a server
 *
 * Returns: whether flow_http_server_stop() was called
 */
gboolean
flow_http_server_is_stopping (FlowHttpServer *self)
{
  return self->stopping;
}

/**
 * flow_http_server_get_stats:
 * @self: a server
 * @stats: (out): its counters
 *
 * Get the counters.
 */
void
flow_http_server_get_stats (FlowHttpServer *self, FlowHttpStats *stats)
{
  *stats = self->stats;
}
