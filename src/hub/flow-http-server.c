/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-http"

#include "hub/flow-http-server.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/socket.h>

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
 * The HTTP/1.1 side of the hub: listeners, connections and their bounds, the guard before each request, and
 * handlers by path. It answers before a body is in, gives up slow senders, and bounds connections and the
 * memory of bodies.
 *
 * Not SoupServer: that of libsoup 3.2 never closes a kept-alive connection that its peer has closed between two
 * requests (one descriptor is lost each time), reads bodies in pieces of 8 KiB, cannot answer before a body has
 * ended, and tells nothing of idle connections. It costs 30 us a request, this a quarter of it.
 *
 * Belongs to the thread whose thread-default context was current when it was made.
 */

typedef struct
{
  FlowHttpServer *server;
  FlowPollWatch watch;
  GSocket *socket;
  guint doorway;
} Listener;

typedef struct
{
  GSource source;
  FlowHttpServer *server;
} TimerSource;

static void
run_waiting (FlowHttpServer *self)
{
  guint turns = self->again.length;

  while (turns-- > 0 && self->again.length > 0)
    flow_http_connection_run (g_queue_pop_head (&self->again));
}

static gboolean
timer_dispatch (GSource *source, GSourceFunc callback, gpointer data)
{
  FlowHttpServer *self = ((TimerSource *) source)->server;
  gint64 now = g_get_monotonic_time ();

  g_source_set_ready_time (source, -1);
  if (now >= self->next_sweep_us)
    {
      self->next_sweep_us = G_MAXINT64;
      flow_http_sweep (self, now);
    }
  run_waiting (self);
  flow_http_server_check_stopped (self);

  if (self->stop_deadline_us != 0)
    self->next_sweep_us = MIN (self->next_sweep_us, self->stop_deadline_us);
  if (self->again.length > 0)
    g_source_set_ready_time (source, 0);
  else if (self->next_sweep_us != G_MAXINT64)
    g_source_set_ready_time (source, self->next_sweep_us);
  return G_SOURCE_CONTINUE;
}

static GSourceFuncs timer_funcs = { .dispatch = timer_dispatch };

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
  if (self->again.length == 0)
    g_source_set_ready_time (self->timer, deadline_us);
}

/**
 * flow_http_server_run_again:
 * @self: a server
 * @connection: one that had its turn and has more to do
 *
 * Let a connection go on after others.
 */
void
flow_http_server_run_again (FlowHttpServer *self, FlowHttpConnection *connection)
{
  if (g_queue_find (&self->again, connection) == NULL)
    g_queue_push_tail (&self->again, connection);
  g_source_set_ready_time (self->timer, 0);
}

/**
 * flow_http_server_take:
 * @self: a server
 * @fd: (transfer full): a connected socket that does not block, of which nothing has been read
 * @doorway: which listener it came in by
 *
 * Take a connection that somebody else accepted, such as the wire, which hands over what is no WebSocket.
 */
void
flow_http_server_take (FlowHttpServer *self, int fd, guint doorway)
{
  flow_http_connection_new (self, fd, doorway);
  flow_http_sweep_make_room (self);
}

