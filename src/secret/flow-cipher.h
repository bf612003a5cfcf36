/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "secret/flow-digest.h"

G_BEGIN_DECLS

/** FLOW_CIPHER_KEY_SIZE: bytes of a key. */
#define FLOW_CIPHER_KEY_SIZE 32
/** FLOW_CIPHER_NONCE_SIZE: bytes of a nonce. */
#define FLOW_CIPHER_NONCE_SIZE 12
/** FLOW_CIPHER_TAG_SIZE: bytes by which what is sealed is longer than the plain bytes; they are its end. */
#define FLOW_CIPHER_TAG_SIZE 16
/** FLOW_CIPHER_BOX_OVERHEAD: bytes by which a box is longer than the plain bytes: nonce before, tag behind. */
#define FLOW_CIPHER_BOX_OVERHEAD (FLOW_CIPHER_NONCE_SIZE + FLOW_CIPHER_TAG_SIZE)

/**
 * FlowCipher:
 *
 * AES-256-GCM with one key. What is sealed can be read and changed only with the key; associated data is not hidden,
 * but sealed bytes open only beside the associated data that they were sealed with.
 *
 * A nonce must never be used twice with a key: with random ones a key may seal at most 2^32 times (NIST SP 800-38D,
 * section 8.3), so keys are derived by day or by segment. Used by one thread at a time.
 */
typedef struct _FlowCipher FlowCipher;

FlowCipher *flow_cipher_new (const guint8 key[FLOW_CIPHER_KEY_SIZE]);
void flow_cipher_free (FlowCipher *self);
void flow_cipher_seal (FlowCipher *self, const guint8 nonce[FLOW_CIPHER_NONCE_SIZE], gconstpointer associated,
                       gsize associated_size, gconstpointer plain, gsize plain_size, guint8 *out);
gboolean flow_cipher_open (FlowCipher *self, const guint8 nonce[FLOW_CIPHER_NONCE_SIZE], gconstpointer associated,
                           gsize associated_size, gconstpointer sealed, gsize sealed_size, guint8 *out, GError **error);
void flow_cipher_seal_box (FlowCipher *self, gconstpointer associated, gsize associated_size, gconstpointer plain,
                           gsize plain_size, guint8 *out);
gboolean flow_cipher_open_box (FlowCipher *self, gconstpointer associated, gsize associated_size, gconstpointer box,
                               gsize box_size, guint8 *out, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FlowCipher, flow_cipher_free)

G_END_DECLS
