/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-verb-pair"

#include <glib/gi18n.h>

#include "cli/flow-verbs.h"

static const FlowOption options[] = {
  { "once", 0, FLOW_OPTION_FLAG, NULL, N_ ("Allow an origin only until the hub ends"), NULL },
  { NULL },
};

/* One line: what it is, and what to say to this verb about it. */
static void
print_line (FlowCli *cli, const char *state, const char *word, const char *name, const char *kind)
{
  if (state == NULL || word == NULL)
    return;
  flow_cli_print_outside (cli, state, -1);
  flow_cli_print (cli, "\t");
  flow_cli_print_outside (cli, word, -1);
  if (name != NULL)
    {
      flow_cli_print (cli, "\t");
      flow_cli_print_outside (cli, name, -1);
    }
  if (kind != NULL)
    {
      flow_cli_print (cli, "\t");
      flow_cli_print_outside (cli, kind, -1);
    }
  flow_cli_print (cli, "\n");
}

static void
print_request (FlowCli *cli, JsonObject *request)
{
  print_line (cli, "asks", flow_json_get_string (request, "code"), flow_json_get_string (request, "name"),
              flow_json_get_string (request, "kind"));
}

static void
print_client (FlowCli *cli, JsonObject *client)
{
  print_line (cli, "paired", flow_json_get_string (client, "client"), flow_json_get_string (client, "name"),
              flow_json_get_string (client, "kind"));
}

static void
print_origin (FlowCli *cli, JsonObject *origin)
{
  print_line (cli, flow_json_get_string (origin, "state"), flow_json_get_string (origin, "origin"), NULL, NULL);
}

static void
print_each (FlowCli *cli, JsonObject *answer, const char *key, void (*print) (FlowCli *cli, JsonObject *object))
{
  JsonArray *array = flow_json_get_array (answer, key);

  for (guint i = 0; array != NULL && i < json_array_get_length (array); i++)
    {
      JsonNode *node = json_array_get_element (array, i);

      if (JSON_NODE_HOLDS_OBJECT (node))
        print (cli, json_node_get_object (node));
    }
}

static gboolean
list (FlowCli *cli, FlowArguments *arguments, GError **error)
{
  g_autofree char *text = NULL;
  g_autoptr (JsonObject) answer = flow_cli_call (cli, "pair-list", &text, error);

  if (answer == NULL)
    return FALSE;
  if (flow_cli_is_json (cli))
    {
      flow_cli_print (cli, "%s\n", text);
      return TRUE;
    }
  print_each (cli, answer, "requests", print_request);
  print_each (cli, answer, "clients", print_client);
  print_each (cli, answer, "origins", print_origin);
  return TRUE;
}

/* Codes, requests and paired programs are words; origins are not. */
static gboolean
is_word (const char *text)
{
  for (; *text != '\0'; text++)
    {
      if (!g_ascii_isalnum (*text) && *text != '-' && *text != '_')
        return FALSE;
    }
  return TRUE;
}

/* @other is what a word is: the code that a program shows, or a paired program. */
static gboolean
tell (FlowCli *cli, const char *verb, const char *other, FlowArguments *arguments, GError **error)
{
  g_autoptr (FlowHubCall) call = flow_cli_new_call (cli, verb, error);
  const char *word = flow_arguments_word (arguments, 1);
  g_autoptr (JsonObject) answer = NULL;

  if (call == NULL)
    return FALSE;
  flow_hub_call_set_text (call, is_word (word) ? other : "origin", word);
  if (flow_arguments_has (arguments, "once"))
    flow_hub_call_set_flag (call, "once", TRUE);
  answer = flow_hub_call_run (call, NULL, error);
  return answer != NULL;
}

static gboolean
allow (FlowCli *cli, FlowArguments *arguments, GError **error)
{
  return tell (cli, "pair-allow", "code", arguments, error);
}

static gboolean
deny (FlowCli *cli, FlowArguments *arguments, GError **error)
{
  return tell (cli, "pair-deny", "code", arguments, error);
}

static gboolean
forget (FlowCli *cli, FlowArguments *arguments, GError **error)
{
  return tell (cli, "pair-forget", "client", arguments, error);
}

static const FlowCommand commands[] = {
  { "list", "", N_ ("Show the programs that ask, those that are paired, and the origins"), 0, 0, list },
  { "allow", "CODE|ORIGIN", N_ ("Let in the program that shows CODE, or pages of ORIGIN"), 1, 1, allow },
  { "deny", "CODE|ORIGIN", N_ ("Turn away the program that shows CODE, or pages of ORIGIN"), 1, 1, deny },
  { "forget", "CLIENT|ORIGIN", N_ ("Take back what was said about a paired program, or ORIGIN"), 1, 1, forget },
  { NULL },
};

const FlowVerb flow_verb_pair = {
  .name = "pair",
  .synopsis = "COMMAND",
  .summary = N_ ("Say which programs and web pages may speak with the hub"),
  .description = N_ ("A program that finds no discovery file asks to be paired and shows a code; compare it with the "
                     "one of the list. An origin is written as browsers do: https://app.example:8443."),
  .options = options,
  .commands = commands,
};
