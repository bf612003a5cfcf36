/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "base/flow-context.h"
#include "hub/sync/flow-sync-engine.h"
#include "message/flow-json-writer.h"

G_BEGIN_DECLS

/**
 * FlowSyncSetupState:
 * @FLOW_SYNC_SETUP_NONE: nothing is under way
 * @FLOW_SYNC_SETUP_BACKING_UP: records are being copied as they are
 * @FLOW_SYNC_SETUP_RUNNING: operations are being made of them
 * @FLOW_SYNC_SETUP_SENDING: all have their operations; the cloud gets them
 * @FLOW_SYNC_SETUP_PAUSED: the user has stopped it
 * @FLOW_SYNC_SETUP_DONE: everything is at the cloud
 * @FLOW_SYNC_SETUP_FAILED: it stopped by an error, and can go on
 * @FLOW_SYNC_SETUP_ROLLING_BACK: records are becoming what they were before
 * @FLOW_SYNC_SETUP_ROLLED_BACK: records are as they were before
 *
 * How far turning syncing on is.
 */
typedef enum
{
  FLOW_SYNC_SETUP_NONE,
  FLOW_SYNC_SETUP_BACKING_UP,
  FLOW_SYNC_SETUP_RUNNING,
  FLOW_SYNC_SETUP_SENDING,
  FLOW_SYNC_SETUP_PAUSED,
  FLOW_SYNC_SETUP_DONE,
  FLOW_SYNC_SETUP_FAILED,
  FLOW_SYNC_SETUP_ROLLING_BACK,
  FLOW_SYNC_SETUP_ROLLED_BACK,
} FlowSyncSetupState;

/**
 * FlowSyncSetupFuncs:
 * @moved: it is further, or its state is another
 * @ended: a roll-back ended
 *
 * Whom turning it on tells, on the hub thread.
 */
typedef struct
{
  void (*moved) (gpointer data);
  void (*ended) (const GError *error, gpointer data);
} FlowSyncSetupFuncs;

/**
 * FlowSyncSetupRun:
 *
 * Turning syncing on where there are records already: they are copied to a file, operations are made of them a thousand
 * at a time, and the cloud gets these. It can be stopped and goes on, also after a crash, and it can be undone: the
 * records become what the file says. Belongs to the hub thread.
 */
typedef struct _FlowSyncSetupRun FlowSyncSetupRun;

FlowSyncSetupRun *flow_sync_setup_new (FlowSyncEngine *engine, FlowContext *context, const FlowClock *clock,
                                       const FlowSyncSetupFuncs *funcs, gpointer data);
void flow_sync_setup_free (FlowSyncSetupRun *self);
void flow_sync_setup_start (FlowSyncSetupRun *self, const char *device, const char *device_name, const char *backup);
void flow_sync_setup_stand (FlowSyncSetupRun *self, FlowSyncSetupState state, const char *backup);
void flow_sync_setup_reset (FlowSyncSetupRun *self);
void flow_sync_setup_cancel (FlowSyncSetupRun *self);
void flow_sync_setup_sent (FlowSyncSetupRun *self, guint64 pending);
gboolean flow_sync_setup_roll_back (FlowSyncSetupRun *self, const char *backup, GError **error);
FlowSyncSetupState flow_sync_setup_get_state (FlowSyncSetupRun *self);
const char *flow_sync_setup_get_backup (FlowSyncSetupRun *self);
const GError *flow_sync_setup_get_error (FlowSyncSetupRun *self);
void flow_sync_setup_write (FlowSyncSetupRun *self, FlowJsonWriter *writer);
gboolean flow_sync_setup_write_estimate (FlowSync *sync, FlowRecordTables *records, FlowJsonWriter *writer,
                                         GError **error);

G_END_DECLS
