/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "base/flow-call-queue.h"
#include "store/flow-store.h"

G_BEGIN_DECLS

typedef struct _FlowSync FlowSync;

/**
 * FlowSyncEngineRun:
 * @sync: the engine
 * @db: the writing connection
 * @data: what was given with it
 * @error: return location
 *
 * Does something with the engine on the writer thread, in a transaction; %FALSE undoes it.
 *
 * Returns: %FALSE with @error set when nothing of it is kept
 */
typedef gboolean (*FlowSyncEngineRun) (FlowSync *sync, sqlite3 *db, gpointer data, GError **error);

/**
 * FlowSyncEngineDone:
 * @data: what was given with it
 * @error: (nullable): why not
 *
 * Hears on the hub thread that it is durable, or that nothing of it was kept.
 */
typedef void (*FlowSyncEngineDone) (gpointer data, const GError *error);

/**
 * FlowSyncEngineFuncs:
 * @changed: there are operations of this device that the cloud has not got
 *
 * Whom the engine tells, on the hub thread, at most once until it is asked again by flow_sync_engine_run().
 */
typedef struct
{
  void (*changed) (gpointer data);
} FlowSyncEngineFuncs;

/**
 * FlowSyncEngine:
 *
 * The sync engine in the hub's store: it takes part in each transaction of the writer, so that what is changed and the
 * operation that says so are kept together, and lets the hub thread have things done.
 */
typedef struct _FlowSyncEngine FlowSyncEngine;

FlowSyncEngine *flow_sync_engine_new (FlowStore *store, FlowCallQueue *calls, const char *data_dir);
void flow_sync_engine_free (FlowSyncEngine *self);
void flow_sync_engine_set_funcs (FlowSyncEngine *self, const FlowSyncEngineFuncs *funcs, gpointer data);
void flow_sync_engine_run (FlowSyncEngine *self, FlowSyncEngineRun run, FlowSyncEngineDone done, gpointer data);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FlowSyncEngine, flow_sync_engine_free)

G_END_DECLS
