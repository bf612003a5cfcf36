/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-edit-disk"

#include "edit/flow-edit-disk.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n-lib.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/flow-error.h"
#include "base/flow-id.h"
#include "edit/flow-edit-opening.h"
#include "edit/flow-file-swap.h"

/* How often a file is looked at again that changes while it is looked at. */
#define MAX_ROUNDS 4

/**
 * flow_edit_disk_file_clear:
 * @self: a file
 *
 * Close it, and forget what was in it.
 */
void
flow_edit_disk_file_clear (FlowEditDiskFile *self)
{
  g_clear_pointer (&self->bytes, g_bytes_unref);
  g_clear_error (&self->error);
  if (self->file >= 0)
    (void) close (self->file);
  self->file = -1;
}

/**
 * flow_edit_disk_stamp_equal:
 * @one: a stamp
 * @other: another
 *
 * Returns: whether both are of the same state of the same file
 */
gboolean
flow_edit_disk_stamp_equal (const FlowEditDiskStamp *one, const FlowEditDiskStamp *other)
{
  return one->device == other->device && one->inode == other->inode && one->size == other->size &&
         one->written_ns == other->written_ns;
}

static FlowEditDiskStamp
stamp_of (const struct stat *info)
{
  return (FlowEditDiskStamp) {
    .device = info->st_dev,
    .inode = info->st_ino,
    .size = info->st_size,
    .written_ns = (gint64) info->st_mtim.tv_sec * 1000000000 + info->st_mtim.tv_nsec,
  };
}

static void
end (FlowEditDiskFile *out, FlowEditDiskState state, GError *error)
{
  out->state = state;
  g_clear_error (&out->error);
  out->error = error;
}

/* What the system said, as a sentence with the folder where it matters. */
static void
fail (FlowEditDiskFile *out, const FlowEditDiskPlace *place, int number)
{
  if (number == ENOENT)
    end (out, FLOW_EDIT_DISK_MISSING,
         g_error_new (FLOW_ERROR, FLOW_ERROR_NOT_FOUND, _ ("%s/%s is not there"), place->path, place->name));
  else if (number == ELOOP || number == EISDIR || number == ENXIO)
    end (out, FLOW_EDIT_DISK_NOT_A_FILE,
         g_error_new (FLOW_ERROR, FLOW_ERROR_EDITOR_FAILED, _ ("%s/%s is not a plain file any more"), place->path,
                      place->name));
  else if (number == EACCES || number == EPERM || number == EROFS)
    end (out, FLOW_EDIT_DISK_FAILED,
         g_error_new (FLOW_ERROR, FLOW_ERROR_FOLDER_NOT_WRITABLE, _ ("No permission to read and write in %s"),
                      place->path));
  else if (number == ENOSPC || number == EDQUOT || number == EFBIG)
    end (out, FLOW_EDIT_DISK_FAILED,
         g_error_new (FLOW_ERROR, FLOW_ERROR_DISK_FULL, _ ("There is no space left in %s"), place->path));
  else
    end (
        out, FLOW_EDIT_DISK_FAILED,
        g_error_new (FLOW_ERROR, FLOW_ERROR_EDITOR_FAILED, "%s/%s: %s", place->path, place->name, g_strerror (number)));
}

static gboolean
read_all (int file, GByteArray *bytes)
{
  char buffer[64 * 1024];

  while (bytes->len <= FLOW_EDIT_MAX_TEXT)
    {
      gssize n = pread (file, buffer, sizeof buffer, bytes->len);

      if (n < 0 && errno == EINTR)
        continue;
      if (n <= 0)
        return n == 0;
      g_byte_array_append (bytes, (const guint8 *) buffer, (guint) n);
    }
  errno = 0;
  return FALSE;
}

static void
set_too_large (FlowEditDiskFile *out)
{
  end (out, FLOW_EDIT_DISK_FAILED,
       g_error_new (FLOW_ERROR, FLOW_ERROR_TEXT_TOO_LONG, _ ("A text may have %d MiB, and the file has more"),
                    FLOW_EDIT_MAX_TEXT / 1024 / 1024));
}

/* Reads out->file, which is open. */
static void
read_open (FlowEditDiskFile *out, const FlowEditDiskPlace *place, gboolean busy_too)
{
  g_autoptr (GByteArray) bytes = NULL;
  struct stat info, after;

  g_clear_pointer (&out->bytes, g_bytes_unref);
  if (fstat (out->file, &info) != 0)
    {
      fail (out, place, errno);
      return;
    }
  out->stamp = stamp_of (&info);
  if (!S_ISREG (info.st_mode))
    fail (out, place, ELOOP);
  else if (!busy_too && flow_file_has_writer (out->file))
    end (out, FLOW_EDIT_DISK_BUSY, NULL);
  else if (info.st_size > FLOW_EDIT_MAX_TEXT)
    set_too_large (out);
  else
    {
      bytes = g_byte_array_sized_new ((guint) info.st_size);
      if (!read_all (out->file, bytes))
        {
          errno == 0 ? set_too_large (out) : fail (out, place, errno);
          return;
        }
      /* Who began to write meanwhile is still at it, or has left another stamp. */
      if (!busy_too && (flow_file_has_writer (out->file) || fstat (out->file, &after) != 0 ||
                        after.st_mtim.tv_nsec != info.st_mtim.tv_nsec || after.st_size != info.st_size))
        {
          end (out, FLOW_EDIT_DISK_BUSY, NULL);
          return;
        }
      out->bytes = g_byte_array_free_to_bytes (g_steal_pointer (&bytes));
      end (out, FLOW_EDIT_DISK_DONE, NULL);
    }
}

