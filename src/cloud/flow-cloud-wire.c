/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-cloud"

#include "cloud/flow-cloud-wire.h"

#include <string.h>

#include "cloud/flow-cloud-wire-private.h"

/* Listeners: what is TLS comes in by the second one. */
enum
{
  DOORWAY_PLAIN,
  DOORWAY_PASSED_ON,
};

#define BEARER "Bearer "
#define INSTANCE_HEADER "X-FlowScope-Instance"
#define MAX_INSTANCE 64
#define MAX_TEXT (64 * 1024)
#define QUEUE_BYTES (8 * 1024 * 1024)
#define QUEUE_MESSAGES 256
#define CLOSE_MS 2000
/* Texts that a connection may send in a second. */
#define MAX_TEXTS 20

/* What the wire's thread keeps of a connection. */
typedef struct
{
  gboolean has_claims;
  FlowCloudClaims claims;
  char *instance;
  gint64 second;
  guint texts;
} Guest;

typedef struct
{
  FlowCall call;
  FlowCloudWire *wire;
  int fd;
  gboolean passed_on;
} Plain;

static void
plain_call (FlowCall *call)
{
  Plain *plain = (Plain *) call;

  flow_cloud_http_take (plain->wire->cloud->http, plain->fd, plain->passed_on);
  g_free (plain);
}

static void
plain_cb (int fd, guint doorway, gpointer data)
{
  FlowCloudWire *self = data;
  Plain *plain = g_new (Plain, 1);

  *plain = (Plain) { { NULL, plain_call }, self, fd, doorway == DOORWAY_PASSED_ON };
  flow_call_queue_push (self->cloud->calls, &plain->call);
}

static void
news_call (FlowCall *call)
{
  FlowCloudNews *news = (FlowCloudNews *) call;

  flow_cloud_sockets_hear (news->wire, news);
  g_free (news->instance);
  g_clear_pointer (&news->text, g_bytes_unref);
  g_free (news);
}

static FlowCloudNews *
news_new (FlowCloudWire *self, FlowWireConnection *connection, FlowCloudNewsKind kind)
{
  FlowCloudNews *news = g_new0 (FlowCloudNews, 1);

  news->call.run = news_call;
  news->wire = self;
  news->kind = kind;
  news->connection = flow_wire_connection_get_id (connection);
  return news;
}

static char *
find_peer (FlowCloudWire *self, FlowWireConnection *connection, const FlowWireHead *head)
{
  gboolean passed_on = flow_wire_connection_get_doorway (connection) == DOORWAY_PASSED_ON;
  g_autoptr (GSocketAddress) address = flow_cloud_address_of_peer (flow_wire_connection_get_fd (connection));

  return flow_cloud_addresses_find (self->cloud->addresses, address, passed_on,
                                    flow_wire_head_get (head, "X-Forwarded-For", NULL));
}

static FlowWireVerdict
refuse (FlowError error, const char *message)
{
  return (FlowWireVerdict) { .answer = FLOW_WIRE_REFUSE, .error = error, .message = message };
}

static gboolean
is_here (const FlowWireHead *head)
{
  gsize length = strcspn (head->target, "?");

  return length == strlen (FLOW_CLOUD_SOCKET_PATH) && strncmp (head->target, FLOW_CLOUD_SOCKET_PATH, length) == 0;
}

/* A token that is there must be good; without one it comes in the first text. */
static gboolean
read_token (FlowCloudWire *self, const FlowWireHead *head, Guest *guest)
{
  guint count = 0;
  const char *authorization = flow_wire_head_get (head, "Authorization", &count);

  if (count == 0)
    return TRUE;
  guest->has_claims = TRUE;
  return count == 1 && g_ascii_strncasecmp (authorization, BEARER, strlen (BEARER)) == 0 &&
         flow_cloud_tokens_verify (self->cloud->tokens, authorization + strlen (BEARER),
                                   flow_cloud_now_ms (self->cloud) / 1000, &guest->claims, NULL);
}

