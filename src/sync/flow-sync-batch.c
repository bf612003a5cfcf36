/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-sync"

#include "sync/flow-sync-batch.h"

#include <glib/gi18n-lib.h>
#include <zstd.h>

#include "base/flow-error.h"
#include "secret/flow-cipher.h"
#include "sync/flow-sync-ops-private.h"

/* What a batch may become when it is not compressed any more: a small one must not fill the memory. */
#define PLAIN_MAX (16 * 1024 * 1024)

/* (nullable): what is shorter than the payload. */
static GBytes *
compress (GBytes *payload, const FlowSyncSeal *seal)
{
  gsize size;
  gconstpointer data = g_bytes_get_data (payload, &size);
  gsize bound = ZSTD_compressBound (size);
  g_autofree guint8 *out = NULL;
  gsize n;

  if (size < seal->zstd_from)
    return NULL;
  out = g_malloc (bound);
  n = ZSTD_compress (out, bound, data, size, seal->zstd_level);
  return ZSTD_isError (n) || n >= size ? NULL : g_bytes_new_take (g_steal_pointer (&out), n);
}

static FlowSyncBatchHeader
make_header (FlowSyncOps *ops, const FlowSyncSeal *seal, gboolean compressed, gsize plain_size)
{
  FlowSyncBatchHeader header = { .flags = compressed ? FLOW_SYNC_BATCH_ZSTD : 0,
                                 .dot = *flow_sync_ops_get_first (ops),
                                 .n_ops = flow_sync_ops_get_n (ops),
                                 .hlc = flow_sync_ops_get_hlc (ops),
                                 .day = seal->day,
                                 .cipher_size = plain_size + FLOW_SYNC_TAG_SIZE };

  g_strlcpy (header.scope, flow_sync_ops_get_scope (ops), sizeof header.scope);
  memcpy (header.key_id, seal->key_id, FLOW_SYNC_KEY_ID_SIZE);
  memcpy (header.nonce, seal->nonce, FLOW_SYNC_NONCE_SIZE);
  memcpy (header.chain, flow_sync_ops_get_chain (ops), FLOW_SYNC_CHAIN_SIZE);
  return header;
}

/**
 * flow_sync_batch_seal:
 * @ops: operations
 * @seal: how
 * @error: return location
 *
 * Compress and seal operations. All that the head says is authenticated with them, so that a batch that was changed,
 * moved or given another name does not open.
 *
 * Returns: (nullable) (transfer full): the batch; %NULL with `FLOW_ERROR_TOO_LARGE`
 */
GBytes *
flow_sync_batch_seal (FlowSyncOps *ops, const FlowSyncSeal *seal, GError **error)
{
  GBytes *payload = flow_sync_ops_get_payload (ops);
  g_autoptr (GBytes) compressed = compress (payload, seal);
  g_autoptr (FlowCipher) cipher = flow_cipher_new (seal->key);
  g_autoptr (GByteArray) out = g_byte_array_new ();
  FlowSyncBatchHeader header;
  gsize size;
  gconstpointer plain = g_bytes_get_data (compressed != NULL ? compressed : payload, &size);
  guint head;

  header = make_header (ops, seal, compressed != NULL, size);
  flow_sync_batch_header_append (&header, out);
  head = out->len;
  g_byte_array_set_size (out, head + (guint) header.cipher_size);
  flow_cipher_seal (cipher, seal->nonce, out->data, head, plain, size, out->data + head);
  if (out->len <= (header.n_ops > 1 ? FLOW_SYNC_BATCH_MAX : FLOW_SYNC_BATCH_SINGLE_MAX))
    return g_byte_array_free_to_bytes (g_steal_pointer (&out));
  g_set_error_literal (error, FLOW_ERROR, FLOW_ERROR_TOO_LARGE, _ ("Operations that are too large for a batch"));
  return NULL;
}

static GBytes *
bad_batch (GError **error)
{
  g_set_error_literal (error, FLOW_ERROR, FLOW_ERROR_BAD_REQUEST, _ ("A batch that this program cannot read"));
  return NULL;
}

static GBytes *
decompress (const guint8 *data, gsize size, GError **error)
{
  unsigned long long n = ZSTD_getFrameContentSize (data, size);
  g_autofree guint8 *out = NULL;
  gsize done;

  if (n == ZSTD_CONTENTSIZE_ERROR || n == ZSTD_CONTENTSIZE_UNKNOWN || n > PLAIN_MAX)
    return bad_batch (error);
  out = g_malloc (MAX (n, 1));
  done = ZSTD_decompress (out, n, data, size);
  if (ZSTD_isError (done) || done != n)
    return bad_batch (error);
  return g_bytes_new_take (g_steal_pointer (&out), n);
}

/**
 * flow_sync_batch_open:
 * @data: (array length=size): one sealed batch, nothing behind it
 * @size: its bytes
 * @key: (array fixed-size=32): the key for its scope, data key, day and device
 * @error: return location
 *
 * Open a batch.
 *
 * Returns: (nullable) (transfer full): its operations; %NULL with `FLOW_ERROR_BAD_REQUEST` when it is none, with
 *   `FLOW_ERROR_NOT_AUTHENTIC` when it is not what was sealed with this key
 */
FlowSyncOps *
flow_sync_batch_open (const guint8 *data, gsize size, const guint8 key[FLOW_SYNC_KEY_SIZE], GError **error)
{
  g_autoptr (FlowCipher) cipher = NULL;
  g_autoptr (GBytes) payload = NULL;
  g_autofree guint8 *plain = NULL;
  FlowSyncBatchHeader header;
  gsize plain_size;

  if (!flow_sync_batch_header_parse (&header, data, size, error))
    return NULL;
  if (flow_sync_batch_header_get_total (&header) != size)
    {
      g_set_error_literal (error, FLOW_ERROR, FLOW_ERROR_BAD_REQUEST, _ ("There is something behind the batch"));
      return NULL;
    }
  plain_size = header.cipher_size - FLOW_SYNC_TAG_SIZE;
  plain = g_malloc (plain_size);
  cipher = flow_cipher_new (key);
  if (!flow_cipher_open (cipher, header.nonce, data, header.header_size, data + header.header_size, header.cipher_size,
                         plain, error))
    return NULL;
  payload = header.flags & FLOW_SYNC_BATCH_ZSTD ? decompress (plain, plain_size, error)
                                                : g_bytes_new_take (g_steal_pointer (&plain), plain_size);
  return payload != NULL ? flow_sync_ops_parse (&header, payload, error) : NULL;
}
