/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "launch/flow-trusted-paths.h"

#include <glib/gstdio.h>

static void
test_remembered (void)
{
  g_autofree char *file = g_build_filename (g_get_user_state_dir (), "flowscope", "trusted-paths", NULL);
  g_autoptr (GError) error = NULL;
  GStatBuf info;

  for (guint round = 0; round < 2; round++)
    {
      g_autoptr (FlowTrustedPaths) trusted = flow_trusted_paths_new (file);
      const char *const *list = flow_trusted_paths_list (trusted);

      g_assert_cmpuint (g_strv_length ((char **) list), ==, round * 2);
      if (round > 0)
        {
          g_assert_cmpstr (list[0], ==, "/w/one");
          g_assert_cmpstr (list[1], ==, "/w/two words");
          g_assert_true (flow_trusted_paths_remove (trusted, "/w/one", &error));
          g_assert_true (flow_trusted_paths_remove (trusted, "/w/absent", &error));
          g_assert_cmpstr (flow_trusted_paths_list (trusted)[0], ==, "/w/two words");
          g_assert_null (flow_trusted_paths_list (trusted)[1]);
          break;
        }
      g_assert_true (flow_trusted_paths_add (trusted, "/w/one", &error));
      g_assert_true (flow_trusted_paths_add (trusted, "/w/two words", &error));
      g_assert_no_error (error);
    }
  g_assert_cmpint (g_stat (file, &info), ==, 0);
  g_assert_cmpuint (info.st_mode & 0777, ==, 0600);
}

static void
test_damaged (void)
{
  g_autofree char *folder = g_dir_make_tmp ("flow-trusted-XXXXXX", NULL);
  g_autofree char *file = g_build_filename (folder, "list", NULL);
  g_autoptr (FlowTrustedPaths) trusted = NULL;

  g_assert_true (g_file_set_contents (file, "relative\n\n/good\n../x", -1, NULL));
  trusted = flow_trusted_paths_new (file);
  g_assert_cmpuint (g_strv_length ((char **) flow_trusted_paths_list (trusted)), ==, 1);
}

static void
test_below (void)
{
  g_assert_true (flow_path_is_below ("/a/b", "/a"));
  g_assert_true (flow_path_is_below ("/a/b", "/a/"));
  g_assert_true (flow_path_is_below ("/a", "/a"));
  g_assert_true (flow_path_is_below ("/a", "/"));
  g_assert_false (flow_path_is_below ("/ab", "/a"));
  g_assert_false (flow_path_is_below ("/", "/a"));
}

static void
test_scope (void)
{
  g_autofree char *home = g_strdup (g_get_home_dir ());
  g_autofree char *project = g_build_filename (home, "project", NULL);
  g_autofree char *git = g_build_filename (project, ".git", NULL);
  g_autofree char *deep = g_build_filename (project, "src", "a.c", NULL);
  g_autofree char *loose = g_build_filename (home, "notes.txt", NULL);
  g_autofree char *plain = g_build_filename (home, "plain", "b.c", NULL);
  g_autofree char *plain_folder = g_path_get_dirname (plain);
  g_autofree char *scope = NULL;

  g_assert_cmpint (g_mkdir_with_parents (git, 0700), ==, 0);

  scope = flow_trusted_paths_scope (deep);
  g_assert_cmpstr (scope, ==, project);
  g_free (scope);
  scope = flow_trusted_paths_scope (loose);
  g_assert_cmpstr (scope, ==, loose);
  g_free (scope);
  scope = flow_trusted_paths_scope (plain);
  g_assert_cmpstr (scope, ==, plain_folder);
  g_free (scope);
  scope = flow_trusted_paths_scope ("/x.c");
  g_assert_cmpstr (scope, ==, "/x.c");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  g_test_add_func ("/launch/trusted-paths/remembered", test_remembered);
  g_test_add_func ("/launch/trusted-paths/damaged", test_damaged);
  g_test_add_func ("/launch/trusted-paths/below", test_below);
  g_test_add_func ("/launch/trusted-paths/scope", test_scope);
  return g_test_run ();
}
