/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

#include "trace/flow-span-batch.h"

G_BEGIN_DECLS

/*
 * The messages of OTLP 1.11 as a table. What must be fast (spans, logs, attributes in protobuf) is written out by
 * hand in flow-otlp-decode-*.c; everything else (JSON in and out, resources, scopes, nested values, data points)
 * walks this table.
 */

/** FlowOtlpType: how a field is written, in protobuf and in JSON. */
typedef enum
{
  FLOW_OTLP_STRING,
  FLOW_OTLP_BYTES, /* base64 in JSON */
  FLOW_OTLP_ID,    /* bytes in protobuf, hex in JSON */
  FLOW_OTLP_MESSAGE,
  FLOW_OTLP_BOOL,
  FLOW_OTLP_INT64,
  FLOW_OTLP_UINT64,
  FLOW_OTLP_UINT32,
  FLOW_OTLP_SINT32, /* zigzag */
  FLOW_OTLP_ENUM,
  FLOW_OTLP_FIXED64,
  FLOW_OTLP_SFIXED64,
  FLOW_OTLP_DOUBLE,
  FLOW_OTLP_FIXED32,
} FlowOtlpType;

typedef enum
{
  FLOW_OTLP_REPEATED = 1 << 0,
  FLOW_OTLP_PRESENCE = 1 << 1, /* `optional`: the default value is not the same as nothing */
  FLOW_OTLP_ONEOF = 1 << 2,    /* member of the message's only oneof */
} FlowOtlpFlags;

typedef enum
{
  FLOW_OTLP_TRACES_REQUEST, /* in the order of FlowSignal */
  FLOW_OTLP_LOGS_REQUEST,
  FLOW_OTLP_METRICS_REQUEST,
  FLOW_OTLP_RESOURCE_SPANS,
  FLOW_OTLP_RESOURCE_LOGS,
  FLOW_OTLP_RESOURCE_METRICS,
  FLOW_OTLP_SCOPE_SPANS,
  FLOW_OTLP_SCOPE_LOGS,
  FLOW_OTLP_SCOPE_METRICS,
  FLOW_OTLP_RESOURCE,
  FLOW_OTLP_ENTITY_REF,
  FLOW_OTLP_SCOPE,
  FLOW_OTLP_KEY_VALUE,
  FLOW_OTLP_ANY_VALUE,
  FLOW_OTLP_ARRAY_VALUE,
  FLOW_OTLP_KEY_VALUE_LIST,
  FLOW_OTLP_SPAN,
  FLOW_OTLP_EVENT,
  FLOW_OTLP_LINK,
  FLOW_OTLP_STATUS,
  FLOW_OTLP_LOG_RECORD,
  FLOW_OTLP_METRIC,
  FLOW_OTLP_GAUGE,
  FLOW_OTLP_SUM,
  FLOW_OTLP_HISTOGRAM,
  FLOW_OTLP_EXPONENTIAL_HISTOGRAM,
  FLOW_OTLP_SUMMARY,
  FLOW_OTLP_NUMBER_POINT,
  FLOW_OTLP_HISTOGRAM_POINT,
  FLOW_OTLP_EXPONENTIAL_POINT,
  FLOW_OTLP_SUMMARY_POINT,
  FLOW_OTLP_BUCKETS,
  FLOW_OTLP_QUANTILE,
  FLOW_OTLP_EXEMPLAR,
  FLOW_OTLP_N_MESSAGES,
} FlowOtlpMessage;

#define FLOW_OTLP_MAX_FIELDS 16
#define FLOW_OTLP_MAX_NAME 32

/** FLOW_OTLP_MAX_DEPTH: how deep values may nest in values; what the other implementations take. */
#define FLOW_OTLP_MAX_DEPTH 100

/** FlowOtlpField: @name is its lowerCamelCase JSON name, padded with NULs; @names are an enum's values in order. */
typedef struct
{
  char name[FLOW_OTLP_MAX_NAME];
  guint8 name_length;
  guint8 number;
  guint8 type;    /* FlowOtlpType */
  guint8 flags;   /* FlowOtlpFlags */
  guint8 message; /* FlowOtlpMessage of a MESSAGE */
  const char *const *names;
} FlowOtlpField;

typedef struct
{
  guint8 n_fields;
  FlowOtlpField fields[FLOW_OTLP_MAX_FIELDS];
} FlowOtlpMessageInfo;

extern const FlowOtlpMessageInfo flow_otlp_schema[FLOW_OTLP_N_MESSAGES];

const FlowOtlpField *flow_otlp_field_by_number (FlowOtlpMessage message, guint32 number);
guint flow_otlp_wire_type (const FlowOtlpField *field);
FlowOtlpMessage flow_otlp_point_message (FlowPointKind kind);
FlowOtlpMessage flow_otlp_data_message (FlowPointKind kind);
guint flow_otlp_point_attributes (FlowPointKind kind);

G_END_DECLS
