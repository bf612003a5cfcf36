/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-edit-journal-view"

#include "app/edits/flow-edit-journal-view.h"

#include <glib/gi18n.h>

#include "app/edits/flow-edit-journal-row.h"
#include "hub/flow-json-read.h"

/* So many entries are read at once, and so many are listed at most. */
#define PAGE 50
#define MAX_ENTRIES 400
/* Whatever happens within this time is read at once. */
#define SOON_MS 300

/**
 * FlowEditJournalView:
 *
 * What happened with a text, the newest first, followed while it is shown. What is older is read on request.
 */
struct _FlowEditJournalView
{
  AdwBin parent_instance;

  FlowEditBoard *board;
  FlowEntry *edit;           /* NULL: nothing is shown */
  GCancellable *cancellable; /* ends the waiting for answers about this edit */
  GListStore *entries;       /* of FlowEntry, the newest first */
  gboolean asking;
  gboolean dirty;
  gboolean has_older;
  guint soon;

  GtkListBox *list;
  GtkLabel *state; /* of the empty list */
  GtkWidget *older;
};

G_DEFINE_FINAL_TYPE (FlowEditJournalView, flow_edit_journal_view, ADW_TYPE_BIN)

/* --- Answers --------------------------------------------------------------------------------------------- */

static gint64
number_of (FlowEntry *entry)
{
  return flow_entry_get_number (entry, "number");
}

static int
compare_newest_first (gconstpointer a, gconstpointer b)
{
  gint64 first = number_of (*(FlowEntry *const *) a), second = number_of (*(FlowEntry *const *) b);

  return first < second ? 1 : first > second ? -1 : 0;
}

static GPtrArray *
read_entries (JsonObject *answer)
{
  JsonArray *array = flow_json_get_array (answer, "entries");
  GPtrArray *entries = g_ptr_array_new_with_free_func (g_object_unref);

  for (guint i = 0; array != NULL && i < json_array_get_length (array) && i < PAGE; i++)
    {
      JsonNode *node = json_array_get_element (array, i);
      JsonObject *members = JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;
      g_autofree char *key = members != NULL
                                 ? g_strdup_printf ("%" G_GINT64_FORMAT, flow_json_get_int (members, "number"))
                                 : NULL;

      if (key != NULL)
        g_ptr_array_add (entries, flow_entry_new (key, members));
    }
  g_ptr_array_sort (entries, compare_newest_first);
  return entries;
}

static gint64
oldest_listed (FlowEditJournalView *self)
{
  guint n = g_list_model_get_n_items (G_LIST_MODEL (self->entries));
  g_autoptr (FlowEntry) last = n > 0 ? g_list_model_get_item (G_LIST_MODEL (self->entries), n - 1) : NULL;

  return last != NULL ? number_of (last) : 0;
}

/* Whether the list goes on where the answer ends, so that nothing is missing between them. */
static gboolean
joins (FlowEditJournalView *self, GPtrArray *fresh)
{
  g_autoptr (FlowEntry) newest = g_list_model_get_item (G_LIST_MODEL (self->entries), 0);

  return newest != NULL && fresh->len > 0 && number_of (fresh->pdata[fresh->len - 1]) <= number_of (newest) + 1;
}

/* What is listed beside the fresh entries: what is older, or newer when it was what is older that was read. */
static void
add_listed (FlowEditJournalView *self, GPtrArray *fresh)
{
  gint64 newest = number_of (fresh->pdata[0]), oldest = number_of (fresh->pdata[fresh->len - 1]);

  for (guint i = 0; i < g_list_model_get_n_items (G_LIST_MODEL (self->entries)); i++)
    {
      FlowEntry *entry = g_list_model_get_item (G_LIST_MODEL (self->entries), i);

      if (number_of (entry) > newest || number_of (entry) < oldest)
        g_ptr_array_add (fresh, entry);
      else
        g_object_unref (entry);
    }
  g_ptr_array_sort (fresh, compare_newest_first);
  if (fresh->len > MAX_ENTRIES)
    g_ptr_array_set_size (fresh, MAX_ENTRIES);
}

