/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-folders"

#include "router/flow-folders.h"

#include <string.h>

#include "launch/flow-real-path.h"
#include "launch/flow-trusted-paths.h"

typedef struct
{
  char *path;
  gsize depth; /* length of the folder's real path, whatever it is called here */
} Name;

struct _FlowFolders
{
  GPtrArray *list; /* of char *, NULL-terminated: one for each folder */
  GArray *names;   /* of Name */
};

static void
name_clear (gpointer data)
{
  g_free (((Name *) data)->path);
}

static void
add_name (FlowFolders *self, const char *path, gsize depth)
{
  Name name = { g_strdup (path), depth };

  g_array_append_val (self->names, name);
}

/* The folder here that a map has for @folder, or NULL. */
static char *
translate (const FlowPathMap *map, const char *folder)
{
  gsize length = strlen (map->remote);

  while (length > 0 && strchr ("/\\", map->remote[length - 1]) != NULL)
    length--;
  if (length == 0 || strncmp (folder, map->remote, length) != 0 || (folder[length] != '\0' && folder[length] != '/'))
    return NULL;
  return g_build_filename (map->local, folder + length, NULL);
}

/* A folder of this machine; FALSE when there is none of that name. */
static gboolean
add_real (FlowFolders *self, const char *said, const char *path)
{
  FlowPathType type;
  g_autofree char *real = flow_real_path (path, &type);
  gsize depth;

  if (real == NULL || type == FLOW_PATH_OTHER)
    return FALSE;
  depth = strlen (real);
  add_name (self, real, depth);
  add_name (self, path, depth);
  if (!g_str_equal (said, path))
    add_name (self, said, depth);
  g_ptr_array_add (self->list, g_steal_pointer (&real));
  return TRUE;
}

static void
add_folder (FlowFolders *self, const char *folder, const FlowPathMap *maps, gsize n_maps)
{
  g_autofree char *said = g_canonicalize_filename (folder, G_DIR_SEPARATOR_S);

  for (gsize i = 0; i < n_maps; i++)
    {
      g_autofree char *local = translate (&maps[i], said);

      if (local != NULL && add_real (self, said, local))
        return;
    }
  if (add_real (self, said, said))
    return;
  add_name (self, said, strlen (said));
  g_ptr_array_add (self->list, g_steal_pointer (&said));
}

/**
 * flow_folders_new:
 * @folders: (array zero-terminated=1) (nullable): absolute paths; relative ones are left out
 * @maps: (array length=n_maps): the path maps, in the order in which they are tried
 * @n_maps: how many
 *
 * Look up the folders. This reads the file system.
 *
 * Returns: (transfer full): the folders
 */
FlowFolders *
flow_folders_new (const char *const *folders, const FlowPathMap *maps, gsize n_maps)
{
  FlowFolders *self = g_new0 (FlowFolders, 1);

  self->list = g_ptr_array_new_with_free_func (g_free);
  self->names = g_array_new (FALSE, FALSE, sizeof (Name));
  g_array_set_clear_func (self->names, name_clear);
  for (gsize i = 0; folders != NULL && folders[i] != NULL; i++)
    {
      if (g_path_is_absolute (folders[i]))
        add_folder (self, folders[i], maps, n_maps);
    }
  g_ptr_array_add (self->list, NULL);
  return self;
}

/**
 * flow_folders_free:
 * @self: (transfer full) (nullable): folders
 *
 * Free them.
 */
void
flow_folders_free (FlowFolders *self)
{
  if (self == NULL)
    return;
  g_ptr_array_unref (self->list);
  g_array_unref (self->names);
  g_free (self);
}

/**
 * flow_folders_list:
 * @self: folders
 *
 * Get each of them once.
 *
 * Returns: (transfer none) (array zero-terminated=1): real paths, or what was said where there is no such folder here
 */
const char *const *
flow_folders_list (const FlowFolders *self)
{
  return (const char *const *) self->list->pdata;
}

/**
 * flow_folders_depth:
 * @self: folders
 * @file: an absolute path
 *
 * Find the innermost folder that holds a file.
 *
 * Returns: the length of that folder's real path, 0 when there is none
 */
gsize
flow_folders_depth (const FlowFolders *self, const char *file)
{
  gsize depth = 0;

  for (guint i = 0; i < self->names->len; i++)
    {
      const Name *name = &g_array_index (self->names, Name, i);

      if (name->depth > depth && flow_path_is_below (file, name->path))
        depth = name->depth;
    }
  return depth;
}
