/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-hub"

#include "hub/flow-hub-wire.h"

#include <string.h>

#include "hub/doorways/flow-native-peer.h"
#include "hub/flow-hub-private.h"

/* What no upgrade is refused with by itself. */
#define NO_REFUSAL (-1)
/* Pages that may wait for the user's word at once. */
#define MAX_ASKING 8
/* How long the hub waits, also when it stops, for peers that do not answer that it closes. */
#define CLOSE_MS 2000
/* Wrong tokens whose answer is late at once. */
#define MAX_LATE 4

/**
 * FlowHubWire:
 *
 * The wire that listens on the hub's own port: it hands plain HTTP to the hub thread, asks the gate about what wants
 * to be a WebSocket, and gives what is let in to its doorway. Made and freed on the hub thread; its hooks run on the
 * wire's.
 */
struct _FlowHubWire
{
  FlowHub *hub;
  FlowWire *wire;
  FlowGate *gate;
  FlowNativeDoorway *native;
  FlowHubWaits *waits; /* the hub thread's */
  gint refusal;        /* atomic: the error that every upgrade gets, or NO_REFUSAL */
  gint asks;           /* atomic: there is somebody who can be asked about origins */

  /* The wire thread's */
  FlowPeerUid *peers;
  GHashTable *pages; /* web origin -> FlowNativePage */
  guint asking;
  guint late;

  GMutex mutex;
  GCond cond;
  gboolean stopped;
};

/* A connection on its way to the HTTP side. */
typedef struct
{
  FlowCall call;
  FlowHub *hub;
  int fd;
  guint doorway;
} Plain;

/* An upgrade that is not simply let in, on its way to the hub thread. */
typedef struct
{
  FlowCall call;
  FlowHubWire *wire;
  guint64 connection;
  FlowGuardDecision decision;
  FlowWireAnswer answer;
  char *origin; /* (nullable) */
  char *who;
  char *path;
  char *agent; /* (nullable) */
} Told;

static void
plain_call (FlowCall *call)
{
  Plain *plain = (Plain *) call;

  flow_http_server_take (plain->hub->server, plain->fd, plain->doorway);
  g_free (plain);
}

static void
plain_cb (int fd, guint doorway, gpointer data)
{
  FlowHubWire *self = data;
  Plain *plain = g_new (Plain, 1);

  *plain = (Plain) { { NULL, plain_call }, self->hub, fd, doorway };
  flow_call_queue_push (self->hub->calls, &plain->call);
}

static void
record (FlowHubWire *self, const Told *told)
{
  FlowRefusal refusal = {
    .status = (guint) flow_error_info (told->decision.error)->http_status,
    .reason = told->decision.reason,
    .method = "GET",
    .path = told->path,
    .message = told->decision.message,
    .agent = told->agent,
    .peer = told->who,
  };

  flow_refusals_add (self->hub->refusals, &refusal);
}

/* On the hub thread. */
static void
told_call (FlowCall *call)
{
  Told *told = (Told *) call;
  FlowHubWire *self = told->wire;
  FlowHub *hub = self->hub;

  if (told->decision.may_ask)
    flow_hub_origin_asked (hub, told->origin);
  if (told->answer == FLOW_WIRE_REFUSE)
    record (self, told);
  else if (told->decision.may_ask)
    {
      flow_hub_waits_add (self->waits, told->connection, told->origin);
      flow_hub_settle_origins (hub);
    }
  else
    {
      record (self, told);
      flow_hub_waits_delay (self->waits, told->connection, flow_guesses_note (hub->guesses, told->who));
    }
  g_free (told->origin);
  g_free (told->who);
  g_free (told->path);
  g_free (told->agent);
  g_free (told);
}

static void
tell (FlowHubWire *self, FlowWireConnection *connection, const FlowWireHead *head, const FlowGuardDecision *decision,
      FlowWireAnswer answer, const char *who)
{
  Told *told = g_new0 (Told, 1);

  told->call.run = told_call;
  told->wire = self;
  told->connection = flow_wire_connection_get_id (connection);
  told->decision = *decision;
  told->answer = answer;
  told->origin = g_strdup (flow_wire_head_get (head, "Origin", NULL));
  told->who = g_strdup (who);
  told->path = g_strdup (head->target);
  told->agent = g_strdup (flow_wire_head_get (head, "User-Agent", NULL));
  flow_call_queue_push (self->hub->calls, &told->call);
}

