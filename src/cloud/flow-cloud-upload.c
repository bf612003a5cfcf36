/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-cloud"

#include <string.h>

#include "base/flow-error.h"
#include "cloud/flow-cloud-handlers.h"
#include "cloud/flow-cloud-read.h"
#include "message/flow-json-member.h"
#include "sync/flow-sync-batch-header.h"
#include "sync/flow-sync-hlc.h"

/* What is sent to the other devices as it is; of more they are told only. */
#define PUSH_MAX (256 * 1024)
/* Entries of an answer. What comes behind it is left as if the body ended there. */
#define MAX_ENTRIES 4096

/* Batches on their way in. */
typedef struct
{
  FlowCloudRequest *request;
  FlowCloudData *data;
  GBytes *body;
  GString *accepted_text;
  GString *refused_text;
  FlowJsonWriter accepted;
  FlowJsonWriter refused;
  guint n_accepted;
  guint n_refused;
  gboolean cut;     /* there was more than goes into an answer */
  GByteArray *push; /* frames of what was new */
  GHashTable *scopes;
  gint64 kept;    /* bytes of the user, -1: not asked yet */
  gint64 streams; /* of the user, -1: not asked yet */
} Upload;

static void
upload_init (Upload *self, FlowCloudRequest *request, FlowCloudData *data, GBytes *body)
{
  *self = (Upload) { .request = request, .data = data, .body = body, .kept = -1, .streams = -1 };
  self->accepted_text = g_string_new (NULL);
  self->refused_text = g_string_new (NULL);
  flow_json_writer_init (&self->accepted, self->accepted_text);
  flow_json_writer_init (&self->refused, self->refused_text);
  flow_json_writer_begin_array (&self->accepted);
  flow_json_writer_begin_array (&self->refused);
  self->push = g_byte_array_new ();
  self->scopes = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
}

static void
upload_clear (Upload *self)
{
  if (self->push == NULL)
    return;
  g_string_free (self->accepted_text, TRUE);
  g_string_free (self->refused_text, TRUE);
  g_hash_table_unref (self->scopes);
  g_clear_pointer (&self->push, g_byte_array_unref);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Upload, upload_clear)

static gboolean
is_full (const Upload *self)
{
  return self->n_accepted + self->n_refused >= MAX_ENTRIES;
}

/* Says why a batch is refused, with a number (@key nullable) that helps. */
static void
refuse (Upload *self, const FlowSyncBatchHeader *header, const char *code, const char *key, guint64 number)
{
  self->n_refused++;
  flow_json_writer_begin_object (&self->refused);
  flow_json_member_text (&self->refused, "scope", header->scope, -1);
  flow_json_member_uint (&self->refused, "seq", header->dot.seq);
  flow_json_member_text (&self->refused, "code", code, -1);
  if (key != NULL)
    flow_json_member_uint (&self->refused, key, number);
  flow_json_writer_end_object (&self->refused);
}

static void
accept (Upload *self, const FlowSyncBatchHeader *header, guint64 last, gint64 number)
{
  self->n_accepted++;
  flow_json_writer_begin_object (&self->accepted);
  flow_json_member_text (&self->accepted, "scope", header->scope, -1);
  flow_json_member_id (&self->accepted, "device", header->dot.device, FLOW_SYNC_DEVICE_SIZE);
  flow_json_member_uint (&self->accepted, "epoch", header->dot.epoch);
  flow_json_member_uint (&self->accepted, "seq", last);
  flow_json_member_int (&self->accepted, "number", number);
  flow_json_writer_end_object (&self->accepted);
}

static gboolean
has_room (Upload *self, gsize more, gboolean *room, GError **error)
{
  gint64 most = flow_cloud_get_options (self->request->cloud)->max_bytes;
  FlowCloudUsage usage;

  if (self->kept < 0)
    {
      if (!self->data->records->get_usage (self->data, self->request->caller.user, &usage, error))
        return FALSE;
      self->kept = usage.bytes + usage.blob_bytes;
    }
  *room = most == 0 || self->kept + (gint64) more <= most;
  return TRUE;
}

/* Every hello and acknowledgement looks at all streams of a scope. */
static gboolean
has_room_for_stream (Upload *self, const char *scope, gboolean *room, GError **error)
{
  const FlowCloudRecords *records = self->data->records;
  gint64 user = self->request->caller.user;
  guint all, here;

  if (self->streams < 0)
    {
      if (!records->count_streams (self->data, user, NULL, &all, error))
        return FALSE;
      self->streams = all;
    }
  if (!records->count_streams (self->data, user, scope, &here, error))
    return FALSE;
  *room = self->streams < FLOW_CLOUD_MAX_ALL_STREAMS && here < FLOW_CLOUD_MAX_STREAMS;
  return TRUE;
}

