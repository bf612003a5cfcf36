/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "store/flow-store.h"
#include "trace/flow-commit.h"
#include "trace/flow-fact-change.h"
#include "trace/flow-span-batch.h"
#include "trace/flow-trace-header.h"
#include "trace/flow-trace-places.h"

G_BEGIN_DECLS

/**
 * FlowTraceStore:
 *
 * The writing side of traces, logs and metrics: a participant of the store's writer thread. It decides what is new
 * (each span is stored once), gives traces their numbers, appends parts, seals and merges segments, keeps the levels
 * of detail and applies retention. What an ingest has acknowledged is on the disk.
 *
 * Made before flow_store_open() and freed after flow_store_close(). Functions may be called from any thread unless
 * they say otherwise.
 */
typedef struct _FlowTraceStore FlowTraceStore;

typedef struct
{
  guint32 stored;
  guint32 duplicates; /* rows that were there already */
  gboolean same_body; /* the whole body was there already */
} FlowIngestResult;

/** FlowIngestDone: called on the writer thread after the commit, or with @error when nothing of it was kept. */
typedef void (*FlowIngestDone) (const FlowIngestResult *result, const GError *error, gpointer data);

/** FlowFactsDone: called on the writer thread: what was said about a trace and what is now; or with @error. */
typedef void (*FlowFactsDone) (FlowTraceFacts *before, FlowTraceFacts *after, const GError *error, gpointer data);

typedef struct
{
  guint64 spans, logs, points;          /* stored since start */
  guint64 duplicates, duplicate_bodies; /* dropped since start */
  guint64 segments_sealed, segments_merged;
  guint64 traces;            /* highest trace number */
  guint64 stored_traces, stored_spans, stored_logs, stored_points; /* there now */
  guint64 retention_deleted; /* rows */
} FlowTraceStoreStats;

typedef struct
{
  guint days;      /* 0: no limit by age */
  guint megabytes; /* 0: no limit by size */
} FlowRetention;

/** FlowCommitted: called on the writer thread after each commit after which readers may see something else. */
typedef void (*FlowCommitted) (FlowCommit *commit, gpointer data);

FlowTraceStore *flow_trace_store_new (FlowStore *store);
void flow_trace_store_free (FlowTraceStore *self);
void flow_trace_store_set_retention (FlowTraceStore *self, FlowRetention retention);
void flow_trace_store_set_places (FlowTraceStore *self, FlowTracePlaces *places);
void flow_trace_store_set_committed (FlowTraceStore *self, FlowCommitted committed, gpointer data);

void flow_trace_store_hash_body (FlowSignal signal, gboolean json, gconstpointer body, gsize length, guint8 hash[16]);
gboolean flow_trace_store_ingest (FlowTraceStore *self, FlowSpanBatch *batch, const guint8 *body_hash,
                                  FlowIngestDone done, gpointer data, GDestroyNotify destroy, GError **error);
gboolean flow_trace_store_ingest_wait (FlowTraceStore *self, FlowSpanBatch *batch, const guint8 *body_hash,
                                       FlowIngestResult *result, GError **error);

gboolean flow_trace_store_change_facts (FlowTraceStore *self, FlowFactChange *change, FlowFactsDone done,
                                        gpointer data, GDestroyNotify destroy, GError **error);
FlowTraceFacts *flow_trace_store_change_facts_wait (FlowTraceStore *self, FlowFactChange *change, GError **error);

gboolean flow_trace_store_find_number (FlowTraceStore *self, sqlite3 *db, const guint8 trace_id[16], guint64 *number,
                                       GError **error);
gboolean flow_trace_store_describe (FlowTraceStore *self, sqlite3 *db, guint64 number, FlowTraceHeader **header,
                                    GError **error);
gboolean flow_trace_store_settle_header (FlowTraceStore *self, sqlite3 *db, const guint8 trace_id[16],
                                         GError **error);
gboolean flow_trace_store_settle_headers (FlowTraceStore *self, sqlite3 *db, GError **error);
gboolean flow_trace_store_facts_changed (FlowTraceStore *self, sqlite3 *db, const guint8 trace_id[16],
                                         GError **error);

gboolean flow_trace_store_erase_trace (FlowTraceStore *self, const guint8 trace_id[16], GError **error);
gboolean flow_trace_store_erase_all (FlowTraceStore *self, GError **error);
void flow_trace_store_get_stats (FlowTraceStore *self, FlowTraceStoreStats *stats);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FlowTraceStore, flow_trace_store_free)

G_END_DECLS
