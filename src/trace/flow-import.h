/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

#include "trace/flow-trace-store.h"

G_BEGIN_DECLS

/**
 * FlowImportCounts:
 * @spans: spans that were read
 * @logs: log records that were read
 * @points: metric points that were read
 * @duplicates: rows that were stored before, as far as that is known here
 * @refused: rows that are not valid
 *
 * What was in files.
 */
typedef struct
{
  guint64 spans;
  guint64 logs;
  guint64 points;
  guint64 duplicates;
  guint64 refused;
} FlowImportCounts;

/** FlowImportProgress: how far a file has been read, in bytes on the disk; @total is 0 when that is not known. */
typedef void (*FlowImportProgress) (guint64 done, guint64 total, gpointer data);

/**
 * FlowImportFunc:
 * @batch: some rows of the file
 * @body: the same as a request of OTLP, protobuf
 *
 * Takes rows in.
 *
 * Returns: %FALSE, with @error, to stop
 */
typedef gboolean (*FlowImportFunc) (FlowSpanBatch *batch, GBytes *body, gpointer data, GError **error);

gboolean flow_import_read (const char *path, FlowImportFunc func, FlowImportProgress progress, gpointer data,
                           FlowImportCounts *counts, GCancellable *cancellable, GError **error);
gboolean flow_import_store (const char *path, FlowTraceStore *store, FlowImportProgress progress, gpointer data,
                            FlowImportCounts *counts, GCancellable *cancellable, GError **error);

G_END_DECLS
