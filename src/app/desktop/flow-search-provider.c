/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-search-provider"

#include "app/desktop/flow-search-provider.h"

/**
 * FlowSearchProvider:
 *
 * Traces among the results of the search of GNOME Shell.
 */
struct _FlowSearchProvider
{
  GObject parent_instance;

  GActionGroup *actions;
  FlowServices *services;
};

G_DEFINE_FINAL_TYPE (FlowSearchProvider, flow_search_provider, G_TYPE_OBJECT)

static void
flow_search_provider_dispose (GObject *object)
{
  FlowSearchProvider *self = FLOW_SEARCH_PROVIDER (object);

  g_clear_object (&self->services);
  g_clear_object (&self->actions);

  G_OBJECT_CLASS (flow_search_provider_parent_class)->dispose (object);
}

static void
flow_search_provider_class_init (FlowSearchProviderClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = flow_search_provider_dispose;
}

static void
flow_search_provider_init (FlowSearchProvider *self)
{
}

/**
 * flow_search_provider_new:
 * @actions: with `open-trace`, and `search` or `raise`
 *
 * Returns: (transfer full): a provider that is not on the bus yet
 */
FlowSearchProvider *
flow_search_provider_new (GActionGroup *actions)
{
  FlowSearchProvider *self = g_object_new (FLOW_TYPE_SEARCH_PROVIDER, NULL);

  self->actions = g_object_ref (actions);
  return self;
}

/**
 * flow_search_provider_export:
 * @self: the provider
 * @connection: the session bus
 * @path: where, below the path of the application
 * @error: return location
 *
 * Put it on the bus. To be called in `dbus_register`, before the program has its name there: whoever started it by a
 * search asks at once. It is answered after flow_search_provider_start().
 *
 * Returns: %FALSE with a GIO error
 */
gboolean
flow_search_provider_export (FlowSearchProvider *self, GDBusConnection *connection, const char *path, GError **error)
{
  return TRUE;
}

/**
 * flow_search_provider_unexport:
 * @self: the provider
 *
 * Take it off the bus. To be called in `dbus_unregister`.
 */
void
flow_search_provider_unexport (FlowSearchProvider *self)
{
}

/**
 * flow_search_provider_start:
 * @self: the provider
 * @services: where traces are found
 *
 * Answer what was asked, and is asked from now on. To be called in `startup`.
 */
void
flow_search_provider_start (FlowSearchProvider *self, FlowServices *services)
{
  g_set_object (&self->services, services);
}
