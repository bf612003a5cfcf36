/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-cloud"

#include "cloud/flow-cloud-routes.h"

#include <string.h>

#include "cloud/flow-cloud-sync.h"

#define ID "{id}"
#define ID_DIGITS (2 * FLOW_CLOUD_ID_SIZE)

static const FlowCloudRoute *const all[] = {
  flow_cloud_auth_routes,
  flow_cloud_open_routes,
  flow_cloud_sync_routes,
};

static gboolean
is_id (const char *text)
{
  return strspn (text, "0123456789abcdef") == ID_DIGITS && text[ID_DIGITS] == '\0';
}

/* Ids are at the end of paths only. */
static gboolean
fits (const FlowCloudRoute *route, const char *path)
{
  gsize length = strlen (route->path);

  if (!g_str_has_suffix (route->path, ID))
    return strcmp (route->path, path) == 0;
  length -= strlen (ID);
  return strncmp (route->path, path, length) == 0 && is_id (path + length);
}

static gboolean
answers (const FlowCloudRoute *route, const char *method)
{
  return strcmp (route->method, method) == 0;
}

static void
add_method (GString *methods, const char *method)
{
  g_string_append_printf (methods, "%s%s", methods->len > 0 ? ", " : "", method);
}

/* The route of a method; otherwise what methods there are. */
static const FlowCloudRoute *
search (const char *method, const char *path, GString *methods)
{
  const FlowCloudRoute *instead = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (all); i++)
    for (const FlowCloudRoute *route = all[i]; route->method != NULL; route++)
      {
        if (!fits (route, path))
          continue;
        if (answers (route, method))
          return route;
        if (answers (route, "GET") && strcmp (method, "HEAD") == 0)
          instead = route;
        add_method (methods, route->method);
      }
  return instead;
}

/**
 * flow_cloud_routes_find:
 * @exchange: an exchange
 * @method: its method
 * @path: its path, as it came
 * @error: return location
 *
 * Find out what a request is about: sets its route and its id.
 *
 * Returns: %FALSE with %FLOW_CLOUD_ERROR_NOT_FOUND or %FLOW_CLOUD_ERROR_METHOD_NOT_ALLOWED
 */
gboolean
flow_cloud_routes_find (FlowCloudExchange *exchange, const char *method, const char *path, GError **error)
{
  g_autoptr (GString) methods = g_string_new (NULL);
  const FlowCloudRoute *route = search (method, path, methods);

  if (route != NULL)
    {
      exchange->request.route = route;
      if (g_str_has_suffix (route->path, ID))
        exchange->request.id = g_strdup (path + strlen (route->path) - strlen (ID));
      return TRUE;
    }
  if (methods->len == 0)
    {
      g_set_error_literal (error, FLOW_CLOUD_ERROR, FLOW_CLOUD_ERROR_NOT_FOUND, "there is nothing at this path");
      return FALSE;
    }
  exchange->allow = g_string_free (g_steal_pointer (&methods), FALSE);
  g_set_error_literal (error, FLOW_CLOUD_ERROR, FLOW_CLOUD_ERROR_METHOD_NOT_ALLOWED, "not with this method");
  return FALSE;
}