/**
 * flow_edit_disk_read:
 * @place: where the file is
 * @busy_too: read it also while somebody is writing it
 * @out: (out caller-allocates): the file, which stays open; flow_edit_disk_file_clear() it
 *
 * Read a file. Links are not followed, and what is no plain file is not waited for. On any thread; may wait for disks.
 */
void
flow_edit_disk_read (const FlowEditDiskPlace *place, gboolean busy_too, FlowEditDiskFile *out)
{
  *out = (FlowEditDiskFile) FLOW_EDIT_DISK_FILE_INIT;
  out->file = openat (place->folder, place->name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
  if (out->file < 0)
    fail (out, place, errno);
  else
    read_open (out, place, busy_too);
}

/**
 * flow_edit_disk_read_again:
 * @file: an open file
 * @busy_too: read it also while somebody is writing it
 *
 * Read what is in an open file by then, whatever its name has become.
 */
void
flow_edit_disk_read_again (FlowEditDiskFile *file, gboolean busy_too)
{
  const FlowEditDiskPlace nowhere = { .folder = -1, .path = "", .name = "" };

  read_open (file, &nowhere, busy_too);
}

static gboolean
write_all (int file, GBytes *bytes, gboolean durable)
{
  gsize size;
  const char *data = g_bytes_get_data (bytes, &size);

  for (gsize at = 0; at < size;)
    {
      gssize n = pwrite (file, data + at, size - at, (off_t) at);

      if (n < 0 && errno == EINTR)
        continue;
      if (n < 0)
        return FALSE;
      at += (gsize) n;
    }
  return ftruncate (file, (off_t) size) == 0 && (!durable || fsync (file) == 0);
}

/* What a file of the user's had besides its bytes. */
static gboolean
keep_attributes (int from, const struct stat *info, int to)
{
  struct stat own;

  if (fstat (to, &own) != 0)
    return FALSE;
  if ((own.st_uid != info->st_uid || own.st_gid != info->st_gid) && fchown (to, info->st_uid, info->st_gid) != 0)
    return FALSE;
  flow_file_copy_attributes (from, to);
  return fchmod (to, info->st_mode & 07777) == 0;
}

/* Makes the file that is to take the place, with what @like has besides its bytes. Returns its name. */
static char *
make_file (const FlowEditDiskPlace *place, GBytes *bytes, FlowEditDiskFile *like, FlowEditDiskFile *out)
{
  g_autofree char *token = flow_id_new_token (72);
  g_autofree char *name = g_strconcat (FLOW_EDIT_DISK_PREFIX, token, place->durable ? NULL : ".", place->name, NULL);
  int file = openat (place->folder, name, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
  struct stat info;

  if (file < 0)
    {
      fail (out, place, errno);
      return NULL;
    }
  if ((like->file < 0 || !place->durable ||
       (fstat (like->file, &info) == 0 && keep_attributes (like->file, &info, file))) &&
      write_all (file, bytes, place->durable) && fstat (file, &info) == 0)
    {
      out->stamp = stamp_of (&info);
      (void) close (file);
      return g_steal_pointer (&name);
    }
  fail (out, place, errno);
  (void) close (file);
  (void) unlinkat (place->folder, name, 0);
  return NULL;
}

/* Opens and reads what was taken out under a name, and lets go of the name. Somebody may be writing it. */
static void
take_out (const FlowEditDiskPlace *place, const char *name, FlowEditDiskFile *displaced)
{
  FlowEditDiskPlace there = *place;

  there.name = name;
  flow_edit_disk_file_clear (displaced);
  flow_edit_disk_read (&there, FALSE, displaced);
  if (displaced->state == FLOW_EDIT_DISK_NOT_A_FILE)
    {
      (void) unlinkat (place->folder, place->name, 0);
      (void) renameat (place->folder, name, place->folder, place->name);
    }
  else
    {
      (void) unlinkat (place->folder, name, 0);
    }
}

/* Where two names cannot be exchanged: away with the one, in with the other. An editor may have put its own there. */
static gboolean
replace_in_two (const FlowEditDiskPlace *place, const char *made, FlowEditDiskFile *displaced)
{
  g_autofree char *aside = g_strconcat (made, "-", NULL);
  int number;

  if (renameat (place->folder, place->name, place->folder, aside) != 0)
    return FALSE;
  number = flow_file_rename_new (place->folder, made, place->name) ? 0 : errno;
  take_out (place, aside, displaced);
  errno = number;
  return number == 0;
}

/* What comes out at this very moment is the last that was there: nothing can be saved in between unseen. */
static gboolean
replace (const FlowEditDiskPlace *place, const char *made, FlowEditDiskFile *displaced)
{
  if (place->no_exchange)
    return replace_in_two (place, made, displaced);
  if (flow_file_exchange (place->folder, made, place->name))
    {
      take_out (place, made, displaced);
      return TRUE;
    }
  return (errno == EINVAL || errno == ENOSYS) && replace_in_two (place, made, displaced);
}

/* A file that others have under another name too, or that is somebody else's, has to stay the same one. */
static gboolean
must_stay (const FlowEditDiskPlace *place, int file)
{
  struct stat info;

  return place->durable && fstat (file, &info) == 0 &&
         (info.st_nlink > 1 || info.st_uid != geteuid () || (info.st_gid != getegid () && geteuid () != 0));
}

static void
write_in_place (const FlowEditDiskPlace *place, GBytes *bytes, FlowEditDiskFile *out)
{
  struct stat info;
  int file = openat (place->folder, place->name, O_WRONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);

  /* There must be room for it before what is there is written over. */
  if (file < 0 ||
      (g_bytes_get_size (bytes) > 0 && posix_fallocate (file, 0, (off_t) g_bytes_get_size (bytes)) == ENOSPC))
    fail (out, place, file < 0 ? errno : ENOSPC);
  else if (!write_all (file, bytes, TRUE) || fstat (file, &info) != 0)
    fail (out, place, errno);
  else
    {
      out->stamp = stamp_of (&info);
      end (out, FLOW_EDIT_DISK_DONE, NULL);
    }
  if (file >= 0)
    (void) close (file);
}

/* One try. FALSE: it changed meanwhile, try again. */
static gboolean
write_once (const FlowEditDiskPlace *place, GBytes *bytes, FlowEditDiskFlags flags, FlowEditDiskFile *out,
            FlowEditDiskFile *displaced)
{
  g_auto (FlowEditDiskFile) there = FLOW_EDIT_DISK_FILE_INIT;
  g_autofree char *made = NULL;
  int number;

  flow_edit_disk_read (place, (flags & FLOW_EDIT_DISK_BUSY_TOO) != 0, &there);
  if (there.state != FLOW_EDIT_DISK_DONE && (there.state != FLOW_EDIT_DISK_MISSING || !(flags & FLOW_EDIT_DISK_CREATE)))
    {
      end (out, there.state, g_steal_pointer (&there.error));
      return TRUE;
    }
  if (there.state == FLOW_EDIT_DISK_DONE && must_stay (place, there.file))
    {
      write_in_place (place, bytes, out);
      *displaced = there;
      there = (FlowEditDiskFile) FLOW_EDIT_DISK_FILE_INIT;
      return TRUE;
    }
  made = make_file (place, bytes, &there, out);
  if (made == NULL)
    return TRUE;
  if (there.state == FLOW_EDIT_DISK_MISSING ? flow_file_rename_new (place->folder, made, place->name)
                                            : replace (place, made, displaced))
    {
      end (out, FLOW_EDIT_DISK_DONE, NULL);
      return TRUE;
    }
  number = errno;
  fail (out, place, number);
  (void) unlinkat (place->folder, made, 0);
  return displaced->file >= 0 || (number != ENOENT && number != EEXIST);
}

/**
 * flow_edit_disk_write:
 * @place: where the file is
 * @bytes: what is to be in it
 * @flags: what else may be done
 * @out: (out caller-allocates): what became of it, with the stamp of what was written
 * @displaced: (out caller-allocates): what was there until then, which stays open: an editor may still write to it. It
 *   may be there also when the write failed. flow_edit_disk_file_clear() both
 *
 * Replace a file in such a way that nothing that is saved at the same moment is lost: the old and the new file exchange
 * their names, and the old one is handed out. A file that somebody is writing is not touched. On any thread; may wait
 * for disks.
 */
void
flow_edit_disk_write (const FlowEditDiskPlace *place, GBytes *bytes, FlowEditDiskFlags flags, FlowEditDiskFile *out,
                      FlowEditDiskFile *displaced)
{
  *out = (FlowEditDiskFile) FLOW_EDIT_DISK_FILE_INIT;
  *displaced = (FlowEditDiskFile) FLOW_EDIT_DISK_FILE_INIT;
  for (guint i = 0; i < MAX_ROUNDS; i++)
    if (write_once (place, bytes, flags, out, displaced))
      break;
  if (place->durable && out->state == FLOW_EDIT_DISK_DONE)
    (void) fsync (place->folder);
  if (displaced->state == FLOW_EDIT_DISK_NOT_A_FILE)
    end (out, displaced->state, g_steal_pointer (&displaced->error));
}
