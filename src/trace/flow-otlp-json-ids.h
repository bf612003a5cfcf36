/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "trace/flow-otlp-wire.h"

G_BEGIN_DECLS

gboolean flow_otlp_json_base64 (FlowWire text, FlowBuffer *out);
void flow_otlp_json_id (FlowWire text, FlowBuffer *out);

G_END_DECLS
