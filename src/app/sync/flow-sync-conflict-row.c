/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-sync-conflict-row"

#include "app/sync/flow-sync-conflict-row.h"

#include "app/sync/flow-sync-conflict.h"

/**
 * FlowSyncConflictRow:
 *
 * Something that two devices changed at once, in a list: which record, which fields, who and when.
 */
struct _FlowSyncConflictRow
{
  AdwActionRow parent_instance;

  FlowEntry *conflict;
  GtkImage *icon;
};

G_DEFINE_FINAL_TYPE (FlowSyncConflictRow, flow_sync_conflict_row, ADW_TYPE_ACTION_ROW)

static void
show (FlowSyncConflictRow *self)
{
  gboolean open = flow_sync_conflict_is_open (self->conflict);
  g_autofree char *about = flow_sync_conflict_describe (self->conflict, g_get_real_time () * 1000);
  g_autofree char *outcome = open ? NULL : flow_sync_conflict_say_outcome (self->conflict);
  g_autofree char *subtitle = open ? g_strdup (about) : g_strdup_printf ("%s\n%s", about, outcome);

  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (self), flow_sync_conflict_get_title (self->conflict));
  adw_action_row_set_subtitle (ADW_ACTION_ROW (self), subtitle);
  gtk_image_set_from_icon_name (self->icon, open ? "dialog-warning-symbolic" : "emblem-ok-symbolic");
  if (open)
    gtk_widget_add_css_class (GTK_WIDGET (self->icon), "warning");
  else
    gtk_widget_remove_css_class (GTK_WIDGET (self->icon), "warning");
}

static void
flow_sync_conflict_row_dispose (GObject *object)
{
  g_clear_object (&FLOW_SYNC_CONFLICT_ROW (object)->conflict);

  G_OBJECT_CLASS (flow_sync_conflict_row_parent_class)->dispose (object);
}

static void
flow_sync_conflict_row_class_init (FlowSyncConflictRowClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = flow_sync_conflict_row_dispose;
}

static GtkImage *
make_image (const char *icon)
{
  GtkWidget *image = gtk_image_new_from_icon_name (icon);

  gtk_accessible_update_state (GTK_ACCESSIBLE (image), GTK_ACCESSIBLE_STATE_HIDDEN, TRUE, -1);
  return GTK_IMAGE (image);
}

static void
flow_sync_conflict_row_init (FlowSyncConflictRow *self)
{
  adw_preferences_row_set_use_markup (ADW_PREFERENCES_ROW (self), FALSE);
  adw_action_row_set_title_lines (ADW_ACTION_ROW (self), 2);
  adw_action_row_set_subtitle_lines (ADW_ACTION_ROW (self), 0);
  self->icon = make_image (NULL);
  adw_action_row_add_prefix (ADW_ACTION_ROW (self), GTK_WIDGET (self->icon));
  adw_action_row_add_suffix (ADW_ACTION_ROW (self), GTK_WIDGET (make_image ("go-next-symbolic")));
  gtk_list_box_row_set_activatable (GTK_LIST_BOX_ROW (self), TRUE);
}

/**
 * flow_sync_conflict_row_new:
 * @conflict: what the verb `sync-conflicts` writes of one
 *
 * Returns: (transfer floating): its row
 */
GtkWidget *
flow_sync_conflict_row_new (FlowEntry *conflict)
{
  FlowSyncConflictRow *self = g_object_new (FLOW_TYPE_SYNC_CONFLICT_ROW, NULL);

  self->conflict = g_object_ref (conflict);
  g_signal_connect_object (conflict, "changed", G_CALLBACK (show), self, G_CONNECT_SWAPPED);
  show (self);
  return GTK_WIDGET (self);
}

/**
 * flow_sync_conflict_row_get_conflict:
 * @self: a row
 *
 * Returns: (transfer none): the conflict
 */
FlowEntry *
flow_sync_conflict_row_get_conflict (FlowSyncConflictRow *self)
{
  return self->conflict;
}
