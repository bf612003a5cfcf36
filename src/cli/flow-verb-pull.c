/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-verb-pull"

#include <glib/gi18n.h>

#include "cli/flow-trace-pick.h"
#include "cli/flow-verbs.h"
#include "message/flow-json-member.h"

static const FlowOption options[] = {
  { NULL },
};

static void
print (FlowCli *cli, const guint8 *trace_id, guint64 spans)
{
  if (flow_cli_is_json (cli))
    {
      FlowJsonWriter *writer = flow_cli_begin_json (cli);

      flow_json_writer_begin_object (writer);
      flow_json_member_id (writer, "trace_id", trace_id, 16);
      flow_json_member_int (writer, "spans", (gint64) spans);
      flow_json_writer_end_object (writer);
      flow_cli_end_json (cli);
    }
  else if (spans == 0)
    flow_cli_note (cli, _ ("All of this trace is here already."));
  else
    flow_cli_note (cli, ngettext ("%u span has come.", "%u spans have come.", (gulong) spans), (guint) spans);
}

static gboolean
run (FlowCli *cli, FlowArguments *arguments, GError **error)
{
  guint8 trace_id[16];
  guint64 spans = 0;

  if (!flow_trace_pick_id (cli, flow_arguments_word (arguments, 0), trace_id, error) ||
      !flow_trace_fetch (cli, trace_id, &spans, error))
    return FALSE;
  print (cli, trace_id, spans);
  return TRUE;
}

const FlowVerb flow_verb_pull = {
  .name = "pull",
  .synopsis = "TRACE",
  .summary = N_ ("Fetch a trace from another device"),
  .description = N_ ("What is listed as being on another device is fetched when it is shown; this does it beforehand."),
  .options = options,
  .min = 1,
  .max = 1,
  .run = run,
};
