/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-outbox"

#include "router/flow-outbox-private.h"

#include <string.h>

#include "base/flow-error.h"

#define NS_PER_S G_GINT64_CONSTANT (1000000000)
#define PRUNE_US (600 * G_USEC_PER_SEC)
/* What `seq` may add to a message. */
#define SEQ_SIZE 64
#define MAX_SIZE (16 * 1024 * 1024 - SEQ_SIZE)

/**
 * FlowOutbox:
 *
 * Messages that must arrive. Each is in the store before its sender hears so, and until its receiver has acknowledged
 * it. What a receiver is sent is counted: `seq` is given in the order of delivery and is in the store before the
 * message goes out, so that after a crash on either side the same messages come again in the same order under the same
 * numbers, and the receiver knows which ones it had. Among messages of one sender, target and priority the order of
 * arrival holds. Belongs to the hub thread.
 */

static int
compare_seqs (gconstpointer a, gconstpointer b)
{
  const FlowOutboxEntry *x = *(FlowOutboxEntry *const *) a;
  const FlowOutboxEntry *y = *(FlowOutboxEntry *const *) b;

  return (x->seq > y->seq) - (x->seq < y->seq);
}

static void
sort_flight (gpointer key, gpointer value, gpointer data)
{
  g_ptr_array_sort (((FlowOutboxPeer *) value)->flight, compare_seqs);
}

/* What was under way when the hub ended. A kind has one holder, so what another channel had is nobody's again. */
static void
load_entry (FlowOutbox *self, const FlowOutboxItem *item)
{
  FlowOutboxEntry *entry = flow_outbox_add_entry (self, item->record, FLOW_ENTRY_WAITING);
  FlowOutboxPeer *peer = item->channel != NULL ? flow_outbox_get_peer (self, item->channel) : NULL;

  self->next_number = MAX (self->next_number, item->record->number + 1);
  entry->attempts = item->attempts;
  if (peer == NULL || (entry->queue->holder != NULL && entry->queue->holder != peer))
    {
      flow_outbox_enter_waiting (self, entry);
      return;
    }
  flow_outbox_enter_flight (self, entry, peer, item->seq);
  entry->state = FLOW_ENTRY_READY;
}

static void
load_state (FlowOutbox *self, FlowOutboxState *state)
{
  GHashTableIter iter;
  gpointer name, seq;

  self->epoch = g_steal_pointer (&state->epoch);
  self->first_seq = state->first_seq;
  g_hash_table_iter_init (&iter, state->seqs);
  while (g_hash_table_iter_next (&iter, &name, &seq))
    flow_outbox_get_peer (self, name)->seq = *(guint64 *) seq;
  for (guint i = 0; i < state->waiting->len; i++)
    load_entry (self, g_ptr_array_index (state->waiting, i));
  g_hash_table_foreach (self->peers, sort_flight, NULL);
  for (guint i = 0; i < state->dead->len; i++)
    {
      FlowDeadLetter *letter = g_ptr_array_index (state->dead, i);

      self->next_number = MAX (self->next_number, letter->record->number + 1);
    }
  while (state->dead->len > 0)
    flow_outbox_add_dead (self, g_ptr_array_steal_index (state->dead, 0));
}

/**
 * flow_outbox_new:
 * @clock: the time
 * @store: where messages are kept
 * @funcs: whom to ask and tell; all of them
 * @data: for @funcs
 * @error: return location
 *
 * Read what is kept. @funcs are called already, for the time of the first tick.
 *
 * Returns: (transfer full): the outbox, or %NULL when the store cannot be read
 */
FlowOutbox *
flow_outbox_new (const FlowClock *clock, FlowOutboxStore *store, const FlowOutboxFuncs *funcs, gpointer data,
                 GError **error)
{
  g_autoptr (FlowOutboxState) state = flow_outbox_store_load (store, error);
  FlowOutbox *self;

  if (state == NULL)
    return NULL;
  self = g_new0 (FlowOutbox, 1);
  self->clock = clock;
  self->store = store;
  self->funcs = funcs;
  self->data = data;
  self->entries = g_hash_table_new_full (g_int64_hash, g_int64_equal, NULL, (GDestroyNotify) flow_outbox_entry_free);
  self->queues = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, (GDestroyNotify) flow_outbox_queue_free);
  self->peers = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, (GDestroyNotify) flow_outbox_peer_free);
  self->dead = g_hash_table_new (g_int64_hash, g_int64_equal);
  self->expiry = g_sequence_new (NULL);
  self->retries = g_sequence_new (NULL);
  self->jobs = g_hash_table_new (NULL, NULL);
  self->next_number = 1;
  self->due_us = G_MAXINT64;
  self->prune_us = flow_clock_monotonic_us (clock) + PRUNE_US;
  load_state (self, state);
  flow_outbox_wake_at (self, flow_clock_monotonic_us (clock) + FLOW_OUTBOX_STICKY_US);
  return self;
}

