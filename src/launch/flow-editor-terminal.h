/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

gboolean flow_editor_terminal_exists (void);
char **flow_editor_terminal_wrap (const char *const *argv, GError **error);
char **flow_editor_terminal_wrap_waiting (const char *const *argv, gboolean *waits, GError **error);

G_END_DECLS
