/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "launch/flow-editor-terminal.h"

#include <glib/gstdio.h>

#include "base/flow-error.h"

/* $PATH with these programs alone. */
static void
install (const char *const *programs)
{
  g_autofree char *folder = g_dir_make_tmp ("flow-terminal-XXXXXX", NULL);

  for (; *programs != NULL; programs++)
    {
      g_autofree char *path = g_build_filename (folder, *programs, NULL);

      g_assert_true (g_file_set_contents_full (path, "#!/bin/sh\n", -1, G_FILE_SET_CONTENTS_NONE, 0755, NULL));
    }
  g_setenv ("PATH", folder, TRUE);
}

static void
assert_wrapped (const char *expected)
{
  static const char *const argv[] = { "vim", "+3", "/w/a b.c", NULL };
  g_autoptr (GError) error = NULL;
  g_auto (GStrv) wrapped = flow_editor_terminal_wrap (argv, &error);
  g_autofree char *joined = NULL;

  g_assert_no_error (error);
  joined = g_strjoinv ("|", wrapped);
  g_assert_cmpstr (joined, ==, expected);
}

static void
test_choice (void)
{
  g_unsetenv ("TERMINAL");
  install ((const char *const[]) { "xterm", "gnome-terminal", "wezterm", NULL });
  g_assert_true (flow_editor_terminal_exists ());
  assert_wrapped ("gnome-terminal|--|vim|+3|/w/a b.c");
  g_setenv ("TERMINAL", "/usr/bin/wezterm", TRUE);
  assert_wrapped ("wezterm|start|--|vim|+3|/w/a b.c");
  g_setenv ("TERMINAL", "kitty", TRUE);
  assert_wrapped ("gnome-terminal|--|vim|+3|/w/a b.c");
  install ((const char *const[]) { "kitty", "x-terminal-emulator", NULL });
  assert_wrapped ("kitty|vim|+3|/w/a b.c");
  g_setenv ("TERMINAL", "", TRUE);
  assert_wrapped ("x-terminal-emulator|-e|vim|+3|/w/a b.c");
}

static void
test_none (void)
{
  static const char *const argv[] = { "vim", NULL };
  g_autoptr (GError) error = NULL;

  install ((const char *const[]) { NULL });
  g_assert_false (flow_editor_terminal_exists ());
  g_assert_null (flow_editor_terminal_wrap (argv, &error));
  g_assert_error (error, FLOW_ERROR, FLOW_ERROR_NOT_FOUND);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  g_test_add_func ("/launch/editor-terminal/choice", test_choice);
  g_test_add_func ("/launch/editor-terminal/none", test_none);
  return g_test_run ();
}
