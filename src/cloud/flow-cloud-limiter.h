/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * FlowCloudRate:
 * @burst: how much may come at once
 * @every_ms: in how many milliseconds one more may
 *
 * How often something may happen.
 */
typedef struct
{
  guint burst;
  guint every_ms;
} FlowCloudRate;

typedef struct _FlowCloudLimiter FlowCloudLimiter;

FlowCloudLimiter *flow_cloud_limiter_new (guint max_keys);
void flow_cloud_limiter_free (FlowCloudLimiter *self);
gboolean flow_cloud_limiter_take (FlowCloudLimiter *self, const FlowCloudRate *rate, const char *key, gint64 now_us,
                                  guint *retry_s);
void flow_cloud_limiter_give_back (FlowCloudLimiter *self, const char *key);
guint flow_cloud_limiter_get_size (FlowCloudLimiter *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FlowCloudLimiter, flow_cloud_limiter_free)

G_END_DECLS
