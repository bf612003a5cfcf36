/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-hub-sync"

#include "hub/sync/flow-sync-backoff.h"

#define FIRST_MS 500
#define MAX_DOUBLINGS 10

/** flow_sync_backoff_reset: it went well. */
void
flow_sync_backoff_reset (FlowSyncBackoff *self)
{
  self->failed = 0;
}

/**
 * flow_sync_backoff_next_ms:
 * @self: how it went so far
 * @at_least_ms: what the other side asked for
 * @at_most_ms: the longest wait
 *
 * It failed: say when to try again. Each wait is twice the one before, less up to a quarter of it at random.
 *
 * Returns: milliseconds
 */
guint
flow_sync_backoff_next_ms (FlowSyncBackoff *self, guint at_least_ms, guint at_most_ms)
{
  guint wait = FIRST_MS << MIN (self->failed, MAX_DOUBLINGS);

  self->failed++;
  wait = MIN (wait, at_most_ms);
  wait -= (guint) g_random_int_range (0, (gint32) wait / 4 + 1);
  return MAX (wait, at_least_ms);
}
