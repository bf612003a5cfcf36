/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-http-client"

#include "hub/flow-http-client.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>

#include "base/flow-error.h"

/* A hub's answers are small; whoever sends more is no hub. */
#define MAX_HEAD (64 * 1024)
#define MAX_BODY (64 * 1024 * 1024)
#define TIMEOUT_S 120

struct _FlowHttpClient
{
  guint port;
  char *token; /* (nullable) */
  GSocket *socket;
  GByteArray *in; /* received and not yet used */
};

/* The head of an answer. */
typedef struct
{
  guint status;
  gint64 length; /* -1: until the end of the connection */
  gboolean chunked;
  gboolean close;
} Head;

/**
 * flow_http_client_new:
 * @port: the hub's port on 127.0.0.1
 * @token: (nullable): the hub's secret
 *
 * Make a client; it connects with the first request.
 *
 * Returns: (transfer full): the client
 */
FlowHttpClient *
flow_http_client_new (guint port, const char *token)
{
  FlowHttpClient *self = g_new0 (FlowHttpClient, 1);

  self->port = port;
  self->token = g_strdup (token);
  self->in = g_byte_array_new ();
  return self;
}

static void
disconnect (FlowHttpClient *self)
{
  if (self->socket != NULL)
    g_socket_close (self->socket, NULL);
  g_clear_object (&self->socket);
  g_byte_array_set_size (self->in, 0);
}

/**
 * flow_http_client_free:
 * @self: (transfer full): a client
 *
 * Close the connection and free it.
 */
void
flow_http_client_free (FlowHttpClient *self)
{
  disconnect (self);
  g_byte_array_unref (self->in);
  g_free (self->token);
  g_free (self);
}

static gboolean
connect_to_hub (FlowHttpClient *self, GCancellable *cancellable, GError **error)
{
  g_autoptr (GInetAddress) loopback = g_inet_address_new_loopback (G_SOCKET_FAMILY_IPV4);
  g_autoptr (GSocketAddress) address = g_inet_socket_address_new (loopback, (guint16) self->port);
  g_autoptr (GSocket) socket = NULL;
  g_autoptr (GError) local = NULL;

  socket = g_socket_new (G_SOCKET_FAMILY_IPV4, G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_TCP, error);
  if (socket == NULL)
    return FALSE;
  g_socket_set_timeout (socket, TIMEOUT_S);
  /* A body goes out behind its head at once, instead of 40 ms later when the head has been acknowledged. */
  g_socket_set_option (socket, IPPROTO_TCP, TCP_NODELAY, TRUE, NULL);
  if (!g_socket_connect (socket, address, cancellable, &local))
    {
      if (g_cancellable_set_error_if_cancelled (cancellable, error))
        return FALSE;
      g_set_error (error, FLOW_ERROR, FLOW_ERROR_NOT_RUNNING, "the hub does not answer on port %u: %s", self->port,
                   local->message);
      return FALSE;
    }
  self->socket = g_steal_pointer (&socket);
  return TRUE;
}

static gboolean
send_all (FlowHttpClient *self, const char *data, gsize length, GCancellable *cancellable, GError **error)
{
  while (length > 0)
    {
      gssize sent = g_socket_send (self->socket, data, length, cancellable, error);

      if (sent < 0)
        return FALSE;
      data += sent;
      length -= (gsize) sent;
    }
  return TRUE;
}

/* Receives more. *@end: the other side has closed. */
static gboolean
receive (FlowHttpClient *self, gboolean *end, GCancellable *cancellable, GError **error)
{
  char buffer[16384];
  gssize received = g_socket_receive (self->socket, buffer, sizeof buffer, cancellable, error);

  if (received < 0)
    return FALSE;
  *end = received == 0;
  g_byte_array_append (self->in, (const guint8 *) buffer, (guint) received);
  return TRUE;
}

static gboolean
closed_early (GError **error)
{
  g_set_error_literal (error, FLOW_ERROR, FLOW_ERROR_NOT_RUNNING, "the hub closed the connection before it answered");
  return FALSE;
}

static gboolean
bad_answer (GError **error)
{
  g_set_error_literal (error, FLOW_ERROR, FLOW_ERROR_FAILED, "the answer is no HTTP/1.1; this is not a hub's port");
  return FALSE;
}

/* One line without its end, taken out of what was received. */
static char *
read_line (FlowHttpClient *self, GCancellable *cancellable, GError **error)
{
  for (;;)
    {
      guint8 *newline = self->in->len > 0 ? memchr (self->in->data, '\n', self->in->len) : NULL;
      gboolean end = FALSE;

      if (newline != NULL)
        {
          gsize length = (gsize) (newline - self->in->data);
          char *line = g_strndup ((const char *) self->in->data, length);

          g_byte_array_remove_range (self->in, 0, (guint) length + 1);
          return g_strchomp (line);
        }
      if (self->in->len > MAX_HEAD)
        {
          bad_answer (error);
          return NULL;
        }
      if (!receive (self, &end, cancellable, error))
        return NULL;
      if (end)
        {
          closed_early (error);
          return NULL;
        }
    }
}

static void
read_field (const char *line, Head *head)
{
  const char *value = strchr (line, ':');

  if (value == NULL)
    return;
  value += 1 + strspn (value + 1, " \t");
  if (g_ascii_strncasecmp (line, "content-length:", 15) == 0)
    head->length = g_ascii_strtoll (value, NULL, 10);
  else if (g_ascii_strncasecmp (line, "transfer-encoding:", 18) == 0)
    head->chunked = g_ascii_strcasecmp (value, "chunked") == 0;
  else if (g_ascii_strncasecmp (line, "connection:", 11) == 0)
    head->close = g_ascii_strcasecmp (value, "close") == 0;
}

