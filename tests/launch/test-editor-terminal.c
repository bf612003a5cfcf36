/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "launch/flow-editor-terminal.h"

#include <glib/gstdio.h>
#include <unistd.h>

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
assert_waiting (const char *expected, gboolean expected_waits)
{
  static const char *const argv[] = { "vim", "/w/a", NULL };
  g_autoptr (GError) error = NULL;
  gboolean waits = !expected_waits;
  g_auto (GStrv) wrapped = flow_editor_terminal_wrap_waiting (argv, &waits, &error);
  g_autofree char *joined = NULL;

  g_assert_no_error (error);
  joined = g_strjoinv ("|", wrapped);
  g_assert_cmpstr (joined, ==, expected);
  g_assert_cmpint (waits, ==, expected_waits);
}

static void
test_waiting (void)
{
  g_autofree char *terminal = NULL;
  g_autofree char *link = NULL;

  g_unsetenv ("TERMINAL");
  install ((const char *const[]) { "gnome-terminal", "kgx", "xfce4-terminal", "xfce4-terminal.wrapper", NULL });
  assert_waiting ("kgx|--|vim|/w/a", FALSE);
  g_setenv ("TERMINAL", "gnome-terminal", TRUE);
  assert_waiting ("gnome-terminal|--wait|--|vim|/w/a", TRUE);
  g_unsetenv ("TERMINAL");

  terminal = g_find_program_in_path ("xfce4-terminal.wrapper");
  link = g_build_filename (g_getenv ("PATH"), "x-terminal-emulator", NULL);
  g_assert_cmpint (symlink (terminal, link), ==, 0);
  assert_waiting ("xfce4-terminal|--disable-server|-x|vim|/w/a", TRUE);

  install ((const char *const[]) { "x-terminal-emulator", NULL });
  assert_waiting ("x-terminal-emulator|-e|vim|/w/a", FALSE);
}

static void
test_none (void)
{
  static const char *const argv[] = { "vim", NULL };
  g_autoptr (GError) error = NULL;
  g_autoptr (GError) waiting_error = NULL;
  gboolean waits = TRUE;

  install ((const char *const[]) { NULL });
  g_assert_false (flow_editor_terminal_exists ());
  g_assert_null (flow_editor_terminal_wrap (argv, &error));
  g_assert_error (error, FLOW_ERROR, FLOW_ERROR_NOT_FOUND);
  g_assert_null (flow_editor_terminal_wrap_waiting (argv, &waits, &waiting_error));
  g_assert_error (waiting_error, FLOW_ERROR, FLOW_ERROR_NOT_FOUND);
  g_assert_false (waits);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  g_test_add_func ("/launch/editor-terminal/choice", test_choice);
  g_test_add_func ("/launch/editor-terminal/waiting", test_waiting);
  g_test_add_func ("/launch/editor-terminal/none", test_none);
  return g_test_run ();
}
