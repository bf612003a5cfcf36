/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-hub-sync"

#include <glib/gi18n-lib.h>

#include "base/flow-error.h"
#include "hub/flow-json-read.h"
#include "hub/sync/flow-hub-sync-private.h"

/* What the cloud says by itself: that another device did something, and what. */

/* A connection that was open for so long is a good one; others are made again later and later. */
#define STEADY_US (30 * G_USEC_PER_SEC)
/* What is between here and the cloud may learn to let connections through. */
#define LONGEST_WAIT_MS (60 * 1000)
/* What came and was not taken in yet; beyond that it is fetched when there is time for it. */
#define MAX_PUSHED_BYTES (8 * 1024 * 1024)
/* What a batch needs beside its bytes. */
#define PARCEL_BYTES 256

static void
opened_cb (gpointer data)
{
  FlowHubSync *self = data;

  self->socket_us = flow_clock_monotonic_us (self->setup.clock);
  /* Something may have come between the last pass and this connection. */
  flow_sync_link_lost (&self->link);
  flow_hub_sync_schedule (self, "push", 0);
  flow_hub_sync_ask_devices (self);
  flow_hub_sync_read_mail (self);
  flow_hub_sync_tell (self);
}

static gsize
measure_pushed (FlowHubSync *self)
{
  gsize size = 0;

  for (guint i = 0; i < self->pushed->len; i++)
    size += PARCEL_BYTES + g_bytes_get_size (((FlowSyncParcel *) self->pushed->pdata[i])->batch);
  return size;
}

static void
batch_cb (GBytes *frame, gpointer data)
{
  FlowHubSync *self = data;
  g_autoptr (GPtrArray) parcels = flow_sync_parcels_split (frame, NULL);

  if (parcels == NULL)
    {
      g_info ("The cloud sent something that is no batch");
      return;
    }
  if (measure_pushed (self) + g_bytes_get_size (frame) <= MAX_PUSHED_BYTES)
    g_ptr_array_extend_and_steal (self->pushed, g_steal_pointer (&parcels));
  else
    flow_sync_link_lost (&self->link);
  flow_hub_sync_schedule (self, "push", 0);
}

static void
keys_cb (const GError *error, gpointer data)
{
  FlowHubSync *self = data;

  if (error != NULL && !self->stopped)
    flow_hub_sync_set_error (self, error);
}

static void
told_cb (const char *type, JsonObject *message, gpointer data)
{
  FlowHubSync *self = data;
  const char *scope = flow_json_get_string (message, "scope");

  if (g_str_equal (type, "sync") && scope != NULL)
    {
      flow_sync_link_download (&self->link, scope);
      flow_hub_sync_schedule (self, "push", 0);
    }
  else if (g_str_equal (type, "repair"))
    {
      flow_sync_link_lost (&self->link);
      flow_hub_sync_schedule (self, "push", 0);
    }
  else if (g_str_equal (type, "keys") && flow_sync_keyring_get (self->keyring) != NULL)
    flow_sync_keyring_refresh (self->keyring, keys_cb, self);
  else if (g_str_equal (type, "device_message"))
    flow_hub_sync_read_mail (self);
  else if (g_str_equal (type, "device_removed"))
    flow_hub_sync_ask_devices (self);
}

static gboolean
timer_cb (gpointer data)
{
  FlowHubSync *self = data;

  g_clear_pointer (&self->socket_timer, g_source_unref);
  flow_hub_sync_open_socket (self);
  return G_SOURCE_REMOVE;
}

/* Returns how many milliseconds it waits until it is opened again. */
static guint
delay_socket (FlowHubSync *self, gboolean steady)
{
  guint wait_ms;

  if (steady)
    flow_sync_backoff_reset (&self->socket_backoff);
  wait_ms = flow_sync_backoff_next_ms (&self->socket_backoff, 0, LONGEST_WAIT_MS);
  self->socket_timer = g_timeout_source_new (wait_ms);
  g_source_set_name (self->socket_timer, "flow-hub-sync-socket");
  g_source_set_callback (self->socket_timer, timer_cb, self, NULL);
  g_source_attach (self->socket_timer, g_main_context_get_thread_default ());
  return wait_ms;
}

