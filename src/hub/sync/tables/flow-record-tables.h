/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "hub/sync/traces/flow-trace-offer.h"
#include "store/flow-store.h"
#include "sync/flow-sync-table.h"
#include "trace/flow-trace-store.h"

G_BEGIN_DECLS

/** FLOW_RECORDS_FACTS: title, note, tags and pin of a trace. */
#define FLOW_RECORDS_FACTS "trace_fact"
/** FLOW_RECORDS_HEADERS: what all devices know of a trace. */
#define FLOW_RECORDS_HEADERS "trace_header"
/** FLOW_RECORDS_WORKSPACES: what people call the folders that they work in. */
#define FLOW_RECORDS_WORKSPACES "workspace"
/** FLOW_RECORDS_SESSIONS: debug sessions. */
#define FLOW_RECORDS_SESSIONS "debug_session"
/** FLOW_RECORDS_DEVICES: what people call their devices. */
#define FLOW_RECORDS_DEVICES "device"
/** FLOW_RECORDS_SETTINGS: settings of the account. */
#define FLOW_RECORDS_SETTINGS "setting"
/** FLOW_RECORDS_ORIGINS: which web origins may speak. */
#define FLOW_RECORDS_ORIGINS "origin"
/** FLOW_RECORDS_EDITORS: which editor a site or a type of text has. */
#define FLOW_RECORDS_EDITORS "editor"

/**
 * FlowRecordsChanged:
 * @FLOW_RECORDS_CHANGED_PLACES: workspaces or debug sessions
 * @FLOW_RECORDS_CHANGED_MIRRORED: what is in `settings.ini` too
 * @FLOW_RECORDS_CHANGED_DEVICES: names of devices
 *
 * What other devices have changed here.
 */
typedef enum
{
  FLOW_RECORDS_CHANGED_PLACES = 1 << 0,
  FLOW_RECORDS_CHANGED_MIRRORED = 1 << 1,
  FLOW_RECORDS_CHANGED_DEVICES = 1 << 2,
} FlowRecordsChanged;

/** FlowRecordsFunc: hears on the writer thread, after the commit, what others have changed. */
typedef void (*FlowRecordsFunc) (FlowRecordsChanged changed, gpointer data);

/**
 * FlowRecordTables:
 *
 * What syncs, as tables of the sync engine: how records of this program are read and written. Belongs to the writer
 * thread but for its beginning and its end.
 */
typedef struct _FlowRecordTables FlowRecordTables;

FlowRecordTables *flow_record_tables_new (FlowStore *store, FlowTraceStore *traces, FlowRecordsFunc changed,
                                          gpointer data);
void flow_record_tables_free (FlowRecordTables *self);
const FlowSyncTable *const *flow_record_tables_get (FlowRecordTables *self, guint *n_tables);
void flow_record_tables_set_device (FlowRecordTables *self, const char *device);
const char *flow_record_tables_get_device (FlowRecordTables *self);
void flow_record_tables_set_share_mode (FlowRecordTables *self, FlowShareMode mode);

gboolean flow_record_tables_write_device (sqlite3 *db, const char *id, const char *name, const char *system,
                                          gint64 created_ns, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FlowRecordTables, flow_record_tables_free)

G_END_DECLS
