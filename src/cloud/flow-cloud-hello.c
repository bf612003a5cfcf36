/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-cloud"

#include <string.h>

#include "cloud/flow-cloud-handlers.h"
#include "cloud/flow-cloud-read.h"
#include "message/flow-json-member.h"
#include "sync/flow-sync-batch-header.h"

/* What is found out for an answer. */
typedef struct
{
  FlowCloudRequest *request;
  FlowCloudData *data;
  GPtrArray *streams;  /* of all scopes */
  GHashTable *scopes;  /* name -> GPtrArray of these */
  GHashTable *numbers; /* number -> the stream */
  FlowJsonWriter json;
} Hello;

static void
hello_clear (Hello *self)
{
  g_clear_pointer (&self->scopes, g_hash_table_unref);
  g_clear_pointer (&self->numbers, g_hash_table_unref);
  g_clear_pointer (&self->streams, g_ptr_array_unref);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Hello, hello_clear)

/* All streams, once for all scopes that are asked for. */
static gboolean
find_streams (Hello *self, GError **error)
{
  self->streams = self->data->records->list_streams (self->data, self->request->caller.user, NULL, error);
  self->scopes = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, (GDestroyNotify) g_ptr_array_unref);
  self->numbers = g_hash_table_new (g_int64_hash, g_int64_equal);
  for (guint i = 0; self->streams != NULL && i < self->streams->len; i++)
    {
      FlowCloudStream *stream = g_ptr_array_index (self->streams, i);
      GPtrArray *others = g_hash_table_lookup (self->scopes, stream->scope);

      if (others == NULL)
        {
          others = g_ptr_array_new ();
          g_hash_table_insert (self->scopes, stream->scope, others);
        }
      g_ptr_array_add (others, stream);
      g_hash_table_insert (self->numbers, &stream->number, stream);
    }
  return self->streams != NULL;
}

/* Whether another run of this device is connected; while that is not sure the device is to ask again. */
static gboolean
check_cloned (FlowCloudRequest *request, const char **state, GError **error)
{
  FlowCloudFanout *fanout = flow_cloud_get_fanout (request->cloud);
  FlowCloudOther other = FLOW_CLOUD_OTHER_NONE;

  if (request->instance != NULL)
    other = flow_cloud_fanout_find_other (fanout, request->caller.user, request->caller.device_id, request->instance,
                                          g_get_monotonic_time ());
  if (other == FLOW_CLOUD_OTHER_SURELY)
    *state = "cloned";
  if (other != FLOW_CLOUD_OTHER_PERHAPS)
    return TRUE;
  g_set_error_literal (error, FLOW_CLOUD_ERROR, FLOW_CLOUD_ERROR_BUSY,
                       "an earlier connection of this device may not be gone yet");
  return FALSE;
}

/* The asking device's stream in a scope: of the epoch that it is in, or else the one it was in last. */
static const FlowCloudStream *
find_own (Hello *self, const char *scope, guint64 epoch)
{
  GPtrArray *streams = g_hash_table_lookup (self->scopes, scope);
  const FlowCloudStream *last = NULL;

  for (guint i = 0; streams != NULL && i < streams->len; i++)
    {
      const FlowCloudStream *stream = g_ptr_array_index (streams, i);

      if (memcmp (stream->device, self->request->caller.device_id, FLOW_CLOUD_ID_SIZE) != 0)
        continue;
      if (stream->epoch == epoch)
        return stream;
      if (last == NULL || stream->latest > last->latest)
        last = stream;
    }
  return last;
}

/* The cloud has more of this epoch than the device, or something else in the same place. */
static gboolean
is_restored (const FlowCloudStream *own, guint64 epoch, guint64 seq, GBytes *chain)
{
  if (own == NULL || own->epoch != epoch || seq > own->seq)
    return FALSE;
  if (seq < own->seq)
    return TRUE;
  return g_bytes_get_size (chain) != FLOW_CLOUD_CHAIN_SIZE ||
         memcmp (g_bytes_get_data (chain, NULL), own->chain, FLOW_CLOUD_CHAIN_SIZE) != 0;
}

