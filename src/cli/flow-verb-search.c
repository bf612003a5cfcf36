/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-verb-search"

#include <glib/gi18n.h>

#include "base/flow-id.h"
#include "cli/flow-terminal.h"
#include "cli/flow-text-table.h"
#include "cli/flow-verbs.h"
#include "message/flow-json-member.h"
#include "trace/flow-time-text.h"

#define SHORT_ID_BYTES 6

static const FlowOption options[] = {
  { "limit", 'l', FLOW_OPTION_NUMBER, "N", N_ ("At most N finds; 100 if not given"), NULL },
  { NULL },
};

static void
write_hit (FlowJsonWriter *writer, gconstpointer item)
{
  const FlowSearchHit *hit = item;

  flow_json_writer_begin_object (writer);
  flow_json_member_id (writer, "trace_id", hit->trace_id, sizeof hit->trace_id);
  flow_json_member_id (writer, "span_id", &hit->span_id, hit->span_id != 0 ? sizeof hit->span_id : 0);
  flow_json_member_text (writer, "signal", hit->signal == FLOW_SIGNAL_LOGS ? "logs" : "traces", -1);
  flow_json_member_time (writer, "time_unix_nano", hit->time_ns);
  flow_json_member_text (writer, "service", hit->service, -1);
  flow_json_member_text (writer, "name", hit->name, -1);
  flow_json_member_text (writer, "key", hit->key, -1);
  flow_json_member_text (writer, "value", hit->value, -1);
  flow_json_writer_end_object (writer);
}

static char *
place_text (const FlowSearchHit *hit)
{
  char trace_id[2 * SHORT_ID_BYTES + 1];
  char span_id[17];

  flow_id_to_hex (hit->trace_id, SHORT_ID_BYTES, trace_id);
  flow_id_to_hex ((const guint8 *) &hit->span_id, 8, span_id);
  if (flow_id_is_zero (hit->trace_id, sizeof hit->trace_id))
    return g_strdup ("-");
  return hit->span_id != 0 ? g_strdup_printf ("%s:%.8s", trace_id, span_id) : g_strdup (trace_id);
}

static char *
find_text (const FlowSearchHit *hit)
{
  g_autofree char *key = flow_terminal_escaped (hit->key != NULL ? hit->key : "", -1);
  g_autofree char *value = flow_terminal_escaped (hit->value != NULL ? hit->value : "", -1);

  return g_strdup_printf ("%s = %s", key, value);
}

static void
print_table (FlowCli *cli, GPtrArray *hits)
{
  const char *const titles[] = { _ ("TRACE:SPAN"), _ ("TIME"), _ ("SERVICE"), _ ("NAME"), _ ("FOUND IN") };
  g_autoptr (FlowTextTable) table = flow_text_table_new (titles, "lllll");

  for (guint i = 0; i < hits->len; i++)
    {
      const FlowSearchHit *hit = g_ptr_array_index (hits, i);

      flow_text_table_add (table, place_text (hit));
      flow_text_table_add (table, flow_time_format ((gint64) hit->time_ns, flow_cli_now (cli)));
      flow_text_table_add_outside (table, hit->service != NULL ? hit->service : "");
      flow_text_table_add_outside (table, hit->name != NULL ? hit->name : "");
      flow_text_table_add (table, find_text (hit));
    }
  flow_text_table_print (table, cli);
}

static gboolean
run (FlowCli *cli, FlowArguments *arguments, GError **error)
{
  FlowTraceReader *reader = flow_cli_get_reader (cli, error);
  g_autoptr (GPtrArray) hits = NULL;

  if (reader == NULL)
    return FALSE;
  hits = flow_trace_reader_search (reader, flow_arguments_word (arguments, 0),
                                   (guint) flow_arguments_number (arguments, "limit", 100), error);
  if (hits == NULL)
    return FALSE;
  if (flow_cli_is_json (cli))
    flow_cli_print_json_array (cli, hits, write_hit);
  else if (hits->len > 0)
    print_table (cli, hits);
  else
    flow_cli_note (cli, _ ("Nothing found."));
  return TRUE;
}

const FlowVerb flow_verb_search = {
  .name = "search",
  .synopsis = "TEXT",
  .summary = N_ ("Find spans and log records that contain a text"),
  .description = N_ ("Looks at names, attributes, events and log bodies. What TRACE:SPAN shows can be given to "
                     "“flowctl open”."),
  .options = options,
  .min = 1,
  .max = 1,
  .run = run,
};
