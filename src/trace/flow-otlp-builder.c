/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "flow-trace"

#include "trace/flow-otlp-builder.h"

#include "trace/flow-utf8.h"

static const gsize row_sizes[] = { sizeof (FlowSpan), sizeof (FlowLog), sizeof (FlowPoint) };

FlowOtlpBuilder *
flow_otlp_builder_new (FlowSignal signal)
{
  FlowOtlpBuilder *self = g_new0 (FlowOtlpBuilder, 1);

  self->batch = g_new0 (FlowSpanBatch, 1);
  g_atomic_ref_count_init (&self->batch->references);
  self->batch->signal = signal;
  self->batch->strings = self->strings = flow_dictionary_new ();
  self->extra = &self->batch->extra;
  return self;
}

void
flow_otlp_builder_free (FlowOtlpBuilder *self)
{
  g_clear_pointer (&self->batch, flow_span_batch_unref);
  flow_buffer_clear (&self->scratch);
  flow_buffer_clear (&self->resource_header);
  flow_buffer_clear (&self->scope_header);
  flow_buffer_clear (&self->row);
  g_free (self);
}

/**
 * flow_otlp_builder_grow:
 *
 * Make room for one more row.
 *
 * Returns: (nullable): where it goes, not initialised; it is in the batch once n_rows counts it. %NULL when there
 *   are too many; the row is then counted as refused
 */
gpointer
flow_otlp_builder_grow (FlowOtlpBuilder *self)
{
  FlowSpanBatch *batch = self->batch;
  gsize size = row_sizes[batch->signal];

  if (G_UNLIKELY (batch->n_rows == self->row_capacity))
    {
      if (batch->n_rows >= FLOW_OTLP_MAX_ROWS)
        {
          flow_otlp_refuse (self, FLOW_OTLP_TOO_MANY_ROWS);
          return NULL;
        }
      self->row_capacity = MAX (self->row_capacity * 2, 16);
      batch->spans = g_realloc_n (batch->spans, self->row_capacity, size);
    }
  return (guint8 *) batch->spans + batch->n_rows * size;
}

/** flow_otlp_builder_fail: remember the first reason why the request is refused; answers %FALSE. */
gboolean
flow_otlp_builder_fail (FlowOtlpBuilder *self, const guint8 *where, const char *why)
{
  if (self->why == NULL)
    {
      self->why = why;
      self->where = where;
    }
  return FALSE;
}

/** flow_otlp_builder_fail_tag: fail over a field that could not be read. */
gboolean
flow_otlp_builder_fail_tag (FlowOtlpBuilder *self, FlowOtlpMessage message, const guint8 *where, guint32 tag)
{
  return flow_otlp_builder_fail (self, where,
                                 flow_otlp_wire_problem (tag, flow_otlp_field_by_number (message, tag >> 3)));
}

static gboolean
fail_canonical (FlowOtlpBuilder *self, const guint8 *where)
{
  return flow_otlp_builder_fail (self, where, self->canonical.why != NULL ? self->canonical.why : "not UTF-8");
}

/** flow_otlp_builder_text: intern a string, which must be UTF-8. */
gboolean
flow_otlp_builder_text (FlowOtlpBuilder *self, FlowWire text, guint32 *id)
{
  gsize length = flow_wire_left (&text);

  if (G_UNLIKELY (!flow_utf8_valid (text.at, length)))
    {
      self->canonical.bad_text = TRUE;
      return fail_canonical (self, text.at);
    }
  *id = flow_dictionary_intern (self->strings, text.at, length);
  return TRUE;
}

