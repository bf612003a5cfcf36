/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-verb-traces"

#include <glib/gi18n.h>

#include "cli/flow-trace-list.h"
#include "cli/flow-verbs.h"

static const FlowOption options[] = {
  { "limit", 'l', FLOW_OPTION_NUMBER, "N", N_ ("At most N traces; 100 if not given"), NULL },
  { "since", 0, FLOW_OPTION_TIME, "TIME", N_ ("Only what happened after TIME"), NULL },
  { "until", 0, FLOW_OPTION_TIME, "TIME", N_ ("Only what happened before TIME"), NULL },
  { "sort", 0, FLOW_OPTION_CHOICE, "ORDER", N_ ("Newest first, or by start, duration, spans or errors"),
    "newest|start|duration|spans|errors" },
  { NULL },
};

static FlowTraceSort
read_sort (const char *text)
{
  static const char *const names[] = {
    [FLOW_TRACE_SORT_NEWEST] = "newest", [FLOW_TRACE_SORT_START] = "start",   [FLOW_TRACE_SORT_DURATION] = "duration",
    [FLOW_TRACE_SORT_SPANS] = "spans",   [FLOW_TRACE_SORT_ERRORS] = "errors",
  };

  for (guint i = 0; text != NULL && i < G_N_ELEMENTS (names); i++)
    if (g_str_equal (names[i], text))
      return (FlowTraceSort) i;
  return FLOW_TRACE_SORT_NEWEST;
}

static void
print_table (FlowCli *cli, GPtrArray *traces)
{
  g_autoptr (FlowTextTable) table = flow_trace_list_table_new ();

  for (guint i = 0; i < traces->len; i++)
    flow_trace_list_table_add (table, cli, g_ptr_array_index (traces, i));
  flow_text_table_print (table, cli);
}

static gboolean
run (FlowCli *cli, FlowArguments *arguments, GError **error)
{
  FlowTraceReader *reader = flow_cli_get_reader (cli, error);
  g_autoptr (GPtrArray) traces = NULL;
  FlowTraceFilter filter;

  if (reader == NULL)
    return FALSE;
  flow_trace_list_read_filter (arguments, &filter);
  filter.limit = (guint) flow_arguments_number (arguments, "limit", 100);
  filter.since_ns = flow_arguments_number (arguments, "since", 0);
  filter.until_ns = flow_arguments_number (arguments, "until", 0);
  filter.sort = read_sort (flow_arguments_text (arguments, "sort"));

  traces = flow_trace_reader_list (reader, &filter, error);
  if (traces == NULL)
    return FALSE;
  if (flow_cli_is_json (cli))
    flow_trace_list_print_json (cli, traces);
  else if (traces->len > 0)
    print_table (cli, traces);
  else
    flow_cli_note (cli, _ ("There is no such trace."));
  return TRUE;
}

const FlowVerb flow_verb_traces = {
  .name = "traces",
  .synopsis = "",
  .summary = N_ ("List traces"),
  .description = N_ ("The newest come first. Durations are written like 200ms or 1.5s, times like 10m (that long ago), "
                     "“2h ago”, 14:30, 2026-11-20T08:30:00Z or as a Unix time."),
  .options = options,
  .more_options = flow_trace_list_options,
  .run = run,
};