/**
 * flow_outbox_free:
 * @self: (transfer full): an outbox
 *
 * Free it. What the store is still at work on ends without it.
 */
void
flow_outbox_free (FlowOutbox *self)
{
  GHashTableIter iter;
  gpointer job;

  g_hash_table_iter_init (&iter, self->jobs);
  while (g_hash_table_iter_next (&iter, &job, NULL))
    ((FlowOutboxJob *) job)->owner = NULL;
  g_hash_table_unref (self->jobs);
  g_queue_clear_full (&self->failed, (GDestroyNotify) flow_outbox_job_free);
  g_sequence_free (self->expiry);
  g_sequence_free (self->retries);
  g_hash_table_unref (self->dead);
  g_queue_clear_full (&self->dead_list, (GDestroyNotify) flow_dead_letter_free);
  g_hash_table_unref (self->entries);
  g_hash_table_unref (self->queues);
  g_hash_table_unref (self->peers);
  g_free (self->epoch);
  g_free (self);
}

/**
 * flow_outbox_get_epoch:
 * @self: an outbox
 *
 * Get what names the store, so that a receiver notices when it counts for another one.
 *
 * Returns: (transfer none): the id
 */
const char *
flow_outbox_get_epoch (FlowOutbox *self)
{
  return self->epoch;
}

/**
 * flow_outbox_get_seq:
 * @self: an outbox
 * @name: a channel's full name
 *
 * Get how far a channel was counted.
 *
 * Returns: the highest seq that it was ever given
 */
guint64
flow_outbox_get_seq (FlowOutbox *self, const char *name)
{
  const FlowOutboxPeer *peer = g_hash_table_lookup (self->peers, name);

  return peer != NULL ? peer->seq : self->first_seq;
}

/* It will not be kept, or is kept already. */
static void
leave_out (FlowOutbox *self, FlowOutboxEntry *entry)
{
  FlowOutboxPeer *peer = entry->peer;

  flow_outbox_remove_entry (self, entry);
  if (peer != NULL)
    flow_outbox_pump (self, peer);
  self->funcs->changed (self->data);
}

static void
stored_cb (FlowOutboxJob *job)
{
  g_autoptr (FlowOutboxJob) owned = job;
  FlowOutbox *self = flow_outbox_finish_job (owned);
  const FlowOutboxRecord *record;
  FlowOutboxEntry *entry;

  if (self == NULL)
    return;
  record = flow_outbox_job_get (job, 0)->record;
  entry = flow_outbox_find_entry (self, record->number);
  if (job->error != NULL)
    self->funcs->refused (record, job->error, self->data);
  else if (entry->asked)
    self->funcs->stored (record, job->known == FLOW_OUTBOX_HANDLED, self->data);
  if (job->error != NULL || job->known != FLOW_OUTBOX_NEW)
    {
      leave_out (self, entry);
      return;
    }
  flow_outbox_watch_expiry (self, entry);
  if (entry->peer == NULL)
    {
      entry->queue->n_pending--;
      flow_outbox_enter_waiting (self, entry);
      flow_outbox_pump_queue (self, entry->queue);
      return;
    }
  flow_outbox_set_state (self, entry, FLOW_ENTRY_READY);
  if (entry->peer->channel != NULL)
    flow_outbox_pump (self, entry->peer);
  else
    flow_outbox_put_aside (self, entry);
}

