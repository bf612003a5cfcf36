/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "cloud/flow-cloud-exchange.h"

G_BEGIN_DECLS

typedef struct _FlowCloudCounters FlowCloudCounters;

FlowCloudCounters *flow_cloud_counters_new (void);
void flow_cloud_counters_free (FlowCloudCounters *self);
void flow_cloud_counters_note (FlowCloudCounters *self, const FlowCloudExchange *exchange, gint64 duration_us);
char *flow_cloud_counters_write (FlowCloudCounters *self, FlowCloud *cloud);

G_END_DECLS
