/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <glib-object.h>

#include "secret/flow-password.h"

G_BEGIN_DECLS

#define FLOW_TYPE_SECRET_KEYS (flow_secret_keys_get_type ())

/** FLOW_SECRET_KEY_SIZE: bytes of the account key, of a data key and of a batch key. */
#define FLOW_SECRET_KEY_SIZE 32
/** FLOW_SECRET_KEY_ID_SIZE: bytes of the name of a data key. */
#define FLOW_SECRET_KEY_ID_SIZE 16
/** FLOW_SECRET_DEVICE_SIZE: bytes of the name of a device. */
#define FLOW_SECRET_DEVICE_SIZE 16
/** FLOW_SECRET_ENVELOPE_MAX: the longest envelope, in bytes. */
#define FLOW_SECRET_ENVELOPE_MAX (64 * 1024)
/** FLOW_SECRET_PASSPHRASE_MIN: characters that a passphrase has at least. */
#define FLOW_SECRET_PASSPHRASE_MIN 10

/**
 * FlowSecretKeys:
 *
 * The keys of one account, opened. At the top is the account key, 256 random bits that no server ever sees. It wraps a
 * data key for each scope; a data key gives a key for each day and device by HKDF, and those seal batches.
 *
 * The cloud keeps all this as an *envelope*, a JSON document: the account key sealed once by a key from the passphrase
 * (Argon2id) and once by one from the recovery key, and the data keys sealed by the account key, with a keyed hash over
 * all of it. Whoever has the account key, the passphrase or the recovery words can open it, nobody else.
 *
 * Immutable and reference counted, for any thread; what changes keys returns others.
 */
typedef struct _FlowSecretKeys FlowSecretKeys;

GType flow_secret_keys_get_type (void) G_GNUC_CONST;
FlowSecretKeys *flow_secret_keys_ref (FlowSecretKeys *self);
void flow_secret_keys_unref (FlowSecretKeys *self);

gboolean flow_secret_keys_check_passphrase (const char *passphrase, const char *password, GError **error);

FlowSecretKeys *flow_secret_keys_create (const char *passphrase, const FlowPasswordCost *cost, char ***words,
                                         GError **error);
FlowSecretKeys *flow_secret_keys_open_passphrase (const char *envelope, const char *passphrase, GError **error);
FlowSecretKeys *flow_secret_keys_open_recovery (const char *envelope, const char *words, GError **error);
FlowSecretKeys *flow_secret_keys_open_account_key (const char *envelope, const guint8 account_key[FLOW_SECRET_KEY_SIZE],
                                                   GError **error);

const char *flow_secret_keys_get_envelope (const FlowSecretKeys *self);
guint64 flow_secret_keys_get_generation (const FlowSecretKeys *self);
const guint8 *flow_secret_keys_get_account_key (const FlowSecretKeys *self);

FlowSecretKeys *flow_secret_keys_add_scope (FlowSecretKeys *self, const char *scope, gint64 now_ms, GError **error);
FlowSecretKeys *flow_secret_keys_rotate (FlowSecretKeys *self, gint64 now_ms, GError **error);
FlowSecretKeys *flow_secret_keys_change_passphrase (FlowSecretKeys *self, const char *passphrase, GError **error);
FlowSecretKeys *flow_secret_keys_change_recovery (FlowSecretKeys *self, char ***words);
FlowSecretKeys *flow_secret_keys_replace_account_key (FlowSecretKeys *self, const char *passphrase, gint64 now_ms,
                                                      char ***words, GError **error);

const guint8 *flow_secret_keys_get_current (const FlowSecretKeys *self, const char *scope);
gboolean flow_secret_keys_get_batch_key (const FlowSecretKeys *self, const char *scope,
                                         const guint8 key_id[FLOW_SECRET_KEY_ID_SIZE], guint32 day,
                                         const guint8 device[FLOW_SECRET_DEVICE_SIZE],
                                         guint8 out[FLOW_SECRET_KEY_SIZE]);
void flow_secret_keys_get_purpose_key (const FlowSecretKeys *self, const char *purpose,
                                       guint8 out[FLOW_SECRET_KEY_SIZE]);
char *flow_secret_keys_get_workspace_scope (const FlowSecretKeys *self, const char *workspace_id);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FlowSecretKeys, flow_secret_keys_unref)

G_END_DECLS
