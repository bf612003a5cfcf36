/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-path-map-dialog"

#include "app/code/flow-path-map-dialog.h"

#include <glib/gi18n.h>

#include "app/code/flow-code-folders.h"
#include "app/code/flow-folder-chooser.h"
#include "app/shell/flow-toast.h"

/**
 * FlowPathMapDialog:
 *
 * Asks for a line of `path-maps`: whose files, what their paths begin with there, and the folder here.
 */
struct _FlowPathMapDialog
{
  AdwWindow parent_instance;

  FlowServices *services;
  char *folder;

  AdwEntryRow *service_row;
  AdwEntryRow *remote_row;
  AdwActionRow *folder_row;
  GtkButton *add_button;
  GtkFileChooserNative *chooser;
};

G_DEFINE_FINAL_TYPE (FlowPathMapDialog, flow_path_map_dialog, ADW_TYPE_WINDOW)

static void
changed_cb (FlowPathMapDialog *self)
{
  const char *remote = gtk_editable_get_text (GTK_EDITABLE (self->remote_row));

  gtk_widget_set_sensitive (GTK_WIDGET (self->add_button), remote[0] != '\0' && self->folder != NULL);
}

/**
 * flow_path_map_dialog_set_folder:
 * @self: the dialog
 * @folder: an absolute folder
 *
 * Choose the folder here, as the user does.
 */
void
flow_path_map_dialog_set_folder (FlowPathMapDialog *self, const char *folder)
{
  g_autofree char *shown = g_filename_display_name (folder);
  g_autofree char *escaped = g_markup_escape_text (shown, -1);

  g_free (self->folder);
  self->folder = g_strdup (folder);
  adw_action_row_set_subtitle (self->folder_row, escaped);
  changed_cb (self);
}

static void
chosen_cb (FlowPathMapDialog *self, int response)
{
  g_autofree char *path = flow_folder_chooser_take (&self->chooser, response);

  if (path != NULL)
    flow_path_map_dialog_set_folder (self, path);
}

static void
choose_cb (FlowPathMapDialog *self)
{
  flow_folder_chooser_show (&self->chooser, GTK_WINDOW (self), _ ("Choose a Folder"), _ ("_Choose"),
                            G_CALLBACK (chosen_cb), self);
}

static void
add_cb (FlowPathMapDialog *self)
{
  const char *service = gtk_editable_get_text (GTK_EDITABLE (self->service_row));
  const char *remote = gtk_editable_get_text (GTK_EDITABLE (self->remote_row));
  g_autoptr (GError) error = NULL;

  if (flow_code_add_path_map (self->services, service[0] != '\0' ? service : "*", remote, self->folder, &error))
    gtk_window_close (GTK_WINDOW (self));
  else
    flow_toast (GTK_WIDGET (self), error->message);
}

static void
flow_path_map_dialog_dispose (GObject *object)
{
  FlowPathMapDialog *self = FLOW_PATH_MAP_DIALOG (object);

  g_clear_object (&self->chooser);
  g_clear_object (&self->services);
  g_clear_pointer (&self->folder, g_free);

  G_OBJECT_CLASS (flow_path_map_dialog_parent_class)->dispose (object);
}

static void
flow_path_map_dialog_class_init (FlowPathMapDialogClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = flow_path_map_dialog_dispose;
  gtk_widget_class_set_template_from_resource (widget_class, "/org/flowscope/FlowScope/code/flow-path-map-dialog.ui");
  gtk_widget_class_bind_template_child (widget_class, FlowPathMapDialog, service_row);
  gtk_widget_class_bind_template_child (widget_class, FlowPathMapDialog, remote_row);
  gtk_widget_class_bind_template_child (widget_class, FlowPathMapDialog, folder_row);
  gtk_widget_class_bind_template_child (widget_class, FlowPathMapDialog, add_button);
  gtk_widget_class_bind_template_callback (widget_class, changed_cb);
  gtk_widget_class_bind_template_callback (widget_class, choose_cb);
  gtk_widget_class_bind_template_callback (widget_class, add_cb);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_Escape, 0, "window.close", NULL);
}

static void
flow_path_map_dialog_init (FlowPathMapDialog *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

/**
 * flow_path_map_dialog_new:
 * @services: what pages work with
 * @parent: (nullable): its window
 *
 * Returns: (transfer none): the dialog, not shown yet
 */
FlowPathMapDialog *
flow_path_map_dialog_new (FlowServices *services, GtkWindow *parent)
{
  FlowPathMapDialog *self = g_object_new (FLOW_TYPE_PATH_MAP_DIALOG, "transient-for", parent, NULL);

  self->services = g_object_ref (services);
  return self;
}
