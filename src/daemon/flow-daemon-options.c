/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-daemon"

#include "daemon/flow-daemon-options.h"

#include <string.h>

#include "base/flow-error.h"
#include "hub/flow-guard.h"
#include "hub/flow-json-read.h"

/* A heartbeat of a web-dev-sync server that is faster is a mistake. */
#define MIN_HEARTBEAT_MS 1000

static gboolean
parse_port (const char *text, int *port, GError **error)
{
  guint64 number;

  if (!g_ascii_string_to_unsigned (text, 10, 0, 65535, &number, NULL))
    {
      g_set_error (error, FLOW_ERROR, FLOW_ERROR_BAD_ARGUMENT, "“%s” is not a port; 0 takes a free one", text);
      return FALSE;
    }
  *port = (int) number;
  return TRUE;
}

/* The port of the doorway that is named before the '='; the hub's own port has an option of its own. */
static int *
find_doorway (FlowDaemonOptions *self, const char *text, const char *end)
{
  gsize length = end != NULL ? (gsize) (end - text) : 0;

  for (FlowHubDoorway i = FLOW_HUB_DOORWAY_OTLP; i < FLOW_HUB_N_DOORWAYS; i++)
    {
      const char *name = flow_hub_doorway_get_name (i);

      if (strlen (name) == length && strncmp (name, text, length) == 0)
        return &self->hub.ports[i];
    }
  return NULL;
}

static char *
list_doorways (void)
{
  g_autoptr (GString) names = g_string_new (flow_hub_doorway_get_name (FLOW_HUB_DOORWAY_OTLP));

  for (FlowHubDoorway i = FLOW_HUB_DOORWAY_OTLP + 1; i < FLOW_HUB_N_DOORWAYS; i++)
    g_string_append_printf (names, ", %s", flow_hub_doorway_get_name (i));
  return g_string_free (g_steal_pointer (&names), FALSE);
}

static gboolean
parse_doorway (const char *text, FlowDaemonOptions *self, GError **error)
{
  const char *value = strchr (text, '=');
  int *port = find_doorway (self, text, value);

  if (port == NULL)
    {
      g_autofree char *names = list_doorways ();

      g_set_error (error, FLOW_ERROR, FLOW_ERROR_BAD_ARGUMENT,
                   "“%s” must be NAME=PORT or NAME=off; the doorways are: %s", text, names);
      return FALSE;
    }
  if (!g_str_equal (value + 1, "off"))
    return parse_port (value + 1, port, error);
  *port = FLOW_HUB_PORT_OFF;
  return TRUE;
}

static void
add_origin (GStrvBuilder *origins, const char *text)
{
  g_autofree char *origin = g_strstrip (g_strdup (text));

  if (flow_guard_is_origin (origin))
    g_strv_builder_add (origins, origin);
  else if (*origin != '\0')
    g_message ("“%s” is not an origin like https://app.example and is left out", origin);
}

static void
add_origins_text (GStrvBuilder *origins, const char *text)
{
  g_auto (GStrv) parts = g_strsplit (text != NULL ? text : "", ",", -1);

  for (gsize i = 0; parts[i] != NULL; i++)
    add_origin (origins, parts[i]);
}

static void
add_origins_json (GStrvBuilder *origins, JsonNode *node)
{
  JsonArray *array;

  if (JSON_NODE_HOLDS_VALUE (node) && json_node_get_value_type (node) == G_TYPE_STRING)
    add_origins_text (origins, json_node_get_string (node));
  if (!JSON_NODE_HOLDS_ARRAY (node))
    return;
  array = json_node_get_array (node);
  for (guint i = 0; i < json_array_get_length (array); i++)
    {
      JsonNode *item = json_array_get_element (array, i);

      if (JSON_NODE_HOLDS_VALUE (item) && json_node_get_value_type (item) == G_TYPE_STRING)
        add_origin (origins, json_node_get_string (item));
    }
}

