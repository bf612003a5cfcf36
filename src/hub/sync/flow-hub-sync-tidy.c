/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-hub-sync"

#include "hub/sync/flow-hub-sync-private.h"

/* What nobody needs any more is forgotten between passes, a piece at a time: whatever else is to be written comes in
 * between. A pass that begins meanwhile goes first, and behind it this goes on. */

#define PIECE 500

static gboolean
tidy_run (FlowSync *sync, sqlite3 *db, gpointer data, GError **error)
{
  return flow_sync_tidy_piece (sync, &((FlowHubSync *) data)->tidy, PIECE, error);
}

static void
tidy_done (gpointer data, const GError *error)
{
  FlowHubSync *self = data;

  self->tidying = FALSE;
  if (error != NULL)
    g_message ("What nobody needs any more could not be forgotten: %s", error->message);
  if (error != NULL || self->tidy.finished)
    {
      flow_sync_tidy_clear (&self->tidy);
      self->tidy = (FlowSyncTidy) { 0 };
    }
  else if (!self->stopped && self->pass == NULL)
    flow_hub_sync_tidy (self);
}

/** flow_hub_sync_tidy: forget what nobody needs any more, while there is nothing else to do. */
void
flow_hub_sync_tidy (FlowHubSync *self)
{
  if (self->tidying || self->stopped)
    return;
  self->tidying = TRUE;
  flow_sync_engine_run (self->setup.engine, tidy_run, tidy_done, self);
}
