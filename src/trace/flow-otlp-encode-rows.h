/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "trace/flow-otlp-wire.h"
#include "trace/flow-span-batch.h"

G_BEGIN_DECLS

/* Each appends a message to @out, tag and length included. */
void flow_otlp_encode_attribute (const FlowDictionary *strings, const FlowAttribute *attribute, guint number,
                                 FlowBuffer *out);
gboolean flow_otlp_encode_attributes (const FlowDictionary *strings, FlowExtraReader *reader, guint64 count,
                                      guint number, FlowBuffer *out);
void flow_otlp_encode_value (const FlowDictionary *strings, const FlowAttribute *attribute, guint number,
                             FlowBuffer *out);
void flow_otlp_encode_text (const FlowDictionary *strings, guint32 id, guint number, FlowBuffer *out);
void flow_otlp_encode_span (const FlowSpanBatch *batch, const FlowSpan *span, FlowBuffer *out);
void flow_otlp_encode_log (const FlowSpanBatch *batch, const FlowLog *log, FlowBuffer *out);
guint flow_otlp_encode_metric (const FlowSpanBatch *batch, guint first, FlowBuffer *out);

G_END_DECLS
