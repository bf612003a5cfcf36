/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-setting-list-row"

#include "app/shell/flow-setting-list-row.h"

#include <glib/gi18n.h>

#include "app/shell/flow-setting-row.h"
#include "app/shell/flow-toast.h"
#include "hub/flow-guard.h"

/*
 * A setting that is a list of words, or of words with a name, as a row that unfolds: each with a button that removes
 * it, and for words a place to add one. What was removed can be taken back.
 */
typedef struct
{
  FlowSettings *settings;
  char *key;
  GtkWidget *row;
  GtkWidget *entry; /* NULL: nothing can be added here */
  GPtrArray *items;
} FlowSettingList;

/* What takes a removal back. */
typedef struct
{
  FlowSettings *settings;
  char *key;
  GVariant *before;
} FlowRemoval;

static void
list_free (gpointer data)
{
  FlowSettingList *self = data;

  g_object_unref (self->settings);
  g_ptr_array_unref (self->items);
  g_free (self->key);
  g_free (self);
}

static void
removal_free (gpointer data)
{
  FlowRemoval *self = data;

  g_object_unref (self->settings);
  g_variant_unref (self->before);
  g_free (self->key);
  g_free (self);
}

static void
undo_removal (gpointer data)
{
  FlowRemoval *self = data;
  g_autoptr (GError) error = NULL;

  if (!flow_settings_set (self->settings, self->key, self->before, &error))
    g_warning ("%s: %s", self->key, error->message);
}

static GVariant *
without (GVariant *list, guint position)
{
  GVariantBuilder builder;

  g_variant_builder_init (&builder, g_variant_get_type (list));
  for (guint i = 0; i < g_variant_n_children (list); i++)
    {
      g_autoptr (GVariant) child = g_variant_get_child_value (list, i);

      if (i != position)
        g_variant_builder_add_value (&builder, child);
    }
  return g_variant_builder_end (&builder);
}

static void
remove_cb (GtkButton *button, FlowSettingList *self)
{
  guint position = GPOINTER_TO_UINT (g_object_get_data (G_OBJECT (button), "flow-position"));
  g_autoptr (GVariant) before = flow_settings_get (self->settings, self->key, NULL);
  FlowRemoval *removal;
  /* The row that the button is in goes away with the change. */
  GtkWidget *row = self->row;

  if (before == NULL || position >= g_variant_n_children (before))
    return;
  removal = g_new0 (FlowRemoval, 1);
  removal->settings = g_object_ref (self->settings);
  removal->key = g_strdup (self->key);
  removal->before = g_variant_ref (before);
  flow_setting_row_write (row, self->settings, self->key, without (before, position));
  flow_toast_undo (row, _ ("Removed"), G_CALLBACK (undo_removal), NULL, removal, removal_free);
}

/* A host or an origin that could never match would only look as if it were allowed. */
static const char *
find_fault (FlowSettingList *self, const char *text)
{
  if (*text == '\0')
    return _ ("Nothing was typed");
  if (g_str_has_suffix (self->key, "-origins") && !flow_guard_is_origin (text))
    return _ ("An origin is like https://app.example or http://localhost:3000");
  if (g_str_has_suffix (self->key, "-hosts") && strpbrk (text, "/: ") != NULL)
    return _ ("A host is a name like devbox.local, without port and path");
  return NULL;
}

static void
apply_cb (AdwEntryRow *entry, FlowSettingList *self)
{
  g_autofree char *text = g_strstrip (g_strdup (gtk_editable_get_text (GTK_EDITABLE (entry))));
  g_autoptr (GVariant) before = flow_settings_get (self->settings, self->key, NULL);
  g_autofree const char **words = g_variant_get_strv (before, NULL);
  g_autoptr (GPtrArray) after = g_ptr_array_new ();
  const char *fault = find_fault (self, text);

  if (fault != NULL)
    {
      flow_toast (self->row, fault);
      return;
    }
  for (gsize i = 0; words[i] != NULL; i++)
    {
      if (!g_str_equal (words[i], text))
        g_ptr_array_add (after, (gpointer) words[i]);
    }
  g_ptr_array_add (after, text);
  gtk_editable_set_text (GTK_EDITABLE (entry), "");
  flow_setting_row_write (self->row, self->settings, self->key,
                          g_variant_new_strv ((const char *const *) after->pdata, (gssize) after->len));
}

