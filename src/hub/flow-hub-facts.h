/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "hub/flow-hub.h"
#include "trace/flow-fact-change.h"

G_BEGIN_DECLS

void flow_hub_change_facts_async (FlowHub *self, FlowFactChange *change, GAsyncReadyCallback callback, gpointer data);
FlowTraceFacts *flow_hub_change_facts_finish (FlowHub *self, GAsyncResult *result, FlowTraceFacts **before,
                                              GError **error);

G_END_DECLS
