/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-trace-pick"

#include "cli/flow-trace-pick.h"

#include <glib/gi18n.h>
#include <string.h>

#include "base/flow-error.h"
#include "base/flow-id.h"
#include "cli/flow-cli-sql.h"
#include "store/flow-statement.h"

/* Shorter beginnings of an id are a slip of the hand rather than a choice. */
#define MIN_PREFIX 4

static gboolean
pick_last (FlowTraceReader *reader, guint8 trace_id[16], GError **error)
{
  FlowTraceFilter filter = { .limit = 1 };
  g_autoptr (GPtrArray) traces = flow_trace_reader_list (reader, &filter, error);
  const FlowTraceInfo *info;

  if (traces == NULL)
    return FALSE;
  if (traces->len == 0)
    {
      g_set_error_literal (error, FLOW_ERROR, FLOW_ERROR_NOT_FOUND, _ ("there is no trace yet"));
      return FALSE;
    }
  info = g_ptr_array_index (traces, 0);
  memcpy (trace_id, info->trace_id, 16);
  return TRUE;
}

/* Looks at every trace, as ids have no index. *@found: how many there are, at most 2. */
static gboolean
find_prefix (sqlite3 *db, const char *prefix, guint8 trace_id[16], guint *found, GError **error)
{
  g_autoptr (sqlite3_stmt) statement = NULL;
  char low[33] = "00000000000000000000000000000000";
  char high[33] = "ffffffffffffffffffffffffffffffff";
  guint8 bounds[2][16];
  gboolean row = FALSE;

  g_assert (flow_cli_sql_get_resource () != NULL); /* the linker leaves out a resource that nobody names */
  memcpy (low, prefix, strlen (prefix));
  memcpy (high, prefix, strlen (prefix));
  if (!flow_id_from_hex (low, 16, bounds[0]) || !flow_id_from_hex (high, 16, bounds[1]) ||
      !flow_sql_prepare (db, "cli/find-trace", &statement, error))
    return FALSE;
  sqlite3_bind_blob (statement, 1, bounds[0], 16, SQLITE_STATIC);
  sqlite3_bind_blob (statement, 2, bounds[1], 16, SQLITE_STATIC);
  while (flow_sql_step_row (statement, &row, error))
    {
      if (!row)
        return TRUE;
      if (sqlite3_column_bytes (statement, 0) == 16)
        memcpy (trace_id, sqlite3_column_blob (statement, 0), 16);
      (*found)++;
    }
  return FALSE;
}

static gboolean
check_prefix (const char *text, gsize max, GError **error)
{
  gsize length = strlen (text);

  if (length >= MIN_PREFIX && length <= max && text[strspn (text, "0123456789abcdefABCDEF")] == '\0')
    return TRUE;
  g_set_error (error, FLOW_ERROR, FLOW_ERROR_BAD_ARGUMENT, _ ("“%s” is no id; it has %d to %d hex digits"), text,
               MIN_PREFIX, (int) max);
  return FALSE;
}

/**
 * flow_trace_pick_id:
 * @cli: whose data
 * @text: a trace id in hex, the beginning of one, or "last"
 * @trace_id: (out caller-allocates): the id
 * @error: return location
 *
 * Find the trace that the user means.
 *
 * Errors: %FLOW_ERROR_BAD_ARGUMENT when it is no id or stands for several, %FLOW_ERROR_NOT_FOUND.
 *
 * Returns: %FALSE with @error set when there is none
 */
gboolean
flow_trace_pick_id (FlowCli *cli, const char *text, guint8 trace_id[16], GError **error)
{
  FlowTraceReader *reader;
  guint found = 0;

  if (!g_str_equal (text, "last") && !check_prefix (text, 32, error))
    return FALSE;
  reader = flow_cli_get_reader (cli, error);
  if (reader == NULL)
    return FALSE;
  if (g_str_equal (text, "last"))
    return pick_last (reader, trace_id, error);
  if (strlen (text) == 32)
    return flow_id_from_hex (text, 16, trace_id);

  if (!find_prefix (flow_trace_reader_get_connection (reader), text, trace_id, &found, error))
    return FALSE;
  if (found == 1)
    return TRUE;
  if (found == 0)
    g_set_error (error, FLOW_ERROR, FLOW_ERROR_NOT_FOUND, _ ("there is no trace %s"), text);
  else
    g_set_error (error, FLOW_ERROR, FLOW_ERROR_BAD_ARGUMENT, _ ("several traces begin with %s; write more of it"),
                 text);
  return FALSE;
}

