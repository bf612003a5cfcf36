/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "flow-trace"

#include "trace/flow-otlp-schema.h"

#include "trace/flow-otlp-wire.h"

#define REPEATED FLOW_OTLP_REPEATED
#define PRESENCE FLOW_OTLP_PRESENCE
#define ONEOF (FLOW_OTLP_ONEOF | FLOW_OTLP_PRESENCE)

#define FIELD(number, json, type, flags)                            \
  {                                                                 \
    json, sizeof json - 1, number, FLOW_OTLP_##type, flags, 0, NULL \
  }
#define CHILD(number, json, message, flags)                                            \
  {                                                                                    \
    json, sizeof json - 1, number, FLOW_OTLP_MESSAGE, flags, FLOW_OTLP_##message, NULL \
  }
#define CHOICE(number, json, names)                            \
  {                                                            \
    json, sizeof json - 1, number, FLOW_OTLP_ENUM, 0, 0, names \
  }

/* clang-format off */
static const char *const span_kinds[] = {
  "SPAN_KIND_UNSPECIFIED", "SPAN_KIND_INTERNAL", "SPAN_KIND_SERVER",
  "SPAN_KIND_CLIENT",      "SPAN_KIND_PRODUCER", "SPAN_KIND_CONSUMER",
  NULL,
};

static const char *const status_codes[] = { "STATUS_CODE_UNSET", "STATUS_CODE_OK", "STATUS_CODE_ERROR", NULL };

static const char *const severities[] = {
  "SEVERITY_NUMBER_UNSPECIFIED",
  "SEVERITY_NUMBER_TRACE", "SEVERITY_NUMBER_TRACE2", "SEVERITY_NUMBER_TRACE3", "SEVERITY_NUMBER_TRACE4",
  "SEVERITY_NUMBER_DEBUG", "SEVERITY_NUMBER_DEBUG2", "SEVERITY_NUMBER_DEBUG3", "SEVERITY_NUMBER_DEBUG4",
  "SEVERITY_NUMBER_INFO", "SEVERITY_NUMBER_INFO2", "SEVERITY_NUMBER_INFO3", "SEVERITY_NUMBER_INFO4",
  "SEVERITY_NUMBER_WARN", "SEVERITY_NUMBER_WARN2", "SEVERITY_NUMBER_WARN3", "SEVERITY_NUMBER_WARN4",
  "SEVERITY_NUMBER_ERROR", "SEVERITY_NUMBER_ERROR2", "SEVERITY_NUMBER_ERROR3", "SEVERITY_NUMBER_ERROR4",
  "SEVERITY_NUMBER_FATAL", "SEVERITY_NUMBER_FATAL2", "SEVERITY_NUMBER_FATAL3", "SEVERITY_NUMBER_FATAL4",
  NULL,
};

static const char *const temporalities[] = {
  "AGGREGATION_TEMPORALITY_UNSPECIFIED", "AGGREGATION_TEMPORALITY_DELTA", "AGGREGATION_TEMPORALITY_CUMULATIVE", NULL,
};

