/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "base/flow-call-queue.h"
#include "base/flow-context.h"
#include "base/flow-settings-snapshot.h"
#include "hub/flow-hub-news.h"
#include "hub/sync/flow-sync-engine.h"
#include "hub/sync/flow-sync-login.h"
#include "hub/sync/traces/flow-trace-sharing.h"
#include "message/flow-json-writer.h"

G_BEGIN_DECLS

/**
 * FlowHubSyncFuncs:
 * @signed_in: the user has signed in, so other computers may be spoken with: `privacy.local-only` is to be switched off
 * @state: whether this device syncs, and whether the cloud can be reached
 * @noted: a conflict waits for a person, or does not any more
 * @ended: a pass ended, well or not, and so many conflicts are open
 *
 * What syncing has the hub do, on the hub thread.
 */
typedef struct
{
  void (*signed_in) (gpointer data);
  void (*state) (gboolean on, gboolean connected, gpointer data);
  void (*noted) (const char *id, const char *table, const char *kind, gboolean open, gpointer data);
  void (*ended) (gboolean well, guint conflicts, gpointer data);
} FlowHubSyncFuncs;

/**
 * FlowHubSyncSetup:
 * @context: where files are
 * @engine: what is done on the writer thread
 * @news: who is told
 * @clock: what time it is
 * @mark: what tells this computer and data directory from others
 * @funcs: (scope notified): what else is to be done
 * @data: for @funcs
 *
 * What syncing works with. Everything lives longer.
 */
typedef struct
{
  FlowContext *context;
  FlowSyncEngine *engine;
  FlowHubNews *news;
  const FlowClock *clock;
  const char *mark;
  const FlowHubSyncFuncs *funcs;
  gpointer data;
} FlowHubSyncSetup;

/**
 * FlowHubSyncDone:
 * @error: (nullable): why not
 * @data: what was given with it
 *
 * Hears how something ended that was asked for.
 */
typedef void (*FlowHubSyncDone) (const GError *error, gpointer data);

/**
 * FlowHubSyncAnswer:
 * @answer: (nullable): a JSON object, or nothing for an empty one
 * @error: (nullable): why there is none
 * @data: what was given with it
 *
 * Hears an answer.
 */
typedef void (*FlowHubSyncAnswer) (const char *answer, const GError *error, gpointer data);

/**
 * FlowHubSync:
 *
 * Syncing, in the hub: who is signed in, when something is sent and fetched, and what people are told of it. What is
 * merged, and how, is the engine's; this moves sealed batches between it and the cloud. Belongs to the hub thread.
 */
typedef struct _FlowHubSync FlowHubSync;

/* Blobs of traces; with a FlowHubSync. */
extern const FlowTraceBlobs flow_hub_sync_blobs;

FlowHubSync *flow_hub_sync_new (const FlowHubSyncSetup *setup, FlowSettingsSnapshot *settings);
void flow_hub_sync_stop (FlowHubSync *self);
void flow_hub_sync_free (FlowHubSync *self);
void flow_hub_sync_set_settings (FlowHubSync *self, FlowSettingsSnapshot *settings);
FlowSecretKeys *flow_hub_sync_get_keys (FlowHubSync *self);

void flow_hub_sync_write_status (FlowHubSync *self, FlowJsonWriter *writer);
void flow_hub_sync_refetch (FlowHubSync *self);
void flow_hub_sync_now (FlowHubSync *self, FlowHubSyncDone done, gpointer data);
void flow_hub_sync_wait (FlowHubSync *self, guint timeout_ms, FlowHubSyncDone done, gpointer data);
gboolean flow_hub_sync_pause (FlowHubSync *self, gboolean paused, GError **error);
void flow_hub_sync_changed (FlowHubSync *self);
void flow_hub_sync_count (FlowHubSync *self);

/* The account */
void flow_hub_sync_log_in (FlowHubSync *self, FlowSyncLogin *login, FlowHubSyncAnswer done, gpointer data);
void flow_hub_sync_log_out (FlowHubSync *self, gboolean erase, FlowHubSyncDone done, gpointer data);
void flow_hub_sync_delete_account (FlowHubSync *self, const char *password, FlowHubSyncDone done, gpointer data);
void flow_hub_sync_unlock (FlowHubSync *self, FlowHubSyncDone done, gpointer data);

/* Its keys */
void flow_hub_sync_rotate_keys (FlowHubSync *self, FlowHubSyncAnswer done, gpointer data);
void flow_hub_sync_replace_keys (FlowHubSync *self, const char *passphrase, FlowHubSyncAnswer done, gpointer data);
void flow_hub_sync_set_passphrase (FlowHubSync *self, const char *passphrase, FlowHubSyncAnswer done, gpointer data);
void flow_hub_sync_set_recovery (FlowHubSync *self, FlowHubSyncAnswer done, gpointer data);
void flow_hub_sync_open_keys (FlowHubSync *self, const char *passphrase, const char *words, FlowHubSyncAnswer done,
                              gpointer data);

/* Its devices */
void flow_hub_sync_list_devices (FlowHubSync *self, FlowHubSyncAnswer done, gpointer data);
void flow_hub_sync_remove_device (FlowHubSync *self, const char *device, const char *passphrase, FlowHubSyncAnswer done,
                                  gpointer data);
gboolean flow_hub_sync_pair (FlowHubSync *self, const char *action, const char *code, FlowJsonWriter *writer,
                             GError **error);

/* Turning it on */
gboolean flow_hub_sync_set_up (FlowHubSync *self, const char *action, FlowJsonWriter *writer, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FlowHubSync, flow_hub_sync_free)

G_END_DECLS
