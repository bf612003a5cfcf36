/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-entries-group"

#include "app/connections/flow-entries-group.h"

#include <glib/gi18n.h>

#include "app/shell/flow-count-text.h"

/**
 * FlowEntriesGroup:
 *
 * One of the lists of a board, under its title: a row for each entry, and what to say when there is none.
 */
struct _FlowEntriesGroup
{
  AdwPreferencesGroup parent_instance;

  FlowBoard *board;
  guint list;
  FlowEntryRowFunc make_row;
  gboolean hides; /* when it is empty */
  GtkListBox *box;
  GtkLabel *more;
};

G_DEFINE_FINAL_TYPE (FlowEntriesGroup, flow_entries_group, ADW_TYPE_PREFERENCES_GROUP)

static GtkWidget *
make_row (gpointer item, gpointer data)
{
  FlowEntriesGroup *self = data;

  return self->make_row (self->board, self->list, item);
}

static void
changed_cb (FlowEntriesGroup *self)
{
  guint n = g_list_model_get_n_items (flow_board_get_list (self->board, self->list));
  guint64 total = flow_board_get_total (self->board, self->list);
  g_autofree char *number = flow_count_text_number (total > n ? total - n : 0);
  g_autofree char *text = g_strdup_printf (_ ("%s more are not shown"), number);

  gtk_label_set_label (self->more, text);
  gtk_widget_set_visible (GTK_WIDGET (self->more), total > n);
  gtk_widget_set_visible (GTK_WIDGET (self), n > 0 || !self->hides);
}

static void
flow_entries_group_dispose (GObject *object)
{
  g_clear_object (&FLOW_ENTRIES_GROUP (object)->board);

  G_OBJECT_CLASS (flow_entries_group_parent_class)->dispose (object);
}

static void
flow_entries_group_class_init (FlowEntriesGroupClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = flow_entries_group_dispose;
}

static void
flow_entries_group_init (FlowEntriesGroup *self)
{
  self->box = GTK_LIST_BOX (gtk_list_box_new ());
  gtk_list_box_set_selection_mode (self->box, GTK_SELECTION_NONE);
  gtk_widget_add_css_class (GTK_WIDGET (self->box), "boxed-list");
  adw_preferences_group_add (ADW_PREFERENCES_GROUP (self), GTK_WIDGET (self->box));
  self->more = GTK_LABEL (gtk_label_new (NULL));
  gtk_label_set_xalign (self->more, 0);
  gtk_label_set_wrap (self->more, TRUE);
  gtk_widget_set_margin_top (GTK_WIDGET (self->more), 6);
  gtk_widget_add_css_class (GTK_WIDGET (self->more), "dim-label");
  adw_preferences_group_add (ADW_PREFERENCES_GROUP (self), GTK_WIDGET (self->more));
}

static GtkWidget *
make_placeholder (const char *text)
{
  GtkWidget *label = gtk_label_new (text);

  gtk_label_set_wrap (GTK_LABEL (label), TRUE);
  gtk_label_set_wrap_mode (GTK_LABEL (label), PANGO_WRAP_WORD_CHAR);
  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_widget_add_css_class (label, "dim-label");
  gtk_widget_add_css_class (label, "flow-placeholder");
  return label;
}

/**
 * flow_entries_group_new:
 * @board: what is listed
 * @list: which part of it
 * @make_row_func: makes the rows
 * @title: what stands above
 * @empty: (nullable): what stands there when the list is empty; %NULL to show nothing of the group then
 *
 * Returns: (transfer floating): the group
 */
GtkWidget *
flow_entries_group_new (FlowBoard *board, guint list, FlowEntryRowFunc make_row_func, const char *title,
                        const char *empty)
{
  FlowEntriesGroup *self = g_object_new (FLOW_TYPE_ENTRIES_GROUP, "title", title, NULL);
  GListModel *model = flow_board_get_list (board, list);

  self->board = g_object_ref (board);
  self->list = list;
  self->make_row = make_row_func;
  self->hides = empty == NULL;
  if (empty != NULL)
    gtk_list_box_set_placeholder (self->box, make_placeholder (empty));
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->box), GTK_ACCESSIBLE_PROPERTY_LABEL, title, -1);
  gtk_list_box_bind_model (self->box, model, make_row, self, NULL);
  g_signal_connect_object (model, "items-changed", G_CALLBACK (changed_cb), self, G_CONNECT_SWAPPED);
  changed_cb (self);
  return GTK_WIDGET (self);
}
