/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-sync-ask"

#include "app/sync/flow-sync-ask.h"

#include <glib/gi18n.h>

#define MAX_FIELDS 3

/* How a field is read. */
typedef enum
{
  FIELD_NEEDED,
  FIELD_EITHER, /* one of these is enough */
  FIELD_FREE,   /* nothing has to be written */
  FIELD_AGAIN,  /* the same as the one before; not sent */
  FIELD_SWITCH,
} FieldKind;

typedef struct
{
  const char *member; /* NULL: there is no such field */
  const char *title;
  FieldKind kind;
} Field;

typedef struct
{
  const char *title;
  const char *text;
  const char *button;
  gboolean destructive;
  const char *verb;
  const char *action;
  Field fields[MAX_FIELDS];
} Form;

static const Form forms[] = {
  [FLOW_SYNC_ASK_UNLOCK] = { N_ ("Get the Key"),
                             N_ ("The passphrase that you chose when you signed in first, or the recovery words that "
                                 "you wrote down then. Neither leaves this computer."),
                             N_ ("_Go On"),
                             FALSE,
                             "sync-keys",
                             "open",
                             { { "passphrase", N_ ("Passphrase"), FIELD_EITHER },
                               { "recovery", N_ ("Or recovery words"), FIELD_EITHER } } },
  [FLOW_SYNC_ASK_PASSPHRASE] = { N_ ("Change the Passphrase"),
                                 N_ ("It opens what you sync on another device. Choose another one than your password: "
                                     "the server knows that."),
                                 N_ ("_Change"),
                                 FALSE,
                                 "sync-keys",
                                 "passphrase",
                                 { { "new", N_ ("New passphrase"), FIELD_NEEDED },
                                   { "again", N_ ("The same again"), FIELD_AGAIN } } },
  [FLOW_SYNC_ASK_WORDS] = { N_ ("Other Recovery Words"),
                            N_ ("You get twelve words to write down. Those that you have are of no use then."),
                            N_ ("_Get Words"),
                            FALSE,
                            "sync-keys",
                            "recovery",
                            { { NULL, NULL, FIELD_NEEDED } } },
  [FLOW_SYNC_ASK_ROTATE] = { N_ ("Change the Keys"),
                             N_ ("What is made from then on is encrypted with other keys, which your devices get by "
                                 "themselves. Do it when somebody else may have had one of them."),
                             N_ ("_Change"),
                             FALSE,
                             "sync-keys",
                             "rotate",
                             { { NULL, NULL, FIELD_NEEDED } } },
  [FLOW_SYNC_ASK_REPLACE] = { N_ ("Replace the Account’s Key"),
                              N_ ("What is made from then on cannot be read by whoever has the key of until now: a "
                                  "device that was lost or removed. Your other devices ask for the passphrase, and you "
                                  "get other recovery words; those that you have are of no use then."),
                              N_ ("_Replace"),
                              TRUE,
                              "sync-keys",
                              "replace",
                              { { "passphrase", N_ ("Passphrase"), FIELD_NEEDED } } },
  [FLOW_SYNC_ASK_SIGN_OUT] = { N_ ("Sign Out"),
                               N_ ("What is on this device stays on it, but goes to no other one any more. What is in "
                                   "the account stays there for your other devices."),
                               N_ ("_Sign Out"),
                               TRUE,
                               "cloud-logout",
                               NULL,
                               { { "erase", N_ ("Forget also what was changed when; records stay"), FIELD_SWITCH } } },
  [FLOW_SYNC_ASK_DELETE] = { N_ ("Delete the Account"),
                             N_ ("The server forgets your name, your devices and everything that they sent. Your "
                                 "devices keep what they have. Nothing brings the account back."),
                             N_ ("_Delete"),
                             TRUE,
                             "cloud-delete",
                             NULL,
                             { { "password", N_ ("Password"), FIELD_NEEDED } } },
  [FLOW_SYNC_ASK_REMOVE] = { NULL,
                             N_ ("With your passphrase the key of the account is replaced: the device can read nothing "
                                 "that is made from then on, your other devices ask for the passphrase, and you get "
                                 "other recovery words. Without it the server sends the device nothing more, but it "
                                 "keeps the key. What it has already stays on it."),
                             N_ ("_Remove"),
                             TRUE,
                             "sync-device-remove",
                             NULL,
                             { { "passphrase", N_ ("Passphrase"), FIELD_FREE } } },
};

