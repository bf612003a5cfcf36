/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-trace"

#include "trace/flow-trace-places.h"

#include <string.h>

#include "launch/flow-trusted-paths.h"

typedef struct
{
  char *folder;
  char *workspace;
} Folder;

typedef struct
{
  GPatternSpec *service;
  char *remote;
  char *local;
} Map;

struct _FlowTracePlaces
{
  gatomicrefcount references;
  GPtrArray *folders;   /* Folder */
  GPtrArray *maps;      /* Map */
  GHashTable *sessions; /* workspace -> session */
  char *current;        /* (nullable) */
};

static void
folder_free (gpointer data)
{
  Folder *folder = data;

  g_free (folder->folder);
  g_free (folder->workspace);
  g_free (folder);
}

static void
map_free (gpointer data)
{
  Map *map = data;

  g_pattern_spec_free (map->service);
  g_free (map->remote);
  g_free (map->local);
  g_free (map);
}

/**
 * flow_trace_places_new:
 * @maps: (array length=n_maps): the path maps, for programs that run where folders have other names
 * @n_maps: how many
 *
 * Returns: (transfer full): places without any folder
 */
FlowTracePlaces *
flow_trace_places_new (const FlowPathMap *maps, gsize n_maps)
{
  FlowTracePlaces *self = g_new0 (FlowTracePlaces, 1);

  g_atomic_ref_count_init (&self->references);
  self->folders = g_ptr_array_new_with_free_func (folder_free);
  self->maps = g_ptr_array_new_with_free_func (map_free);
  self->sessions = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  for (gsize i = 0; i < n_maps; i++)
    {
      Map *map = g_new0 (Map, 1);

      map->service = g_pattern_spec_new (maps[i].service[0] != '\0' ? maps[i].service : "*");
      map->remote = g_strdup (maps[i].remote);
      map->local = g_strdup (maps[i].local);
      g_ptr_array_add (self->maps, map);
    }
  return self;
}

/**
 * flow_trace_places_ref:
 * @self: places
 *
 * Returns: (transfer full): @self
 */
FlowTracePlaces *
flow_trace_places_ref (FlowTracePlaces *self)
{
  g_atomic_ref_count_inc (&self->references);
  return self;
}

/**
 * flow_trace_places_unref:
 * @self: (transfer full): places
 *
 * Give up a reference.
 */
void
flow_trace_places_unref (FlowTracePlaces *self)
{
  if (!g_atomic_ref_count_dec (&self->references))
    return;
  g_ptr_array_unref (self->folders);
  g_ptr_array_unref (self->maps);
  g_hash_table_unref (self->sessions);
  g_free (self->current);
  g_free (self);
}

/**
 * flow_trace_places_add_folder:
 * @self: places that nobody else has
 * @folder: an absolute folder; one workspace may have several names for its folder
 * @workspace: the workspace's id
 *
 * Make a folder known.
 */
void
flow_trace_places_add_folder (FlowTracePlaces *self, const char *folder, const char *workspace)
{
  Folder *one;

  if (!g_path_is_absolute (folder))
    return;
  one = g_new (Folder, 1);
  *one = (Folder) { g_strdup (folder), g_strdup (workspace) };
  g_ptr_array_add (self->folders, one);
}

/**
 * flow_trace_places_add_session:
 * @self: places that nobody else has
 * @workspace: a workspace's id
 * @session: the debug session that goes on there
 *
 * Have traces of a workspace belong to a debug session. The last one said is the one that counts.
 */
void
flow_trace_places_add_session (FlowTracePlaces *self, const char *workspace, const char *session)
{
  g_hash_table_replace (self->sessions, g_strdup (workspace), g_strdup (session));
}

/**
 * flow_trace_places_set_current:
 * @self: places that nobody else has
 * @workspace: (nullable): a workspace's id
 *
 * Say which workspace the user works in.
 */
void
flow_trace_places_set_current (FlowTracePlaces *self, const char *workspace)
{
  g_free (self->current);
  self->current = g_strdup (workspace);
}

/**
 * flow_trace_places_has_folders:
 * @self: places
 *
 * Returns: whether any path can be in a workspace
 */
gboolean
flow_trace_places_has_folders (const FlowTracePlaces *self)
{
  return self->folders->len > 0;
}

/* The innermost one: folders may lie in each other. */
static const char *
find_folder (const FlowTracePlaces *self, const char *path)
{
  const Folder *best = NULL;

  for (guint i = 0; i < self->folders->len; i++)
    {
      const Folder *folder = self->folders->pdata[i];

      if (flow_path_is_below (path, folder->folder) &&
          (best == NULL || strlen (folder->folder) > strlen (best->folder)))
        best = folder;
    }
  return best != NULL ? best->workspace : NULL;
}

static const char *
find_mapped (const FlowTracePlaces *self, const Map *map, const char *service, const char *path)
{
  gsize length = strlen (map->remote);
  g_autofree char *here = NULL;

  while (length > 0 && strchr ("/\\", map->remote[length - 1]) != NULL)
    length--;
  if (strncmp (path, map->remote, length) != 0 || (path[length] != '\0' && strchr ("/\\", path[length]) == NULL) ||
      !g_pattern_spec_match_string (map->service, service))
    return NULL;
  here = g_build_filename (map->local, path + length, NULL);
  return find_folder (self, here);
}

/**
 * flow_trace_places_find:
 * @self: places
 * @service: the service that said so, for the path maps; empty when unknown
 * @path: a file or folder as a program sees it
 *
 * Find the workspace that a path belongs to. Path maps come first, then the path as it is.
 *
 * Returns: (nullable): the workspace's id
 */
const char *
flow_trace_places_find (const FlowTracePlaces *self, const char *service, const char *path)
{
  const char *found = NULL;

  if (self->folders->len == 0 || !g_utf8_validate (service, -1, NULL))
    return NULL;
  for (guint i = 0; i < self->maps->len && found == NULL; i++)
    found = find_mapped (self, self->maps->pdata[i], service, path);
  return found != NULL ? found : find_folder (self, path);
}

/**
 * flow_trace_places_find_session:
 * @self: places
 * @workspace: a workspace's id
 *
 * Returns: (nullable): the debug session that goes on there
 */
const char *
flow_trace_places_find_session (const FlowTracePlaces *self, const char *workspace)
{
  return g_hash_table_lookup (self->sessions, workspace);
}

/**
 * flow_trace_places_get_current:
 * @self: places
 *
 * Returns: (nullable): the workspace that the user works in
 */
const char *
flow_trace_places_get_current (const FlowTracePlaces *self)
{
  return self->current;
}
