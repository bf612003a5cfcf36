/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-trace-text"

#include "cli/flow-trace-text.h"

#include <glib/gi18n.h>

#include "base/flow-id.h"
#include "cli/flow-terminal.h"
#include "cli/flow-text-table.h"
#include "trace/flow-time-text.h"
#include "trace/flow-trace-tree.h"
#include "cli/flow-value-text.h"

/* Deeper branches are drawn flat, with a number in front. */
#define MAX_DRAWN_DEPTH 24
#define MAX_TEXT 200
/* The tree names this many events of a span and counts the rest. */
#define MAX_EVENTS 10

/* What is needed all the way down. */
typedef struct
{
  FlowCli *cli;
  const FlowTrace *trace;
  FlowTextTable *table;
  GHashTable *logs_of; /* span id -> GArray of guint: indices of its log records */
  GPtrArray *lines;    /* for each drawn depth, what continues below it */
  gboolean ascii;
  guint events; /* of this span, so far */
} Printer;

static char *
styled (FlowCli *cli, FlowStyle style, const char *text)
{
  return g_strconcat (flow_cli_style (cli, style), text, flow_cli_style (cli, FLOW_STYLE_PLAIN), NULL);
}

/* The branches before a row, and remembers what goes on below it. */
static char *
branches (Printer *printer, const FlowTreeRow *row)
{
  GString *text = g_string_new (NULL);
  guint depth = MIN (row->depth, MAX_DRAWN_DEPTH);

  if (row->depth > MAX_DRAWN_DEPTH)
    g_string_append_printf (text, "(%u) ", row->depth);
  g_ptr_array_set_size (printer->lines, (int) MIN (printer->lines->len, depth));
  for (guint i = 1; i < printer->lines->len; i++)
    g_string_append (text, g_ptr_array_index (printer->lines, i));
  if (depth > 0)
    g_string_append (text, printer->ascii ? (row->last ? "`- " : "|- ") : row->last ? "└─ " : "├─ ");
  g_ptr_array_add (printer->lines, (char *) (row->last || depth == 0 ? "   " : printer->ascii ? "|  " : "│  "));
  return g_string_free (text, FALSE);
}

/* The room before what belongs to the row that branches() was called for. */
static char *
room_below (Printer *printer)
{
  GString *text = g_string_new (NULL);

  for (guint i = 1; i < printer->lines->len; i++)
    g_string_append (text, g_ptr_array_index (printer->lines, i));
  g_string_append (text, "   ");
  return g_string_free (text, FALSE);
}

static char *
location_text (FlowString file, guint line)
{
  g_autofree char *safe = flow_string_to_safe_text (file, MAX_TEXT);

  if (file.length == 0)
    return g_strdup ("");
  return line > 0 ? g_strdup_printf ("%s:%u", safe, line) : g_steal_pointer (&safe);
}

static char *
offset_text (Printer *printer, guint64 time_ns)
{
  g_autofree char *duration = flow_duration_format ((gint64) time_ns - printer->trace->info->start_ns);

  return g_strconcat (duration[0] == '-' ? "" : "+", duration, NULL);
}

/* A row of its own for what happened inside a span. */
static void
add_note (Printer *printer, FlowStyle style, const char *text, guint64 time_ns, const char *where)
{
  g_autofree char *room = room_below (printer);
  g_autofree char *coloured = styled (printer->cli, style, text);

  flow_text_table_add (printer->table, g_strconcat (room, coloured, NULL));
  flow_text_table_add (printer->table, g_strdup (""));
  flow_text_table_add (printer->table, time_ns > 0 ? offset_text (printer, time_ns) : g_strdup (""));
  flow_text_table_add (printer->table, g_strdup (""));
  flow_text_table_add (printer->table, g_strdup (where));
}

static FlowString
find_among (const FlowExtra *extra, const FlowAttribute *attributes, guint n, const char *key)
{
  for (guint i = 0; i < n; i++)
    if (attributes[i].type == FLOW_VALUE_STRING && flow_extra_attribute_is (extra, &attributes[i], key))
      return flow_extra_string (extra, attributes[i].value.string);
  return (FlowString) { "", 0 };
}

