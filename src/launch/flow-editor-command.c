/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-editor-command"

#include "launch/flow-editor-command.h"

#include <string.h>

#include "base/flow-error.h"

typedef struct
{
  const char *file;
  char line[12];
  char column[12];
} Values;

/* One pass from left to right, so that a file called "{line}" stays what it is. */
static char *
expand (const char *argument, const Values *values)
{
  const struct
  {
    const char *name;
    const char *value;
  } all[] = { { "{file}", values->file }, { "{line}", values->line }, { "{column}", values->column } };
  g_autoptr (GString) out = g_string_new (NULL);

  while (*argument != '\0')
    {
      gsize i = 0;

      while (i < G_N_ELEMENTS (all) && !g_str_has_prefix (argument, all[i].name))
        i++;
      if (i < G_N_ELEMENTS (all))
        {
          g_string_append (out, all[i].value);
          argument += strlen (all[i].name);
        }
      else
        {
          g_string_append_c (out, *argument++);
        }
    }
  return g_string_free (g_steal_pointer (&out), FALSE);
}

static gboolean
has_any (char **argv, const char *placeholder)
{
  for (gsize i = 0; argv[i] != NULL; i++)
    if (strstr (argv[i], placeholder) != NULL)
      return TRUE;
  return FALSE;
}

/* "code" alone means what the preset of code says; an unknown editor gets the file as last argument. */
static char **
complete (char **argv)
{
  const FlowEditorPreset *preset = flow_editor_preset_for_program (argv[0]);
  g_auto (GStrv) added = g_strsplit (preset != NULL ? preset->arguments : "{file}", " ", -1);
  GPtrArray *all = g_ptr_array_new ();

  for (gsize i = 0; argv[i] != NULL; i++)
    g_ptr_array_add (all, g_strdup (argv[i]));
  for (gsize i = 0; added[i] != NULL; i++)
    g_ptr_array_add (all, g_strdup (added[i]));
  g_ptr_array_add (all, NULL);
  return (char **) g_ptr_array_free (all, FALSE);
}

/**
 * flow_editor_command_build:
 * @command: a command line as in the setting `editor-command`
 * @file: an absolute path, from flow_locator_resolve()
 * @line: 1-based, 0 when unknown
 * @column: 1-based, 0 when unknown
 * @error: return location
 *
 * Make the arguments to start an editor with. @command is split first (by the quoting rules of a shell, but none runs)
 * and the placeholders are replaced in each argument afterwards, so that whatever @file holds stays inside one
 * argument. A command without `{file}` is completed from the preset of its program.
 *
 * Returns: (transfer full) (array zero-terminated=1): the arguments, or %NULL with %FLOW_ERROR_BAD_ARGUMENT
 */
char **
flow_editor_command_build (const char *command, const char *file, guint line, guint column, GError **error)
{
  g_auto (GStrv) words = NULL;
  g_autoptr (GError) local = NULL;
  Values values = { .file = file };
  char **argv;

  g_return_val_if_fail (g_path_is_absolute (file), NULL);

  if (!g_shell_parse_argv (command, NULL, &words, &local))
    {
      g_set_error (error, FLOW_ERROR, FLOW_ERROR_BAD_ARGUMENT, "editor-command cannot be split into words: %s",
                   local->message);
      return NULL;
    }
  if (strchr (words[0], '{') != NULL)
    {
      g_set_error (error, FLOW_ERROR, FLOW_ERROR_BAD_ARGUMENT,
                   "editor-command must begin with a program, not with “%s”", words[0]);
      return NULL;
    }

  g_snprintf (values.line, sizeof values.line, "%u", MAX (line, 1));
  g_snprintf (values.column, sizeof values.column, "%u", MAX (column, 1));
  argv = has_any (words, "{file}") ? g_steal_pointer (&words) : complete (words);
  for (gsize i = 1; argv[i] != NULL; i++)
    {
      char *expanded = expand (argv[i], &values);

      g_free (argv[i]);
      argv[i] = expanded;
    }
  return argv;
}

/**
 * flow_editor_command_default:
 * @graphical: whether programs with a window can be started
 * @terminal: whether there is a terminal to run an editor in
 *
 * Get the command line of the editor to use when the setting is empty.
 *
 * Returns: (transfer full) (nullable): a command line for flow_editor_command_build(), %NULL when no editor is known
 */
char *
flow_editor_command_default (gboolean graphical, gboolean terminal)
{
  const FlowEditorPreset *preset = flow_editor_preset_find (graphical, terminal);

  return preset != NULL ? g_strdup_printf ("%s %s", preset->program, preset->arguments) : NULL;
}

/**
 * flow_editor_command_needs_terminal:
 * @argv: (array zero-terminated=1): an editor's arguments
 *
 * Tell whether the editor draws in the terminal that it is started from and so must be waited for.
 *
 * Returns: %TRUE for vim, nano and their like, and for Emacs with -nw or -t
 */
gboolean
flow_editor_command_needs_terminal (const char *const *argv)
{
  const FlowEditorPreset *preset = flow_editor_preset_for_program (argv[0]);

  if (preset == NULL)
    return FALSE;
  if (preset->terminal || !g_str_has_prefix (preset->program, "emacs"))
    return preset->terminal;
  return g_strv_contains (argv, "-nw") || g_strv_contains (argv, "-t") || g_strv_contains (argv, "--tty") ||
         g_strv_contains (argv, "--no-window-system");
}
