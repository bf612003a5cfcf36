/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <gio/gio.h>
#include <json-glib/json-glib.h>

G_BEGIN_DECLS

#define FLOW_TYPE_VERBS (flow_verbs_get_type ())
G_DECLARE_INTERFACE (FlowVerbs, flow_verbs, FLOW, VERBS, GObject)

/**
 * FlowVerbsInterface:
 * @run_async: see flow_verbs_run_async()
 * @run_finish: see flow_verbs_run_finish()
 *
 * What runs verbs.
 */
struct _FlowVerbsInterface
{
  GTypeInterface parent_iface;

  void (*run_async) (FlowVerbs *self, const char *verb, JsonObject *arguments, GCancellable *cancellable,
                     GAsyncReadyCallback callback, gpointer data);
  JsonObject *(*run_finish) (FlowVerbs *self, GAsyncResult *result, GError **error);
};

void flow_verbs_run_async (FlowVerbs *self, const char *verb, JsonObject *arguments, GCancellable *cancellable,
                           GAsyncReadyCallback callback, gpointer data);
JsonObject *flow_verbs_run_finish (FlowVerbs *self, GAsyncResult *result, GError **error);

G_END_DECLS
