/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-outbox"

#include "router/flow-outbox-private.h"

#include "base/flow-error.h"

/* A flight is filled up when it is down to this. */
#define REFILL (FLOW_OUTBOX_WINDOW / 2)

gboolean
flow_outbox_peer_has_room (FlowOutboxPeer *peer, gsize size)
{
  if (peer->channel == NULL || peer->blocked || peer->flight->len >= FLOW_OUTBOX_WINDOW)
    return FALSE;
  return peer->flight->len == 0 || peer->flight_bytes + size <= FLOW_OUTBOX_WINDOW_BYTES;
}

/* Take back from a holder that stays away what is for its kind. What the store is at work on follows later. */
static void
release (FlowOutbox *self, FlowOutboxQueue *queue)
{
  FlowOutboxPeer *holder = queue->holder;

  for (guint i = holder->flight->len; i > 0; i--)
    {
      FlowOutboxEntry *entry = g_ptr_array_index (holder->flight, i - 1);

      if (entry->queue != queue || entry->state != FLOW_ENTRY_READY)
        continue;
      flow_outbox_leave_flight (self, entry);
      flow_outbox_enter_waiting (self, entry);
    }
}

/* Who is to have the next message of a queue: nobody when it has to wait. */
FlowOutboxPeer *
flow_outbox_queue_peer (FlowOutbox *self, FlowOutboxQueue *queue)
{
  FlowChannel *best;

  if (!queue->is_kind)
    {
      FlowOutboxPeer *peer = g_hash_table_lookup (self->peers, queue->target);

      return peer != NULL && peer->channel != NULL ? peer : NULL;
    }
  if (queue->holder != NULL && queue->holder->channel != NULL)
    return queue->holder;
  best = self->funcs->best (queue->kind, self->data);
  if (best == NULL)
    return NULL;
  if (queue->holder != NULL)
    {
      if (flow_clock_monotonic_us (self->clock) - queue->holder->lost_us < FLOW_OUTBOX_STICKY_US)
        return NULL;
      release (self, queue);
      if (queue->holder != NULL)
        return NULL;
    }
  return flow_outbox_get_peer (self, flow_channel_get_name (best));
}

/* One message that a peer is to have. The store has none any more when somebody else cleared the table. */
static void
take_over (FlowOutbox *self, FlowOutboxEntry *entry, GBytes *payload)
{
  if (payload == NULL)
    {
      g_warning ("message %" G_GUINT64_FORMAT " is not in the database any more", entry->record->number);
      flow_outbox_remove_entry (self, entry);
      return;
    }
  flow_outbox_watch_expiry (self, entry);
  if (entry->state == FLOW_ENTRY_TAKING)
    flow_outbox_set_state (self, entry, FLOW_ENTRY_READY);
  if (entry->peer->channel == NULL)
    flow_outbox_put_aside (self, entry);
  else
    flow_outbox_set_payload (entry, payload);
}

static void
give_back (FlowOutbox *self, FlowOutboxEntry *entry)
{
  flow_outbox_watch_expiry (self, entry);
  if (entry->state != FLOW_ENTRY_TAKING)
    return;
  flow_outbox_leave_flight (self, entry);
  flow_outbox_enter_waiting (self, entry);
}

static void
taken_cb (FlowOutboxJob *job)
{
  g_autoptr (FlowOutboxJob) owned = job;
  FlowOutbox *self = flow_outbox_finish_job (owned);
  FlowOutboxPeer *peer;

  if (self == NULL)
    return;
  peer = flow_outbox_get_peer (self, flow_outbox_job_get (job, 0)->channel);
  peer->taking = FALSE;
  for (guint i = 0; i < job->items->len; i++)
    {
      FlowOutboxItem *item = flow_outbox_job_get (job, i);
      FlowOutboxEntry *entry = flow_outbox_find_entry (self, item->record->number);

      if (entry == NULL || entry->peer != peer || entry->seq != item->seq)
        continue;
      if (job->error != NULL)
        give_back (self, entry);
      else
        take_over (self, entry, item->payload);
    }
  if (job->error == NULL)
    {
      flow_outbox_pump (self, peer);
      return;
    }
  g_info ("outbox: %s; trying again", job->error->message);
  flow_outbox_retry_soon (self);
}

