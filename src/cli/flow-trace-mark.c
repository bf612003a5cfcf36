/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-trace-mark"

#include "cli/flow-trace-mark.h"

#include <glib/gi18n.h>

#include "base/flow-error.h"
#include "base/flow-id.h"
#include "cli/flow-local-store.h"
#include "cli/flow-trace-pick.h"
#include "message/flow-json-member.h"
#include "trace/flow-trace-facts-json.h"

/* What there is to say about a trace, for the tables of verbs. */
const FlowOption flow_trace_mark_options[] = {
  { "title", 't', FLOW_OPTION_TEXT, "TEXT", N_ ("Call the trace TEXT; empty: as its root span"), NULL },
  { "note", 'n', FLOW_OPTION_TEXT, "TEXT", N_ ("Write TEXT down about it; empty: nothing"), NULL },
  { "tag", 0, FLOW_OPTION_LIST, "TAG", N_ ("Add a tag; repeatable"), NULL },
  { "untag", 0, FLOW_OPTION_LIST, "TAG", N_ ("Take a tag off; repeatable"), NULL },
  { "no-tags", 0, FLOW_OPTION_FLAG, NULL, N_ ("Take all tags off that it has"), NULL },
  { "pin", 0, FLOW_OPTION_FLAG, NULL, N_ ("Pin it"), NULL },
  { "unpin", 0, FLOW_OPTION_FLAG, NULL, N_ ("Do not pin it any more"), NULL },
  { NULL },
};

static void
set_list (FlowHubCall *call, const char *key, const char *const *list)
{
  if (list != NULL && list[0] != NULL)
    flow_hub_call_set_list (call, key, list);
}

static void
fill_call (FlowHubCall *call, FlowArguments *arguments, const guint8 *trace_id)
{
  const char *title = flow_arguments_text (arguments, "title");
  const char *note = flow_arguments_text (arguments, "note");
  char hex[33];

  flow_id_to_hex (trace_id, 16, hex);
  flow_hub_call_set_text (call, "trace_id", hex);
  if (title != NULL)
    flow_hub_call_set_text (call, "title", title);
  if (note != NULL)
    flow_hub_call_set_text (call, "note", note);
  set_list (call, "add_tags", flow_arguments_list (arguments, "tag"));
  set_list (call, "remove_tags", flow_arguments_list (arguments, "untag"));
  if (flow_arguments_has (arguments, "no-tags"))
    flow_hub_call_set_flag (call, "clear_tags", TRUE);
  if (flow_arguments_has (arguments, "pin") || flow_arguments_has (arguments, "unpin"))
    flow_hub_call_set_flag (call, "pinned", flow_arguments_has (arguments, "pin"));
}

typedef gboolean (*TakeTag) (FlowFactChange *change, const char *tag, GError **error);

static gboolean
take_list (FlowFactChange *change, const char *const *list, TakeTag take, GError **error)
{
  for (; list != NULL && *list != NULL; list++)
    if (!take (change, *list, error))
      return FALSE;
  return TRUE;
}

/* Here too before a hub is asked, so that bad texts are refused in the user's language. */
static FlowFactChange *
read_change (FlowArguments *arguments, const guint8 *trace_id, GError **error)
{
  g_autoptr (FlowFactChange) change = flow_fact_change_new (trace_id);
  const char *title = flow_arguments_text (arguments, "title");
  const char *note = flow_arguments_text (arguments, "note");

  if ((title != NULL && !flow_fact_change_set_title (change, title, error)) ||
      (note != NULL && !flow_fact_change_set_note (change, note, error)) ||
      !take_list (change, flow_arguments_list (arguments, "tag"), flow_fact_change_add_tag, error) ||
      !take_list (change, flow_arguments_list (arguments, "untag"), flow_fact_change_remove_tag, error))
    return NULL;
  if (flow_arguments_has (arguments, "no-tags"))
    flow_fact_change_clear_tags (change);
  if (flow_arguments_has (arguments, "pin") || flow_arguments_has (arguments, "unpin"))
    flow_fact_change_set_pinned (change, flow_arguments_has (arguments, "pin"));
  return g_steal_pointer (&change);
}

static gboolean
is_change (FlowArguments *arguments)
{
  for (const FlowOption *option = flow_trace_mark_options; option->name != NULL; option++)
    if (flow_arguments_has (arguments, option->name))
      return TRUE;
  return FALSE;
}

