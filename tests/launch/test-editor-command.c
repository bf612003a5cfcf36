/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "launch/flow-editor-command.h"

#include <glib/gstdio.h>

#include "base/flow-error.h"

static const struct
{
  const char *command;
  const char *file;
  guint line;
  guint column;
  const char *wanted; /* arguments, separated by | */
} rows[] = {
  { "code --goto {file}:{line}:{column}", "/w/a b.c", 3, 4, "code|--goto|/w/a b.c:3:4" },
  { "code", "/w/a.c", 3, 0, "code|--goto|/w/a.c:3:1" },
  { "/opt/x/code --wait", "/w/a.c", 0, 0, "/opt/x/code|--wait|--goto|/w/a.c:1:1" },
  { "my-editor -l {line}", "/w/a.c", 9, 0, "my-editor|-l|9|/w/a.c" },
  { "vim +{line} {file}", "/w/+!cmd", 2, 0, "vim|+2|/w/+!cmd" },
  { "e '{file}' \"{line}\"", "/w/$(touch x);'\"`", 2, 0, "e|/w/$(touch x);'\"`|2" },
  { "e {file}", "/w/{line}{column}{file}", 7, 8, "e|/w/{line}{column}{file}" },
  { "e {unknown} {file}{line}", "/w/a", 7, 8, "e|{unknown}|/w/a7" },
};

static void
test_table (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (GError) error = NULL;
      g_auto (GStrv) argv = flow_editor_command_build (rows[i].command, rows[i].file, rows[i].line, rows[i].column,
                                                       &error);
      g_autofree char *joined = NULL;

      g_assert_no_error (error);
      joined = g_strjoinv ("|", argv);
      g_assert_cmpstr (joined, ==, rows[i].wanted);
    }
}

static const struct
{
  const char *command;
  gboolean waits;
  const char *wanted;
} waiting_rows[] = {
  { "code", TRUE, "code|--wait|--goto|/w/a:3:4" },
  { "/opt/code --wait --reuse-window", TRUE, "/opt/code|--wait|--reuse-window|--goto|/w/a:3:4" },
  { "code --goto {file}:{line}:{column}", TRUE, "code|--wait|--goto|/w/a:3:4" },
  { "code -r {file}", FALSE, "code|-r|/w/a" },
  { "code --wait {file}", TRUE, "code|--wait|/w/a" },
  { "emacsclient", TRUE, "emacsclient|--alternate-editor=emacs|+3:4|/w/a" },
  { "emacsclient --no-wait {file}", FALSE, "emacsclient|--no-wait|/w/a" },
  { "emacsclient -c {file}", TRUE, "emacsclient|-c|/w/a" },
  { "gnome-text-editor", TRUE, "gnome-text-editor|--standalone|/w/a" },
  { "kate", TRUE, "kate|--block|--line|3|--column|4|/w/a" },
  { "subl", TRUE, "subl|--wait|/w/a:3:4" },
  { "zed", TRUE, "zed|--wait|/w/a:3:4" },
  { "idea", TRUE, "idea|--wait|--line|3|--column|4|/w/a" },
  { "gedit", TRUE, "gedit|--wait|+3:4|/w/a" },
  { "pluma", FALSE, "pluma|+3|/w/a" },
  { "nvim --clean", TRUE, "nvim|--clean|+3|/w/a" },
  { "nvim -c 'set nu' {file}", TRUE, "nvim|-c|set nu|/w/a" },
  { "my-editor", TRUE, "my-editor|/w/a" },
};

static void
test_waiting (void)
{
  g_autoptr (GError) refused = NULL;
  gboolean waits = FALSE;

  for (gsize i = 0; i < G_N_ELEMENTS (waiting_rows); i++)
    {
      g_autoptr (GError) error = NULL;
      g_auto (GStrv) argv = flow_editor_command_build_waiting (waiting_rows[i].command, "/w/a", 3, 4, &waits, &error);
      g_autofree char *joined = NULL;

      g_assert_no_error (error);
      joined = g_strjoinv ("|", argv);
      g_assert_cmpstr (joined, ==, waiting_rows[i].wanted);
      g_assert_cmpint (waits, ==, waiting_rows[i].waits);
    }
  g_assert_null (flow_editor_command_build_waiting ("{file}", "/w/a", 1, 1, &waits, &refused));
  g_assert_error (refused, FLOW_ERROR, FLOW_ERROR_BAD_ARGUMENT);
}

