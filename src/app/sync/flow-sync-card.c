/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-sync-card"

#include "app/sync/flow-sync-card.h"

#include "app/shell/flow-button-flow.h"
#include "app/shell/flow-wrap-label.h"

/**
 * FlowSyncCard:
 *
 * Something that the user should look at, with buttons for the ways on.
 */
struct _FlowSyncCard
{
  AdwBin parent_instance;

  GtkImage *icon;
  GtkLabel *title;
  GtkLabel *text;
  GtkProgressBar *progress;
  GtkWidget *buttons;
  char *shown; /* what the buttons are */
};

G_DEFINE_FINAL_TYPE (FlowSyncCard, flow_sync_card, ADW_TYPE_BIN)

/* A button that is there stays, with the focus. */
static void
show_ways (FlowSyncCard *self, const FlowSyncTrouble *trouble)
{
  g_autoptr (GString) wanted = g_string_new (NULL);

  for (gsize i = 0; i < trouble->n_ways; i++)
    g_string_append_printf (wanted, "%s=%s\n", trouble->ways[i].label, trouble->ways[i].action);
  if (g_strcmp0 (wanted->str, self->shown) == 0)
    return;
  g_free (self->shown);
  self->shown = g_strdup (wanted->str);
  flow_button_flow_clear (FLOW_BUTTON_FLOW (self->buttons));
  for (gsize i = 0; i < trouble->n_ways; i++)
    {
      GtkWidget *button = gtk_button_new_with_mnemonic (trouble->ways[i].label);

      flow_button_flow_let_shrink (button);
      gtk_actionable_set_detailed_action_name (GTK_ACTIONABLE (button), trouble->ways[i].action);
      if (i == 0)
        gtk_widget_add_css_class (button, "suggested-action");
      flow_button_flow_add (FLOW_BUTTON_FLOW (self->buttons), button);
    }
  gtk_widget_set_visible (self->buttons, trouble->n_ways > 0);
}

static void
flow_sync_card_finalize (GObject *object)
{
  g_free (FLOW_SYNC_CARD (object)->shown);

  G_OBJECT_CLASS (flow_sync_card_parent_class)->finalize (object);
}

static void
flow_sync_card_class_init (FlowSyncCardClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = flow_sync_card_finalize;
}

static void
flow_sync_card_init (FlowSyncCard *self)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 9), *head = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 9);

  self->icon = GTK_IMAGE (gtk_image_new ());
  gtk_accessible_update_state (GTK_ACCESSIBLE (self->icon), GTK_ACCESSIBLE_STATE_HIDDEN, TRUE, -1);
  self->title = flow_wrap_label_new (NULL, "heading");
  gtk_widget_set_hexpand (GTK_WIDGET (self->title), TRUE);
  self->text = flow_wrap_label_new (NULL, NULL);
  self->progress = GTK_PROGRESS_BAR (gtk_progress_bar_new ());
  gtk_widget_set_visible (GTK_WIDGET (self->progress), FALSE);
  self->buttons = flow_button_flow_new ();
  gtk_box_append (GTK_BOX (head), GTK_WIDGET (self->icon));
  gtk_box_append (GTK_BOX (head), GTK_WIDGET (self->title));
  gtk_box_append (GTK_BOX (box), head);
  gtk_box_append (GTK_BOX (box), GTK_WIDGET (self->text));
  gtk_box_append (GTK_BOX (box), GTK_WIDGET (self->progress));
  gtk_box_append (GTK_BOX (box), self->buttons);
  gtk_widget_add_css_class (box, "flow-sync-card");
  gtk_widget_add_css_class (GTK_WIDGET (self), "card");
  adw_bin_set_child (ADW_BIN (self), box);
}

/**
 * flow_sync_card_new:
 *
 * Returns: (transfer floating): an empty card
 */
GtkWidget *
flow_sync_card_new (void)
{
  return g_object_new (FLOW_TYPE_SYNC_CARD, NULL);
}

/**
 * flow_sync_card_show:
 * @self: the card
 * @icon: a symbolic icon
 * @trouble: what it says, and what helps; not kept
 *
 * Say something. The actions must be there for a widget at this place.
 */
void
flow_sync_card_show (FlowSyncCard *self, const char *icon, const FlowSyncTrouble *trouble)
{
  gboolean warns = g_str_equal (icon, "dialog-warning-symbolic");

  g_return_if_fail (FLOW_IS_SYNC_CARD (self));

  gtk_image_set_from_icon_name (self->icon, icon);
  if (warns)
    gtk_widget_add_css_class (GTK_WIDGET (self->icon), "warning");
  else
    gtk_widget_remove_css_class (GTK_WIDGET (self->icon), "warning");
  gtk_label_set_text (self->title, trouble->title);
  gtk_label_set_text (self->text, trouble->text != NULL ? trouble->text : "");
  gtk_widget_set_visible (GTK_WIDGET (self->text), trouble->text != NULL);
  show_ways (self, trouble);
}

/**
 * flow_sync_card_show_progress:
 * @self: the card
 * @fraction: how much of it is done, 0 to 1, or less than 0 when there is nothing to show
 *
 * Show how far something is.
 */
void
flow_sync_card_show_progress (FlowSyncCard *self, double fraction)
{
  g_return_if_fail (FLOW_IS_SYNC_CARD (self));

  gtk_widget_set_visible (GTK_WIDGET (self->progress), fraction >= 0);
  if (fraction < 0)
    return;
  gtk_progress_bar_set_fraction (self->progress, MIN (fraction, 1));
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->progress), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  gtk_label_get_text (self->title), -1);
}
