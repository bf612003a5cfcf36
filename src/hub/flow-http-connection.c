/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-http"

#include <errno.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/socket.h>

#include "hub/flow-http-private.h"
#include "wire/flow-http-text.h"

#define LINGER_BYTES (1024 * 1024)
#define LINGER_US G_USEC_PER_SEC
#define WRITE_US (30 * G_USEC_PER_SEC)
/* What a connection may do before others get their turn. */
#define TURN_BYTES (1024 * 1024)

static void
set_deadline (FlowHttpConnection *self, gint64 deadline_us)
{
  self->deadline_us = deadline_us;
  if (deadline_us != 0)
    flow_http_server_arm (self->server, deadline_us);
}

/**
 * flow_http_connection_set_state:
 * @self: a connection
 * @state: what it waits for from now on
 *
 * Note what a connection waits for and until when it may.
 */
void
flow_http_connection_set_state (FlowHttpConnection *self, FlowHttpState state)
{
  const FlowHttpLimits *limits = &self->server->limits;
  gint64 now = g_get_monotonic_time ();

  self->state = state;
  switch (state)
    {
    case FLOW_HTTP_IDLE:
      g_queue_unlink (&self->server->connections, &self->link);
      g_queue_push_tail_link (&self->server->connections, &self->link);
      set_deadline (self, now + (gint64) limits->idle_ms * 1000);
      break;
    case FLOW_HTTP_HEAD:
      set_deadline (self, now + (gint64) limits->head_ms * 1000);
      break;
    case FLOW_HTTP_BODY:
      self->body_end_us = now + (gint64) limits->body_ms * 1000;
      set_deadline (self, now + (gint64) MIN (limits->stall_ms, limits->body_ms) * 1000);
      break;
    case FLOW_HTTP_WAITING:
      set_deadline (self, 0);
      break;
    case FLOW_HTTP_WRITING:
      set_deadline (self, now + WRITE_US);
      break;
    case FLOW_HTTP_DRAIN:
    case FLOW_HTTP_LINGER:
      set_deadline (self, now + LINGER_US);
      break;
    default:
      g_assert_not_reached ();
    }
}

/* Some of the body came, so it gets more time, but never more than a body may take in all. */
static void
note_progress (FlowHttpConnection *self)
{
  gint64 wanted = g_get_monotonic_time () + (gint64) self->server->limits.stall_ms * 1000;

  self->deadline_us = MIN (wanted, self->body_end_us);
}

static void
release_if_closed (FlowHttpConnection *self)
{
  if (self->fd >= 0 || self->busy > 0)
    return;
  g_clear_pointer (&self->pending, g_byte_array_unref);
  g_clear_pointer (&self->out, g_byte_array_unref);
  g_free (self);
}

static void
drop_exchange (FlowHttpConnection *self)
{
  FlowHttpExchange *exchange = g_steal_pointer (&self->exchange);

  if (exchange != NULL)
    flow_http_exchange_gone (exchange);
}

/**
 * flow_http_connection_close:
 * @self: a connection; may be freed when this returns
 *
 * End a connection at once.
 */
void
flow_http_connection_close (FlowHttpConnection *self)
{
  int fd = self->fd;

  if (fd < 0)
    return;
  self->fd = -1;
  flow_poller_remove (self->server->poller, fd, &self->watch);
  g_close (fd, NULL);
  g_queue_unlink (&self->server->connections, &self->link);
  g_queue_remove (&self->server->again, self);
  self->server->stats.connections--;
  drop_exchange (self);
  release_if_closed (self);
}

/* Closing a connection while something is on its way to us resets it, which can take our answer with it. */
static void
linger (FlowHttpConnection *self)
{
  if (self->hangup && !self->readable)
    {
      flow_http_connection_close (self);
      return;
    }
  shutdown (self->fd, SHUT_WR);
  self->left = LINGER_BYTES;
  g_clear_pointer (&self->pending, g_byte_array_unref);
  flow_http_connection_set_state (self, FLOW_HTTP_LINGER);
}

