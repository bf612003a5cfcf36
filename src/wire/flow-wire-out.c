/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-wire"

#include "wire/flow-wire-out.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>

#define MAX_PARTS 64
/* What was sent is moved out of the way when it is this much. */
#define COMPACT_FROM (64 * 1024)

/* A payload that stands at a place between the bytes of the buffer. */
typedef struct
{
  guint32 at;
  GBytes *bytes;
} Share;

/* What the pool has: for a message or two to each of many, and for many to one. */
static const struct
{
  guint32 capacity;
  guint most;
} sizes[] = { { 1024, 2048 }, { 16384, 128 } };

G_STATIC_ASSERT (G_N_ELEMENTS (sizes) == G_N_ELEMENTS (((FlowWirePool *) NULL)->buffers));

/** flow_wire_pool_init: begin with no buffers. */
void
flow_wire_pool_init (FlowWirePool *self)
{
  for (guint i = 0; i < G_N_ELEMENTS (sizes); i++)
    self->buffers[i] = g_ptr_array_new_with_free_func (g_free);
}

/** flow_wire_pool_clear: free all buffers. */
void
flow_wire_pool_clear (FlowWirePool *self)
{
  for (guint i = 0; i < G_N_ELEMENTS (sizes); i++)
    g_clear_pointer (&self->buffers[i], g_ptr_array_unref);
}

/* A buffer of at least so many bytes. */
static guint8 *
take_buffer (FlowWirePool *pool, gsize wanted, guint32 *capacity)
{
  gsize more = 2 * (gsize) sizes[G_N_ELEMENTS (sizes) - 1].capacity;

  for (guint i = 0; i < G_N_ELEMENTS (sizes); i++)
    {
      GPtrArray *buffers = pool->buffers[i];

      if (wanted > sizes[i].capacity)
        continue;
      *capacity = sizes[i].capacity;
      return buffers->len > 0 ? g_ptr_array_steal_index_fast (buffers, buffers->len - 1) : g_malloc (*capacity);
    }
  while (more < wanted)
    more *= 2;
  *capacity = (guint32) more;
  return g_malloc (more);
}

static void
give_buffer (FlowWirePool *pool, guint8 *buffer, guint32 capacity)
{
  for (guint i = 0; i < G_N_ELEMENTS (sizes); i++)
    {
      if (capacity == sizes[i].capacity && pool->buffers[i]->len < sizes[i].most)
        {
          g_ptr_array_add (pool->buffers[i], buffer);
          return;
        }
    }
  g_free (buffer);
}

static Share *
get_share (const FlowWireOut *self, guint i)
{
  return &g_array_index (self->shares, Share, i);
}

static guint
count_shares (const FlowWireOut *self)
{
  return self->shares != NULL ? self->shares->len : 0;
}

static void
share_clear (gpointer data)
{
  Share *share = data;

  g_clear_pointer (&share->bytes, g_bytes_unref);
}

/**
 * flow_wire_out_clear:
 * @self: what waits
 * @pool: where buffers go
 *
 * Forget all that waits.
 */
void
flow_wire_out_clear (FlowWireOut *self, FlowWirePool *pool)
{
  if (self->data != NULL)
    give_buffer (pool, self->data, self->capacity);
  g_clear_pointer (&self->shares, g_array_unref);
  *self = (FlowWireOut) { 0 };
}

static void
grow (FlowWireOut *self, FlowWirePool *pool, gsize wanted)
{
  guint32 capacity;
  guint8 *data = take_buffer (pool, wanted, &capacity);

  if (self->data != NULL)
    {
      memcpy (data, self->data, self->end);
      give_buffer (pool, self->data, self->capacity);
    }
  self->data = data;
  self->capacity = capacity;
}

static inline guint8 *
reserve (FlowWireOut *self, FlowWirePool *pool, gsize length)
{
  if (self->end + length > self->capacity)
    grow (self, pool, self->end + length);
  return self->data + self->end;
}

/**
 * flow_wire_out_append:
 * @self: what waits
 * @pool: where buffers come from
 * @opcode: what the frame is
 * @data: its payload; copied
 * @length: its length in bytes
 *
 * Queue a frame.
 */
void
flow_wire_out_append (FlowWireOut *self, FlowWirePool *pool, FlowWireOpcode opcode, const void *data, gsize length)
{
  guint8 *place = reserve (self, pool, length + FLOW_WIRE_MAX_HEADER);
  guint header = flow_wire_frame_write_header (place, opcode, length);

  if (length > 0)
    memcpy (place + header, data, length);
  self->end += header + (guint32) length;
  self->bytes += header + length;
  self->messages++;
}

/**
 * flow_wire_out_append_shared:
 * @self: what waits
 * @pool: where buffers come from
 * @opcode: what the frame is
 * @bytes: its payload; kept by reference until it is sent
 *
 * Queue a frame whose payload is not copied.
 */
void
flow_wire_out_append_shared (FlowWireOut *self, FlowWirePool *pool, FlowWireOpcode opcode, GBytes *bytes)
{
  gsize length = g_bytes_get_size (bytes);
  guint header = flow_wire_frame_write_header (reserve (self, pool, FLOW_WIRE_MAX_HEADER), opcode, length);
  Share share;

  self->end += header;
  share = (Share) { self->end, g_bytes_ref (bytes) };
  if (self->shares == NULL)
    {
      self->shares = g_array_new (FALSE, FALSE, sizeof (Share));
      g_array_set_clear_func (self->shares, share_clear);
    }
  g_array_append_val (self->shares, share);
  self->bytes += header + length;
  self->messages++;
}

