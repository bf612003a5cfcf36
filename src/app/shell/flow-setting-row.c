/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-setting-row"

#include "app/shell/flow-setting-row.h"

#include <glib/gi18n.h>

#include "app/shell/flow-setting-list-row.h"
#include "app/shell/flow-toast.h"

/*
 * One setting as a row of the preferences. The kind of control follows from the type of the key, its words from the
 * schema, so that a new key needs no code here. A change is kept at once, and what others change is shown.
 */
typedef struct
{
  FlowSettings *settings;
  char *key;
  GtkWidget *row;
  GtkWidget *control;
  const GVariantType *type;
  char **choices;
  gboolean showing;
} FlowSettingRow;

typedef struct
{
  const char *value;
  const char *label;
} Label;

/* Values of settings that are a choice, in words. */
static const Label labels[] = {
  { "auto", N_ ("As the desktop") },
  { "light", N_ ("Light") },
  { "dark", N_ ("Dark") },
  { "keep", N_ ("Keep the text open") },
  { "end", N_ ("End editing") },
  { "auto_merge", N_ ("Merge, and ask about the rest") },
  { "manual", N_ ("Ask each time") },
  { "cloud_wins", N_ ("The other devices") },
  { "local_wins", N_ ("This device") },
  { "none", N_ ("None") },
  { "kept", N_ ("Pinned, tagged or noted") },
  { "errors", N_ ("Those with errors") },
  { "all", N_ ("All") },
};

static const char *
label_of (const char *value)
{
  for (gsize i = 0; i < G_N_ELEMENTS (labels); i++)
    {
      if (g_str_equal (labels[i].value, value))
        return _ (labels[i].label);
    }
  return value;
}

static void
row_free (gpointer data)
{
  FlowSettingRow *self = data;

  g_object_unref (self->settings);
  g_strfreev (self->choices);
  g_free (self->key);
  g_free (self);
}

/**
 * flow_setting_row_write:
 * @row: the row that the user changed
 * @settings: the settings
 * @key: a key
 * @value: its new value; a floating one is taken
 *
 * Keep what the user chose, or say why that is not possible.
 */
void
flow_setting_row_write (GtkWidget *row, FlowSettings *settings, const char *key, GVariant *value)
{
  g_autoptr (GVariant) kept = g_variant_ref_sink (value);
  g_autoptr (GError) error = NULL;

  if (!flow_settings_set (settings, key, kept, &error))
    flow_toast (row, error->message);
}

/**
 * flow_setting_row_describe:
 * @row: a row
 * @settings: the settings
 * @key: a key
 *
 * Give the row the words of the schema.
 */
void
flow_setting_row_describe (GtkWidget *row, FlowSettings *settings, const char *key)
{
  adw_preferences_row_set_use_markup (ADW_PREFERENCES_ROW (row), FALSE);
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), flow_settings_get_summary (settings, key));
  g_object_set (row, "subtitle", flow_settings_get_description (settings, key), NULL);
}

static void
show_value (FlowSettingRow *self)
{
  g_autoptr (GVariant) value = flow_settings_get (self->settings, self->key, NULL);

  if (value == NULL)
    return;
  self->showing = TRUE;
  if (self->choices != NULL)
    {
      for (guint i = 0; self->choices[i] != NULL; i++)
        {
          if (g_str_equal (self->choices[i], g_variant_get_string (value, NULL)))
            adw_combo_row_set_selected (ADW_COMBO_ROW (self->row), i);
        }
    }
  else if (g_variant_type_equal (self->type, G_VARIANT_TYPE_BOOLEAN))
    gtk_switch_set_active (GTK_SWITCH (self->control), g_variant_get_boolean (value));
  else if (g_variant_type_equal (self->type, G_VARIANT_TYPE_UINT16))
    gtk_spin_button_set_value (GTK_SPIN_BUTTON (self->control), g_variant_get_uint16 (value));
  else
    gtk_spin_button_set_value (GTK_SPIN_BUTTON (self->control), g_variant_get_uint32 (value));
  self->showing = FALSE;
}

static GVariant *
read_value (FlowSettingRow *self)
{
  if (self->choices != NULL)
    return g_variant_new_string (self->choices[adw_combo_row_get_selected (ADW_COMBO_ROW (self->row))]);
  if (g_variant_type_equal (self->type, G_VARIANT_TYPE_BOOLEAN))
    return g_variant_new_boolean (gtk_switch_get_active (GTK_SWITCH (self->control)));
  if (g_variant_type_equal (self->type, G_VARIANT_TYPE_UINT16))
    return g_variant_new_uint16 ((guint16) gtk_spin_button_get_value_as_int (GTK_SPIN_BUTTON (self->control)));
  return g_variant_new_uint32 ((guint32) gtk_spin_button_get_value_as_int (GTK_SPIN_BUTTON (self->control)));
}

