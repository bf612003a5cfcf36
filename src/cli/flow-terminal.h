/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

gboolean flow_terminal_is_terminal (int descriptor);
guint flow_terminal_get_width (int descriptor);
void flow_terminal_set_echo (int descriptor, gboolean echo);

void flow_terminal_escape (GString *out, const char *text, gssize length);
char *flow_terminal_escaped (const char *text, gssize length);
guint flow_terminal_columns (const char *text);

G_END_DECLS
