/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-router"

#include "router/flow-router-private.h"

#include <string.h>

/* How many messages that are not kept are remembered, so that a repetition is noticed. */
#define RECENT 4096

/**
 * FlowRouter:
 *
 * Who gets which message: the channels that are there, the hub's own handlers, and the outbox for what must arrive.
 * What needs no decision goes from connection to connection without it. Belongs to the hub thread.
 */

/**
 * flow_router_changed:
 * @self: a router
 *
 * Say that a channel, or what waits for it, is not what it was.
 */
void
flow_router_changed (FlowRouter *self)
{
  if (self->funcs->changed != NULL)
    self->funcs->changed (self, self->data);
}

void
flow_router_wake_at (FlowRouter *self, gint64 due_us)
{
  if (due_us >= self->due_us)
    return;
  self->due_us = due_us;
  if (self->funcs->wake != NULL)
    self->funcs->wake (self, due_us, self->data);
}

static FlowChannel *
outbox_best (FlowChannelKind kind, gpointer data)
{
  return flow_router_best (data, kind, NULL, NULL);
}

static void
outbox_stored (const FlowOutboxRecord *record, gboolean handled, gpointer data)
{
  flow_router_answer_ack (data, record->source, record->id, "stored");
  if (handled)
    flow_router_answer_ack (data, record->source, record->id, "handled");
}

static void
outbox_handled (const FlowOutboxRecord *record, gpointer data)
{
  flow_router_answer_ack (data, record->source, record->id, "handled");
}

static void
outbox_refused (const FlowOutboxRecord *record, const GError *error, gpointer data)
{
  flow_router_answer_error (data, record->source, record->id, error, NULL);
}

static void
outbox_died (const FlowOutboxRecord *record, FlowError reason, gpointer data)
{
  g_autoptr (GError) error = g_error_new (FLOW_ERROR, (int) reason, "the message for “%s” was given up: %s",
                                          record->target, flow_error_info (reason)->code);

  flow_router_answer_error (data, record->source, record->id, error, NULL);
}

static void
outbox_due (gint64 due_us, gpointer data)
{
  flow_router_wake_at (data, due_us);
}

static void
outbox_changed (gpointer data)
{
  flow_router_changed (data);
}

static const FlowOutboxFuncs outbox_funcs = {
  .best = outbox_best,
  .stored = outbox_stored,
  .handled = outbox_handled,
  .refused = outbox_refused,
  .died = outbox_died,
  .due = outbox_due,
  .changed = outbox_changed,
};

/**
 * flow_router_new:
 * @clock: (nullable): the time, %NULL for the machine's
 * @funcs: what it calls; must outlive it
 * @data: for @funcs
 *
 * Make a router without channels.
 *
 * Returns: (transfer full): the router
 */
FlowRouter *
flow_router_new (const FlowClock *clock, const FlowRouterFuncs *funcs, gpointer data)
{
  FlowRouter *self = g_new0 (FlowRouter, 1);

  self->clock = clock;
  self->funcs = funcs;
  self->data = data;
  self->handlers = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  self->channels = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, g_object_unref);
  self->recent = flow_recent_new (RECENT);
  self->due_us = G_MAXINT64;
  return self;
}

/**
 * flow_router_open:
 * @self: a router that was not opened
 * @store: (transfer none): where messages are kept; must outlive the router
 * @error: return location
 *
 * Read what is kept. Comes before everything else.
 *
 * Returns: %FALSE when it cannot be read
 */
gboolean
flow_router_open (FlowRouter *self, FlowOutboxStore *store, GError **error)
{
  self->outbox = flow_outbox_new (self->clock, store, &outbox_funcs, self, error);
  return self->outbox != NULL;
}

/**
 * flow_router_free:
 * @self: (transfer full): a router
 *
 * Free it, and forget its channels without closing them.
 */
void
flow_router_free (FlowRouter *self)
{
  g_clear_pointer (&self->outbox, flow_outbox_free);
  g_queue_clear_full (&self->held, (GDestroyNotify) flow_router_held_free);
  flow_recent_free (self->recent);
  g_hash_table_unref (self->channels);
  g_hash_table_unref (self->handlers);
  g_free (self);
}

/**
 * flow_router_add_handler:
 * @self: a router
 * @type: a type of message
 * @handler: what handles it
 * @data: for it
 *
 * Have the hub handle a type itself.
 */