static FlowWireVerdict
judge (FlowCloudWire *self, FlowWireConnection *connection, const FlowWireHead *head, Guest *guest)
{
  const char *instance = flow_wire_head_get (head, INSTANCE_HEADER, NULL);
  g_autofree char *peer = find_peer (self, connection, head);
  guint retry_s = 0;

  if (!is_here (head))
    return refuse (FLOW_ERROR_NOT_FOUND, "there is no WebSocket at this path");
  if (instance != NULL && strlen (instance) > MAX_INSTANCE)
    return refuse (FLOW_ERROR_BAD_REQUEST, INSTANCE_HEADER " is too long");
  if (!read_token (self, head, guest))
    return flow_cloud_rates_take_stranger (self->cloud, peer, &retry_s)
               ? refuse (FLOW_ERROR_UNAUTHORIZED, "the access token is none, or has expired")
               : refuse (FLOW_ERROR_TOO_MANY_REQUESTS, "too many requests");
  if (guest->has_claims ? !flow_cloud_rates_take_device (self->cloud, &guest->claims, &retry_s)
                        : !flow_cloud_rates_take_stranger (self->cloud, peer, &retry_s))
    return refuse (FLOW_ERROR_TOO_MANY_REQUESTS, "too many requests");
  guest->instance = g_strdup (instance != NULL ? instance : "");
  return (FlowWireVerdict) { .answer = guest->has_claims ? FLOW_WIRE_WAIT : FLOW_WIRE_ACCEPT };
}

static void
tell_about (FlowCloudWire *self, FlowWireConnection *connection, const Guest *guest, FlowCloudNewsKind kind)
{
  FlowCloudNews *news = news_new (self, connection, kind);

  news->claims = guest->claims;
  news->instance = g_strdup (guest->instance);
  flow_call_queue_push (self->cloud->calls, &news->call);
}

/* Whoever has a token is open once he is among those that hear: what he asks for then and what he hears has no gap. */
static FlowWireVerdict
upgrade_cb (FlowWireConnection *connection, const FlowWireHead *head, gpointer data)
{
  Guest *guest = g_new0 (Guest, 1);
  FlowWireVerdict verdict = judge (data, connection, head, guest);

  if (verdict.answer == FLOW_WIRE_REFUSE)
    {
      g_free (guest);
      return verdict;
    }
  flow_wire_connection_set_data (connection, guest);
  if (verdict.answer == FLOW_WIRE_WAIT)
    tell_about (data, connection, guest, FLOW_CLOUD_NEWS_ARRIVED);
  return verdict;
}

static void
opened_cb (FlowWireConnection *connection, gpointer data)
{
  const Guest *guest = flow_wire_connection_get_data (connection);

  if (!guest->has_claims)
    tell_about (data, connection, guest, FLOW_CLOUD_NEWS_OPENED);
}

static gboolean
talks_too_much (Guest *guest)
{
  gint64 second = g_get_monotonic_time () / G_USEC_PER_SEC;

  if (second != guest->second)
    guest->texts = 0;
  guest->second = second;
  return ++guest->texts > MAX_TEXTS;
}

static void
message_cb (FlowWireConnection *connection, FlowWireMessage *message, gpointer data)
{
  FlowCloudWire *self = data;
  FlowCloudNews *news;

  if (message->kind != FLOW_WIRE_TEXT)
    flow_wire_connection_close (connection, FLOW_CLOUD_CLOSE_BAD, "texts only");
  else if (talks_too_much (flow_wire_connection_get_data (connection)))
    flow_wire_connection_close (connection, 1008, "too many messages");
  else
    {
      news = news_new (self, connection, FLOW_CLOUD_NEWS_TEXT);
      news->text = g_bytes_ref (flow_wire_message_get_bytes (message));
      flow_call_queue_push (self->cloud->calls, &news->call);
    }
}