static void
add_to_take (FlowOutboxJob *job, FlowOutboxEntry *entry)
{
  flow_outbox_job_add (job,
                       flow_outbox_item_new (entry->record, entry->peer->name, entry->seq, entry->attempts + 1, NULL));
}

/* What was under way to a peer that went and came again is not in memory: fetch as much as may be under way. */
static void
fetch (FlowOutbox *self, FlowOutboxPeer *peer)
{
  g_autoptr (FlowOutboxJob) job = NULL;
  gsize bytes = 0;

  if (peer->taking)
    return;
  job = flow_outbox_new_job (self, FLOW_OUTBOX_TAKE, taken_cb);
  for (guint i = 0; i < peer->flight->len && job->items->len < FLOW_OUTBOX_WINDOW; i++)
    {
      FlowOutboxEntry *entry = g_ptr_array_index (peer->flight, i);

      if (entry->state != FLOW_ENTRY_READY || entry->payload != NULL)
        continue;
      if (job->items->len > 0 && bytes + entry->record->size > FLOW_OUTBOX_WINDOW_BYTES)
        break;
      bytes += entry->record->size;
      add_to_take (job, entry);
    }
  peer->taking = TRUE;
  flow_outbox_push_job (self, g_steal_pointer (&job));
}

static void
set_next_try (FlowOutbox *self, FlowOutboxEntry *entry)
{
  gint64 wait_us = (gint64) FLOW_OUTBOX_RETRY_US << (CLAMP (entry->tries, 1, 10) - 1);

  flow_outbox_set_retry (self, entry, flow_clock_monotonic_us (self->clock) + MIN (wait_us, FLOW_OUTBOX_MAX_RETRY_US));
}

/* It was sent, and nobody is to acknowledge it. */
static void
forget (FlowOutbox *self, FlowOutboxEntry *entry)
{
  FlowOutboxJob *job = flow_outbox_new_job (self, FLOW_OUTBOX_ACKED, NULL);

  flow_outbox_job_add (job, flow_outbox_item_new (entry->record, NULL, 0, 0, NULL));
  flow_outbox_remove_entry (self, entry);
  flow_outbox_insist (self, job);
  self->funcs->changed (self->data);
}

static void
mark_sent (FlowOutbox *self, FlowOutboxEntry *entry, gboolean wants_ack)
{
  if (entry->attempts > 0)
    self->repeated++;
  entry->attempts++;
  entry->tries++;
  if (!wants_ack)
    {
      forget (self, entry);
      return;
    }
  flow_outbox_set_state (self, entry, FLOW_ENTRY_SENT);
  set_next_try (self, entry);
}

/* FALSE: the peer takes nothing more. Else the entry was sent, or is no more. */
static gboolean
send_entry (FlowOutbox *self, FlowOutboxEntry *entry)
{
  g_autoptr (FlowMessage) message = flow_message_new_from_bytes (entry->payload, NULL);
  g_autoptr (FlowMessage) delivery = NULL;

  if (message == NULL)
    {
      flow_outbox_die (self, entry, FLOW_ERROR_CORRUPT);
      return TRUE;
    }
  delivery = flow_message_new_with_seq (message, entry->seq);
  switch (flow_channel_send (entry->peer->channel, flow_message_get_bytes (delivery), FALSE))
    {
    case FLOW_CHANNEL_SENT:
      mark_sent (self, entry, flow_message_get_ack (message));
      return TRUE;
    case FLOW_CHANNEL_TOO_LONG:
      flow_outbox_die (self, entry, FLOW_ERROR_TOO_LARGE);
      return TRUE;
    default:
      entry->peer->blocked = TRUE;
      flow_outbox_retry_soon (self);
      return FALSE;
    }
}

