/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-folder-list"

#include "app/code/flow-folder-list.h"

#include <glib/gi18n.h>

#include "app/code/flow-code-folders.h"
#include "app/shell/flow-toast.h"

#define WORKSPACES "workspace-folders"
#define PATH_MAPS "path-maps"

/**
 * FlowFolderList:
 *
 * Folders of the preferences, each with a button that takes it off the list. That can be undone.
 */
struct _FlowFolderList
{
  AdwBin parent_instance;

  FlowServices *services;
  FlowFolderListKind kind;
  gulong changed_handler;
  GtkListBox *list;
};

G_DEFINE_FINAL_TYPE (FlowFolderList, flow_folder_list, ADW_TYPE_BIN)

/* What an undo puts back. */
typedef struct
{
  FlowServices *services;
  GWeakRef list;
  const char *key; /* NULL: a trusted path */
  GVariant *value; /* all of the setting, or the path */
} Removed;

static void
removed_free (gpointer data)
{
  Removed *removed = data;

  g_object_unref (removed->services);
  g_weak_ref_clear (&removed->list);
  g_variant_unref (removed->value);
  g_free (removed);
}

static void
add_row (FlowFolderList *self, const char *title, const char *subtitle, GVariant *target)
{
  g_autofree char *title_markup = g_markup_escape_text (title, -1);
  g_autofree char *subtitle_markup = g_markup_escape_text (subtitle, -1);
  g_autofree char *name = g_strdup_printf (_ ("Remove %s"), title);
  GtkWidget *row = adw_action_row_new ();
  GtkWidget *button = gtk_button_new_from_icon_name ("user-trash-symbolic");

  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), title_markup);
  adw_action_row_set_subtitle (ADW_ACTION_ROW (row), subtitle_markup);
  adw_action_row_set_title_lines (ADW_ACTION_ROW (row), 0);
  adw_action_row_set_subtitle_lines (ADW_ACTION_ROW (row), 0);
  gtk_widget_set_valign (button, GTK_ALIGN_CENTER);
  gtk_widget_add_css_class (button, "flat");
  gtk_widget_set_tooltip_text (button, name);
  gtk_accessible_update_property (GTK_ACCESSIBLE (button), GTK_ACCESSIBLE_PROPERTY_LABEL, name, -1);
  gtk_actionable_set_action_target_value (GTK_ACTIONABLE (button), target);
  gtk_actionable_set_action_name (GTK_ACTIONABLE (button), "folders.remove");
  adw_action_row_add_suffix (ADW_ACTION_ROW (row), button);
  gtk_list_box_append (self->list, row);
}

static void
add_workspaces (FlowFolderList *self)
{
  g_auto (GStrv) folders = flow_code_get_workspaces (self->services);

  for (char **folder = folders; *folder != NULL; folder++)
    {
      gboolean there = g_file_test (*folder, G_FILE_TEST_IS_DIR);

      add_row (self, *folder, there ? "" : _ ("There is no such folder"), g_variant_new ("(ss^ay)", "", "", *folder));
    }
}

static void
add_maps (FlowFolderList *self)
{
  g_autoptr (FlowSettingsSnapshot) settings = flow_settings_snapshot (flow_services_get_settings (self->services));

  for (gsize i = 0; i < settings->n_path_maps; i++)
    {
      const FlowPathMap *map = &settings->path_maps[i];
      g_autofree char *title = g_strdup_printf ("%s → %s", map->remote, map->local);
      g_autofree char *text = g_str_equal (map->service, "*") || map->service[0] == '\0'
                                  ? g_strdup (_ ("All services"))
                                  : g_strdup_printf (_ ("Service %s"), map->service);

      add_row (self, title, text, g_variant_new ("(ss^ay)", map->service, map->remote, map->local));
    }
}

static void
add_trusted (FlowFolderList *self)
{
  g_autoptr (FlowTrustedPaths) trusted = flow_code_trusted_paths_new (self->services);

  for (const char *const *path = flow_trusted_paths_list (trusted); *path != NULL; path++)
    {
      g_autofree char *shown = g_filename_display_name (*path);

      add_row (self, shown, "", g_variant_new ("(ss^ay)", "", "", *path));
    }
}

static void
refresh (FlowFolderList *self)
{
  GtkListBoxRow *row;

  while ((row = gtk_list_box_get_row_at_index (self->list, 0)) != NULL)
    gtk_list_box_remove (self->list, GTK_WIDGET (row));
  if (self->kind == FLOW_FOLDER_LIST_WORKSPACES)
    add_workspaces (self);
  else if (self->kind == FLOW_FOLDER_LIST_MAPS)
    add_maps (self);
  else
    add_trusted (self);
  gtk_widget_set_visible (GTK_WIDGET (self), gtk_list_box_get_row_at_index (self->list, 0) != NULL);
}

static void
undo_cb (gpointer data)
{
  Removed *removed = data;
  g_autoptr (FlowFolderList) list = g_weak_ref_get (&removed->list);
  g_autoptr (GError) error = NULL;

  if (removed->key != NULL)
    {
      flow_settings_set (flow_services_get_settings (removed->services), removed->key, removed->value, &error);
    }
  else
    {
      g_autoptr (FlowTrustedPaths) trusted = flow_code_trusted_paths_new (removed->services);

      flow_trusted_paths_add (trusted, g_variant_get_bytestring (removed->value), &error);
    }
  if (error != NULL)
    flow_toast (GTK_WIDGET (list), error->message);
  if (list != NULL)
    refresh (list);
}

