/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "flow-trace"

#include "trace/flow-otlp-decoder.h"

#include "base/flow-error.h"
#include "trace/flow-otlp-json-read.h"
#include "trace/flow-otlp-rows.h"

#define TAG FLOW_WIRE_TAG

/* Offsets and lengths in a batch are 32-bit. */
#define MAX_LENGTH (1u << 30)

typedef gboolean (*DecodeRow) (FlowOtlpBuilder *self, FlowWire row);

static const DecodeRow decode_row[] = { flow_otlp_decode_span, flow_otlp_decode_log, flow_otlp_decode_metric };

static const char *const names[][3] = {
  { "resource_spans", "scope_spans", "spans" },
  { "resource_logs", "scope_logs", "log_records" },
  { "resource_metrics", "scope_metrics", "metrics" },
};

/* A ResourceSpans and a ScopeSpans have the same numbers: 1 and 3 say what holds for all children, which are in 2. The
 * children are decoded as they come, in one pass, and learn whose they are in the end. */
static gboolean
decode_level (FlowOtlpBuilder *self, FlowOtlpMessage message, FlowWire in, FlowBuffer *header, guint *index,
              DecodeRow decode)
{
  FlowWire child;
  guint32 tag;

  header->length = 0;
  *index = 0;
  while (in.at < in.end)
    {
      const guint8 *where = in.at;
      gboolean done;

      if (!flow_wire_tag (&in, &tag))
        return flow_otlp_builder_fail_tag (self, message, where, 0);
      if (tag == TAG (2, BYTES))
        {
          done = flow_wire_bytes (&in, &child) && decode (self, child);
          *index += (guint) done;
        }
      else if (tag == TAG (1, BYTES) || tag == TAG (3, BYTES))
        {
          done = flow_wire_skip (&in, tag);
          flow_buffer_put (header, where, (gsize) (in.at - where));
        }
      else
        done = tag >> 3 > 3 && flow_wire_skip (&in, tag);
      if (G_UNLIKELY (!done))
        return flow_otlp_builder_fail_tag (self, message, where, tag);
    }
  return TRUE;
}

static gboolean
decode_scope (FlowOtlpBuilder *self, FlowWire in)
{
  guint32 first = self->batch->n_rows;

  return decode_level (self, FLOW_OTLP_SCOPE_SPANS, in, &self->scope_header, &self->row_index,
                       decode_row[self->batch->signal]) &&
         flow_otlp_builder_scope (self, first);
}

static gboolean
decode_resource (FlowOtlpBuilder *self, FlowWire in)
{
  guint32 first = self->batch->n_rows;

  return decode_level (self, FLOW_OTLP_RESOURCE_SPANS, in, &self->resource_header, &self->scope_index, decode_scope) &&
         flow_otlp_builder_resource (self, first);
}

/** flow_otlp_decode_rows: read a whole Export...ServiceRequest into the builder. */
gboolean
flow_otlp_decode_rows (FlowOtlpBuilder *self, FlowWire request)
{
  FlowWire in = request, resource;
  guint32 tag;

  while (in.at < in.end)
    {
      const guint8 *where = in.at;
      gboolean done;

      if (!flow_wire_tag (&in, &tag))
        return flow_otlp_builder_fail_tag (self, FLOW_OTLP_TRACES_REQUEST, where, 0);
      if (tag == TAG (1, BYTES))
        {
          done = flow_wire_bytes (&in, &resource) && decode_resource (self, resource);
          self->resource_index += done;
        }
      else
        done = tag >> 3 != 1 && flow_wire_skip (&in, tag);
      if (!done)
        return flow_otlp_builder_fail_tag (self, FLOW_OTLP_TRACES_REQUEST, where, tag);
    }
  return TRUE;
}

static void
set_error (const FlowOtlpBuilder *self, FlowWire request, GError **error)
{
  const char *const *name = names[self->batch->signal];
  g_autofree char *offset = NULL;

  if (self->where != NULL && self->where >= request.at && self->where <= request.end)
    offset = g_strdup_printf (", at byte %" G_GSIZE_FORMAT, (gsize) (self->where - request.at));
  g_set_error (error, FLOW_ERROR, FLOW_ERROR_BAD_REQUEST, "%s in %s[%u].%s[%u].%s[%u]%s",
               self->why != NULL ? self->why : "malformed", name[0], self->resource_index, name[1], self->scope_index,
               name[2], self->row_index, offset != NULL ? offset : "");
}

