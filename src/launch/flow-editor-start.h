/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

gboolean flow_editor_start (const char *command, const char *file, guint line, guint column, GError **error);
char *flow_editor_name (const char *command);

G_END_DECLS
