/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "sync/flow-sync-op.h"
#include "sync/flow-sync-record.h"
#include "sync/flow-sync-stream.h"

G_BEGIN_DECLS

/**
 * FlowSyncCell:
 * @field: name of a field or a group, FLOW_SYNC_FIELD_RECORD
 * @item: element of a set, key of a map, else empty
 * @stream: whose write it is
 * @seq: of its operation
 * @hlc: its clock
 * @context: what its device knew of others
 * @number: the cloud's acceptance number, 0: not known or not asked for
 * @flags: FLOW_SYNC_OP_AUTO or 0
 * @value: what was written
 * @stored: it is in the database
 *
 * A write of one value that holds, or that did so until a moment ago.
 */
typedef struct
{
  char *field;
  char *item;
  FlowSyncStream *stream;
  guint64 seq;
  guint64 hlc;
  FlowSyncContext *context;
  guint64 number;
  guint flags;
  GBytes *value;
  gboolean stored;
} FlowSyncCell;

/**
 * FlowSyncRow:
 * @table: (nullable): of which table; %NULL when this program does not know it
 * @order: the place of the table among all, behind them when it is not known: records are told to the domain in it
 * @name: the table's name
 * @key: which record
 * @cells: (element-type FlowSyncCell): all writes that hold, by field, item and dot
 * @removed: (element-type FlowSyncCell): those that held when the row was stored last
 * @divided: there was something that may wait for a decision when it was loaded: several writes of a value, a deletion,
 *   a value that this program cannot use
 * @foreign: others wrote something that the domain has not heard of
 * @guarded: the domain has values that others cannot have
 * @late: what comes in may be older than what is there
 *
 * A record as all that wrote it see it. What it becomes follows from the set of writes that came in, in whatever order
 * and however often they did: of each value those writes stay that no other one knew of.
 */
typedef struct
{
  const FlowSyncTable *table;
  guint order;
  char *name;
  GBytes *key;
  GPtrArray *cells;
  GPtrArray *removed;
  gboolean divided;
  gboolean foreign;
  gboolean guarded;
  gboolean late;
} FlowSyncRow;

/**
 * FlowSyncPlace:
 * @cells: (array length=n): in the order of their dots; valid until the row changes
 * @n: how many
 *
 * The writes of one value of a record.
 */
typedef struct
{
  FlowSyncCell **cells;
  guint n;
} FlowSyncPlace;

FlowSyncRow *flow_sync_row_new (const FlowSyncTable *table, const char *name, GBytes *key);
void flow_sync_row_free (FlowSyncRow *self);
FlowSyncCell *flow_sync_row_add_cell (FlowSyncRow *self, const char *field, const char *item);
gboolean flow_sync_row_merge (FlowSyncRow *self, FlowSyncStream *stream, guint64 seq, guint64 hlc, guint flags,
                              FlowSyncContext *context, const FlowSyncWrite *write);
void flow_sync_row_rename (FlowSyncRow *self, FlowSyncCell *cell, FlowSyncStream *stream, guint64 seq);
FlowSyncCell *flow_sync_row_replace (FlowSyncRow *self, FlowSyncCell *cell, guint64 hlc, guint flags, GBytes *value);
gboolean flow_sync_row_next_place (const FlowSyncRow *self, FlowSyncPlace *place);
gboolean flow_sync_row_find_place (const FlowSyncRow *self, const char *field, const char *item, FlowSyncPlace *place);
gboolean flow_sync_row_is_alive (const FlowSyncRow *self);
FlowSyncCell *flow_sync_row_find_deletion (const FlowSyncRow *self);
gboolean flow_sync_cell_knew (const FlowSyncCell *self, const FlowSyncCell *other);
int flow_sync_cell_compare_clock (const FlowSyncCell *a, const FlowSyncCell *b);
FlowSyncRecord *flow_sync_row_make_record (const FlowSyncRow *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FlowSyncRow, flow_sync_row_free)

G_END_DECLS
