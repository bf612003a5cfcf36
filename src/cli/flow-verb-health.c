/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-verb-health"

#include <glib/gi18n.h>

#include "cli/flow-text-table.h"
#include "cli/flow-verbs.h"
#include "trace/flow-time-text.h"

#define GOOD 90
#define FAIR 60

static const FlowOption options[] = { { NULL } };

static FlowStyle
style_of (gint64 score)
{
  return score >= GOOD ? FLOW_STYLE_GOOD : score >= FAIR ? FLOW_STYLE_WARNING : FLOW_STYLE_ERROR;
}

static void
print_part (FlowCli *cli, JsonObject *parts, const char *name, const char *title)
{
  JsonObject *part = flow_json_get_object (parts, name);
  gint64 score;

  if (part == NULL)
    return;
  flow_cli_print (cli, "  %-14s", title);
  if (json_object_get_null_member (part, "score"))
    {
      flow_cli_print (cli, "%s%s%s\n", flow_cli_style (cli, FLOW_STYLE_DIM), _ ("nothing to go by"),
                      flow_cli_style (cli, FLOW_STYLE_PLAIN));
      return;
    }
  score = flow_json_get_int (part, "score");
  flow_cli_print (cli, "%s%3d%s  ", flow_cli_style (cli, style_of (score)), (int) score,
                  flow_cli_style (cli, FLOW_STYLE_PLAIN));
  flow_cli_print (cli, _ ("counts for %d %%"), (int) flow_json_get_int (part, "weight"));
  flow_cli_print (cli, "\n");
}

static void
print_score (FlowCli *cli, JsonObject *health)
{
  gint64 overall = flow_json_get_int (health, "overall");
  JsonObject *parts = flow_json_get_object (health, "parts");

  flow_cli_print (cli, "%s", flow_cli_style (cli, style_of (overall)));
  flow_cli_print (cli, _ ("Health: %d of 100"), (int) overall);
  flow_cli_print (cli, "%s\n", flow_cli_style (cli, FLOW_STYLE_PLAIN));
  if (parts == NULL)
    return;
  print_part (cli, parts, "connectivity", _ ("connectivity"));
  print_part (cli, parts, "latency", _ ("latency"));
  print_part (cli, parts, "sync", _ ("sync"));
}

/* The round trips of a channel, %NULL when nothing is known. */
static JsonObject *
find_latency (JsonArray *latency, const char *channel)
{
  for (guint i = 0; latency != NULL && i < json_array_get_length (latency); i++)
    {
      JsonObject *one = json_array_get_object_element (latency, i);

      if (one != NULL && g_strcmp0 (flow_json_get_string (one, "channel"), channel) == 0)
        return one;
    }
  return NULL;
}

static void
add_ms (FlowTextTable *table, JsonObject *latency, const char *name)
{
  double ms = latency != NULL ? json_object_get_double_member_with_default (latency, name, -1) : -1;

  flow_text_table_add (table, ms < 0 ? g_strdup ("-") : flow_duration_format ((gint64) (ms * 1e6)));
}

/* Two units at most: nobody counts the seconds of a day. */
static char *
format_uptime (gint64 seconds)
{
  gint64 minutes = seconds / 60, hours = minutes / 60, days = hours / 24;

  if (days > 0)
    return g_strdup_printf (_ ("%dd %dh"), (int) days, (int) (hours % 24));
  if (hours > 0)
    return g_strdup_printf (_ ("%dh %dmin"), (int) hours, (int) (minutes % 60));
  if (minutes > 0)
    return g_strdup_printf (_ ("%dmin %ds"), (int) minutes, (int) (seconds % 60));
  return g_strdup_printf (_ ("%ds"), (int) seconds);
}

static char *
format_seen (FlowCli *cli, const char *text)
{
  g_autoptr (GDateTime) time = text != NULL ? g_date_time_new_from_iso8601 (text, NULL) : NULL;

  if (time == NULL)
    return g_strdup ("-");
  return flow_time_format (g_date_time_to_unix (time) * G_GINT64_CONSTANT (1000000000) +
                               g_date_time_get_microsecond (time) * G_GINT64_CONSTANT (1000),
                           flow_cli_now (cli));
}

static void
add_channel (FlowTextTable *table, FlowCli *cli, JsonObject *channel, JsonArray *latencies)
{
  const char *name = flow_json_get_string (channel, "channel");
  gboolean connected = flow_json_get_bool (channel, "isConnected");
  JsonObject *latency = find_latency (latencies, name);

  flow_text_table_add_outside (table, name != NULL ? name : "");
  flow_text_table_add (table, g_strdup (connected ? _ ("connected") : _ ("lost")));
  flow_text_table_add (table, connected ? format_uptime (flow_json_get_int (channel, "uptime_s")) : g_strdup ("-"));
  flow_text_table_add (table, format_seen (cli, flow_json_get_string (channel, "lastSeen")));
  add_ms (table, latency, "p50_ms");
  add_ms (table, latency, "p99_ms");
}

static void
print_channels (FlowCli *cli, JsonObject *health)
{
  const char *const titles[] = { _ ("CHANNEL"), _ ("STATE"), _ ("FOR"), _ ("SEEN"), _ ("P50"), _ ("P99") };
  g_autoptr (FlowTextTable) table = flow_text_table_new (titles, "llrlrr");
  JsonArray *channels = flow_json_get_array (health, "connectivity");
  JsonArray *latencies = flow_json_get_array (health, "latency");

  for (guint i = 0; channels != NULL && i < json_array_get_length (channels); i++)
    {
      JsonNode *node = json_array_get_element (channels, i);

      if (JSON_NODE_HOLDS_OBJECT (node))
        add_channel (table, cli, json_node_get_object (node), latencies);
    }
  if (flow_text_table_get_n_rows (table) == 0)
    return;
  flow_cli_print (cli, "\n");
  flow_text_table_print (table, cli);
}

static void
print_advice (FlowCli *cli, JsonObject *health)
{
  JsonArray *advice = flow_json_get_array (health, "advice");

  for (guint i = 0; advice != NULL && i < json_array_get_length (advice); i++)
    {
      JsonNode *node = json_array_get_element (advice, i);
      const char *text = JSON_NODE_HOLDS_VALUE (node) ? json_node_get_string (node) : NULL;

      flow_cli_print (cli, i == 0 ? "\n- " : "- ");
      flow_cli_print_outside (cli, text != NULL ? text : "", -1);
      flow_cli_print (cli, "\n");
    }
}

static gboolean
run (FlowCli *cli, FlowArguments *arguments, GError **error)
{
  g_autofree char *text = NULL;
  g_autoptr (JsonObject) health = flow_cli_call (cli, "health", &text, error);

  if (health == NULL)
    return FALSE;
  if (flow_cli_is_json (cli))
    {
      flow_cli_print (cli, "%s\n", text);
      return TRUE;
    }
  print_score (cli, health);
  print_channels (cli, health);
  print_advice (cli, health);
  return TRUE;
}

const FlowVerb flow_verb_health = {
  .name = "health",
  .synopsis = "",
  .summary = N_ ("Say how the connections are and what to do about it"),
  .description = N_ (
      "Shows a score of 0 to 100 and what it is made of: whether channels stay connected, how quickly they answer "
      "and whether syncs go well. What has nothing to go by does not count."),
  .options = options,
  .run = run,
};
