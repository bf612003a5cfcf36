/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-hub-sync"

#include "hub/sync/flow-sync-snapshot-box.h"

#include <glib/gi18n-lib.h>
#include <string.h>
#include <zstd.h>

#include "base/flow-error.h"
#include "secret/flow-cipher.h"
#include "secret/flow-digest.h"

/*
 * A sealed snapshot: "FSSB" | device[16] | key_id[16] | u32 day, big-endian | box; in the box the snapshot, compressed
 * by zstd. The head and the name of the scope stand beside the box, so that the cloud cannot give one for another.
 */

#define MAGIC "FSSB"
#define MAGIC_SIZE 4
#define HEAD_SIZE (MAGIC_SIZE + FLOW_SECRET_DEVICE_SIZE + FLOW_SECRET_KEY_ID_SIZE + 4)
#define LEVEL 3
#define DAY_MS (24 * 3600 * 1000)
/* Bytes that a snapshot may have when it is unpacked. */
#define PLAIN_MAX (1u << 30)

static GByteArray *
beside (const guint8 *head, const char *scope)
{
  GByteArray *associated = g_byte_array_new ();

  g_byte_array_append (associated, head, HEAD_SIZE);
  g_byte_array_append (associated, (const guint8 *) scope, (guint) strlen (scope));
  return associated;
}

static FlowCipher *
make_cipher (FlowSecretKeys *keys, const char *scope, const guint8 *head)
{
  const guint8 *device = head + MAGIC_SIZE;
  const guint8 *key_id = device + FLOW_SECRET_DEVICE_SIZE;
  guint8 key[FLOW_SECRET_KEY_SIZE];
  FlowCipher *cipher;
  guint32 day;

  memcpy (&day, key_id + FLOW_SECRET_KEY_ID_SIZE, sizeof day);
  if (!flow_secret_keys_get_batch_key (keys, scope, key_id, GUINT32_FROM_BE (day), device, key))
    return NULL;
  cipher = flow_cipher_new (key);
  flow_digest_wipe (key, sizeof key);
  return cipher;
}

static GBytes *
compress (GBytes *plain)
{
  gsize size;
  gconstpointer data = g_bytes_get_data (plain, &size);
  gsize bound = ZSTD_compressBound (size);
  guint8 *out = g_malloc (bound);
  gsize compressed = ZSTD_compress (out, bound, data, size, LEVEL);

  g_assert (!ZSTD_isError (compressed));
  return g_bytes_new_take (out, compressed);
}

static GBytes *
seal (const guint8 *head, FlowCipher *cipher, const char *scope, GBytes *snapshot)
{
  g_autoptr (GBytes) compressed = compress (snapshot);
  g_autoptr (GByteArray) associated = beside (head, scope);
  gsize size;
  gconstpointer data = g_bytes_get_data (compressed, &size);
  gsize sealed_size = HEAD_SIZE + size + FLOW_CIPHER_BOX_OVERHEAD;
  guint8 *sealed = g_malloc (sealed_size);

  memcpy (sealed, head, HEAD_SIZE);
  flow_cipher_seal_box (cipher, associated->data, associated->len, data, size, sealed + HEAD_SIZE);
  return g_bytes_new_take (sealed, sealed_size);
}

/**
 * flow_sync_snapshot_seal:
 * @snapshot: what holds in a scope
 * @keys: with which keys
 * @scope: the scope
 * @device: (array fixed-size=16): whose it is
 * @now_ms: what time it is, for the day of the key
 * @error: return location
 *
 * Returns: (transfer full): what the cloud gets; %NULL with %FLOW_ERROR_NEEDS_PASSPHRASE when there is no key, or
 *   %FLOW_ERROR_TOO_LARGE
 */