static void
closed_cb (FlowWireConnection *connection, guint code, const char *reason, gpointer data)
{
  FlowCloudWire *self = data;
  Guest *guest = flow_wire_connection_get_data (connection);
  FlowCloudNews *news = news_new (self, connection, FLOW_CLOUD_NEWS_CLOSED);

  flow_call_queue_push (self->cloud->calls, &news->call);
  g_free (guest->instance);
  g_free (guest);
}

static void
stopped_cb (gpointer data)
{
  FlowCloudWire *self = data;

  g_mutex_lock (&self->mutex);
  self->stopped = TRUE;
  g_cond_signal (&self->cond);
  g_mutex_unlock (&self->mutex);
}

static FlowWireLimits
get_limits (const FlowCloudOptions *options)
{
  FlowWireLimits limits = flow_wire_default_limits;

  limits.connections = options->connections;
  limits.waiting = options->connections;
  limits.reader = (FlowWireReaderLimits) { MAX_TEXT, MAX_TEXT, 16 };
  limits.queue_bytes = QUEUE_BYTES;
  limits.queue_messages = QUEUE_MESSAGES;
  limits.close_ms = CLOSE_MS;
  return limits;
}

/**
 * flow_cloud_wire_new:
 * @cloud: whose connections these are
 * @handler: what is done with them
 * @error: return location
 *
 * Start the wire's thread.
 *
 * Returns: (transfer full): the wire, or %NULL when there is no event loop
 */
FlowCloudWire *
flow_cloud_wire_new (FlowCloud *cloud, const FlowCloudSocketHandler *handler, GError **error)
{
  static const FlowWireHooks hooks = {
    .upgrade = upgrade_cb,
    .plain = plain_cb,
    .opened = opened_cb,
    .message = message_cb,
    .closed = closed_cb,
    .stopped = stopped_cb,
  };
  g_autoptr (FlowCloudWire) self = g_new0 (FlowCloudWire, 1);
  FlowWireLimits limits = get_limits (cloud->options);

  self->cloud = cloud;
  self->handler = handler;
  g_mutex_init (&self->mutex);
  g_cond_init (&self->cond);
  flow_cloud_sockets_init (self);
  self->wire = flow_wire_new ("cloud-wire", &limits, &hooks, self, error);
  if (self->wire == NULL)
    return NULL;
  flow_cloud_registry_set_wire (cloud->registry, self->wire);
  return g_steal_pointer (&self);
}

/** flow_cloud_wire_free: free what has stopped, and of which all was heard. */
void
flow_cloud_wire_free (FlowCloudWire *self)
{
  g_clear_pointer (&self->wire, flow_wire_free);
  flow_cloud_sockets_clear (self);
  g_cond_clear (&self->cond);
  g_mutex_clear (&self->mutex);
  g_free (self);
}

/**
 * flow_cloud_wire_listen:
 * @self: a wire
 * @sockets: (element-type GSocket): listening sockets
 * @passed_on: whether what comes there is passed on by our own TLS
 *
 * Take connections.
 *
 * Returns: %FALSE when the wire has stopped
 */
gboolean
flow_cloud_wire_listen (FlowCloudWire *self, GPtrArray *sockets, gboolean passed_on)
{
  return flow_wire_listen (self->wire, passed_on ? DOORWAY_PASSED_ON : DOORWAY_PLAIN, sockets);
}

/** flow_cloud_wire_stop: close everything and wait until nothing comes any more. Not on the cloud's thread. */
void
flow_cloud_wire_stop (FlowCloudWire *self)
{
  flow_wire_stop (self->wire);
  g_mutex_lock (&self->mutex);
  while (!self->stopped)
    g_cond_wait (&self->cond, &self->mutex);
  g_mutex_unlock (&self->mutex);
}

/** flow_cloud_wire_get_wire: the engine, for its counters. */
FlowWire *
flow_cloud_wire_get_wire (FlowCloudWire *self)
{
  return self->wire;
}
