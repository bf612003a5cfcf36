/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <json-glib/json-glib.h>

#include "cloud/flow-cloud-request.h"
#include "sync/flow-sync-vector.h"

G_BEGIN_DECLS

gboolean flow_cloud_read_has_nul (const char *text, gsize size);

/* Reading bodies that have been checked against the API's description. */
void flow_cloud_read_id (JsonObject *object, const char *name, guint8 *id);
GBytes *flow_cloud_read_base64 (JsonObject *object, const char *name, GError **error);
FlowSyncVector *flow_cloud_read_vector (JsonObject *object, GError **error);
GHashTable *flow_cloud_read_scopes (JsonArray *scopes, GError **error);
gboolean flow_cloud_read_is_scope (const char *scope);
gboolean flow_cloud_read_own_device (FlowCloudRequest *request, GError **error);

GBytes *flow_cloud_vector_pack (const FlowSyncVector *vector);
FlowSyncVector *flow_cloud_vector_unpack (GBytes *bytes);

G_END_DECLS
