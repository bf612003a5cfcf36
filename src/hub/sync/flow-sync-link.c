/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-hub-sync"

#include "hub/sync/flow-sync-pass.h"

/** flow_sync_link_init: nothing is known of the cloud. */
void
flow_sync_link_init (FlowSyncLink *self)
{
  *self = (FlowSyncLink) {
    .scopes = g_array_new (FALSE, TRUE, sizeof (FlowSyncPlan)),
    .notes = g_array_new (FALSE, TRUE, sizeof (FlowSyncConflictNote)),
    .behind = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free),
  };
}

/** flow_sync_link_clear: free what is known. */
void
flow_sync_link_clear (FlowSyncLink *self)
{
  g_clear_pointer (&self->scopes, g_array_unref);
  g_clear_pointer (&self->notes, g_array_unref);
  g_clear_pointer (&self->behind, g_hash_table_unref);
}

/** flow_sync_link_lost: something may have been missed: the next pass says hello. */
void
flow_sync_link_lost (FlowSyncLink *self)
{
  self->welcome = FALSE;
}

/** flow_sync_link_refetch: the next pass asks once more for what did not open and was skipped. */
void
flow_sync_link_refetch (FlowSyncLink *self)
{
  self->refetch = TRUE;
  flow_sync_link_lost (self);
}

/** flow_sync_link_upload: this device made operations. */
void
flow_sync_link_upload (FlowSyncLink *self)
{
  self->changes++;
  for (guint i = 0; i < self->scopes->len; i++)
    g_array_index (self->scopes, FlowSyncPlan, i).upload = TRUE;
}

/**
 * flow_sync_link_download:
 * @self: what is known of the cloud
 * @scope: a scope of which it has more
 *
 * Another device made operations. A scope that is not known is asked for with hello.
 */
void
flow_sync_link_download (FlowSyncLink *self, const char *scope)
{
  for (guint i = 0; i < self->scopes->len; i++)
    {
      FlowSyncPlan *plan = &g_array_index (self->scopes, FlowSyncPlan, i);

      if (!g_str_equal (plan->scope, scope))
        continue;
      plan->download = TRUE;
      return;
    }
  flow_sync_link_lost (self);
}
