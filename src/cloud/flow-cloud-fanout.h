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

/**
 * FlowCloudOther:
 * @FLOW_CLOUD_OTHER_NONE: no other run of the device is connected
 * @FLOW_CLOUD_OTHER_PERHAPS: one is, which may have broken off in silence: ask again in a minute
 * @FLOW_CLOUD_OTHER_SURELY: one is, and lives: the device was cloned
 *
 * Whether another run of a device's program is connected.
 */
typedef enum
{
  FLOW_CLOUD_OTHER_NONE,
  FLOW_CLOUD_OTHER_PERHAPS,
  FLOW_CLOUD_OTHER_SURELY,
} FlowCloudOther;

typedef struct _FlowCloudFanout FlowCloudFanout;

/**
 * FlowCloudFanoutClass:
 * @publish: have a note delivered; does not block, and @note need not stay
 * @is_connected: whether a device is connected
 * @find_other: whether another run of a device than @instance is connected, at a monotonic time; being asked begins the
 *   minute after which it is sure
 * @free: free it
 *
 * How the cloud's connections hear of each other. All functions may be called from any thread.
 */
typedef struct
{
  void (*publish) (FlowCloudFanout *self, const FlowCloudNote *note);
  gboolean (*is_connected) (FlowCloudFanout *self, gint64 user, const guint8 *device);
  FlowCloudOther (*find_other) (FlowCloudFanout *self, gint64 user, const guint8 *device, const char *instance,
                                gint64 now_us);
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

/** flow_cloud_fanout_is_connected: whether a device is connected. */
static inline gboolean
flow_cloud_fanout_is_connected (FlowCloudFanout *self, gint64 user, const guint8 *device)
{
  return self->klass->is_connected (self, user, device);
}

/** flow_cloud_fanout_find_other: whether another run of a device than @instance is connected. */
static inline FlowCloudOther
flow_cloud_fanout_find_other (FlowCloudFanout *self, gint64 user, const guint8 *device, const char *instance,
                              gint64 now_us)
{
  return self->klass->find_other (self, user, device, instance, now_us);
}

/** flow_cloud_fanout_free: free it. */
static inline void
flow_cloud_fanout_free (FlowCloudFanout *self)
{
  self->klass->free (self);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FlowCloudFanout, flow_cloud_fanout_free)

G_END_DECLS
