/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "flow-trace"

#include "trace/flow-otlp-encode-rows.h"

#include "trace/flow-otlp-builder.h"

#define TAG FLOW_WIRE_TAG

/** flow_otlp_encode_text: append a string field, unless it is empty. */
void
flow_otlp_encode_text (const FlowDictionary *strings, guint32 id, guint number, FlowBuffer *out)
{
  gsize length;
  const char *text = flow_dictionary_get (strings, id, &length);

  if (length > 0)
    flow_wire_put_bytes (out, number, text, length);
}

/** flow_otlp_encode_value: append an attribute's value as an AnyValue. */
void
flow_otlp_encode_value (const FlowDictionary *strings, const FlowAttribute *attribute, guint number, FlowBuffer *out)
{
  gsize start = flow_wire_open (out, TAG (number, BYTES), 1), length;
  const char *bytes;
  guint64 bits;

  switch (attribute->type)
    {
    case FLOW_VALUE_STRING:
    case FLOW_VALUE_BYTES:
      bytes = flow_dictionary_get (strings, attribute->value.string, &length);
      flow_wire_put_bytes (out, attribute->type == FLOW_VALUE_STRING ? 1 : 7, bytes, length);
      break;
    case FLOW_VALUE_FALSE:
    case FLOW_VALUE_TRUE:
      flow_wire_put_varint (out, 2, attribute->type == FLOW_VALUE_TRUE);
      break;
    case FLOW_VALUE_INT:
      flow_wire_put_varint (out, 3, (guint64) attribute->value.integer);
      break;
    case FLOW_VALUE_DOUBLE:
      memcpy (&bits, &attribute->value.number, 8);
      flow_wire_put_fixed64 (out, 4, bits);
      break;
    case FLOW_VALUE_ANY:
      bytes = flow_dictionary_get (strings, attribute->value.string, &length);
      flow_buffer_put (out, bytes, length);
      break;
    case FLOW_VALUE_EMPTY:
    default:
      break;
    }
  flow_wire_close (out, start, 1);
}

/** flow_otlp_encode_attribute: append a KeyValue. */
void
flow_otlp_encode_attribute (const FlowDictionary *strings, const FlowAttribute *attribute, guint number,
                            FlowBuffer *out)
{
  gsize start = flow_wire_open (out, TAG (number, BYTES), 1);

  flow_otlp_encode_text (strings, attribute->key, 1, out);
  flow_otlp_encode_value (strings, attribute, 2, out);
  flow_wire_close (out, start, 1);
}

/** flow_otlp_encode_attributes: append @count KeyValues from an extra; %FALSE when it is damaged. */
gboolean
flow_otlp_encode_attributes (const FlowDictionary *strings, FlowExtraReader *reader, guint64 count, guint number,
                             FlowBuffer *out)
{
  FlowAttribute attribute;

  for (guint64 i = 0; i < count; i++)
    {
      if (!flow_extra_reader_attribute (reader, &attribute))
        return FALSE;
      flow_otlp_encode_attribute (strings, &attribute, number, out);
    }
  return TRUE;
}

static void
put_number (FlowBuffer *out, guint number, guint64 value)
{
  if (value != 0)
    flow_wire_put_varint (out, number, value);
}

static void
put_flags (FlowBuffer *out, guint number, guint64 value)
{
  if (value != 0)
    flow_wire_put_fixed32 (out, number, (guint32) value);
}

static gboolean
put_event (const FlowSpanBatch *batch, const FlowSpan *span, const FlowExtraItem *item, FlowExtraReader *reader,
           FlowBuffer *out)
{
  guint64 time_ns = span->start_ns + item->number;
  gsize start = flow_wire_open (out, TAG (11, BYTES), 1);
  gboolean done;

  if (time_ns != 0)
    flow_wire_put_fixed64 (out, 1, time_ns);
  flow_otlp_encode_text (batch->strings, item->name, 2, out);
  done = flow_otlp_encode_attributes (batch->strings, reader, item->count, 3, out);
  put_number (out, 4, item->dropped);
  flow_wire_close (out, start, 1);
  return done;
}

