/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <sqlite3.h>

#include "trace/flow-span-batch.h"
#include "trace/flow-trace-facts.h"

G_BEGIN_DECLS

/**
 * FlowTraceReader:
 *
 * The reading side: a read-only connection with a cache of decoded segment columns. Works while a hub writes and
 * without one. Belongs to one thread. Each call is one read transaction, so it sees whole commits.
 */
typedef struct _FlowTraceReader FlowTraceReader;

/** FlowTraceInfo: one row of the list of traces. Reference counted; immutable. */
typedef struct
{
  gatomicrefcount references;
  guint64 number; /* order of arrival */
  guint8 trace_id[16];
  gint64 start_ns;
  gint64 end_ns;
  guint32 spans;
  guint32 logs;
  guint32 errors;
  gboolean has_location;
  gboolean elsewhere;    /* its spans are on another device */
  gboolean fetchable;    /* if so: they can be had */
  char *device;          /* (nullable): if so: what the user calls that device */
  char *name;            /* of the root span, else of the earliest one */
  char **services;       /* NULL-terminated, in order of first appearance */
  FlowTraceFacts *facts; /* (nullable): title, note, tags and pin of the user's own */
} FlowTraceInfo;

typedef enum
{
  FLOW_TRACE_SORT_NEWEST, /* by arrival */
  FLOW_TRACE_SORT_START,
  FLOW_TRACE_SORT_DURATION,
  FLOW_TRACE_SORT_SPANS,
  FLOW_TRACE_SORT_ERRORS,
} FlowTraceSort;

/** FlowTraceFilter: zero-initialise; every member that is set must hold. */
typedef struct
{
  guint limit;                   /* 0: 100 */
  gint64 since_ns, until_ns;     /* overlap with [since, until], 0: open */
  const char *service;           /* exact name of one of its services */
  const char *const *services;   /* NULL-terminated: exact names, all of which are among its services */
  const char *name;              /* the trace's name contains it, ASCII case ignored */
  const char *const *words;      /* NULL-terminated: each as `name`, or in its title, or its id in hex digits */
  const char *const *attributes; /* NULL-terminated "key=value" (resource attributes too): some span has each */
  gint64 min_duration_ns, max_duration_ns; /* 0: open */
  gboolean errors_only;
  gboolean ok_only; /* no span has failed */
  gboolean has_location;
  gboolean has_logs;
  FlowTraceSort sort;
  guint64 before_number; /* only traces that arrived before this one; 0: all */
  const char *tag;       /* NULL: any; has this tag */
  gboolean has_note;
  gboolean has_tags;
  gboolean pinned;
  const char *workspace; /* NULL: any; the id, the name or the folder of its workspace */
  const char *session;   /* NULL: any; the id or the name of its debug session */
} FlowTraceFilter;

/** FlowString: bytes with a NUL behind them that does not count. */
typedef struct
{
  const char *data;
  gsize length;
} FlowString;

/** FlowTraceSpan: a span as read. Strings live as long as the FlowTrace. */
typedef struct
{
  guint64 span_id; /* 8 bytes in memory order */
  guint64 parent_id;
  guint64 start_ns;
  gint64 duration_ns; /* may be negative: ends before it starts */
  FlowString name;
  FlowString service;
  FlowString file; /* empty: no location */
  guint32 line;
  guint8 kind;
  guint8 status;
  guint8 flags;        /* FlowSpanFlags */
  FlowString resource; /* protobuf: ResourceSpans header */
  FlowString scope;    /* protobuf: ScopeSpans header */
  const FlowDictionary *strings;
  const guint8 *extra; /* flow-attribute.h */
  gsize extra_length;
} FlowTraceSpan;

typedef struct
{
  guint8 trace_id[16];
  guint64 span_id;
  guint64 time_ns;
  FlowString body; /* when it is a string */
  FlowString service;
  FlowString file;
  guint32 line;
  guint8 severity;
  guint8 flags;
  FlowString resource;
  FlowString scope;
  const FlowDictionary *strings;
  const guint8 *extra;
  gsize extra_length;
} FlowTraceLog;

/** FlowTrace: a trace as it was when it was read. Reference counted; immutable. */
typedef struct
{
  gatomicrefcount references;
  FlowTraceInfo *info;
  FlowTraceSpan *spans; /* by start, parents before children where the clocks allow */
  gsize n_spans;
  FlowTraceLog *logs; /* by time */
  gsize n_logs;
  GPtrArray *segments; /* what keeps the strings alive */
  GPtrArray *service_names;
} FlowTrace;

/** FlowMetricSeries: one series; points in order of time. */
typedef struct
{
  FlowString name;
  FlowString service;
  FlowString resource, scope;
  FlowString metric;     /* protobuf: Metric without points */
  FlowString attributes; /* protobuf: KeyValueList */
  guint8 kind;           /* FlowPointKind */
  GArray *points;        /* FlowMetricPoint */
} FlowMetricSeries;