/**
 * FlowSyncAsk:
 *
 * Asks for a few things that an act about the account or its keys needs.
 */
struct _FlowSyncAsk
{
  FlowSyncDialog parent_instance;

  const Form *form;
  char *device; /* (nullable): the one that is removed */
  GtkWidget *fields[MAX_FIELDS];
};

G_DEFINE_FINAL_TYPE (FlowSyncAsk, flow_sync_ask, FLOW_TYPE_SYNC_DIALOG)

/* --- What was written ------------------------------------------------------------------------------------ */

static const char *
get_text (FlowSyncAsk *self, gsize i)
{
  return gtk_editable_get_text (GTK_EDITABLE (self->fields[i]));
}

static gboolean
has_either (FlowSyncAsk *self)
{
  gboolean asked = FALSE;

  for (gsize i = 0; i < MAX_FIELDS && self->fields[i] != NULL; i++)
    {
      if (self->form->fields[i].kind != FIELD_EITHER)
        continue;
      if (*get_text (self, i) != '\0')
        return TRUE;
      asked = TRUE;
    }
  return !asked;
}

static gboolean
check (FlowSyncAsk *self)
{
  FlowSyncDialog *dialog = FLOW_SYNC_DIALOG (self);

  for (gsize i = 0; i < MAX_FIELDS && self->fields[i] != NULL; i++)
    {
      FieldKind kind = self->form->fields[i].kind;

      if (kind == FIELD_NEEDED && *get_text (self, i) == '\0')
        flow_sync_dialog_complain (dialog, self->fields[i], _ ("Something is not written yet."));
      else if (kind == FIELD_AGAIN && !g_str_equal (get_text (self, i), get_text (self, i - 1)))
        flow_sync_dialog_complain (dialog, self->fields[i], _ ("The two are not the same."));
      else
        continue;
      return FALSE;
    }
  if (has_either (self))
    return TRUE;
  flow_sync_dialog_complain (dialog, self->fields[0], _ ("Write one of them."));
  return FALSE;
}

static void
add_argument (FlowSyncAsk *self, JsonObject *arguments, gsize i)
{
  const Field *field = &self->form->fields[i];

  if (field->kind == FIELD_SWITCH)
    json_object_set_boolean_member (arguments, field->member, gtk_switch_get_active (GTK_SWITCH (self->fields[i])));
  else if (field->kind != FIELD_AGAIN && *get_text (self, i) != '\0')
    json_object_set_string_member (arguments, field->member, get_text (self, i));
}

static JsonObject *
flow_sync_ask_collect (FlowSyncDialog *dialog)
{
  FlowSyncAsk *self = FLOW_SYNC_ASK (dialog);
  JsonObject *arguments;

  if (!check (self))
    return NULL;
  arguments = flow_sync_arguments ("action", self->form->action, "device", self->device, NULL);
  for (gsize i = 0; i < MAX_FIELDS && self->fields[i] != NULL; i++)
    add_argument (self, arguments, i);
  return arguments;
}

static void
flow_sync_ask_failed (FlowSyncDialog *dialog, const char *code)
{
  FlowSyncAsk *self = FLOW_SYNC_ASK (dialog);
  static const char *const wrong[] = { "weak_passphrase", "bad_passphrase", "bad_credentials", NULL };

  if (self->fields[0] != NULL && g_strv_contains (wrong, code))
    flow_sync_dialog_complain (dialog, self->fields[0], NULL);
}

