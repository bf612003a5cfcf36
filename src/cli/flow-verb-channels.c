/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-verb-channels"

#include <glib/gi18n.h>

#include "cli/flow-json-cells.h"
#include "cli/flow-verbs.h"

static const FlowOption options[] = { { NULL } };

static char *
format_latency (JsonObject *channel)
{
  JsonObject *latency = flow_json_get_object (channel, "latency");
  JsonNode *p50 = latency != NULL ? json_object_get_member (latency, "p50_ms") : NULL;

  return p50 != NULL && JSON_NODE_HOLDS_VALUE (p50) ? g_strdup_printf ("%.1f ms", json_node_get_double (p50)) : NULL;
}

static void
add_channel (JsonObject *channel, FlowCli *cli, FlowTextTable *table)
{
  flow_json_cells_text (table, channel, "channel");
  flow_json_cells_text (table, channel, "client");
  flow_json_cells_text (table, channel, "version");
  flow_json_cells_time (table, cli, channel, "since");
  flow_json_cells_number (table, channel, "messagesIn");
  flow_json_cells_number (table, channel, "messagesOut");
  flow_json_cells_number (table, channel, "outbox");
  flow_text_table_add (table, format_latency (channel));
  flow_text_table_add (table, g_strdup (flow_json_get_bool (channel, "focused") ? _ ("yes") : ""));
  flow_json_cells_list (table, channel, "workspaces");
}

static gboolean
run (FlowCli *cli, FlowArguments *arguments, GError **error)
{
  const char *const titles[] = { _ ("CHANNEL"), _ ("PROGRAM"), _ ("VERSION"), _ ("SINCE"), _ ("IN"),
                                 _ ("OUT"),     _ ("WAITING"), _ ("LATENCY"), _ ("FOCUS"), _ ("FOLDERS") };
  g_autofree char *text = NULL;
  g_autoptr (JsonObject) answer = flow_cli_call (cli, "channels", &text, error);
  g_autoptr (FlowTextTable) table = flow_text_table_new (titles, "llllrrrrll");

  if (answer == NULL)
    return FALSE;
  if (flow_cli_is_json (cli))
    {
      flow_cli_print (cli, "%s\n", text);
      return TRUE;
    }
  flow_json_cells_add_rows (answer, "channels", cli, table, add_channel);
  if (flow_text_table_get_n_rows (table) == 0)
    flow_cli_note (cli, _ ("flowctl: nobody is connected"));
  else
    flow_text_table_print (table, cli);
  return TRUE;
}

const FlowVerb flow_verb_channels = {
  .name = "channels",
  .synopsis = "",
  .summary = N_ ("Show the editors and other programs that are connected"),
  .options = options,
  .run = run,
};
