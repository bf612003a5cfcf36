/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-verb-outbox"

#include <glib/gi18n.h>

#include "base/flow-error.h"
#include "cli/flow-json-cells.h"
#include "cli/flow-verbs.h"

static const FlowOption options[] = {
  { "target", 't', FLOW_OPTION_TEXT, "TARGET", N_ ("Show only what waits for TARGET"), NULL },
  { NULL },
};

static void
add_waiting (JsonObject *message, FlowCli *cli, FlowTextTable *table)
{
  flow_json_cells_number (table, message, "number");
  flow_json_cells_number (table, message, "priority");
  flow_json_cells_number (table, message, "attempts");
  flow_json_cells_number (table, message, "size");
  flow_json_cells_time (table, cli, message, "stored");
  flow_json_cells_time (table, cli, message, "expires");
  flow_json_cells_text (table, message, "type");
  flow_json_cells_text (table, message, "source");
  flow_json_cells_text (table, message, "target");
  flow_json_cells_text (table, message, "channel");
}

static void
add_dead (JsonObject *message, FlowCli *cli, FlowTextTable *table)
{
  flow_json_cells_number (table, message, "number");
  flow_json_cells_text (table, message, "reason");
  flow_json_cells_number (table, message, "size");
  flow_json_cells_time (table, cli, message, "died");
  flow_json_cells_text (table, message, "type");
  flow_json_cells_text (table, message, "source");
  flow_json_cells_text (table, message, "target");
}

static void
print_tables (FlowCli *cli, JsonObject *answer)
{
  const char *const waiting_titles[] = {
    _ ("NUMBER"),  _ ("PRIORITY"), _ ("ATTEMPTS"), _ ("BYTES"),  _ ("STORED"),
    _ ("EXPIRES"), _ ("TYPE"),     _ ("FROM"),     _ ("TARGET"), _ ("DELIVERED TO")
  };
  const char *const dead_titles[] = { _ ("NUMBER"), _ ("REASON"), _ ("BYTES"), _ ("DIED"),
                                      _ ("TYPE"),   _ ("FROM"),   _ ("TARGET") };
  g_autoptr (FlowTextTable) waiting = flow_text_table_new (waiting_titles, "rrrrllllll");
  g_autoptr (FlowTextTable) dead = flow_text_table_new (dead_titles, "rlrllll");

  flow_json_cells_add_rows (answer, "waiting", cli, waiting, add_waiting);
  flow_json_cells_add_rows (answer, "dead", cli, dead, add_dead);
  if (flow_text_table_get_n_rows (waiting) > 0)
    flow_text_table_print (waiting, cli);
  else
    flow_cli_note (cli, _ ("flowctl: no message waits"));
  if (flow_text_table_get_n_rows (dead) == 0)
    return;
  flow_cli_print (cli, "%s%s%s\n", flow_text_table_get_n_rows (waiting) > 0 ? "\n" : "",
                  flow_cli_style (cli, FLOW_STYLE_PLAIN), _ ("Not delivered:"));
  flow_text_table_print (dead, cli);
}

static gboolean
list (FlowCli *cli, FlowArguments *arguments, GError **error)
{
  g_autoptr (FlowHubCall) call = flow_cli_new_call (cli, "outbox", error);
  g_autoptr (JsonObject) answer = NULL;
  g_autofree char *text = NULL;

  if (call == NULL)
    return FALSE;
  if (flow_arguments_has (arguments, "target"))
    flow_hub_call_set_text (call, "target", flow_arguments_text (arguments, "target"));
  answer = flow_hub_call_run (call, &text, error);
  if (answer == NULL)
    return FALSE;
  if (flow_cli_is_json (cli))
    flow_cli_print (cli, "%s\n", text);
  else
    print_tables (cli, answer);
  return TRUE;
}

/* Each of the numbers, until one fails. */
static gboolean
tell (FlowCli *cli, const char *verb, FlowArguments *arguments, GError **error)
{
  for (guint i = 1; i < flow_arguments_n_words (arguments); i++)
    {
      const char *word = flow_arguments_word (arguments, i);
      g_autoptr (FlowHubCall) call = NULL;
      g_autoptr (JsonObject) answer = NULL;
      guint64 number;

      if (!g_ascii_string_to_unsigned (word, 10, 1, G_MAXINT64, &number, NULL))
        {
          g_set_error (error, FLOW_ERROR, FLOW_ERROR_BAD_ARGUMENT, _ ("“%s” is no number of a message"), word);
          return FALSE;
        }
      call = flow_cli_new_call (cli, verb, error);
      if (call == NULL)
        return FALSE;
      flow_hub_call_set_number (call, "number", (gint64) number);
      answer = flow_hub_call_run (call, NULL, error);
      if (answer == NULL)
        return FALSE;
    }
  return TRUE;
}

static gboolean
resend (FlowCli *cli, FlowArguments *arguments, GError **error)
{
  return tell (cli, "outbox-resend", arguments, error);
}

static gboolean
drop (FlowCli *cli, FlowArguments *arguments, GError **error)
{
  return tell (cli, "outbox-drop", arguments, error);
}

static const FlowCommand commands[] = {
  { "list", "", N_ ("Show what waits for its receiver, and what was not delivered"), 0, 0, list },
  { "resend", "NUMBER…", N_ ("Try again to deliver"), 1, FLOW_ANY, resend },
  { "drop", "NUMBER…", N_ ("Forget messages"), 1, FLOW_ANY, drop },
  { NULL },
};

const FlowVerb flow_verb_outbox = {
  .name = "outbox",
  .synopsis = "[COMMAND]",
  .summary = N_ ("Show messages that wait, send them again or drop them"),
  .description = N_ ("A message whose receiver is away waits here, by priority, until it expires. What nobody took in "
                     "time, or nobody acknowledged, is kept for a look and can be sent again."),
  .options = options,
  .commands = commands,
  .run = list,
};
