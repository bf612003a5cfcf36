/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-trace-list"

#include "cli/flow-trace-list.h"

#include <glib/gi18n.h>

#include "base/flow-id.h"
#include "cli/flow-terminal.h"
#include "trace/flow-time-text.h"
#include "cli/flow-trace-json.h"

/* Which traces to choose, for the tables of verbs. */
const FlowOption flow_trace_list_options[] = {
  { "service", 's', FLOW_OPTION_TEXT, "NAME", N_ ("Only traces in which this service takes part"), NULL },
  { "name", 'n', FLOW_OPTION_TEXT, "TEXT", N_ ("Only traces whose name contains TEXT"), NULL },
  { "attr", 'a', FLOW_OPTION_PAIR, "KEY=VALUE", N_ ("Only traces with a span that has this attribute; repeatable"),
    NULL },
  { "min-duration", 0, FLOW_OPTION_DURATION, "DURATION", N_ ("Only traces that took at least this long"), NULL },
  { "max-duration", 0, FLOW_OPTION_DURATION, "DURATION", N_ ("Only traces that took at most this long"), NULL },
  { "errors", 'e', FLOW_OPTION_FLAG, NULL, N_ ("Only traces with errors"), NULL },
  { "tag", 0, FLOW_OPTION_TEXT, "TAG", N_ ("Only traces with this tag"), NULL },
  { "noted", 0, FLOW_OPTION_FLAG, NULL, N_ ("Only traces with a note"), NULL },
  { "pinned", 0, FLOW_OPTION_FLAG, NULL, N_ ("Only pinned traces"), NULL },
  { "workspace", 'w', FLOW_OPTION_TEXT, "NAME", N_ ("Only traces of this workspace: its name, folder or id"), NULL },
  { "session", 0, FLOW_OPTION_TEXT, "NAME", N_ ("Only traces of this debug session: its name or id"), NULL },
  { NULL },
};

/* Enough of an id for people: 48 bits are unique in any store. */
#define SHORT_ID_BYTES 6

/**
 * flow_trace_list_read_filter:
 * @arguments: what was given; must outlive @filter
 * @filter: (out caller-allocates): the filter
 *
 * Read flow_trace_list_options.
 */
void
flow_trace_list_read_filter (FlowArguments *arguments, FlowTraceFilter *filter)
{
  *filter = (FlowTraceFilter) {
    .service = flow_arguments_text (arguments, "service"),
    .name = flow_arguments_text (arguments, "name"),
    .attributes = flow_arguments_list (arguments, "attr"),
    .min_duration_ns = flow_arguments_number (arguments, "min-duration", 0),
    .max_duration_ns = flow_arguments_number (arguments, "max-duration", 0),
    .errors_only = flow_arguments_has (arguments, "errors"),
    .tag = flow_arguments_text (arguments, "tag"),
    .has_note = flow_arguments_has (arguments, "noted"),
    .pinned = flow_arguments_has (arguments, "pinned"),
    .workspace = flow_arguments_text (arguments, "workspace"),
    .session = flow_arguments_text (arguments, "session"),
  };
}

/**
 * flow_trace_list_short_id:
 * @info: a trace
 *
 * Get the beginning of its id, as it is shown and taken.
 *
 * Returns: (transfer full): 12 hex digits
 */
char *
flow_trace_list_short_id (const FlowTraceInfo *info)
{
  char *text = g_malloc (2 * SHORT_ID_BYTES + 1);

  flow_id_to_hex (info->trace_id, SHORT_ID_BYTES, text);
  text[2 * SHORT_ID_BYTES] = '\0';
  return text;
}

/**
 * flow_trace_list_table_new:
 *
 * Make a table for traces.
 *
 * Returns: (transfer full): the table
 */
FlowTextTable *
flow_trace_list_table_new (void)
{
  const char *const titles[] = { _ ("TRACE"),  _ ("START"),    _ ("TOOK"), _ ("SPANS"),
                                 _ ("ERRORS"), _ ("SERVICES"), _ ("NAME") };

  return flow_text_table_new (titles, "llrrrll");
}

static char *
join_services (const FlowTraceInfo *info)
{
  g_autofree char *all = g_strjoinv (", ", info->services);

  return flow_terminal_escaped (all, -1);
}

static void
add_title (FlowTextTable *table, const FlowTraceInfo *info)
{
  const char *title = flow_trace_info_get_title (info);
  g_autofree char *where = NULL;

  if (!info->elsewhere)
    flow_text_table_add_outside (table, title);
  else
    {
      where = g_strdup_printf (_ ("%s (on %s)"), title, info->device != NULL ? info->device : _ ("another device"));
      flow_text_table_add_outside (table, where);
    }
}

/**
 * flow_trace_list_table_add:
 * @table: of flow_trace_list_table_new()
 * @cli: whose colours
 * @info: a trace
 *
 * Add a row.
 */
void
flow_trace_list_table_add (FlowTextTable *table, FlowCli *cli, const FlowTraceInfo *info)
{
  const char *plain = flow_cli_style (cli, FLOW_STYLE_PLAIN);
  g_autofree char *id = flow_trace_list_short_id (info);

  flow_text_table_add (table, g_strdup_printf ("%s%s%s", flow_cli_style (cli, FLOW_STYLE_NAME), id, plain));
  flow_text_table_add (table, flow_time_format (info->start_ns, flow_cli_now (cli)));
  flow_text_table_add (table, flow_duration_format (info->end_ns - info->start_ns));
  flow_text_table_add (table, g_strdup_printf ("%u", info->spans));
  if (info->errors > 0)
    flow_text_table_add (table,
                         g_strdup_printf ("%s%u%s", flow_cli_style (cli, FLOW_STYLE_ERROR), info->errors, plain));
  else
    flow_text_table_add (table, g_strdup ("-"));
  flow_text_table_add (table, join_services (info));
  add_title (table, info);
}

static void
write_trace (FlowJsonWriter *writer, gconstpointer item)
{
  flow_trace_info_write_json (writer, item);
}

/**
 * flow_trace_list_print_json:
 * @cli: where to print
 * @traces: (element-type FlowTraceInfo): traces
 *
 * Print what `flowctl traces --json` prints.
 */
void
flow_trace_list_print_json (FlowCli *cli, GPtrArray *traces)
{
  flow_cli_print_json_array (cli, traces, write_trace);
}