/**
 * flow_wire_out_append_raw:
 * @self: what waits, nothing yet
 * @pool: where buffers come from
 * @text: an answer of HTTP; copied
 * @length: its length in bytes
 *
 * Queue what is no frame. It must be sent as a whole before a frame is queued.
 */
void
flow_wire_out_append_raw (FlowWireOut *self, FlowWirePool *pool, const char *text, gsize length)
{
  memcpy (reserve (self, pool, length), text, length);
  self->end += (guint32) length;
  self->frame = self->end;
  self->bytes += length;
}

static guint
collect_parts (const FlowWireOut *self, struct iovec *parts)
{
  guint n = 0;
  guint32 at = self->start;
  gsize sent = self->share_sent;

  for (guint i = self->share; i < count_shares (self) && n + 2 < MAX_PARTS; i++)
    {
      const Share *share = get_share (self, i);
      gsize length;
      const guint8 *data = g_bytes_get_data (share->bytes, &length);

      if (share->at > at)
        parts[n++] = (struct iovec) { self->data + at, share->at - at };
      parts[n++] = (struct iovec) { (guint8 *) data + sent, length - sent };
      at = share->at;
      sent = 0;
    }
  /* Else there may be a payload before the rest of the buffer. */
  if (n + 2 < MAX_PARTS && at < self->end)
    parts[n++] = (struct iovec) { self->data + at, self->end - at };
  return n;
}

/* Hands what waits to the kernel, in one call. Bytes that it took, or -1. */
static gssize
hand_over (const FlowWireOut *self, int fd)
{
  struct iovec parts[MAX_PARTS];
  struct msghdr message = { .msg_iov = parts };
  gssize taken;

  do
    {
      if (self->share == count_shares (self))
        taken = send (fd, self->data + self->start, self->end - self->start, MSG_NOSIGNAL | MSG_DONTWAIT);
      else
        {
          message.msg_iovlen = collect_parts (self, parts);
          taken = sendmsg (fd, &message, MSG_NOSIGNAL | MSG_DONTWAIT);
        }
    }
  while (taken < 0 && errno == EINTR);
  return taken;
}

/* Notes that so many bytes are sent. Payloads are freed as soon as they are. */
static void
advance (FlowWireOut *self, gsize taken)
{
  self->bytes -= taken;
  while (taken > 0)
    {
      Share *share = self->share < count_shares (self) ? get_share (self, self->share) : NULL;
      gsize step = MIN (taken, (share != NULL ? share->at : self->end) - self->start);

      self->start += (guint32) step;
      taken -= step;
      if (share == NULL || self->start < share->at)
        continue;
      step = MIN (taken, g_bytes_get_size (share->bytes) - self->share_sent);
      self->share_sent += step;
      taken -= step;
      if (self->share_sent == g_bytes_get_size (share->bytes))
        {
          g_clear_pointer (&share->bytes, g_bytes_unref);
          self->share++;
          self->share_sent = 0;
        }
    }
}

/* How many of the frames that begin at @frame are sent by now. Each is looked at once. */
static void
count_sent (FlowWireOut *self)
{
  while (self->frame < self->start)
    {
      const guint8 *header = self->data + self->frame;
      guint size = header[1] < 126 ? 0 : header[1] == 126 ? 2 : 8;
      guint64 length = size == 0 ? header[1] : 0;
      guint64 next = self->frame + 2 + size;
      gboolean shared = self->frame_share < count_shares (self) && get_share (self, self->frame_share)->at == next;

      for (guint i = 0; i < size; i++)
        length = length << 8 | header[2 + i];
      if (shared ? self->frame_share >= self->share : next + length > self->start)
        return;
      self->frame = (guint32) (shared ? next : next + length);
      self->frame_share += shared;
      self->messages--;
    }
}

/* Moves what waits to the front when much before it is sent. */
static void
compact (FlowWireOut *self)
{
  guint32 gone = MIN (self->frame, self->start);

  if (gone < COMPACT_FROM || gone < self->end / 2)
    return;
  memmove (self->data, self->data + gone, self->end - gone);
  self->start -= gone;
  self->end -= gone;
  self->frame -= gone;
  if (self->shares == NULL)
    return;
  g_array_remove_range (self->shares, 0, self->frame_share);
  self->share -= self->frame_share;
  self->frame_share = 0;
  for (guint i = 0; i < self->shares->len; i++)
    get_share (self, i)->at -= gone;
}

/**
 * flow_wire_out_write:
 * @self: what waits
 * @pool: where buffers go
 * @fd: a socket that does not block
 * @budget: bytes after which others shall have their turn
 * @written: (inout): the bytes that were sent are added
 *
 * Send as much as the kernel takes.
 *
 * Returns: how far that got
 */
FlowWireWritten
flow_wire_out_write (FlowWireOut *self, FlowWirePool *pool, int fd, gsize budget, gsize *written)
{
  gsize all = 0;

  while (self->bytes > 0)
    {
      gssize taken = hand_over (self, fd);

      if (taken < 0 && errno != EAGAIN && errno != EWOULDBLOCK && errno != ENOBUFS)
        return FLOW_WIRE_WRITTEN_BROKEN;
      if (taken > 0)
        {
          all += (gsize) taken;
          *written += (gsize) taken;
        }
      if (taken > 0 && (gsize) taken == self->bytes)
        break;
      if (taken > 0)
        advance (self, (gsize) taken);
      if (taken <= 0 || all >= budget)
        {
          count_sent (self);
          compact (self);
          return FLOW_WIRE_WRITTEN_PART;
        }
    }
  flow_wire_out_clear (self, pool);
  return FLOW_WIRE_WRITTEN_ALL;
}