const FlowOtlpMessageInfo flow_otlp_schema[FLOW_OTLP_N_MESSAGES] = {
  [FLOW_OTLP_TRACES_REQUEST] = { 1, { CHILD (1, "resourceSpans", RESOURCE_SPANS, REPEATED) } },
  [FLOW_OTLP_LOGS_REQUEST] = { 1, { CHILD (1, "resourceLogs", RESOURCE_LOGS, REPEATED) } },
  [FLOW_OTLP_METRICS_REQUEST] = { 1, { CHILD (1, "resourceMetrics", RESOURCE_METRICS, REPEATED) } },
  [FLOW_OTLP_RESOURCE_SPANS] = { 3, { CHILD (1, "resource", RESOURCE, 0),
                                      CHILD (2, "scopeSpans", SCOPE_SPANS, REPEATED),
                                      FIELD (3, "schemaUrl", STRING, 0) } },
  [FLOW_OTLP_RESOURCE_LOGS] = { 3, { CHILD (1, "resource", RESOURCE, 0),
                                     CHILD (2, "scopeLogs", SCOPE_LOGS, REPEATED),
                                     FIELD (3, "schemaUrl", STRING, 0) } },
  [FLOW_OTLP_RESOURCE_METRICS] = { 3, { CHILD (1, "resource", RESOURCE, 0),
                                        CHILD (2, "scopeMetrics", SCOPE_METRICS, REPEATED),
                                        FIELD (3, "schemaUrl", STRING, 0) } },
  [FLOW_OTLP_SCOPE_SPANS] = { 3, { CHILD (1, "scope", SCOPE, 0),
                                   CHILD (2, "spans", SPAN, REPEATED),
                                   FIELD (3, "schemaUrl", STRING, 0) } },
  [FLOW_OTLP_SCOPE_LOGS] = { 3, { CHILD (1, "scope", SCOPE, 0),
                                  CHILD (2, "logRecords", LOG_RECORD, REPEATED),
                                  FIELD (3, "schemaUrl", STRING, 0) } },
  [FLOW_OTLP_SCOPE_METRICS] = { 3, { CHILD (1, "scope", SCOPE, 0),
                                     CHILD (2, "metrics", METRIC, REPEATED),
                                     FIELD (3, "schemaUrl", STRING, 0) } },
  [FLOW_OTLP_RESOURCE] = { 3, { CHILD (1, "attributes", KEY_VALUE, REPEATED),
                                FIELD (2, "droppedAttributesCount", UINT32, 0),
                                CHILD (3, "entityRefs", ENTITY_REF, REPEATED) } },
  [FLOW_OTLP_ENTITY_REF] = { 4, { FIELD (1, "schemaUrl", STRING, 0),
                                  FIELD (2, "type", STRING, 0),
                                  FIELD (3, "idKeys", STRING, REPEATED),
                                  FIELD (4, "descriptionKeys", STRING, REPEATED) } },
  [FLOW_OTLP_SCOPE] = { 4, { FIELD (1, "name", STRING, 0),
                             FIELD (2, "version", STRING, 0),
                             CHILD (3, "attributes", KEY_VALUE, REPEATED),
                             FIELD (4, "droppedAttributesCount", UINT32, 0) } },
  [FLOW_OTLP_KEY_VALUE] = { 2, { FIELD (1, "key", STRING, 0), CHILD (2, "value", ANY_VALUE, 0) } },
  [FLOW_OTLP_ANY_VALUE] = { 7, { FIELD (1, "stringValue", STRING, ONEOF),
                                 FIELD (2, "boolValue", BOOL, ONEOF),
                                 FIELD (3, "intValue", INT64, ONEOF),
                                 FIELD (4, "doubleValue", DOUBLE, ONEOF),
                                 CHILD (5, "arrayValue", ARRAY_VALUE, ONEOF),
                                 CHILD (6, "kvlistValue", KEY_VALUE_LIST, ONEOF),
                                 FIELD (7, "bytesValue", BYTES, ONEOF) } },
  [FLOW_OTLP_ARRAY_VALUE] = { 1, { CHILD (1, "values", ANY_VALUE, REPEATED) } },
  [FLOW_OTLP_KEY_VALUE_LIST] = { 1, { CHILD (1, "values", KEY_VALUE, REPEATED) } },
  [FLOW_OTLP_SPAN] = { 16, { FIELD (1, "traceId", ID, 0),
                             FIELD (2, "spanId", ID, 0),
                             FIELD (3, "traceState", STRING, 0),
                             FIELD (4, "parentSpanId", ID, 0),
                             FIELD (5, "name", STRING, 0),
                             CHOICE (6, "kind", span_kinds),
                             FIELD (7, "startTimeUnixNano", FIXED64, 0),
                             FIELD (8, "endTimeUnixNano", FIXED64, 0),
                             CHILD (9, "attributes", KEY_VALUE, REPEATED),
                             FIELD (10, "droppedAttributesCount", UINT32, 0),
                             CHILD (11, "events", EVENT, REPEATED),
                             FIELD (12, "droppedEventsCount", UINT32, 0),
                             CHILD (13, "links", LINK, REPEATED),
                             FIELD (14, "droppedLinksCount", UINT32, 0),
                             CHILD (15, "status", STATUS, 0),
                             FIELD (16, "flags", FIXED32, 0) } },
  [FLOW_OTLP_EVENT] = { 4, { FIELD (1, "timeUnixNano", FIXED64, 0),
                             FIELD (2, "name", STRING, 0),
                             CHILD (3, "attributes", KEY_VALUE, REPEATED),
                             FIELD (4, "droppedAttributesCount", UINT32, 0) } },
  [FLOW_OTLP_LINK] = { 6, { FIELD (1, "traceId", ID, 0),
                            FIELD (2, "spanId", ID, 0),
                            FIELD (3, "traceState", STRING, 0),
                            CHILD (4, "attributes", KEY_VALUE, REPEATED),
                            FIELD (5, "droppedAttributesCount", UINT32, 0),
                            FIELD (6, "flags", FIXED32, 0) } },
  [FLOW_OTLP_STATUS] = { 2, { FIELD (2, "message", STRING, 0), CHOICE (3, "code", status_codes) } },
  [FLOW_OTLP_LOG_RECORD] = { 11, { FIELD (1, "timeUnixNano", FIXED64, 0),
                                   FIELD (11, "observedTimeUnixNano", FIXED64, 0),
                                   CHOICE (2, "severityNumber", severities),
                                   FIELD (3, "severityText", STRING, 0),
                                   CHILD (5, "body", ANY_VALUE, 0),
                                   CHILD (6, "attributes", KEY_VALUE, REPEATED),
                                   FIELD (7, "droppedAttributesCount", UINT32, 0),
                                   FIELD (8, "flags", FIXED32, 0),
                                   FIELD (9, "traceId", ID, 0),
                                   FIELD (10, "spanId", ID, 0),
                                   FIELD (12, "eventName", STRING, 0) } },
  [FLOW_OTLP_METRIC] = { 9, { FIELD (1, "name", STRING, 0),
                              FIELD (2, "description", STRING, 0),
                              FIELD (3, "unit", STRING, 0),
                              CHILD (5, "gauge", GAUGE, ONEOF),
                              CHILD (7, "sum", SUM, ONEOF),
                              CHILD (9, "histogram", HISTOGRAM, ONEOF),
                              CHILD (10, "exponentialHistogram", EXPONENTIAL_HISTOGRAM, ONEOF),
                              CHILD (11, "summary", SUMMARY, ONEOF),
                              CHILD (12, "metadata", KEY_VALUE, REPEATED) } },
  [FLOW_OTLP_GAUGE] = { 1, { CHILD (1, "dataPoints", NUMBER_POINT, REPEATED) } },
  [FLOW_OTLP_SUM] = { 3, { CHILD (1, "dataPoints", NUMBER_POINT, REPEATED),
                           CHOICE (2, "aggregationTemporality", temporalities),
                           FIELD (3, "isMonotonic", BOOL, 0) } },
  [FLOW_OTLP_HISTOGRAM] = { 2, { CHILD (1, "dataPoints", HISTOGRAM_POINT, REPEATED),
                                 CHOICE (2, "aggregationTemporality", temporalities) } },
  [FLOW_OTLP_EXPONENTIAL_HISTOGRAM] = { 2, { CHILD (1, "dataPoints", EXPONENTIAL_POINT, REPEATED),
                                             CHOICE (2, "aggregationTemporality", temporalities) } },
  [FLOW_OTLP_SUMMARY] = { 1, { CHILD (1, "dataPoints", SUMMARY_POINT, REPEATED) } },
  [FLOW_OTLP_NUMBER_POINT] = { 7, { CHILD (7, "attributes", KEY_VALUE, REPEATED),
                                    FIELD (2, "startTimeUnixNano", FIXED64, 0),
                                    FIELD (3, "timeUnixNano", FIXED64, 0),
                                    FIELD (4, "asDouble", DOUBLE, ONEOF),
                                    FIELD (6, "asInt", SFIXED64, ONEOF),
                                    CHILD (5, "exemplars", EXEMPLAR, REPEATED),
                                    FIELD (8, "flags", UINT32, 0) } },
  [FLOW_OTLP_HISTOGRAM_POINT] = { 11, { CHILD (9, "attributes", KEY_VALUE, REPEATED),
                                        FIELD (2, "startTimeUnixNano", FIXED64, 0),
                                        FIELD (3, "timeUnixNano", FIXED64, 0),
                                        FIELD (4, "count", FIXED64, 0),
                                        FIELD (5, "sum", DOUBLE, PRESENCE),
                                        FIELD (6, "bucketCounts", FIXED64, REPEATED),
                                        FIELD (7, "explicitBounds", DOUBLE, REPEATED),
                                        CHILD (8, "exemplars", EXEMPLAR, REPEATED),
                                        FIELD (10, "flags", UINT32, 0),
                                        FIELD (11, "min", DOUBLE, PRESENCE),
                                        FIELD (12, "max", DOUBLE, PRESENCE) } },
  [FLOW_OTLP_EXPONENTIAL_POINT] = { 14, { CHILD (1, "attributes", KEY_VALUE, REPEATED),
                                          FIELD (2, "startTimeUnixNano", FIXED64, 0),
                                          FIELD (3, "timeUnixNano", FIXED64, 0),
                                          FIELD (4, "count", FIXED64, 0),
                                          FIELD (5, "sum", DOUBLE, PRESENCE),
                                          FIELD (6, "scale", SINT32, 0),
                                          FIELD (7, "zeroCount", FIXED64, 0),
                                          CHILD (8, "positive", BUCKETS, 0),
                                          CHILD (9, "negative", BUCKETS, 0),
                                          FIELD (10, "flags", UINT32, 0),
                                          CHILD (11, "exemplars", EXEMPLAR, REPEATED),
                                          FIELD (12, "min", DOUBLE, PRESENCE),
                                          FIELD (13, "max", DOUBLE, PRESENCE),
                                          FIELD (14, "zeroThreshold", DOUBLE, 0) } },
  [FLOW_OTLP_SUMMARY_POINT] = { 7, { CHILD (7, "attributes", KEY_VALUE, REPEATED),
                                     FIELD (2, "startTimeUnixNano", FIXED64, 0),
                                     FIELD (3, "timeUnixNano", FIXED64, 0),
                                     FIELD (4, "count", FIXED64, 0),
                                     FIELD (5, "sum", DOUBLE, 0),
                                     CHILD (6, "quantileValues", QUANTILE, REPEATED),
                                     FIELD (8, "flags", UINT32, 0) } },
  [FLOW_OTLP_BUCKETS] = { 2, { FIELD (1, "offset", SINT32, 0), FIELD (2, "bucketCounts", UINT64, REPEATED) } },
  [FLOW_OTLP_QUANTILE] = { 2, { FIELD (1, "quantile", DOUBLE, 0), FIELD (2, "value", DOUBLE, 0) } },
  [FLOW_OTLP_EXEMPLAR] = { 6, { CHILD (7, "filteredAttributes", KEY_VALUE, REPEATED),
                                FIELD (2, "timeUnixNano", FIXED64, 0),
                                FIELD (3, "asDouble", DOUBLE, ONEOF),
                                FIELD (6, "asInt", SFIXED64, ONEOF),
                                FIELD (4, "spanId", ID, 0),
                                FIELD (5, "traceId", ID, 0) } },
};
/* clang-format on */