void
flow_router_add_handler (FlowRouter *self, const char *type, FlowRouterHandler handler, gpointer data)
{
  FlowRouterRegistration *registration = g_new (FlowRouterRegistration, 1);

  *registration = (FlowRouterRegistration) { handler, data };
  g_hash_table_insert (self->handlers, g_strdup (type), registration);
}

/**
 * flow_router_tick:
 * @self: a router
 *
 * Do what time brings.
 *
 * Returns: when it is due again, monotonic us
 */
gint64
flow_router_tick (FlowRouter *self)
{
  gint64 due_us;

  /* What is done here may make more due; flow_router_wake_at() notes it. */
  self->due_us = G_MAXINT64;
  due_us = flow_router_tick_held (self, flow_clock_monotonic_us (self->clock));
  due_us = MIN (due_us, flow_outbox_tick (self->outbox));
  self->due_us = MIN (self->due_us, due_us);
  return self->due_us;
}

/**
 * flow_router_get_clock:
 * @self: a router
 *
 * Get the clock that it goes by.
 *
 * Returns: (transfer none) (nullable): the clock
 */
const FlowClock *
flow_router_get_clock (FlowRouter *self)
{
  return self->clock;
}

/**
 * flow_router_get_stats:
 * @self: a router
 * @stats: (out): what it has and did
 *
 * Say how it is.
 */
void
flow_router_get_stats (FlowRouter *self, FlowRouterStats *stats)
{
  FlowOutboxStats outbox;

  flow_outbox_get_stats (self->outbox, &outbox);
  *stats = (FlowRouterStats) { .channels = g_hash_table_size (self->channels),
                               .routed = self->routed,
                               .refused = self->refused,
                               .waiting = outbox.waiting,
                               .waiting_bytes = outbox.bytes,
                               .dead = outbox.dead,
                               .died = outbox.died,
                               .repeated = outbox.repeated,
                               .oldest_ns = outbox.oldest_ns };
}

/**
 * flow_router_resend:
 * @self: a router
 * @number: a dead letter, or a message that waits
 * @error: return location
 *
 * Send a dead letter again, or repeat a delivery at once.
 *
 * Returns: %FALSE with %FLOW_ERROR_NOT_FOUND or %FLOW_ERROR_QUEUE_FULL
 */
gboolean
flow_router_resend (FlowRouter *self, guint64 number, GError **error)
{
  return flow_outbox_resend (self->outbox, number, error);
}

/**
 * flow_router_drop:
 * @self: a router
 * @number: a dead letter, or a message that waits
 * @error: return location
 *
 * Forget a message.
 *
 * Returns: %FALSE with %FLOW_ERROR_NOT_FOUND or %FLOW_ERROR_BUSY
 */
gboolean
flow_router_drop (FlowRouter *self, guint64 number, GError **error)
{
  return flow_outbox_drop (self->outbox, number, error);
}

static int
compare_names (gconstpointer a, gconstpointer b)
{
  return strcmp (flow_channel_get_name (*(FlowChannel *const *) a), flow_channel_get_name (*(FlowChannel *const *) b));
}

/**
 * flow_router_list:
 * @self: a router
 *
 * List the channels that are there.
 *
 * Returns: (transfer full) (element-type FlowChannel): the channels by name; each has a reference
 */
GPtrArray *
flow_router_list (FlowRouter *self)
{
  GPtrArray *channels = g_ptr_array_new_full (g_hash_table_size (self->channels), g_object_unref);
  GHashTableIter iter;
  gpointer channel;

  g_hash_table_iter_init (&iter, self->channels);
  while (g_hash_table_iter_next (&iter, NULL, &channel))
    g_ptr_array_add (channels, g_object_ref (channel));
  g_ptr_array_sort (channels, compare_names);
  return channels;
}

static void
write_latency (FlowJsonWriter *writer, FlowChannel *channel)
{
  FlowLatencySummary summary;
  double samples_ms[FLOW_LATENCY_SAMPLES];
  guint n_samples;

  if (!flow_latency_summarise (flow_channel_get_latency (channel), &summary))
    {
      flow_json_writer_null (writer);
      return;
    }
  flow_json_writer_begin_object (writer);
  flow_json_writer_key (writer, "p50_ms");
  flow_json_writer_double (writer, summary.p50_ms);
  flow_json_writer_key (writer, "p99_ms");
  flow_json_writer_double (writer, summary.p99_ms);
  flow_json_writer_key (writer, "last_ms");
  flow_json_writer_double (writer, summary.last_ms);
  flow_json_writer_key (writer, "samples_ms");
  flow_json_writer_begin_array (writer);
  n_samples = flow_latency_get_samples (flow_channel_get_latency (channel), samples_ms);
  for (guint i = 0; i < n_samples; i++)
    flow_json_writer_double (writer, samples_ms[i]);
  flow_json_writer_end_array (writer);
  flow_json_writer_end_object (writer);
}

