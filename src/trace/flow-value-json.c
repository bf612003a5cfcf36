/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "flow-trace"

#include "trace/flow-value-json.h"

#include "trace/flow-otlp-schema.h"
#include "trace/flow-otlp-wire.h"

#define TAG FLOW_WIRE_TAG

static void write_any (FlowJsonWriter *writer, FlowWire any_value, guint depth);

static void
write_text (FlowJsonWriter *writer, FlowWire text)
{
  gsize length = flow_wire_left (&text);

  flow_json_writer_string (writer, length > 0 ? (const char *) text.at : "", (gssize) length);
}

/* Numbers of 64 bits do not fit into JSON's as most programs read them. */
static void
write_int (FlowJsonWriter *writer, gint64 value)
{
  flow_json_writer_begin_object (writer);
  flow_json_writer_key (writer, "int");
  flow_json_writer_int64_string (writer, value);
  flow_json_writer_end_object (writer);
}

static void
write_bytes (FlowJsonWriter *writer, FlowWire bytes)
{
  flow_json_writer_begin_object (writer);
  flow_json_writer_key (writer, "bytes");
  flow_json_writer_base64 (writer, bytes.at, flow_wire_left (&bytes));
  flow_json_writer_end_object (writer);
}

static void
write_array (FlowJsonWriter *writer, FlowWire list, guint depth)
{
  FlowWire value;
  guint32 tag;

  flow_json_writer_begin_array (writer);
  while (list.at < list.end && flow_wire_tag (&list, &tag))
    if (tag == TAG (1, BYTES) && flow_wire_bytes (&list, &value))
      write_any (writer, value, depth + 1);
    else if (!flow_wire_skip (&list, tag))
      break;
  flow_json_writer_end_array (writer);
}

/* A KeyValue's parts. */
static void
read_key_value (FlowWire in, FlowWire *key, FlowWire *value)
{
  guint32 tag;

  *key = *value = (FlowWire) { NULL, NULL };
  while (in.at < in.end && flow_wire_tag (&in, &tag))
    if (tag == TAG (1, BYTES) ? !flow_wire_bytes (&in, key)
                              : (tag == TAG (2, BYTES) ? !flow_wire_bytes (&in, value) : !flow_wire_skip (&in, tag)))
      break;
}

/* The KeyValues in field @field of a message as an object. */
static void
write_map (FlowJsonWriter *writer, FlowWire message, guint field, guint depth)
{
  FlowWire entry, key, value;
  guint32 tag;

  flow_json_writer_begin_object (writer);
  while (message.at < message.end && flow_wire_tag (&message, &tag))
    if (tag == TAG (field, BYTES) && flow_wire_bytes (&message, &entry))
      {
        read_key_value (entry, &key, &value);
        flow_json_writer_key_len (writer, flow_wire_left (&key) > 0 ? (const char *) key.at : "",
                                  (gssize) flow_wire_left (&key));
        write_any (writer, value, depth + 1);
      }
    else if (!flow_wire_skip (&message, tag))
      break;
  flow_json_writer_end_object (writer);
}

static void
write_member (FlowJsonWriter *writer, guint32 tag, FlowWire *in, guint depth)
{
  FlowWire bytes = { NULL, NULL };
  guint64 value = 0;
  double number;

  switch (tag)
    {
    case TAG (2, VARINT):
      flow_wire_varint (in, &value);
      flow_json_writer_bool (writer, value != 0);
      return;
    case TAG (3, VARINT):
      flow_wire_varint (in, &value);
      write_int (writer, (gint64) value);
      return;
    case TAG (4, FIXED64):
      flow_wire_fixed64 (in, &value);
      memcpy (&number, &value, 8);
      flow_json_writer_double (writer, number);
      return;
    default:
      flow_wire_bytes (in, &bytes);
    }
  switch (tag)
    {
    case TAG (1, BYTES):
      write_text (writer, bytes);
      break;
    case TAG (5, BYTES):
      write_array (writer, bytes, depth);
      break;
    case TAG (6, BYTES):
      write_map (writer, bytes, 1, depth);
      break;
    case TAG (7, BYTES):
      write_bytes (writer, bytes);
      break;
    default:
      flow_json_writer_null (writer);
    }
}

static void
write_any (FlowJsonWriter *writer, FlowWire any_value, guint depth)
{
  guint32 tag;

  if (depth > FLOW_OTLP_MAX_DEPTH || any_value.at == any_value.end || !flow_wire_tag (&any_value, &tag))
    flow_json_writer_null (writer);
  else
    write_member (writer, tag, &any_value, depth);
}

