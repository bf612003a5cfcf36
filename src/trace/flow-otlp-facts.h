/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "trace/flow-attribute.h"
#include "trace/flow-dictionary.h"

G_BEGIN_DECLS

/**
 * FlowOtlpFacts:
 *
 * What the well-known attributes of one row say about where in the code it is and whether it failed. Semantic
 * conventions 1.44, and the names that were common before. Zero-initialise for each row.
 */
typedef struct
{
  guint32 file, old_file; /* dictionary ids */
  guint32 line, old_line;
  gint64 http_status;
  gboolean failed;
} FlowOtlpFacts;

void flow_otlp_facts_note (FlowOtlpFacts *self, FlowDictionary *strings, const FlowAttribute *attribute);
gboolean flow_otlp_facts_is_error (const FlowOtlpFacts *self, guint status, guint kind);

static inline guint32
flow_otlp_facts_file (const FlowOtlpFacts *self)
{
  return self->file != 0 ? self->file : self->old_file;
}

static inline guint32
flow_otlp_facts_line (const FlowOtlpFacts *self)
{
  return self->line != 0 ? self->line : self->old_line;
}

G_END_DECLS
