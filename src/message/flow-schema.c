/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-message"

#include "message/flow-schema.h"

#include <math.h>
#include <string.h>

#define DEFINITION "#/$defs/"

typedef struct
{
  JsonObject *root; /* whose $defs a $ref names */
  GString *path;    /* where we are; after a problem, where that is */
  char *problem;
} Check;

typedef gboolean (*Rule) (Check *self, JsonObject *schema, JsonNode *rule, JsonNode *value);

static gboolean check (Check *self, JsonObject *schema, JsonNode *value);

static gboolean fail (Check *self, const char *format, ...) G_GNUC_PRINTF (2, 3);

static gboolean
fail (Check *self, const char *format, ...)
{
  va_list arguments;

  va_start (arguments, format);
  g_free (self->problem);
  self->problem = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  return FALSE;
}

static gboolean
is_number (JsonNode *node)
{
  GType type = JSON_NODE_HOLDS_VALUE (node) ? json_node_get_value_type (node) : G_TYPE_INVALID;

  return type == G_TYPE_INT64 || type == G_TYPE_DOUBLE;
}

static gboolean
is_string (JsonNode *node)
{
  return JSON_NODE_HOLDS_VALUE (node) && json_node_get_value_type (node) == G_TYPE_STRING;
}

/* A number without a fraction is an integer, however it is written (JSON Schema 2020-12, section 6.1.1). */
static gboolean
has_type (JsonNode *value, const char *type)
{
  if (strcmp (type, "null") == 0)
    return JSON_NODE_HOLDS_NULL (value);
  if (strcmp (type, "object") == 0)
    return JSON_NODE_HOLDS_OBJECT (value);
  if (strcmp (type, "array") == 0)
    return JSON_NODE_HOLDS_ARRAY (value);
  if (strcmp (type, "string") == 0)
    return is_string (value);
  if (strcmp (type, "boolean") == 0)
    return JSON_NODE_HOLDS_VALUE (value) && json_node_get_value_type (value) == G_TYPE_BOOLEAN;
  if (strcmp (type, "number") == 0)
    return is_number (value);
  return is_number (value) && trunc (json_node_get_double (value)) == json_node_get_double (value);
}

static gboolean
check_type (Check *self, JsonObject *schema, JsonNode *rule, JsonNode *value)
{
  JsonArray *types;

  if (!JSON_NODE_HOLDS_ARRAY (rule))
    return has_type (value, json_node_get_string (rule)) ||
           fail (self, "must be of type %s", json_node_get_string (rule));
  types = json_node_get_array (rule);
  for (guint i = 0; i < json_array_get_length (types); i++)
    {
      if (has_type (value, json_array_get_string_element (types, i)))
        return TRUE;
    }
  return fail (self, "is of a type that is not possible");
}

/* Texts and numbers: nothing else is named in our schemas. */
static gboolean
is_same (JsonNode *a, JsonNode *b)
{
  if (is_string (a) && is_string (b))
    return strcmp (json_node_get_string (a), json_node_get_string (b)) == 0;
  return json_node_equal (a, b);
}

static gboolean
check_const (Check *self, JsonObject *schema, JsonNode *rule, JsonNode *value)
{
  return is_same (rule, value) || fail (self, "is another value than the only one that is possible");
}

static gboolean
check_enum (Check *self, JsonObject *schema, JsonNode *rule, JsonNode *value)
{
  JsonArray *values = json_node_get_array (rule);

  for (guint i = 0; i < json_array_get_length (values); i++)
    {
      if (is_same (json_array_get_element (values, i), value))
        return TRUE;
    }
  return fail (self, "is none of the values that are possible");
}

static gboolean
check_minimum (Check *self, JsonObject *schema, JsonNode *rule, JsonNode *value)
{
  return !is_number (value) || json_node_get_double (value) >= json_node_get_double (rule) ||
         fail (self, "must be at least %g", json_node_get_double (rule));
}

static gboolean
check_maximum (Check *self, JsonObject *schema, JsonNode *rule, JsonNode *value)
{
  return !is_number (value) || json_node_get_double (value) <= json_node_get_double (rule) ||
         fail (self, "must be at most %g", json_node_get_double (rule));
}

static gboolean
check_min_length (Check *self, JsonObject *schema, JsonNode *rule, JsonNode *value)
{
  return !is_string (value) || g_utf8_strlen (json_node_get_string (value), -1) >= json_node_get_int (rule) ||
         fail (self, "must have at least %d characters", (int) json_node_get_int (rule));
}

static gboolean
check_max_length (Check *self, JsonObject *schema, JsonNode *rule, JsonNode *value)
{
  return !is_string (value) || g_utf8_strlen (json_node_get_string (value), -1) <= json_node_get_int (rule) ||
         fail (self, "must have at most %d characters", (int) json_node_get_int (rule));
}

/* The expressions of our schemas, which are few. As in ECMA 262 one is found anywhere in a text, and "$" is its end,
 * not a line before it. */
