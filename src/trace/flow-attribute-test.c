/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "flow-trace"

#include <math.h>

#include "base/flow-error.h"
#include "trace/flow-bloom.h"
#include "trace/flow-otlp-wire.h"
#include "trace/flow-trace-reader-private.h"

/**
 * flow_attribute_test_init:
 * @text: "key=value"; the key ends at the first `=`
 *
 * Returns: %FALSE with %FLOW_ERROR_BAD_ARGUMENT when there is no `=` or no key
 */
gboolean
flow_attribute_test_init (FlowAttributeTest *self, const char *text, GError **error)
{
  const char *equals = strchr (text, '=');

  if (equals == NULL || equals == text)
    {
      g_set_error (error, FLOW_ERROR, FLOW_ERROR_BAD_ARGUMENT, "An attribute is written key=value, not “%s”", text);
      return FALSE;
    }
  *self = (FlowAttributeTest) { text, (gsize) (equals - text), equals + 1, strlen (equals + 1) };
  return TRUE;
}

static gboolean
is_value (const FlowAttributeTest *self, const char *text, gsize length)
{
  return length == self->value_length && memcmp (text, self->value, length) == 0;
}

static gboolean
is_integer (const FlowAttributeTest *self, gint64 value)
{
  char text[24];

  return is_value (self, text, (gsize) g_snprintf (text, sizeof text, "%" G_GINT64_FORMAT, value));
}

static gboolean
is_double (const FlowAttributeTest *self, double value)
{
  char *end;
  double wanted = g_ascii_strtod (self->value, &end);

  return self->value_length > 0 && *end == 0 && (wanted == value || (isnan (wanted) && isnan (value)));
}

static gboolean
is_boolean (const FlowAttributeTest *self, gboolean value)
{
  return is_value (self, value ? "true" : "false", value ? 4 : 5);
}

/* AnyValue: string 1, bool 2, int 3, double 4. */
static gboolean
is_any_value (const FlowAttributeTest *self, FlowWire value)
{
  guint32 tag;
  guint64 number;
  double real;
  FlowWire text;

  if (value.at == value.end)
    return self->value_length == 0;
  if (!flow_wire_tag (&value, &tag))
    return FALSE;
  switch (tag)
    {
    case FLOW_WIRE_TAG (1, BYTES):
      return flow_wire_bytes (&value, &text) && is_value (self, (const char *) text.at, flow_wire_left (&text));
    case FLOW_WIRE_TAG (2, VARINT):
      return flow_wire_varint (&value, &number) && is_boolean (self, number != 0);
    case FLOW_WIRE_TAG (3, VARINT):
      return flow_wire_varint (&value, &number) && is_integer (self, (gint64) number);
    case FLOW_WIRE_TAG (4, FIXED64):
      if (!flow_wire_fixed64 (&value, &number))
        return FALSE;
      memcpy (&real, &number, 8);
      return is_double (self, real);
    default:
      return FALSE;
    }
}

static gboolean
is_key_value (const FlowAttributeTest *self, FlowWire pair)
{
  FlowWire key = { 0 }, value = { 0 }, part;
  guint32 tag;

  while (pair.at < pair.end)
    {
      if (!flow_wire_tag (&pair, &tag))
        return FALSE;
      if (tag != FLOW_WIRE_TAG (1, BYTES) && tag != FLOW_WIRE_TAG (2, BYTES))
        {
          if (!flow_wire_skip (&pair, tag))
            return FALSE;
          continue;
        }
      if (!flow_wire_bytes (&pair, &part))
        return FALSE;
      *(tag == FLOW_WIRE_TAG (1, BYTES) ? &key : &value) = part;
    }
  return flow_wire_left (&key) == self->key_length && self->key_length > 0 &&
         memcmp (key.at, self->key, self->key_length) == 0 && is_any_value (self, value);
}

/** flow_attribute_test_key_values: whether a KeyValueList, or a Resource, has the attribute. */
gboolean
flow_attribute_test_key_values (const FlowAttributeTest *self, gconstpointer list, gsize length)
{
  FlowWire wire = { list, (const guint8 *) list + length }, pair;
  guint32 tag;

  while (wire.at < wire.end && flow_wire_tag (&wire, &tag))
    {
      if (tag != FLOW_WIRE_TAG (1, BYTES))
        {
          if (!flow_wire_skip (&wire, tag))
            return FALSE;
          continue;
        }
      if (!flow_wire_bytes (&wire, &pair))
        return FALSE;
      if (is_key_value (self, pair))
        return TRUE;
    }
  return FALSE;
}

/** flow_attribute_test_header: whether the resource of a ResourceSpans header has the attribute. */
gboolean
flow_attribute_test_header (const FlowAttributeTest *self, gconstpointer header, gsize length)
{
  FlowWire wire = { header, (const guint8 *) header + length }, resource;
  guint32 tag;

  return length > 0 && flow_wire_tag (&wire, &tag) && tag == FLOW_WIRE_TAG (1, BYTES) &&
         flow_wire_bytes (&wire, &resource) &&
         flow_attribute_test_key_values (self, resource.at, flow_wire_left (&resource));
}

static gboolean
is_attribute (const FlowAttributeTest *self, const FlowDictionary *strings, const FlowAttribute *attribute)
{
  gsize length;
  const char *text = flow_dictionary_get (strings, attribute->key, &length);

  if (length != self->key_length || memcmp (text, self->key, length) != 0)
    return FALSE;
  switch (attribute->type)
    {
    case FLOW_VALUE_STRING:
      text = flow_dictionary_get (strings, attribute->value.string, &length);
      return is_value (self, text, length);
    case FLOW_VALUE_FALSE:
      return is_boolean (self, FALSE);
    case FLOW_VALUE_TRUE:
      return is_boolean (self, TRUE);
    case FLOW_VALUE_INT:
      return is_integer (self, attribute->value.integer);
    case FLOW_VALUE_DOUBLE:
      return is_double (self, attribute->value.number);
    case FLOW_VALUE_EMPTY:
      return self->value_length == 0;
    case FLOW_VALUE_ANY:
    case FLOW_VALUE_BYTES:
    default:
      return FALSE;
    }
}

/** flow_attribute_test_extra: whether a span or log has the attribute. */
gboolean
flow_attribute_test_extra (const FlowAttributeTest *self, const FlowDictionary *strings, const guint8 *extra,
                           gsize length)
{
  FlowExtraReader reader;
  FlowAttribute attribute;
  guint64 count;

  if (!flow_extra_reader_init (&reader, extra, length, &count))
    return FALSE;
  for (guint64 i = 0; i < count && flow_extra_reader_attribute (&reader, &attribute); i++)
    if (is_attribute (self, strings, &attribute))
      return TRUE;
  return FALSE;
}

/**
 * flow_attribute_test_query:
 *
 * The words that a segment with such an attribute must hold: those of the key, and of the value unless it may be
 * kept as a number or truth value.
 */
GArray *
flow_attribute_test_query (const FlowAttributeTest *self, const FlowSipKey *key)
{
  GArray *query = flow_bloom_query_new (key, self->key, self->key_length);
  char *end;

  g_ascii_strtod (self->value, &end);
  if (*end != 0 && !is_boolean (self, TRUE) && !is_boolean (self, FALSE))
    {
      g_autoptr (GArray) words = flow_bloom_query_new (key, self->value, self->value_length);

      g_array_append_vals (query, words->data, words->len);
    }
  return query;
}
