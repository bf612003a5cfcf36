/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-outbox"

#include "router/flow-outbox-private.h"

/* So many messages are listed; the counts are of all. */
#define MAX_LISTED 1000

static int
compare_numbers (gconstpointer a, gconstpointer b)
{
  const FlowOutboxEntry *x = *(FlowOutboxEntry *const *) a;
  const FlowOutboxEntry *y = *(FlowOutboxEntry *const *) b;

  return (x->record->number > y->record->number) - (x->record->number < y->record->number);
}

static gboolean
is_for (const FlowOutboxRecord *record, const char *target)
{
  return target == NULL || g_str_equal (record->target, target);
}

static void
write_record (FlowJsonWriter *writer, const FlowOutboxRecord *record)
{
  flow_json_writer_key (writer, "number");
  flow_json_writer_uint64 (writer, record->number);
  flow_json_writer_key (writer, "id");
  flow_json_writer_string (writer, record->id, -1);
  flow_json_writer_key (writer, "type");
  flow_json_writer_string (writer, record->type, -1);
  flow_json_writer_key (writer, "source");
  flow_json_writer_string (writer, record->source, -1);
  flow_json_writer_key (writer, "target");
  flow_json_writer_string (writer, record->target, -1);
  flow_json_writer_key (writer, "priority");
  flow_json_writer_int64 (writer, record->priority);
  flow_json_writer_key (writer, "stored");
  flow_json_writer_time (writer, record->stored_ns);
  flow_json_writer_key (writer, "expires");
  flow_json_writer_time (writer, record->expires_ns);
  flow_json_writer_key (writer, "size");
  flow_json_writer_uint64 (writer, record->size);
}

static void
write_entry (FlowJsonWriter *writer, const FlowOutboxEntry *entry)
{
  flow_json_writer_begin_object (writer);
  write_record (writer, entry->record);
  flow_json_writer_key (writer, "attempts");
  flow_json_writer_uint64 (writer, entry->attempts);
  flow_json_writer_key (writer, "channel");
  if (entry->peer != NULL)
    flow_json_writer_string (writer, entry->peer->name, -1);
  else
    flow_json_writer_null (writer);
  flow_json_writer_end_object (writer);
}

static void
write_waiting (FlowOutbox *self, FlowJsonWriter *writer, const char *target)
{
  g_autoptr (GPtrArray) entries = g_ptr_array_new ();
  GHashTableIter iter;
  gpointer value;

  g_hash_table_iter_init (&iter, self->entries);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    {
      if (is_for (((FlowOutboxEntry *) value)->record, target))
        g_ptr_array_add (entries, value);
    }
  g_ptr_array_sort (entries, compare_numbers);
  flow_json_writer_begin_array (writer);
  for (guint i = 0; i < MIN (entries->len, MAX_LISTED); i++)
    write_entry (writer, g_ptr_array_index (entries, i));
  flow_json_writer_end_array (writer);
}

static void
write_dead (FlowOutbox *self, FlowJsonWriter *writer, const char *target)
{
  flow_json_writer_begin_array (writer);
  for (GList *at = self->dead_list.head; at != NULL; at = at->next)
    {
      const FlowDeadLetter *letter = at->data;

      if (!is_for (letter->record, target))
        continue;
      flow_json_writer_begin_object (writer);
      write_record (writer, letter->record);
      flow_json_writer_key (writer, "reason");
      flow_json_writer_string (writer, letter->reason, -1);
      flow_json_writer_key (writer, "died");
      flow_json_writer_time (writer, letter->died_ns);
      flow_json_writer_end_object (writer);
    }
  flow_json_writer_end_array (writer);
}

/**
 * flow_outbox_write:
 * @self: an outbox
 * @writer: where to
 * @target: (nullable): only messages with this target
 *
 * Write the members `waiting` (the first thousand in order of arrival), `dead` and `counts` (of all targets) into an
 * object.
 */
void
flow_outbox_write (FlowOutbox *self, FlowJsonWriter *writer, const char *target)
{
  flow_json_writer_key (writer, "waiting");
  write_waiting (self, writer, target);
  flow_json_writer_key (writer, "dead");
  write_dead (self, writer, target);
  flow_json_writer_key (writer, "counts");
  flow_json_writer_begin_object (writer);
  flow_json_writer_key (writer, "waiting");
  flow_json_writer_uint64 (writer, g_hash_table_size (self->entries));
  flow_json_writer_key (writer, "dead");
  flow_json_writer_uint64 (writer, self->dead_list.length);
  flow_json_writer_key (writer, "bytes");
  flow_json_writer_uint64 (writer, self->bytes);
  flow_json_writer_end_object (writer);
}

/**
 * flow_outbox_count_for:
 * @self: an outbox
 * @name: a channel's full name
 *
 * Count what waits for a channel: what names it, and what is under way to it.
 *
 * Returns: messages
 */
guint
flow_outbox_count_for (FlowOutbox *self, const char *name)
{
  const FlowOutboxQueue *queue = g_hash_table_lookup (self->queues, name);
  const FlowOutboxPeer *peer = g_hash_table_lookup (self->peers, name);
  guint n = queue != NULL ? queue->n : 0;

  for (guint i = 0; peer != NULL && i < peer->flight->len; i++)
    n += ((FlowOutboxEntry *) g_ptr_array_index (peer->flight, i))->queue != queue;
  return n;
}

/**
 * flow_outbox_get_stats:
 * @self: an outbox
 * @stats: (out): what it has and did
 *
 * Say how it is. Looks at every message that waits.
 */
void
flow_outbox_get_stats (FlowOutbox *self, FlowOutboxStats *stats)
{
  GHashTableIter iter;
  gpointer value;

  *stats = (FlowOutboxStats) { .waiting = g_hash_table_size (self->entries),
                               .bytes = self->bytes,
                               .dead = self->dead_list.length,
                               .died = self->died,
                               .repeated = self->repeated };
  g_hash_table_iter_init (&iter, self->entries);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    {
      gint64 stored_ns = ((FlowOutboxEntry *) value)->record->stored_ns;

      if (stats->oldest_ns == 0 || stored_ns < stats->oldest_ns)
        stats->oldest_ns = stored_ns;
    }
}