static gboolean
read_head (FlowHttpClient *self, Head *head, GCancellable *cancellable, GError **error)
{
  g_autofree char *line = read_line (self, cancellable, error);

  *head = (Head) { .length = -1 };
  if (line == NULL)
    return FALSE;
  if (!g_str_has_prefix (line, "HTTP/1.") || strlen (line) < 12)
    return bad_answer (error);
  head->status = (guint) g_ascii_strtoull (line + 9, NULL, 10);
  for (;;)
    {
      g_free (line);
      line = read_line (self, cancellable, error);
      if (line == NULL)
        return FALSE;
      if (*line == '\0')
        break;
      read_field (line, head);
    }
  if (head->status == 204 || head->status == 304)
    head->length = 0;
  return TRUE;
}

/* Moves @length bytes of what comes into @body. */
static gboolean
read_bytes (FlowHttpClient *self, GByteArray *body, gint64 length, GCancellable *cancellable, GError **error)
{
  if (length < 0 || length > MAX_BODY - (gint64) body->len)
    return bad_answer (error);
  while (length > 0)
    {
      guint part = (guint) MIN (length, (gint64) self->in->len);
      gboolean end = FALSE;

      g_byte_array_append (body, self->in->data, part);
      g_byte_array_remove_range (self->in, 0, part);
      length -= part;
      if (length > 0 && !receive (self, &end, cancellable, error))
        return FALSE;
      if (end)
        return closed_early (error);
    }
  return TRUE;
}

static gboolean
read_chunks (FlowHttpClient *self, GByteArray *body, GCancellable *cancellable, GError **error)
{
  for (;;)
    {
      g_autofree char *line = read_line (self, cancellable, error);
      g_autofree char *after = NULL;
      gint64 length;

      if (line == NULL)
        return FALSE;
      if (!g_ascii_isxdigit (line[0]))
        return bad_answer (error);
      length = g_ascii_strtoll (line, NULL, 16);
      if (!read_bytes (self, body, length, cancellable, error))
        return FALSE;
      after = read_line (self, cancellable, error);
      if (after == NULL)
        return FALSE;
      if (length == 0)
        return TRUE;
    }
}

static gboolean
read_to_end (FlowHttpClient *self, GByteArray *body, GCancellable *cancellable, GError **error)
{
  gboolean end = FALSE;

  while (!end)
    {
      if (self->in->len > MAX_BODY)
        return bad_answer (error);
      if (!receive (self, &end, cancellable, error))
        return FALSE;
    }
  return read_bytes (self, body, self->in->len, cancellable, error);
}

static gboolean
send_request (FlowHttpClient *self, const char *method, const char *path, const char *content_type, GBytes *body,
              GCancellable *cancellable, GError **error)
{
  g_autoptr (GString) head = g_string_new (NULL);
  gsize length;
  const char *data = g_bytes_get_data (body, &length);

  g_string_append_printf (head, "%s %s HTTP/1.1\r\nHost: 127.0.0.1:%u\r\nUser-Agent: flowctl\r\n", method, path,
                          self->port);
  g_string_append_printf (head, "Content-Type: %s\r\nContent-Length: %" G_GSIZE_FORMAT "\r\n", content_type, length);
  if (self->token != NULL)
    g_string_append_printf (head, "Authorization: Bearer %s\r\n", self->token);
  g_string_append (head, "\r\n");
  return send_all (self, head->str, head->len, cancellable, error) && send_all (self, data, length, cancellable, error);
}

static GBytes *
read_answer (FlowHttpClient *self, guint *status, GCancellable *cancellable, GError **error)
{
  g_autoptr (GByteArray) body = g_byte_array_new ();
  Head head;
  gboolean read;

  if (!read_head (self, &head, cancellable, error))
    return NULL;
  if (head.chunked)
    read = read_chunks (self, body, cancellable, error);
  else if (head.length >= 0)
    read = read_bytes (self, body, head.length, cancellable, error);
  else
    read = read_to_end (self, body, cancellable, error);
  if (!read)
    return NULL;
  if (head.close || (!head.chunked && head.length < 0))
    disconnect (self);
  *status = head.status;
  return g_byte_array_free_to_bytes (g_steal_pointer (&body));
}

/**
 * flow_http_client_send:
 * @self: a client
 * @method: "GET" or "POST"
 * @path: the path
 * @content_type: of @body
 * @body: what to send
 * @status: (out): the HTTP status
 * @cancellable: (nullable): cancels it
 * @error: return location
 *
 * Send a request and wait for the answer, whatever its status. When a kept connection turns out to be closed the
 * request goes out once more on a new one: the hub stores a repeated body once.
 *
 * Errors: %FLOW_ERROR_NOT_RUNNING when nobody answers, %FLOW_ERROR_FAILED when it is no HTTP, those of #GSocket.
 *
 * Returns: (transfer full): the body of the answer, or %NULL
 */
GBytes *
flow_http_client_send (FlowHttpClient *self, const char *method, const char *path, const char *content_type,
                       GBytes *body, guint *status, GCancellable *cancellable, GError **error)
{
  gboolean kept = self->socket != NULL;
  g_autoptr (GError) local = NULL;
  GBytes *answer = NULL;

  if ((self->socket != NULL || connect_to_hub (self, cancellable, &local)) &&
      send_request (self, method, path, content_type, body, cancellable, &local))
    answer = read_answer (self, status, cancellable, &local);
  if (answer != NULL)
    return answer;

  disconnect (self);
  if (kept && !g_cancellable_is_cancelled (cancellable))
    return flow_http_client_send (self, method, path, content_type, body, status, cancellable, error);
  g_propagate_error (error, g_steal_pointer (&local));
  return NULL;
}