static FlowGuardDecision
refuse (FlowError error, const char *reason, const char *message)
{
  return (FlowGuardDecision) { .error = error, .reason = reason, .message = message };
}

/* What stands in the way beside the guard. */
static FlowGuardDecision
check_rest (FlowHubWire *self, const FlowWireHead *head, FlowGuardDecision decision)
{
  gint refusal = g_atomic_int_get (&self->refusal);

  if (refusal != NO_REFUSAL)
    return refuse ((FlowError) refusal, flow_error_info ((FlowError) refusal)->code, "the hub is starting or stopping");
  /* What is behind a question mark is nobody's business: a token there would be in other programs' logs. */
  if (strcspn (head->target, "?") != strlen (FLOW_NATIVE_PATH) || !g_str_has_prefix (head->target, FLOW_NATIVE_PATH))
    return refuse (FLOW_ERROR_NOT_FOUND, "path", "there is no WebSocket at this path");
  return decision;
}

/* Whether the answer has to wait: for the user, or as too many tokens were wrong. */
static FlowWireAnswer
choose (FlowHubWire *self, FlowNativePeer *peer, FlowGuardDecision *decision)
{
  if (decision->allow)
    return FLOW_WIRE_ACCEPT;
  if (decision->may_ask && g_atomic_int_get (&self->asks))
    {
      if (self->asking < MAX_ASKING)
        {
          peer->waits = &self->asking;
          return FLOW_WIRE_WAIT;
        }
      *decision = refuse (FLOW_ERROR_TOO_MANY_REQUESTS, "waiting", "too many others wait to be allowed");
    }
  else if (decision->error == FLOW_ERROR_UNAUTHORIZED)
    {
      if (self->late < MAX_LATE)
        {
          peer->waits = &self->late;
          return FLOW_WIRE_WAIT;
        }
      *decision = refuse (FLOW_ERROR_TOO_MANY_REQUESTS, "token", "too many wrong tokens came");
    }
  return FLOW_WIRE_REFUSE;
}

/* What the connections of an origin have together, made with the first of them. */
static FlowNativePage *
get_page (FlowHubWire *self, const char *origin)
{
  FlowNativePage *page = g_hash_table_lookup (self->pages, origin);

  if (page != NULL)
    return page;
  page = g_new0 (FlowNativePage, 1);
  g_hash_table_insert (self->pages, g_strdup (origin), page);
  return page;
}

static gboolean
has_too_many (FlowHubWire *self, const char *origin)
{
  FlowNativePage *page = origin != NULL ? g_hash_table_lookup (self->pages, origin) : NULL;

  return page != NULL && page->connections >= FLOW_NATIVE_PAGE_CONNECTIONS;
}

/* It is among the doorway's until it is closed. */
static void
admit (FlowHubWire *self, FlowWireConnection *connection, FlowNativePeer *peer)
{
  if (peer->origin != NULL)
    {
      peer->page = get_page (self, peer->origin);
      peer->page->connections++;
    }
  if (peer->waits != NULL)
    (*peer->waits)++;
  flow_native_doorway_admit (self->native, connection, flow_native_peer_ref (peer));
}

static void
leave_page (FlowHubWire *self, FlowNativePeer *peer)
{
  if (peer->page != NULL && --peer->page->connections == 0)
    g_hash_table_remove (self->pages, peer->origin);
  peer->page = NULL;
}

