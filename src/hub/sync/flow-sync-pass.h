/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "hub/sync/flow-remote-session.h"
#include "hub/sync/flow-sync-engine.h"
#include "hub/sync/flow-sync-keyring.h"
#include "hub/sync/flow-sync-parcel.h"
#include "sync/flow-sync-conflicts.h"

G_BEGIN_DECLS

/**
 * FlowSyncLink:
 * @welcome: the cloud has said hello to this run of the program, and nothing was lost since
 * @changes: how often this device made operations
 * @refetch: what did not open and was skipped is to be fetched again
 * @scopes: (element-type FlowSyncPlan): what is to be done for each scope, also between passes
 * @notes: (element-type FlowSyncConflictNote): conflicts of which the cloud has not heard
 * @repaired: records that were repaired with what other devices have, since the program began
 * @repaired_ns: when the last of them was
 * @behind: id of a device -> how many operations it has not acknowledged
 *
 * What is known of the cloud from one pass to the next.
 */
typedef struct
{
  gboolean welcome;
  guint64 changes;
  gboolean refetch;
  GArray *scopes;
  GArray *notes;
  guint64 repaired;
  gint64 repaired_ns;
  GHashTable *behind;
} FlowSyncLink;

typedef struct _FlowSyncPass FlowSyncPass;

/**
 * FlowSyncPassFuncs:
 * @tell: sends JSON over the WebSocket; %FALSE when there is none
 * @moved: some of it is done: the owner may show how far it is
 * @noted: a conflict waits for a person, or does not any more
 * @ended: the pass has ended, and is freed behind this
 *
 * Whom a pass tells, on the hub thread.
 */
typedef struct
{
  gboolean (*tell) (const char *json, gpointer data);
  void (*moved) (FlowSyncPass *pass, gpointer data);
  void (*noted) (const FlowSyncConflictNote *note, gpointer data);
  void (*ended) (FlowSyncPass *pass, const GError *error, gpointer data);
} FlowSyncPassFuncs;

/**
 * FlowSyncPassSetup:
 * @session: who has signed in
 * @engine: the engine
 * @keyring: the keys, open
 * @link: what is known of the cloud
 * @clock: what time it is
 * @device: this device's id, 32 hex digits
 * @resolution: who decides conflicts
 * @compress_from: bytes of operations from which on they are compressed
 * @level: how hard
 * @funcs: (scope notified): whom to tell
 * @data: for @funcs
 *
 * What a pass works with. Everything lives longer.
 */
typedef struct
{
  FlowRemoteSession *session;
  FlowSyncEngine *engine;
  FlowSyncKeyring *keyring;
  FlowSyncLink *link;
  const FlowClock *clock;
  const char *device;
  FlowSyncResolution resolution;
  gsize compress_from;
  int level;
  const FlowSyncPassFuncs *funcs;
  gpointer data;
} FlowSyncPassSetup;

/**
 * FlowSyncPassTotals:
 * @reason: why it began: `commit`, `push`, `interval`, `start`, `manual` or `setup`
 * @start_ns: when
 * @sent: operations that the cloud accepted
 * @received: operations that were taken
 * @bytes_up: bytes that went out
 * @bytes_down: bytes that came in
 * @raw_bytes: the bytes of these operations before they were compressed and sealed
 * @sealed_bytes: the bytes of these operations, compressed and sealed
 * @asked: conflicts that wait for a person since
 * @decided: conflicts that the rules decided
 * @counts: how things are at its end
 * @untidy: it is time to forget what nobody needs any more
 *
 * What a pass did.
 */
typedef struct
{
  const char *reason;
  gint64 start_ns;
  guint64 sent;
  guint64 received;
  guint64 bytes_up;
  guint64 bytes_down;
  guint64 raw_bytes;
  guint64 sealed_bytes;
  guint asked;
  guint decided;
  FlowSyncCounts counts;
  gboolean untidy;
} FlowSyncPassTotals;

FlowSyncPass *flow_sync_pass_start (const FlowSyncPassSetup *setup, const char *reason, GPtrArray *pushed);
void flow_sync_pass_cancel (FlowSyncPass *self);
void flow_sync_pass_detach (FlowSyncPass *self);
const FlowSyncPassTotals *flow_sync_pass_get_totals (FlowSyncPass *self);

void flow_sync_link_init (FlowSyncLink *self);
void flow_sync_link_clear (FlowSyncLink *self);
void flow_sync_link_lost (FlowSyncLink *self);
void flow_sync_link_refetch (FlowSyncLink *self);
void flow_sync_link_upload (FlowSyncLink *self);
void flow_sync_link_download (FlowSyncLink *self, const char *scope);

G_END_DECLS
