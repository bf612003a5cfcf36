/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-edit-conflict-view"

#include "app/edits/flow-edit-conflict-view.h"

#include <glib/gi18n.h>
#include <string.h>

#include "app/edits/flow-edit-acts.h"
#include "app/edits/flow-edit-hunk-row.h"
#include "app/edits/flow-edit-merge.h"
#include "app/edits/flow-edit-text.h"
#include "app/edits/flow-edit-words.h"
#include "app/shell/flow-button-flow.h"
#include "app/shell/flow-count-text.h"
#include "hub/flow-json-read.h"

/* So many parts are shown one by one; the merged text has all. */
#define MAX_ROWS 100
/* Bytes. Laying out more keeps the window waiting; it is decided all at once. */
#define MAX_MERGED (1024 * 1024)

/**
 * FlowEditConflictView:
 *
 * What two sides made of the same words: part by part what it was, what each side has and which of them is kept, and
 * the merged text, which can be changed before it is used. What goes on in the text meanwhile is not taken over by
 * itself, as that would take away what was decided; it is said.
 */
struct _FlowEditConflictView
{
  AdwBin parent_instance;

  FlowEditBoard *board;
  FlowEntry *edit;           /* NULL: nothing is shown */
  GCancellable *cancellable; /* ends the waiting for answers about this edit */
  FlowEditMerge *merge;
  GtkTextBuffer *buffer;
  gint64 revision; /* of the text that is shown */
  gint64 head;     /* of the text as it is */
  gboolean asking;
  gboolean dirty;

  GtkLabel *intro;
  GtkWidget *all; /* the buttons for all of it */
  GtkWidget *rows;
  GtkLabel *more;
  GtkWidget *merged; /* the text, and what goes with it */
  GtkWidget *stale;
  GtkWidget *use;
};

G_DEFINE_FINAL_TYPE (FlowEditConflictView, flow_edit_conflict_view, ADW_TYPE_BIN)

/* --- Deciding -------------------------------------------------------------------------------------------- */

static void
resolve (FlowEditConflictView *self, const char *member, const char *value)
{
  g_autoptr (JsonObject) arguments = json_object_new ();

  if (self->edit == NULL)
    return;
  json_object_set_string_member (arguments, "id", flow_entry_get_key (self->edit));
  json_object_set_string_member (arguments, member, value);
  if (g_str_equal (member, "text"))
    json_object_set_int_member (arguments, "revision", self->revision);
  flow_edit_board_act (self->board, "edit-resolve", arguments);
}

static void
use_cb (FlowEditConflictView *self)
{
  g_autofree char *text = flow_edit_merge_dup_text (self->merge);

  resolve (self, "text", text);
}

static void
choice_cb (GtkButton *button, FlowEditConflictView *self)
{
  resolve (self, "choice", g_object_get_data (G_OBJECT (button), "flow-choice"));
}

static void
add_choice (FlowEditConflictView *self, const char *choice, const char *label)
{
  GtkWidget *button = flow_button_flow_make_button (label);

  g_object_set_data (G_OBJECT (button), "flow-choice", (gpointer) choice);
  g_signal_connect (button, "clicked", G_CALLBACK (choice_cb), self);
  flow_button_flow_add (FLOW_BUTTON_FLOW (self->all), button);
}

static void
add_choices (FlowEditConflictView *self, const char *mine_by, const char *theirs_by)
{
  g_autofree char *mine = g_strdup_printf (_ ("Keep All of %s"), mine_by);
  g_autofree char *theirs = g_strdup_printf (_ ("Keep All of %s"), theirs_by);

  flow_button_flow_clear (FLOW_BUTTON_FLOW (self->all));
  add_choice (self, "both", _ ("Keep Both Everywhere"));
  add_choice (self, "mine", mine);
  add_choice (self, "theirs", theirs);
}

/* --- Reading --------------------------------------------------------------------------------------------- */

static void
clear_rows (FlowEditConflictView *self)
{
  GtkWidget *child;

  while ((child = gtk_widget_get_first_child (self->rows)) != NULL)
    gtk_box_remove (GTK_BOX (self->rows), child);
}

static void
add_rows (FlowEditConflictView *self, const char *mine_by, const char *theirs_by)
{
  guint n_changed = 0;

  clear_rows (self);
  for (guint i = 0; i < flow_edit_merge_get_n_hunks (self->merge); i++)
    {
      if (flow_edit_merge_get_hunk (self->merge, i)->kind == FLOW_EDIT_HUNK_SAME || n_changed++ >= MAX_ROWS)
        continue;
      gtk_box_append (GTK_BOX (self->rows), flow_edit_hunk_row_new (self->merge, i, mine_by, theirs_by));
    }
  gtk_widget_set_visible (GTK_WIDGET (self->more), n_changed > MAX_ROWS);
  if (n_changed > MAX_ROWS)
    {
      g_autofree char *number = flow_count_text_number (n_changed - MAX_ROWS);
      g_autofree char *text = g_strdup_printf (_ ("%s more are in the merged text only"), number);

      gtk_label_set_text (self->more, text);
    }
}

