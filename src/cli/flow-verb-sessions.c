/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-verb-sessions"

#include <glib/gi18n.h>

#include "cli/flow-text-table.h"
#include "cli/flow-verbs.h"
#include "message/flow-json-member.h"
#include "store/flow-debug-session.h"
#include "trace/flow-time-text.h"

static const FlowOption options[] = { { NULL } };

static void
write_session (FlowJsonWriter *writer, gconstpointer item)
{
  const FlowDebugSession *session = item;

  flow_json_writer_begin_object (writer);
  flow_json_member_text (writer, "id", session->id, -1);
  flow_json_member_text (writer, "name", session->name, -1);
  flow_json_member_text (writer, "workspace_id", session->workspace, -1);
  flow_json_member_text (writer, "host_user", session->host_user, -1);
  flow_json_member_time (writer, "started_unix_nano", (guint64) session->started_ns);
  flow_json_member_time (writer, "ended_unix_nano", (guint64) session->ended_ns);
  flow_json_writer_end_object (writer);
}

static void
print_table (FlowCli *cli, GPtrArray *sessions)
{
  const char *const titles[] = { _ ("STARTED"), _ ("ENDED"), _ ("SESSION"), _ ("NAME") };
  g_autoptr (FlowTextTable) table = flow_text_table_new (titles, "llll");

  for (guint i = 0; i < sessions->len; i++)
    {
      const FlowDebugSession *session = g_ptr_array_index (sessions, i);
      gint64 now = flow_cli_now (cli);

      flow_text_table_add (table, flow_time_format (session->started_ns, now));
      flow_text_table_add (table, session->ended_ns != 0 ? flow_time_format (session->ended_ns, now) : g_strdup ("-"));
      flow_text_table_add_outside (table, session->id);
      flow_text_table_add_outside (table, session->name);
    }
  flow_text_table_print (table, cli);
}

static gboolean
run (FlowCli *cli, FlowArguments *arguments, GError **error)
{
  FlowTraceReader *reader = flow_cli_get_reader (cli, error);
  g_autoptr (GPtrArray) sessions = NULL;

  if (reader != NULL)
    sessions = flow_debug_sessions_read (flow_trace_reader_get_connection (reader), error);
  if (sessions == NULL)
    return FALSE;
  if (flow_cli_is_json (cli))
    flow_cli_print_json_array (cli, sessions, write_session);
  else if (sessions->len > 0)
    print_table (cli, sessions);
  else
    flow_cli_note (cli, _ ("No editor has begun a debug session yet."));
  return TRUE;
}

const FlowVerb flow_verb_sessions = {
  .name = "sessions",
  .synopsis = "",
  .summary = N_ ("List debug sessions"),
  .description = N_ ("The last ones come first. Traces of one: flowctl traces --session NAME"),
  .options = options,
  .run = run,
};
