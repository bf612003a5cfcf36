/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-cloud"

#include <fcntl.h>
#include <gio/gio.h>
#include <gio/gunixoutputstream.h>
#include <glib/gstdio.h>
#include <unistd.h>

#include "cloud/flow-cloud-handlers.h"
#include "cloud/flow-cloud-private.h"
#include "cloud/flow-cloud-read.h"
#include "message/flow-json-member.h"

/* What stays free on the disk. */
#define SPARE (64 * 1024 * 1024)
/* What a line has but for what is in base64. */
#define LINE 256

/* An account on its way into a file: a JSON object a line. It may be longer than what fits into memory. */
typedef struct
{
  FlowCloudRequest *request;
  FlowCloudData *data;
  GOutputStream *out;
  GString *line;
  FlowJsonWriter json;
  GError *error; /* of a callback */
} Export;

static void
begin (Export *self, const char *kind)
{
  g_string_truncate (self->line, 0);
  flow_json_writer_init (&self->json, self->line);
  flow_json_writer_begin_object (&self->json);
  flow_json_member_text (&self->json, "kind", kind, -1);
}

static gboolean
end (Export *self, GError **error)
{
  flow_json_writer_end_object (&self->json);
  g_string_append_c (self->line, '\n');
  return g_output_stream_write_all (self->out, self->line->str, self->line->len, NULL, NULL, error);
}

static void
write_bytes (Export *self, const char *key, GBytes *bytes)
{
  gsize size = 0;
  const guint8 *data = g_bytes_get_data (bytes, &size);

  flow_json_writer_key (&self->json, key);
  flow_json_writer_base64 (&self->json, data, size);
}

static void
write_time (Export *self, const char *key, gint64 ms)
{
  flow_json_writer_key (&self->json, key);
  flow_json_writer_time (&self->json, ms * 1000000);
}

static gboolean
write_account (Export *self, GError **error)
{
  g_auto (FlowCloudUser) user = { 0 };
  g_autofree char *envelope = NULL;
  gint64 version;

  if (!self->data->accounts->get_user (self->data, self->request->caller.user, &user, error) ||
      !self->data->records->get_keys (self->data, self->request->caller.user, &version, &envelope, error))
    return FALSE;
  begin (self, "account");
  flow_json_member_id (&self->json, "id", user.id, sizeof user.id);
  flow_json_member_text (&self->json, "name", user.name, -1);
  write_time (self, "created", user.created_ms);
  if (!end (self, error))
    return FALSE;
  if (envelope == NULL)
    return TRUE;
  begin (self, "keys");
  flow_json_member_int (&self->json, "version", version);
  flow_json_writer_key (&self->json, "envelope");
  flow_json_writer_raw (&self->json, envelope, -1);
  return end (self, error);
}

static gboolean
write_devices (Export *self, GError **error)
{
  static const char *const states[] = { "live", "retired", "removed" };
  g_autoptr (GPtrArray) devices = self->data->accounts->list_devices (self->data, self->request->caller.user, error);

  for (guint i = 0; devices != NULL && i < devices->len; i++)
    {
      const FlowCloudDevice *device = g_ptr_array_index (devices, i);

      begin (self, "device");
      flow_json_member_id (&self->json, "id", device->id, sizeof device->id);
      if (device->label != NULL)
        write_bytes (self, "label", device->label);
      write_time (self, "created", device->created_ms);
      write_time (self, "last_seen", device->seen_ms);
      flow_json_member_text (&self->json, "state", states[device->state], -1);
      if (!end (self, error))
        return FALSE;
    }
  return devices != NULL;
}

