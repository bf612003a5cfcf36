/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-locator"

#include "launch/flow-locator.h"

#include <string.h>

#include "base/flow-error.h"
#include "launch/flow-real-path.h"
#include "launch/flow-trusted-paths.h"

typedef struct
{
  GPatternSpec *service;
  char *remote;
  char *local; /* real path */
} Map;

struct _FlowLocator
{
  GPtrArray *maps;    /* of Map */
  GPtrArray *folders; /* of char *: real paths */
};

/* What a search of one location found so far. */
typedef struct
{
  const char *wanted; /* nullable: only this real path is looked for */
  char *found;        /* inside a known folder, or what is wanted */
  char *outside;      /* a regular file elsewhere */
  char *odd;          /* neither file nor missing */
} Search;

static void
search_clear (Search *search)
{
  g_free (search->found);
  g_free (search->outside);
  g_free (search->odd);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Search, search_clear)

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
 * flow_locator_new:
 * @maps: (array length=n_maps): the path maps, in the order in which they are tried
 * @n_maps: how many
 *
 * Make a locator that knows the local folders of @maps.
 *
 * Returns: (transfer full): the locator
 */
FlowLocator *
flow_locator_new (const FlowPathMap *maps, gsize n_maps)
{
  FlowLocator *self = g_new0 (FlowLocator, 1);

  self->maps = g_ptr_array_new_with_free_func (map_free);
  self->folders = g_ptr_array_new_with_free_func (g_free);
  for (gsize i = 0; i < n_maps; i++)
    {
      FlowPathType type;
      g_autofree char *local = flow_real_path (maps[i].local, &type);
      Map *map;

      if (type != FLOW_PATH_FOLDER)
        {
          g_debug ("path-maps: %s is no folder", maps[i].local);
          continue;
        }
      map = g_new0 (Map, 1);
      map->service = g_pattern_spec_new (maps[i].service[0] != '\0' ? maps[i].service : "*");
      map->remote = g_strdup (maps[i].remote);
      map->local = g_strdup (local);
      g_ptr_array_add (self->maps, map);
      g_ptr_array_add (self->folders, g_steal_pointer (&local));
    }
  return self;
}

/**
 * flow_locator_free:
 * @self: (transfer full): a locator
 *
 * Free it.
 */
void
flow_locator_free (FlowLocator *self)
{
  g_ptr_array_unref (self->maps);
  g_ptr_array_unref (self->folders);
  g_free (self);
}

/**
 * flow_locator_add_folder:
 * @self: a locator
 * @folder: a folder whose files may be opened, or one such file
 *
 * Make a folder known. Relative locations are looked for in it too. What does not exist, and the file system's root,
 * are left out.
 */
void
flow_locator_add_folder (FlowLocator *self, const char *folder)
{
  FlowPathType type;
  g_autofree char *real = flow_real_path (folder, &type);

  if (real != NULL && type != FLOW_PATH_OTHER && !g_str_equal (real, G_DIR_SEPARATOR_S))
    g_ptr_array_add (self->folders, g_steal_pointer (&real));
}

/**
 * flow_locator_is_known:
 * @self: a locator
 * @path: a real path
 *
 * Check whether @path lies in a known folder.
 *
 * Returns: %TRUE when it does
 */
gboolean
flow_locator_is_known (FlowLocator *self, const char *path)
{
  for (guint i = 0; i < self->folders->len; i++)
    if (flow_path_is_below (path, g_ptr_array_index (self->folders, i)))
      return TRUE;
  return FALSE;
}

/* C0, DEL and C1: nothing that a file of a project is called, everything that a terminal obeys. */
static gboolean
has_control (const char *text)
{
  for (const guchar *at = (const guchar *) text; *at != '\0'; at++)
    if (*at < 0x20 || *at == 0x7f || (*at == 0xc2 && at[1] >= 0x80 && at[1] < 0xa0))
      return TRUE;
  return FALSE;
}

static gboolean
has_scheme (const char *file)
{
  const char *at = file;

  while (g_ascii_isalnum (*at) || *at == '+' || *at == '-' || *at == '.')
    at++;
  return at > file && g_str_has_prefix (at, "://");
}

/*
 * The path inside a URL: the one of file:// URLs (percent-decoded), for bundlers ("webpack://app/./src/a.ts?1a2b",
 * "webpack-internal:///./src/a.ts") the part behind the name, without the query. NULL for any other scheme.
 */
static char *
path_of (const char *file)
{
  const char *rest;
  char *path;
  char *query;

  if (g_str_has_prefix (file, "file:"))
    return g_filename_from_uri (file, NULL, NULL);
  if (!has_scheme (file))
    return g_str_has_prefix (file, "node:") ? NULL : g_strdup (file);
  if (!g_str_has_prefix (file, "webpack"))
    return NULL;

  rest = strstr (file, "://") + 3;
  rest = strchr (rest, '/');
  if (rest == NULL)
    return NULL;
  while (*rest == '/')
    rest++;
  path = g_strdup (g_str_has_prefix (rest, "./") ? rest + 2 : rest);
  query = strchr (path, '?');
  if (query != NULL)
    *query = '\0';
  return path;
}

/* Take @path for what it is now: nothing is followed again afterwards. */
static void
search_look (FlowLocator *self, Search *search, const char *path)
{
  FlowPathType type;
  g_autofree char *real = NULL;
  char **keep;

  if (search->found != NULL)
    return;
  real = flow_real_path (path, &type);
  if (real == NULL)
    return;

  if (search->wanted != NULL)
    keep = g_str_equal (real, search->wanted) ? &search->found : &search->outside;
  else
    keep = type != FLOW_PATH_FILE || has_control (real) ? &search->odd
           : flow_locator_is_known (self, real)         ? &search->found
                                                        : &search->outside;
  if (*keep == NULL)
    *keep = g_steal_pointer (&real);
}

