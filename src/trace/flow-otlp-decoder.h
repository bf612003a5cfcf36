/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "trace/flow-span-batch.h"

G_BEGIN_DECLS

FlowSpanBatch *flow_otlp_decode_protobuf (FlowSignal signal, gconstpointer data, gsize length, GError **error);
FlowSpanBatch *flow_otlp_decode_json (FlowSignal signal, gconstpointer data, gsize length, GError **error);

G_END_DECLS
