/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "fuzz.h"

#include <gio/gio.h>

/* Runs a fuzz target once for each file in the folders that are named, so that what was found stays found, also
 * without clang. */

static guint
replay_folder (const char *folder)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GDir) dir = g_dir_open (folder, 0, &error);
  const char *name;
  guint n = 0;

  g_assert_no_error (error);
  while ((name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename (folder, name, NULL);
      g_autofree char *data = NULL;
      g_autofree guint8 *exact = NULL;
      gsize length;

      if (g_file_test (path, G_FILE_TEST_IS_DIR))
        {
          n += replay_folder (path);
          continue;
        }
      g_file_get_contents (path, &data, &length, &error);
      g_assert_no_error (error);
      exact = g_memdup2 (data, length);
      LLVMFuzzerTestOneInput (exact, length);
      n++;
    }
  return n;
}

int
main (int argc, char **argv)
{
  for (int i = 1; i < argc; i++)
    g_assert_cmpuint (replay_folder (argv[i]), >, 0);
  return 0;
}
