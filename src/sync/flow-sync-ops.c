/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-sync"

#include "sync/flow-sync-ops-private.h"

#include <glib/gi18n-lib.h>

#include "base/flow-error.h"
#include "sync/flow-sync-bytes.h"
#include "sync/flow-sync-op.h"
#include "sync/flow-sync-welcome.h"

/* Where one operation is in the payload. */
typedef struct
{
  guint32 start;
  guint32 size;
} Piece;

/* The payload: u8 format | v n, n x dot (the context of the first) | n_ops x (v size | operation). */
struct _FlowSyncOps
{
  gatomicrefcount references;
  char scope[FLOW_SYNC_SCOPE_MAX + 1];
  FlowSyncDot first;
  guint64 hlc;
  guint8 chain[FLOW_SYNC_CHAIN_SIZE];
  FlowSyncVector *context;
  GBytes *payload;
  GArray *pieces;
};

G_DEFINE_BOXED_TYPE (FlowSyncOps, flow_sync_ops, flow_sync_ops_ref, flow_sync_ops_unref)

/**
 * flow_sync_ops_ref:
 * @self: operations
 *
 * Returns: (transfer full): @self
 */
FlowSyncOps *
flow_sync_ops_ref (FlowSyncOps *self)
{
  g_atomic_ref_count_inc (&self->references);
  return self;
}

/**
 * flow_sync_ops_unref:
 * @self: (transfer full): operations
 *
 * Give a reference back.
 */
void
flow_sync_ops_unref (FlowSyncOps *self)
{
  if (!g_atomic_ref_count_dec (&self->references))
    return;
  flow_sync_vector_free (self->context);
  g_bytes_unref (self->payload);
  g_array_unref (self->pieces);
  g_free (self);
}

static gboolean
read_payload (FlowSyncOps *self, guint n_ops)
{
  gsize size;
  const guint8 *data = g_bytes_get_data (self->payload, &size);
  FlowSyncReader reader = { data, data != NULL ? data + size : NULL, FALSE };
  guint64 n;

  if (flow_sync_read_u8 (&reader) != FLOW_SYNC_FORMAT)
    return FALSE;
  n = flow_sync_read_varint (&reader);
  for (guint64 i = 0; i < n && !reader.failed; i++)
    {
      FlowSyncDot dot;

      flow_sync_read_dot (&reader, &dot);
      if (!reader.failed)
        flow_sync_vector_raise (self->context, dot.device, dot.epoch, dot.seq);
    }
  for (guint i = 0; i < n_ops && !reader.failed; i++)
    {
      gsize op_size;
      const guint8 *op = flow_sync_read_bytes (&reader, &op_size);

      if (op != NULL)
        g_array_append_val (self->pieces, ((Piece) { (guint32) (op - data), (guint32) op_size }));
    }
  return !reader.failed && reader.at == reader.end;
}

/**
 * flow_sync_ops_parse:
 * @header: the head of the batch that they come from
 * @payload: what was sealed in it
 * @error: return location
 *
 * Read what a batch holds. The operations themselves are not looked at.
 *
 * Returns: (nullable) (transfer full): the operations; %NULL with `FLOW_ERROR_BAD_REQUEST`
 */
FlowSyncOps *
flow_sync_ops_parse (const FlowSyncBatchHeader *header, GBytes *payload, GError **error)
{
  FlowSyncOps *self = g_new0 (FlowSyncOps, 1);

  g_atomic_ref_count_init (&self->references);
  g_strlcpy (self->scope, header->scope, sizeof self->scope);
  self->first = header->dot;
  self->hlc = header->hlc;
  memcpy (self->chain, header->chain, FLOW_SYNC_CHAIN_SIZE);
  self->context = flow_sync_vector_new ();
  self->payload = g_bytes_ref (payload);
  self->pieces = g_array_new (FALSE, FALSE, sizeof (Piece));
  if (read_payload (self, header->n_ops))
    return self;
  flow_sync_ops_unref (self);
  g_set_error_literal (error, FLOW_ERROR, FLOW_ERROR_BAD_REQUEST, _ ("A batch that this program cannot read"));
  return NULL;
}

/**
 * flow_sync_ops_builder_init:
 * @self: to be set up
 * @scope: a scope
 * @first: the dot of the first operation
 * @context: (transfer full): what its device knew then
 *
 * Begin to put operations together.
 */
void
flow_sync_ops_builder_init (FlowSyncOpsBuilder *self, const char *scope, const FlowSyncDot *first,
                            FlowSyncVector *context)
{
  *self = (FlowSyncOpsBuilder) { .first = *first, .context = context, .bytes = g_byte_array_new () };
  g_strlcpy (self->scope, scope, sizeof self->scope);
}

/**
 * flow_sync_ops_builder_clear:
 * @self: a builder
 *
 * Free what it holds.
 */
void
flow_sync_ops_builder_clear (FlowSyncOpsBuilder *self)
{
  g_clear_pointer (&self->context, flow_sync_vector_free);
  g_clear_pointer (&self->bytes, g_byte_array_unref);
}

