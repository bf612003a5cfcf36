/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "base/flow-call-queue.h"
#include "base/flow-settings-snapshot.h"
#include "hub/sync/tables/flow-record-tables.h"
#include "hub/sync/traces/flow-trace-offer.h"
#include "message/flow-json-writer.h"
#include "trace/flow-commit.h"

G_BEGIN_DECLS

/**
 * FlowTraceBlobDone:
 * @blob: (nullable): what was fetched
 * @error: (nullable): why not; %FLOW_ERROR_NOT_FOUND when the cloud has none of this id
 * @data: what was given with it
 *
 * Hears on the hub thread how a request ended.
 */
typedef void (*FlowTraceBlobDone) (GBytes *blob, const GError *error, gpointer data);

/**
 * FlowTraceBlobs:
 * @put: stores sealed bytes
 * @get: fetches them
 * @remove: deletes them
 *
 * Where packed traces are. Everything is called on the hub thread; each request is answered once, also when it is given
 * up because the hub stops.
 */
typedef struct
{
  void (*put) (gpointer blobs, const guint8 *id, GBytes *sealed, FlowTraceBlobDone done, gpointer data);
  void (*get) (gpointer blobs, const guint8 *id, FlowTraceBlobDone done, gpointer data);
  void (*remove) (gpointer blobs, const guint8 *id, FlowTraceBlobDone done, gpointer data);
} FlowTraceBlobs;

/**
 * FlowTraceSharingSetup:
 * @store: an open store
 * @traces: its traces
 * @records: what syncs
 * @calls: the hub thread's calls
 * @database: path of the database
 * @funcs: where packed traces are; static
 * @blobs: for @funcs
 *
 * What sharing works with. Everything lives longer.
 */
typedef struct
{
  FlowStore *store;
  FlowTraceStore *traces;
  FlowRecordTables *records;
  FlowCallQueue *calls;
  const char *database;
  const FlowTraceBlobs *funcs;
  gpointer blobs;
} FlowTraceSharingSetup;

/**
 * FlowTraceSharingDone:
 * @spans: spans that have come, for what fetches
 * @error: (nullable): why not
 * @data: what was given with it
 *
 * Hears on the hub thread how it ended.
 */
typedef void (*FlowTraceSharingDone) (guint64 spans, const GError *error, gpointer data);

/**
 * FlowTraceSharingLooked:
 * @shared: whether the spans go to the other devices
 * @error: (nullable): why it is not known
 * @data: what was given with it
 *
 * Hears on the hub thread how it is.
 */
typedef void (*FlowTraceSharingLooked) (gboolean shared, const GError *error, gpointer data);

/**
 * FlowTraceSharing:
 *
 * Traces between the devices of an account: their headers are records and sync as others do; their spans go as one
 * sealed blob for each trace and device, and are fetched when somebody opens the trace. Sends what is to be sent once a
 * trace has come to rest and there is a connection. Belongs to the hub thread.
 */
typedef struct _FlowTraceSharing FlowTraceSharing;

FlowTraceSharing *flow_trace_sharing_new (const FlowTraceSharingSetup *setup, FlowSettingsSnapshot *settings);
void flow_trace_sharing_free (FlowTraceSharing *self);
void flow_trace_sharing_set_settings (FlowTraceSharing *self, FlowSettingsSnapshot *settings);
void flow_trace_sharing_set_state (FlowTraceSharing *self, gboolean on, gboolean connected);
void flow_trace_sharing_committed (FlowTraceSharing *self, FlowCommit *commit);
void flow_trace_sharing_share (FlowTraceSharing *self, const guint8 trace_id[16], gboolean stop,
                               FlowTraceSharingDone done, gpointer data);
void flow_trace_sharing_look (FlowTraceSharing *self, const guint8 trace_id[16], FlowTraceSharingLooked done,
                              gpointer data);
void flow_trace_sharing_fetch (FlowTraceSharing *self, const guint8 trace_id[16], FlowTraceSharingDone done,
                               gpointer data);
void flow_trace_sharing_write_troubles (FlowTraceSharing *self, FlowJsonWriter *writer);
gboolean flow_trace_sharing_is_idle (FlowTraceSharing *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FlowTraceSharing, flow_trace_sharing_free)

G_END_DECLS
