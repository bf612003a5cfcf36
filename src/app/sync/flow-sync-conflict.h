/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "app/connections/flow-entry.h"

G_BEGIN_DECLS

/**
 * FlowSyncKeep:
 * @FLOW_SYNC_KEEP_NONE: not chosen yet
 * @FLOW_SYNC_KEEP_MINE: what this device has
 * @FLOW_SYNC_KEEP_THEIRS: what the other device has
 * @FLOW_SYNC_KEEP_BOTH: one after the other
 * @FLOW_SYNC_KEEP_OWN: what the user writes
 * @FLOW_SYNC_N_KEEPS: how many there are
 *
 * What is kept of a field that two devices changed.
 */
typedef enum
{
  FLOW_SYNC_KEEP_NONE,
  FLOW_SYNC_KEEP_MINE,
  FLOW_SYNC_KEEP_THEIRS,
  FLOW_SYNC_KEEP_BOTH,
  FLOW_SYNC_KEEP_OWN,
  FLOW_SYNC_N_KEEPS,
} FlowSyncKeep;

const char *flow_sync_conflict_get_title (FlowEntry *conflict);
gboolean flow_sync_conflict_is_open (FlowEntry *conflict);
gboolean flow_sync_conflict_is_delete (FlowEntry *conflict);
char *flow_sync_conflict_describe (FlowEntry *conflict, gint64 now_ns);
char *flow_sync_conflict_say_outcome (FlowEntry *conflict);
guint flow_sync_conflict_get_n_fields (FlowEntry *conflict);
JsonObject *flow_sync_conflict_get_field (FlowEntry *conflict, guint index);
const char *flow_sync_conflict_get_by (FlowEntry *conflict, const char *side);
gboolean flow_sync_field_can_keep_both (JsonObject *field);
gboolean flow_sync_field_is_text (JsonObject *field);
FlowSyncKeep flow_sync_field_get_kept (JsonObject *field);
const char *flow_sync_keep_get_word (FlowSyncKeep keep);

G_END_DECLS
