/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-edit-text"

#include "app/edits/flow-edit-text.h"

#include <glib/gi18n.h>
#include <string.h>

#include "app/shell/flow-toast.h"
#include "hub/flow-json-read.h"

/* Bytes. What is longer is shown in part: laying out more keeps the window waiting. */
#define MAX_SHOWN (256 * 1024)
/* Whatever changes within this time is read at once. */
#define SOON_MS 200
#define MIN_HEIGHT 240

/**
 * FlowEditText:
 *
 * The text of an edit as it is, followed while it is shown, with a button that copies it.
 */
struct _FlowEditText
{
  AdwBin parent_instance;

  FlowEditBoard *board;
  char *id;                  /* NULL: nothing is shown */
  GCancellable *cancellable; /* ends the waiting for answers about this edit */
  char *text;                /* all of it */
  gboolean asking;
  gboolean dirty;
  guint soon;

  GtkTextBuffer *buffer;
  GtkLabel *state;
  GtkWidget *copy;
};

G_DEFINE_FINAL_TYPE (FlowEditText, flow_edit_text, ADW_TYPE_BIN)

/* The code points that both begin with. */
static glong
common_start (const char *a, const char *b)
{
  glong n = 0;

  while (*a != '\0' && g_utf8_get_char (a) == g_utf8_get_char (b))
    {
      a = g_utf8_next_char (a);
      b = g_utf8_next_char (b);
      n++;
    }
  return n;
}

/* The code points that both end with, at most so many. */
static glong
common_end (const char *a, const char *b, glong most)
{
  const char *a_end = a + strlen (a), *b_end = b + strlen (b);
  glong n = 0;

  while (n < most)
    {
      a_end = g_utf8_prev_char (a_end);
      b_end = g_utf8_prev_char (b_end);
      if (g_utf8_get_char (a_end) != g_utf8_get_char (b_end))
        break;
      n++;
    }
  return n;
}

/**
 * flow_edit_text_replace:
 * @buffer: a buffer
 * @text: what it should have
 *
 * Make @buffer have @text by changing only what is otherwise, so that the cursor and what is in sight stay.
 */
void
flow_edit_text_replace (GtkTextBuffer *buffer, const char *text)
{
  GtkTextIter start, end;
  g_autofree char *before = NULL;
  glong n_before, n_after, head, tail;

  gtk_text_buffer_get_bounds (buffer, &start, &end);
  before = gtk_text_buffer_get_text (buffer, &start, &end, TRUE);
  if (g_str_equal (before, text))
    return;
  n_before = g_utf8_strlen (before, -1);
  n_after = g_utf8_strlen (text, -1);
  head = common_start (before, text);
  tail = common_end (before, text, MIN (n_before, n_after) - head);
  gtk_text_buffer_get_iter_at_offset (buffer, &start, (int) head);
  gtk_text_buffer_get_iter_at_offset (buffer, &end, (int) (n_before - tail));
  gtk_text_buffer_delete (buffer, &start, &end);
  gtk_text_buffer_insert (
      buffer, &start, g_utf8_offset_to_pointer (text, head),
      (int) (g_utf8_offset_to_pointer (text, n_after - tail) - g_utf8_offset_to_pointer (text, head)));
}

/**
 * flow_edit_text_make_view:
 * @editable: whether the text can be changed
 * @label: its accessible name
 * @buffer: (out) (transfer none): its text
 *
 * Returns: (transfer floating): a framed text that scrolls
 */