static void
changed_cb (FlowSettingRow *self)
{
  if (!self->showing)
    flow_setting_row_write (self->row, self->settings, self->key, read_value (self));
}

static void
setting_cb (FlowSettings *settings, const char *key, GtkWidget *row)
{
  show_value (g_object_get_data (G_OBJECT (row), "flow-setting-row"));
}

static GtkWidget *
add_control (GtkWidget *row, GtkWidget *control, const char *title)
{
  gtk_widget_set_valign (control, GTK_ALIGN_CENTER);
  gtk_accessible_update_property (GTK_ACCESSIBLE (control), GTK_ACCESSIBLE_PROPERTY_LABEL, title, -1);
  adw_action_row_add_suffix (ADW_ACTION_ROW (row), control);
  adw_action_row_set_activatable_widget (ADW_ACTION_ROW (row), control);
  return control;
}

static void
make_switch (FlowSettingRow *self, const char *title)
{
  self->row = adw_action_row_new ();
  self->control = add_control (self->row, gtk_switch_new (), title);
  g_signal_connect_swapped (self->control, "notify::active", G_CALLBACK (changed_cb), self);
}

/* The bounds are those of the schema; a key without any is a port. */
static void
make_number (FlowSettingRow *self, const char *title)
{
  g_autoptr (GVariant) range = flow_settings_get_range (self->settings, self->key);
  g_autoptr (GVariant) detail = NULL;
  const char *kind;
  guint least = 0;
  guint most = G_MAXUINT16;

  g_variant_get (range, "(&sv)", &kind, &detail);
  if (g_str_equal (kind, "range"))
    g_variant_get (detail, "(uu)", &least, &most);
  self->row = adw_action_row_new ();
  self->control = add_control (self->row, gtk_spin_button_new_with_range (least, most, 1), title);
  gtk_spin_button_set_numeric (GTK_SPIN_BUTTON (self->control), TRUE);
  g_signal_connect_swapped (self->control, "value-changed", G_CALLBACK (changed_cb), self);
}

static void
make_choice (FlowSettingRow *self)
{
  g_autoptr (GVariant) range = flow_settings_get_range (self->settings, self->key);
  g_autoptr (GtkStringList) names = gtk_string_list_new (NULL);
  g_autoptr (GVariant) detail = NULL;
  const char *kind;

  g_variant_get (range, "(&sv)", &kind, &detail);
  self->choices = g_variant_dup_strv (detail, NULL);
  for (guint i = 0; self->choices[i] != NULL; i++)
    gtk_string_list_append (names, label_of (self->choices[i]));
  self->row = adw_combo_row_new ();
  adw_combo_row_set_model (ADW_COMBO_ROW (self->row), G_LIST_MODEL (names));
  g_signal_connect_swapped (self->row, "notify::selected", G_CALLBACK (changed_cb), self);
}

/**
 * flow_setting_row_new:
 * @settings: the settings
 * @key: a key
 *
 * Make the row of a setting: a switch, a number, a choice, or a list that can be added to.
 *
 * Returns: (transfer floating): the row
 */
GtkWidget *
flow_setting_row_new (FlowSettings *settings, const char *key)
{
  g_autoptr (GVariant) value = flow_settings_get (settings, key, NULL);
  const char *title = flow_settings_get_summary (settings, key);
  g_autofree char *detail = g_strconcat ("changed::", key, NULL);
  FlowSettingRow *self;

  g_return_val_if_fail (value != NULL, NULL);
  if (g_variant_is_container (value))
    return flow_setting_list_row_new (settings, key);
  self = g_new0 (FlowSettingRow, 1);
  self->settings = g_object_ref (settings);
  self->key = g_strdup (key);
  if (g_variant_is_of_type (value, G_VARIANT_TYPE_BOOLEAN))
    {
      self->type = G_VARIANT_TYPE_BOOLEAN;
      make_switch (self, title);
    }
  else if (g_variant_is_of_type (value, G_VARIANT_TYPE_STRING))
    {
      self->type = G_VARIANT_TYPE_STRING;
      make_choice (self);
    }
  else
    {
      self->type = g_variant_is_of_type (value, G_VARIANT_TYPE_UINT16) ? G_VARIANT_TYPE_UINT16 : G_VARIANT_TYPE_UINT32;
      make_number (self, title);
    }
  flow_setting_row_describe (self->row, settings, key);
  g_object_set_data_full (G_OBJECT (self->row), "flow-setting-row", self, row_free);
  g_signal_connect_object (settings, detail, G_CALLBACK (setting_cb), self->row, 0);
  show_value (self);
  return self->row;
}
