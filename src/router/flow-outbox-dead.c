/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-outbox"

#include "router/flow-outbox-private.h"

#include "base/flow-error.h"

/* Take a dead letter out of the list; %NULL when there is none of that number. */
FlowDeadLetter *
flow_outbox_take_dead (FlowOutbox *self, guint64 number)
{
  GList *link = g_hash_table_lookup (self->dead, &number);
  FlowDeadLetter *letter;

  if (link == NULL)
    return NULL;
  letter = link->data;
  g_hash_table_remove (self->dead, &number);
  g_queue_delete_link (&self->dead_list, link);
  self->dead_bytes -= letter->record->size;
  return letter;
}

static void
forget_dead (FlowOutbox *self, FlowDeadLetter *letter)
{
  FlowOutboxJob *job = flow_outbox_new_job (self, FLOW_OUTBOX_DROP, NULL);

  flow_outbox_job_add (job, flow_outbox_item_new (letter->record, NULL, 0, 0, NULL));
  flow_dead_letter_free (letter);
  flow_outbox_insist (self, job);
}

/* Put a dead letter into the list; the oldest go when there are too many. */
void
flow_outbox_add_dead (FlowOutbox *self, FlowDeadLetter *letter)
{
  g_queue_push_tail (&self->dead_list, letter);
  g_hash_table_insert (self->dead, &letter->record->number, self->dead_list.tail);
  self->dead_bytes += letter->record->size;
  while (self->dead_list.length > FLOW_OUTBOX_DEAD_LETTERS ||
         (self->dead_bytes > FLOW_OUTBOX_DEAD_BYTES && self->dead_list.length > 1))
    {
      FlowDeadLetter *oldest = self->dead_list.head->data;

      forget_dead (self, flow_outbox_take_dead (self, oldest->record->number));
    }
}

/* Give up a message that is kept: it becomes a dead letter. */
void
flow_outbox_die (FlowOutbox *self, FlowOutboxEntry *entry, FlowError reason)
{
  const char *code = flow_error_info (reason)->code;
  g_autoptr (FlowOutboxRecord) record = flow_outbox_record_ref (entry->record);
  FlowOutboxJob *job = flow_outbox_new_job (self, FLOW_OUTBOX_DIE, NULL);

  job->reason = code;
  flow_outbox_job_add (job, flow_outbox_item_new (record, NULL, 0, 0, NULL));
  flow_outbox_remove_entry (self, entry);
  flow_outbox_insist (self, job);
  flow_outbox_add_dead (self, flow_dead_letter_new (record, code, flow_clock_wall_ns (self->clock)));
  self->died++;
  self->funcs->died (record, reason, self->data);
  self->funcs->changed (self->data);
}

/* The oldest of the lowest priority that waits in a queue. */
static FlowOutboxEntry *
find_victim (FlowOutboxQueue *queue)
{
  FlowOutboxRecord before = { 0 };
  FlowOutboxEntry probe = { .record = &before };
  GSequenceIter *at;

  if (g_sequence_is_empty (queue->waiting))
    return NULL;
  at = g_sequence_iter_prev (g_sequence_get_end_iter (queue->waiting));
  before.priority = ((FlowOutboxEntry *) g_sequence_get (at))->record->priority;
  return g_sequence_get (g_sequence_search (queue->waiting, &probe, flow_outbox_compare_waiting, NULL));
}

/*
 * Make room for a message where its target's are: what is worth least goes, the oldest first. All targets together are
 * bounded too, but nobody loses a message to one for somebody else.
 */
gboolean
flow_outbox_make_room (FlowOutbox *self, const FlowOutboxRecord *record, GError **error)
{
  FlowOutboxQueue *queue;

  if (g_hash_table_size (self->entries) >= FLOW_OUTBOX_ALL_MESSAGES ||
      self->bytes + record->size > FLOW_OUTBOX_ALL_BYTES)
    {
      g_set_error_literal (error, FLOW_ERROR, FLOW_ERROR_QUEUE_FULL, "too many messages wait in the hub");
      return FALSE;
    }
  while ((queue = g_hash_table_lookup (self->queues, record->target)) != NULL &&
         (queue->n >= FLOW_OUTBOX_TARGET_MESSAGES || queue->bytes + record->size > FLOW_OUTBOX_TARGET_BYTES))
    {
      FlowOutboxEntry *victim = find_victim (queue);

      if (victim == NULL || victim->record->priority > record->priority)
        {
          g_set_error (error, FLOW_ERROR, FLOW_ERROR_QUEUE_FULL, "too many messages wait for “%s”", record->target);
          return FALSE;
        }
      flow_outbox_die (self, victim, FLOW_ERROR_QUEUE_FULL);
    }
  return TRUE;
}

