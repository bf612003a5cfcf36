/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-web-sync"

#include "hub/doorways/flow-web-sync-http.h"

#include <string.h>

#include "clients/browser/flow-web-dev-sync.h"
#include "hub/doorways/flow-web-sync-private.h"
#include "hub/flow-public.h"

/* The page library with its demo page, and what is told about the connections. */

#define RESOURCES "/org/flowscope/web-dev-sync"
#define DEMO FLOW_WEB_SYNC_PATH "/demo"
#define STATUS FLOW_WEB_SYNC_PATH "/status"
#define DEBUG_PATH FLOW_WEB_SYNC_PATH "/debug"
/* Nothing from elsewhere, nobody may frame it, and it speaks with hubs of this machine alone. */
#define DEMO_POLICY                                                           \
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; " \
  "connect-src 'self' ws://127.0.0.1:* ws://localhost:*; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
/* Browsers ask for it by themselves, and say so when it is not there. */
#define ICON "/favicon.ico"

typedef struct
{
  const char *ending;
  const char *content_type;
} FileType;

static const FileType file_types[] = {
  { ".js", "text/javascript; charset=utf-8" },
  { ".mjs", "text/javascript; charset=utf-8" },
  { ".d.ts", "text/plain; charset=utf-8" },
  { ".css", "text/css; charset=utf-8" },
  { ".html", "text/html; charset=utf-8" },
  { ".map", "application/json" },
  { ".svg", "image/svg+xml" },
};

/**
 * flow_web_sync_has_path:
 * @path: a request's path
 *
 * Returns: whether it is one of web-dev-sync's
 */
gboolean
flow_web_sync_has_path (const char *path)
{
  gsize length = strlen (FLOW_WEB_SYNC_PATH);

  return g_str_equal (path, ICON) ||
         (strncmp (path, FLOW_WEB_SYNC_PATH, length) == 0 && (path[length] == '/' || path[length] == '\0'));
}

static void
head_cb (FlowHttpExchange *exchange, gpointer data)
{
  flow_http_exchange_only_get (exchange, TRUE);
}

static GBytes *
error_body (FlowHttpExchange *exchange, guint status, FlowError code, const char *message, const char **content_type)
{
  return flow_json_error_body (status, code, message, content_type);
}

static const char *
find_type (const char *path)
{
  for (gsize i = 0; i < G_N_ELEMENTS (file_types); i++)
    {
      if (g_str_has_suffix (path, file_types[i].ending))
        return file_types[i].content_type;
    }
  return NULL;
}

/* Only what is in the program is there: a path is a name in it, never one of a file. */
static GBytes *
find_file (const char *path)
{
  g_autofree char *name = NULL;

  if (!g_str_has_prefix (path, FLOW_WEB_SYNC_PATH "/") || find_type (path) == NULL)
    return NULL;
  name = g_strconcat (RESOURCES, path + strlen (FLOW_WEB_SYNC_PATH), NULL);
  return g_resource_lookup_data (flow_web_dev_sync_get_resource (), name, G_RESOURCE_LOOKUP_FLAGS_NONE, NULL);
}

static void
respond_file (FlowHttpExchange *exchange, const char *path)
{
  g_autoptr (GBytes) file = find_file (path);

  if (file == NULL)
    {
      flow_http_exchange_fail (exchange, 0, FLOW_ERROR_NOT_FOUND, "path", "there is nothing at this path");
      return;
    }
  flow_http_exchange_add_header (exchange, "X-Content-Type-Options", "nosniff");
  flow_http_exchange_add_header (exchange, "Cache-Control", "no-cache");
  flow_http_exchange_respond (exchange, 200, find_type (path), file);
}

/* The library is for pages of others; who may use it to speak is judged when it does. */
static void
file_cb (FlowHttpExchange *exchange, gpointer data)
{
  flow_http_exchange_add_header (exchange, "Cross-Origin-Resource-Policy", "cross-origin");
  respond_file (exchange, flow_http_exchange_get_head (exchange)->path);
}

/* Other pages may lead to it, not look into it or have it in a frame. */
static void
demo_cb (FlowHttpExchange *exchange, gpointer data)
{
  const FlowHttpHead *head = flow_http_exchange_get_head (exchange);
  gboolean from_elsewhere = head->sec_fetch_site != NULL && !g_str_equal (head->sec_fetch_site, "none") &&
                            !g_str_equal (head->sec_fetch_site, "same-origin");

  if (from_elsewhere && g_strcmp0 (head->sec_fetch_dest, "document") != 0)
    {
      flow_http_exchange_fail (exchange, 0, FLOW_ERROR_FORBIDDEN, "site", "a page of another site sent this");
      return;
    }
  flow_http_exchange_add_header (exchange, "Content-Security-Policy", DEMO_POLICY);
  flow_http_exchange_add_header (exchange, "Referrer-Policy", "no-referrer");
  flow_http_exchange_add_header (exchange, "Cross-Origin-Opener-Policy", "same-origin");
  respond_file (exchange, DEMO ".html");
}

static void
icon_cb (FlowHttpExchange *exchange, gpointer data)
{
  flow_http_exchange_add_header (exchange, "Cache-Control", "max-age=86400");
  flow_http_exchange_respond (exchange, 204, NULL, NULL);
}

static void
respond_json (FlowHttpExchange *exchange, FlowWebSync *self, void (*write) (FlowWebSync *self, FlowJsonWriter *writer))
{
  GString *out = g_string_new (NULL);
  g_autoptr (GBytes) body = NULL;
  FlowJsonWriter writer;

  flow_json_writer_init (&writer, out);
  flow_json_writer_begin_object (&writer);
  write (self, &writer);
  flow_json_writer_end_object (&writer);
  body = g_string_free_to_bytes (out);
  flow_http_exchange_add_header (exchange, "Cache-Control", "no-store");
  flow_http_exchange_respond (exchange, 200, "application/json", body);
}

static void
status_cb (FlowHttpExchange *exchange, gpointer data)
{
  respond_json (exchange, data, flow_web_sync_write_status);
}

static void
debug_cb (FlowHttpExchange *exchange, gpointer data)
{
  respond_json (exchange, data, flow_web_sync_write_debug);
}

static const FlowHttpHandler file_handler = { FLOW_GUARD_PUBLIC, head_cb, file_cb, error_body };
static const FlowHttpHandler icon_handler = { FLOW_GUARD_PUBLIC, head_cb, icon_cb, error_body };
static const FlowHttpHandler demo_handler = { FLOW_GUARD_PUBLIC, head_cb, demo_cb, error_body };
static const FlowHttpHandler status_handler = { FLOW_GUARD_OWN, head_cb, status_cb, error_body };
static const FlowHttpHandler debug_handler = { FLOW_GUARD_PRIVATE, head_cb, debug_cb, error_body };

/**
 * flow_web_sync_route:
 * @self: a doorway
 * @path: a request's path
 *
 * Returns: who answers it
 */
FlowHttpRoute
flow_web_sync_route (FlowWebSync *self, const char *path)
{
  if (g_str_equal (path, DEMO) || g_str_equal (path, DEMO ".html"))
    return (FlowHttpRoute) { &demo_handler, self };
  if (g_str_equal (path, ICON))
    return (FlowHttpRoute) { &icon_handler, self };
  if (g_str_equal (path, STATUS))
    return (FlowHttpRoute) { &status_handler, self };
  if (g_str_equal (path, DEBUG_PATH))
    return (FlowHttpRoute) { &debug_handler, self };
  return (FlowHttpRoute) { &file_handler, self };
}
