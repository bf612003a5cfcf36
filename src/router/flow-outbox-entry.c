/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-outbox"

#include "router/flow-outbox-private.h"

#include <string.h>

#define MAX_PEERS 20000

static int
compare_numbers (const FlowOutboxEntry *a, const FlowOutboxEntry *b)
{
  return (a->record->number > b->record->number) - (a->record->number < b->record->number);
}

/* By priority, 9 first, then in order of arrival. */
int
flow_outbox_compare_waiting (gconstpointer a, gconstpointer b, gpointer data)
{
  const FlowOutboxEntry *x = a;
  const FlowOutboxEntry *y = b;

  if (x->record->priority != y->record->priority)
    return y->record->priority - x->record->priority;
  return compare_numbers (x, y);
}

int
flow_outbox_compare_expiry (gconstpointer a, gconstpointer b, gpointer data)
{
  const FlowOutboxEntry *x = a;
  const FlowOutboxEntry *y = b;

  if (x->record->expires_ns != y->record->expires_ns)
    return x->record->expires_ns < y->record->expires_ns ? -1 : 1;
  return compare_numbers (x, y);
}

int
flow_outbox_compare_retries (gconstpointer a, gconstpointer b, gpointer data)
{
  const FlowOutboxEntry *x = a;
  const FlowOutboxEntry *y = b;

  if (x->due_us != y->due_us)
    return x->due_us < y->due_us ? -1 : 1;
  return compare_numbers (x, y);
}

void
flow_outbox_entry_free (FlowOutboxEntry *entry)
{
  flow_outbox_record_unref (entry->record);
  g_clear_pointer (&entry->payload, g_bytes_unref);
  g_clear_pointer (&entry->letter, flow_dead_letter_free);
  g_free (entry);
}

void
flow_outbox_queue_free (FlowOutboxQueue *queue)
{
  g_sequence_free (queue->waiting);
  g_free (queue->target);
  g_free (queue);
}

void
flow_outbox_peer_free (FlowOutboxPeer *peer)
{
  g_ptr_array_unref (peer->flight);
  g_free (peer->name);
  g_free (peer);
}

/* The queue of a target, made when there is none. It goes with its last entry. */
FlowOutboxQueue *
flow_outbox_get_queue (FlowOutbox *self, const char *target)
{
  FlowOutboxQueue *queue = g_hash_table_lookup (self->queues, target);

  if (queue != NULL)
    return queue;
  queue = g_new0 (FlowOutboxQueue, 1);
  queue->target = g_strdup (target);
  queue->is_kind = flow_channel_kind_from_name (target, strlen (target), &queue->kind);
  queue->waiting = g_sequence_new (NULL);
  g_hash_table_insert (self->queues, queue->target, queue);
  return queue;
}

/* The peer of a name, made when there is none. */
FlowOutboxPeer *
flow_outbox_get_peer (FlowOutbox *self, const char *name)
{
  FlowOutboxPeer *peer = g_hash_table_lookup (self->peers, name);

  if (peer != NULL)
    return peer;
  peer = g_new0 (FlowOutboxPeer, 1);
  peer->name = g_strdup (name);
  flow_channel_name_split (name, &peer->kind, NULL);
  peer->seq = self->first_seq;
  peer->lost_us = flow_clock_monotonic_us (self->clock);
  peer->flight = g_ptr_array_new ();
  g_hash_table_insert (self->peers, peer->name, peer);
  return peer;
}

static int
compare_lost (gconstpointer a, gconstpointer b)
{
  const FlowOutboxPeer *x = *(FlowOutboxPeer *const *) a;
  const FlowOutboxPeer *y = *(FlowOutboxPeer *const *) b;

  return (x->lost_us > y->lost_us) - (x->lost_us < y->lost_us);
}

/* Forget those that are away the longest. Whoever is not known is counted from where the forgotten ones ended. */
void
flow_outbox_trim_peers (FlowOutbox *self)
{
  g_autoptr (GPtrArray) away = NULL;
  GHashTableIter iter;
  gpointer value;
  guint n = g_hash_table_size (self->peers);

  if (n <= MAX_PEERS)
    return;
  away = g_ptr_array_new ();
  g_hash_table_iter_init (&iter, self->peers);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    {
      FlowOutboxPeer *peer = value;

      if (peer->channel == NULL && peer->flight->len == 0)
        g_ptr_array_add (away, peer);
    }
  g_ptr_array_sort (away, compare_lost);
  for (guint i = 0; i < away->len && n > MAX_PEERS / 2; i++, n--)
    {
      FlowOutboxPeer *peer = g_ptr_array_index (away, i);

      self->first_seq = MAX (self->first_seq, peer->seq);
      g_hash_table_remove (self->peers, peer->name);
    }
}

FlowOutboxEntry *
flow_outbox_find_entry (FlowOutbox *self, guint64 number)
{
  return g_hash_table_lookup (self->entries, &number);
}

/* Put the end of a message's life on the list of things to come. */
void
flow_outbox_watch_expiry (FlowOutbox *self, FlowOutboxEntry *entry)
{
  gint64 left_us;

  if (entry->record->expires_ns == 0 || entry->in_expiry != NULL)
    return;
  entry->in_expiry = g_sequence_insert_sorted (self->expiry, entry, flow_outbox_compare_expiry, NULL);
  left_us = (entry->record->expires_ns - flow_clock_wall_ns (self->clock) + 999) / 1000;
  flow_outbox_wake_at (self, flow_clock_monotonic_us (self->clock) + MAX (left_us, 0));
}

