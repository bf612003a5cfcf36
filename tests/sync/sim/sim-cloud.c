/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "sim-cloud.h"

#include <json-glib/json-glib.h>

#include "base/flow-id.h"
#include "sync/flow-sync-hlc.h"

/* Nobody waits longer for a device. */
#define SILENT_MS (G_GINT64_CONSTANT (90) * 24 * 3600 * 1000)

/* The operations of a device, epoch and scope. */
typedef struct
{
  char scope[FLOW_SYNC_SCOPE_MAX + 1];
  FlowSyncDot dot; /* the last one */
  guint64 dropped;
  guint64 latest;
  guint8 chain[FLOW_SYNC_CHAIN_SIZE];
} Stream;

typedef struct
{
  guint8 id[FLOW_SYNC_DEVICE_SIZE];
  FlowSyncDeviceState state;
  gint64 seen_ms;
  guint instance;      /* that is connected, 0: none */
  GHashTable *epochs;  /* scope -> guint64 */
  GHashTable *acks;    /* scope -> FlowSyncVector */
  GHashTable *digests; /* scope -> FlowSyncDigest */
} Device;

typedef struct
{
  FlowSyncVector *vector;
  GPtrArray *pages;
} Snapshot;

struct _SimCloud
{
  gint64 now_ms;
  guint64 last_number;
  GPtrArray *streams;
  GPtrArray *devices;
  GPtrArray *batches;
  GHashTable *snapshots; /* scope -> Snapshot */
  GHashTable *blobs;     /* id -> GBytes: repairs */
};

static void
batch_free (gpointer data)
{
  SimBatch *self = data;

  g_clear_pointer (&self->ops, flow_sync_ops_unref);
  g_clear_pointer (&self->sealed, g_bytes_unref);
  g_free (self);
}

static void
device_free (gpointer data)
{
  Device *self = data;

  g_hash_table_unref (self->epochs);
  g_hash_table_unref (self->acks);
  g_hash_table_unref (self->digests);
  g_free (self);
}

static void
snapshot_free (gpointer data)
{
  Snapshot *self = data;

  flow_sync_vector_free (self->vector);
  g_ptr_array_unref (self->pages);
  g_free (self);
}

/** sim_cloud_new: a cloud in which nobody has signed in. */
SimCloud *
sim_cloud_new (void)
{
  SimCloud *self = g_new0 (SimCloud, 1);

  self->streams = g_ptr_array_new_with_free_func (g_free);
  self->devices = g_ptr_array_new_with_free_func (device_free);
  self->batches = g_ptr_array_new_with_free_func (batch_free);
  self->snapshots = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, snapshot_free);
  self->blobs = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) g_bytes_unref);
  return self;
}

/** sim_cloud_free: free it with all it has. */
void
sim_cloud_free (SimCloud *self)
{
  g_ptr_array_unref (self->streams);
  g_ptr_array_unref (self->devices);
  g_ptr_array_unref (self->batches);
  g_hash_table_unref (self->snapshots);
  g_hash_table_unref (self->blobs);
  g_free (self);
}

static Device *
find_device (SimCloud *self, const guint8 *id)
{
  for (guint i = 0; i < self->devices->len; i++)
    {
      Device *device = g_ptr_array_index (self->devices, i);

      if (memcmp (device->id, id, FLOW_SYNC_DEVICE_SIZE) == 0)
        return device;
    }
  return NULL;
}

static Stream *
find_stream (SimCloud *self, const char *scope, const guint8 *device, guint64 epoch)
{
  for (guint i = 0; i < self->streams->len; i++)
    {
      Stream *stream = g_ptr_array_index (self->streams, i);

      if (stream->dot.epoch == epoch && memcmp (stream->dot.device, device, FLOW_SYNC_DEVICE_SIZE) == 0 &&
          g_str_equal (stream->scope, scope))
        return stream;
    }
  return NULL;
}

static Stream *
get_stream (SimCloud *self, const char *scope, const guint8 *device, guint64 epoch)
{
  Stream *stream = find_stream (self, scope, device, epoch);

  if (stream != NULL)
    return stream;
  stream = g_new0 (Stream, 1);
  g_strlcpy (stream->scope, scope, sizeof stream->scope);
  memcpy (stream->dot.device, device, FLOW_SYNC_DEVICE_SIZE);
  stream->dot.epoch = epoch;
  g_ptr_array_add (self->streams, stream);
  return stream;
}