static char *
read_name (FlowEditConflictView *self, JsonObject *answer, const char *member, const char *fallback)
{
  const char *name = flow_json_get_string (answer, member);

  return name != NULL && *name != '\0' ? flow_edit_words_who (self->edit, name) : g_strdup (fallback);
}

static void
show_stale (FlowEditConflictView *self)
{
  gtk_widget_set_visible (self->stale, self->revision > 0 && self->head > self->revision);
}

/* The parts and the text, where there is not too much of it. */
static void
show_merged (FlowEditConflictView *self, JsonObject *answer, const char *mine_by, const char *theirs_by)
{
  const char *text = flow_json_get_string (answer, "merged");
  gboolean too_long = text != NULL && strlen (text) > MAX_MERGED;

  gtk_widget_set_visible (self->merged, !too_long);
  gtk_widget_set_sensitive (self->use, !too_long);
  if (!too_long)
    {
      flow_edit_merge_take (self->merge, answer);
      add_rows (self, mine_by, theirs_by);
      return;
    }
  clear_rows (self);
  gtk_label_set_text (self->more, _ ("The text is too long to be shown here. Decide all at once."));
  gtk_widget_set_visible (GTK_WIDGET (self->more), TRUE);
}

static void
take (FlowEditConflictView *self, JsonObject *answer)
{
  g_autofree char *mine_by = read_name (self, answer, "mine_by", _ ("one side"));
  g_autofree char *theirs_by = read_name (self, answer, "theirs_by", _ ("the other side"));
  g_autofree char *intro = g_strdup_printf (
      _ ("%s and %s changed the same words. Both versions are in the text until you decide."), mine_by, theirs_by);

  self->revision = flow_json_get_int (answer, "revision");
  self->head = MAX (self->head, self->revision);
  gtk_label_set_text (self->intro, intro);
  add_choices (self, mine_by, theirs_by);
  show_merged (self, answer, mine_by, theirs_by);
  show_stale (self);
}

typedef struct
{
  FlowEditConflictView *self;
  GCancellable *cancellable; /* of the edit that was asked about */
} Question;

static void
answered_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autofree Question *question = data;
  g_autoptr (FlowEditConflictView) self = question->self;
  g_autoptr (GCancellable) cancellable = question->cancellable;
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonObject) answer = flow_board_ask_finish (FLOW_BOARD (source), result, &error);

  if (g_cancellable_is_cancelled (cancellable))
    return;
  self->asking = FALSE;
  if (answer != NULL)
    take (self, answer);
  else
    gtk_label_set_text (self->intro, error->message);
}

static void
ask (FlowEditConflictView *self)
{
  g_autoptr (JsonObject) arguments = json_object_new ();
  Question *question;

  if (self->edit == NULL || self->asking)
    return;
  self->dirty = FALSE;
  self->asking = TRUE;
  json_object_set_string_member (arguments, "id", flow_entry_get_key (self->edit));
  question = g_new (Question, 1);
  *question = (Question) { g_object_ref (self), g_object_ref (self->cancellable) };
  flow_board_ask_async (FLOW_BOARD (self->board), "edit-conflicts", arguments, self->cancellable, answered_cb,
                        question);
}

/* --- The whole ------------------------------------------------------------------------------------------- */

static void
forget_questions (FlowEditConflictView *self)
{
  g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->cancellable);
  self->asking = FALSE;
  self->dirty = FALSE;
}

static void
flow_edit_conflict_view_map (GtkWidget *widget)
{
  FlowEditConflictView *self = FLOW_EDIT_CONFLICT_VIEW (widget);

  GTK_WIDGET_CLASS (flow_edit_conflict_view_parent_class)->map (widget);
  if (self->dirty)
    ask (self);
}

static void
flow_edit_conflict_view_dispose (GObject *object)
{
  FlowEditConflictView *self = FLOW_EDIT_CONFLICT_VIEW (object);

  forget_questions (self);
  g_clear_object (&self->merge);
  g_clear_object (&self->board);
  g_clear_object (&self->edit);

  G_OBJECT_CLASS (flow_edit_conflict_view_parent_class)->dispose (object);
}

static void
flow_edit_conflict_view_class_init (FlowEditConflictViewClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = flow_edit_conflict_view_dispose;
  GTK_WIDGET_CLASS (klass)->map = flow_edit_conflict_view_map;
}

