/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "sync/flow-sync-digest.h"

G_BEGIN_DECLS

/** FLOW_SYNC_FORMAT: of hello and of operations. */
#define FLOW_SYNC_FORMAT 1

/**
 * FlowSyncDeviceState:
 * @FLOW_SYNC_DEVICE_OK: go on
 * @FLOW_SYNC_DEVICE_CLONED: another hub with this device's id is connected
 * @FLOW_SYNC_DEVICE_REMOVED: somebody removed this device from the account
 * @FLOW_SYNC_DEVICE_RETIRED: it was silent for so long that nobody waited for it
 *
 * What the cloud thinks of this device.
 */
typedef enum
{
  FLOW_SYNC_DEVICE_OK,
  FLOW_SYNC_DEVICE_CLONED,
  FLOW_SYNC_DEVICE_REMOVED,
  FLOW_SYNC_DEVICE_RETIRED,
} FlowSyncDeviceState;

/**
 * FlowSyncPeer:
 * @device: a device that is live
 * @vector: what it has acknowledged
 * @digest: (nullable): what holds there, as it said last
 */
typedef struct
{
  guint8 device[FLOW_SYNC_DEVICE_SIZE];
  FlowSyncVector *vector;
  FlowSyncDigest *digest;
} FlowSyncPeer;

/**
 * FlowSyncWelcomeScope:
 * @scope: which one
 * @vector: all that the cloud has or had of it
 * @own_epoch: of this device
 * @own_seq: the last operation that the cloud has of that epoch of this device, 0: none
 * @own_chain: the hash chain behind it
 * @restored: the cloud has more than this device thinks that it sent, or something else
 * @covered: below this only the snapshot has it
 * @snapshot_blob: (nullable): the blob of the snapshot
 * @snapshot_vector: (nullable): what is in it
 * @snapshot_bytes: its size
 * @live: (element-type FlowSyncPeer): what each live device has acknowledged
 *
 * What the cloud says about a scope.
 */
typedef struct
{
  char scope[FLOW_SYNC_SCOPE_MAX + 1];
  FlowSyncVector *vector;
  guint64 own_epoch;
  guint64 own_seq;
  guint8 own_chain[32];
  gboolean restored;
  FlowSyncVector *covered;
  char *snapshot_blob;
  FlowSyncVector *snapshot_vector;
  guint64 snapshot_bytes;
  GPtrArray *live;
} FlowSyncWelcomeScope;

/**
 * FlowSyncWelcome:
 * @time_ms: the cloud's clock
 * @device_state: what it thinks of this device
 * @scopes: (element-type FlowSyncWelcomeScope): those that were asked for
 * @others: (array zero-terminated=1): names of scopes that were not
 * @keys_version: of the envelope with the keys
 * @max_batch: bytes of a batch that it takes
 * @max_body: bytes of a request that it takes
 *
 * The answer to hello.
 */
typedef struct
{
  gint64 time_ms;
  FlowSyncDeviceState device_state;
  GPtrArray *scopes;
  char **others;
  guint64 keys_version;
  gsize max_batch;
  gsize max_body;
} FlowSyncWelcome;

FlowSyncWelcome *flow_sync_welcome_parse (const char *json, gssize length, GError **error);
void flow_sync_welcome_free (FlowSyncWelcome *self);
const FlowSyncWelcomeScope *flow_sync_welcome_find (const FlowSyncWelcome *self, const char *scope);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FlowSyncWelcome, flow_sync_welcome_free)

G_END_DECLS
