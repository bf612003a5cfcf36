/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

typedef struct _FlowCloudAddresses FlowCloudAddresses;

FlowCloudAddresses *flow_cloud_addresses_new (const char *const *proxies, GError **error);
void flow_cloud_addresses_free (FlowCloudAddresses *self);
void flow_cloud_addresses_add (FlowCloudAddresses *self, guint port, GSocketAddress *peer);
void flow_cloud_addresses_remove (FlowCloudAddresses *self, guint port);
char *flow_cloud_addresses_find (FlowCloudAddresses *self, GSocketAddress *peer, gboolean passed_on,
                                 const char *forwarded);
gboolean flow_cloud_addresses_is_proxy (FlowCloudAddresses *self, GSocketAddress *peer, gboolean passed_on);
char *flow_cloud_addresses_find_bounded (FlowCloudAddresses *self, GSocketAddress *peer, gboolean passed_on);
GSocketAddress *flow_cloud_address_of_peer (int fd);
char *flow_cloud_address_group (const char *address);
gboolean flow_cloud_address_is_loopback (const char *address);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FlowCloudAddresses, flow_cloud_addresses_free)

G_END_DECLS