static void
listener_events (gpointer data, FlowPollEvents events)
{
  Listener *listener = data;
  FlowHttpServer *self = listener->server;

  for (;;)
    {
      int one = 1;
      int fd = accept4 (g_socket_get_fd (listener->socket), NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);

      if (fd < 0 && (errno == ECONNABORTED || errno == EINTR))
        continue;
      if (fd < 0)
        {
          if (errno != EAGAIN)
            g_warning ("connections cannot be taken: %s", g_strerror (errno));
          return;
        }
      setsockopt (fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
      flow_http_server_take (self, fd, listener->doorway);
    }
}

static void
listener_free (gpointer data)
{
  Listener *listener = data;

  flow_poller_remove (listener->server->poller, g_socket_get_fd (listener->socket), &listener->watch);
  g_object_unref (listener->socket);
  g_free (listener);
}

/**
 * flow_http_server_new:
 * @limits: the bounds
 * @refusals: (transfer none): where refused requests are recorded
 * @router: finds who answers
 * @data: for @router
 * @error: return location
 *
 * Make a server for the calling thread. It answers nobody before it has a policy and listens.
 *
 * Returns: (transfer full): the server, or %NULL with the error of flow_poller_new()
 */
FlowHttpServer *
flow_http_server_new (const FlowHttpLimits *limits, FlowRefusals *refusals, FlowHttpRouter router, gpointer data,
                      GError **error)
{
  GMainContext *context = g_main_context_get_thread_default ();
  FlowPoller *poller = flow_poller_new (context, "flow-http-poller", error);
  FlowHttpServer *self;

  if (poller == NULL)
    return NULL;
  self = g_new0 (FlowHttpServer, 1);
  self->limits = *limits;
  self->refusals = refusals;
  self->router = router;
  self->router_data = data;
  self->poller = poller;
  self->peers = flow_peer_uid_new ();
  self->listeners = g_ptr_array_new_with_free_func (listener_free);
  self->scratch = g_malloc (FLOW_HTTP_SCRATCH);
  self->out = g_string_sized_new (512);
  g_queue_init (&self->connections);
  g_queue_init (&self->again);

  self->next_sweep_us = G_MAXINT64;
  self->timer = g_source_new (&timer_funcs, sizeof (TimerSource));
  ((TimerSource *) self->timer)->server = self;
  g_source_set_name (self->timer, "flow-http-timer");
  g_source_attach (self->timer, context);
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
  while (self->connections.head != NULL)
    flow_http_connection_close (self->connections.head->data);
  g_ptr_array_unref (self->listeners);
  g_source_destroy (self->timer);
  g_source_unref (self->timer);
  flow_poller_free (self->poller);
  flow_peer_uid_free (self->peers);
  g_string_free (self->out, TRUE);
  g_free (self->scratch);
  g_free (self);
}

/**
 * flow_http_server_listen:
 * @self: a server
 * @doorway: a number that goes with requests that come in here
 * @sockets: (element-type GSocket): listening sockets, see flow_listen_loopback()
 * @error: return location
 *
 * Take connections from listening sockets.
 *
 * Returns: %FALSE with %FLOW_ERROR_FAILED when they cannot be watched
 */
gboolean
flow_http_server_listen (FlowHttpServer *self, guint doorway, GPtrArray *sockets, GError **error)
{
  for (guint i = 0; i < sockets->len; i++)
    {
      Listener *listener = g_new0 (Listener, 1);

      listener->server = self;
      listener->watch = (FlowPollWatch) { listener_events, listener };
      listener->socket = g_object_ref (sockets->pdata[i]);
      listener->doorway = doorway;
      g_ptr_array_add (self->listeners, listener);
      if (!flow_poller_add (self->poller, g_socket_get_fd (listener->socket), &listener->watch))
        {
          g_set_error (error, FLOW_ERROR, FLOW_ERROR_FAILED, "cannot listen: %s", g_strerror (errno));
          return FALSE;
        }
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
 * flow_http_server_set_guesses:
 * @self: a server
 * @guesses: who guesses tokens; lives longer
 *
 * Have those who guess tokens wait.
 */
void
flow_http_server_set_guesses (FlowHttpServer *self, FlowGuesses *guesses)
{
  self->guesses = guesses;
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
 * flow_http_server_get_date:
 * @self: a server
 *
 * Returns: (transfer none): the time as an HTTP date, made once a second
 */
const char *
flow_http_server_get_date (FlowHttpServer *self)
{
  gint64 now = g_get_real_time () / G_USEC_PER_SEC;
  static const char *const days[] = { "Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun" };
  static const char *const months[] = { "Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                        "Jul", "Aug", "Sep", "Oct", "Nov", "Dec" };
  g_autoptr (GDateTime) time = NULL;

  if (now == self->date_s)
    return self->date;
  self->date_s = now;
  time = g_date_time_new_from_unix_utc (now);
  g_snprintf (self->date, sizeof self->date, "%s, %02d %s %04d %02d:%02d:%02d GMT",
              days[g_date_time_get_day_of_week (time) - 1], g_date_time_get_day_of_month (time),
              months[g_date_time_get_month (time) - 1], g_date_time_get_year (time), g_date_time_get_hour (time),
              g_date_time_get_minute (time), g_date_time_get_second (time));
  return self->date;
}

/**
 * flow_http_server_refuse_text:
 * @self: a server
 * @connection: a connection on which something came that is no request
 * @problem: what is wrong with it
 *
 * Answer in plain text, as nobody's protocol it is, and end the connection.
 */
void
flow_http_server_refuse_text (FlowHttpServer *self, FlowHttpConnection *connection, FlowHttpProblem problem)
{
  FlowRefusal refusal = { problem.status, "malformed", NULL, NULL, problem.message, NULL, NULL };
  g_autofree char *peer = g_strdup_printf ("uid %u", connection->uid);
  g_autoptr (GBytes) body = g_bytes_new (problem.message, strlen (problem.message));
  FlowHttpAnswer answer = {
    .status = problem.status,
    .date = flow_http_server_get_date (self),
    .content_type = "text/plain",
    .body = body,
  };

  refusal.peer = connection->peer == FLOW_PEER_KNOWN ? peer : "unknown";
  flow_refusals_add (self->refusals, &refusal);
  flow_http_answer_write (self->out, &answer);
  connection->keep = FALSE;
  flow_http_connection_send (connection, self->out->str, self->out->len);
  flow_http_connection_answered (connection);
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