/**
 * flow_trace_pick:
 * @cli: whose data
 * @text: as for flow_trace_pick_id()
 * @error: return location
 *
 * Load the trace that the user means.
 *
 * Returns: (transfer full): the trace, or %NULL
 */
FlowTrace *
flow_trace_pick (FlowCli *cli, const char *text, GError **error)
{
  guint8 trace_id[16];

  if (!flow_trace_pick_id (cli, text, trace_id, error))
    return NULL;
  return flow_trace_reader_load (flow_cli_get_reader (cli, NULL), trace_id, error);
}

/**
 * flow_trace_fetch:
 * @cli: whose data
 * @trace_id: a trace
 * @spans: (out): how many spans have come
 * @error: return location
 *
 * Have the hub fetch the spans of a trace that other devices have sent.
 *
 * Errors: %FLOW_ERROR_NOT_RUNNING, and those of flow_trace_sharing_fetch().
 *
 * Returns: %FALSE with @error set when they are not here
 */
gboolean
flow_trace_fetch (FlowCli *cli, const guint8 trace_id[16], guint64 *spans, GError **error)
{
  g_autoptr (FlowHubCall) call = flow_cli_new_call (cli, "trace-pull", error);
  g_autoptr (JsonObject) answer = NULL;
  char hex[33];

  if (call == NULL)
    return FALSE;
  flow_id_to_hex (trace_id, 16, hex);
  flow_hub_call_set_text (call, "trace_id", hex);
  answer = flow_hub_call_run (call, NULL, error);
  if (answer == NULL)
    return FALSE;
  *spans = (guint64) MAX (flow_json_get_int (answer, "spans"), 0);
  return TRUE;
}

/**
 * flow_trace_pick_whole:
 * @cli: whose data
 * @text: as for flow_trace_pick_id()
 * @error: return location
 *
 * Load the trace that the user means, with its spans: those that are on another device are fetched.
 *
 * Returns: (transfer full): the trace, or %NULL
 */
FlowTrace *
flow_trace_pick_whole (FlowCli *cli, const char *text, GError **error)
{
  g_autoptr (FlowTrace) trace = flow_trace_pick (cli, text, error);
  const char *device;
  guint64 spans = 0;

  if (trace == NULL || !trace->info->elsewhere)
    return g_steal_pointer (&trace);
  device = trace->info->device != NULL ? trace->info->device : _ ("another device");
  if (!flow_trace_fetch (cli, trace->info->trace_id, &spans, error))
    {
      g_prefix_error (error, _ ("The spans of this trace are on %s: "), device);
      return NULL;
    }
  return flow_trace_reader_load (flow_cli_get_reader (cli, NULL), trace->info->trace_id, error);
}

/**
 * flow_trace_pick_span:
 * @trace: a trace
 * @prefix: a span id in hex, or the beginning of one
 * @index: (out): which span
 * @error: return location
 *
 * Find a span of a trace.
 *
 * Returns: %FALSE with %FLOW_ERROR_BAD_ARGUMENT or %FLOW_ERROR_NOT_FOUND
 */
gboolean
flow_trace_pick_span (const FlowTrace *trace, const char *prefix, gsize *index, GError **error)
{
  gsize length = strlen (prefix);
  guint found = 0;

  if (!check_prefix (prefix, 16, error))
    return FALSE;
  for (gsize i = 0; i < trace->n_spans; i++)
    {
      char hex[17];

      flow_id_to_hex ((const guint8 *) &trace->spans[i].span_id, 8, hex);
      if (g_ascii_strncasecmp (hex, prefix, length) == 0 && found++ == 0)
        *index = i;
    }
  if (found == 0)
    g_set_error (error, FLOW_ERROR, FLOW_ERROR_NOT_FOUND, _ ("the trace has no span %s"), prefix);
  else if (found > 1 && length < 16)
    g_set_error (error, FLOW_ERROR, FLOW_ERROR_BAD_ARGUMENT, _ ("several spans begin with %s; write more of it"),
                 prefix);
  else
    return TRUE;
  return FALSE;
}