/* Whom a message can be given to at once, without overtaking one that waits. */
static FlowOutboxPeer *
find_direct (FlowOutbox *self, FlowOutboxEntry *entry)
{
  FlowOutboxQueue *queue = entry->queue;
  FlowOutboxPeer *peer;

  if (queue->n_pending > 0 || !g_sequence_is_empty (queue->waiting))
    return NULL;
  peer = flow_outbox_queue_peer (self, queue);
  if (peer == NULL || !g_sequence_is_empty (queue->waiting) || !flow_outbox_peer_has_room (peer, entry->record->size))
    return NULL;
  return peer;
}

static gboolean
describe (FlowOutbox *self, FlowMessage *message, FlowOutboxRecord *values, GError **error)
{
  const FlowMessageType *info = flow_message_get_info (message);
  guint expires_s = info != NULL ? info->expires_s : FLOW_MESSAGE_DEFAULT_EXPIRY;
  gint64 now_ns = flow_clock_wall_ns (self->clock);

  *values = (FlowOutboxRecord) { .number = self->next_number,
                                 .source = flow_message_get_source (message),
                                 .id = flow_message_get_id (message),
                                 .target = flow_message_get_target (message),
                                 .type = flow_message_get_type_name (message),
                                 .priority = flow_message_get_priority (message),
                                 .stored_ns = now_ns,
                                 .expires_ns = flow_message_get_expires_ns (message),
                                 .size = g_bytes_get_size (flow_message_get_bytes (message)) };
  if (flow_message_get_expires (message) == NULL && expires_s > 0)
    values->expires_ns = now_ns + expires_s * NS_PER_S;
  if (flow_message_get_expires (message) != NULL && values->expires_ns <= now_ns)
    {
      g_set_error_literal (error, FLOW_ERROR, FLOW_ERROR_EXPIRED, "the message had expired when it came");
      return FALSE;
    }
  if (values->size > MAX_SIZE)
    {
      g_set_error (error, FLOW_ERROR, FLOW_ERROR_TOO_LARGE, "a message that is kept may have %d bytes", MAX_SIZE);
      return FALSE;
    }
  return TRUE;
}

/**
 * flow_outbox_put:
 * @self: an outbox
 * @message: a message with a target
 * @error: return location
 *
 * Keep a message until its receiver has acknowledged it; one without `ack` until it was sent. How that went is said by
 * `stored` or `refused` later.
 *
 * Returns: %FALSE with %FLOW_ERROR_EXPIRED, %FLOW_ERROR_TOO_LARGE or %FLOW_ERROR_QUEUE_FULL
 */
gboolean
flow_outbox_put (FlowOutbox *self, FlowMessage *message, GError **error)
{
  g_autoptr (FlowOutboxRecord) record = NULL;
  FlowOutboxRecord values;
  FlowOutboxEntry *entry;
  FlowOutboxPeer *peer;
  FlowOutboxJob *job;

  if (!describe (self, message, &values, error) || !flow_outbox_make_room (self, &values, error))
    return FALSE;
  self->next_number++;
  record = flow_outbox_record_new (&values);
  entry = flow_outbox_add_entry (self, record, FLOW_ENTRY_STORING);
  entry->asked = flow_message_get_ack (message);
  peer = find_direct (self, entry);
  if (peer != NULL)
    {
      flow_outbox_enter_flight (self, entry, peer, peer->seq + 1);
      flow_outbox_set_payload (entry, flow_message_get_bytes (message));
    }
  else
    entry->queue->n_pending++;

  job = flow_outbox_new_job (self, FLOW_OUTBOX_PUT, stored_cb);
  flow_outbox_job_add (job, flow_outbox_item_new (record, peer != NULL ? peer->name : NULL, entry->seq,
                                                  peer != NULL ? 1 : 0, flow_message_get_bytes (message)));
  flow_outbox_push_job (self, job);
  self->funcs->changed (self->data);
  return TRUE;
}

static gboolean
is_expired (const FlowOutboxEntry *entry, gint64 now_ns)
{
  return entry->record->expires_ns != 0 && entry->record->expires_ns <= now_ns;
}

static void
tick_expiry (FlowOutbox *self, gint64 now_ns)
{
  while (!g_sequence_is_empty (self->expiry))
    {
      FlowOutboxEntry *entry = g_sequence_get (g_sequence_get_begin_iter (self->expiry));

      if (!is_expired (entry, now_ns))
        return;
      /* What the store is at work on is looked at again when it has done; what its receiver has, when he is silent. */
      if (entry->state != FLOW_ENTRY_WAITING && entry->state != FLOW_ENTRY_READY)
        g_clear_pointer (&entry->in_expiry, g_sequence_remove);
      else
        {
          FlowOutboxPeer *peer = entry->peer;

          flow_outbox_die (self, entry, FLOW_ERROR_EXPIRED);
          if (peer != NULL)
            flow_outbox_pump (self, peer);
        }
    }
}

