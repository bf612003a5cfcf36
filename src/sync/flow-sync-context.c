/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-sync"

#include "sync/flow-sync-bytes.h"
#include "sync/flow-sync-stream.h"

static FlowSyncContext *
allocate (guint n)
{
  FlowSyncContext *self = g_malloc0 (sizeof *self + n * sizeof (FlowSyncContextEntry));

  g_ref_count_init (&self->references);
  self->n = n;
  return self;
}

/**
 * flow_sync_context_new:
 * @entries: (array length=n): by stream, each once, none with seq 0
 * @n: how many
 *
 * Returns: (transfer full): a context that is not written down
 */
FlowSyncContext *
flow_sync_context_new (const FlowSyncContextEntry *entries, guint n)
{
  FlowSyncContext *self = allocate (n);

  if (n > 0)
    memcpy (self->entries, entries, n * sizeof *entries);
  return self;
}

/**
 * flow_sync_context_ref:
 * @self: a context
 *
 * Returns: (transfer full): @self
 */
FlowSyncContext *
flow_sync_context_ref (FlowSyncContext *self)
{
  g_ref_count_inc (&self->references);
  return self;
}

/**
 * flow_sync_context_unref:
 * @self: (transfer full): a context
 *
 * Give a reference back.
 */
void
flow_sync_context_unref (FlowSyncContext *self)
{
  if (g_ref_count_dec (&self->references))
    g_free (self);
}

/**
 * flow_sync_context_get:
 * @self: a context
 * @stream: id of a stream
 *
 * Returns: up to which seq of it all were known, 0: none
 */
guint64
flow_sync_context_get (const FlowSyncContext *self, gint64 stream)
{
  for (guint i = 0; i < self->n; i++)
    if (self->entries[i].stream == stream)
      return self->entries[i].seq;
  return 0;
}

static int
by_stream (gconstpointer a, gconstpointer b)
{
  gint64 first = ((const FlowSyncContextEntry *) a)->stream;
  gint64 second = ((const FlowSyncContextEntry *) b)->stream;

  return first < second ? -1 : first > second;
}

static void
raise_one (GArray *entries, const FlowSyncContextEntry *entry)
{
  for (guint i = 0; i < entries->len; i++)
    {
      FlowSyncContextEntry *known = &g_array_index (entries, FlowSyncContextEntry, i);

      if (known->stream != entry->stream)
        continue;
      known->seq = MAX (known->seq, entry->seq);
      return;
    }
  g_array_append_val (entries, *entry);
}

/**
 * flow_sync_context_raise:
 * @self: a context
 * @entries: (array length=n): what is known besides
 * @n: how many
 *
 * Returns: (transfer full): what both know, not written down
 */
FlowSyncContext *
flow_sync_context_raise (const FlowSyncContext *self, const FlowSyncContextEntry *entries, guint n)
{
  g_autoptr (GArray) all = g_array_new (FALSE, FALSE, sizeof *entries);

  g_array_append_vals (all, self->entries, self->n);
  for (guint i = 0; i < n; i++)
    raise_one (all, &entries[i]);
  g_array_sort (all, by_stream);
  return flow_sync_context_new ((const FlowSyncContextEntry *) (gpointer) all->data, all->len);
}

/**
 * flow_sync_context_encode:
 * @self: a context
 *
 * Returns: (transfer full): its bytes, as they are in sync_context
 */
GBytes *
flow_sync_context_encode (const FlowSyncContext *self)
{
  GByteArray *out = g_byte_array_new ();

  for (guint i = 0; i < self->n; i++)
    {
      flow_sync_put_varint (out, (guint64) self->entries[i].stream);
      flow_sync_put_varint (out, self->entries[i].seq);
    }
  return g_byte_array_free_to_bytes (out);
}

/**
 * flow_sync_context_decode:
 * @data: (array length=size): bytes of sync_context
 * @size: how many
 *
 * Returns: (transfer full): the context; what is damaged of it is left out
 */
FlowSyncContext *
flow_sync_context_decode (gconstpointer data, gsize size)
{
  FlowSyncReader reader = { data, size > 0 ? (const guint8 *) data + size : data, FALSE };
  g_autoptr (GArray) entries = g_array_new (FALSE, FALSE, sizeof (FlowSyncContextEntry));

  while (reader.at < reader.end && !reader.failed)
    {
      FlowSyncContextEntry entry;

      entry.stream = (gint64) flow_sync_read_varint (&reader);
      entry.seq = flow_sync_read_varint (&reader);
      if (!reader.failed)
        g_array_append_val (entries, entry);
    }
  return flow_sync_context_new ((const FlowSyncContextEntry *) (gpointer) entries->data, entries->len);
}
