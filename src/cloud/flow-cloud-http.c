/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-cloud"

#include "cloud/flow-cloud-http.h"

#include <gio/gunixsocketaddress.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "cloud/flow-cloud-log.h"
#include "cloud/flow-cloud-private.h"
#include "cloud/flow-cloud-routes.h"

/* All, and of one address. */
#define MAX_CONNECTIONS 4096
#define MAX_OF_ADDRESS 256
/* Without a byte for so long a connection is closed. */
#define IDLE_S 60
/* A request's head must have come after so long, and the rest of it after so long. */
#define HEAD_US (20 * G_USEC_PER_SEC)
#define BODY_US (600 * G_USEC_PER_SEC)
/* What is read of a body that nobody wants, so that who sends it reads the answer. */
#define MAX_UNWANTED (64 * 1024 * 1024)

#define EXCHANGE "flow-cloud-exchange"
#define LINE "flow-cloud-line"

/* A connection as HTTP sees it. */
typedef struct
{
  FlowCloudHttp *http;
  GSocket *socket;
  GSocketAddress *remote; /* by which the messages of the connection find it */
  char *key;              /* (nullable): by which it is counted */
  gboolean passed_on;
  guint active;       /* requests whose head has come and whose answer has not gone */
  gint64 deadline_us; /* when it is closed if nothing happens */
  GIOStream *watched; /* whose end is its end; not held */
} Line;

/**
 * FlowCloudHttp:
 *
 * HTTP by libsoup, on sockets that the wire hands over. What libsoup does not bound is bounded here: connections,
 * bytes of bodies, the time that a head and a body may take. Belongs to the cloud's thread.
 */
struct _FlowCloudHttp
{
  FlowCloud *cloud;
  SoupServer *server;
  GHashTable *lines; /* of Line */
  FlowCloudShares *connections;
  FlowCloudHttpStats stats;
};

static void
line_free (gpointer data)
{
  Line *line = data;

  flow_cloud_shares_give_back (line->http->connections, line->key, 1);
  g_free (line->key);
  g_object_set_data (G_OBJECT (line->remote), LINE, NULL);
  g_object_unref (line->remote);
  g_object_unref (line->socket);
  g_free (line);
}

static void
line_ended_cb (gpointer data, GObject *where_it_was)
{
  Line *line = data;

  line->watched = NULL;
  g_hash_table_remove (line->http->lines, line);
}

static void
line_close (Line *line)
{
  g_socket_shutdown (line->socket, TRUE, TRUE, NULL);
}

/* Who answers a request on a connection is asked by the address object, which is ours. */
static Line *
find_line (FlowCloudExchange *exchange)
{
  GSocketAddress *remote = soup_server_message_get_remote_address (exchange->message);

  return remote != NULL ? g_object_get_data (G_OBJECT (remote), LINE) : NULL;
}

static void
set_headers (SoupServerMessage *message, FlowCloudExchange *exchange)
{
  SoupMessageHeaders *headers = soup_server_message_get_response_headers (message);
  const Line *line = find_line (exchange);

  /* A proxy would put a WebSocket on a connection that it has used before, where the wire does not see it. */
  if (line != NULL && flow_cloud_addresses_is_proxy (exchange->request.cloud->addresses,
                                                     soup_server_message_get_remote_address (message), line->passed_on))
    soup_message_headers_replace (headers, "Connection", "close");
  soup_message_headers_replace (headers, "Cache-Control", "no-store");
  soup_message_headers_replace (headers, "X-Content-Type-Options", "nosniff");
  for (guint i = 0; exchange->headers != NULL && i + 1 < exchange->headers->len; i += 2)
    soup_message_headers_replace (headers, g_ptr_array_index (exchange->headers, i),
                                  g_ptr_array_index (exchange->headers, i + 1));
}

static void
write_answer (FlowCloudHttp *self, FlowCloudExchange *exchange)
{
  SoupServerMessage *message = exchange->message;
  SoupMessageBody *body = soup_server_message_get_response_body (message);

  soup_server_message_set_status (message, exchange->status, NULL);
  set_headers (message, exchange);
  if (exchange->content_type != NULL)
    soup_message_headers_replace (soup_server_message_get_response_headers (message), "Content-Type",
                                  exchange->content_type);
  if (exchange->answer != NULL && g_bytes_get_size (exchange->answer) > 0)
    soup_message_body_append_bytes (body, exchange->answer);
  soup_message_body_complete (body);
  flow_cloud_log_exchange (exchange);
  flow_cloud_counters_note (self->cloud->counters, exchange, g_get_monotonic_time () - exchange->started_us);
}

