/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-store"

#include "store/flow-file-lock.h"

#include <fcntl.h>
#include <unistd.h>

/**
 * flow_file_lock_try:
 * @fd: an open file
 *
 * Lock the whole file against every other open file description, in this process and others, without waiting.
 *
 * Open file description locks (fcntl(2), F_OFD_SETLK): unlike a plain POSIX lock they are not lost when something else
 * in the process closes the same file.
 *
 * Returns: whether the lock is held now; else errno says why, EAGAIN when another holds it
 */
gboolean
flow_file_lock_try (int fd)
{
  struct flock lock = { .l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = 0, .l_len = 0 };

  return fcntl (fd, F_OFD_SETLK, &lock) == 0;
}
