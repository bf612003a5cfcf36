/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-discovery"

#include "hub/flow-discovery.h"

#include <errno.h>
#include <fcntl.h>
#include <gio/gio.h>
#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/flow-error.h"
#include "hub/flow-json-read.h"
#include "message/flow-json-writer.h"
#include "store/flow-file-lock.h"

#define DISCOVERY_NAME "hub.json"
#define DISCOVERY_LOCK "hub.lock"
#define DISCOVERY_MAX_BYTES 65536
#define ANSWER_TIMEOUT_S 2

struct _FlowDiscoveryFile
{
  char *path;
  char *token;
  gint64 pid;
  int lock_fd; /* -1: another hub of this user has the lock, so the file is hub-PID.json */
};

/**
 * flow_discovery_free:
 * @self: (nullable): a discovery
 *
 * Free a discovery; its token is overwritten first.
 */
void
flow_discovery_free (FlowDiscovery *self)
{
  if (self == NULL)
    return;
  if (self->token != NULL)
    memset (self->token, 0, strlen (self->token));
  g_free (self->path);
  g_free (self->version);
  g_free (self->url);
  g_free (self->token);
  g_free (self->data_dir);
  g_free (self->otlp_http);
  g_free (self->web_dev_sync);
  g_free (self->ghosttext);
  g_free (self->atomic_chrome);
  g_free (self);
}

/* The file gives away the token to whoever wrote it, so only one of ours counts. */
static char *
read_private_file (const char *path, gsize *length, GError **error)
{
  g_autofree char *text = g_malloc (DISCOVERY_MAX_BYTES + 1);
  int fd = g_open (path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY, 0);
  struct stat info;
  gssize got = -1;
  gboolean ours;

  if (fd < 0)
    {
      g_set_error (error, FLOW_ERROR, errno == ENOENT ? FLOW_ERROR_NOT_RUNNING : FLOW_ERROR_FAILED, "%s: %s", path,
                   g_strerror (errno));
      return NULL;
    }
  ours = fstat (fd, &info) == 0 && S_ISREG (info.st_mode) && (info.st_mode & 077) == 0 &&
         (info.st_uid == getuid () || getuid () == 0);
  if (ours)
    got = read (fd, text, DISCOVERY_MAX_BYTES + 1);
  g_close (fd, NULL);

  if (!ours)
    {
      g_set_error (error, FLOW_ERROR, FLOW_ERROR_NOT_TRUSTED, "%s is not a file of ours with mode 0600", path);
      return NULL;
    }
  if (got < 0 || got > DISCOVERY_MAX_BYTES)
    {
      g_set_error (error, FLOW_ERROR, FLOW_ERROR_FAILED, "%s cannot be read", path);
      return NULL;
    }
  text[got] = '\0';
  *length = (gsize) got;
  return g_steal_pointer (&text);
}

static void
read_endpoints (FlowDiscovery *self, JsonNode *node)
{
  JsonObject *endpoints;

  if (node == NULL || !JSON_NODE_HOLDS_OBJECT (node))
    return;
  endpoints = json_node_get_object (node);
  self->otlp_http = g_strdup (flow_json_get_string (endpoints, "otlp_http"));
  self->web_dev_sync = g_strdup (flow_json_get_string (endpoints, "web_dev_sync"));
  self->ghosttext = g_strdup (flow_json_get_string (endpoints, "ghosttext"));
  self->atomic_chrome = g_strdup (flow_json_get_string (endpoints, "atomic_chrome"));
}