static void
write_dot (FlowJsonWriter *json, const FlowCloudStream *stream, guint64 seq)
{
  flow_json_writer_begin_object (json);
  flow_json_member_id (json, "device", stream->device, FLOW_CLOUD_ID_SIZE);
  flow_json_member_uint (json, "epoch", stream->epoch);
  flow_json_member_uint (json, "seq", seq);
  flow_json_writer_end_object (json);
}

/* What the cloud has of a scope, or (@dropped) has no more. */
static void
write_streams (Hello *self, const char *key, const char *scope, gboolean dropped)
{
  GPtrArray *streams = g_hash_table_lookup (self->scopes, scope);

  flow_json_writer_key (&self->json, key);
  flow_json_writer_begin_array (&self->json);
  for (guint i = 0; streams != NULL && i < streams->len; i++)
    {
      const FlowCloudStream *stream = g_ptr_array_index (streams, i);
      guint64 seq = dropped ? stream->dropped : stream->seq;

      if (seq > 0)
        write_dot (&self->json, stream, seq);
    }
  flow_json_writer_end_array (&self->json);
}

static void
write_own (FlowJsonWriter *json, const FlowCloudStream *own)
{
  flow_json_writer_key (json, "own");
  if (own == NULL)
    {
      flow_json_writer_null (json);
      return;
    }
  flow_json_writer_begin_object (json);
  flow_json_member_uint (json, "epoch", own->epoch);
  flow_json_member_uint (json, "seq", own->seq);
  flow_json_writer_key (json, "chain");
  flow_json_writer_base64 (json, own->chain, sizeof own->chain);
  flow_json_writer_end_object (json);
}

static gboolean
write_snapshot (Hello *self, const char *scope, GError **error)
{
  g_auto (FlowCloudSnapshot) snapshot = { 0 };
  g_autoptr (FlowSyncVector) vector = NULL;

  if (!self->data->records->get_snapshot (self->data, self->request->caller.user, scope, &snapshot, error))
    return FALSE;
  flow_json_writer_key (&self->json, "snapshot");
  if (*snapshot.scope == '\0')
    {
      flow_json_writer_null (&self->json);
      return TRUE;
    }
  vector = flow_cloud_vector_unpack (snapshot.vector);
  flow_json_writer_begin_object (&self->json);
  flow_json_member_id (&self->json, "blob", snapshot.blob, sizeof snapshot.blob);
  flow_json_writer_key (&self->json, "vector");
  flow_sync_vector_write_json (vector, &self->json);
  flow_json_member_int (&self->json, "bytes", snapshot.bytes);
  flow_json_writer_end_object (&self->json);
  return TRUE;
}

/* (nullable) */
static const FlowCloudDigest *
find_digest (GPtrArray *digests, const guint8 *device)
{
  for (guint i = 0; i < digests->len; i++)
    {
      const FlowCloudDigest *digest = g_ptr_array_index (digests, i);

      if (memcmp (digest->device, device, FLOW_CLOUD_ID_SIZE) == 0)
        return digest;
    }
  return NULL;
}

/* Whether it says something to who asks: it is his own, or another one of who knew what he knows. */
static gboolean
is_telling (const FlowCloudDigest *digest, const FlowCloudDigest *own, GBytes *vector)
{
  return digest == own ||
         (g_bytes_equal (digest->vector, vector) && (own == NULL || strcmp (own->body, digest->body) != 0));
}

/* What a device said that holds on it. */
static void
write_digest (Hello *self, GPtrArray *digests, const guint8 *device, GBytes *vector)
{
  const FlowCloudDigest *digest = find_digest (digests, device);
  const FlowCloudDigest *own = find_digest (digests, self->request->caller.device_id);

  if (digest == NULL || !is_telling (digest, own, vector))
    return;
  flow_json_writer_key (&self->json, "digest");
  flow_json_writer_raw (&self->json, digest->body, -1);
}

