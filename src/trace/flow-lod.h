/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "trace/flow-columns.h"

G_BEGIN_DECLS

/*
 * Level of detail: each sealed segment of spans carries its own summary, at most 256 buckets of start by service. An
 * overview adds up, for each segment in view, its totals when it is narrower than a pixel, this summary while its
 * buckets are, and the spans themselves beyond that. Nothing has to be kept up to date elsewhere when segments are
 * merged, rewritten or deleted.
 */

/** FlowLodRow: the spans of one service that start in [bucket << shift, (bucket + 1) << shift) ns. */
typedef struct
{
  guint64 bucket;
  guint32 service;
  guint64 spans;
  guint64 errors;
  guint64 busy; /* ns, durations added up */
  guint64 max;  /* ns */
} FlowLodRow;

/** FLOW_LOD_BUCKETS: the most buckets that a segment's summary is cut into. */
#define FLOW_LOD_BUCKETS 256

void flow_lod_write (FlowBuffer *out, guint64 *const values[FLOW_N_COLUMNS], gsize rows);
GArray *flow_lod_read (gconstpointer blob, gsize length, guint *shift);

G_END_DECLS