typedef struct
{
  Printer *printer;
  const FlowTraceSpan *span;
} EventPrinter;

static void
add_event_cb (const FlowExtra *extra, const FlowExtraItem *item, const FlowAttribute *attributes, guint n_attributes,
              gpointer data)
{
  const EventPrinter *self = data;
  FlowString type = find_among (extra, attributes, n_attributes, "exception.type");
  FlowString message = find_among (extra, attributes, n_attributes, "exception.message");
  g_autofree char *name = flow_string_to_safe_text (flow_extra_string (extra, item->name), MAX_TEXT);
  g_autofree char *safe_type = flow_string_to_safe_text (type, MAX_TEXT);
  g_autofree char *safe_message = flow_string_to_safe_text (message, MAX_TEXT);
  g_autofree char *text = NULL;

  if (self->printer->events++ >= MAX_EVENTS)
    return;
  if (type.length + message.length > 0)
    text = g_strdup_printf ("! %s%s%s", safe_type, type.length > 0 && message.length > 0 ? ": " : "", safe_message);
  else
    text = g_strdup_printf ("· %s", name);
  add_note (self->printer, type.length + message.length > 0 ? FLOW_STYLE_ERROR : FLOW_STYLE_DIM, text,
            self->span->start_ns + item->number, "");
}

static void
add_events (Printer *printer, const FlowTraceSpan *span)
{
  FlowExtra extra = flow_extra_of_span (span);
  EventPrinter events = { printer, span };

  printer->events = 0;
  flow_extra_walk_fields (&extra, FLOW_FIELD_EVENT, add_event_cb, &events);
  if (printer->events > MAX_EVENTS)
    {
      g_autofree char *more = g_strdup_printf (_ ("… %u more events"), printer->events - MAX_EVENTS);

      add_note (printer, FLOW_STYLE_DIM, more, 0, "");
    }
}

static void
take_body_cb (const FlowExtra *extra, const FlowExtraItem *item, const FlowAttribute *attributes, guint n_attributes,
              gpointer data)
{
  char **text = data;

  if (n_attributes > 0 && *text == NULL)
    *text = flow_value_to_safe_text (extra, &attributes[0]);
}

/* The body, else the event's name, else the exception's type. */
static char *
log_text (const FlowTraceLog *record)
{
  FlowExtra extra = flow_extra_of_log (record);
  FlowString text = record->body;
  g_autofree char *body = NULL;
  const char *severity = flow_severity_name (record->severity);

  if (text.length == 0)
    flow_extra_walk_fields (&extra, FLOW_FIELD_BODY, take_body_cb, &body);
  if (text.length == 0)
    text = flow_extra_find_field_string (&extra, FLOW_FIELD_EVENT_NAME);
  if (text.length == 0)
    text = flow_extra_find_string (&extra, "exception.type");
  if (body == NULL || *body == '\0')
    {
      g_free (body);
      body = flow_string_to_safe_text (text, MAX_TEXT);
    }
  return g_strdup_printf ("≡ %s%s%s", severity, *severity != '\0' ? " " : "", body);
}

static void
add_log (Printer *printer, const FlowTraceLog *record)
{
  g_autofree char *text = log_text (record);
  g_autofree char *where = location_text (record->file, record->line);
  FlowStyle style = record->severity >= 17   ? FLOW_STYLE_ERROR
                    : record->severity >= 13 ? FLOW_STYLE_WARNING
                                             : FLOW_STYLE_PLAIN;

  add_note (printer, style, text, record->time_ns, where);
}

static void
add_logs_of (Printer *printer, guint64 span_id)
{
  GArray *indices = printer->logs_of != NULL ? g_hash_table_lookup (printer->logs_of, &span_id) : NULL;

  for (guint i = 0; indices != NULL && i < indices->len; i++)
    add_log (printer, &printer->trace->logs[g_array_index (indices, guint, i)]);
}

