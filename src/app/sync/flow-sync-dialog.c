/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-sync-dialog"

#include "app/sync/flow-sync-dialog.h"

#include <glib/gi18n.h>

#include "app/shell/flow-button-flow.h"
#include "app/shell/flow-toast.h"
#include "app/sync/flow-sync-words-view.h"
#include "base/flow-error.h"
#include "hub/flow-json-read.h"

typedef struct
{
  FlowSyncBoard *board;
  const char *verb;
  gboolean busy;
  GtkWidget *faulty; /* weak: the field that is marked */

  GtkSpinner *spinner;
  GtkWidget *cancel;
  GtkWidget *button;
  GtkStack *stack;
  AdwPreferencesPage *page;
  GtkLabel *title;
  GtkLabel *complaint;
  FlowSyncWordsView *words;
} FlowSyncDialogPrivate;

/**
 * FlowSyncDialog:
 *
 * Asks for what the hub needs to do something with the account, has it done, and says at the right place what is
 * wrong. Recovery words that come with the answer are shown, as they come only once: also when the dialog was closed
 * meanwhile, and until the user says that they are kept.
 */
G_DEFINE_ABSTRACT_TYPE_WITH_PRIVATE (FlowSyncDialog, flow_sync_dialog, ADW_TYPE_WINDOW)

enum
{
  DONE,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

static FlowSyncDialogPrivate *
get (FlowSyncDialog *self)
{
  return flow_sync_dialog_get_instance_private (self);
}

static gboolean
shows_words (FlowSyncDialog *self)
{
  return g_strcmp0 (gtk_stack_get_visible_child_name (get (self)->stack), "words") == 0;
}

static void
set_busy (FlowSyncDialog *self, gboolean busy)
{
  FlowSyncDialogPrivate *priv = get (self);

  priv->busy = busy;
  /* A field that cannot be written into any more would go on blinking. */
  if (busy)
    gtk_window_set_focus (GTK_WINDOW (self), NULL);
  gtk_widget_set_sensitive (GTK_WIDGET (priv->page), !busy);
  gtk_widget_set_sensitive (priv->button, !busy);
  gtk_widget_set_visible (GTK_WIDGET (priv->spinner), busy);
  gtk_spinner_set_spinning (priv->spinner, busy);
}

/* --- What the hub answers -------------------------------------------------------------------------------- */

static void
kept_cb (FlowSyncDialog *self)
{
  gtk_widget_set_sensitive (get (self)->button, flow_sync_words_view_is_kept (get (self)->words));
}

static void
show_words (FlowSyncDialog *self, JsonArray *words)
{
  FlowSyncDialogPrivate *priv = get (self);

  flow_sync_words_view_set_words (priv->words, words);
  gtk_stack_set_visible_child_name (priv->stack, "words");
  gtk_widget_set_visible (priv->cancel, FALSE);
  gtk_window_set_title (GTK_WINDOW (self), _ ("Recovery Words"));
  flow_sync_dialog_set_button (self, _ ("_Done"), FALSE);
  kept_cb (self);
  gtk_window_present (GTK_WINDOW (self));
}

static void
take (FlowSyncDialog *self, JsonObject *answer)
{
  JsonArray *words = flow_json_get_array (answer, "recovery");

  g_signal_emit (self, signals[DONE], 0, answer);
  flow_board_refresh (FLOW_BOARD (get (self)->board));
  if (words != NULL && json_array_get_length (words) > 0)
    show_words (self, words);
  else
    gtk_window_destroy (GTK_WINDOW (self));
}

static void
fail (FlowSyncDialog *self, const GError *error)
{
  const char *code = error->domain == FLOW_ERROR ? flow_error_info_for (error)->code : "";

  /* Closed meanwhile: it is said where the user is. */
  if (!gtk_widget_get_visible (GTK_WIDGET (self)))
    {
      flow_toast (NULL, error->message);
      gtk_window_destroy (GTK_WINDOW (self));
      return;
    }
  flow_sync_dialog_complain (self, NULL, error->message);
  if (FLOW_SYNC_DIALOG_GET_CLASS (self)->failed != NULL)
    FLOW_SYNC_DIALOG_GET_CLASS (self)->failed (self, code);
}

static void
answered_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (FlowSyncDialog) self = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonObject) answer = flow_board_ask_finish (FLOW_BOARD (source), result, &error);

  /* Gone with the window that it stood in front of. */
  if (get (self)->board == NULL)
    return;
  set_busy (self, FALSE);
  if (answer != NULL)
    take (self, answer);
  else
    fail (self, error);
}

