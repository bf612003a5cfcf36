/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-verb-trace"

#include <glib/gi18n.h>

#include "cli/flow-trace-json.h"
#include "cli/flow-trace-pick.h"
#include "cli/flow-trace-text.h"
#include "cli/flow-verbs.h"

static const FlowOption options[] = {
  { "spans", 0, FLOW_OPTION_FLAG, NULL, N_ ("Every span with its attributes, events and links"), NULL },
  { "logs", 0, FLOW_OPTION_FLAG, NULL, N_ ("Log records too"), NULL },
  { NULL },
};

static gboolean
run (FlowCli *cli, FlowArguments *arguments, GError **error)
{
  g_autoptr (FlowTrace) trace = flow_trace_pick_whole (cli, flow_arguments_word (arguments, 0), error);
  gboolean logs = flow_arguments_has (arguments, "logs");

  if (trace == NULL)
    return FALSE;
  if (flow_cli_is_json (cli))
    {
      flow_trace_write_json (flow_cli_begin_json (cli), trace);
      flow_cli_end_json (cli);
    }
  else if (flow_arguments_has (arguments, "spans"))
    {
      flow_trace_text_print_spans (cli, trace, logs);
    }
  else
    {
      flow_trace_text_print_tree (cli, trace, logs);
    }
  return TRUE;
}

const FlowVerb flow_verb_trace = {
  .name = "trace",
  .synopsis = "TRACE",
  .summary = N_ ("Show a trace as a tree"),
  .description = N_ (
      "TRACE is an id, the beginning of one, or “last”. “!” marks an exception, “·” another event, “≡” a "
      "log record."),
  .options = options,
  .min = 1,
  .max = 1,
  .run = run,
};
