/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "secret/flow-cipher.h"
#include "secret/flow-secret-keys.h"

G_BEGIN_DECLS

/** FLOW_KEY_ENVELOPE_SEALED: bytes of a sealed key. */
#define FLOW_KEY_ENVELOPE_SEALED (FLOW_SECRET_KEY_SIZE + FLOW_CIPHER_BOX_OVERHEAD)

/**
 * FlowKeyEnvelopeKey:
 * @id: its name
 * @sealed: the data key, sealed by the account key
 * @since_ms: when it was made, ms since 1970
 *
 * A data key of a scope.
 */
typedef struct
{
  guint8 id[FLOW_SECRET_KEY_ID_SIZE];
  guint8 sealed[FLOW_KEY_ENVELOPE_SEALED];
  gint64 since_ms;
} FlowKeyEnvelopeKey;

/**
 * FlowKeyEnvelopeScope:
 * @name: the scope
 * @keys: (element-type FlowKeyEnvelopeKey): its data keys, the one that is in use last
 *
 * The data keys of a scope.
 */
typedef struct
{
  char *name;
  GArray *keys;
} FlowKeyEnvelopeScope;

/**
 * FlowKeyEnvelope:
 * @generation: one more with each change
 * @cost: what a guess of the passphrase costs
 * @salt: the salt of the passphrase
 * @by_passphrase: the account key, sealed by the key from the passphrase
 * @by_recovery: the account key, sealed by the key from the recovery key
 * @account_id: a hash of the account key, to tell another one
 * @names: the key of names, sealed by the account key
 * @scopes: (element-type FlowKeyEnvelopeScope): the data keys
 * @mac: a keyed hash of all this, by the account key
 *
 * What the cloud keeps of an account's keys, as it is written; nothing in it is a secret.
 */
typedef struct
{
  guint64 generation;
  FlowPasswordCost cost;
  guint8 salt[FLOW_PASSWORD_SALT_SIZE];
  guint8 by_passphrase[FLOW_KEY_ENVELOPE_SEALED];
  guint8 by_recovery[FLOW_KEY_ENVELOPE_SEALED];
  guint8 account_id[FLOW_SECRET_KEY_ID_SIZE];
  guint8 names[FLOW_KEY_ENVELOPE_SEALED];
  GPtrArray *scopes;
  guint8 mac[FLOW_DIGEST_SIZE];
} FlowKeyEnvelope;

FlowKeyEnvelope *flow_key_envelope_new (void);
FlowKeyEnvelope *flow_key_envelope_copy (const FlowKeyEnvelope *self);
void flow_key_envelope_free (FlowKeyEnvelope *self);
FlowKeyEnvelope *flow_key_envelope_parse (const char *json, GError **error);
char *flow_key_envelope_print (const FlowKeyEnvelope *self);
FlowKeyEnvelopeScope *flow_key_envelope_find (const FlowKeyEnvelope *self, const char *scope);
FlowKeyEnvelopeScope *flow_key_envelope_add_scope (FlowKeyEnvelope *self, const char *scope);
void flow_key_envelope_get_account_id (const guint8 account_key[FLOW_SECRET_KEY_SIZE],
                                       guint8 out[FLOW_SECRET_KEY_ID_SIZE]);
void flow_key_envelope_get_mac (const FlowKeyEnvelope *self, const guint8 account_key[FLOW_SECRET_KEY_SIZE],
                                guint8 out[FLOW_DIGEST_SIZE]);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FlowKeyEnvelope, flow_key_envelope_free)

G_END_DECLS