/**
 * flow_cloud_http_answer:
 * @self: HTTP
 * @exchange: an exchange of flow_cloud_pipeline_run() that has an answer; may be freed when this returns
 *
 * Send it, if there is somebody left to send it to.
 */
void
flow_cloud_http_answer (FlowCloudHttp *self, FlowCloudExchange *exchange)
{
  SoupServerMessage *message = exchange->message;

  write_answer (self, exchange);
  soup_server_message_unpause (message);
  g_object_unref (message);
}

/* The connection is gone, or the answer has been sent. */
static void
finished_cb (SoupServerMessage *message, gpointer data)
{
  FlowCloudHttp *self = data;
  FlowCloudExchange *exchange = g_object_get_data (G_OBJECT (message), EXCHANGE);
  Line *line = exchange != NULL ? find_line (exchange) : NULL;

  if (exchange == NULL)
    return;
  self->stats.active--;
  if (line != NULL && --line->active == 0)
    line->deadline_us = g_get_monotonic_time () + (gint64) IDLE_S * G_USEC_PER_SEC + HEAD_US;
}

static gboolean
refuse (GError **error, FlowCloudError code, const char *message)
{
  g_set_error_literal (error, FLOW_CLOUD_ERROR, code, message);
  return FALSE;
}

static gboolean
has_type (SoupMessageHeaders *headers, const char *wanted)
{
  const char *type = soup_message_headers_get_content_type (headers, NULL);

  return type != NULL && g_ascii_strcasecmp (type, wanted) == 0;
}

static gboolean
check_type (const FlowCloudRoute *route, SoupMessageHeaders *headers, GError **error)
{
  if ((route->flags & FLOW_CLOUD_ROUTE_JSON) != 0 && !has_type (headers, "application/json"))
    return refuse (error, FLOW_CLOUD_ERROR_UNSUPPORTED_MEDIA_TYPE, "send application/json here");
  if ((route->flags & FLOW_CLOUD_ROUTE_BYTES) != 0 && !has_type (headers, "application/octet-stream"))
    return refuse (error, FLOW_CLOUD_ERROR_UNSUPPORTED_MEDIA_TYPE, "send application/octet-stream here");
  if (soup_message_headers_get_one (headers, "Content-Encoding") != NULL)
    return refuse (error, FLOW_CLOUD_ERROR_UNSUPPORTED_MEDIA_TYPE, "send it without a Content-Encoding");
  return TRUE;
}

/* The room for a body is taken before the first byte of it is read. */
static gboolean
reserve (FlowCloudExchange *exchange, SoupMessageHeaders *headers, GError **error)
{
  const FlowCloudRoute *route = exchange->request.route;
  gboolean chunked = soup_message_headers_get_encoding (headers) == SOUP_ENCODING_CHUNKED;
  goffset length = soup_message_headers_get_content_length (headers);
  gsize wanted = chunked ? route->max_body : (gsize) length;

  if (!chunked && (guint64) length > route->max_body)
    return refuse (error, FLOW_CLOUD_ERROR_TOO_LARGE, "the body is longer than it may be here");
  return flow_cloud_bounds_take (exchange, FLOW_CLOUD_BOUND_REQUESTS, 1, error) &&
         flow_cloud_bounds_take (exchange, FLOW_CLOUD_BOUND_BODIES, wanted, error);
}

/* Two lines of one name are a smuggler's. */
static const char *
get_authorization (SoupMessageHeaders *headers)
{
  const char *list = soup_message_headers_get_list (headers, "Authorization");
  const char *one = soup_message_headers_get_one (headers, "Authorization");

  return g_strcmp0 (list, one) == 0 ? one : NULL;
}

static void
read_head (FlowCloudHttp *self, FlowCloudExchange *exchange, Line *line)
{
  SoupMessageHeaders *headers = soup_server_message_get_request_headers (exchange->message);
  GUri *uri = soup_server_message_get_uri (exchange->message);

  exchange->request.instance = g_strdup (soup_message_headers_get_one (headers, "X-FlowScope-Instance"));
  exchange->request.query = g_strdup (g_uri_get_query (uri));
  exchange->request.peer = flow_cloud_addresses_find (
      self->cloud->addresses, soup_server_message_get_remote_address (exchange->message),
      line != NULL && line->passed_on, soup_message_headers_get_list (headers, "X-Forwarded-For"));
}

static gboolean
admit (FlowCloudExchange *exchange, const char *path, GError **error)
{
  SoupMessageHeaders *headers = soup_server_message_get_request_headers (exchange->message);

  if (!flow_cloud_routes_find (exchange, soup_server_message_get_method (exchange->message), path, error) ||
      !flow_cloud_pipeline_admit (exchange, get_authorization (headers), error))
    return FALSE;
  return check_type (exchange->request.route, headers, error) && reserve (exchange, headers, error);
}

