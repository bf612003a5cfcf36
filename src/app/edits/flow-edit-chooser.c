/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-edit-chooser"

#include "app/edits/flow-edit-chooser.h"

#include <glib/gi18n.h>

#include "app/edits/flow-edit-acts.h"
#include "app/edits/flow-edit-words.h"
#include "hub/flow-json-read.h"

/* What an editor can be chosen for: the word of the verb `edit-choose`, and which one. */
typedef struct
{
  const char *subject;
  char *name;
} Scope;

/**
 * FlowEditChooser:
 *
 * Asks which editor opens an edit, and whether that holds for its site or its type of text from then on.
 */
struct _FlowEditChooser
{
  AdwWindow parent_instance;

  FlowEditBoard *board;
  GArray *scopes;  /* of Scope, in the order of the combo row */
  GPtrArray *rows; /* of GtkCheckButton, each with its choice as "flow-choice" */
  char *chosen;    /* what is chosen so far; NULL: the usual editor */

  GtkWidget *choose;
  AdwPreferencesGroup *editors;
  AdwEntryRow *command;
  AdwPreferencesGroup *scope_group;
  AdwComboRow *scope;
};

G_DEFINE_FINAL_TYPE (FlowEditChooser, flow_edit_chooser, ADW_TYPE_WINDOW)

static void
scope_clear (gpointer data)
{
  g_free (((Scope *) data)->name);
}

static gboolean
is_text (const char *text)
{
  return text != NULL && *text != '\0';
}

/* --- Which ------------------------------------------------------------------------------------------------- */

static GtkWidget *
find_checked (FlowEditChooser *self)
{
  for (guint i = 0; i < self->rows->len; i++)
    {
      if (gtk_check_button_get_active (g_ptr_array_index (self->rows, i)))
        return g_ptr_array_index (self->rows, i);
    }
  return NULL;
}

/* A command that is written counts, whatever is marked above. */
static void
command_changed_cb (FlowEditChooser *self)
{
  gboolean written = is_text (gtk_editable_get_text (GTK_EDITABLE (self->command)));

  gtk_widget_set_sensitive (GTK_WIDGET (self->editors), !written);
  gtk_widget_set_sensitive (self->choose, written || find_checked (self) != NULL);
}

static void
toggled_cb (FlowEditChooser *self)
{
  command_changed_cb (self);
}

static void
add_editor (FlowEditChooser *self, const char *choice, const char *name, const char *state)
{
  GtkWidget *row = adw_action_row_new (), *check = gtk_check_button_new ();

  adw_preferences_row_set_use_markup (ADW_PREFERENCES_ROW (row), FALSE);
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), name);
  adw_action_row_set_subtitle (ADW_ACTION_ROW (row), state);
  gtk_widget_set_valign (check, GTK_ALIGN_CENTER);
  gtk_accessible_update_property (GTK_ACCESSIBLE (check), GTK_ACCESSIBLE_PROPERTY_LABEL, name,
                                  GTK_ACCESSIBLE_PROPERTY_DESCRIPTION, state, -1);
  g_object_set_data_full (G_OBJECT (check), "flow-choice", g_strdup (choice), g_free);
  if (self->rows->len > 0)
    gtk_check_button_set_group (GTK_CHECK_BUTTON (check), g_ptr_array_index (self->rows, 0));
  gtk_check_button_set_active (GTK_CHECK_BUTTON (check), g_strcmp0 (choice, self->chosen) == 0);
  g_signal_connect_swapped (check, "toggled", G_CALLBACK (toggled_cb), self);
  adw_action_row_add_prefix (ADW_ACTION_ROW (row), check);
  adw_action_row_set_activatable_widget (ADW_ACTION_ROW (row), check);
  adw_preferences_group_add (self->editors, row);
  g_ptr_array_add (self->rows, check);
}

static gboolean
has_choice (FlowEditChooser *self, const char *choice)
{
  for (guint i = 0; i < self->rows->len; i++)
    {
      if (g_strcmp0 (g_object_get_data (g_ptr_array_index (self->rows, i), "flow-choice"), choice) == 0)
        return TRUE;
    }
  return FALSE;
}