static void
test_refused (void)
{
  static const char *const commands[] = { "", "   ", "e 'open", "{file}", "x{line} {file}" };

  for (gsize i = 0; i < G_N_ELEMENTS (commands); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_null (flow_editor_command_build (commands[i], "/w/a", 1, 1, &error));
      g_assert_error (error, FLOW_ERROR, FLOW_ERROR_BAD_ARGUMENT);
    }
}

static void
test_presets (void)
{
  gsize n;
  const FlowEditorPreset *presets = flow_editor_presets (&n);

  for (gsize i = 0; i < n; i++)
    {
      g_autoptr (GError) error = NULL;
      g_auto (GStrv) argv = flow_editor_command_build (presets[i].program, "/w/a.c", 12, 3, &error);
      g_autofree char *joined = NULL;

      g_assert_no_error (error);
      g_assert_cmpstr (argv[0], ==, presets[i].program);
      joined = g_strjoinv (" ", argv);
      g_assert_nonnull (strstr (joined, "/w/a.c"));
      g_assert_null (strchr (joined, '{'));
      g_assert_true (flow_editor_preset_for_program (presets[i].program) == &presets[i]);
    }
}

static void
make_program (const char *folder, const char *name)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);

  g_assert_true (g_file_set_contents_full (path, "#!/bin/sh\n", -1, G_FILE_SET_CONTENTS_NONE, 0755, NULL));
}

static void
test_default (void)
{
  g_autofree char *folder = g_dir_make_tmp ("flow-editors-XXXXXX", NULL);
  g_autofree char *graphical = NULL;
  g_autofree char *terminal = NULL;
  g_autofree char *wanted = NULL;
  g_autofree char *around = NULL;

  g_assert_true (g_setenv ("PATH", folder, TRUE));
  g_unsetenv ("VISUAL");
  g_unsetenv ("EDITOR");
  g_unsetenv ("TERM_PROGRAM");
  g_assert_null (flow_editor_command_default (TRUE, TRUE));

  make_program (folder, "nano");
  make_program (folder, "kate");
  make_program (folder, "codium");
  graphical = flow_editor_command_default (TRUE, TRUE);
  g_assert_cmpstr (graphical, ==, "codium --goto {file}:{line}:{column}");
  terminal = flow_editor_command_default (FALSE, TRUE);
  g_assert_cmpstr (terminal, ==, "nano +{line},{column} {file}");
  g_assert_null (flow_editor_command_default (FALSE, FALSE));

  g_assert_true (g_setenv ("EDITOR", "/usr/bin/nano -w", TRUE));
  wanted = flow_editor_command_default (TRUE, TRUE);
  g_assert_cmpstr (wanted, ==, "nano +{line},{column} {file}");

  make_program (folder, "code");
  g_assert_true (g_setenv ("TERM_PROGRAM", "vscode", TRUE));
  g_unsetenv ("CURSOR_TRACE_ID");
  around = flow_editor_command_default (FALSE, TRUE);
  g_assert_cmpstr (around, ==, "code --goto {file}:{line}:{column}");
}

static void
test_terminal (void)
{
  static const char *const vim[] = { "/usr/bin/vim", "+1", "/a", NULL };
  static const char *const emacs[] = { "emacs", "+1", "/a", NULL };
  static const char *const emacs_tty[] = { "emacs", "-nw", "/a", NULL };
  static const char *const unknown[] = { "my-editor", "-nw", NULL };

  g_assert_true (flow_editor_command_needs_terminal (vim));
  g_assert_false (flow_editor_command_needs_terminal (emacs));
  g_assert_true (flow_editor_command_needs_terminal (emacs_tty));
  g_assert_false (flow_editor_command_needs_terminal (unknown));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  g_test_add_func ("/launch/editor-command/table", test_table);
  g_test_add_func ("/launch/editor-command/waiting", test_waiting);
  g_test_add_func ("/launch/editor-command/refused", test_refused);
  g_test_add_func ("/launch/editor-command/presets", test_presets);
  g_test_add_func ("/launch/editor-command/default", test_default);
  g_test_add_func ("/launch/editor-command/terminal", test_terminal);
  return g_test_run ();
}