/** sim_cloud_set_time: let time pass; who was silent for too long is not waited for any more. */
void
sim_cloud_set_time (SimCloud *self, gint64 now_ms)
{
  self->now_ms = now_ms;
  for (guint i = 0; i < self->devices->len; i++)
    {
      Device *device = g_ptr_array_index (self->devices, i);

      if (device->state == FLOW_SYNC_DEVICE_OK && device->seen_ms + SILENT_MS < now_ms)
        device->state = FLOW_SYNC_DEVICE_RETIRED;
    }
}

/** sim_cloud_sign_in: a device has logged in. */
void
sim_cloud_sign_in (SimCloud *self, const guint8 *id)
{
  Device *device = find_device (self, id);

  if (device != NULL)
    return;
  device = g_new0 (Device, 1);
  memcpy (device->id, id, FLOW_SYNC_DEVICE_SIZE);
  device->seen_ms = self->now_ms;
  device->epochs = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  device->acks = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) flow_sync_vector_free);
  device->digests = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) flow_sync_digest_free);
  g_ptr_array_add (self->devices, device);
}

/** sim_cloud_remove: somebody has removed a device. */
void
sim_cloud_remove (SimCloud *self, const guint8 *id)
{
  Device *device = find_device (self, id);

  if (device != NULL)
    device->state = FLOW_SYNC_DEVICE_REMOVED;
}

/** sim_cloud_is_removed: whether somebody has removed the device. */
gboolean
sim_cloud_is_removed (SimCloud *self, const guint8 *id)
{
  const Device *device = find_device (self, id);

  return device != NULL && device->state == FLOW_SYNC_DEVICE_REMOVED;
}

/** sim_cloud_disconnect: the connection of a device has ended. */
void
sim_cloud_disconnect (SimCloud *self, const guint8 *id, guint instance)
{
  Device *device = find_device (self, id);

  if (device != NULL && device->instance == instance)
    device->instance = 0;
}

static JsonArray *
get_scopes (JsonNode *node)
{
  return json_object_get_array_member (json_node_get_object (node), "scopes");
}

/* A retired device counts again when it comes with another epoch: it has begun anew. */
static FlowSyncDeviceState
note_epochs (SimCloud *self, Device *device, JsonArray *scopes)
{
  gboolean anew = FALSE;

  for (guint i = 0; i < json_array_get_length (scopes); i++)
    {
      JsonObject *asked = json_array_get_object_element (scopes, i);
      const char *scope = json_object_get_string_member (asked, "scope");
      guint64 epoch = (guint64) json_object_get_int_member (asked, "epoch");
      guint64 *known = g_hash_table_lookup (device->epochs, scope);

      if (known != NULL && *known == epoch)
        continue;
      anew = anew || known != NULL;
      g_hash_table_insert (device->epochs, g_strdup (scope), g_memdup2 (&epoch, sizeof epoch));
      g_hash_table_remove (device->acks, scope);
      g_hash_table_remove (device->digests, scope);
    }
  if (device->state == FLOW_SYNC_DEVICE_RETIRED && anew)
    device->state = FLOW_SYNC_DEVICE_OK;
  return device->state;
}

/* A repair that is not named any more is not needed. */
static void
note_digests (SimCloud *self, Device *device, JsonArray *scopes)
{
  for (guint i = 0; i < json_array_get_length (scopes); i++)
    {
      JsonObject *asked = json_array_get_object_element (scopes, i);
      const char *scope = json_object_get_string_member (asked, "scope");
      const FlowSyncDigest *before = g_hash_table_lookup (device->digests, scope);
      FlowSyncDigest *digest;

      if (!json_object_has_member (asked, "digest"))
        continue;
      digest = flow_sync_digest_read_json (json_object_get_object_member (asked, "digest"), scope);
      g_assert_nonnull (digest);
      if (before != NULL && !g_str_equal (before->repair, digest->repair))
        g_hash_table_remove (self->blobs, before->repair);
      g_hash_table_insert (device->digests, g_strdup (scope), digest);
    }
}

