/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-sync-sign-in"

#include "app/sync/flow-sync-sign-in.h"

#include <glib/gi18n.h>
#include <string.h>

#include "app/sync/flow-sync-words.h"
#include "hub/flow-json-read.h"

/* What opens the data of an account that is there already. */
typedef enum
{
  OPENER_PASSPHRASE,
  OPENER_WORDS,
  OPENER_DEVICE,
  N_OPENERS
} Opener;

static const char *const openers[N_OPENERS] = {
  [OPENER_PASSPHRASE] = N_ ("The passphrase"),
  [OPENER_WORDS] = N_ ("The recovery words"),
  [OPENER_DEVICE] = N_ ("A device that is signed in"),
};

static const char *const keepers[] = { "keyring", "file", "session" };

/**
 * FlowSyncSignIn:
 *
 * Signs in to a server, or makes an account there: who, where, what opens the data, and where its key is kept on this
 * computer.
 */
struct _FlowSyncSignIn
{
  FlowSyncDialog parent_instance;

  GtkWidget *server;
  GtkWidget *user;
  GtkWidget *password;
  GtkWidget *create;
  AdwPreferencesGroup *opening;
  GtkWidget *opener;
  GtkWidget *passphrase;
  GtkWidget *again;
  GtkWidget *words;
  GtkWidget *device;
  GtkWidget *keeper;
  AdwPreferencesGroup *amount; /* what goes to the account */
};

G_DEFINE_FINAL_TYPE (FlowSyncSignIn, flow_sync_sign_in, FLOW_TYPE_SYNC_DIALOG)

static const char *
get_text (GtkWidget *entry)
{
  return gtk_editable_get_text (GTK_EDITABLE (entry));
}

static gboolean
is_new (FlowSyncSignIn *self)
{
  return gtk_switch_get_active (GTK_SWITCH (self->create));
}

static Opener
get_opener (FlowSyncSignIn *self)
{
  return is_new (self) ? OPENER_PASSPHRASE : (Opener) adw_combo_row_get_selected (ADW_COMBO_ROW (self->opener));
}

static const char *
get_keeper (FlowSyncSignIn *self)
{
  return keepers[MIN (adw_combo_row_get_selected (ADW_COMBO_ROW (self->keeper)), G_N_ELEMENTS (keepers) - 1)];
}

/* Only what is needed is asked for. */
static void
show (FlowSyncSignIn *self)
{
  Opener opener = get_opener (self);

  gtk_widget_set_visible (self->opener, !is_new (self));
  gtk_widget_set_visible (self->passphrase, opener == OPENER_PASSPHRASE);
  gtk_widget_set_visible (self->again, is_new (self));
  gtk_widget_set_visible (self->words, opener == OPENER_WORDS);
  adw_preferences_group_set_description (
      self->opening, is_new (self) ? _ ("Everything is encrypted on this computer. The passphrase opens it on another "
                                        "device; the server never gets it, so choose another one than the password.")
                     : opener == OPENER_DEVICE
                         ? _ ("After signing in, both devices show six digits. Compare them, and the key comes over.")
                         : _ ("What the server has can only be read with a key that it does not have."));
  flow_sync_dialog_set_button (FLOW_SYNC_DIALOG (self), is_new (self) ? _ ("C_reate Account") : _ ("_Sign In"), FALSE);
}

/* --- What was written ------------------------------------------------------------------------------------ */

/* A server of one's own on this computer needs no encryption on the way; all others do. */
static char *
dup_server (FlowSyncSignIn *self)
{
  char *text = g_strstrip (g_strdup (get_text (self->server)));

  if (*text != '\0' && strstr (text, "://") == NULL)
    {
      char *url = g_strconcat ("https://", text, NULL);

      g_free (text);
      return url;
    }
  return text;
}

/* What is shown and empty. */
static GtkWidget *
find_empty (FlowSyncSignIn *self)
{
  GtkWidget *const needed[] = { self->server, self->user, self->password, self->passphrase, self->words };

  for (gsize i = 0; i < G_N_ELEMENTS (needed); i++)
    {
      if (gtk_widget_get_visible (needed[i]) && *get_text (needed[i]) == '\0')
        return needed[i];
    }
  return NULL;
}

static gboolean
check (FlowSyncSignIn *self)
{
  FlowSyncDialog *dialog = FLOW_SYNC_DIALOG (self);
  GtkWidget *empty = find_empty (self);
  gboolean opens = get_opener (self) == OPENER_PASSPHRASE;

  if (empty != NULL)
    flow_sync_dialog_complain (dialog, empty, _ ("Something is not written yet."));
  else if (is_new (self) && !g_str_equal (get_text (self->passphrase), get_text (self->again)))
    flow_sync_dialog_complain (dialog, self->again, _ ("The two are not the same."));
  else if (opens && g_str_equal (get_text (self->passphrase), get_text (self->password)))
    flow_sync_dialog_complain (dialog, self->passphrase,
                               _ ("The server knows the password. The passphrase must be another one."));
  else
    return TRUE;
  return FALSE;
}