GtkWidget *
flow_edit_text_make_view (gboolean editable, const char *label, GtkTextBuffer **buffer)
{
  GtkWidget *view = gtk_text_view_new (), *scroller = gtk_scrolled_window_new ();

  gtk_text_view_set_editable (GTK_TEXT_VIEW (view), editable);
  gtk_text_view_set_cursor_visible (GTK_TEXT_VIEW (view), editable);
  gtk_text_view_set_monospace (GTK_TEXT_VIEW (view), TRUE);
  gtk_text_view_set_wrap_mode (GTK_TEXT_VIEW (view), GTK_WRAP_WORD_CHAR);
  /* Tab goes on to what is next. */
  gtk_text_view_set_accepts_tab (GTK_TEXT_VIEW (view), FALSE);
  gtk_text_view_set_left_margin (GTK_TEXT_VIEW (view), 9);
  gtk_text_view_set_right_margin (GTK_TEXT_VIEW (view), 9);
  gtk_text_view_set_top_margin (GTK_TEXT_VIEW (view), 9);
  gtk_text_view_set_bottom_margin (GTK_TEXT_VIEW (view), 9);
  gtk_accessible_update_property (GTK_ACCESSIBLE (view), GTK_ACCESSIBLE_PROPERTY_LABEL, label, -1);
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (scroller), view);
  gtk_scrolled_window_set_policy (GTK_SCROLLED_WINDOW (scroller), GTK_POLICY_NEVER, GTK_POLICY_AUTOMATIC);
  gtk_scrolled_window_set_min_content_height (GTK_SCROLLED_WINDOW (scroller), MIN_HEIGHT);
  gtk_scrolled_window_set_has_frame (GTK_SCROLLED_WINDOW (scroller), TRUE);
  gtk_widget_set_vexpand (scroller, TRUE);
  *buffer = gtk_text_view_get_buffer (GTK_TEXT_VIEW (view));
  return scroller;
}

/* --- Reading --------------------------------------------------------------------------------------------- */

static void
show_text (FlowEditText *self)
{
  const char *text = self->text != NULL ? self->text : "";
  gsize length = strlen (text);
  const char *end = length > MAX_SHOWN ? g_utf8_find_prev_char (text, text + MAX_SHOWN) : text + length;
  g_autofree char *shown = g_strndup (text, (gsize) (end - text));

  flow_edit_text_replace (self->buffer, shown);
  gtk_label_set_text (self->state, _ ("This is the beginning of a long text. Copy it to have all of it."));
  gtk_widget_set_visible (GTK_WIDGET (self->state), length > MAX_SHOWN);
  gtk_widget_set_sensitive (self->copy, self->text != NULL);
}

static void
take_text (FlowEditText *self, const char *text)
{
  g_free (self->text);
  self->text = g_strdup (text);
  show_text (self);
}

typedef struct
{
  FlowEditText *self;
  GCancellable *cancellable; /* of the edit that was asked about */
} Question;

static void
answered_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autofree Question *question = data;
  g_autoptr (FlowEditText) self = question->self;
  g_autoptr (GCancellable) cancellable = question->cancellable;
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonObject) answer = flow_board_ask_finish (FLOW_BOARD (source), result, &error);

  if (g_cancellable_is_cancelled (cancellable))
    return;
  self->asking = FALSE;
  if (answer != NULL)
    take_text (self, flow_json_get_string (answer, "text"));
  else
    {
      gtk_label_set_text (self->state, error->message);
      gtk_widget_set_visible (GTK_WIDGET (self->state), TRUE);
    }
  if (self->dirty)
    flow_edit_text_refresh (self);
}

static void
ask (FlowEditText *self)
{
  g_autoptr (JsonObject) arguments = json_object_new ();
  Question *question;

  if (self->id == NULL || self->asking)
    return;
  self->dirty = FALSE;
  self->asking = TRUE;
  json_object_set_string_member (arguments, "id", self->id);
  question = g_new (Question, 1);
  *question = (Question) { g_object_ref (self), g_object_ref (self->cancellable) };
  flow_board_ask_async (FLOW_BOARD (self->board), "edit-text", arguments, self->cancellable, answered_cb, question);
}

static void
soon_cb (gpointer data)
{
  FlowEditText *self = data;

  self->soon = 0;
  ask (self);
}

static void
copy_cb (FlowEditText *self)
{
  if (self->text == NULL)
    return;
  gdk_clipboard_set_text (gtk_widget_get_clipboard (GTK_WIDGET (self)), self->text);
  flow_toast (GTK_WIDGET (self), _ ("Copied"));
}

