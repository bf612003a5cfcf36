/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-sync-reach-group"

#include "app/sync/flow-sync-reach-group.h"

#include <glib/gi18n.h>

#include "hub/flow-json-read.h"

/**
 * FlowSyncReachGroup:
 *
 * What only the user's devices can read, what the server can, and with whom this device speaks.
 */
struct _FlowSyncReachGroup
{
  AdwPreferencesGroup parent_instance;

  FlowSyncBoard *board;
  AdwActionRow *encrypted;
  AdwActionRow *readable;
  AdwActionRow *hosts;
};

G_DEFINE_FINAL_TYPE (FlowSyncReachGroup, flow_sync_reach_group, ADW_TYPE_PREFERENCES_GROUP)

static void
show_list (AdwActionRow *row, JsonObject *status, const char *member)
{
  JsonArray *array = status != NULL ? flow_json_get_array (status, member) : NULL;
  g_autoptr (GString) text = g_string_new (NULL);

  for (guint i = 0; array != NULL && i < json_array_get_length (array); i++)
    {
      const char *word = json_array_get_string_element (array, i);

      if (word != NULL)
        g_string_append_printf (text, "%s%s", text->len > 0 ? "\n" : "", word);
    }
  adw_action_row_set_subtitle (row, text->str);
  gtk_widget_set_visible (GTK_WIDGET (row), text->len > 0);
}

static void
show (FlowSyncReachGroup *self)
{
  JsonObject *status = flow_sync_board_get_status (self->board);

  show_list (self->encrypted, status, "encrypted");
  show_list (self->readable, status, "readable");
  show_list (self->hosts, status, "hosts");
}

static void
flow_sync_reach_group_dispose (GObject *object)
{
  g_clear_object (&FLOW_SYNC_REACH_GROUP (object)->board);

  G_OBJECT_CLASS (flow_sync_reach_group_parent_class)->dispose (object);
}

static void
flow_sync_reach_group_class_init (FlowSyncReachGroupClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = flow_sync_reach_group_dispose;
}

static AdwActionRow *
add_row (FlowSyncReachGroup *self, const char *icon, const char *title)
{
  AdwActionRow *row = ADW_ACTION_ROW (adw_action_row_new ());
  GtkWidget *image = gtk_image_new_from_icon_name (icon);

  adw_preferences_row_set_use_markup (ADW_PREFERENCES_ROW (row), FALSE);
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), title);
  adw_action_row_set_title_lines (row, 0);
  adw_action_row_set_subtitle_lines (row, 0);
  gtk_accessible_update_state (GTK_ACCESSIBLE (image), GTK_ACCESSIBLE_STATE_HIDDEN, TRUE, -1);
  adw_action_row_add_prefix (row, image);
  adw_preferences_group_add (ADW_PREFERENCES_GROUP (self), GTK_WIDGET (row));
  return row;
}

static void
flow_sync_reach_group_init (FlowSyncReachGroup *self)
{
  adw_preferences_group_set_title (ADW_PREFERENCES_GROUP (self), _ ("Who Can Read What"));
  self->encrypted = add_row (self, "channel-secure-symbolic", _ ("Encrypted; only your devices can read it"));
  self->readable = add_row (self, "network-server-symbolic", _ ("The server can read"));
  self->hosts = add_row (self, "network-transmit-receive-symbolic", _ ("This device speaks with"));
}

/**
 * flow_sync_reach_group_new:
 * @board: who says it
 *
 * Returns: (transfer floating): the group
 */
GtkWidget *
flow_sync_reach_group_new (FlowSyncBoard *board)
{
  FlowSyncReachGroup *self = g_object_new (FLOW_TYPE_SYNC_REACH_GROUP, NULL);

  self->board = g_object_ref (board);
  g_signal_connect_object (board, "changed", G_CALLBACK (show), self, G_CONNECT_SWAPPED);
  show (self);
  return GTK_WIDGET (self);
}
