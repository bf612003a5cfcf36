/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "flow-trace"

#include "trace/flow-otlp-encode-rows.h"

#include "trace/flow-otlp-builder.h"

/* The record's own two times, from the row's time and the distance that put_observed() of the decoder wrote. */
static void
put_times (const FlowLog *log, gboolean has_distance, guint64 distance, FlowBuffer *out)
{
  guint64 other = log->time_ns + distance;
  gboolean only_observed = has_distance && other == 0;

  if (log->time_ns != 0)
    flow_wire_put_fixed64 (out, only_observed ? 11 : 1, log->time_ns);
  if (has_distance && other != 0)
    flow_wire_put_fixed64 (out, 11, other);
}

static gboolean
put_field (const FlowSpanBatch *batch, const FlowExtraItem *item, FlowExtraReader *reader, FlowBuffer *out)
{
  FlowAttribute body;

  switch (item->field)
    {
    case FLOW_FIELD_DROPPED_ATTRIBUTES:
      flow_wire_put_varint (out, 7, item->number);
      return TRUE;
    case FLOW_FIELD_FLAGS:
      flow_wire_put_fixed32 (out, 8, (guint32) item->number);
      return TRUE;
    case FLOW_FIELD_BODY:
      if (!flow_extra_reader_attribute (reader, &body))
        return FALSE;
      flow_otlp_encode_value (batch->strings, &body, 5, out);
      return TRUE;
    case FLOW_FIELD_EVENT_NAME:
      flow_otlp_encode_text (batch->strings, (guint32) item->number, 12, out);
      return TRUE;
    case FLOW_FIELD_SEVERITY_TEXT:
      flow_otlp_encode_text (batch->strings, (guint32) item->number, 3, out);
      return TRUE;
    default:
      return item->count == 0;
    }
}

static void
put_columns (const FlowSpanBatch *batch, const FlowLog *log, FlowBuffer *out)
{
  const FlowAttribute body = { .type = FLOW_VALUE_STRING, .value.string = log->body };

  if (log->severity != 0)
    flow_wire_put_varint (out, 2, log->severity);
  if (log->body != 0)
    flow_otlp_encode_value (batch->strings, &body, 5, out);
  if (!flow_otlp_is_zero (log->trace_id, 16))
    flow_wire_put_bytes (out, 9, log->trace_id, 16);
  if (log->span_id != 0)
    flow_wire_put_bytes (out, 10, &log->span_id, 8);
}

/** flow_otlp_encode_log: append a LogRecord as field 2 of ScopeLogs. */
void
flow_otlp_encode_log (const FlowSpanBatch *batch, const FlowLog *log, FlowBuffer *out)
{
  gsize start = flow_wire_open (out, FLOW_WIRE_TAG (2, BYTES), 2);
  gboolean has_distance = FALSE;
  guint64 attributes, distance = 0;
  FlowExtraReader reader;
  FlowExtraItem item;

  put_columns (batch, log, out);
  if (flow_extra_reader_init (&reader, flow_span_batch_extra (batch, log->extra), log->extra_length, &attributes) &&
      flow_otlp_encode_attributes (batch->strings, &reader, attributes, 6, out))
    while (flow_extra_reader_field (&reader, &item))
      {
        if (item.field == FLOW_FIELD_OBSERVED_TIME)
          {
            has_distance = TRUE;
            distance = item.number;
          }
        if (!put_field (batch, &item, &reader, out))
          break;
      }
  put_times (log, has_distance, distance, out);
  flow_wire_close (out, start, 2);
}
