/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "trace/flow-buffer.h"

G_BEGIN_DECLS

/**
 * FlowColumnId:
 *
 * The columns of a segment, one layout for all three signals; what a signal doesn't have is all zero and costs
 * nothing. Those that filters read come first, so that a reader need not fetch the rest.
 */
typedef enum
{
  FLOW_COLUMN_DURATION,      /* spans: low 32 bits of end - start */
  FLOW_COLUMN_STATUS,        /* spans: status; logs: severity; points: FlowPointKind */
  FLOW_COLUMN_SERVICE,       /* number in the service table */
  FLOW_COLUMN_FLAGS,         /* FlowSpanFlags */
  FLOW_COLUMN_TRACE,         /* trace number, 0: none; ascending */
  FLOW_COLUMN_START,         /* ns since 1970 */
  FLOW_COLUMN_KIND,          /* spans */
  FLOW_COLUMN_NAME,          /* dictionary id: span name, log body, metric name */
  FLOW_COLUMN_FILE,          /* dictionary id: file; points: metric without points */
  FLOW_COLUMN_LINE,          /* line; points: dictionary id of the attributes */
  FLOW_COLUMN_RESOURCE,      /* dictionary id */
  FLOW_COLUMN_SCOPE,         /* dictionary id */
  FLOW_COLUMN_EXTRA_LENGTH,  /* bytes of the row's extra */
  FLOW_COLUMN_DURATION_HIGH, /* spans: high 32 bits of end - start */
  FLOW_COLUMN_PARENT,        /* spans: 0 none, 1 in PARENT_ID, else zigzag (row - parent's row) + 2 */
  FLOW_COLUMN_SPAN_ID,
  FLOW_COLUMN_PARENT_ID,
  FLOW_N_COLUMNS
} FlowColumnId;

/** FlowColumn: decoded; as narrow as its largest value. */
typedef struct
{
  guint8 width; /* bytes a value: 0 (all zero), 1, 2, 4, 8 */
  gpointer data;
} FlowColumn;

static inline guint64
flow_column_get (const FlowColumn *self, gsize row)
{
  switch (self->width)
    {
    case 1:
      return ((const guint8 *) self->data)[row];
    case 2:
      return ((const guint16 *) self->data)[row];
    case 4:
      return ((const guint32 *) self->data)[row];
    case 8:
      return ((const guint64 *) self->data)[row];
    default:
      return 0;
    }
}

/** FLOW_COLUMNS_HEADER: bytes before the columns: one FlowColumnEntry each. */
#define FLOW_COLUMNS_HEADER (FLOW_N_COLUMNS * 8)

void flow_columns_encode (FlowBuffer *out, const guint64 *const values[FLOW_N_COLUMNS], gsize rows, gboolean compress);
gboolean flow_columns_span (const guint8 *header, gsize blob_length, FlowColumnId column, gsize *offset, gsize *length);
gboolean flow_column_decode (const guint8 *header, FlowColumnId column, const guint8 *stored, gsize length, gsize rows,
                             FlowColumn *out);
void flow_column_clear (FlowColumn *column);

void flow_blob_compress (FlowBuffer *out, gconstpointer data, gsize length, gboolean compress);
guint8 *flow_blob_expand (gconstpointer blob, gsize length, gsize *expanded);

G_END_DECLS
