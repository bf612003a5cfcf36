/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-secret"

#include "secret/flow-digest.h"

#include <string.h>

#include "secret/flow-gcrypt-private.h"

/* RFC 5869, section 2.3: the counter is one byte. */
#define MAX_DERIVED (255 * FLOW_DIGEST_SIZE)

/**
 * flow_digest:
 * @parts: (array length=n_parts): what is hashed, one after the other
 * @n_parts: how many
 * @out: (out caller-allocates): the SHA-256
 *
 * Hash bytes (FIPS 180-4). Nothing separates the parts: where their lengths can change, hash those as well.
 */
void
flow_digest (const FlowDigestPart *parts, guint n_parts, guint8 out[FLOW_DIGEST_SIZE])
{
  g_auto (gcry_md_hd_t) digest = NULL;

  flow_gcrypt_init ();
  flow_gcrypt_demand (gcry_md_open (&digest, GCRY_MD_SHA256, 0), "SHA-256");
  for (guint i = 0; i < n_parts; i++)
    gcry_md_write (digest, parts[i].data, parts[i].size);
  memcpy (out, gcry_md_read (digest, GCRY_MD_SHA256), FLOW_DIGEST_SIZE);
}

/**
 * flow_digest_keyed:
 * @key: (array length=key_size): the key
 * @key_size: how many bytes it has
 * @parts: (array length=n_parts): what is hashed, one after the other
 * @n_parts: how many
 * @out: (out caller-allocates): the hash
 *
 * Hash bytes with a key (HMAC-SHA-256, RFC 2104). Without the key nobody can tell what was hashed, nor make the hash of
 * something else.
 */
void
flow_digest_keyed (const guint8 *key, gsize key_size, const FlowDigestPart *parts, guint n_parts,
                   guint8 out[FLOW_DIGEST_SIZE])
{
  g_auto (gcry_md_hd_t) digest = NULL;

  flow_gcrypt_init ();
  flow_gcrypt_demand (gcry_md_open (&digest, GCRY_MD_SHA256, GCRY_MD_FLAG_HMAC), "HMAC-SHA-256");
  flow_gcrypt_demand (gcry_md_setkey (digest, key, key_size), "HMAC-SHA-256");
  for (guint i = 0; i < n_parts; i++)
    gcry_md_write (digest, parts[i].data, parts[i].size);
  memcpy (out, gcry_md_read (digest, GCRY_MD_SHA256), FLOW_DIGEST_SIZE);
}

/* RFC 5869, section 2.3: T(i) = HMAC (PRK, T(i - 1) | info | i). */
static void
expand (const guint8 prk[FLOW_DIGEST_SIZE], const FlowDigestPart *info, guint n_info, guint8 *out, gsize out_size)
{
  g_auto (gcry_md_hd_t) digest = NULL;
  const guint8 *before = NULL;

  flow_gcrypt_demand (gcry_md_open (&digest, GCRY_MD_SHA256, GCRY_MD_FLAG_HMAC), "HKDF");
  flow_gcrypt_demand (gcry_md_setkey (digest, prk, FLOW_DIGEST_SIZE), "HKDF");
  for (guint8 counter = 1; out_size > 0; counter++)
    {
      gsize n = MIN (out_size, FLOW_DIGEST_SIZE);

      gcry_md_reset (digest);
      gcry_md_write (digest, before, before == NULL ? 0 : FLOW_DIGEST_SIZE);
      for (guint i = 0; i < n_info; i++)
        gcry_md_write (digest, info[i].data, info[i].size);
      gcry_md_write (digest, &counter, 1);
      memcpy (out, gcry_md_read (digest, GCRY_MD_SHA256), n);
      before = out;
      out += n;
      out_size -= n;
    }
}

/**
 * flow_digest_derive:
 * @key: (array length=key_size): the key to derive from, with all its randomness; not a password
 * @key_size: how many bytes it has
 * @salt: (array length=salt_size) (nullable): a salt, or %NULL for none
 * @salt_size: how many bytes it has
 * @info: (array length=n_info): what the derived key is for, one part after the other
 * @n_info: how many
 * @out: (out caller-allocates) (array length=out_size): the derived key
 * @out_size: how many bytes are wanted, at most 8,160
 *
 * Derive a key for a purpose (HKDF-SHA-256, RFC 5869). Whoever has it learns nothing about @key, nor about the keys for
 * other purposes.
 */
void
flow_digest_derive (const guint8 *key, gsize key_size, const guint8 *salt, gsize salt_size, const FlowDigestPart *info,
                    guint n_info, guint8 *out, gsize out_size)
{
  static const guint8 no_salt[FLOW_DIGEST_SIZE] = { 0 };
  const FlowDigestPart secret = { key, key_size };
  guint8 prk[FLOW_DIGEST_SIZE];

  g_return_if_fail (out_size <= MAX_DERIVED);

  if (salt_size == 0)
    flow_digest_keyed (no_salt, sizeof no_salt, &secret, 1, prk);
  else
    flow_digest_keyed (salt, salt_size, &secret, 1, prk);
  expand (prk, info, n_info, out, out_size);
  flow_digest_wipe (prk, sizeof prk);
}

/**
 * flow_digest_equal:
 * @a: bytes
 * @b: as many bytes
 * @size: how many
 *
 * Compare secrets in a time that depends on their size only.
 *
 * Returns: whether they are the same
 */
gboolean
flow_digest_equal (gconstpointer a, gconstpointer b, gsize size)
{
  const volatile guint8 *left = a;
  const volatile guint8 *right = b;
  guint8 differ = 0;

  for (gsize i = 0; i < size; i++)
    differ |= left[i] ^ right[i];
  return differ == 0;
}

/**
 * flow_digest_wipe:
 * @data: (nullable): bytes that are not needed any more
 * @size: how many
 *
 * Overwrite a secret; the compiler does not leave it out.
 */
void
flow_digest_wipe (gpointer data, gsize size)
{
  if (data != NULL)
    explicit_bzero (data, size);
}