static FlowDiscovery *
from_json (JsonObject *object, const char *path)
{
  g_autoptr (FlowDiscovery) self = g_new0 (FlowDiscovery, 1);
  gint64 port = flow_json_get_int (object, "port");

  self->path = g_strdup (path);
  self->protocol = (int) CLAMP (flow_json_get_int (object, "protocol"), 0, G_MAXINT);
  self->version = g_strdup (flow_json_get_string (object, "version"));
  self->pid = flow_json_get_int (object, "pid");
  self->port = port > 0 && port <= 65535 ? (guint) port : 0;
  self->url = g_strdup (flow_json_get_string (object, "url"));
  self->token = g_strdup (flow_json_get_string (object, "token"));
  self->data_dir = g_strdup (flow_json_get_string (object, "data_dir"));
  read_endpoints (self, json_object_get_member (object, "endpoints"));

  if (self->protocol < 1 || self->pid <= 0 || self->port == 0 || self->token == NULL || *self->token == '\0')
    return NULL;
  return g_steal_pointer (&self);
}

/**
 * flow_discovery_read:
 * @path: a discovery file
 * @error: return location
 *
 * Read a discovery file. It must belong to this user and be closed to others, as it holds a secret.
 *
 * Errors: %FLOW_ERROR_NOT_RUNNING when there is no such file, %FLOW_ERROR_NOT_TRUSTED when it is not ours,
 * %FLOW_ERROR_FAILED when it says nothing usable.
 *
 * Returns: (transfer full): what it says, which may be about a hub that has died
 */
FlowDiscovery *
flow_discovery_read (const char *path, GError **error)
{
  g_autoptr (JsonObject) object = NULL;
  g_autofree char *text = NULL;
  FlowDiscovery *self = NULL;
  gsize length;

  g_return_val_if_fail (path != NULL, NULL);

  text = read_private_file (path, &length, error);
  if (text == NULL)
    return NULL;
  object = flow_json_read_object (text, length, NULL);
  if (object != NULL)
    self = from_json (object, path);
  if (self == NULL)
    g_set_error (error, FLOW_ERROR, FLOW_ERROR_FAILED, "%s is not a discovery file", path);
  return self;
}

/**
 * flow_discovery_is_alive:
 * @self: a discovery
 *
 * Find out whether the hub of a discovery file still runs: its process is there and something takes
 * connections on its port. Blocks for at most two seconds.
 *
 * Returns: %FALSE when the file is stale
 */
gboolean
flow_discovery_is_alive (const FlowDiscovery *self)
{
  g_autoptr (GSocketClient) client = NULL;
  g_autoptr (GInetAddress) loopback = NULL;
  g_autoptr (GSocketAddress) address = NULL;
  g_autoptr (GSocketConnection) connection = NULL;

  g_return_val_if_fail (self != NULL, FALSE);

  if (self->pid != (pid_t) self->pid || (kill ((pid_t) self->pid, 0) != 0 && errno != EPERM))
    return FALSE;

  loopback = g_inet_address_new_loopback (G_SOCKET_FAMILY_IPV4);
  address = g_inet_socket_address_new (loopback, (guint16) self->port);
  client = g_socket_client_new ();
  g_socket_client_set_enable_proxy (client, FALSE);
  g_socket_client_set_timeout (client, ANSWER_TIMEOUT_S);
  connection = g_socket_client_connect (client, G_SOCKET_CONNECTABLE (address), NULL, NULL);
  return connection != NULL;
}

static gboolean
is_discovery_name (const char *name)
{
  return g_str_equal (name, DISCOVERY_NAME) || (g_str_has_prefix (name, "hub-") && g_str_has_suffix (name, ".json"));
}

static int
compare_names (gconstpointer a, gconstpointer b)
{
  const char *const *left = a;
  const char *const *right = b;

  /* hub.json before hub-PID.json */
  return -g_strcmp0 (*left, *right);
}

static GPtrArray *
list_files (const char *dir)
{
  g_autoptr (GPtrArray) paths = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GDir) entries = g_dir_open (dir, 0, NULL);
  const char *name;

  while (entries != NULL && (name = g_dir_read_name (entries)) != NULL)
    {
      if (is_discovery_name (name))
        g_ptr_array_add (paths, g_build_filename (dir, name, NULL));
    }
  g_ptr_array_sort (paths, compare_names);
  return g_steal_pointer (&paths);
}

