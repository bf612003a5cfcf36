/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * FlowReportFunc:
 * @stage: what the work is at, in its own numbers
 * @done: how much of that is done
 * @total: of how much, 0 when that is not known
 * @data: the caller's
 *
 * Hears how far work is.
 */
typedef void (*FlowReportFunc) (guint stage, guint64 done, guint64 total, gpointer data);

typedef struct _FlowReport FlowReport;

FlowReport *flow_report_new (GMainContext *context, FlowReportFunc func, gpointer data);
void flow_report_free (FlowReport *self);
void flow_report_say (FlowReport *self, guint stage, guint64 done, guint64 total);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FlowReport, flow_report_free)

G_END_DECLS
