/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "trace/flow-attribute.h"

G_BEGIN_DECLS

/** FlowSignal: the three kinds of OpenTelemetry data, in the order of their paths' history. Stored as numbers. */
typedef enum
{
  FLOW_SIGNAL_TRACES,
  FLOW_SIGNAL_LOGS,
  FLOW_SIGNAL_METRICS,
  FLOW_N_SIGNALS
} FlowSignal;

/** FlowSpanFlags: what was found out about a span when it came in. Logs use ERROR and LOCATION. */
typedef enum
{
  FLOW_SPAN_ERROR = 1 << 0,     /* status error, or an attribute that says so (traces.md 2) */
  FLOW_SPAN_EXCEPTION = 1 << 1, /* has an exception event */
  FLOW_SPAN_CLOCK = 1 << 2,     /* ends before it starts */
  FLOW_SPAN_SHARED_ID = 1 << 3, /* another span has the same ids (set by the store) */
  FLOW_SPAN_LOCATION = 1 << 4,  /* has a file */
} FlowSpanFlags;

/** FlowBatchResource: one (resource, schema) of a batch. */
typedef struct
{
  guint32 header;  /* dictionary id: protobuf of ResourceSpans with `resource` and `schema_url` alone */
  guint32 service; /* dictionary id of service.name, 0 when there is none */
} FlowBatchResource;

/** FlowSpan: one row. Ids are the wire's bytes in memory order; strings are ids of the batch's dictionary. */
typedef struct
{
  guint8 trace_id[16];
  guint64 span_id;
  guint64 parent_id; /* 0: none */
  guint64 start_ns;  /* since 1970 */
  guint64 end_ns;
  guint32 name;
  guint32 file;     /* path as the editor needs it (no file://), 0: none */
  guint32 line;     /* 1-based, 0: none */
  guint32 resource; /* index into resources */
  guint32 scope;    /* dictionary id: protobuf of ScopeSpans with `scope` and `schema_url` alone */
  guint32 extra;    /* offset into the batch's extra bytes (flow-attribute.h) */
  guint32 extra_length;
  guint8 kind;
  guint8 status;
  guint16 flags; /* FlowSpanFlags */
} FlowSpan;

/** FlowLog: one log record. A missing trace or span id is all zero. */
typedef struct
{
  guint8 trace_id[16];
  guint64 span_id;
  guint64 time_ns; /* time, or the observed time when that is 0 */
  guint32 body;    /* dictionary id when the body is a string, else 0 */
  guint32 file;
  guint32 line;
  guint32 resource;
  guint32 scope;
  guint32 extra;
  guint32 extra_length;
  guint8 severity; /* 1-24, 0: unset */
  guint8 pad;
  guint16 flags;
} FlowLog;

/** FlowPointKind: the `data` member of a Metric, by its protobuf field number. */
typedef enum
{
  FLOW_POINT_NONE = 0, /* a metric without points, kept as it came */
  FLOW_POINT_GAUGE = 5,
  FLOW_POINT_SUM = 7,
  FLOW_POINT_HISTOGRAM = 9,
  FLOW_POINT_EXPONENTIAL_HISTOGRAM = 10,
  FLOW_POINT_SUMMARY = 11,
} FlowPointKind;

/** FlowPoint: one data point. A series is (resource, scope, metric, attributes). Its extra is raw protobuf. */
typedef struct
{
  guint64 time_ns;
  guint32 resource;
  guint32 scope;
  guint32 name;         /* dictionary id of the metric's name, for search */
  guint32 metric;       /* dictionary id: protobuf of the Metric without its points (unit, temporality ... kept) */
  guint32 attributes;   /* dictionary id: protobuf of a KeyValueList */
  guint32 extra;        /* offset: protobuf of the data point without its attributes */
  guint32 extra_length; /* 0 with FLOW_POINT_NONE */
  guint8 kind;          /* FlowPointKind */
} FlowPoint;

/**
 * FlowSpanBatch:
 *
 * What one OTLP request held, decoded: rows of one signal, their strings and the rest. Both decoders (protobuf and
 * JSON) end in it and nothing behind it knows which one it was. Immutable once made, reference counted, may be
 * read from any thread.
 */
typedef struct
{
  gatomicrefcount references;
  FlowSignal signal;
  FlowDictionary *strings;
  FlowBatchResource *resources;
  guint32 n_resources;
  guint32 n_rows;
  union
  {
    FlowSpan *spans;
    FlowLog *logs;
    FlowPoint *points;
  };
  FlowBuffer extra;
  guint32 rejected; /* rows that were refused, for partial_success */
  char *message;    /* (nullable): what a developer should know, also with rejected 0 */
} FlowSpanBatch;

FlowSpanBatch *flow_span_batch_ref (FlowSpanBatch *self);
void flow_span_batch_unref (FlowSpanBatch *self);
gsize flow_span_batch_bytes (const FlowSpanBatch *self);

static inline const guint8 *
flow_span_batch_extra (const FlowSpanBatch *self, guint32 offset)
{
  return self->extra.data != NULL ? self->extra.data + offset : (const guint8 *) "";
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FlowSpanBatch, flow_span_batch_unref)

G_END_DECLS
