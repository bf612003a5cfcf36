/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-poller"

#include "hub/flow-poller.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <sys/epoll.h>

#include "base/flow-error.h"

#define MAX_EVENTS 64

/**
 * FlowPoller:
 *
 * Watches many descriptors for a main context. The context polls one descriptor, whatever their number, so idle
 * connections cost nothing. Each change is told once (edge-triggered): who hears of it reads or writes until there
 * is no more, or remembers. Belongs to the thread that runs the context.
 */
struct _FlowPoller
{
  GSource *source;
  int fd;
  struct epoll_event events[MAX_EVENTS];
  int n_events;
  int at; /* the event that is being told */
};

typedef struct
{
  GSource source;
  FlowPoller *poller;
} PollerSource;

static FlowPollEvents
translate (guint32 events)
{
  FlowPollEvents result = 0;

  if (events & EPOLLIN)
    result |= FLOW_POLL_READ;
  if (events & EPOLLOUT)
    result |= FLOW_POLL_WRITE;
  if (events & EPOLLRDHUP)
    result |= FLOW_POLL_HANGUP;
  if (events & (EPOLLERR | EPOLLHUP))
    result |= FLOW_POLL_ERROR;
  return result;
}

static gboolean
poller_dispatch (GSource *source, GSourceFunc callback, gpointer data)
{
  FlowPoller *self = ((PollerSource *) source)->poller;

  self->n_events = epoll_wait (self->fd, self->events, MAX_EVENTS, 0);
  for (self->at = 0; self->at < self->n_events; self->at++)
    {
      FlowPollWatch *watch = self->events[self->at].data.ptr;

      if (watch != NULL)
        watch->func (watch->data, translate (self->events[self->at].events));
    }
  self->n_events = 0;
  return G_SOURCE_CONTINUE;
}

static GSourceFuncs poller_funcs = { .dispatch = poller_dispatch };

/**
 * flow_poller_new:
 * @context: (nullable): the context
 * @name: name of the source
 * @error: return location
 *
 * Returns: (transfer full): a poller, or %NULL with %FLOW_ERROR_FAILED
 */
FlowPoller *
flow_poller_new (GMainContext *context, const char *name, GError **error)
{
  FlowPoller *self;
  int fd = epoll_create1 (EPOLL_CLOEXEC);

  if (fd < 0)
    {
      g_set_error (error, FLOW_ERROR, FLOW_ERROR_FAILED, "epoll: %s", g_strerror (errno));
      return NULL;
    }
  self = g_new0 (FlowPoller, 1);
  self->fd = fd;
  self->source = g_source_new (&poller_funcs, sizeof (PollerSource));
  ((PollerSource *) self->source)->poller = self;
  g_source_set_name (self->source, name);
  g_source_add_unix_fd (self->source, fd, G_IO_IN);
  g_source_attach (self->source, context);
  return self;
}

/**
 * flow_poller_free:
 * @self: (transfer full): a poller, not from within one of its functions
 *
 * Free the poller; what it watches is left as it is.
 */
void
flow_poller_free (FlowPoller *self)
{
  g_source_destroy (self->source);
  g_source_unref (self->source);
  g_close (self->fd, NULL);
  g_free (self);
}

/**
 * flow_poller_add:
 * @self: a poller
 * @fd: a descriptor that does not block
 * @watch: who hears of it; must live until it is removed
 *
 * Watch a descriptor. What is true already is told, too.
 *
 * Returns: %FALSE when the kernel has no room for it
 */
gboolean
flow_poller_add (FlowPoller *self, int fd, FlowPollWatch *watch)
{
  struct epoll_event event = { .events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET, .data.ptr = watch };

  return epoll_ctl (self->fd, EPOLL_CTL_ADD, fd, &event) == 0;
}

/**
 * flow_poller_remove:
 * @self: a poller
 * @fd: a watched descriptor, still open
 * @watch: its watch; is not touched any more
 *
 * Watch a descriptor no longer.
 */
void
flow_poller_remove (FlowPoller *self, int fd, FlowPollWatch *watch)
{
  epoll_ctl (self->fd, EPOLL_CTL_DEL, fd, NULL);
  for (int i = self->at; i < self->n_events; i++)
    {
      if (self->events[i].data.ptr == watch)
        self->events[i].data.ptr = NULL;
    }
}
