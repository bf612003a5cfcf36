/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-verb-metrics"

#include <glib/gi18n.h>

#include "cli/flow-terminal.h"
#include "cli/flow-text-table.h"
#include "cli/flow-verbs.h"
#include "message/flow-json-member.h"
#include "trace/flow-otlp-json-write.h"
#include "trace/flow-time-text.h"
#include "trace/flow-value-json.h"

/* Field of the attributes in a KeyValueList. */
#define LIST_VALUES 1

static const FlowOption options[] = {
  { "attr", 'a', FLOW_OPTION_PAIR, "KEY=VALUE", N_ ("Only series with this attribute; repeatable"), NULL },
  { NULL },
};

static const char *
kind_name (guint kind)
{
  switch (kind)
    {
    case FLOW_POINT_GAUGE:
      return "gauge";
    case FLOW_POINT_SUM:
      return "sum";
    case FLOW_POINT_HISTOGRAM:
      return "histogram";
    case FLOW_POINT_EXPONENTIAL_HISTOGRAM:
      return "exponential_histogram";
    case FLOW_POINT_SUMMARY:
      return "summary";
    default:
      return "";
    }
}

static FlowWire
wire_of (FlowString bytes)
{
  const guint8 *start = (const guint8 *) bytes.data;

  return (FlowWire) { start, start + bytes.length };
}

static void
write_series (FlowJsonWriter *writer, gconstpointer item)
{
  const FlowMetricSeries *series = item;

  flow_json_writer_begin_object (writer);
  flow_json_member_text (writer, "name", series->name.data, (gssize) series->name.length);
  flow_json_member_text (writer, "service", series->service.data, (gssize) series->service.length);
  flow_json_member_text (writer, "kind", kind_name (series->kind), -1);
  flow_json_writer_key (writer, "attributes");
  flow_protobuf_attributes_write_json (writer, series->attributes.data, series->attributes.length, LIST_VALUES);
  flow_json_writer_key (writer, "metric");
  flow_otlp_json_write (writer, FLOW_OTLP_METRIC, wire_of (series->metric));
  flow_json_writer_key (writer, "points");
  flow_json_writer_begin_array (writer);
  for (guint i = 0; series->kind != FLOW_POINT_NONE && i < series->points->len; i++)
    flow_otlp_json_write (writer, flow_otlp_point_message ((FlowPointKind) series->kind),
                          wire_of (g_array_index (series->points, FlowMetricPoint, i).point));
  flow_json_writer_end_array (writer);
  flow_json_writer_key (writer, "scope");
  flow_scope_write_json (writer, series->scope.data, series->scope.length);
  flow_json_writer_key (writer, "resource");
  flow_resource_write_json (writer, series->resource.data, series->resource.length);
  flow_json_writer_end_object (writer);
}

/*
 * The value of a data point in few words: NumberDataPoint has as_double = 4 and as_int = 6, the others count = 4
 * and sum = 5 (opentelemetry-proto 1.11, metrics.proto).
 */
static char *
value_text (guint kind, FlowString point)
{
  gboolean number = kind == FLOW_POINT_GAUGE || kind == FLOW_POINT_SUM;
  FlowWire wire = wire_of (point);
  guint64 count = 0;
  guint64 bits;
  guint32 tag;
  double value = 0;

  while (flow_wire_tag (&wire, &tag))
    {
      if ((tag & 7) != FLOW_WIRE_FIXED64)
        {
          if (!flow_wire_skip (&wire, tag))
            break;
          continue;
        }
      if (!flow_wire_fixed64 (&wire, &bits))
        break;
      if (number && tag >> 3 == 6)
        return g_strdup_printf ("%" G_GINT64_FORMAT, (gint64) bits);
      if (!number && tag >> 3 == 4)
        count = bits;
      if ((number && tag >> 3 == 4) || (!number && tag >> 3 == 5))
        memcpy (&value, &bits, sizeof value);
    }
  if (number)
    return g_strdup_printf ("%g", value);
  return g_strdup_printf ("n=%" G_GUINT64_FORMAT " ∑=%g", count, value);
}

static char *
attributes_text (FlowString attributes)
{
  g_autoptr (GString) json = g_string_new (NULL);
  FlowJsonWriter writer;

  flow_json_writer_init (&writer, json);
  flow_protobuf_attributes_write_json (&writer, attributes.data, attributes.length, LIST_VALUES);
  return g_str_equal (json->str, "{}") ? g_strdup ("") : flow_terminal_escaped (json->str, (gssize) json->len);
}

static void
add_row (FlowTextTable *table, FlowCli *cli, const FlowMetricSeries *series)
{
  const FlowMetricPoint *last = series->points->len > 0 && series->kind != FLOW_POINT_NONE
                                    ? &g_array_index (series->points, FlowMetricPoint, series->points->len - 1)
                                    : NULL;

  flow_text_table_add (table, flow_terminal_escaped (series->name.data, (gssize) series->name.length));
  flow_text_table_add (table, flow_terminal_escaped (series->service.data, (gssize) series->service.length));
  flow_text_table_add (table, g_strdup (kind_name (series->kind)));
  flow_text_table_add (table, g_strdup_printf ("%u", series->points->len));
  flow_text_table_add (table,
                       last != NULL ? flow_time_format ((gint64) last->time_ns, flow_cli_now (cli)) : g_strdup (""));
  flow_text_table_add (table, last != NULL ? value_text (series->kind, last->point) : g_strdup (""));
  flow_text_table_add (table, attributes_text (series->attributes));
}

static void
print_table (FlowCli *cli, const FlowMetrics *metrics)
{
  const char *const titles[] = { _ ("METRIC"), _ ("SERVICE"), _ ("KIND"),      _ ("POINTS"),
                                 _ ("LAST"),   _ ("VALUE"),   _ ("ATTRIBUTES") };
  g_autoptr (FlowTextTable) table = flow_text_table_new (titles, "lllrlrl");

  for (guint i = 0; i < metrics->series->len; i++)
    add_row (table, cli, g_ptr_array_index (metrics->series, i));
  flow_text_table_print (table, cli);
}

static gboolean
run (FlowCli *cli, FlowArguments *arguments, GError **error)
{
  FlowTraceReader *reader = flow_cli_get_reader (cli, error);
  g_autoptr (FlowMetrics) metrics = NULL;

  if (reader == NULL)
    return FALSE;
  metrics = flow_trace_reader_metrics (reader, flow_arguments_word (arguments, 0),
                                       flow_arguments_list (arguments, "attr"), error);
  if (metrics == NULL)
    return FALSE;
  if (flow_cli_is_json (cli))
    flow_cli_print_json_array (cli, metrics->series, write_series);
  else if (metrics->series->len > 0)
    print_table (cli, metrics);
  else
    flow_cli_note (cli, _ ("There is no such metric."));
  return TRUE;
}

const FlowVerb flow_verb_metrics = {
  .name = "metrics",
  .synopsis = "[NAME]",
  .summary = N_ ("List metrics, or the series of one"),
  .options = options,
  .max = 1,
  .run = run,
};
