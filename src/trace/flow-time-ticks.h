/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

gint64 flow_ticks_step (double length_ns, double most);
char *flow_ticks_format (gint64 ns, gint64 step_ns, gint64 longest_ns);
char *flow_ticks_format_clock (guint64 ns, gint64 step_ns);

G_END_DECLS