/* What the cloud has already keeps the numbers that it was given, however it is cut this time. */
static gboolean
accept_known (Upload *self, const FlowSyncBatchHeader *header, const FlowCloudStream *stream, GError **error)
{
  guint64 last = flow_sync_batch_header_get_last (header);
  guint64 seq = header->dot.seq;

  while (seq <= MIN (last, stream->seq) && !is_full (self))
    {
      FlowCloudBatch batch;

      if (!self->data->records->find_batch (self->data, stream->number, seq, &batch, error))
        return FALSE;
      if (batch.number == 0)
        batch = (FlowCloudBatch) { .number = stream->latest, .last = last };
      accept (self, header, MIN (batch.last, MIN (last, stream->seq)), batch.number);
      seq = batch.last + 1;
    }
  self->cut = seq <= last && is_full (self);
  if (last > stream->seq && !self->cut)
    refuse (self, header, "gap", "vector_seq", stream->seq);
  return TRUE;
}

static void
append_number (GByteArray *array, guint64 number, gsize size)
{
  guint64 big = GUINT64_TO_BE (number);

  g_byte_array_append (array, (const guint8 *) &big + sizeof big - size, (guint) size);
}

static gboolean
keep (Upload *self, const FlowSyncBatchHeader *header, FlowCloudStream *stream, GBytes *bytes, GError **error)
{
  FlowCloudBatch batch = { .first = header->dot.seq, .last = flow_sync_batch_header_get_last (header), .body = bytes };
  gsize size = g_bytes_get_size (bytes);

  memcpy (stream->chain, header->chain, sizeof stream->chain);
  if (stream->number == 0)
    self->streams++;
  if (!self->data->records->add_batch (self->data, self->request->caller.user, stream, &batch, error))
    return FALSE;
  self->kept += (gint64) size;
  accept (self, header, batch.last, batch.number);
  g_hash_table_add (self->scopes, g_strdup (header->scope));
  if (self->push->len <= PUSH_MAX)
    {
      append_number (self->push, (guint64) batch.number, 8);
      append_number (self->push, size, 4);
      g_byte_array_append (self->push, g_bytes_get_data (bytes, NULL), (guint) size);
    }
  return TRUE;
}

/* Refuses what needs no look at the storage. */
static gboolean
is_good (Upload *self, const FlowSyncBatchHeader *header)
{
  if (memcmp (header->dot.device, self->request->caller.device_id, FLOW_CLOUD_ID_SIZE) != 0)
    refuse (self, header, "foreign_device", NULL, 0);
  else if (!flow_cloud_read_is_scope (header->scope))
    refuse (self, header, "bad_batch", NULL, 0);
  else if (flow_sync_hlc_is_ahead (header->hlc, self->request->now_ms))
    refuse (self, header, "clock", "time_ms", (guint64) self->request->now_ms);
  else
    return TRUE;
  return FALSE;
}

static gboolean
take (Upload *self, const FlowSyncBatchHeader *header, GBytes *bytes, GError **error)
{
  FlowCloudStream stream;
  gboolean room;

  if (!is_good (self, header))
    return TRUE;
  if (!self->data->records->find_stream (self->data, self->request->caller.user, header->scope, header->dot.device,
                                         header->dot.epoch, &stream, error))
    return FALSE;
  if (header->dot.seq <= stream.seq)
    return accept_known (self, header, &stream, error);
  if (header->dot.seq != stream.seq + 1)
    {
      refuse (self, header, "gap", "vector_seq", stream.seq);
      return TRUE;
    }
  if (!has_room (self, g_bytes_get_size (bytes), &room, error) ||
      (room && stream.number == 0 && !has_room_for_stream (self, header->scope, &room, error)))
    return FALSE;
  if (room)
    return keep (self, header, &stream, bytes, error);
  refuse (self, header, "quota", NULL, 0);
  return TRUE;
}

/*
 * What begins no batch ends the body, and so does a full answer; when nothing of it is a batch, the request is none
 * either.
 */
static gboolean
take_all (Upload *self, GError **error)
{
  gsize size = 0;
  const guint8 *data = g_bytes_get_data (self->body, &size);
  gsize at = 0;

  while (at < size && !is_full (self))
    {
      g_autoptr (GError) problem = NULL;
      g_autoptr (GBytes) bytes = NULL;
      FlowSyncBatchHeader header;
      gsize total;

      if (flow_sync_batch_header_parse (&header, data + at, size - at, &problem))
        {
          total = flow_sync_batch_header_get_total (&header);
          bytes = g_bytes_new_from_bytes (self->body, at, total);
          if (!take (self, &header, bytes, error))
            return FALSE;
          at += total;
          continue;
        }
      if (at == 0 && !g_error_matches (problem, FLOW_ERROR, FLOW_ERROR_TOO_LARGE))
        {
          g_set_error_literal (error, FLOW_CLOUD_ERROR, FLOW_CLOUD_ERROR_BAD_REQUEST, problem->message);
          return FALSE;
        }
      refuse (self, &header, g_error_matches (problem, FLOW_ERROR, FLOW_ERROR_TOO_LARGE) ? "too_large" : "bad_batch",
              NULL, 0);
      return TRUE;
    }
  self->cut = self->cut || at < size;
  return TRUE;
}

