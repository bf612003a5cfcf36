/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-json-writer"

#include "message/flow-json-writer.h"

#include <math.h>
#include <string.h>

#include "base/flow-clock.h"
#include "base/flow-id.h"
#include "base/flow-json-escape.h"

/* Digits of the longest 64-bit number. */
#define MAX_DIGITS 20

static void
new_line (FlowJsonWriter *self)
{
  g_string_append_c (self->out, '\n');
  for (guint i = 0; i < self->depth; i++)
    g_string_append_len (self->out, "  ", 2);
}

/* What stands between the value before and this one. */
static void
before_value (FlowJsonWriter *self)
{
  if (self->after_key)
    {
      self->after_key = FALSE;
      return;
    }
  if (self->has_item)
    g_string_append_c (self->out, ',');
  if (self->pretty && self->depth > 0)
    new_line (self);
}

static void
after_value (FlowJsonWriter *self)
{
  self->has_item = self->depth > 0;
  if (self->flush != NULL && self->out->len >= self->flush_size)
    {
      self->flush (self->out, self->flush_data);
      g_string_truncate (self->out, 0);
    }
}

static void
begin (FlowJsonWriter *self, char bracket)
{
  before_value (self);
  g_string_append_c (self->out, bracket);
  self->depth++;
  self->has_item = FALSE;
}

static void
end (FlowJsonWriter *self, char bracket)
{
  g_return_if_fail (self->depth > 0);

  self->depth--;
  if (self->pretty && self->has_item)
    new_line (self);
  g_string_append_c (self->out, bracket);
  after_value (self);
}

static void
append_number (GString *out, gboolean negative, guint64 value)
{
  char digits[MAX_DIGITS + 1];
  char *at = digits + sizeof digits;

  do
    {
      *--at = (char) ('0' + value % 10);
      value /= 10;
    }
  while (value > 0);
  if (negative)
    *--at = '-';
  g_string_append_len (out, at, digits + sizeof digits - at);
}

static void
append_int64 (GString *out, gint64 value)
{
  append_number (out, value < 0, value < 0 ? -(guint64) value : (guint64) value);
}

/**
 * flow_json_writer_init:
 * @self: a writer on the caller's stack
 * @out: where to append; must outlive the writer
 *
 * Start a document, or a line of JSON Lines.
 */
void
flow_json_writer_init (FlowJsonWriter *self, GString *out)
{
  *self = (FlowJsonWriter) { .out = out };
}

/**
 * flow_json_writer_set_flush:
 * @self: a writer
 * @size: bytes
 * @flush: takes the output away
 * @data: for @flush
 *
 * Have the output taken away whenever at least @size bytes are there after a value. What is left at the
 * end is the caller's.
 */
void
flow_json_writer_set_flush (FlowJsonWriter *self, gsize size, FlowJsonFlushFunc flush, gpointer data)
{
  self->flush_size = size;
  self->flush = flush;
  self->flush_data = data;
}

/**
 * flow_json_writer_begin_object:
 * @self: a writer
 *
 * Open an object; keys and values follow in turn.
 */
void
flow_json_writer_begin_object (FlowJsonWriter *self)
{
  begin (self, '{');
}

/**
 * flow_json_writer_end_object:
 * @self: a writer
 *
 * Close the object.
 */
void
flow_json_writer_end_object (FlowJsonWriter *self)
{
  end (self, '}');
}

/**
 * flow_json_writer_begin_array:
 * @self: a writer
 *
 * Open an array.
 */
void
flow_json_writer_begin_array (FlowJsonWriter *self)
{
  begin (self, '[');
}

/**
 * flow_json_writer_end_array:
 * @self: a writer
 *
 * Close the array.
 */
void
flow_json_writer_end_array (FlowJsonWriter *self)
{
  end (self, ']');
}

/**
 * flow_json_writer_key:
 * @self: a writer in an object
 * @key: the name of the next value
 *
 * Write a key.
 */
void
flow_json_writer_key (FlowJsonWriter *self, const char *key)
{
  flow_json_writer_key_len (self, key, -1);
}

/**
 * flow_json_writer_key_len:
 * @self: a writer in an object
 * @key: (array length=len): the name of the next value, any bytes
 * @len: how many, or -1 when @key ends with a zero
 *
 * Write a key that came from outside.
 */
void
flow_json_writer_key_len (FlowJsonWriter *self, const char *key, gssize len)
{
  before_value (self);
  g_string_append_c (self->out, '"');
  flow_json_escape (self->out, key, len);
  if (self->pretty)
    g_string_append_len (self->out, "\": ", 3);
  else
    g_string_append_len (self->out, "\":", 2);
  self->after_key = TRUE;
}

/**
 * flow_json_writer_string:
 * @self: a writer
 * @text: (nullable) (array length=len): any bytes; %NULL writes null
 * @len: how many, or -1 when @text ends with a zero
 *
 * Write a string. What is not UTF-8 becomes U+FFFD.
 */
void
flow_json_writer_string (FlowJsonWriter *self, const char *text, gssize len)
{
  if (text == NULL)
    {
      flow_json_writer_null (self);
      return;
    }
  before_value (self);
  g_string_append_c (self->out, '"');
  flow_json_escape (self->out, text, len);
  g_string_append_c (self->out, '"');
  after_value (self);
}

/**
 * flow_json_writer_int64:
 * @self: a writer
 * @value: the number
 *
 * Write an integer as a number.
 */
