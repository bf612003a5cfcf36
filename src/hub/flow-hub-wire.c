/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-hub"

#include "hub/flow-hub-wire.h"

#include <string.h>

#include "hub/flow-hub-private.h"

/* What no upgrade is refused with by itself. */
#define NO_REFUSAL (-1)
/* Pages that may wait for the user's word at once. */
#define MAX_ASKING 8
/* How long the hub waits, also when it stops, for peers that do not answer that it closes. */
#define CLOSE_MS 2000
/* Wrong tokens whose answer is late at once. */
#define MAX_LATE 4
/* Places where something is spoken. */
#define MAX_PLACES 16

/* Where a doorway is: a path at one of the listeners. */
typedef struct
{
  guint listener;
  char *path;
  FlowDoorway doorway;
} Place;

/**
 * FlowHubWire:
 *
 * The wire that listens on the hub's own port and on those of the doorways that speak WebSocket: it hands plain HTTP to
 * the hub thread, finds out by listener and path what is spoken there, asks the gate about what wants to be a
 * WebSocket, and gives what is let in to its doorway. Made and freed on the hub thread; its hooks run on the wire's.
 */
struct _FlowHubWire
{
  FlowHub *hub;
  FlowWire *wire;
  FlowGate *gate;
  FlowNativeDoorway *native;
  Place places[MAX_PLACES]; /* set before it listens */
  guint n_places;
  FlowHubWaits *waits; /* the hub thread's */
  gint refusal;        /* atomic: the error that every upgrade gets, or NO_REFUSAL */
  gint asks;           /* atomic: there is somebody who can be asked about origins */

