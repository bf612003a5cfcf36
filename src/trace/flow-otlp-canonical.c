/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "flow-trace"

#include "trace/flow-otlp-canonical.h"

#include "trace/flow-utf8.h"

/* Merging copies, at each level of nesting; nobody needs it but tests, so its sum is bounded. */
#define MAX_MERGED (16 << 20)

/** flow_otlp_wire_problem: what is wrong with a field that could not be read. */
const char *
flow_otlp_wire_problem (guint32 tag, const FlowOtlpField *field)
{
  if ((tag & 7) == 3 || (tag & 7) == 4)
    return "protobuf groups are not part of OTLP";
  if ((tag & 7) > 5)
    return "unknown protobuf wire type";
  if (field != NULL && (tag & 7) != flow_otlp_wire_type (field))
    return "wrong protobuf wire type for this field";
  return "cut off or malformed protobuf";
}

static inline gboolean
is_packable (const FlowOtlpField *field)
{
  return (field->flags & FLOW_OTLP_REPEATED) != 0 && flow_otlp_wire_type (field) != FLOW_WIRE_BYTES;
}

static inline gboolean
has_right_type (const FlowOtlpField *field, guint32 tag)
{
  return (tag & 7) == flow_otlp_wire_type (field) || ((tag & 7) == FLOW_WIRE_BYTES && is_packable (field));
}

/* Whether equal messages must have equal bytes: resources, scopes, metrics and values are told apart by them. */
static inline gboolean
is_identity (FlowOtlpMessage message)
{
  return message <= FLOW_OTLP_KEY_VALUE_LIST || (message >= FLOW_OTLP_METRIC && message <= FLOW_OTLP_SUMMARY);
}

/* Check the framing of one level. @tangled: fields must be merged or put in order, they cannot be copied as they
 * come. */
static gboolean
survey (FlowOtlpCanonical *self, FlowOtlpMessage message, FlowWire in, gboolean *tangled)
{
  guint32 seen = 0, tag = 0, last = 0;
  gboolean oneof = FALSE;

  *tangled = FALSE;
  while (in.at < in.end)
    {
      const FlowOtlpField *field;

      if (!flow_wire_tag (&in, &tag))
        {
          self->why = flow_otlp_wire_problem (0, NULL);
          return FALSE;
        }
      field = flow_otlp_field_by_number (message, tag >> 3);
      if ((field != NULL && !has_right_type (field, tag)) || !flow_wire_skip (&in, tag))
        {
          self->why = flow_otlp_wire_problem (tag, field);
          return FALSE;
        }
      if (field == NULL)
        continue;
      if ((field->flags & FLOW_OTLP_REPEATED) == 0 || is_packable (field))
        *tangled |= (seen & 1u << field->number) != 0 || (is_packable (field) && (tag & 7) != FLOW_WIRE_BYTES);
      if (field->flags & FLOW_OTLP_ONEOF)
        {
          *tangled |= oneof;
          oneof = TRUE;
        }
      *tangled |= field->number < last && is_identity (message);
      last = field->number;
      seen |= 1u << field->number;
    }
  return TRUE;
}

static gboolean
put_text (FlowOtlpCanonical *self, guint32 number, FlowWire text, FlowBuffer *out)
{
  gsize start;

  if (flow_utf8_valid (text.at, flow_wire_left (&text)))
    {
      flow_wire_put_bytes (out, number, text.at, flow_wire_left (&text));
      return TRUE;
    }
  if (!self->repair)
    {
      self->bad_text = TRUE;
      return FALSE;
    }
  self->repaired++;
  start = flow_wire_open (out, FLOW_WIRE_TAG (number, BYTES), 1);
  flow_utf8_repair (out, text.at, flow_wire_left (&text));
  flow_wire_close (out, start, 1);
  return TRUE;
}

static guint64
canonical_varint (FlowOtlpType type, guint64 value)
{
  switch (type)
    {
    case FLOW_OTLP_BOOL:
      return value != 0;
    case FLOW_OTLP_UINT32:
    case FLOW_OTLP_SINT32:
      return (guint32) value;
    case FLOW_OTLP_ENUM:
      return (guint64) (gint64) (gint32) value;
    default:
      return value;
    }
}