static const Stream *
find_own (SimCloud *self, const guint8 *device, const char *scope, guint64 epoch)
{
  const Stream *last = NULL;

  for (guint i = 0; i < self->streams->len; i++)
    {
      const Stream *stream = g_ptr_array_index (self->streams, i);

      if (!g_str_equal (stream->scope, scope) || memcmp (stream->dot.device, device, FLOW_SYNC_DEVICE_SIZE) != 0)
        continue;
      if (stream->dot.epoch == epoch)
        return stream;
      if (last == NULL || stream->latest > last->latest)
        last = stream;
    }
  return last;
}

static gboolean
is_restored (const Stream *own, guint64 epoch, guint64 seq, const char *chain)
{
  g_autofree guchar *bytes = NULL;
  gsize size = 0;

  if (own == NULL || own->dot.epoch != epoch || seq > own->dot.seq)
    return FALSE;
  if (seq < own->dot.seq)
    return TRUE;
  bytes = g_base64_decode (chain, &size);
  return size != FLOW_SYNC_CHAIN_SIZE || memcmp (bytes, own->chain, FLOW_SYNC_CHAIN_SIZE) != 0;
}

static FlowSyncVector *
make_vector (SimCloud *self, const char *scope, gboolean dropped)
{
  FlowSyncVector *vector = flow_sync_vector_new ();

  for (guint i = 0; i < self->streams->len; i++)
    {
      const Stream *stream = g_ptr_array_index (self->streams, i);
      guint64 seq = dropped ? stream->dropped : stream->dot.seq;

      if (seq > 0 && g_str_equal (stream->scope, scope))
        flow_sync_vector_set (vector, stream->dot.device, stream->dot.epoch, seq);
    }
  return vector;
}

/** sim_cloud_get_vector: (transfer full): what it has of a scope. */
FlowSyncVector *
sim_cloud_get_vector (SimCloud *self, const char *scope)
{
  return make_vector (self, scope, FALSE);
}

static void
peer_free (gpointer data)
{
  FlowSyncPeer *peer = data;

  flow_sync_vector_free (peer->vector);
  g_clear_pointer (&peer->digest, flow_sync_digest_free);
  g_free (peer);
}

static GPtrArray *
list_live (SimCloud *self, const char *scope)
{
  GPtrArray *live = g_ptr_array_new_with_free_func (peer_free);

  for (guint i = 0; i < self->devices->len; i++)
    {
      const Device *device = g_ptr_array_index (self->devices, i);
      FlowSyncVector *acked = g_hash_table_lookup (device->acks, scope);
      const FlowSyncDigest *digest = g_hash_table_lookup (device->digests, scope);
      FlowSyncPeer *peer;

      if (device->state != FLOW_SYNC_DEVICE_OK || !g_hash_table_contains (device->epochs, scope))
        continue;
      peer = g_new0 (FlowSyncPeer, 1);
      memcpy (peer->device, device->id, FLOW_SYNC_DEVICE_SIZE);
      peer->vector = acked != NULL ? flow_sync_vector_copy (acked) : flow_sync_vector_new ();
      peer->digest = digest != NULL ? flow_sync_digest_copy (digest) : NULL;
      g_ptr_array_add (live, peer);
    }
  return live;
}

static void
welcome_scope_free (gpointer data)
{
  FlowSyncWelcomeScope *self = data;

  flow_sync_vector_free (self->vector);
  flow_sync_vector_free (self->covered);
  g_clear_pointer (&self->snapshot_vector, flow_sync_vector_free);
  g_free (self->snapshot_blob);
  g_ptr_array_unref (self->live);
  g_free (self);
}

