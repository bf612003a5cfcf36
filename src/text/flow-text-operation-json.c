/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-text"

#include "text/flow-text-operation-json.h"

#include <string.h>

#include "base/flow-error.h"
#include "base/flow-json-escape.h"
#include "text/flow-text-private.h"

/* How an operation is being read: what it has so far, for the limits. */
typedef struct
{
  FlowTextOperationBuilder builder;
  guint n_components;
  gsize n_characters;
} Reader;

static gboolean
refuse (GError **error, const char *why)
{
  g_set_error (error, FLOW_ERROR, FLOW_ERROR_BAD_REQUEST, "not an operation: %s", why);
  return FALSE;
}

static gboolean
count_component (Reader *self, gsize length, GError **error)
{
  if (length == 0)
    return refuse (error, "a component without characters");
  self->n_components++;
  self->n_characters += length;
  if (self->n_components <= FLOW_TEXT_OPERATION_MAX_COMPONENTS && self->n_characters <= FLOW_TEXT_MAX_SIZE)
    return TRUE;
  g_set_error_literal (error, FLOW_ERROR, FLOW_ERROR_TOO_LARGE, "the operation has too many components or characters");
  return FALSE;
}

static gboolean
add_count (Reader *self, gint64 length, gboolean deletes, GError **error)
{
  if (length <= 0 || length > FLOW_TEXT_MAX_SIZE)
    return refuse (error, "a count out of range");
  if (!count_component (self, (gsize) length, error))
    return FALSE;
  if (deletes)
    flow_text_operation_builder_delete (&self->builder, (gsize) length);
  else
    flow_text_operation_builder_retain (&self->builder, (gsize) length);
  return TRUE;
}

static gboolean
add_insert (Reader *self, const char *text, gsize size, GError **error)
{
  gsize length;

  if (size > FLOW_TEXT_MAX_SIZE || !g_utf8_validate_len (text, size, NULL))
    return refuse (error, "an insert that is not UTF-8, or has a NUL");
  length = flow_utf8_count (text, size);
  if (!count_component (self, length, error))
    return FALSE;
  flow_text_operation_builder_insert_counted (&self->builder, text, size, length);
  return TRUE;
}

/* --- Reading text ----------------------------------------------------------------------------------- */

typedef struct
{
  const char *at;
  const char *end;
} Scanner;

static void
skip_space (Scanner *scanner)
{
  while (scanner->at < scanner->end && strchr (" \t\n\r", *scanner->at) != NULL && *scanner->at != '\0')
    scanner->at++;
}

/* Passes a character that may have space before and after it. */
static gboolean
accept (Scanner *scanner, char c)
{
  skip_space (scanner);
  if (scanner->at == scanner->end || *scanner->at != c)
    return FALSE;
  scanner->at++;
  skip_space (scanner);
  return TRUE;
}

static gboolean
scan_count (Scanner *scanner, gint64 *count)
{
  const char *start = scanner->at;

  *count = 0;
  for (; scanner->at < scanner->end && g_ascii_isdigit (*scanner->at); scanner->at++)
    {
      *count = *count * 10 + (*scanner->at - '0');
      if (*count > FLOW_TEXT_MAX_SIZE)
        return FALSE;
    }
  return scanner->at > start && (*start != '0' || scanner->at == start + 1);
}

static gboolean
scan_hex (Scanner *scanner, gunichar *value)
{
  *value = 0;
  if (scanner->end - scanner->at < 4)
    return FALSE;
  for (guint i = 0; i < 4; i++)
    {
      int digit = g_ascii_xdigit_value (*scanner->at++);

      if (digit < 0)
        return FALSE;
      *value = *value << 4 | (gunichar) digit;
    }
  return TRUE;
}

