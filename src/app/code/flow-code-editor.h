/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "app/flow-services.h"

G_BEGIN_DECLS

char *flow_code_editor_get_command (FlowServices *services);
char *flow_code_editor_get_name (const char *command);
gboolean flow_code_editor_start (const char *command, const char *file, guint line, guint column, GError **error);

G_END_DECLS