static void
revived_cb (FlowOutboxJob *job)
{
  g_autoptr (FlowOutboxJob) owned = job;
  FlowOutbox *self = flow_outbox_finish_job (owned);
  FlowOutboxEntry *entry;

  if (self == NULL)
    return;
  entry = flow_outbox_find_entry (self, flow_outbox_job_get (job, 0)->record->number);
  if (job->error != NULL)
    {
      g_warning ("a dead letter cannot be sent again: %s", job->error->message);
      flow_outbox_add_dead (self, g_steal_pointer (&entry->letter));
      flow_outbox_remove_entry (self, entry);
      self->funcs->changed (self->data);
      return;
    }
  g_clear_pointer (&entry->letter, flow_dead_letter_free);
  entry->queue->n_pending--;
  flow_outbox_enter_waiting (self, entry);
  flow_outbox_watch_expiry (self, entry);
  flow_outbox_pump_queue (self, entry->queue);
}

/* Make a dead letter a message that has just come. */
static gboolean
revive (FlowOutbox *self, FlowDeadLetter *letter, GError **error)
{
  FlowOutboxRecord values = *letter->record;
  g_autoptr (FlowOutboxRecord) record = NULL;
  FlowOutboxEntry *entry;
  FlowOutboxJob *job;

  if (!flow_outbox_make_room (self, letter->record, error))
    {
      flow_outbox_add_dead (self, letter);
      return FALSE;
    }
  values.stored_ns = flow_clock_wall_ns (self->clock);
  if (values.expires_ns != 0)
    values.expires_ns = values.stored_ns + (letter->record->expires_ns - letter->record->stored_ns);
  values.number = self->next_number++;
  record = flow_outbox_record_new (&values);

  entry = flow_outbox_add_entry (self, record, FLOW_ENTRY_STORING);
  entry->queue->n_pending++;
  entry->letter = letter;
  job = flow_outbox_new_job (self, FLOW_OUTBOX_REVIVE, revived_cb);
  job->number = letter->record->number;
  flow_outbox_job_add (job, flow_outbox_item_new (record, NULL, 0, 0, NULL));
  flow_outbox_push_job (self, job);
  self->funcs->changed (self->data);
  return TRUE;
}

static gboolean
fail_unknown (guint64 number, GError **error)
{
  g_set_error (error, FLOW_ERROR, FLOW_ERROR_NOT_FOUND, "no message has the number %" G_GUINT64_FORMAT, number);
  return FALSE;
}

static gboolean
fail_busy (GError **error)
{
  g_set_error_literal (error, FLOW_ERROR, FLOW_ERROR_BUSY, "the message is being written; try again in a moment");
  return FALSE;
}

/**
 * flow_outbox_resend:
 * @self: an outbox
 * @number: a dead letter, or a message that waits
 * @error: return location
 *
 * Send a dead letter again, as if it had just come, with the time to live that it had; or repeat a delivery without
 * waiting.
 *
 * Returns: %FALSE with %FLOW_ERROR_NOT_FOUND, or %FLOW_ERROR_QUEUE_FULL
 */
gboolean
flow_outbox_resend (FlowOutbox *self, guint64 number, GError **error)
{
  FlowOutboxEntry *entry = flow_outbox_find_entry (self, number);
  FlowDeadLetter *letter = flow_outbox_take_dead (self, number);

  if (letter != NULL)
    return revive (self, letter, error);
  if (entry == NULL)
    return fail_unknown (number, error);
  if (entry->state == FLOW_ENTRY_SENT)
    {
      entry->tries = 0;
      flow_outbox_set_retry (self, entry, flow_clock_monotonic_us (self->clock));
    }
  return TRUE;
}

/**
 * flow_outbox_drop:
 * @self: an outbox
 * @number: a dead letter, or a message that waits
 * @error: return location
 *
 * Forget a message. The sender of one that waits is told.
 *
 * Returns: %FALSE with %FLOW_ERROR_NOT_FOUND, or %FLOW_ERROR_BUSY
 */
gboolean
flow_outbox_drop (FlowOutbox *self, guint64 number, GError **error)
{
  FlowOutboxEntry *entry = flow_outbox_find_entry (self, number);
  g_autoptr (FlowOutboxRecord) record = NULL;
  FlowDeadLetter *letter = flow_outbox_take_dead (self, number);
  FlowOutboxJob *job;

  if (letter != NULL)
    {
      forget_dead (self, letter);
      self->funcs->changed (self->data);
      return TRUE;
    }
  if (entry == NULL)
    return fail_unknown (number, error);
  if (entry->state == FLOW_ENTRY_STORING || entry->state == FLOW_ENTRY_TAKING)
    return fail_busy (error);

  record = flow_outbox_record_ref (entry->record);
  job = flow_outbox_new_job (self, FLOW_OUTBOX_DROP, NULL);
  flow_outbox_job_add (job, flow_outbox_item_new (record, NULL, 0, 0, NULL));
  flow_outbox_remove_entry (self, entry);
  flow_outbox_insist (self, job);
  self->funcs->died (record, FLOW_ERROR_DECLINED, self->data);
  self->funcs->changed (self->data);
  return TRUE;
}
