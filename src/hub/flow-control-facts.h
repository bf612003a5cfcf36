/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "hub/flow-json-read.h"
#include "trace/flow-fact-change.h"

G_BEGIN_DECLS

FlowFactChange *flow_control_read_fact_change (JsonObject *arguments, GError **error);

G_END_DECLS
