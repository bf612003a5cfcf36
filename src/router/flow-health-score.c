/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-health"

#include "router/flow-health-score.h"

#include <math.h>

/* The formulas are explained in data/protocol/health.md. */

static const guint base_weights[FLOW_N_HEALTH_PARTS] = {
  [FLOW_HEALTH_CONNECTIVITY] = 40,
  [FLOW_HEALTH_LATENCY] = 30,
  [FLOW_HEALTH_SYNC] = 30,
};

/* Points off connectivity. */
#define FULL_QUEUE 50.0
#define DIED_EACH 5.0
#define DIED_MOST 25.0
#define REFUSED_EACH 0.25
#define REFUSED_MOST 25.0
/* Points off sync. */
#define CONFLICT_EACH 5.0

/* A round trip that nobody notices, and one that everybody does. */
#define FINE_MS 10.0
#define BAD_MS 1000.0

static int
to_score (double points)
{
  return (int) lround (CLAMP (points, 0, 100));
}

/**
 * flow_health_score_connectivity:
 * @facts: what is known
 *
 * Judge whether what should be connected is, and whether messages arrive.
 *
 * Returns: 0 to 100, or %FLOW_HEALTH_NO_DATA
 */
int
flow_health_score_connectivity (const FlowHealthConnectivity *facts)
{
  double points = facts->channels > 0 ? 100 * facts->availability : 100;

  if (facts->channels == 0 && facts->waiting == 0 && facts->died == 0 && facts->refused == 0)
    return FLOW_HEALTH_NO_DATA;
  points -= FULL_QUEUE * CLAMP (facts->fill, 0, 1);
  points -= MIN (DIED_EACH * (double) facts->died, DIED_MOST);
  points -= MIN (REFUSED_EACH * (double) facts->refused, REFUSED_MOST);
  return to_score (points);
}

/**
 * flow_health_score_latency:
 * @p50_ms: half of the round trips to a channel took at most this long
 *
 * Judge how quickly a channel answers: 100 up to 10 ms, 50 at 100 ms, 0 from a second on.
 *
 * Returns: 0 to 100
 */
int
flow_health_score_latency (double p50_ms)
{
  if (p50_ms <= FINE_MS)
    return 100;
  return to_score (100 * (1 - log10 (p50_ms / FINE_MS) / log10 (BAD_MS / FINE_MS)));
}

/**
 * flow_health_score_sync:
 * @total: syncs
 * @good: those that went well
 * @conflicts: what they left for the user to decide
 *
 * Judge the syncs of the last hour.
 *
 * Returns: 0 to 100, or %FLOW_HEALTH_NO_DATA
 */
int
flow_health_score_sync (guint64 total, guint64 good, guint64 conflicts)
{
  if (total == 0)
    return FLOW_HEALTH_NO_DATA;
  return to_score (100 * (double) good / (double) total - CONFLICT_EACH * (double) conflicts);
}

/**
 * flow_health_score_overall:
 * @scores: of the parts, %FLOW_HEALTH_NO_DATA for those that have nothing to go by
 * @weights: (out caller-allocates): how much each counts, in percent
 *
 * Put the parts together: 40, 30 and 30 percent. The weight of a part without data is shared out among the others by
 * their own weights.
 *
 * Returns: 0 to 100; 100 when no part has data, as nothing is known to be wrong
 */
int
flow_health_score_overall (const int scores[FLOW_N_HEALTH_PARTS], guint weights[FLOW_N_HEALTH_PARTS])
{
  guint sum = 0;
  double points = 0;

  for (guint part = 0; part < FLOW_N_HEALTH_PARTS; part++)
    {
      if (scores[part] == FLOW_HEALTH_NO_DATA)
        continue;
      sum += base_weights[part];
      points += scores[part] * (double) base_weights[part];
    }
  for (guint part = 0; part < FLOW_N_HEALTH_PARTS; part++)
    weights[part] = scores[part] == FLOW_HEALTH_NO_DATA ? 0 : (base_weights[part] * 100 + sum / 2) / sum;
  return sum == 0 ? 100 : to_score (points / sum);
}
