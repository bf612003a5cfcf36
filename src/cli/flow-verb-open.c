/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-verb-open"

#include <glib/gi18n.h>
#include <stdio.h>
#include <string.h>

#include "base/flow-error.h"
#include "cli/flow-terminal.h"
#include "cli/flow-trace-pick.h"
#include "cli/flow-verbs.h"
#include "launch/flow-editor-command.h"
#include "launch/flow-spawn.h"
#include "launch/flow-trusted-paths.h"
#include "message/flow-json-member.h"
#include "trace/flow-span-location.h"

static const FlowOption options[] = {
  { "editor", 0, FLOW_OPTION_TEXT, "COMMAND", N_ ("Use this command instead of the setting editor-command"), NULL },
  { "wait", 'w', FLOW_OPTION_FLAG, NULL, N_ ("Wait until the editor ends"), NULL },
  { "print", 'p', FLOW_OPTION_FLAG, NULL, N_ ("Only print FILE:LINE:COLUMN"), NULL },
  { NULL },
};

static void
add_known_folders (FlowLocator *locator, FlowSettings *settings, FlowTrustedPaths *trusted)
{
  g_autoptr (GVariant) workspaces = flow_settings_get (settings, "workspace-folders", NULL);
  g_autofree const char **folders = workspaces != NULL ? g_variant_get_strv (workspaces, NULL) : NULL;
  g_autofree char *here = g_get_current_dir ();
  g_autofree char *project = flow_trusted_paths_project (here);

  if (project != NULL)
    flow_locator_add_folder (locator, project);
  for (gsize i = 0; folders != NULL && folders[i] != NULL; i++)
    flow_locator_add_folder (locator, folders[i]);
  for (const char *const *path = flow_trusted_paths_list (trusted); *path != NULL; path++)
    flow_locator_add_folder (locator, *path);
}

/* A file outside every known folder: the user may say yes, which is remembered. */
static gboolean
ask_for (FlowCli *cli, FlowTrustedPaths *trusted, FlowSpanLocation *location, GError **error)
{
  g_autofree char *scope = flow_trusted_paths_scope (location->outside);
  g_autofree char *question = NULL;
  g_autoptr (GError) local = NULL;

  question = g_strdup_printf (_ ("%s is outside every known folder. Open it, and files in %s from now on?"),
                              location->outside, scope);
  if (!flow_cli_ask (cli, question))
    {
      g_set_error (error, FLOW_ERROR, FLOW_ERROR_NOT_TRUSTED, _ ("%s is outside every known folder; it is not opened"),
                   location->outside);
      return FALSE;
    }
  if (!flow_trusted_paths_add (trusted, scope, &local))
    flow_cli_note (cli, "flowctl: %s", local->message);
  location->file = g_steal_pointer (&location->outside);
  return TRUE;
}

static gboolean
find_location (FlowCli *cli, const char *word, FlowLocator *locator, FlowTrustedPaths *trusted,
               FlowSpanLocation *location, GError **error)
{
  g_auto (GStrv) parts = g_strsplit (word, ":", 2);
  g_autoptr (FlowTrace) trace = flow_trace_pick_whole (cli, parts[0], error);
  g_autoptr (GError) local = NULL;
  gboolean found;
  gsize span = 0;

  if (trace == NULL || (parts[1] != NULL && !flow_trace_pick_span (trace, parts[1], &span, error)))
    return FALSE;
  if (parts[1] != NULL)
    found = flow_span_location_find (trace, span, locator, location, &local);
  else
    found = flow_span_location_find_any (trace, locator, location, &local);
  if (found)
    return TRUE;
  if (location->outside != NULL && flow_cli_is_interactive (cli))
    return ask_for (cli, trusted, location, error);
  g_propagate_error (error, g_steal_pointer (&local));
  return FALSE;
}

static char *
choose_command (FlowCli *cli, FlowArguments *arguments, const FlowSettingsSnapshot *settings, GError **error)
{
  const char *given = flow_arguments_text (arguments, "editor");
  gboolean graphical = g_getenv ("WAYLAND_DISPLAY") != NULL || g_getenv ("DISPLAY") != NULL;
  char *command;

  if (given != NULL)
    return g_strdup (given);
  if (settings->editor_command[0] != '\0')
    return g_strdup (settings->editor_command);
  command = flow_editor_command_default (graphical, flow_cli_is_interactive (cli));
  if (command == NULL)
    g_set_error_literal (error, FLOW_ERROR, FLOW_ERROR_NOT_FOUND,
                         _ ("no editor was found; choose one: flowctl settings set editor-command "
                            "'EDITOR +{line} {file}'"));
  return command;
}

