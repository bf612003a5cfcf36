/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <glib.h>

#include "cloud/flow-cloud-accounts.h"
#include "wire/flow-wire-message.h"

G_BEGIN_DECLS

/**
 * FlowCloudNote:
 * @user: the number of the user whose connections it is for
 * @to: (nullable): the one device it is for, %FLOW_CLOUD_ID_SIZE bytes; %NULL for all of them
 * @except: (nullable): the one device it is not for
 * @kind: what @bytes are
 * @bytes: (nullable): a message for these connections
 * @close: close code, when they are closed (after @bytes); 0 when not
 * @reason: (nullable): why they are closed
 *
 * Something for the connections of a user, on whatever node they are.
 */
typedef struct
{
  gint64 user;
  const guint8 *to;
  const guint8 *except;
  FlowWireKind kind;
  GBytes *bytes;
  guint close;
  const char *reason;
} FlowCloudNote;

typedef struct _FlowCloudFanout FlowCloudFanout;

/**
 * FlowCloudFanoutClass:
 * @publish: have a note delivered; does not block, and @note need not stay
 * @is_connected: whether a device is connected; @instance is set to which run of it, "" when it did not say
 * @free: free it
 *
 * How the cloud's connections hear of each other. All functions may be called from any thread.
 */
typedef struct
{
  void (*publish) (FlowCloudFanout *self, const FlowCloudNote *note);
  gboolean (*is_connected) (FlowCloudFanout *self, gint64 user, const guint8 *device, char **instance);
  void (*free) (FlowCloudFanout *self);
} FlowCloudFanoutClass;

struct _FlowCloudFanout
{
  const FlowCloudFanoutClass *klass;
};

/** flow_cloud_fanout_publish: have a note delivered, from any thread, without blocking. */
static inline void
flow_cloud_fanout_publish (FlowCloudFanout *self, const FlowCloudNote *note)
{
  self->klass->publish (self, note);
}

/** flow_cloud_fanout_is_connected: whether a device is connected, and optionally which run of it. */
static inline gboolean
flow_cloud_fanout_is_connected (FlowCloudFanout *self, gint64 user, const guint8 *device, char **instance)
{
  return self->klass->is_connected (self, user, device, instance);
}

/** flow_cloud_fanout_free: free it. */
static inline void
flow_cloud_fanout_free (FlowCloudFanout *self)
{
  self->klass->free (self);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FlowCloudFanout, flow_cloud_fanout_free)

G_END_DECLS