static FlowDiscovery *
find_by_environment (const char *path, GError **error)
{
  g_autoptr (FlowDiscovery) self = flow_discovery_read (path, error);

  if (self == NULL)
    return NULL;
  if (!flow_discovery_is_alive (self))
    {
      g_set_error (error, FLOW_ERROR, FLOW_ERROR_NOT_RUNNING, "the hub that wrote %s has ended", path);
      return NULL;
    }
  return g_steal_pointer (&self);
}

/**
 * flow_discovery_find:
 * @context: where the runtime folder is
 * @data_dir: (nullable): find the hub of this data directory; %NULL: the user's first
 * @error: return location
 *
 * Find a running hub: the one that `$FLOWSCOPE_HUB` names, else `hub.json`, else the `hub-PID.json` of
 * further hubs. Files of hubs that have ended are passed over. Blocks while it asks, see
 * flow_discovery_is_alive().
 *
 * Errors: %FLOW_ERROR_NOT_RUNNING when there is none; with `$FLOWSCOPE_HUB` also those of
 * flow_discovery_read().
 *
 * Returns: (transfer full): where it is
 */
FlowDiscovery *
flow_discovery_find (FlowContext *context, const char *data_dir, GError **error)
{
  const char *named = g_getenv ("FLOWSCOPE_HUB");
  g_autoptr (GPtrArray) paths = NULL;

  g_return_val_if_fail (context != NULL, NULL);

  if (named != NULL && *named != '\0')
    return find_by_environment (named, error);

  paths = list_files (flow_context_get_runtime_dir (context));
  for (guint i = 0; i < paths->len; i++)
    {
      g_autoptr (GError) problem = NULL;
      g_autoptr (FlowDiscovery) self = flow_discovery_read (paths->pdata[i], &problem);

      if (self == NULL)
        g_debug ("%s", problem->message);
      else if ((data_dir == NULL || g_strcmp0 (data_dir, self->data_dir) == 0) && flow_discovery_is_alive (self))
        return g_steal_pointer (&self);
    }
  g_set_error_literal (error, FLOW_ERROR, FLOW_ERROR_NOT_RUNNING, "no hub is running");
  return NULL;
}

static void
write_endpoint (FlowJsonWriter *writer, const char *name, const char *url)
{
  if (url == NULL)
    return;
  flow_json_writer_key (writer, name);
  flow_json_writer_string (writer, url, -1);
}

static char *
to_json (const FlowDiscovery *info)
{
  GString *out = g_string_new (NULL);
  FlowJsonWriter writer;

  flow_json_writer_init (&writer, out);
  flow_json_writer_begin_object (&writer);
  flow_json_writer_key (&writer, "protocol");
  flow_json_writer_int64 (&writer, info->protocol);
  flow_json_writer_key (&writer, "version");
  flow_json_writer_string (&writer, info->version, -1);
  flow_json_writer_key (&writer, "pid");
  flow_json_writer_int64 (&writer, info->pid);
  flow_json_writer_key (&writer, "port");
  flow_json_writer_int64 (&writer, info->port);
  flow_json_writer_key (&writer, "url");
  flow_json_writer_string (&writer, info->url, -1);
  flow_json_writer_key (&writer, "token");
  flow_json_writer_string (&writer, info->token, -1);
  flow_json_writer_key (&writer, "data_dir");
  flow_json_writer_string (&writer, info->data_dir, -1);
  flow_json_writer_key (&writer, "endpoints");
  flow_json_writer_begin_object (&writer);
  write_endpoint (&writer, "otlp_http", info->otlp_http);
  write_endpoint (&writer, "web_dev_sync", info->web_dev_sync);
  write_endpoint (&writer, "ghosttext", info->ghosttext);
  write_endpoint (&writer, "atomic_chrome", info->atomic_chrome);
  flow_json_writer_end_object (&writer);
  flow_json_writer_end_object (&writer);
  return g_string_free (out, FALSE);
}

static int
take_lock (const char *dir)
{
  g_autofree char *path = g_build_filename (dir, DISCOVERY_LOCK, NULL);
  int fd = g_open (path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);

  if (fd >= 0 && !flow_file_lock_try (fd))
    {
      g_close (fd, NULL);
      return -1;
    }
  return fd;
}

