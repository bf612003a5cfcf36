/* SPDX-License-Identifier: GPL-3.0-or-later */

#include <string.h>

#include "cloud/flow-cloud-document.h"
#include "cloud/flow-cloud-error.h"
#include "cloud/flow-cloud-schema.h"
#include "cloud/flow-cloud-sync.h"
#include "message/flow-schema.h"

/* The API's description and the routes say the same. */

static const FlowCloudRoute *const tables[] = { flow_cloud_auth_routes, flow_cloud_open_routes,
                                                flow_cloud_sync_routes };

static const FlowCloudRoute *
find_route (const char *method, const char *path)
{
  for (guint i = 0; i < G_N_ELEMENTS (tables); i++)
    for (const FlowCloudRoute *route = tables[i]; route->method != NULL; route++)
      {
        if (g_ascii_strcasecmp (route->method, method) == 0 && strcmp (route->path, path) == 0)
          return route;
      }
  return NULL;
}

static gboolean
takes (JsonObject *operation, const char *media_type)
{
  if (!json_object_has_member (operation, "requestBody"))
    return FALSE;
  operation = json_object_get_object_member (operation, "requestBody");
  return json_object_has_member (json_object_get_object_member (operation, "content"), media_type);
}

/* Each route is described, and as it is. */
static void
test_routes (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (tables); i++)
    for (const FlowCloudRoute *route = tables[i]; route->method != NULL; route++)
      {
        JsonObject *operation = flow_cloud_document_find (route->method, route->path);
        gboolean is_open = (route->flags & FLOW_CLOUD_ROUTE_PUBLIC) != 0;

        g_test_message ("%s %s", route->method, route->path);
        g_assert_nonnull (operation);
        g_assert_cmpuint (route->max_body, ==, json_object_get_int_member (operation, "x-max-body"));
        g_assert_cmpint (json_array_get_length (json_object_get_array_member (operation, "security")) == 0, ==,
                         is_open);
        g_assert_cmpint ((route->flags & FLOW_CLOUD_ROUTE_JSON) != 0, ==, takes (operation, "application/json"));
        g_assert_cmpint ((route->flags & FLOW_CLOUD_ROUTE_BYTES) != 0, ==,
                         takes (operation, "application/octet-stream"));
        g_assert_true ((route->run == NULL) != (route->start == NULL));
      }
}

/* Each operation has a route, but for the WebSocket, and HEAD, which GET answers. */
static void
test_operations (void)
{
  JsonObject *paths = json_object_get_object_member (flow_cloud_document_get (), "paths");
  g_autoptr (GHashTable) ids = g_hash_table_new (g_str_hash, g_str_equal);
  JsonObjectIter path_iter, iter;
  const char *path, *method;
  JsonNode *path_node, *node;

  json_object_iter_init (&path_iter, paths);
  while (json_object_iter_next (&path_iter, &path, &path_node))
    {
      json_object_iter_init (&iter, json_node_get_object (path_node));
      while (json_object_iter_next (&iter, &method, &node))
        {
          JsonObject *operation = json_node_get_object (node);

          g_test_message ("%s %s", method, path);
          g_assert_true (g_hash_table_add (ids, (gpointer) json_object_get_string_member (operation, "operationId")));
          if (strcmp (path, FLOW_CLOUD_SOCKET_PATH) != 0)
            g_assert_nonnull (find_route (strcmp (method, "head") == 0 ? "GET" : method, path));
        }
    }
  g_assert_cmpuint (g_hash_table_size (ids), >, 30);
}

/* Nothing in a schema of a body is passed over. */
static void
test_schemas (void)
{
  guint count = 0;

  for (guint i = 0; i < G_N_ELEMENTS (tables); i++)
    for (const FlowCloudRoute *route = tables[i]; route->method != NULL; route++)
      {
        JsonObject *schema = flow_cloud_document_get_body (route->method, route->path);
        g_autofree char *unknown = schema != NULL ? flow_schema_find_unknown (schema) : NULL;

        g_test_message ("%s %s", route->method, route->path);
        g_assert_cmpstr (unknown, ==, NULL);
        count += schema != NULL;
      }
  g_assert_cmpuint (count, >, 10);
}

static void
test_check (void)
{
  const FlowCloudRoute *route = find_route ("POST", "/api/sync/ack");
  static const struct
  {
    const char *text;
    const char *problem;
  } cases[] = {
    { "{\"device\":\"00000000000000000000000000000000\",\"scopes\":[]}", NULL },
    { "{\"device\":\"0000000000000000000000000000000G\",\"scopes\":[]}", "/device must be written as ^[0-9a-f]{32}$" },
    { "{\"device\":\"00000000000000000000000000000000\"}", "/scopes is missing" },
    { "{\"device\":\"00000000000000000000000000000000\",\"scopes\":[{\"scope\":\"account\",\"vector\":[{}]}]}",
      "/scopes/0/vector/0/device is missing" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (JsonNode) body = json_from_string (cases[i].text, NULL);
      g_autoptr (GError) error = NULL;

      flow_cloud_schema_check (route, json_node_get_object (body), &error);
      g_assert_cmpstr (error != NULL ? error->message : NULL, ==, cases[i].problem);
      if (error != NULL)
        g_assert_error (error, FLOW_CLOUD_ERROR, FLOW_CLOUD_ERROR_BAD_REQUEST);
    }
}

/* The page shows all of it. */
static void
test_page (void)
{
  JsonObject *paths = json_object_get_object_member (flow_cloud_document_get (), "paths");
  g_autoptr (GList) names = json_object_get_members (paths);
  const char *page = g_bytes_get_data (flow_cloud_document_get_page (), NULL);

  g_assert_true (g_str_has_prefix (page, "<!DOCTYPE html>"));
  for (GList *at = names; at != NULL; at = at->next)
    g_assert_nonnull (strstr (page, at->data));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  g_test_add_func ("/cloud/document/routes", test_routes);
  g_test_add_func ("/cloud/document/operations", test_operations);
  g_test_add_func ("/cloud/document/schemas", test_schemas);
  g_test_add_func ("/cloud/document/check", test_check);
  g_test_add_func ("/cloud/document/page", test_page);
  return g_test_run ();
}
