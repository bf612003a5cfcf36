/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <gio/gio.h>

#include "app/shell/flow-log-line.h"

G_BEGIN_DECLS

/**
 * FLOW_LOG_LINES_MAX:
 *
 * Older lines than this many are forgotten.
 */
#define FLOW_LOG_LINES_MAX 10000

#define FLOW_TYPE_LOG_LINES (flow_log_lines_get_type ())
G_DECLARE_FINAL_TYPE (FlowLogLines, flow_log_lines, FLOW, LOG_LINES, GObject)

FlowLogLines *flow_log_lines_new (void);
FlowLogLines *flow_log_lines_get_default (void);
void flow_log_lines_listen (FlowLogLines *self);
void flow_log_lines_add (FlowLogLines *self, FlowLogLine *line);
GPtrArray *flow_log_lines_clear (FlowLogLines *self);
void flow_log_lines_put_back (FlowLogLines *self, GPtrArray *lines);
GListModel *flow_log_lines_get_areas (FlowLogLines *self);

G_END_DECLS
