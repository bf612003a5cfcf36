/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-cloud"

#include "cloud/flow-cloud-document.h"

#include <string.h>

#include "cloud/flow-cloud-document-data.h"
#include "cloud/flow-cloud-error.h"
#include "message/flow-schema.h"

#define PREFIX "/org/flowscope/cloud/"
#define REFERENCE "#/components/schemas/"

/* What the API's description says. It is read once and never changes, so that all threads may read it. */
typedef struct
{
  GBytes *json;
  GBytes *page;
  JsonNode *root;
} Document;

static void resolve (JsonObject *schemas, JsonNode *node);

static void
resolve_object (JsonObject *schemas, JsonNode *node)
{
  JsonObject *object = json_node_get_object (node);
  const char *reference = json_object_get_string_member_with_default (object, "$ref", "");
  JsonObjectIter iter;
  JsonNode *member;

  if (g_str_has_prefix (reference, REFERENCE))
    {
      object = json_object_get_object_member (schemas, reference + strlen (REFERENCE));
      json_node_set_object (node, object);
    }
  json_object_iter_init (&iter, object);
  while (json_object_iter_next (&iter, NULL, &member))
    resolve (schemas, member);
}

/* Puts schemas in the place of their names. None of them contains itself. */
static void
resolve (JsonObject *schemas, JsonNode *node)
{
  if (JSON_NODE_HOLDS_OBJECT (node))
    resolve_object (schemas, node);
  else if (JSON_NODE_HOLDS_ARRAY (node))
    {
      JsonArray *array = json_node_get_array (node);

      for (guint i = 0; i < json_array_get_length (array); i++)
        resolve (schemas, json_array_get_element (array, i));
    }
}

static JsonNode *
read_document (GBytes *json)
{
  g_autoptr (JsonParser) parser = json_parser_new ();
  g_autoptr (GError) error = NULL;
  JsonObject *components;
  gsize size = 0;
  const char *text = g_bytes_get_data (json, &size);
  JsonNode *root;

  if (!json_parser_load_from_data (parser, text, (gssize) size, &error))
    g_error ("openapi.json: %s", error->message);
  root = json_parser_steal_root (parser);
  components = json_object_get_object_member (json_node_get_object (root), "components");
  resolve (json_object_get_object_member (components, "schemas"), root);
  json_node_seal (root);
  return root;
}

static const Document *
get_document (void)
{
  static Document document;
  static gsize done;

  if (g_once_init_enter (&done))
    {
      g_resources_register (flow_cloud_document_get_resource ());
      document.json = g_resources_lookup_data (PREFIX "openapi.json", G_RESOURCE_LOOKUP_FLAGS_NONE, NULL);
      document.page = g_resources_lookup_data (PREFIX "docs.html", G_RESOURCE_LOOKUP_FLAGS_NONE, NULL);
      document.root = read_document (document.json);
      g_once_init_leave (&done, 1);
    }
  return &document;
}

/** flow_cloud_document_get_json: the API's description (OpenAPI 3.1) as text. */
GBytes *
flow_cloud_document_get_json (void)
{
  return get_document ()->json;
}

/** flow_cloud_document_get_page: the same as a page to read. */
GBytes *
flow_cloud_document_get_page (void)
{
  return get_document ()->page;
}

/** flow_cloud_document_get: the description, in which no schema refers to another any more. */
JsonObject *
flow_cloud_document_get (void)
{
  return json_node_get_object (get_document ()->root);
}

/**
 * flow_cloud_document_find:
 * @method: a method
 * @path: a path, with `{id}` in it
 *
 * Find an operation.
 *
 * Returns: (nullable) (transfer none): the operation, %NULL when there is none
 */
JsonObject *
flow_cloud_document_find (const char *method, const char *path)
{
  JsonObject *paths = json_object_get_object_member (flow_cloud_document_get (), "paths");
  g_autofree char *name = g_ascii_strdown (method, -1);
  JsonObject *methods;

  if (!json_object_has_member (paths, path))
    return NULL;
  methods = json_object_get_object_member (paths, path);
  return json_object_has_member (methods, name) ? json_object_get_object_member (methods, name) : NULL;
}

/**
 * flow_cloud_document_get_body:
 * @method: a method
 * @path: a path, with `{id}` in it
 *
 * Find the schema of an operation's body.
 *
 * Returns: (nullable) (transfer none): the schema, %NULL when the operation takes no JSON
 */
JsonObject *
flow_cloud_document_get_body (const char *method, const char *path)
{
  JsonObject *at = flow_cloud_document_find (method, path);
  static const char *const way[] = { "requestBody", "content", "application/json", "schema" };

  for (guint i = 0; at != NULL && i < G_N_ELEMENTS (way); i++)
    at = json_object_has_member (at, way[i]) ? json_object_get_object_member (at, way[i]) : NULL;
  return at;
}

/**
 * flow_cloud_document_check:
 * @schema: a schema of the description
 * @value: what is to fit it
 * @error: return location
 *
 * Check that something has the form that the description promises.
 *
 * Returns: %FALSE with `FLOW_CLOUD_ERROR_BAD_REQUEST`, which says what does not fit, and where
 */
gboolean
flow_cloud_document_check (JsonObject *schema, JsonObject *value, GError **error)
{
  g_autoptr (JsonNode) node = json_node_init_object (json_node_alloc (), value);
  g_autofree char *path = NULL;
  g_autofree char *problem = NULL;

  if (flow_schema_check (schema, node, "", &path, &problem))
    return TRUE;
  g_set_error (error, FLOW_CLOUD_ERROR, FLOW_CLOUD_ERROR_BAD_REQUEST, "%s %s", *path != '\0' ? path : "The body",
               problem);
  return FALSE;
}
