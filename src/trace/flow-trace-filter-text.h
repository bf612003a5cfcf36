/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "trace/flow-trace-filter-copy.h"

G_BEGIN_DECLS

/**
 * FlowFilterToken:
 *
 * What a part of a filter's text is about.
 */
typedef enum
{
  FLOW_FILTER_WORD,
  FLOW_FILTER_ATTRIBUTE,
  FLOW_FILTER_DURATION,
  FLOW_FILTER_SERVICE,
  FLOW_FILTER_STATUS,
  FLOW_FILTER_HAS,
  FLOW_FILTER_TAG,
  FLOW_FILTER_SINCE,
  FLOW_FILTER_UNTIL,
  FLOW_FILTER_WORKSPACE,
  FLOW_FILTER_SESSION,
} FlowFilterToken;

FlowTraceFilterCopy *flow_trace_filter_text_parse (const char *text, gint64 now_ns, GError **error);
char *flow_trace_filter_text_add (const char *text, FlowFilterToken token, const char *value);
char *flow_trace_filter_text_remove (const char *text, FlowFilterToken token, const char *value);
gboolean flow_trace_filter_text_has (const char *text, FlowFilterToken token, const char *value);
char *flow_trace_filter_text_toggle (const char *text, FlowFilterToken token, const char *value);

G_END_DECLS
