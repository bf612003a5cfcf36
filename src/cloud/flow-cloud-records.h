/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <glib.h>

#include "cloud/flow-cloud-accounts.h"

G_BEGIN_DECLS

/** FLOW_CLOUD_SCOPE_SIZE: bytes of a scope's name, the terminating zero included. */
#define FLOW_CLOUD_SCOPE_SIZE 65

/** FLOW_CLOUD_CHAIN_SIZE: bytes of a link in the chain over a device's operations. */
#define FLOW_CLOUD_CHAIN_SIZE 32

/** FLOW_CLOUD_MAX_SCOPES: scopes that a device may be in. */
#define FLOW_CLOUD_MAX_SCOPES 1000

/** FLOW_CLOUD_MAX_STREAMS: streams of a user in one scope; a device makes one in each of its epochs. */
#define FLOW_CLOUD_MAX_STREAMS 1024

/** FLOW_CLOUD_MAX_ALL_STREAMS: streams of a user. */
#define FLOW_CLOUD_MAX_ALL_STREAMS 10000

/**
 * FlowCloudUsage:
 * @batches: batches that are kept
 * @bytes: their bytes, and those of the conflicts
 * @blobs: blobs that are kept
 * @blob_bytes: their bytes
 * @conflicts: conflicts that nobody has decided
 *
 * What is kept for a user.
 */
typedef struct
{
  gint64 batches;
  gint64 bytes;
  gint64 blobs;
  gint64 blob_bytes;
  gint64 conflicts;
} FlowCloudUsage;

/**
 * FlowCloudStream:
 * @number: the storage's number, 0 when there is no such stream
 * @scope: what its operations are about
 * @device: the id of the device that made them
 * @epoch: the life of its database in which it did
 * @seq: the last operation that was accepted
 * @dropped: up to here only a snapshot has them
 * @latest: the acceptance number of its last batch
 * @chain: the chain after @seq
 *
 * The operations of a device in an epoch and a scope: numbered from 1 without gaps.
 */
typedef struct
{
  gint64 number;
  char scope[FLOW_CLOUD_SCOPE_SIZE];
  guint8 device[FLOW_CLOUD_ID_SIZE];
  guint64 epoch;
  guint64 seq;
  guint64 dropped;
  gint64 latest;
  guint8 chain[FLOW_CLOUD_CHAIN_SIZE];
} FlowCloudStream;

/**
 * FlowCloudBatch:
 * @number: the user's acceptance number
 * @stream: the number of its stream
 * @first: its first operation
 * @last: its last operation
 * @body: (nullable): as it came, header included
 *
 * A sealed batch.
 */
typedef struct
{
  gint64 number;
  gint64 stream;
  guint64 first;
  guint64 last;
  GBytes *body;
} FlowCloudBatch;

/**
 * FlowCloudScope:
 * @scope: its name
 * @batches: batches that are kept
 * @operations: operations in them
 * @bytes: their bytes
 * @devices: devices whose operations it has or had
 *
 * What is kept of a scope.
 */
typedef struct
{
  char scope[FLOW_CLOUD_SCOPE_SIZE];
  gint64 batches;
  gint64 operations;
  gint64 bytes;
  gint64 devices;
} FlowCloudScope;

/**
 * FlowCloudBatchFunc:
 * @batch: a batch, valid during the call
 * @user_data: what was given with it
 *
 * Returns: whether the next one is wanted
 */
typedef gboolean (*FlowCloudBatchFunc) (const FlowCloudBatch *batch, gpointer user_data);

/**
 * FlowCloudAck:
 * @device: the device that says so
 * @stream: the number of a stream
 * @seq: the last operation of it that the device has applied
 */
typedef struct
{
  guint8 device[FLOW_CLOUD_ID_SIZE];
  gint64 stream;
  guint64 seq;
} FlowCloudAck;

/**
 * FlowCloudSnapshot:
 * @scope: of which scope; empty when there is none
 * @blob: the blob that has it
 * @bytes: its size, as the device says
 * @vector: (nullable): what it covers: device, epoch and seq, 32 bytes each, big-endian
 */
typedef struct
{
  char scope[FLOW_CLOUD_SCOPE_SIZE];
  guint8 blob[FLOW_CLOUD_ID_SIZE];
  gint64 bytes;
  GBytes *vector;
} FlowCloudSnapshot;

/**
 * FlowCloudDigest:
 * @device: who said it
 * @scope: of which scope
 * @vector: what the device knew then, see #FlowCloudSnapshot
 * @body: as the device said it: a JSON object
 * @repair: the blob with what holds there, zeros: none
 *
 * What holds on a device, in a few bytes that mean something to the account's devices only.
 */
typedef struct
{
  guint8 device[FLOW_CLOUD_ID_SIZE];
  char scope[FLOW_CLOUD_SCOPE_SIZE];
  GBytes *vector;
  char *body;
  guint8 repair[FLOW_CLOUD_ID_SIZE];
} FlowCloudDigest;