/* The value of service.name in a canonical ResourceSpans header. */
static guint32
find_service (FlowOtlpBuilder *self, FlowWire header)
{
  FlowWire resource, attribute, key, value, text;
  guint32 tag, service = 0;

  if (!flow_wire_tag (&header, &tag) || tag != FLOW_WIRE_TAG (1, BYTES) || !flow_wire_bytes (&header, &resource))
    return 0;
  while (flow_wire_tag (&resource, &tag))
    {
      if (tag != FLOW_WIRE_TAG (1, BYTES) || !flow_wire_bytes (&resource, &attribute))
        {
          flow_wire_skip (&resource, tag);
          continue;
        }
      key = value = (FlowWire) { NULL, NULL };
      while (flow_wire_tag (&attribute, &tag))
        flow_wire_bytes (&attribute, tag == FLOW_WIRE_TAG (1, BYTES) ? &key : &value);
      if (flow_wire_left (&key) == 12 && memcmp (key.at, "service.name", 12) == 0 && flow_wire_tag (&value, &tag) &&
          tag == FLOW_WIRE_TAG (1, BYTES) && flow_wire_bytes (&value, &text))
        service = flow_dictionary_intern (self->strings, text.at, flow_wire_left (&text));
    }
  return service;
}

static gboolean
intern_canonical (FlowOtlpBuilder *self, FlowOtlpMessage message, FlowWire in, guint depth, guint32 *id)
{
  self->scratch.length = 0;
  if (!flow_otlp_canonical (&self->canonical, message, in, 0, depth, &self->scratch))
    return fail_canonical (self, in.at);
  *id = flow_dictionary_intern (self->strings, self->scratch.data, self->scratch.length);
  return TRUE;
}

static guint32
intern_resource (FlowOtlpBuilder *self, FlowBatchResource resource)
{
  FlowSpanBatch *batch = self->batch;

  for (guint i = 0; i < MIN (batch->n_resources, 16); i++)
    if (batch->resources[batch->n_resources - 1 - i].header == resource.header)
      return batch->n_resources - 1 - i;
  if (batch->n_resources == self->resource_capacity)
    {
      self->resource_capacity = MAX (self->resource_capacity * 2, 1);
      batch->resources = g_renew (FlowBatchResource, batch->resources, self->resource_capacity);
    }
  batch->resources[batch->n_resources] = resource;
  return batch->n_resources++;
}

/**
 * flow_otlp_builder_resource:
 * @first: its first row
 *
 * End a resource: the rows from @first on are those of @resource_header, a ResourceSpans, ResourceLogs or
 * ResourceMetrics without its scopes.
 */
gboolean
flow_otlp_builder_resource (FlowOtlpBuilder *self, guint32 first)
{
  FlowSpanBatch *batch = self->batch;
  FlowBatchResource resource = { 0 };
  guint32 index;

  if (!intern_canonical (self, FLOW_OTLP_RESOURCE_SPANS, flow_wire_from_buffer (&self->resource_header), 0,
                         &resource.header))
    return FALSE;
  resource.service = find_service (self, flow_wire_from_buffer (&self->scratch));
  if (resource.service == 0)
    self->problems[FLOW_OTLP_NO_SERVICE]++;
  index = intern_resource (self, resource);
  for (guint32 i = first; i < batch->n_rows; i++)
    switch (batch->signal)
      {
      case FLOW_SIGNAL_LOGS:
        batch->logs[i].resource = index;
        break;
      case FLOW_SIGNAL_METRICS:
        batch->points[i].resource = index;
        break;
      default:
        batch->spans[i].resource = index;
      }
  return TRUE;
}

/** flow_otlp_builder_scope: end a scope: the rows from @first on are those of @scope_header, a ScopeSpans .... */
gboolean
flow_otlp_builder_scope (FlowOtlpBuilder *self, guint32 first)
{
  FlowSpanBatch *batch = self->batch;
  guint32 scope = 0;

  if (!intern_canonical (self, FLOW_OTLP_SCOPE_SPANS, flow_wire_from_buffer (&self->scope_header), 0, &scope))
    return FALSE;
  for (guint32 i = first; i < batch->n_rows; i++)
    switch (batch->signal)
      {
      case FLOW_SIGNAL_LOGS:
        batch->logs[i].scope = scope;
        break;
      case FLOW_SIGNAL_METRICS:
        batch->points[i].scope = scope;
        break;
      default:
        batch->spans[i].scope = scope;
      }
  return TRUE;
}

