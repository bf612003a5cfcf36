/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-edit-view"

#include "app/edits/flow-edit-view.h"

#include <glib/gi18n.h>

#include "app/connections/flow-connection-text.h"
#include "app/connections/flow-journal-view.h"
#include "app/edits/flow-edit-acts.h"
#include "app/edits/flow-edit-chooser.h"
#include "app/edits/flow-edit-conflict-view.h"
#include "app/edits/flow-edit-journal-row.h"
#include "app/edits/flow-edit-text.h"
#include "app/edits/flow-edit-words.h"
#include "app/shell/flow-button-flow.h"
#include "hub/flow-json-read.h"

/* What is shown of it, one at a time. */
typedef enum
{
  TAB_CONFLICT,
  TAB_JOURNAL,
  TAB_TEXT,
  N_TABS
} Tab;

/* What can be done with an edit. */
typedef enum
{
  BUTTON_UNDO,
  BUTTON_REDO,
  BUTTON_CHOOSE,
  BUTTON_END,
  BUTTON_RECOVER,
  BUTTON_FORGET,
  N_BUTTONS
} Button;

static GtkWidget *
make_journal_row (gpointer edit, FlowEntry *entry)
{
  return flow_edit_journal_row_new (edit, entry);
}

static const FlowJournalKind journal_kind = {
  .verb = "edit-journal",
  .member = "entries",
  .title = N_ ("Journal"),
  .reading = N_ ("The journal is being read"),
  .empty = N_ ("Nothing happened yet"),
  .make_row = make_journal_row,
};

/**
 * FlowEditView:
 *
 * One edit: who has it open and how they are, what can be done with it, its journal, its text, and the conflict while
 * there is one.
 */
struct _FlowEditView
{
  AdwBin parent_instance;

  FlowEditBoard *board;
  FlowEntry *edit; /* NULL: nothing is shown */
  gulong changed_handler;
  char *title;
  GtkWidget *all_buttons[N_BUTTONS];
  GtkWidget *tabs[N_TABS];
  FlowJournalView *journal;
  FlowEditText *text;
  FlowEditConflictView *conflict;
  gboolean in_conflict;
  gint64 revision; /* of what the journal and the text show */

  GtkWidget *trouble;
  GtkLabel *trouble_text;
  FlowButtonFlow *trouble_buttons;
  GtkListBox *ends;
  FlowButtonFlow *buttons;
  FlowButtonFlow *switcher;
  GtkStack *stack;
};

G_DEFINE_FINAL_TYPE (FlowEditView, flow_edit_view, ADW_TYPE_BIN)

enum
{
  PROP_0,
  PROP_TITLE,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];

/* Only what goes on has a state. */
static gboolean
is_open (FlowEditView *self)
{
  return flow_entry_get_text (self->edit, "state") != NULL;
}

/* --- What can be done ------------------------------------------------------------------------------------ */

static void
undo_cb (FlowEditView *self)
{
  flow_edit_board_act_on (self->board, "edit-undo", flow_entry_get_key (self->edit));
}

static void
redo_cb (FlowEditView *self)
{
  flow_edit_board_act_on (self->board, "edit-redo", flow_entry_get_key (self->edit));
}

static void
choose_cb (FlowEditView *self)
{
  flow_edit_chooser_show (GTK_WIDGET (self), self->board, self->edit);
}

static void
end_cb (FlowEditView *self)
{
  flow_edit_acts_end (GTK_WIDGET (self), self->board, self->edit);
}

static void
recover_cb (FlowEditView *self)
{
  flow_edit_board_act_on (self->board, "edit-recover", flow_entry_get_key (self->edit));
}

static void
forget_cb (FlowEditView *self)
{
  flow_edit_acts_forget (GTK_WIDGET (self), self->board, self->edit);
}

static const struct
{
  const char *label;
  void (*clicked) (FlowEditView *self);
} buttons[N_BUTTONS] = {
  [BUTTON_UNDO] = { N_ ("Undo"), undo_cb },
  [BUTTON_REDO] = { N_ ("Redo"), redo_cb },
  [BUTTON_CHOOSE] = { N_ ("Choose Editor…"), choose_cb },
  [BUTTON_END] = { N_ ("End Editing"), end_cb },
  [BUTTON_RECOVER] = { N_ ("Bring Back"), recover_cb },
  [BUTTON_FORGET] = { N_ ("Forget"), forget_cb },
};

/* One that is let go with the edit still has the focus. */
static void
clicked_cb (GtkWidget *widget, FlowEditView *self)
{
  for (Button button = 0; self->edit != NULL && button < N_BUTTONS; button++)
    {
      if (self->all_buttons[button] != widget)
        continue;
      buttons[button].clicked (self);
      return;
    }
}