static FlowTraceFacts *
facts_from_answer (JsonObject *answer, const guint8 *trace_id)
{
  g_autoptr (GStrvBuilder) tags = g_strv_builder_new ();
  JsonArray *array = flow_json_get_array (answer, "tags");
  const char *title = flow_json_get_string (answer, "title");
  const char *note = flow_json_get_string (answer, "note");

  for (guint i = 0; array != NULL && i < json_array_get_length (array); i++)
    {
      JsonNode *node = json_array_get_element (array, i);

      if (JSON_NODE_HOLDS_VALUE (node) && json_node_get_value_type (node) == G_TYPE_STRING)
        g_strv_builder_add (tags, json_node_get_string (node));
    }
  return flow_trace_facts_new (trace_id, title != NULL ? title : "", note != NULL ? note : "",
                               g_strv_builder_end (tags), flow_json_get_bool (answer, "pinned"), 0);
}

static FlowTraceFacts *
change_facts (FlowCli *cli, FlowArguments *arguments, const guint8 *trace_id, GError **error)
{
  g_autoptr (FlowFactChange) change = read_change (arguments, trace_id, error);
  g_autoptr (FlowLocalStore) store = NULL;
  g_autoptr (FlowHubCall) call = NULL;
  g_autoptr (GError) local = NULL;

  if (change == NULL)
    return NULL;
  call = flow_cli_new_call (cli, "facts", &local);
  if (call != NULL)
    {
      g_autoptr (JsonObject) answer = NULL;

      fill_call (call, arguments, trace_id);
      answer = flow_hub_call_run (call, NULL, error);
      return answer != NULL ? facts_from_answer (answer, trace_id) : NULL;
    }
  if (!g_error_matches (local, FLOW_ERROR, FLOW_ERROR_NOT_RUNNING))
    {
      g_propagate_error (error, g_steal_pointer (&local));
      return NULL;
    }
  store = flow_local_store_open (cli, error);
  return store != NULL ? flow_trace_store_change_facts_wait (flow_local_store_get_traces (store),
                                                             g_steal_pointer (&change), error)
                       : NULL;
}

static void
print_line (FlowCli *cli, const char *name, const char *text)
{
  if (text[0] == '\0')
    return;
  flow_cli_print (cli, "%s\t", name);
  flow_cli_print_outside (cli, text, -1);
  flow_cli_print (cli, "\n");
}

static void
print (FlowCli *cli, const FlowTraceFacts *facts, const guint8 *trace_id)
{
  g_autofree char *tags = facts != NULL ? g_strjoinv (", ", facts->tags) : NULL;

  if (flow_cli_is_json (cli))
    {
      FlowJsonWriter *writer = flow_cli_begin_json (cli);

      flow_json_writer_begin_object (writer);
      flow_json_member_id (writer, "trace_id", trace_id, 16);
      flow_trace_facts_write_json (writer, facts);
      flow_json_writer_end_object (writer);
      flow_cli_end_json (cli);
    }
  else if (facts == NULL || flow_trace_facts_is_empty (facts))
    {
      flow_cli_note (cli, _ ("Nothing is written down about this trace."));
    }
  else
    {
      print_line (cli, _ ("title"), facts->title);
      print_line (cli, _ ("tags"), tags);
      print_line (cli, _ ("pinned"), facts->pinned ? _ ("yes") : "");
      print_line (cli, _ ("note"), facts->note);
    }
}

/**
 * flow_trace_mark_run:
 * @cli: where to print
 * @arguments: a trace, and what is to be said about it
 * @error: return location
 *
 * Change what is said about a trace, or show it.
 *
 * Returns: %FALSE with @error set when it failed
 */
gboolean
flow_trace_mark_run (FlowCli *cli, FlowArguments *arguments, GError **error)
{
  g_autoptr (FlowTrace) trace = NULL;
  g_autoptr (FlowTraceFacts) facts = NULL;

  if (flow_arguments_has (arguments, "pin") && flow_arguments_has (arguments, "unpin"))
    {
      g_set_error_literal (error, FLOW_ERROR, FLOW_ERROR_BAD_ARGUMENT, _ ("give --pin or --unpin, not both"));
      return FALSE;
    }
  trace = flow_trace_pick (cli, flow_arguments_word (arguments, 0), error);
  if (trace == NULL)
    return FALSE;
  if (is_change (arguments))
    {
      facts = change_facts (cli, arguments, trace->info->trace_id, error);
      if (facts == NULL)
        return FALSE;
    }
  else if (trace->info->facts != NULL)
    {
      facts = flow_trace_facts_ref (trace->info->facts);
    }
  print (cli, facts, trace->info->trace_id);
  return TRUE;
}
