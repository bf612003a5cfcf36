/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "sync/flow-sync-conflicts.h"
#include "sync/flow-sync-private.h"

G_BEGIN_DECLS

#define FLOW_SYNC_KIND_MODIFIED "trace_modified"
#define FLOW_SYNC_KIND_DELETED "delete_vs_modify"
#define FLOW_SYNC_KIND_SCHEMA "schema_conflict"

#define FLOW_SYNC_STATE_OPEN "open"
#define FLOW_SYNC_STATE_AUTO "auto"
#define FLOW_SYNC_STATE_RESOLVED "resolved"
#define FLOW_SYNC_STATE_UNDONE "undone"

/**
 * FlowSyncSide:
 * @stream: whose write it is
 * @seq: of its operation
 * @hlc: its clock
 * @value: what was written
 *
 * One of the writes of a conflict.
 */
typedef struct
{
  FlowSyncStream *stream;
  guint64 seq;
  guint64 hlc;
  GBytes *value;
} FlowSyncSide;

/**
 * FlowSyncConflict:
 * @id: the same on all devices: a hash of the place and of the two earliest writes
 * @table: name of the table
 * @key: of the record
 * @field: field or group, empty: the record itself
 * @item: element of a set, key of a map, else empty
 * @scope: of the record
 * @kind: FLOW_SYNC_KIND_…
 * @state: FLOW_SYNC_STATE_…
 * @title: what people call the record
 * @opened_ns: when it was found
 * @decided_ns: when it was decided, 0: it was not
 * @decider: (array fixed-size=16): which device; @by_rule: none
 * @by_rule: the rules decided, or nobody so far
 * @base: (nullable): what both had
 * @chosen: (nullable): what holds
 * @sides: (element-type FlowSyncSide): by clock
 *
 * A conflict as it is in the log.
 */
typedef struct
{
  guint8 id[FLOW_SYNC_CONFLICT_ID_SIZE];
  char *table;
  GBytes *key;
  char *field;
  char *item;
  char *scope;
  const char *kind;
  const char *state;
  char *title;
  gint64 opened_ns;
  gint64 decided_ns;
  guint8 decider[FLOW_SYNC_DEVICE_SIZE];
  gboolean by_rule;
  GBytes *base;
  GBytes *chosen;
  GArray *sides;
} FlowSyncConflict;

FlowSyncConflict *flow_sync_conflict_new (const FlowSyncRow *row, const char *field, const char *item,
                                          const char *kind);
void flow_sync_conflict_free (FlowSyncConflict *self);
void flow_sync_conflict_add_side (FlowSyncConflict *self, FlowSyncStream *stream, guint64 seq, guint64 hlc,
                                  GBytes *value);
void flow_sync_conflict_name (FlowSyncConflict *self);
void flow_sync_conflict_decide (FlowSyncConflict *self, const char *state, const guint8 *decider, GBytes *chosen,
                                gint64 now_ns);

gboolean flow_sync_conflict_load (FlowSync *sync, const guint8 *id, FlowSyncConflict **out, GError **error);
gboolean flow_sync_conflict_store (FlowSync *sync, const FlowSyncConflict *self, GError **error);
gboolean flow_sync_conflict_drop (FlowSync *sync, const guint8 *id, GError **error);
gboolean flow_sync_conflict_find_open (FlowSync *sync, const FlowSyncRow *row, const char *field, const char *item,
                                       FlowSyncConflict **out, GError **error);

const FlowSyncSide *flow_sync_conflict_get_mine (FlowSync *sync, const FlowSyncConflict *conflict);
const FlowSyncSide *flow_sync_conflict_get_theirs (FlowSync *sync, const FlowSyncConflict *conflict);
GBytes *flow_sync_conflict_get_member (GBytes *value, const char *member);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FlowSyncConflict, flow_sync_conflict_free)

G_END_DECLS
