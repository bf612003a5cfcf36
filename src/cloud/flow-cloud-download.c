/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-cloud"

#include <string.h>

#include "cloud/flow-cloud-handlers.h"
#include "cloud/flow-cloud-read.h"

/* What goes out in one answer when the device does not say. */
#define MAX_BYTES (4 * 1024 * 1024)

/* Batches on their way out. */
typedef struct
{
  GByteArray *frames;
  gsize max_bytes;
  gboolean more;
} Download;

static void
append_number (GByteArray *array, guint64 number, gsize size)
{
  guint64 big = GUINT64_TO_BE (number);

  g_byte_array_append (array, (const guint8 *) &big + sizeof big - size, (guint) size);
}

/* One is always sent, however long. */
static gboolean
add_frame (const FlowCloudBatch *batch, gpointer user_data)
{
  Download *self = user_data;
  gsize size = g_bytes_get_size (batch->body);

  if (self->frames->len > 0 && self->frames->len + size > self->max_bytes)
    {
      self->more = TRUE;
      return FALSE;
    }
  append_number (self->frames, (guint64) batch->number, 8);
  append_number (self->frames, size, 4);
  g_byte_array_append (self->frames, g_bytes_get_data (batch->body, NULL), (guint) size);
  return TRUE;
}

/* Finds the first batch that the device lacks; 0 when there is none. Notes in @known what it has. */
static gboolean
find_start (FlowCloudData *data, GPtrArray *streams, const FlowSyncVector *vector, GHashTable *known, gint64 *from,
            GError **error)
{
  for (guint i = 0; i < streams->len; i++)
    {
      FlowCloudStream *stream = g_ptr_array_index (streams, i);
      guint64 seq = flow_sync_vector_get (vector, stream->device, stream->epoch);
      FlowCloudBatch batch;

      if (seq < stream->dropped)
        {
          g_set_error_literal (error, FLOW_CLOUD_ERROR, FLOW_CLOUD_ERROR_FULL,
                               "Fetch the snapshot first; then come with the vector that it has");
          return FALSE;
        }
      g_hash_table_insert (known, &stream->number, g_memdup2 (&seq, sizeof seq));
      if (seq >= stream->seq)
        continue;
      if (!data->records->find_batch (data, stream->number, seq + 1, &batch, error))
        return FALSE;
      if (*from == 0 || batch.number < *from)
        *from = batch.number;
    }
  return TRUE;
}

static gsize
get_max_bytes (JsonObject *body)
{
  return json_object_has_member (body, "max_bytes") ? (gsize) json_object_get_int_member (body, "max_bytes")
                                                    : MAX_BYTES;
}

/**
 * flow_cloud_download:
 * @request: a request
 * @data: the storage
 * @error: return location
 *
 * Give a device the batches that are beyond its vector, in the order in which they were accepted.
 *
 * Returns: %FALSE with `FLOW_CLOUD_ERROR_FORBIDDEN`, `FLOW_CLOUD_ERROR_BAD_REQUEST`, `FLOW_CLOUD_ERROR_FULL` when some
 *   of them were dropped, or what the storage says
 */
gboolean
flow_cloud_download (FlowCloudRequest *request, FlowCloudData *data, GError **error)
{
  const char *scope = json_object_get_string_member (request->json, "scope");
  g_autoptr (FlowSyncVector) vector = flow_cloud_read_vector (request->json, error);
  g_autoptr (GHashTable) known = g_hash_table_new_full (g_int64_hash, g_int64_equal, NULL, g_free);
  g_autoptr (GByteArray) frames = g_byte_array_new ();
  g_autoptr (GPtrArray) streams = NULL;
  g_autoptr (GBytes) bytes = NULL;
  Download self = { .frames = frames, .max_bytes = get_max_bytes (request->json) };
  gint64 from = 0;

  if (vector == NULL || !flow_cloud_read_own_device (request, error))
    return FALSE;
  streams = data->records->list_streams (data, request->caller.user, scope, error);
  if (streams == NULL || !find_start (data, streams, vector, known, &from, error))
    return FALSE;
  if (from > 0 &&
      !data->records->walk_batches (data, request->caller.user, scope, from, known, add_frame, &self, error))
    return FALSE;
  if (self.more)
    flow_cloud_request_add_header (request, "X-FlowScope-More", "1");
  bytes = g_byte_array_free_to_bytes (g_steal_pointer (&frames));
  flow_cloud_request_answer_bytes (request, 200, "application/octet-stream", bytes);
  return TRUE;
}