  /* The wire thread's */
  FlowPeerUid *peers;
  GHashTable *pages; /* web origin -> FlowDoorwayPage */
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

/* What is behind a question mark is nobody's business: a token there would be in other programs' logs. */
static const FlowDoorway *
find_doorway (FlowHubWire *self, guint listener, const char *target)
{
  gsize length = strcspn (target, "?");

  for (guint i = 0; i < self->n_places; i++)
    {
      const Place *place = &self->places[i];

      if (place->listener == listener && strlen (place->path) == length && strncmp (place->path, target, length) == 0)
        return &place->doorway;
    }
  return NULL;
}

/* What stands in the way beside the guard. */
static FlowGuardDecision
check_rest (FlowHubWire *self, const FlowDoorway *doorway, FlowGuardDecision decision)
{
  gint refusal = g_atomic_int_get (&self->refusal);

  if (refusal != NO_REFUSAL)
    return refuse ((FlowError) refusal, flow_error_info ((FlowError) refusal)->code, "the hub is starting or stopping");
  if (doorway == NULL)
    return refuse (FLOW_ERROR_NOT_FOUND, "path", "there is no WebSocket at this path");
  return decision;
}

/* Whether the answer has to wait: for the user, or as too many tokens were wrong. */
static FlowWireAnswer
choose (FlowHubWire *self, guint **waits, FlowGuardDecision *decision)
{
  if (decision->allow)
    return FLOW_WIRE_ACCEPT;
  if (decision->may_ask && g_atomic_int_get (&self->asks))
    {
      if (self->asking < MAX_ASKING)
        {
          *waits = &self->asking;
          return FLOW_WIRE_WAIT;
        }
      *decision = refuse (FLOW_ERROR_TOO_MANY_REQUESTS, "waiting", "too many others wait to be allowed");
    }
  else if (decision->error == FLOW_ERROR_UNAUTHORIZED)
    {
      if (self->late < MAX_LATE)
        {
          *waits = &self->late;
          return FLOW_WIRE_WAIT;
        }
      *decision = refuse (FLOW_ERROR_TOO_MANY_REQUESTS, "token", "too many wrong tokens came");
    }
  return FLOW_WIRE_REFUSE;
}

/* What the connections of an origin have together, made with the first of them. */
static FlowDoorwayPage *
get_page (FlowHubWire *self, const char *origin)
{
  FlowDoorwayPage *page = g_hash_table_lookup (self->pages, origin);

  if (page != NULL)
    return page;
  page = g_new0 (FlowDoorwayPage, 1);
  page->origin = g_strdup (origin);
  g_hash_table_insert (self->pages, (gpointer) page->origin, page);
  return page;
}

static gboolean
has_too_many (FlowHubWire *self, const char *origin)
{
  FlowDoorwayPage *page = origin != NULL ? g_hash_table_lookup (self->pages, origin) : NULL;

  return page != NULL && page->connections >= FLOW_DOORWAY_PAGE_CONNECTIONS;
}

/* It is among the doorway's until it is closed. */
static void
admit (FlowHubWire *self, FlowWireConnection *connection, const FlowDoorway *doorway, const FlowDoorwayVisitor *visitor,
       guint *waits)
{
  FlowDoorwayGuest *guest = doorway->klass->admit (doorway->self, visitor);

  guest->doorway = doorway;
  if (visitor->origin != NULL)
    {
      guest->page = get_page (self, visitor->origin);
      guest->page->connections++;
    }
  guest->waits = waits;
  if (waits != NULL)
    (*waits)++;
  flow_wire_connection_set_data (connection, guest);
}

static void
leave_page (FlowHubWire *self, FlowDoorwayGuest *guest)
{
  if (guest->page != NULL && --guest->page->connections == 0)
    g_hash_table_remove (self->pages, guest->page->origin);
  guest->page = NULL;
}

static char *
name_peer (const char *origin, FlowPeerState state, guint32 uid)
{
  if (origin != NULL)
    return g_strdup (origin);
  return state == FLOW_PEER_KNOWN ? g_strdup_printf ("uid %u", uid) : g_strdup ("unknown");
}

static FlowWireVerdict
upgrade_cb (FlowWireConnection *connection, const FlowWireHead *head, gpointer data)
{
  FlowHubWire *self = data;
  const char *origin = flow_wire_head_get (head, "Origin", NULL);
  const FlowDoorway *doorway = find_doorway (self, flow_wire_connection_get_doorway (connection), head->target);
  FlowGuardArea area = doorway != NULL ? doorway->klass->area : FLOW_GUARD_CHANNEL;
  guint32 uid = 0;
  FlowPeerState state = flow_peer_uid_lookup (self->peers, flow_wire_connection_get_fd (connection), &uid);
  g_autofree char *who = name_peer (origin, state, uid);
  g_autofree char *client = NULL;
  FlowGuardDecision decision = flow_gate_judge (self->gate, area, head, state, uid, &client);
  FlowDoorwayVisitor visitor = { flow_wire_connection_get_id (connection), origin, who, decision.has_token, client };
  FlowWireAnswer answer;
  guint *waits = NULL;

  if (decision.allow || decision.may_ask)
    decision = check_rest (self, doorway, decision);
  if ((decision.allow || decision.may_ask) && has_too_many (self, origin))
    decision = refuse (FLOW_ERROR_TOO_MANY_REQUESTS, "connections", "this web origin has too many connections");
  answer = choose (self, &waits, &decision);
  if (answer != FLOW_WIRE_ACCEPT)
    tell (self, connection, head, &decision, answer, who);
  /* Whoever only waits to be refused is kept by any of them. */
  if (answer != FLOW_WIRE_REFUSE)
    admit (self, connection, doorway != NULL ? doorway : &self->places[0].doorway, &visitor, waits);
  return (FlowWireVerdict) { .answer = answer, .error = decision.error, .message = decision.message };
}

/* It waits no more. */
static void
end_wait (FlowWireConnection *connection)
{
  FlowDoorwayGuest *guest = flow_wire_connection_get_data (connection);

  if (guest->waits != NULL)
    (*guest->waits)--;
  guest->waits = NULL;
}

static const FlowDoorway *
get_doorway (FlowWireConnection *connection)
{
  return ((FlowDoorwayGuest *) flow_wire_connection_get_data (connection))->doorway;
}

static void
opened_cb (FlowWireConnection *connection, gpointer data)
{
  const FlowDoorway *doorway = get_doorway (connection);

  end_wait (connection);
  doorway->klass->opened (doorway->self, connection);
}

static void
message_cb (FlowWireConnection *connection, FlowWireMessage *message, gpointer data)
{
  const FlowDoorway *doorway = get_doorway (connection);

  doorway->klass->message (doorway->self, connection, message);
}

static void
drained_cb (FlowWireConnection *connection, gpointer data)
{
  const FlowDoorway *doorway = get_doorway (connection);

  doorway->klass->drained (doorway->self, connection);
}

static void
pong_cb (FlowWireConnection *connection, guint64 round_trip_us, gpointer data)
{
  const FlowDoorway *doorway = get_doorway (connection);

  if (doorway->klass->pong != NULL)
    doorway->klass->pong (doorway->self, connection, round_trip_us);
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
  FlowDoorwayGuest *guest = flow_wire_connection_get_data (connection);
  const FlowDoorway *doorway = guest->doorway;
  Told *gone;

  if (guest->waits != NULL)
    {
      gone = g_new0 (Told, 1);
      gone->call.run = gone_call;
      gone->wire = self;
      gone->connection = flow_wire_connection_get_id (connection);
      flow_call_queue_push (self->hub->calls, &gone->call);
      end_wait (connection);
    }
  leave_page (self, guest);
  doorway->klass->closed (doorway->self, connection, code);
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
  flow_hub_wire_add (self, FLOW_HUB_DOORWAY_HUB, FLOW_NATIVE_PATH, &flow_native_doorway_class, self->native);
}

/**
 * flow_hub_wire_add:
 * @self: a wire that does not listen yet
 * @listener: which of the hub's ports
 * @path: the path there
 * @klass: what is spoken
 * @doorway: by whom; lives until the wire has stopped
 *
 * Have a protocol spoken at a place. A path that somebody has already stays his.
 */
void
flow_hub_wire_add (FlowHubWire *self, FlowHubDoorway listener, const char *path, const FlowDoorwayClass *klass,
                   gpointer doorway)
{
  g_return_if_fail (self->n_places < MAX_PLACES);

  self->places[self->n_places++] = (Place) { listener, g_strdup (path), { klass, doorway } };
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
  for (guint i = 0; i < self->n_places; i++)
    g_free (self->places[i].path);
  g_cond_clear (&self->cond);
  g_mutex_clear (&self->mutex);
  g_free (self);
}

/**
 * flow_hub_wire_listen:
 * @self: a wire
 * @listener: which of the hub's ports
 * @sockets: (element-type GSocket): its listening sockets
 *
 * Take connections.
 *
 * Returns: %FALSE when the wire has stopped
 */
gboolean
flow_hub_wire_listen (FlowHubWire *self, FlowHubDoorway listener, GPtrArray *sockets)
{
  return flow_wire_listen (self->wire, listener, sockets);
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
