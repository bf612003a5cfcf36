/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-hub-sync"

#include "hub/sync/flow-sync-network.h"

/* Reference counted: a signal may be on its way on another thread while its owner goes. */
struct _FlowSyncNetwork
{
  GMainContext *context;
  GNetworkMonitor *monitor;
  gulong handler;
  FlowSyncNetworkFunc changed; /* %NULL: nobody listens any more; of the owner's thread */
  gpointer data;
};

static void
network_clear (gpointer data)
{
  FlowSyncNetwork *self = data;

  g_main_context_unref (self->context);
  g_object_unref (self->monitor);
}

static void
network_unref (gpointer self)
{
  g_atomic_rc_box_release_full (self, network_clear);
}

static void
closure_unref (gpointer self, GClosure *closure)
{
  network_unref (self);
}

static gboolean
tell_cb (gpointer data)
{
  FlowSyncNetwork *self = data;

  if (self->changed != NULL)
    self->changed (self->data);
  return G_SOURCE_REMOVE;
}

static void
changed_cb (GNetworkMonitor *monitor, gboolean available, FlowSyncNetwork *self)
{
  g_autoptr (GSource) source = NULL;

  if (!available)
    return;
  source = g_idle_source_new ();
  g_source_set_name (source, "flow-sync-network");
  g_source_set_callback (source, tell_cb, g_atomic_rc_box_acquire (self), network_unref);
  g_source_attach (source, self->context);
}

/**
 * flow_sync_network_new:
 * @changed: hears of it on this thread
 * @data: for @changed
 *
 * Returns: (transfer full): who tells
 */
FlowSyncNetwork *
flow_sync_network_new (FlowSyncNetworkFunc changed, gpointer data)
{
  FlowSyncNetwork *self = g_atomic_rc_box_new0 (FlowSyncNetwork);

  self->context = g_main_context_ref_thread_default ();
  self->monitor = g_object_ref (g_network_monitor_get_default ());
  self->changed = changed;
  self->data = data;
  self->handler = g_signal_connect_data (self->monitor, "network-changed", G_CALLBACK (changed_cb),
                                         g_atomic_rc_box_acquire (self), closure_unref, 0);
  return self;
}

/** flow_sync_network_free: nobody wants to know any more. On the thread that made it. */
void
flow_sync_network_free (FlowSyncNetwork *self)
{
  self->changed = NULL;
  g_signal_handler_disconnect (self->monitor, self->handler);
  network_unref (self);
}
