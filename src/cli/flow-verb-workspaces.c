/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-verb-workspaces"

#include <glib/gi18n.h>

#include "cli/flow-text-table.h"
#include "cli/flow-verbs.h"
#include "message/flow-json-member.h"
#include "store/flow-workspace.h"
#include "trace/flow-time-text.h"

static const FlowOption options[] = { { NULL } };

static void
write_workspace (FlowJsonWriter *writer, gconstpointer item)
{
  const FlowWorkspace *workspace = item;

  flow_json_writer_begin_object (writer);
  flow_json_member_text (writer, "id", workspace->id, -1);
  flow_json_member_text (writer, "name", workspace->name, -1);
  flow_json_member_text (writer, "folder", workspace->folder, -1);
  flow_json_member_time (writer, "created_unix_nano", (guint64) workspace->created_ns);
  flow_json_member_time (writer, "last_used_unix_nano", (guint64) workspace->last_used_ns);
  flow_json_writer_end_object (writer);
}

static void
print_table (FlowCli *cli, GPtrArray *workspaces)
{
  const char *const titles[] = { _ ("LAST"), _ ("NAME"), _ ("FOLDER") };
  g_autoptr (FlowTextTable) table = flow_text_table_new (titles, "lll");

  for (guint i = 0; i < workspaces->len; i++)
    {
      const FlowWorkspace *workspace = g_ptr_array_index (workspaces, i);

      flow_text_table_add (table, flow_time_format (workspace->last_used_ns, flow_cli_now (cli)));
      flow_text_table_add_outside (table, workspace->name);
      flow_text_table_add_outside (table, workspace->folder);
    }
  flow_text_table_print (table, cli);
}

static gboolean
run (FlowCli *cli, FlowArguments *arguments, GError **error)
{
  FlowTraceReader *reader = flow_cli_get_reader (cli, error);
  g_autoptr (GPtrArray) workspaces = NULL;

  if (reader != NULL)
    workspaces = flow_workspaces_read (flow_trace_reader_get_connection (reader), error);
  if (workspaces == NULL)
    return FALSE;
  if (flow_cli_is_json (cli))
    flow_cli_print_json_array (cli, workspaces, write_workspace);
  else if (workspaces->len > 0)
    print_table (cli, workspaces);
  else
    flow_cli_note (cli, _ ("No editor has told of a folder yet; add one: flowctl settings set workspace-folders DIR"));
  return TRUE;
}

const FlowVerb flow_verb_workspaces = {
  .name = "workspaces",
  .synopsis = "",
  .summary = N_ ("List the folders that traces belong to"),
  .description = N_ ("These are the folders that editors have open and those of the setting workspace-folders. Traces "
                     "of one: flowctl traces --workspace NAME"),
  .options = options,
  .run = run,
};