/* More has come of a body than may. */
static void
got_chunk_cb (SoupServerMessage *message, GBytes *chunk, gpointer data)
{
  FlowCloudExchange *exchange = g_object_get_data (G_OBJECT (message), EXCHANGE);
  SoupMessageBody *body = soup_server_message_get_request_body (message);
  gsize limit = exchange->status == 0 ? exchange->request.route->max_body : MAX_UNWANTED;
  Line *line = find_line (exchange);

  exchange->received += g_bytes_get_size (chunk);
  if (exchange->received <= limit)
    return;
  soup_message_body_set_accumulate (body, FALSE);
  soup_message_body_truncate (body);
  if (exchange->status == 0)
    flow_cloud_request_answer_error (&exchange->request, FLOW_CLOUD_ERROR_TOO_LARGE,
                                     "the body is longer than it may be here");
  else if (exchange->received > MAX_UNWANTED && line != NULL)
    line_close (line);
}

/* The head has come: who may not goes no further, and the body of who may is waited for. */
static void
head_cb (SoupServer *server, SoupServerMessage *message, const char *path, GHashTable *query, gpointer data)
{
  FlowCloudHttp *self = data;
  FlowCloudExchange *exchange = flow_cloud_exchange_new (self->cloud, message);
  Line *line = find_line (exchange);
  g_autoptr (GError) error = NULL;

  g_object_set_data_full (G_OBJECT (message), EXCHANGE, exchange, (GDestroyNotify) flow_cloud_exchange_free);
  self->stats.active++;
  if (line != NULL)
    {
      line->active++;
      line->deadline_us = g_get_monotonic_time () + BODY_US;
    }
  read_head (self, exchange, line);
  g_signal_connect (message, "finished", G_CALLBACK (finished_cb), self);
  g_signal_connect (message, "got-chunk", G_CALLBACK (got_chunk_cb), self);
  if (admit (exchange, path, &error))
    return;
  soup_message_body_set_accumulate (soup_server_message_get_request_body (message), FALSE);
  flow_cloud_exchange_fail (exchange, error);
  write_answer (self, exchange);
}

/* The body has come. */
static void
body_cb (SoupServer *server, SoupServerMessage *message, const char *path, GHashTable *query, gpointer data)
{
  FlowCloudHttp *self = data;
  FlowCloudExchange *exchange = g_object_get_data (G_OBJECT (message), EXCHANGE);

  if (exchange->status != 0)
    {
      write_answer (self, exchange);
      return;
    }
  exchange->request.body = soup_message_body_flatten (soup_server_message_get_request_body (message));
  g_object_ref (message);
  soup_server_message_pause (message);
  flow_cloud_pipeline_run (exchange);
}

/** flow_cloud_http_free: close every connection, and free it. On the cloud's thread. */
void
flow_cloud_http_free (FlowCloudHttp *self)
{
  GHashTableIter iter;
  gpointer line;

  soup_server_disconnect (self->server);
  g_clear_object (&self->server);
  g_hash_table_iter_init (&iter, self->lines);
  while (g_hash_table_iter_next (&iter, &line, NULL))
    if (((Line *) line)->watched != NULL)
      g_object_weak_unref (G_OBJECT (((Line *) line)->watched), line_ended_cb, line);
  g_hash_table_unref (self->lines);
  flow_cloud_shares_free (self->connections);
  g_free (self);
}

static GSocket *
listen_to_nobody (const char *path, GError **error)
{
  g_autoptr (GSocket) socket = g_socket_new (G_SOCKET_FAMILY_UNIX, G_SOCKET_TYPE_STREAM, 0, error);
  g_autoptr (GSocketAddress) address = g_unix_socket_address_new (path);

  if (socket == NULL || !g_socket_bind (socket, address, FALSE, error) || !g_socket_listen (socket, error))
    return NULL;
  return g_steal_pointer (&socket);
}

/*
 * A server without a listener closes connections that it was given after their first answer. This listener has a name
 * for a moment only, in a folder that is ours: nobody can reach it.
 */
static gboolean
keep_alive (SoupServer *server, GError **error)
{
  g_autofree char *folder = g_dir_make_tmp ("flowscope-XXXXXX", error);
  g_autofree char *path = folder != NULL ? g_build_filename (folder, "http", NULL) : NULL;
  g_autoptr (GSocket) socket = path != NULL ? listen_to_nobody (path, error) : NULL;
  gboolean listens = socket != NULL && soup_server_listen_socket (server, socket, 0, error);

  if (path != NULL)
    g_unlink (path);
  if (folder != NULL)
    g_rmdir (folder);
  return listens;
}

