/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-cloud"

#include "cloud/flow-cloud.h"

#include "base/flow-error.h"
#include "cloud/flow-cloud-listen.h"
#include "cloud/flow-cloud-private.h"
#include "cloud/flow-cloud-sqlite.h"
#include "cloud/flow-cloud-sync.h"
#include "wire/flow-listen.h"

#define MAX_LIMITED 65536
#define DEFAULT_ISSUER "flowscope-cloud"
/* How long the answers under way have when the cloud stops. */
#define FAREWELL_MS 2000

/**
 * flow_cloud_new:
 * @options: how it is to run; must live as long as the cloud
 * @error: return location
 *
 * Make a cloud, of a data directory that nobody else uses.
 *
 * Returns: (transfer full): a cloud that has not started, or %NULL with %FLOW_ERROR_LOCKED, %FLOW_ERROR_BAD_ARGUMENT,
 *   or the error of a file
 */
FlowCloud *
flow_cloud_new (const FlowCloudOptions *options, GError **error)
{
  g_autoptr (FlowCloud) self = g_new0 (FlowCloud, 1);

  self->options = options;
  self->clock = options->clock != NULL ? options->clock : flow_clock_system ();
  self->registry = flow_cloud_registry_new ();
  self->limiter = flow_cloud_limiter_new (MAX_LIMITED);
  flow_cloud_bounds_init (self);
  self->addresses = flow_cloud_addresses_new ((const char *const *) options->proxies, error);
  self->context = self->addresses != NULL ? flow_context_new (options->data_dir, error) : NULL;
  if (self->context == NULL || !flow_context_ensure_dir (options->data_dir, error) ||
      !flow_data_lock_acquire (self->context, &self->lock, error))
    return NULL;
  self->tokens = flow_cloud_tokens_new (options->data_dir, options->url != NULL ? options->url : DEFAULT_ISSUER, error);
  return self->tokens != NULL ? g_steal_pointer (&self) : NULL;
}

static gboolean
start_threads (FlowCloud *self, GError **error)
{
  self->worker = flow_worker_new ("cloud");
  self->calls = flow_call_queue_new (flow_worker_get_context (self->worker), "cloud-calls");
  self->counters = flow_cloud_counters_new ();
  self->storage = flow_cloud_sqlite_new (self->options->data_dir);
  if (!self->storage->klass->open (self->storage, error))
    return FALSE;
  self->passwords = flow_cloud_passwords_new (self->calls, error);
  self->wire = self->passwords != NULL ? flow_cloud_wire_new (self, &flow_cloud_sync_sockets, error) : NULL;
  return self->wire != NULL;
}

typedef struct
{
  FlowCloud *cloud;
  GError *error;
} Begin;

static void
begin_cb (gpointer data)
{
  Begin *begin = data;

  begin->cloud->http = flow_cloud_http_new (begin->cloud, &begin->error);
  if (begin->cloud->http != NULL)
    flow_cloud_chores_start (begin->cloud);
}

/* Where it listens is there for others before it says so. */
static gboolean
start_listening (FlowCloud *self, GError **error)
{
  g_autoptr (GPtrArray) sockets = NULL;
  g_autoptr (GPtrArray) inner = NULL;
  g_autoptr (GSocketAddress) address = NULL;
  guint port = 0;

  sockets = flow_cloud_listen (self->options, &self->url, error);
  if (sockets == NULL)
    return FALSE;
  if (self->options->tls_cert == NULL)
    return flow_cloud_wire_listen (self->wire, sockets, FALSE);
  self->tls = flow_cloud_tls_new (self->options->tls_cert, self->options->tls_key, self->addresses, error);
  inner = self->tls != NULL ? flow_listen_loopback (0, &port, error) : NULL;
  address = inner != NULL ? g_socket_get_local_address (g_ptr_array_index (inner, 0), error) : NULL;
  if (address == NULL)
    return FALSE;
  flow_cloud_wire_listen (self->wire, inner, TRUE);
  flow_cloud_tls_listen (self->tls, sockets, address);
  return TRUE;
}

/**
 * flow_cloud_start:
 * @self: a cloud that has not started
 * @error: return location
 *
 * Open the storage and take connections. When it fails, the cloud can only be freed.
 *
 * Returns: %FALSE with the error of the storage, the listeners or the certificate
 */
gboolean
flow_cloud_start (FlowCloud *self, GError **error)
{
  Begin begin = { self, NULL };

  self->started_us = g_get_monotonic_time ();
  if (!start_threads (self, error))
    return FALSE;
  flow_worker_call (self->worker, begin_cb, &begin);
  if (begin.error == NULL)
    return start_listening (self, error);
  g_propagate_error (error, begin.error);
  return FALSE;
}

static gboolean
enough_cb (gpointer data)
{
  *(gboolean *) data = TRUE;
  return G_SOURCE_CONTINUE;
}

static guint
count_active (FlowCloud *self)
{
  FlowCloudHttpStats stats;

  flow_cloud_http_get_stats (self->http, &stats);
  return stats.active;
}

/* What the connections have said is the last that the storage is asked; who asks from here on is told to come again. */
static void
last_orders_cb (gpointer data)
{
  FlowCloud *self = data;

  flow_cloud_chores_stop (self);
  flow_call_queue_drain (self->calls);
  self->stopping = TRUE;
}