/* --- What the user does ---------------------------------------------------------------------------------- */

static void
unmark (FlowSyncDialog *self)
{
  FlowSyncDialogPrivate *priv = get (self);

  gtk_widget_set_visible (GTK_WIDGET (priv->complaint), FALSE);
  if (priv->faulty != NULL)
    gtk_widget_remove_css_class (priv->faulty, "error");
  g_clear_weak_pointer (&priv->faulty);
}

static void
button_cb (FlowSyncDialog *self)
{
  g_autoptr (JsonObject) arguments = NULL;

  if (shows_words (self))
    {
      gtk_window_destroy (GTK_WINDOW (self));
      return;
    }
  unmark (self);
  arguments = FLOW_SYNC_DIALOG_GET_CLASS (self)->collect (self);
  if (arguments == NULL)
    return;
  set_busy (self, TRUE);
  flow_board_ask_async (FLOW_BOARD (get (self)->board), get (self)->verb, arguments, NULL, answered_cb,
                        g_object_ref (self));
}

/* What has begun is done; and words that nobody has kept are not to be lost by a key that was hit by chance. */
static gboolean
flow_sync_dialog_close_request (GtkWindow *window)
{
  FlowSyncDialog *self = FLOW_SYNC_DIALOG (window);

  if (shows_words (self) && !flow_sync_words_view_is_kept (get (self)->words))
    return GDK_EVENT_STOP;
  if (!get (self)->busy)
    return GTK_WINDOW_CLASS (flow_sync_dialog_parent_class)->close_request (window);
  gtk_widget_set_visible (GTK_WIDGET (window), FALSE);
  return GDK_EVENT_STOP;
}

/* --- The whole ------------------------------------------------------------------------------------------- */

static void
flow_sync_dialog_dispose (GObject *object)
{
  FlowSyncDialogPrivate *priv = get (FLOW_SYNC_DIALOG (object));

  g_clear_weak_pointer (&priv->faulty);
  g_clear_object (&priv->board);

  G_OBJECT_CLASS (flow_sync_dialog_parent_class)->dispose (object);
}

static void
flow_sync_dialog_class_init (FlowSyncDialogClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = flow_sync_dialog_dispose;
  GTK_WINDOW_CLASS (klass)->close_request = flow_sync_dialog_close_request;

  /**
   * FlowSyncDialog::done:
   * @self: the dialog
   * @answer: (type JsonObject): what the hub answered
   *
   * Emitted when the hub has done it.
   */
  signals[DONE] = g_signal_new ("done", FLOW_TYPE_SYNC_DIALOG, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1,
                                JSON_TYPE_OBJECT);
  g_type_ensure (FLOW_TYPE_SYNC_WORDS_VIEW);
  gtk_widget_class_set_template_from_resource (widget_class, "/org/flowscope/FlowScope/sync/flow-sync-dialog.ui");
  gtk_widget_class_bind_template_child_private (widget_class, FlowSyncDialog, spinner);
  gtk_widget_class_bind_template_child_private (widget_class, FlowSyncDialog, cancel);
  gtk_widget_class_bind_template_child_private (widget_class, FlowSyncDialog, button);
  gtk_widget_class_bind_template_child_private (widget_class, FlowSyncDialog, stack);
  gtk_widget_class_bind_template_child_private (widget_class, FlowSyncDialog, page);
  gtk_widget_class_bind_template_child_private (widget_class, FlowSyncDialog, title);
  gtk_widget_class_bind_template_child_private (widget_class, FlowSyncDialog, complaint);
  gtk_widget_class_bind_template_child_private (widget_class, FlowSyncDialog, words);
  gtk_widget_class_bind_template_callback (widget_class, button_cb);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_Escape, 0, "window.close", NULL);
}

