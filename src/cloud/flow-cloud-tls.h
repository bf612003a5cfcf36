/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "cloud/flow-cloud-address.h"

G_BEGIN_DECLS

typedef struct _FlowCloudTls FlowCloudTls;

FlowCloudTls *flow_cloud_tls_new (const char *cert_file, const char *key_file, FlowCloudAddresses *addresses,
                                  GError **error);
void flow_cloud_tls_free (FlowCloudTls *self);
void flow_cloud_tls_listen (FlowCloudTls *self, GPtrArray *sockets, GSocketAddress *inner);
gboolean flow_cloud_tls_reload (FlowCloudTls *self, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FlowCloudTls, flow_cloud_tls_free)

G_END_DECLS