static FlowWireVerdict
upgrade_cb (FlowWireConnection *connection, const FlowWireHead *head, gpointer data)
{
  FlowHubWire *self = data;
  const char *origin = flow_wire_head_get (head, "Origin", NULL);
  g_autofree char *client = NULL;
  g_autofree char *who = NULL;
  g_autoptr (FlowNativePeer) peer = NULL;
  guint32 uid = 0;
  FlowPeerState state = flow_peer_uid_lookup (self->peers, flow_wire_connection_get_fd (connection), &uid);
  FlowGuardDecision decision = flow_gate_judge (self->gate, head, state, uid, &client);
  FlowWireAnswer answer;

  if (origin != NULL)
    who = g_strdup (origin);
  else
    who = state == FLOW_PEER_KNOWN ? g_strdup_printf ("uid %u", uid) : g_strdup ("unknown");
  if (decision.allow || decision.may_ask)
    decision = check_rest (self, head, decision);
  if ((decision.allow || decision.may_ask) && has_too_many (self, origin))
    decision = refuse (FLOW_ERROR_TOO_MANY_REQUESTS, "connections", "this web origin has too many connections");
  peer = flow_native_peer_new (flow_wire_connection_get_id (connection), origin, who);
  peer->welcome = decision.has_token || origin != NULL;
  peer->client = g_steal_pointer (&client);
  answer = choose (self, peer, &decision);
  if (answer != FLOW_WIRE_ACCEPT)
    tell (self, connection, head, &decision, answer, who);
  if (answer != FLOW_WIRE_REFUSE)
    admit (self, connection, peer);
  return (FlowWireVerdict) { .answer = answer, .error = decision.error, .message = decision.message };
}

/* It waits no more. */
static void
end_wait (FlowWireConnection *connection)
{
  FlowNativePeer *peer = flow_wire_connection_get_data (connection);

  if (peer->waits != NULL)
    (*peer->waits)--;
  peer->waits = NULL;
}

static void
opened_cb (FlowWireConnection *connection, gpointer data)
{
  FlowHubWire *self = data;

  end_wait (connection);
  flow_native_doorway_opened (self->native, connection);
}

static void
message_cb (FlowWireConnection *connection, FlowWireMessage *message, gpointer data)
{
  flow_native_doorway_message (((FlowHubWire *) data)->native, connection, message);
}

static void
drained_cb (FlowWireConnection *connection, gpointer data)
{
  flow_native_doorway_drained (((FlowHubWire *) data)->native, connection);
}

static void
pong_cb (FlowWireConnection *connection, guint64 round_trip_us, gpointer data)
{
  flow_native_doorway_pong (((FlowHubWire *) data)->native, connection, round_trip_us);
}

/* On the hub thread. */
static void
gone_call (FlowCall *call)
{
  Told *told = (Told *) call;

  flow_hub_waits_remove (told->wire->waits, told->connection);
  g_free (told);
}

static void
closed_cb (FlowWireConnection *connection, guint code, const char *reason, gpointer data)
{
  FlowHubWire *self = data;
  FlowNativePeer *peer = flow_wire_connection_get_data (connection);
  Told *gone;

  if (peer->waits != NULL)
    {
      gone = g_new0 (Told, 1);
      gone->call.run = gone_call;
      gone->wire = self;
      gone->connection = peer->connection;
      flow_call_queue_push (self->hub->calls, &gone->call);
      end_wait (connection);
    }
  leave_page (self, peer);
  flow_native_doorway_closed (self->native, connection, code);
}

static void
stopped_cb (gpointer data)
{
  FlowHubWire *self = data;

  g_mutex_lock (&self->mutex);
  self->stopped = TRUE;
  g_cond_signal (&self->cond);
  g_mutex_unlock (&self->mutex);
}

static void
make_native (FlowHubWire *self)
{
  static const FlowNativeFuncs funcs = { flow_hub_write_settings_for, flow_hub_client_used };
  FlowNativeParts parts = {
    .wire = self->wire,
    .gate = self->gate,
    .calls = self->hub->calls,
    .refusals = self->hub->refusals,
    .guesses = self->hub->guesses,
  };

  self->native = flow_native_doorway_new (&parts, &funcs, self->hub);
  self->waits = flow_hub_waits_new (self->wire);
}

/**
 * flow_hub_wire_new:
 * @hub: a hub that can be called back on its thread
 * @error: return location
 *
 * Start the wire's thread. Until flow_hub_wire_open() every upgrade is answered with "starting".
 *
 * Returns: (transfer full): the wire, or %NULL when there is no event loop
 */
