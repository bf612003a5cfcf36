/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "message/flow-json-writer.h"
#include "secret/flow-secret-keys.h"

G_BEGIN_DECLS

/** FLOW_SYNC_PAIRING_ALL: to all other devices of the account. */
#define FLOW_SYNC_PAIRING_ALL "*"

/**
 * FlowSyncPairingFuncs:
 * @send: put a message into the cloud's mailbox, and then say flow_sync_pairing_sent() with the same round
 * @get_keys: (nullable): the keys of this device, if it has them
 * @asked: another device wants to be let in
 * @moved: it is further
 * @joined: this device was let in: take the account's key, and then say flow_sync_pairing_joined() with the same round
 *
 * What pairing has others do, on the hub thread.
 */
typedef struct
{
  void (*send) (const char *to, const char *kind, GBytes *body, guint round, gpointer data);
  FlowSecretKeys *(*get_keys) (gpointer data);
  void (*asked) (const char *device, gpointer data);
  void (*moved) (gpointer data);
  void (*joined) (const guint8 account_key[FLOW_SECRET_KEY_SIZE], guint round, gpointer data);
} FlowSyncPairingFuncs;

/**
 * FlowSyncPairing:
 *
 * Letting a device in that has signed in and has no keys: by six digits that people compare on both, or by a code that
 * they type. Messages go by the cloud's mailbox, which may read and change them in vain. Belongs to the hub thread.
 */
typedef struct _FlowSyncPairing FlowSyncPairing;

FlowSyncPairing *flow_sync_pairing_new (const FlowSyncPairingFuncs *funcs, gpointer data);
void flow_sync_pairing_free (FlowSyncPairing *self);
void flow_sync_pairing_set_device (FlowSyncPairing *self, const char *device);
gboolean flow_sync_pairing_offer (FlowSyncPairing *self, GError **error);
gboolean flow_sync_pairing_accept (FlowSyncPairing *self, const char *code, GError **error);
gboolean flow_sync_pairing_confirm (FlowSyncPairing *self, GError **error);
void flow_sync_pairing_cancel (FlowSyncPairing *self);
void flow_sync_pairing_receive (FlowSyncPairing *self, const char *from, const char *kind, GBytes *body);
void flow_sync_pairing_sent (FlowSyncPairing *self, guint round, const GError *error);
void flow_sync_pairing_joined (FlowSyncPairing *self, guint round, const GError *error);
const char *flow_sync_pairing_get_device (FlowSyncPairing *self);
void flow_sync_pairing_write (FlowSyncPairing *self, const char *name, FlowJsonWriter *writer);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FlowSyncPairing, flow_sync_pairing_free)

G_END_DECLS