static GtkLabel *
make_label (const char *text, const char *css_class)
{
  GtkLabel *label = GTK_LABEL (gtk_label_new (text));

  gtk_label_set_xalign (label, 0);
  gtk_label_set_wrap (label, TRUE);
  gtk_label_set_wrap_mode (label, PANGO_WRAP_WORD_CHAR);
  if (css_class != NULL)
    gtk_widget_add_css_class (GTK_WIDGET (label), css_class);
  return label;
}

static GtkWidget *
make_stale (FlowEditConflictView *self)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 6), *again = gtk_button_new_with_mnemonic (_ ("Read _Again"));

  gtk_box_append (GTK_BOX (box), GTK_WIDGET (make_label (
                                     _ ("The text went on meanwhile. What came since is kept; read it again to see it "
                                        "here, which forgets what you decided above."),
                                     NULL)));
  gtk_widget_set_halign (again, GTK_ALIGN_START);
  g_signal_connect_swapped (again, "clicked", G_CALLBACK (ask), self);
  gtk_box_append (GTK_BOX (box), again);
  return box;
}

static void
flow_edit_conflict_view_init (FlowEditConflictView *self)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 12), *view;

  self->intro = make_label (NULL, NULL);
  self->all = flow_button_flow_new ();
  self->rows = gtk_box_new (GTK_ORIENTATION_VERTICAL, 12);
  self->more = make_label (NULL, "dim-label");
  view = flow_edit_text_make_view (TRUE, _ ("Merged text"), &self->buffer);
  self->merge = flow_edit_merge_new (self->buffer);
  self->stale = make_stale (self);
  self->use = gtk_button_new_with_mnemonic (_ ("_Use the Merged Text"));
  gtk_widget_set_halign (self->use, GTK_ALIGN_START);
  gtk_widget_add_css_class (self->use, "suggested-action");
  g_signal_connect_swapped (self->use, "clicked", G_CALLBACK (use_cb), self);
  gtk_box_append (GTK_BOX (box), GTK_WIDGET (self->intro));
  gtk_box_append (GTK_BOX (box), self->all);
  gtk_box_append (GTK_BOX (box), self->rows);
  gtk_box_append (GTK_BOX (box), GTK_WIDGET (self->more));
  self->merged = gtk_box_new (GTK_ORIENTATION_VERTICAL, 12);
  gtk_box_append (GTK_BOX (self->merged), GTK_WIDGET (make_label (_ ("Merged Text"), "heading")));
  gtk_box_append (GTK_BOX (self->merged), view);
  gtk_box_append (GTK_BOX (self->merged), self->stale);
  gtk_box_append (GTK_BOX (self->merged), self->use);
  gtk_box_append (GTK_BOX (box), self->merged);
  adw_bin_set_child (ADW_BIN (self), box);
}

/**
 * flow_edit_conflict_view_new:
 * @board: who knows and decides
 *
 * Returns: (transfer floating): the view of no conflict yet
 */
GtkWidget *
flow_edit_conflict_view_new (FlowEditBoard *board)
{
  FlowEditConflictView *self = g_object_new (FLOW_TYPE_EDIT_CONFLICT_VIEW, NULL);

  self->board = g_object_ref (board);
  flow_edit_conflict_view_set_edit (self, NULL);
  return GTK_WIDGET (self);
}

/**
 * flow_edit_conflict_view_set_edit:
 * @self: the view
 * @edit: (nullable): what the verb `edits` writes of one, %NULL for none
 *
 * Show the conflict of an edit.
 */
void
flow_edit_conflict_view_set_edit (FlowEditConflictView *self, FlowEntry *edit)
{
  g_return_if_fail (FLOW_IS_EDIT_CONFLICT_VIEW (self));

  forget_questions (self);
  g_set_object (&self->edit, edit);
  self->cancellable = g_cancellable_new ();
  self->revision = self->head = 0;
  clear_rows (self);
  flow_button_flow_clear (FLOW_BUTTON_FLOW (self->all));
  gtk_text_buffer_set_text (self->buffer, "", 0);
  gtk_label_set_text (self->intro, "");
  gtk_widget_set_visible (GTK_WIDGET (self->more), FALSE);
  gtk_widget_set_sensitive (self->use, FALSE);
  show_stale (self);
  self->dirty = edit != NULL;
  if (self->dirty && gtk_widget_get_mapped (GTK_WIDGET (self)))
    ask (self);
}

/**
 * flow_edit_conflict_view_set_revision:
 * @self: the view
 * @revision: which one the text has
 *
 * Say that the text goes on.
 */
void
flow_edit_conflict_view_set_revision (FlowEditConflictView *self, gint64 revision)
{
  g_return_if_fail (FLOW_IS_EDIT_CONFLICT_VIEW (self));

  self->head = revision;
  show_stale (self);
}
