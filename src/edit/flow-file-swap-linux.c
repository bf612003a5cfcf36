/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-file-swap"

#include "edit/flow-file-swap.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <linux/magic.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/vfs.h>
#include <sys/xattr.h>
#include <unistd.h>

#define MAX_ATTRIBUTES (16 * 1024)
#define MAX_ATTRIBUTE (64 * 1024)

/* A server decides about these, and says that somebody writes when it only does not know. */
static gboolean
is_remote (int file)
{
  struct statfs info;

  if (fstatfs (file, &info) != 0)
    return FALSE;
  switch ((guint32) info.f_type)
    {
    case NFS_SUPER_MAGIC:
    case SMB_SUPER_MAGIC:
    case CIFS_SUPER_MAGIC:
    case SMB2_SUPER_MAGIC:
    case CEPH_SUPER_MAGIC:
    case AFS_SUPER_MAGIC:
    case CODA_SUPER_MAGIC:
    case V9FS_MAGIC:
      return TRUE;
    default:
      return FALSE;
    }
}

/**
 * flow_file_exchange:
 * @folder: an open folder
 * @one: a name in it
 * @other: another
 *
 * Give each of two files the other's name, in one step.
 *
 * Returns: %FALSE with errno; `EINVAL` or `ENOSYS` where the file system cannot
 */
gboolean
flow_file_exchange (int folder, const char *one, const char *other)
{
  return renameat2 (folder, one, folder, other, RENAME_EXCHANGE) == 0;
}

/**
 * flow_file_rename_new:
 * @folder: an open folder
 * @from: a name in it
 * @to: a name that is not in it
 *
 * Rename a file, and replace none.
 *
 * Returns: %FALSE with errno; `EEXIST` when @to is there
 */
gboolean
flow_file_rename_new (int folder, const char *from, const char *to)
{
  if (renameat2 (folder, from, folder, to, RENAME_NOREPLACE) == 0)
    return TRUE;
  if (errno != EINVAL && errno != ENOSYS)
    return FALSE;
  /* A second name never replaces a file either. */
  return linkat (folder, from, folder, to, 0) == 0 && unlinkat (folder, from, 0) == 0;
}

/**
 * flow_file_has_writer:
 * @file: a file, open for reading
 *
 * Tell whether anybody has the file open for writing, and so may be in the middle of it: nobody gets a lease then.
 *
 * Returns: %FALSE also where it cannot be known
 */
gboolean
flow_file_has_writer (int file)
{
  gboolean got;

  if (is_remote (file))
    return FALSE;
  /* Who opens the file while the lease is held waits until it is given back at once; the signal that says so must be
   * one that does nothing. */
  (void) fcntl (file, F_SETSIG, SIGURG);
  got = fcntl (file, F_SETLEASE, F_RDLCK) == 0;
  if (!got)
    return errno == EAGAIN;
  (void) fcntl (file, F_SETLEASE, F_UNLCK);
  return FALSE;
}

/**
 * flow_file_copy_attributes:
 * @from: an open file
 * @to: another
 *
 * Give a file the extended attributes of another, access lists among them, as far as it may have them.
 */
void
flow_file_copy_attributes (int from, int to)
{
  g_autofree char *names = g_malloc (MAX_ATTRIBUTES);
  g_autofree char *value = g_malloc (MAX_ATTRIBUTE);
  gssize size = flistxattr (from, names, MAX_ATTRIBUTES);

  for (gssize at = 0; at < size; at += (gssize) strlen (names + at) + 1)
    {
      gssize length = fgetxattr (from, names + at, value, MAX_ATTRIBUTE);

      if (length >= 0)
        (void) fsetxattr (to, names + at, value, (gsize) length, 0);
    }
}