/** flow_any_value_write_json: write an AnyValue in protobuf, in canonical form, as flow_value_write_json() does. */
void
flow_any_value_write_json (FlowJsonWriter *writer, gconstpointer any_value, gsize length)
{
  write_any (writer, flow_wire_from (any_value, length), 1);
}

/**
 * flow_value_write_json:
 * @strings: the dictionary of @attribute
 *
 * Write an attribute's value as the command line prints it (protocol.md): strings, booleans, numbers for doubles,
 * arrays, objects for maps; an integer is `{"int":"42"}`, bytes are `{"bytes":"base64"}`, no value is null, NaN and
 * infinities are strings.
 */
void
flow_value_write_json (FlowJsonWriter *writer, const FlowDictionary *strings, const FlowAttribute *attribute)
{
  const char *text;
  gsize length;

  switch (attribute->type)
    {
    case FLOW_VALUE_STRING:
      text = flow_dictionary_get (strings, attribute->value.string, &length);
      flow_json_writer_string (writer, text, (gssize) length);
      break;
    case FLOW_VALUE_FALSE:
    case FLOW_VALUE_TRUE:
      flow_json_writer_bool (writer, attribute->type == FLOW_VALUE_TRUE);
      break;
    case FLOW_VALUE_INT:
      write_int (writer, attribute->value.integer);
      break;
    case FLOW_VALUE_DOUBLE:
      flow_json_writer_double (writer, attribute->value.number);
      break;
    case FLOW_VALUE_ANY:
      text = flow_dictionary_get (strings, attribute->value.string, &length);
      flow_any_value_write_json (writer, text, length);
      break;
    case FLOW_VALUE_BYTES:
      text = flow_dictionary_get (strings, attribute->value.string, &length);
      write_bytes (writer, flow_wire_from (text, length));
      break;
    case FLOW_VALUE_EMPTY:
    default:
      flow_json_writer_null (writer);
    }
}

/**
 * flow_value_to_text:
 * @strings: the dictionary of @attribute
 *
 * An attribute's value as a person reads it, and as a filter compares it: a string as it is, numbers without
 * decoration, everything else as JSON.
 *
 * Returns: (transfer full): the text
 */
char *
flow_value_to_text (const FlowDictionary *strings, const FlowAttribute *attribute)
{
  FlowJsonWriter writer;
  GString *text;

  if (attribute->type == FLOW_VALUE_STRING)
    return g_strdup (flow_dictionary_get (strings, attribute->value.string, NULL));
  if (attribute->type == FLOW_VALUE_INT)
    return g_strdup_printf ("%" G_GINT64_FORMAT, attribute->value.integer);
  if (attribute->type == FLOW_VALUE_EMPTY)
    return g_strdup ("");
  if (attribute->type == FLOW_VALUE_ANY)
    {
      gsize length;
      const char *bytes = flow_dictionary_get (strings, attribute->value.string, &length);

      return flow_any_value_to_text (bytes, length);
    }
  text = g_string_new (NULL);
  flow_json_writer_init (&writer, text);
  flow_value_write_json (&writer, strings, attribute);
  return g_string_free (text, FALSE);
}

/** flow_any_value_to_text: as flow_value_to_text(), from an AnyValue in protobuf. */
char *
flow_any_value_to_text (gconstpointer any_value, gsize length)
{
  FlowWire in = flow_wire_from (any_value, length), bytes;
  FlowJsonWriter writer;
  GString *text;
  guint64 value;
  guint32 tag;

  if (in.at == in.end || !flow_wire_tag (&in, &tag))
    return g_strdup ("");
  if (tag == TAG (1, BYTES) && flow_wire_bytes (&in, &bytes))
    return g_strndup ((const char *) bytes.at, flow_wire_left (&bytes));
  if (tag == TAG (3, VARINT) && flow_wire_varint (&in, &value))
    return g_strdup_printf ("%" G_GINT64_FORMAT, (gint64) value);
  text = g_string_new (NULL);
  flow_json_writer_init (&writer, text);
  flow_any_value_write_json (&writer, any_value, length);
  return g_string_free (text, FALSE);
}

