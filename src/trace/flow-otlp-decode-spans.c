/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "flow-trace"

#include "trace/flow-otlp-rows.h"

#define TAG FLOW_WIRE_TAG

/* The fields of a span that are not columns, and where its events and links begin. */
typedef struct
{
  FlowWire trace_id, span_id, parent_id;
  FlowWire name, trace_state, status_message;
  guint64 kind, status, attributes;
  guint64 dropped_attributes, dropped_events, dropped_links;
  guint64 start_ns, end_ns;
  guint32 flags;
  const guint8 *children;
  FlowOtlpFacts facts;
} SpanParts;

/* A second status adds to the first, as protobuf merges sub-messages. */
static gboolean
read_status (FlowOtlpBuilder *self, FlowWire in, SpanParts *parts)
{
  guint32 tag = 0;

  while (in.at < in.end)
    {
      const guint8 *where = in.at;
      gboolean done;

      if (!flow_wire_tag (&in, &tag))
        return flow_otlp_builder_fail_tag (self, FLOW_OTLP_STATUS, where, 0);
      if (tag == TAG (3, VARINT))
        done = flow_wire_varint (&in, &parts->status);
      else if (tag == TAG (2, BYTES))
        done = flow_wire_bytes (&in, &parts->status_message);
      else
        done = flow_otlp_field_by_number (FLOW_OTLP_STATUS, tag >> 3) == NULL && flow_wire_skip (&in, tag);
      if (!done)
        return flow_otlp_builder_fail_tag (self, FLOW_OTLP_STATUS, where, tag);
    }
  return TRUE;
}

static gboolean
read_attribute (FlowOtlpBuilder *self, FlowWire *in, SpanParts *parts)
{
  FlowWire attribute;

  parts->attributes++;
  return flow_wire_bytes (in, &attribute) && flow_otlp_builder_attribute (self, attribute, &parts->facts);
}

/* Events and links are read when the start is known and all attributes stand before them. */
static gboolean
skip_child (FlowWire *in, const guint8 *tag, SpanParts *parts)
{
  FlowWire child;

  if (parts->children == NULL)
    parts->children = tag;
  return flow_wire_bytes (in, &child);
}

static gboolean
read_fields (FlowOtlpBuilder *self, FlowWire in, SpanParts *parts)
{
  FlowWire status;
  gboolean done;
  guint32 tag;

  while (in.at < in.end)
    {
      const guint8 *where = in.at;

      if (G_UNLIKELY (!flow_wire_tag (&in, &tag)))
        return flow_otlp_builder_fail_tag (self, FLOW_OTLP_SPAN, where, 0);
      switch (tag)
        {
        case TAG (1, BYTES):
          done = flow_wire_bytes (&in, &parts->trace_id);
          break;
        case TAG (2, BYTES):
          done = flow_wire_bytes (&in, &parts->span_id);
          break;
        case TAG (3, BYTES):
          done = flow_wire_bytes (&in, &parts->trace_state);
          break;
        case TAG (4, BYTES):
          done = flow_wire_bytes (&in, &parts->parent_id);
          break;
        case TAG (5, BYTES):
          done = flow_wire_bytes (&in, &parts->name);
          break;
        case TAG (6, VARINT):
          done = flow_wire_varint (&in, &parts->kind);
          break;
        case TAG (7, FIXED64):
          done = flow_wire_fixed64 (&in, &parts->start_ns);
          break;
        case TAG (8, FIXED64):
          done = flow_wire_fixed64 (&in, &parts->end_ns);
          break;
        case TAG (9, BYTES):
          done = read_attribute (self, &in, parts);
          break;
        case TAG (10, VARINT):
          done = flow_wire_varint (&in, &parts->dropped_attributes);
          break;
        case TAG (11, BYTES):
        case TAG (13, BYTES):
          done = skip_child (&in, where, parts);
          break;
        case TAG (12, VARINT):
          done = flow_wire_varint (&in, &parts->dropped_events);
          break;
        case TAG (14, VARINT):
          done = flow_wire_varint (&in, &parts->dropped_links);
          break;
        case TAG (15, BYTES):
          done = flow_wire_bytes (&in, &status) && read_status (self, status, parts);
          break;
        case TAG (16, FIXED32):
          done = flow_wire_fixed32 (&in, &parts->flags);
          break;
        default:
          done = tag >> 3 > 16 && flow_wire_skip (&in, tag);
        }
      if (G_UNLIKELY (!done))
        return flow_otlp_builder_fail_tag (self, FLOW_OTLP_SPAN, where, tag);
    }
  return TRUE;
}

