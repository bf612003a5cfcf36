/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "flow-trace"

#include "trace/flow-otlp-json-read.h"

#include <math.h>

#include "base/flow-error.h"
#include "trace/flow-json-scan.h"
#include "trace/flow-otlp-json-ids.h"
#include "trace/flow-otlp-schema.h"

#define UNKNOWN FLOW_OTLP_MAX_FIELDS

/* Where the fields of an object stand in the output, so that a key that comes again can take the first one away. */
typedef struct
{
  guint seen;
  gsize start[FLOW_OTLP_MAX_FIELDS];
  gsize end[FLOW_OTLP_MAX_FIELDS];
} ObjectState;

/* @next: for each message, which field came behind which one the last time; exporters keep their order. */
typedef struct
{
  FlowJsonScan scan;
  FlowBuffer *out;
  GString *path;
  guint8 next[FLOW_OTLP_N_MESSAGES][FLOW_OTLP_MAX_FIELDS + 1];
} Reader;

static gboolean read_message (Reader *self, FlowOtlpMessage message, guint depth);

/* Bytes to keep free for a message's length. */
static inline guint
length_width (FlowOtlpMessage message, guint depth)
{
  if (message <= FLOW_OTLP_SCOPE_METRICS || depth > 2)
    return 4;
  return message == FLOW_OTLP_SPAN || message == FLOW_OTLP_LOG_RECORD ? 2 : 1;
}

/* A failure is on its way up: name where it came from. */
static gboolean
note_path (Reader *self, const FlowOtlpField *field, gssize index)
{
  g_autofree char *step = NULL;

  step = index >= 0 ? g_strdup_printf (".%s[%" G_GSSIZE_FORMAT "]", field->name, index)
                    : g_strdup_printf (".%s", field->name);
  g_string_prepend (self->path, step);
  return FALSE;
}

static gboolean
fail (Reader *self, const char *why)
{
  return flow_json_scan_fail (&self->scan, why);
}

static inline gboolean
name_is (const FlowOtlpField *field, const guint8 *name, gsize length)
{
  return length == field->name_length && memcmp (name, field->name, length) == 0;
}

/* Whether the name of @field and a quote stand at @at, where FLOW_OTLP_MAX_NAME + 8 bytes can be read. */
static inline gboolean
has_name (const FlowOtlpField *field, const guint8 *at)
{
  guint length = field->name_length;
  guint64 here, name;
  guint i = 0;

  for (; i + 8 < length; i += 8)
    {
      memcpy (&here, at + i, 8);
      memcpy (&name, field->name + i, 8);
      if (here != name)
        return FALSE;
    }
  memcpy (&here, at + i, 8);
  memcpy (&name, field->name + i, 8);
  return (GUINT64_FROM_LE (here ^ name) << (64 - 8 * (length - i))) == 0 && at[length] == '"';
}

/* Read a key and its colon. */
static inline gboolean
read_key (Reader *self, const FlowOtlpMessageInfo *info, guint8 *next, guint *index)
{
  FlowJsonScan *scan = &self->scan;
  const FlowOtlpField *field = &info->fields[*next];
  FlowWire key;

  if (flow_json_scan_peek (scan) == '"' && scan->end - scan->at > FLOW_OTLP_MAX_NAME + 8 &&
      has_name (field, scan->at + 1))
    {
      scan->at += field->name_length + 2;
      *index = *next;
    }
  else
    {
      if (!flow_json_scan_string (scan, &key))
        return FALSE;
      for (*index = 0; *index < info->n_fields; (*index)++)
        if (name_is (&info->fields[*index], key.at, flow_wire_left (&key)))
          break;
      if (*index == info->n_fields)
        *index = UNKNOWN;
      else
        *next = (guint8) *index;
    }
  return flow_json_scan_take (scan, ':') || fail (self, "expected a colon");
}

/* A key came again: the last one wins, so what the first one gave goes away. */
static void
forget_field (Reader *self, ObjectState *state, guint index)
{
  gsize start = state->start[index], end = state->end[index];

  memmove (self->out->data + start, self->out->data + end, self->out->length - end);
  self->out->length -= end - start;
  state->seen &= ~(1u << index);
  for (guint i = 0; i < FLOW_OTLP_MAX_FIELDS; i++)
    if ((state->seen & 1u << i) != 0 && state->start[i] >= end)
      {
        state->start[i] -= end - start;
        state->end[i] -= end - start;
      }
}

/* A number may stand in a string, as 64-bit ones must. */
static gboolean
read_number_token (Reader *self, FlowWire *token)
{
  if (flow_json_scan_peek (&self->scan) == '"')
    return flow_json_scan_string (&self->scan, token);
  return flow_json_scan_number (&self->scan, token);
}

