/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-mirror"

#include "hub/sync/tables/flow-mirror-entries.h"

#include "base/flow-setting-owner.h"
#include "edit/flow-edit-pick.h"
#include "hub/sync/tables/flow-record-tables.h"
#include "launch/flow-editor-preset.h"

#define ALLOWED "allowed"
#define DENIED "denied"
#define ALLOWED_ORIGINS "allowed-origins"
#define DENIED_ORIGINS "denied-origins"
#define BY_SITE "edit.editors-by-site"
#define BY_TYPE "edit.editors-by-type"
#define SITE "site "
#define TYPE "type "

/**
 * flow_mirror_table_get_name:
 * @table: a table
 *
 * Returns: (transfer none): its name, as in `mirrored.tbl`
 */
const char *
flow_mirror_table_get_name (FlowMirrorTable table)
{
  static const char *const names[FLOW_MIRROR_N_TABLES] = {
    [FLOW_MIRROR_SETTINGS] = FLOW_RECORDS_SETTINGS,
    [FLOW_MIRROR_ORIGINS] = FLOW_RECORDS_ORIGINS,
    [FLOW_MIRROR_EDITORS] = FLOW_RECORDS_EDITORS,
  };

  return names[table];
}

/**
 * flow_mirror_is_key:
 * @setting: a key of the settings
 *
 * Returns: whether records say the same as it
 */
gboolean
flow_mirror_is_key (const char *setting)
{
  return flow_setting_is_of_account (setting);
}

/* A command line runs whatever its writer likes; an editor that is connected, or known by its name, does not. */
static gboolean
is_known_editor (const char *value)
{
  const FlowEditorPreset *preset;

  if (flow_edit_choice_get_kind (value) != FLOW_EDIT_PICK_COMMAND)
    return TRUE;
  preset = flow_editor_preset_for_program (value);
  return preset != NULL && g_str_equal (preset->program, value);
}

/**
 * flow_mirror_may_apply:
 * @table: a table
 * @value: what another device wrote
 * @applied: what the settings have
 *
 * Tell whether the settings may say what another device wrote. A command line that it chose as an editor is run here
 * only after the user has set the same one here; and what is denied here only the user allows, here.
 *
 * Returns: whether they may
 */
gboolean
flow_mirror_may_apply (FlowMirrorTable table, const char *value, const char *applied)
{
  switch (table)
    {
    case FLOW_MIRROR_EDITORS:
      return is_known_editor (value);
    case FLOW_MIRROR_ORIGINS:
      return g_str_equal (value, DENIED) || !g_str_equal (applied, DENIED);
    case FLOW_MIRROR_SETTINGS:
    case FLOW_MIRROR_N_TABLES:
    default:
      return TRUE;
    }
}

/**
 * flow_mirror_editor_get_subject:
 * @key: of an entry about an editor, which another device may have written
 * @site: (out) (optional): whether it is about a site, not a type of text
 *
 * Returns: (nullable): the site or the type; %NULL when the key is not one of ours
 */
const char *
flow_mirror_editor_get_subject (const char *key, gboolean *site)
{
  gboolean is_site = g_str_has_prefix (key, SITE);

  if (site != NULL)
    *site = is_site;
  if (is_site)
    return key + strlen (SITE);
  return g_str_has_prefix (key, TYPE) ? key + strlen (TYPE) : NULL;
}

static void
entry_free (gpointer data)
{
  FlowMirrorEntry *entry = data;

  g_free (entry->key);
  g_free (entry->value);
  g_free (entry);
}

/**
 * flow_mirror_entries_new:
 *
 * Returns: (transfer full) (element-type FlowMirrorEntry): no entries
 */
GPtrArray *
flow_mirror_entries_new (void)
{
  return g_ptr_array_new_with_free_func (entry_free);
}

/**
 * flow_mirror_entries_find:
 * @entries: (element-type FlowMirrorEntry): entries
 * @key: a key
 *
 * Returns: (nullable): its value
 */