static char *
name_text (Printer *printer, const FlowTreeRow *row, const FlowTraceSpan *span)
{
  FlowExtra extra = flow_extra_of_span (span);
  FlowString message = flow_extra_find_field_string (&extra, FLOW_FIELD_STATUS_MESSAGE);
  g_autofree char *lines = branches (printer, row);
  g_autofree char *name = flow_string_to_safe_text (span->name, MAX_TEXT);
  g_autofree char *why = flow_string_to_safe_text (message, MAX_TEXT);
  gboolean error = (span->flags & FLOW_SPAN_ERROR) != 0;
  g_autofree char *coloured = styled (printer->cli, error ? FLOW_STYLE_ERROR : FLOW_STYLE_BOLD, name);
  GString *text = g_string_new (lines);

  g_string_append (text, coloured);
  if (error)
    g_string_append_printf (text, " ✗ %s", message.length > 0 ? why : _ ("error"));
  if (row->mark == FLOW_TREE_ORPHAN)
    g_string_append_printf (text, " %s", _ ("(its parent is missing)"));
  if (row->mark == FLOW_TREE_CYCLE)
    g_string_append_printf (text, " %s", _ ("(its parents form a circle)"));
  if (span->flags & FLOW_SPAN_CLOCK)
    g_string_append_printf (text, " %s", _ ("(ends before it starts)"));
  if (span->flags & FLOW_SPAN_SHARED_ID)
    g_string_append_printf (text, " %s", _ ("(another span has its id)"));
  return g_string_free (text, FALSE);
}

static void
add_span (Printer *printer, const FlowTreeRow *row)
{
  const FlowTraceSpan *span = &printer->trace->spans[row->span];

  flow_text_table_add (printer->table, name_text (printer, row, span));
  flow_text_table_add (printer->table, flow_string_to_safe_text (span->service, MAX_TEXT));
  flow_text_table_add (printer->table, offset_text (printer, span->start_ns));
  flow_text_table_add (printer->table, flow_duration_format (span->duration_ns));
  flow_text_table_add (printer->table, location_text (span->file, span->line));
  add_events (printer, span);
  add_logs_of (printer, span->span_id);
}

static void
index_logs (Printer *printer)
{
  const FlowTrace *trace = printer->trace;

  printer->logs_of = g_hash_table_new_full (g_int64_hash, g_int64_equal, NULL, (GDestroyNotify) g_array_unref);
  for (guint i = 0; i < trace->n_logs; i++)
    {
      GArray *indices = g_hash_table_lookup (printer->logs_of, &trace->logs[i].span_id);

      if (indices == NULL)
        {
          indices = g_array_new (FALSE, FALSE, sizeof (guint));
          g_hash_table_insert (printer->logs_of, &trace->logs[i].span_id, indices);
        }
      g_array_append_val (indices, i);
    }
}

/* Log records that belong to no span that is there. */
static void
add_other_logs (Printer *printer)
{
  const FlowTrace *trace = printer->trace;
  g_autoptr (GHashTable) spans = g_hash_table_new (g_int64_hash, g_int64_equal);

  g_ptr_array_set_size (printer->lines, 0);
  for (gsize i = 0; i < trace->n_spans; i++)
    g_hash_table_add (spans, &trace->spans[i].span_id);
  for (gsize i = 0; i < trace->n_logs; i++)
    if (!g_hash_table_contains (spans, &trace->logs[i].span_id))
      add_log (printer, &trace->logs[i]);
}

static void
print_fact (FlowCli *cli, const char *label, const char *text)
{
  if (text[0] == '\0')
    return;
  flow_cli_print (cli, "%s", label);
  flow_cli_print_outside (cli, text, -1);
  flow_cli_print (cli, "\n");
}

/* What the user said about the trace. */
static void
print_facts (FlowCli *cli, const FlowTraceFacts *facts)
{
  g_autofree char *tags = g_strjoinv (", ", facts->tags);

  print_fact (cli, _ ("Title: "), facts->title);
  print_fact (cli, _ ("Tags: "), tags);
  print_fact (cli, _ ("Note: "), facts->note);
  if (facts->pinned)
    flow_cli_print (cli, _ ("Pinned.\n"));
}

