/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "http-client.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/socket.h>

#define PATIENCE_S 60

Client *
client_new (guint port)
{
  Client *self = g_new0 (Client, 1);
  g_autoptr (GInetAddress) loopback = g_inet_address_new_loopback (G_SOCKET_FAMILY_IPV4);
  g_autoptr (GSocketAddress) address = g_inet_socket_address_new (loopback, (guint16) port);
  g_autoptr (GError) error = NULL;

  self->pending = g_string_new (NULL);
  self->socket = g_socket_new (G_SOCKET_FAMILY_IPV4, G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_TCP, &error);
  g_assert_no_error (error);
  g_socket_set_timeout (self->socket, PATIENCE_S);
  g_socket_connect (self->socket, address, NULL, &error);
  g_assert_no_error (error);
  g_socket_set_option (self->socket, IPPROTO_TCP, TCP_NODELAY, TRUE, NULL);
  return self;
}

void
client_free (Client *self)
{
  g_object_unref (self->socket);
  g_string_free (self->pending, TRUE);
  g_free (self);
}

/* FALSE when the other side has closed. */
gboolean
client_send (Client *self, const char *data, gssize length)
{
  gsize left = length < 0 ? strlen (data) : (gsize) length;

  while (left > 0)
    {
      gssize sent = g_socket_send (self->socket, data, left, NULL, NULL);

      if (sent <= 0)
        return FALSE;
      data += sent;
      left -= (gsize) sent;
    }
  return TRUE;
}

void
client_send_format (Client *self, const char *format, ...)
{
  g_autofree char *text = NULL;
  va_list arguments;

  va_start (arguments, format);
  text = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  client_send (self, text, -1);
}

static gboolean
read_more (Client *self)
{
  char buffer[16384];
  gssize length = g_socket_receive (self->socket, buffer, sizeof buffer, NULL, NULL);

  if (length > 0)
    g_string_append_len (self->pending, buffer, length);
  return length > 0;
}

static gsize
body_length (const char *headers)
{
  const char *line = strcasestr (headers, "\r\nContent-Length:");

  return line != NULL ? (gsize) g_ascii_strtoull (line + strlen ("\r\nContent-Length:"), NULL, 10) : 0;
}

Answer *
client_read (Client *self)
{
  Answer *answer = g_new0 (Answer, 1);
  const char *end;
  gsize head, length;

  answer->body = g_string_new (NULL);
  while ((end = strstr (self->pending->str, "\r\n\r\n")) == NULL)
    {
      if (!read_more (self))
        {
          answer->headers = g_strdup (self->pending->str);
          return answer;
        }
    }
  head = (gsize) (end - self->pending->str) + 4;
  answer->headers = g_strndup (self->pending->str, head);
  answer->status = (guint) g_ascii_strtoull (answer->headers + strlen ("HTTP/1.1 "), NULL, 10);
  length = body_length (answer->headers);
  while (self->pending->len < head + length && read_more (self))
    continue;
  length = MIN (length, self->pending->len - head);
  g_string_append_len (answer->body, self->pending->str + head, (gssize) length);
  g_string_erase (self->pending, 0, (gssize) (head + length));
  return answer;
}

Answer *
client_ask (Client *self, const char *request)
{
  client_send (self, request, -1);
  return client_read (self);
}

/* Waits until it is, or patience ends. */
gboolean
client_is_closed (Client *self)
{
  char buffer[4096];
  gssize length;

  while ((length = g_socket_receive (self->socket, buffer, sizeof buffer, NULL, NULL)) > 0)
    continue;
  return length == 0 || !g_socket_is_connected (self->socket) || g_socket_check_connect_result (self->socket, NULL);
}

void
answer_free (Answer *self)
{
  g_free (self->headers);
  g_string_free (self->body, TRUE);
  g_free (self);
}

gboolean
answer_has_header (Answer *self, const char *line)
{
  g_autofree char *wanted = g_strconcat ("\r\n", line, "\r\n", NULL);

  return strcasestr (self->headers, wanted) != NULL;
}
