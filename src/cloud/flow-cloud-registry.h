/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "cloud/flow-cloud-fanout.h"
#include "wire/flow-wire.h"

G_BEGIN_DECLS

typedef struct _FlowCloudRegistry FlowCloudRegistry;

/**
 * FlowCloudEntered:
 * @FLOW_CLOUD_ENTERED: it is among them
 * @FLOW_CLOUD_ENTERED_INSTEAD: it is, and the one of the same run that was there is not any more
 * @FLOW_CLOUD_NOT_ENTERED: another run of the device is there
 * @FLOW_CLOUD_NOT_ENTERED_YET: one is, which may be gone; try again in a minute
 *
 * What became of a connection that wants to be among those that hear.
 */
typedef enum
{
  FLOW_CLOUD_ENTERED,
  FLOW_CLOUD_ENTERED_INSTEAD,
  FLOW_CLOUD_NOT_ENTERED,
  FLOW_CLOUD_NOT_ENTERED_YET,
} FlowCloudEntered;

FlowCloudRegistry *flow_cloud_registry_new (void);
void flow_cloud_registry_free (FlowCloudRegistry *self);
void flow_cloud_registry_set_wire (FlowCloudRegistry *self, FlowWire *wire);
FlowCloudFanout *flow_cloud_registry_get_fanout (FlowCloudRegistry *self);
FlowCloudEntered flow_cloud_registry_enter (FlowCloudRegistry *self, guint64 connection, gint64 user,
                                            const guint8 *device, const char *instance, gint64 now_us,
                                            guint64 *replaced);
void flow_cloud_registry_leave (FlowCloudRegistry *self, guint64 connection);
guint flow_cloud_registry_get_size (FlowCloudRegistry *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FlowCloudRegistry, flow_cloud_registry_free)

G_END_DECLS
