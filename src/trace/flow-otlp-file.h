/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

#include "trace/flow-span-batch.h"

G_BEGIN_DECLS

/**
 * FlowOtlpFileFunc:
 * @batch: one request of the file; take a reference to keep it
 * @bytes_done: how far the file has been read, in bytes on the disk
 * @bytes_total: its size, 0 when it is not known
 *
 * Gets what a file holds, request by request.
 *
 * Returns: %FALSE, with @error, to stop
 */
typedef gboolean (*FlowOtlpFileFunc) (FlowSpanBatch *batch, guint64 bytes_done, guint64 bytes_total, gpointer data,
                                      GError **error);

gboolean flow_otlp_file_read (const char *path, FlowOtlpFileFunc func, gpointer data, GCancellable *cancellable,
                              GError **error);

typedef enum
{
  FLOW_OTLP_FILE_JSON,       /* one request */
  FLOW_OTLP_FILE_JSON_LINES, /* a request a line, as the collector's file exporter writes */
  FLOW_OTLP_FILE_PROTOBUF,   /* one request; more of them each behind its length */
} FlowOtlpFileFormat;

/** FlowOtlpWriter: writes batches to a file. */
typedef struct _FlowOtlpWriter FlowOtlpWriter;

FlowOtlpWriter *flow_otlp_writer_new (const char *path, FlowOtlpFileFormat format, gboolean gzip, GError **error);
gboolean flow_otlp_writer_append (FlowOtlpWriter *self, const FlowSpanBatch *batch, GError **error);
gboolean flow_otlp_writer_close (FlowOtlpWriter *self, GError **error);
void flow_otlp_writer_free (FlowOtlpWriter *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FlowOtlpWriter, flow_otlp_writer_free)

G_END_DECLS