static void
show_state (FlowEditJournalView *self)
{
  guint n = g_list_model_get_n_items (G_LIST_MODEL (self->entries));

  gtk_label_set_text (self->state, self->asking ? _ ("The journal is being read") : _ ("Nothing happened yet"));
  gtk_widget_set_visible (self->older, self->has_older && n > 0 && n < MAX_ENTRIES);
}

static void
take (FlowEditJournalView *self, JsonObject *answer, gboolean older)
{
  g_autoptr (GPtrArray) fresh = read_entries (answer);
  gboolean joined = older || joins (self, fresh);

  if (older || !joined)
    self->has_older = flow_json_get_bool (answer, "more");
  if (fresh->len > 0 && joined)
    add_listed (self, fresh);
  if (fresh->len > 0 || !older)
    flow_entry_sync (self->entries, fresh);
}

typedef struct
{
  FlowEditJournalView *self;
  GCancellable *cancellable; /* of the edit that was asked about */
  gboolean older;
} Question;

static void
answered_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autofree Question *question = data;
  g_autoptr (FlowEditJournalView) self = question->self;
  g_autoptr (GCancellable) cancellable = question->cancellable;
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonObject) answer = flow_board_ask_finish (FLOW_BOARD (source), result, &error);

  if (g_cancellable_is_cancelled (cancellable))
    return;
  self->asking = FALSE;
  if (answer != NULL)
    take (self, answer, question->older);
  show_state (self);
  if (answer == NULL)
    gtk_label_set_text (self->state, error->message);
  if (self->dirty)
    flow_edit_journal_view_refresh (self);
}

/* --- Questions ------------------------------------------------------------------------------------------- */

static void
ask (FlowEditJournalView *self, gint64 before)
{
  g_autoptr (JsonObject) arguments = json_object_new ();
  Question *question;

  if (self->edit == NULL || self->asking)
    return;
  if (before == 0)
    self->dirty = FALSE;
  self->asking = TRUE;
  show_state (self);
  json_object_set_string_member (arguments, "id", flow_entry_get_key (self->edit));
  json_object_set_int_member (arguments, "limit", PAGE);
  if (before > 0)
    json_object_set_int_member (arguments, "before", before);
  question = g_new (Question, 1);
  *question = (Question) { g_object_ref (self), g_object_ref (self->cancellable), before > 0 };
  flow_board_ask_async (FLOW_BOARD (self->board), "edit-journal", arguments, self->cancellable, answered_cb, question);
}

static void
soon_cb (gpointer data)
{
  FlowEditJournalView *self = data;

  self->soon = 0;
  ask (self, 0);
}

static void
older_cb (FlowEditJournalView *self)
{
  ask (self, oldest_listed (self));
}

static GtkWidget *
make_row (gpointer item, gpointer data)
{
  return flow_edit_journal_row_new (FLOW_EDIT_JOURNAL_VIEW (data)->edit, item);
}

/* --- The whole ------------------------------------------------------------------------------------------- */

static void
forget_questions (FlowEditJournalView *self)
{
  g_clear_handle_id (&self->soon, g_source_remove);
  g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->cancellable);
  self->asking = FALSE;
  self->dirty = FALSE;
}

/* Read when somebody looks, and again when it changed while nobody did. */
static void
flow_edit_journal_view_map (GtkWidget *widget)
{
  FlowEditJournalView *self = FLOW_EDIT_JOURNAL_VIEW (widget);

  GTK_WIDGET_CLASS (flow_edit_journal_view_parent_class)->map (widget);
  if (self->dirty)
    ask (self, 0);
}

static void
flow_edit_journal_view_dispose (GObject *object)
{
  FlowEditJournalView *self = FLOW_EDIT_JOURNAL_VIEW (object);

  forget_questions (self);
  g_clear_object (&self->entries);
  g_clear_object (&self->board);
  g_clear_object (&self->edit);

  G_OBJECT_CLASS (flow_edit_journal_view_parent_class)->dispose (object);
}