/* Send what is ready, in the order of seq: what is not ready holds up what is behind it. */
static void
send_ready (FlowOutbox *self, FlowOutboxPeer *peer)
{
  guint i = 0;

  while (peer->n_unsent > 0 && i < peer->flight->len)
    {
      FlowOutboxEntry *entry = g_ptr_array_index (peer->flight, i);

      if (entry->state == FLOW_ENTRY_SENT)
        {
          i++;
          continue;
        }
      if (entry->state != FLOW_ENTRY_READY)
        return;
      if (entry->payload == NULL)
        {
          fetch (self, peer);
          return;
        }
      if (!send_entry (self, entry))
        return;
    }
}

/* The entry that a peer should have next: of all queues that are its own, the first by priority, then by arrival. */
static FlowOutboxEntry *
find_next (FlowOutbox *self, FlowOutboxPeer *peer)
{
  const char *targets[] = { peer->name, flow_channel_kind_get_name (peer->kind),
                            flow_channel_kind_get_name (FLOW_CHANNEL_KIND_EDITOR) };
  FlowOutboxEntry *next = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (targets); i++)
    {
      FlowOutboxQueue *queue = g_hash_table_lookup (self->queues, targets[i]);
      FlowOutboxEntry *entry;

      if (queue == NULL || flow_outbox_queue_peer (self, queue) != peer || g_sequence_is_empty (queue->waiting))
        continue;
      entry = g_sequence_get (g_sequence_get_begin_iter (queue->waiting));
      if (next == NULL || entry->record->priority > next->record->priority ||
          (entry->record->priority == next->record->priority && entry->record->number < next->record->number))
        next = entry;
    }
  return next;
}

/* Give a peer what waits for it, up to a window, in one transaction. */
static void
fill (FlowOutbox *self, FlowOutboxPeer *peer)
{
  g_autoptr (FlowOutboxJob) job = NULL;
  FlowOutboxEntry *entry;

  if (peer->taking || peer->flight->len > REFILL)
    return;
  while ((entry = find_next (self, peer)) != NULL && flow_outbox_peer_has_room (peer, entry->record->size))
    {
      if (job == NULL)
        job = flow_outbox_new_job (self, FLOW_OUTBOX_TAKE, taken_cb);
      flow_outbox_enter_flight (self, entry, peer, peer->seq + 1);
      flow_outbox_set_state (self, entry, FLOW_ENTRY_TAKING);
      add_to_take (job, entry);
    }
  if (job == NULL)
    return;
  peer->taking = TRUE;
  flow_outbox_push_job (self, g_steal_pointer (&job));
}

/* Send a peer what can be sent. */
void
flow_outbox_pump (FlowOutbox *self, FlowOutboxPeer *peer)
{
  if (peer->channel == NULL || peer->blocked)
    return;
  send_ready (self, peer);
  if (peer->channel != NULL && !peer->blocked)
    fill (self, peer);
}

void
flow_outbox_pump_queue (FlowOutbox *self, FlowOutboxQueue *queue)
{
  FlowOutboxPeer *peer = flow_outbox_queue_peer (self, queue);

  if (peer != NULL)
    flow_outbox_pump (self, peer);
}

/* Go on with everybody, also with who took nothing the last time. */
void
flow_outbox_pump_all (FlowOutbox *self)
{
  GHashTableIter iter;
  gpointer value;

  g_hash_table_iter_init (&iter, self->peers);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    {
      ((FlowOutboxPeer *) value)->blocked = FALSE;
      flow_outbox_pump (self, value);
    }
}

/* A delivery that nobody acknowledged. */
void
flow_outbox_send_again (FlowOutbox *self, FlowOutboxEntry *entry)
{
  if (entry->payload == NULL || entry->peer->blocked || !send_entry (self, entry))
    set_next_try (self, entry);
}

static FlowOutboxEntry *
find_in_flight (FlowOutboxPeer *peer, const char *id)
{
  for (guint i = 0; i < peer->flight->len; i++)
    {
      FlowOutboxEntry *entry = g_ptr_array_index (peer->flight, i);

      if ((entry->state == FLOW_ENTRY_SENT || entry->state == FLOW_ENTRY_READY) && g_str_equal (entry->record->id, id))
        return entry;
    }
  return NULL;
}

