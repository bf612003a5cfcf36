/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-store"

#include "store/flow-data-lock.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <unistd.h>

#include "base/flow-error.h"
#include "store/flow-file-lock.h"

#define LOCK_NAME "hub.lock"
#define LONGEST_PID 32

/**
 * FlowDataLock:
 *
 * The right to write a data directory, held by one program at a time: the hub, or a command that works without one. It
 * is a lock on the file `hub.lock`, so it ends with the process, however that dies. The file stays, and says who held
 * it last.
 */
struct _FlowDataLock
{
  int fd;
};

static void
release (gpointer data)
{
  FlowDataLock *self = data;

  close (self->fd);
}

static int
read_pid (int fd)
{
  char text[LONGEST_PID + 1] = { 0 };
  gssize length = pread (fd, text, LONGEST_PID, 0);

  return length > 0 ? (int) g_ascii_strtoll (text, NULL, 10) : 0;
}

/* Who holds the lock is only told to people; without it the lock is as good. */
static void
write_pid (int fd)
{
  g_autofree char *text = g_strdup_printf ("%d\n", (int) getpid ());
  gssize length = (gssize) strlen (text);

  if (ftruncate (fd, 0) != 0 || pwrite (fd, text, (gsize) length, 0) != length)
    g_debug ("Cannot write the lock's holder: %s", g_strerror (errno));
}

static void
set_locked (int fd, const char *data_dir, GError **error)
{
  int pid = read_pid (fd);

  if (pid > 0)
    g_set_error (error, FLOW_ERROR, FLOW_ERROR_LOCKED,
                 "Process %d uses the data folder “%s”; stop it, or choose another folder (--data-dir)", pid, data_dir);
  else
    g_set_error (error, FLOW_ERROR, FLOW_ERROR_LOCKED,
                 "Another process uses the data folder “%s”; stop it, or choose another folder (--data-dir)", data_dir);
}

/**
 * flow_data_lock_acquire:
 * @context: says where the data directory is
 * @out: (out) (transfer full): the lock, released with its last reference
 * @error: return location
 *
 * Take the lock of the data directory, without waiting.
 *
 * Returns: %FALSE with `FLOW_ERROR_LOCKED` and a message with the holder's process id, or `FLOW_ERROR_FAILED`
 */
gboolean
flow_data_lock_acquire (FlowContext *context, FlowDataLock **out, GError **error)
{
  g_autofree char *path = flow_context_build_path (context, LOCK_NAME);
  int fd = g_open (path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  int reason;

  if (fd < 0)
    {
      g_set_error (error, FLOW_ERROR, FLOW_ERROR_FAILED, "Cannot open “%s”: %s", path, g_strerror (errno));
      return FALSE;
    }
  if (flow_file_lock_try (fd))
    {
      write_pid (fd);
      *out = g_atomic_rc_box_new0 (FlowDataLock);
      (*out)->fd = fd;
      return TRUE;
    }
  reason = errno;
  if (reason == EAGAIN || reason == EACCES)
    set_locked (fd, flow_context_get_data_dir (context), error);
  else
    g_set_error (error, FLOW_ERROR, FLOW_ERROR_FAILED, "Cannot lock “%s”: %s", path, g_strerror (reason));
  close (fd);
  return FALSE;
}

/**
 * flow_data_lock_ref:
 * @self: a lock
 *
 * Returns: (transfer full): the lock
 */
FlowDataLock *
flow_data_lock_ref (FlowDataLock *self)
{
  return g_atomic_rc_box_acquire (self);
}

/**
 * flow_data_lock_unref:
 * @self: (transfer full): a lock
 *
 * Give up a reference; the last one releases the lock.
 */
void
flow_data_lock_unref (FlowDataLock *self)
{
  g_atomic_rc_box_release_full (self, release);
}