static gboolean
put_event (FlowOtlpBuilder *self, FlowWire event, guint64 start_ns, guint16 *flags)
{
  FlowWire in = event, name = { NULL, NULL };
  guint64 time_ns = 0, dropped = 0;
  guint32 id, tag;
  FlowWire bytes;

  while (in.at < in.end)
    {
      const guint8 *where = in.at;
      gboolean done;

      if (!flow_wire_tag (&in, &tag))
        return flow_otlp_builder_fail_tag (self, FLOW_OTLP_EVENT, where, 0);
      if (tag == TAG (1, FIXED64))
        done = flow_wire_fixed64 (&in, &time_ns);
      else if (tag == TAG (2, BYTES))
        done = flow_wire_bytes (&in, &name);
      else if (tag == TAG (3, BYTES))
        done = flow_wire_bytes (&in, &bytes);
      else if (tag == TAG (4, VARINT))
        done = flow_wire_varint (&in, &dropped);
      else
        done = tag >> 3 > 4 && flow_wire_skip (&in, tag);
      if (!done)
        return flow_otlp_builder_fail_tag (self, FLOW_OTLP_EVENT, where, tag);
    }
  if (!flow_otlp_builder_text (self, name, &id))
    return FALSE;
  if (id == FLOW_KEY_EXCEPTION)
    *flags |= FLOW_SPAN_EXCEPTION;
  flow_buffer_put_u8 (self->extra, FLOW_FIELD_EVENT);
  flow_buffer_put_varint (self->extra, flow_zigzag ((gint64) (time_ns - start_ns)));
  flow_buffer_put_varint (self->extra, id);
  flow_buffer_put_varint (self->extra, (guint32) dropped);
  return flow_otlp_builder_attributes (self, event, TAG (3, BYTES), NULL);
}

typedef struct
{
  FlowWire trace_id, span_id, trace_state;
  guint64 dropped;
  guint32 flags;
} LinkParts;

static gboolean
read_link (FlowOtlpBuilder *self, FlowWire in, LinkParts *parts)
{
  FlowWire bytes;
  guint32 tag;

  while (in.at < in.end)
    {
      const guint8 *where = in.at;
      gboolean done;

      if (!flow_wire_tag (&in, &tag))
        return flow_otlp_builder_fail_tag (self, FLOW_OTLP_LINK, where, 0);
      if (tag == TAG (1, BYTES))
        done = flow_wire_bytes (&in, &parts->trace_id);
      else if (tag == TAG (2, BYTES))
        done = flow_wire_bytes (&in, &parts->span_id);
      else if (tag == TAG (3, BYTES))
        done = flow_wire_bytes (&in, &parts->trace_state);
      else if (tag == TAG (4, BYTES))
        done = flow_wire_bytes (&in, &bytes);
      else if (tag == TAG (5, VARINT))
        done = flow_wire_varint (&in, &parts->dropped);
      else if (tag == TAG (6, FIXED32))
        done = flow_wire_fixed32 (&in, &parts->flags);
      else
        done = tag >> 3 > 6 && flow_wire_skip (&in, tag);
      if (!done)
        return flow_otlp_builder_fail_tag (self, FLOW_OTLP_LINK, where, tag);
    }
  return TRUE;
}

static gboolean
put_link (FlowOtlpBuilder *self, FlowWire link)
{
  LinkParts parts = { 0 };
  guint8 ids[24] = { 0 };
  guint32 state;

  if (!read_link (self, link, &parts) || !flow_otlp_builder_text (self, parts.trace_state, &state))
    return FALSE;
  if ((flow_wire_left (&parts.trace_id) != 16 && flow_wire_left (&parts.trace_id) != 0) ||
      (flow_wire_left (&parts.span_id) != 8 && flow_wire_left (&parts.span_id) != 0))
    {
      self->problems[FLOW_OTLP_BAD_LINK]++;
      return TRUE;
    }
  if (flow_wire_left (&parts.trace_id) == 16)
    memcpy (ids, parts.trace_id.at, 16);
  if (flow_wire_left (&parts.span_id) == 8)
    memcpy (ids + 16, parts.span_id.at, 8);
  flow_buffer_put_u8 (self->extra, FLOW_FIELD_LINK);
  flow_buffer_put (self->extra, ids, sizeof ids);
  flow_buffer_put_varint (self->extra, state);
  flow_buffer_put_varint (self->extra, parts.flags);
  flow_buffer_put_varint (self->extra, (guint32) parts.dropped);
  return flow_otlp_builder_attributes (self, link, TAG (4, BYTES), NULL);
}