/* --- The whole ------------------------------------------------------------------------------------------- */

static void
flow_sync_ask_finalize (GObject *object)
{
  g_free (FLOW_SYNC_ASK (object)->device);

  G_OBJECT_CLASS (flow_sync_ask_parent_class)->finalize (object);
}

static void
flow_sync_ask_class_init (FlowSyncAskClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = flow_sync_ask_finalize;
  FLOW_SYNC_DIALOG_CLASS (klass)->collect = flow_sync_ask_collect;
  FLOW_SYNC_DIALOG_CLASS (klass)->failed = flow_sync_ask_failed;
}

static void
flow_sync_ask_init (FlowSyncAsk *self)
{
  gtk_window_set_default_size (GTK_WINDOW (self), 460, 440);
}

/* Returns: (transfer floating): the row; the field is what is read. */
static GtkWidget *
make_row (FlowSyncAsk *self, gsize i)
{
  const Field *field = &self->form->fields[i];
  GtkWidget *row;

  if (field->kind != FIELD_SWITCH)
    {
      self->fields[i] = flow_sync_dialog_make_secret (_ (field->title));
      return self->fields[i];
    }
  row = adw_action_row_new ();
  self->fields[i] = gtk_switch_new ();
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), _ (field->title));
  gtk_widget_set_valign (self->fields[i], GTK_ALIGN_CENTER);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->fields[i]), GTK_ACCESSIBLE_PROPERTY_LABEL, _ (field->title),
                                  -1);
  adw_action_row_add_suffix (ADW_ACTION_ROW (row), self->fields[i]);
  adw_action_row_set_activatable_widget (ADW_ACTION_ROW (row), self->fields[i]);
  return row;
}

static FlowSyncDialog *
show (FlowSyncAsk *self, GtkWidget *from, FlowSyncBoard *board, const char *title)
{
  FlowSyncDialog *dialog = FLOW_SYNC_DIALOG (self);
  AdwPreferencesGroup *group = ADW_PREFERENCES_GROUP (adw_preferences_group_new ());

  flow_sync_dialog_set_up (dialog, from, board, self->form->verb, title);
  flow_sync_dialog_set_button (dialog, _ (self->form->button), self->form->destructive);
  adw_preferences_group_set_description (group, _ (self->form->text));
  for (gsize i = 0; i < MAX_FIELDS && self->form->fields[i].member != NULL; i++)
    adw_preferences_group_add (group, make_row (self, i));
  flow_sync_dialog_add_group (dialog, GTK_WIDGET (group));
  gtk_window_present (GTK_WINDOW (self));
  return dialog;
}

/**
 * flow_sync_ask_show:
 * @from: (nullable): a widget of the window
 * @board: who is asked
 * @question: what is wanted
 *
 * Ask.
 *
 * Returns: (transfer none): the dialog
 */
FlowSyncDialog *
flow_sync_ask_show (GtkWidget *from, FlowSyncBoard *board, FlowSyncQuestion question)
{
  FlowSyncAsk *self = g_object_new (FLOW_TYPE_SYNC_ASK, NULL);

  self->form = &forms[question];
  return show (self, from, board, _ (self->form->title));
}

/**
 * flow_sync_ask_remove:
 * @from: (nullable): a widget of the window
 * @board: who is asked
 * @device: the id of a device
 * @name: what it is called
 *
 * Ask whether a device is to be removed, and for the passphrase that replaces the key that it has.
 *
 * Returns: (transfer none): the dialog
 */
FlowSyncDialog *
flow_sync_ask_remove (GtkWidget *from, FlowSyncBoard *board, const char *device, const char *name)
{
  FlowSyncAsk *self = g_object_new (FLOW_TYPE_SYNC_ASK, NULL);
  g_autofree char *title = g_strdup_printf (_ ("Remove “%s”?"), name);

  self->form = &forms[FLOW_SYNC_ASK_REMOVE];
  self->device = g_strdup (device);
  return show (self, from, board, title);
}
