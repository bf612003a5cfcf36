/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-secret"

#include "secret/flow-cipher.h"

#include <string.h>

#include "base/flow-error.h"
#include "base/flow-id.h"
#include "secret/flow-gcrypt-private.h"

struct _FlowCipher
{
  gcry_cipher_hd_t handle;
};

/**
 * flow_cipher_new:
 * @key: the key; the cipher keeps what it needs of it
 *
 * Make a cipher. Making one costs about as much as sealing 1 KiB, so one is kept for many things.
 *
 * Returns: (transfer full): the cipher
 */
FlowCipher *
flow_cipher_new (const guint8 key[FLOW_CIPHER_KEY_SIZE])
{
  FlowCipher *self = g_new0 (FlowCipher, 1);

  flow_gcrypt_init ();
  flow_gcrypt_demand (gcry_cipher_open (&self->handle, GCRY_CIPHER_AES256, GCRY_CIPHER_MODE_GCM, 0), "AES-256-GCM");
  flow_gcrypt_demand (gcry_cipher_setkey (self->handle, key, FLOW_CIPHER_KEY_SIZE), "AES-256-GCM");
  return self;
}

/**
 * flow_cipher_free:
 * @self: (transfer full): the cipher
 *
 * Free a cipher and overwrite its key.
 */
void
flow_cipher_free (FlowCipher *self)
{
  gcry_cipher_close (self->handle);
  g_free (self);
}

static void
start (FlowCipher *self, const guint8 *nonce, gconstpointer associated, gsize associated_size)
{
  /* It starts anew with each nonce. */
  flow_gcrypt_demand (gcry_cipher_setiv (self->handle, nonce, FLOW_CIPHER_NONCE_SIZE), "AES-256-GCM");
  if (associated_size > 0)
    flow_gcrypt_demand (gcry_cipher_authenticate (self->handle, associated, associated_size), "AES-256-GCM");
}

/**
 * flow_cipher_seal:
 * @self: the cipher
 * @nonce: a nonce that this key has never had
 * @associated: (array length=associated_size) (nullable): what must be beside it when it is opened
 * @associated_size: how many bytes
 * @plain: (array length=plain_size) (nullable): the plain bytes
 * @plain_size: how many
 * @out: (out caller-allocates): room for @plain_size + %FLOW_CIPHER_TAG_SIZE bytes; may be @plain itself
 *
 * Seal bytes (NIST SP 800-38D).
 */
void
flow_cipher_seal (FlowCipher *self, const guint8 nonce[FLOW_CIPHER_NONCE_SIZE], gconstpointer associated,
                  gsize associated_size, gconstpointer plain, gsize plain_size, guint8 *out)
{
  g_return_if_fail (self != NULL && nonce != NULL && out != NULL);

  if (plain_size > 0 && plain != out)
    memmove (out, plain, plain_size);
  start (self, nonce, associated, associated_size);
  flow_gcrypt_demand (gcry_cipher_final (self->handle), "AES-256-GCM");
  flow_gcrypt_demand (gcry_cipher_encrypt (self->handle, out, plain_size, NULL, 0), "AES-256-GCM");
  flow_gcrypt_demand (gcry_cipher_gettag (self->handle, out + plain_size, FLOW_CIPHER_TAG_SIZE), "AES-256-GCM");
}

/**
 * flow_cipher_open:
 * @self: the cipher
 * @nonce: the nonce that it was sealed with
 * @associated: (array length=associated_size) (nullable): what was beside it
 * @associated_size: how many bytes
 * @sealed: (array length=sealed_size): what flow_cipher_seal() made
 * @sealed_size: how many bytes, the tag included
 * @out: (out caller-allocates): room for @sealed_size - %FLOW_CIPHER_TAG_SIZE bytes; may be @sealed itself
 * @error: a return location; %FLOW_ERROR_NOT_AUTHENTIC when anything about it is not as it was, or the key is another
 *
 * Open bytes. After a failure @out is all zeros: nothing that was not authentic can be used by mistake.
 *
 * Returns: whether it opened
 */
