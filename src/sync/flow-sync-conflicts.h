/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "message/flow-json-writer.h"
#include "sync/flow-sync.h"

G_BEGIN_DECLS

/** FLOW_SYNC_CONFLICT_ID_SIZE: bytes of the id of a conflict, which is the same on all devices. */
#define FLOW_SYNC_CONFLICT_ID_SIZE 16

/** FLOW_SYNC_CONFLICTS_KEPT: so many that were decided are remembered; beyond it the oldest are forgotten. */
#define FLOW_SYNC_CONFLICTS_KEPT 10000

/**
 * FlowSyncChoice:
 * @FLOW_SYNC_CHOICE_MINE: what this device wrote
 * @FLOW_SYNC_CHOICE_THEIRS: what the other one wrote
 * @FLOW_SYNC_CHOICE_BOTH: both texts, one after the other; both elements
 * @FLOW_SYNC_CHOICE_VALUE: a value that neither wrote
 * @FLOW_SYNC_CHOICE_KEEP_DELETED: it stays deleted
 * @FLOW_SYNC_CHOICE_RESTORE: it stays, with what was changed
 *
 * How a person decides.
 */
typedef enum
{
  FLOW_SYNC_CHOICE_MINE,
  FLOW_SYNC_CHOICE_THEIRS,
  FLOW_SYNC_CHOICE_BOTH,
  FLOW_SYNC_CHOICE_VALUE,
  FLOW_SYNC_CHOICE_KEEP_DELETED,
  FLOW_SYNC_CHOICE_RESTORE,
} FlowSyncChoice;

/**
 * FlowSyncNameFunc:
 * @device: a device
 * @data: the caller's
 *
 * Returns: (nullable) (transfer full): what people call it
 */
typedef char *(*FlowSyncNameFunc) (const guint8 *device, gpointer data);

/**
 * FlowSyncConflictNote:
 * @id: of the conflict
 * @scope: its scope
 * @table: of which table
 * @device: who found it
 * @time_ms: when
 * @kind: trace_modified, delete_vs_modify or schema_conflict
 * @open: whether it waits for a person; %FALSE: it was decided since
 *
 * A conflict that the cloud has to be told of.
 */
typedef struct
{
  guint8 id[FLOW_SYNC_CONFLICT_ID_SIZE];
  char scope[FLOW_SYNC_SCOPE_MAX + 1];
  const char *table;
  guint8 device[FLOW_SYNC_DEVICE_SIZE];
  gint64 time_ms;
  const char *kind;
  gboolean open;
} FlowSyncConflictNote;

gboolean flow_sync_choice_parse (const char *text, FlowSyncChoice *choice);
gboolean flow_sync_conflicts_write (FlowSync *self, gboolean all, FlowSyncNameFunc name, gpointer data,
                                    FlowJsonWriter *json, GError **error);
gboolean flow_sync_conflict_resolve (FlowSync *self, const guint8 *id, const char *field, FlowSyncChoice choice,
                                     const char *text, GError **error);
gboolean flow_sync_conflict_restore (FlowSync *self, const guint8 *id, GError **error);
gboolean flow_sync_conflicts_take_notes (FlowSync *self, GArray *notes, GError **error);

G_END_DECLS
