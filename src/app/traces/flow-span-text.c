/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-span-text"

#include "app/traces/flow-span-text.h"

#include <glib/gi18n.h>

#include "trace/flow-time-text.h"
#include "trace/flow-time-ticks.h"

/* Read aloud, a longer name is noise. */
#define LABEL_CHARS 200

/**
 * flow_span_text_name:
 * @outline: a trace
 * @node: one of its nodes
 *
 * Returns: what stands for a node: its name, or what to say when it has none
 */
const char *
flow_span_text_name (const FlowTraceOutline *outline, guint node)
{
  const char *name = flow_trace_outline_name (outline, node);

  if (outline->nodes[node].kind == FLOW_NODE_MISSING)
    return _ ("Parent has not arrived");
  if (*name != '\0')
    return name;
  return outline->nodes[node].kind == FLOW_NODE_LOG ? _ ("Log without text") : _ ("Without a name");
}

/**
 * flow_span_text_marks:
 * @outline: a trace
 * @node: one of its nodes
 *
 * Say what is odd about a node.
 *
 * Returns: (transfer full) (nullable): a few words, %NULL when nothing is
 */
char *
flow_span_text_marks (const FlowTraceOutline *outline, guint node)
{
  guint8 flags = outline->nodes[node].flags;
  g_autoptr (GPtrArray) words = g_ptr_array_new ();

  if (flags & FLOW_NODE_NEGATIVE)
    g_ptr_array_add (words, _ ("ends before it starts"));
  if (flags & FLOW_NODE_SKEW)
    g_ptr_array_add (words, _ ("starts before its parent"));
  if (flags & FLOW_NODE_CYCLE)
    g_ptr_array_add (words, _ ("its own ancestor"));
  if (words->len == 0)
    return NULL;
  g_ptr_array_add (words, NULL);
  return g_strjoinv (", ", (char **) words->pdata);
}

static void
append_kind (GString *text, const FlowTraceOutline *outline, guint node)
{
  const FlowOutlineNode *item = &outline->nodes[node];
  g_autofree char *start = flow_duration_format (item->start_ns);
  g_autofree char *length = flow_duration_format (item->length_ns);

  if (item->kind == FLOW_NODE_LOG)
    g_string_append_printf (text, _ (", log at %s"), start);
  else if (item->kind == FLOW_NODE_EVENT)
    g_string_append_printf (text, _ (", event at %s"), start);
  else
    g_string_append_printf (text, _ (", takes %s, starts at %s"), length, start);
}

/**
 * flow_span_text_label:
 * @rows: rows of a trace
 * @node: a node of it
 *
 * Say everything about a row, for those who don't see it.
 *
 * Returns: (transfer full): a sentence
 */
char *
flow_span_text_label (FlowTraceRows *rows, guint node)
{
  const FlowTraceOutline *outline = flow_trace_rows_get_outline (rows);
  const FlowOutlineNode *item = &outline->nodes[node];
  const char *service = flow_trace_outline_service (outline, node);
  g_autofree char *name = g_utf8_substring (flow_span_text_name (outline, node), 0,
                                            MIN (LABEL_CHARS, g_utf8_strlen (flow_span_text_name (outline, node), -1)));
  g_autofree char *marks = flow_span_text_marks (outline, node);
  GString *text = g_string_new (name);
  guint errors = flow_trace_rows_is_folded (rows, node) ? flow_trace_outline_count_errors (outline, node) : 0;

  if (*service != '\0')
    g_string_append_printf (text, ", %s", service);
  append_kind (text, outline, node);
  if (item->flags & FLOW_NODE_ERROR)
    g_string_append_printf (text, ", %s", _ ("failed"));
  if (marks != NULL)
    g_string_append_printf (text, ", %s", marks);
  if (item->flags & FLOW_NODE_CRITICAL)
    g_string_append_printf (text, ", %s", _ ("on the critical path"));
  g_string_append_printf (text, _ (", level %u"), outline->depths[node] + 1);
  if (flow_trace_rows_is_folded (rows, node))
    g_string_append_printf (text, ", %s", _ ("folded"));
  if (errors > 0)
    g_string_append_printf (text, ngettext (", %u error below", ", %u errors below", errors), errors);
  return g_string_free (text, FALSE);
}

/**
 * flow_span_text_tooltip:
 * @outline: a trace
 * @node: one of its nodes
 *
 * Write what a pointer that rests on a bar asks for.
 *
 * Returns: (transfer full): some lines
 */
char *
flow_span_text_tooltip (const FlowTraceOutline *outline, guint node)
{
  const FlowOutlineNode *item = &outline->nodes[node];
  const char *service = flow_trace_outline_service (outline, node);
  g_autofree char *start = flow_duration_format (item->start_ns);
  g_autofree char *length = flow_duration_format (item->length_ns);
  g_autofree char *clock = flow_ticks_format_clock (outline->start_ns + (guint64) item->start_ns, 1000000);
  g_autofree char *marks = flow_span_text_marks (outline, node);
  GString *text = g_string_new (flow_span_text_name (outline, node));

  if (*service != '\0')
    g_string_append_printf (text, "\n%s", service);
  if (item->kind == FLOW_NODE_SPAN || item->kind == FLOW_NODE_MISSING)
    g_string_append_printf (text, _ ("\n%s from %s (%s)"), length, start, clock);
  else
    g_string_append_printf (text, _ ("\nat %s (%s)"), start, clock);
  if (item->flags & FLOW_NODE_ERROR)
    g_string_append_printf (text, "\n%s", item->kind == FLOW_NODE_SPAN ? _ ("Failed") : _ ("Error"));
  if (marks != NULL)
    g_string_append_printf (text, "\n%s", marks);
  return g_string_free (text, FALSE);
}