static gboolean
put_link (const FlowSpanBatch *batch, const FlowExtraItem *item, FlowExtraReader *reader, FlowBuffer *out)
{
  gsize start = flow_wire_open (out, TAG (13, BYTES), 1);
  gboolean done;

  if (!flow_otlp_is_zero (item->ids, 16))
    flow_wire_put_bytes (out, 1, item->ids, 16);
  if (!flow_otlp_is_zero (item->ids + 16, 8))
    flow_wire_put_bytes (out, 2, item->ids + 16, 8);
  flow_otlp_encode_text (batch->strings, item->name, 3, out);
  done = flow_otlp_encode_attributes (batch->strings, reader, item->count, 4, out);
  put_number (out, 5, item->dropped);
  put_flags (out, 6, item->number);
  flow_wire_close (out, start, 1);
  return done;
}

/* A field behind the attributes; the status message waits for the code. */
static gboolean
put_field (const FlowSpanBatch *batch, const FlowSpan *span, const FlowExtraItem *item, FlowExtraReader *reader,
           guint32 *status_message, FlowBuffer *out)
{
  switch (item->field)
    {
    case FLOW_FIELD_TRACE_STATE:
      flow_otlp_encode_text (batch->strings, (guint32) item->number, 3, out);
      return TRUE;
    case FLOW_FIELD_DROPPED_ATTRIBUTES:
      put_number (out, 10, item->number);
      return TRUE;
    case FLOW_FIELD_EVENT:
      return put_event (batch, span, item, reader, out);
    case FLOW_FIELD_DROPPED_EVENTS:
      put_number (out, 12, item->number);
      return TRUE;
    case FLOW_FIELD_LINK:
      return put_link (batch, item, reader, out);
    case FLOW_FIELD_DROPPED_LINKS:
      put_number (out, 14, item->number);
      return TRUE;
    case FLOW_FIELD_STATUS_MESSAGE:
      *status_message = (guint32) item->number;
      return TRUE;
    case FLOW_FIELD_FLAGS:
      put_flags (out, 16, item->number);
      return TRUE;
    default:
      return item->count == 0;
    }
}

static void
put_status (const FlowSpanBatch *batch, const FlowSpan *span, guint32 message, FlowBuffer *out)
{
  gsize start;

  if (span->status == 0 && message == 0)
    return;
  start = flow_wire_open (out, TAG (15, BYTES), 1);
  flow_otlp_encode_text (batch->strings, message, 2, out);
  put_number (out, 3, span->status);
  flow_wire_close (out, start, 1);
}

/** flow_otlp_encode_span: append a Span as field 2 of ScopeSpans. */
void
flow_otlp_encode_span (const FlowSpanBatch *batch, const FlowSpan *span, FlowBuffer *out)
{
  gsize start = flow_wire_open (out, TAG (2, BYTES), 2);
  guint32 status_message = 0;
  FlowExtraReader reader;
  FlowExtraItem item;
  guint64 attributes;

  flow_wire_put_bytes (out, 1, span->trace_id, 16);
  flow_wire_put_bytes (out, 2, &span->span_id, 8);
  if (span->parent_id != 0)
    flow_wire_put_bytes (out, 4, &span->parent_id, 8);
  flow_otlp_encode_text (batch->strings, span->name, 5, out);
  put_number (out, 6, span->kind);
  if (span->start_ns != 0)
    flow_wire_put_fixed64 (out, 7, span->start_ns);
  if (span->end_ns != 0)
    flow_wire_put_fixed64 (out, 8, span->end_ns);
  if (flow_extra_reader_init (&reader, flow_span_batch_extra (batch, span->extra), span->extra_length, &attributes) &&
      flow_otlp_encode_attributes (batch->strings, &reader, attributes, 9, out))
    while (flow_extra_reader_field (&reader, &item))
      if (!put_field (batch, span, &item, &reader, &status_message, out))
        break;
  put_status (batch, span, status_message, out);
  flow_wire_close (out, start, 2);
}