/* Tells the user's other devices: what is short goes to them at once. */
static void
publish (Upload *self)
{
  FlowCloudNote note = { .user = self->request->caller.user, .except = self->request->caller.device_id };
  GHashTableIter iter;
  gpointer scope;

  if (self->push->len > 0 && self->push->len <= PUSH_MAX)
    {
      g_autoptr (GBytes) frames = g_bytes_new (self->push->data, self->push->len);

      note.kind = FLOW_WIRE_BINARY;
      note.bytes = frames;
      flow_cloud_request_publish (self->request, &note);
      return;
    }
  g_hash_table_iter_init (&iter, self->scopes);
  while (g_hash_table_iter_next (&iter, &scope, NULL))
    {
      g_autofree char *text = g_strdup_printf ("{\"type\":\"sync\",\"scope\":\"%s\"}", (const char *) scope);
      g_autoptr (GBytes) bytes = g_bytes_new (text, strlen (text));

      note.kind = FLOW_WIRE_TEXT;
      note.bytes = bytes;
      flow_cloud_request_publish (self->request, &note);
    }
}

static void
answer (Upload *self)
{
  g_autoptr (GString) text = g_string_new ("{\"accepted\":");

  flow_json_writer_end_array (&self->accepted);
  flow_json_writer_end_array (&self->refused);
  g_string_append (text, self->accepted_text->str);
  g_string_append (text, ",\"refused\":");
  g_string_append (text, self->refused_text->str);
  g_string_append_c (text, '}');
  publish (self);
  flow_cloud_request_answer_json (self->request, 200, text);
}

/**
 * flow_cloud_upload:
 * @request: a request whose body is batches
 * @data: the storage
 * @error: return location
 *
 * Take batches of the asking device, each or not. What the answer does not name was not looked at.
 *
 * Returns: %FALSE with `FLOW_CLOUD_ERROR_BAD_REQUEST` when the body is none, or what the storage says
 */
gboolean
flow_cloud_upload (FlowCloudRequest *request, FlowCloudData *data, GError **error)
{
  g_auto (Upload) self = { 0 };

  upload_init (&self, request, data, request->body);
  if (!take_all (&self, error))
    return FALSE;
  answer (&self);
  return TRUE;
}

/* The operation that decides, if it comes along: taken as a whole, or the request changes nothing. */
static gboolean
take_decision (Upload *self, GError **error)
{
  if (self->body != NULL && !take_all (self, error))
    return FALSE;
  if (self->n_refused == 0 && !self->cut)
    return TRUE;
  g_set_error (error, FLOW_CLOUD_ERROR, FLOW_CLOUD_ERROR_VERSION_CONFLICT,
               "The operation is not what is wanted next; upload what comes before it: %s", self->refused_text->str);
  return FALSE;
}

/**
 * flow_cloud_resolve:
 * @request: a request
 * @data: the storage
 * @error: return location
 *
 * Take the operation that decides a conflict and forget the conflict.
 *
 * Returns: %FALSE with `FLOW_CLOUD_ERROR_NOT_FOUND`, `FLOW_CLOUD_ERROR_BAD_REQUEST`,
 *   `FLOW_CLOUD_ERROR_VERSION_CONFLICT` when the operation is not accepted, or what the storage says
 */
gboolean
flow_cloud_resolve (FlowCloudRequest *request, FlowCloudData *data, GError **error)
{
  g_auto (Upload) self = { 0 };
  g_autoptr (GBytes) batch = NULL;
  guint8 id[FLOW_CLOUD_ID_SIZE];
  gboolean found;

  flow_cloud_read_id (request->json, "id", id);
  if (!data->records->remove_conflict (data, request->caller.user, id, &found, error))
    return FALSE;
  if (!found)
    return flow_cloud_not_found (error, "conflict");
  if (json_object_has_member (request->json, "batch"))
    {
      batch = flow_cloud_read_base64 (request->json, "batch", error);
      if (batch == NULL)
        return FALSE;
    }
  upload_init (&self, request, data, batch);
  if (!take_decision (&self, error))
    return FALSE;
  answer (&self);
  return TRUE;
}