gboolean
flow_cipher_open (FlowCipher *self, const guint8 nonce[FLOW_CIPHER_NONCE_SIZE], gconstpointer associated,
                  gsize associated_size, gconstpointer sealed, gsize sealed_size, guint8 *out, GError **error)
{
  guint8 tag[FLOW_CIPHER_TAG_SIZE];
  gsize size;

  g_return_val_if_fail (self != NULL && nonce != NULL && out != NULL, FALSE);

  if (sealed_size < FLOW_CIPHER_TAG_SIZE)
    {
      g_set_error_literal (error, FLOW_ERROR, FLOW_ERROR_NOT_AUTHENTIC, "sealed bytes are too short");
      return FALSE;
    }
  size = sealed_size - FLOW_CIPHER_TAG_SIZE;
  memcpy (tag, (const guint8 *) sealed + size, sizeof tag);
  if (size > 0 && sealed != out)
    memmove (out, sealed, size);
  start (self, nonce, associated, associated_size);
  flow_gcrypt_demand (gcry_cipher_final (self->handle), "AES-256-GCM");
  flow_gcrypt_demand (gcry_cipher_decrypt (self->handle, out, size, NULL, 0), "AES-256-GCM");
  if (gcry_cipher_checktag (self->handle, tag, sizeof tag) == 0)
    return TRUE;
  memset (out, 0, size);
  g_set_error_literal (error, FLOW_ERROR, FLOW_ERROR_NOT_AUTHENTIC,
                       "sealed bytes do not open: they are damaged, or the key is another one");
  return FALSE;
}

/**
 * flow_cipher_seal_box:
 * @self: the cipher
 * @associated: (array length=associated_size) (nullable): what must be beside it when it is opened
 * @associated_size: how many bytes
 * @plain: (array length=plain_size) (nullable): the plain bytes
 * @plain_size: how many
 * @out: (out caller-allocates): room for @plain_size + %FLOW_CIPHER_BOX_OVERHEAD bytes; not @plain
 *
 * Seal bytes with a random nonce, which is written before them.
 */
void
flow_cipher_seal_box (FlowCipher *self, gconstpointer associated, gsize associated_size, gconstpointer plain,
                      gsize plain_size, guint8 *out)
{
  flow_id_random (out, FLOW_CIPHER_NONCE_SIZE);
  flow_cipher_seal (self, out, associated, associated_size, plain, plain_size, out + FLOW_CIPHER_NONCE_SIZE);
}

/**
 * flow_cipher_open_box:
 * @self: the cipher
 * @associated: (array length=associated_size) (nullable): what was beside it
 * @associated_size: how many bytes
 * @box: (array length=box_size): what flow_cipher_seal_box() made
 * @box_size: how many bytes
 * @out: (out caller-allocates): room for @box_size - %FLOW_CIPHER_BOX_OVERHEAD bytes
 * @error: a return location; %FLOW_ERROR_NOT_AUTHENTIC as for flow_cipher_open()
 *
 * Open what has its nonce before it.
 *
 * Returns: whether it opened
 */
gboolean
flow_cipher_open_box (FlowCipher *self, gconstpointer associated, gsize associated_size, gconstpointer box,
                      gsize box_size, guint8 *out, GError **error)
{
  const guint8 *bytes = box;

  if (box_size >= FLOW_CIPHER_BOX_OVERHEAD)
    return flow_cipher_open (self, bytes, associated, associated_size, bytes + FLOW_CIPHER_NONCE_SIZE,
                             box_size - FLOW_CIPHER_NONCE_SIZE, out, error);
  g_set_error_literal (error, FLOW_ERROR, FLOW_ERROR_NOT_AUTHENTIC, "sealed bytes are too short");
  return FALSE;
}