static void
print_summary (FlowCli *cli, const FlowTrace *trace)
{
  const FlowTraceInfo *info = trace->info;
  g_autofree char *start = flow_time_format (info->start_ns, flow_cli_now (cli));
  g_autofree char *duration = flow_duration_format (info->end_ns - info->start_ns);
  g_autofree char *services = g_strjoinv (", ", info->services);
  char id[33];

  flow_id_to_hex (info->trace_id, 16, id);
  flow_cli_print (cli, _ ("%sTrace %s%s\n%s, took %s\nSpans: %u, errors: %u, log records: %u\n"),
                  flow_cli_style (cli, FLOW_STYLE_BOLD), id, flow_cli_style (cli, FLOW_STYLE_PLAIN), start, duration,
                  info->spans, info->errors, info->logs);
  flow_cli_print (cli, _ ("Services: "));
  flow_cli_print_outside (cli, services, -1);
  flow_cli_print (cli, "\n");
  if (info->facts != NULL)
    print_facts (cli, info->facts);
  flow_cli_print (cli, "\n");
}

static gboolean
is_ascii_terminal (void)
{
  return !g_get_charset (NULL);
}

/**
 * flow_trace_text_print_tree:
 * @cli: where to print
 * @trace: a trace
 * @logs: whether to print log records too
 *
 * Print the spans as a tree, with durations, locations and what happened inside them.
 */
void
flow_trace_text_print_tree (FlowCli *cli, const FlowTrace *trace, gboolean logs)
{
  const char *const titles[] = { _ ("SPAN"), _ ("SERVICE"), _ ("AT"), _ ("TOOK"), _ ("WHERE") };
  g_autoptr (FlowTextTable) table = flow_text_table_new (titles, "llrrl");
  g_autoptr (GPtrArray) lines = g_ptr_array_new ();
  g_autoptr (GArray) rows = flow_trace_tree_build (trace);
  Printer printer = { .cli = cli, .trace = trace, .table = table, .lines = lines, .ascii = is_ascii_terminal () };
  g_autofree char *text = NULL;

  print_summary (cli, trace);
  if (logs)
    index_logs (&printer);
  for (guint i = 0; i < rows->len; i++)
    add_span (&printer, &g_array_index (rows, FlowTreeRow, i));
  if (logs)
    add_other_logs (&printer);
  g_clear_pointer (&printer.logs_of, g_hash_table_unref);

  text = flow_text_table_to_text (table, 0, flow_cli_style (cli, FLOW_STYLE_DIM),
                                  flow_cli_style (cli, FLOW_STYLE_PLAIN));
  flow_cli_print (cli, "%s", text);
  if (trace->n_logs > 0 && !logs)
    flow_cli_print (cli, _ ("\n--logs shows the log records.\n"));
}

static void
print_attributes (FlowCli *cli, const FlowExtra *extra, const FlowAttribute *attributes, guint n, const char *indent)
{
  for (guint i = 0; i < n; i++)
    {
      g_autofree char *key = flow_string_to_safe_text (flow_extra_string (extra, attributes[i].key), MAX_TEXT);
      g_autofree char *value = flow_value_to_safe_text (extra, &attributes[i]);

      flow_cli_print (cli, "%s%s%s%s = %s\n", indent, flow_cli_style (cli, FLOW_STYLE_NAME), key,
                      flow_cli_style (cli, FLOW_STYLE_PLAIN), value);
    }
}

static void
print_event_cb (const FlowExtra *extra, const FlowExtraItem *item, const FlowAttribute *attributes, guint n_attributes,
                gpointer data)
{
  const EventPrinter *self = data;
  g_autofree char *name = flow_string_to_safe_text (flow_extra_string (extra, item->name), MAX_TEXT);
  g_autofree char *offset = offset_text (self->printer, self->span->start_ns + item->number);

  flow_cli_print (self->printer->cli, _ ("    event %s at %s\n"), name, offset);
  print_attributes (self->printer->cli, extra, attributes, n_attributes, "      ");
}

