/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-flat-trace"

#include <math.h>
#include <string.h>

#include "base/flow-error.h"
#include "base/flow-id.h"
#include "hub/handlers/flow-flat-trace.h"
#include "trace/flow-time-text.h"

/* The way back from the flat form: one span that stands for the whole trace, as OTLP. */

#define DEFAULT_SERVICE "flowscope"
/* Longer than anything that a person waits for. */
#define MAX_DURATION_MS (1e9 * 60)

typedef struct
{
  guint8 trace_id[16];
  const char *name;
  const char *status; /* (nullable) */
  const char *file;   /* (nullable) */
  const char *service;
  gint64 line; /* 0: none */
  gint64 start_ns;
  gint64 end_ns;
} Flat;

/**
 * flow_flat_trace_span_id:
 * @trace_id: a trace
 *
 * Get the id of the span that stands for a trace which came in its flat form, the same each time.
 *
 * Returns: 8 bytes in memory order, not 0 for an id that is not
 */
guint64
flow_flat_trace_span_id (const guint8 trace_id[16])
{
  guint64 id;

  memcpy (&id, trace_id, sizeof id);
  if (id == 0)
    memcpy (&id, trace_id + sizeof id, sizeof id);
  return id;
}

static gboolean
read_time (FlowMessage *message, const char *key, gint64 *time_ns, GError **error)
{
  const char *text = NULL;

  if (!flow_message_get_string (message, key, &text))
    return TRUE;
  if (flow_time_parse (text, 0, time_ns, NULL) && *time_ns > 0)
    return TRUE;
  g_set_error (error, FLOW_ERROR, FLOW_ERROR_BAD_REQUEST, "“%s” must be a time as in RFC 3339", key);
  return FALSE;
}

static const char *
read_service (FlowMessage *message, char ***services)
{
  if (flow_message_get_strv (message, "services", services) && (*services)[0] != NULL)
    return (*services)[0];
  return DEFAULT_SERVICE;
}

/* What is known of the trace holds until the message says otherwise. */
static void
take_known (Flat *flat, const FlowTrace *known)
{
  guint64 id = flow_flat_trace_span_id (flat->trace_id);

  for (gsize i = 0; known != NULL && i < known->n_spans; i++)
    {
      const FlowTraceSpan *span = &known->spans[i];

      if (span->span_id != id)
        continue;
      flat->name = span->name.data;
      flat->service = span->service.data;
      flat->file = span->file.length > 0 ? span->file.data : NULL;
      flat->line = span->line;
      flat->start_ns = (gint64) span->start_ns;
      flat->end_ns = flat->start_ns + span->duration_ns;
      flat->status = span->status == 2 ? "error" : span->status == 1 ? "ok" : NULL;
      return;
    }
}

/* A later version of a span is one that ends later. */
static gboolean
read_end (Flat *flat, FlowMessage *message, gboolean again, GError **error)
{
  gint64 before = flat->end_ns;
  double ms;

  if (!again)
    flat->end_ns = flat->start_ns;
  if (flow_message_get_double (message, "durationMs", &ms) && ms >= 0 && ms < MAX_DURATION_MS)
    flat->end_ns = flat->start_ns + (gint64) llround (ms * 1e6);
  if (!read_time (message, "completedAt", &flat->end_ns, error))
    return FALSE;
  flat->end_ns = MAX (flat->end_ns, again ? before + 1 : flat->start_ns);
  return TRUE;
}

static gboolean
read_flat (Flat *flat, FlowMessage *message, const FlowTrace *known, GError **error)
{
  gboolean again;

  take_known (flat, known);
  again = flat->start_ns != 0;
  flow_message_get_string (message, "name", &flat->name);
  flow_message_get_string (message, "status", &flat->status);
  flow_message_get_string (message, "sourceFile", &flat->file);
  flow_message_get_int (message, "sourceLine", &flat->line);
  if (!again && !read_time (message, "startedAt", &flat->start_ns, error))
    return FALSE;
  if (flat->name == NULL || flat->start_ns == 0)
    {
      g_set_error_literal (error, FLOW_ERROR, FLOW_ERROR_BAD_REQUEST, "a trace needs “name” and “startedAt”");
      return FALSE;
    }
  return read_end (flat, message, again, error);
}

static void
begin_attribute (FlowJsonWriter *writer, const char *key, const char *type)
{
  flow_json_writer_begin_object (writer);
  flow_json_writer_key (writer, "key");
  flow_json_writer_string (writer, key, -1);
  flow_json_writer_key (writer, "value");
  flow_json_writer_begin_object (writer);
  flow_json_writer_key (writer, type);
}

static void
end_attribute (FlowJsonWriter *writer)
{
  flow_json_writer_end_object (writer);
  flow_json_writer_end_object (writer);
}

static void
write_text_attribute (FlowJsonWriter *writer, const char *key, const char *text)
{
  if (text == NULL || *text == '\0')
    return;
  begin_attribute (writer, key, "stringValue");
  flow_json_writer_string (writer, text, -1);
  end_attribute (writer);
}

static void
write_attribute_cb (JsonObject *object, const char *key, JsonNode *node, gpointer data)
{
  FlowJsonWriter *writer = data;
  GType type = JSON_NODE_HOLDS_VALUE (node) ? json_node_get_value_type (node) : G_TYPE_INVALID;
  g_autofree char *text = NULL;

  if (type == G_TYPE_STRING)
    write_text_attribute (writer, key, json_node_get_string (node));
  else if (type == G_TYPE_INT64)
    {
      begin_attribute (writer, key, "intValue");
      flow_json_writer_int64_string (writer, json_node_get_int (node));
      end_attribute (writer);
    }
  else if (type == G_TYPE_DOUBLE)
    {
      begin_attribute (writer, key, "doubleValue");
      flow_json_writer_double (writer, json_node_get_double (node));
      end_attribute (writer);
    }
  else if (type == G_TYPE_BOOLEAN)
    {
      begin_attribute (writer, key, "boolValue");
      flow_json_writer_bool (writer, json_node_get_boolean (node));
      end_attribute (writer);
    }
  else if (!JSON_NODE_HOLDS_NULL (node))
    {
      text = json_to_string (node, FALSE);
      write_text_attribute (writer, key, text);
    }
}

