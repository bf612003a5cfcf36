/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

gboolean flow_duration_parse (const char *text, gint64 *ns, GError **error);
char *flow_duration_format (gint64 ns);
gboolean flow_time_parse (const char *text, gint64 now_ns, gint64 *ns, GError **error);
char *flow_time_format (gint64 ns, gint64 now_ns);

G_END_DECLS
