/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-sync-held-row"

#include "app/sync/flow-sync-held-row.h"

#include <glib/gi18n.h>

#include "app/connections/flow-connection-text.h"
#include "app/connections/flow-entry-acts.h"
#include "app/shell/flow-toast.h"
#include "app/sync/flow-sync-words.h"

/**
 * FlowSyncHeldRow:
 *
 * A change of another device that could not be taken: why, and what can be done. Others go on meanwhile.
 */
struct _FlowSyncHeldRow
{
  AdwActionRow parent_instance;

  FlowSyncBoard *board;
  FlowEntry *held;
};

G_DEFINE_FINAL_TYPE (FlowSyncHeldRow, flow_sync_held_row, ADW_TYPE_ACTION_ROW)

static void
act (FlowSyncHeldRow *self, const char *member)
{
  JsonObject *arguments = json_object_new ();

  json_object_set_int_member (arguments, member, flow_entry_get_number (self->held, "id"));
  flow_sync_board_act (self->board, "sync-quarantine", flow_entry_get_key (self->held), arguments);
}

static void
retry_cb (FlowSyncHeldRow *self)
{
  act (self, "retry");
}

/* --- Forgetting ------------------------------------------------------------------------------------------ */

static void
forget (gpointer data)
{
  act (data, "forget");
}

static void
list_again (gpointer data)
{
  FlowSyncHeldRow *self = data;

  flow_board_unhide (FLOW_BOARD (self->board), self->held);
}

static void
forget_cb (FlowSyncHeldRow *self)
{
  flow_toast_undo (GTK_WIDGET (self), _ ("Change forgotten"), G_CALLBACK (list_again), G_CALLBACK (forget),
                   g_object_ref (self), g_object_unref);
  flow_board_hide (FLOW_BOARD (self->board), self->held);
}

/* --- The whole ------------------------------------------------------------------------------------------- */

static void
show (FlowSyncHeldRow *self)
{
  const char *reason = flow_entry_get_text (self->held, "reason"), *name = flow_entry_get_text (self->held, "name");
  g_autofree char *when = flow_connection_text_when (flow_entry_get_time (self->held, "time"),
                                                     g_get_real_time () * 1000);
  /* Translators: what kind of record, which device changed it, and when. */
  g_autofree char *subtitle = g_strdup_printf (_ ("%s, changed on %s, %s"),
                                               flow_sync_words_table (flow_entry_get_text (self->held, "table")),
                                               name != NULL ? name : "?", when);

  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (self), reason != NULL ? reason : _ ("It could not be read"));
  adw_action_row_set_subtitle (ADW_ACTION_ROW (self), subtitle);
}

/* A row outlives its board when it can still be brought back. */
static void
flow_sync_held_row_finalize (GObject *object)
{
  FlowSyncHeldRow *self = FLOW_SYNC_HELD_ROW (object);

  g_clear_object (&self->board);
  g_clear_object (&self->held);

  G_OBJECT_CLASS (flow_sync_held_row_parent_class)->finalize (object);
}

static void
flow_sync_held_row_class_init (FlowSyncHeldRowClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = flow_sync_held_row_finalize;
}

static void
add_button (FlowSyncHeldRow *self, const char *icon, const char *label, GCallback clicked)
{
  GtkWidget *button = flow_entry_acts_button (icon, label);

  g_signal_connect_swapped (button, "clicked", clicked, self);
  adw_action_row_add_suffix (ADW_ACTION_ROW (self), button);
}

static void
flow_sync_held_row_init (FlowSyncHeldRow *self)
{
  adw_preferences_row_set_use_markup (ADW_PREFERENCES_ROW (self), FALSE);
  adw_action_row_set_title_lines (ADW_ACTION_ROW (self), 0);
  adw_action_row_set_subtitle_lines (ADW_ACTION_ROW (self), 0);
  add_button (self, "view-refresh-symbolic", _ ("Try to take this change again"), G_CALLBACK (retry_cb));
  add_button (self, "user-trash-symbolic", _ ("Forget this change"), G_CALLBACK (forget_cb));
}

/**
 * flow_sync_held_row_new:
 * @board: what takes it again or forgets it
 * @list: where it stands
 * @held: what the verb `sync-quarantine` writes of one
 *
 * Returns: (transfer floating): its row
 */
GtkWidget *
flow_sync_held_row_new (FlowBoard *board, guint list, FlowEntry *held)
{
  FlowSyncHeldRow *self = g_object_new (FLOW_TYPE_SYNC_HELD_ROW, NULL);

  self->board = g_object_ref (FLOW_SYNC_BOARD (board));
  self->held = g_object_ref (held);
  g_signal_connect_object (held, "changed", G_CALLBACK (show), self, G_CONNECT_SWAPPED);
  show (self);
  return GTK_WIDGET (self);
}