static void
flow_sync_dialog_init (FlowSyncDialog *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  gtk_window_set_default_widget (GTK_WINDOW (self), get (self)->button);
  flow_button_flow_let_shrink (get (self)->cancel);
  gtk_accessible_update_property (GTK_ACCESSIBLE (get (self)->spinner), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  _ ("The hub is working on it"), -1);
  g_signal_connect_object (get (self)->words, "notify::kept", G_CALLBACK (kept_cb), self, G_CONNECT_SWAPPED);
}

/**
 * flow_sync_dialog_set_up:
 * @self: the dialog
 * @from: (nullable): a widget of the window
 * @board: who is asked
 * @verb: to do what, kept by the caller
 * @title: what stands above
 *
 * Make a new dialog ready to be shown.
 */
void
flow_sync_dialog_set_up (FlowSyncDialog *self, GtkWidget *from, FlowSyncBoard *board, const char *verb,
                         const char *title)
{
  GtkRoot *root = from != NULL ? gtk_widget_get_root (from) : NULL;

  get (self)->board = g_object_ref (board);
  get (self)->verb = verb;
  gtk_label_set_text (get (self)->title, title);
  gtk_window_set_title (GTK_WINDOW (self), title);
  if (GTK_IS_WINDOW (root))
    gtk_window_set_transient_for (GTK_WINDOW (self), GTK_WINDOW (root));
}

/**
 * flow_sync_dialog_set_button:
 * @self: the dialog
 * @label: what the button at the end says, with an underline before its key
 * @destructive: whether it takes something away
 *
 * Say what the dialog does.
 */
void
flow_sync_dialog_set_button (FlowSyncDialog *self, const char *label, gboolean destructive)
{
  gtk_button_set_label (GTK_BUTTON (get (self)->button), label);
  flow_button_flow_let_shrink (get (self)->button);
  gtk_widget_remove_css_class (get (self)->button, destructive ? "suggested-action" : "destructive-action");
  gtk_widget_add_css_class (get (self)->button, destructive ? "destructive-action" : "suggested-action");
}

/**
 * flow_sync_dialog_add_group:
 * @self: the dialog
 * @group: (transfer floating): a preferences group
 *
 * Add something that is asked for.
 */
void
flow_sync_dialog_add_group (FlowSyncDialog *self, GtkWidget *group)
{
  adw_preferences_page_add (get (self)->page, ADW_PREFERENCES_GROUP (group));
}

/**
 * flow_sync_dialog_complain:
 * @self: the dialog
 * @field: (nullable): what is wrong
 * @text: (nullable): why, %NULL when that is said already
 *
 * Say what is wrong, and go to the field.
 */
void
flow_sync_dialog_complain (FlowSyncDialog *self, GtkWidget *field, const char *text)
{
  FlowSyncDialogPrivate *priv = get (self);

  if (text != NULL)
    gtk_label_set_text (priv->complaint, text);
  gtk_widget_set_visible (GTK_WIDGET (priv->complaint), TRUE);
  if (field == NULL)
    return;
  g_set_weak_pointer (&priv->faulty, field);
  gtk_widget_add_css_class (field, "error");
  gtk_widget_grab_focus (field);
}

static GtkWidget *
set_up_entry (GtkWidget *entry, const char *title)
{
  adw_preferences_row_set_use_markup (ADW_PREFERENCES_ROW (entry), FALSE);
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (entry), title);
  adw_entry_row_set_activates_default (ADW_ENTRY_ROW (entry), TRUE);
  return entry;
}

/**
 * flow_sync_dialog_make_entry:
 * @title: what is asked for
 * @text: (nullable): what stands there at first
 *
 * Returns: (transfer floating): a row to write into
 */
GtkWidget *
flow_sync_dialog_make_entry (const char *title, const char *text)
{
  GtkWidget *entry = set_up_entry (adw_entry_row_new (), title);

  if (text != NULL)
    gtk_editable_set_text (GTK_EDITABLE (entry), text);
  return entry;
}

/**
 * flow_sync_dialog_make_secret:
 * @title: what is asked for
 *
 * Returns: (transfer floating): a row to write into that shows nothing of it
 */
GtkWidget *
flow_sync_dialog_make_secret (const char *title)
{
  return set_up_entry (adw_password_entry_row_new (), title);
}