/* An absolute path without query that is the same in every writing. */
static char *
read_path (const char *text, const char *name)
{
  if (text == NULL || *text == '\0')
    return NULL;
  if (*text == '/' &&
      strspn (text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789/._~-") == strlen (text))
    return g_strdup (text);
  g_message ("%s is not a path like /ws and is left out", name);
  return NULL;
}

static void
read_heartbeat (JsonObject *object, FlowDaemonOptions *self)
{
  gint64 ms = flow_json_get_int (object, "heartbeatInterval");

  if (ms > 0)
    self->hub.sync_heartbeat_ms = (guint) CLAMP (ms, MIN_HEARTBEAT_MS, G_MAXINT);
}

/* The file of the web-dev-sync server. */
static gboolean
read_config (const char *path, FlowDaemonOptions *self, GStrvBuilder *origins, GError **error)
{
  g_autoptr (JsonObject) object = NULL;
  g_autofree char *text = NULL;
  int *wanted = &self->hub.ports[FLOW_HUB_DOORWAY_WEB_DEV_SYNC];
  gint64 port;
  JsonNode *cors;
  gsize length;

  if (!g_file_get_contents (path, &text, &length, error))
    return FALSE;
  object = flow_json_read_object (text, length, error);
  if (object == NULL)
    {
      g_prefix_error (error, "%s: ", path);
      return FALSE;
    }
  port = flow_json_get_int (object, "port");
  if (port > 0 && port <= 65535 && *wanted == FLOW_HUB_PORT_FROM_SETTINGS)
    *wanted = (int) port;
  g_free (self->sync_path);
  self->sync_path = read_path (flow_json_get_string (object, "websocketEndpoint"), "websocketEndpoint");
  read_heartbeat (object, self);
  cors = json_object_get_member (object, "cors");
  if (cors != NULL && JSON_NODE_HOLDS_OBJECT (cors) && json_object_has_member (json_node_get_object (cors), "origin"))
    add_origins_json (origins, json_object_get_member (json_node_get_object (cors), "origin"));
  return TRUE;
}

static void
read_environment (FlowDaemonOptions *self, GStrvBuilder *origins)
{
  const char *debug = g_getenv ("DEBUG");

  add_origins_text (origins, g_getenv ("CORS_ORIGINS"));
  self->metrics_path = read_path (g_getenv ("METRICS_ENDPOINT"), "METRICS_ENDPOINT");
  if (debug != NULL && *debug != '\0' && !g_str_equal (debug, "0") && !g_str_equal (debug, "false"))
    g_setenv ("G_MESSAGES_DEBUG", "all", FALSE);
}

static gboolean
parse_log (const char *text, FlowDaemonOptions *self, GError **error)
{
  self->log_json = g_strcmp0 (text, "json") == 0;
  if (self->log_json || text == NULL || g_str_equal (text, "text"))
    return TRUE;
  g_set_error_literal (error, FLOW_ERROR, FLOW_ERROR_BAD_ARGUMENT, "--log takes text or json");
  return FALSE;
}

/**
 * flow_daemon_options_parse:
 * @self: where it goes
 * @argc: (inout): length of @argv
 * @argv: (inout): the command line
 * @error: return location
 *
 * Find out how the program is to run. The command line wins over the file of `--config`.
 *
 * Errors: %FLOW_ERROR_BAD_ARGUMENT, %G_OPTION_ERROR, and file errors of `--config`.
 *
 * Returns: %FALSE when it cannot run so
 */
gboolean
flow_daemon_options_parse (FlowDaemonOptions *self, int *argc, char ***argv, GError **error)
{
  g_autoptr (GOptionContext) context = g_option_context_new ("- take telemetry in and keep it");
  g_autoptr (GStrvBuilder) origins = g_strv_builder_new ();
  g_autofree char *port = NULL, *otlp_port = NULL, *log = NULL, *config = NULL;
  g_autofree char *names = list_doorways ();
  g_autofree char *doorways_help = g_strdup_printf ("Port of a doorway, or off: %s", names);
  g_auto (GStrv) doorways = NULL;
  GOptionEntry entries[] = {
    { "data-dir", 0, 0, G_OPTION_ARG_FILENAME, &self->data_dir, "Keep everything in this folder", "DIR" },
    { "port", 0, 0, G_OPTION_ARG_STRING, &port, "The hub's own port, 0 for a free one (31847)", "PORT" },
    { "otlp-port", 0, 0, G_OPTION_ARG_STRING, &otlp_port, "Port of OTLP over HTTP, 0 for a free one (4318)", "PORT" },
    { "doorway", 0, 0, G_OPTION_ARG_STRING_ARRAY, &doorways, doorways_help, "NAME=PORT|off" },
    { "log", 0, 0, G_OPTION_ARG_STRING, &log, "How to log on standard error", "text|json" },
    { "config", 0, 0, G_OPTION_ARG_FILENAME, &config, "Read the file of a web-dev-sync server", "FILE" },
    { "version", 0, 0, G_OPTION_ARG_NONE, &self->show_version, "Print the version and end", NULL },
    { NULL },
  };

  *self = (FlowDaemonOptions) { .hub = { .ports = FLOW_HUB_ALL_FROM_SETTINGS } };
  g_option_context_add_main_entries (context, entries, NULL);
  if (!g_option_context_parse (context, argc, argv, error) || !parse_log (log, self, error))
    return FALSE;
  if (*argc > 1)
    {
      g_set_error (error, FLOW_ERROR, FLOW_ERROR_BAD_ARGUMENT, "“%s” is not expected here", (*argv)[1]);
      return FALSE;
    }
  if ((port != NULL && !parse_port (port, &self->hub.ports[FLOW_HUB_DOORWAY_HUB], error)) ||
      (otlp_port != NULL && !parse_port (otlp_port, &self->hub.ports[FLOW_HUB_DOORWAY_OTLP], error)))
    return FALSE;
  for (gsize i = 0; doorways != NULL && doorways[i] != NULL; i++)
    {
      if (!parse_doorway (doorways[i], self, error))
        return FALSE;
    }
  read_environment (self, origins);
  if (config != NULL && !read_config (config, self, origins, error))
    return FALSE;
  self->origins = g_strv_builder_end (origins);
  self->hub.allowed_origins = (const char *const *) self->origins;
  self->hub.sync_path = self->sync_path;
  self->hub.metrics_path = self->metrics_path;
  return TRUE;
}

/**
 * flow_daemon_options_clear:
 * @self: options
 *
 * Free what they hold.
 */
void
flow_daemon_options_clear (FlowDaemonOptions *self)
{
  g_clear_pointer (&self->data_dir, g_free);
  g_clear_pointer (&self->origins, g_strfreev);
  g_clear_pointer (&self->sync_path, g_free);
  g_clear_pointer (&self->metrics_path, g_free);
}
