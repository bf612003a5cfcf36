/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-storage-work"

#include "app/shell/flow-storage-work.h"

#include <glib/gi18n.h>

#include "hub/flow-hub-work.h"

static void
erased_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (FlowJob) job = data;
  g_autoptr (GError) error = NULL;

  flow_hub_erase_finish (FLOW_HUB (source), result, &error);
  flow_job_finish (job, error);
}

static void
compacted_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (FlowJob) job = data;
  g_autoptr (GError) error = NULL;

  flow_hub_vacuum_finish (FLOW_HUB (source), result, &error);
  flow_job_finish (job, error);
}

/**
 * flow_storage_work_erase_all:
 * @services: the hub and the jobs
 *
 * Erase all traces, logs and metrics, as a job. Nothing happens without a hub.
 */
void
flow_storage_work_erase_all (FlowServices *services)
{
  FlowHub *hub = flow_services_get_hub (services);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();

  if (hub != NULL)
    flow_hub_erase_all_async (
        hub, cancellable, erased_cb,
        flow_jobs_begin (flow_services_get_jobs (services), _ ("Erasing all traces"), cancellable));
}

/**
 * flow_storage_work_compact:
 * @services: the hub and the jobs
 *
 * Give the space that is not used back to the disk, as a job. Nothing happens without a hub.
 */
void
flow_storage_work_compact (FlowServices *services)
{
  FlowHub *hub = flow_services_get_hub (services);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();

  if (hub != NULL)
    flow_hub_vacuum_async (
        hub, cancellable, compacted_cb,
        flow_jobs_begin (flow_services_get_jobs (services), _ ("Compacting the database"), cancellable));
}
