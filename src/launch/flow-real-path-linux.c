/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-real-path"

#include "launch/flow-real-path.h"

#include <stdlib.h>
#include <sys/stat.h>

/**
 * flow_real_path:
 * @path: a path, relative to the current folder or absolute
 * @type: (out): what is there
 *
 * Follow every symbolic link of @path. Nothing is opened, so a FIFO does not block.
 *
 * Returns: (transfer full) (nullable): the absolute path without links, `.` and `..`, %NULL with %FLOW_PATH_MISSING
 */
char *
flow_real_path (const char *path, FlowPathType *type)
{
  char *real = realpath (path, NULL);
  g_autofree char *copy = NULL;
  struct stat info;

  *type = FLOW_PATH_MISSING;
  if (real == NULL)
    return NULL;
  copy = g_strdup (real);
  free (real);
  if (stat (copy, &info) != 0)
    return NULL;
  *type = S_ISREG (info.st_mode) ? FLOW_PATH_FILE : S_ISDIR (info.st_mode) ? FLOW_PATH_FOLDER : FLOW_PATH_OTHER;
  return g_steal_pointer (&copy);
}
