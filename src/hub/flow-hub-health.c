/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-hub-health"

#include "hub/flow-hub-health.h"

#include <glib/gi18n.h>

#include "hub/flow-hub-private.h"
#include "message/flow-message-builder.h"
#include "router/flow-health.h"
#include "router/flow-outbox.h"

/* An answer that comes later is about a ping that nobody remembers. */
#define LATE_US (10 * 60 * G_USEC_PER_SEC)

/**
 * FlowHubHealth:
 *
 * Has [type@FlowHealth] know what happens in a hub, and pings its channels. Belongs to the hub thread.
 */
struct _FlowHubHealth
{
  FlowHub *hub;
  FlowRouter *router;
  const FlowClock *clock;
  FlowHealth *health;
  GSource *timer;
};

typedef struct
{
  GSource source;
  FlowHubHealth *health;
} Timer;

static void
gather_cb (FlowHealthFacts *facts, gpointer data)
{
  FlowHubHealth *self = data;
  FlowRouterStats stats;
  double messages, bytes;

  flow_router_get_stats (self->router, &stats);
  messages = (double) stats.waiting / FLOW_OUTBOX_TARGET_MESSAGES;
  bytes = (double) stats.waiting_bytes / FLOW_OUTBOX_TARGET_BYTES;
  facts->waiting = stats.waiting;
  facts->fill = MIN (MAX (messages, bytes), 1);
  facts->died = stats.died;
  facts->refused = flow_refusals_total (self->hub->refusals) + stats.refused;
}

static void
advise_port (const FlowHubPort *port, GPtrArray *advice)
{
  if (port->wanted == 0 || (port->on && port->port == port->wanted))
    return;
  if (port->hint != NULL && !port->on)
    g_ptr_array_add (advice, g_strdup_printf (_ ("Port %u is taken by another program, so %s is off; another port: %s"),
                                              port->wanted, port->name, port->hint));
  else if (port->hint != NULL)
    g_ptr_array_add (advice, g_strdup_printf (_ ("Port %u is taken by another program; tell programs with %s."),
                                              port->wanted, port->hint));
  else if (port->on)
    g_ptr_array_add (advice, g_strdup_printf (_ ("Port %u is taken by another program; %s listens on port %u."),
                                              port->wanted, port->name, port->port));
  else
    g_ptr_array_add (advice, g_strdup_printf (_ ("%s does not listen: %s."), port->name, port->reason));
}

/* What the hub knows beside its channels. */
static void
advise_cb (GPtrArray *advice, gpointer data)
{
  FlowHub *hub = ((FlowHubHealth *) data)->hub;
  const char *trouble = flow_hub_get_trouble (hub);

  if (trouble != NULL)
    g_ptr_array_insert (advice, 0,
                        g_strdup_printf (_ ("Nothing is stored at the moment (%s); see “flowctl doctor”."), trouble));
  for (int i = 0; i < FLOW_HUB_N_DOORWAYS; i++)
    advise_port (&hub->ports[i], advice);
  if (flow_refusals_count (hub->refusals, 403, "user") > 0)
    g_ptr_array_add (advice, g_strdup (_ ("Programs of other users were refused; the setting allow-other-users lets "
                                          "them in.")));
}

static void
ping (FlowHubHealth *self, FlowChannel *channel)
{
  FlowMessageBuilder *builder = flow_message_builder_new ("ping", FLOW_CHANNEL_HUB);
  g_autoptr (FlowMessage) message = NULL;
  FlowJsonWriter *writer;

  flow_message_builder_set_target (builder, flow_channel_get_name (channel));
  writer = flow_message_builder_data (builder);
  flow_json_writer_key (writer, "pingTime");
  flow_json_writer_int64 (writer, flow_clock_monotonic_us (self->clock));
  message = flow_message_builder_end (g_steal_pointer (&builder));
  flow_channel_send (channel, flow_message_get_bytes (message), TRUE);
}

static void
ping_cb (gpointer data)
{
  FlowHubHealth *self = data;
  g_autoptr (GPtrArray) channels = flow_router_list (self->router);

  for (guint i = 0; i < channels->len; i++)
    ping (self, g_ptr_array_index (channels, i));
}