static void
tick_retries (FlowOutbox *self, gint64 now_us, gint64 now_ns)
{
  while (!g_sequence_is_empty (self->retries))
    {
      FlowOutboxEntry *entry = g_sequence_get (g_sequence_get_begin_iter (self->retries));
      FlowOutboxPeer *peer = entry->peer;

      if (entry->due_us > now_us)
        return;
      if (entry->tries < FLOW_OUTBOX_MAX_TRIES && !is_expired (entry, now_ns))
        {
          flow_outbox_send_again (self, entry);
          continue;
        }
      flow_outbox_die (self, entry, is_expired (entry, now_ns) ? FLOW_ERROR_EXPIRED : FLOW_ERROR_NOT_ACKNOWLEDGED);
      flow_outbox_pump (self, peer);
    }
}

/* Messages for a kind whose holder is away, or has acknowledged all; returns when to look again. */
static gint64
tick_holders (FlowOutbox *self, gint64 now_us)
{
  gint64 due_us = G_MAXINT64;

  for (guint kind = 0; kind < FLOW_N_CHANNEL_KINDS; kind++)
    {
      FlowOutboxQueue *queue = g_hash_table_lookup (self->queues, flow_channel_kind_get_name (kind));

      if (queue == NULL || (queue->holder != NULL && queue->holder->channel != NULL))
        continue;
      if (queue->holder != NULL && queue->holder->lost_us + FLOW_OUTBOX_STICKY_US > now_us)
        due_us = MIN (due_us, queue->holder->lost_us + FLOW_OUTBOX_STICKY_US);
      else
        flow_outbox_pump_queue (self, queue);
    }
  return due_us;
}

static void
tick_prune (FlowOutbox *self, gint64 now_us)
{
  if (self->prune_us > now_us)
    return;
  self->prune_us = now_us + PRUNE_US;
  flow_outbox_trim_peers (self);
  flow_outbox_insist (self, flow_outbox_new_job (self, FLOW_OUTBOX_PRUNE, NULL));
}

static gint64
next_expiry_us (FlowOutbox *self, gint64 now_us, gint64 now_ns)
{
  const FlowOutboxEntry *entry;

  if (g_sequence_is_empty (self->expiry))
    return G_MAXINT64;
  entry = g_sequence_get (g_sequence_get_begin_iter (self->expiry));
  return now_us + (entry->record->expires_ns - now_ns + 999) / 1000;
}

static gint64
next_retry_us (FlowOutbox *self)
{
  if (g_sequence_is_empty (self->retries))
    return G_MAXINT64;
  return ((FlowOutboxEntry *) g_sequence_get (g_sequence_get_begin_iter (self->retries)))->due_us;
}

/**
 * flow_outbox_tick:
 * @self: an outbox
 *
 * Do what time brings: messages expire, deliveries are repeated, messages for a kind are given to another channel,
 * what failed in the store is tried again.
 *
 * Returns: when it is due again, monotonic us
 */
gint64
flow_outbox_tick (FlowOutbox *self)
{
  gint64 now_us = flow_clock_monotonic_us (self->clock);
  gint64 now_ns = flow_clock_wall_ns (self->clock);
  gint64 due_us;

  /* What is done here may make more due; flow_outbox_wake_at() notes it. */
  self->due_us = G_MAXINT64;
  flow_outbox_tick_jobs (self, now_us);
  tick_expiry (self, now_ns);
  tick_retries (self, now_us, now_ns);
  due_us = tick_holders (self, now_us);
  tick_prune (self, now_us);
  due_us = MIN (due_us, self->prune_us);
  due_us = MIN (due_us, next_expiry_us (self, now_us, now_ns));
  due_us = MIN (due_us, next_retry_us (self));
  if (self->retry_us != 0)
    due_us = MIN (due_us, self->retry_us);
  self->due_us = MIN (self->due_us, due_us);
  return self->due_us;
}