const char *
flow_mirror_entries_find (GPtrArray *entries, const char *key)
{
  for (guint i = 0; i < entries->len; i++)
    {
      const FlowMirrorEntry *entry = g_ptr_array_index (entries, i);

      if (g_str_equal (entry->key, key))
        return entry->value;
    }
  return NULL;
}

/**
 * flow_mirror_entries_add:
 * @entries: (element-type FlowMirrorEntry): entries
 * @key: a key
 * @value: its value
 *
 * Add an entry behind the others. One that is there already, or says nothing, is left out.
 */
void
flow_mirror_entries_add (GPtrArray *entries, const char *key, const char *value)
{
  FlowMirrorEntry *entry;

  if (*key == '\0' || *value == '\0' || flow_mirror_entries_find (entries, key) != NULL)
    return;
  entry = g_new (FlowMirrorEntry, 1);
  *entry = (FlowMirrorEntry) { g_strdup (key), g_strdup (value) };
  g_ptr_array_add (entries, entry);
}

static void
read_settings (FlowSettings *settings, GPtrArray *entries)
{
  for (const char *const *key = flow_settings_of_account (); *key != NULL; key++)
    {
      g_autoptr (GVariant) value = flow_settings_get (settings, *key, NULL);
      g_autofree char *text = NULL;

      if (value == NULL || flow_settings_is_default (settings, *key))
        continue;
      text = g_variant_print (value, FALSE);
      flow_mirror_entries_add (entries, *key, text);
    }
}

static void
read_origins (FlowSettings *settings, GPtrArray *entries)
{
  static const struct
  {
    const char *key, *answer;
  } lists[] = { { DENIED_ORIGINS, DENIED }, { ALLOWED_ORIGINS, ALLOWED } };

  for (guint i = 0; i < G_N_ELEMENTS (lists); i++)
    {
      g_autoptr (GVariant) value = flow_settings_get (settings, lists[i].key, NULL);
      g_autofree const char **origins = value != NULL ? g_variant_get_strv (value, NULL) : NULL;

      for (gsize j = 0; origins != NULL && origins[j] != NULL; j++)
        flow_mirror_entries_add (entries, origins[j], lists[i].answer);
    }
}

static void
read_editors (FlowSettings *settings, GPtrArray *entries)
{
  static const char *const lists[][2] = { { BY_SITE, SITE }, { BY_TYPE, TYPE } };

  for (guint i = 0; i < G_N_ELEMENTS (lists); i++)
    {
      g_autoptr (GVariant) value = flow_settings_get (settings, lists[i][0], NULL);
      const char *subject, *editor;
      GVariantIter iter;

      if (value == NULL)
        continue;
      g_variant_iter_init (&iter, value);
      while (g_variant_iter_next (&iter, "(&s&s)", &subject, &editor))
        {
          g_autofree char *key = g_strconcat (lists[i][1], subject, NULL);

          flow_mirror_entries_add (entries, key, editor);
        }
    }
}

/**
 * flow_mirror_entries_read:
 * @settings: the settings
 * @table: a table
 *
 * Read what the settings say.
 *
 * Returns: (transfer full) (element-type FlowMirrorEntry): in their order
 */
GPtrArray *
flow_mirror_entries_read (FlowSettings *settings, FlowMirrorTable table)
{
  static void (*const funcs[FLOW_MIRROR_N_TABLES]) (FlowSettings *, GPtrArray *) = {
    [FLOW_MIRROR_SETTINGS] = read_settings,
    [FLOW_MIRROR_ORIGINS] = read_origins,
    [FLOW_MIRROR_EDITORS] = read_editors,
  };
  GPtrArray *entries = flow_mirror_entries_new ();

  funcs[table](settings, entries);
  return entries;
}