static FlowSyncWelcomeScope *
welcome_scope (SimCloud *self, const Device *device, JsonObject *asked)
{
  FlowSyncWelcomeScope *scope = g_new0 (FlowSyncWelcomeScope, 1);
  guint64 epoch = (guint64) json_object_get_int_member (asked, "epoch");
  const Snapshot *snapshot;
  const Stream *own;

  g_strlcpy (scope->scope, json_object_get_string_member (asked, "scope"), sizeof scope->scope);
  own = find_own (self, device->id, scope->scope, epoch);
  snapshot = g_hash_table_lookup (self->snapshots, scope->scope);
  scope->vector = make_vector (self, scope->scope, FALSE);
  scope->covered = make_vector (self, scope->scope, TRUE);
  scope->live = list_live (self, scope->scope);
  scope->restored = is_restored (own, epoch, (guint64) json_object_get_int_member (asked, "seq"),
                                 json_object_get_string_member (asked, "chain"));
  if (own != NULL)
    {
      scope->own_epoch = own->dot.epoch;
      scope->own_seq = own->dot.seq;
      memcpy (scope->own_chain, own->chain, sizeof scope->own_chain);
    }
  if (snapshot != NULL)
    {
      scope->snapshot_blob = g_strdup ("snapshot");
      scope->snapshot_vector = flow_sync_vector_copy (snapshot->vector);
      scope->snapshot_bytes = snapshot->pages->len;
    }
  return scope;
}

static char **
list_others (SimCloud *self, JsonArray *asked)
{
  g_autoptr (GHashTable) known = g_hash_table_new (g_str_hash, g_str_equal);
  g_autoptr (GStrvBuilder) others = g_strv_builder_new ();

  for (guint i = 0; i < json_array_get_length (asked); i++)
    g_hash_table_add (known,
                      (char *) json_object_get_string_member (json_array_get_object_element (asked, i), "scope"));
  for (guint i = 0; i < self->streams->len; i++)
    {
      Stream *stream = g_ptr_array_index (self->streams, i);

      if (g_hash_table_add (known, stream->scope))
        g_strv_builder_add (others, stream->scope);
    }
  return g_strv_builder_end (others);
}

/**
 * sim_cloud_hello:
 * @self: a cloud
 * @json: what the device says
 * @instance: which of its runs it is
 *
 * Returns: (nullable) (transfer full): the answer; %NULL when it may not ask
 */
FlowSyncWelcome *
sim_cloud_hello (SimCloud *self, const char *json, guint instance)
{
  g_autoptr (JsonNode) node = json_from_string (json, NULL);
  FlowSyncWelcome *welcome;
  JsonArray *scopes;
  guint8 id[FLOW_SYNC_DEVICE_SIZE];
  Device *device;

  g_assert_nonnull (node);
  scopes = get_scopes (node);
  g_assert_true (
      flow_id_from_hex (json_object_get_string_member (json_node_get_object (node), "device"), sizeof id, id));
  device = find_device (self, id);
  if (device == NULL || device->state == FLOW_SYNC_DEVICE_REMOVED)
    return NULL;
  welcome = g_new0 (FlowSyncWelcome, 1);
  welcome->time_ms = self->now_ms;
  welcome->max_batch = FLOW_SYNC_BATCH_SINGLE_MAX;
  welcome->max_body = 4 * 1024 * 1024;
  welcome->device_state = FLOW_SYNC_DEVICE_CLONED;
  if (device->instance == 0 || device->instance == instance)
    {
      welcome->device_state = note_epochs (self, device, scopes);
      note_digests (self, device, scopes);
      device->instance = instance;
      device->seen_ms = self->now_ms;
    }
  welcome->scopes = g_ptr_array_new_with_free_func (welcome_scope_free);
  for (guint i = 0; i < json_array_get_length (scopes); i++)
    g_ptr_array_add (welcome->scopes, welcome_scope (self, device, json_array_get_object_element (scopes, i)));
  welcome->others = list_others (self, scopes);
  return welcome;
}

static void
read_header (FlowSyncBatchHeader *header, FlowSyncOps *ops, GBytes *sealed)
{
  memset (header, 0, sizeof *header);
  if (sealed != NULL)
    {
      gsize size;
      const guint8 *data = g_bytes_get_data (sealed, &size);

      g_assert_true (flow_sync_batch_header_parse (header, data, size, NULL));
      return;
    }
  g_strlcpy (header->scope, flow_sync_ops_get_scope (ops), sizeof header->scope);
  header->dot = *flow_sync_ops_get_first (ops);
  header->n_ops = flow_sync_ops_get_n (ops);
  header->hlc = flow_sync_ops_get_hlc (ops);
  memcpy (header->chain, flow_sync_ops_get_chain (ops), sizeof header->chain);
}

