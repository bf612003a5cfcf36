/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-process"

#include "hub/flow-process.h"

#include <errno.h>
#include <malloc.h>
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