/**
 * FlowCloudConflict:
 * @id: as the device calls it
 * @scope: of which scope
 * @table: a keyed hash of the table's name, in hex
 * @device: who found it
 * @time_ms: when, by the device's clock
 * @kind: which kind of conflict
 * @body: sealed
 *
 * A conflict that waits for somebody's decision.
 */
typedef struct
{
  guint8 id[FLOW_CLOUD_ID_SIZE];
  char *scope;
  char *table;
  guint8 device[FLOW_CLOUD_ID_SIZE];
  gint64 time_ms;
  char *kind;
  GBytes *body;
} FlowCloudConflict;

/**
 * FlowCloudLetter:
 * @number: the storage's; those of letters that come later are higher
 * @from: the device that wrote it
 * @kind: what it is, for the receiver
 * @body: sealed
 * @time_ms: when it came
 *
 * A message from one device to another.
 */
typedef struct
{
  gint64 number;
  guint8 from[FLOW_CLOUD_ID_SIZE];
  char *kind;
  GBytes *body;
  gint64 time_ms;
} FlowCloudLetter;

/**
 * FlowCloudBlob:
 * @id: as the device calls it
 * @bytes: its size, -1 when there is no such blob
 * @created_ms: when it came
 */
typedef struct
{
  guint8 id[FLOW_CLOUD_ID_SIZE];
  gint64 bytes;
  gint64 created_ms;
} FlowCloudBlob;

/**
 * FlowCloudRecords:
 * @get_usage: what is kept for a user
 * @list_streams: (element-type FlowCloudStream): the streams of a user, of one scope or (%NULL) all
 * @find_stream: find one; without one its number is 0
 * @count_streams: how many streams a user has in one scope or (%NULL) in all
 * @add_batch: keep a batch as the last one of its stream, which is made when its number is 0 and gets the batch's last
 *   operation; sets the batch's acceptance number
 * @find_batch: find the batch of a stream that has an operation, without its body; without one its number is 0
 * @walk_batches: call a function for the batches of a user, of one scope or (%NULL) all, from an acceptance number on,
 *   in their order; @known (nullable) has the last operation that is not wanted by the number of its stream (gint64)
 * @list_scopes: (element-type FlowCloudScope): what is kept of each scope
 * @drop_batches: drop the batches of a stream up to an operation; adds to @dropped
 * @list_acks: (element-type FlowCloudAck): what the live devices that have said hello in a scope have acknowledged of
 *   it; of one that has acknowledged nothing an element whose stream is 0
 * @set_ack: note what a device has acknowledged; never goes back
 * @note_epoch: note the epoch in which a device is in a scope; whether it was in another one before;
 *   `FLOW_CLOUD_ERROR_QUOTA` when it is in %FLOW_CLOUD_MAX_SCOPES others
 * @retire_devices: retire the devices that were not heard of since a moment; adds to @count
 * @list_digests: (element-type FlowCloudDigest): what the live devices said of one scope or (%NULL) all; with @device
 *   (nullable) what that one said, whether it is live or not
 * @set_digest: replace what a device said of a scope
 * @forget_digests: forget what a device said
 * @list_snapshots: (element-type FlowCloudSnapshot): the snapshots of a user
 * @get_snapshot: the snapshot of a scope; without one its scope is empty
 * @set_snapshot: replace the snapshot of a scope
 * @has_snapshot: whether a blob is a snapshot
 * @find_conflict: the bytes of a conflict's body, -1 when there is no such conflict
 * @set_conflict: keep a conflict, or replace it
 * @list_conflicts: (element-type FlowCloudConflict): the conflicts of a user, the oldest first
 * @remove_conflict: forget one; whether there was one
 * @add_letter: put a letter into a device's mailbox, of which only the newest are kept
 * @list_letters: (element-type FlowCloudLetter): what is in a device's mailbox, the oldest first
 * @drop_letters: forget the letters in a device's mailbox up to a number
 * @end_letters: forget the letters that are older than a moment
 * @get_keys: the key envelope, as JSON, and its version; %NULL and 0 when there is none
 * @set_keys: replace it
 * @put_blob: keep a blob, or replace it; whether there was one
 * @find_blob: find a blob without reading it
 * @get_blob: read a blob; sets %NULL when there is none
 * @list_blobs: (element-type FlowCloudBlob): the blobs of a user
 * @remove_blob: delete one; whether there was one
 * @clear: delete everything above of a user, but not the keys and mailboxes
 *
 * What the storage keeps for devices without understanding it. All return %FALSE, or %NULL, with @error only when the
 * storage fails.
 */
