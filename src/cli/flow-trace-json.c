/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-trace-json"

#include "cli/flow-trace-json.h"

#include "message/flow-json-member.h"
#include "trace/flow-extra-lookup.h"
#include "trace/flow-trace-facts-json.h"
#include "trace/flow-value-json.h"

static void
write_string (FlowJsonWriter *writer, const char *key, FlowString value)
{
  flow_json_member_text (writer, key, value.data, (gssize) value.length);
}

/**
 * flow_trace_info_write_json:
 * @writer: where to write
 * @info: a row of the list
 *
 * Write what `flowctl traces --json` has for a trace.
 */
void
flow_trace_info_write_json (FlowJsonWriter *writer, const FlowTraceInfo *info)
{
  flow_json_writer_begin_object (writer);
  flow_json_member_id (writer, "trace_id", info->trace_id, sizeof info->trace_id);
  flow_json_member_text (writer, "name", info->name, -1);
  flow_json_writer_key (writer, "services");
  flow_json_writer_strv (writer, (const char *const *) info->services);
  flow_json_member_time (writer, "start_unix_nano", info->start_ns);
  flow_json_member_duration (writer, "duration_ns", info->end_ns - info->start_ns);
  flow_json_member_int (writer, "spans", info->spans);
  flow_json_member_int (writer, "errors", info->errors);
  flow_json_member_flag (writer, "has_location", info->has_location);
  flow_json_member_flag (writer, "elsewhere", info->elsewhere);
  flow_json_member_flag (writer, "fetchable", info->fetchable);
  flow_json_member_text (writer, "device", info->device != NULL ? info->device : "", -1);
  flow_trace_facts_write_json (writer, info->facts);
  flow_json_writer_end_object (writer);
}

static void
write_attributes (FlowJsonWriter *writer, const FlowExtra *extra, const FlowAttribute *attributes, guint n)
{
  flow_json_writer_key (writer, "attributes");
  flow_json_writer_begin_object (writer);
  for (guint i = 0; i < n; i++)
    {
      FlowString key = flow_extra_string (extra, attributes[i].key);

      flow_json_writer_key_len (writer, key.data, (gssize) key.length);
      flow_value_write_json (writer, extra->strings, &attributes[i]);
    }
  flow_json_writer_end_object (writer);
}

static void
write_all_attributes (FlowJsonWriter *writer, const FlowExtra *extra)
{
  g_autoptr (GArray) attributes = flow_extra_get_attributes (extra);

  write_attributes (writer, extra, (const FlowAttribute *) (void *) attributes->data, attributes->len);
}

typedef struct
{
  FlowJsonWriter *writer;
  guint64 start_ns;
} FieldWriter;

static void
write_event_cb (const FlowExtra *extra, const FlowExtraItem *item, const FlowAttribute *attributes, guint n_attributes,
                gpointer data)
{
  FieldWriter *self = data;

  flow_json_writer_begin_object (self->writer);
  write_string (self->writer, "name", flow_extra_string (extra, item->name));
  flow_json_member_time (self->writer, "time_unix_nano", self->start_ns + item->number);
  write_attributes (self->writer, extra, attributes, n_attributes);
  flow_json_writer_end_object (self->writer);
}

static void
write_link_cb (const FlowExtra *extra, const FlowExtraItem *item, const FlowAttribute *attributes, guint n_attributes,
               gpointer data)
{
  FieldWriter *self = data;

  flow_json_writer_begin_object (self->writer);
  flow_json_member_id (self->writer, "trace_id", item->ids, 16);
  flow_json_member_id (self->writer, "span_id", item->ids + 16, 8);
  write_string (self->writer, "trace_state", flow_extra_string (extra, item->name));
  write_attributes (self->writer, extra, attributes, n_attributes);
  flow_json_writer_end_object (self->writer);
}

static void
write_location (FlowJsonWriter *writer, const FlowExtra *extra, FlowString file, guint line)
{
  g_autofree char *function = NULL;
  guint column;

  if (file.length == 0)
    return;
  function = flow_extra_find_function (extra);
  column = flow_extra_find_number (extra, "code.column.number");
  if (column == 0)
    column = flow_extra_find_number (extra, "code.column");

  flow_json_writer_key (writer, "location");
  flow_json_writer_begin_object (writer);
  write_string (writer, "file", file);
  flow_json_member_int (writer, "line", line);
  flow_json_member_int (writer, "column", column);
  flow_json_member_text (writer, "function", function, -1);
  flow_json_writer_end_object (writer);
}

