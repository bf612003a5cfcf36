/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * FlowLogSink:
 * @level: how important it is, one bit
 * @domain: where it comes from, for example `flow-store`; "" when it does not say
 * @message: what it says, valid UTF-8
 * @time_us: when, microseconds since 1970
 * @data: the caller's
 *
 * Hears the messages of the process, on any thread, several at a time. Must not log itself: GLib ends the process then.
 */
typedef void (*FlowLogSink) (GLogLevelFlags level, const char *domain, const char *message, gint64 time_us,
                             gpointer data);

void flow_log_init (gboolean json);
void flow_log_set_sink (FlowLogSink sink, gpointer data);

G_END_DECLS
