/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-settings"
#define G_SETTINGS_ENABLE_BACKEND

#include "base/flow-settings.h"

#include <gio/gio.h>
#include <gio/gsettingsbackend.h>
#include <glib/gi18n-lib.h>

#include "base/flow-error.h"
#include "base/flow-settings-schema.h"
#include "base/flow-settings-snapshot-private.h"

/* The group of settings.ini for keys without a section. */
#define ROOT_GROUP "general"
#define ROOT_PATH "/org/flowscope/"

/**
 * FlowSettings:
 *
 * The values of the settings, kept in `settings.ini` by GSettings without any help of D-Bus. A value in the
 * file that does not fit its key counts as not set and is reported once.
 *
 * The object belongs to the thread that made it. Other threads get a snapshot.
 */
struct _FlowSettings
{
  GObject parent_instance;

  char *path;
  FlowSettingsSchema *schema;
  GHashTable *stores;  /* section, "" for none -> GSettings */
  GHashTable *invalid; /* keys whose value in the file is unusable */
};

G_DEFINE_FINAL_TYPE (FlowSettings, flow_settings, G_TYPE_OBJECT)

enum
{
  CHANGED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

static GSettings *
store_of (FlowSettings *self, const char *key)
{
  g_autofree char *section = flow_settings_key_section (key);

  return g_hash_table_lookup (self->stores, section);
}

static void
check_entry (FlowSettings *self, GKeyFile *file, const char *group, const char *name)
{
  g_autofree char *section = g_strdelimit (g_strdup (g_str_equal (group, ROOT_GROUP) ? "" : group), "/", '.');
  g_autofree char *key = flow_settings_key_join (section, name);
  g_autofree char *text = g_key_file_get_value (file, group, name, NULL);
  g_autoptr (GSettingsSchemaKey) schema_key = flow_settings_schema_find (self->schema, key, NULL);
  g_autoptr (GVariant) value = NULL;

  if (schema_key == NULL)
    {
      g_info ("%s has a setting “%s” that this version does not know", self->path, key);
      return;
    }
  value = g_variant_parse (g_settings_schema_key_get_value_type (schema_key), text, NULL, NULL, NULL);
  if (value == NULL || !flow_settings_schema_check (schema_key, key, value, NULL))
    {
      g_warning ("%s: “%s” is no value for %s; the default is used", self->path, text, key);
      g_hash_table_add (self->invalid, g_steal_pointer (&key));
    }
}

/* GSettings ignores or clamps what does not fit without a word; the user should hear of it. */
static void
check_file (FlowSettings *self)
{
  g_autoptr (GKeyFile) file = g_key_file_new ();
  g_autoptr (GError) error = NULL;
  g_auto (GStrv) groups = NULL;

  g_hash_table_remove_all (self->invalid);
  if (!g_key_file_load_from_file (file, self->path, G_KEY_FILE_NONE, &error))
    {
      if (!g_error_matches (error, G_FILE_ERROR, G_FILE_ERROR_NOENT))
        g_warning ("%s cannot be read, the defaults are used: %s", self->path, error->message);
      return;
    }

  groups = g_key_file_get_groups (file, NULL);
  for (gsize i = 0; groups[i] != NULL; i++)
    {
      g_auto (GStrv) names = g_key_file_get_keys (file, groups[i], NULL, NULL);

      for (gsize j = 0; names != NULL && names[j] != NULL; j++)
        check_entry (self, file, groups[i], names[j]);
    }
}

static void
store_changed_cb (FlowSettings *self, const char *name, GSettings *store)
{
  g_autofree char *path = NULL;
  g_autofree char *section = NULL;
  g_autofree char *key = NULL;

  g_object_get (store, "path", &path, NULL);
  section = g_strdelimit (g_strdup (path + strlen (ROOT_PATH)), "/", '.');
  if (*section != '\0')
    section[strlen (section) - 1] = '\0';
  key = flow_settings_key_join (section, name);
  g_hash_table_remove (self->invalid, key);
  g_signal_emit (self, signals[CHANGED], g_quark_from_string (key), key);
}

static void
open_stores (FlowSettings *self)
{
  g_autoptr (GSettingsBackend) backend = g_keyfile_settings_backend_new (self->path, ROOT_PATH, ROOT_GROUP);
  const char *const *sections = flow_settings_schema_get_sections ();

  for (gsize i = 0; sections[i] != NULL; i++)
    {
      GSettingsSchema *schema = flow_settings_schema_get_section (self->schema, sections[i]);
      GSettings *store = g_settings_new_full (schema, backend, NULL);

      g_signal_connect_object (store, "changed", G_CALLBACK (store_changed_cb), self, G_CONNECT_SWAPPED);
      g_hash_table_insert (self->stores, (gpointer) sections[i], store);
    }
}

static void
flow_settings_finalize (GObject *object)
{
  FlowSettings *self = FLOW_SETTINGS (object);

  g_hash_table_unref (self->stores);
  g_hash_table_unref (self->invalid);
  g_clear_pointer (&self->schema, flow_settings_schema_free);
  g_free (self->path);

  G_OBJECT_CLASS (flow_settings_parent_class)->finalize (object);
}

static void
flow_settings_class_init (FlowSettingsClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->finalize = flow_settings_finalize;

  /**
   * FlowSettings::changed:
   * @self: the settings
   * @key: the key whose value changed; also the signal's detail
   *
   * Emitted after a value changed, whoever changed it.
   */
  signals[CHANGED] = g_signal_new ("changed", G_TYPE_FROM_CLASS (klass),
                                   G_SIGNAL_RUN_LAST | G_SIGNAL_DETAILED | G_SIGNAL_NO_RECURSE, 0, NULL, NULL, NULL,
                                   G_TYPE_NONE, 1, G_TYPE_STRING);
}

static void
flow_settings_init (FlowSettings *self)
{
  self->stores = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, g_object_unref);
  self->invalid = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
}

