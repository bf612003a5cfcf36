/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-sync-state-group"

#include "app/sync/flow-sync-state-group.h"

#include <glib/gi18n.h>

#include "app/connections/flow-connection-text.h"
#include "app/connections/flow-entry-acts.h"
#include "app/sync/flow-sync-words.h"
#include "hub/flow-json-read.h"
#include "hub/sync/flow-sync-status-text.h"
#include "trace/flow-time-text.h"

/**
 * FlowSyncStateGroup:
 *
 * How syncing is: when it last worked, what waits and how fast it goes.
 */
struct _FlowSyncStateGroup
{
  AdwPreferencesGroup parent_instance;

  FlowSyncBoard *board;
  AdwActionRow *row;
  GtkImage *icon;
  GtkSpinner *spinner;
  GtkWidget *pause;
  GtkWidget *now;
  AdwActionRow *pending;
  AdwActionRow *speed;
  AdwActionRow *unsent;
  AdwActionRow *differs;
  AdwActionRow *repaired;
};

G_DEFINE_FINAL_TYPE (FlowSyncStateGroup, flow_sync_state_group, ADW_TYPE_PREFERENCES_GROUP)

static gboolean
can_sync (FlowSyncState state)
{
  return state != FLOW_SYNC_OFF && state != FLOW_SYNC_SIGNED_OUT && state != FLOW_SYNC_NEEDS_PASSPHRASE;
}

static void
show_icon (FlowSyncStateGroup *self, FlowSyncState state)
{
  gboolean busy = state == FLOW_SYNC_SYNCING || state == FLOW_SYNC_CONNECTING;

  gtk_image_set_from_icon_name (self->icon, flow_sync_words_icon (state));
  gtk_widget_set_visible (GTK_WIDGET (self->icon), !busy);
  gtk_widget_set_visible (GTK_WIDGET (self->spinner), busy);
  gtk_spinner_set_spinning (self->spinner, busy && gtk_widget_get_mapped (GTK_WIDGET (self)));
}

/* Why it is offline is no trouble that the user could end. */
static char *
describe (FlowSyncStateGroup *self, JsonObject *status, FlowSyncState state)
{
  JsonObject *error = flow_json_get_object (status, "error");
  const char *message = error != NULL ? flow_json_get_string (error, "message") : NULL;
  g_autofree char *about = flow_sync_words_about (self->board, g_get_real_time () * 1000);

  if (state != FLOW_SYNC_OFFLINE || message == NULL)
    return g_steal_pointer (&about);
  return g_strdup_printf ("%s\n%s", message, about);
}

/* Returns: (transfer full) (nullable): which traces the server refuses */
static char *
describe_unsent (JsonObject *status)
{
  JsonObject *unsent = flow_json_get_object (status, "unsent_traces");
  guint n = unsent != NULL ? (guint) CLAMP (flow_json_get_int (unsent, "count"), 0, G_MAXINT) : 0;
  g_autofree char *count = n > 0 ? g_strdup_printf (ngettext ("%u trace", "%u traces", n), n) : NULL;

  return n > 0 ? g_strdup_printf ("%s\n%s", count, flow_json_get_string (unsent, "message")) : NULL;
}

/* Returns: (transfer full) (nullable): what was damaged here and is no more */
static char *
describe_repaired (JsonObject *status)
{
  JsonObject *repaired = flow_json_get_object (status, "repaired");
  const char *time = repaired != NULL ? flow_json_get_string (repaired, "time") : NULL;
  g_autofree char *when = NULL;
  gint64 time_ns = 0;

  if (time == NULL || !flow_time_parse (time, 0, &time_ns, NULL))
    return NULL;
  when = flow_connection_text_when (time_ns, g_get_real_time () * 1000);
  return flow_sync_status_text_repaired (repaired, when);
}

static void
show_text (AdwActionRow *row, const char *text)
{
  gtk_widget_set_visible (GTK_WIDGET (row), text != NULL);
  adw_action_row_set_subtitle (row, text != NULL ? text : "");
}

static void
set_button (GtkWidget *button, const char *icon, const char *label)
{
  gtk_button_set_icon_name (GTK_BUTTON (button), icon);
  gtk_widget_set_tooltip_text (button, label);
  gtk_accessible_update_property (GTK_ACCESSIBLE (button), GTK_ACCESSIBLE_PROPERTY_LABEL, label, -1);
}

static void
show_buttons (FlowSyncStateGroup *self, FlowSyncState state)
{
  gtk_widget_set_visible (self->now, can_sync (state));
  gtk_widget_set_visible (self->pause, can_sync (state));
  if (state == FLOW_SYNC_PAUSED)
    set_button (self->pause, "media-playback-start-symbolic", _ ("Go on syncing"));
  else
    set_button (self->pause, "media-playback-pause-symbolic", _ ("Pause syncing"));
}

