/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-edit-journal-row"

#include "app/edits/flow-edit-journal-row.h"

#include <glib/gi18n.h>

#include "app/edits/flow-edit-diff.h"
#include "app/edits/flow-edit-words.h"
#include "app/shell/flow-count-text.h"

/**
 * FlowEditJournalRow:
 *
 * Something that was done with a text: whose doing it was, when, and what is otherwise since.
 */
struct _FlowEditJournalRow
{
  GtkListBoxRow parent_instance;

  FlowEntry *edit;
  FlowEntry *entry;
  GtkLabel *deed;
  GtkLabel *facts;
  GtkLabel *diff;
};

G_DEFINE_FINAL_TYPE (FlowEditJournalRow, flow_edit_journal_row, GTK_TYPE_LIST_BOX_ROW)

/* “10:32:07 · line 3 · +8 −5” */
static char *
describe (FlowEntry *entry)
{
  gint64 inserted = flow_entry_get_number (entry, "inserted"), deleted = flow_entry_get_number (entry, "deleted");
  gint64 line = flow_edit_diff_line (flow_entry_get_list (entry, "diff"));
  g_autofree char *when = flow_edit_words_time (flow_entry_get_time (entry, "time"), g_get_real_time () * 1000);
  g_autofree char *number = flow_count_text_number ((guint64) MAX (line, 0));
  GString *text = g_string_new (when);

  if (line > 0)
    {
      g_string_append (text, " · ");
      g_string_append_printf (text, _ ("line %s"), number);
    }
  if (inserted > 0 || deleted > 0)
    g_string_append (text, " ·");
  if (inserted > 0)
    g_string_append_printf (text, " +%" G_GINT64_FORMAT, inserted);
  if (deleted > 0)
    g_string_append_printf (text, " −%" G_GINT64_FORMAT, deleted);
  return g_string_free (text, FALSE);
}

static void
show (FlowEditJournalRow *self)
{
  JsonArray *diff = flow_entry_get_list (self->entry, "diff");
  PangoAttrList *attributes = pango_attr_list_new ();
  g_autofree char *deed = flow_edit_words_deed (self->edit, self->entry);
  g_autofree char *facts = describe (self->entry);
  g_autofree char *text = flow_edit_diff_text (diff, attributes);
  g_autofree char *said = flow_edit_diff_say (diff);
  g_autofree char *name = g_strdup_printf ("%s, %s", deed, facts);

  gtk_label_set_text (self->deed, deed);
  gtk_label_set_text (self->facts, facts);
  gtk_label_set_text (self->diff, text);
  gtk_label_set_attributes (self->diff, attributes);
  gtk_widget_set_visible (GTK_WIDGET (self->diff), *text != '\0');
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL, name,
                                  GTK_ACCESSIBLE_PROPERTY_DESCRIPTION, said, -1);
  pango_attr_list_unref (attributes);
}

static void
flow_edit_journal_row_dispose (GObject *object)
{
  FlowEditJournalRow *self = FLOW_EDIT_JOURNAL_ROW (object);

  g_clear_object (&self->edit);
  g_clear_object (&self->entry);

  G_OBJECT_CLASS (flow_edit_journal_row_parent_class)->dispose (object);
}

static void
flow_edit_journal_row_class_init (FlowEditJournalRowClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = flow_edit_journal_row_dispose;
}

static GtkLabel *
add_label (GtkWidget *box, const char *css_class)
{
  GtkLabel *label = GTK_LABEL (gtk_label_new (NULL));

  gtk_label_set_xalign (label, 0);
  gtk_label_set_wrap (label, TRUE);
  gtk_label_set_wrap_mode (label, PANGO_WRAP_WORD_CHAR);
  gtk_widget_add_css_class (GTK_WIDGET (label), css_class);
  gtk_box_append (GTK_BOX (box), GTK_WIDGET (label));
  return label;
}

static void
flow_edit_journal_row_init (FlowEditJournalRow *self)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 3);

  self->deed = add_label (box, "heading");
  self->facts = add_label (box, "dim-label");
  gtk_widget_add_css_class (GTK_WIDGET (self->facts), "caption");
  gtk_widget_add_css_class (GTK_WIDGET (self->facts), "numeric");
  self->diff = add_label (box, "flow-edit-diff");
  gtk_label_set_selectable (self->diff, TRUE);
  gtk_widget_add_css_class (box, "flow-edit-entry");
  gtk_list_box_row_set_child (GTK_LIST_BOX_ROW (self), box);
  gtk_list_box_row_set_activatable (GTK_LIST_BOX_ROW (self), FALSE);
}

/**
 * flow_edit_journal_row_new:
 * @edit: what the verb `edits` writes of one
 * @entry: one of the entries that the verb `edit-journal` writes of it
 *
 * Returns: (transfer floating): its row
 */
GtkWidget *
flow_edit_journal_row_new (FlowEntry *edit, FlowEntry *entry)
{
  FlowEditJournalRow *self = g_object_new (FLOW_TYPE_EDIT_JOURNAL_ROW, NULL);

  self->edit = g_object_ref (edit);
  self->entry = g_object_ref (entry);
  g_signal_connect_object (entry, "changed", G_CALLBACK (show), self, G_CONNECT_SWAPPED);
  show (self);
  return GTK_WIDGET (self);
}
