/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-path-guess"

#include "launch/flow-path-guess.h"

#include <string.h>

#include "launch/flow-real-path.h"
#include "launch/flow-trusted-paths.h"

/* How many folders below a known one are tried. */
#define MAX_CHILDREN 500

static char *
plain_path (const char *file)
{
  char *path = g_str_has_prefix (file, "file:") ? g_filename_from_uri (file, NULL, NULL) : NULL;

  return path != NULL ? path : g_strdup (file);
}

/* A regular file really below @folder: what somebody else wrote may be full of "..". */
static gboolean
has_file (const char *folder, const char *rest)
{
  g_autofree char *path = g_build_filename (folder, rest, NULL);
  FlowPathType type;
  g_autofree char *real = flow_real_path (path, &type);
  g_autofree char *real_folder = flow_real_path (folder, &(FlowPathType) { 0 });

  return real != NULL && type == FLOW_PATH_FILE && real_folder != NULL && flow_path_is_below (real, real_folder);
}

/* The longest end of @path that is a file below @folder; points into @path, NULL: none. */
static const char *
longest_end (const char *path, const char *folder)
{
  for (const char *at = path; at != NULL; at = strpbrk (at, "/\\"))
    {
      g_autofree char *rest = NULL;

      while (*at == '/' || *at == '\\')
        at++;
      if (*at == '\0')
        return NULL;
      rest = g_strdelimit (g_strdup (at), "\\", '/');
      if (has_file (folder, rest))
        return at;
    }
  return NULL;
}

static char *
prefix_of (const char *path, const char *end)
{
  gsize length = (gsize) (end - path);

  while (length > 1 && (path[length - 1] == '/' || path[length - 1] == '\\'))
    length--;
  return g_strndup (path, length);
}

/**
 * flow_path_guess_prefix:
 * @file: what a program elsewhere says, like "/app/src/users.ts"
 * @folder: a folder here
 *
 * Tell what of @file stands for @folder: "/app" when there is a "src/users.ts" in it.
 *
 * Returns: (transfer full) (nullable): the prefix, empty when all of @file is below @folder; %NULL when no end of
 *   @file is there
 */
char *
flow_path_guess_prefix (const char *file, const char *folder)
{
  g_autofree char *path = plain_path (file);
  const char *end = longest_end (path, folder);

  return end != NULL ? prefix_of (path, end) : NULL;
}

typedef struct
{
  const char *path;
  gsize length; /* of the longest end so far */
  char *folder;
  char *prefix;
} Guess;

static void
try_folder (Guess *guess, const char *folder)
{
  const char *end = longest_end (guess->path, folder);

  if (end == NULL || strlen (end) <= guess->length)
    return;
  guess->length = strlen (end);
  g_free (guess->folder);
  g_free (guess->prefix);
  guess->folder = g_strdup (folder);
  guess->prefix = prefix_of (guess->path, end);
}

static void
try_children (Guess *guess, const char *folder)
{
  g_autoptr (GDir) children = g_dir_open (folder, 0, NULL);
  const char *name;

  for (guint i = 0; children != NULL && i < MAX_CHILDREN && (name = g_dir_read_name (children)) != NULL; i++)
    {
      g_autofree char *child = g_build_filename (folder, name, NULL);

      if (name[0] != '.' && g_file_test (child, G_FILE_TEST_IS_DIR))
        try_folder (guess, child);
    }
}

/**
 * flow_path_guess_folder:
 * @file: what a program elsewhere says
 * @folders: (array zero-terminated=1): folders with source code; their children are tried too
 * @prefix: (out): what of @file stands for the folder
 *
 * Guess where a file of a program elsewhere is here. Two names in a row must agree: every project has an "index.js".
 *
 * Returns: (transfer full) (nullable): the folder with the longest common end
 */
char *
flow_path_guess_folder (const char *file, const char *const *folders, char **prefix)
{
  g_autofree char *path = plain_path (file);
  Guess guess = { .path = path };

  for (; *folders != NULL; folders++)
    {
      try_folder (&guess, *folders);
      try_children (&guess, *folders);
    }
  if (guess.folder != NULL && strpbrk (path + strlen (path) - guess.length, "/\\") == NULL)
    {
      g_clear_pointer (&guess.folder, g_free);
      g_clear_pointer (&guess.prefix, g_free);
    }
  *prefix = guess.prefix;
  return guess.folder;
}