/* What is neither there nor chosen helps nobody. */
static void
take_editor (FlowEditChooser *self, JsonObject *object)
{
  const char *choice = flow_json_get_string (object, "choice"), *name = flow_json_get_string (object, "name");
  gboolean connected = flow_json_get_bool (object, "connected"), installed = flow_json_get_bool (object, "installed");

  if (!is_text (choice) || has_choice (self, choice))
    return;
  if (!is_text (name))
    name = flow_edit_words_choice (choice);
  if (connected)
    add_editor (self, choice, name, _ ("Connected"));
  else if (installed)
    {
      /* Several programs are the same editor. */
      g_autofree char *state = g_strdup_printf (_ ("Installed: %s"), choice);

      add_editor (self, choice, name, state);
    }
  else if (g_strcmp0 (choice, self->chosen) == 0)
    add_editor (self, choice, name, _ ("Not there at this moment"));
}

static void
take (FlowEditChooser *self, JsonObject *answer)
{
  JsonArray *choices = flow_json_get_array (answer, "choices");

  for (guint i = 0; choices != NULL && i < json_array_get_length (choices); i++)
    {
      JsonNode *node = json_array_get_element (choices, i);

      if (JSON_NODE_HOLDS_OBJECT (node))
        take_editor (self, json_node_get_object (node));
    }
  /* A command line of one's own is written where it can be changed. */
  if (self->chosen != NULL && !has_choice (self, self->chosen))
    gtk_editable_set_text (GTK_EDITABLE (self->command), self->chosen);
  command_changed_cb (self);
}

static void
answered_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (FlowEditChooser) self = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonObject) answer = flow_board_ask_finish (FLOW_BOARD (source), result, &error);

  /* Closed meanwhile. */
  if (self->board == NULL)
    return;
  if (answer != NULL)
    take (self, answer);
  else
    adw_preferences_group_set_description (self->editors, error->message);
}

/* --- What for ---------------------------------------------------------------------------------------------- */

static void
add_scope (FlowEditChooser *self, GtkStringList *names, const char *subject, const char *name, const char *format)
{
  Scope scope = { subject, g_strdup (name) };
  g_autoptr (GString) text = g_string_new (format);

  g_string_replace (text, "%s", name, 1);
  gtk_string_list_append (names, text->str);
  g_array_append_val (self->scopes, scope);
}

static void
add_scopes (FlowEditChooser *self, FlowEntry *edit)
{
  g_autoptr (GtkStringList) names = gtk_string_list_new (NULL);
  const char *site = flow_entry_get_text (edit, "site"), *type = flow_entry_get_text (edit, "type");

  add_scope (self, names, "id", flow_entry_get_key (edit), _ ("This text"));
  if (is_text (site))
    add_scope (self, names, "site", site, _ ("All of %s"));
  if (is_text (type))
    add_scope (self, names, "type", type, _ ("All texts of type %s"));
  adw_combo_row_set_model (self->scope, G_LIST_MODEL (names));
}

static void
choose_cb (FlowEditChooser *self)
{
  const char *command = gtk_editable_get_text (GTK_EDITABLE (self->command));
  GtkWidget *checked = find_checked (self);
  const char *choice = checked != NULL ? g_object_get_data (G_OBJECT (checked), "flow-choice") : NULL;
  guint selected = self->scopes->len > 1 ? adw_combo_row_get_selected (self->scope) : 0;
  const Scope *scope = &g_array_index (self->scopes, Scope, MIN (selected, self->scopes->len - 1));
  const Scope *first = &g_array_index (self->scopes, Scope, 0);

  if (is_text (command))
    choice = command;
  flow_edit_acts_choose (self->board, scope->subject, scope->name, choice);
  /* The text that one is at moves there too. */
  if (scope != first)
    flow_edit_acts_choose (self->board, first->subject, first->name, choice);
  gtk_window_close (GTK_WINDOW (self));
}

/* --- The whole --------------------------------------------------------------------------------------------- */

static void
flow_edit_chooser_dispose (GObject *object)
{
  FlowEditChooser *self = FLOW_EDIT_CHOOSER (object);

  g_clear_object (&self->board);

  G_OBJECT_CLASS (flow_edit_chooser_parent_class)->dispose (object);
}

static void
flow_edit_chooser_finalize (GObject *object)
{
  FlowEditChooser *self = FLOW_EDIT_CHOOSER (object);

  g_array_unref (self->scopes);
  g_ptr_array_unref (self->rows);
  g_free (self->chosen);

  G_OBJECT_CLASS (flow_edit_chooser_parent_class)->finalize (object);
}

