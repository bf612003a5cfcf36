/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "trace/flow-segment.h"
#include "trace/flow-trace-index.h"
#include "trace/flow-trace-reader.h"

G_BEGIN_DECLS

struct _FlowTraceReader
{
  sqlite3 *db;
  sqlite3_stmt *begin;
  sqlite3_stmt *commit;
  sqlite3_stmt *version_stmt;
  sqlite3_stmt *newest;
  sqlite3_stmt *segment_at;
  gint64 version; /* PRAGMA data_version of what is cached below */
  FlowSipKey key;
  FlowTraceIndex *index;
  gboolean index_fresh;
  GArray *directory[FLOW_N_SIGNALS]; /* FlowSegmentEntry by id, NULL: not read yet */
  GPtrArray *service_names;          /* by number, NULL: not read yet */
  GHashTable *facts;                 /* trace id -> FlowTraceFacts, of which both are part */
  gint64 facts_revision;
  gboolean facts_fresh;
  GHashTable *segments; /* id -> CacheEntry */
  GQueue recent;
  gsize cached;
  gsize max_cached;
};

gboolean flow_trace_reader_begin (FlowTraceReader *self, GError **error);
void flow_trace_reader_refresh (FlowTraceReader *self);
void flow_trace_reader_end (FlowTraceReader *self);
GArray *flow_trace_reader_directory (FlowTraceReader *self, FlowSignal signal, GError **error);
FlowSegment *flow_trace_reader_segment (FlowTraceReader *self, const FlowSegmentEntry *entry);
void flow_trace_reader_settle (FlowTraceReader *self, FlowSegment *segment);
gboolean flow_trace_reader_find (FlowTraceReader *self, const guint8 trace_id[16], guint64 *number, GError **error);
gboolean flow_trace_reader_service_number (FlowTraceReader *self, const char *name, guint32 *number, GError **error);
const char *flow_trace_reader_service (FlowTraceReader *self, guint32 service);
FlowString flow_segment_string (const FlowSegment *segment, FlowColumnId column, gsize row);
FlowString flow_trace_reader_row_service (FlowTraceReader *self, const FlowSegment *segment, gsize row);
void flow_trace_reader_get_span (FlowTraceReader *self, const FlowSegment *segment, gsize row, FlowTraceSpan *span);
void flow_trace_reader_get_log (FlowTraceReader *self, const FlowSegment *segment, gsize row, const guint8 trace_id[16],
                                FlowTraceLog *log);
FlowTraceInfo *flow_trace_reader_info (FlowTraceReader *self, sqlite3_stmt *row);
FlowTraceFacts *flow_trace_reader_find_facts (FlowTraceReader *self, const guint8 trace_id[16]);
FlowTraceInfo *flow_trace_reader_info_by_number (FlowTraceReader *self, guint64 number, GError **error);
FlowTraceInfo *flow_trace_reader_find_info (FlowTraceReader *self, const guint8 trace_id[16], GError **error);

/** FlowAttributeTest: "key=value" taken apart. */
typedef struct
{
  const char *key;
  gsize key_length;
  const char *value;
  gsize value_length;
} FlowAttributeTest;

gboolean flow_attribute_test_init (FlowAttributeTest *self, const char *text, GError **error);
gboolean flow_attribute_test_key_values (const FlowAttributeTest *self, gconstpointer list, gsize length);
gboolean flow_attribute_test_header (const FlowAttributeTest *self, gconstpointer header, gsize length);
gboolean flow_attribute_test_extra (const FlowAttributeTest *self, const FlowDictionary *strings, const guint8 *extra,
                                    gsize length);

/** FlowMatch: called for each row that matches; FALSE stops. */
typedef gboolean (*FlowMatch) (FlowSegment *segment, gsize row, gpointer data);
gboolean flow_trace_reader_match_attribute (FlowTraceReader *self, FlowSegment *segment, const FlowAttributeTest *test,
                                            const GArray *bloom_query, FlowMatch match, gpointer data,
                                            gboolean *stopped, GError **error);
gboolean flow_trace_reader_bloom (FlowTraceReader *self, const FlowSegment *segment, const GArray *query,
                                  gboolean *may_hold, GError **error);
GArray *flow_attribute_test_query (const FlowAttributeTest *self, const FlowSipKey *key);

G_END_DECLS