static GtkWidget *
make_item (FlowSettingList *self, GVariant *item, guint position)
{
  GtkWidget *row = adw_action_row_new ();
  GtkWidget *button = gtk_button_new_from_icon_name ("user-trash-symbolic");
  const char *title;
  const char *detail = NULL;
  g_autofree char *label = NULL;

  if (g_variant_is_of_type (item, G_VARIANT_TYPE_STRING))
    title = g_variant_get_string (item, NULL);
  else
    g_variant_get (item, "(&s&s)", &title, &detail);
  label = g_strdup_printf (_ ("Remove %s"), title);
  adw_preferences_row_set_use_markup (ADW_PREFERENCES_ROW (row), FALSE);
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), title);
  if (detail != NULL)
    adw_action_row_set_subtitle (ADW_ACTION_ROW (row), detail);
  gtk_widget_set_valign (button, GTK_ALIGN_CENTER);
  gtk_widget_add_css_class (button, "flat");
  gtk_widget_set_tooltip_text (button, label);
  gtk_accessible_update_property (GTK_ACCESSIBLE (button), GTK_ACCESSIBLE_PROPERTY_LABEL, label, -1);
  g_object_set_data (G_OBJECT (button), "flow-position", GUINT_TO_POINTER (position));
  g_signal_connect (button, "clicked", G_CALLBACK (remove_cb), self);
  adw_action_row_add_suffix (ADW_ACTION_ROW (row), button);
  return row;
}

static void
show_items (FlowSettingList *self)
{
  g_autoptr (GVariant) value = flow_settings_get (self->settings, self->key, NULL);

  for (guint i = 0; i < self->items->len; i++)
    adw_expander_row_remove (ADW_EXPANDER_ROW (self->row), g_ptr_array_index (self->items, i));
  g_ptr_array_set_size (self->items, 0);
  if (self->entry != NULL && gtk_widget_get_parent (self->entry) != NULL)
    adw_expander_row_remove (ADW_EXPANDER_ROW (self->row), self->entry);
  for (guint i = 0; value != NULL && i < g_variant_n_children (value); i++)
    {
      g_autoptr (GVariant) item = g_variant_get_child_value (value, i);
      GtkWidget *row = make_item (self, item, i);

      adw_expander_row_add_row (ADW_EXPANDER_ROW (self->row), row);
      g_ptr_array_add (self->items, row);
    }
  if (self->entry != NULL)
    adw_expander_row_add_row (ADW_EXPANDER_ROW (self->row), self->entry);
}

static void
setting_cb (FlowSettings *settings, const char *key, GtkWidget *row)
{
  show_items (g_object_get_data (G_OBJECT (row), "flow-setting-list"));
}

static void
make_entry (FlowSettingList *self)
{
  self->entry = g_object_ref_sink (adw_entry_row_new ());
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (self->entry), _ ("Add"));
  adw_entry_row_set_show_apply_button (ADW_ENTRY_ROW (self->entry), TRUE);
  g_signal_connect (self->entry, "apply", G_CALLBACK (apply_cb), self);
  g_object_set_data_full (G_OBJECT (self->row), "flow-setting-entry", self->entry, g_object_unref);
}

/**
 * flow_setting_list_row_new:
 * @settings: the settings
 * @key: a key of the type `as` or `a(ss)`
 *
 * Returns: (transfer floating): a row that unfolds
 */
GtkWidget *
flow_setting_list_row_new (FlowSettings *settings, const char *key)
{
  FlowSettingList *self = g_new0 (FlowSettingList, 1);
  g_autoptr (GVariant) value = flow_settings_get (settings, key, NULL);
  g_autofree char *detail = g_strconcat ("changed::", key, NULL);

  self->settings = g_object_ref (settings);
  self->key = g_strdup (key);
  self->items = g_ptr_array_new ();
  self->row = adw_expander_row_new ();
  flow_setting_row_describe (self->row, settings, key);
  g_object_set_data_full (G_OBJECT (self->row), "flow-setting-list", self, list_free);
  if (value != NULL && g_variant_is_of_type (value, G_VARIANT_TYPE_STRING_ARRAY))
    make_entry (self);
  g_signal_connect_object (settings, detail, G_CALLBACK (setting_cb), self->row, 0);
  show_items (self);
  return self->row;
}