static gboolean
read_integer (Reader *self, gboolean is_signed, guint bits, guint64 *value)
{
  const guint8 *start = self->scan.at;
  gboolean negative, done;
  guint64 limit;
  FlowWire token;

  if (!read_number_token (self, &token))
    return fail (self, "expected a number");
  done = flow_json_parse_integer (token, &negative, value);
  limit = G_MAXUINT64 >> (64 - bits + is_signed);
  if (negative)
    limit = is_signed ? limit + 1 : 0;
  if (!done || *value > limit)
    {
      self->scan.at = start;
      return fail (self, "expected an integer that fits the field");
    }
  if (negative)
    *value = -*value;
  return TRUE;
}

static gboolean
read_double (Reader *self, double *value)
{
  const guint8 *start = self->scan.at;
  FlowWire token;
  gsize length;

  if (!read_number_token (self, &token))
    return fail (self, "expected a number");
  if (flow_json_parse_double (token, value))
    return TRUE;
  length = flow_wire_left (&token);
  if (length == 3 && memcmp (token.at, "NaN", 3) == 0)
    *value = NAN;
  else if (length == 8 && memcmp (token.at, "Infinity", 8) == 0)
    *value = INFINITY;
  else if (length == 9 && memcmp (token.at, "-Infinity", 9) == 0)
    *value = -INFINITY;
  else
    {
      self->scan.at = start;
      return fail (self, "expected a number");
    }
  return TRUE;
}

static gboolean
read_bool (Reader *self, guint64 *value)
{
  FlowJsonScan *scan = &self->scan;

  *value = flow_json_scan_literal (scan, "true", 4) || flow_json_scan_literal (scan, "\"true\"", 6);
  return *value != 0 || flow_json_scan_literal (scan, "false", 5) || flow_json_scan_literal (scan, "\"false\"", 7) ||
         fail (self, "expected true or false");
}

/* A number, or the name that protobuf gives it. Names that nobody knows are 0. */
static gboolean
read_enum (Reader *self, const FlowOtlpField *field, guint64 *value)
{
  const guint8 *start;
  FlowWire text;

  if (flow_json_scan_peek (&self->scan) != '"')
    return read_integer (self, TRUE, 32, value);
  start = self->scan.at;
  if (!flow_json_scan_string (&self->scan, &text))
    return FALSE;
  if (text.at < text.end && (g_ascii_isdigit (*text.at) || *text.at == '-'))
    {
      self->scan.at = start;
      return read_integer (self, TRUE, 32, value);
    }
  *value = 0;
  for (guint i = 0; field->names[i] != NULL; i++)
    if (strlen (field->names[i]) == flow_wire_left (&text) &&
        memcmp (field->names[i], text.at, flow_wire_left (&text)) == 0)
      *value = i;
  return TRUE;
}

/* The number of a scalar field in the form of its wire type. */
static gboolean
read_scalar (Reader *self, const FlowOtlpField *field, guint64 *value)
{
  double number;

  switch (field->type)
    {
    case FLOW_OTLP_BOOL:
      return read_bool (self, value);
    case FLOW_OTLP_INT64:
    case FLOW_OTLP_SFIXED64:
      return read_integer (self, TRUE, 64, value);
    case FLOW_OTLP_UINT64:
    case FLOW_OTLP_FIXED64:
      return read_integer (self, FALSE, 64, value);
    case FLOW_OTLP_UINT32:
    case FLOW_OTLP_FIXED32:
      return read_integer (self, FALSE, 32, value);
    case FLOW_OTLP_SINT32:
      if (!read_integer (self, TRUE, 32, value))
        return FALSE;
      *value = flow_zigzag ((gint64) *value);
      return TRUE;
    case FLOW_OTLP_ENUM:
      return read_enum (self, field, value);
    default:
      if (!read_double (self, &number))
        return FALSE;
      memcpy (value, &number, 8);
      return TRUE;
    }
}

static gboolean
read_text (Reader *self, const FlowOtlpField *field, gboolean keep_default)
{
  FlowWire text;
  gsize start;

  if (!flow_json_scan_string (&self->scan, &text))
    return FALSE;
  if (text.at == text.end && !keep_default)
    return TRUE;
  if (field->type == FLOW_OTLP_STRING)
    {
      flow_wire_put_bytes (self->out, field->number, text.at, flow_wire_left (&text));
      return TRUE;
    }
  start = flow_wire_open (self->out, FLOW_WIRE_TAG (field->number, BYTES), 1);
  if (field->type == FLOW_OTLP_ID)
    flow_otlp_json_id (text, self->out);
  else if (!flow_otlp_json_base64 (text, self->out))
    return fail (self, "expected base64");
  flow_wire_close (self->out, start, 1);
  return TRUE;
}

