/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "base/flow-call-queue.h"
#include "hub/flow-http-exchange.h"
#include "trace/flow-trace-store.h"

G_BEGIN_DECLS

typedef struct _FlowOtlpDoorway FlowOtlpDoorway;

/**
 * FlowOtlpIngest:
 * @sink: where to
 * @batch: what came
 * @body_hash: hash of the inflated body
 * @done: called on any thread, once, unless the call is refused
 * @data: for @done
 * @error: return location
 *
 * Take a batch for storing, see flow_trace_store_ingest().
 *
 * Returns: %FALSE when it is not taken
 */
typedef gboolean (*FlowOtlpIngest) (gpointer sink, FlowSpanBatch *batch, const guint8 *body_hash, FlowIngestDone done,
                                    gpointer data, GError **error);

/**
 * FlowOtlpStats:
 * @accepted: requests that were answered with 200
 * @stored: rows stored, by signal
 * @duplicates: rows that were there already
 * @same_bodies: requests that were there already
 * @rejected: rows that were refused
 * @trouble: (nullable): code of the newest failure to store, %NULL since something was stored
 *
 * What came in since start.
 */
typedef struct
{
  guint64 accepted;
  guint64 stored[FLOW_N_SIGNALS];
  guint64 duplicates;
  guint64 same_bodies;
  guint64 rejected;
  const char *trouble;
} FlowOtlpStats;

extern const FlowHttpHandler flow_otlp_doorway_handler;

FlowOtlpDoorway *flow_otlp_doorway_new (FlowCallQueue *hub);
void flow_otlp_doorway_free (FlowOtlpDoorway *self);
gboolean flow_otlp_doorway_has_path (const char *path);
void flow_otlp_doorway_open (FlowOtlpDoorway *self, FlowOtlpIngest ingest, gpointer sink);
void flow_otlp_doorway_close (FlowOtlpDoorway *self);
void flow_otlp_doorway_set_changed (FlowOtlpDoorway *self, void (*changed) (gpointer data), gpointer data);
void flow_otlp_doorway_set_capture (FlowOtlpDoorway *self, gboolean enabled);
void flow_otlp_doorway_set_body_limit (FlowOtlpDoorway *self, gsize bytes);
void flow_otlp_doorway_get_stats (FlowOtlpDoorway *self, FlowOtlpStats *stats);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FlowOtlpDoorway, flow_otlp_doorway_free)

G_END_DECLS