static void
ended_cb (FlowRemoteSocketEnd end, const char *message, gpointer data)
{
  FlowHubSync *self = data;
  gint64 opened_us = self->socket_us;
  gint64 open_us = flow_clock_monotonic_us (self->setup.clock) - opened_us;
  g_autoptr (GError) error = NULL;
  guint wait_ms;

  flow_hub_sync_close_socket (self);
  switch (end)
    {
    case FLOW_REMOTE_SOCKET_REMOVED:
      error = g_error_new_literal (FLOW_ERROR, FLOW_ERROR_DEVICE_REMOVED,
                                   _ ("This device was removed from the account"));
      flow_hub_sync_lose_device (self, error);
      return;
    case FLOW_REMOTE_SOCKET_CLONED:
      error = g_error_new_literal (FLOW_ERROR, FLOW_ERROR_CLONED, _ ("Another computer is signed in as this device"));
      flow_hub_sync_lose_device (self, error);
      return;
    case FLOW_REMOTE_SOCKET_EXPIRED:
      flow_remote_session_expire (self->session);
      break;
    case FLOW_REMOTE_SOCKET_LOST:
    default:
      g_info ("The connection to the cloud: %s", message);
      break;
    }
  wait_ms = delay_socket (self, opened_us > 0 && open_us >= STEADY_US);
  /* A pass tells whether the cloud is there at all. Where connections are never let through, it knows all the same what
     it has missed: the next one comes in its time. */
  if (opened_us > 0)
    {
      flow_sync_link_lost (&self->link);
      flow_hub_sync_schedule (self, "push", wait_ms);
    }
  flow_hub_sync_tell (self);
}

static const FlowRemoteSocketFuncs funcs = { opened_cb, batch_cb, told_cb, ended_cb };

static void
access_cb (const char *access, const GError *error, gpointer data)
{
  FlowHubSync *self = data;

  self->opening_socket = FALSE;
  if (error != NULL || self->socket != NULL || self->settings->local_only || self->account->paused)
    return;
  self->socket = flow_remote_socket_open (self->remote, access, self->instance, &funcs, self);
}

/** flow_hub_sync_open_socket: have the cloud say at once what others do, if that is wanted and not so. */
void
flow_hub_sync_open_socket (FlowHubSync *self)
{
  if (self->stopped || self->socket != NULL || self->opening_socket || self->socket_timer != NULL ||
      self->session == NULL || self->account->paused || self->settings->local_only || !self->settings->auto_sync ||
      self->held || flow_remote_session_get_refresh (self->session) == NULL)
    return;
  self->opening_socket = TRUE;
  flow_remote_session_get_access (self->session, access_cb, self);
}

static void
stop_waiting (FlowHubSync *self)
{
  if (self->socket_timer != NULL)
    g_source_destroy (self->socket_timer);
  g_clear_pointer (&self->socket_timer, g_source_unref);
}

/** flow_hub_sync_trust_socket: what it failed by is over: it is opened at once when that is wanted. */
void
flow_hub_sync_trust_socket (FlowHubSync *self)
{
  flow_sync_backoff_reset (&self->socket_backoff);
  stop_waiting (self);
}

/** flow_hub_sync_close_socket: end the connection. */
void
flow_hub_sync_close_socket (FlowHubSync *self)
{
  stop_waiting (self);
  self->socket_us = 0;
  g_clear_pointer (&self->socket, flow_remote_socket_free);
}

/** flow_hub_sync_tell_cloud: send JSON by the connection; %FALSE when there is none. */
gboolean
flow_hub_sync_tell_cloud (const char *json, gpointer sync)
{
  FlowHubSync *self = sync;

  if (self->socket == NULL || !flow_remote_socket_is_open (self->socket))
    return FALSE;
  flow_remote_socket_send (self->socket, json);
  return TRUE;
}
