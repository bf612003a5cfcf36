/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "hub/flow-http-exchange.h"
#include "hub/flow-hub.h"

G_BEGIN_DECLS

/** FLOW_PROMETHEUS_PATH: where the counters are. */
#define FLOW_PROMETHEUS_PATH "/metrics"

/* Its data is the hub. */
extern const FlowHttpHandler flow_prometheus_handler;

char *flow_prometheus_write (FlowHub *hub);

G_END_DECLS
