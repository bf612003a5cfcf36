/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-host"

#include "launch/flow-host.h"

/* What Flatpak puts into each of its sandboxes. */
#define SANDBOX_FILE "/.flatpak-info"

/**
 * flow_host_is_outside:
 *
 * Tell whether the user's editors and terminals are outside of where this program runs: it is in a sandbox of Flatpak.
 *
 * Returns: whether they are
 */
gboolean
flow_host_is_outside (void)
{
  static gsize known;

  if (g_once_init_enter (&known))
    g_once_init_leave (&known, g_file_test (SANDBOX_FILE, G_FILE_TEST_EXISTS) ? 2 : 1);
  return known == 2;
}

/**
 * flow_host_find_below:
 * @root: where the system outside is to be seen
 * @name: the name of a program, without a slash
 *
 * Find a program of the system outside. Its search path is not known here, so it is that of most systems.
 *
 * Returns: (transfer full) (nullable): its path as the system outside has it
 */
char *
flow_host_find_below (const char *root, const char *name)
{
  static const char *const folders[] = { "/usr/local/bin", "/usr/bin", "/bin", "/snap/bin" };

  if (strchr (name, '/') != NULL)
    return NULL;
  for (gsize i = 0; i < G_N_ELEMENTS (folders); i++)
    {
      g_autofree char *path = g_strconcat (folders[i], "/", name, NULL);
      g_autofree char *seen = g_strconcat (root, path, NULL);

      /* A link may lead to where it cannot be followed from here. */
      if (g_file_test (seen, G_FILE_TEST_IS_EXECUTABLE) || g_file_test (seen, G_FILE_TEST_IS_SYMLINK))
        return g_steal_pointer (&path);
    }
  return NULL;
}

/**
 * flow_host_find_program:
 * @name: the name of a program, or its path
 *
 * Find a program of the user's, as g_find_program_in_path() does, also from inside a sandbox.
 *
 * Returns: (transfer full) (nullable): its path
 */
char *
flow_host_find_program (const char *name)
{
  if (!flow_host_is_outside ())
    return g_find_program_in_path (name);
  return g_path_is_absolute (name) ? g_strdup (name) : flow_host_find_below (FLOW_HOST_ROOT, name);
}

/**
 * flow_host_command:
 * @argv: (array zero-terminated=1): a program and its arguments
 * @outside: flow_host_is_outside()
 *
 * Make the command line that starts a program of the user's from here.
 *
 * Returns: (transfer full) (array zero-terminated=1): the command line
 */
char **
flow_host_command (const char *const *argv, gboolean outside)
{
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();

  if (outside)
    {
      g_strv_builder_add (builder, "flatpak-spawn");
      g_strv_builder_add (builder, "--host");
    }
  g_strv_builder_addv (builder, (const char **) argv);
  return g_strv_builder_end (builder);
}