/* Copy a string of @length bytes with @slack readable bytes behind its start. */
static inline guint8 *
copy_text (guint8 *to, const guint8 *from, gsize length, gsize slack)
{
  if (G_LIKELY (length <= 32 && slack >= 32))
    memcpy (to, from, 32);
  else
    memcpy (to, from, length);
  return to + length;
}

/*
 * By far the most frequent thing in a request, as every exporter writes it:
 *   {"key":"K","value":{"stringValue":"V"}}
 * without escapes. Both lengths are known before anything is written. Answers %FALSE, with nothing done, for every
 * other form.
 */
static gboolean
read_plain_attribute (Reader *self, guint number)
{
  static const char head[] = "{\"key\":\"";
  static const char middle[] = "\",\"value\":{\"stringValue\":\"";
  static const char tail[] = "\"}}";
  const guint8 *end = self->scan.end, *key, *key_end, *text, *text_end;
  gsize key_length, text_length, value, whole;
  guint8 *out;

  if (flow_json_scan_peek (&self->scan) != '{' || end - self->scan.at < 64 ||
      memcmp (self->scan.at, head, sizeof head - 1) != 0)
    return FALSE;
  key = self->scan.at + sizeof head - 1;
  key_end = flow_json_scan_special (key, end);
  if ((gsize) (end - key_end) < sizeof middle || memcmp (key_end, middle, sizeof middle - 1) != 0)
    return FALSE;
  text = key_end + sizeof middle - 1;
  text_end = flow_json_scan_special (text, end);
  if ((gsize) (end - text_end) < sizeof tail || memcmp (text_end, tail, sizeof tail - 1) != 0)
    return FALSE;
  key_length = (gsize) (key_end - key);
  text_length = (gsize) (text_end - text);
  value = 1 + flow_varint_size (text_length) + text_length;
  whole = 1 + flow_varint_size (key_length) + key_length + 1 + flow_varint_size (value) + value;
  out = flow_buffer_reserve (self->out, whole + 64);
  out = flow_varint_put (out, FLOW_WIRE_TAG (number, BYTES));
  out = flow_varint_put (out, whole);
  *out++ = FLOW_WIRE_TAG (1, BYTES);
  out = flow_varint_put (out, key_length);
  out = copy_text (out, key, key_length, (gsize) (end - key));
  *out++ = FLOW_WIRE_TAG (2, BYTES);
  out = flow_varint_put (out, value);
  *out++ = FLOW_WIRE_TAG (1, BYTES);
  out = flow_varint_put (out, text_length);
  out = copy_text (out, text, text_length, (gsize) (end - text));
  self->out->length = (gsize) (out - self->out->data);
  self->scan.at = text_end + sizeof tail - 1;
  return TRUE;
}

static gboolean
read_child (Reader *self, const FlowOtlpField *field, guint depth)
{
  guint width = length_width (field->message, depth);
  gsize start;

  if (field->message == FLOW_OTLP_KEY_VALUE && read_plain_attribute (self, field->number))
    return TRUE;
  start = flow_wire_open (self->out, FLOW_WIRE_TAG (field->number, BYTES), width);
  if (!read_message (self, field->message, depth))
    return FALSE;
  flow_wire_close_padded (self->out, start, width);
  return TRUE;
}

/* One value; scalars of a packed array come without a tag. */
static gboolean
read_value (Reader *self, const FlowOtlpField *field, gboolean keep_default, guint depth)
{
  guint64 value;

  if (field->type == FLOW_OTLP_MESSAGE)
    return read_child (self, field, depth);
  if (field->type <= FLOW_OTLP_ID)
    return read_text (self, field, keep_default);
  if (!read_scalar (self, field, &value))
    return FALSE;
  if (value == 0 && !keep_default)
    return TRUE;
  switch (flow_otlp_wire_type (field))
    {
    case FLOW_WIRE_VARINT:
      flow_wire_put_varint (self->out, field->number, value);
      break;
    case FLOW_WIRE_FIXED64:
      flow_wire_put_fixed64 (self->out, field->number, value);
      break;
    default:
      flow_wire_put_fixed32 (self->out, field->number, (guint32) value);
    }
  return TRUE;
}

static gboolean
read_packed_element (Reader *self, const FlowOtlpField *field)
{
  guint64 value;

  if (!read_scalar (self, field, &value))
    return FALSE;
  if (flow_otlp_wire_type (field) == FLOW_WIRE_VARINT)
    {
      flow_buffer_put_varint (self->out, value);
      return TRUE;
    }
  value = GUINT64_TO_LE (value);
  flow_buffer_put (self->out, &value, 8);
  return TRUE;
}

