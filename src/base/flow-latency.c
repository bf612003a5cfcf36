/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-latency"

#include "base/flow-latency.h"

#include <stdlib.h>
#include <string.h>

static int
compare_samples (const void *a, const void *b)
{
  guint32 x = *(const guint32 *) a;
  guint32 y = *(const guint32 *) b;

  return (x > y) - (x < y);
}

/* The smallest sample that @percent of all do not exceed. */
static double
percentile_ms (const guint32 *sorted, guint n, guint percent)
{
  guint rank = (n * percent + 99) / 100;

  return sorted[MAX (rank, 1) - 1] / 1000.0;
}

/**
 * flow_latency_add:
 * @self: round trips
 * @round_trip_us: what one took, in microseconds
 *
 * Remember a round trip instead of the oldest one.
 */
void
flow_latency_add (FlowLatency *self, guint64 round_trip_us)
{
  self->samples[self->next] = (guint32) MIN (round_trip_us, G_MAXUINT32);
  self->next = (self->next + 1) % FLOW_LATENCY_SAMPLES;
  self->n = MIN (self->n + 1, FLOW_LATENCY_SAMPLES);
}

/**
 * flow_latency_get_samples:
 * @self: round trips
 * @samples_ms: (out): what they took, in milliseconds, the oldest first
 *
 * Returns: how many there are
 */
guint
flow_latency_get_samples (const FlowLatency *self, double samples_ms[FLOW_LATENCY_SAMPLES])
{
  guint first = (self->next + FLOW_LATENCY_SAMPLES - self->n) % FLOW_LATENCY_SAMPLES;

  for (guint i = 0; i < self->n; i++)
    samples_ms[i] = self->samples[(first + i) % FLOW_LATENCY_SAMPLES] / 1000.0;
  return self->n;
}

/**
 * flow_latency_summarise:
 * @self: round trips
 * @summary: (out): what they say
 *
 * Summarise them.
 *
 * Returns: %FALSE when there are none
 */
gboolean
flow_latency_summarise (const FlowLatency *self, FlowLatencySummary *summary)
{
  guint32 sorted[FLOW_LATENCY_SAMPLES];
  guint last = (self->next + FLOW_LATENCY_SAMPLES - 1) % FLOW_LATENCY_SAMPLES;

  if (self->n == 0)
    return FALSE;
  memcpy (sorted, self->samples, self->n * sizeof *sorted);
  qsort (sorted, self->n, sizeof *sorted, compare_samples);
  summary->p50_ms = percentile_ms (sorted, self->n, 50);
  summary->p99_ms = percentile_ms (sorted, self->n, 99);
  summary->last_ms = self->samples[last] / 1000.0;
  return TRUE;
}
