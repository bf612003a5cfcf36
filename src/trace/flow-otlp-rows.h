/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "trace/flow-otlp-builder.h"

G_BEGIN_DECLS

/* Each decodes one row message (a Metric: all its points) into the builder's batch; %FALSE: it is malformed. */
gboolean flow_otlp_decode_span (FlowOtlpBuilder *self, FlowWire span);
gboolean flow_otlp_decode_log (FlowOtlpBuilder *self, FlowWire record);
gboolean flow_otlp_decode_metric (FlowOtlpBuilder *self, FlowWire metric);

gboolean flow_otlp_decode_rows (FlowOtlpBuilder *self, FlowWire request);
FlowSpanBatch *flow_otlp_decode_strict (FlowSignal signal, gconstpointer data, gsize length, GError **error);

G_END_DECLS
