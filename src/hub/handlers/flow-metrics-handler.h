/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "hub/handlers/flow-handlers.h"

G_BEGIN_DECLS

typedef struct _FlowMetricsHandler FlowMetricsHandler;

FlowMetricsHandler *flow_metrics_handler_new (FlowHandlers *handlers);
void flow_metrics_handler_free (FlowMetricsHandler *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FlowMetricsHandler, flow_metrics_handler_free)

G_END_DECLS
