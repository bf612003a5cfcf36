/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "base/flow-clock.h"
#include "cloud/flow-cloud-options.h"
#include "cloud/flow-cloud-route.h"
#include "cloud/flow-cloud-sockets.h"

G_BEGIN_DECLS

/**
 * FlowCloudChore:
 * @name: what it is called in the log
 * @every_s: how often, in seconds
 * @run: does it, in a transaction that writes; its user data is the cloud
 *
 * Something the cloud does from time to time.
 */
typedef struct
{
  const char *name;
  guint every_s;
  FlowCloudFunc run;
} FlowCloudChore;

FlowCloud *flow_cloud_new (const FlowCloudOptions *options, GError **error);
gboolean flow_cloud_start (FlowCloud *self, GError **error);
void flow_cloud_reload (FlowCloud *self);
const char *flow_cloud_get_url (FlowCloud *self);
void flow_cloud_stop (FlowCloud *self);
void flow_cloud_free (FlowCloud *self);

/* What handlers use; from any thread. */
FlowCloudFanout *flow_cloud_get_fanout (FlowCloud *self);
FlowCloudStorage *flow_cloud_get_storage (FlowCloud *self);
const FlowCloudOptions *flow_cloud_get_options (FlowCloud *self);
const FlowClock *flow_cloud_get_clock (FlowCloud *self);
gint64 flow_cloud_now_ms (FlowCloud *self);
gboolean flow_cloud_push (FlowCloud *self, gboolean writes, FlowCloudFunc run, gpointer data, GDestroyNotify destroy,
                          GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FlowCloud, flow_cloud_free)

G_END_DECLS