static void
begin_live (Hello *self, const guint8 *device, GPtrArray *digests, GBytes *vector)
{
  flow_json_writer_begin_object (&self->json);
  flow_json_member_id (&self->json, "device", device, FLOW_CLOUD_ID_SIZE);
  write_digest (self, digests, device, vector);
  flow_json_writer_key (&self->json, "vector");
  flow_json_writer_begin_array (&self->json);
}

static void
end_live (Hello *self)
{
  flow_json_writer_end_array (&self->json);
  flow_json_writer_end_object (&self->json);
}

/* What each live device has acknowledged; the acknowledgements of one stand together. */
static gboolean
write_live (Hello *self, JsonObject *asked, GError **error)
{
  const char *scope = json_object_get_string_member (asked, "scope");
  gint64 user = self->request->caller.user;
  g_autoptr (GPtrArray) acks = self->data->records->list_acks (self->data, user, scope, error);
  g_autoptr (GPtrArray) digests = NULL;
  g_autoptr (FlowSyncVector) known = NULL;
  g_autoptr (GBytes) vector = NULL;
  const FlowCloudAck *last = NULL;

  if (acks == NULL || (known = flow_cloud_read_vector (asked, error)) == NULL)
    return FALSE;
  digests = self->data->records->list_digests (self->data, user, scope, NULL, error);
  if (digests == NULL)
    return FALSE;
  vector = flow_cloud_vector_pack (known);
  flow_json_writer_key (&self->json, "live");
  flow_json_writer_begin_array (&self->json);
  for (guint i = 0; i < acks->len; i++)
    {
      const FlowCloudAck *ack = g_ptr_array_index (acks, i);
      const FlowCloudStream *stream = g_hash_table_lookup (self->numbers, &ack->stream);

      if (last == NULL || memcmp (last->device, ack->device, FLOW_CLOUD_ID_SIZE) != 0)
        {
          if (last != NULL)
            end_live (self);
          begin_live (self, ack->device, digests, vector);
        }
      if (stream != NULL)
        write_dot (&self->json, stream, ack->seq);
      last = ack;
    }
  if (last != NULL)
    end_live (self);
  flow_json_writer_end_array (&self->json);
  return TRUE;
}

static gboolean
write_scope (Hello *self, JsonObject *asked, GError **error)
{
  const char *scope = json_object_get_string_member (asked, "scope");
  guint64 epoch = (guint64) json_object_get_int_member (asked, "epoch");
  guint64 seq = (guint64) json_object_get_int_member (asked, "seq");
  g_autoptr (GBytes) chain = flow_cloud_read_base64 (asked, "chain", error);
  const FlowCloudStream *own = find_own (self, scope, epoch);

  if (chain == NULL)
    return FALSE;
  flow_json_writer_begin_object (&self->json);
  flow_json_member_text (&self->json, "scope", scope, -1);
  write_streams (self, "vector", scope, FALSE);
  write_own (&self->json, own);
  flow_json_member_flag (&self->json, "restored", is_restored (own, epoch, seq, chain));
  write_streams (self, "covered", scope, TRUE);
  if (!write_snapshot (self, scope, error) || !write_live (self, asked, error))
    return FALSE;
  flow_json_writer_end_object (&self->json);
  return TRUE;
}

/* Streams are ordered by scope. */
static void
write_others (Hello *self, GHashTable *asked)
{
  const char *last = "";

  flow_json_writer_key (&self->json, "others");
  flow_json_writer_begin_array (&self->json);
  for (guint i = 0; i < self->streams->len; i++)
    {
      const FlowCloudStream *stream = g_ptr_array_index (self->streams, i);

      if (strcmp (stream->scope, last) != 0 && !g_hash_table_contains (asked, stream->scope))
        flow_json_writer_string (&self->json, stream->scope, -1);
      last = stream->scope;
    }
  flow_json_writer_end_array (&self->json);
}

