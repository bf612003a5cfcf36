/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-verb-services"

#include <glib/gi18n.h>

#include "cli/flow-text-table.h"
#include "cli/flow-verbs.h"
#include "message/flow-json-member.h"
#include "trace/flow-time-text.h"

static const FlowOption options[] = { { NULL } };

static void
write_service (FlowJsonWriter *writer, gconstpointer item)
{
  const FlowServiceInfo *info = item;

  flow_json_writer_begin_object (writer);
  flow_json_member_text (writer, "name", info->name, -1);
  flow_json_member_int (writer, "spans", (gint64) info->spans);
  flow_json_member_int (writer, "errors", (gint64) info->errors);
  flow_json_member_int (writer, "traces", (gint64) info->traces);
  flow_json_member_time (writer, "last_unix_nano", (guint64) info->last_ns);
  flow_json_writer_end_object (writer);
}

static void
print_table (FlowCli *cli, GPtrArray *services)
{
  const char *const titles[] = { _ ("SPANS"), _ ("ERRORS"), _ ("TRACES"), _ ("LAST"), _ ("SERVICE") };
  g_autoptr (FlowTextTable) table = flow_text_table_new (titles, "rrrll");

  for (guint i = 0; i < services->len; i++)
    {
      const FlowServiceInfo *info = g_ptr_array_index (services, i);

      flow_text_table_add (table, g_strdup_printf ("%" G_GUINT64_FORMAT, info->spans));
      flow_text_table_add (table, g_strdup_printf ("%" G_GUINT64_FORMAT, info->errors));
      flow_text_table_add (table, g_strdup_printf ("%" G_GUINT64_FORMAT, info->traces));
      flow_text_table_add (table, flow_time_format (info->last_ns, flow_cli_now (cli)));
      flow_text_table_add_outside (table, info->name);
    }
  flow_text_table_print (table, cli);
}

static gboolean
run (FlowCli *cli, FlowArguments *arguments, GError **error)
{
  FlowTraceReader *reader = flow_cli_get_reader (cli, error);
  g_autoptr (GPtrArray) services = reader != NULL ? flow_trace_reader_services (reader, error) : NULL;

  if (services == NULL || !flow_trace_reader_count_traces (reader, services, error))
    return FALSE;
  if (flow_cli_is_json (cli))
    flow_cli_print_json_array (cli, services, write_service);
  else
    print_table (cli, services);
  return TRUE;
}

const FlowVerb flow_verb_services = {
  .name = "services",
  .synopsis = "",
  .summary = N_ ("List the services that sent something"),
  .options = options,
  .run = run,
};