/* One member of an AnyValue. Answers %FALSE when it is none that this version knows. */
static gboolean
read_member (FlowWire *in, guint32 tag, FlowAttribute *attribute, FlowWire *bytes, gboolean *known)
{
  guint64 value;

  *known = TRUE;
  switch (tag)
    {
    case FLOW_WIRE_TAG (1, BYTES):
      attribute->type = FLOW_VALUE_STRING;
      return flow_wire_bytes (in, bytes);
    case FLOW_WIRE_TAG (2, VARINT):
      if (!flow_wire_varint (in, &value))
        return FALSE;
      attribute->type = value != 0 ? FLOW_VALUE_TRUE : FLOW_VALUE_FALSE;
      return TRUE;
    case FLOW_WIRE_TAG (3, VARINT):
      attribute->type = FLOW_VALUE_INT;
      if (!flow_wire_varint (in, &value))
        return FALSE;
      attribute->value.integer = (gint64) value;
      return TRUE;
    case FLOW_WIRE_TAG (4, FIXED64):
      attribute->type = FLOW_VALUE_DOUBLE;
      if (!flow_wire_fixed64 (in, &value))
        return FALSE;
      memcpy (&attribute->value.number, &value, 8);
      return TRUE;
    case FLOW_WIRE_TAG (5, BYTES):
    case FLOW_WIRE_TAG (6, BYTES):
      attribute->type = FLOW_VALUE_ANY;
      return flow_wire_bytes (in, bytes);
    case FLOW_WIRE_TAG (7, BYTES):
      attribute->type = FLOW_VALUE_BYTES;
      return flow_wire_bytes (in, bytes);
    default:
      *known = FALSE;
      return flow_wire_skip (in, tag);
    }
}

/**
 * flow_otlp_builder_value:
 * @attribute: (out): its type and value; the key is left alone
 *
 * Read an AnyValue and intern its strings.
 */
gboolean
flow_otlp_builder_value (FlowOtlpBuilder *self, FlowWire any_value, FlowAttribute *attribute)
{
  g_auto (FlowBuffer) simple = { 0 };
  FlowWire in = any_value, bytes = { NULL, NULL };
  guint members = 0;
  guint32 tag;

  attribute->type = FLOW_VALUE_EMPTY;
  attribute->value.integer = 0;
  while (in.at < in.end)
    {
      const guint8 *where = in.at;
      gboolean known;

      if (!flow_wire_tag (&in, &tag))
        return flow_otlp_builder_fail_tag (self, FLOW_OTLP_ANY_VALUE, where, 0);
      if (!read_member (&in, tag, attribute, &bytes, &known) ||
          (!known && flow_otlp_field_by_number (FLOW_OTLP_ANY_VALUE, tag >> 3) != NULL))
        return flow_otlp_builder_fail_tag (self, FLOW_OTLP_ANY_VALUE, where, tag);
      members += known;
      if (members > 1)
        break;
    }
  if (G_UNLIKELY (members > 1))
    {
      if (!flow_otlp_canonical (&self->canonical, FLOW_OTLP_ANY_VALUE, any_value, 0, 1, &simple))
        return fail_canonical (self, any_value.at);
      return flow_otlp_builder_value (self, flow_wire_from_buffer (&simple), attribute);
    }
  if (attribute->type == FLOW_VALUE_STRING)
    return flow_otlp_builder_text (self, bytes, &attribute->value.string);
  if (attribute->type == FLOW_VALUE_ANY)
    return intern_canonical (self, FLOW_OTLP_ANY_VALUE, any_value, 1, &attribute->value.string);
  if (attribute->type == FLOW_VALUE_BYTES)
    attribute->value.string = flow_dictionary_intern (self->strings, bytes.at, flow_wire_left (&bytes));
  return TRUE;
}

