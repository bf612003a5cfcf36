/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "sync/flow-sync-dot.h"

G_BEGIN_DECLS

/** FLOW_SYNC_BATCH_MAX: bytes of a sealed batch at most, unless one operation alone is larger. */
#define FLOW_SYNC_BATCH_MAX (256 * 1024)

/** FLOW_SYNC_BATCH_SINGLE_MAX: bytes of a sealed batch of a single operation at most. */
#define FLOW_SYNC_BATCH_SINGLE_MAX (1024 * 1024)

/** FLOW_SYNC_BATCH_OPS_MAX: operations of a batch at most. */
#define FLOW_SYNC_BATCH_OPS_MAX 65536

#define FLOW_SYNC_KEY_ID_SIZE 16
#define FLOW_SYNC_NONCE_SIZE 12
#define FLOW_SYNC_CHAIN_SIZE 32
#define FLOW_SYNC_TAG_SIZE 16

/** FLOW_SYNC_BATCH_ZSTD: in the flags: the operations are compressed. */
#define FLOW_SYNC_BATCH_ZSTD 1

/**
 * FlowSyncBatchHeader:
 * @flags: FLOW_SYNC_BATCH_ZSTD or 0
 * @scope: the scope's name
 * @dot: of its first operation
 * @n_ops: how many there are
 * @hlc: the latest clock among them
 * @key_id: with which data key of the scope it is sealed
 * @day: for which day the batch key is, days since 1970
 * @nonce: of the cipher
 * @chain: the hash chain of its device, epoch and scope behind the last operation
 * @header_size: bytes before the ciphertext, all of which are authenticated
 * @cipher_size: bytes of the ciphertext with its tag
 *
 * What everybody may read of a sealed batch, the cloud too:
 *
 * |[
 * "FSB1" | u8 flags | u8 n, scope[n] | device[16] | u64 epoch | u64 seq | u32 n_ops | u64 hlc | key_id[16] | u32 day |
 * nonce[12] | chain[32] | u32 n | ciphertext[n]
 * ]|
 *
 * All numbers are big-endian. Nothing of it is trusted before it was opened with its key.
 */
typedef struct
{
  guint8 flags;
  char scope[FLOW_SYNC_SCOPE_MAX + 1];
  FlowSyncDot dot;
  guint32 n_ops;
  guint64 hlc;
  guint8 key_id[FLOW_SYNC_KEY_ID_SIZE];
  guint32 day;
  guint8 nonce[FLOW_SYNC_NONCE_SIZE];
  guint8 chain[FLOW_SYNC_CHAIN_SIZE];
  gsize header_size;
  gsize cipher_size;
} FlowSyncBatchHeader;

gboolean flow_sync_scope_is_valid (const char *scope);
gboolean flow_sync_batch_header_parse (FlowSyncBatchHeader *self, const guint8 *data, gsize size, GError **error);
gsize flow_sync_batch_header_get_total (const FlowSyncBatchHeader *self);
guint64 flow_sync_batch_header_get_last (const FlowSyncBatchHeader *self);
void flow_sync_batch_header_append (const FlowSyncBatchHeader *self, GByteArray *out);

G_END_DECLS