/** flow_otlp_field_by_number: the field of a message, or %NULL when this version does not know it. */
const FlowOtlpField *
flow_otlp_field_by_number (FlowOtlpMessage message, guint32 number)
{
  const FlowOtlpMessageInfo *info = &flow_otlp_schema[message];

  if (number - 1 < info->n_fields && info->fields[number - 1].number == number)
    return &info->fields[number - 1];
  for (guint i = 0; i < info->n_fields; i++)
    if (info->fields[i].number == number)
      return &info->fields[i];
  return NULL;
}

/** flow_otlp_wire_type: the wire type of one value of a field; repeated scalars come packed too. */
guint
flow_otlp_wire_type (const FlowOtlpField *field)
{
  switch (field->type)
    {
    case FLOW_OTLP_BOOL:
    case FLOW_OTLP_INT64:
    case FLOW_OTLP_UINT64:
    case FLOW_OTLP_UINT32:
    case FLOW_OTLP_SINT32:
    case FLOW_OTLP_ENUM:
      return FLOW_WIRE_VARINT;
    case FLOW_OTLP_FIXED64:
    case FLOW_OTLP_SFIXED64:
    case FLOW_OTLP_DOUBLE:
      return FLOW_WIRE_FIXED64;
    case FLOW_OTLP_FIXED32:
      return FLOW_WIRE_FIXED32;
    default:
      return FLOW_WIRE_BYTES;
    }
}

/** flow_otlp_data_message: the message that holds the points of a kind. */
FlowOtlpMessage
flow_otlp_data_message (FlowPointKind kind)
{
  switch (kind)
    {
    case FLOW_POINT_SUM:
      return FLOW_OTLP_SUM;
    case FLOW_POINT_HISTOGRAM:
      return FLOW_OTLP_HISTOGRAM;
    case FLOW_POINT_EXPONENTIAL_HISTOGRAM:
      return FLOW_OTLP_EXPONENTIAL_HISTOGRAM;
    case FLOW_POINT_SUMMARY:
      return FLOW_OTLP_SUMMARY;
    case FLOW_POINT_NONE:
    case FLOW_POINT_GAUGE:
    default:
      return FLOW_OTLP_GAUGE;
    }
}

/** flow_otlp_point_message: the message of one data point of a kind. */
FlowOtlpMessage
flow_otlp_point_message (FlowPointKind kind)
{
  return flow_otlp_schema[flow_otlp_data_message (kind)].fields[0].message;
}

/** flow_otlp_point_attributes: the field number of a data point's attributes. */
guint
flow_otlp_point_attributes (FlowPointKind kind)
{
  return flow_otlp_schema[flow_otlp_point_message (kind)].fields[0].number;
}
