/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/** FLOW_HEALTH_NO_DATA: instead of a score, of a part that has nothing to go by. */
#define FLOW_HEALTH_NO_DATA (-1)

/** FlowHealthPart: what the score is made of. */
typedef enum
{
  FLOW_HEALTH_CONNECTIVITY,
  FLOW_HEALTH_LATENCY,
  FLOW_HEALTH_SYNC,
  FLOW_N_HEALTH_PARTS
} FlowHealthPart;

/**
 * FlowHealthConnectivity:
 * @channels: how many channels are known
 * @availability: the mean of the share of time that each was there, 0 to 1
 * @waiting: messages that wait for somebody
 * @fill: how much of what may wait for one target that is, 0 to 1
 * @died: messages that became dead letters within the last hour
 * @refused: input that was refused within the last hour
 *
 * What connectivity is judged by.
 */
typedef struct
{
  guint channels;
  double availability;
  guint64 waiting;
  double fill;
  guint64 died;
  guint64 refused;
} FlowHealthConnectivity;

int flow_health_score_connectivity (const FlowHealthConnectivity *facts);
int flow_health_score_latency (double p50_ms);
int flow_health_score_sync (guint64 total, guint64 good, guint64 conflicts);
int flow_health_score_overall (const int scores[FLOW_N_HEALTH_PARTS], guint weights[FLOW_N_HEALTH_PARTS]);

G_END_DECLS
