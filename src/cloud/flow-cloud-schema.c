/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-cloud"

#include "cloud/flow-cloud-schema.h"

#include "cloud/flow-cloud-document.h"

/**
 * flow_cloud_schema_check:
 * @route: what a request is about
 * @body: its body
 * @error: return location
 *
 * Check that a body has the form that the API's description promises. A handler reads it without checking again.
 *
 * Returns: %FALSE with `FLOW_CLOUD_ERROR_BAD_REQUEST`, which says what does not fit, and where
 */
gboolean
flow_cloud_schema_check (const FlowCloudRoute *route, JsonObject *body, GError **error)
{
  JsonObject *schema = flow_cloud_document_get_body (route->method, route->path);

  return schema == NULL || flow_cloud_document_check (schema, body, error);
}
