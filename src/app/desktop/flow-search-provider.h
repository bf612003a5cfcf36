/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <gio/gio.h>

#include "app/flow-services.h"

G_BEGIN_DECLS

#define FLOW_TYPE_SEARCH_PROVIDER (flow_search_provider_get_type ())
G_DECLARE_FINAL_TYPE (FlowSearchProvider, flow_search_provider, FLOW, SEARCH_PROVIDER, GObject)

FlowSearchProvider *flow_search_provider_new (GApplication *application);
gboolean flow_search_provider_export (FlowSearchProvider *self, GDBusConnection *connection, const char *path,
                                      GError **error);
void flow_search_provider_unexport (FlowSearchProvider *self);
void flow_search_provider_start (FlowSearchProvider *self, FlowServices *services);

G_END_DECLS
