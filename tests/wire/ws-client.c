/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "ws-client.h"

#include <arpa/inet.h>
#include <errno.h>
#include <glib/gstdio.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/socket.h>

void
ws_client_connect (WsClient *self, guint port)
{
  struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = htons ((guint16) port) };
  struct timeval minute = { .tv_sec = 60 };
  int on = 1;

  address.sin_addr.s_addr = htonl (INADDR_LOOPBACK);
  self->fd = socket (AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  g_assert_cmpint (self->fd, >=, 0);
  setsockopt (self->fd, SOL_SOCKET, SO_RCVTIMEO, &minute, sizeof minute);
  setsockopt (self->fd, SOL_SOCKET, SO_SNDTIMEO, &minute, sizeof minute);
  setsockopt (self->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  g_assert_no_errno (connect (self->fd, (struct sockaddr *) &address, sizeof address));
  self->in = g_byte_array_sized_new (1024);
}

void
ws_client_clear (WsClient *self)
{
  if (self->in != NULL)
    g_close (self->fd, NULL);
  g_clear_pointer (&self->in, g_byte_array_unref);
}

/* FALSE when the server has closed the connection. */
gboolean
ws_client_try_write (WsClient *self, const void *data, gsize length)
{
  const guint8 *at = data;

  while (length > 0)
    {
      gssize sent = send (self->fd, at, length, MSG_NOSIGNAL);

      if (sent < 0 && errno == EINTR)
        continue;
      if (sent < 0)
        return FALSE;
      at += sent;
      length -= (gsize) sent;
    }
  return TRUE;
}

void
ws_client_write (WsClient *self, const void *data, gsize length)
{
  g_assert_true (ws_client_try_write (self, data, length));
}

/* FALSE at the end of what the server sends. */
static gboolean
fill (WsClient *self)
{
  guint8 buffer[65536];
  gssize length;

  do
    length = recv (self->fd, buffer, sizeof buffer, 0);
  while (length < 0 && errno == EINTR);
  g_assert_true (length >= 0 || errno == ECONNRESET);
  if (length <= 0)
    return FALSE;
  g_byte_array_append (self->in, buffer, (guint) length);
  return TRUE;
}

/* The head of an answer, NULL when the server closes instead. */
char *
ws_client_read_head (WsClient *self)
{
  const guint8 *end;
  gsize length;
  char *head;

  while ((end = memmem (self->in->data, self->in->len, "\r\n\r\n", 4)) == NULL)
    {
      if (!fill (self))
        return NULL;
    }
  length = (gsize) (end - self->in->data) + 4;
  head = g_strndup ((const char *) self->in->data, length);
  g_byte_array_remove_range (self->in, 0, (guint) length);
  return head;
}

/* The head of the answer to a request on a connection of its own. */
char *
ws_client_ask (guint port, const char *request)
{
  g_auto (WsClient) client = { 0 };

  ws_client_connect (&client, port);
  ws_client_write (&client, request, strlen (request));
  return ws_client_read_head (&client);
}

void
ws_client_open (WsClient *self, guint port)
{
  g_autofree char *head = NULL;

  ws_client_connect (self, port);
  ws_client_write (self, WS_REQUEST, strlen (WS_REQUEST));
  head = ws_client_read_head (self);
  g_assert_nonnull (head);
  g_assert_true (g_str_has_prefix (head, "HTTP/1.1 101 "));
}

void
ws_frame_append (GByteArray *out, guint first, const void *data, gsize length)
{
  static const guint8 mask[4] = { 0x37, 0xfa, 0x21, 0x3d };
  guint8 header[14] = { (guint8) first };
  guint size = length < 126 ? 0 : length <= G_MAXUINT16 ? 2 : 8;
  guint at = out->len + 6 + size;

  header[1] = (guint8) (0x80 | (size == 0 ? length : size == 2 ? 126 : 127));
  for (guint i = 0; i < size; i++)
    header[2 + i] = (guint8) (length >> 8 * (size - 1 - i));
  memcpy (header + 2 + size, mask, 4);
  g_byte_array_append (out, header, 6 + size);
  if (length > 0)
    g_byte_array_append (out, data, (guint) length);
  for (gsize i = 0; i < length; i++)
    out->data[at + i] ^= mask[i & 3];
}

/* A frame; @length -1 for a text. */
void
ws_client_send (WsClient *self, guint first, const void *data, gssize length)
{
  g_autoptr (GByteArray) frame = g_byte_array_new ();

  ws_frame_append (frame, first, data, length < 0 ? strlen (data) : (gsize) length);
  ws_client_write (self, frame->data, frame->len);
}

static gboolean
need (WsClient *self, gsize length)
{
  while (self->in->len < length)
    {
      if (!fill (self))
        return FALSE;
    }
  return TRUE;
}

/* FALSE when the server has closed the connection. */
gboolean
ws_client_receive (WsClient *self, WsFrame *frame)
{
  guint size;
  guint64 length;

  ws_frame_clear (frame);
  if (!need (self, 2))
    return FALSE;
  g_assert_cmpuint (self->in->data[1] & 0x80, ==, 0);
  g_assert_cmpuint (self->in->data[0] & 0x70, ==, 0);
  length = self->in->data[1];
  size = length < 126 ? 0 : length == 126 ? 2 : 8;
  if (!need (self, 2 + size))
    return FALSE;
  if (size > 0)
    length = 0;
  for (guint i = 0; i < size; i++)
    length = length << 8 | self->in->data[2 + i];
  if (!need (self, 2 + size + length))
    return FALSE;
  frame->fin = (self->in->data[0] & 0x80) != 0;
  frame->opcode = self->in->data[0] & 0xf;
  frame->length = length;
  frame->data = g_malloc (length + 1);
  memcpy (frame->data, self->in->data + 2 + size, length);
  frame->data[length] = '\0';
  g_byte_array_remove_range (self->in, 0, (guint) (2 + size + length));
  return TRUE;
}

void
ws_client_expect (WsClient *self, guint opcode, const char *text)
{
  g_auto (WsFrame) frame = { 0 };

  g_assert_true (ws_client_receive (self, &frame));
  g_assert_true (frame.fin);
  g_assert_cmpuint (frame.opcode, ==, opcode);
  g_assert_cmpstr ((const char *) frame.data, ==, text);
}

/* The code of the close frame that comes next, 1005 when it has none, 1006 when there is no frame. */
guint
ws_client_expect_close (WsClient *self)
{
  g_auto (WsFrame) frame = { 0 };

  if (!ws_client_receive (self, &frame))
    return 1006;
  g_assert_cmpuint (frame.opcode, ==, 8);
  return frame.length >= 2 ? (guint) frame.data[0] << 8 | frame.data[1] : 1005;
}

/* Nothing comes any more. */
void
ws_client_expect_end (WsClient *self)
{
  g_assert_false (fill (self));
  g_assert_cmpuint (self->in->len, ==, 0);
}

void
ws_frame_clear (WsFrame *frame)
{
  g_clear_pointer (&frame->data, g_free);
}
