/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-verbs"

#include "app/connections/flow-verbs.h"

/**
 * FlowVerbs:
 *
 * What can be asked of a hub by name, as `POST /control/VERB` does: JSON goes in, JSON or an error comes out. The hub
 * of this process is one, a list of answers that a test has written down another.
 */
G_DEFINE_INTERFACE (FlowVerbs, flow_verbs, G_TYPE_OBJECT)

static void
flow_verbs_default_init (FlowVerbsInterface *iface)
{
}

/**
 * flow_verbs_run_async:
 * @self: what runs verbs
 * @verb: what to do
 * @arguments: (nullable): with what
 * @cancellable: (nullable): ends the waiting
 * @callback: called with the answer
 * @data: for @callback
 *
 * Run a verb.
 */
void
flow_verbs_run_async (FlowVerbs *self, const char *verb, JsonObject *arguments, GCancellable *cancellable,
                      GAsyncReadyCallback callback, gpointer data)
{
  g_return_if_fail (FLOW_IS_VERBS (self));
  g_return_if_fail (verb != NULL);

  FLOW_VERBS_GET_IFACE (self)->run_async (self, verb, arguments, cancellable, callback, data);
}

/**
 * flow_verbs_run_finish:
 * @self: what ran it
 * @result: the result of the callback
 * @error: return location
 *
 * Get the answer.
 *
 * Returns: (transfer full): the answer, or %NULL with the error of the verb
 */
JsonObject *
flow_verbs_run_finish (FlowVerbs *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (FLOW_IS_VERBS (self), NULL);

  return FLOW_VERBS_GET_IFACE (self)->run_finish (self, result, error);
}
