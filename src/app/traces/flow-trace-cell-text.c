/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-trace-cell-text"

#include "app/traces/flow-trace-cell-text.h"

#include <glib/gi18n.h>

#include "trace/flow-time-text.h"

#define SECOND G_GINT64_CONSTANT (1000000000)
#define MINUTE (60 * SECOND)
#define HOUR (60 * MINUTE)
#define DAY (24 * HOUR)

/**
 * flow_trace_cell_text_age:
 * @time_ns: a time, ns since 1970
 * @now_ns: the time now
 *
 * Say how long ago something was, in a few letters: a column of them is read at a glance.
 *
 * Returns: (transfer full): the text
 */
char *
flow_trace_cell_text_age (gint64 time_ns, gint64 now_ns)
{
  gint64 age = now_ns - time_ns;
  g_autoptr (GDateTime) time = NULL;

  /* A clock that is a little ahead is no news. */
  if (age < SECOND && age > -MINUTE)
    return g_strdup (_ ("now"));
  if (age >= 0 && age < MINUTE)
    return g_strdup_printf (_ ("%d s ago"), (int) (age / SECOND));
  if (age >= 0 && age < HOUR)
    return g_strdup_printf (_ ("%d min ago"), (int) (age / MINUTE));
  if (age >= 0 && age < DAY)
    return g_strdup_printf (_ ("%d h ago"), (int) (age / HOUR));
  time = g_date_time_new_from_unix_local (time_ns / SECOND);
  if (time == NULL)
    return g_strdup ("?");
  /* Translators: a date without its year. */
  return g_date_time_format (time, age >= 0 && age < 180 * DAY ? _ ("%e %b %H:%M") : _ ("%e %b %Y"));
}

/**
 * flow_trace_cell_text_spans:
 * @info: a trace
 *
 * Returns: (transfer full): how many spans it has
 */
char *
flow_trace_cell_text_spans (const FlowTraceInfo *info)
{
  return g_strdup_printf (ngettext ("%u span", "%u spans", info->spans), info->spans);
}

/**
 * flow_trace_cell_text_errors:
 * @info: a trace
 *
 * Returns: (transfer full) (nullable): how many of its spans failed, %NULL when none did
 */
char *
flow_trace_cell_text_errors (const FlowTraceInfo *info)
{
  if (info->errors == 0)
    return NULL;
  return g_strdup_printf (ngettext ("%u error", "%u errors", info->errors), info->errors);
}

/**
 * flow_trace_cell_text_where:
 * @info: a trace
 *
 * Returns: (transfer full) (nullable): on which other device its spans are, %NULL when they are here
 */
char *
flow_trace_cell_text_where (const FlowTraceInfo *info)
{
  if (!info->elsewhere)
    return NULL;
  return g_strdup_printf (_ ("on %s"), info->device != NULL ? info->device : _ ("another device"));
}

/**
 * flow_trace_cell_text_spoken:
 * @info: a trace
 * @now_ns: the time now
 *
 * Say all that a row shows, for who hears it.
 *
 * Returns: (transfer full): the text
 */
char *
flow_trace_cell_text_spoken (const FlowTraceInfo *info, gint64 now_ns)
{
  GPtrArray *parts = g_ptr_array_new_with_free_func (g_free);
  char *text;

  g_ptr_array_add (parts, g_strdup (flow_trace_info_get_title (info)));
  g_ptr_array_add (parts, g_strjoinv (", ", info->services));
  g_ptr_array_add (parts, flow_duration_format (info->end_ns - info->start_ns));
  g_ptr_array_add (parts, flow_trace_cell_text_spans (info));
  if (info->errors > 0)
    g_ptr_array_add (parts, flow_trace_cell_text_errors (info));
  if (info->elsewhere)
    g_ptr_array_add (parts, flow_trace_cell_text_where (info));
  g_ptr_array_add (parts, flow_time_format (info->start_ns, now_ns));
  if (info->facts != NULL && info->facts->pinned)
    g_ptr_array_add (parts, g_strdup (_ ("pinned")));
  if (info->facts != NULL && info->facts->note[0] != '\0')
    g_ptr_array_add (parts, g_strdup (_ ("has a note")));
  if (info->facts != NULL && info->facts->tags[0] != NULL)
    g_ptr_array_add (parts, g_strjoinv (", ", info->facts->tags));
  g_ptr_array_add (parts, NULL);
  text = g_strjoinv (", ", (char **) parts->pdata);
  g_ptr_array_unref (parts);
  return text;
}