static gboolean
put_children (FlowOtlpBuilder *self, FlowWire in, guint64 start_ns, guint16 *flags)
{
  FlowWire child;
  guint32 tag;

  while (in.at < in.end && flow_wire_tag (&in, &tag))
    {
      gboolean done;

      if (tag == TAG (11, BYTES) && flow_wire_bytes (&in, &child))
        done = put_event (self, child, start_ns, flags);
      else if (tag == TAG (13, BYTES) && flow_wire_bytes (&in, &child))
        done = put_link (self, child);
      else
        done = flow_wire_skip (&in, tag);
      if (!done)
        return FALSE;
    }
  return TRUE;
}

/* What follows the attributes in the extra bytes. */
static gboolean
put_fields (FlowOtlpBuilder *self, FlowWire span, const SpanParts *parts, guint16 *flags)
{
  if (!flow_otlp_builder_put_text (self, FLOW_FIELD_TRACE_STATE, parts->trace_state))
    return FALSE;
  flow_otlp_builder_put_number (self, FLOW_FIELD_DROPPED_ATTRIBUTES, (guint32) parts->dropped_attributes);
  if (parts->children != NULL && !put_children (self, (FlowWire) { parts->children, span.end }, parts->start_ns, flags))
    return FALSE;
  flow_otlp_builder_put_number (self, FLOW_FIELD_DROPPED_EVENTS, (guint32) parts->dropped_events);
  flow_otlp_builder_put_number (self, FLOW_FIELD_DROPPED_LINKS, (guint32) parts->dropped_links);
  if (!flow_otlp_builder_put_text (self, FLOW_FIELD_STATUS_MESSAGE, parts->status_message))
    return FALSE;
  flow_otlp_builder_put_number (self, FLOW_FIELD_FLAGS, parts->flags);
  return TRUE;
}

/* The ids must be there: a span without them cannot be found again or be anybody's parent. */
static gboolean
check_ids (FlowOtlpBuilder *self, const SpanParts *parts)
{
  gsize parent = flow_wire_left (&parts->parent_id);

  if (flow_wire_left (&parts->trace_id) != 16 || flow_otlp_is_zero (parts->trace_id.at, 16))
    flow_otlp_refuse (self, FLOW_OTLP_BAD_TRACE_ID);
  else if (flow_wire_left (&parts->span_id) != 8 || flow_otlp_is_zero (parts->span_id.at, 8))
    flow_otlp_refuse (self, FLOW_OTLP_BAD_SPAN_ID);
  else if (parent != 8 && !flow_otlp_is_zero (parts->parent_id.at, parent))
    flow_otlp_refuse (self, FLOW_OTLP_BAD_PARENT_ID);
  else
    return TRUE;
  return FALSE;
}

static gboolean
fill_row (FlowOtlpBuilder *self, FlowSpan *row, const SpanParts *parts)
{
  memcpy (row->trace_id, parts->trace_id.at, 16);
  memcpy (&row->span_id, parts->span_id.at, 8);
  row->parent_id = 0;
  if (flow_wire_left (&parts->parent_id) == 8)
    memcpy (&row->parent_id, parts->parent_id.at, 8);
  row->start_ns = parts->start_ns;
  row->end_ns = parts->end_ns;
  row->file = flow_otlp_facts_file (&parts->facts);
  row->line = flow_otlp_facts_line (&parts->facts);
  row->kind = parts->kind <= G_MAXUINT8 ? (guint8) parts->kind : 0;
  row->status = parts->status <= G_MAXUINT8 ? (guint8) parts->status : 0;
  row->flags = 0;
  if (flow_otlp_facts_is_error (&parts->facts, row->status, row->kind))
    row->flags |= FLOW_SPAN_ERROR;
  if (row->file != 0)
    row->flags |= FLOW_SPAN_LOCATION;
  if (row->end_ns < row->start_ns)
    {
      row->flags |= FLOW_SPAN_CLOCK;
      self->problems[FLOW_OTLP_CLOCK]++;
    }
  return flow_otlp_builder_name (self, parts->name, &row->name);
}

/**
 * flow_otlp_decode_span:
 *
 * Read a Span. One with invalid ids is counted as refused and leaves no row.
 */
gboolean
flow_otlp_decode_span (FlowOtlpBuilder *self, FlowWire span)
{
  gsize start = self->extra->length;
  SpanParts parts = { 0 };
  FlowSpan *row;

  flow_buffer_put_u8 (self->extra, 0);
  if (!read_fields (self, span, &parts))
    return FALSE;
  if (G_UNLIKELY (!check_ids (self, &parts)) || (row = flow_otlp_builder_grow (self)) == NULL)
    {
      self->extra->length = start;
      return TRUE;
    }
  flow_otlp_builder_count (self, start, parts.attributes);
  if (!fill_row (self, row, &parts) || !put_fields (self, span, &parts, &row->flags))
    return FALSE;
  row->extra = (guint32) start;
  row->extra_length = (guint32) (self->extra->length - start);
  self->batch->n_rows++;
  return TRUE;
}