static SimBatch *
find_batch (SimCloud *self, const FlowSyncBatchHeader *header, guint64 seq)
{
  for (guint i = 0; i < self->batches->len; i++)
    {
      SimBatch *batch = g_ptr_array_index (self->batches, i);

      if (g_str_equal (batch->header.scope, header->scope) &&
          flow_sync_dot_compare_stream (&batch->header.dot, &header->dot) == 0 && batch->header.dot.seq <= seq &&
          flow_sync_batch_header_get_last (&batch->header) >= seq)
        return batch;
    }
  return NULL;
}

/* What is there already keeps the numbers that it was given. */
static void
accept_known (SimCloud *self, const FlowSyncBatchHeader *header, guint64 last, GPtrArray *accepted)
{
  for (guint64 seq = header->dot.seq; seq <= last;)
    {
      SimBatch *batch = find_batch (self, header, seq);

      g_ptr_array_add (accepted, batch);
      seq = flow_sync_batch_header_get_last (&batch->header) + 1;
    }
}

/**
 * sim_cloud_upload:
 * @self: a cloud
 * @ops: a batch, or
 * @sealed: (nullable): the same, sealed
 * @accepted: (element-type SimBatch): gets the batches that it became, or that it was in
 * @seq: (out): where a device has to go on that has gone too far
 *
 * Returns: what becomes of it
 */
SimVerdict
sim_cloud_upload (SimCloud *self, FlowSyncOps *ops, GBytes *sealed, GPtrArray *accepted, guint64 *seq)
{
  FlowSyncBatchHeader header;
  const Device *device;
  Stream *stream;
  SimBatch *batch;
  guint64 last;

  read_header (&header, ops, sealed);
  last = flow_sync_batch_header_get_last (&header);
  device = find_device (self, header.dot.device);
  if (device == NULL || device->state == FLOW_SYNC_DEVICE_REMOVED)
    return SIM_FORBIDDEN;
  if (flow_sync_hlc_is_ahead (header.hlc, self->now_ms))
    return SIM_CLOCK;
  stream = get_stream (self, header.scope, header.dot.device, header.dot.epoch);
  *seq = stream->dot.seq;
  if (header.dot.seq <= stream->dot.seq)
    {
      accept_known (self, &header, MIN (last, stream->dot.seq), accepted);
      return last > stream->dot.seq ? SIM_GAP : SIM_ACCEPTED;
    }
  if (header.dot.seq != stream->dot.seq + 1)
    return SIM_GAP;
  batch = g_new0 (SimBatch, 1);
  batch->header = header;
  batch->number = ++self->last_number;
  batch->ops = sealed == NULL ? flow_sync_ops_ref (ops) : NULL;
  batch->sealed = sealed != NULL ? g_bytes_ref (sealed) : NULL;
  g_ptr_array_add (self->batches, batch);
  g_ptr_array_add (accepted, batch);
  stream->dot.seq = last;
  stream->latest = batch->number;
  memcpy (stream->chain, header.chain, sizeof stream->chain);
  return SIM_ACCEPTED;
}

/**
 * sim_cloud_download:
 * @self: a cloud
 * @scope: of which scope
 * @vector: what is there already
 * @max: batches at most
 * @batches: (element-type SimBatch): gets what is beyond it, in the order in which it was accepted
 * @more: (out): whether that is not all
 *
 * Returns: %FALSE when only the snapshot has some of it
 */
gboolean
sim_cloud_download (SimCloud *self, const char *scope, const FlowSyncVector *vector, guint max, GPtrArray *batches,
                    gboolean *more)
{
  g_autoptr (FlowSyncVector) dropped = make_vector (self, scope, TRUE);

  *more = FALSE;
  if (!flow_sync_vector_covers (vector, dropped))
    return FALSE;
  for (guint i = 0; i < self->batches->len; i++)
    {
      SimBatch *batch = g_ptr_array_index (self->batches, i);
      FlowSyncDot last = batch->header.dot;

      last.seq = flow_sync_batch_header_get_last (&batch->header);
      if (!g_str_equal (batch->header.scope, scope) || flow_sync_vector_has (vector, &last))
        continue;
      *more = batches->len == max;
      if (*more)
        break;
      g_ptr_array_add (batches, batch);
    }
  return TRUE;
}