static GRegex *
get_regex (const char *pattern)
{
  static GMutex mutex;
  static GHashTable *regexes;
  GRegex *regex;

  g_mutex_lock (&mutex);
  if (regexes == NULL)
    regexes = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) g_regex_unref);
  regex = g_hash_table_lookup (regexes, pattern);
  if (regex == NULL)
    {
      regex = g_regex_new (pattern, G_REGEX_OPTIMIZE | G_REGEX_DOLLAR_ENDONLY, 0, NULL);
      if (regex != NULL)
        g_hash_table_insert (regexes, g_strdup (pattern), regex);
    }
  g_mutex_unlock (&mutex);
  return regex;
}

static gboolean
check_pattern (Check *self, JsonObject *schema, JsonNode *rule, JsonNode *value)
{
  GRegex *regex = is_string (value) ? get_regex (json_node_get_string (rule)) : NULL;

  return regex == NULL || g_regex_match (regex, json_node_get_string (value), 0, NULL) ||
         fail (self, "must be written as %s", json_node_get_string (rule));
}

static gboolean
check_max_items (Check *self, JsonObject *schema, JsonNode *rule, JsonNode *value)
{
  return !JSON_NODE_HOLDS_ARRAY (value) ||
         json_array_get_length (json_node_get_array (value)) <= json_node_get_int (rule) ||
         fail (self, "must have at most %d elements", (int) json_node_get_int (rule));
}

static gboolean
check_required (Check *self, JsonObject *schema, JsonNode *rule, JsonNode *value)
{
  JsonArray *names = json_node_get_array (rule);

  if (!JSON_NODE_HOLDS_OBJECT (value))
    return TRUE;
  for (guint i = 0; i < json_array_get_length (names); i++)
    {
      const char *name = json_array_get_string_element (names, i);

      if (!json_object_has_member (json_node_get_object (value), name))
        {
          g_string_append_printf (self->path, "/%s", name);
          return fail (self, "is missing");
        }
    }
  return TRUE;
}

/* A step down; the path keeps it when there is a problem. */
static gboolean
check_at (Check *self, JsonObject *schema, JsonNode *value, const char *step)
{
  gsize length = self->path->len;

  g_string_append_printf (self->path, "/%s", step);
  if (!check (self, schema, value))
    return FALSE;
  g_string_truncate (self->path, length);
  return TRUE;
}

static gboolean
check_properties (Check *self, JsonObject *schema, JsonNode *rule, JsonNode *value)
{
  JsonObjectIter iter;
  const char *name;
  JsonNode *member;

  if (!JSON_NODE_HOLDS_OBJECT (value))
    return TRUE;
  json_object_iter_init (&iter, json_node_get_object (rule));
  while (json_object_iter_next (&iter, &name, &member))
    {
      JsonNode *found = json_object_get_member (json_node_get_object (value), name);

      if (found != NULL && !check_at (self, json_node_get_object (member), found, name))
        return FALSE;
    }
  return TRUE;
}

static gboolean
check_additional (Check *self, JsonObject *schema, JsonNode *rule, JsonNode *value)
{
  JsonObject *properties = json_object_has_member (schema, "properties")
                               ? json_object_get_object_member (schema, "properties")
                               : NULL;
  JsonObjectIter iter;
  const char *name;
  JsonNode *member;

  if (!JSON_NODE_HOLDS_OBJECT (value) || (JSON_NODE_HOLDS_VALUE (rule) && json_node_get_boolean (rule)))
    return TRUE;
  json_object_iter_init (&iter, json_node_get_object (value));
  while (json_object_iter_next (&iter, &name, &member))
    {
      if (properties != NULL && json_object_has_member (properties, name))
        continue;
      if (JSON_NODE_HOLDS_VALUE (rule))
        return fail (self, "has a member that nobody knows");
      if (!check_at (self, json_node_get_object (rule), member, name))
        return FALSE;
    }
  return TRUE;
}

static gboolean
check_items (Check *self, JsonObject *schema, JsonNode *rule, JsonNode *value)
{
  JsonArray *items;
  char step[12];

  if (!JSON_NODE_HOLDS_ARRAY (value))
    return TRUE;
  items = json_node_get_array (value);
  for (guint i = 0; i < json_array_get_length (items); i++)
    {
      g_snprintf (step, sizeof step, "%u", i);
      if (!check_at (self, json_node_get_object (rule), json_array_get_element (items, i), step))
        return FALSE;
    }
  return TRUE;
}

static gboolean
check_any_of (Check *self, JsonObject *schema, JsonNode *rule, JsonNode *value)
{
  JsonArray *schemas = json_node_get_array (rule);
  gsize length = self->path->len;

  for (guint i = 0; i < json_array_get_length (schemas); i++)
    {
      if (check (self, json_array_get_object_element (schemas, i), value))
        return TRUE;
      g_string_truncate (self->path, length);
    }
  return fail (self, "has none of the forms that are possible");
}

