/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "trace/flow-trace-reader-private.h"

G_BEGIN_DECLS

/**
 * FlowTraceMatch:
 *
 * A filter made ready for a reader: services as numbers, words in lower case, attributes taken apart. What a trace's
 * row tells is asked of the row, the rest of its spans.
 */
typedef struct
{
  FlowTraceReader *reader;
  const FlowTraceFilter *filter;
  gboolean nothing; /* no trace can match */
  GArray *services; /* guint32 */
  GPtrArray *words; /* lower case */
  FlowAttributeTest *attributes;
  guint n_attributes;
  char *workspace;     /* (nullable): an id */
  char *session;       /* (nullable): an id */
  sqlite3_stmt *place; /* (nullable): reads where a trace belongs, when that matters */
  sqlite3_stmt *rows;  /* (nullable): rows of that place alone */
} FlowTraceMatch;

/**
 * FlowTraceRowColumn:
 *
 * What a row of trace-newest or trace-one holds, in this order.
 */
typedef enum
{
  FLOW_TRACE_ROW_NUMBER,
  FLOW_TRACE_ROW_ID,
  FLOW_TRACE_ROW_START,
  FLOW_TRACE_ROW_END,
  FLOW_TRACE_ROW_SPANS,
  FLOW_TRACE_ROW_LOGS,
  FLOW_TRACE_ROW_ERRORS,
  FLOW_TRACE_ROW_FLAGS,
  FLOW_TRACE_ROW_NAME,
  FLOW_TRACE_ROW_SERVICES,
} FlowTraceRowColumn;

gboolean flow_trace_match_init (FlowTraceMatch *self, FlowTraceReader *reader, const FlowTraceFilter *filter,
                                GError **error);
gboolean flow_trace_match_asks_for_facts (const FlowTraceFilter *filter);
void flow_trace_match_clear (FlowTraceMatch *self);
gboolean flow_trace_match_row (const FlowTraceMatch *self, sqlite3_stmt *row);
gboolean flow_trace_match_attributes (const FlowTraceMatch *self, const guint8 trace_id[16], guint from,
                                      gboolean *matches, GError **error);
gint64 flow_trace_match_sort_value (const FlowTraceMatch *self, sqlite3_stmt *row);

/* flow-trace-place-read.c */
gboolean flow_trace_match_places_init (FlowTraceMatch *self, GError **error);
void flow_trace_match_places_clear (FlowTraceMatch *self);
gboolean flow_trace_match_has_place (const FlowTraceMatch *self, guint64 number);
sqlite3_stmt *flow_trace_match_rows (const FlowTraceMatch *self, gint64 before);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (FlowTraceMatch, flow_trace_match_clear)

G_END_DECLS
