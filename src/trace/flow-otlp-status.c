/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "flow-trace"

#include "trace/flow-otlp-status.h"

#include "message/flow-json-writer.h"
#include "trace/flow-otlp-wire.h"

static GBytes *
take_buffer (FlowBuffer *buffer)
{
  return g_bytes_new_take (g_steal_pointer (&buffer->data), buffer->length);
}

static void
put_text (FlowBuffer *out, guint number, const char *text)
{
  if (text != NULL && *text != '\0')
    flow_wire_put_bytes (out, number, text, strlen (text));
}

/**
 * flow_otlp_status_body:
 * @json: whether the request was JSON, so that the answer is
 * @code: gRPC's number of the error, for example 3, invalid argument
 * @message: (nullable): what a developer should know
 *
 * Make the body of an error: a google.rpc.Status in the request's encoding (OTLP specification 1.11, "Failures").
 *
 * Returns: (transfer full): the body
 */
GBytes *
flow_otlp_status_body (gboolean json, int code, const char *message)
{
  FlowBuffer body = { 0 };
  FlowJsonWriter writer;
  GString *text;

  if (!json)
    {
      if (code != 0)
        flow_wire_put_varint (&body, 1, (guint64) (gint64) code);
      put_text (&body, 2, message);
      return take_buffer (&body);
    }
  text = g_string_new (NULL);
  flow_json_writer_init (&writer, text);
  flow_json_writer_begin_object (&writer);
  flow_json_writer_key (&writer, "code");
  flow_json_writer_int64 (&writer, code);
  flow_json_writer_key (&writer, "message");
  flow_json_writer_string (&writer, message != NULL ? message : "", -1);
  flow_json_writer_end_object (&writer);
  return g_string_free_to_bytes (text);
}

/* {"partialSuccess":{"rejectedSpans":"1","errorMessage":"…"}} */
static GBytes *
response_json (FlowSignal signal, guint32 rejected, const char *message)
{
  static const char *const names[] = { "rejectedSpans", "rejectedLogRecords", "rejectedDataPoints" };
  GString *text = g_string_new (NULL);
  FlowJsonWriter writer;

  flow_json_writer_init (&writer, text);
  flow_json_writer_begin_object (&writer);
  flow_json_writer_key (&writer, "partialSuccess");
  flow_json_writer_begin_object (&writer);
  if (rejected > 0)
    {
      flow_json_writer_key (&writer, names[signal]);
      flow_json_writer_int64_string (&writer, rejected);
    }
  if (message != NULL)
    {
      flow_json_writer_key (&writer, "errorMessage");
      flow_json_writer_string (&writer, message, -1);
    }
  flow_json_writer_end_object (&writer);
  flow_json_writer_end_object (&writer);
  return g_string_free_to_bytes (text);
}

/**
 * flow_otlp_response_body:
 * @signal: what was sent
 * @json: whether the request was JSON, so that the answer is
 * @rejected: rows that were refused
 * @message: (nullable): why, or a warning when nothing was refused
 *
 * Make the body of a success: an Export...ServiceResponse, whose partial_success is set only if there is something to
 * say (OTLP specification 1.11, "Partial Success"). Exporters print it in the developer's terminal.
 *
 * Returns: (transfer full): the body; on full success no bytes, in JSON `{}`
 */
GBytes *
flow_otlp_response_body (FlowSignal signal, gboolean json, guint32 rejected, const char *message)
{
  FlowBuffer body = { 0 };
  gsize start;

  g_return_val_if_fail (signal < FLOW_N_SIGNALS, NULL);

  if (rejected == 0 && message == NULL)
    return json ? g_bytes_new_static ("{}", 2) : g_bytes_new_static ("", 0);
  if (json)
    return response_json (signal, rejected, message);
  start = flow_wire_open (&body, FLOW_WIRE_TAG (1, BYTES), 2);
  if (rejected > 0)
    flow_wire_put_varint (&body, 1, rejected);
  put_text (&body, 2, message);
  flow_wire_close (&body, start, 2);
  return take_buffer (&body);
}
