/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-editor-start"

#include "launch/flow-editor-start.h"

#include "launch/flow-editor-command.h"
#include "launch/flow-editor-terminal.h"
#include "launch/flow-spawn.h"

/**
 * flow_editor_start:
 * @command: a command line, as in the setting `editor-command`
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
flow_editor_start (const char *command, const char *file, guint line, guint column, GError **error)
{
  g_auto (GStrv) argv = flow_editor_command_build (command, file, line, column, error);
  g_auto (GStrv) wrapped = NULL;

  if (argv == NULL)
    return FALSE;
  if (!flow_editor_command_needs_terminal ((const char *const *) argv))
    return flow_spawn_detached ((const char *const *) argv, error);
  wrapped = flow_editor_terminal_wrap ((const char *const *) argv, error);
  return wrapped != NULL && flow_spawn_detached ((const char *const *) wrapped, error);
}

/**
 * flow_editor_name:
 * @command: a command line
 *
 * Get what people call the editor of a command line.
 *
 * Returns: (transfer full): a name
 */
char *
flow_editor_name (const char *command)
{
  g_auto (GStrv) words = NULL;
  const FlowEditorPreset *preset = NULL;

  if (!g_shell_parse_argv (command, NULL, &words, NULL))
    return g_strdup (command);
  preset = flow_editor_preset_for_program (words[0]);
  return preset != NULL ? g_strdup (preset->name) : g_path_get_basename (words[0]);
}