typedef struct
{
  gboolean (*get_usage) (FlowCloudData *data, gint64 user, FlowCloudUsage *usage, GError **error);

  GPtrArray *(*list_streams) (FlowCloudData *data, gint64 user, const char *scope, GError **error);
  gboolean (*find_stream) (FlowCloudData *data, gint64 user, const char *scope, const guint8 *device, guint64 epoch,
                           FlowCloudStream *stream, GError **error);
  gboolean (*count_streams) (FlowCloudData *data, gint64 user, const char *scope, guint *count, GError **error);
  gboolean (*add_batch) (FlowCloudData *data, gint64 user, FlowCloudStream *stream, FlowCloudBatch *batch,
                         GError **error);
  gboolean (*find_batch) (FlowCloudData *data, gint64 stream, guint64 seq, FlowCloudBatch *batch, GError **error);
  gboolean (*walk_batches) (FlowCloudData *data, gint64 user, const char *scope, gint64 from, GHashTable *known,
                            FlowCloudBatchFunc func, gpointer user_data, GError **error);
  GPtrArray *(*list_scopes) (FlowCloudData *data, gint64 user, GError **error);
  gboolean (*drop_batches) (FlowCloudData *data, gint64 user, gint64 stream, guint64 seq, guint *dropped,
                            GError **error);

  GPtrArray *(*list_acks) (FlowCloudData *data, gint64 user, const char *scope, GError **error);
  gboolean (*set_ack) (FlowCloudData *data, gint64 device, gint64 stream, guint64 seq, GError **error);
  gboolean (*note_epoch) (FlowCloudData *data, gint64 device, const char *scope, guint64 epoch, gboolean *changed,
                          GError **error);
  gboolean (*retire_devices) (FlowCloudData *data, gint64 before_ms, guint *count, GError **error);

  GPtrArray *(*list_digests) (FlowCloudData *data, gint64 user, const char *scope, const guint8 *device,
                              GError **error);
  gboolean (*set_digest) (FlowCloudData *data, gint64 device, const FlowCloudDigest *digest, GError **error);
  gboolean (*forget_digests) (FlowCloudData *data, gint64 device, GError **error);

  GPtrArray *(*list_snapshots) (FlowCloudData *data, gint64 user, GError **error);
  gboolean (*get_snapshot) (FlowCloudData *data, gint64 user, const char *scope, FlowCloudSnapshot *snapshot,
                            GError **error);
  gboolean (*set_snapshot) (FlowCloudData *data, gint64 user, const FlowCloudSnapshot *snapshot, GError **error);
  gboolean (*has_snapshot) (FlowCloudData *data, gint64 user, const guint8 *blob, gboolean *has, GError **error);

  gboolean (*find_conflict) (FlowCloudData *data, gint64 user, const guint8 *id, gint64 *bytes, GError **error);
  gboolean (*set_conflict) (FlowCloudData *data, gint64 user, const FlowCloudConflict *conflict, GError **error);
  GPtrArray *(*list_conflicts) (FlowCloudData *data, gint64 user, GError **error);
  gboolean (*remove_conflict) (FlowCloudData *data, gint64 user, const guint8 *id, gboolean *found, GError **error);

  gboolean (*add_letter) (FlowCloudData *data, gint64 device, const FlowCloudLetter *letter, GError **error);
  GPtrArray *(*list_letters) (FlowCloudData *data, gint64 device, GError **error);
  gboolean (*drop_letters) (FlowCloudData *data, gint64 device, gint64 until, GError **error);
  gboolean (*end_letters) (FlowCloudData *data, gint64 before_ms, GError **error);

  gboolean (*get_keys) (FlowCloudData *data, gint64 user, gint64 *version, char **envelope, GError **error);
  gboolean (*set_keys) (FlowCloudData *data, gint64 user, gint64 version, const char *envelope, GError **error);

  gboolean (*put_blob) (FlowCloudData *data, gint64 user, const FlowCloudBlob *blob, GBytes *body, gboolean *replaced,
                        GError **error);
  gboolean (*find_blob) (FlowCloudData *data, gint64 user, const guint8 *id, FlowCloudBlob *blob, GError **error);
  gboolean (*get_blob) (FlowCloudData *data, gint64 user, const guint8 *id, GBytes **body, GError **error);
  GPtrArray *(*list_blobs) (FlowCloudData *data, gint64 user, GError **error);
  gboolean (*remove_blob) (FlowCloudData *data, gint64 user, const guint8 *id, gboolean *found, GError **error);

  gboolean (*clear) (FlowCloudData *data, gint64 user, GError **error);
} FlowCloudRecords;

void flow_cloud_snapshot_clear (FlowCloudSnapshot *snapshot);
void flow_cloud_snapshot_free (FlowCloudSnapshot *snapshot);
void flow_cloud_digest_free (FlowCloudDigest *digest);
void flow_cloud_conflict_clear (FlowCloudConflict *conflict);
void flow_cloud_conflict_free (FlowCloudConflict *conflict);
void flow_cloud_letter_free (FlowCloudLetter *letter);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FlowCloudDigest, flow_cloud_digest_free)
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (FlowCloudSnapshot, flow_cloud_snapshot_clear)
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (FlowCloudConflict, flow_cloud_conflict_clear)

G_END_DECLS