/**
 * flow_settings_new:
 * @context: where files live
 * @error: return location
 *
 * Open `settings.ini` in the configuration folder. It need not exist.
 *
 * Returns: (transfer full): the settings, or %NULL with %FLOW_ERROR_FAILED when the schemas are missing
 */
FlowSettings *
flow_settings_new (FlowContext *context, GError **error)
{
  g_autoptr (FlowSettings) self = NULL;

  g_return_val_if_fail (context != NULL, NULL);

  self = g_object_new (FLOW_TYPE_SETTINGS, NULL);
  self->path = g_build_filename (flow_context_get_config_dir (context), "settings.ini", NULL);
  self->schema = flow_settings_schema_new (error);
  if (self->schema == NULL)
    return NULL;
  check_file (self);
  open_stores (self);
  return g_steal_pointer (&self);
}

/**
 * flow_settings_get_path:
 * @self: the settings
 *
 * Get the path of `settings.ini`.
 *
 * Returns: (transfer none): an absolute path
 */
const char *
flow_settings_get_path (FlowSettings *self)
{
  g_return_val_if_fail (FLOW_IS_SETTINGS (self), NULL);

  return self->path;
}

/**
 * flow_settings_list:
 * @self: the settings
 *
 * List all keys in alphabetical order.
 *
 * Returns: (transfer none) (array zero-terminated=1): keys like `capture.enabled`
 */
const char *const *
flow_settings_list (FlowSettings *self)
{
  g_return_val_if_fail (FLOW_IS_SETTINGS (self), NULL);

  return flow_settings_schema_list (self->schema);
}

/**
 * flow_settings_get_summary:
 * @self: the settings
 * @key: a key
 *
 * Get the one-line explanation of a key in the user's language.
 *
 * Returns: (transfer none) (nullable): the text, %NULL for an unknown key
 */
const char *
flow_settings_get_summary (FlowSettings *self, const char *key)
{
  g_autoptr (GSettingsSchemaKey) schema_key = NULL;

  g_return_val_if_fail (FLOW_IS_SETTINGS (self), NULL);
  g_return_val_if_fail (key != NULL, NULL);

  schema_key = flow_settings_schema_find (self->schema, key, NULL);
  return schema_key != NULL ? g_intern_string (g_settings_schema_key_get_summary (schema_key)) : NULL;
}

/**
 * flow_settings_get_description:
 * @self: the settings
 * @key: a key
 *
 * Get the longer explanation of a key in the user's language.
 *
 * Returns: (transfer none) (nullable): the text, %NULL for an unknown key
 */
const char *
flow_settings_get_description (FlowSettings *self, const char *key)
{
  g_autoptr (GSettingsSchemaKey) schema_key = NULL;

  g_return_val_if_fail (FLOW_IS_SETTINGS (self), NULL);
  g_return_val_if_fail (key != NULL, NULL);

  schema_key = flow_settings_schema_find (self->schema, key, NULL);
  return schema_key != NULL ? g_intern_string (g_settings_schema_key_get_description (schema_key)) : NULL;
}

/**
 * flow_settings_get_range:
 * @self: the settings
 * @key: a key
 *
 * Get what values a key may have, as g_settings_schema_key_get_range() tells it.
 *
 * Returns: (transfer full) (nullable): a `(sv)`, %NULL for an unknown key
 */
GVariant *
flow_settings_get_range (FlowSettings *self, const char *key)
{
  g_autoptr (GSettingsSchemaKey) schema_key = NULL;

  g_return_val_if_fail (FLOW_IS_SETTINGS (self), NULL);
  g_return_val_if_fail (key != NULL, NULL);

  schema_key = flow_settings_schema_find (self->schema, key, NULL);
  return schema_key != NULL ? g_settings_schema_key_get_range (schema_key) : NULL;
}