/* One value of a field that is not packed. */
static gboolean
put_value (FlowOtlpCanonical *self, const FlowOtlpField *field, FlowWire *in, guint depth, FlowBuffer *out)
{
  gboolean keep_default = (field->flags & (FLOW_OTLP_PRESENCE | FLOW_OTLP_REPEATED)) != 0;
  FlowWire bytes;
  guint64 value;
  guint32 word;

  switch (flow_otlp_wire_type (field))
    {
    case FLOW_WIRE_VARINT:
      if (!flow_wire_varint (in, &value))
        return FALSE;
      value = canonical_varint (field->type, value);
      if (value != 0 || keep_default)
        flow_wire_put_varint (out, field->number, value);
      return TRUE;
    case FLOW_WIRE_FIXED64:
      if (!flow_wire_fixed64 (in, &value))
        return FALSE;
      if (value != 0 || keep_default)
        flow_wire_put_fixed64 (out, field->number, value);
      return TRUE;
    case FLOW_WIRE_FIXED32:
      if (!flow_wire_fixed32 (in, &word))
        return FALSE;
      if (word != 0 || keep_default)
        flow_wire_put_fixed32 (out, field->number, word);
      return TRUE;
    default:
      if (!flow_wire_bytes (in, &bytes))
        return FALSE;
      if (field->type == FLOW_OTLP_MESSAGE)
        return flow_otlp_canonical_child (self, field->number, field->message, bytes, 0, depth, out);
      if (bytes.at == bytes.end && !keep_default)
        return TRUE;
      if (field->type == FLOW_OTLP_STRING)
        return put_text (self, field->number, bytes, out);
      flow_wire_put_bytes (out, field->number, bytes.at, flow_wire_left (&bytes));
      return TRUE;
    }
}

/* The inside of a packed field, from a packed or a single occurrence. */
static gboolean
put_packed (FlowOtlpCanonical *self, const FlowOtlpField *field, guint32 tag, FlowWire *in, FlowBuffer *out)
{
  FlowWire values;
  guint64 value;

  if ((tag & 7) != FLOW_WIRE_BYTES)
    {
      values.at = in->at;
      if (!flow_wire_skip (in, tag))
        return FALSE;
      values.end = in->at;
    }
  else if (!flow_wire_bytes (in, &values))
    return FALSE;
  if (flow_otlp_wire_type (field) == FLOW_WIRE_FIXED64)
    {
      if (flow_wire_left (&values) % 8 != 0)
        {
          self->why = "a packed field's length is no multiple of 8";
          return FALSE;
        }
      flow_buffer_put (out, values.at, flow_wire_left (&values));
      return TRUE;
    }
  while (values.at < values.end)
    {
      if (!flow_wire_varint (&values, &value))
        {
          self->why = flow_otlp_wire_problem (tag, NULL);
          return FALSE;
        }
      flow_buffer_put_varint (out, canonical_varint (field->type, value));
    }
  return TRUE;
}

/* All occurrences of a repeated scalar as one packed field. */
static gboolean
gather_packed (FlowOtlpCanonical *self, const FlowOtlpField *field, FlowWire in, FlowBuffer *out)
{
  gsize before = out->length;
  gsize start = flow_wire_open (out, FLOW_WIRE_TAG (field->number, BYTES), 1);
  guint32 tag;

  while (in.at < in.end && flow_wire_tag (&in, &tag))
    if (tag >> 3 != field->number)
      flow_wire_skip (&in, tag);
    else if (!put_packed (self, field, tag, &in, out))
      return FALSE;
  if (out->length == start)
    out->length = before;
  else
    flow_wire_close (out, start, 1);
  return TRUE;
}

/* The last value of a field that came more than once; of sub-messages all, one behind the other, which is how
 * protobuf merges them. A oneof holds only what came since its last other member. */
