/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-settings-schema"

#include "base/flow-settings-schema.h"

#include <glib/gi18n-lib.h>

#include "base/flow-error.h"
#include "base/flow-version.h"

/*
 * FlowSettingsSchema:
 *
 * Which settings there are and what they may be: the GSettings schemas `org.flowscope` and
 * `org.flowscope.SECTION` as one flat list of keys like `capture.enabled`.
 */
struct _FlowSettingsSchema
{
  GHashTable *schemas; /* section, "" for none -> GSettingsSchema */
  char **keys;         /* sorted */
};

static const char *const sections[] = {
  "", "capture", "ui", "integrations.vscode", "integrations.cloud", "edit", "ports", "limits", "sync", "privacy", NULL,
};

/* The folder of the build comes first: beside an older installed FlowScope a new build must see its own. */
static GSettingsSchemaSource *
open_schema_source (const char *dir)
{
  g_autofree char *compiled = g_build_filename (dir, "gschemas.compiled", NULL);

  if (!g_file_test (compiled, G_FILE_TEST_EXISTS))
    return NULL;
  return g_settings_schema_source_new_from_directory (dir, g_settings_schema_source_get_default (), FALSE, NULL);
}

static gboolean
load_schemas (FlowSettingsSchema *self, GError **error)
{
  static const char *const dirs[] = { FLOW_BUILD_SCHEMADIR, FLOW_SCHEMADIR };
  g_autoptr (GSettingsSchemaSource) source = NULL;

  for (gsize i = 0; i < G_N_ELEMENTS (dirs) && source == NULL; i++)
    source = open_schema_source (dirs[i]);
  if (source == NULL && g_settings_schema_source_get_default () != NULL)
    source = g_settings_schema_source_ref (g_settings_schema_source_get_default ());

  for (gsize i = 0; sections[i] != NULL; i++)
    {
      g_autofree char *id = g_strconcat ("org.flowscope", *sections[i] != '\0' ? "." : "", sections[i], NULL);
      GSettingsSchema *schema;

      schema = source != NULL ? g_settings_schema_source_lookup (source, id, TRUE) : NULL;
      if (schema == NULL)
        {
          g_set_error (error, FLOW_ERROR, FLOW_ERROR_FAILED, _ ("The settings schema %s is not installed"), id);
          return FALSE;
        }
      g_hash_table_insert (self->schemas, (gpointer) sections[i], schema);
    }
  return TRUE;
}

static int
compare_keys (const void *a, const void *b)
{
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

static void
list_keys (FlowSettingsSchema *self)
{
  g_autoptr (GPtrArray) keys = g_ptr_array_new ();

  for (gsize i = 0; sections[i] != NULL; i++)
    {
      g_auto (GStrv) names = g_settings_schema_list_keys (g_hash_table_lookup (self->schemas, sections[i]));

      for (gsize j = 0; names[j] != NULL; j++)
        g_ptr_array_add (keys, flow_settings_key_join (sections[i], names[j]));
    }
  qsort (keys->pdata, keys->len, sizeof (char *), compare_keys);
  g_ptr_array_add (keys, NULL);
  self->keys = (char **) g_ptr_array_steal (keys, NULL);
}

/*
 * flow_settings_schema_new:
 * @error: return location
 *
 * Read the schemas of the build folder, or else the installed ones.
 *
 * Returns: (transfer full): the schema, or %NULL with %FLOW_ERROR_FAILED when one is missing
 */
FlowSettingsSchema *
flow_settings_schema_new (GError **error)
{
  g_autoptr (FlowSettingsSchema) self = g_new0 (FlowSettingsSchema, 1);

  self->schemas = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, (GDestroyNotify) g_settings_schema_unref);
  if (!load_schemas (self, error))
    return NULL;
  list_keys (self);
  return g_steal_pointer (&self);
}

/*
 * flow_settings_schema_free:
 * @self: (transfer full): the schema
 */
void
flow_settings_schema_free (FlowSettingsSchema *self)
{
  g_hash_table_unref (self->schemas);
  g_strfreev (self->keys);
  g_free (self);
}

/*
 * flow_settings_schema_get_sections:
 *
 * Returns: (transfer none) (array zero-terminated=1): the sections; "" holds the keys without one
 */
const char *const *
flow_settings_schema_get_sections (void)
{
  return sections;
}

/*
 * flow_settings_schema_get_section:
 * @self: the schema
 * @section: a section
 *
 * Returns: (transfer none): what GSettings needs to open it
 */
GSettingsSchema *
flow_settings_schema_get_section (FlowSettingsSchema *self, const char *section)
{
  return g_hash_table_lookup (self->schemas, section);
}

/*
 * flow_settings_schema_list:
 * @self: the schema
 *
 * Returns: (transfer none) (array zero-terminated=1): all keys in alphabetical order
 */
const char *const *
flow_settings_schema_list (FlowSettingsSchema *self)
{
  return (const char *const *) self->keys;
}

/*
 * flow_settings_key_join:
 * @section: a section, "" for none
 * @name: a name in it
 *
 * Returns: (transfer full): the key
 */
char *
flow_settings_key_join (const char *section, const char *name)
{
  return *section == '\0' ? g_strdup (name) : g_strconcat (section, ".", name, NULL);
}

/*
 * flow_settings_key_section:
 * @key: a key
 *
 * Returns: (transfer full): its section, "" for none; sections hold dots too
 */
