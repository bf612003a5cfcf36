/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "trace/flow-otlp-wire.h"
#include "trace/flow-span-batch.h"

G_BEGIN_DECLS

/* One file of tests/fixtures/otlp. */
typedef struct
{
  const char *name;
  FlowSignal signal;
  gboolean json;
} OtlpSample;

extern const OtlpSample otlp_samples[];
extern const guint otlp_n_samples;

GBytes *otlp_sample_load (const char *name);
FlowSpanBatch *otlp_decode (FlowSignal signal, gboolean json, gconstpointer data, gsize length);
FlowSpanBatch *otlp_decode_text (FlowSignal signal, const char *json);
char *otlp_dump (const FlowSpanBatch *batch);
char *otlp_normalise (const char *json, gboolean masked);
const char *otlp_string (const FlowSpanBatch *batch, guint32 id);
char *otlp_span_document (const char *members);

/* A ResourceSpans with a service name around one span whose fields are in @span. */
void otlp_wrap_span (FlowBuffer *out, const FlowBuffer *span);
void otlp_put_ids (FlowBuffer *span);
gsize otlp_put_text_attribute (FlowBuffer *out, guint number, const char *key, const char *value);

G_END_DECLS