static void
offer_undo (FlowFolderList *self, const char *key, GVariant *value, const char *text)
{
  Removed *removed = g_new0 (Removed, 1);

  removed->services = g_object_ref (self->services);
  g_weak_ref_init (&removed->list, self);
  removed->key = key;
  removed->value = g_variant_ref_sink (value);
  flow_toast_undo (GTK_WIDGET (self), text, G_CALLBACK (undo_cb), NULL, removed, removed_free);
}

static gboolean
remove_setting (FlowFolderList *self, const char *key, GVariant *without, const char *text, GError **error)
{
  FlowSettings *settings = flow_services_get_settings (self->services);
  g_autoptr (GVariant) before = flow_settings_get (settings, key, error);
  g_autoptr (GVariant) after = g_variant_ref_sink (without);

  if (before == NULL || !flow_settings_set (settings, key, after, error))
    return FALSE;
  offer_undo (self, key, before, text);
  return TRUE;
}

static gboolean
remove_workspace (FlowFolderList *self, const char *folder, GError **error)
{
  g_auto (GStrv) folders = flow_code_get_workspaces (self->services);
  GVariantBuilder builder;

  g_variant_builder_init (&builder, G_VARIANT_TYPE ("as"));
  for (char **each = folders; *each != NULL; each++)
    if (!g_str_equal (*each, folder))
      g_variant_builder_add (&builder, "s", *each);
  return remove_setting (self, WORKSPACES, g_variant_builder_end (&builder), _ ("Source folder removed"), error);
}

static gboolean
remove_map (FlowFolderList *self, const char *service, const char *remote, const char *local, GError **error)
{
  g_autoptr (FlowSettingsSnapshot) settings = flow_settings_snapshot (flow_services_get_settings (self->services));
  GVariantBuilder builder;

  g_variant_builder_init (&builder, G_VARIANT_TYPE ("a(sss)"));
  for (gsize i = 0; i < settings->n_path_maps; i++)
    {
      const FlowPathMap *map = &settings->path_maps[i];

      if (!g_str_equal (map->service, service) || !g_str_equal (map->remote, remote) ||
          !g_str_equal (map->local, local))
        g_variant_builder_add (&builder, "(sss)", map->service, map->remote, map->local);
    }
  return remove_setting (self, PATH_MAPS, g_variant_builder_end (&builder), _ ("Path map removed"), error);
}

static gboolean
forget_trusted (FlowFolderList *self, const char *path, GError **error)
{
  g_autoptr (FlowTrustedPaths) trusted = flow_code_trusted_paths_new (self->services);

  if (!flow_trusted_paths_remove (trusted, path, error))
    return FALSE;
  offer_undo (self, NULL, g_variant_new_bytestring (path), _ ("You will be asked again"));
  return TRUE;
}

static void
remove_action (GtkWidget *widget, const char *action, GVariant *target)
{
  FlowFolderList *self = FLOW_FOLDER_LIST (widget);
  const char *service, *remote, *local;
  g_autoptr (GVariant) kept = g_variant_ref (target);
  g_autoptr (GError) error = NULL;
  gboolean ok;

  g_variant_get (kept, "(&s&s^&ay)", &service, &remote, &local);
  if (self->kind == FLOW_FOLDER_LIST_WORKSPACES)
    ok = remove_workspace (self, local, &error);
  else if (self->kind == FLOW_FOLDER_LIST_MAPS)
    ok = remove_map (self, service, remote, local, &error);
  else
    ok = forget_trusted (self, local, &error);
  if (!ok)
    flow_toast (widget, error->message);
  refresh (self);
}

static void
flow_folder_list_dispose (GObject *object)
{
  FlowFolderList *self = FLOW_FOLDER_LIST (object);

  if (self->services != NULL)
    g_clear_signal_handler (&self->changed_handler, flow_services_get_settings (self->services));
  g_clear_object (&self->services);

  G_OBJECT_CLASS (flow_folder_list_parent_class)->dispose (object);
}

static void
flow_folder_list_class_init (FlowFolderListClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = flow_folder_list_dispose;
  gtk_widget_class_install_action (GTK_WIDGET_CLASS (klass), "folders.remove", "(ssay)", remove_action);
}

static void
flow_folder_list_init (FlowFolderList *self)
{
  self->list = GTK_LIST_BOX (gtk_list_box_new ());
  gtk_list_box_set_selection_mode (self->list, GTK_SELECTION_NONE);
  gtk_widget_add_css_class (GTK_WIDGET (self->list), "boxed-list");
  adw_bin_set_child (ADW_BIN (self), GTK_WIDGET (self->list));
}

/**
 * flow_folder_list_new:
 * @services: what pages work with
 * @kind: which folders
 *
 * Returns: (transfer floating): the list; it is hidden while it is empty
 */
GtkWidget *
flow_folder_list_new (FlowServices *services, FlowFolderListKind kind)
{
  FlowFolderList *self = g_object_new (FLOW_TYPE_FOLDER_LIST, NULL);
  const char *key = kind == FLOW_FOLDER_LIST_MAPS ? "changed::" PATH_MAPS : "changed::" WORKSPACES;
  const char *name = kind == FLOW_FOLDER_LIST_MAPS         ? _ ("Path maps")
                     : kind == FLOW_FOLDER_LIST_WORKSPACES ? _ ("Source folders")
                                                           : _ ("Trusted files and folders");

  self->services = g_object_ref (services);
  self->kind = kind;
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->list), GTK_ACCESSIBLE_PROPERTY_LABEL, name, -1);
  self->changed_handler = g_signal_connect_swapped (flow_services_get_settings (services), key, G_CALLBACK (refresh),
                                                    self);
  refresh (self);
  return GTK_WIDGET (self);
}
