/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-process"

#include "hub/flow-process.h"

#include <errno.h>
#include <malloc.h>
#include <string.h>
#include <sys/resource.h>

#define WANTED_FILES 16384
#define MMAP_BYTES (4 * 1024 * 1024)

/**
 * flow_process_raise_file_limit:
 *
 * Raise the soft limit of open files of this process, as far as it may go, so that connections do not end at
 * the customary 1,024.
 */
void
flow_process_raise_file_limit (void)
{
  struct rlimit limit;

  if (getrlimit (RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur >= WANTED_FILES)
    return;
  limit.rlim_cur = MIN ((rlim_t) WANTED_FILES, limit.rlim_max);
  if (setrlimit (RLIMIT_NOFILE, &limit) != 0)
    g_info ("the limit of open files stays: %s", g_strerror (errno));
}

/**
 * flow_process_tune_memory:
 *
 * Have long blocks given back to the system when they are freed. By itself the allocator would keep blocks as
 * long as the longest request body that ever came.
 */
void
flow_process_tune_memory (void)
{
#ifdef __GLIBC__
  mallopt (M_MMAP_THRESHOLD, MMAP_BYTES);
  mallopt (M_TRIM_THRESHOLD, 2 * MMAP_BYTES);
#endif
}

/**
 * flow_process_trim_memory:
 *
 * Give back what is free between blocks that are in use. Takes some milliseconds: for after work that took much memory
 * for a while.
 */
void
flow_process_trim_memory (void)
{
#ifdef __GLIBC__
  malloc_trim (0);
#endif
}

/**
 * flow_process_get_unit:
 * @pid: a process
 *
 * Find out which service of the user's service manager a process is, so that it can be started again that way.
 *
 * Returns: (transfer full) (nullable): the name of a systemd user unit, `flowscope-hub.service`; %NULL: it is none
 */
char *
flow_process_get_unit (gint64 pid)
{
  g_autofree char *path = g_strdup_printf ("/proc/%" G_GINT64_FORMAT "/cgroup", pid);
  g_autofree char *text = NULL;
  char *end, *name;

  if (!g_file_get_contents (path, &text, NULL, NULL))
    return NULL;
  /* cgroup v2: 0::/user.slice/user-1000.slice/user@1000.service/app.slice/flowscope-hub.service */
  end = strchr (g_strchomp (text), '\n');
  if (end != NULL || !g_str_has_prefix (text, "0::/") || strstr (text, "/user@") == NULL)
    return NULL;
  name = strrchr (text, '/') + 1;
  return g_str_has_suffix (name, ".service") && !g_str_has_prefix (name, "user@") ? g_strdup (name) : NULL;
}