/* --- The whole ------------------------------------------------------------------------------------------- */

static void
forget_questions (FlowEditText *self)
{
  g_clear_handle_id (&self->soon, g_source_remove);
  g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->cancellable);
  self->asking = FALSE;
  self->dirty = FALSE;
}

/* Read when somebody looks, and again when it changed while nobody did. */
static void
flow_edit_text_map (GtkWidget *widget)
{
  FlowEditText *self = FLOW_EDIT_TEXT (widget);

  GTK_WIDGET_CLASS (flow_edit_text_parent_class)->map (widget);
  if (self->dirty)
    ask (self);
}

static void
flow_edit_text_dispose (GObject *object)
{
  FlowEditText *self = FLOW_EDIT_TEXT (object);

  forget_questions (self);
  g_clear_object (&self->buffer);
  g_clear_object (&self->board);
  g_clear_pointer (&self->id, g_free);
  g_clear_pointer (&self->text, g_free);

  G_OBJECT_CLASS (flow_edit_text_parent_class)->dispose (object);
}

static void
flow_edit_text_class_init (FlowEditTextClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = flow_edit_text_dispose;
  GTK_WIDGET_CLASS (klass)->map = flow_edit_text_map;
}

static void
flow_edit_text_init (FlowEditText *self)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 12);
  GtkWidget *view = flow_edit_text_make_view (FALSE, _ ("Text"), &self->buffer);

  g_object_ref (self->buffer);
  self->state = GTK_LABEL (gtk_label_new (NULL));
  gtk_label_set_wrap (self->state, TRUE);
  gtk_label_set_wrap_mode (self->state, PANGO_WRAP_WORD_CHAR);
  gtk_label_set_xalign (self->state, 0);
  gtk_widget_add_css_class (GTK_WIDGET (self->state), "dim-label");
  self->copy = gtk_button_new_with_mnemonic (_ ("_Copy Text"));
  gtk_widget_set_halign (self->copy, GTK_ALIGN_START);
  g_signal_connect_swapped (self->copy, "clicked", G_CALLBACK (copy_cb), self);
  gtk_box_append (GTK_BOX (box), view);
  gtk_box_append (GTK_BOX (box), GTK_WIDGET (self->state));
  gtk_box_append (GTK_BOX (box), self->copy);
  adw_bin_set_child (ADW_BIN (self), box);
}

/**
 * flow_edit_text_new:
 * @board: who knows
 *
 * Returns: (transfer floating): a text of no edit yet
 */
GtkWidget *
flow_edit_text_new (FlowEditBoard *board)
{
  FlowEditText *self = g_object_new (FLOW_TYPE_EDIT_TEXT, NULL);

  self->board = g_object_ref (board);
  show_text (self);
  return GTK_WIDGET (self);
}

/**
 * flow_edit_text_set_edit:
 * @self: the text
 * @id: (nullable): an edit's id, %NULL for none
 *
 * Show the text of an edit.
 */
void
flow_edit_text_set_edit (FlowEditText *self, const char *id)
{
  g_return_if_fail (FLOW_IS_EDIT_TEXT (self));

  forget_questions (self);
  g_free (self->id);
  self->id = g_strdup (id);
  self->cancellable = g_cancellable_new ();
  take_text (self, NULL);
  self->dirty = id != NULL;
  if (self->dirty && gtk_widget_get_mapped (GTK_WIDGET (self)))
    ask (self);
}

/**
 * flow_edit_text_refresh:
 * @self: the text
 *
 * The text is otherwise: read it, soon, or when it is shown again.
 */
void
flow_edit_text_refresh (FlowEditText *self)
{
  g_return_if_fail (FLOW_IS_EDIT_TEXT (self));

  self->dirty = self->id != NULL;
  if (self->soon != 0 || !self->dirty || !gtk_widget_get_mapped (GTK_WIDGET (self)))
    return;
  self->soon = g_timeout_add_once (SOON_MS, soon_cb, self);
  g_source_set_name_by_id (self->soon, "flow-edit-text-soon");
}
