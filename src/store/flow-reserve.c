/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-store"

#include "store/flow-reserve.h"

#include <errno.h>
#include <fcntl.h>
#include <gio/gio.h>
#include <glib/gstdio.h>
#include <unistd.h>

#include "base/flow-error.h"

#define BLOCK_BYTES (256 * 1024)

/**
 * flow_reserve_is_ready:
 * @path: the reserve file
 *
 * Look whether the reserve is there in its full size.
 *
 * Returns: whether it is
 */
gboolean
flow_reserve_is_ready (const char *path)
{
  GStatBuf info;

  return g_stat (path, &info) == 0 && info.st_size == FLOW_RESERVE_BYTES;
}

static gboolean
has_room (const char *path, guint64 bytes)
{
  g_autofree char *folder = g_path_get_dirname (path);
  g_autoptr (GFile) file = g_file_new_for_path (folder);
  g_autoptr (GFileInfo) info = g_file_query_filesystem_info (file, G_FILE_ATTRIBUTE_FILESYSTEM_FREE, NULL, NULL);

  return info != NULL && g_file_info_get_attribute_uint64 (info, G_FILE_ATTRIBUTE_FILESYSTEM_FREE) >= bytes;
}

/**
 * flow_reserve_is_safe:
 * @path: the reserve file
 *
 * Look whether an erase will have room: the reserve is there, or as much is free. Where neither is, what is taken in
 * would take the last room from it.
 *
 * Returns: whether more may be taken in
 */
gboolean
flow_reserve_is_safe (const char *path)
{
  return flow_reserve_is_ready (path) || has_room (path, FLOW_RESERVE_BYTES);
}

/* Random bytes, since some file systems compress, and keep zeros for nothing. */
static char *
make_block (void)
{
  guint32 *words = g_new (guint32, BLOCK_BYTES / sizeof (guint32));

  for (gsize i = 0; i < BLOCK_BYTES / sizeof (guint32); i++)
    words[i] = g_random_int ();
  return (char *) words;
}

static gboolean
fill (int fd)
{
  g_autofree char *block = make_block ();
  gsize left = FLOW_RESERVE_BYTES;

  while (left > 0)
    {
      gssize written = write (fd, block, MIN (left, BLOCK_BYTES));

      if (written <= 0 && errno != EINTR)
        return FALSE;
      if (written > 0)
        left -= (gsize) written;
    }
  return TRUE;
}

/**
 * flow_reserve_make:
 * @path: the reserve file
 *
 * Take the reserve (16 MB of disk) if it is not there and twice as much is free.
 *
 * Returns: whether the reserve is there now
 */
gboolean
flow_reserve_make (const char *path)
{
  g_autofree char *part = NULL;
  gboolean made;
  int fd;

  if (flow_reserve_is_ready (path))
    return TRUE;
  if (!has_room (path, 2 * (guint64) FLOW_RESERVE_BYTES))
    return FALSE;
  part = g_strconcat (path, ".part", NULL);
  fd = g_open (part, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (fd < 0)
    return FALSE;
  made = fill (fd);
  made = g_close (fd, NULL) && made && g_rename (part, path) == 0;
  if (!made)
    g_unlink (part);
  return made;
}

/**
 * flow_reserve_release:
 * @path: the reserve file
 * @error: return location
 *
 * Give the reserve's space back to the disk. Without a reserve there is nothing to do.
 *
 * Returns: %FALSE with `FLOW_ERROR_FAILED` when the file can't be removed
 */
gboolean
flow_reserve_release (const char *path, GError **error)
{
  if (g_unlink (path) == 0 || errno == ENOENT)
    return TRUE;
  g_set_error (error, FLOW_ERROR, FLOW_ERROR_FAILED, "Cannot remove “%s”: %s", path, g_strerror (errno));
  return FALSE;
}