static void
acked_cb (FlowOutboxJob *job)
{
  g_autoptr (FlowOutboxJob) owned = job;
  FlowOutbox *self = flow_outbox_finish_job (owned);

  if (self == NULL)
    return;
  if (owned->error == NULL)
    {
      self->funcs->handled (flow_outbox_job_get (owned, 0)->record, self->data);
      return;
    }
  g_clear_error (&owned->error);
  flow_outbox_insist (self, g_steal_pointer (&owned));
}

/**
 * flow_outbox_ack:
 * @self: an outbox
 * @channel: who acknowledges
 * @id: which message
 *
 * Forget a message that its receiver has handled.
 *
 * Returns: %FALSE when no such message is under way to @channel
 */
gboolean
flow_outbox_ack (FlowOutbox *self, FlowChannel *channel, const char *id)
{
  FlowOutboxPeer *peer = flow_outbox_get_peer (self, flow_channel_get_name (channel));
  FlowOutboxEntry *entry = find_in_flight (peer, id);
  FlowOutboxJob *job;

  if (entry == NULL)
    return FALSE;
  job = flow_outbox_new_job (self, FLOW_OUTBOX_ACKED, acked_cb);
  flow_outbox_job_add (job, flow_outbox_item_new (entry->record, NULL, 0, 0, NULL));
  flow_outbox_remove_entry (self, entry);
  flow_outbox_push_job (self, job);
  flow_outbox_pump (self, peer);
  self->funcs->changed (self->data);
  return TRUE;
}

/**
 * flow_outbox_decline:
 * @self: an outbox
 * @channel: who declines
 * @id: which message
 *
 * Give up a message that its receiver does not want.
 *
 * Returns: %FALSE when no such message is under way to @channel
 */
gboolean
flow_outbox_decline (FlowOutbox *self, FlowChannel *channel, const char *id)
{
  FlowOutboxPeer *peer = flow_outbox_get_peer (self, flow_channel_get_name (channel));
  FlowOutboxEntry *entry = find_in_flight (peer, id);

  if (entry == NULL)
    return FALSE;
  flow_outbox_die (self, entry, FLOW_ERROR_DECLINED);
  flow_outbox_pump (self, peer);
  return TRUE;
}

/**
 * flow_outbox_add_channel:
 * @self: an outbox
 * @channel: a channel that came
 *
 * Send a channel what waits for it.
 */
void
flow_outbox_add_channel (FlowOutbox *self, FlowChannel *channel)
{
  FlowOutboxPeer *peer = flow_outbox_get_peer (self, flow_channel_get_name (channel));

  peer->channel = channel;
  peer->blocked = FALSE;
  flow_outbox_pump (self, peer);
}

/**
 * flow_outbox_remove_channel:
 * @self: an outbox
 * @channel: a channel that is gone
 *
 * Keep for a channel what is under way to it.
 */
void
flow_outbox_remove_channel (FlowOutbox *self, FlowChannel *channel)
{
  FlowOutboxPeer *peer = flow_outbox_get_peer (self, flow_channel_get_name (channel));

  if (peer->channel != channel)
    return;
  peer->channel = NULL;
  peer->lost_us = flow_clock_monotonic_us (self->clock);
  for (guint i = 0; i < peer->flight->len; i++)
    {
      FlowOutboxEntry *entry = g_ptr_array_index (peer->flight, i);

      if (entry->state == FLOW_ENTRY_SENT)
        flow_outbox_set_state (self, entry, FLOW_ENTRY_READY);
      if (entry->state == FLOW_ENTRY_READY)
        flow_outbox_put_aside (self, entry);
      entry->tries = 0;
    }
  /* Whoever was never sent anything is counted like everybody who is not known. */
  if (peer->flight->len == 0 && peer->seq <= self->first_seq)
    g_hash_table_remove (self->peers, peer->name);
}

/**
 * flow_outbox_drained:
 * @self: an outbox
 * @channel: a channel that was slow
 *
 * Go on with a channel.
 */
void
flow_outbox_drained (FlowOutbox *self, FlowChannel *channel)
{
  FlowOutboxPeer *peer = flow_outbox_get_peer (self, flow_channel_get_name (channel));

  if (peer->channel != channel)
    return;
  peer->blocked = FALSE;
  flow_outbox_pump (self, peer);
}
