/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-verb-share"

#include <glib/gi18n.h>

#include "base/flow-id.h"
#include "cli/flow-trace-pick.h"
#include "cli/flow-verbs.h"
#include "message/flow-json-member.h"

static const FlowOption options[] = {
  { "stop", 0, FLOW_OPTION_FLAG, NULL, N_ ("Take the spans back from the cloud instead"), NULL },
  { NULL },
};

static void
print (FlowCli *cli, const guint8 *trace_id, gboolean stop)
{
  if (flow_cli_is_json (cli))
    {
      FlowJsonWriter *writer = flow_cli_begin_json (cli);

      flow_json_writer_begin_object (writer);
      flow_json_member_id (writer, "trace_id", trace_id, 16);
      flow_json_member_flag (writer, "shared", !stop);
      flow_json_writer_end_object (writer);
      flow_cli_end_json (cli);
    }
  else if (stop)
    flow_cli_note (cli, _ ("Other devices cannot fetch this trace any more; what they have fetched stays there."));
  else
    flow_cli_note (cli, _ ("Your other devices list this trace, and fetch it when it is opened there."));
}

static gboolean
run (FlowCli *cli, FlowArguments *arguments, GError **error)
{
  gboolean stop = flow_arguments_has (arguments, "stop");
  g_autoptr (FlowHubCall) call = NULL;
  g_autoptr (JsonObject) answer = NULL;
  guint8 trace_id[16];
  char hex[33];

  if (!flow_trace_pick_id (cli, flow_arguments_word (arguments, 0), trace_id, error))
    return FALSE;
  call = flow_cli_new_call (cli, "trace-share", error);
  if (call == NULL)
    return FALSE;
  flow_id_to_hex (trace_id, sizeof trace_id, hex);
  flow_hub_call_set_text (call, "trace_id", hex);
  flow_hub_call_set_flag (call, "stop", stop);
  answer = flow_hub_call_run (call, NULL, error);
  if (answer == NULL)
    return FALSE;
  print (cli, trace_id, stop);
  return TRUE;
}

const FlowVerb flow_verb_share = {
  .name = "share",
  .synopsis = "TRACE",
  .summary = N_ ("Have a trace on your other devices too"),
  .description = N_ ("Its spans are encrypted and go to the cloud that you are signed in to, whatever the setting "
                     "“sync.traces” says. Your other devices list the trace at once and fetch its spans when it is "
                     "opened there."),
  .options = options,
  .min = 1,
  .max = 1,
  .run = run,
};