/**
 * flow_sync_ops_builder_add:
 * @self: a builder
 * @op: (array length=size): the encoded operation that comes next
 * @size: its bytes
 * @chain: (array fixed-size=32): the chain behind it
 *
 * Add an operation.
 */
void
flow_sync_ops_builder_add (FlowSyncOpsBuilder *self, gconstpointer op, gsize size, const guint8 *chain)
{
  flow_sync_put_bytes (self->bytes, op, size);
  memcpy (self->chain, chain, FLOW_SYNC_CHAIN_SIZE);
  self->hlc = MAX (self->hlc, flow_sync_op_peek_hlc (op));
  self->n_ops++;
}

/**
 * flow_sync_ops_builder_end:
 * @self: a builder with at least one operation; it is cleared
 *
 * Returns: (transfer full): the operations
 */
FlowSyncOps *
flow_sync_ops_builder_end (FlowSyncOpsBuilder *self)
{
  GByteArray *out = g_byte_array_sized_new (self->bytes->len + 64);
  guint8 format = FLOW_SYNC_FORMAT;
  guint n = flow_sync_vector_get_size (self->context);
  FlowSyncBatchHeader header = { .dot = self->first, .n_ops = self->n_ops, .hlc = self->hlc };
  g_autoptr (GBytes) payload = NULL;
  FlowSyncOps *ops;

  g_assert (self->n_ops > 0);
  g_byte_array_append (out, &format, 1);
  flow_sync_put_varint (out, n);
  for (guint i = 0; i < n; i++)
    flow_sync_put_dot (out, flow_sync_vector_get_entry (self->context, i));
  g_byte_array_append (out, self->bytes->data, self->bytes->len);
  payload = g_byte_array_free_to_bytes (out);
  g_strlcpy (header.scope, self->scope, sizeof header.scope);
  memcpy (header.chain, self->chain, FLOW_SYNC_CHAIN_SIZE);
  ops = flow_sync_ops_parse (&header, payload, NULL);
  flow_sync_ops_builder_clear (self);
  return ops;
}

/**
 * flow_sync_ops_get_scope:
 * @self: operations
 *
 * Returns: (transfer none): their scope
 */
const char *
flow_sync_ops_get_scope (const FlowSyncOps *self)
{
  return self->scope;
}

/**
 * flow_sync_ops_get_first:
 * @self: operations
 *
 * Returns: (transfer none): the dot of the first one: whose they are and where they begin
 */
const FlowSyncDot *
flow_sync_ops_get_first (const FlowSyncOps *self)
{
  return &self->first;
}

/**
 * flow_sync_ops_get_n:
 * @self: operations
 *
 * Returns: how many, at least one
 */
guint
flow_sync_ops_get_n (const FlowSyncOps *self)
{
  return self->pieces->len;
}

/**
 * flow_sync_ops_get_last:
 * @self: operations
 *
 * Returns: the seq of the last one
 */
guint64
flow_sync_ops_get_last (const FlowSyncOps *self)
{
  return self->first.seq + self->pieces->len - 1;
}

/**
 * flow_sync_ops_get_hlc:
 * @self: operations
 *
 * Returns: the latest clock among them
 */
guint64
flow_sync_ops_get_hlc (const FlowSyncOps *self)
{
  return self->hlc;
}

/**
 * flow_sync_ops_get_chain:
 * @self: operations
 *
 * Returns: (transfer none) (array fixed-size=32): the hash chain behind the last one
 */
const guint8 *
flow_sync_ops_get_chain (const FlowSyncOps *self)
{
  return self->chain;
}

/**
 * flow_sync_ops_get_size:
 * @self: operations
 *
 * Returns: their bytes before they are compressed and sealed
 */
gsize
flow_sync_ops_get_size (const FlowSyncOps *self)
{
  return g_bytes_get_size (self->payload);
}

/**
 * flow_sync_ops_get_payload:
 * @self: operations
 *
 * Returns: (transfer none): what is sealed of them
 */
GBytes *
flow_sync_ops_get_payload (const FlowSyncOps *self)
{
  return self->payload;
}

/**
 * flow_sync_ops_get_context:
 * @self: operations
 *
 * Returns: (transfer none): what the device knew at the first one
 */
const FlowSyncVector *
flow_sync_ops_get_context (const FlowSyncOps *self)
{
  return self->context;
}

/**
 * flow_sync_ops_get_op:
 * @self: operations
 * @index: less than their number
 * @size: (out): bytes
 *
 * Returns: (transfer none) (array length=size): an encoded operation
 */
const guint8 *
flow_sync_ops_get_op (const FlowSyncOps *self, guint index, gsize *size)
{
  const Piece *piece = &g_array_index (self->pieces, Piece, index);
  const guint8 *data = g_bytes_get_data (self->payload, NULL);

  *size = piece->size;
  return data + piece->start;
}
