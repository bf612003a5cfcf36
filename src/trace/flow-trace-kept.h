/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <sqlite3.h>

#include "trace/flow-segment.h"
#include "trace/flow-trace-index.h"

G_BEGIN_DECLS

/**
 * FlowTraceKept:
 * @numbers: traces that the user said something about, %NULL when that has to be read again
 * @whole: (signal, id) -> revision of segments that hold rows of such traces alone, so that retention need not read
 *   them again
 *
 * What retention spares. Belongs to the writer thread.
 */
typedef struct
{
  GHashTable *numbers;
  GHashTable *whole;
} FlowTraceKept;

void flow_trace_kept_forget (FlowTraceKept *self);
gboolean flow_trace_kept_load (FlowTraceKept *self, FlowTraceIndex *index, sqlite3 *db, GError **error);
gboolean flow_trace_kept_has (const FlowTraceKept *self, guint64 trace);
void flow_trace_kept_add_whole (FlowTraceKept *self, const FlowSegmentEntry *entry, guint32 revision);
gboolean flow_trace_kept_is_whole (const FlowTraceKept *self, const FlowSegmentEntry *entry);

G_END_DECLS
