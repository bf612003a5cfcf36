/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <gio/gio.h>

#include "launch/flow-locator.h"
#include "trace/flow-trace-reader.h"

G_BEGIN_DECLS

/**
 * FlowLineMetrics:
 * @line: 1-based
 * @function: (nullable): what the newest span calls the function around it
 * @count: spans that ran here
 * @errors: how many of them failed
 * @p50_ns: half of them took at most this long (nearest rank)
 * @p95_ns: of 20 of them 19 took at most this long (nearest rank)
 * @start_ns: when the newest one started, since 1970
 * @trace_id: of the newest one
 * @span_id: of the newest one, 8 bytes in memory order
 *
 * What ran on one line of a file.
 */
typedef struct
{
  guint line;
  char *function;
  guint64 count;
  guint64 errors;
  gint64 p50_ns;
  gint64 p95_ns;
  gint64 start_ns;
  guint8 trace_id[16];
  guint64 span_id;
} FlowLineMetrics;

/**
 * FlowFileMetrics:
 * @file: the real path of the file
 * @lines: (element-type FlowLineMetrics): by line
 * @total: spans on all of them
 * @since_ns: when the oldest of them started, 0 when there is none
 *
 * What ran in one file: the newest spans of it, up to a bound, so that the figures say what the program does these
 * days and cost the same however large the store is. Immutable and reference-counted, for any thread.
 *
 * It remembers what each segment had for it, so that the next question reads only what came since.
 */
typedef struct
{
  gatomicrefcount references;
  char *file;
  GArray *lines;
  guint64 total;
  gint64 since_ns;

  /*< private >*/
  GPtrArray *pieces; /* FlowFilePiece, newest first */
  GArray *newest;    /* FlowFilePlace of each line */
} FlowFileMetrics;

FlowFileMetrics *flow_trace_reader_file_metrics (FlowTraceReader *self, const char *file, FlowLocator *locator,
                                                 FlowFileMetrics *before, GCancellable *cancellable, GError **error);
FlowFileMetrics *flow_file_metrics_ref (FlowFileMetrics *self);
void flow_file_metrics_unref (FlowFileMetrics *self);
gsize flow_file_metrics_get_bytes (const FlowFileMetrics *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FlowFileMetrics, flow_file_metrics_unref)

G_END_DECLS