/* The request once more, with every string made UTF-8. */
static FlowSpanBatch *
decode_repaired (FlowSignal signal, FlowWire request, GError **error)
{
  g_autoptr (FlowOtlpBuilder) self = flow_otlp_builder_new (signal);
  g_auto (FlowBuffer) repaired = { 0 };
  FlowOtlpCanonical canonical = { .repair = TRUE };
  FlowWire again;

  if (!flow_otlp_canonical (&canonical, (FlowOtlpMessage) (FLOW_OTLP_TRACES_REQUEST + signal), request, 0, 0,
                            &repaired))
    {
      g_set_error (error, FLOW_ERROR, FLOW_ERROR_BAD_REQUEST, "%s", canonical.why);
      return NULL;
    }
  again = flow_wire_from_buffer (&repaired);
  self->problems[FLOW_OTLP_BAD_TEXT] = canonical.repaired;
  if (flow_otlp_decode_rows (self, again))
    return flow_otlp_builder_finish (self);
  set_error (self, again, error);
  return NULL;
}

static FlowSpanBatch *
decode (FlowSignal signal, gconstpointer data, gsize length, gboolean strict, GError **error)
{
  g_autoptr (FlowOtlpBuilder) self = NULL;
  FlowWire request = flow_wire_from (data, length);

  if (length > MAX_LENGTH)
    {
      g_set_error (error, FLOW_ERROR, FLOW_ERROR_TOO_LARGE, "a request of %" G_GSIZE_FORMAT " bytes", length);
      return NULL;
    }
  self = flow_otlp_builder_new (signal);
  if (flow_otlp_decode_rows (self, request))
    return flow_otlp_builder_finish (self);
  if (self->canonical.bad_text && !strict)
    return decode_repaired (signal, request, error);
  set_error (self, request, error);
  return NULL;
}

/**
 * flow_otlp_decode_protobuf:
 * @signal: which request it is
 * @data: (array length=length): an ExportTraceServiceRequest, ExportLogsServiceRequest or
 *   ExportMetricsServiceRequest
 * @length: bytes, at most 1 GiB
 * @error: %FLOW_ERROR_BAD_REQUEST when it is malformed, with the place; %FLOW_ERROR_TOO_LARGE
 *
 * Decode an OTLP request (specification 1.11, opentelemetry-proto 1.11). Unknown fields are skipped; a known field
 * with another wire type, a group, a varint of more than 10 bytes and values nested over 100 levels are malformed.
 * The last one of a repeated scalar or oneof wins and repeated sub-messages merge, as protobuf says. Rows with invalid
 * ids are counted in @rejected, a string that is not UTF-8 is repaired with U+FFFD; `message` tells the developer.
 * An empty request is a batch of no rows.
 *
 * Returns: (transfer full) (nullable): the batch
 */
FlowSpanBatch *
flow_otlp_decode_protobuf (FlowSignal signal, gconstpointer data, gsize length, GError **error)
{
  g_return_val_if_fail (signal < FLOW_N_SIGNALS, NULL);

  return decode (signal, data, length, FALSE, error);
}

/**
 * flow_otlp_decode_strict:
 *
 * As flow_otlp_decode_protobuf(), but a string that is not UTF-8 is an error: what is tried as a guess must not be
 * made to fit.
 */
FlowSpanBatch *
flow_otlp_decode_strict (FlowSignal signal, gconstpointer data, gsize length, GError **error)
{
  return decode (signal, data, length, TRUE, error);
}

/**
 * flow_otlp_decode_json:
 * @signal: which request it is
 * @data: (array length=length): the request as OTLP JSON
 * @length: bytes, at most 1 GiB
 * @error: %FLOW_ERROR_BAD_REQUEST when it is malformed, with the place; %FLOW_ERROR_TOO_LARGE
 *
 * Decode an OTLP request in JSON: it is turned into protobuf on the fly and then decoded as such, so both encodings
 * have one meaning. See flow_otlp_json_read() for what is taken and flow_otlp_decode_protobuf() for the rest.
 *
 * Returns: (transfer full) (nullable): the batch
 */
FlowSpanBatch *
flow_otlp_decode_json (FlowSignal signal, gconstpointer data, gsize length, GError **error)
{
  g_auto (FlowBuffer) protobuf = { 0 };

  g_return_val_if_fail (signal < FLOW_N_SIGNALS, NULL);

  if (length > MAX_LENGTH)
    {
      g_set_error (error, FLOW_ERROR, FLOW_ERROR_TOO_LARGE, "a request of %" G_GSIZE_FORMAT " bytes", length);
      return NULL;
    }
  flow_buffer_reserve (&protobuf, length / 2 + 1);
  if (!flow_otlp_json_read ((FlowOtlpMessage) (FLOW_OTLP_TRACES_REQUEST + signal), data, length, &protobuf, error))
    return NULL;
  return flow_otlp_decode_protobuf (signal, protobuf.data, protobuf.length, error);
}
