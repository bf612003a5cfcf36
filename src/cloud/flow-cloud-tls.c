/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-cloud"

#include "cloud/flow-cloud-tls.h"

#include <netinet/in.h>
#include <netinet/tcp.h>

#include "base/flow-worker.h"
#include "cloud/flow-cloud-shares.h"

/* All, and of one address. */
#define MAX_CONNECTIONS 10000
#define MAX_CONNECTIONS_OF_ADDRESS 1000
#define MAX_HANDSHAKES 256
#define MAX_HANDSHAKES_OF_ADDRESS 32
#define HANDSHAKE_S 10
/* When there are no descriptors left. */
#define PAUSE_MS 200

/**
 * FlowCloudTls:
 *
 * Takes TLS off connections and passes on what is in them, to a listener of this process on the loopback interface, on
 * a thread of its own. Who is at the other end is remembered by the port that a passed-on connection comes from.
 */
struct _FlowCloudTls
{
  char *cert_file;
  char *key_file;
  FlowCloudAddresses *addresses;
  GMutex mutex;
  GTlsCertificate *certificate; /* of those that come from now on */
  GSocketAddress *inner;
  FlowWorker *worker;
  GPtrArray *sockets;   /* of GSocket, that listen; the worker's */
  GPtrArray *listeners; /* of GSource; the worker's */
  GSource *pause;       /* (nullable): until they are looked at again; the worker's */
  gboolean warned;
  GQueue lines; /* of Line; the worker's */
  FlowCloudShares *connections;
  FlowCloudShares *handshakes;
};

/* A connection that is passed on. */
typedef struct
{
  FlowCloudTls *tls;
  GSocketAddress *peer;
  char *key; /* (nullable): by which it is counted */
  GIOStream *outer;
  GSocketConnection *inner;
  guint port;
  GCancellable *cancellable;
  GSource *timeout;
  gboolean shaking;
  GList link;
} Line;

static void
end_handshake (Line *line)
{
  if (line->timeout != NULL)
    g_source_destroy (line->timeout);
  g_clear_pointer (&line->timeout, g_source_unref);
  if (line->shaking)
    flow_cloud_shares_give_back (line->tls->handshakes, line->key, 1);
  line->shaking = FALSE;
}

static void
line_end (Line *line)
{
  end_handshake (line);
  if (line->port != 0)
    flow_cloud_addresses_remove (line->tls->addresses, line->port);
  flow_cloud_shares_give_back (line->tls->connections, line->key, 1);
  g_queue_unlink (&line->tls->lines, &line->link);
  g_free (line->key);
  g_clear_object (&line->peer);
  g_clear_object (&line->outer);
  g_clear_object (&line->inner);
  g_clear_object (&line->cancellable);
  g_free (line);
}

static void
passed_on_cb (GObject *object, GAsyncResult *result, gpointer data)
{
  g_io_stream_splice_finish (result, NULL);
  line_end (data);
}

/* The inner listener sees the connection only after the name of who it is for is known: nothing was sent yet. */
static void
connected_cb (GObject *object, GAsyncResult *result, gpointer data)
{
  Line *line = data;
  g_autoptr (GSocketAddress) local = NULL;
  g_autoptr (GError) error = NULL;

  line->inner = g_socket_client_connect_finish (G_SOCKET_CLIENT (object), result, &error);
  local = line->inner != NULL ? g_socket_connection_get_local_address (line->inner, &error) : NULL;
  if (local == NULL)
    {
      g_debug ("not passed on: %s", error->message);
      line_end (line);
      return;
    }
  line->port = g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (local));
  flow_cloud_addresses_add (line->tls->addresses, line->port, line->peer);
  g_socket_set_option (g_socket_connection_get_socket (line->inner), IPPROTO_TCP, TCP_NODELAY, 1, NULL);
  g_io_stream_splice_async (line->outer, G_IO_STREAM (line->inner),
                            G_IO_STREAM_SPLICE_CLOSE_STREAM1 | G_IO_STREAM_SPLICE_CLOSE_STREAM2, G_PRIORITY_DEFAULT,
                            line->cancellable, passed_on_cb, line);
}

static void
shaken_cb (GObject *object, GAsyncResult *result, gpointer data)
{
  Line *line = data;
  g_autoptr (GSocketClient) client = g_socket_client_new ();
  g_autoptr (GError) error = NULL;

  end_handshake (line);
  if (!g_tls_connection_handshake_finish (G_TLS_CONNECTION (object), result, &error))
    {
      g_debug ("no TLS: %s", error->message);
      line_end (line);
      return;
    }
  g_socket_client_set_enable_proxy (client, FALSE);
  g_socket_client_connect_async (client, G_SOCKET_CONNECTABLE (line->tls->inner), line->cancellable, connected_cb,
                                 line);
}