static JsonObject *
flow_sync_sign_in_collect (FlowSyncDialog *dialog)
{
  FlowSyncSignIn *self = FLOW_SYNC_SIGN_IN (dialog);
  Opener opener = get_opener (self);
  g_autofree char *server = dup_server (self);
  JsonObject *arguments;

  if (!check (self))
    return NULL;
  arguments = flow_sync_arguments ("url", server, "user", get_text (self->user), "password", get_text (self->password),
                                   "passphrase", opener == OPENER_PASSPHRASE ? get_text (self->passphrase) : NULL,
                                   "recovery", opener == OPENER_WORDS ? get_text (self->words) : NULL, "device_name",
                                   *get_text (self->device) != '\0' ? get_text (self->device) : NULL, "secrets",
                                   get_keeper (self), NULL);
  if (is_new (self))
    json_object_set_boolean_member (arguments, "register", TRUE);
  return arguments;
}

static void
flow_sync_sign_in_failed (FlowSyncDialog *dialog, const char *code)
{
  FlowSyncSignIn *self = FLOW_SYNC_SIGN_IN (dialog);
  GtkWidget *opener = get_opener (self) == OPENER_WORDS ? self->words : self->passphrase;
  const struct
  {
    const char *code;
    GtkWidget *field;
  } fields[] = {
    { "bad_credentials", self->password }, { "user_exists", self->user },       { "bad_passphrase", opener },
    { "weak_passphrase", opener },         { "needs_passphrase", opener },      { "offline", self->server },
    { "bad_answer", self->server },        { "insecure_url", self->server },    { "bad_argument", self->server },
    { "secrets_locked", self->keeper },    { "secrets_missing", self->keeper }, { "secrets_refused", self->keeper },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (fields); i++)
    {
      if (g_str_equal (fields[i].code, code))
        flow_sync_dialog_complain (dialog, fields[i].field, NULL);
    }
}

/* --- How much it is -------------------------------------------------------------------------------------- */

static char *
say_amount (JsonObject *estimate)
{
  JsonObject *counts = flow_json_get_object (estimate, "counts");
  g_autofree char *what = counts != NULL ? flow_sync_words_counts (counts) : g_strdup ("");
  g_autofree char *size = g_format_size ((guint64) MAX (flow_json_get_int (estimate, "bytes"), 0));
  g_autofree char *backup = g_format_size ((guint64) MAX (flow_json_get_int (estimate, "backup_bytes"), 0));
  g_autofree char *time = flow_sync_words_seconds (flow_json_get_int (estimate, "seconds"));

  if (*what == '\0')
    return g_strdup (_ ("Nothing is here yet that would go to your account."));
  return g_strdup_printf (
      _ ("%s.\nAbout %s and %s. A backup of %s is made first; you can stop it, go on later, or undo "
         "all of it."),
      what, size, time, backup);
}

/* What is here is not sent before the user has seen how much it is. */
static void
estimated_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (FlowSyncSignIn) self = data;
  g_autoptr (JsonObject) estimate = flow_board_ask_finish (FLOW_BOARD (source), result, NULL);
  g_autofree char *amount = estimate != NULL ? say_amount (estimate) : NULL;

  gtk_widget_set_visible (GTK_WIDGET (self->amount), amount != NULL);
  if (amount != NULL)
    adw_preferences_group_set_description (self->amount, amount);
}

/* --- The form -------------------------------------------------------------------------------------------- */

static void
flow_sync_sign_in_class_init (FlowSyncSignInClass *klass)
{
  FLOW_SYNC_DIALOG_CLASS (klass)->collect = flow_sync_sign_in_collect;
  FLOW_SYNC_DIALOG_CLASS (klass)->failed = flow_sync_sign_in_failed;
}

static AdwPreferencesGroup *
add_group (FlowSyncSignIn *self, const char *title)
{
  GtkWidget *group = adw_preferences_group_new ();

  if (title != NULL)
    adw_preferences_group_set_title (ADW_PREFERENCES_GROUP (group), title);
  flow_sync_dialog_add_group (FLOW_SYNC_DIALOG (self), group);
  return ADW_PREFERENCES_GROUP (group);
}

static GtkWidget *
add (AdwPreferencesGroup *group, GtkWidget *row)
{
  adw_preferences_group_add (group, row);
  return row;
}

static GtkWidget *
add_switch (AdwPreferencesGroup *group, const char *title)
{
  GtkWidget *row = adw_action_row_new (), *control = gtk_switch_new ();

  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), title);
  gtk_widget_set_valign (control, GTK_ALIGN_CENTER);
  gtk_accessible_update_property (GTK_ACCESSIBLE (control), GTK_ACCESSIBLE_PROPERTY_LABEL, title, -1);
  adw_action_row_add_suffix (ADW_ACTION_ROW (row), control);
  adw_action_row_set_activatable_widget (ADW_ACTION_ROW (row), control);
  adw_preferences_group_add (group, row);
  return control;
}

