/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "launch/flow-editor-preset.h"

G_BEGIN_DECLS

char **flow_editor_command_build (const char *command, const char *file, guint line, guint column, GError **error);
char **flow_editor_command_build_waiting (const char *command, const char *file, guint line, guint column,
                                          gboolean *waits, GError **error);
char *flow_editor_command_default (gboolean graphical, gboolean terminal);
gboolean flow_editor_command_needs_terminal (const char *const *argv);

G_END_DECLS