void
flow_json_writer_int64 (FlowJsonWriter *self, gint64 value)
{
  before_value (self);
  append_int64 (self->out, value);
  after_value (self);
}

/**
 * flow_json_writer_uint64:
 * @self: a writer
 * @value: the number
 *
 * Write an integer as a number.
 */
void
flow_json_writer_uint64 (FlowJsonWriter *self, guint64 value)
{
  before_value (self);
  append_number (self->out, FALSE, value);
  after_value (self);
}

/**
 * flow_json_writer_double:
 * @self: a writer
 * @value: the number
 *
 * Write the shortest of 15, 16 or 17 digits that reads back as the same number. NaN and the infinities,
 * which JSON does not have, become the strings `NaN`, `Infinity` and `-Infinity` (protobuf's JSON mapping).
 * Negative zero is `-0.0`: many readers take `-0` for an integer, which has no such thing.
 */
void
flow_json_writer_double (FlowJsonWriter *self, double value)
{
  static const char formats[][6] = { "%.15g", "%.16g", "%.17g" };
  char text[G_ASCII_DTOSTR_BUF_SIZE];

  if (isnan (value))
    {
      flow_json_writer_string (self, "NaN", 3);
      return;
    }
  if (isinf (value))
    {
      flow_json_writer_string (self, value < 0 ? "-Infinity" : "Infinity", -1);
      return;
    }

  for (gsize i = 0; i < G_N_ELEMENTS (formats); i++)
    {
      double back;

      g_ascii_formatd (text, sizeof text, formats[i], value);
      back = g_ascii_strtod (text, NULL);
      if (memcmp (&back, &value, sizeof value) == 0)
        break;
    }
  flow_json_writer_raw (self, g_str_equal (text, "-0") ? "-0.0" : text, -1);
}

/**
 * flow_json_writer_bool:
 * @self: a writer
 * @value: the truth
 *
 * Write true or false.
 */
void
flow_json_writer_bool (FlowJsonWriter *self, gboolean value)
{
  flow_json_writer_raw (self, value ? "true" : "false", -1);
}

/**
 * flow_json_writer_null:
 * @self: a writer
 *
 * Write null.
 */
void
flow_json_writer_null (FlowJsonWriter *self)
{
  flow_json_writer_raw (self, "null", 4);
}

/**
 * flow_json_writer_strv:
 * @self: a writer
 * @texts: (nullable) (array zero-terminated=1): texts, %NULL for none
 *
 * Write an array of strings.
 */
void
flow_json_writer_strv (FlowJsonWriter *self, const char *const *texts)
{
  flow_json_writer_begin_array (self);
  for (gsize i = 0; texts != NULL && texts[i] != NULL; i++)
    flow_json_writer_string (self, texts[i], -1);
  flow_json_writer_end_array (self);
}

/**
 * flow_json_writer_time:
 * @self: a writer
 * @wall_ns: nanoseconds since 1970-01-01 00:00:00 UTC; 0 writes null
 *
 * Write a time, see flow_clock_format_utc().
 */
void
flow_json_writer_time (FlowJsonWriter *self, gint64 wall_ns)
{
  g_autofree char *text = wall_ns != 0 ? flow_clock_format_utc (wall_ns) : NULL;

  flow_json_writer_string (self, text, -1);
}

/**
 * flow_json_writer_int64_string:
 * @self: a writer
 * @value: the number
 *
 * Write an integer as a decimal string, for receivers whose numbers are doubles.
 */
void
flow_json_writer_int64_string (FlowJsonWriter *self, gint64 value)
{
  before_value (self);
  g_string_append_c (self->out, '"');
  append_int64 (self->out, value);
  g_string_append_c (self->out, '"');
  after_value (self);
}

/**
 * flow_json_writer_uint64_string:
 * @self: a writer
 * @value: the number
 *
 * Write an integer as a decimal string, for receivers whose numbers are doubles.
 */
void
flow_json_writer_uint64_string (FlowJsonWriter *self, guint64 value)
{
  before_value (self);
  g_string_append_c (self->out, '"');
  append_number (self->out, FALSE, value);
  g_string_append_c (self->out, '"');
  after_value (self);
}

/**
 * flow_json_writer_hex:
 * @self: a writer
 * @bytes: (array length=n): an id
 * @n: how many bytes
 *
 * Write bytes as a string of lower-case hex.
 */
void
flow_json_writer_hex (FlowJsonWriter *self, const guint8 *bytes, gsize n)
{
  gsize start;

  before_value (self);
  g_string_append_c (self->out, '"');
  start = self->out->len;
  g_string_set_size (self->out, start + 2 * n);
  flow_id_to_hex (bytes, n, self->out->str + start);
  g_string_append_c (self->out, '"');
  after_value (self);
}

/**
 * flow_json_writer_base64:
 * @self: a writer
 * @bytes: (array length=n): any bytes
 * @n: how many
 *
 * Write bytes as a string of base64 (RFC 4648, section 4).
 */
void
flow_json_writer_base64 (FlowJsonWriter *self, const guint8 *bytes, gsize n)
{
  g_autofree char *text = g_base64_encode (bytes, n);

  flow_json_writer_string (self, text, -1);
}

/**
 * flow_json_writer_raw:
 * @self: a writer
 * @json: (array length=len): one value that is JSON already
 * @len: how many bytes, or -1 when @json ends with a zero
 *
 * Write a value as it stands.
 */
void
flow_json_writer_raw (FlowJsonWriter *self, const char *json, gssize len)
{
  before_value (self);
  g_string_append_len (self->out, json, len);
  after_value (self);
}
