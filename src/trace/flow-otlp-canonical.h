/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "trace/flow-otlp-schema.h"
#include "trace/flow-otlp-wire.h"

G_BEGIN_DECLS

/**
 * FlowOtlpCanonical:
 * @repair: replace what is not UTF-8 in strings, instead of giving up
 * @repaired: (out): strings that were repaired
 * @bad_text: (out): gave up over a string that is not UTF-8
 * @why: (out): gave up over this, a constant text
 *
 * Checks a protobuf message of the schema and writes it again in one form: known fields only, shortest numbers, no
 * default values, a field that came more than once merged as protobuf says. So the same resource, scope, metric or
 * value has the same bytes however it was sent, and whoever reads them later needs to check little.
 */
typedef struct
{
  gboolean repair;
  guint repaired;
  gboolean bad_text;
  const char *why;

  /*< private >*/
  gsize merged;
} FlowOtlpCanonical;

gboolean flow_otlp_canonical (FlowOtlpCanonical *self, FlowOtlpMessage message, FlowWire in, guint32 omit, guint depth,
                              FlowBuffer *out);
gboolean flow_otlp_canonical_child (FlowOtlpCanonical *self, guint32 number, FlowOtlpMessage message, FlowWire in,
                                    guint32 omit, guint depth, FlowBuffer *out);

const char *flow_otlp_wire_problem (guint32 tag, const FlowOtlpField *field);

G_END_DECLS