/**
 * flow_settings_get_default:
 * @self: the settings
 * @key: a key
 * @error: return location
 *
 * Get the value that a key has when nobody set it.
 *
 * Returns: (transfer full): the value, or %NULL with %FLOW_ERROR_NOT_FOUND
 */
GVariant *
flow_settings_get_default (FlowSettings *self, const char *key, GError **error)
{
  g_autoptr (GSettingsSchemaKey) schema_key = NULL;

  g_return_val_if_fail (FLOW_IS_SETTINGS (self), NULL);
  g_return_val_if_fail (key != NULL, NULL);

  schema_key = flow_settings_schema_find (self->schema, key, error);
  return schema_key != NULL ? g_settings_schema_key_get_default_value (schema_key) : NULL;
}

/**
 * flow_settings_get:
 * @self: the settings
 * @key: a key
 * @error: return location
 *
 * Read a value.
 *
 * Returns: (transfer full): the value, or %NULL with %FLOW_ERROR_NOT_FOUND
 */
GVariant *
flow_settings_get (FlowSettings *self, const char *key, GError **error)
{
  g_autoptr (GSettingsSchemaKey) schema_key = NULL;

  g_return_val_if_fail (FLOW_IS_SETTINGS (self), NULL);
  g_return_val_if_fail (key != NULL, NULL);

  schema_key = flow_settings_schema_find (self->schema, key, error);
  if (schema_key == NULL)
    return NULL;
  if (g_hash_table_contains (self->invalid, key))
    return g_settings_schema_key_get_default_value (schema_key);
  return g_settings_get_value (store_of (self, key), flow_settings_key_name (key));
}

/**
 * flow_settings_is_default:
 * @self: the settings
 * @key: a key
 *
 * Find out whether nobody set a key, or set it to its default.
 *
 * Returns: %TRUE if so, and for an unknown key
 */
gboolean
flow_settings_is_default (FlowSettings *self, const char *key)
{
  g_autoptr (GVariant) value = flow_settings_get (self, key, NULL);
  g_autoptr (GVariant) standard = flow_settings_get_default (self, key, NULL);

  return value == NULL || g_variant_equal (value, standard);
}

/* The backend only warns when it cannot write; the caller must know. */
static gboolean
check_written (FlowSettings *self, const char *key, GVariant *value, GError **error)
{
  g_autoptr (GKeyFile) file = g_key_file_new ();
  g_autofree char *section = g_strdelimit (flow_settings_key_section (key), ".", '/');
  const char *group = *section == '\0' ? ROOT_GROUP : section;
  g_autofree char *expected = value != NULL ? g_variant_print (value, FALSE) : NULL;
  g_autofree char *found = NULL;

  g_settings_sync ();
  if (g_key_file_load_from_file (file, self->path, G_KEY_FILE_NONE, NULL))
    found = g_key_file_get_value (file, group, flow_settings_key_name (key), NULL);
  if (g_strcmp0 (expected, found) == 0)
    return TRUE;

  g_set_error (error, FLOW_ERROR, FLOW_ERROR_FAILED, _ ("%s cannot be written"), self->path);
  return FALSE;
}

/**
 * flow_settings_set:
 * @self: the settings
 * @key: a key
 * @value: (transfer floating): the value
 * @error: return location
 *
 * Change a value; when this returns, it is in the file and in effect.
 *
 * Returns: %FALSE with %FLOW_ERROR_NOT_FOUND for an unknown key, %FLOW_ERROR_BAD_ARGUMENT for a value of
 *   another type or outside the range, %FLOW_ERROR_FAILED when the file cannot be written
 */
gboolean
flow_settings_set (FlowSettings *self, const char *key, GVariant *value, GError **error)
{
  g_autoptr (GSettingsSchemaKey) schema_key = NULL;
  g_autoptr (GVariant) owned = NULL;

  g_return_val_if_fail (FLOW_IS_SETTINGS (self), FALSE);
  g_return_val_if_fail (key != NULL, FALSE);
  g_return_val_if_fail (value != NULL, FALSE);

  owned = g_variant_ref_sink (value);
  schema_key = flow_settings_schema_find (self->schema, key, error);
  if (schema_key == NULL)
    return FALSE;
  if (!flow_settings_schema_check (schema_key, key, owned, error))
    return FALSE;

  g_hash_table_remove (self->invalid, key);
  if (!g_settings_set_value (store_of (self, key), flow_settings_key_name (key), owned))
    {
      g_set_error (error, FLOW_ERROR, FLOW_ERROR_FAILED, _ ("%s cannot be written"), self->path);
      return FALSE;
    }
  return check_written (self, key, owned, error);
}

