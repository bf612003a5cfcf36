/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-sync-device-row"

#include "app/sync/flow-sync-device-row.h"

#include <glib/gi18n.h>

#include "app/connections/flow-connection-text.h"
#include "app/connections/flow-entry-acts.h"
#include "app/sync/flow-sync-ask.h"
#include "app/sync/flow-sync-words.h"

/**
 * FlowSyncDeviceRow:
 *
 * One of the user's devices: whether it is there, how far behind it is, and a button that takes it from the account.
 */
struct _FlowSyncDeviceRow
{
  AdwActionRow parent_instance;

  FlowSyncBoard *board;
  FlowEntry *device;
  GtkWidget *remove;
};

G_DEFINE_FINAL_TYPE (FlowSyncDeviceRow, flow_sync_device_row, ADW_TYPE_ACTION_ROW)

static const char *
get_name (FlowEntry *device)
{
  const char *name = flow_entry_get_text (device, "name");

  return name != NULL && *name != '\0' ? name : flow_entry_get_key (device);
}

static char *
say_presence (FlowEntry *device)
{
  g_autofree char *when = flow_connection_text_when (flow_entry_get_time (device, "last_seen"),
                                                     g_get_real_time () * 1000);

  if (flow_entry_get_flag (device, "this"))
    return g_strdup (_ ("This device"));
  if (flow_entry_get_flag (device, "connected"))
    return g_strdup (_ ("Connected"));
  return g_strdup_printf (_ ("Last here %s"), when);
}

static char *
describe (FlowEntry *device)
{
  g_autofree char *presence = say_presence (device), *changes = NULL;
  gint64 behind = flow_entry_get_number (device, "behind");

  if (flow_entry_get_flag (device, "retired"))
    return g_strdup_printf (_ ("%s. Not here for a long time: it gets everything again when it comes back"), presence);
  if (behind <= 0 || flow_entry_get_flag (device, "this"))
    return g_steal_pointer (&presence);
  changes = flow_sync_words_changes (behind);
  /* Translators: where a device is, and “12 changes”. */
  return g_strdup_printf (_ ("%s, %s behind"), presence, changes);
}

static void
show (FlowSyncDeviceRow *self)
{
  g_autofree char *subtitle = describe (self->device);
  /* The name of a device comes with what it has sent. */
  g_autofree char *label = g_strdup_printf (_ ("Remove %s"), get_name (self->device));

  gtk_widget_set_tooltip_text (self->remove, label);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->remove), GTK_ACCESSIBLE_PROPERTY_LABEL, label, -1);
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (self), get_name (self->device));
  adw_action_row_set_subtitle (ADW_ACTION_ROW (self), subtitle);
  gtk_widget_set_visible (self->remove, !flow_entry_get_flag (self->device, "this"));
}

/* --- Removing -------------------------------------------------------------------------------------------- */

static void
remove_cb (FlowSyncDeviceRow *self)
{
  flow_sync_ask_remove (GTK_WIDGET (self), self->board, flow_entry_get_key (self->device), get_name (self->device));
}

/* --- The whole ------------------------------------------------------------------------------------------- */

static void
flow_sync_device_row_dispose (GObject *object)
{
  FlowSyncDeviceRow *self = FLOW_SYNC_DEVICE_ROW (object);

  g_clear_object (&self->board);
  g_clear_object (&self->device);

  G_OBJECT_CLASS (flow_sync_device_row_parent_class)->dispose (object);
}

static void
flow_sync_device_row_class_init (FlowSyncDeviceRowClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = flow_sync_device_row_dispose;
}

static void
flow_sync_device_row_init (FlowSyncDeviceRow *self)
{
  GtkWidget *icon = gtk_image_new_from_icon_name ("computer-symbolic");

  adw_preferences_row_set_use_markup (ADW_PREFERENCES_ROW (self), FALSE);
  adw_action_row_set_subtitle_lines (ADW_ACTION_ROW (self), 0);
  gtk_accessible_update_state (GTK_ACCESSIBLE (icon), GTK_ACCESSIBLE_STATE_HIDDEN, TRUE, -1);
  adw_action_row_add_prefix (ADW_ACTION_ROW (self), icon);
}

/**
 * flow_sync_device_row_new:
 * @board: what removes it
 * @list: where it stands
 * @device: what the verb `sync-status` writes of one
 *
 * Returns: (transfer floating): its row
 */
GtkWidget *
flow_sync_device_row_new (FlowBoard *board, guint list, FlowEntry *device)
{
  FlowSyncDeviceRow *self = g_object_new (FLOW_TYPE_SYNC_DEVICE_ROW, NULL);

  self->board = g_object_ref (FLOW_SYNC_BOARD (board));
  self->device = g_object_ref (device);
  self->remove = flow_entry_acts_button ("user-trash-symbolic", "");
  g_signal_connect_swapped (self->remove, "clicked", G_CALLBACK (remove_cb), self);
  adw_action_row_add_suffix (ADW_ACTION_ROW (self), self->remove);
  g_signal_connect_object (device, "changed", G_CALLBACK (show), self, G_CONNECT_SWAPPED);
  show (self);
  return GTK_WIDGET (self);
}
