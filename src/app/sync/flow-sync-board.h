/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "app/connections/flow-board.h"

G_BEGIN_DECLS

/**
 * FlowSyncState:
 * @FLOW_SYNC_OFF: nobody is signed in
 * @FLOW_SYNC_SIGNED_OUT: the cloud does not know this device any more
 * @FLOW_SYNC_CONNECTING: it is about to begin
 * @FLOW_SYNC_SYNCING: changes are on their way
 * @FLOW_SYNC_IDLE: everything is everywhere
 * @FLOW_SYNC_OFFLINE: the cloud cannot be reached
 * @FLOW_SYNC_PAUSED: the user wants nothing sent
 * @FLOW_SYNC_NEEDS_PASSPHRASE: this device does not have the key of the account
 * @FLOW_SYNC_ERROR: something has to be done first
 * @FLOW_SYNC_N_STATES: how many states there are
 *
 * How syncing is, as the verb `sync-status` says.
 */
typedef enum
{
  FLOW_SYNC_OFF,
  FLOW_SYNC_SIGNED_OUT,
  FLOW_SYNC_CONNECTING,
  FLOW_SYNC_SYNCING,
  FLOW_SYNC_IDLE,
  FLOW_SYNC_OFFLINE,
  FLOW_SYNC_PAUSED,
  FLOW_SYNC_NEEDS_PASSPHRASE,
  FLOW_SYNC_ERROR,
  FLOW_SYNC_N_STATES,
} FlowSyncState;

/**
 * FlowSyncList:
 * @FLOW_SYNC_LIST_DEVICES: the devices of the account
 * @FLOW_SYNC_LIST_CONFLICTS: conflicts, those that wait and those that were decided
 * @FLOW_SYNC_LIST_HELD: changes of others that could not be taken
 * @FLOW_SYNC_N_LISTS: how many lists there are
 *
 * What is listed.
 */
typedef enum
{
  FLOW_SYNC_LIST_DEVICES,
  FLOW_SYNC_LIST_CONFLICTS,
  FLOW_SYNC_LIST_HELD,
  FLOW_SYNC_N_LISTS,
} FlowSyncList;

#define FLOW_TYPE_SYNC_BOARD (flow_sync_board_get_type ())
G_DECLARE_FINAL_TYPE (FlowSyncBoard, flow_sync_board, FLOW, SYNC_BOARD, FlowBoard)

FlowSyncBoard *flow_sync_board_new (void);
JsonObject *flow_sync_board_get_status (FlowSyncBoard *self);
FlowSyncState flow_sync_board_get_state (FlowSyncBoard *self);
gboolean flow_sync_board_needs_user (FlowSyncBoard *self);
guint flow_sync_board_count_conflicts (FlowSyncBoard *self);
void flow_sync_board_act (FlowSyncBoard *self, const char *verb, const char *key, JsonObject *arguments);
JsonObject *flow_sync_arguments (const char *name, ...) G_GNUC_NULL_TERMINATED;

G_END_DECLS
