/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/**
 * FLOW_OVERVIEW_MARK_SIZE:
 *
 * Pixels of a mark, in both directions.
 */
#define FLOW_OVERVIEW_MARK_SIZE 6

/**
 * FlowOverviewMarkKind:
 * @FLOW_OVERVIEW_MARK_DONE: it went well
 * @FLOW_OVERVIEW_MARK_ASKS: it left a question
 * @FLOW_OVERVIEW_MARK_FAILED: it failed
 *
 * How something that happened beside the traces went.
 */
typedef enum
{
  FLOW_OVERVIEW_MARK_DONE,
  FLOW_OVERVIEW_MARK_ASKS,
  FLOW_OVERVIEW_MARK_FAILED,
} FlowOverviewMarkKind;

/**
 * FlowOverviewMarks:
 *
 * What happened beside the traces, on their axis of time.
 */
typedef struct _FlowOverviewMarks FlowOverviewMarks;

FlowOverviewMarks *flow_overview_marks_new (void);
FlowOverviewMarks *flow_overview_marks_ref (FlowOverviewMarks *self);
void flow_overview_marks_unref (FlowOverviewMarks *self);
void flow_overview_marks_add (FlowOverviewMarks *self, gint64 time_ns, FlowOverviewMarkKind kind, const char *text);
guint flow_overview_marks_count (FlowOverviewMarks *self, gint64 since_ns, gint64 until_ns);
const char *flow_overview_marks_find (FlowOverviewMarks *self, gint64 since_ns, gint64 until_ns);
void flow_overview_marks_draw (FlowOverviewMarks *self, GtkWidget *widget, GtkSnapshot *snapshot, gint64 since_ns,
                               gint64 until_ns);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FlowOverviewMarks, flow_overview_marks_unref)

G_END_DECLS
