/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * FlowSyncBackoff:
 * @failed: how often it has failed since it went well
 *
 * When to try again what fails: soon at first, then ever later, and never all at the same moment.
 */
typedef struct
{
  guint failed;
} FlowSyncBackoff;

void flow_sync_backoff_reset (FlowSyncBackoff *self);
guint flow_sync_backoff_next_ms (FlowSyncBackoff *self, guint at_least_ms, guint at_most_ms);

G_END_DECLS