static gboolean
merge_field (FlowOtlpCanonical *self, FlowOtlpMessage message, const FlowOtlpField *field, FlowWire in, guint depth,
             FlowBuffer *out)
{
  g_auto (FlowBuffer) merged = { 0 };
  FlowWire last = { NULL, NULL };
  gboolean found = FALSE;
  guint32 tag;

  while (in.at < in.end && flow_wire_tag (&in, &tag))
    {
      const FlowOtlpField *other = flow_otlp_field_by_number (message, tag >> 3);
      FlowWire bytes;

      last.at = other == field ? in.at : last.at;
      if (other == field && field->type == FLOW_OTLP_MESSAGE && flow_wire_bytes (&in, &bytes))
        {
          self->merged += flow_wire_left (&bytes);
          if (self->merged > MAX_MERGED)
            {
              self->why = "too much in sub-messages that come more than once";
              return FALSE;
            }
          flow_buffer_put (&merged, bytes.at, flow_wire_left (&bytes));
        }
      else
        flow_wire_skip (&in, tag);
      last.end = other == field ? in.at : last.end;
      found |= other == field;
      if (other != NULL && other != field && (field->flags & other->flags & FLOW_OTLP_ONEOF) != 0)
        {
          found = FALSE;
          merged.length = 0;
        }
    }
  if (!found)
    return TRUE;
  if (field->type == FLOW_OTLP_MESSAGE)
    return flow_otlp_canonical_child (self, field->number, field->message, flow_wire_from_buffer (&merged), 0, depth,
                                      out);
  return put_value (self, field, &last, depth, out);
}

static gboolean
put_repeated (FlowOtlpCanonical *self, const FlowOtlpField *field, FlowWire in, guint depth, FlowBuffer *out)
{
  guint32 tag;

  while (in.at < in.end && flow_wire_tag (&in, &tag))
    if (tag >> 3 != field->number)
      flow_wire_skip (&in, tag);
    else if (!put_value (self, field, &in, depth, out))
      return FALSE;
  return TRUE;
}

/* The slow way, a walk over the message for each field. */
static gboolean
untangle (FlowOtlpCanonical *self, FlowOtlpMessage message, FlowWire in, guint32 omit, guint depth, FlowBuffer *out)
{
  const FlowOtlpMessageInfo *info = &flow_otlp_schema[message];

  for (guint i = 0; i < info->n_fields; i++)
    {
      const FlowOtlpField *field = &info->fields[i];
      gboolean done;

      if (omit & 1u << field->number)
        continue;
      if (is_packable (field))
        done = gather_packed (self, field, in, out);
      else if (field->flags & FLOW_OTLP_REPEATED)
        done = put_repeated (self, field, in, depth, out);
      else
        done = merge_field (self, message, field, in, depth, out);
      if (!done)
        return FALSE;
    }
  return TRUE;
}

/**
 * flow_otlp_canonical:
 * @omit: a bit for each field number to leave out at this level
 * @depth: how many AnyValues this one is in, itself included
 * @out: where to append
 *
 * Write one message again in canonical form.
 *
 * Returns: %FALSE when it is malformed or, without @repair, has a string that is not UTF-8; @out has then some bytes
 *   more, which the caller drops
 */
gboolean
flow_otlp_canonical (FlowOtlpCanonical *self, FlowOtlpMessage message, FlowWire in, guint32 omit, guint depth,
                     FlowBuffer *out)
{
  const FlowWire whole = in;
  gboolean tangled;
  guint32 tag;

  if (depth > FLOW_OTLP_MAX_DEPTH)
    {
      self->why = "values nest deeper than 100 levels";
      return FALSE;
    }
  if (!survey (self, message, in, &tangled))
    return FALSE;
  if (tangled)
    return untangle (self, message, in, omit, depth, out);
  while (in.at < in.end && flow_wire_tag (&in, &tag))
    {
      const FlowOtlpField *field = flow_otlp_field_by_number (message, tag >> 3);
      gboolean done;

      if (field == NULL || (omit & 1u << field->number))
        done = flow_wire_skip (&in, tag);
      else if (is_packable (field))
        done = gather_packed (self, field, whole, out) && flow_wire_skip (&in, tag);
      else
        done = put_value (self, field, &in, depth, out);
      if (!done)
        return FALSE;
    }
  return TRUE;
}

/** flow_otlp_canonical_child: write a sub-message in canonical form, with its tag and length. */
gboolean
flow_otlp_canonical_child (FlowOtlpCanonical *self, guint32 number, FlowOtlpMessage message, FlowWire in, guint32 omit,
                           guint depth, FlowBuffer *out)
{
  guint width = flow_varint_size (flow_wire_left (&in));
  gsize start = flow_wire_open (out, FLOW_WIRE_TAG (number, BYTES), width);

  if (!flow_otlp_canonical (self, message, in, omit, depth + (message == FLOW_OTLP_ANY_VALUE), out))
    return FALSE;
  flow_wire_close (out, start, width);
  return TRUE;
}
