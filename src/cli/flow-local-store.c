/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-local-store"

#include "cli/flow-local-store.h"

#include "cli/flow-cli-key.h"
#include "store/flow-data-lock.h"
#include "store/flow-store.h"

struct _FlowLocalStore
{
  FlowDataLock *lock;
  FlowStore *store;
  FlowTraceStore *traces;
};

/**
 * flow_local_store_open:
 * @cli: whose data
 * @error: return location
 *
 * Take the data lock and open the database for writing.
 *
 * Returns: (transfer full): the store, or %NULL with %FLOW_ERROR_LOCKED when a hub has it
 */
FlowLocalStore *
flow_local_store_open (FlowCli *cli, GError **error)
{
  FlowContext *context = flow_cli_get_context (cli, error);
  g_autoptr (FlowLocalStore) self = g_new0 (FlowLocalStore, 1);

  if (context == NULL || !flow_data_lock_acquire (context, &self->lock, error))
    return NULL;
  /* Without it the store opens all the same, and says so to whoever needs it. */
  flow_cli_find_key (cli, NULL);
  self->store = flow_store_new (context);
  self->traces = flow_trace_store_new (self->store);
  return flow_store_open (self->store, error) ? g_steal_pointer (&self) : NULL;
}

/**
 * flow_local_store_close:
 * @self: (transfer full): a store
 *
 * Finish what is open, close the database and give the lock back.
 */
void
flow_local_store_close (FlowLocalStore *self)
{
  if (self->store != NULL)
    flow_store_close (self->store);
  g_clear_pointer (&self->traces, flow_trace_store_free);
  g_clear_object (&self->store);
  g_clear_pointer (&self->lock, flow_data_lock_unref);
  g_free (self);
}

/**
 * flow_local_store_get_traces:
 * @self: a store
 *
 * Get the writing side of the traces.
 *
 * Returns: (transfer none): it
 */
FlowTraceStore *
flow_local_store_get_traces (FlowLocalStore *self)
{
  return self->traces;
}
