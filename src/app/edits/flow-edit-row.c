/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-edit-row"

#include "app/edits/flow-edit-row.h"

#include <glib/gi18n.h>

#include "app/connections/flow-connection-text.h"
#include "app/connections/flow-entry-acts.h"
#include "app/edits/flow-edit-acts.h"
#include "app/edits/flow-edit-words.h"

/**
 * FlowEditRow:
 *
 * An edit in a list: which field of which page, who has it open and how they are, and whether it needs the user. One
 * that can be brought back has the buttons for that.
 */
struct _FlowEditRow
{
  AdwActionRow parent_instance;

  FlowEditBoard *board;
  FlowEntry *edit;
  FlowEditList list;
  GtkWidget *icon;
  GtkWidget *badge;
};

G_DEFINE_FINAL_TYPE (FlowEditRow, flow_edit_row, ADW_TYPE_ACTION_ROW)

static char *
describe_left (FlowEntry *edit)
{
  g_autofree char *what = flow_edit_words_what (edit);
  g_autofree char *when = flow_connection_text_when (flow_entry_get_time (edit, "changed"), g_get_real_time () * 1000);

  /* Translators: what it is, when it was changed last, and why it is no longer edited. */
  return g_strdup_printf (_ ("%s\nChanged %s: %s"), what, when,
                          flow_edit_words_reason (flow_entry_get_text (edit, "reason")));
}

static char *
describe_open (FlowEntry *edit)
{
  g_autofree char *what = flow_edit_words_what (edit), *ends = flow_edit_words_ends (edit);

  return g_strdup_printf ("%s\n%s", what, ends);
}

/* What the user should look at: nothing, a failure, or a decision. */
static const char *
find_badge (FlowEntry *edit)
{
  if (flow_entry_get_flag (edit, "conflict"))
    return _ ("Needs a decision");
  if (flow_entry_get_object (edit, "error") != NULL)
    return _ ("Has a problem");
  return NULL;
}

static void
show_badge (FlowEditRow *self)
{
  const char *badge = self->list == FLOW_EDIT_LIST_OPEN ? find_badge (self->edit) : NULL;

  gtk_widget_set_visible (self->badge, badge != NULL);
  if (badge == NULL)
    return;
  gtk_widget_set_tooltip_text (self->badge, badge);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->badge), GTK_ACCESSIBLE_PROPERTY_LABEL, badge, -1);
}

static void
show (FlowEditRow *self)
{
  g_autofree char *title = flow_edit_words_title (self->edit);
  g_autofree char *subtitle = self->list == FLOW_EDIT_LIST_OPEN ? describe_open (self->edit)
                                                                : describe_left (self->edit);
  const char *site = flow_entry_get_text (self->edit, "site");

  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (self), title);
  adw_action_row_set_subtitle (ADW_ACTION_ROW (self), subtitle);
  gtk_image_set_from_icon_name (GTK_IMAGE (self->icon),
                                site != NULL && *site != '\0' ? "web-browser-symbolic" : "text-x-generic-symbolic");
  show_badge (self);
}

static void
recover_cb (FlowEditRow *self)
{
  flow_edit_board_act_on (self->board, "edit-recover", flow_entry_get_key (self->edit));
}

static void
forget_cb (FlowEditRow *self)
{
  flow_edit_acts_forget (GTK_WIDGET (self), self->board, self->edit);
}

static void
flow_edit_row_dispose (GObject *object)
{
  FlowEditRow *self = FLOW_EDIT_ROW (object);

  g_clear_object (&self->board);
  g_clear_object (&self->edit);

  G_OBJECT_CLASS (flow_edit_row_parent_class)->dispose (object);
}

static void
flow_edit_row_class_init (FlowEditRowClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = flow_edit_row_dispose;
}

static void
flow_edit_row_init (FlowEditRow *self)
{
  adw_preferences_row_set_use_markup (ADW_PREFERENCES_ROW (self), FALSE);
  adw_action_row_set_title_lines (ADW_ACTION_ROW (self), 2);
  adw_action_row_set_subtitle_lines (ADW_ACTION_ROW (self), 0);
  self->icon = gtk_image_new ();
  gtk_accessible_update_state (GTK_ACCESSIBLE (self->icon), GTK_ACCESSIBLE_STATE_HIDDEN, TRUE, -1);
  adw_action_row_add_prefix (ADW_ACTION_ROW (self), self->icon);
  self->badge = gtk_image_new_from_icon_name ("dialog-warning-symbolic");
  gtk_widget_add_css_class (self->badge, "warning");
  adw_action_row_add_suffix (ADW_ACTION_ROW (self), self->badge);
  gtk_list_box_row_set_activatable (GTK_LIST_BOX_ROW (self), TRUE);
}

static void
add_button (FlowEditRow *self, const char *icon, const char *format, GCallback clicked)
{
  g_autofree char *title = flow_edit_words_title (self->edit);
  g_autoptr (GString) label = g_string_new (format);
  GtkWidget *button;

  g_string_replace (label, "%s", title, 1);
  button = flow_entry_acts_button (icon, label->str);
  g_signal_connect_swapped (button, "clicked", clicked, self);
  adw_action_row_add_suffix (ADW_ACTION_ROW (self), button);
}

static void
add_arrow (FlowEditRow *self)
{
  GtkWidget *arrow = gtk_image_new_from_icon_name ("go-next-symbolic");

  gtk_accessible_update_state (GTK_ACCESSIBLE (arrow), GTK_ACCESSIBLE_STATE_HIDDEN, TRUE, -1);
  adw_action_row_add_suffix (ADW_ACTION_ROW (self), arrow);
}

/**
 * flow_edit_row_new:
 * @board: what brings back and forgets
 * @list: where it stands
 * @edit: what the verb `edits` writes of one
 *
 * Returns: (transfer floating): its row
 */
GtkWidget *
flow_edit_row_new (FlowEditBoard *board, FlowEditList list, FlowEntry *edit)
{
  FlowEditRow *self = g_object_new (FLOW_TYPE_EDIT_ROW, NULL);

  self->board = g_object_ref (board);
  self->list = list;
  self->edit = g_object_ref (edit);
  if (list == FLOW_EDIT_LIST_LEFT)
    {
      add_button (self, "edit-undo-symbolic", _ ("Bring %s back"), G_CALLBACK (recover_cb));
      add_button (self, "user-trash-symbolic", _ ("Forget %s"), G_CALLBACK (forget_cb));
    }
  else
    add_arrow (self);
  g_signal_connect_object (edit, "changed", G_CALLBACK (show), self, G_CONNECT_SWAPPED);
  show (self);
  return GTK_WIDGET (self);
}

/**
 * flow_edit_row_get_edit:
 * @self: a row
 *
 * Returns: (transfer none): the edit
 */
FlowEntry *
flow_edit_row_get_edit (FlowEditRow *self)
{
  return self->edit;
}