static void
encode_seen (FlowOtlpSeen *seen)
{
  const FlowAttribute *attribute = &seen->attribute;
  guint8 *at = flow_varint_put (seen->encoded, (guint64) attribute->key << 3 | attribute->type);

  switch (attribute->type)
    {
    case FLOW_VALUE_STRING:
    case FLOW_VALUE_ANY:
    case FLOW_VALUE_BYTES:
      at = flow_varint_put (at, attribute->value.string);
      break;
    case FLOW_VALUE_INT:
      at = flow_varint_put (at, flow_zigzag (attribute->value.integer));
      break;
    case FLOW_VALUE_DOUBLE:
      memcpy (at, &attribute->value.number, 8);
      at += 8;
      break;
    case FLOW_VALUE_FALSE:
    case FLOW_VALUE_TRUE:
    case FLOW_VALUE_EMPTY:
    default:
      break;
    }
  seen->encoded_length = (guint8) (at - seen->encoded);
}

/**
 * flow_otlp_builder_new_attribute:
 * @seen: (out): what it is; @seen->bytes points into the request
 *
 * Read a KeyValue that was not seen before.
 */
gboolean
flow_otlp_builder_new_attribute (FlowOtlpBuilder *self, FlowWire key_value, FlowOtlpSeen *seen)
{
  FlowWire in = key_value, key = { NULL, NULL }, value = { NULL, NULL };
  guint keys = 0, values = 0;
  guint32 tag;

  seen->bytes = NULL;
  while (in.at < in.end)
    {
      const guint8 *where = in.at;
      gboolean done;

      if (!flow_wire_tag (&in, &tag))
        return flow_otlp_builder_fail_tag (self, FLOW_OTLP_KEY_VALUE, where, 0);
      if (tag == FLOW_WIRE_TAG (1, BYTES))
        done = flow_wire_bytes (&in, &key) && ++keys;
      else if (tag == FLOW_WIRE_TAG (2, BYTES))
        done = flow_wire_bytes (&in, &value) && ++values;
      else
        done = tag >> 3 > 2 && flow_wire_skip (&in, tag);
      if (G_UNLIKELY (!done))
        return flow_otlp_builder_fail_tag (self, FLOW_OTLP_KEY_VALUE, where, tag);
    }
  if (G_UNLIKELY (values > 1))
    {
      g_auto (FlowBuffer) simple = { 0 };

      if (!flow_otlp_canonical (&self->canonical, FLOW_OTLP_KEY_VALUE, key_value, 0, 0, &simple))
        return fail_canonical (self, key_value.at);
      if (!flow_otlp_builder_new_attribute (self, flow_wire_from_buffer (&simple), seen))
        return FALSE;
      seen->bytes = NULL;
      return TRUE;
    }
  if (!flow_otlp_builder_text (self, key, &seen->attribute.key) ||
      !flow_otlp_builder_value (self, value, &seen->attribute))
    return FALSE;
  encode_seen (seen);
  seen->bytes = key_value.at;
  seen->length = (guint32) flow_wire_left (&key_value);
  return TRUE;
}

/**
 * flow_otlp_builder_attributes:
 * @message: an event, link ..., whose framing was checked
 * @tag: of its attributes
 *
 * Append a count and all attributes of a message to the extra bytes.
 */
gboolean
flow_otlp_builder_attributes (FlowOtlpBuilder *self, FlowWire message, guint32 tag, FlowOtlpFacts *facts)
{
  gsize start = self->extra->length;
  guint64 count = 0;
  FlowWire attribute;
  guint32 found;

  flow_buffer_put_u8 (self->extra, 0);
  while (message.at < message.end && flow_wire_tag (&message, &found))
    {
      if (found != tag)
        {
          flow_wire_skip (&message, found);
          continue;
        }
      if (!flow_wire_bytes (&message, &attribute) || !flow_otlp_builder_attribute (self, attribute, facts))
        return FALSE;
      count++;
    }
  flow_otlp_builder_count (self, start, count);
  return TRUE;
}