static gboolean
write_snapshots (Export *self, GError **error)
{
  g_autoptr (GPtrArray) snapshots = self->data->records->list_snapshots (self->data, self->request->caller.user, error);

  for (guint i = 0; snapshots != NULL && i < snapshots->len; i++)
    {
      const FlowCloudSnapshot *snapshot = g_ptr_array_index (snapshots, i);
      g_autoptr (FlowSyncVector) vector = flow_cloud_vector_unpack (snapshot->vector);

      begin (self, "snapshot");
      flow_json_member_text (&self->json, "scope", snapshot->scope, -1);
      flow_json_member_id (&self->json, "blob", snapshot->blob, sizeof snapshot->blob);
      flow_json_writer_key (&self->json, "vector");
      flow_sync_vector_write_json (vector, &self->json);
      if (!end (self, error))
        return FALSE;
    }
  return snapshots != NULL;
}

static gboolean
write_digests (Export *self, GError **error)
{
  gint64 user = self->request->caller.user;
  g_autoptr (GPtrArray) digests = self->data->records->list_digests (self->data, user, NULL, NULL, error);

  for (guint i = 0; digests != NULL && i < digests->len; i++)
    {
      const FlowCloudDigest *digest = g_ptr_array_index (digests, i);

      begin (self, "digest");
      flow_json_member_text (&self->json, "scope", digest->scope, -1);
      flow_json_member_id (&self->json, "device", digest->device, sizeof digest->device);
      flow_json_writer_key (&self->json, "digest");
      flow_json_writer_raw (&self->json, digest->body, -1);
      if (!end (self, error))
        return FALSE;
    }
  return digests != NULL;
}

static gboolean
write_batch (const FlowCloudBatch *batch, gpointer user_data)
{
  Export *self = user_data;

  begin (self, "batch");
  flow_json_member_int (&self->json, "number", batch->number);
  write_bytes (self, "body", batch->body);
  return end (self, &self->error);
}

static gboolean
write_batches (Export *self, GError **error)
{
  if (!self->data->records->walk_batches (self->data, self->request->caller.user, NULL, 0, NULL, write_batch, self,
                                          error))
    return FALSE;
  if (self->error == NULL)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&self->error));
  return FALSE;
}

static gboolean
write_conflicts (Export *self, GError **error)
{
  g_autoptr (GPtrArray) conflicts = self->data->records->list_conflicts (self->data, self->request->caller.user, error);

  for (guint i = 0; conflicts != NULL && i < conflicts->len; i++)
    {
      const FlowCloudConflict *conflict = g_ptr_array_index (conflicts, i);

      begin (self, "conflict");
      flow_json_member_id (&self->json, "id", conflict->id, sizeof conflict->id);
      flow_json_member_text (&self->json, "scope", conflict->scope, -1);
      flow_json_member_text (&self->json, "table", conflict->table, -1);
      flow_json_member_id (&self->json, "device", conflict->device, sizeof conflict->device);
      write_time (self, "time", conflict->time_ms);
      flow_json_member_text (&self->json, "conflict", conflict->kind, -1);
      write_bytes (self, "body", conflict->body);
      if (!end (self, error))
        return FALSE;
    }
  return conflicts != NULL;
}

static gboolean
write_blobs (Export *self, GError **error)
{
  gint64 user = self->request->caller.user;
  g_autoptr (GPtrArray) blobs = self->data->records->list_blobs (self->data, user, error);

  for (guint i = 0; blobs != NULL && i < blobs->len; i++)
    {
      const FlowCloudBlob *blob = g_ptr_array_index (blobs, i);
      g_autoptr (GBytes) body = NULL;

      if (!self->data->records->get_blob (self->data, user, blob->id, &body, error))
        return FALSE;
      begin (self, "blob");
      flow_json_member_id (&self->json, "id", blob->id, sizeof blob->id);
      write_time (self, "created", blob->created_ms);
      write_bytes (self, "body", body);
      if (!end (self, error))
        return FALSE;
    }
  return blobs != NULL;
}

static gboolean
write_all (Export *self, GError **error)
{
  return write_account (self, error) && write_devices (self, error) && write_snapshots (self, error) &&
         write_digests (self, error) && write_batches (self, error) && write_conflicts (self, error) &&
         write_blobs (self, error) && g_output_stream_flush (self->out, NULL, error);
}