/* The last answers go out, to those who take them in time. */
static void
settle_cb (gpointer data)
{
  FlowCloud *self = data;
  GMainContext *context = flow_worker_get_context (self->worker);
  g_autoptr (GSource) source = g_timeout_source_new (FAREWELL_MS);
  gboolean enough = FALSE;

  flow_call_queue_drain (self->calls);
  g_source_set_name (source, "cloud-farewell");
  g_source_set_callback (source, enough_cb, &enough, NULL);
  g_source_attach (source, context);
  while (count_active (self) > 0 && !enough)
    g_main_context_iteration (context, TRUE);
  g_source_destroy (source);
  flow_cloud_http_free (self->http);
  flow_call_queue_drain (self->calls);
}

/**
 * flow_cloud_stop:
 * @self: a cloud
 *
 * Take no more connections, finish what is under way, close the storage. A second call does nothing.
 */
void
flow_cloud_stop (FlowCloud *self)
{
  g_clear_pointer (&self->tls, flow_cloud_tls_free);
  if (self->wire != NULL)
    flow_cloud_wire_stop (self->wire);
  if (self->http != NULL)
    flow_worker_call (self->worker, last_orders_cb, self);
  /* Whatever waits is answered, on the calls' queue. */
  if (self->storage != NULL)
    self->storage->klass->close (self->storage);
  if (self->passwords != NULL)
    flow_cloud_passwords_stop (self->passwords);
  if (self->http != NULL)
    flow_worker_call (self->worker, settle_cb, self);
  self->http = NULL;
  if (self->worker != NULL)
    flow_worker_stop (self->worker);
  g_clear_pointer (&self->wire, flow_cloud_wire_free);
  g_clear_pointer (&self->passwords, flow_cloud_passwords_free);
  g_clear_pointer (&self->calls, flow_call_queue_free);
  g_clear_pointer (&self->worker, flow_worker_free);
  g_clear_pointer (&self->storage, flow_cloud_storage_free);
  g_clear_pointer (&self->counters, flow_cloud_counters_free);
}

/** flow_cloud_free: stop it if need be, and free it. */
void
flow_cloud_free (FlowCloud *self)
{
  flow_cloud_stop (self);
  g_clear_pointer (&self->tokens, flow_cloud_tokens_free);
  g_clear_pointer (&self->lock, flow_data_lock_unref);
  g_clear_pointer (&self->context, flow_context_unref);
  g_clear_pointer (&self->addresses, flow_cloud_addresses_free);
  flow_cloud_limiter_free (self->limiter);
  flow_cloud_bounds_clear (self);
  flow_cloud_registry_free (self->registry);
  g_free (self->url);
  g_free (self);
}

static void
look_again_cb (gpointer data)
{
  flow_cloud_wire_look_again (((FlowCloud *) data)->wire);
}

/**
 * flow_cloud_reload:
 * @self: a cloud that runs
 *
 * Read keys and certificates again, and look who may still be connected.
 */
void
flow_cloud_reload (FlowCloud *self)
{
  g_autoptr (GError) error = NULL;

  flow_worker_invoke (self->worker, look_again_cb, self, NULL);
  if (!flow_cloud_tokens_reload (self->tokens, &error) ||
      (self->tls != NULL && !flow_cloud_tls_reload (self->tls, &error)))
    g_warning ("Not read again: %s", error->message);
  else
    g_message ("Keys and certificates were read again");
}

/** flow_cloud_get_url: where it is. */
const char *
flow_cloud_get_url (FlowCloud *self)
{
  return self->url;
}

/** flow_cloud_get_fanout: how connections hear of each other. */
FlowCloudFanout *
flow_cloud_get_fanout (FlowCloud *self)
{
  return flow_cloud_registry_get_fanout (self->registry);
}

/** flow_cloud_get_storage: where everything is kept. */
FlowCloudStorage *
flow_cloud_get_storage (FlowCloud *self)
{
  return self->storage;
}

/** flow_cloud_get_options: how it runs. */
const FlowCloudOptions *
flow_cloud_get_options (FlowCloud *self)
{
  return self->options;
}

/** flow_cloud_get_clock: what time it is. */
const FlowClock *
flow_cloud_get_clock (FlowCloud *self)
{
  return self->clock;
}

/** flow_cloud_now_ms: the time, ms since the epoch. */
gint64
flow_cloud_now_ms (FlowCloud *self)
{
  return flow_clock_wall_ns (self->clock) / (1000 * 1000);
}

/* A job of flow_cloud_push(). */
typedef struct
{
  FlowCloudFunc run;
  gpointer data;
  GDestroyNotify destroy;
} Push;

static gboolean
push_run (FlowCloudData *data, gpointer user_data, GError **error)
{
  Push *push = user_data;

  return push->run (data, push->data, error);
}

static void
push_free (Push *push)
{
  if (push->destroy != NULL)
    push->destroy (push->data);
  g_free (push);
}

static void
push_done (gpointer user_data, const GError *error)
{
  if (error != NULL)
    g_warning ("A job failed: %s", error->message);
  push_free (user_data);
}

/**
 * flow_cloud_push:
 * @self: a cloud
 * @writes: whether the job writes
 * @run: the work
 * @data: for it
 * @destroy: (nullable): frees @data, also when the job is refused
 * @error: return location
 *
 * Have the storage do something that nobody waits for. A failure is logged. Any thread.
 *
 * Returns: %FALSE with %FLOW_CLOUD_ERROR_BUSY when too much waits
 */
gboolean
flow_cloud_push (FlowCloud *self, gboolean writes, FlowCloudFunc run, gpointer data, GDestroyNotify destroy,
                 GError **error)
{
  Push *push = g_new (Push, 1);
  FlowCloudJob job = { writes, 0, push_run, push_done, push };

  *push = (Push) { run, data, destroy };
  if (self->storage->klass->push (self->storage, &job, error))
    return TRUE;
  push_free (push);
  return FALSE;
}