static gboolean
read_array (Reader *self, const FlowOtlpField *field, guint depth)
{
  gboolean packed = flow_otlp_wire_type (field) != FLOW_WIRE_BYTES;
  gsize start = 0;
  gssize index = 0;

  if (!flow_json_scan_take (&self->scan, '['))
    return fail (self, "expected an array") || note_path (self, field, -1);
  if (flow_json_scan_take (&self->scan, ']'))
    return TRUE;
  if (packed)
    start = flow_wire_open (self->out, FLOW_WIRE_TAG (field->number, BYTES), 1);
  do
    {
      gboolean done;

      if (flow_json_scan_literal (&self->scan, "null", 4))
        done = TRUE;
      else if (packed)
        done = read_packed_element (self, field);
      else
        done = read_value (self, field, TRUE, depth);
      if (!done)
        return note_path (self, field, index);
      index++;
    }
  while (flow_json_scan_take (&self->scan, ','));
  if (packed)
    flow_wire_close (self->out, start, 1);
  return flow_json_scan_take (&self->scan, ']') || fail (self, "expected a comma or the end of the array") ||
         note_path (self, field, index);
}

static gboolean
read_field (Reader *self, const FlowOtlpField *field, guint depth)
{
  depth += field->message == FLOW_OTLP_ANY_VALUE && field->type == FLOW_OTLP_MESSAGE;
  if (depth > FLOW_OTLP_MAX_DEPTH)
    return fail (self, "values nest deeper than 100 levels") || note_path (self, field, -1);
  if (field->flags & FLOW_OTLP_REPEATED)
    return read_array (self, field, depth);
  return read_value (self, field, (field->flags & FLOW_OTLP_PRESENCE) != 0, depth) || note_path (self, field, -1);
}

/* An object as a message without its tag and length. Recursion is bounded: only values nest in themselves. */
static gboolean
read_message (Reader *self, FlowOtlpMessage message, guint depth)
{
  const FlowOtlpMessageInfo *info = &flow_otlp_schema[message];
  FlowJsonScan *scan = &self->scan;
  ObjectState state;
  guint index = 0, last = UNKNOWN;

  if (!flow_json_scan_take (scan, '{'))
    return fail (self, "expected an object");
  if (flow_json_scan_take (scan, '}'))
    return TRUE;
  state.seen = 0;
  do
    {
      if (!read_key (self, info, &self->next[message][last], &index))
        return FALSE;
      if (index == UNKNOWN)
        {
          if (!flow_json_scan_skip (scan))
            return FALSE;
          continue;
        }
      last = index;
      if (G_UNLIKELY ((state.seen & 1u << index) != 0))
        forget_field (self, &state, index);
      if (flow_json_scan_peek (scan) == 'n' && flow_json_scan_literal (scan, "null", 4))
        continue;
      state.start[index] = self->out->length;
      if (!read_field (self, &info->fields[index], depth))
        return FALSE;
      state.end[index] = self->out->length;
      state.seen |= 1u << index;
    }
  while (flow_json_scan_take (scan, ','));
  return flow_json_scan_take (scan, '}') || fail (self, "expected a comma or the end of the object");
}

/**
 * flow_otlp_json_read:
 * @message: what the document is
 * @out: where to append the message in protobuf
 * @error: %FLOW_ERROR_BAD_REQUEST, with the path and the byte
 *
 * Turn OTLP JSON (specification 1.11, "JSON Protobuf Encoding") into protobuf, in one pass and without a tree. Keys
 * are lowerCamelCase in any order, unknown ones are passed over, of equal ones the last wins, `null` is absent.
 * Integers may be numbers or strings, enums also names, doubles also the strings NaN, Infinity and -Infinity. Half
 * surrogates become U+FFFD.
 */
gboolean
flow_otlp_json_read (FlowOtlpMessage message, gconstpointer data, gsize length, FlowBuffer *out, GError **error)
{
  g_autoptr (GString) path = g_string_new (NULL);
  Reader self = { .out = out, .path = path };
  gboolean done;

  flow_json_scan_init (&self.scan, data, length);
  done = read_message (&self, message, 0);
  if (done && (flow_json_scan_peek (&self.scan), self.scan.at < self.scan.end))
    done = fail (&self, "more text behind the document");
  if (!done)
    g_set_error (error, FLOW_ERROR, FLOW_ERROR_BAD_REQUEST, "%s%s%s, at byte %" G_GSIZE_FORMAT, self.scan.why,
                 path->len > 0 ? " in " : "", path->len > 0 ? path->str + 1 : "",
                 (gsize) (self.scan.where - (const guint8 *) data));
  flow_json_scan_clear (&self.scan);
  return done;
}
