/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-storage-group"

#include "app/shell/flow-storage-group.h"

#include <glib/gi18n.h>

#include "app/shell/flow-count-text.h"
#include "app/shell/flow-erase-dialog.h"
#include "app/shell/flow-storage-work.h"

/**
 * FlowStorageGroup:
 *
 * The database: where it is, how large it is, and what can be done with all of it.
 */
struct _FlowStorageGroup
{
  AdwPreferencesGroup parent_instance;

  FlowServices *services;
  AdwActionRow *size;
  AdwActionRow *folder;
  GtkWidget *compact;
  GtkWidget *erase;
};

G_DEFINE_FINAL_TYPE (FlowStorageGroup, flow_storage_group, ADW_TYPE_PREFERENCES_GROUP)

static void
show_size (FlowStorageGroup *self)
{
  FlowHub *hub = flow_services_get_hub (self->services);
  FlowHubSummary summary = { 0 };
  g_autofree char *size = NULL;
  g_autofree char *traces = NULL;
  g_autofree char *text = NULL;

  gtk_widget_set_sensitive (self->compact, hub != NULL);
  gtk_widget_set_sensitive (self->erase, hub != NULL);
  if (hub == NULL)
    {
      adw_action_row_set_subtitle (self->size, _ ("The hub does not run"));
      return;
    }
  flow_hub_get_summary (hub, &summary);
  size = g_format_size (summary.database_bytes);
  traces = flow_count_text_traces (summary.traces);
  /* Translators: “34 MB with 12 traces”. */
  text = g_strdup_printf (_ ("%s with %s"), size, traces);
  adw_action_row_set_subtitle (self->size, text);
}

static void
hub_changed_cb (FlowServices *services, FlowStorageGroup *self)
{
  show_size (self);
}

static void
committed_cb (FlowServices *services, FlowCommit *commit, FlowStorageGroup *self)
{
  if (gtk_widget_get_mapped (GTK_WIDGET (self)))
    show_size (self);
}

static void
folder_cb (GtkButton *button, FlowStorageGroup *self)
{
  const char *folder = flow_context_get_data_dir (flow_services_get_context (self->services));
  g_autofree char *uri = g_filename_to_uri (folder, NULL, NULL);

  gtk_show_uri (GTK_WINDOW (gtk_widget_get_root (GTK_WIDGET (self))), uri, GDK_CURRENT_TIME);
}

static void
compact_cb (GtkButton *button, FlowStorageGroup *self)
{
  flow_storage_work_compact (self->services);
}

static void
erase_cb (GtkButton *button, FlowStorageGroup *self)
{
  GtkWindow *parent = GTK_WINDOW (gtk_widget_get_root (GTK_WIDGET (self)));

  gtk_window_present (flow_erase_dialog_new (parent, self->services));
}

static void
flow_storage_group_dispose (GObject *object)
{
  FlowStorageGroup *self = FLOW_STORAGE_GROUP (object);

  g_clear_object (&self->services);

  G_OBJECT_CLASS (flow_storage_group_parent_class)->dispose (object);
}

static void
flow_storage_group_map (GtkWidget *widget)
{
  GTK_WIDGET_CLASS (flow_storage_group_parent_class)->map (widget);
  show_size (FLOW_STORAGE_GROUP (widget));
}

static void
flow_storage_group_class_init (FlowStorageGroupClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = flow_storage_group_dispose;
  widget_class->map = flow_storage_group_map;
  gtk_widget_class_set_template_from_resource (widget_class, "/org/flowscope/FlowScope/shell/flow-storage-group.ui");
  gtk_widget_class_bind_template_child (widget_class, FlowStorageGroup, size);
  gtk_widget_class_bind_template_child (widget_class, FlowStorageGroup, folder);
  gtk_widget_class_bind_template_child (widget_class, FlowStorageGroup, compact);
  gtk_widget_class_bind_template_child (widget_class, FlowStorageGroup, erase);
  gtk_widget_class_bind_template_callback (widget_class, folder_cb);
  gtk_widget_class_bind_template_callback (widget_class, compact_cb);
  gtk_widget_class_bind_template_callback (widget_class, erase_cb);
}

static void
flow_storage_group_init (FlowStorageGroup *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

/**
 * flow_storage_group_new:
 * @services: the hub and where its data is
 *
 * Returns: (transfer floating): the group
 */
GtkWidget *
flow_storage_group_new (FlowServices *services)
{
  FlowStorageGroup *self = g_object_new (FLOW_TYPE_STORAGE_GROUP, NULL);

  self->services = g_object_ref (services);
  adw_action_row_set_subtitle (self->folder, flow_context_get_data_dir (flow_services_get_context (services)));
  g_signal_connect_object (services, "hub-changed", G_CALLBACK (hub_changed_cb), self, 0);
  g_signal_connect_object (services, "committed", G_CALLBACK (committed_cb), self, 0);
  show_size (self);
  return GTK_WIDGET (self);
}
