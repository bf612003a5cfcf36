/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-trusted-paths"

#include "launch/flow-trusted-paths.h"

#include <string.h>

#include "base/flow-error.h"

struct _FlowTrustedPaths
{
  char *file;
  GPtrArray *paths; /* of char *, NULL-terminated */
};

static gboolean
is_whole_home (const char *folder)
{
  return g_str_equal (folder, G_DIR_SEPARATOR_S) || g_str_equal (folder, g_get_home_dir ());
}

/**
 * flow_trusted_paths_new:
 * @file: where they are remembered; need not exist
 *
 * Read what was trusted before. Lines that are no absolute path are left out.
 *
 * Returns: (transfer full): the list
 */
FlowTrustedPaths *
flow_trusted_paths_new (const char *file)
{
  FlowTrustedPaths *self = g_new0 (FlowTrustedPaths, 1);
  g_autofree char *text = NULL;
  g_auto (GStrv) lines = NULL;

  self->file = g_strdup (file);
  self->paths = g_ptr_array_new_with_free_func (g_free);
  if (g_file_get_contents (file, &text, NULL, NULL))
    {
      lines = g_strsplit (text, "\n", -1);
      for (gsize i = 0; lines[i] != NULL; i++)
        if (g_path_is_absolute (lines[i]))
          g_ptr_array_add (self->paths, g_strdup (lines[i]));
    }
  g_ptr_array_add (self->paths, NULL);
  return self;
}

/**
 * flow_trusted_paths_free:
 * @self: (transfer full): the list
 *
 * Free it.
 */
void
flow_trusted_paths_free (FlowTrustedPaths *self)
{
  g_free (self->file);
  g_ptr_array_unref (self->paths);
  g_free (self);
}

/**
 * flow_trusted_paths_list:
 * @self: the list
 *
 * Get all trusted folders and files.
 *
 * Returns: (transfer none) (array zero-terminated=1): absolute paths
 */
const char *const *
flow_trusted_paths_list (FlowTrustedPaths *self)
{
  return (const char *const *) self->paths->pdata;
}

/**
 * flow_path_is_below:
 * @path: an absolute real path
 * @folder: an absolute real path
 *
 * Check whether @path is @folder or lies in it. Both must be free of `.`, `..` and symbolic links.
 *
 * Returns: %TRUE when it does
 */
gboolean
flow_path_is_below (const char *path, const char *folder)
{
  gsize length = strlen (folder);

  while (length > 1 && folder[length - 1] == G_DIR_SEPARATOR)
    length--;
  if (length == 1)
    return path[0] == G_DIR_SEPARATOR;
  return strncmp (path, folder, length) == 0 && (path[length] == '\0' || path[length] == G_DIR_SEPARATOR);
}

/**
 * flow_trusted_paths_project:
 * @path: an absolute path of a file or folder
 *
 * Find the project that @path belongs to: the nearest folder above it that version control started in. The file
 * system's root and the home folder are nobody's project.
 *
 * Returns: (transfer full) (nullable): the folder
 */
char *
flow_trusted_paths_project (const char *path)
{
  static const char marks[][8] = { ".git", ".hg", ".jj", ".svn" };
  g_autofree char *folder = g_strdup (path);

  while (!is_whole_home (folder))
    {
      char *parent;

      for (gsize i = 0; i < G_N_ELEMENTS (marks); i++)
        {
          g_autofree char *mark = g_build_filename (folder, marks[i], NULL);

          if (g_file_test (mark, G_FILE_TEST_EXISTS))
            return g_steal_pointer (&folder);
        }
      parent = g_path_get_dirname (folder);
      g_free (folder);
      folder = parent;
      if (g_str_equal (folder, "."))
        return NULL;
    }
  return NULL;
}

/**
 * flow_trusted_paths_scope:
 * @path: the real path of a file
 *
 * Tell what a yes to @path would trust: its project, else its folder, or only the file where the folder is the
 * whole home folder or the file system's root.
 *
 * Returns: (transfer full): a path
 */
char *
flow_trusted_paths_scope (const char *path)
{
  g_autofree char *project = flow_trusted_paths_project (path);
  g_autofree char *folder = g_path_get_dirname (path);

  if (project != NULL)
    return g_steal_pointer (&project);
  return is_whole_home (folder) ? g_strdup (path) : g_steal_pointer (&folder);
}

static gboolean
save (FlowTrustedPaths *self, GError **error)
{
  g_autofree char *text = g_strjoinv ("\n", (char **) self->paths->pdata);
  g_autofree char *folder = g_path_get_dirname (self->file);
  g_autoptr (GError) local = NULL;

  if (g_mkdir_with_parents (folder, 0700) == 0 &&
      g_file_set_contents_full (self->file, text, -1, G_FILE_SET_CONTENTS_CONSISTENT, 0600, &local))
    return TRUE;
  g_set_error (error, FLOW_ERROR, FLOW_ERROR_FAILED, "cannot remember the folder: %s",
               local != NULL ? local->message : folder);
  return FALSE;
}

/**
 * flow_trusted_paths_add:
 * @self: the list
 * @path: the real path of a folder or file
 * @error: return location
 *
 * Remember that the user trusts @path.
 *
 * Returns: %FALSE with %FLOW_ERROR_FAILED when it could not be written; it is trusted until the end of the program
 */
gboolean
flow_trusted_paths_add (FlowTrustedPaths *self, const char *path, GError **error)
{
  g_ptr_array_index (self->paths, self->paths->len - 1) = g_strdup (path);
  g_ptr_array_add (self->paths, NULL);
  return save (self, error);
}

/**
 * flow_trusted_paths_remove:
 * @self: the list
 * @path: one of it
 * @error: return location
 *
 * Forget that the user trusts @path.
 *
 * Returns: %FALSE with %FLOW_ERROR_FAILED when that could not be written; it is not trusted until the end of the
 *   program
 */
gboolean
flow_trusted_paths_remove (FlowTrustedPaths *self, const char *path, GError **error)
{
  for (guint i = self->paths->len - 1; i > 0; i--)
    if (g_str_equal (g_ptr_array_index (self->paths, i - 1), path))
      g_ptr_array_remove_index (self->paths, i - 1);
  return save (self, error);
}
