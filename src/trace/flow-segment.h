/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <sqlite3.h>

#include "trace/flow-columns.h"
#include "trace/flow-segment-builder.h"

G_BEGIN_DECLS

/** FlowSegmentEntry: one row of the segment table. */
typedef struct
{
  FlowSignal signal;
  guint64 id;   /* ordinal of its first row */
  guint64 last; /* ordinal after its last row */
  gboolean sealed;
  guint32 revision;
  guint32 rows;
  gint64 t0, t1;
  guint64 first_trace, last_trace;
  gint64 max_duration;
  guint64 errors;
  gint64 arrived; /* seconds since 1970 */
  guint8 *services;
  gsize services_length;
} FlowSegmentEntry;

/**
 * FlowSegment:
 *
 * A part or segment as read: columns, strings and extras are fetched and decoded when somebody needs them, and stay.
 * Belongs to one thread.
 */
typedef struct
{
  gatomicrefcount references;
  FlowSignal signal;
  guint64 id;
  guint64 last; /* ordinal after its last row */
  guint32 revision;
  gboolean sealed;
  gsize rows;
  guint32 have; /* bit a column */
  gsize bytes;  /* memory in use */
  FlowColumn columns[FLOW_N_COLUMNS];
  FlowDictionary *strings;
  guint8 *extra;
  gsize extra_length;
  guint32 *extra_offsets; /* rows + 1 */
  GArray *lod;            /* FlowLodRow */
  guint lod_shift;
} FlowSegment;

#define FLOW_COLUMN_BIT(column) (1u << (column))
#define FLOW_COLUMNS_ALL ((1u << FLOW_N_COLUMNS) - 1)

FlowSegment *flow_segment_new (const FlowSegmentEntry *entry);
FlowSegment *flow_segment_ref (FlowSegment *self);
void flow_segment_unref (FlowSegment *self);
gboolean flow_segment_need_columns (FlowSegment *self, sqlite3 *db, guint32 columns, GError **error);
gboolean flow_segment_need_strings (FlowSegment *self, sqlite3 *db, GError **error);
gboolean flow_segment_need_text (FlowSegment *self, sqlite3 *db, GError **error);
gboolean flow_segment_is_sealed_by_key (sqlite3 *db, guint64 id, gboolean *sealed, GError **error);
gboolean flow_segment_need_lod (FlowSegment *self, sqlite3 *db, GError **error);
void flow_segment_find_trace (const FlowSegment *self, guint64 trace, gsize *first, gsize *end);
gboolean flow_segment_add_to_builder (FlowSegment *self, gsize row, FlowSegmentBuilder *builder, FlowRemap *map);

static inline guint64
flow_segment_get (const FlowSegment *self, FlowColumnId column, gsize row)
{
  return flow_column_get (&self->columns[column], row);
}

static inline guint64
flow_segment_duration (const FlowSegment *self, gsize row)
{
  return flow_segment_get (self, FLOW_COLUMN_DURATION, row) | flow_segment_get (self, FLOW_COLUMN_DURATION_HIGH, row)
                                                                  << 32;
}

guint64 flow_segment_parent (const FlowSegment *self, gsize row);

static inline const guint8 *
flow_segment_extra (const FlowSegment *self, gsize row, gsize *length)
{
  *length = self->extra_offsets[row + 1] - self->extra_offsets[row];
  return self->extra + self->extra_offsets[row];
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FlowSegment, flow_segment_unref)

G_END_DECLS