GBytes *
flow_sync_snapshot_seal (GBytes *snapshot, FlowSecretKeys *keys, const char *scope, const guint8 *device, gint64 now_ms,
                         GError **error)
{
  const guint8 *key_id = flow_secret_keys_get_current (keys, scope);
  guint32 day = GUINT32_TO_BE ((guint32) (now_ms / DAY_MS));
  g_autoptr (FlowCipher) cipher = NULL;
  guint8 head[HEAD_SIZE];
  GBytes *sealed;

  memcpy (head, MAGIC, MAGIC_SIZE);
  memcpy (head + MAGIC_SIZE, device, FLOW_SECRET_DEVICE_SIZE);
  memset (head + MAGIC_SIZE + FLOW_SECRET_DEVICE_SIZE, 0, FLOW_SECRET_KEY_ID_SIZE);
  if (key_id != NULL)
    memcpy (head + MAGIC_SIZE + FLOW_SECRET_DEVICE_SIZE, key_id, FLOW_SECRET_KEY_ID_SIZE);
  memcpy (head + HEAD_SIZE - sizeof day, &day, sizeof day);
  cipher = key_id != NULL ? make_cipher (keys, scope, head) : NULL;
  if (cipher == NULL)
    {
      g_set_error (error, FLOW_ERROR, FLOW_ERROR_NEEDS_PASSPHRASE, _ ("There is no key for the scope %s"), scope);
      return NULL;
    }
  sealed = seal (head, cipher, scope, snapshot);
  if (g_bytes_get_size (sealed) <= FLOW_SYNC_SNAPSHOT_MAX)
    return sealed;
  g_bytes_unref (sealed);
  g_set_error_literal (error, FLOW_ERROR, FLOW_ERROR_TOO_LARGE, "The snapshot is too large for the cloud");
  return NULL;
}

static GBytes *
inflate (const guint8 *compressed, gsize size)
{
  unsigned long long length = ZSTD_getFrameContentSize (compressed, size);
  guint8 *plain;
  gsize got;

  if (length == ZSTD_CONTENTSIZE_UNKNOWN || length == ZSTD_CONTENTSIZE_ERROR || length > PLAIN_MAX)
    return NULL;
  plain = g_malloc (length + 1);
  got = ZSTD_decompress (plain, length, compressed, size);
  if (!ZSTD_isError (got) && got == length)
    return g_bytes_new_take (plain, got);
  g_free (plain);
  return NULL;
}

/**
 * flow_sync_snapshot_open:
 * @sealed: a blob
 * @keys: with which keys
 * @scope: of which scope it must be
 * @error: return location
 *
 * Returns: (transfer full): the snapshot; %NULL with %FLOW_ERROR_NEEDS_PASSPHRASE when its key is not among them,
 *   %FLOW_ERROR_NOT_AUTHENTIC or %FLOW_ERROR_CORRUPT
 */
GBytes *
flow_sync_snapshot_open (GBytes *sealed, FlowSecretKeys *keys, const char *scope, GError **error)
{
  gsize size;
  const guint8 *data = g_bytes_get_data (sealed, &size);
  g_autoptr (FlowCipher) cipher = NULL;
  g_autoptr (GByteArray) associated = NULL;
  g_autofree guint8 *compressed = NULL;
  GBytes *plain;

  if (size < HEAD_SIZE + FLOW_CIPHER_BOX_OVERHEAD || memcmp (data, MAGIC, MAGIC_SIZE) != 0)
    {
      g_set_error_literal (error, FLOW_ERROR, FLOW_ERROR_CORRUPT, _ ("The cloud's snapshot cannot be read"));
      return NULL;
    }
  cipher = make_cipher (keys, scope, data);
  if (cipher == NULL)
    {
      g_set_error (error, FLOW_ERROR, FLOW_ERROR_NEEDS_PASSPHRASE, _ ("There is no key for the scope %s"), scope);
      return NULL;
    }
  associated = beside (data, scope);
  compressed = g_malloc (size);
  if (!flow_cipher_open_box (cipher, associated->data, associated->len, data + HEAD_SIZE, size - HEAD_SIZE, compressed,
                             error))
    return NULL;
  plain = inflate (compressed, size - HEAD_SIZE - FLOW_CIPHER_BOX_OVERHEAD);
  if (plain == NULL)
    g_set_error_literal (error, FLOW_ERROR, FLOW_ERROR_CORRUPT, _ ("The cloud's snapshot cannot be read"));
  return plain;
}