static void
flow_edit_chooser_class_init (FlowEditChooserClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = flow_edit_chooser_dispose;
  G_OBJECT_CLASS (klass)->finalize = flow_edit_chooser_finalize;
  gtk_widget_class_set_template_from_resource (widget_class, "/org/flowscope/FlowScope/edits/flow-edit-chooser.ui");
  gtk_widget_class_bind_template_child (widget_class, FlowEditChooser, choose);
  gtk_widget_class_bind_template_child (widget_class, FlowEditChooser, editors);
  gtk_widget_class_bind_template_child (widget_class, FlowEditChooser, command);
  gtk_widget_class_bind_template_child (widget_class, FlowEditChooser, scope_group);
  gtk_widget_class_bind_template_child (widget_class, FlowEditChooser, scope);
  gtk_widget_class_bind_template_callback (widget_class, choose_cb);
  gtk_widget_class_bind_template_callback (widget_class, command_changed_cb);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_Escape, 0, "window.close", NULL);
}

static void
flow_edit_chooser_init (FlowEditChooser *self)
{
  self->scopes = g_array_new (FALSE, FALSE, sizeof (Scope));
  g_array_set_clear_func (self->scopes, scope_clear);
  self->rows = g_ptr_array_new ();
  gtk_widget_init_template (GTK_WIDGET (self));
  gtk_window_set_default_widget (GTK_WINDOW (self), self->choose);
}

static FlowEditChooser *
make (GtkWidget *from, FlowEditBoard *board, const char *name, const char *choice)
{
  FlowEditChooser *self = g_object_new (FLOW_TYPE_EDIT_CHOOSER, NULL);
  GtkRoot *root = from != NULL ? gtk_widget_get_root (from) : NULL;
  g_autofree char *title = g_strdup_printf (_ ("Editor for %s"), name);
  g_autofree char *escaped = g_markup_escape_text (title, -1);

  self->board = g_object_ref (board);
  self->chosen = g_strdup (choice);
  if (GTK_IS_WINDOW (root))
    gtk_window_set_transient_for (GTK_WINDOW (self), GTK_WINDOW (root));
  gtk_window_set_title (GTK_WINDOW (self), title);
  /* The title of a group is markup. */
  adw_preferences_group_set_title (self->editors, escaped);
  add_editor (self, NULL, _ ("The usual one"), _ ("As the preferences say"));
  flow_board_ask_async (FLOW_BOARD (board), "edit-editors", NULL, NULL, answered_cb, g_object_ref (self));
  command_changed_cb (self);
  return self;
}

/**
 * flow_edit_chooser_show:
 * @from: (nullable): a widget of the window
 * @board: who knows the editors
 * @edit: what the verb `edits` writes of one
 *
 * Ask which editor opens an edit.
 *
 * Returns: (transfer none): the dialog
 */
GtkWindow *
flow_edit_chooser_show (GtkWidget *from, FlowEditBoard *board, FlowEntry *edit)
{
  JsonObject *editor = flow_entry_get_object (edit, "editor");
  g_autofree char *title = flow_edit_words_title (edit);
  FlowEditChooser *self = make (from, board, title, editor != NULL ? flow_json_get_string (editor, "choice") : NULL);

  add_scopes (self, edit);
  gtk_window_present (GTK_WINDOW (self));
  return GTK_WINDOW (self);
}

/**
 * flow_edit_chooser_show_for:
 * @from: (nullable): a widget of the window
 * @board: who knows the editors
 * @subject: what is chosen for: `site` or `type`
 * @name: which one
 * @choice: (nullable): what is chosen so far
 *
 * Ask which editor opens the texts of a site or of a type.
 *
 * Returns: (transfer none): the dialog
 */
GtkWindow *
flow_edit_chooser_show_for (GtkWidget *from, FlowEditBoard *board, const char *subject, const char *name,
                            const char *choice)
{
  FlowEditChooser *self = make (from, board, name, choice);
  Scope scope = { subject, g_strdup (name) };

  g_array_append_val (self->scopes, scope);
  gtk_widget_set_visible (GTK_WIDGET (self->scope_group), FALSE);
  gtk_window_present (GTK_WINDOW (self));
  return GTK_WINDOW (self);
}