/** flow_otlp_builder_count: put @count into the byte that was kept free for it at @start, with room made if needed. */
void
flow_otlp_builder_count (FlowOtlpBuilder *self, gsize start, guint64 count)
{
  guint size = flow_varint_size (count);
  gsize rest = self->extra->length - start - 1;

  if (G_UNLIKELY (size > 1))
    {
      flow_buffer_reserve (self->extra, size);
      memmove (self->extra->data + start + size, self->extra->data + start + 1, rest);
      self->extra->length += size - 1;
    }
  flow_varint_put (self->extra->data + start, count);
}

/** flow_otlp_builder_put_number: append a field with a number, unless it is 0. */
void
flow_otlp_builder_put_number (FlowOtlpBuilder *self, FlowField field, guint64 number)
{
  if (number == 0)
    return;
  flow_buffer_put_u8 (self->extra, (guint8) field);
  flow_buffer_put_varint (self->extra, number);
}

/** flow_otlp_builder_put_text: append a field with a string, unless it is empty. */
gboolean
flow_otlp_builder_put_text (FlowOtlpBuilder *self, FlowField field, FlowWire text)
{
  guint32 id;

  if (!flow_otlp_builder_text (self, text, &id))
    return FALSE;
  flow_otlp_builder_put_number (self, field, id);
  return TRUE;
}

/* What a developer reads in the terminal of the program that sent the rows. */
static const char *const problem_texts[FLOW_OTLP_N_PROBLEMS] = {
  [FLOW_OTLP_BAD_TRACE_ID] = "refused, the trace id is not 16 bytes (32 hex digits) or is all zero",
  [FLOW_OTLP_BAD_SPAN_ID] = "refused, the span id is not 8 bytes (16 hex digits) or is all zero",
  [FLOW_OTLP_BAD_PARENT_ID] = "refused, the parent span id is not 8 bytes (16 hex digits)",
  [FLOW_OTLP_TOO_MANY_ROWS] = "refused, one request may hold 4194304",
  [FLOW_OTLP_NO_SERVICE] = "without a service.name: set OTEL_SERVICE_NAME, or programs cannot be told apart",
  [FLOW_OTLP_CLOCK] = "kept although the end is before the start: the clock was set back, or the two are swapped",
  [FLOW_OTLP_BAD_LINK] = "left out, the ids are not 16 and 8 bytes",
  [FLOW_OTLP_BAD_LOG_ID] = "kept without trace, the ids are not 16 and 8 bytes",
  [FLOW_OTLP_BAD_TEXT] = "not UTF-8, the bad bytes became U+FFFD",
};

static const char *
problem_noun (FlowSignal signal, FlowOtlpProblem problem, gboolean one)
{
  static const char *const rows[][2] = { { "span", "spans" },
                                         { "log record", "log records" },
                                         { "data point", "data points" } };

  switch (problem)
    {
    case FLOW_OTLP_NO_SERVICE:
      return one ? "resource" : "resources";
    case FLOW_OTLP_BAD_LINK:
      return one ? "link" : "links";
    case FLOW_OTLP_BAD_TEXT:
      return one ? "string" : "strings";
    default:
      return rows[signal][one ? 0 : 1];
    }
}

/**
 * flow_otlp_builder_finish:
 *
 * Sum up what was wrong and give the batch away.
 */
FlowSpanBatch *
flow_otlp_builder_finish (FlowOtlpBuilder *self)
{
  g_autoptr (GString) text = g_string_new (NULL);
  FlowSpanBatch *batch = self->batch;

  for (guint i = 0; i < FLOW_OTLP_N_PROBLEMS; i++)
    {
      guint32 count = self->problems[i];

      if (count == 0)
        continue;
      g_string_append_printf (text, "%s%u %s %s", text->len > 0 ? "; " : "", count,
                              problem_noun (batch->signal, (FlowOtlpProblem) i, count == 1), problem_texts[i]);
    }
  if (text->len > 0)
    batch->message = g_string_free (g_steal_pointer (&text), FALSE);
  return g_steal_pointer (&self->batch);
}