static gboolean
check_ref (Check *self, JsonObject *schema, JsonNode *rule, JsonNode *value)
{
  const char *name = json_node_get_string (rule) + strlen (DEFINITION);

  return check (self, json_object_get_object_member (json_object_get_object_member (self->root, "$defs"), name), value);
}

/* What our schemas may use: a part of JSON Schema 2020-12. Those without a function tell people something. */
static const struct
{
  const char *keyword;
  Rule rule;
} rules[] = {
  { "type", check_type },
  { "required", check_required },
  { "properties", check_properties },
  { "items", check_items },
  { "enum", check_enum },
  { "minimum", check_minimum },
  { "maximum", check_maximum },
  { "minLength", check_min_length },
  { "maxLength", check_max_length },
  { "pattern", check_pattern },
  { "maxItems", check_max_items },
  { "const", check_const },
  { "anyOf", check_any_of },
  { "additionalProperties", check_additional },
  { "$ref", check_ref },
  { "$defs", NULL },
  { "$schema", NULL },
  { "title", NULL },
  { "description", NULL },
};

static int
find_rule (const char *keyword)
{
  for (guint i = 0; i < G_N_ELEMENTS (rules); i++)
    {
      if (strcmp (rules[i].keyword, keyword) == 0)
        return (int) i;
    }
  return -1;
}

static gboolean
check (Check *self, JsonObject *schema, JsonNode *value)
{
  JsonObjectIter iter;
  const char *keyword;
  JsonNode *rule;

  json_object_iter_init_ordered (&iter, schema);
  while (json_object_iter_next_ordered (&iter, &keyword, &rule))
    {
      int found = find_rule (keyword);

      if (found >= 0 && rules[found].rule != NULL && !rules[found].rule (self, schema, rule, value))
        return FALSE;
    }
  return TRUE;
}

/**
 * flow_schema_check:
 * @schema: a JSON Schema, made of the keywords that we know
 * @value: what is to fit it
 * @at: a JSON Pointer to @value
 * @path: (out): a JSON Pointer (RFC 6901, without escapes) to what does not fit, or is missing
 * @problem: (out): what is wrong with it: the end of a sentence
 *
 * Check a value against a schema of our own (JSON Schema 2020-12, of which only a part is understood).
 *
 * Returns: %FALSE, with both outputs set, when it does not fit
 */
gboolean
flow_schema_check (JsonObject *schema, JsonNode *value, const char *at, char **path, char **problem)
{
  Check self = { .root = schema, .path = g_string_new (at) };

  if (check (&self, schema, value))
    {
      g_string_free (self.path, TRUE);
      g_free (self.problem);
      return TRUE;
    }
  *path = g_string_free (self.path, FALSE);
  *problem = self.problem;
  return FALSE;
}

static char *find_unknown_in (JsonNode *node);

/* The members of an object, or the elements of an array, which are schemas. */
static char *
find_unknown_below (JsonNode *node)
{
  g_autoptr (GList) values = JSON_NODE_HOLDS_OBJECT (node) ? json_object_get_values (json_node_get_object (node))
                                                           : json_array_get_elements (json_node_get_array (node));

  for (GList *at = values; at != NULL; at = at->next)
    {
      char *unknown = find_unknown_in (at->data);

      if (unknown != NULL)
        return unknown;
    }
  return NULL;
}

static char *
find_unknown_in (JsonNode *node)
{
  static const char *const containers[] = { "properties", "$defs", "anyOf", NULL };
  JsonObject *schema = json_node_get_object (node);
  JsonObjectIter iter;
  const char *keyword;
  JsonNode *rule;

  json_object_iter_init (&iter, schema);
  while (json_object_iter_next (&iter, &keyword, &rule))
    {
      char *unknown = NULL;

      if (find_rule (keyword) < 0)
        return g_strdup (keyword);
      if (g_strv_contains (containers, keyword))
        unknown = find_unknown_below (rule);
      else if (JSON_NODE_HOLDS_OBJECT (rule))
        unknown = find_unknown_in (rule);
      else if (strcmp (keyword, "pattern") == 0 && get_regex (json_node_get_string (rule)) == NULL)
        unknown = g_strdup (json_node_get_string (rule));
      else if (strcmp (keyword, "$ref") == 0 && !g_str_has_prefix (json_node_get_string (rule), DEFINITION))
        unknown = g_strdup (json_node_get_string (rule));
      if (unknown != NULL)
        return unknown;
    }
  return NULL;
}

/**
 * flow_schema_find_unknown:
 * @schema: a JSON Schema
 *
 * Look for a keyword that flow_schema_check() would pass over.
 *
 * Returns: (nullable) (transfer full): the keyword, %NULL when all are known
 */
char *
flow_schema_find_unknown (JsonObject *schema)
{
  g_autoptr (JsonNode) node = json_node_init_object (json_node_alloc (), schema);

  return find_unknown_in (node);
}