/* The answer is with the kernel: what comes next? */
static void
go_on (FlowHttpConnection *self)
{
  FlowHttpExchange *exchange = self->exchange;
  gint64 rest = exchange != NULL && !exchange->complete ? exchange->rest : 0;

  if (exchange != NULL)
    flow_http_exchange_finished (exchange);
  if (self->fd < 0)
    return;
  drop_exchange (self);
  if (!self->keep)
    linger (self);
  else if (rest > 0)
    {
      self->left = (gsize) rest;
      flow_http_connection_set_state (self, FLOW_HTTP_DRAIN);
    }
  else
    flow_http_connection_set_state (self, FLOW_HTTP_IDLE);
}

static void
flush (FlowHttpConnection *self)
{
  gssize sent;

  if (self->out == NULL)
    return;
  sent = send (self->fd, self->out->data, self->out->len, MSG_NOSIGNAL);
  if (sent < 0 && errno != EAGAIN && errno != EINTR)
    {
      flow_http_connection_close (self);
      return;
    }
  if (sent > 0)
    g_byte_array_remove_range (self->out, 0, (guint) sent);
  if (self->out->len == 0)
    g_clear_pointer (&self->out, g_byte_array_unref);
}

/**
 * flow_http_connection_send:
 * @self: a connection
 * @data: what to send
 * @length: its length in bytes
 *
 * Send; what the kernel does not take is kept for later.
 */
void
flow_http_connection_send (FlowHttpConnection *self, const char *data, gsize length)
{
  gssize sent = 0;

  if (self->out == NULL)
    sent = send (self->fd, data, length, MSG_NOSIGNAL);
  if (sent == (gssize) length)
    return;
  if (sent < 0 && errno != EAGAIN && errno != EINTR)
    {
      /* The poller tells of the broken connection. */
      return;
    }
  if (self->out == NULL)
    self->out = g_byte_array_new ();
  g_byte_array_append (self->out, (const guint8 *) data + MAX (sent, 0), (guint) (length - (gsize) MAX (sent, 0)));
}

/**
 * flow_http_connection_answered:
 * @self: a connection whose answer has been sent with flow_http_connection_send(); may be freed when this returns
 *
 * Go on with what follows the answer.
 */
void
flow_http_connection_answered (FlowHttpConnection *self)
{
  if (self->out != NULL)
    {
      flow_http_connection_set_state (self, FLOW_HTTP_WRITING);
      return;
    }
  self->busy++;
  go_on (self);
  self->busy--;
  if (self->busy == 0)
    flow_http_connection_run (self);
}

/* Returns how much of it was the head, 0 when it has not all come. */
static gsize
feed_head (FlowHttpConnection *self, const guint8 *data, gsize length)
{
  gssize end;

  /* Empty lines before a request are left-overs of old clients. */
  if (self->scanned == 0 && (*data == '\r' || *data == '\n'))
    return 1;
  if (self->state == FLOW_HTTP_IDLE)
    flow_http_connection_set_state (self, FLOW_HTTP_HEAD);

  end = flow_http_text_find_end ((const char *) data, length, &self->scanned);
  if (end > FLOW_HTTP_MAX_HEAD || (end == 0 && length > FLOW_HTTP_MAX_HEAD))
    {
      flow_http_server_refuse_text (self->server, self, (FlowHttpProblem) { 431, "the head is too long" });
      return length;
    }
  if (end < 0)
    {
      flow_http_server_refuse_text (self->server, self, (FlowHttpProblem) { 400, "bad line end" });
      return length;
    }
  if (end > 0)
    {
      self->scanned = 0;
      self->exchange = flow_http_exchange_new (self, data, (gsize) end);
      if (self->exchange != NULL)
        flow_http_exchange_start (self->exchange);
    }
  return (gsize) end;
}

static void
body_came (FlowHttpConnection *self)
{
  FlowHttpExchange *exchange = self->exchange;

  if (self->fd >= 0 && exchange != NULL && !exchange->answered)
    flow_http_exchange_complete (exchange);
}

