/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "sync/flow-sync-dot.h"
#include "sync/flow-sync-value.h"

G_BEGIN_DECLS

/** FLOW_SYNC_OP_AUTO: in the flags: rules wrote it, no person. */
#define FLOW_SYNC_OP_AUTO 1

/** FLOW_SYNC_OP_MAX: bytes of an operation at most, so that it fits into a batch of its own. */
#define FLOW_SYNC_OP_MAX (1000 * 1024)

/** FLOW_SYNC_KEY_MAX: bytes of the key of a record at most. */
#define FLOW_SYNC_KEY_MAX 1024

/** FLOW_SYNC_ITEM_MAX: bytes of an element of a set or a key of a map at most. */
#define FLOW_SYNC_ITEM_MAX 4096

/** FLOW_SYNC_FIELD_RECORD: the field that is the record itself: 0 deleted, 1 made again. */
#define FLOW_SYNC_FIELD_RECORD ""

/**
 * FlowSyncWrite:
 * @field: name of a field or a group; FLOW_SYNC_FIELD_RECORD
 * @item: element of a set, key of a map, else empty
 * @value: what is written
 *
 * One value that an operation writes.
 */
typedef struct
{
  char *field;
  char *item;
  GBytes *value;
} FlowSyncWrite;

/**
 * FlowSyncOp:
 * @flags: FLOW_SYNC_OP_AUTO or 0
 * @hlc: its clock
 * @txn_index: its place in its transaction, from 0
 * @txn_len: operations of its transaction
 * @context: (element-type FlowSyncDot): what its device knew of others that it had not known at its operation before
 * @schema: version of the table's fields where it was made
 * @table: name of the table
 * @key: of the record
 * @writes: (element-type FlowSyncWrite): what it writes
 *
 * What was done to one record in one transaction:
 *
 * |[
 * u8 flags | u64 hlc | v txn_index | v txn_len | v n, n x (device[16] | v epoch | v seq) | v schema | b table | b key |
 * v n, n x (b field | b item | b value)
 * ]|
 *
 * v is a varint, b a varint and so many bytes. Whose it is and its seq stand in the batch; its name in the chain.
 */
typedef struct
{
  guint8 flags;
  guint64 hlc;
  guint txn_index;
  guint txn_len;
  GArray *context;
  guint schema;
  char *table;
  GBytes *key;
  GArray *writes;
} FlowSyncOp;

FlowSyncOp *flow_sync_op_new (const char *table, guint schema, GBytes *key);
void flow_sync_op_free (FlowSyncOp *self);
void flow_sync_op_add (FlowSyncOp *self, const char *field, const char *item, GBytes *value);
GBytes *flow_sync_op_encode (const FlowSyncOp *self);
FlowSyncOp *flow_sync_op_decode (gconstpointer data, gsize size, GError **error);
guint64 flow_sync_op_peek_hlc (gconstpointer data);
guint flow_sync_op_peek_txn (gconstpointer data, gsize size);
void flow_sync_op_poke_hlc (gpointer data, guint64 hlc);

void flow_sync_chain_begin (const char *scope, const guint8 *device, guint64 epoch, guint8 *chain);
void flow_sync_chain_add (guint8 *chain, gconstpointer op, gsize size);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FlowSyncOp, flow_sync_op_free)

G_END_DECLS
