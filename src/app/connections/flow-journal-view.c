/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-journal-view"

#include "app/connections/flow-journal-view.h"

#include <glib/gi18n.h>

#include "hub/flow-json-read.h"

/* So many entries are read at once, and so many are listed at most. */
#define PAGE 50
#define MAX_ENTRIES 400
/* Whatever happens within this time is read at once. */
#define SOON_MS 300

/**
 * FlowJournalView:
 *
 * What happened with something, the newest first, followed while it is shown. What is older is read on request.
 */
struct _FlowJournalView
{
  AdwBin parent_instance;

  FlowBoard *board;
  const FlowJournalKind *kind;
  GObject *subject;          /* NULL: nothing is shown */
  GCancellable *cancellable; /* ends the waiting for answers about it */
  GListStore *entries;       /* of FlowEntry, the newest first */
  gboolean asking;
  gboolean dirty;
  gboolean has_older;
  guint soon;

  GtkListBox *list;
  GtkLabel *state; /* of the empty list */
  GtkWidget *older;
};

G_DEFINE_FINAL_TYPE (FlowJournalView, flow_journal_view, ADW_TYPE_BIN)

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
read_entries (FlowJournalView *self, JsonObject *answer)
{
  JsonArray *array = flow_json_get_array (answer, self->kind->member);
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
oldest_listed (FlowJournalView *self)
{
  guint n = g_list_model_get_n_items (G_LIST_MODEL (self->entries));
  g_autoptr (FlowEntry) last = n > 0 ? g_list_model_get_item (G_LIST_MODEL (self->entries), n - 1) : NULL;

  return last != NULL ? number_of (last) : 0;
}

/* Whether the list goes on where the answer ends, so that nothing is missing between them. */
static gboolean
joins (FlowJournalView *self, GPtrArray *fresh)
{
  g_autoptr (FlowEntry) newest = g_list_model_get_item (G_LIST_MODEL (self->entries), 0);

  return newest != NULL && fresh->len > 0 && number_of (fresh->pdata[fresh->len - 1]) <= number_of (newest) + 1;
}

/* What is listed beside the fresh entries: what is older, or newer when it was what is older that was read. */
static void
add_listed (FlowJournalView *self, GPtrArray *fresh)
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
show_state (FlowJournalView *self)
{
  guint n = g_list_model_get_n_items (G_LIST_MODEL (self->entries));

  gtk_label_set_text (self->state, _ (self->asking ? self->kind->reading : self->kind->empty));
  gtk_widget_set_visible (self->older, self->has_older && n > 0 && n < MAX_ENTRIES);
}

static void
take (FlowJournalView *self, JsonObject *answer, gboolean older)
{
  g_autoptr (GPtrArray) fresh = read_entries (self, answer);
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
  FlowJournalView *self;
  GCancellable *cancellable; /* of the subject that was asked about */
  gboolean older;
} Question;

static void
answered_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autofree Question *question = data;
  g_autoptr (FlowJournalView) self = question->self;
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
    flow_journal_view_refresh (self);
}

/* --- Questions ------------------------------------------------------------------------------------------- */

static void
ask (FlowJournalView *self, gint64 before)
{
  g_autoptr (JsonObject) arguments = json_object_new ();
  Question *question;

  if (self->subject == NULL || self->asking)
    return;
  if (before == 0)
    self->dirty = FALSE;
  self->asking = TRUE;
  show_state (self);
  if (FLOW_IS_ENTRY (self->subject))
    json_object_set_string_member (arguments, "id", flow_entry_get_key (FLOW_ENTRY (self->subject)));
  json_object_set_int_member (arguments, "limit", PAGE);
  if (before > 0)
    json_object_set_int_member (arguments, "before", before);
  question = g_new (Question, 1);
  *question = (Question) { g_object_ref (self), g_object_ref (self->cancellable), before > 0 };
  flow_board_ask_async (self->board, self->kind->verb, arguments, self->cancellable, answered_cb, question);
}

static void
soon_cb (gpointer data)
{
  FlowJournalView *self = data;

  self->soon = 0;
  ask (self, 0);
}

static void
older_cb (FlowJournalView *self)
{
  ask (self, oldest_listed (self));
}

static GtkWidget *
make_row (gpointer item, gpointer data)
{
  FlowJournalView *self = data;

  return self->kind->make_row (self->subject, item);
}

/* --- The whole ------------------------------------------------------------------------------------------- */

static void
forget_questions (FlowJournalView *self)
{
  g_clear_handle_id (&self->soon, g_source_remove);
  g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->cancellable);
  self->asking = FALSE;
  self->dirty = FALSE;
}