/**
 * flow_settings_reset:
 * @self: the settings
 * @key: a key
 * @error: return location
 *
 * Take a value out of the file, so that the default holds again.
 *
 * Returns: %FALSE with %FLOW_ERROR_NOT_FOUND for an unknown key, %FLOW_ERROR_FAILED when the file cannot
 *   be written
 */
gboolean
flow_settings_reset (FlowSettings *self, const char *key, GError **error)
{
  g_autoptr (GSettingsSchemaKey) schema_key = NULL;

  g_return_val_if_fail (FLOW_IS_SETTINGS (self), FALSE);
  g_return_val_if_fail (key != NULL, FALSE);

  schema_key = flow_settings_schema_find (self->schema, key, error);
  if (schema_key == NULL)
    return FALSE;

  g_hash_table_remove (self->invalid, key);
  g_settings_reset (store_of (self, key), flow_settings_key_name (key));
  return check_written (self, key, NULL, error);
}

/**
 * flow_settings_to_text:
 * @self: the settings
 * @key: a key
 * @error: return location
 *
 * Read a value as people write it: a string as it is, everything else in GVariant text format.
 *
 * Returns: (transfer full): the text, or %NULL with %FLOW_ERROR_NOT_FOUND
 */
char *
flow_settings_to_text (FlowSettings *self, const char *key, GError **error)
{
  g_autoptr (GVariant) value = flow_settings_get (self, key, error);

  if (value == NULL)
    return NULL;
  if (g_variant_is_of_type (value, G_VARIANT_TYPE_STRING))
    return g_variant_dup_string (value, NULL);
  return g_variant_print (value, FALSE);
}

/**
 * flow_settings_from_text:
 * @self: the settings
 * @key: a key
 * @text: a string as it is, everything else in GVariant text format; a list of strings may also be
 *   written with commas
 * @error: return location
 *
 * Change a value, as flow_settings_set() does.
 *
 * Returns: %FALSE with the errors of flow_settings_set(), and %FLOW_ERROR_BAD_ARGUMENT when @text is none
 */
gboolean
flow_settings_from_text (FlowSettings *self, const char *key, const char *text, GError **error)
{
  g_autoptr (GSettingsSchemaKey) schema_key = NULL;
  g_autoptr (GVariant) value = NULL;

  g_return_val_if_fail (FLOW_IS_SETTINGS (self), FALSE);
  g_return_val_if_fail (key != NULL, FALSE);
  g_return_val_if_fail (text != NULL, FALSE);

  schema_key = flow_settings_schema_find (self->schema, key, error);
  if (schema_key == NULL)
    return FALSE;

  value = flow_settings_schema_parse (schema_key, key, text, error);
  return value != NULL && flow_settings_set (self, key, value, error);
}

static GVariant *
all_values (FlowSettings *self)
{
  const char *const *keys = flow_settings_schema_list (self->schema);
  GVariantBuilder builder;

  g_variant_builder_init (&builder, G_VARIANT_TYPE_VARDICT);
  for (gsize i = 0; keys[i] != NULL; i++)
    {
      g_autoptr (GVariant) value = flow_settings_get (self, keys[i], NULL);

      g_variant_builder_add (&builder, "{sv}", keys[i], value);
    }
  return g_variant_builder_end (&builder);
}

/**
 * flow_settings_reload:
 * @self: the settings
 *
 * Read the file again, and emit #FlowSettings::changed for each key that has another value than before.
 * A file that cannot be read gives the defaults and a warning.
 */
void
flow_settings_reload (FlowSettings *self)
{
  g_autoptr (GVariant) before = NULL;
  const char *const *keys;

  g_return_if_fail (FLOW_IS_SETTINGS (self));

  keys = flow_settings_schema_list (self->schema);
  before = g_variant_ref_sink (all_values (self));
  g_hash_table_remove_all (self->stores);
  check_file (self);
  open_stores (self);

  for (gsize i = 0; keys[i] != NULL; i++)
    {
      g_autoptr (GVariant) old = g_variant_lookup_value (before, keys[i], NULL);
      g_autoptr (GVariant) new = flow_settings_get (self, keys[i], NULL);

      if (!g_variant_equal (old, new))
        g_signal_emit (self, signals[CHANGED], g_quark_from_string (keys[i]), keys[i]);
    }
}

/**
 * flow_settings_snapshot:
 * @self: the settings
 *
 * Take all values as they are now, for other threads.
 *
 * Returns: (transfer full): the snapshot
 */
FlowSettingsSnapshot *
flow_settings_snapshot (FlowSettings *self)
{
  g_return_val_if_fail (FLOW_IS_SETTINGS (self), NULL);

  return flow_settings_snapshot_new (all_values (self));
}