static void
search_mapped (FlowLocator *self, Search *search, const char *service, const char *file)
{
  for (guint i = 0; i < self->maps->len; i++)
    {
      const Map *map = g_ptr_array_index (self->maps, i);
      gsize length = strlen (map->remote);
      g_autofree char *rest = NULL;
      g_autofree char *path = NULL;

      while (length > 0 && strchr ("/\\", map->remote[length - 1]) != NULL)
        length--;
      if (strncmp (file, map->remote, length) != 0 || strchr ("/\\", file[length]) == NULL ||
          !g_pattern_spec_match_string (map->service, service))
        continue;
      rest = g_strdup (file + length);
      if (strchr (map->remote, '\\') != NULL)
        g_strdelimit (rest, "\\", '/');
      path = g_build_filename (map->local, rest, NULL);
      search_look (self, search, path);
    }
}

static void
search_relative (FlowLocator *self, Search *search, const char *file)
{
  for (guint i = 0; i < self->folders->len; i++)
    {
      g_autofree char *path = g_build_filename (g_ptr_array_index (self->folders, i), file, NULL);

      search_look (self, search, path);
    }
}

static gboolean
check_text (const char *file, GError **error)
{
  if (file[0] == '\0')
    {
      g_set_error_literal (error, FLOW_ERROR, FLOW_ERROR_NOT_FOUND, "the location names no file");
      return FALSE;
    }
  if (has_control (file) || !g_utf8_validate (file, -1, NULL))
    {
      g_set_error_literal (error, FLOW_ERROR, FLOW_ERROR_NOT_TRUSTED,
                           "the location has control characters; it is not given to an editor");
      return FALSE;
    }
  if (file[0] == '-' || file[0] == '+')
    {
      g_set_error (error, FLOW_ERROR, FLOW_ERROR_NOT_TRUSTED,
                   "“%s” looks like an option or a command; it is not given to an editor", file);
      return FALSE;
    }
  return TRUE;
}

static void
explain (Search *search, const char *service, const char *file, GError **error)
{
  if (search->outside != NULL)
    g_set_error (error, FLOW_ERROR, FLOW_ERROR_NOT_TRUSTED, "%s is outside every known folder", search->outside);
  else if (search->odd != NULL)
    g_set_error (error, FLOW_ERROR, FLOW_ERROR_NOT_TRUSTED, "%s is no regular file with a plain name", search->odd);
  else if (*service == '\0')
    g_set_error (error, FLOW_ERROR, FLOW_ERROR_NOT_FOUND, "“%s” is not on this machine", file);
  else
    g_set_error (error, FLOW_ERROR, FLOW_ERROR_NOT_FOUND,
                 "“%s” is not on this machine; if “%s” runs elsewhere, add its folder to path-maps", file, service);
}

/* Path maps come first, then the path as it is, then, for a relative one, each known folder. */
static void
search_all (FlowLocator *self, Search *search, const char *service, const char *file, const char *path)
{
  search_mapped (self, search, service, file);
  if (path == NULL)
    return;
  search_mapped (self, search, service, path);
  if (g_path_is_absolute (path))
    search_look (self, search, path);
  else
    search_relative (self, search, path);
}

/**
 * flow_locator_resolve:
 * @self: a locator
 * @service: the service that said so, for the path maps; empty when unknown
 * @file: what it said
 * @outside: (out) (optional) (nullable) (transfer full): with %FLOW_ERROR_NOT_TRUSTED the real path of a regular
 *   file that only lies outside every known folder, so that the user can be asked
 * @error: return location
 *
 * Find the file. Path maps come first, then the path as it is, then, for a relative one, each known folder.
 * %FLOW_ERROR_NOT_FOUND: there is no such file here. %FLOW_ERROR_NOT_TRUSTED: it must not be given to an editor,
 * because it is outside, no regular file, or named like an option or with control characters.
 *
 * Returns: (transfer full): an absolute real path, or %NULL
 */
char *
flow_locator_resolve (FlowLocator *self, const char *service, const char *file, char **outside, GError **error)
{
  g_auto (Search) search = { 0 };
  g_autofree char *path = NULL;

  if (outside != NULL)
    *outside = NULL;
  if (!check_text (file, error))
    return NULL;
  path = path_of (file);
  if (path != NULL && !check_text (path, error))
    return NULL;

  search_all (self, &search, service, file, path);
  if (search.found == NULL)
    {
      explain (&search, service, file, error);
      if (outside != NULL)
        *outside = g_steal_pointer (&search.outside);
      return NULL;
    }
  return g_steal_pointer (&search.found);
}

/**
 * flow_locator_means:
 * @self: a locator
 * @service: the service that said so, for the path maps; empty when unknown
 * @file: what it said
 * @real: the real path of a file on this machine, in a known folder or not
 *
 * Check whether @file may mean @real: the way back of flow_locator_resolve(). A relative path may mean a file in each
 * of several known folders.
 *
 * Returns: %TRUE when it may
 */
gboolean
flow_locator_means (FlowLocator *self, const char *service, const char *file, const char *real)
{
  g_auto (Search) search = { .wanted = real };
  g_autofree char *path = NULL;

  if (g_str_equal (file, real))
    return TRUE;
  if (file[0] == '\0' || !g_utf8_validate (file, -1, NULL))
    return FALSE;
  path = path_of (file);
  search_all (self, &search, service, file, path);
  return search.found != NULL;
}