/* The time of the ping comes back as it was, so none has to be remembered. */
static FlowRouterHandled
handle_pong (FlowRouter *router, FlowChannel *from, FlowMessage *message, gpointer data)
{
  FlowHubHealth *self = data;
  gint64 now = flow_clock_monotonic_us (self->clock), sent;

  if (from == NULL || !flow_message_get_int (message, "pingTime", &sent) || sent > now || sent < now - LATE_US)
    return FLOW_ROUTER_DONE;
  flow_latency_add (flow_channel_get_latency (from), (guint64) (now - sent));
  flow_health_round_trip (self->health, flow_channel_get_name (from), (guint64) (now - sent));
  return FLOW_ROUTER_DONE;
}

static gboolean
timer_dispatch (GSource *source, GSourceFunc callback, gpointer data)
{
  g_source_set_ready_time (source, flow_health_tick (((Timer *) source)->health->health));
  return G_SOURCE_CONTINUE;
}

static GSourceFuncs timer_funcs = { .dispatch = timer_dispatch };

/**
 * flow_hub_health_new:
 * @hub: a hub
 * @router: its router; lives longer
 *
 * Keep an eye on a hub's connections from now on, on the calling thread.
 *
 * Returns: (transfer full): an eye
 */
FlowHubHealth *
flow_hub_health_new (FlowHub *hub, FlowRouter *router)
{
  static const FlowHealthFuncs funcs = { gather_cb, advise_cb, ping_cb };
  FlowHubHealth *self = g_new0 (FlowHubHealth, 1);

  self->hub = hub;
  self->router = router;
  self->clock = flow_router_get_clock (router);
  self->health = flow_health_new (self->clock, &funcs, self);
  self->timer = g_source_new (&timer_funcs, sizeof (Timer));
  ((Timer *) self->timer)->health = self;
  g_source_set_name (self->timer, "flow-hub-health");
  g_source_set_ready_time (self->timer, flow_health_tick (self->health));
  g_source_attach (self->timer, g_main_context_get_thread_default ());
  flow_router_add_handler (router, "pong", handle_pong, self);
  return self;
}

/**
 * flow_hub_health_free:
 * @self: (transfer full): an eye on a hub whose router gets no messages any more
 *
 * Free it.
 */
void
flow_hub_health_free (FlowHubHealth *self)
{
  g_source_destroy (self->timer);
  g_source_unref (self->timer);
  flow_health_free (self->health);
  g_free (self);
}

/** flow_hub_health_joined: there is one more channel. It is pinged at once, so that something is known of it. */
void
flow_hub_health_joined (FlowHubHealth *self, FlowChannel *channel)
{
  flow_health_connected (self->health, flow_channel_get_name (channel));
  ping (self, channel);
}

/* What people stop with Ctrl+C or by closing a tab is not missed. */
static gboolean
comes_and_goes (FlowChannel *channel)
{
  FlowChannelKind kind = flow_channel_get_kind (channel);

  return kind == FLOW_CHANNEL_KIND_CLI || kind == FLOW_CHANNEL_KIND_BROWSER_PAGE;
}

/** flow_hub_health_left: a channel is gone. */
void
flow_hub_health_left (FlowHubHealth *self, FlowChannel *channel)
{
  flow_health_disconnected (self->health, flow_channel_get_name (channel),
                            flow_channel_said_goodbye (channel) || comes_and_goes (channel));
}

/** flow_hub_health_synced: something was synced, well or not, and so many conflicts are open. */
void
flow_hub_health_synced (FlowHubHealth *self, gboolean well, guint conflicts)
{
  flow_health_synced (self->health, well, conflicts);
}

/**
 * flow_hub_health_write:
 * @self: an eye on a hub
 * @writer: inside an object
 *
 * Write the members of the answer of the verb `health`.
 */
void
flow_hub_health_write (FlowHubHealth *self, FlowJsonWriter *writer)
{
  flow_health_write (self->health, writer);
}