static void
show (FlowSyncStateGroup *self)
{
  JsonObject *status = flow_sync_board_get_status (self->board);
  FlowSyncState state = flow_sync_board_get_state (self->board);
  JsonObject *differs = status != NULL ? flow_json_get_object (status, "differs") : NULL;
  g_autofree char *about = NULL, *pending = NULL, *speed = NULL, *unsent = NULL, *different = NULL, *repaired = NULL;

  if (status == NULL)
    return;
  show_icon (self, state);
  show_buttons (self, state);
  about = describe (self, status, state);
  pending = flow_sync_words_pending (status);
  speed = state == FLOW_SYNC_SYNCING ? flow_sync_words_speed (status) : NULL;
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (self->row), flow_sync_words_state (state));
  adw_action_row_set_subtitle (self->row, about);
  show_text (self->pending, pending);
  show_text (self->speed, speed);
  unsent = describe_unsent (status);
  show_text (self->unsent, unsent);
  different = differs != NULL ? flow_sync_status_text_differs (differs) : NULL;
  show_text (self->differs, different);
  repaired = describe_repaired (status);
  show_text (self->repaired, repaired);
}

/* --- The whole ------------------------------------------------------------------------------------------- */

static void
flow_sync_state_group_map (GtkWidget *widget)
{
  GTK_WIDGET_CLASS (flow_sync_state_group_parent_class)->map (widget);
  show (FLOW_SYNC_STATE_GROUP (widget));
}

static void
flow_sync_state_group_unmap (GtkWidget *widget)
{
  gtk_spinner_stop (FLOW_SYNC_STATE_GROUP (widget)->spinner);
  GTK_WIDGET_CLASS (flow_sync_state_group_parent_class)->unmap (widget);
}

static void
flow_sync_state_group_dispose (GObject *object)
{
  g_clear_object (&FLOW_SYNC_STATE_GROUP (object)->board);

  G_OBJECT_CLASS (flow_sync_state_group_parent_class)->dispose (object);
}

static void
flow_sync_state_group_class_init (FlowSyncStateGroupClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = flow_sync_state_group_dispose;
  GTK_WIDGET_CLASS (klass)->map = flow_sync_state_group_map;
  GTK_WIDGET_CLASS (klass)->unmap = flow_sync_state_group_unmap;
}

static AdwActionRow *
add_row (FlowSyncStateGroup *self, const char *title)
{
  AdwActionRow *row = ADW_ACTION_ROW (adw_action_row_new ());

  adw_preferences_row_set_use_markup (ADW_PREFERENCES_ROW (row), FALSE);
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), title);
  adw_preferences_group_add (ADW_PREFERENCES_GROUP (self), GTK_WIDGET (row));
  return row;
}

static GtkWidget *
add_button (FlowSyncStateGroup *self, const char *icon, const char *label, const char *action)
{
  GtkWidget *button = flow_entry_acts_button (icon, label);

  gtk_actionable_set_action_name (GTK_ACTIONABLE (button), action);
  adw_action_row_add_suffix (self->row, button);
  return button;
}

static void
add_history (FlowSyncStateGroup *self)
{
  AdwActionRow *row = add_row (self, _ ("History"));
  GtkWidget *arrow = gtk_image_new_from_icon_name ("go-next-symbolic");

  gtk_accessible_update_state (GTK_ACCESSIBLE (arrow), GTK_ACCESSIBLE_STATE_HIDDEN, TRUE, -1);
  adw_action_row_add_suffix (row, arrow);
  gtk_list_box_row_set_activatable (GTK_LIST_BOX_ROW (row), TRUE);
  gtk_actionable_set_action_name (GTK_ACTIONABLE (row), "sync.history");
}

static void
flow_sync_state_group_init (FlowSyncStateGroup *self)
{
  self->row = add_row (self, "");
  self->icon = GTK_IMAGE (gtk_image_new ());
  gtk_accessible_update_state (GTK_ACCESSIBLE (self->icon), GTK_ACCESSIBLE_STATE_HIDDEN, TRUE, -1);
  self->spinner = GTK_SPINNER (gtk_spinner_new ());
  adw_action_row_add_prefix (self->row, GTK_WIDGET (self->icon));
  adw_action_row_add_prefix (self->row, GTK_WIDGET (self->spinner));
  self->pause = add_button (self, "media-playback-pause-symbolic", _ ("Pause syncing"), "sync.pause");
  self->now = add_button (self, "view-refresh-symbolic", _ ("Sync now"), "sync.now");
  self->pending = add_row (self, _ ("Waiting to be sent"));
  self->speed = add_row (self, _ ("Speed"));
  self->unsent = add_row (self, _ ("The server does not take"));
  adw_action_row_set_subtitle_lines (self->unsent, 0);
  self->differs = add_row (self, _ ("Not the same on another device"));
  self->repaired = add_row (self, _ ("Repaired"));
  add_history (self);
}

/**
 * flow_sync_state_group_new:
 * @board: how syncing is
 *
 * Make the group. It needs the actions of the page.
 *
 * Returns: (transfer floating): the group
 */
GtkWidget *
flow_sync_state_group_new (FlowSyncBoard *board)
{
  FlowSyncStateGroup *self = g_object_new (FLOW_TYPE_SYNC_STATE_GROUP, NULL);

  self->board = g_object_ref (board);
  g_signal_connect_object (board, "changed", G_CALLBACK (show), self, G_CONNECT_SWAPPED);
  show (self);
  return GTK_WIDGET (self);
}