static void
flow_edit_journal_view_class_init (FlowEditJournalViewClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = flow_edit_journal_view_dispose;
  GTK_WIDGET_CLASS (klass)->map = flow_edit_journal_view_map;
}

static GtkLabel *
make_placeholder (void)
{
  GtkLabel *label = GTK_LABEL (gtk_label_new (NULL));

  gtk_label_set_wrap (label, TRUE);
  gtk_label_set_wrap_mode (label, PANGO_WRAP_WORD_CHAR);
  gtk_widget_add_css_class (GTK_WIDGET (label), "dim-label");
  gtk_widget_add_css_class (GTK_WIDGET (label), "flow-edit-placeholder");
  return label;
}

static void
flow_edit_journal_view_init (FlowEditJournalView *self)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 12);

  self->entries = g_list_store_new (FLOW_TYPE_ENTRY);
  self->state = make_placeholder ();
  self->list = GTK_LIST_BOX (gtk_list_box_new ());
  gtk_list_box_set_selection_mode (self->list, GTK_SELECTION_NONE);
  gtk_list_box_set_placeholder (self->list, GTK_WIDGET (self->state));
  gtk_widget_add_css_class (GTK_WIDGET (self->list), "boxed-list");
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->list), GTK_ACCESSIBLE_PROPERTY_LABEL, _ ("Journal"), -1);
  gtk_list_box_bind_model (self->list, G_LIST_MODEL (self->entries), make_row, self, NULL);
  self->older = gtk_button_new_with_mnemonic (_ ("Show _Older"));
  gtk_widget_set_halign (self->older, GTK_ALIGN_CENTER);
  g_signal_connect_swapped (self->older, "clicked", G_CALLBACK (older_cb), self);
  gtk_box_append (GTK_BOX (box), GTK_WIDGET (self->list));
  gtk_box_append (GTK_BOX (box), self->older);
  adw_bin_set_child (ADW_BIN (self), box);
}

/**
 * flow_edit_journal_view_new:
 * @board: who knows
 *
 * Returns: (transfer floating): an empty journal
 */
GtkWidget *
flow_edit_journal_view_new (FlowEditBoard *board)
{
  FlowEditJournalView *self = g_object_new (FLOW_TYPE_EDIT_JOURNAL_VIEW, NULL);

  self->board = g_object_ref (board);
  show_state (self);
  return GTK_WIDGET (self);
}

/**
 * flow_edit_journal_view_set_edit:
 * @self: the journal
 * @edit: (nullable): what the verb `edits` writes of one, %NULL for none
 *
 * Show the journal of an edit.
 */
void
flow_edit_journal_view_set_edit (FlowEditJournalView *self, FlowEntry *edit)
{
  g_return_if_fail (FLOW_IS_EDIT_JOURNAL_VIEW (self));

  forget_questions (self);
  g_list_store_remove_all (self->entries);
  g_set_object (&self->edit, edit);
  self->has_older = FALSE;
  self->cancellable = g_cancellable_new ();
  self->dirty = edit != NULL;
  if (self->dirty && gtk_widget_get_mapped (GTK_WIDGET (self)))
    ask (self, 0);
  show_state (self);
}

/**
 * flow_edit_journal_view_refresh:
 * @self: the journal
 *
 * Something happened with the edit: read it, soon, or when the journal is shown again.
 */
void
flow_edit_journal_view_refresh (FlowEditJournalView *self)
{
  g_return_if_fail (FLOW_IS_EDIT_JOURNAL_VIEW (self));

  self->dirty = self->edit != NULL;
  if (self->soon != 0 || !self->dirty || !gtk_widget_get_mapped (GTK_WIDGET (self)))
    return;
  self->soon = g_timeout_add_once (SOON_MS, soon_cb, self);
  g_source_set_name_by_id (self->soon, "flow-edit-journal-view-soon");
}