static void
show_buttons (FlowEditView *self)
{
  gboolean open = is_open (self);

  for (Button button = 0; button < N_BUTTONS; button++)
    gtk_widget_set_visible (self->all_buttons[button], open == (button < BUTTON_RECOVER));
  gtk_widget_set_sensitive (self->all_buttons[BUTTON_UNDO], flow_entry_get_number (self->edit, "undo") > 0);
  gtk_widget_set_sensitive (self->all_buttons[BUTTON_REDO], flow_entry_get_number (self->edit, "redo") > 0);
}

static void
undo_action (GtkWidget *widget, const char *action, GVariant *parameter)
{
  FlowEditView *self = FLOW_EDIT_VIEW (widget);
  gboolean redo = g_str_equal (action, "edit.redo");

  if (self->edit == NULL || !gtk_widget_is_sensitive (self->all_buttons[redo ? BUTTON_REDO : BUTTON_UNDO]))
    return;
  if (redo)
    redo_cb (self);
  else
    undo_cb (self);
}

/* --- Trouble --------------------------------------------------------------------------------------------- */

static void
default_cb (FlowEditView *self)
{
  flow_edit_acts_use_default (self->board, flow_entry_get_key (self->edit));
}

static void
add_trouble_button (FlowEditView *self, const char *label, GCallback clicked)
{
  GtkWidget *button = flow_button_flow_make_button (label);

  g_signal_connect_swapped (button, "clicked", clicked, self);
  flow_button_flow_add (self->trouble_buttons, button);
}

/* The button that leads to the log. */
static void
log_cb (FlowEditView *self)
{
  gtk_widget_activate_action (GTK_WIDGET (self), "app.show-log", NULL);
}

static void
show_trouble (FlowEditView *self)
{
  JsonObject *error = flow_entry_get_object (self->edit, "error");
  const char *message = error != NULL ? flow_json_get_string (error, "message") : NULL;
  const char *code = error != NULL ? flow_json_get_string (error, "code") : NULL;

  gtk_widget_set_visible (self->trouble, message != NULL);
  if (message == NULL || g_str_equal (gtk_label_get_text (self->trouble_text), message))
    return;
  flow_button_flow_clear (self->trouble_buttons);
  gtk_label_set_text (self->trouble_text, message);
  if (g_strcmp0 (code, "editor_not_found") == 0 || g_strcmp0 (code, "editor_failed") == 0)
    {
      add_trouble_button (self, _ ("Choose Editor…"), G_CALLBACK (choose_cb));
      add_trouble_button (self, _ ("Use Default"), G_CALLBACK (default_cb));
    }
  add_trouble_button (self, _ ("View Logs"), G_CALLBACK (log_cb));
}

/* --- The ends -------------------------------------------------------------------------------------------- */

static GtkWidget *
make_end (FlowEditView *self)
{
  GtkWidget *row = adw_action_row_new (), *icon = gtk_image_new ();

  gtk_accessible_update_state (GTK_ACCESSIBLE (icon), GTK_ACCESSIBLE_STATE_HIDDEN, TRUE, -1);
  adw_preferences_row_set_use_markup (ADW_PREFERENCES_ROW (row), FALSE);
  adw_action_row_set_subtitle_lines (ADW_ACTION_ROW (row), 0);
  adw_action_row_add_prefix (ADW_ACTION_ROW (row), icon);
  g_object_set_data (G_OBJECT (row), "flow-icon", icon);
  gtk_list_box_append (self->ends, row);
  return row;
}

/* Rows stay, with the focus, while what they say changes. */
static void
set_end (FlowEditView *self, int index, const char *icon, const char *title, const char *subtitle)
{
  GtkWidget *row = GTK_WIDGET (gtk_list_box_get_row_at_index (self->ends, index));

  if (row == NULL)
    row = make_end (self);
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), title);
  adw_action_row_set_subtitle (ADW_ACTION_ROW (row), subtitle);
  gtk_image_set_from_icon_name (g_object_get_data (G_OBJECT (row), "flow-icon"), icon);
}

static void
show_end (FlowEditView *self, int index, JsonObject *end)
{
  g_autofree char *name = flow_edit_words_end (self->edit, end);
  g_autoptr (FlowEntry) entry = flow_entry_new (name, end);
  g_autofree char *since = flow_connection_text_when (flow_entry_get_time (entry, "since"), g_get_real_time () * 1000);
  /* Translators: how one end of an edit is, and since when: “connected since 10:32”. */
  g_autofree char *text = g_strdup_printf (_ ("%s since %s"), flow_edit_words_end_state (end), since);

  set_end (self, index, flow_edit_words_end_icon (end), name, text);
}

