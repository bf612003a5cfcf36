/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-flat-trace"

#include "hub/handlers/flow-flat-trace.h"

#include "base/flow-clock.h"
#include "message/flow-json-member.h"

/* The flat form of a trace: what a list shows of it, for programs that do not want its spans. */

/* Where a longer trace is from is not looked for: all its spans would be read. */
#define MAX_SPANS 2000

static void
write_time (FlowJsonWriter *writer, const char *key, gint64 wall_ns)
{
  g_autofree char *text = flow_clock_format_utc (wall_ns);

  flow_json_member_text (writer, key, text, -1);
}

/* The first span that knows where it is from; of those with errors, if there are any. */
static void
write_location (FlowTraceReader *reader, const FlowTraceInfo *info, FlowJsonWriter *writer)
{
  g_autoptr (FlowTrace) trace = NULL;
  const FlowTraceSpan *best = NULL;

  if (!info->has_location || info->spans > MAX_SPANS)
    return;
  trace = flow_trace_reader_load (reader, info->trace_id, NULL);
  for (gsize i = 0; trace != NULL && i < trace->n_spans; i++)
    {
      const FlowTraceSpan *span = &trace->spans[i];

      if (span->file.length > 0 && (best == NULL || (span->flags & FLOW_SPAN_ERROR) > (best->flags & FLOW_SPAN_ERROR)))
        best = span;
    }
  if (best == NULL)
    return;
  flow_json_member_text (writer, "sourceFile", best->file.data, (gssize) best->file.length);
  if (best->line == 0)
    return;
  flow_json_member_uint (writer, "sourceLine", best->line);
}

static gboolean
write_place (FlowTraceReader *reader, const FlowTraceInfo *info, FlowJsonWriter *writer, GError **error)
{
  g_autofree char *workspace = NULL;
  g_autofree char *session = NULL;

  if (!flow_trace_reader_get_place (reader, info->number, &workspace, &session, error))
    return FALSE;
  if (workspace != NULL)
    flow_json_member_text (writer, "workspaceId", workspace, -1);
  if (session != NULL)
    flow_json_member_text (writer, "sessionId", session, -1);
  return TRUE;
}

/**
 * flow_flat_trace_write:
 * @reader: a reader
 * @info: a trace
 * @writer: inside an object
 * @error: return location
 *
 * Write the members of the flat form of a trace: id, name, status (`error` when a span failed, else `ok`), startedAt,
 * completedAt, durationMs, spans, errors, services, tags, metadata, and what is known of sourceFile, sourceLine,
 * workspaceId and sessionId.
 *
 * Returns: %FALSE with the codes of flow_sql_error()
 */
gboolean
flow_flat_trace_write (FlowTraceReader *reader, const FlowTraceInfo *info, FlowJsonWriter *writer, GError **error)
{
  flow_json_writer_key (writer, "id");
  flow_json_writer_hex (writer, info->trace_id, sizeof info->trace_id);
  flow_json_member_text (writer, "name", flow_trace_info_get_title (info), -1);
  flow_json_member_text (writer, "status", info->errors > 0 ? "error" : "ok", -1);
  write_time (writer, "startedAt", info->start_ns);
  write_time (writer, "completedAt", info->end_ns);
  flow_json_writer_key (writer, "durationMs");
  flow_json_writer_double (writer, (double) MAX (info->end_ns - info->start_ns, 0) / 1e6);
  flow_json_member_uint (writer, "spans", info->spans);
  flow_json_member_uint (writer, "errors", info->errors);
  flow_json_writer_key (writer, "services");
  flow_json_writer_strv (writer, (const char *const *) info->services);
  write_location (reader, info, writer);
  flow_json_writer_key (writer, "tags");
  flow_json_writer_strv (writer, info->facts != NULL ? (const char *const *) info->facts->tags : NULL);
  flow_json_writer_key (writer, "metadata");
  flow_json_writer_begin_object (writer);
  flow_json_writer_end_object (writer);
  return write_place (reader, info, writer, error);
}

/**
 * flow_flat_trace_list:
 * @reader: a reader
 * @filter: which traces
 * @error: return location
 *
 * List traces in their flat form.
 *
 * Returns: (transfer full): a JSON array, or %NULL with the errors of flow_trace_reader_list()
 */
GString *
flow_flat_trace_list (FlowTraceReader *reader, const FlowTraceFilter *filter, GError **error)
{
  g_autoptr (GPtrArray) traces = flow_trace_reader_list (reader, filter, error);
  GString *text;
  FlowJsonWriter writer;
  gboolean ok = TRUE;

  if (traces == NULL)
    return NULL;
  text = g_string_new (NULL);
  flow_json_writer_init (&writer, text);
  flow_json_writer_begin_array (&writer);
  for (guint i = 0; i < traces->len && ok; i++)
    {
      flow_json_writer_begin_object (&writer);
      ok = flow_flat_trace_write (reader, traces->pdata[i], &writer, error);
      flow_json_writer_end_object (&writer);
    }
  flow_json_writer_end_array (&writer);
  return ok ? text : (GString *) g_string_free (text, TRUE);
}