/* Count a message in. It is in no list but the expiry's. */
FlowOutboxEntry *
flow_outbox_add_entry (FlowOutbox *self, FlowOutboxRecord *record, FlowOutboxEntryState state)
{
  FlowOutboxEntry *entry = g_new0 (FlowOutboxEntry, 1);

  entry->record = flow_outbox_record_ref (record);
  entry->state = state;
  entry->queue = flow_outbox_get_queue (self, record->target);
  entry->queue->n++;
  entry->queue->bytes += record->size;
  self->bytes += record->size;
  g_hash_table_insert (self->entries, &entry->record->number, entry);
  flow_outbox_watch_expiry (self, entry);
  return entry;
}

/* Count a message out and free it. */
void
flow_outbox_remove_entry (FlowOutbox *self, FlowOutboxEntry *entry)
{
  FlowOutboxQueue *queue = entry->queue;

  if (entry->peer != NULL)
    flow_outbox_leave_flight (self, entry);
  else if (entry->state == FLOW_ENTRY_STORING)
    queue->n_pending--;
  g_clear_pointer (&entry->in_waiting, g_sequence_remove);
  g_clear_pointer (&entry->in_expiry, g_sequence_remove);
  queue->n--;
  queue->bytes -= entry->record->size;
  self->bytes -= entry->record->size;
  g_hash_table_remove (self->entries, &entry->record->number);
  if (queue->n == 0)
    g_hash_table_remove (self->queues, queue->target);
}

void
flow_outbox_enter_waiting (FlowOutbox *self, FlowOutboxEntry *entry)
{
  entry->state = FLOW_ENTRY_WAITING;
  g_clear_pointer (&entry->payload, g_bytes_unref);
  entry->in_waiting = g_sequence_insert_sorted (entry->queue->waiting, entry, flow_outbox_compare_waiting, NULL);
}

/* Give an entry to a peer, behind all that it has. */
void
flow_outbox_enter_flight (FlowOutbox *self, FlowOutboxEntry *entry, FlowOutboxPeer *peer, guint64 seq)
{
  FlowOutboxQueue *queue = entry->queue;

  g_clear_pointer (&entry->in_waiting, g_sequence_remove);
  entry->peer = peer;
  entry->seq = seq;
  peer->seq = MAX (peer->seq, seq);
  g_ptr_array_add (peer->flight, entry);
  peer->flight_bytes += entry->record->size;
  peer->n_unsent++;
  if (queue->is_kind)
    {
      queue->holder = peer;
      queue->n_held++;
    }
}

void
flow_outbox_leave_flight (FlowOutbox *self, FlowOutboxEntry *entry)
{
  FlowOutboxPeer *peer = g_steal_pointer (&entry->peer);
  FlowOutboxQueue *queue = entry->queue;

  if (entry->state == FLOW_ENTRY_TAKING)
    queue->n_pending--;
  if (entry->state != FLOW_ENTRY_SENT)
    peer->n_unsent--;
  g_clear_pointer (&entry->in_retries, g_sequence_remove);
  g_ptr_array_remove (peer->flight, entry);
  peer->flight_bytes -= entry->record->size;
  if (queue->is_kind && --queue->n_held == 0)
    {
      queue->holder = NULL;
      /* What waits may be another channel's turn. */
      if (!g_sequence_is_empty (queue->waiting))
        flow_outbox_wake_at (self, flow_clock_monotonic_us (self->clock));
    }
  entry->seq = 0;
  entry->tries = 0;
}

/* Between the states of a flight. */
void
flow_outbox_set_state (FlowOutbox *self, FlowOutboxEntry *entry, FlowOutboxEntryState state)
{
  if (entry->state == FLOW_ENTRY_TAKING)
    entry->queue->n_pending--;
  if (state == FLOW_ENTRY_TAKING)
    entry->queue->n_pending++;
  if (entry->state == FLOW_ENTRY_SENT)
    entry->peer->n_unsent++;
  if (state == FLOW_ENTRY_SENT)
    entry->peer->n_unsent--;
  else
    g_clear_pointer (&entry->in_retries, g_sequence_remove);
  entry->state = state;
}

void
flow_outbox_set_retry (FlowOutbox *self, FlowOutboxEntry *entry, gint64 due_us)
{
  g_clear_pointer (&entry->in_retries, g_sequence_remove);
  entry->due_us = due_us;
  entry->in_retries = g_sequence_insert_sorted (self->retries, entry, flow_outbox_compare_retries, NULL);
  flow_outbox_wake_at (self, due_us);
}

void
flow_outbox_set_payload (FlowOutboxEntry *entry, GBytes *payload)
{
  g_clear_pointer (&entry->payload, g_bytes_unref);
  entry->payload = g_bytes_ref (payload);
}

/* Its peer is away: it need not be in memory, and may be somebody else's later. */
void
flow_outbox_put_aside (FlowOutbox *self, FlowOutboxEntry *entry)
{
  g_clear_pointer (&entry->payload, g_bytes_unref);
  flow_outbox_watch_expiry (self, entry);
  flow_outbox_wake_at (self, entry->peer->lost_us + FLOW_OUTBOX_STICKY_US);
}