static gboolean
ensure_private_dir (const char *dir, GError **error)
{
  struct stat info;

  if (!flow_context_ensure_dir (dir, error))
    return FALSE;
  if (lstat (dir, &info) == 0 && S_ISDIR (info.st_mode) && info.st_uid == geteuid () &&
      ((info.st_mode & 077) == 0 || g_chmod (dir, 0700) == 0))
    return TRUE;
  g_set_error (error, FLOW_ERROR, FLOW_ERROR_NOT_TRUSTED, "%s is not a folder of ours that is closed to others", dir);
  return FALSE;
}

static void
remove_stale_files (const char *dir)
{
  g_autoptr (GPtrArray) paths = list_files (dir);

  for (guint i = 0; i < paths->len; i++)
    {
      g_autoptr (FlowDiscovery) other = flow_discovery_read (paths->pdata[i], NULL);

      if (other != NULL && other->pid != getpid () && kill ((pid_t) other->pid, 0) != 0 && errno == ESRCH)
        g_unlink (paths->pdata[i]);
    }
}

/**
 * flow_discovery_publish:
 * @context: where the runtime folder is
 * @info: what to say
 * @error: return location
 *
 * Write the discovery file: `hub.json` for the holder of `hub.lock`, `hub-PID.json` for further hubs of this
 * user. The file has mode 0600 in a folder with mode 0700 and appears complete or not at all. Files of dead
 * hubs are removed.
 *
 * Errors: %FLOW_ERROR_NOT_TRUSTED when the folder is open to others and not ours to close, or a file error.
 *
 * Returns: (transfer full): the file; withdraw it at the end
 */
FlowDiscoveryFile *
flow_discovery_publish (FlowContext *context, const FlowDiscovery *info, GError **error)
{
  const char *dir = flow_context_get_runtime_dir (context);
  g_autofree char *text = NULL;
  g_autofree char *path = NULL;
  FlowDiscoveryFile *self;
  int lock_fd;

  g_return_val_if_fail (info != NULL && info->token != NULL, NULL);

  if (!ensure_private_dir (dir, error))
    return NULL;
  remove_stale_files (dir);

  lock_fd = take_lock (dir);
  if (lock_fd >= 0)
    path = g_build_filename (dir, DISCOVERY_NAME, NULL);
  else
    path = g_strdup_printf ("%s/hub-%" G_GINT64_FORMAT ".json", dir, info->pid);

  text = to_json (info);
  if (!g_file_set_contents_full (path, text, -1, G_FILE_SET_CONTENTS_CONSISTENT, 0600, error))
    {
      if (lock_fd >= 0)
        g_close (lock_fd, NULL);
      return NULL;
    }

  self = g_new0 (FlowDiscoveryFile, 1);
  self->path = g_steal_pointer (&path);
  self->token = g_strdup (info->token);
  self->pid = info->pid;
  self->lock_fd = lock_fd;
  return self;
}

/**
 * flow_discovery_file_get_path:
 * @self: a published file
 *
 * Get where the file is.
 *
 * Returns: (transfer none): an absolute path
 */
const char *
flow_discovery_file_get_path (FlowDiscoveryFile *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return self->path;
}

/**
 * flow_discovery_withdraw:
 * @self: (nullable) (transfer full): a published file
 *
 * Remove the file if it is still the one that was written, by process and token, and let the name go.
 */
void
flow_discovery_withdraw (FlowDiscoveryFile *self)
{
  g_autoptr (FlowDiscovery) found = NULL;

  if (self == NULL)
    return;
  found = flow_discovery_read (self->path, NULL);
  if (found != NULL && found->pid == self->pid && g_str_equal (found->token, self->token))
    g_unlink (self->path);
  if (self->lock_fd >= 0)
    g_close (self->lock_fd, NULL);
  g_free (self->path);
  g_free (self->token);
  g_free (self);
}