/* The page or file itself, then who has it open. */
static void
show_ends (FlowEditView *self)
{
  JsonArray *ends = flow_entry_get_list (self->edit, "endpoints");
  const char *url = flow_entry_get_text (self->edit, "url");
  g_autofree char *what = flow_edit_words_what (self->edit);
  GtkListBoxRow *row;
  int n = 0;

  set_end (self, n++, "document-edit-symbolic", url != NULL && *url != '\0' ? url : self->title, what);
  for (guint i = 0; ends != NULL && i < json_array_get_length (ends); i++)
    {
      JsonNode *node = json_array_get_element (ends, i);

      if (JSON_NODE_HOLDS_OBJECT (node))
        show_end (self, n++, json_node_get_object (node));
    }
  while ((row = gtk_list_box_get_row_at_index (self->ends, n)) != NULL)
    gtk_list_box_remove (self->ends, GTK_WIDGET (row));
}

/* --- The parts ------------------------------------------------------------------------------------------- */

static void
tab_toggled_cb (GtkToggleButton *button, FlowEditView *self)
{
  if (gtk_toggle_button_get_active (button))
    gtk_stack_set_visible_child (self->stack, g_object_get_data (G_OBJECT (button), "flow-part"));
}

static void
show_tab (FlowEditView *self, Tab tab)
{
  gtk_toggle_button_set_active (GTK_TOGGLE_BUTTON (self->tabs[tab]), TRUE);
}

/* --- The whole ------------------------------------------------------------------------------------------- */

static void
show_title (FlowEditView *self)
{
  g_autofree char *title = flow_edit_words_title (self->edit);

  if (g_strcmp0 (self->title, title) == 0)
    return;
  g_free (self->title);
  self->title = g_steal_pointer (&title);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_TITLE]);
}

/* It is shown when it comes, and nowhere to be seen once it is decided. */
static void
show_conflict (FlowEditView *self)
{
  gboolean conflict = flow_entry_get_flag (self->edit, "conflict");

  if (conflict != self->in_conflict)
    {
      self->in_conflict = conflict;
      gtk_widget_set_visible (self->tabs[TAB_CONFLICT], conflict);
      flow_edit_conflict_view_set_edit (self->conflict, conflict ? self->edit : NULL);
      show_tab (self, conflict ? TAB_CONFLICT : TAB_JOURNAL);
    }
  if (conflict)
    flow_edit_conflict_view_set_revision (self->conflict, flow_entry_get_number (self->edit, "revision"));
}

static void
show (FlowEditView *self)
{
  show_title (self);
  show_trouble (self);
  show_ends (self);
  show_buttons (self);
  show_conflict (self);
}

static void
changed_cb (FlowEditView *self)
{
  gint64 revision = flow_entry_get_number (self->edit, "revision");

  show (self);
  flow_journal_view_refresh (self->journal);
  if (revision != self->revision)
    flow_edit_text_refresh (self->text);
  self->revision = revision;
}

static void
flow_edit_view_get_property (GObject *object, guint id, GValue *value, GParamSpec *spec)
{
  if (id == PROP_TITLE)
    g_value_set_string (value, FLOW_EDIT_VIEW (object)->title);
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, spec);
}

static void
drop_edit (FlowEditView *self)
{
  if (self->edit != NULL)
    g_clear_signal_handler (&self->changed_handler, self->edit);
  g_clear_object (&self->edit);
}

static void
flow_edit_view_dispose (GObject *object)
{
  FlowEditView *self = FLOW_EDIT_VIEW (object);

  drop_edit (self);
  g_clear_object (&self->board);
  g_clear_pointer (&self->title, g_free);

  G_OBJECT_CLASS (flow_edit_view_parent_class)->dispose (object);
}