/* Read when somebody looks, and again when it changed while nobody did. */
static void
flow_journal_view_map (GtkWidget *widget)
{
  FlowJournalView *self = FLOW_JOURNAL_VIEW (widget);

  GTK_WIDGET_CLASS (flow_journal_view_parent_class)->map (widget);
  if (self->dirty)
    ask (self, 0);
}

static void
flow_journal_view_dispose (GObject *object)
{
  FlowJournalView *self = FLOW_JOURNAL_VIEW (object);

  forget_questions (self);
  g_clear_object (&self->entries);
  g_clear_object (&self->board);
  g_clear_object (&self->subject);

  G_OBJECT_CLASS (flow_journal_view_parent_class)->dispose (object);
}

static void
flow_journal_view_class_init (FlowJournalViewClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = flow_journal_view_dispose;
  GTK_WIDGET_CLASS (klass)->map = flow_journal_view_map;
}

static GtkLabel *
make_placeholder (void)
{
  GtkLabel *label = GTK_LABEL (gtk_label_new (NULL));

  gtk_label_set_wrap (label, TRUE);
  gtk_label_set_wrap_mode (label, PANGO_WRAP_WORD_CHAR);
  gtk_widget_add_css_class (GTK_WIDGET (label), "dim-label");
  gtk_widget_add_css_class (GTK_WIDGET (label), "flow-placeholder");
  return label;
}

static void
flow_journal_view_init (FlowJournalView *self)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 12);

  self->entries = g_list_store_new (FLOW_TYPE_ENTRY);
  self->state = make_placeholder ();
  self->list = GTK_LIST_BOX (gtk_list_box_new ());
  gtk_list_box_set_selection_mode (self->list, GTK_SELECTION_NONE);
  gtk_list_box_set_placeholder (self->list, GTK_WIDGET (self->state));
  gtk_widget_add_css_class (GTK_WIDGET (self->list), "boxed-list");
  gtk_list_box_bind_model (self->list, G_LIST_MODEL (self->entries), make_row, self, NULL);
  self->older = gtk_button_new_with_mnemonic (_ ("Show _Older"));
  gtk_widget_set_halign (self->older, GTK_ALIGN_CENTER);
  g_signal_connect_swapped (self->older, "clicked", G_CALLBACK (older_cb), self);
  gtk_box_append (GTK_BOX (box), GTK_WIDGET (self->list));
  gtk_box_append (GTK_BOX (box), self->older);
  adw_bin_set_child (ADW_BIN (self), box);
}

/**
 * flow_journal_view_new:
 * @board: who knows
 * @kind: what it lists, kept by the caller
 *
 * Returns: (transfer floating): an empty journal
 */
GtkWidget *
flow_journal_view_new (FlowBoard *board, const FlowJournalKind *kind)
{
  FlowJournalView *self = g_object_new (FLOW_TYPE_JOURNAL_VIEW, NULL);

  self->board = g_object_ref (board);
  self->kind = kind;
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->list), GTK_ACCESSIBLE_PROPERTY_LABEL, _ (kind->title), -1);
  show_state (self);
  return GTK_WIDGET (self);
}

/**
 * flow_journal_view_set_subject:
 * @self: the journal
 * @subject: (nullable): whose journal it is: a #FlowEntry, whose key the verb gets as `id`, or another object when the
 *   verb knows whose; %NULL for none
 *
 * Show the journal of something.
 */
void
flow_journal_view_set_subject (FlowJournalView *self, gpointer subject)
{
  g_return_if_fail (FLOW_IS_JOURNAL_VIEW (self));
  g_return_if_fail (subject == NULL || G_IS_OBJECT (subject));

  forget_questions (self);
  g_list_store_remove_all (self->entries);
  g_set_object (&self->subject, subject);
  self->has_older = FALSE;
  self->cancellable = g_cancellable_new ();
  self->dirty = subject != NULL;
  if (self->dirty && gtk_widget_get_mapped (GTK_WIDGET (self)))
    ask (self, 0);
  show_state (self);
}

/**
 * flow_journal_view_refresh:
 * @self: the journal
 *
 * Something happened: read it, soon, or when the journal is shown again.
 */
void
flow_journal_view_refresh (FlowJournalView *self)
{
  g_return_if_fail (FLOW_IS_JOURNAL_VIEW (self));

  self->dirty = self->subject != NULL;
  if (self->soon != 0 || !self->dirty || !gtk_widget_get_mapped (GTK_WIDGET (self)))
    return;
  self->soon = g_timeout_add_once (SOON_MS, soon_cb, self);
  g_source_set_name_by_id (self->soon, "flow-journal-view-soon");
}