/* The others write into the same disk. */
static gboolean
check_disk (FlowCloudRequest *request, FlowCloudData *data, GError **error)
{
  g_autoptr (GFile) folder = g_file_new_for_path (flow_cloud_get_options (request->cloud)->data_dir);
  g_autoptr (GFileInfo) info = g_file_query_filesystem_info (folder, G_FILE_ATTRIBUTE_FILESYSTEM_FREE, NULL, error);
  FlowCloudUsage usage;
  guint64 wanted;

  if (info == NULL || !data->records->get_usage (data, request->caller.user, &usage, error))
    return FALSE;
  wanted = (guint64) (usage.bytes + usage.blob_bytes) / 3 * 4;
  wanted += (guint64) (usage.batches + usage.blobs + usage.conflicts) * LINE + SPARE;
  if (g_file_info_get_attribute_uint64 (info, G_FILE_ATTRIBUTE_FILESYSTEM_FREE) >= wanted)
    return TRUE;
  g_set_error_literal (error, FLOW_CLOUD_ERROR, FLOW_CLOUD_ERROR_DISK_FULL, "There is no room for the export");
  return FALSE;
}

/* A file without a name: it is gone when nobody reads it any more. */
static int
open_file (FlowCloudRequest *request, GError **error)
{
  const char *folder = flow_cloud_get_options (request->cloud)->data_dir;
  g_autofree char *path = g_build_filename (folder, "export-XXXXXX", NULL);
  int fd = g_mkstemp_full (path, O_RDWR | O_CLOEXEC, 0600);

  if (fd >= 0)
    g_unlink (path);
  else
    g_set_error_literal (error, FLOW_CLOUD_ERROR, FLOW_CLOUD_ERROR_DISK_FULL, "The export could not be written");
  return fd;
}

static gboolean export(FlowCloudRequest *request, FlowCloudData *data, GError **error)
{
  g_autoptr (GOutputStream) file = NULL;
  g_autoptr (GOutputStream) out = NULL;
  g_autoptr (GString) line = g_string_new (NULL);
  g_autoptr (GMappedFile) mapped = NULL;
  g_autoptr (GBytes) bytes = NULL;
  Export self = { .request = request, .data = data, .line = line };
  int fd = open_file (request, error);

  if (fd < 0)
    return FALSE;
  file = g_unix_output_stream_new (fd, TRUE);
  out = g_buffered_output_stream_new (file);
  self.out = out;
  if (!write_all (&self, error))
    return FALSE;
  mapped = g_mapped_file_new_from_fd (fd, FALSE, error);
  if (mapped == NULL)
    return FALSE;
  bytes = g_mapped_file_get_bytes (mapped);
  flow_cloud_request_answer_bytes (request, 200, "application/x-ndjson", bytes);
  return TRUE;
}

/**
 * flow_cloud_export:
 * @request: a request
 * @data: the storage
 * @error: return location
 *
 * Give somebody everything that is kept for the account. What is sealed stays sealed. One export of a user is under way
 * until it has been read, few of all users are, and one at a time is written: others read meanwhile.
 *
 * Returns: %FALSE with `FLOW_CLOUD_ERROR_BUSY`, `FLOW_CLOUD_ERROR_DISK_FULL` or what the storage says
 */
gboolean
flow_cloud_export (FlowCloudRequest *request, FlowCloudData *data, GError **error)
{
  FlowCloudExchange *exchange = (FlowCloudExchange *) request;
  gboolean done;

  if (!flow_cloud_bounds_take (exchange, FLOW_CLOUD_BOUND_EXPORTS, 1, error) ||
      !flow_cloud_bounds_take (exchange, FLOW_CLOUD_BOUND_EXPORTING, 1, error))
    return FALSE;
  done = check_disk (request, data, error) && export(request, data, error);
  flow_cloud_bounds_give_back (exchange, FLOW_CLOUD_BOUND_EXPORTING);
  return done;
}