/* What others may know of a channel. */
static void
write_identity (FlowJsonWriter *writer, FlowChannel *channel)
{
  flow_json_writer_key (writer, "channel");
  flow_json_writer_string (writer, flow_channel_get_name (channel), -1);
  flow_json_writer_key (writer, "kind");
  flow_json_writer_string (writer, flow_channel_kind_get_name (flow_channel_get_kind (channel)), -1);
  flow_json_writer_key (writer, "client");
  flow_json_writer_string (writer, flow_channel_get_client (channel), -1);
  flow_json_writer_key (writer, "workspaces");
  flow_json_writer_strv (writer, flow_channel_get_workspaces (channel));
  flow_json_writer_key (writer, "focused");
  flow_json_writer_bool (writer, flow_channel_get_focused (channel));
}

static void
write_channel (FlowRouter *self, FlowJsonWriter *writer, FlowChannel *channel)
{
  flow_json_writer_begin_object (writer);
  write_identity (writer, channel);
  flow_json_writer_key (writer, "version");
  flow_json_writer_string (writer, flow_channel_get_version (channel), -1);
  flow_json_writer_key (writer, "capabilities");
  flow_json_writer_strv (writer, flow_channel_get_capabilities (channel));
  flow_json_writer_key (writer, "since");
  flow_json_writer_time (writer, flow_channel_get_connected_ns (channel));
  flow_json_writer_key (writer, "messagesIn");
  flow_json_writer_uint64 (writer, flow_channel_get_messages_in (channel));
  flow_json_writer_key (writer, "messagesOut");
  flow_json_writer_uint64 (writer, flow_channel_get_messages_out (channel));
  flow_json_writer_key (writer, "queued");
  flow_json_writer_uint64 (writer, flow_channel_get_queued (channel));
  flow_json_writer_key (writer, "outbox");
  flow_json_writer_uint64 (writer, flow_outbox_count_for (self->outbox, flow_channel_get_name (channel)));
  flow_json_writer_key (writer, "latency");
  write_latency (writer, channel);
  flow_json_writer_end_object (writer);
}

/**
 * flow_router_write_channels:
 * @self: a router
 * @writer: where to
 *
 * Write the member `channels` into an object: everything about every channel, by name.
 */
void
flow_router_write_channels (FlowRouter *self, FlowJsonWriter *writer)
{
  g_autoptr (GPtrArray) channels = flow_router_list (self);

  flow_json_writer_key (writer, "channels");
  flow_json_writer_begin_array (writer);
  for (guint i = 0; i < channels->len; i++)
    write_channel (self, writer, g_ptr_array_index (channels, i));
  flow_json_writer_end_array (writer);
}

/**
 * flow_router_write_presence:
 * @self: a router
 * @writer: where to
 * @except: (nullable): a channel that is left out
 *
 * Write an array of what other channels may know: who is there. Web pages are nobody's business.
 */
void
flow_router_write_presence (FlowRouter *self, FlowJsonWriter *writer, FlowChannel *except)
{
  g_autoptr (GPtrArray) channels = flow_router_list (self);

  flow_json_writer_begin_array (writer);
  for (guint i = 0; i < channels->len; i++)
    {
      FlowChannel *channel = g_ptr_array_index (channels, i);

      if (channel == except || flow_channel_get_kind (channel) == FLOW_CHANNEL_KIND_BROWSER_PAGE)
        continue;
      flow_json_writer_begin_object (writer);
      write_identity (writer, channel);
      flow_json_writer_end_object (writer);
    }
  flow_json_writer_end_array (writer);
}

/**
 * flow_router_write_outbox:
 * @self: a router
 * @writer: where to
 * @target: (nullable): only messages with this target
 *
 * Write the members `waiting`, `dead` and `counts` into an object.
 */
void
flow_router_write_outbox (FlowRouter *self, FlowJsonWriter *writer, const char *target)
{
  flow_outbox_write (self->outbox, writer, target);
}
