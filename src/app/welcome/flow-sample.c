/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-sample"

#include "app/welcome/flow-sample.h"

#include <glib/gi18n-lib.h>
#include <json-glib/json-glib.h>

#include "base/flow-error.h"
#include "base/flow-id.h"
#include "hub/flow-http-client.h"
#include "launch/flow-trusted-paths.h"

#define RESOURCES "/org/flowscope/FlowScope/welcome/sample/"
/* How long the sample takes: it ends when it is sent. */
#define SAMPLE_NS G_GINT64_CONSTANT (640000000)
#define TRACE_ID_SIZE 16

/* What the templates leave open. */
typedef struct
{
  const char *trace_id;
  const char *file;
  gint64 start_ns;
} Blanks;

/* The request on its way: everything that its thread needs. */
typedef struct
{
  guint port;
  char *trace_id;
  GBytes *traces;
  GBytes *logs;
} Sending;

static void
sending_free (Sending *self)
{
  g_free (self->trace_id);
  g_clear_pointer (&self->traces, g_bytes_unref);
  g_clear_pointer (&self->logs, g_bytes_unref);
  g_free (self);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Sending, sending_free)

static char *
replace (const char *text, const char *blank, const char *value)
{
  g_auto (GStrv) parts = g_strsplit (text, blank, -1);

  return g_strjoinv (value, parts);
}

static char *
fill_text (const Blanks *blanks, const char *text)
{
  g_autofree char *filed = replace (text, "@FILE@", blanks->file);

  return replace (filed, "@TRACE@", blanks->trace_id);
}

/* Recursive: the templates are ours and shallow. */
static void
fill_node (const Blanks *blanks, const char *key, JsonNode *node)
{
  if (JSON_NODE_HOLDS_OBJECT (node))
    {
      JsonObjectIter iter;
      const char *name;
      JsonNode *member;

      json_object_iter_init (&iter, json_node_get_object (node));
      while (json_object_iter_next (&iter, &name, &member))
        fill_node (blanks, name, member);
    }
  else if (JSON_NODE_HOLDS_ARRAY (node))
    {
      JsonArray *array = json_node_get_array (node);

      for (guint i = 0; i < json_array_get_length (array); i++)
        fill_node (blanks, "", json_array_get_element (array, i));
    }
  else if (g_str_has_suffix (key, "UnixNano"))
    {
      gint64 offset = g_ascii_strtoll (json_node_get_string (node), NULL, 10);
      g_autofree char *time = g_strdup_printf ("%" G_GINT64_FORMAT, blanks->start_ns + offset);

      json_node_set_string (node, time);
    }
  else if (json_node_get_value_type (node) == G_TYPE_STRING)
    {
      g_autofree char *text = fill_text (blanks, json_node_get_string (node));

      json_node_set_string (node, text);
    }
}

/**
 * flow_sample_fill:
 * @name: `traces.json` or `logs.json`
 * @trace_id: 32 hexadecimal digits
 * @file: the program that the spans name as their source, an absolute path
 * @end_ns: when the sample is over, nanoseconds since 1970
 * @error: return location
 *
 * Make a request of the sample: OTLP in JSON.
 *
 * Returns: (transfer full): the body of the request, or %NULL with a #GResourceError or #GJsonParserError
 */
GBytes *
flow_sample_fill (const char *name, const char *trace_id, const char *file, gint64 end_ns, GError **error)
{
  Blanks blanks = { trace_id, file, end_ns - SAMPLE_NS };
  g_autofree char *path = g_strconcat (RESOURCES, name, NULL);
  g_autoptr (GBytes) template = g_resources_lookup_data (path, G_RESOURCE_LOOKUP_FLAGS_NONE, error);
  g_autoptr (JsonParser) parser = json_parser_new ();
  char *text;

  if (template == NULL || !json_parser_load_from_data (parser, g_bytes_get_data (template, NULL),
                                                       (gssize) g_bytes_get_size (template), error))
    return NULL;
  fill_node (&blanks, "", json_parser_get_root (parser));
  text = json_to_string (json_parser_get_root (parser), FALSE);
  return g_bytes_new_take (text, strlen (text));
}

/**
 * flow_sample_write_source:
 * @context: where files are
 * @error: return location
 *
 * Put the program that the sample's spans name where an editor can open it. It is ours, so it counts as trusted.
 *
 * Returns: (transfer full): its path, or %NULL with a #GFileError
 */
