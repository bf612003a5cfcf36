/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <json-glib/json-glib.h>

G_BEGIN_DECLS

GBytes *flow_cloud_document_get_json (void);
GBytes *flow_cloud_document_get_page (void);
JsonObject *flow_cloud_document_get (void);
JsonObject *flow_cloud_document_find (const char *method, const char *path);
JsonObject *flow_cloud_document_get_body (const char *method, const char *path);
gboolean flow_cloud_document_check (JsonObject *schema, JsonObject *value, GError **error);

G_END_DECLS