typedef struct
{
  guint64 time_ns;
  FlowString point; /* protobuf: data point without attributes */
} FlowMetricPoint;

typedef struct
{
  GPtrArray *series; /* FlowMetricSeries */
  GPtrArray *segments;
  GPtrArray *service_names;
} FlowMetrics;

typedef struct
{
  guint32 number;
  char *name;
  guint64 spans;
  guint64 errors;
  guint64 traces; /* 0 before flow_trace_reader_count_traces() */
  gint64 last_ns; /* end of the newest segment that has one */
} FlowServiceInfo;

/** FlowLodBucket: what started in one bucket of time for one service. */
typedef struct
{
  gint64 start_ns;
  gint64 width_ns;
  guint32 service; /* number, see flow_trace_reader_service_name() */
  guint64 spans;
  guint64 busy_ns;
  guint64 max_ns;
  guint64 errors;
} FlowLodBucket;

typedef struct
{
  gint64 min_duration_ns, max_duration_ns; /* 0: open */
  int status;                              /* -1: any; 0, 1, 2 */
  gboolean errors_only;                    /* FLOW_SPAN_ERROR */
  const char *service;                     /* NULL: any */
  gint64 since_ns, until_ns;               /* by start; 0: open */
} FlowSpanFilter;

/** FlowSearchHit: one span or log whose name, attribute, event or body holds the text. */
typedef struct
{
  guint8 trace_id[16];
  guint64 span_id;
  guint64 time_ns;
  FlowSignal signal;
  char *name; /* of the span, or the log's body */
  char *service;
  char *key; /* the attribute it was found in; "name", "event", "body", "status" else */
  char *value;
} FlowSearchHit;

FlowTraceReader *flow_trace_reader_open (const char *database, GError **error);
void flow_trace_reader_free (FlowTraceReader *self);
void flow_trace_reader_set_cache (FlowTraceReader *self, gsize bytes);
sqlite3 *flow_trace_reader_get_connection (FlowTraceReader *self);
gint64 flow_trace_reader_get_version (FlowTraceReader *self);

GPtrArray *flow_trace_reader_list (FlowTraceReader *self, const FlowTraceFilter *filter, GError **error);
FlowTrace *flow_trace_reader_load (FlowTraceReader *self, const guint8 trace_id[16], GError **error);
GPtrArray *flow_trace_reader_services (FlowTraceReader *self, GError **error);
gboolean flow_trace_reader_count_traces (FlowTraceReader *self, GPtrArray *services, GError **error);
char *flow_trace_reader_service_name (FlowTraceReader *self, guint32 service);
GHashTable *flow_trace_reader_get_facts (FlowTraceReader *self, GError **error);
gboolean flow_trace_reader_get_place (FlowTraceReader *self, guint64 number, char **workspace, char **session,
                                      GError **error);
gboolean flow_trace_filter_match_facts (const FlowTraceFilter *filter, const FlowTraceFacts *facts);
FlowMetrics *flow_trace_reader_metrics (FlowTraceReader *self, const char *name, const char *const *attributes,
                                        GError **error);
GPtrArray *flow_trace_reader_search (FlowTraceReader *self, const char *text, guint limit, GError **error);
GArray *flow_trace_reader_lod (FlowTraceReader *self, gint64 since_ns, gint64 until_ns, guint pixels, GError **error);
gboolean flow_trace_reader_count (FlowTraceReader *self, const FlowSpanFilter *filter, guint64 *count, GError **error);

/** FlowExportVisitor: gets the stored rows of a signal as batches, oldest first; return FALSE (with @error) to stop. */
typedef gboolean (*FlowExportVisitor) (const FlowSpanBatch *rows, gpointer data, GError **error);
gboolean flow_trace_reader_export (FlowTraceReader *self, FlowSignal signal, FlowExportVisitor visit, gpointer data,
                                   GError **error);
FlowSpanBatch *flow_trace_to_batch (const FlowTrace *trace, FlowSignal signal);

FlowTrace *flow_trace_ref (FlowTrace *trace);
void flow_trace_unref (FlowTrace *trace);
void flow_trace_info_unref (FlowTraceInfo *info);
FlowTraceInfo *flow_trace_info_ref (FlowTraceInfo *info);
const char *flow_trace_info_get_title (const FlowTraceInfo *info);
void flow_metrics_free (FlowMetrics *metrics);
void flow_service_info_free (FlowServiceInfo *info);
void flow_search_hit_free (FlowSearchHit *hit);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FlowTraceReader, flow_trace_reader_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (FlowTrace, flow_trace_unref)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (FlowTraceInfo, flow_trace_info_unref)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (FlowMetrics, flow_metrics_free)

G_END_DECLS
