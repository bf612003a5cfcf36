/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct _FlowCloudShares FlowCloudShares;

FlowCloudShares *flow_cloud_shares_new (guint64 most, guint64 most_each);
void flow_cloud_shares_free (FlowCloudShares *self);
gboolean flow_cloud_shares_take (FlowCloudShares *self, const char *key, guint64 amount);
gboolean flow_cloud_shares_has_room (FlowCloudShares *self, const char *key);
void flow_cloud_shares_add (FlowCloudShares *self, const char *key, guint64 amount);
void flow_cloud_shares_give_back (FlowCloudShares *self, const char *key, guint64 amount);
guint64 flow_cloud_shares_get_taken (FlowCloudShares *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FlowCloudShares, flow_cloud_shares_free)

G_END_DECLS