/* Notes the epochs. A retired device counts again when it comes with another one: it has begun anew. */
static gboolean
note_epochs (FlowCloudRequest *request, FlowCloudData *data, JsonArray *scopes, const char **state, GError **error)
{
  gboolean anew = FALSE;

  for (guint i = 0; i < json_array_get_length (scopes); i++)
    {
      JsonObject *asked = json_array_get_object_element (scopes, i);
      gboolean changed;

      if (!data->records->note_epoch (data, request->caller.device, json_object_get_string_member (asked, "scope"),
                                      (guint64) json_object_get_int_member (asked, "epoch"), &changed, error))
        return FALSE;
      anew = anew || changed;
    }
  if (request->caller.device_state != FLOW_CLOUD_DEVICE_RETIRED)
    return TRUE;
  if (!anew)
    {
      *state = "retired";
      return TRUE;
    }
  return data->accounts->set_device_state (data, request->caller.device, FLOW_CLOUD_DEVICE_LIVE, error);
}

static gboolean
write_rest (Hello *self, GHashTable *asked, GError **error)
{
  g_autofree char *envelope = NULL;
  gint64 version = 0;

  if (!self->data->records->get_keys (self->data, self->request->caller.user, &version, &envelope, error))
    return FALSE;
  write_others (self, asked);
  flow_json_member_int (&self->json, "keys_version", version);
  flow_json_writer_key (&self->json, "limits");
  flow_json_writer_begin_object (&self->json);
  flow_json_member_int (&self->json, "batch", FLOW_SYNC_BATCH_SINGLE_MAX);
  flow_json_member_int (&self->json, "body", FLOW_CLOUD_MAX_BODY);
  flow_json_member_int (&self->json, "blob", FLOW_CLOUD_MAX_BLOB);
  flow_json_writer_end_object (&self->json);
  return TRUE;
}

static gboolean
write_scopes (Hello *self, JsonArray *scopes, GError **error)
{
  flow_json_writer_key (&self->json, "scopes");
  flow_json_writer_begin_array (&self->json);
  for (guint i = 0; i < json_array_get_length (scopes); i++)
    {
      if (!write_scope (self, json_array_get_object_element (scopes, i), error))
        return FALSE;
    }
  flow_json_writer_end_array (&self->json);
  return TRUE;
}

/**
 * flow_cloud_hello:
 * @request: a request
 * @data: the storage
 * @error: return location
 *
 * Tell a device what the cloud has and what it thinks of it.
 *
 * Returns: %FALSE with `FLOW_CLOUD_ERROR_FORBIDDEN`, `FLOW_CLOUD_ERROR_BAD_REQUEST`, `FLOW_CLOUD_ERROR_QUOTA`,
 *   `FLOW_CLOUD_ERROR_BUSY` while it is not sure that it is the only one, or what the storage says
 */
gboolean
flow_cloud_hello (FlowCloudRequest *request, FlowCloudData *data, GError **error)
{
  JsonArray *scopes = json_object_get_array_member (request->json, "scopes");
  g_autoptr (GHashTable) asked = flow_cloud_read_scopes (scopes, error);
  g_autoptr (GString) text = g_string_new (NULL);
  g_auto (Hello) self = { .request = request, .data = data };
  const char *state = "ok";

  if (asked == NULL || !flow_cloud_read_own_device (request, error))
    return FALSE;
  if (!check_cloned (request, &state, error))
    return FALSE;
  if (strcmp (state, "ok") == 0 && !note_epochs (request, data, scopes, &state, error))
    return FALSE;
  if (strcmp (state, "ok") == 0 && !flow_cloud_note_digests (request, data, scopes, error))
    return FALSE;
  if (!find_streams (&self, error))
    return FALSE;
  flow_json_writer_init (&self.json, text);
  flow_json_writer_begin_object (&self.json);
  flow_json_member_int (&self.json, "time_ms", request->now_ms);
  flow_json_member_text (&self.json, "device_state", state, -1);
  if (!write_scopes (&self, scopes, error) || !write_rest (&self, asked, error))
    return FALSE;
  flow_json_writer_end_object (&self.json);
  flow_cloud_request_answer_json (request, 200, text);
  return TRUE;
}