static gsize
feed_plain (FlowHttpConnection *self, const guint8 *data, gsize length)
{
  FlowHttpExchange *exchange = self->exchange;
  gsize used = (gsize) MIN ((guint64) exchange->rest, length);

  exchange->rest -= (gint64) used;
  flow_http_exchange_take (exchange, data, used);
  if (self->fd >= 0 && self->exchange == exchange && exchange->rest == 0)
    body_came (self);
  return used;
}

static gsize
feed_chunked (FlowHttpConnection *self, const guint8 *data, gsize length)
{
  FlowHttpExchange *exchange = self->exchange;
  const guint8 *at = data;
  const guint8 *payload;
  gsize size;

  while (self->fd >= 0 && self->exchange == exchange && self->state == FLOW_HTTP_BODY)
    {
      switch (flow_http_chunks_read (&self->chunks, &at, data + length, &payload, &size))
        {
        case FLOW_HTTP_CHUNKS_PAYLOAD:
          flow_http_exchange_take (exchange, payload, size);
          break;
        case FLOW_HTTP_CHUNKS_END:
          body_came (self);
          break;
        case FLOW_HTTP_CHUNKS_BAD:
          flow_http_exchange_abort (exchange, 0, FLOW_ERROR_BAD_REQUEST, "framing", "bad chunk");
          break;
        case FLOW_HTTP_CHUNKS_MORE:
        default:
          return length;
        }
    }
  return (gsize) (at - data);
}

static gsize
feed_body (FlowHttpConnection *self, const guint8 *data, gsize length)
{
  note_progress (self);
  return self->exchange->head.chunked ? feed_chunked (self, data, length) : feed_plain (self, data, length);
}

static gsize
feed_away (FlowHttpConnection *self, gsize length)
{
  gsize used = MIN (self->left, length);

  self->left -= used;
  if (self->left > 0)
    return used;
  if (self->state == FLOW_HTTP_DRAIN)
    flow_http_connection_set_state (self, FLOW_HTTP_IDLE);
  else
    flow_http_connection_close (self);
  return used;
}

/* Uses up what it can: all but the beginning of a head, and what comes behind a request that is not answered yet. */
static gsize
feed (FlowHttpConnection *self, const guint8 *data, gsize length)
{
  gsize used = 0;

  while (used < length && self->fd >= 0)
    {
      gsize step = 0;

      switch (self->state)
        {
        case FLOW_HTTP_IDLE:
        case FLOW_HTTP_HEAD:
          step = feed_head (self, data + used, length - used);
          break;
        case FLOW_HTTP_BODY:
          step = feed_body (self, data + used, length - used);
          break;
        case FLOW_HTTP_DRAIN:
        case FLOW_HTTP_LINGER:
          step = feed_away (self, length - used);
          break;
        case FLOW_HTTP_WAITING:
        case FLOW_HTTP_WRITING:
        default:
          break;
        }
      if (step == 0)
        break;
      used += step;
    }
  return used;
}

/* Returns FALSE when there is nothing to read now, or no connection any more. */
static gboolean
receive (FlowHttpConnection *self, guint8 *buffer, gsize size, gsize *length)
{
  gssize got = recv (self->fd, buffer, size, 0);

  if (got > 0)
    {
      /* Less than there was room for: that was all. The end itself must be read, though. */
      if ((gsize) got < size && !self->hangup)
        self->readable = FALSE;
      *length = (gsize) got;
      return TRUE;
    }
  self->readable = FALSE;
  if (got < 0 && (errno == EAGAIN || errno == EINTR))
    {
      self->readable = errno == EINTR;
      return FALSE;
    }
  flow_http_connection_close (self);
  return FALSE;
}

static void
keep_pending (FlowHttpConnection *self, const guint8 *data, gsize length)
{
  if (self->fd < 0 || length == 0 || self->state == FLOW_HTTP_LINGER)
    return;
  if (self->pending == NULL)
    self->pending = g_byte_array_sized_new ((guint) length);
  g_byte_array_append (self->pending, data, (guint) length);
}

