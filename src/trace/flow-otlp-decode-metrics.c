/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "flow-trace"

#include "trace/flow-otlp-rows.h"

#define TAG FLOW_WIRE_TAG

/* The members of Metric's oneof `data`, by field number. */
#define DATA_FIELDS                                                             \
  (1u << FLOW_POINT_GAUGE | 1u << FLOW_POINT_SUM | 1u << FLOW_POINT_HISTOGRAM | \
   1u << FLOW_POINT_EXPONENTIAL_HISTOGRAM | 1u << FLOW_POINT_SUMMARY)
#define POINTS_FIELD (1u << 1)

typedef struct
{
  FlowWire name;
  FlowWire data;
  FlowPointKind kind;
  guint members;
  guint32 name_id;
  guint32 metric;
} MetricParts;

static gboolean
fail_canonical (FlowOtlpBuilder *self, FlowWire in)
{
  return flow_otlp_builder_fail (self, in.at, self->canonical.why);
}

static gboolean
read_fields (FlowOtlpBuilder *self, FlowWire in, MetricParts *parts)
{
  guint32 tag;

  while (in.at < in.end)
    {
      const guint8 *where = in.at;
      gboolean done;

      if (!flow_wire_tag (&in, &tag))
        return flow_otlp_builder_fail_tag (self, FLOW_OTLP_METRIC, where, 0);
      if (tag == TAG (1, BYTES))
        done = flow_wire_bytes (&in, &parts->name);
      else if ((tag & 7) == FLOW_WIRE_BYTES && tag >> 3 < 32 && (DATA_FIELDS & 1u << (tag >> 3)) != 0)
        {
          parts->kind = (FlowPointKind) (tag >> 3);
          parts->members++;
          done = flow_wire_bytes (&in, &parts->data);
        }
      else
        done = flow_wire_skip (&in, tag);
      if (!done)
        return flow_otlp_builder_fail_tag (self, FLOW_OTLP_METRIC, where, tag);
    }
  return TRUE;
}

/* The Metric without its points, in canonical form. */
static gboolean
intern_metric (FlowOtlpBuilder *self, FlowWire metric, MetricParts *parts)
{
  self->row.length = 0;
  if (!flow_otlp_canonical (&self->canonical, FLOW_OTLP_METRIC, metric, DATA_FIELDS, 0, &self->row))
    return fail_canonical (self, metric);
  if (parts->kind != FLOW_POINT_NONE &&
      !flow_otlp_canonical_child (&self->canonical, parts->kind, flow_otlp_data_message (parts->kind), parts->data,
                                  POINTS_FIELD, 0, &self->row))
    return fail_canonical (self, parts->data);
  parts->metric = flow_dictionary_intern (self->strings, self->row.data, self->row.length);
  return flow_otlp_builder_text (self, parts->name, &parts->name_id);
}

/* A KeyValueList of a data point's attributes, in canonical form. */
static gboolean
intern_attributes (FlowOtlpBuilder *self, FlowWire point, guint number, guint32 *id)
{
  FlowWire attribute = { NULL, NULL };
  guint32 tag;

  self->scratch.length = 0;
  while (point.at < point.end && flow_wire_tag (&point, &tag))
    if (tag != FLOW_WIRE_TAG (number, BYTES))
      flow_wire_skip (&point, tag);
    else if (!flow_wire_bytes (&point, &attribute) ||
             !flow_otlp_canonical_child (&self->canonical, 1, FLOW_OTLP_KEY_VALUE, attribute, 0, 0, &self->scratch))
      return fail_canonical (self, attribute);
  *id = flow_dictionary_intern (self->strings, self->scratch.data, self->scratch.length);
  return TRUE;
}

static guint64
find_time (const guint8 *extra, gsize start, gsize end)
{
  FlowWire point = start < end ? flow_wire_from (extra + start, end - start) : flow_wire_from (NULL, 0);
  guint64 time_ns = 0;
  guint32 tag;

  while (point.at < point.end && flow_wire_tag (&point, &tag))
    if (tag == TAG (3, FIXED64))
      flow_wire_fixed64 (&point, &time_ns);
    else
      flow_wire_skip (&point, tag);
  return time_ns;
}

static gboolean
put_point (FlowOtlpBuilder *self, const MetricParts *parts, FlowWire point)
{
  guint number = flow_otlp_point_attributes (parts->kind);
  gsize start = self->extra->length;
  FlowPoint *row = flow_otlp_builder_grow (self);

  if (row == NULL)
    return TRUE;
  if (!flow_otlp_canonical (&self->canonical, flow_otlp_point_message (parts->kind), point, 1u << number, 0,
                            self->extra))
    return fail_canonical (self, point);
  *row = (FlowPoint) {
    .time_ns = find_time (self->extra->data, start, self->extra->length),
    .name = parts->name_id,
    .metric = parts->metric,
    .extra = (guint32) start,
    .extra_length = (guint32) (self->extra->length - start),
    .kind = (guint8) parts->kind,
  };
  if (!intern_attributes (self, point, number, &row->attributes))
    return FALSE;
  self->batch->n_rows++;
  return TRUE;
}

static gboolean
put_no_points (FlowOtlpBuilder *self, const MetricParts *parts)
{
  FlowPoint *row = flow_otlp_builder_grow (self);

  if (row == NULL)
    return TRUE;
  *row = (FlowPoint) {
    .name = parts->name_id,
    .metric = parts->metric,
    .extra = (guint32) self->extra->length,
    .kind = FLOW_POINT_NONE,
  };
  self->batch->n_rows++;
  return TRUE;
}

static gboolean
put_points (FlowOtlpBuilder *self, const MetricParts *parts)
{
  FlowWire in = parts->data, point;
  gboolean found = FALSE;
  guint32 tag;

  while (in.at < in.end && flow_wire_tag (&in, &tag))
    if (tag != TAG (1, BYTES))
      flow_wire_skip (&in, tag);
    else if (flow_wire_bytes (&in, &point))
      {
        found = TRUE;
        if (!put_point (self, parts, point))
          return FALSE;
      }
  return found || put_no_points (self, parts);
}

/** flow_otlp_decode_metric: read a Metric, a row for each data point, or one row when it has none. */
gboolean
flow_otlp_decode_metric (FlowOtlpBuilder *self, FlowWire metric)
{
  g_auto (FlowBuffer) simple = { 0 };
  MetricParts parts = { .kind = FLOW_POINT_NONE };

  if (!read_fields (self, metric, &parts))
    return FALSE;
  if (parts.members > 1)
    {
      if (!flow_otlp_canonical (&self->canonical, FLOW_OTLP_METRIC, metric, 0, 0, &simple))
        return fail_canonical (self, metric);
      return flow_otlp_decode_metric (self, flow_wire_from_buffer (&simple));
    }
  return intern_metric (self, metric, &parts) && put_points (self, &parts);
}
