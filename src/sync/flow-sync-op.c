/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-sync"

#include "sync/flow-sync-op.h"

#include <glib/gi18n-lib.h>

#include "base/flow-error.h"
#include "secret/flow-digest.h"
#include "sync/flow-sync-batch-header.h"
#include "sync/flow-sync-bytes.h"

#define CONTEXT_MAX 4096
#define WRITES_MAX 65536
#define NAME_MAX 255
#define SMALL_MAX 1000000

static void
write_clear (gpointer data)
{
  FlowSyncWrite *write = data;

  g_free (write->field);
  g_free (write->item);
  g_bytes_unref (write->value);
}

/**
 * flow_sync_op_new:
 * @table: name of a table
 * @schema: version of its fields
 * @key: of a record
 *
 * Returns: (transfer full): an operation that writes nothing so far, a transaction of its own
 */
FlowSyncOp *
flow_sync_op_new (const char *table, guint schema, GBytes *key)
{
  FlowSyncOp *self = g_new0 (FlowSyncOp, 1);

  self->txn_len = 1;
  self->schema = schema;
  self->table = g_strdup (table);
  self->key = g_bytes_ref (key);
  self->context = g_array_new (FALSE, FALSE, sizeof (FlowSyncDot));
  self->writes = g_array_new (FALSE, FALSE, sizeof (FlowSyncWrite));
  g_array_set_clear_func (self->writes, write_clear);
  return self;
}

/**
 * flow_sync_op_free:
 * @self: (transfer full): an operation
 *
 * Free it.
 */
void
flow_sync_op_free (FlowSyncOp *self)
{
  g_free (self->table);
  g_bytes_unref (self->key);
  g_array_unref (self->context);
  g_array_unref (self->writes);
  g_free (self);
}

/**
 * flow_sync_op_add:
 * @self: an operation
 * @field: name of a field or a group
 * @item: element of a set, key of a map, else empty
 * @value: what is written
 *
 * Add a value that it writes.
 */
void
flow_sync_op_add (FlowSyncOp *self, const char *field, const char *item, GBytes *value)
{
  FlowSyncWrite write = { g_strdup (field), g_strdup (item), g_bytes_ref (value) };

  g_array_append_val (self->writes, write);
}

static void
put_text (GByteArray *out, const char *text)
{
  flow_sync_put_bytes (out, text, strlen (text));
}

static void
put_value (GByteArray *out, GBytes *value)
{
  gsize size;
  gconstpointer data = g_bytes_get_data (value, &size);

  flow_sync_put_bytes (out, data, size);
}

/**
 * flow_sync_op_encode:
 * @self: an operation
 *
 * Returns: (transfer full): its bytes
 */
GBytes *
flow_sync_op_encode (const FlowSyncOp *self)
{
  GByteArray *out = g_byte_array_sized_new (128);

  g_byte_array_append (out, &self->flags, 1);
  flow_sync_put_u64 (out, self->hlc);
  flow_sync_put_varint (out, self->txn_index);
  flow_sync_put_varint (out, self->txn_len);
  flow_sync_put_varint (out, self->context->len);
  for (guint i = 0; i < self->context->len; i++)
    flow_sync_put_dot (out, &g_array_index (self->context, FlowSyncDot, i));
  flow_sync_put_varint (out, self->schema);
  put_text (out, self->table);
  put_value (out, self->key);
  flow_sync_put_varint (out, self->writes->len);
  for (guint i = 0; i < self->writes->len; i++)
    {
      const FlowSyncWrite *write = &g_array_index (self->writes, FlowSyncWrite, i);

      put_text (out, write->field);
      put_text (out, write->item);
      put_value (out, write->value);
    }
  return g_byte_array_free_to_bytes (out);
}

static char *
read_text (FlowSyncReader *reader, gsize max)
{
  gsize size;
  const guint8 *at = flow_sync_read_bytes (reader, &size);

  if (at == NULL || size > max || !g_utf8_validate ((const char *) at, (gssize) size, NULL))
    {
      reader->failed = TRUE;
      return NULL;
    }
  return g_strndup ((const char *) at, size);
}

static guint
read_small (FlowSyncReader *reader)
{
  guint64 number = flow_sync_read_varint (reader);

  if (number > SMALL_MAX)
    reader->failed = TRUE;
  return reader->failed ? 0 : (guint) number;
}

static void
read_context (FlowSyncReader *reader, FlowSyncOp *self)
{
  guint64 n = flow_sync_read_varint (reader);

  if (n > CONTEXT_MAX)
    reader->failed = TRUE;
  for (guint64 i = 0; i < n && !reader->failed; i++)
    {
      FlowSyncDot dot;

      flow_sync_read_dot (reader, &dot);
      g_array_append_val (self->context, dot);
    }
}