static void
feed_pending (FlowHttpConnection *self)
{
  GByteArray *pending = g_steal_pointer (&self->pending);
  gsize used = feed (self, pending->data, pending->len);

  if (self->fd >= 0 && used < pending->len && self->state != FLOW_HTTP_LINGER)
    {
      if (used > 0)
        g_byte_array_remove_range (pending, 0, (guint) used);
      self->pending = g_steal_pointer (&pending);
    }
  g_clear_pointer (&pending, g_byte_array_unref);
}

static gboolean
is_waiting (FlowHttpConnection *self)
{
  return self->state == FLOW_HTTP_WAITING || self->state == FLOW_HTTP_WRITING;
}

/* A body of known length is read to where it belongs, all else by way of the scratch buffer. */
static gsize
read_once (FlowHttpConnection *self)
{
  FlowHttpServer *server = self->server;
  gsize length = FLOW_HTTP_SCRATCH;
  guint8 *room = NULL;

  if (self->state == FLOW_HTTP_BODY && !self->exchange->head.chunked)
    room = flow_http_exchange_reserve (self->exchange, &length);
  if (room != NULL)
    {
      if (receive (self, room, length, &length))
        {
          note_progress (self);
          flow_http_exchange_received (self->exchange, length);
          if (self->exchange != NULL && self->exchange->rest == 0)
            body_came (self);
          return length;
        }
      return 0;
    }
  if (self->fd < 0 || is_waiting (self) || !receive (self, server->scratch, FLOW_HTTP_SCRATCH, &length))
    return 0;
  if (self->pending != NULL)
    {
      keep_pending (self, server->scratch, length);
      feed_pending (self);
    }
  else
    {
      gsize used = feed (self, server->scratch, length);

      keep_pending (self, server->scratch + used, length - used);
    }
  return length;
}

/**
 * flow_http_connection_run:
 * @self: a connection; may be freed when this returns
 *
 * Do what there is to do, up to a bound, so that one connection does not keep others waiting.
 */
void
flow_http_connection_run (FlowHttpConnection *self)
{
  gsize done = 0;

  self->busy++;
  while (self->fd >= 0 && !is_waiting (self) && done < TURN_BYTES)
    {
      gsize before = self->pending != NULL ? self->pending->len : 0;

      if (before > 0 && self->state != FLOW_HTTP_HEAD)
        {
          feed_pending (self);
          done += before;
        }
      else if (self->readable)
        done += read_once (self);
      else
        break;
    }
  if (self->fd >= 0 && !is_waiting (self) && done >= TURN_BYTES)
    flow_http_server_run_again (self->server, self);
  self->busy--;
  release_if_closed (self);
}

static void
connection_events (gpointer data, FlowPollEvents events)
{
  FlowHttpConnection *self = data;

  self->busy++;
  self->hangup = self->hangup || (events & FLOW_POLL_HANGUP) != 0;
  self->readable = self->readable || (events & (FLOW_POLL_READ | FLOW_POLL_HANGUP)) != 0;
  flush (self);
  if (self->fd >= 0 && self->out == NULL && self->state == FLOW_HTTP_WRITING)
    go_on (self);
  flow_http_connection_run (self);
  if (events & FLOW_POLL_ERROR)
    flow_http_connection_close (self);
  self->busy--;
  release_if_closed (self);
}

/**
 * flow_http_connection_new:
 * @server: a server
 * @fd: (transfer full): a connected socket that does not block
 * @doorway: which listener it came in by
 *
 * Take a connection. Who is at its other end is asked now, before it can be gone.
 */
void
flow_http_connection_new (FlowHttpServer *server, int fd, guint doorway)
{
  FlowHttpConnection *self = g_new0 (FlowHttpConnection, 1);

  self->server = server;
  self->fd = fd;
  self->doorway = doorway;
  self->link.data = self;
  self->watch = (FlowPollWatch) { connection_events, self };
  self->peer = flow_peer_uid_lookup (server->peers, fd, &self->uid);
  g_queue_push_tail_link (&server->connections, &self->link);
  server->stats.connections++;
  flow_http_connection_set_state (self, FLOW_HTTP_HEAD);
  if (!flow_poller_add (server->poller, fd, &self->watch))
    flow_http_connection_close (self);
}