static guint64
get_least_ack (SimCloud *self, const Stream *stream)
{
  g_autoptr (GPtrArray) live = list_live (self, stream->scope);
  guint64 least = G_MAXUINT64;

  for (guint i = 0; i < live->len; i++)
    {
      const FlowSyncPeer *peer = g_ptr_array_index (live, i);

      least = MIN (least, flow_sync_vector_get (peer->vector, stream->dot.device, stream->dot.epoch));
    }
  return least;
}

/* Drops the batches that the snapshot covers and that all live devices have. */
static void
compact (SimCloud *self, const char *scope)
{
  const Snapshot *snapshot = g_hash_table_lookup (self->snapshots, scope);

  for (guint i = 0; snapshot != NULL && i < self->streams->len; i++)
    {
      Stream *stream = g_ptr_array_index (self->streams, i);
      guint64 seq = flow_sync_vector_get (snapshot->vector, stream->dot.device, stream->dot.epoch);

      if (!g_str_equal (stream->scope, scope))
        continue;
      seq = MIN (MIN (seq, get_least_ack (self, stream)), stream->dot.seq);
      for (guint j = 0; j < self->batches->len; j++)
        {
          SimBatch *batch = g_ptr_array_index (self->batches, j);
          guint64 last = flow_sync_batch_header_get_last (&batch->header);

          if (last > seq || last <= stream->dropped || !g_str_equal (batch->header.scope, scope) ||
              flow_sync_dot_compare_stream (&batch->header.dot, &stream->dot) != 0)
            continue;
          batch->dropped = TRUE;
          stream->dropped = last;
        }
    }
}

/** sim_cloud_ack: a device has taken all of a vector in. */
void
sim_cloud_ack (SimCloud *self, const guint8 *id, const char *scope, const FlowSyncVector *vector)
{
  Device *device = find_device (self, id);
  FlowSyncVector *acked = device != NULL ? g_hash_table_lookup (device->acks, scope) : NULL;

  if (device == NULL || device->state != FLOW_SYNC_DEVICE_OK || !g_hash_table_contains (device->epochs, scope))
    return;
  if (acked != NULL)
    flow_sync_vector_merge (acked, vector);
  else
    g_hash_table_insert (device->acks, g_strdup (scope), flow_sync_vector_copy (vector));
  compact (self, scope);
}

/**
 * sim_cloud_take_snapshot:
 * @self: a cloud
 * @scope: of which scope
 * @vector: what is in it
 * @pages: (element-type GBytes): what it is
 *
 * Returns: %FALSE when the one that is there covers something that this one does not
 */
gboolean
sim_cloud_take_snapshot (SimCloud *self, const char *scope, const FlowSyncVector *vector, GPtrArray *pages)
{
  Snapshot *snapshot = g_hash_table_lookup (self->snapshots, scope);

  if (snapshot != NULL && !flow_sync_vector_covers (vector, snapshot->vector))
    return FALSE;
  snapshot = g_new0 (Snapshot, 1);
  snapshot->vector = flow_sync_vector_copy (vector);
  snapshot->pages = g_ptr_array_ref (pages);
  g_hash_table_insert (self->snapshots, g_strdup (scope), snapshot);
  compact (self, scope);
  return TRUE;
}

/** sim_cloud_get_snapshot: (nullable) (transfer none) (element-type GBytes): the pages of a scope's snapshot. */
GPtrArray *
sim_cloud_get_snapshot (SimCloud *self, const char *scope)
{
  Snapshot *snapshot = g_hash_table_lookup (self->snapshots, scope);

  return snapshot != NULL ? snapshot->pages : NULL;
}

/** sim_cloud_put_blob: keep a blob. */
void
sim_cloud_put_blob (SimCloud *self, const char *id, GBytes *blob)
{
  g_hash_table_insert (self->blobs, g_strdup (id), g_bytes_ref (blob));
}

/** sim_cloud_get_blob: (nullable) (transfer none): a blob. */
GBytes *
sim_cloud_get_blob (SimCloud *self, const char *id)
{
  return g_hash_table_lookup (self->blobs, id);
}

/** sim_cloud_get_archive: (transfer none) (element-type SimBatch): all that was ever accepted, in that order. */
GPtrArray *
sim_cloud_get_archive (SimCloud *self)
{
  return self->batches;
}