/* Arrays and maps are lists in field 1; a map's keys are strings too. */
static void
visit_any (FlowWire in, guint depth, FlowStringVisitor visit, gpointer data)
{
  FlowWire bytes, entry, key, value;
  guint32 tag;

  while (in.at < in.end && flow_wire_tag (&in, &tag))
    {
      if ((tag & 7) != FLOW_WIRE_BYTES || tag == TAG (7, BYTES))
        {
          if (!flow_wire_skip (&in, tag))
            return;
          continue;
        }
      if (!flow_wire_bytes (&in, &bytes))
        return;
      if (tag == TAG (1, BYTES))
        visit ((const char *) bytes.at, flow_wire_left (&bytes), data);
      while ((tag == TAG (5, BYTES) || tag == TAG (6, BYTES)) && depth < FLOW_OTLP_MAX_DEPTH &&
             flow_wire_left (&bytes) > 0)
        {
          guint32 inner;

          if (!flow_wire_tag (&bytes, &inner) || inner != TAG (1, BYTES) || !flow_wire_bytes (&bytes, &entry))
            return;
          if (tag == TAG (5, BYTES))
            {
              visit_any (entry, depth + 1, visit, data);
              continue;
            }
          read_key_value (entry, &key, &value);
          visit ((const char *) key.at, flow_wire_left (&key), data);
          visit_any (value, depth + 1, visit, data);
        }
    }
}

/** flow_any_value_visit_strings: call @visit for each string in an AnyValue, keys of maps included. */
void
flow_any_value_visit_strings (gconstpointer any_value, gsize length, FlowStringVisitor visit, gpointer data)
{
  visit_any (flow_wire_from (any_value, length), 1, visit, data);
}

/**
 * flow_protobuf_attributes_write_json:
 * @message: a Resource (field 1), InstrumentationScope (field 3) or KeyValueList (field 1) in protobuf
 * @field: where its KeyValues are
 *
 * Write the attributes of a message as an object.
 */
void
flow_protobuf_attributes_write_json (FlowJsonWriter *writer, gconstpointer message, gsize length, guint field)
{
  write_map (writer, flow_wire_from (message, length), field, 0);
}

/* The message in field 1 of a header. */
static FlowWire
unwrap (FlowWire header)
{
  FlowWire message;
  guint32 tag;

  while (header.at < header.end && flow_wire_tag (&header, &tag))
    if (tag == TAG (1, BYTES) && flow_wire_bytes (&header, &message))
      return message;
    else if (!flow_wire_skip (&header, tag))
      break;
  return (FlowWire) { NULL, NULL };
}

/** flow_resource_write_json: write the attributes in the header of a resource ([struct@FlowBatchResource]). */
void
flow_resource_write_json (FlowJsonWriter *writer, gconstpointer header, gsize length)
{
  write_map (writer, unwrap (flow_wire_from (header, length)), 1, 0);
}

/** flow_scope_write_json: write `{name, version, attributes{}}` of the header of a scope. */
void
flow_scope_write_json (FlowJsonWriter *writer, gconstpointer header, gsize length)
{
  FlowWire scope = unwrap (flow_wire_from (header, length)), in = scope, bytes;
  FlowWire name = { NULL, NULL }, version = { NULL, NULL };
  guint32 tag;

  while (in.at < in.end && flow_wire_tag (&in, &tag))
    if ((tag == TAG (1, BYTES) || tag == TAG (2, BYTES)) && flow_wire_bytes (&in, &bytes))
      *(tag == TAG (1, BYTES) ? &name : &version) = bytes;
    else if (!flow_wire_skip (&in, tag))
      break;
  flow_json_writer_begin_object (writer);
  flow_json_writer_key (writer, "name");
  write_text (writer, name);
  flow_json_writer_key (writer, "version");
  write_text (writer, version);
  flow_json_writer_key (writer, "attributes");
  write_map (writer, scope, 3, 0);
  flow_json_writer_end_object (writer);
}

/**
 * flow_protobuf_attribute_text:
 * @message: as for flow_protobuf_attributes_write_json()
 *
 * The value of one attribute of a message, as flow_value_to_text() gives it.
 *
 * Returns: (transfer full) (nullable): %NULL when it has no such attribute
 */
char *
flow_protobuf_attribute_text (gconstpointer message, gsize length, guint field, const char *key)
{
  FlowWire in = flow_wire_from (message, length), entry, name, value;
  gsize key_length = strlen (key);
  guint32 tag;

  while (in.at < in.end && flow_wire_tag (&in, &tag))
    {
      if (tag != TAG (field, BYTES) || !flow_wire_bytes (&in, &entry))
        {
          if (!flow_wire_skip (&in, tag))
            break;
          continue;
        }
      read_key_value (entry, &name, &value);
      if (flow_wire_left (&name) == key_length && (key_length == 0 || memcmp (name.at, key, key_length) == 0))
        return flow_any_value_to_text (value.at, flow_wire_left (&value));
    }
  return NULL;
}