char *
flow_settings_key_section (const char *key)
{
  const char *dot = strrchr (key, '.');

  return dot == NULL ? g_strdup ("") : g_strndup (key, (gsize) (dot - key));
}

/*
 * flow_settings_key_name:
 * @key: a key
 *
 * Returns: (transfer none): its name without the section
 */
const char *
flow_settings_key_name (const char *key)
{
  const char *dot = strrchr (key, '.');

  return dot == NULL ? key : dot + 1;
}

/*
 * flow_settings_schema_find:
 * @self: the schema
 * @key: a key
 * @error: return location
 *
 * Returns: (transfer full): what is known of the key, or %NULL with %FLOW_ERROR_NOT_FOUND
 */
GSettingsSchemaKey *
flow_settings_schema_find (FlowSettingsSchema *self, const char *key, GError **error)
{
  g_autofree char *section = flow_settings_key_section (key);
  GSettingsSchema *schema = g_hash_table_lookup (self->schemas, section);

  if (schema == NULL || *key == '.' || !g_settings_schema_has_key (schema, flow_settings_key_name (key)))
    {
      g_set_error (error, FLOW_ERROR, FLOW_ERROR_NOT_FOUND, _ ("There is no setting “%s”"), key);
      return NULL;
    }
  return g_settings_schema_get_key (schema, flow_settings_key_name (key));
}

static void
set_range_error (GSettingsSchemaKey *schema_key, const char *key, GError **error)
{
  g_autoptr (GVariant) range = g_settings_schema_key_get_range (schema_key);
  g_autoptr (GVariant) detail = NULL;
  g_autofree char *limits = NULL;
  const char *kind;

  g_variant_get (range, "(&sv)", &kind, &detail);
  limits = g_variant_print (detail, FALSE);
  if (g_str_equal (kind, "type"))
    g_set_error (error, FLOW_ERROR, FLOW_ERROR_BAD_ARGUMENT, _ ("%s takes a value of the type %s"), key,
                 (const char *) g_settings_schema_key_get_value_type (schema_key));
  else
    g_set_error (error, FLOW_ERROR, FLOW_ERROR_BAD_ARGUMENT, _ ("%s takes a value in the %s %s"), key, kind, limits);
}

static gboolean
check_command (const char *key, const char *command, GError **error)
{
  g_autoptr (GError) local = NULL;
  g_auto (GStrv) argv = NULL;

  if (*command == '\0' || g_shell_parse_argv (command, NULL, &argv, &local))
    return TRUE;
  g_set_error (error, FLOW_ERROR, FLOW_ERROR_BAD_ARGUMENT, "%s: %s", key, local->message);
  return FALSE;
}

/* A command that cannot be split would only fail when a file is to be opened. */
static gboolean
check_commands (const char *key, GVariant *value, GError **error)
{
  const char *command;
  GVariantIter iter;

  if (g_str_equal (key, "editor-command") || g_str_equal (key, "edit.command"))
    return check_command (key, g_variant_get_string (value, NULL), error);
  if (!g_str_has_prefix (key, "edit.editors-by-"))
    return TRUE;

  g_variant_iter_init (&iter, value);
  while (g_variant_iter_next (&iter, "(&s&s)", NULL, &command))
    if (!check_command (key, command, error))
      return FALSE;
  return TRUE;
}

/*
 * flow_settings_schema_check:
 * @schema_key: what is known of the key
 * @key: its name
 * @value: a value
 * @error: return location
 *
 * Returns: %FALSE with %FLOW_ERROR_BAD_ARGUMENT when the key cannot have the value
 */
gboolean
flow_settings_schema_check (GSettingsSchemaKey *schema_key, const char *key, GVariant *value, GError **error)
{
  if (!g_variant_is_of_type (value, g_settings_schema_key_get_value_type (schema_key)) ||
      !g_settings_schema_key_range_check (schema_key, value))
    {
      set_range_error (schema_key, key, error);
      return FALSE;
    }
  return check_commands (key, value, error);
}

static GVariant *
split_list (const char *text)
{
  g_auto (GStrv) parts = g_strsplit (text, ",", -1);
  GVariantBuilder builder;

  g_variant_builder_init (&builder, G_VARIANT_TYPE_STRING_ARRAY);
  for (gsize i = 0; parts[i] != NULL; i++)
    {
      if (*g_strstrip (parts[i]) != '\0')
        g_variant_builder_add (&builder, "s", parts[i]);
    }
  return g_variant_ref_sink (g_variant_builder_end (&builder));
}

/*
 * flow_settings_schema_parse:
 * @schema_key: what is known of the key
 * @key: its name
 * @text: a string as it is, a list of strings also with commas, everything else in GVariant text format
 * @error: return location
 *
 * Returns: (transfer full): the value, or %NULL with %FLOW_ERROR_BAD_ARGUMENT
 */
GVariant *
flow_settings_schema_parse (GSettingsSchemaKey *schema_key, const char *key, const char *text, GError **error)
{
  const GVariantType *type = g_settings_schema_key_get_value_type (schema_key);
  GVariant *value;

  if (g_variant_type_equal (type, G_VARIANT_TYPE_STRING))
    return g_variant_ref_sink (g_variant_new_string (text));
  if (g_variant_type_equal (type, G_VARIANT_TYPE_STRING_ARRAY) && *text != '[' && *text != '@')
    return split_list (text);

  value = g_variant_parse (type, text, NULL, NULL, NULL);
  if (value == NULL)
    set_range_error (schema_key, key, error);
  return value;
}
