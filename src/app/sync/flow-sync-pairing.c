/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-sync-pairing"

#include "app/sync/flow-sync-pairing.h"

#include <glib/gi18n.h>

#include "app/shell/flow-button-flow.h"
#include "base/flow-error.h"
#include "hub/flow-json-read.h"

/* How far it is, as the verb `sync-pair` says. */
typedef enum
{
  STATE_WAITING,
  STATE_COMPARE,
  STATE_CONFIRMED,
  STATE_OPENING,
  STATE_DONE,
  STATE_FAILED,
  N_STATES
} State;

static const char *const states[N_STATES] = {
  [STATE_WAITING] = "waiting", [STATE_COMPARE] = "compare", [STATE_CONFIRMED] = "confirmed",
  [STATE_OPENING] = "opening", [STATE_DONE] = "done",       [STATE_FAILED] = "failed",
};

/**
 * FlowSyncPairing:
 *
 * Gives the key of the account to another device, or gets it from one: both show six digits, and people say whether
 * they are the same. A code that is typed does without.
 */
struct _FlowSyncPairing
{
  AdwWindow parent_instance;

  FlowSyncBoard *board;
  gboolean joins; /* this device gets the key */
  gboolean over;  /* nothing is to be ended when the window closes */
  gboolean begun; /* a code is shown, or the other devices were asked */
  State state;

  GtkLabel *title;
  GtkLabel *text;
  GtkLabel *digits;
  GtkLabel *hint;
  GtkLabel *code;
  GtkWidget *entry_group;
  GtkWidget *entry;
  GtkSpinner *spinner;
  GtkWidget *cancel;
  GtkWidget *answers;
  GtkLabel *complaint;
};

G_DEFINE_FINAL_TYPE (FlowSyncPairing, flow_sync_pairing, ADW_TYPE_WINDOW)

static void
set_text (GtkLabel *label, const char *text)
{
  gtk_label_set_text (label, text != NULL ? text : "");
  gtk_widget_set_visible (GTK_WIDGET (label), text != NULL && *text != '\0');
}

/* --- What is shown --------------------------------------------------------------------------------------- */

static State
find_state (JsonObject *answer)
{
  const char *word = flow_json_get_string (answer, "state");

  for (State state = 0; state < N_STATES; state++)
    {
      if (g_strcmp0 (states[state], word) == 0)
        return state;
    }
  return STATE_WAITING;
}

/* Read aloud and compared: in two groups. */
static char *
group_digits (const char *digits)
{
  return digits != NULL && strlen (digits) == 6 ? g_strdup_printf ("%.3s %s", digits, digits + 3) : g_strdup (digits);
}

static char *
say (FlowSyncPairing *self, State state, const char *name, const char *reason)
{
  switch (state)
    {
    case STATE_COMPARE:
      return g_strdup_printf (_ ("Does “%s” show the same six digits?"), name);
    case STATE_CONFIRMED:
      return g_strdup_printf (_ ("Say on “%s” that they are the same, too."), name);
    case STATE_OPENING:
      return g_strdup (_ ("The key came; what it opens is being fetched."));
    case STATE_DONE:
      return self->joins ? g_strdup (_ ("The key is here. This device gets everything that you sync."))
                         : g_strdup_printf (_ ("“%s” has the key, and gets everything that you sync."), name);
    case STATE_FAILED:
      if (reason != NULL)
        return g_strdup_printf (_ ("It did not work: %s. Begin again on both devices."), reason);
      return g_strdup (_ ("It did not work: nothing was handed over. Begin again on both devices."));
    case STATE_WAITING:
    case N_STATES:
    default:
      return g_strdup (
          self->joins ? _ ("On a device that is signed in, open the page Sync and choose “Add…” above the devices.")
                      : _ ("On the other device, sign in with the same account and choose “A device that "
                           "is signed in”."));
    }
}

static void
show (FlowSyncPairing *self, JsonObject *answer)
{
  State state = find_state (answer);
  const char *name = flow_json_get_string (answer, "name");
  g_autofree char *text = say (self, state, name != NULL ? name : _ ("the other device"),
                               flow_json_get_string (answer, "reason"));
  g_autofree char *digits = group_digits (flow_json_get_string (answer, "digits"));
  gboolean compares = state == STATE_COMPARE || state == STATE_CONFIRMED;
  const char *code = state == STATE_WAITING && !self->joins ? flow_json_get_string (answer, "code") : NULL;

  self->state = state;
  self->over = state == STATE_DONE || state == STATE_FAILED;
  set_text (self->text, text);
  set_text (self->digits, compares ? digits : NULL);
  set_text (self->hint, code != NULL ? _ ("Or type this code there:") : NULL);
  set_text (self->code, code);
  gtk_widget_set_visible (self->entry_group, state == STATE_WAITING && self->joins);
  gtk_widget_set_visible (GTK_WIDGET (self->spinner), !self->over && state != STATE_COMPARE);
  gtk_widget_set_visible (self->answers, state == STATE_COMPARE);
  gtk_button_set_label (GTK_BUTTON (self->cancel), self->over ? _ ("C_lose") : _ ("_Cancel"));
  flow_button_flow_let_shrink (self->cancel);
}

/* --- What the hub is asked ------------------------------------------------------------------------------- */

static void ask (FlowSyncPairing *self, const char *action, const char *code);

