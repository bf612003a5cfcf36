/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "trace/flow-span-batch.h"

G_BEGIN_DECLS

GBytes *flow_otlp_status_body (gboolean json, int code, const char *message);
GBytes *flow_otlp_response_body (FlowSignal signal, gboolean json, guint32 rejected, const char *message);

G_END_DECLS
