/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-verb-tail"

#include <glib/gi18n.h>

#include "cli/flow-terminal.h"
#include "trace/flow-time-text.h"
#include "cli/flow-trace-json.h"
#include "cli/flow-trace-list.h"
#include "cli/flow-verbs.h"

/* How often to look whether something was committed: a look is one read of the database's header. */
#define LOOK_US (100 * G_TIME_SPAN_MILLISECOND)
/* Traces that may still grow while newer ones are shown. */
#define WATCHED 256

static const FlowOption options[] = {
  { "lines", 'l', FLOW_OPTION_NUMBER, "N", N_ ("Begin with the last N traces; 10 if not given"), NULL },
  { "count", 'c', FLOW_OPTION_NUMBER, "N", N_ ("End after N traces"), NULL },
  { NULL },
};

typedef struct
{
  FlowCli *cli;
  FlowTraceReader *reader;
  FlowTraceFilter filter;
  GHashTable *shown; /* trace number -> its spans when it was shown */
  guint64 oldest;    /* traces before this one are not watched */
  guint left;        /* how many more to show */
} Tail;

static void
print_line (FlowCli *cli, const FlowTraceInfo *info, gboolean again)
{
  const char *plain = flow_cli_style (cli, FLOW_STYLE_PLAIN);
  g_autofree char *id = flow_trace_list_short_id (info);
  g_autofree char *start = flow_time_format (info->start_ns, flow_cli_now (cli));
  g_autofree char *took = flow_duration_format (info->end_ns - info->start_ns);
  g_autofree char *services = g_strjoinv (", ", info->services);

  flow_cli_print (cli, "%s%s%s %s %s %8s %4u ", flow_cli_style (cli, FLOW_STYLE_NAME), id, plain, again ? "+" : " ",
                  start, took, info->spans);
  flow_cli_print_outside (cli, services, -1);
  flow_cli_print (cli, "  %s", flow_cli_style (cli, info->errors > 0 ? FLOW_STYLE_ERROR : FLOW_STYLE_BOLD));
  flow_cli_print_outside (cli, flow_trace_info_get_title (info), -1);
  flow_cli_print (cli, "%s", plain);
  if (info->errors > 0)
    flow_cli_print (cli, ngettext (" (%u error)", " (%u errors)", info->errors), info->errors);
  flow_cli_print (cli, "\n");
}

static void
show (Tail *tail, const FlowTraceInfo *info)
{
  gpointer before = NULL;
  gboolean again = g_hash_table_lookup_extended (tail->shown, &info->number, NULL, &before);

  if (again && GPOINTER_TO_UINT (before) == info->spans)
    return;
  g_hash_table_replace (tail->shown, g_memdup2 (&info->number, sizeof info->number), GUINT_TO_POINTER (info->spans));
  if (flow_cli_is_json (tail->cli))
    {
      flow_trace_info_write_json (flow_cli_begin_json (tail->cli), info);
      flow_cli_end_json (tail->cli);
    }
  else
    {
      print_line (tail->cli, info, again);
    }
  if (!again)
    tail->left--;
}

static gboolean
is_old_cb (gpointer key, gpointer value, gpointer data)
{
  return *(const guint64 *) key < *(const guint64 *) data;
}

/* Everything that may be new or have grown, newest first: page by page until something that was shown. */
static GPtrArray *
read_pages (Tail *tail, GError **error)
{
  g_autoptr (GPtrArray) all = g_ptr_array_new_with_free_func ((GDestroyNotify) flow_trace_info_unref);
  FlowTraceFilter filter = tail->filter;

  for (;;)
    {
      g_autoptr (GPtrArray) page = flow_trace_reader_list (tail->reader, &filter, error);
      const FlowTraceInfo *last;

      if (page == NULL)
        return NULL;
      for (guint i = 0; i < page->len; i++)
        g_ptr_array_add (all, flow_trace_info_ref (g_ptr_array_index (page, i)));
      if (page->len < filter.limit)
        return g_steal_pointer (&all);
      last = g_ptr_array_index (page, page->len - 1);
      if (last->number < tail->oldest || g_hash_table_contains (tail->shown, &last->number))
        return g_steal_pointer (&all);
      filter.before_number = last->number;
    }
}

/* Shows what is new or has grown, in the order of arrival. */
static gboolean
look (Tail *tail, GError **error)
{
  g_autoptr (GPtrArray) traces = read_pages (tail, error);

  if (traces == NULL)
    return FALSE;
  for (guint i = traces->len; i-- > 0 && tail->left > 0;)
    {
      const FlowTraceInfo *info = g_ptr_array_index (traces, i);

      if (info->number >= tail->oldest)
        show (tail, info);
    }
  if (traces->len >= WATCHED)
    {
      const FlowTraceInfo *last = g_ptr_array_index (traces, WATCHED - 1);

      tail->oldest = MAX (tail->oldest, last->number);
      g_hash_table_foreach_remove (tail->shown, is_old_cb, &tail->oldest);
    }
  return flow_cli_flush (tail->cli, error);
}

/* Everything that is there counts as old, but for the last @lines. */
static gboolean
begin (Tail *tail, guint lines, GError **error)
{
  FlowTraceFilter filter = tail->filter;
  g_autoptr (GPtrArray) traces = NULL;

  filter.limit = lines + 1;
  traces = flow_trace_reader_list (tail->reader, &filter, error);
  if (traces == NULL)
    return FALSE;
  if (traces->len == filter.limit)
    {
      const FlowTraceInfo *first = g_ptr_array_index (traces, traces->len - 1);

      tail->oldest = first->number + 1;
    }
  return TRUE;
}

static gboolean
run (FlowCli *cli, FlowArguments *arguments, GError **error)
{
  g_autoptr (GHashTable) shown = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, NULL);
  Tail tail = { .cli = cli, .shown = shown };
  gint64 version = -1;

  tail.reader = flow_cli_get_reader (cli, error);
  if (tail.reader == NULL)
    return FALSE;
  flow_trace_list_read_filter (arguments, &tail.filter);
  tail.filter.limit = WATCHED;
  tail.left = (guint) flow_arguments_number (arguments, "count", G_MAXINT);
  if (!begin (&tail, (guint) MIN (flow_arguments_number (arguments, "lines", 10), WATCHED - 1), error))
    return FALSE;

  while (tail.left > 0)
    {
      gint64 now = flow_trace_reader_get_version (tail.reader);

      if (now == version)
        {
          g_usleep (LOOK_US);
          continue;
        }
      version = now;
      if (!look (&tail, error))
        return FALSE;
    }
  return TRUE;
}

const FlowVerb flow_verb_tail = {
  .name = "tail",
  .synopsis = "",
  .summary = N_ ("Show traces as they come in"),
  .description = N_ (
      "A trace whose spans come one after the other is shown again with “+” when it has grown. With --json "
      "each line is an object as in “traces --json”. Works without a hub too. Ctrl-C ends it."),
  .options = options,
  .more_options = flow_trace_list_options,
  .run = run,
};