static void
read_writes (FlowSyncReader *reader, FlowSyncOp *self)
{
  guint64 n = flow_sync_read_varint (reader);

  if (n == 0 || n > WRITES_MAX)
    reader->failed = TRUE;
  for (guint64 i = 0; i < n && !reader->failed; i++)
    {
      g_autofree char *field = read_text (reader, NAME_MAX);
      g_autofree char *item = read_text (reader, FLOW_SYNC_ITEM_MAX);
      gsize size;
      const guint8 *at = flow_sync_read_bytes (reader, &size);

      if (reader->failed || !flow_sync_value_is_valid (at, size))
        {
          reader->failed = TRUE;
          return;
        }
      g_array_append_val (self->writes, ((FlowSyncWrite) { g_steal_pointer (&field), g_steal_pointer (&item),
                                                           flow_sync_value_new (at, size) }));
    }
}

static FlowSyncOp *
read_op (FlowSyncReader *reader)
{
  g_autoptr (GBytes) nothing = g_bytes_new_static ("", 0);
  FlowSyncOp *self = flow_sync_op_new ("", 1, nothing);
  gsize size;
  const guint8 *key;

  self->flags = flow_sync_read_u8 (reader);
  self->hlc = flow_sync_read_u64 (reader);
  self->txn_index = read_small (reader);
  self->txn_len = read_small (reader);
  read_context (reader, self);
  self->schema = read_small (reader);
  g_free (self->table);
  self->table = read_text (reader, NAME_MAX);
  key = flow_sync_read_bytes (reader, &size);
  if (key != NULL && size <= FLOW_SYNC_KEY_MAX)
    {
      g_bytes_unref (self->key);
      self->key = g_bytes_new (key, size);
    }
  else
    reader->failed = TRUE;
  read_writes (reader, self);
  return self;
}

/**
 * flow_sync_op_decode:
 * @data: (array length=size): bytes that came from outside
 * @size: how many
 * @error: return location
 *
 * Read an operation. Fields and tables that are not known here are taken like others.
 *
 * Returns: (nullable) (transfer full): the operation; %NULL with `FLOW_ERROR_BAD_REQUEST`
 */
FlowSyncOp *
flow_sync_op_decode (gconstpointer data, gsize size, GError **error)
{
  FlowSyncReader reader = { data, (const guint8 *) data + size, FALSE };
  g_autoptr (FlowSyncOp) self = read_op (&reader);

  if (!reader.failed && reader.at == reader.end && self->hlc <= G_MAXINT64 && self->txn_index < self->txn_len)
    return g_steal_pointer (&self);
  g_set_error_literal (error, FLOW_ERROR, FLOW_ERROR_BAD_REQUEST, _ ("An operation that this program cannot read"));
  return NULL;
}

/**
 * flow_sync_op_peek_hlc:
 * @data: an encoded operation
 *
 * Returns: its clock
 */
guint64
flow_sync_op_peek_hlc (gconstpointer data)
{
  FlowSyncReader reader = { (const guint8 *) data + 1, (const guint8 *) data + 9, FALSE };

  return flow_sync_read_u64 (&reader);
}

/**
 * flow_sync_op_peek_txn:
 * @data: (array length=size): an encoded operation
 * @size: its bytes
 *
 * Returns: operations of its transaction from this one on, at least 1
 */
guint
flow_sync_op_peek_txn (gconstpointer data, gsize size)
{
  FlowSyncReader reader = { data, (const guint8 *) data + size, FALSE };
  guint64 index, length;

  flow_sync_read_raw (&reader, 1 + sizeof (guint64));
  index = flow_sync_read_varint (&reader);
  length = flow_sync_read_varint (&reader);
  return reader.failed || index >= length || length > SMALL_MAX ? 1 : (guint) (length - index);
}

/**
 * flow_sync_op_poke_hlc:
 * @data: an encoded operation that nobody else has
 * @hlc: its clock from now on
 *
 * Set the clock of an operation.
 */
void
flow_sync_op_poke_hlc (gpointer data, guint64 hlc)
{
  guint64 big = GUINT64_TO_BE (hlc);

  memcpy ((guint8 *) data + 1, &big, sizeof big);
}

/**
 * flow_sync_chain_begin:
 * @scope: a scope
 * @device: (array fixed-size=16): a device
 * @epoch: its epoch
 * @chain: (array fixed-size=32) (out caller-allocates): the chain before the first operation of these
 *
 * Begin the hash chain that names all operations of a stream up to one.
 */
void
flow_sync_chain_begin (const char *scope, const guint8 *device, guint64 epoch, guint8 *chain)
{
  guint64 big = GUINT64_TO_BE (epoch);
  FlowDigestPart parts[] = {
    { "flowscope chain", 16 },
    { scope, strlen (scope) + 1 },
    { device, FLOW_SYNC_DEVICE_SIZE },
    { &big, sizeof big },
  };

  flow_digest (parts, G_N_ELEMENTS (parts), chain);
}

/**
 * flow_sync_chain_add:
 * @chain: (array fixed-size=32) (inout): the chain
 * @op: (array length=size): the encoded operation that comes next
 * @size: its bytes
 *
 * Move the chain behind an operation.
 */
void
flow_sync_chain_add (guint8 *chain, gconstpointer op, gsize size)
{
  FlowDigestPart parts[] = { { chain, FLOW_SYNC_CHAIN_SIZE }, { op, size } };

  flow_digest (parts, G_N_ELEMENTS (parts), chain);
}
