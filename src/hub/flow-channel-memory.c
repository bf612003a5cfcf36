/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-channel"

#include "hub/flow-channel-memory.h"

#include <string.h>

#include "base/flow-error.h"
#include "hub/flow-json-read.h"
#include "message/flow-json-writer.h"

#define MAX_EPOCH 64

/**
 * FlowChannelMemory:
 *
 * What a channel has handled. The hub delivers a stored message again until it is acknowledged, each time with the
 * same number, and numbers only grow: so the last one is all there is to remember. It is in a file, so that a message
 * which was handled before a crash is not handled after it. Numbers of another store, or of an older copy of it, mean
 * nothing.
 */
struct _FlowChannelMemory
{
  char *path; /* (nullable): where it is kept */
  char *epoch;
  guint64 last;
};

static void
load (FlowChannelMemory *self)
{
  g_autoptr (JsonObject) object = NULL;
  g_autofree char *text = NULL;
  const char *epoch;
  gsize length;

  if (self->path == NULL || !g_file_get_contents (self->path, &text, &length, NULL))
    return;
  object = flow_json_read_object (text, length, NULL);
  epoch = object != NULL ? flow_json_get_string (object, "epoch") : NULL;
  if (epoch == NULL || strlen (epoch) > MAX_EPOCH)
    return;
  self->epoch = g_strdup (epoch);
  self->last = (guint64) MAX (flow_json_get_int (object, "seq"), 0);
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
  g_free (self->path);
  g_free (self->epoch);
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
  if (g_strcmp0 (self->epoch, epoch) == 0)
    {
      self->last = MIN (self->last, delivered);
      return;
    }
  g_free (self->epoch);
  self->epoch = g_strdup (epoch);
  self->last = 0;
}

/**
 * flow_channel_memory_is_new:
 * @self: a memory
 * @seq: the number of a delivery
 *
 * Find out whether a message is to be handled; if not, it is only acknowledged.
 *
 * Returns: %TRUE when it was not handled before
 */
gboolean
flow_channel_memory_is_new (FlowChannelMemory *self, guint64 seq)
{
  return seq > self->last;
}

/**
 * flow_channel_memory_handled:
 * @self: a memory
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
  GString *text;
  g_autofree char *content = NULL;
  g_autoptr (GError) local = NULL;
  FlowJsonWriter writer;

  self->last = MAX (self->last, seq);
  if (self->path == NULL)
    return TRUE;
  text = g_string_new (NULL);
  flow_json_writer_init (&writer, text);
  flow_json_writer_begin_object (&writer);
  flow_json_writer_key (&writer, "epoch");
  flow_json_writer_string (&writer, self->epoch, -1);
  flow_json_writer_key (&writer, "seq");
  flow_json_writer_uint64 (&writer, self->last);
  flow_json_writer_end_object (&writer);
  content = g_string_free (text, FALSE);
  if (g_file_set_contents_full (self->path, content, -1, G_FILE_SET_CONTENTS_CONSISTENT | G_FILE_SET_CONTENTS_DURABLE,
                                0600, &local))
    return TRUE;
  g_set_error (error, FLOW_ERROR, FLOW_ERROR_FAILED, "%s cannot be written: %s", self->path, local->message);
  return FALSE;
}
