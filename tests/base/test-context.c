/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "base/flow-context.h"

#include <glib/gstdio.h>
#include <unistd.h>

#include "base/flow-error.h"
#include "base/flow-paths.h"

static void
assert_private_dir (const char *path)
{
  GStatBuf info;

  g_assert_cmpint (g_stat (path, &info), ==, 0);
  g_assert_true (S_ISDIR (info.st_mode));
  g_assert_cmpint (info.st_mode & 0777, ==, 0700);
}

static void
test_defaults (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (FlowContext) context = flow_context_new (NULL, &error);
  g_autofree char *data = g_build_filename (g_get_user_data_dir (), "flowscope", NULL);
  g_autofree char *database = g_build_filename (data, "flowscope.db", NULL);
  g_autofree char *lock = g_build_filename (data, "hub.lock", NULL);
  g_autofree char *built = NULL;

  g_assert_no_error (error);
  g_assert_cmpstr (flow_context_get_data_dir (context), ==, data);
  g_assert_cmpstr (flow_context_get_database_path (context), ==, database);
  built = flow_context_build_path (context, "hub.lock");
  g_assert_cmpstr (built, ==, lock);
  g_assert_true (g_str_has_prefix (flow_context_get_runtime_dir (context), g_get_user_runtime_dir ()));
  assert_private_dir (flow_context_get_data_dir (context));
  assert_private_dir (flow_context_get_config_dir (context));
  assert_private_dir (flow_context_get_cache_dir (context));
  assert_private_dir (flow_context_get_state_dir (context));
  assert_private_dir (flow_context_get_runtime_dir (context));
}

static void
test_other_data_dir (void)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *dir = g_build_filename (g_get_user_data_dir (), "deep", "er", "..", "other", NULL);
  g_autofree char *expected = g_build_filename (g_get_user_data_dir (), "deep", "other", NULL);
  g_autoptr (FlowContext) context = flow_context_new (dir, &error);
  g_autoptr (FlowContext) again = NULL;

  g_assert_no_error (error);
  again = flow_context_ref (context);
  g_assert_cmpstr (flow_context_get_data_dir (again), ==, expected);
  assert_private_dir (expected);
}

static void
test_relative_data_dir (void)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *before = g_get_current_dir ();
  g_autofree char *expected = g_build_filename (g_get_user_data_dir (), "here", NULL);
  g_autoptr (FlowContext) context = NULL;

  g_assert_true (flow_context_ensure_dir (g_get_user_data_dir (), &error));
  g_assert_cmpint (g_chdir (g_get_user_data_dir ()), ==, 0);
  context = flow_context_new ("here", &error);
  g_assert_no_error (error);
  g_assert_cmpstr (flow_context_get_data_dir (context), ==, expected);
  g_assert_cmpint (g_chdir (before), ==, 0);
}

static void
test_no_data_dir (void)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *file = g_build_filename (g_get_user_data_dir (), "file", NULL);
  g_autofree char *below = g_build_filename (file, "data", NULL);
  g_autoptr (FlowContext) context = NULL;

  g_assert_true (flow_context_ensure_dir (g_get_user_data_dir (), &error));
  g_assert_true (g_file_set_contents (file, "", 0, &error));
  context = flow_context_new (below, &error);
  g_assert_null (context);
  g_assert_error (error, FLOW_ERROR, FLOW_ERROR_FAILED);
  g_assert_nonnull (strstr (error->message, below));
}

static void
test_no_config_dir (void)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *parent = g_path_get_dirname (g_get_user_config_dir ());
  g_autoptr (FlowContext) context = NULL;

  /* A file in the place of the folder: what only reads the database must go on. */
  g_assert_true (flow_context_ensure_dir (parent, &error));
  g_assert_true (g_file_set_contents (g_get_user_config_dir (), "", 0, &error));
  context = flow_context_new (NULL, &error);
  g_assert_no_error (error);
  g_assert_nonnull (context);
  g_assert_cmpint (g_unlink (g_get_user_config_dir ()), ==, 0);
}

static void
test_runtime_dir_child (void)
{
  g_autofree char *dir = flow_paths_runtime_dir ();

  g_print ("%s\n", dir);
}

static void
test_runtime_dir (void)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *self = g_file_read_link ("/proc/self/exe", &error);
  g_autofree char *run = g_strdup_printf ("/run/user/%u/flowscope", (unsigned) getuid ());
  g_autofree char *own = g_build_filename (g_get_user_data_dir (), "run", NULL);
  g_autofree char *cache = g_build_filename (g_get_user_data_dir (), "cache", NULL);
  g_autofree char *in_own = g_build_filename (own, "flowscope", NULL);
  g_autofree char *in_cache = g_build_filename (cache, "flowscope", "run", NULL);
  g_auto (GStrv) envp = g_get_environ ();
  const char *argv[] = { self, "--child", NULL };
  g_autofree char *with = NULL;
  g_autofree char *without = NULL;

  envp = g_environ_setenv (envp, "XDG_CACHE_HOME", cache, TRUE);
  envp = g_environ_setenv (envp, "XDG_RUNTIME_DIR", own, TRUE);
  g_assert_true (g_spawn_sync (NULL, (char **) argv, envp, 0, NULL, NULL, &with, NULL, NULL, &error));
  g_assert_cmpstr (g_strchomp (with), ==, in_own);

  envp = g_environ_unsetenv (envp, "XDG_RUNTIME_DIR");
  g_assert_true (g_spawn_sync (NULL, (char **) argv, envp, 0, NULL, NULL, &without, NULL, NULL, &error));
  g_strchomp (without);
  g_assert_true (g_str_equal (without, run) || g_str_equal (without, in_cache));
}

int
main (int argc, char **argv)
{
  if (argc == 2 && g_str_equal (argv[1], "--child"))
    {
      test_runtime_dir_child ();
      return 0;
    }

  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  g_test_add_func ("/base/context/defaults", test_defaults);
  g_test_add_func ("/base/context/other-data-dir", test_other_data_dir);
  g_test_add_func ("/base/context/relative-data-dir", test_relative_data_dir);
  g_test_add_func ("/base/context/no-data-dir", test_no_data_dir);
  g_test_add_func ("/base/context/no-config-dir", test_no_config_dir);
  g_test_add_func ("/base/context/runtime-dir", test_runtime_dir);
  return g_test_run ();
}
