/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-sync-account-group"

#include "app/sync/flow-sync-account-group.h"

#include <glib/gi18n.h>

#include "app/sync/flow-sync-words.h"
#include "hub/flow-json-read.h"

/**
 * FlowSyncAccountGroup:
 *
 * Who is signed in where, where the keys are kept, and what can be done about either.
 */
struct _FlowSyncAccountGroup
{
  AdwPreferencesGroup parent_instance;

  FlowSyncBoard *board;
  AdwActionRow *user;
  AdwActionRow *keeper;
  GtkWidget *keys[4]; /* what needs the key of the account */
};

G_DEFINE_FINAL_TYPE (FlowSyncAccountGroup, flow_sync_account_group, ADW_TYPE_PREFERENCES_GROUP)

static void
show (FlowSyncAccountGroup *self)
{
  JsonObject *status = flow_sync_board_get_status (self->board);
  JsonObject *secrets = status != NULL ? flow_json_get_object (status, "secrets") : NULL;
  FlowSyncState state = flow_sync_board_get_state (self->board);
  const char *user = status != NULL ? flow_json_get_string (status, "user") : NULL;
  const char *server = status != NULL ? flow_json_get_string (status, "server") : NULL;

  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (self->user),
                                 user != NULL ? user : flow_sync_words_state (FLOW_SYNC_OFF));
  adw_action_row_set_subtitle (self->user, server != NULL ? server : "");
  adw_action_row_set_subtitle (self->keeper,
                               secrets != NULL ? flow_sync_words_keeper (flow_json_get_string (secrets, "kind")) : "");
  for (gsize i = 0; i < G_N_ELEMENTS (self->keys); i++)
    gtk_widget_set_visible (self->keys[i], state != FLOW_SYNC_SIGNED_OUT && state != FLOW_SYNC_NEEDS_PASSPHRASE);
}

static void
flow_sync_account_group_dispose (GObject *object)
{
  g_clear_object (&FLOW_SYNC_ACCOUNT_GROUP (object)->board);

  G_OBJECT_CLASS (flow_sync_account_group_parent_class)->dispose (object);
}

static void
flow_sync_account_group_class_init (FlowSyncAccountGroupClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = flow_sync_account_group_dispose;
}

static AdwActionRow *
add_row (FlowSyncAccountGroup *self, const char *title, const char *subtitle)
{
  AdwActionRow *row = ADW_ACTION_ROW (adw_action_row_new ());

  adw_preferences_row_set_use_markup (ADW_PREFERENCES_ROW (row), FALSE);
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), title);
  adw_action_row_set_subtitle (row, subtitle);
  adw_action_row_set_subtitle_lines (row, 0);
  adw_preferences_group_add (ADW_PREFERENCES_GROUP (self), GTK_WIDGET (row));
  return row;
}

/* A row that asks for more when it is activated. */
static GtkWidget *
add_way (FlowSyncAccountGroup *self, const char *title, const char *subtitle, const char *action)
{
  AdwActionRow *row = add_row (self, title, subtitle);
  GtkWidget *arrow = gtk_image_new_from_icon_name ("go-next-symbolic");

  gtk_accessible_update_state (GTK_ACCESSIBLE (arrow), GTK_ACCESSIBLE_STATE_HIDDEN, TRUE, -1);
  adw_action_row_add_suffix (row, arrow);
  gtk_list_box_row_set_activatable (GTK_LIST_BOX_ROW (row), TRUE);
  gtk_actionable_set_action_name (GTK_ACTIONABLE (row), action);
  return GTK_WIDGET (row);
}

static void
flow_sync_account_group_init (FlowSyncAccountGroup *self)
{
  GtkWidget *icon = gtk_image_new_from_icon_name ("avatar-default-symbolic");

  adw_preferences_group_set_title (ADW_PREFERENCES_GROUP (self), _ ("Account"));
  self->user = add_row (self, "", "");
  gtk_accessible_update_state (GTK_ACCESSIBLE (icon), GTK_ACCESSIBLE_STATE_HIDDEN, TRUE, -1);
  adw_action_row_add_prefix (self->user, icon);
  self->keeper = add_row (self, _ ("Where the keys are kept"), "");
  self->keys[0] = add_way (self, _ ("Change the passphrase"), _ ("Your other devices go on with the new one"),
                           "sync.change-passphrase");
  self->keys[1] = add_way (self, _ ("Get other recovery words"), _ ("Those that you have are of no use then"),
                           "sync.change-words");
  self->keys[2] = add_way (self, _ ("Change the keys"), _ ("What is made from then on is encrypted with others"),
                           "sync.rotate");
  self->keys[3] = add_way (self, _ ("Replace the account’s key"),
                           _ ("For when a device was lost; the others ask for the passphrase"), "sync.replace");
  add_way (self, _ ("Sign out"), _ ("What is on this device stays on it"), "sync.sign-out");
  add_way (self, _ ("Delete the account"), _ ("The server forgets all of it; your devices keep what they have"),
           "sync.delete");
}

/**
 * flow_sync_account_group_new:
 * @board: who is signed in
 *
 * Make the group. It needs the actions of the page.
 *
 * Returns: (transfer floating): the group
 */
GtkWidget *
flow_sync_account_group_new (FlowSyncBoard *board)
{
  FlowSyncAccountGroup *self = g_object_new (FLOW_TYPE_SYNC_ACCOUNT_GROUP, NULL);

  self->board = g_object_ref (board);
  g_signal_connect_object (board, "changed", G_CALLBACK (show), self, G_CONNECT_SWAPPED);
  show (self);
  return GTK_WIDGET (self);
}
