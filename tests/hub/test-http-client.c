/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "hub/flow-http-client.h"

#include <string.h>

#include "base/flow-error.h"

/* A server that gives each connection the next of a list of answers, whatever is asked. */
typedef struct
{
  GSocketService *service;
  guint port;
  const char *const *answers;
  gint next;
  GString *heads; /* what was asked */
  GMutex mutex;
} Server;

/* One request: its head, and as much body as it says. */
static gboolean
read_request (Server *server, GDataInputStream *in)
{
  guint64 length = 0;

  for (;;)
    {
      g_autofree char *line = g_data_input_stream_read_line (in, NULL, NULL, NULL);

      if (line == NULL)
        return FALSE;
      g_strchomp (line);
      if (*line == '\0')
        break;
      if (g_str_has_prefix (line, "Content-Length: "))
        length = g_ascii_strtoull (line + strlen ("Content-Length: "), NULL, 10);
      g_mutex_lock (&server->mutex);
      g_string_append_printf (server->heads, "%s\n", line);
      g_mutex_unlock (&server->mutex);
    }
  return g_input_stream_skip (G_INPUT_STREAM (in), length, NULL, NULL) == (gssize) length;
}

/* An answer that ends with "KEEP" leaves the connection open for another request. */
static gboolean
run_cb (GThreadedSocketService *service, GSocketConnection *connection, GObject *source, gpointer data)
{
  Server *server = data;
  g_autoptr (GDataInputStream) in = g_data_input_stream_new (g_io_stream_get_input_stream (G_IO_STREAM (connection)));
  GOutputStream *out = g_io_stream_get_output_stream (G_IO_STREAM (connection));
  gboolean keep = TRUE;

  while (keep && read_request (server, in))
    {
      const char *answer = server->answers[g_atomic_int_add (&server->next, 1)];

      if (answer == NULL)
        break;
      keep = g_str_has_suffix (answer, "KEEP");
      g_output_stream_write_all (out, answer, strlen (answer) - (keep ? strlen ("KEEP") : 0), NULL, NULL, NULL);
    }
  return TRUE;
}

static void
server_start (Server *server, const char *const *answers)
{
  g_autoptr (GInetAddress) loopback = g_inet_address_new_loopback (G_SOCKET_FAMILY_IPV4);
  g_autoptr (GSocketAddress) address = g_inet_socket_address_new (loopback, 0);
  g_autoptr (GSocketAddress) bound = NULL;
  g_autoptr (GError) error = NULL;

  server->answers = answers;
  server->heads = g_string_new (NULL);
  g_mutex_init (&server->mutex);
  server->service = g_threaded_socket_service_new (4);
  g_socket_listener_add_address (G_SOCKET_LISTENER (server->service), address, G_SOCKET_TYPE_STREAM,
                                 G_SOCKET_PROTOCOL_TCP, NULL, &bound, &error);
  g_assert_no_error (error);
  server->port = g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (bound));
  g_signal_connect (server->service, "run", G_CALLBACK (run_cb), server);
}

static void
server_stop (Server *server)
{
  g_socket_service_stop (server->service);
  g_object_unref (server->service);
  g_string_free (server->heads, TRUE);
  g_mutex_clear (&server->mutex);
}

static gpointer
loop_thread (gpointer data)
{
  g_main_loop_run (data);
  return NULL;
}

static GBytes *
ask (FlowHttpClient *client, guint *status, GError **error)
{
  g_autoptr (GBytes) body = g_bytes_new_static ("question", 8);

  return flow_http_client_send (client, "POST", "/path", "text/plain", body, status, NULL, error);
}

static void
assert_answer (FlowHttpClient *client, guint wanted_status, const char *wanted)
{
  g_autoptr (GError) error = NULL;
  guint status = 0;
  g_autoptr (GBytes) answer = ask (client, &status, &error);

  g_assert_no_error (error);
  g_assert_cmpuint (status, ==, wanted_status);
  g_assert_cmpmem (g_bytes_get_data (answer, NULL), g_bytes_get_size (answer), wanted, strlen (wanted));
}