static void
print_link_cb (const FlowExtra *extra, const FlowExtraItem *item, const FlowAttribute *attributes, guint n_attributes,
               gpointer data)
{
  const EventPrinter *self = data;
  char trace_id[33];
  char span_id[17];

  flow_id_to_hex (item->ids, 16, trace_id);
  flow_id_to_hex (item->ids + 16, 8, span_id);
  flow_cli_print (self->printer->cli, _ ("    link to %s:%s\n"), trace_id, span_id);
  print_attributes (self->printer->cli, extra, attributes, n_attributes, "      ");
}

static void
print_head (Printer *printer, const FlowTraceSpan *span, const char *title)
{
  FlowCli *cli = printer->cli;
  g_autofree char *service = flow_string_to_safe_text (span->service, MAX_TEXT);
  g_autofree char *offset = offset_text (printer, span->start_ns);
  g_autofree char *duration = flow_duration_format (span->duration_ns);
  g_autofree char *where = location_text (span->file, span->line);
  char span_id[17];
  char parent_id[17];

  flow_id_to_hex ((const guint8 *) &span->span_id, 8, span_id);
  flow_id_to_hex ((const guint8 *) &span->parent_id, 8, parent_id);
  flow_cli_print (cli, "%s\n    %s", title, span_id);
  if (span->parent_id != 0)
    flow_cli_print (cli, _ (", parent %s"), parent_id);
  flow_cli_print (cli, _ (", service %s"), service);
  if (span->kind > 0)
    flow_cli_print (cli, ", %s", flow_span_kind_name (span->kind));
  flow_cli_print (cli, _ (", at %s, took %s\n"), offset, duration);
  if (*where != '\0')
    flow_cli_print (cli, "    %s\n", where);
}

/**
 * flow_trace_text_print_spans:
 * @cli: where to print
 * @trace: a trace
 * @logs: whether to print log records too
 *
 * Print each span with everything that is known about it.
 */
void
flow_trace_text_print_spans (FlowCli *cli, const FlowTrace *trace, gboolean logs)
{
  g_autoptr (GArray) rows = flow_trace_tree_build (trace);
  g_autoptr (GPtrArray) lines = g_ptr_array_new ();
  Printer printer = { .cli = cli, .trace = trace, .lines = lines, .ascii = is_ascii_terminal () };

  print_summary (cli, trace);
  for (guint i = 0; i < rows->len; i++)
    {
      FlowTreeRow row = g_array_index (rows, FlowTreeRow, i);
      const FlowTraceSpan *span = &trace->spans[row.span];
      FlowExtra extra = flow_extra_of_span (span);
      g_autoptr (GArray) attributes = flow_extra_get_attributes (&extra);
      EventPrinter printers = { &printer, span };
      g_autofree char *title = NULL;

      row.depth = 0;
      title = name_text (&printer, &row, span);
      print_head (&printer, span, title);
      print_attributes (cli, &extra, (const FlowAttribute *) (void *) attributes->data, attributes->len, "    ");
      flow_extra_walk_fields (&extra, FLOW_FIELD_EVENT, print_event_cb, &printers);
      flow_extra_walk_fields (&extra, FLOW_FIELD_LINK, print_link_cb, &printers);
    }
  for (gsize i = 0; logs && i < trace->n_logs; i++)
    {
      FlowExtra extra = flow_extra_of_log (&trace->logs[i]);
      g_autoptr (GArray) attributes = flow_extra_get_attributes (&extra);
      g_autofree char *text = log_text (&trace->logs[i]);
      g_autofree char *offset = offset_text (&printer, trace->logs[i].time_ns);

      flow_cli_print (cli, _ ("%s at %s\n"), text, offset);
      print_attributes (cli, &extra, (const FlowAttribute *) (void *) attributes->data, attributes->len, "    ");
    }
}