/* Nobody asked to be let in: a code is what there is then. */
static gboolean
begin (FlowSyncPairing *self, const GError *error)
{
  if (self->joins || error == NULL || !g_error_matches (error, FLOW_ERROR, FLOW_ERROR_NOT_FOUND))
    return FALSE;
  if (!self->begun)
    ask (self, "offer", NULL);
  self->begun = TRUE;
  return TRUE;
}

static void
answered_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (FlowSyncPairing) self = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonObject) answer = flow_board_ask_finish (FLOW_BOARD (source), result, &error);

  /* Closed meanwhile. */
  if (self->board == NULL || begin (self, error))
    return;
  set_text (self->complaint, error != NULL ? error->message : NULL);
  if (answer != NULL)
    show (self, answer);
}

static void
ask (FlowSyncPairing *self, const char *action, const char *code)
{
  g_autoptr (JsonObject) arguments = flow_sync_arguments ("action", action, "code", code, NULL);

  flow_board_ask_async (FLOW_BOARD (self->board), "sync-pair", arguments, NULL, answered_cb, g_object_ref (self));
}

/* The hub tells that something is otherwise, not what. A device that asks is taken: the digits decide. */
static void
changed_cb (FlowSyncPairing *self)
{
  if (!self->over)
    ask (self, self->state == STATE_WAITING && !self->joins ? "accept" : "show", NULL);
}

static void
apply_cb (FlowSyncPairing *self)
{
  const char *code = gtk_editable_get_text (GTK_EDITABLE (self->entry));

  if (*code != '\0')
    ask (self, "accept", code);
}

static void
same_cb (FlowSyncPairing *self)
{
  ask (self, "confirm", NULL);
}

/* Digits that differ: somebody is between the two. Closing ends it. */
static gboolean
flow_sync_pairing_close_request (GtkWindow *window)
{
  FlowSyncPairing *self = FLOW_SYNC_PAIRING (window);

  if (!self->over)
    flow_sync_board_act (self->board, "sync-pair", NULL, flow_sync_arguments ("action", "cancel", NULL));
  return GTK_WINDOW_CLASS (flow_sync_pairing_parent_class)->close_request (window);
}

/* --- The whole ------------------------------------------------------------------------------------------- */

static void
flow_sync_pairing_dispose (GObject *object)
{
  g_clear_object (&FLOW_SYNC_PAIRING (object)->board);

  G_OBJECT_CLASS (flow_sync_pairing_parent_class)->dispose (object);
}

static void
flow_sync_pairing_class_init (FlowSyncPairingClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = flow_sync_pairing_dispose;
  GTK_WINDOW_CLASS (klass)->close_request = flow_sync_pairing_close_request;
  gtk_widget_class_set_template_from_resource (widget_class, "/org/flowscope/FlowScope/sync/flow-sync-pairing.ui");
  gtk_widget_class_bind_template_child (widget_class, FlowSyncPairing, title);
  gtk_widget_class_bind_template_child (widget_class, FlowSyncPairing, text);
  gtk_widget_class_bind_template_child (widget_class, FlowSyncPairing, digits);
  gtk_widget_class_bind_template_child (widget_class, FlowSyncPairing, hint);
  gtk_widget_class_bind_template_child (widget_class, FlowSyncPairing, code);
  gtk_widget_class_bind_template_child (widget_class, FlowSyncPairing, entry_group);
  gtk_widget_class_bind_template_child (widget_class, FlowSyncPairing, entry);
  gtk_widget_class_bind_template_child (widget_class, FlowSyncPairing, spinner);
  gtk_widget_class_bind_template_child (widget_class, FlowSyncPairing, cancel);
  gtk_widget_class_bind_template_child (widget_class, FlowSyncPairing, answers);
  gtk_widget_class_bind_template_child (widget_class, FlowSyncPairing, complaint);
  gtk_widget_class_bind_template_callback (widget_class, apply_cb);
  gtk_widget_class_bind_template_callback (widget_class, same_cb);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_Escape, 0, "window.close", NULL);
}

static void
flow_sync_pairing_init (FlowSyncPairing *self)
{
  g_type_ensure (FLOW_TYPE_BUTTON_FLOW);
  gtk_widget_init_template (GTK_WIDGET (self));
}

/**
 * flow_sync_pairing_show:
 * @from: (nullable): a widget of the window
 * @board: who is asked
 * @joins: whether this device gets the key; else it hands it out
 *
 * Begin to hand over the key of the account.
 *
 * Returns: (transfer none): the window
 */
GtkWindow *
flow_sync_pairing_show (GtkWidget *from, FlowSyncBoard *board, gboolean joins)
{
  FlowSyncPairing *self = g_object_new (FLOW_TYPE_SYNC_PAIRING, NULL);
  GtkRoot *root = from != NULL ? gtk_widget_get_root (from) : NULL;
  g_autoptr (JsonObject) nothing = json_object_new ();

  self->board = g_object_ref (board);
  self->joins = joins;
  if (GTK_IS_WINDOW (root))
    gtk_window_set_transient_for (GTK_WINDOW (self), GTK_WINDOW (root));
  gtk_window_set_title (GTK_WINDOW (self), joins ? _ ("Get the Key") : _ ("Add a Device"));
  gtk_label_set_text (self->title, gtk_window_get_title (GTK_WINDOW (self)));
  show (self, nothing);
  g_signal_connect_object (board, "changed", G_CALLBACK (changed_cb), self, G_CONNECT_SWAPPED);
  ask (self, joins ? "offer" : "accept", NULL);
  gtk_window_present (GTK_WINDOW (self));
  return GTK_WINDOW (self);
}
