/* SPDX-License-Identifier: GPL-3.0-or-later */

#include <glib/gstdio.h>

#include "launch/flow-host.h"

static void
put_program (const char *root, const char *folder, const char *name, int mode)
{
  g_autofree char *place = g_strconcat (root, folder, NULL);
  g_autofree char *path = g_build_filename (place, name, NULL);

  g_assert_cmpint (g_mkdir_with_parents (place, 0700), ==, 0);
  g_assert_true (g_file_set_contents (path, "", 0, NULL));
  g_assert_cmpint (g_chmod (path, mode), ==, 0);
}

static void
check_found (const char *root, const char *name, const char *expected)
{
  g_autofree char *found = flow_host_find_below (root, name);

  g_assert_cmpstr (found, ==, expected);
}

static void
test_find (void)
{
  g_autofree char *root = g_dir_make_tmp ("flow-host-XXXXXX", NULL);

  put_program (root, "/usr/bin", "code", 0755);
  put_program (root, "/usr/bin", "notes", 0644);
  put_program (root, "/snap/bin", "codium", 0755);
  put_program (root, "/opt", "zed", 0755);
  check_found (root, "code", "/usr/bin/code");
  check_found (root, "codium", "/snap/bin/codium");
  check_found (root, "notes", NULL);
  check_found (root, "zed", NULL);
  check_found (root, "../../opt/zed", NULL);
}

static void
test_command (void)
{
  const char *argv[] = { "code", "--goto", "a b:1", NULL };
  const char *outside[] = { "flatpak-spawn", "--host", "code", "--goto", "a b:1", NULL };
  g_auto (GStrv) here = flow_host_command (argv, FALSE);
  g_auto (GStrv) there = flow_host_command (argv, TRUE);

  g_assert_cmpstrv (here, argv);
  g_assert_cmpstrv (there, outside);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  g_test_add_func ("/launch/host/find", test_find);
  g_test_add_func ("/launch/host/command", test_command);
  return g_test_run ();
}