static void
test_good_answers (void)
{
  static const char *const answers[] = {
    "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nokKEEP",
    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3;x=y\r\nabc\r\n2\r\nde\r\n0\r\n\r\nKEEP",
    "HTTP/1.1 204 No Content\r\n\r\nKEEP",
    "HTTP/1.1 503 Busy\r\nConnection: close\r\nContent-Length: 4\r\n\r\nlate",
    "HTTP/1.1 200 OK\r\n\r\nuntil the end",
    "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", /* closes a connection that was to be kept */
    "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nagain",
    NULL,
  };
  Server server = { 0 };
  g_autoptr (FlowHttpClient) client = NULL;

  server_start (&server, answers);
  client = flow_http_client_new (server.port, "secret");
  assert_answer (client, 200, "ok");
  assert_answer (client, 200, "abcde");
  assert_answer (client, 204, "");
  assert_answer (client, 503, "late");
  assert_answer (client, 200, "until the end");
  assert_answer (client, 200, "");
  assert_answer (client, 200, "again");

  g_mutex_lock (&server.mutex);
  g_assert_nonnull (strstr (server.heads->str, "POST /path HTTP/1.1\n"));
  g_assert_nonnull (strstr (server.heads->str, "Authorization: Bearer secret\n"));
  g_assert_nonnull (strstr (server.heads->str, "Content-Length: 8\n"));
  g_mutex_unlock (&server.mutex);
  g_clear_pointer (&client, flow_http_client_free);
  server_stop (&server);
}

static void
test_bad_answers (void)
{
  static const char *const answers[] = {
    "SSH-2.0-OpenSSH\r\n\r\n",
    "HTTP/1.1 2\r\n\r\n",
    "HTTP/1.1 200 OK\r\nContent-Length: 999999999999\r\n\r\n",
    "HTTP/1.1 200 OK\r\nContent-Length: -5\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nffffffffff\r\n",
    "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nshort",
    "HTTP/1.1 200 OK\r\nContent-Le",
    "",
    NULL,
  };
  Server server = { 0 };

  server_start (&server, answers);
  for (gsize i = 0; answers[i] != NULL; i++)
    {
      g_autoptr (FlowHttpClient) client = flow_http_client_new (server.port, NULL);
      g_autoptr (GError) error = NULL;
      guint status;

      g_test_message ("%" G_GSIZE_FORMAT, i);
      g_assert_null (ask (client, &status, &error));
      g_assert_error (error, FLOW_ERROR, (i < 5 ? FLOW_ERROR_FAILED : FLOW_ERROR_NOT_RUNNING));
    }
  g_mutex_lock (&server.mutex);
  g_assert_null (strstr (server.heads->str, "Authorization"));
  g_mutex_unlock (&server.mutex);
  server_stop (&server);
}

static void
test_nobody (void)
{
  g_autoptr (GInetAddress) loopback = g_inet_address_new_loopback (G_SOCKET_FAMILY_IPV4);
  g_autoptr (GSocketAddress) any = g_inet_socket_address_new (loopback, 0);
  g_autoptr (GSocketAddress) bound = NULL;
  g_autoptr (GSocket) socket = g_socket_new (G_SOCKET_FAMILY_IPV4, G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_TCP, NULL);
  g_autoptr (FlowHttpClient) client = NULL;
  g_autoptr (GError) error = NULL;
  guint status;

  /* bound, but nobody listens */
  g_assert_true (g_socket_bind (socket, any, FALSE, NULL));
  bound = g_socket_get_local_address (socket, NULL);
  client = flow_http_client_new (g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (bound)), NULL);
  g_assert_null (ask (client, &status, &error));
  g_assert_error (error, FLOW_ERROR, FLOW_ERROR_NOT_RUNNING);
}

int
main (int argc, char **argv)
{
  g_autoptr (GMainLoop) loop = g_main_loop_new (NULL, FALSE);
  GThread *thread;
  int status;

  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  thread = g_thread_new ("accept", loop_thread, loop);
  g_test_add_func ("/cli/http-client/good-answers", test_good_answers);
  g_test_add_func ("/cli/http-client/bad-answers", test_bad_answers);
  g_test_add_func ("/cli/http-client/nobody", test_nobody);
  status = g_test_run ();
  g_main_loop_quit (loop);
  g_thread_join (thread);
  return status;
}