/* After `\u`: a character, which may take two escapes. Half of a pair is none. */
static gboolean
scan_unicode (Scanner *scanner, GString *out)
{
  gunichar c, low;

  if (!scan_hex (scanner, &c) || c == 0 || (c >= 0xdc00 && c <= 0xdfff))
    return FALSE;
  if (c >= 0xd800 && c <= 0xdbff)
    {
      if (scanner->end - scanner->at < 6 || memcmp (scanner->at, "\\u", 2) != 0)
        return FALSE;
      scanner->at += 2;
      if (!scan_hex (scanner, &low) || low < 0xdc00 || low > 0xdfff)
        return FALSE;
      c = 0x10000 + ((c - 0xd800) << 10) + (low - 0xdc00);
    }
  g_string_append_unichar (out, c);
  return TRUE;
}

static gboolean
scan_escape (Scanner *scanner, GString *out)
{
  static const char names[] = "\"\\/bfnrt", values[] = "\"\\/\b\f\n\r\t";
  const char *found;
  char c;

  if (scanner->at == scanner->end)
    return FALSE;
  c = *scanner->at++;
  if (c == 'u')
    return scan_unicode (scanner, out);
  found = c == '\0' ? NULL : strchr (names, c);
  if (found == NULL)
    return FALSE;
  g_string_append_c (out, values[found - names]);
  return TRUE;
}

/* After the first quote. */
static gboolean
scan_string (Scanner *scanner, GString *out)
{
  while (scanner->at < scanner->end)
    {
      const char *start = scanner->at;

      while (scanner->at < scanner->end && *scanner->at != '"' && *scanner->at != '\\' && (guint8) *scanner->at >= 0x20)
        scanner->at++;
      g_string_append_len (out, start, scanner->at - start);
      if (scanner->at == scanner->end || (guint8) *scanner->at < 0x20)
        return FALSE;
      if (*scanner->at++ == '"')
        return TRUE;
      if (!scan_escape (scanner, out))
        return FALSE;
    }
  return FALSE;
}

static gboolean
read_delete (Reader *self, Scanner *scanner, GError **error)
{
  gint64 count;

  skip_space (scanner);
  if (scanner->end - scanner->at < 3 || memcmp (scanner->at, "\"d\"", 3) != 0)
    return refuse (error, "an object without d alone");
  scanner->at += 3;
  if (!accept (scanner, ':') || !scan_count (scanner, &count) || !accept (scanner, '}'))
    return refuse (error, "an object without d alone");
  return add_count (self, count, TRUE, error);
}

static gboolean
read_component (Reader *self, Scanner *scanner, GError **error)
{
  gint64 count;

  if (accept (scanner, '{'))
    return read_delete (self, scanner, error);
  if (scanner->at < scanner->end && *scanner->at == '"')
    {
      g_autoptr (GString) text = g_string_new (NULL);

      scanner->at++;
      return scan_string (scanner, text) ? add_insert (self, text->str, text->len, error)
                                         : refuse (error, "a string that is none");
    }
  if (!scan_count (scanner, &count))
    return refuse (error, "a component that is no count, text or delete");
  return add_count (self, count, FALSE, error);
}

static gboolean
read_components (Reader *self, Scanner *scanner, GError **error)
{
  if (!accept (scanner, '['))
    return refuse (error, "no array");
  if (!accept (scanner, ']'))
    {
      do
        {
          if (!read_component (self, scanner, error))
            return FALSE;
        }
      while (accept (scanner, ','));
      if (!accept (scanner, ']'))
        return refuse (error, "no end of the array");
    }
  return scanner->at == scanner->end || refuse (error, "something after it");
}

/**
 * flow_text_operation_from_json:
 * @json: (array length=size): JSON: `[3,"text",{"d":2}]`
 * @size: bytes, or -1 up to a NUL
 * @error: return location for an error
 *
 * Read an operation: a number retains, a string inserts, `{"d":n}` deletes, counted in Unicode code points (the JSON of
 * ot-text-unicode). It is brought into its normal form.
 *
 * Returns: (transfer full): the operation, or %NULL with %FLOW_ERROR_BAD_REQUEST or %FLOW_ERROR_TOO_LARGE
 */
