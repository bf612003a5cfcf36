/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <json-glib/json-glib.h>

#include "base/flow-call-queue.h"
#include "base/flow-context.h"
#include "base/flow-settings-snapshot.h"
#include "hub/flow-hub-news.h"
#include "hub/sync/flow-sync-engine.h"
#include "message/flow-json-writer.h"
#include "secret/flow-secret-keys.h"
#include "secret/flow-secrets.h"

G_BEGIN_DECLS

/** FLOW_HUB_SYNC_BLOB_ID_SIZE: bytes of the id of a blob; random. */
#define FLOW_HUB_SYNC_BLOB_ID_SIZE 16
/** FLOW_HUB_SYNC_BLOB_MAX: bytes of a blob at most. */
#define FLOW_HUB_SYNC_BLOB_MAX (64 * 1024 * 1024)

/**
 * FlowHubSyncFuncs:
 * @signed_in: the user has signed in, so other computers may be spoken with: `privacy.local-only` is to be switched off
 * @ended: a run ended, well or not, and so many conflicts are open
 *
 * What syncing has the hub do, on the hub thread.
 */
typedef struct
{
  void (*signed_in) (gpointer data);
  void (*ended) (gboolean well, guint conflicts, gpointer data);
} FlowHubSyncFuncs;

/**
 * FlowHubSyncSetup:
 * @context: where files are
 * @engine: what is done on the writer thread
 * @calls: how other threads come to this one
 * @news: who is told
 * @clock: what time it is
 * @funcs: (scope notified): what else is to be done
 * @data: for @funcs
 *
 * What syncing works with. Everything lives longer.
 */
typedef struct
{
  FlowContext *context;
  FlowSyncEngine *engine;
  FlowCallQueue *calls;
  FlowHubNews *news;
  const FlowClock *clock;
  const FlowHubSyncFuncs *funcs;
  gpointer data;
} FlowHubSyncSetup;

/**
 * FlowHubSyncReply:
 * @answer: inside of the object that is the answer
 * @error: (nullable): why there is none
 * @data: what was given with it
 *
 * Ends a verb that is answered later.
 */
typedef void (*FlowHubSyncReply) (const char *members, const GError *error, gpointer data);

/**
 * FlowHubSyncBlobDone:
 * @blob: (nullable): what was fetched, %NULL for what only changes something
 * @error: (nullable): why not; %FLOW_ERROR_NOT_FOUND when the cloud has none of this id
 * @data: what was given with it
 *
 * Hears on the hub thread how a request about a blob ended.
 */
typedef void (*FlowHubSyncBlobDone) (GBytes *blob, const GError *error, gpointer data);

/**
 * FlowHubSync:
 *
 * Syncing, in the hub: who is signed in, when something is sent and fetched, and what people are told of it. What is
 * merged, and how, is the engine's; this moves sealed batches between it and the cloud. Belongs to the hub thread.
 */
typedef struct _FlowHubSync FlowHubSync;

FlowHubSync *flow_hub_sync_new (const FlowHubSyncSetup *setup, FlowSettingsSnapshot *settings);
void flow_hub_sync_free (FlowHubSync *self);
void flow_hub_sync_set_settings (FlowHubSync *self, FlowSettingsSnapshot *settings);
void flow_hub_sync_stop (FlowHubSync *self);
void flow_hub_sync_write_status (FlowHubSync *self, FlowJsonWriter *writer);

/* Blobs: sealed by who puts them, see flow_hub_sync_get_keys(). */
FlowSecretKeys *flow_hub_sync_get_keys (FlowHubSync *self);
void flow_hub_sync_put_blob (FlowHubSync *self, const guint8 id[FLOW_HUB_SYNC_BLOB_ID_SIZE], GBytes *sealed,
                             FlowHubSyncBlobDone done, gpointer data);
void flow_hub_sync_get_blob (FlowHubSync *self, const guint8 id[FLOW_HUB_SYNC_BLOB_ID_SIZE], FlowHubSyncBlobDone done,
                             gpointer data);
void flow_hub_sync_delete_blob (FlowHubSync *self, const guint8 id[FLOW_HUB_SYNC_BLOB_ID_SIZE],
                                FlowHubSyncBlobDone done, gpointer data);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FlowHubSync, flow_hub_sync_free)

G_END_DECLS
