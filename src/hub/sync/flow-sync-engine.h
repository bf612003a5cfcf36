/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "base/flow-call-queue.h"
#include "hub/sync/tables/flow-record-tables.h"
#include "store/flow-store.h"
#include "sync/flow-sync.h"

G_BEGIN_DECLS

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
 * FlowSyncEngineChanged:
 * @data: what was given with it
 *
 * Hears on the hub thread that this device made operations. What comes until then is told as one.
 */
typedef void (*FlowSyncEngineChanged) (gpointer data);

/**
 * FlowSyncEngine:
 *
 * The sync engine in the hub's store: it takes part in each transaction of the writer, so that what is changed and the
 * operation that says so are kept together, and lets the hub thread have things done.
 */
typedef struct _FlowSyncEngine FlowSyncEngine;

FlowSyncEngine *flow_sync_engine_new (FlowStore *store, FlowRecordTables *records, FlowCallQueue *calls,
                                      const FlowClock *clock, const char *machine);
void flow_sync_engine_free (FlowSyncEngine *self);
const char *flow_sync_engine_get_machine (FlowSyncEngine *self);
FlowRecordTables *flow_sync_engine_get_records (FlowSyncEngine *self);
void flow_sync_engine_set_changed (FlowSyncEngine *self, FlowSyncEngineChanged changed, gpointer data);
void flow_sync_engine_made (FlowSyncEngine *self);
void flow_sync_engine_run (FlowSyncEngine *self, FlowSyncEngineRun run, FlowSyncEngineDone done, gpointer data);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FlowSyncEngine, flow_sync_engine_free)

G_END_DECLS