FlowTextOperation *
flow_text_operation_from_json (const char *json, gssize size, GError **error)
{
  Scanner scanner = { .at = json, .end = json + (size < 0 ? strlen (json) : (gsize) size) };
  Reader reader = { 0 };

  flow_text_operation_builder_init (&reader.builder);
  if (read_components (&reader, &scanner, error))
    return flow_text_operation_builder_end (&reader.builder);
  flow_text_operation_builder_clear (&reader.builder);
  return NULL;
}

/* --- Reading nodes ---------------------------------------------------------------------------------- */

static gboolean
read_node (Reader *self, JsonNode *node, GError **error)
{
  if (JSON_NODE_HOLDS_VALUE (node) && json_node_get_value_type (node) == G_TYPE_INT64)
    return add_count (self, json_node_get_int (node), FALSE, error);
  if (JSON_NODE_HOLDS_VALUE (node) && json_node_get_value_type (node) == G_TYPE_STRING)
    {
      const char *text = json_node_get_string (node);

      return add_insert (self, text, strlen (text), error);
    }
  if (JSON_NODE_HOLDS_OBJECT (node) && json_object_get_size (json_node_get_object (node)) == 1)
    {
      JsonNode *count = json_object_get_member (json_node_get_object (node), "d");

      if (count != NULL && JSON_NODE_HOLDS_VALUE (count) && json_node_get_value_type (count) == G_TYPE_INT64)
        return add_count (self, json_node_get_int (count), TRUE, error);
    }
  return refuse (error, "a component that is no count, text or delete");
}

static gboolean
read_nodes (Reader *self, JsonArray *array, GError **error)
{
  for (guint i = 0; i < json_array_get_length (array); i++)
    {
      if (!read_node (self, json_array_get_element (array, i), error))
        return FALSE;
    }
  return TRUE;
}

/**
 * flow_text_operation_from_node:
 * @node: (nullable): a member of a message
 * @error: return location for an error
 *
 * Read an operation that has been parsed, as flow_text_operation_from_json() does.
 *
 * Returns: (transfer full): the operation, or %NULL with %FLOW_ERROR_BAD_REQUEST or %FLOW_ERROR_TOO_LARGE
 */
FlowTextOperation *
flow_text_operation_from_node (JsonNode *node, GError **error)
{
  Reader reader = { 0 };

  if (node == NULL || !JSON_NODE_HOLDS_ARRAY (node))
    {
      refuse (error, "no array");
      return NULL;
    }
  flow_text_operation_builder_init (&reader.builder);
  if (read_nodes (&reader, json_node_get_array (node), error))
    return flow_text_operation_builder_end (&reader.builder);
  flow_text_operation_builder_clear (&reader.builder);
  return NULL;
}

/* --- Writing ---------------------------------------------------------------------------------------- */

/**
 * flow_text_operation_to_json:
 * @self: an operation
 * @out: where to append
 *
 * Write an operation as flow_text_operation_from_json() reads it, without space.
 */
void
flow_text_operation_to_json (const FlowTextOperation *self, GString *out)
{
  FlowTextOperationIter iter;
  FlowTextComponent component;
  char separator = '[';

  if (flow_text_operation_is_noop (self))
    g_string_append_c (out, separator);
  flow_text_operation_iter_init (&iter, self);
  while (flow_text_operation_iter_next (&iter, &component))
    {
      g_string_append_c (out, separator);
      separator = ',';
      if (component.kind == FLOW_TEXT_RETAIN)
        g_string_append_printf (out, "%" G_GSIZE_FORMAT, component.length);
      else if (component.kind == FLOW_TEXT_DELETE)
        g_string_append_printf (out, "{\"d\":%" G_GSIZE_FORMAT "}", component.length);
      else
        {
          g_string_append_c (out, '"');
          flow_json_escape (out, component.text, (gssize) component.size);
          g_string_append_c (out, '"');
        }
    }
  g_string_append_c (out, ']');
}
