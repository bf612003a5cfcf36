/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-verb-erase"

#include <glib/gi18n.h>

#include "base/flow-error.h"
#include "base/flow-id.h"
#include "cli/flow-local-store.h"
#include "cli/flow-trace-pick.h"
#include "cli/flow-verbs.h"

static const FlowOption options[] = {
  { "all", 0, FLOW_OPTION_FLAG, NULL, N_ ("Erase every trace, log record and metric"), NULL },
  { "yes", 'y', FLOW_OPTION_FLAG, NULL, N_ ("Do not ask"), NULL },
  { NULL },
};

static gboolean
erase_through_hub (FlowHubCall *call, const char *hex, GError **error)
{
  g_autoptr (JsonObject) answer = NULL;

  if (hex != NULL)
    flow_hub_call_set_text (call, "trace_id", hex);
  else
    flow_hub_call_set_flag (call, "all", TRUE);
  answer = flow_hub_call_run (call, NULL, error);
  return answer != NULL;
}

static gboolean
erase_here (FlowCli *cli, const guint8 *trace_id, GError **error)
{
  g_autoptr (FlowLocalStore) store = flow_local_store_open (cli, error);

  if (store == NULL)
    return FALSE;
  return trace_id != NULL ? flow_trace_store_erase_trace (flow_local_store_get_traces (store), trace_id, error)
                          : flow_trace_store_erase_all (flow_local_store_get_traces (store), error);
}

static gboolean
erase (FlowCli *cli, const guint8 *trace_id, GError **error)
{
  g_autoptr (GError) local = NULL;
  g_autoptr (FlowHubCall) call = flow_cli_new_call (cli, "erase", &local);
  char hex[33];

  if (trace_id != NULL)
    flow_id_to_hex (trace_id, 16, hex);
  if (call != NULL)
    return erase_through_hub (call, trace_id != NULL ? hex : NULL, error);
  if (g_error_matches (local, FLOW_ERROR, FLOW_ERROR_NOT_RUNNING))
    return erase_here (cli, trace_id, error);
  g_propagate_error (error, g_steal_pointer (&local));
  return FALSE;
}

static gboolean
confirm (FlowCli *cli, FlowArguments *arguments, const char *question, GError **error)
{
  if (flow_arguments_has (arguments, "yes") || flow_cli_ask (cli, question))
    return TRUE;
  g_set_error_literal (error, FLOW_ERROR, FLOW_ERROR_CANCELLED,
                       flow_cli_is_interactive (cli) ? _ ("nothing was erased")
                                                     : _ ("nothing was erased; --yes erases without asking"));
  return FALSE;
}

static gboolean
erase_one (FlowCli *cli, FlowArguments *arguments, const char *word, GError **error)
{
  g_autoptr (FlowTrace) trace = flow_trace_pick (cli, word, error);
  g_autofree char *question = NULL;
  guint8 trace_id[16];

  if (trace == NULL)
    return FALSE;
  memcpy (trace_id, trace->info->trace_id, sizeof trace_id);
  question = g_strdup_printf (_ ("Erase “%s” with its %u spans and %u log records?"),
                              flow_trace_info_get_title (trace->info), trace->info->spans, trace->info->logs);
  return confirm (cli, arguments, question, error) && erase (cli, trace_id, error);
}

static gboolean
run (FlowCli *cli, FlowArguments *arguments, GError **error)
{
  gboolean all = flow_arguments_has (arguments, "all");
  guint words = flow_arguments_n_words (arguments);

  if (all == (words > 0))
    {
      g_set_error_literal (error, FLOW_ERROR, FLOW_ERROR_BAD_ARGUMENT, _ ("name a trace, or give --all"));
      return FALSE;
    }
  if (all)
    return confirm (cli, arguments, _ ("Erase every trace, log record and metric?"), error) && erase (cli, NULL, error);
  return erase_one (cli, arguments, flow_arguments_word (arguments, 0), error);
}

const FlowVerb flow_verb_erase = {
  .name = "erase",
  .synopsis = "TRACE | --all",
  .summary = N_ ("Erase a trace, or everything"),
  .description = N_ (
      "Nothing of it stays in the files. It cannot be undone. Notes, tags and pins of it that you sync are erased "
      "on your other devices too."),
  .options = options,
  .max = 1,
  .run = run,
};
