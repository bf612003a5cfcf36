/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "launch/flow-path-guess.h"

#include <glib/gstdio.h>

static char *
make_tree (void)
{
  static const char *const files[] = { "shop/src/users.ts", "shop/index.js", "other/src/index.js", "secret" };
  char *top = g_dir_make_tmp ("flow-guess-XXXXXX", NULL);

  for (guint i = 0; i < G_N_ELEMENTS (files); i++)
    {
      g_autofree char *path = g_build_filename (top, files[i], NULL);
      g_autofree char *folder = g_path_get_dirname (path);

      g_assert_cmpint (g_mkdir_with_parents (folder, 0755), ==, 0);
      g_assert_true (g_file_set_contents (path, "x", -1, NULL));
    }
  return top;
}

static void
assert_prefix (const char *file, const char *folder, const char *expected)
{
  g_autofree char *prefix = flow_path_guess_prefix (file, folder);

  g_assert_cmpstr (prefix, ==, expected);
}

static void
test_prefix (void)
{
  g_autofree char *top = make_tree ();
  g_autofree char *shop = g_build_filename (top, "shop", NULL);
  g_autofree char *src = g_build_filename (top, "shop", "src", NULL);

  assert_prefix ("/app/src/users.ts", shop, "/app");
  assert_prefix ("file:///app/src/users.ts", shop, "/app");
  assert_prefix ("/app/src/users.ts", src, "/app/src");
  assert_prefix ("/src/users.ts", shop, "/");
  assert_prefix ("src/users.ts", shop, "");
  assert_prefix ("dist/src/users.ts", shop, "dist");
  assert_prefix ("C:\\work\\src\\users.ts", shop, "C:\\work");
  assert_prefix ("/app/src/absent.ts", shop, NULL);
  assert_prefix ("/app/src", shop, NULL);
  assert_prefix ("/app/../secret", shop, NULL);
  assert_prefix ("", shop, NULL);
  assert_prefix ("/", shop, NULL);
}

static void
test_folder (void)
{
  g_autofree char *top = make_tree ();
  g_autofree char *shop = g_build_filename (top, "shop", NULL);
  const char *const folders[] = { top, NULL };
  g_autofree char *prefix = NULL;
  g_autofree char *folder = flow_path_guess_folder ("/app/src/users.ts", folders, &prefix);

  g_assert_cmpstr (folder, ==, shop);
  g_assert_cmpstr (prefix, ==, "/app");
  g_clear_pointer (&folder, g_free);
  g_clear_pointer (&prefix, g_free);
  folder = flow_path_guess_folder ("/app/lib/index.js", folders, &prefix);
  g_assert_null (folder);
  g_assert_null (prefix);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  g_test_add_func ("/launch/path-guess/prefix", test_prefix);
  g_test_add_func ("/launch/path-guess/folder", test_folder);
  return g_test_run ();
}
