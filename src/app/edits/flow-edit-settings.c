/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-edit-settings"

#include "app/edits/flow-edit-settings.h"

#include <glib/gi18n.h>
#include <string.h>

#include "app/edits/flow-edit-chooser.h"
#include "app/shell/flow-setting-list-row.h"
#include "app/shell/flow-setting-row.h"
#include "app/shell/flow-toast.h"
#include "launch/flow-editor-command.h"

#define COMMAND "edit.command"
#define BY_SITE "edit.editors-by-site"

/* --- The command ------------------------------------------------------------------------------------------- */

static void
show_command (FlowSettings *settings, const char *key, GtkWidget *row)
{
  g_autoptr (GVariant) value = flow_settings_get (settings, COMMAND, NULL);
  const char *command = value != NULL ? g_variant_get_string (value, NULL) : "";

  /* What is typed at this moment stays. */
  if (!g_str_equal (gtk_editable_get_text (GTK_EDITABLE (row)), command))
    gtk_editable_set_text (GTK_EDITABLE (row), command);
}

static void
apply_command_cb (GtkWidget *row, FlowSettings *settings)
{
  g_autofree char *command = g_strstrip (g_strdup (gtk_editable_get_text (GTK_EDITABLE (row))));
  g_autoptr (GError) error = NULL;
  g_auto (GStrv) argv = NULL;

  if (*command != '\0')
    argv = flow_editor_command_build (command, "/folder/file", 1, 1, &error);
  if (error != NULL)
    flow_toast (row, error->message);
  else
    flow_setting_row_write (row, settings, COMMAND, g_variant_new_string (command));
}

static GtkWidget *
make_command_row (FlowSettings *settings)
{
  GtkWidget *row = adw_entry_row_new ();

  adw_preferences_row_set_use_markup (ADW_PREFERENCES_ROW (row), FALSE);
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), _ ("Command with {file}; empty: as for code"));
  gtk_widget_set_tooltip_text (row, flow_settings_get_description (settings, COMMAND));
  adw_entry_row_set_show_apply_button (ADW_ENTRY_ROW (row), TRUE);
  adw_entry_row_set_input_purpose (ADW_ENTRY_ROW (row), GTK_INPUT_PURPOSE_TERMINAL);
  g_signal_connect_object (row, "apply", G_CALLBACK (apply_command_cb), settings, 0);
  g_signal_connect_object (settings, "changed::" COMMAND, G_CALLBACK (show_command), row, 0);
  show_command (settings, COMMAND, row);
  return row;
}

/* --- The rules --------------------------------------------------------------------------------------------- */

/* What is chosen for a subject so far. */
static char *
find_choice (FlowSettings *settings, const char *key, const char *subject)
{
  g_autoptr (GVariant) rules = flow_settings_get (settings, key, NULL);

  for (gsize i = 0; rules != NULL && i < g_variant_n_children (rules); i++)
    {
      const char *name, *choice;

      g_variant_get_child (rules, i, "(&s&s)", &name, &choice);
      if (g_str_equal (name, subject))
        return g_strdup (choice);
    }
  return NULL;
}

/* A site or a type that could never match would only look as if it were set. */
static const char *
find_fault (const char *text, gboolean site)
{
  if (*text == '\0')
    return _ ("Nothing was typed");
  if (site && strpbrk (text, "/ ") != NULL)
    return _ ("A site is a name like wiki.example or localhost:3000, without path");
  if (!site && strpbrk (text, "/.: ") != NULL)
    return _ ("A type is a file extension like md, without dot");
  return NULL;
}

static void
apply_rule_cb (GtkWidget *entry, FlowServices *services)
{
  const char *key = g_object_get_data (G_OBJECT (entry), "flow-key");
  gboolean site = g_str_equal (key, BY_SITE);
  g_autofree char *text = g_ascii_strdown (gtk_editable_get_text (GTK_EDITABLE (entry)), -1);
  const char *fault = find_fault (g_strstrip (text), site);
  g_autofree char *choice = fault == NULL ? find_choice (flow_services_get_settings (services), key, text) : NULL;

  if (fault == NULL && !flow_board_is_live (FLOW_BOARD (flow_services_get_edits (services))))
    fault = _ ("The hub is starting");
  if (fault != NULL)
    {
      flow_toast (entry, fault);
      return;
    }
  gtk_editable_set_text (GTK_EDITABLE (entry), "");
  flow_edit_chooser_show_for (entry, flow_services_get_edits (services), site ? "site" : "type", text, choice);
}

static GtkWidget *
make_rules_row (FlowServices *services, const char *key)
{
  GtkWidget *row = flow_setting_list_row_new (flow_services_get_settings (services), key), *entry;

  entry = adw_entry_row_new ();
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (entry),
                                 g_str_equal (key, BY_SITE) ? _ ("Choose for a site") : _ ("Choose for a type"));
  adw_entry_row_set_show_apply_button (ADW_ENTRY_ROW (entry), TRUE);
  g_object_set_data_full (G_OBJECT (entry), "flow-key", g_strdup (key), g_free);
  g_signal_connect_object (entry, "apply", G_CALLBACK (apply_rule_cb), services, 0);
  adw_expander_row_add_row (ADW_EXPANDER_ROW (row), entry);
  return row;
}

/**
 * flow_edit_settings_row_new:
 * @services: the settings and the edits
 * @key: `edit.command`, `edit.editors-by-site` or `edit.editors-by-type`
 *
 * Returns: (transfer floating): a row of the preferences
 */
GtkWidget *
flow_edit_settings_row_new (FlowServices *services, const char *key)
{
  if (g_str_equal (key, COMMAND))
    return make_command_row (flow_services_get_settings (services));
  return make_rules_row (services, key);
}
