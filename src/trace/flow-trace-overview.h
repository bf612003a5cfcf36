/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "trace/flow-trace-reader.h"

G_BEGIN_DECLS

/**
 * FlowTraceOverview:
 * @first_ns: when the first span that is stored starts, ns since 1970
 * @last_ns: when the last one ends
 * @since_ns: start of what was asked for
 * @until_ns: its end
 * @pixels: how many buckets it was cut into
 * @spans: spans in it
 * @errors: how many of them failed
 * @buckets: (element-type FlowLodBucket): what started when, by time, then service
 * @names: (element-type guint32 utf8): the names of the services in @buckets
 *
 * How much happened when. Belongs to whoever asked for it.
 */
typedef struct
{
  gint64 first_ns, last_ns;
  gint64 since_ns, until_ns;
  guint pixels;
  guint64 spans;
  guint64 errors;
  GArray *buckets;
  GHashTable *names;
} FlowTraceOverview;

FlowTraceOverview *flow_trace_reader_overview (FlowTraceReader *self, gint64 since_ns, gint64 until_ns, guint pixels,
                                               GError **error);
void flow_trace_overview_free (FlowTraceOverview *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FlowTraceOverview, flow_trace_overview_free)

G_END_DECLS
