/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "support/test-folder.h"

#include <glib/gstdio.h>

FlowContext *
test_context_new_in (const char *parent)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *folder = g_build_filename (parent != NULL ? parent : g_get_tmp_dir (), "flow-test-XXXXXX", NULL);
  FlowContext *context;

  g_assert_nonnull (g_mkdtemp (folder));
  context = flow_context_new (folder, &error);
  g_assert_no_error (error);
  return context;
}

FlowContext *
test_context_new (void)
{
  return test_context_new_in (NULL);
}

void
test_context_remove (FlowContext *context)
{
  test_remove_tree (flow_context_get_data_dir (context));
  flow_context_unref (context);
}

void
test_remove_tree (const char *path)
{
  g_autoptr (GDir) dir = g_file_test (path, G_FILE_TEST_IS_SYMLINK) ? NULL : g_dir_open (path, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *child = g_build_filename (path, name, NULL);

      test_remove_tree (child);
    }
  g_remove (path);
}
