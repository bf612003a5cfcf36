/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "sync/flow-sync-ops.h"

G_BEGIN_DECLS

/** FLOW_SYNC_KEY_SIZE: bytes of the key of a batch. */
#define FLOW_SYNC_KEY_SIZE 32

/**
 * FlowSyncSeal:
 * @key: the key of this scope, data key, day and device
 * @key_id: which data key it was made of
 * @day: for which day, days since 1970
 * @nonce: never used twice with a key: random
 * @zstd_from: bytes of operations from which on they are compressed; 0: always, %G_MAXSIZE: never
 * @zstd_level: how hard, 1 to 19
 *
 * How a batch is sealed.
 */
typedef struct
{
  guint8 key[FLOW_SYNC_KEY_SIZE];
  guint8 key_id[FLOW_SYNC_KEY_ID_SIZE];
  guint32 day;
  guint8 nonce[FLOW_SYNC_NONCE_SIZE];
  gsize zstd_from;
  int zstd_level;
} FlowSyncSeal;

GBytes *flow_sync_batch_seal (FlowSyncOps *ops, const FlowSyncSeal *seal, GError **error);
FlowSyncOps *flow_sync_batch_open (const guint8 *data, gsize size, const guint8 key[FLOW_SYNC_KEY_SIZE],
                                   GError **error);

G_END_DECLS
