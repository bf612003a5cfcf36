/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-paths"

#include "base/flow-paths.h"

#include <sys/stat.h>
#include <unistd.h>

/**
 * flow_paths_runtime_dir:
 *
 * Choose the folder of the discovery file: below `$XDG_RUNTIME_DIR`; without it below `/run/user/UID` if
 * that is ours and closed to others, else below the cache folder (protocol.md, "Finding the hub").
 * The folder need not exist yet.
 *
 * Returns: (transfer full): an absolute path
 */
char *
flow_paths_runtime_dir (void)
{
  const char *dir = g_get_user_runtime_dir ();
  g_autofree char *run = NULL;
  struct stat info;

  /* GLib answers with the cache folder when the variable is not set. */
  if (!g_str_equal (dir, g_get_user_cache_dir ()))
    return g_build_filename (dir, "flowscope", NULL);

  run = g_strdup_printf ("/run/user/%u", (unsigned) getuid ());
  if (lstat (run, &info) == 0 && S_ISDIR (info.st_mode) && info.st_uid == getuid () && (info.st_mode & 077) == 0)
    return g_build_filename (run, "flowscope", NULL);

  return g_build_filename (g_get_user_cache_dir (), "flowscope", "run", NULL);
}