/**
 * flow_cloud_http_new:
 * @cloud: whose requests these are
 * @error: return location
 *
 * Returns: (transfer full): HTTP without a connection, on the cloud's thread; or %NULL when there is no folder for
 *   temporary files
 */
FlowCloudHttp *
flow_cloud_http_new (FlowCloud *cloud, GError **error)
{
  FlowCloudHttp *self = g_new0 (FlowCloudHttp, 1);

  self->cloud = cloud;
  self->lines = g_hash_table_new_full (NULL, NULL, line_free, NULL);
  self->connections = flow_cloud_shares_new (MAX_CONNECTIONS, MAX_OF_ADDRESS);
  self->server = soup_server_new ("raw-paths", TRUE, NULL);
  soup_server_add_early_handler (self->server, NULL, head_cb, self, NULL);
  soup_server_add_handler (self->server, NULL, body_cb, self, NULL);
  if (keep_alive (self->server, error))
    return self;
  flow_cloud_http_free (self);
  return NULL;
}

/* Whose key has been counted. */
static void
add_line (FlowCloudHttp *self, GSocket *socket, GSocketConnection *connection, GSocketAddress *remote, char *key,
          gboolean passed_on)
{
  Line *line = g_new0 (Line, 1);

  line->http = self;
  line->socket = g_object_ref (socket);
  line->remote = g_object_ref (remote);
  line->key = key;
  line->passed_on = passed_on;
  line->deadline_us = g_get_monotonic_time () + HEAD_US;
  line->watched = G_IO_STREAM (connection);
  g_object_weak_ref (G_OBJECT (connection), line_ended_cb, line);
  g_object_set_data (G_OBJECT (remote), LINE, line);
  g_hash_table_add (self->lines, line);
}

static void
turn_away (FlowCloudHttp *self, GSocket *socket)
{
  static const char answer[] = "HTTP/1.1 503 Service Unavailable\r\nRetry-After: 5\r\nContent-Length: 0\r\n"
                               "Connection: close\r\n\r\n";

  self->stats.refused++;
  if (send (g_socket_get_fd (socket), answer, strlen (answer), MSG_NOSIGNAL) < 0)
    g_debug ("a connection for which there was no room is gone");
}

/**
 * flow_cloud_http_take:
 * @self: HTTP
 * @fd: (transfer full): a connected socket that does not block and of which nothing was read
 * @passed_on: whether it passes on what was TLS
 *
 * Take a connection. On the cloud's thread.
 */
void
flow_cloud_http_take (FlowCloudHttp *self, int fd, gboolean passed_on)
{
  g_autoptr (GSocket) socket = NULL;
  g_autoptr (GSocketAddress) local = NULL;
  g_autoptr (GSocketAddress) remote = NULL;
  g_autoptr (GSocketConnection) connection = NULL;
  g_autofree char *key = NULL;
  g_autoptr (GError) error = NULL;

  socket = g_socket_new_from_fd (fd, &error);
  if (socket == NULL)
    {
      close (fd);
      return;
    }
  g_socket_set_timeout (socket, IDLE_S);
  local = g_socket_get_local_address (socket, NULL);
  remote = g_socket_get_remote_address (socket, NULL);
  if (local == NULL || remote == NULL)
    return;
  key = flow_cloud_addresses_find_bounded (self->cloud->addresses, remote, passed_on);
  if (!flow_cloud_shares_take (self->connections, key, 1))
    {
      turn_away (self, socket);
      return;
    }
  connection = g_socket_connection_factory_create_connection (socket);
  add_line (self, socket, connection, remote, g_steal_pointer (&key), passed_on);
  if (!soup_server_accept_iostream (self->server, G_IO_STREAM (connection), local, remote, &error))
    g_message ("a connection cannot be taken: %s", error->message);
}

/**
 * flow_cloud_http_sweep:
 * @self: HTTP
 * @now_us: the monotonic time
 *
 * Close connections on which what must come has not come in time. On the cloud's thread, every few seconds.
 */
void
flow_cloud_http_sweep (FlowCloudHttp *self, gint64 now_us)
{
  GHashTableIter iter;
  gpointer key;

  g_hash_table_iter_init (&iter, self->lines);
  while (g_hash_table_iter_next (&iter, &key, NULL))
    {
      Line *line = key;

      if (line->deadline_us < now_us)
        line_close (line);
    }
}

/** flow_cloud_http_get_stats: what it has. On the cloud's thread. */
void
flow_cloud_http_get_stats (FlowCloudHttp *self, FlowCloudHttpStats *stats)
{
  *stats = self->stats;
  stats->connections = g_hash_table_size (self->lines);
}