/* What a newer program on another device allows may be nothing to this one: it is left as it is. */
static void
set (FlowSettings *settings, const char *key, GVariant *value)
{
  g_autoptr (GVariant) owned = g_variant_ref_sink (value);
  g_autoptr (GVariant) before = flow_settings_get (settings, key, NULL);
  g_autoptr (GError) error = NULL;

  if (before != NULL && !g_variant_equal (before, owned) && !flow_settings_set (settings, key, owned, &error))
    g_warning ("What another device set is not taken: %s", error->message);
}

static void
apply_settings (GPtrArray *wanted, FlowSettings *settings)
{
  for (const char *const *key = flow_settings_of_account (); *key != NULL; key++)
    {
      const char *text = flow_mirror_entries_find (wanted, *key);
      g_autoptr (GVariant) standard = flow_settings_get_default (settings, *key, NULL);
      g_autoptr (GVariant) value = NULL;

      if (standard == NULL)
        continue;
      if (text == NULL)
        value = g_variant_ref (standard);
      else
        value = g_variant_parse (g_variant_get_type (standard), text, NULL, NULL, NULL);
      if (value != NULL)
        set (settings, *key, value);
    }
}

/* Those that stay keep their order. */
static void
apply_origin_list (GPtrArray *wanted, FlowSettings *settings, const char *key, const char *answer)
{
  g_autoptr (GVariant) before = flow_settings_get (settings, key, NULL);
  g_autofree const char **origins = before != NULL ? g_variant_get_strv (before, NULL) : NULL;
  g_autoptr (GPtrArray) after = g_ptr_array_new ();

  for (gsize i = 0; origins != NULL && origins[i] != NULL; i++)
    if (g_strcmp0 (flow_mirror_entries_find (wanted, origins[i]), answer) == 0)
      g_ptr_array_add (after, (gpointer) origins[i]);
  for (guint i = 0; i < wanted->len; i++)
    {
      const FlowMirrorEntry *entry = g_ptr_array_index (wanted, i);

      if (g_str_equal (entry->value, answer) && (origins == NULL || !g_strv_contains (origins, entry->key)))
        g_ptr_array_add (after, entry->key);
    }
  set (settings, key, g_variant_new_strv ((const char *const *) after->pdata, after->len));
}

static void
apply_origins (GPtrArray *wanted, FlowSettings *settings)
{
  apply_origin_list (wanted, settings, DENIED_ORIGINS, DENIED);
  apply_origin_list (wanted, settings, ALLOWED_ORIGINS, ALLOWED);
}

static void
apply_editor_list (GPtrArray *wanted, FlowSettings *settings, const char *key, const char *prefix)
{
  GVariantBuilder builder;

  g_variant_builder_init (&builder, G_VARIANT_TYPE ("a(ss)"));
  for (guint i = 0; i < wanted->len; i++)
    {
      const FlowMirrorEntry *entry = g_ptr_array_index (wanted, i);

      if (g_str_has_prefix (entry->key, prefix))
        g_variant_builder_add (&builder, "(ss)", entry->key + strlen (prefix), entry->value);
    }
  set (settings, key, g_variant_builder_end (&builder));
}

static void
apply_editors (GPtrArray *wanted, FlowSettings *settings)
{
  apply_editor_list (wanted, settings, BY_SITE, SITE);
  apply_editor_list (wanted, settings, BY_TYPE, TYPE);
}

/**
 * flow_mirror_entries_apply:
 * @wanted: (element-type FlowMirrorEntry): all entries of the table
 * @settings: the settings
 * @table: the table
 *
 * Have the settings say it. A value that a setting cannot have is left out, and said in the log.
 */
void
flow_mirror_entries_apply (GPtrArray *wanted, FlowSettings *settings, FlowMirrorTable table)
{
  static void (*const funcs[FLOW_MIRROR_N_TABLES]) (GPtrArray *, FlowSettings *) = {
    [FLOW_MIRROR_SETTINGS] = apply_settings,
    [FLOW_MIRROR_ORIGINS] = apply_origins,
    [FLOW_MIRROR_EDITORS] = apply_editors,
  };

  funcs[table](wanted, settings);
}
