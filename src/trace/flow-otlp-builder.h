/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "trace/flow-otlp-canonical.h"
#include "trace/flow-otlp-facts.h"
#include "trace/flow-otlp-schema.h"
#include "trace/flow-otlp-wire.h"
#include "trace/flow-span-batch.h"

G_BEGIN_DECLS

/** FLOW_OTLP_MAX_ROWS: rows of one request; more are refused, so that tiny rows cannot fill the memory. */
#define FLOW_OTLP_MAX_ROWS (1u << 22)

/** FlowOtlpProblem: what can be wrong with a row or worth a warning; counted for a whole batch. */
typedef enum
{
  FLOW_OTLP_BAD_TRACE_ID,
  FLOW_OTLP_BAD_SPAN_ID,
  FLOW_OTLP_BAD_PARENT_ID,
  FLOW_OTLP_TOO_MANY_ROWS,
  FLOW_OTLP_LAST_REFUSAL = FLOW_OTLP_TOO_MANY_ROWS,
  FLOW_OTLP_NO_SERVICE,
  FLOW_OTLP_CLOCK,
  FLOW_OTLP_BAD_LINK,
  FLOW_OTLP_BAD_LOG_ID,
  FLOW_OTLP_BAD_TEXT,
  FLOW_OTLP_N_PROBLEMS,
} FlowOtlpProblem;

/* A KeyValue that was seen in this request: telemetry repeats itself, and to compare bytes is faster than to read
 * and hash them. */
typedef struct
{
  const guint8 *bytes;
  guint32 length;
  guint8 encoded_length;
  guint8 encoded[16]; /* in the form of an extra */
  FlowAttribute attribute;
} FlowOtlpSeen;

#define FLOW_OTLP_SEEN_BITS 9

/* The same for the names of spans. */
typedef struct
{
  const guint8 *bytes;
  guint32 length;
  guint32 id;
} FlowOtlpSeenName;

/**
 * FlowOtlpBuilder:
 *
 * A [struct@FlowSpanBatch] in the making: rows, strings, problems, and where in the request the decoder stands.
 * Lives for one request.
 */
typedef struct
{
  FlowSpanBatch *batch;
  FlowDictionary *strings;
  FlowBuffer *extra;
  guint32 row_capacity;
  guint32 resource_capacity;
  guint32 problems[FLOW_OTLP_N_PROBLEMS];
  FlowOtlpCanonical canonical;
  FlowBuffer scratch;
  FlowBuffer resource_header; /* protobuf of what holds for all rows of a resource */
  FlowBuffer scope_header;
  FlowBuffer row; /* what a row needs to put together */

  /* Where it stands, for messages */
  guint resource_index, scope_index, row_index;
  const char *why;
  const guint8 *where;

  FlowOtlpSeen seen[1 << FLOW_OTLP_SEEN_BITS];
  FlowOtlpSeenName names[1 << FLOW_OTLP_SEEN_BITS];
} FlowOtlpBuilder;

FlowOtlpBuilder *flow_otlp_builder_new (FlowSignal signal);
void flow_otlp_builder_free (FlowOtlpBuilder *self);
FlowSpanBatch *flow_otlp_builder_finish (FlowOtlpBuilder *self);
gpointer flow_otlp_builder_grow (FlowOtlpBuilder *self);
gboolean flow_otlp_builder_fail (FlowOtlpBuilder *self, const guint8 *where, const char *why);
gboolean flow_otlp_builder_fail_tag (FlowOtlpBuilder *self, FlowOtlpMessage message, const guint8 *where, guint32 tag);
gboolean flow_otlp_builder_text (FlowOtlpBuilder *self, FlowWire text, guint32 *id);
gboolean flow_otlp_builder_resource (FlowOtlpBuilder *self, guint32 first);
gboolean flow_otlp_builder_scope (FlowOtlpBuilder *self, guint32 first);
gboolean flow_otlp_builder_new_attribute (FlowOtlpBuilder *self, FlowWire key_value, FlowOtlpSeen *seen);
gboolean flow_otlp_builder_value (FlowOtlpBuilder *self, FlowWire any_value, FlowAttribute *attribute);
gboolean flow_otlp_builder_attributes (FlowOtlpBuilder *self, FlowWire message, guint32 tag, FlowOtlpFacts *facts);
void flow_otlp_builder_put_number (FlowOtlpBuilder *self, FlowField field, guint64 number);
gboolean flow_otlp_builder_put_text (FlowOtlpBuilder *self, FlowField field, FlowWire text);
void flow_otlp_builder_count (FlowOtlpBuilder *self, gsize start, guint64 count);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FlowOtlpBuilder, flow_otlp_builder_free)

