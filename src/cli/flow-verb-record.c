/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-verb-record"

#include <glib/gi18n.h>
#include <stdio.h>

#include "base/flow-error.h"
#include "cli/flow-otel-environment.h"
#include "cli/flow-trace-list.h"
#include "cli/flow-verbs.h"
#include "launch/flow-spawn.h"

/* More traces than a person reads; the number of all is said. */
#define MAX_SHOWN 50

static const FlowOption options[] = {
  { "service", 's', FLOW_OPTION_TEXT, "NAME", N_ ("Call the program NAME (OTEL_SERVICE_NAME)"), NULL },
  { NULL },
};

/* The number of the newest trace, 0 when there is none or no database yet. */
static guint64
newest_trace (FlowCli *cli)
{
  FlowTraceFilter filter = { .limit = 1 };
  FlowTraceReader *reader = flow_cli_get_reader (cli, NULL);
  g_autoptr (GPtrArray) traces = reader != NULL ? flow_trace_reader_list (reader, &filter, NULL) : NULL;

  if (traces == NULL || traces->len == 0)
    return 0;
  return ((const FlowTraceInfo *) g_ptr_array_index (traces, 0))->number;
}

static GPtrArray *
traces_since (FlowCli *cli, guint64 before, GError **error)
{
  FlowTraceFilter filter = { .limit = MAX_SHOWN };
  FlowTraceReader *reader = flow_cli_get_reader (cli, error);
  GPtrArray *traces = reader != NULL ? flow_trace_reader_list (reader, &filter, error) : NULL;

  while (traces != NULL && traces->len > 0 &&
         ((const FlowTraceInfo *) g_ptr_array_index (traces, traces->len - 1))->number <= before)
    g_ptr_array_set_size (traces, (int) traces->len - 1);
  return traces;
}

/* Goes to standard error, as standard output is the program's. */
static void
report (FlowCli *cli, GPtrArray *traces, guint64 all)
{
  g_autoptr (FlowTextTable) table = flow_trace_list_table_new ();
  g_autofree char *text = NULL;

  if (traces->len == 0)
    {
      flow_cli_note (cli, _ ("flowctl: no trace arrived; is the program instrumented with OpenTelemetry?"));
      return;
    }
  for (guint i = 0; i < traces->len; i++)
    flow_trace_list_table_add (table, cli, g_ptr_array_index (traces, i));
  text = flow_text_table_to_text (table, flow_cli_get_width (cli), "", "");
  fprintf (stderr, ngettext ("flowctl: %d trace arrived:\n", "flowctl: %d traces arrived:\n", (gulong) all), (int) all);
  fputs (text, stderr);
}

static gboolean
run (FlowCli *cli, FlowArguments *arguments, GError **error)
{
  const FlowDiscovery *hub = flow_cli_get_hub (cli, error);
  g_autofree char *folder = g_get_current_dir ();
  g_auto (GStrv) environment = NULL;
  g_autoptr (GPtrArray) traces = NULL;
  guint64 before;
  int status = 0;

  if (hub == NULL)
    return FALSE;
  environment = flow_otel_environment_apply (g_get_environ (), hub, flow_arguments_text (arguments, "service"), folder);
  before = newest_trace (cli);
  if (!flow_spawn_supervised (flow_arguments_words (arguments), (const char *const *) environment, &status, error))
    return FALSE;

  flow_cli_set_exit_status (cli, status);
  traces = traces_since (cli, before, error);
  if (traces == NULL)
    return FALSE;
  if (flow_cli_is_json (cli))
    flow_trace_list_print_json (cli, traces);
  else
    report (cli, traces, newest_trace (cli) - before);
  return TRUE;
}

const FlowVerb flow_verb_record = {
  .name = "record",
  .synopsis = "-- COMMAND…",
  .summary = N_ ("Run a program that sends its traces here"),
  .description = N_ (
      "Runs COMMAND with the OTEL_ variables set so that every OpenTelemetry SDK sends to the hub over "
      "http/protobuf, passes signals on to it, and lists the traces that arrived meanwhile. The exit status "
      "is that of COMMAND. The list goes to standard error; with --json to standard output."),
  .options = options,
  .min = 1,
  .max = FLOW_ANY,
  .runs_command = TRUE,
  .run = run,
};
