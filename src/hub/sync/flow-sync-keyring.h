/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "hub/sync/flow-remote-session.h"
#include "secret/flow-secret-keys.h"

G_BEGIN_DECLS

/**
 * FlowSyncKeyringChanged:
 * @data: what was given with it
 *
 * Hears that the keys are others, or that there are none any more.
 */
typedef void (*FlowSyncKeyringChanged) (gpointer data);

/**
 * FlowSyncKeyringReplaced:
 * @data: what was given with it
 *
 * Hears that the account has the key that this device made, although the answer to that never came: it is to be kept.
 */
typedef void (*FlowSyncKeyringReplaced) (gpointer data);

/**
 * FlowSyncKeyringDone:
 * @error: (nullable): why not; %FLOW_ERROR_NEEDS_PASSPHRASE when the account's key is another one
 * @data: what was given with it
 *
 * Hears that the keys are those of the cloud.
 */
typedef void (*FlowSyncKeyringDone) (const GError *error, gpointer data);

/**
 * FlowSyncKeysChange:
 * @keys: the keys as the cloud has them
 * @data: what was given with it
 * @error: return location
 *
 * Makes other keys; on another thread, and again when another device was quicker.
 *
 * Returns: (transfer full): them, or %NULL with @error set
 */
typedef FlowSecretKeys *(*FlowSyncKeysChange) (FlowSecretKeys *keys, gpointer data, GError **error);

/**
 * FlowSyncKeyring:
 *
 * The keys of the account, the same here and in the cloud's envelope. Belongs to the hub thread.
 */
typedef struct _FlowSyncKeyring FlowSyncKeyring;

FlowSyncKeyring *flow_sync_keyring_new (FlowRemoteSession *session, FlowSyncKeyringChanged changed,
                                        FlowSyncKeyringReplaced replaced, gpointer data);
void flow_sync_keyring_free (FlowSyncKeyring *self);
FlowSecretKeys *flow_sync_keyring_get (FlowSyncKeyring *self);
guint64 flow_sync_keyring_get_version (FlowSyncKeyring *self);
void flow_sync_keyring_set (FlowSyncKeyring *self, FlowSecretKeys *keys, guint64 version);
void flow_sync_keyring_refresh (FlowSyncKeyring *self, FlowSyncKeyringDone done, gpointer data);
void flow_sync_keyring_change (FlowSyncKeyring *self, FlowSyncKeysChange change, gpointer change_data,
                               GDestroyNotify destroy, FlowSyncKeyringDone done, gpointer data);
GBytes *flow_sync_keyring_write_put (FlowSecretKeys *keys, guint64 version);
char *flow_sync_keyring_read_get (const FlowRemoteAnswer *answer, guint64 *version, GError **error);
gboolean flow_sync_keyring_may_have_arrived (const FlowRemoteAnswer *answer, const GError *error);
gboolean flow_sync_keyring_has_arrived (const char *envelope, FlowSecretKeys *sent);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FlowSyncKeyring, flow_sync_keyring_free)

G_END_DECLS
