/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "app/flow-services.h"

G_BEGIN_DECLS

/**
 * FlowHubState:
 * @FLOW_HUB_STATE_STOPPED: there is no hub: not yet, or no longer
 * @FLOW_HUB_STATE_STARTING: it starts, see flow_hub_keeper_get_phase()
 * @FLOW_HUB_STATE_RUNNING: it takes requests
 * @FLOW_HUB_STATE_FAILED: it could not start, see flow_hub_keeper_get_error()
 * @FLOW_HUB_STATE_STOPPING: it finishes what is under way
 * @FLOW_HUB_STATE_TAKEN: it stopped because another program asked for it
 *
 * How the hub inside is.
 */
typedef enum
{
  FLOW_HUB_STATE_STOPPED,
  FLOW_HUB_STATE_STARTING,
  FLOW_HUB_STATE_RUNNING,
  FLOW_HUB_STATE_FAILED,
  FLOW_HUB_STATE_STOPPING,
  FLOW_HUB_STATE_TAKEN,
} FlowHubState;

#define FLOW_TYPE_HUB_KEEPER (flow_hub_keeper_get_type ())
G_DECLARE_FINAL_TYPE (FlowHubKeeper, flow_hub_keeper, FLOW, HUB_KEEPER, GObject)

FlowHubKeeper *flow_hub_keeper_new (FlowServices *services);
void flow_hub_keeper_start (FlowHubKeeper *self);
void flow_hub_keeper_cancel (FlowHubKeeper *self);
void flow_hub_keeper_stop (FlowHubKeeper *self);
void flow_hub_keeper_restart (FlowHubKeeper *self);
FlowHubState flow_hub_keeper_get_state (FlowHubKeeper *self);
const GError *flow_hub_keeper_get_error (FlowHubKeeper *self);
const char *flow_hub_keeper_get_phase (FlowHubKeeper *self);
double flow_hub_keeper_get_fraction (FlowHubKeeper *self);
const char *flow_hub_keeper_get_replaced_unit (FlowHubKeeper *self);

G_END_DECLS
