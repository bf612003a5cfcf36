/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-sync"

#include "sync/flow-sync-batch-header.h"

#include <glib/gi18n-lib.h>

#include "base/flow-error.h"
#include "sync/flow-sync-bytes.h"

static const char magic[4] = { 'F', 'S', 'B', '1' };

/**
 * flow_sync_scope_is_valid:
 * @scope: a name that came from outside
 *
 * Returns: whether it can be a scope's: 1 to 64 of a-z, A-Z, 0-9, - and _
 */
gboolean
flow_sync_scope_is_valid (const char *scope)
{
  gsize n = strlen (scope);

  if (n == 0 || n > FLOW_SYNC_SCOPE_MAX)
    return FALSE;
  for (gsize i = 0; i < n; i++)
    if (!g_ascii_isalnum (scope[i]) && scope[i] != '-' && scope[i] != '_')
      return FALSE;
  return TRUE;
}

static void
read_scope (FlowSyncReader *reader, FlowSyncBatchHeader *self)
{
  guint8 n = flow_sync_read_u8 (reader);
  const guint8 *scope = flow_sync_read_raw (reader, n);

  if (scope == NULL || n > FLOW_SYNC_SCOPE_MAX)
    {
      reader->failed = TRUE;
      return;
    }
  memcpy (self->scope, scope, n);
  reader->failed = strlen (self->scope) != n || !flow_sync_scope_is_valid (self->scope);
}

static void
read_into (FlowSyncReader *reader, guint8 *out, gsize size)
{
  const guint8 *at = flow_sync_read_raw (reader, size);

  if (at != NULL)
    memcpy (out, at, size);
}

static gboolean
is_sane (const FlowSyncBatchHeader *self)
{
  gsize most = self->n_ops == 1 ? FLOW_SYNC_BATCH_SINGLE_MAX : FLOW_SYNC_BATCH_MAX;

  return (self->flags & ~FLOW_SYNC_BATCH_ZSTD) == 0 && self->n_ops > 0 && self->n_ops <= FLOW_SYNC_BATCH_OPS_MAX &&
         self->dot.seq > 0 && self->dot.seq <= (guint64) G_MAXINT64 - self->n_ops && self->dot.epoch <= G_MAXINT64 &&
         self->hlc <= G_MAXINT64 && self->cipher_size > FLOW_SYNC_TAG_SIZE &&
         flow_sync_batch_header_get_total (self) <= most;
}

/**
 * flow_sync_batch_header_parse:
 * @self: (out): what it says
 * @data: (array length=size): bytes that begin with a sealed batch; more may follow
 * @size: how many are there
 * @error: return location
 *
 * Read the head of a sealed batch, and check that all of the batch is there and within its bounds.
 *
 * Returns: %FALSE with `FLOW_ERROR_BAD_REQUEST` when it is no batch, or not all of one; `FLOW_ERROR_TOO_LARGE`
 */
gboolean
flow_sync_batch_header_parse (FlowSyncBatchHeader *self, const guint8 *data, gsize size, GError **error)
{
  FlowSyncReader reader = { data, data + size, FALSE };
  const guint8 *start = flow_sync_read_raw (&reader, sizeof magic);

  memset (self, 0, sizeof *self);
  if (start == NULL || memcmp (start, magic, sizeof magic) != 0)
    {
      g_set_error_literal (error, FLOW_ERROR, FLOW_ERROR_BAD_REQUEST, _ ("This is no batch of operations"));
      return FALSE;
    }
  self->flags = flow_sync_read_u8 (&reader);
  read_scope (&reader, self);
  read_into (&reader, self->dot.device, FLOW_SYNC_DEVICE_SIZE);
  self->dot.epoch = flow_sync_read_u64 (&reader);
  self->dot.seq = flow_sync_read_u64 (&reader);
  self->n_ops = flow_sync_read_u32 (&reader);
  self->hlc = flow_sync_read_u64 (&reader);
  read_into (&reader, self->key_id, FLOW_SYNC_KEY_ID_SIZE);
  self->day = flow_sync_read_u32 (&reader);
  read_into (&reader, self->nonce, FLOW_SYNC_NONCE_SIZE);
  read_into (&reader, self->chain, FLOW_SYNC_CHAIN_SIZE);
  self->cipher_size = flow_sync_read_u32 (&reader);
  self->header_size = (gsize) (reader.at - data);
  if (!reader.failed && flow_sync_batch_header_get_total (self) > FLOW_SYNC_BATCH_SINGLE_MAX)
    {
      g_set_error (error, FLOW_ERROR, FLOW_ERROR_TOO_LARGE, _ ("A batch has at most %d bytes"),
                   FLOW_SYNC_BATCH_SINGLE_MAX);
      return FALSE;
    }
  if (!reader.failed && is_sane (self) && flow_sync_read_raw (&reader, self->cipher_size) != NULL)
    return TRUE;
  g_set_error_literal (error, FLOW_ERROR, FLOW_ERROR_BAD_REQUEST,
                       _ ("The batch of operations is damaged or not whole"));
  return FALSE;
}

/**
 * flow_sync_batch_header_get_total:
 * @self: a header
 *
 * Returns: bytes of the whole batch
 */
gsize
flow_sync_batch_header_get_total (const FlowSyncBatchHeader *self)
{
  return self->header_size + self->cipher_size;
}

/**
 * flow_sync_batch_header_get_last:
 * @self: a header
 *
 * Returns: the seq of the last operation
 */
guint64
flow_sync_batch_header_get_last (const FlowSyncBatchHeader *self)
{
  return self->dot.seq + self->n_ops - 1;
}

/**
 * flow_sync_batch_header_append:
 * @self: what to say; its sizes but for @cipher_size do not matter
 * @out: where to
 *
 * Write the head of a batch, all that is authenticated. The ciphertext follows.
 */
void
flow_sync_batch_header_append (const FlowSyncBatchHeader *self, GByteArray *out)
{
  guint8 n = (guint8) strlen (self->scope);

  g_byte_array_append (out, (const guint8 *) magic, sizeof magic);
  g_byte_array_append (out, &self->flags, 1);
  g_byte_array_append (out, &n, 1);
  g_byte_array_append (out, (const guint8 *) self->scope, n);
  g_byte_array_append (out, self->dot.device, FLOW_SYNC_DEVICE_SIZE);
  flow_sync_put_u64 (out, self->dot.epoch);
  flow_sync_put_u64 (out, self->dot.seq);
  flow_sync_put_u32 (out, self->n_ops);
  flow_sync_put_u64 (out, self->hlc);
  g_byte_array_append (out, self->key_id, FLOW_SYNC_KEY_ID_SIZE);
  flow_sync_put_u32 (out, self->day);
  g_byte_array_append (out, self->nonce, FLOW_SYNC_NONCE_SIZE);
  g_byte_array_append (out, self->chain, FLOW_SYNC_CHAIN_SIZE);
  flow_sync_put_u32 (out, (guint32) self->cipher_size);
}
