/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "base/flow-settings.h"

G_BEGIN_DECLS

#define FLOW_TYPE_HUB (flow_hub_get_type ())

G_DECLARE_FINAL_TYPE (FlowHub, flow_hub, FLOW, HUB, GObject)

/**
 * FLOW_HUB_PORT_FROM_SETTINGS:
 *
 * Take the port that the settings say.
 */
#define FLOW_HUB_PORT_FROM_SETTINGS (-1)

/**
 * FLOW_HUB_PORT_OFF:
 *
 * Do not open this doorway's port.
 */
#define FLOW_HUB_PORT_OFF (-2)

/**
 * FlowHubOptions:
 * @hub_port: the hub's own port, 0 for a free one
 * @otlp_port: the port of OTLP over HTTP, 0 for a free one
 * @allowed_origins: (nullable) (array zero-terminated=1): origins allowed for this run, beside those of the settings
 *
 * What this run has otherwise than the settings say.
 */
typedef struct
{
  int hub_port;
  int otlp_port;
  const char *const *allowed_origins;
} FlowHubOptions;

FlowHub *flow_hub_new (FlowContext *context, FlowSettings *settings, const FlowHubOptions *options);
gboolean flow_hub_start (FlowHub *self, GError **error);
void flow_hub_stop (FlowHub *self);
guint flow_hub_get_port (FlowHub *self);
const char *flow_hub_get_url (FlowHub *self);
const char *flow_hub_get_otlp_endpoint (FlowHub *self);
const char *flow_hub_get_discovery_path (FlowHub *self);

G_END_DECLS
