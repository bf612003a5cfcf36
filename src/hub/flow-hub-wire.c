/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-hub"

#include "hub/flow-hub-wire.h"

#include "hub/flow-hub-private.h"

/* What no upgrade is refused with by itself. */
#define NO_REFUSAL (-1)

/**
 * FlowHubWire:
 *
 * The wire that listens on the hub's own port: it hands plain HTTP to the hub thread and asks the gate about what wants
 * to be a WebSocket. Belongs to the hub thread; its hooks run on the wire's.
 */
struct _FlowHubWire
{
  FlowHub *hub;
  FlowWire *wire;
  FlowGate *gate;
  FlowPeerUid *peers; /* the wire thread's */
  gint refusal;       /* atomic: the error that every upgrade gets, or NO_REFUSAL */

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

static FlowWireVerdict
refuse (FlowError error, const char *message)
{
  return (FlowWireVerdict) { .answer = FLOW_WIRE_REFUSE, .error = error, .message = message };
}

static FlowWireVerdict
upgrade_cb (FlowWireConnection *connection, const FlowWireHead *head, gpointer data)
{
  FlowHubWire *self = data;
  g_autofree char *client = NULL;
  guint32 uid = 0;
  FlowPeerState peer = flow_peer_uid_lookup (self->peers, flow_wire_connection_get_fd (connection), &uid);
  FlowGuardDecision decision = flow_gate_judge (self->gate, head, peer, uid, &client);
  gint refusal = g_atomic_int_get (&self->refusal);

  if (!decision.allow)
    return refuse (decision.error, decision.message);
  if (refusal != NO_REFUSAL)
    return refuse ((FlowError) refusal, "the hub is starting or stopping");
  return refuse (FLOW_ERROR_NOT_FOUND, "there is no WebSocket here");
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
  static const FlowWireHooks hooks = { .upgrade = upgrade_cb, .plain = plain_cb, .stopped = stopped_cb };
  g_autoptr (FlowHubWire) self = g_new0 (FlowHubWire, 1);

  self->hub = hub;
  self->gate = flow_gate_new ();
  self->peers = flow_peer_uid_new ();
  self->refusal = FLOW_ERROR_BUSY;
  g_mutex_init (&self->mutex);
  g_cond_init (&self->cond);
  self->wire = flow_wire_new ("flow-wire", &flow_wire_default_limits, &hooks, self, error);
  return self->wire != NULL ? g_steal_pointer (&self) : NULL;
}

/**
 * flow_hub_wire_free:
 * @self: (transfer full): a wire that has stopped, or will now
 *
 * Free it.
 */
void
flow_hub_wire_free (FlowHubWire *self)
{
  g_clear_pointer (&self->wire, flow_wire_free);
  flow_gate_free (self->gate);
  flow_peer_uid_free (self->peers);
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

/** flow_hub_wire_get_gate: what the wire asks. */
FlowGate *
flow_hub_wire_get_gate (FlowHubWire *self)
{
  return self->gate;
}