static void
write_metadata (FlowJsonWriter *writer, FlowMessage *message)
{
  JsonNode *node = json_object_get_member (flow_message_get_data (message), "metadata");

  if (node != NULL && JSON_NODE_HOLDS_OBJECT (node))
    json_object_foreach_member (json_node_get_object (node), write_attribute_cb, writer);
}

static void
write_resource (FlowJsonWriter *writer, const Flat *flat, FlowMessage *message)
{
  const char *workspace = flow_message_get_metadata (message, "workspaceId");
  const char *session = flow_message_get_metadata (message, "sessionId");

  flow_message_get_string (message, "workspaceId", &workspace);
  flow_message_get_string (message, "sessionId", &session);
  flow_json_writer_key (writer, "resource");
  flow_json_writer_begin_object (writer);
  flow_json_writer_key (writer, "attributes");
  flow_json_writer_begin_array (writer);
  write_text_attribute (writer, "service.name", flat->service);
  write_text_attribute (writer, "flowscope.workspace.id", workspace);
  write_text_attribute (writer, "flowscope.session.id", session);
  flow_json_writer_end_array (writer);
  flow_json_writer_end_object (writer);
}

static void
write_span (FlowJsonWriter *writer, const Flat *flat, FlowMessage *message)
{
  guint64 span_id = flow_flat_trace_span_id (flat->trace_id);

  flow_json_writer_begin_object (writer);
  flow_json_writer_key (writer, "traceId");
  flow_json_writer_hex (writer, flat->trace_id, sizeof flat->trace_id);
  flow_json_writer_key (writer, "spanId");
  flow_json_writer_hex (writer, (const guint8 *) &span_id, sizeof span_id);
  flow_json_writer_key (writer, "name");
  flow_json_writer_string (writer, flat->name, -1);
  flow_json_writer_key (writer, "kind");
  flow_json_writer_int64 (writer, 1);
  flow_json_writer_key (writer, "startTimeUnixNano");
  flow_json_writer_int64_string (writer, flat->start_ns);
  flow_json_writer_key (writer, "endTimeUnixNano");
  flow_json_writer_int64_string (writer, flat->end_ns);
  flow_json_writer_key (writer, "status");
  flow_json_writer_begin_object (writer);
  flow_json_writer_key (writer, "code");
  flow_json_writer_int64 (writer, g_strcmp0 (flat->status, "error") == 0 ? 2 : g_strcmp0 (flat->status, "ok") == 0);
  flow_json_writer_end_object (writer);
  flow_json_writer_key (writer, "attributes");
  flow_json_writer_begin_array (writer);
  write_text_attribute (writer, "code.file.path", flat->file);
  if (flat->line > 0)
    {
      begin_attribute (writer, "code.line.number", "intValue");
      flow_json_writer_int64_string (writer, flat->line);
      end_attribute (writer);
    }
  write_metadata (writer, message);
  flow_json_writer_end_array (writer);
  flow_json_writer_end_object (writer);
}

static void
begin_list (FlowJsonWriter *writer, const char *key)
{
  flow_json_writer_begin_object (writer);
  flow_json_writer_key (writer, key);
  flow_json_writer_begin_array (writer);
}

static void
end_list (FlowJsonWriter *writer)
{
  flow_json_writer_end_array (writer);
  flow_json_writer_end_object (writer);
}

/**
 * flow_flat_trace_to_otlp:
 * @message: `data` is a trace in its flat form
 * @known: (nullable): the trace as it is stored: what the message leaves out is from there
 * @error: return location
 *
 * Make the request that a program would send with one span, which stands for the trace: its metadata are attributes.
 *
 * Returns: (transfer full): OTLP as JSON, or %NULL with %FLOW_ERROR_BAD_REQUEST
 */
char *
flow_flat_trace_to_otlp (FlowMessage *message, const FlowTrace *known, GError **error)
{
  g_auto (GStrv) services = NULL;
  const char *id = "";
  Flat flat = { .service = read_service (message, &services) };
  GString *text;
  FlowJsonWriter writer;

  if (!flow_message_get_string (message, "id", &id) || !flow_id_from_hex (id, sizeof flat.trace_id, flat.trace_id) ||
      flow_id_is_zero (flat.trace_id, sizeof flat.trace_id))
    {
      g_set_error_literal (error, FLOW_ERROR, FLOW_ERROR_BAD_REQUEST, "“id” must be 32 hex digits");
      return NULL;
    }
  if (!read_flat (&flat, message, known, error))
    return NULL;
  text = g_string_new (NULL);
  flow_json_writer_init (&writer, text);
  begin_list (&writer, "resourceSpans");
  flow_json_writer_begin_object (&writer);
  write_resource (&writer, &flat, message);
  flow_json_writer_key (&writer, "scopeSpans");
  flow_json_writer_begin_array (&writer);
  begin_list (&writer, "spans");
  write_span (&writer, &flat, message);
  end_list (&writer);
  flow_json_writer_end_array (&writer);
  flow_json_writer_end_object (&writer);
  end_list (&writer);
  return g_string_free (text, FALSE);
}
