/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "flow-trace"

#include "trace/flow-otlp-encode-rows.h"

#include "trace/flow-otlp-schema.h"

static FlowWire
get_bytes (const FlowSpanBatch *batch, guint32 id)
{
  gsize length;
  const guint8 *bytes = (const guint8 *) flow_dictionary_get (batch->strings, id, &length);

  return flow_wire_from (bytes, length);
}

static void
put_point (const FlowSpanBatch *batch, const FlowPoint *point, FlowBuffer *out)
{
  guint number = flow_otlp_point_attributes ((FlowPointKind) point->kind);
  gsize start = flow_wire_open (out, FLOW_WIRE_TAG (1, BYTES), 2);
  FlowWire list = get_bytes (batch, point->attributes), attribute;
  guint32 tag;

  while (list.at < list.end && flow_wire_tag (&list, &tag) && tag == FLOW_WIRE_TAG (1, BYTES) &&
         flow_wire_bytes (&list, &attribute))
    flow_wire_put_bytes (out, number, attribute.at, flow_wire_left (&attribute));
  flow_buffer_put (out, flow_span_batch_extra (batch, point->extra), point->extra_length);
  flow_wire_close (out, start, 2);
}

static gboolean
same_metric (const FlowPoint *a, const FlowPoint *b)
{
  return a->metric == b->metric && a->kind == b->kind && a->resource == b->resource && a->scope == b->scope;
}

/**
 * flow_otlp_encode_metric:
 * @first: a row
 *
 * Append the Metric of a row as field 2 of ScopeMetrics, with its point and those of the rows behind it that belong
 * to the same one.
 *
 * Returns: how many rows went into it
 */
guint
flow_otlp_encode_metric (const FlowSpanBatch *batch, guint first, FlowBuffer *out)
{
  const FlowPoint *rows = batch->points + first;
  FlowWire metric = get_bytes (batch, rows->metric), data = { NULL, NULL };
  gsize start = flow_wire_open (out, FLOW_WIRE_TAG (2, BYTES), 2), points;
  guint n = 1;
  guint32 tag;

  if (rows->kind == FLOW_POINT_NONE)
    {
      flow_buffer_put (out, metric.at, flow_wire_left (&metric));
      flow_wire_close (out, start, 2);
      return 1;
    }
  while (metric.at < metric.end)
    {
      const guint8 *field = metric.at;

      if (!flow_wire_tag (&metric, &tag))
        break;
      if (tag == FLOW_WIRE_TAG (rows->kind, BYTES) && flow_wire_bytes (&metric, &data))
        continue;
      if (!flow_wire_skip (&metric, tag))
        break;
      flow_buffer_put (out, field, (gsize) (metric.at - field));
    }
  points = flow_wire_open (out, FLOW_WIRE_TAG (rows->kind, BYTES), 2);
  flow_buffer_put (out, data.at, flow_wire_left (&data));
  put_point (batch, rows, out);
  for (; first + n < batch->n_rows && same_metric (rows, rows + n); n++)
    put_point (batch, rows + n, out);
  flow_wire_close (out, points, 2);
  flow_wire_close (out, start, 2);
  return n;
}