static gboolean
start_editor (FlowCli *cli, const char *const *argv, gboolean wait, GError **error)
{
  gboolean in_terminal = flow_editor_command_needs_terminal (argv);
  int status = 0;

  if (in_terminal && !flow_terminal_is_terminal (fileno (stdin)))
    {
      g_set_error (error, FLOW_ERROR, FLOW_ERROR_UNSUPPORTED, _ ("%s needs a terminal"), argv[0]);
      return FALSE;
    }
  if (!in_terminal && !wait)
    return flow_spawn_detached (argv, error);
  if (!flow_spawn_supervised (argv, NULL, &status, error))
    return FALSE;
  if (status == 0)
    return TRUE;
  g_set_error (error, FLOW_ERROR, FLOW_ERROR_FAILED, _ ("%s ended with status %d"), argv[0], status);
  return FALSE;
}

static void
print_location (FlowCli *cli, const FlowSpanLocation *location)
{
  FlowJsonWriter *writer;

  if (!flow_cli_is_json (cli))
    {
      flow_cli_print_outside (cli, location->file, -1);
      flow_cli_print (cli, ":%u:%u\n", MAX (location->line, 1), MAX (location->column, 1));
      return;
    }
  writer = flow_cli_begin_json (cli);
  flow_json_writer_begin_object (writer);
  flow_json_member_text (writer, "file", location->file, -1);
  flow_json_member_int (writer, "line", location->line);
  flow_json_member_int (writer, "column", location->column);
  flow_json_member_text (writer, "from", location->origin, -1);
  flow_json_writer_end_object (writer);
  flow_cli_end_json (cli);
}

static gboolean
open_location (FlowCli *cli, FlowArguments *arguments, const FlowSettingsSnapshot *settings,
               const FlowSpanLocation *location, GError **error)
{
  g_autofree char *command = choose_command (cli, arguments, settings, error);
  g_auto (GStrv) argv = NULL;

  if (command == NULL)
    return FALSE;
  argv = flow_editor_command_build (command, location->file, location->line, location->column, error);
  return argv != NULL && start_editor (cli, (const char *const *) argv, flow_arguments_has (arguments, "wait"), error);
}

static gboolean
run (FlowCli *cli, FlowArguments *arguments, GError **error)
{
  FlowSettings *all = flow_cli_get_settings (cli, error);
  g_autoptr (FlowSettingsSnapshot) settings = all != NULL ? flow_settings_snapshot (all) : NULL;
  g_autoptr (FlowTrustedPaths) trusted = NULL;
  g_autoptr (FlowLocator) locator = NULL;
  g_auto (FlowSpanLocation) location = { NULL };
  g_autofree char *trusted_file = NULL;
  FlowContext *context;

  if (settings == NULL)
    return FALSE;
  context = flow_cli_get_context (cli, NULL);
  trusted_file = g_build_filename (flow_context_get_state_dir (context), "trusted-paths", NULL);
  trusted = flow_trusted_paths_new (trusted_file);
  locator = flow_locator_new (settings->path_maps, settings->n_path_maps);
  add_known_folders (locator, all, trusted);

  if (!find_location (cli, flow_arguments_word (arguments, 0), locator, trusted, &location, error))
    return FALSE;
  if (!flow_arguments_has (arguments, "print") && !open_location (cli, arguments, settings, &location, error))
    return FALSE;
  print_location (cli, &location);
  return TRUE;
}

const FlowVerb flow_verb_open = {
  .name = "open",
  .synopsis = "TRACE[:SPAN]",
  .summary = N_ ("Open a span's source in the editor"),
  .description = N_ (
      "The place is what the span says (code.file.path, code.line.number), else the innermost frame of its "
      "exception in a known folder, else what its log records say. Without SPAN the first span that knows "
      "its place is taken, spans with errors first.\n\n"
      "Only regular files in known folders are opened: the project of the current folder, the local "
      "folders of path-maps, workspace-folders, and what you said yes to. For programs in containers: flowctl "
      "settings set path-maps \"[('SERVICE', '/app', '/home/me/src/app')]\""),
  .options = options,
  .min = 1,
  .max = 1,
  .run = run,
};