char *
flow_sample_write_source (FlowContext *context, GError **error)
{
  g_autofree char *folder = g_build_filename (flow_context_get_data_dir (context), "sample", NULL);
  g_autofree char *path = g_build_filename (folder, "shop.py", NULL);
  g_autofree char *trusted_file = g_build_filename (flow_context_get_state_dir (context), "trusted-paths", NULL);
  g_autoptr (FlowTrustedPaths) trusted = NULL;
  g_autoptr (GError) problem = NULL;
  g_autoptr (GBytes) source = g_resources_lookup_data (RESOURCES "shop.py", G_RESOURCE_LOOKUP_FLAGS_NONE, error);
  const char *text;
  gsize length;

  if (source == NULL)
    return NULL;
  text = g_bytes_get_data (source, &length);
  if (g_mkdir_with_parents (folder, 0700) != 0)
    {
      g_set_error (error, G_FILE_ERROR, g_file_error_from_errno (errno), "%s: %s", folder, g_strerror (errno));
      return NULL;
    }
  if (!g_file_set_contents (path, text, (gssize) length, error))
    return NULL;
  trusted = flow_trusted_paths_new (trusted_file);
  if (!g_strv_contains (flow_trusted_paths_list (trusted), folder) &&
      !flow_trusted_paths_add (trusted, folder, &problem))
    g_info ("The sample's program will be asked for: %s", problem->message);
  return g_steal_pointer (&path);
}

static gboolean
post (FlowHttpClient *client, const char *path, GBytes *body, GCancellable *cancellable, GError **error)
{
  guint status;
  g_autoptr (GBytes) answer = flow_http_client_send (client, "POST", path, "application/json", body, &status,
                                                     cancellable, error);

  if (answer == NULL)
    return FALSE;
  if (status == 200)
    return TRUE;
  g_set_error (error, FLOW_ERROR, status == 503 || status == 429 ? FLOW_ERROR_BUSY : FLOW_ERROR_FAILED,
               _ ("the hub answered with status %u"), status);
  return FALSE;
}

static void
send_thread (GTask *task, gpointer source, gpointer task_data, GCancellable *cancellable)
{
  Sending *sending = task_data;
  g_autoptr (FlowHttpClient) client = flow_http_client_new (sending->port, NULL);
  g_autoptr (GError) error = NULL;

  /* As a program's exporter: over the port, so that the sample shows that the port works. */
  if (post (client, "/v1/logs", sending->logs, cancellable, &error) &&
      post (client, "/v1/traces", sending->traces, cancellable, &error))
    g_task_return_pointer (task, g_strdup (sending->trace_id), g_free);
  else
    g_task_return_error (task, g_steal_pointer (&error));
}

static guint
find_port (FlowHub *hub)
{
  guint n_ports;
  const FlowHubPort *ports = flow_hub_get_ports (hub, &n_ports);

  for (guint i = 0; i < n_ports; i++)
    {
      if (g_str_equal (ports[i].name, "otlp-http") && ports[i].on)
        return ports[i].port;
    }
  return 0;
}

static Sending *
prepare (FlowServices *services, GError **error)
{
  g_autoptr (Sending) self = g_new0 (Sending, 1);
  FlowHub *hub = flow_services_get_hub (services);
  g_autofree char *file = NULL;
  guint8 id[TRACE_ID_SIZE];
  char hex[2 * TRACE_ID_SIZE + 1];
  gint64 now_ns = g_get_real_time () * 1000;

  self->port = hub != NULL ? find_port (hub) : 0;
  if (self->port == 0)
    {
      g_set_error_literal (error, FLOW_ERROR, FLOW_ERROR_NOT_RUNNING, _ ("The port for spans is not open"));
      return NULL;
    }
  file = flow_sample_write_source (flow_services_get_context (services), error);
  if (file == NULL)
    return NULL;
  flow_id_random (id, sizeof id);
  flow_id_to_hex (id, sizeof id, hex);
  self->trace_id = g_strdup (hex);
  self->traces = flow_sample_fill ("traces.json", hex, file, now_ns, error);
  self->logs = self->traces != NULL ? flow_sample_fill ("logs.json", hex, file, now_ns, error) : NULL;
  return self->logs != NULL ? g_steal_pointer (&self) : NULL;
}

/**
 * flow_sample_send_async:
 * @services: what pages work with
 * @cancellable: (nullable): cancels it
 * @callback: called when it is stored or refused
 * @data: for @callback
 *
 * Send a sample trace with its logs, as a program would.
 */
void
flow_sample_send_async (FlowServices *services, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer data)
{
  g_autoptr (GTask) task = g_task_new (services, cancellable, callback, data);
  g_autoptr (GError) error = NULL;
  Sending *sending = prepare (services, &error);

  g_task_set_source_tag (task, flow_sample_send_async);
  if (sending == NULL)
    {
      g_task_return_error (task, g_steal_pointer (&error));
      return;
    }
  g_task_set_task_data (task, sending, (GDestroyNotify) sending_free);
  g_task_run_in_thread (task, send_thread);
}

/**
 * flow_sample_send_finish:
 * @result: what the callback got
 * @error: return location
 *
 * End sending the sample.
 *
 * Errors: %FLOW_ERROR_NOT_RUNNING when the port is off, %FLOW_ERROR_BUSY when nothing is taken in, %FLOW_ERROR_FAILED,
 * those of #GSocket and #GFileError.
 *
 * Returns: (transfer full): the id of the trace, 32 hexadecimal digits, or %NULL
 */
char *
flow_sample_send_finish (GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}
