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

static char **
append_words (char **argv, const char *words)
{
  g_auto (GStrv) added = g_strsplit (words, " ", -1);
  g_autoptr (GStrvBuilder) all = g_strv_builder_new ();

  g_strv_builder_addv (all, (const char **) argv);
  g_strv_builder_addv (all, (const char **) added);
  return g_strv_builder_end (all);
}

/* "code" alone means what the preset of code says; an unknown editor gets the file as last argument. */
static char **
complete (char **argv)
{
  const FlowEditorPreset *preset = flow_editor_preset_for_program (argv[0]);

  return append_words (argv, preset != NULL ? preset->arguments : "{file}");
}

/* The words of a preset's command line, as they are chosen in the preferences. */
static gboolean
is_preset (char **argv, const FlowEditorPreset *preset)
{
  g_auto (GStrv) words = g_strsplit (preset->arguments, " ", -1);

  return g_strv_equal ((const char *const *) argv + 1, (const char *const *) words);
}

/* Whether a process stays while its file is open: the first word of the waiting form says it, if there is one. */
static gboolean
has_waiting_word (char **argv, const FlowEditorPreset *preset)
{
  g_auto (GStrv) words = g_strsplit (preset->waiting, " ", 2);

  if (g_str_equal (preset->program, "emacsclient"))
    return !g_strv_contains ((const char *const *) argv, "--no-wait") &&
           !g_strv_contains ((const char *const *) argv, "-n");
  return g_str_equal (preset->waiting, preset->arguments) || g_strv_contains ((const char *const *) argv, words[0]);
}

/* What the preset adds, without the word for waiting when it is there already. */
static char **
append_waiting (char **argv, const FlowEditorPreset *preset)
{
  const char *rest = strchr (preset->waiting, ' ');
  g_auto (GStrv) words = g_strsplit (preset->waiting, " ", 2);

  if (rest != NULL && g_strv_contains ((const char *const *) argv, words[0]))
    return append_words (argv, rest + 1);
  return append_words (argv, preset->waiting);
}

static char **
complete_waiting (char **argv, gboolean *waits)
{
  const FlowEditorPreset *preset = flow_editor_preset_for_program (argv[0]);
  char *alone[] = { argv[0], NULL };
  gboolean has_file = has_any (argv, "{file}");

  *waits = preset == NULL || (preset->waiting != NULL && has_waiting_word (argv, preset));
  if (preset == NULL || preset->waiting == NULL)
    return has_file ? g_strdupv (argv) : complete (argv);
  if (has_file && !is_preset (argv, preset))
    return g_strdupv (argv);
  *waits = TRUE;
  return append_waiting (has_file ? alone : argv, preset);
}

static char **
split (const char *command, GError **error)
{
  g_auto (GStrv) words = NULL;
  g_autoptr (GError) local = NULL;

  if (!g_shell_parse_argv (command, NULL, &words, &local))
    g_set_error (error, FLOW_ERROR, FLOW_ERROR_BAD_ARGUMENT, "editor-command cannot be split into words: %s",
                 local->message);
  else if (strchr (words[0], '{') != NULL)
    g_set_error (error, FLOW_ERROR, FLOW_ERROR_BAD_ARGUMENT, "editor-command must begin with a program, not with “%s”",
                 words[0]);
  else
    return g_steal_pointer (&words);
  return NULL;
}

static void
expand_all (char **argv, const char *file, guint line, guint column)
{
  Values values = { .file = file };

  g_snprintf (values.line, sizeof values.line, "%u", MAX (line, 1));
  g_snprintf (values.column, sizeof values.column, "%u", MAX (column, 1));
  for (gsize i = 1; argv[i] != NULL; i++)
    {
      char *expanded = expand (argv[i], &values);

      g_free (argv[i]);
      argv[i] = expanded;
    }
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
  char **argv;

  g_return_val_if_fail (g_path_is_absolute (file), NULL);

  words = split (command, error);
  if (words == NULL)
    return NULL;
  argv = has_any (words, "{file}") ? g_steal_pointer (&words) : complete (words);
  expand_all (argv, file, line, column);
  return argv;
}

/**
 * flow_editor_command_build_waiting:
 * @command: a command line as in the setting `edit.command`
 * @file: an absolute path
 * @line: 1-based, 0 when unknown
 * @column: 1-based, 0 when unknown
 * @waits: (out): whether the process stays until the file is closed, as far as is known
 * @error: return location
 *
 * Make the arguments to start an editor with, like flow_editor_command_build(), and have it stay until the file is
 * closed, where its preset knows how. A command line of the user's own is left as it is.
 *
 * Returns: (transfer full) (array zero-terminated=1): the arguments, or %NULL with %FLOW_ERROR_BAD_ARGUMENT
 */
char **
flow_editor_command_build_waiting (const char *command, const char *file, guint line, guint column, gboolean *waits,
                                   GError **error)
{
  g_auto (GStrv) words = NULL;
  char **argv;

  g_return_val_if_fail (g_path_is_absolute (file), NULL);

  words = split (command, error);
  if (words == NULL)
    return NULL;
  argv = complete_waiting (words, waits);
  expand_all (argv, file, line, column);
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
