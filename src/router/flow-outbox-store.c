/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-outbox"

#include "router/flow-outbox-store.h"

#include <string.h>

static char *
copy_text (char **at, const char *text)
{
  char *copy = *at;
  gsize size = strlen (text) + 1;

  memcpy (copy, text, size);
  *at += size;
  return copy;
}

/**
 * flow_outbox_record_new:
 * @values: what it says; copied
 *
 * Make a record.
 *
 * Returns: (transfer full): the record
 */
FlowOutboxRecord *
flow_outbox_record_new (const FlowOutboxRecord *values)
{
  gsize size = sizeof *values + strlen (values->source) + strlen (values->id) + strlen (values->target) +
               strlen (values->type) + 4;
  FlowOutboxRecord *self = g_atomic_rc_box_alloc (size);
  char *at = (char *) (self + 1);

  *self = *values;
  self->source = copy_text (&at, values->source);
  self->id = copy_text (&at, values->id);
  self->target = copy_text (&at, values->target);
  self->type = copy_text (&at, values->type);
  return self;
}

/**
 * flow_outbox_record_ref:
 * @self: a record
 *
 * Keep it.
 *
 * Returns: (transfer full): @self
 */
FlowOutboxRecord *
flow_outbox_record_ref (FlowOutboxRecord *self)
{
  return g_atomic_rc_box_acquire (self);
}

/**
 * flow_outbox_record_unref:
 * @self: (transfer full): a record
 *
 * Keep it no longer.
 */
void
flow_outbox_record_unref (FlowOutboxRecord *self)
{
  g_atomic_rc_box_release (self);
}

static void
item_free (gpointer data)
{
  FlowOutboxItem *item = data;

  flow_outbox_record_unref (item->record);
  g_free (item->channel);
  g_clear_pointer (&item->payload, g_bytes_unref);
  g_free (item);
}

/**
 * flow_outbox_item_new:
 * @record: the message
 * @channel: (nullable): whom it is delivered to
 * @seq: its number for that channel
 * @attempts: how often it was sent
 * @payload: (nullable): the message itself
 *
 * Make an item.
 *
 * Returns: (transfer full): the item
 */
FlowOutboxItem *
flow_outbox_item_new (FlowOutboxRecord *record, const char *channel, guint64 seq, guint attempts, GBytes *payload)
{
  FlowOutboxItem *item = g_new0 (FlowOutboxItem, 1);

  item->record = flow_outbox_record_ref (record);
  item->channel = g_strdup (channel);
  item->seq = seq;
  item->attempts = attempts;
  item->payload = payload != NULL ? g_bytes_ref (payload) : NULL;
  return item;
}

/**
 * flow_dead_letter_new:
 * @record: the message
 * @reason: code of an error
 * @died_ns: when, ns since 1970
 *
 * Make a dead letter.
 *
 * Returns: (transfer full): the letter
 */
FlowDeadLetter *
flow_dead_letter_new (FlowOutboxRecord *record, const char *reason, gint64 died_ns)
{
  FlowDeadLetter *self = g_new0 (FlowDeadLetter, 1);

  self->record = flow_outbox_record_ref (record);
  self->reason = g_strdup (reason);
  self->died_ns = died_ns;
  return self;
}

/**
 * flow_dead_letter_free:
 * @self: (transfer full): a letter
 *
 * Free it.
 */
void
flow_dead_letter_free (FlowDeadLetter *self)
{
  flow_outbox_record_unref (self->record);
  g_free (self->reason);
  g_free (self);
}

/**
 * flow_outbox_job_new:
 * @action: what to do
 * @now_ns: what time it is, ns since 1970
 *
 * Make a job without items.
 *
 * Returns: (transfer full): the job
 */
FlowOutboxJob *
flow_outbox_job_new (FlowOutboxAction action, gint64 now_ns)
{
  FlowOutboxJob *self = g_new0 (FlowOutboxJob, 1);

  self->action = action;
  self->now_ns = now_ns;
  self->items = g_ptr_array_new_with_free_func (item_free);
  return self;
}

/**
 * flow_outbox_job_free:
 * @self: (transfer full): a job that no store has
 *
 * Free it.
 */
void
flow_outbox_job_free (FlowOutboxJob *self)
{
  g_ptr_array_unref (self->items);
  g_clear_error (&self->error);
  g_free (self);
}

/**
 * flow_outbox_job_add:
 * @self: a job
 * @item: (transfer full): something to do it with
 *
 * Add an item.
 */
void
flow_outbox_job_add (FlowOutboxJob *self, FlowOutboxItem *item)
{
  g_ptr_array_add (self->items, item);
}

/**
 * flow_outbox_job_get:
 * @self: a job
 * @i: which item
 *
 * Get an item.
 *
 * Returns: (transfer none): the item
 */
FlowOutboxItem *
flow_outbox_job_get (FlowOutboxJob *self, guint i)
{
  return g_ptr_array_index (self->items, i);
}

/**
 * flow_outbox_state_new:
 *
 * Make the state of a store that has nothing.
 *
 * Returns: (transfer full): the state
 */
FlowOutboxState *
flow_outbox_state_new (void)
{
  FlowOutboxState *self = g_new0 (FlowOutboxState, 1);

  self->waiting = g_ptr_array_new_with_free_func (item_free);
  self->dead = g_ptr_array_new_with_free_func ((GDestroyNotify) flow_dead_letter_free);
  self->seqs = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  return self;
}

/**
 * flow_outbox_state_free:
 * @self: (transfer full): a state
 *
 * Free it.
 */
void
flow_outbox_state_free (FlowOutboxState *self)
{
  g_free (self->epoch);
  g_ptr_array_unref (self->waiting);
  g_ptr_array_unref (self->dead);
  g_hash_table_unref (self->seqs);
  g_free (self);
}

/**
 * flow_outbox_store_load:
 * @self: a store
 * @error: return location
 *
 * Read what it has. Blocks.
 *
 * Returns: (transfer full): what it has, or %NULL
 */
FlowOutboxState *
flow_outbox_store_load (FlowOutboxStore *self, GError **error)
{
  return self->load (self, error);
}

/**
 * flow_outbox_store_push:
 * @self: a store
 * @job: (transfer full): a job with `done`, which frees it
 *
 * Have a job done.
 */
void
flow_outbox_store_push (FlowOutboxStore *self, FlowOutboxJob *job)
{
  self->push (self, job);
}
