/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-folder-watch"

#include "edit/flow-folder-watch.h"

#include <errno.h>
#include <glib-unix.h>
#include <sys/inotify.h>
#include <unistd.h>

#include "base/flow-error.h"

/* A link that is made, a FIFO and a folder are never written and closed, so what is made is told too. */
#define CHANGED_MASK (IN_CLOSE_WRITE | IN_MOVED_TO | IN_CREATE)
#define GONE_MASK (IN_MOVED_FROM | IN_DELETE)
#define FOLDER_GONE_MASK (IN_DELETE_SELF | IN_MOVE_SELF | IN_UNMOUNT)

struct _FlowFolderWatch
{
  int inotify;
  int folder;
  const FlowFolderWatchFuncs *funcs;
  gpointer data;
  GSource *source;
  gboolean telling;
  gboolean closed; /* freed while events are told: there is nobody to tell */
};

/* The kernel's own name of an open file: the folder that is watched is the one that is open, whatever is renamed. */
static int
add (FlowFolderWatch *self, int file, guint32 mask, GError **error)
{
  g_autofree char *path = g_strdup_printf ("/proc/self/fd/%d", file);
  int watch = inotify_add_watch (self->inotify, path, mask);

  if (watch < 0)
    g_set_error (error, FLOW_ERROR, FLOW_ERROR_FAILED, "changes of files cannot be watched: %s", g_strerror (errno));
  return watch;
}

static void
tell (FlowFolderWatch *self, const struct inotify_event *event)
{
  if (event->mask & (IN_Q_OVERFLOW | FOLDER_GONE_MASK))
    self->funcs->unsure (self->data);
  else if (event->mask & IN_IGNORED)
    return;
  else if (event->wd != self->folder)
    self->funcs->followed ((guint) event->wd, self->data);
  else if (event->len == 0)
    return;
  else if (event->mask & CHANGED_MASK)
    self->funcs->changed (event->name, self->data);
  else if (event->mask & GONE_MASK)
    self->funcs->gone (event->name, self->data);
}

static gboolean
events_cb (int fd, GIOCondition condition, gpointer data)
{
  FlowFolderWatch *self = data;
  _Alignas(struct inotify_event) char buffer[16 * 1024];
  gssize n = read (fd, buffer, sizeof buffer);

  self->telling = TRUE;
  for (gssize at = 0; at < n && !self->closed;)
    {
      const struct inotify_event *event = (const void *) (buffer + at);

      at += (gssize) (sizeof *event + event->len);
      tell (self, event);
    }
  self->telling = FALSE;
  if (!self->closed)
    return G_SOURCE_CONTINUE;
  g_free (self);
  return G_SOURCE_REMOVE;
}

/**
 * flow_folder_watch_new:
 * @folder: an open folder
 * @context: where events are told
 * @funcs: what is told
 * @data: for @funcs
 * @error: return location
 *
 * Begin to watch a folder.
 *
 * Returns: (transfer full): the watch, or %NULL with %FLOW_ERROR_FAILED
 */
FlowFolderWatch *
flow_folder_watch_new (int folder, GMainContext *context, const FlowFolderWatchFuncs *funcs, gpointer data,
                       GError **error)
{
  g_autoptr (FlowFolderWatch) self = g_new0 (FlowFolderWatch, 1);

  self->funcs = funcs;
  self->data = data;
  self->inotify = inotify_init1 (IN_CLOEXEC | IN_NONBLOCK);
  if (self->inotify < 0)
    {
      g_set_error (error, FLOW_ERROR, FLOW_ERROR_FAILED, "changes of files cannot be watched: %s", g_strerror (errno));
      return NULL;
    }
  self->folder = add (self, folder, CHANGED_MASK | GONE_MASK | FOLDER_GONE_MASK | IN_ONLYDIR, error);
  if (self->folder < 0)
    return NULL;
  self->source = g_unix_fd_source_new (self->inotify, G_IO_IN);
  g_source_set_name (self->source, "flow-folder-watch");
  g_source_set_callback (self->source, G_SOURCE_FUNC (events_cb), self, NULL);
  g_source_attach (self->source, context);
  return g_steal_pointer (&self);
}

/**
 * flow_folder_watch_free:
 * @self: (transfer full): a watch
 *
 * Stop to watch.
 */
void
flow_folder_watch_free (FlowFolderWatch *self)
{
  if (self->source != NULL)
    {
      g_source_destroy (self->source);
      g_source_unref (self->source);
    }
  if (self->inotify >= 0)
    (void) close (self->inotify);
  if (self->telling)
    self->closed = TRUE;
  else
    g_free (self);
}

/**
 * flow_folder_watch_follow:
 * @self: a watch
 * @file: an open file, wherever it is
 * @error: return location
 *
 * Tell when someone who has this very file open has written to it and closed it.
 *
 * Returns: its token, which is never 0; or 0 with %FLOW_ERROR_FAILED
 */
guint
flow_folder_watch_follow (FlowFolderWatch *self, int file, GError **error)
{
  int token = add (self, file, IN_CLOSE_WRITE, error);

  return token < 0 ? 0 : (guint) token;
}

/**
 * flow_folder_watch_unfollow:
 * @self: a watch
 * @token: from flow_folder_watch_follow()
 *
 * Stop to follow a file.
 */
void
flow_folder_watch_unfollow (FlowFolderWatch *self, guint token)
{
  (void) inotify_rm_watch (self->inotify, (int) token);
}