FlowHubWire *
flow_hub_wire_new (FlowHub *hub, GError **error)
{
  static const FlowWireHooks hooks = {
    .upgrade = upgrade_cb,
    .plain = plain_cb,
    .opened = opened_cb,
    .message = message_cb,
    .drained = drained_cb,
    .pong = pong_cb,
    .closed = closed_cb,
    .stopped = stopped_cb,
  };
  g_autoptr (FlowHubWire) self = g_new0 (FlowHubWire, 1);
  FlowWireLimits limits = flow_wire_default_limits;

  limits.waiting = MAX_ASKING + MAX_LATE;
  limits.close_ms = CLOSE_MS;
  self->hub = hub;
  self->gate = flow_gate_new ();
  self->peers = flow_peer_uid_new ();
  self->pages = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  self->refusal = FLOW_ERROR_BUSY;
  g_mutex_init (&self->mutex);
  g_cond_init (&self->cond);
  self->wire = flow_wire_new ("flow-wire", &limits, &hooks, self, error);
  if (self->wire == NULL)
    return NULL;
  make_native (self);
  return g_steal_pointer (&self);
}

/**
 * flow_hub_wire_free:
 * @self: (transfer full): a wire that has stopped, or will now
 *
 * Free it. What it told must have been heard.
 */
void
flow_hub_wire_free (FlowHubWire *self)
{
  g_clear_pointer (&self->waits, flow_hub_waits_free);
  g_clear_pointer (&self->wire, flow_wire_free);
  g_clear_pointer (&self->native, flow_native_doorway_free);
  flow_gate_free (self->gate);
  flow_peer_uid_free (self->peers);
  g_hash_table_unref (self->pages);
  g_cond_clear (&self->cond);
  g_mutex_clear (&self->mutex);
  g_free (self);
}

/**
 * flow_hub_wire_listen:
 * @self: a wire
 * @sockets: (element-type GSocket): listening sockets of the hub's own port
 *
 * Take connections.
 *
 * Returns: %FALSE when the wire has stopped
 */
gboolean
flow_hub_wire_listen (FlowHubWire *self, GPtrArray *sockets)
{
  return flow_wire_listen (self->wire, FLOW_HUB_DOORWAY_HUB, sockets);
}

/**
 * flow_hub_wire_stop:
 * @self: a wire
 *
 * Close everything and wait until nothing comes from it any more. Not on the hub thread, which must run meanwhile.
 */
void
flow_hub_wire_stop (FlowHubWire *self)
{
  flow_wire_stop (self->wire);
  g_mutex_lock (&self->mutex);
  while (!self->stopped)
    g_cond_wait (&self->cond, &self->mutex);
  g_mutex_unlock (&self->mutex);
}

/**
 * flow_hub_wire_refuse:
 * @self: a wire
 * @error: what each upgrade is answered with from now on
 *
 * Let no WebSocket in.
 */
void
flow_hub_wire_refuse (FlowHubWire *self, FlowError error)
{
  g_atomic_int_set (&self->refusal, error);
}

/** flow_hub_wire_open: let WebSockets in, if the gate agrees. */
void
flow_hub_wire_open (FlowHubWire *self)
{
  g_atomic_int_set (&self->refusal, NO_REFUSAL);
}

/**
 * flow_hub_wire_set_asks:
 * @self: a wire
 * @asks: whether there is somebody who can be asked about web origins
 *
 * Have pages wait for the user's word, or refuse them at once. From any thread.
 */
void
flow_hub_wire_set_asks (FlowHubWire *self, gboolean asks)
{
  g_atomic_int_set (&self->asks, asks);
}

/** flow_hub_wire_get_wire: the engine, for its counters. */
FlowWire *
flow_hub_wire_get_wire (FlowHubWire *self)
{
  return self->wire;
}

/** flow_hub_wire_get_native: the doorway of the native protocol. */
FlowNativeDoorway *
flow_hub_wire_get_native (FlowHubWire *self)
{
  return self->native;
}

/** flow_hub_wire_get_waits: who waits to be let in. */
FlowHubWaits *
flow_hub_wire_get_waits (FlowHubWire *self)
{
  return self->waits;
}

/** flow_hub_wire_get_gate: what the wire asks. */
FlowGate *
flow_hub_wire_get_gate (FlowHubWire *self)
{
  return self->gate;
}
