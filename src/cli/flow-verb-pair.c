/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-verb-pair"

#include <glib/gi18n.h>

#include "cli/flow-verbs.h"

static const FlowOption options[] = { { NULL } };

static gboolean
list (FlowCli *cli, FlowArguments *arguments, GError **error)
{
  g_autofree char *text = NULL;
  g_autoptr (JsonObject) answer = flow_cli_call (cli, "pair-list", &text, error);
  JsonArray *origins;

  if (answer == NULL)
    return FALSE;
  if (flow_cli_is_json (cli))
    {
      flow_cli_print (cli, "%s\n", text);
      return TRUE;
    }
  origins = flow_json_get_array (answer, "origins");
  for (guint i = 0; origins != NULL && i < json_array_get_length (origins); i++)
    {
      JsonNode *node = json_array_get_element (origins, i);
      JsonObject *origin = JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;
      const char *name = origin != NULL ? flow_json_get_string (origin, "origin") : NULL;
      const char *state = origin != NULL ? flow_json_get_string (origin, "state") : NULL;

      if (name == NULL || state == NULL)
        continue;
      flow_cli_print_outside (cli, state, -1);
      flow_cli_print (cli, "\t");
      flow_cli_print_outside (cli, name, -1);
      flow_cli_print (cli, "\n");
    }
  return TRUE;
}

static gboolean
tell (FlowCli *cli, const char *verb, FlowArguments *arguments, GError **error)
{
  g_autoptr (FlowHubCall) call = flow_cli_new_call (cli, verb, error);
  g_autoptr (JsonObject) answer = NULL;

  if (call == NULL)
    return FALSE;
  flow_hub_call_set_text (call, "origin", flow_arguments_word (arguments, 1));
  answer = flow_hub_call_run (call, NULL, error);
  return answer != NULL;
}

static gboolean
allow (FlowCli *cli, FlowArguments *arguments, GError **error)
{
  return tell (cli, "pair-allow", arguments, error);
}

static gboolean
deny (FlowCli *cli, FlowArguments *arguments, GError **error)
{
  return tell (cli, "pair-deny", arguments, error);
}

static gboolean
forget (FlowCli *cli, FlowArguments *arguments, GError **error)
{
  return tell (cli, "pair-forget", arguments, error);
}

static const FlowCommand commands[] = {
  { "list", "", N_ ("Show the origins that are allowed, denied, or were turned away"), 0, 0, list },
  { "allow", "ORIGIN", N_ ("Let pages of ORIGIN send"), 1, 1, allow },
  { "deny", "ORIGIN", N_ ("Never let pages of ORIGIN send"), 1, 1, deny },
  { "forget", "ORIGIN", N_ ("Take back what was said about ORIGIN"), 1, 1, forget },
  { NULL },
};

const FlowVerb flow_verb_pair = {
  .name = "pair",
  .synopsis = "COMMAND",
  .summary = N_ ("Say which web pages may send traces"),
  .description = N_ ("An origin is written as browsers do: https://app.example:8443."),
  .options = options,
  .commands = commands,
};