/** flow_otlp_refuse: count a row that is not kept. */
static inline void
flow_otlp_refuse (FlowOtlpBuilder *self, FlowOtlpProblem problem)
{
  self->problems[problem]++;
  self->batch->rejected++;
}

static inline guint
flow_otlp_seen_slot (const guint8 *bytes, gsize length)
{
  guint64 first, middle, last;

  memcpy (&first, bytes, 8);
  memcpy (&middle, bytes + length / 2 - 4, 8);
  memcpy (&last, bytes + length - 8, 8);
  first = (first ^ length) * 0x9e3779b97f4a7c15u;
  middle = (middle ^ (first >> 32)) * 0xff51afd7ed558ccdu;
  last = (last ^ (middle >> 32)) * 0xc4ceb9fe1a85ec53u;
  return (guint) ((first ^ middle ^ last) >> (64 - FLOW_OTLP_SEEN_BITS));
}

/** flow_otlp_is_zero: whether an id is absent: empty or all zero. */
static inline gboolean
flow_otlp_is_zero (const guint8 *id, gsize length)
{
  guint8 bits = 0;

  for (gsize i = 0; i < length; i++)
    bits |= id[i];
  return bits == 0;
}

/* Short ones are by far the most, so no call. At least 8 bytes. */
static inline gboolean
flow_otlp_same_bytes (const guint8 *a, const guint8 *b, gsize length)
{
  guint64 left, right, difference = 0;

  if (G_UNLIKELY (length > 128))
    return memcmp (a, b, length) == 0;
  for (gsize i = 0; i + 8 < length; i += 8)
    {
      memcpy (&left, a + i, 8);
      memcpy (&right, b + i, 8);
      difference |= left ^ right;
    }
  memcpy (&left, a + length - 8, 8);
  memcpy (&right, b + length - 8, 8);
  return (difference | (left ^ right)) == 0;
}

/** flow_otlp_builder_attribute: append one KeyValue to the extra bytes of the row that is being made. */
static inline gboolean
flow_otlp_builder_attribute (FlowOtlpBuilder *self, FlowWire key_value, FlowOtlpFacts *facts)
{
  gsize length = flow_wire_left (&key_value);
  FlowOtlpSeen other;
  FlowOtlpSeen *seen = &other;

  if (G_LIKELY (length >= 8))
    seen = &self->seen[flow_otlp_seen_slot (key_value.at, length)];
  else
    other.bytes = NULL;
  if (seen->bytes == NULL || seen->length != length || !flow_otlp_same_bytes (seen->bytes, key_value.at, length))
    if (!flow_otlp_builder_new_attribute (self, key_value, seen))
      return FALSE;
  memcpy (flow_buffer_reserve (self->extra, sizeof seen->encoded), seen->encoded, sizeof seen->encoded);
  self->extra->length += seen->encoded_length;
  if (seen->attribute.key <= FLOW_KEY_LAST && facts != NULL)
    flow_otlp_facts_note (facts, self->strings, &seen->attribute);
  return TRUE;
}

/** flow_otlp_builder_name: as flow_otlp_builder_text(), for what many rows share and what stands in the request. */
static inline gboolean
flow_otlp_builder_name (FlowOtlpBuilder *self, FlowWire text, guint32 *id)
{
  gsize length = flow_wire_left (&text);
  FlowOtlpSeenName *seen;

  if (length < 8)
    return flow_otlp_builder_text (self, text, id);
  seen = &self->names[flow_otlp_seen_slot (text.at, length)];
  if (seen->bytes == NULL || seen->length != length || !flow_otlp_same_bytes (seen->bytes, text.at, length))
    {
      if (!flow_otlp_builder_text (self, text, &seen->id))
        return FALSE;
      seen->bytes = text.at;
      seen->length = (guint32) length;
    }
  *id = seen->id;
  return TRUE;
}

G_END_DECLS
