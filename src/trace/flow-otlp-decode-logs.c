/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "flow-trace"

#include "trace/flow-otlp-rows.h"

#define TAG FLOW_WIRE_TAG
#define SEVERITY_ERROR 17

typedef struct
{
  FlowWire trace_id, span_id;
  FlowWire severity_text, event_name;
  FlowAttribute body;
  gboolean has_body;
  guint64 severity, attributes, dropped_attributes;
  guint64 time_ns, observed_ns;
  guint32 flags;
  FlowOtlpFacts facts;
} LogParts;

static gboolean
read_attribute (FlowOtlpBuilder *self, FlowWire *in, LogParts *parts)
{
  FlowWire attribute;

  parts->attributes++;
  return flow_wire_bytes (in, &attribute) && flow_otlp_builder_attribute (self, attribute, &parts->facts);
}

/* Bodies that come twice merge. */
static gboolean
read_body (FlowOtlpBuilder *self, FlowWire *in, LogParts *parts)
{
  FlowWire body;

  if (!flow_wire_bytes (in, &body))
    return FALSE;
  if (!parts->has_body)
    self->row.length = 0;
  parts->has_body = TRUE;
  flow_buffer_put (&self->row, body.at, flow_wire_left (&body));
  return TRUE;
}

static gboolean
read_fields (FlowOtlpBuilder *self, FlowWire in, LogParts *parts)
{
  gboolean done;
  guint32 tag;

  while (in.at < in.end)
    {
      const guint8 *where = in.at;

      if (!flow_wire_tag (&in, &tag))
        return flow_otlp_builder_fail_tag (self, FLOW_OTLP_LOG_RECORD, where, 0);
      switch (tag)
        {
        case TAG (1, FIXED64):
          done = flow_wire_fixed64 (&in, &parts->time_ns);
          break;
        case TAG (2, VARINT):
          done = flow_wire_varint (&in, &parts->severity);
          break;
        case TAG (3, BYTES):
          done = flow_wire_bytes (&in, &parts->severity_text);
          break;
        case TAG (5, BYTES):
          done = read_body (self, &in, parts);
          break;
        case TAG (6, BYTES):
          done = read_attribute (self, &in, parts);
          break;
        case TAG (7, VARINT):
          done = flow_wire_varint (&in, &parts->dropped_attributes);
          break;
        case TAG (8, FIXED32):
          done = flow_wire_fixed32 (&in, &parts->flags);
          break;
        case TAG (9, BYTES):
          done = flow_wire_bytes (&in, &parts->trace_id);
          break;
        case TAG (10, BYTES):
          done = flow_wire_bytes (&in, &parts->span_id);
          break;
        case TAG (11, FIXED64):
          done = flow_wire_fixed64 (&in, &parts->observed_ns);
          break;
        case TAG (12, BYTES):
          done = flow_wire_bytes (&in, &parts->event_name);
          break;
        default:
          done = flow_otlp_field_by_number (FLOW_OTLP_LOG_RECORD, tag >> 3) == NULL && flow_wire_skip (&in, tag);
        }
      if (!done)
        return flow_otlp_builder_fail_tag (self, FLOW_OTLP_LOG_RECORD, where, tag);
    }
  return TRUE;
}

/* The observed time as its distance from the row's time. Without a time of its own the record has the observed one
 * as its time, which a distance says that leads to 0. */
static void
put_observed (FlowOtlpBuilder *self, const LogParts *parts, guint64 time_ns)
{
  if (parts->observed_ns == 0)
    return;
  flow_buffer_put_u8 (self->extra, FLOW_FIELD_OBSERVED_TIME);
  flow_buffer_put_varint (self->extra,
                          flow_zigzag ((gint64) ((parts->time_ns == 0 ? 0 : parts->observed_ns) - time_ns)));
}

static gboolean
put_fields (FlowOtlpBuilder *self, const LogParts *parts, FlowLog *row)
{
  flow_otlp_builder_put_number (self, FLOW_FIELD_DROPPED_ATTRIBUTES, (guint32) parts->dropped_attributes);
  flow_otlp_builder_put_number (self, FLOW_FIELD_FLAGS, parts->flags);
  if (parts->has_body && row->body == 0)
    {
      flow_buffer_put_u8 (self->extra, FLOW_FIELD_BODY);
      flow_extra_put_attribute (self->extra, &parts->body);
    }
  if (!flow_otlp_builder_put_text (self, FLOW_FIELD_EVENT_NAME, parts->event_name) ||
      !flow_otlp_builder_put_text (self, FLOW_FIELD_SEVERITY_TEXT, parts->severity_text))
    return FALSE;
  put_observed (self, parts, row->time_ns);
  return TRUE;
}

/* A record may have no ids; one with ids that cannot be is kept without them. */
static void
fill_ids (FlowOtlpBuilder *self, FlowLog *row, const LogParts *parts)
{
  gsize trace = flow_wire_left (&parts->trace_id), span = flow_wire_left (&parts->span_id);

  if ((trace != 16 && trace != 0) || (span != 8 && span != 0))
    {
      self->problems[FLOW_OTLP_BAD_LOG_ID]++;
      return;
    }
  if (trace != 0)
    memcpy (row->trace_id, parts->trace_id.at, 16);
  if (span != 0)
    memcpy (&row->span_id, parts->span_id.at, 8);
}

static void
fill_row (FlowOtlpBuilder *self, FlowLog *row, const LogParts *parts)
{
  *row = (FlowLog) {
    .time_ns = parts->time_ns != 0 ? parts->time_ns : parts->observed_ns,
    .body = parts->has_body && parts->body.type == FLOW_VALUE_STRING ? parts->body.value.string : 0,
    .file = flow_otlp_facts_file (&parts->facts),
    .line = flow_otlp_facts_line (&parts->facts),
    .severity = parts->severity <= G_MAXUINT8 ? (guint8) parts->severity : 0,
  };
  fill_ids (self, row, parts);
  if (row->severity >= SEVERITY_ERROR || parts->facts.failed)
    row->flags |= FLOW_SPAN_ERROR;
  if (row->file != 0)
    row->flags |= FLOW_SPAN_LOCATION;
}

/** flow_otlp_decode_log: read a LogRecord. A body that is a non-empty string is a column, any other is a field. */
gboolean
flow_otlp_decode_log (FlowOtlpBuilder *self, FlowWire record)
{
  gsize start = self->extra->length;
  LogParts parts = { 0 };
  FlowLog *row;

  flow_buffer_put_u8 (self->extra, 0);
  if (!read_fields (self, record, &parts))
    return FALSE;
  row = flow_otlp_builder_grow (self);
  if (row == NULL)
    {
      self->extra->length = start;
      return TRUE;
    }
  if (parts.has_body && !flow_otlp_builder_value (self, flow_wire_from_buffer (&self->row), &parts.body))
    return FALSE;
  flow_otlp_builder_count (self, start, parts.attributes);
  fill_row (self, row, &parts);
  if (!put_fields (self, &parts, row))
    return FALSE;
  row->extra = (guint32) start;
  row->extra_length = (guint32) (self->extra->length - start);
  self->batch->n_rows++;
  return TRUE;
}