static void
write_origin (FlowJsonWriter *writer, FlowString scope, FlowString resource)
{
  flow_json_writer_key (writer, "scope");
  flow_scope_write_json (writer, scope.data, scope.length);
  flow_json_writer_key (writer, "resource");
  flow_resource_write_json (writer, resource.data, resource.length);
}

static void
write_span (FlowJsonWriter *writer, const FlowTraceSpan *span)
{
  FlowExtra extra = flow_extra_of_span (span);
  FieldWriter fields = { writer, span->start_ns };

  flow_json_writer_begin_object (writer);
  flow_json_member_id (writer, "span_id", &span->span_id, sizeof span->span_id);
  flow_json_member_id (writer, "parent_span_id", &span->parent_id, span->parent_id != 0 ? sizeof span->parent_id : 0);
  write_string (writer, "name", span->name);
  write_string (writer, "service", span->service);
  flow_json_member_int (writer, "kind", span->kind);
  flow_json_member_time (writer, "start_unix_nano", span->start_ns);
  flow_json_member_duration (writer, "duration_ns", span->duration_ns);
  flow_json_writer_key (writer, "status");
  flow_json_writer_begin_object (writer);
  flow_json_member_int (writer, "code", span->status);
  write_string (writer, "message", flow_extra_find_field_string (&extra, FLOW_FIELD_STATUS_MESSAGE));
  flow_json_writer_end_object (writer);
  write_all_attributes (writer, &extra);
  flow_json_writer_key (writer, "events");
  flow_json_writer_begin_array (writer);
  flow_extra_walk_fields (&extra, FLOW_FIELD_EVENT, write_event_cb, &fields);
  flow_json_writer_end_array (writer);
  flow_json_writer_key (writer, "links");
  flow_json_writer_begin_array (writer);
  flow_extra_walk_fields (&extra, FLOW_FIELD_LINK, write_link_cb, &fields);
  flow_json_writer_end_array (writer);
  write_origin (writer, span->scope, span->resource);
  write_location (writer, &extra, span->file, span->line);
  flow_json_writer_end_object (writer);
}

static void
write_body_cb (const FlowExtra *extra, const FlowExtraItem *item, const FlowAttribute *attributes, guint n_attributes,
               gpointer data)
{
  FlowJsonWriter *writer = data;

  if (n_attributes == 0)
    return;
  flow_json_writer_key (writer, "body");
  flow_value_write_json (writer, extra->strings, &attributes[0]);
}

static void
write_log (FlowJsonWriter *writer, const FlowTraceLog *record)
{
  FlowExtra extra = flow_extra_of_log (record);

  flow_json_writer_begin_object (writer);
  flow_json_member_time (writer, "time_unix_nano", record->time_ns);
  flow_json_member_id (writer, "span_id", &record->span_id, record->span_id != 0 ? sizeof record->span_id : 0);
  write_string (writer, "service", record->service);
  flow_json_member_int (writer, "severity", record->severity);
  write_string (writer, "severity_text", flow_extra_find_field_string (&extra, FLOW_FIELD_SEVERITY_TEXT));
  write_string (writer, "event_name", flow_extra_find_field_string (&extra, FLOW_FIELD_EVENT_NAME));
  if (record->body.length > 0)
    write_string (writer, "body", record->body);
  else
    flow_extra_walk_fields (&extra, FLOW_FIELD_BODY, write_body_cb, writer);
  write_all_attributes (writer, &extra);
  write_origin (writer, record->scope, record->resource);
  write_location (writer, &extra, record->file, record->line);
  flow_json_writer_end_object (writer);
}

/**
 * flow_trace_write_json:
 * @writer: where to write
 * @trace: a trace
 *
 * Write what `flowctl trace ID --json` prints (protocol.md, "JSON of the command line"). The same trace always gives
 * the same bytes: spans by start, attributes as they came.
 */
void
flow_trace_write_json (FlowJsonWriter *writer, const FlowTrace *trace)
{
  flow_json_writer_begin_object (writer);
  flow_json_member_id (writer, "trace_id", trace->info->trace_id, sizeof trace->info->trace_id);
  flow_trace_facts_write_json (writer, trace->info->facts);
  flow_json_writer_key (writer, "spans");
  flow_json_writer_begin_array (writer);
  for (gsize i = 0; i < trace->n_spans; i++)
    write_span (writer, &trace->spans[i]);
  flow_json_writer_end_array (writer);
  flow_json_writer_key (writer, "logs");
  flow_json_writer_begin_array (writer);
  for (gsize i = 0; i < trace->n_logs; i++)
    write_log (writer, &trace->logs[i]);
  flow_json_writer_end_array (writer);
  flow_json_writer_end_object (writer);
}