static void
flow_edit_view_class_init (FlowEditViewClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->get_property = flow_edit_view_get_property;
  object_class->dispose = flow_edit_view_dispose;
  g_type_ensure (FLOW_TYPE_BUTTON_FLOW);
  gtk_widget_class_set_template_from_resource (widget_class, "/org/flowscope/FlowScope/edits/flow-edit-view.ui");
  gtk_widget_class_bind_template_child (widget_class, FlowEditView, trouble);
  gtk_widget_class_bind_template_child (widget_class, FlowEditView, trouble_text);
  gtk_widget_class_bind_template_child (widget_class, FlowEditView, trouble_buttons);
  gtk_widget_class_bind_template_child (widget_class, FlowEditView, ends);
  gtk_widget_class_bind_template_child (widget_class, FlowEditView, buttons);
  gtk_widget_class_bind_template_child (widget_class, FlowEditView, switcher);
  gtk_widget_class_bind_template_child (widget_class, FlowEditView, stack);
  gtk_widget_class_install_action (widget_class, "edit.undo", NULL, undo_action);
  gtk_widget_class_install_action (widget_class, "edit.redo", NULL, undo_action);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_z, GDK_CONTROL_MASK, "edit.undo", NULL);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_z, GDK_CONTROL_MASK | GDK_SHIFT_MASK, "edit.redo", NULL);

  /**
   * FlowEditView:title:
   *
   * The name of the field that is edited.
   */
  properties[PROP_TITLE] = g_param_spec_string ("title", NULL, NULL, NULL, G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
flow_edit_view_init (FlowEditView *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  for (Button button = 0; button < N_BUTTONS; button++)
    {
      self->all_buttons[button] = flow_button_flow_make_button (_ (buttons[button].label));
      g_signal_connect (self->all_buttons[button], "clicked", G_CALLBACK (clicked_cb), self);
      flow_button_flow_add (self->buttons, self->all_buttons[button]);
    }
}

static void
add_tab (FlowEditView *self, Tab tab, GtkWidget *part, const char *title)
{
  GtkWidget *button = gtk_toggle_button_new_with_label (title);

  self->tabs[tab] = button;
  if (tab != TAB_CONFLICT)
    gtk_toggle_button_set_group (GTK_TOGGLE_BUTTON (button), GTK_TOGGLE_BUTTON (self->tabs[TAB_CONFLICT]));
  gtk_stack_add_child (self->stack, part);
  g_object_set_data (G_OBJECT (button), "flow-part", part);
  g_signal_connect (button, "toggled", G_CALLBACK (tab_toggled_cb), self);
  flow_button_flow_add (self->switcher, button);
}

static void
add_parts (FlowEditView *self)
{
  self->conflict = FLOW_EDIT_CONFLICT_VIEW (flow_edit_conflict_view_new (self->board));
  self->journal = FLOW_JOURNAL_VIEW (flow_journal_view_new (FLOW_BOARD (self->board), &journal_kind));
  self->text = FLOW_EDIT_TEXT (flow_edit_text_new (self->board));
  add_tab (self, TAB_CONFLICT, GTK_WIDGET (self->conflict), _ ("Conflict"));
  add_tab (self, TAB_JOURNAL, GTK_WIDGET (self->journal), _ ("Journal"));
  add_tab (self, TAB_TEXT, GTK_WIDGET (self->text), _ ("Text"));
  gtk_widget_set_visible (self->tabs[TAB_CONFLICT], FALSE);
  show_tab (self, TAB_JOURNAL);
}

/**
 * flow_edit_view_new:
 * @board: who knows and acts
 *
 * Returns: (transfer floating): the view of no edit yet
 */
GtkWidget *
flow_edit_view_new (FlowEditBoard *board)
{
  FlowEditView *self = g_object_new (FLOW_TYPE_EDIT_VIEW, NULL);

  self->board = g_object_ref (board);
  add_parts (self);
  return GTK_WIDGET (self);
}

/**
 * flow_edit_view_set_edit:
 * @self: the view
 * @edit: (nullable): what the verb `edits` writes of one, %NULL for none
 *
 * Show an edit and follow it.
 */
void
flow_edit_view_set_edit (FlowEditView *self, FlowEntry *edit)
{
  const char *id = edit != NULL ? flow_entry_get_key (edit) : NULL;

  g_return_if_fail (FLOW_IS_EDIT_VIEW (self));

  if (self->edit == edit)
    return;
  drop_edit (self);
  self->in_conflict = FALSE;
  gtk_widget_set_visible (self->tabs[TAB_CONFLICT], FALSE);
  show_tab (self, TAB_JOURNAL);
  flow_journal_view_set_subject (self->journal, edit);
  flow_edit_text_set_edit (self->text, id);
  flow_edit_conflict_view_set_edit (self->conflict, NULL);
  if (edit == NULL)
    return;
  self->edit = g_object_ref (edit);
  self->changed_handler = g_signal_connect_swapped (edit, "changed", G_CALLBACK (changed_cb), self);
  self->revision = flow_entry_get_number (edit, "revision");
  show (self);
}

/**
 * flow_edit_view_get_edit:
 * @self: the view
 *
 * Returns: (transfer none) (nullable): the edit that is shown
 */
FlowEntry *
flow_edit_view_get_edit (FlowEditView *self)
{
  return self->edit;
}

/**
 * flow_edit_view_get_title:
 * @self: the view
 *
 * Returns: (transfer none) (nullable): the name of the field that is edited
 */
const char *
flow_edit_view_get_title (FlowEditView *self)
{
  return self->title;
}
