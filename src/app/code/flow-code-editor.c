/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-code"

#include "app/code/flow-code-editor.h"

#include "launch/flow-editor-command.h"
#include "launch/flow-editor-start.h"
#include "launch/flow-editor-terminal.h"

/**
 * flow_code_editor_get_command:
 * @services: what pages work with
 *
 * Get the command line of the editor in use: the setting, else the first known editor that is installed.
 *
 * Returns: (transfer full) (nullable): a command line, %NULL when there is no editor
 */
char *
flow_code_editor_get_command (FlowServices *services)
{
  g_autoptr (FlowSettingsSnapshot) settings = flow_settings_snapshot (flow_services_get_settings (services));

  if (settings->editor_command[0] != '\0')
    return g_strdup (settings->editor_command);
  return flow_editor_command_default (TRUE, flow_editor_terminal_exists ());
}

/**
 * flow_code_editor_get_name:
 * @command: a command line
 *
 * Get what people call the editor of a command line.
 *
 * Returns: (transfer full): a name
 */
char *
flow_code_editor_get_name (const char *command)
{
  return flow_editor_name (command);
}

/**
 * flow_code_editor_start:
 * @command: a command line
 * @file: an absolute path, from flow_locator_resolve()
 * @line: 1-based, 0 when unknown
 * @column: 1-based, 0 when unknown
 * @error: return location
 *
 * Start an editor at a place, in a terminal when it needs one, and leave it.
 *
 * Returns: %FALSE with %FLOW_ERROR_BAD_ARGUMENT, %FLOW_ERROR_NOT_FOUND or %FLOW_ERROR_FAILED
 */
gboolean
flow_code_editor_start (const char *command, const char *file, guint line, guint column, GError **error)
{
  return flow_editor_start (command, file, line, column, error);
}
