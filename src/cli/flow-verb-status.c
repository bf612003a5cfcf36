/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-verb-status"

#include <glib/gi18n.h>

#include "base/flow-error.h"
#include "cli/flow-verbs.h"
#include "message/flow-json-member.h"
#include "trace/flow-time-text.h"

static const FlowOption options[] = { { NULL } };

static void
print_not_running_json (FlowCli *cli, FlowContext *context)
{
  FlowJsonWriter *writer = flow_cli_begin_json (cli);

  flow_json_writer_begin_object (writer);
  flow_json_member_flag (writer, "running", FALSE);
  flow_json_member_text (writer, "data_dir", flow_context_get_data_dir (context), -1);
  flow_json_writer_end_object (writer);
  flow_cli_end_json (cli);
}

/* The hub's own words, with "running" added in front. */
static void
print_running_json (FlowCli *cli, const char *text)
{
  flow_cli_print (cli, "{\"running\":true%s%s\n", text[1] == '}' ? "" : ",", text + 1);
}

static const char *
get_text (JsonObject *object, const char *key)
{
  const char *text = flow_json_get_string (object, key);

  return text != NULL ? text : "";
}

static void
print_line (FlowCli *cli, const char *title, const char *value)
{
  flow_cli_print (cli, "%s%-13s%s ", flow_cli_style (cli, FLOW_STYLE_NAME), title,
                  flow_cli_style (cli, FLOW_STYLE_PLAIN));
  flow_cli_print_outside (cli, value, -1);
  flow_cli_print (cli, "\n");
}

static void
print_doorway (FlowCli *cli, JsonObject *doorway)
{
  gboolean on = flow_json_get_bool (doorway, "on");
  const char *reason = get_text (doorway, "reason");
  const char *hint = get_text (doorway, "hint");
  g_autofree char *text = NULL;

  if (on)
    text = g_strdup_printf (_ ("on, port %d"), (int) flow_json_get_int (doorway, "port"));
  else
    text = g_strdup (_ ("off"));
  print_line (cli, get_text (doorway, "name"), text);
  if (*reason != '\0')
    print_line (cli, "", reason);
  if (*hint != '\0')
    print_line (cli, "", hint);
}

static void
print_each_doorway_cb (JsonArray *array, guint index, JsonNode *node, gpointer data)
{
  if (JSON_NODE_HOLDS_OBJECT (node))
    print_doorway (data, json_node_get_object (node));
}

static void
print_refusal_cb (JsonArray *array, guint index, JsonNode *node, gpointer data)
{
  JsonObject *refusal = JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;
  g_autofree char *text = NULL;

  if (refusal == NULL || index + 5 < json_array_get_length (array))
    return;
  text = g_strdup_printf ("%d %s: %s", (int) flow_json_get_int (refusal, "status"), get_text (refusal, "path"),
                          get_text (refusal, "message"));
  print_line (data, _ ("refused"), text);
}

static void
print_edits (FlowCli *cli, JsonObject *edits)
{
  JsonObject *latency = flow_json_get_object (edits, "latency");
  g_autofree char *counts = g_strdup_printf (
      _ ("%d open, %d changes, %d wrong, %d refused"), (int) flow_json_get_int (edits, "open"),
      (int) flow_json_get_int (edits, "updates"), (int) flow_json_get_int (edits, "errors"),
      (int) flow_json_get_int (edits, "refused"));
  g_autofree char *times = NULL;

  print_line (cli, _ ("edits"), counts);
  if (latency == NULL)
    return;
  times = g_strdup_printf (_ ("kept after %.1f ms, 99 %% within %.1f ms"),
                           json_object_get_double_member_with_default (latency, "p50_ms", 0),
                           json_object_get_double_member_with_default (latency, "p99_ms", 0));
  print_line (cli, "", times);
}

static void
print_running (FlowCli *cli, JsonObject *status)
{
  JsonObject *ingest = flow_json_get_object (status, "ingest");
  JsonObject *store = flow_json_get_object (status, "store");
  JsonObject *edits = flow_json_get_object (status, "edits");
  JsonArray *doorways = flow_json_get_array (status, "doorways");
  JsonArray *refused = flow_json_get_array (status, "rejected_recent");
  g_autofree char *running = g_strdup_printf (_ ("%s, process %d"), get_text (status, "version"),
                                              (int) flow_json_get_int (status, "pid"));
  g_autofree char *taken = NULL;

  print_line (cli, _ ("hub"), running);
  print_line (cli, _ ("data"), get_text (status, "data_dir"));
  print_line (cli, _ ("capturing"), flow_json_get_bool (status, "capture_enabled") ? _ ("yes") : _ ("no"));
  if (store != NULL && g_strcmp0 (get_text (store, "state"), "ok") != 0)
    print_line (cli, _ ("trouble"), get_text (store, "state"));
  if (doorways != NULL)
    json_array_foreach_element (doorways, print_each_doorway_cb, cli);
  if (ingest != NULL)
    {
      taken = g_strdup_printf (_ ("%d spans, %d log records, %d points, %d requests refused"),
                               (int) flow_json_get_int (ingest, "spans"), (int) flow_json_get_int (ingest, "logs"),
                               (int) flow_json_get_int (ingest, "points"),
                               (int) flow_json_get_int (ingest, "rejected"));
      print_line (cli, _ ("taken in"), taken);
    }
  if (edits != NULL)
    print_edits (cli, edits);
  if (refused != NULL)
    json_array_foreach_element (refused, print_refusal_cb, cli);
}

static gboolean
run (FlowCli *cli, FlowArguments *arguments, GError **error)
{
  FlowContext *context = flow_cli_get_context (cli, error);
  g_autoptr (GError) local = NULL;
  g_autofree char *text = NULL;
  g_autoptr (JsonObject) status = NULL;

  if (context == NULL)
    return FALSE;
  status = flow_cli_call (cli, "status", &text, &local);
  if (status != NULL && flow_cli_is_json (cli))
    {
      print_running_json (cli, text);
    }
  else if (status != NULL)
    {
      print_running (cli, status);
    }
  else if (g_error_matches (local, FLOW_ERROR, FLOW_ERROR_NOT_RUNNING))
    {
      flow_cli_set_exit_status (cli, 1);
      if (flow_cli_is_json (cli))
        print_not_running_json (cli, context);
      else
        flow_cli_print (cli, _ ("No hub is running on %s.\nStart it with: flowscope-hub\n"),
                        flow_context_get_data_dir (context));
    }
  else
    {
      g_propagate_error (error, g_steal_pointer (&local));
      return FALSE;
    }
  return TRUE;
}

const FlowVerb flow_verb_status = {
  .name = "status",
  .synopsis = "",
  .summary = N_ ("Say whether the hub runs and what it has taken in"),
  .description = N_ ("The exit status is 1 when no hub runs."),
  .options = options,
  .run = run,
};