static GtkWidget *
add_combo (AdwPreferencesGroup *group, const char *title, const char *const *names, gsize n,
           const char *(*say) (const char *) )
{
  GtkWidget *row = adw_combo_row_new ();
  g_autoptr (GtkStringList) list = gtk_string_list_new (NULL);

  for (gsize i = 0; i < n; i++)
    gtk_string_list_append (list, say != NULL ? say (names[i]) : _ (names[i]));
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), title);
  /* A value beside its title has no room in a narrow window. */
  adw_combo_row_set_use_subtitle (ADW_COMBO_ROW (row), TRUE);
  adw_combo_row_set_model (ADW_COMBO_ROW (row), G_LIST_MODEL (list));
  adw_preferences_group_add (group, row);
  return row;
}

static void
flow_sync_sign_in_init (FlowSyncSignIn *self)
{
  AdwPreferencesGroup *account = add_group (self, _ ("Account")), *computer;

  adw_preferences_group_set_description (account, _ ("Signing in allows connections to this server, and to no other."));
  self->server = add (account, flow_sync_dialog_make_entry (_ ("Server"), NULL));
  adw_entry_row_set_input_purpose (ADW_ENTRY_ROW (self->server), GTK_INPUT_PURPOSE_URL);
  self->user = add (account, flow_sync_dialog_make_entry (_ ("User name"), NULL));
  self->password = add (account, flow_sync_dialog_make_secret (_ ("Password")));
  self->create = add_switch (account, _ ("Make an account"));
  self->opening = add_group (self, _ ("What Opens Your Data"));
  self->opener = add_combo (self->opening, _ ("Opened by"), openers, N_OPENERS, NULL);
  self->passphrase = add (self->opening, flow_sync_dialog_make_secret (_ ("Passphrase")));
  self->again = add (self->opening, flow_sync_dialog_make_secret (_ ("The same again")));
  self->words = add (self->opening, flow_sync_dialog_make_entry (_ ("Recovery words, in their order"), NULL));
  computer = add_group (self, _ ("This Computer"));
  self->device = add (computer, flow_sync_dialog_make_entry (_ ("Name for your other devices"), g_get_host_name ()));
  self->keeper = add_combo (computer, _ ("Where the key is kept"), keepers, G_N_ELEMENTS (keepers),
                            flow_sync_words_keeper);
  self->amount = add_group (self, _ ("What Goes to Your Account"));
  gtk_widget_set_visible (GTK_WIDGET (self->amount), FALSE);
  g_signal_connect_object (self->create, "notify::active", G_CALLBACK (show), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->opener, "notify::selected", G_CALLBACK (show), self, G_CONNECT_SWAPPED);
}

static void
fill (FlowSyncSignIn *self, JsonObject *status, const char *server, const char *keeper)
{
  const char *user = status != NULL ? flow_json_get_string (status, "user") : NULL;
  const char *known = status != NULL ? flow_json_get_string (status, "server") : NULL;

  if (server == NULL)
    server = known;
  if (server != NULL)
    gtk_editable_set_text (GTK_EDITABLE (self->server), server);
  if (user != NULL)
    gtk_editable_set_text (GTK_EDITABLE (self->user), user);
  for (guint i = 0; i < G_N_ELEMENTS (keepers); i++)
    {
      if (g_strcmp0 (keepers[i], keeper) == 0)
        adw_combo_row_set_selected (ADW_COMBO_ROW (self->keeper), i);
    }
}

/**
 * flow_sync_sign_in_show:
 * @from: (nullable): a widget of the window
 * @board: who is asked
 * @server: (nullable): where to; %NULL for the one so far
 * @keeper: (nullable): where the key is to be kept: `keyring`, `file` or `session`
 *
 * Sign in.
 *
 * Returns: (transfer none): the dialog
 */
FlowSyncDialog *
flow_sync_sign_in_show (GtkWidget *from, FlowSyncBoard *board, const char *server, const char *keeper)
{
  FlowSyncSignIn *self = g_object_new (FLOW_TYPE_SYNC_SIGN_IN, NULL);
  g_autoptr (JsonObject) arguments = flow_sync_arguments ("action", "estimate", NULL);

  flow_sync_dialog_set_up (FLOW_SYNC_DIALOG (self), from, board, "cloud-login", _ ("Sign In"));
  fill (self, flow_sync_board_get_status (board), server, keeper);
  show (self);
  flow_board_ask_async (FLOW_BOARD (board), "sync-setup", arguments, NULL, estimated_cb, g_object_ref (self));
  gtk_window_present (GTK_WINDOW (self));
  gtk_widget_grab_focus (*get_text (self->server) == '\0' ? self->server
                         : *get_text (self->user) == '\0' ? self->user
                                                          : self->password);
  return FLOW_SYNC_DIALOG (self);
}