static gboolean
timeout_cb (gpointer data)
{
  Line *line = data;

  g_cancellable_cancel (line->cancellable);
  return G_SOURCE_REMOVE;
}

static void
start_timeout (Line *line)
{
  line->timeout = g_timeout_source_new_seconds (HANDSHAKE_S);
  g_source_set_name (line->timeout, "cloud-tls-handshake");
  g_source_set_callback (line->timeout, timeout_cb, line, NULL);
  g_source_attach (line->timeout, flow_worker_get_context (line->tls->worker));
}

static GTlsCertificate *
get_certificate (FlowCloudTls *self)
{
  GTlsCertificate *certificate;

  g_mutex_lock (&self->mutex);
  certificate = g_object_ref (self->certificate);
  g_mutex_unlock (&self->mutex);
  return certificate;
}

static gboolean
has_room (FlowCloudTls *self, const char *key)
{
  if (!flow_cloud_shares_take (self->connections, key, 1))
    return FALSE;
  if (flow_cloud_shares_take (self->handshakes, key, 1))
    return TRUE;
  flow_cloud_shares_give_back (self->connections, key, 1);
  return FALSE;
}

static void
take (FlowCloudTls *self, GSocket *socket)
{
  g_autoptr (GSocketConnection) plain = g_socket_connection_factory_create_connection (socket);
  g_autoptr (GTlsCertificate) certificate = get_certificate (self);
  g_autoptr (GSocketAddress) peer = g_socket_get_remote_address (socket, NULL);
  g_autoptr (GIOStream) outer = g_tls_server_connection_new (G_IO_STREAM (plain), certificate, NULL);
  g_autofree char *key = NULL;
  Line *line;

  if (peer == NULL || outer == NULL)
    return;
  key = flow_cloud_addresses_find_bounded (self->addresses, peer, FALSE);
  if (!has_room (self, key))
    return;
  line = g_new0 (Line, 1);
  line->tls = self;
  line->peer = g_steal_pointer (&peer);
  line->key = g_steal_pointer (&key);
  line->outer = g_steal_pointer (&outer);
  line->cancellable = g_cancellable_new ();
  line->link.data = line;
  g_queue_push_tail_link (&self->lines, &line->link);
  /* Many clients end a connection without saying so in TLS; HTTP and WebSocket know their own ends. */
  g_tls_connection_set_require_close_notify (G_TLS_CONNECTION (line->outer), FALSE);
  g_socket_set_option (socket, IPPROTO_TCP, TCP_NODELAY, 1, NULL);
  line->shaking = TRUE;
  start_timeout (line);
  g_tls_connection_handshake_async (G_TLS_CONNECTION (line->outer), G_PRIORITY_DEFAULT, line->cancellable, shaken_cb,
                                    line);
}

static void begin_accepting (FlowCloudTls *self);

static void
end_accepting (FlowCloudTls *self)
{
  for (guint i = 0; i < self->listeners->len; i++)
    g_source_destroy (g_ptr_array_index (self->listeners, i));
  g_ptr_array_set_size (self->listeners, 0);
}

static gboolean
pause_cb (gpointer data)
{
  FlowCloudTls *self = data;

  g_clear_pointer (&self->pause, g_source_unref);
  begin_accepting (self);
  return G_SOURCE_REMOVE;
}

/* Who waits goes on waiting, and would be seen without end. */
static void
pause_accepting (FlowCloudTls *self, const GError *error)
{
  if (!self->warned)
    g_warning ("no connection can be accepted: %s", error->message);
  self->warned = TRUE;
  end_accepting (self);
  self->pause = g_timeout_source_new (PAUSE_MS);
  g_source_set_name (self->pause, "cloud-tls-pause");
  g_source_set_callback (self->pause, pause_cb, self, NULL);
  g_source_attach (self->pause, flow_worker_get_context (self->worker));
}

static gboolean
accept_cb (GSocket *listener, GIOCondition condition, gpointer data)
{
  FlowCloudTls *self = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GSocket) socket = g_socket_accept (listener, NULL, &error);

  if (socket == NULL)
    {
      if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK))
        return G_SOURCE_CONTINUE;
      pause_accepting (self, error);
      return G_SOURCE_REMOVE;
    }
  self->warned = FALSE;
  take (self, socket);
  return G_SOURCE_CONTINUE;
}

