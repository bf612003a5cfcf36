/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-store"

#include "store/flow-file-lock.h"

#include <sys/file.h>

/* flock(2) belongs to the open file description, as open file description locks of Linux do. */
gboolean
flow_file_lock_try (int fd)
{
  return flock (fd, LOCK_EX | LOCK_NB) == 0;
}
