/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "cloud/flow-cloud-exchange.h"

G_BEGIN_DECLS

typedef struct _FlowCloudHttp FlowCloudHttp;

/**
 * FlowCloudHttpStats:
 * @connections: connections that are open
 * @active: requests that are not answered yet
 * @refused: connections for which there was no room, since start
 */
typedef struct
{
  guint connections;
  guint active;
  guint64 refused;
} FlowCloudHttpStats;

FlowCloudHttp *flow_cloud_http_new (FlowCloud *cloud, GError **error);
void flow_cloud_http_free (FlowCloudHttp *self);
void flow_cloud_http_take (FlowCloudHttp *self, int fd, gboolean passed_on);
void flow_cloud_http_answer (FlowCloudHttp *self, FlowCloudExchange *exchange);
void flow_cloud_http_sweep (FlowCloudHttp *self, gint64 now_us);
void flow_cloud_http_get_stats (FlowCloudHttp *self, FlowCloudHttpStats *stats);

G_END_DECLS
