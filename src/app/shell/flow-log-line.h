/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <glib-object.h>

G_BEGIN_DECLS

#define FLOW_TYPE_LOG_LINE (flow_log_line_get_type ())
G_DECLARE_FINAL_TYPE (FlowLogLine, flow_log_line, FLOW, LOG_LINE, GObject)

FlowLogLine *flow_log_line_new (GLogLevelFlags level, const char *area, const char *message, gint64 time_us);
GLogLevelFlags flow_log_line_get_level (FlowLogLine *self);
const char *flow_log_line_get_area (FlowLogLine *self);
const char *flow_log_line_get_message (FlowLogLine *self);
gboolean flow_log_line_has (FlowLogLine *self, const char *words);
char *flow_log_line_format_time (FlowLogLine *self);
char *flow_log_line_to_text (FlowLogLine *self);
const char *flow_log_level_get_name (GLogLevelFlags level);

G_END_DECLS
