/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "trace/flow-buffer.h"

G_BEGIN_DECLS

/**
 * OtlpGen:
 *
 * Makes request bodies as the OpenTelemetry JS SDK 0.22x writes them: the same fields in the same order, traces of 8
 * nested spans that end before their parents, 10 attributes a span of which some repeat and some do not, one event a
 * trace. Ids are new in every body. The same state gives the same spans in both encodings.
 */
typedef struct
{
  guint64 seed;
  guint64 body;    /* bodies made so far */
  guint64 span;    /* spans made so far */
  gboolean unique; /* every attribute value is new, which no program does */
  guint files;     /* the spans' files, in turn; 0: one for each depth */
} OtlpGen;

#define OTLP_GEN_TRACE 8

void otlp_gen_init (OtlpGen *self, guint64 seed);
void otlp_gen_protobuf (OtlpGen *self, guint spans, FlowBuffer *out);
void otlp_gen_json (OtlpGen *self, guint spans, GString *out);

G_END_DECLS
