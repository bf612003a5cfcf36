/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-editor-preset"

#include "launch/flow-editor-preset.h"

#include <string.h>

#include "launch/flow-host.h"

#define GOTO "--goto {file}:{line}:{column}"
#define COLONS "{file}:{line}:{column}"
#define LINE_COLUMN "--line {line} --column {column} {file}"
#define PLUS_LINE "+{line} {file}"
#define PLUS_COLON "+{line}:{column} {file}"
#define PLUS_COMMA "+{line},{column} {file}"

/* In the order in which they are looked for. Each line is from the editor's own --help or manual. */
static const FlowEditorPreset presets[] = {
  { "code", "Visual Studio Code", GOTO, "--wait " GOTO, FALSE },
  { "codium", "VSCodium", GOTO, "--wait " GOTO, FALSE },
  { "code-insiders", "Visual Studio Code Insiders", GOTO, "--wait " GOTO, FALSE },
  { "cursor", "Cursor", GOTO, "--wait " GOTO, FALSE },
  { "windsurf", "Windsurf", GOTO, "--wait " GOTO, FALSE },
  { "zed", "Zed", COLONS, "--wait " COLONS, FALSE },
  { "zeditor", "Zed", COLONS, "--wait " COLONS, FALSE },
  { "subl", "Sublime Text", COLONS, "--wait " COLONS, FALSE },
  { "idea", "IntelliJ IDEA", LINE_COLUMN, "--wait " LINE_COLUMN, FALSE },
  { "webstorm", "WebStorm", LINE_COLUMN, "--wait " LINE_COLUMN, FALSE },
  { "pycharm", "PyCharm", LINE_COLUMN, "--wait " LINE_COLUMN, FALSE },
  { "goland", "GoLand", LINE_COLUMN, "--wait " LINE_COLUMN, FALSE },
  { "rustrover", "RustRover", LINE_COLUMN, "--wait " LINE_COLUMN, FALSE },
  { "clion", "CLion", LINE_COLUMN, "--wait " LINE_COLUMN, FALSE },
  { "phpstorm", "PhpStorm", LINE_COLUMN, "--wait " LINE_COLUMN, FALSE },
  { "gvim", "gVim", PLUS_LINE, "--nofork " PLUS_LINE, FALSE },
  { "kate", "Kate", LINE_COLUMN, "--block " LINE_COLUMN, FALSE },
  { "kwrite", "KWrite", LINE_COLUMN, NULL, FALSE },
  { "gnome-text-editor", "Text Editor", "{file}", "--standalone {file}", FALSE },
  { "gedit", "gedit", PLUS_COLON, "--wait " PLUS_COLON, FALSE },
  { "xed", "Xed", PLUS_LINE, "--wait " PLUS_LINE, FALSE },
  { "pluma", "Pluma", PLUS_LINE, NULL, FALSE },
  { "mousepad", "Mousepad", "--line={line} --column={column} {file}",
    "--disable-server --line={line} --column={column} {file}", FALSE },
  { "geany", "Geany", LINE_COLUMN, "--new-instance " LINE_COLUMN, FALSE },
  { "emacsclient", "Emacs", "--no-wait --alternate-editor=emacs " PLUS_COLON, "--alternate-editor=emacs " PLUS_COLON,
    FALSE },
  { "emacs", "Emacs", PLUS_COLON, PLUS_COLON, FALSE },
  { "nvim", "Neovim", PLUS_LINE, PLUS_LINE, TRUE },
  { "vim", "Vim", PLUS_LINE, PLUS_LINE, TRUE },
  { "vi", "vi", PLUS_LINE, PLUS_LINE, TRUE },
  { "hx", "Helix", COLONS, COLONS, TRUE },
  { "helix", "Helix", COLONS, COLONS, TRUE },
  { "kak", "Kakoune", PLUS_COLON, PLUS_COLON, TRUE },
  { "micro", "micro", PLUS_COLON, PLUS_COLON, TRUE },
  { "nano", "nano", PLUS_COMMA, PLUS_COMMA, TRUE },
  { "ne", "ne", PLUS_COMMA, PLUS_COMMA, TRUE },
  { "joe", "joe", PLUS_LINE, PLUS_LINE, TRUE },
};

/**
 * flow_editor_presets:
 * @n: (out): how many
 *
 * Get all presets, in the order in which they are looked for.
 *
 * Returns: (transfer none) (array length=n): the table
 */
const FlowEditorPreset *
flow_editor_presets (gsize *n)
{
  *n = G_N_ELEMENTS (presets);
  return presets;
}

/**
 * flow_editor_preset_for_program:
 * @program: a program's name or path
 *
 * Find the preset of a program.
 *
 * Returns: (nullable): the preset
 */
const FlowEditorPreset *
flow_editor_preset_for_program (const char *program)
{
  g_autofree char *base = g_path_get_basename (program);

  for (gsize i = 0; i < G_N_ELEMENTS (presets); i++)
    if (g_str_equal (presets[i].program, base))
      return &presets[i];
  return NULL;
}

static gboolean
is_installed (const char *program)
{
  g_autofree char *path = flow_host_find_program (program);

  return path != NULL;
}

/**
 * flow_editor_preset_is_installed:
 * @self: a preset
 *
 * Returns: %TRUE when its program is on this machine
 */
gboolean
flow_editor_preset_is_installed (const FlowEditorPreset *self)
{
  return is_installed (self->program);
}

/* The editor whose terminal we are in knows best: VS Code and its relatives, Zed. */
static const FlowEditorPreset *
find_around (void)
{
  const char *terminal = g_getenv ("TERM_PROGRAM");
  const char *cursor = g_getenv ("CURSOR_TRACE_ID");
  const char *program = g_strcmp0 (terminal, "vscode") == 0 ? (cursor != NULL ? "cursor" : "code") : terminal;

  if (program == NULL || !is_installed (program))
    return NULL;
  return flow_editor_preset_for_program (program);
}

/* $VISUAL, then $EDITOR, when it is the plain name of an editor that we know how to send to a line. */
static const FlowEditorPreset *
find_wanted (gboolean graphical, gboolean terminal)
{
  static const char *const variables[] = { "VISUAL", "EDITOR" };

  for (gsize i = 0; i < G_N_ELEMENTS (variables); i++)
    {
      const char *value = g_getenv (variables[i]);
      g_auto (GStrv) argv = NULL;
      const FlowEditorPreset *preset;

      if (value == NULL || !g_shell_parse_argv (value, NULL, &argv, NULL))
        continue;
      preset = flow_editor_preset_for_program (argv[0]);
      if (preset != NULL && (preset->terminal ? terminal : graphical) && is_installed (preset->program))
        return preset;
    }
  return NULL;
}

/**
 * flow_editor_preset_find:
 * @graphical: whether programs with a window can be started
 * @terminal: whether there is a terminal to run an editor in
 *
 * Choose an editor of this machine: the one whose terminal this is, then `$VISUAL` and `$EDITOR`, then the first
 * installed one of the table.
 *
 * Returns: (nullable): the preset, %NULL when there is none that can run
 */
const FlowEditorPreset *
flow_editor_preset_find (gboolean graphical, gboolean terminal)
{
  const FlowEditorPreset *preset = find_around ();

  if (preset == NULL)
    preset = find_wanted (graphical, terminal);
  for (gsize i = 0; preset == NULL && i < G_N_ELEMENTS (presets); i++)
    if ((presets[i].terminal ? terminal : graphical) && is_installed (presets[i].program))
      preset = &presets[i];
  return preset;
}
