/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "flow-trace"

#include "trace/flow-otlp-json-write.h"

static void write_message (FlowJsonWriter *writer, FlowOtlpMessage message, FlowWire in, guint depth);

static void
write_double (FlowJsonWriter *writer, guint64 bits)
{
  double number;

  memcpy (&number, &bits, 8);
  flow_json_writer_double (writer, number);
}

/* A number whose bits were read. 64-bit integers are strings (protobuf's JSON mapping). */
static void
write_number (FlowJsonWriter *writer, const FlowOtlpField *field, guint64 value)
{
  switch (field->type)
    {
    case FLOW_OTLP_BOOL:
      flow_json_writer_bool (writer, value != 0);
      break;
    case FLOW_OTLP_INT64:
    case FLOW_OTLP_SFIXED64:
      flow_json_writer_int64_string (writer, (gint64) value);
      break;
    case FLOW_OTLP_UINT64:
    case FLOW_OTLP_FIXED64:
      flow_json_writer_uint64_string (writer, value);
      break;
    case FLOW_OTLP_SINT32:
      flow_json_writer_int64 (writer, flow_unzigzag (value));
      break;
    case FLOW_OTLP_ENUM:
      flow_json_writer_int64 (writer, (gint32) value);
      break;
    case FLOW_OTLP_DOUBLE:
      write_double (writer, value);
      break;
    default:
      flow_json_writer_uint64 (writer, value);
    }
}

static gboolean
read_number (FlowWire *in, guint wire_type, guint64 *value)
{
  guint32 word;

  switch (wire_type)
    {
    case FLOW_WIRE_VARINT:
      return flow_wire_varint (in, value);
    case FLOW_WIRE_FIXED64:
      return flow_wire_fixed64 (in, value);
    case FLOW_WIRE_FIXED32:
      if (!flow_wire_fixed32 (in, &word))
        return FALSE;
      *value = word;
      return TRUE;
    default:
      return FALSE;
    }
}

static void
write_bytes (FlowJsonWriter *writer, const FlowOtlpField *field, FlowWire bytes, guint depth)
{
  gsize length = flow_wire_left (&bytes);

  switch (field->type)
    {
    case FLOW_OTLP_MESSAGE:
      write_message (writer, field->message, bytes, depth + 1);
      break;
    case FLOW_OTLP_STRING:
      flow_json_writer_string (writer, length > 0 ? (const char *) bytes.at : "", (gssize) length);
      break;
    case FLOW_OTLP_ID:
      flow_json_writer_hex (writer, bytes.at, length);
      break;
    default:
      flow_json_writer_base64 (writer, bytes.at, length);
    }
}

/* The value or, in a packed field, the values behind a tag. */
static gboolean
write_values (FlowJsonWriter *writer, const FlowOtlpField *field, guint32 tag, FlowWire *in, guint depth)
{
  guint wire_type = flow_otlp_wire_type (field);
  guint64 value;
  FlowWire bytes;

  if ((tag & 7) == FLOW_WIRE_BYTES)
    {
      if (!flow_wire_bytes (in, &bytes))
        return FALSE;
      if (wire_type == FLOW_WIRE_BYTES)
        write_bytes (writer, field, bytes, depth);
      else
        while (bytes.at < bytes.end && read_number (&bytes, wire_type, &value))
          write_number (writer, field, value);
      return TRUE;
    }
  if ((tag & 7) != wire_type || !read_number (in, wire_type, &value))
    return FALSE;
  write_number (writer, field, value);
  return TRUE;
}

/* Every occurrence of a field; in a canonical message only repeated ones have more than one. */
static void
write_field (FlowJsonWriter *writer, const FlowOtlpField *field, FlowWire in, guint depth)
{
  gboolean repeated = (field->flags & FLOW_OTLP_REPEATED) != 0;
  gboolean begun = FALSE;
  guint32 tag;

  while (in.at < in.end && flow_wire_tag (&in, &tag))
    {
      if (tag >> 3 != field->number)
        {
          if (!flow_wire_skip (&in, tag))
            break;
          continue;
        }
      if (!begun)
        flow_json_writer_key (writer, field->name);
      if (!begun && repeated)
        flow_json_writer_begin_array (writer);
      begun = TRUE;
      if (!write_values (writer, field, tag, &in, depth) || !repeated)
        break;
    }
  if (begun && repeated)
    flow_json_writer_end_array (writer);
}

/* The fields that are there, so that a message of few does not walk itself for all that it may have. */
static guint32
fields_present (FlowWire in)
{
  guint32 present = 0, tag;

  while (in.at < in.end && flow_wire_tag (&in, &tag) && flow_wire_skip (&in, tag))
    if (tag >> 3 < 32)
      present |= 1u << (tag >> 3);
  return present;
}

static void
write_message (FlowJsonWriter *writer, FlowOtlpMessage message, FlowWire in, guint depth)
{
  const FlowOtlpMessageInfo *info = &flow_otlp_schema[message];
  guint32 present = fields_present (in);

  flow_json_writer_begin_object (writer);
  for (guint i = 0; i < info->n_fields && depth < 4 * FLOW_OTLP_MAX_DEPTH; i++)
    if (present & 1u << info->fields[i].number)
      write_field (writer, &info->fields[i], in, depth);
  flow_json_writer_end_object (writer);
}

/**
 * flow_otlp_json_write:
 * @in: a message in canonical form (flow_otlp_canonical()); damage gives a shorter document
 *
 * Write a message as OTLP JSON (specification 1.11, "JSON Protobuf Encoding"): lowerCamelCase keys in the order of the
 * specification, ids in lower-case hex, 64-bit integers as strings, enums as numbers, nothing that has its default.
 */
void
flow_otlp_json_write (FlowJsonWriter *writer, FlowOtlpMessage message, FlowWire in)
{
  write_message (writer, message, in, 0);
}