static void
begin_accepting (FlowCloudTls *self)
{
  for (guint i = 0; i < self->sockets->len; i++)
    {
      GSource *source = g_socket_create_source (g_ptr_array_index (self->sockets, i), G_IO_IN, NULL);

      g_source_set_name (source, "cloud-tls-accept");
      g_source_set_callback (source, G_SOURCE_FUNC (accept_cb), self, NULL);
      g_source_attach (source, flow_worker_get_context (self->worker));
      g_ptr_array_add (self->listeners, source);
    }
}

/**
 * flow_cloud_tls_new:
 * @cert_file: certificate chain as PEM
 * @key_file: its private key as PEM
 * @addresses: where it is remembered who is at the other end
 * @error: return location
 *
 * Returns: (transfer full): what takes TLS off, or %NULL when the files are no such
 */
FlowCloudTls *
flow_cloud_tls_new (const char *cert_file, const char *key_file, FlowCloudAddresses *addresses, GError **error)
{
  g_autoptr (FlowCloudTls) self = g_new0 (FlowCloudTls, 1);

  self->cert_file = g_strdup (cert_file);
  self->key_file = g_strdup (key_file);
  self->addresses = addresses;
  g_mutex_init (&self->mutex);
  g_queue_init (&self->lines);
  self->connections = flow_cloud_shares_new (MAX_CONNECTIONS, MAX_CONNECTIONS_OF_ADDRESS);
  self->handshakes = flow_cloud_shares_new (MAX_HANDSHAKES, MAX_HANDSHAKES_OF_ADDRESS);
  self->sockets = g_ptr_array_new_with_free_func (g_object_unref);
  self->listeners = g_ptr_array_new_with_free_func ((GDestroyNotify) g_source_unref);
  if (!flow_cloud_tls_reload (self, error))
    return NULL;
  self->worker = flow_worker_new ("cloud-tls");
  return g_steal_pointer (&self);
}

/**
 * flow_cloud_tls_reload:
 * @self: what takes TLS off
 * @error: return location
 *
 * Read the files again: they have been renewed. Any thread.
 *
 * Returns: %FALSE when they are no certificate and its key; the ones from before stay then
 */
gboolean
flow_cloud_tls_reload (FlowCloudTls *self, GError **error)
{
  GTlsCertificate *certificate = g_tls_certificate_new_from_files (self->cert_file, self->key_file, error);

  if (certificate == NULL)
    return FALSE;
  g_mutex_lock (&self->mutex);
  g_clear_object (&self->certificate);
  self->certificate = certificate;
  g_mutex_unlock (&self->mutex);
  return TRUE;
}

typedef struct
{
  FlowCloudTls *tls;
  GPtrArray *sockets;
} Listen;

static void
listen_cb (gpointer data)
{
  Listen *wanted = data;

  for (guint i = 0; i < wanted->sockets->len; i++)
    g_ptr_array_add (wanted->tls->sockets, g_object_ref (g_ptr_array_index (wanted->sockets, i)));
  begin_accepting (wanted->tls);
}

/**
 * flow_cloud_tls_listen:
 * @self: what takes TLS off
 * @sockets: (element-type GSocket): listening sockets
 * @inner: where what is in the connections goes to
 *
 * Take connections.
 */
void
flow_cloud_tls_listen (FlowCloudTls *self, GPtrArray *sockets, GSocketAddress *inner)
{
  Listen wanted = { self, sockets };

  g_set_object (&self->inner, inner);
  flow_worker_call (self->worker, listen_cb, &wanted);
}

static void
stop_cb (gpointer data)
{
  FlowCloudTls *self = data;

  if (self->pause != NULL)
    g_source_destroy (self->pause);
  g_clear_pointer (&self->pause, g_source_unref);
  end_accepting (self);
  g_ptr_array_set_size (self->sockets, 0);
  for (GList *link = self->lines.head; link != NULL; link = link->next)
    g_cancellable_cancel (((Line *) link->data)->cancellable);
  while (self->lines.length > 0)
    g_main_context_iteration (flow_worker_get_context (self->worker), TRUE);
}

/** flow_cloud_tls_free: close everything, and free it. */
void
flow_cloud_tls_free (FlowCloudTls *self)
{
  if (self->worker != NULL)
    {
      flow_worker_call (self->worker, stop_cb, self);
      flow_worker_free (self->worker);
    }
  g_clear_object (&self->certificate);
  g_clear_object (&self->inner);
  g_ptr_array_unref (self->sockets);
  g_ptr_array_unref (self->listeners);
  flow_cloud_shares_free (self->connections);
  flow_cloud_shares_free (self->handshakes);
  g_mutex_clear (&self->mutex);
  g_free (self->cert_file);
  g_free (self->key_file);
  g_free (self);
}
