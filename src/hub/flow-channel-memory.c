/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-channel"

#include "hub/flow-channel-memory.h"

#include <string.h>

#include "base/flow-error.h"
#include "hub/flow-json-read.h"
#include "message/flow-json-writer.h"

#define MAX_EPOCH 64
/* Hubs that one name takes turns with. */
#define MAX_STORES 8

/* The last number that was handled of those that one store gives. */
typedef struct
{
  char *epoch;
  guint64 last;
} Store;

/**
 * FlowChannelMemory:
 *
 * What a channel has handled. The hub delivers a stored message again until it is acknowledged, each time with the
 * same number, and numbers only grow: so the last one is all there is to remember, for each store. It is in a file, so
 * that a message which was handled before a crash is not handled after it.
 */
struct _FlowChannelMemory
{
  char *path;    /* (nullable): where it is kept */
  GQueue stores; /* of Store: the one we are connected to first, then those before it */
};

static void
store_free (Store *store)
{
  g_free (store->epoch);
  g_free (store);
}

static void
add_store (FlowChannelMemory *self, const char *epoch, guint64 last)
{
  Store *store = g_new0 (Store, 1);

  store->epoch = g_strdup (epoch);
  store->last = last;
  g_queue_push_tail (&self->stores, store);
}

static void
load (FlowChannelMemory *self)
{
  g_autoptr (JsonObject) object = NULL;
  g_autofree char *text = NULL;
  JsonArray *stores;
  gsize length;

  if (self->path == NULL || !g_file_get_contents (self->path, &text, &length, NULL))
    return;
  object = flow_json_read_object (text, length, NULL);
  stores = object != NULL ? flow_json_get_array (object, "stores") : NULL;
  for (guint i = 0; stores != NULL && i < MIN (json_array_get_length (stores), MAX_STORES); i++)
    {
      JsonNode *node = json_array_get_element (stores, i);
      JsonObject *store = JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;
      const char *epoch = store != NULL ? flow_json_get_string (store, "epoch") : NULL;

      if (epoch != NULL && strlen (epoch) <= MAX_EPOCH)
        add_store (self, epoch, (guint64) MAX (flow_json_get_int (store, "seq"), 0));
    }
}

/**
 * flow_channel_memory_new:
 * @path: (nullable): where to keep it; %NULL when it need not outlive the process
 *
 * Remember what was remembered before.
 *
 * Returns: (transfer full): the memory
 */
FlowChannelMemory *
flow_channel_memory_new (const char *path)
{
  FlowChannelMemory *self = g_new0 (FlowChannelMemory, 1);

  self->path = g_strdup (path);
  load (self);
  return self;
}

/**
 * flow_channel_memory_free:
 * @self: (transfer full): a memory
 *
 * Free it; the file stays.
 */
void
flow_channel_memory_free (FlowChannelMemory *self)
{
  g_queue_clear_full (&self->stores, (GDestroyNotify) store_free);
  g_free (self->path);
  g_free (self);
}

/**
 * flow_channel_memory_begin:
 * @self: a memory
 * @epoch: the store that the hub delivers from
 * @delivered: the highest number that it has ever given to this channel
 *
 * Take what `welcome` says in `delivery`. A hub that has given lower numbers than what was handled has gone back to a
 * backup, so the numbers beyond are given again, to other messages.
 */
void
flow_channel_memory_begin (FlowChannelMemory *self, const char *epoch, guint64 delivered)
{
  GList *at = self->stores.head;
  Store *store;

  while (at != NULL && strcmp (((Store *) at->data)->epoch, epoch) != 0)
    at = at->next;
  if (at == NULL)
    {
      add_store (self, epoch, 0);
      at = self->stores.tail;
    }
  g_queue_unlink (&self->stores, at);
  g_queue_push_head_link (&self->stores, at);
  if (self->stores.length > MAX_STORES)
    store_free (g_queue_pop_tail (&self->stores));
  store = at->data;
  store->last = MIN (store->last, delivered);
}

/**
 * flow_channel_memory_is_new:
 * @self: a memory that has begun
 * @seq: the number of a delivery
 *
 * Find out whether a message is to be handled; if not, it is only acknowledged.
 *
 * Returns: %TRUE when it was not handled before
 */
gboolean
flow_channel_memory_is_new (FlowChannelMemory *self, guint64 seq)
{
  const Store *store = g_queue_peek_head (&self->stores);

  return seq > store->last;
}

static char *
write_stores (FlowChannelMemory *self)
{
  GString *text = g_string_new (NULL);
  FlowJsonWriter writer;

  flow_json_writer_init (&writer, text);
  flow_json_writer_begin_object (&writer);
  flow_json_writer_key (&writer, "stores");
  flow_json_writer_begin_array (&writer);
  for (GList *at = self->stores.head; at != NULL; at = at->next)
    {
      const Store *store = at->data;

      flow_json_writer_begin_object (&writer);
      flow_json_writer_key (&writer, "epoch");
      flow_json_writer_string (&writer, store->epoch, -1);
      flow_json_writer_key (&writer, "seq");
      flow_json_writer_uint64 (&writer, store->last);
      flow_json_writer_end_object (&writer);
    }
  flow_json_writer_end_array (&writer);
  flow_json_writer_end_object (&writer);
  return g_string_free (text, FALSE);
}

/**
 * flow_channel_memory_handled:
 * @self: a memory that has begun
 * @seq: the number of a delivery that was handled
 * @error: return location
 *
 * Remember a number; it is on the disk when this returns.
 *
 * Returns: %FALSE with %FLOW_ERROR_FAILED when the file cannot be written; it is remembered until the process ends
 */
gboolean
flow_channel_memory_handled (FlowChannelMemory *self, guint64 seq, GError **error)
{
  Store *store = g_queue_peek_head (&self->stores);
  g_autofree char *content = NULL;
  g_autoptr (GError) local = NULL;

  store->last = MAX (store->last, seq);
  if (self->path == NULL)
    return TRUE;
  content = write_stores (self);
  if (g_file_set_contents_full (self->path, content, -1, G_FILE_SET_CONTENTS_CONSISTENT | G_FILE_SET_CONTENTS_DURABLE,
                                0600, &local))
    return TRUE;
  g_set_error (error, FLOW_ERROR, FLOW_ERROR_FAILED, "%s cannot be written: %s", self->path, local->message);
  return FALSE;
}
