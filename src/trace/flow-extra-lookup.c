/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-extra-lookup"

#include "trace/flow-extra-lookup.h"

#include <string.h>

/**
 * flow_extra_of_span:
 * @span: a span
 *
 * Get a span's attributes, events and links.
 *
 * Returns: them; they live as long as the trace
 */
FlowExtra
flow_extra_of_span (const FlowTraceSpan *span)
{
  return (FlowExtra) { span->strings, span->extra, span->extra_length };
}

/**
 * flow_extra_of_log:
 * @record: a log record
 *
 * Get a log record's attributes and body.
 *
 * Returns: them; they live as long as the trace
 */
FlowExtra
flow_extra_of_log (const FlowTraceLog *record)
{
  return (FlowExtra) { record->strings, record->extra, record->extra_length };
}

/**
 * flow_extra_string:
 * @extra: whose dictionary
 * @id: an id of it
 *
 * Get a string.
 *
 * Returns: the string
 */
FlowString
flow_extra_string (const FlowExtra *extra, guint32 id)
{
  FlowString string;

  string.data = flow_dictionary_get (extra->strings, id, &string.length);
  return string;
}

/**
 * flow_extra_attribute_is:
 * @extra: where it is from
 * @attribute: an attribute
 * @key: a key
 *
 * Check whether an attribute has this key.
 *
 * Returns: %TRUE when it has
 */
gboolean
flow_extra_attribute_is (const FlowExtra *extra, const FlowAttribute *attribute, const char *key)
{
  FlowString name = flow_extra_string (extra, attribute->key);

  return name.length == strlen (key) && memcmp (name.data, key, name.length) == 0;
}

/* Reads @count attributes; what is damaged ends the list. */
static GArray *
read_attributes (FlowExtraReader *reader, guint64 count)
{
  GArray *attributes = g_array_new (FALSE, FALSE, sizeof (FlowAttribute));
  FlowAttribute attribute;

  while (count-- > 0 && flow_extra_reader_attribute (reader, &attribute))
    g_array_append_val (attributes, attribute);
  return attributes;
}

/**
 * flow_extra_get_attributes:
 * @extra: of a row
 *
 * Get the attributes in the order in which they came.
 *
 * Returns: (transfer full) (element-type FlowAttribute): the attributes
 */
GArray *
flow_extra_get_attributes (const FlowExtra *extra)
{
  FlowExtraReader reader;
  guint64 count;

  if (!flow_extra_reader_init (&reader, extra->bytes, extra->length, &count))
    return g_array_new (FALSE, FALSE, sizeof (FlowAttribute));
  return read_attributes (&reader, count);
}

/**
 * flow_extra_walk_fields:
 * @extra: of a row
 * @field: which fields
 * @func: (scope call): sees each of them
 * @data: for @func
 *
 * Visit all fields of one kind in their order.
 */
void
flow_extra_walk_fields (const FlowExtra *extra, FlowField field, FlowExtraFieldFunc func, gpointer data)
{
  FlowExtraReader reader;
  FlowExtraItem item;
  guint64 count;

  if (!flow_extra_reader_init (&reader, extra->bytes, extra->length, &count))
    return;
  g_array_unref (read_attributes (&reader, count));
  while (flow_extra_reader_field (&reader, &item))
    {
      gboolean nested = item.field == FLOW_FIELD_EVENT || item.field == FLOW_FIELD_LINK ||
                        item.field == FLOW_FIELD_BODY;
      g_autoptr (GArray) attributes = read_attributes (&reader, nested ? item.count : 0);

      if (item.field == field)
        func (extra, &item, (const FlowAttribute *) (void *) attributes->data, attributes->len, data);
    }
}

/**
 * flow_extra_find:
 * @extra: of a row
 * @key: a key
 * @attribute: (out): the attribute
 *
 * Find an attribute by its key; the last one counts, as for the OpenTelemetry SDKs.
 *
 * Returns: %FALSE when there is none
 */
gboolean
flow_extra_find (const FlowExtra *extra, const char *key, FlowAttribute *attribute)
{
  FlowExtraReader reader;
  FlowAttribute read;
  gboolean found = FALSE;
  guint64 count;

  if (!flow_extra_reader_init (&reader, extra->bytes, extra->length, &count))
    return FALSE;
  while (count-- > 0 && flow_extra_reader_attribute (&reader, &read))
    if (flow_extra_attribute_is (extra, &read, key))
      {
        *attribute = read;
        found = TRUE;
      }
  return found;
}

/**
 * flow_extra_find_string:
 * @extra: of a row
 * @key: a key
 *
 * Find a string attribute.
 *
 * Returns: the string, empty when there is none
 */
FlowString
flow_extra_find_string (const FlowExtra *extra, const char *key)
{
  FlowAttribute attribute;

  if (flow_extra_find (extra, key, &attribute) && attribute.type == FLOW_VALUE_STRING)
    return flow_extra_string (extra, attribute.value.string);
  return (FlowString) { "", 0 };
}

/**
 * flow_extra_find_number:
 * @extra: of a row
 * @key: a key
 *
 * Find a small number: an int, or a double or string that stands for one, as several exporters send it.
 *
 * Returns: the number, 0 when there is none
 */
guint
flow_extra_find_number (const FlowExtra *extra, const char *key)
{
  FlowAttribute attribute;
  FlowString text;
  double number = 0;

  if (!flow_extra_find (extra, key, &attribute))
    return 0;
  if (attribute.type == FLOW_VALUE_INT)
    number = (double) attribute.value.integer;
  else if (attribute.type == FLOW_VALUE_DOUBLE)
    number = attribute.value.number;
  text = flow_extra_find_string (extra, key);
  if (text.length > 0)
    number = g_ascii_strtod (text.data, NULL);
  return number >= 1 && number <= G_MAXINT ? (guint) number : 0;
}

static void
take_number_cb (const FlowExtra *extra, const FlowExtraItem *item, const FlowAttribute *attributes, guint n_attributes,
                gpointer data)
{
  *(FlowString *) data = flow_extra_string (extra, (guint32) item->number);
}

/**
 * flow_extra_find_field_string:
 * @extra: of a row
 * @field: a field whose payload is a string, like the status message
 *
 * Find a field's string.
 *
 * Returns: the string, empty when there is none
 */
FlowString
flow_extra_find_field_string (const FlowExtra *extra, FlowField field)
{
  FlowString string = { "", 0 };

  flow_extra_walk_fields (extra, field, take_number_cb, &string);
  return string;
}

/**
 * flow_extra_find_function:
 * @extra: of a row
 *
 * Find the function that a span or log record names: `code.function.name`, or the older `code.namespace` and
 * `code.function` joined by a dot (semantic conventions 1.33.0).
 *
 * Returns: (transfer full): its name, empty when there is none
 */
char *
flow_extra_find_function (const FlowExtra *extra)
{
  FlowString name = flow_extra_find_string (extra, "code.function.name");
  FlowString space;

  if (name.length > 0)
    return g_strndup (name.data, name.length);
  name = flow_extra_find_string (extra, "code.function");
  space = flow_extra_find_string (extra, "code.namespace");
  return g_strdup_printf ("%.*s%s%.*s", (int) space.length, space.data, space.length > 0 && name.length > 0 ? "." : "",
                          (int) name.length, name.data);
}
