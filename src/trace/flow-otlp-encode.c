/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "flow-trace"

#include "trace/flow-otlp-encoder.h"

#include "trace/flow-otlp-encode-rows.h"
#include "trace/flow-otlp-json-write.h"

typedef struct
{
  guint32 resource;
  guint32 scope;
} Place;

static Place
get_place (const FlowSpanBatch *batch, guint row)
{
  switch (batch->signal)
    {
    case FLOW_SIGNAL_LOGS:
      return (Place) { batch->logs[row].resource, batch->logs[row].scope };
    case FLOW_SIGNAL_METRICS:
      return (Place) { batch->points[row].resource, batch->points[row].scope };
    case FLOW_SIGNAL_TRACES:
    case FLOW_N_SIGNALS:
    default:
      return (Place) { batch->spans[row].resource, batch->spans[row].scope };
    }
}

static guint
put_row (const FlowSpanBatch *batch, guint row, FlowBuffer *out)
{
  switch (batch->signal)
    {
    case FLOW_SIGNAL_METRICS:
      return flow_otlp_encode_metric (batch, row, out);
    case FLOW_SIGNAL_LOGS:
      flow_otlp_encode_log (batch, &batch->logs[row], out);
      return 1;
    case FLOW_SIGNAL_TRACES:
    case FLOW_N_SIGNALS:
    default:
      flow_otlp_encode_span (batch, &batch->spans[row], out);
      return 1;
    }
}

static void
put_header (const FlowSpanBatch *batch, guint32 id, FlowBuffer *out)
{
  gsize length;
  const char *header = flow_dictionary_get (batch->strings, id, &length);

  flow_buffer_put (out, header, length);
}

/* The rows from @row on that share a scope, as field 2 of ResourceSpans. */
static guint
put_scope (const FlowSpanBatch *batch, guint row, FlowBuffer *out)
{
  Place place = get_place (batch, row);
  gsize start = flow_wire_open (out, FLOW_WIRE_TAG (2, BYTES), 4);

  put_header (batch, place.scope, out);
  while (row < batch->n_rows)
    {
      Place here = get_place (batch, row);

      if (here.resource != place.resource || here.scope != place.scope)
        break;
      row += put_row (batch, row, out);
    }
  flow_wire_close (out, start, 4);
  return row;
}

/**
 * flow_otlp_encode_protobuf:
 * @out: where to append
 *
 * Write a batch as an Export...ServiceRequest (opentelemetry-proto 1.11). Rows that follow each other and share their
 * resource and scope share one message. What the batch was decoded from comes out again, but for fields that had
 * their default value or that this version does not know.
 */
void
flow_otlp_encode_protobuf (const FlowSpanBatch *batch, FlowBuffer *out)
{
  guint row = 0;

  while (row < batch->n_rows)
    {
      guint32 resource = get_place (batch, row).resource;
      gsize start = flow_wire_open (out, FLOW_WIRE_TAG (1, BYTES), 4);

      if (resource < batch->n_resources)
        put_header (batch, batch->resources[resource].header, out);
      while (row < batch->n_rows && get_place (batch, row).resource == resource)
        row = put_scope (batch, row, out);
      flow_wire_close (out, start, 4);
    }
}

/**
 * flow_otlp_encode_json:
 * @out: where to append, one line without a line end
 *
 * Write a batch as OTLP JSON, see flow_otlp_json_write().
 */
void
flow_otlp_encode_json (const FlowSpanBatch *batch, GString *out)
{
  g_auto (FlowBuffer) protobuf = { 0 };
  FlowJsonWriter writer;

  flow_otlp_encode_protobuf (batch, &protobuf);
  flow_json_writer_init (&writer, out);
  flow_otlp_json_write (&writer, (FlowOtlpMessage) (FLOW_OTLP_TRACES_REQUEST + batch->signal),
                        flow_wire_from_buffer (&protobuf));
}
