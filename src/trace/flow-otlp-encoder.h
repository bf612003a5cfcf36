/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "trace/flow-span-batch.h"

G_BEGIN_DECLS

void flow_otlp_encode_protobuf (const FlowSpanBatch *batch, FlowBuffer *out);
void flow_otlp_encode_json (const FlowSpanBatch *batch, GString *out);

G_END_DECLS
