/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/** FLOW_LATENCY_SAMPLES: how many round trips are remembered. */
#define FLOW_LATENCY_SAMPLES 64

/**
 * FlowLatency:
 *
 * The last round trips to somebody. Part of what it is about; zeroed memory is empty.
 */
typedef struct
{
  /*< private >*/
  guint32 samples[FLOW_LATENCY_SAMPLES]; /* us, a ring */
  guint next;
  guint n;
} FlowLatency;

/**
 * FlowLatencySummary:
 * @p50_ms: half of the round trips took at most this many milliseconds
 * @p99_ms: 99 of 100 did
 * @last_ms: what the last one took
 *
 * What the round trips say.
 */
typedef struct
{
  double p50_ms;
  double p99_ms;
  double last_ms;
} FlowLatencySummary;

void flow_latency_add (FlowLatency *self, guint64 round_trip_us);
guint flow_latency_get_samples (const FlowLatency *self, double samples_ms[FLOW_LATENCY_SAMPLES]);
gboolean flow_latency_summarise (const FlowLatency *self, FlowLatencySummary *summary);

G_END_DECLS
