/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-sync-conflict-view"

#include "app/sync/flow-sync-conflict-view.h"

#include <glib/gi18n.h>

#include "app/shell/flow-button-flow.h"
#include "app/shell/flow-wrap-label.h"
#include "app/sync/flow-sync-conflict.h"
#include "app/sync/flow-sync-field-row.h"
#include "app/sync/flow-sync-words.h"

/* So many fields are shown one by one; more are decided all at once. */
#define MAX_FIELDS 50

/**
 * FlowSyncConflictView:
 *
 * What two devices changed at once, field by field, to be decided by field or all at once; what was decided can be
 * undone.
 */
struct _FlowSyncConflictView
{
  AdwBin parent_instance;

  FlowSyncBoard *board;
  FlowEntry *conflict; /* NULL: nothing is shown */
  gulong changed_handler;

  GtkLabel *title;
  GtkLabel *intro;
  GtkWidget *all; /* the buttons for all of it */
  GtkWidget *fields;
  GtkWidget *use;
  GtkWidget *undo;
};

G_DEFINE_FINAL_TYPE (FlowSyncConflictView, flow_sync_conflict_view, ADW_TYPE_BIN)

/* --- Deciding -------------------------------------------------------------------------------------------- */

static void
choice_cb (GtkButton *button, FlowSyncConflictView *self)
{
  const char *id = flow_entry_get_key (self->conflict);

  flow_sync_board_act (
      self->board, "sync-resolve", id,
      flow_sync_arguments ("id", id, "choice", g_object_get_data (G_OBJECT (button), "flow-choice"), NULL));
}

static FlowSyncFieldRow *
next_row (FlowSyncConflictView *self, FlowSyncFieldRow *row)
{
  GtkWidget *next = row != NULL ? gtk_widget_get_next_sibling (GTK_WIDGET (row))
                                : gtk_widget_get_first_child (self->fields);

  return next != NULL ? FLOW_SYNC_FIELD_ROW (next) : NULL;
}

static void
use_cb (FlowSyncConflictView *self)
{
  const char *id = flow_entry_get_key (self->conflict);
  JsonObject *arguments = flow_sync_arguments ("id", id, NULL), *fields = json_object_new ();

  for (FlowSyncFieldRow *row = next_row (self, NULL); row != NULL; row = next_row (self, row))
    {
      JsonNode *choice = flow_sync_field_row_dup_choice (row);

      if (choice != NULL)
        json_object_set_member (fields, flow_sync_field_row_get_field (row), choice);
    }
  json_object_set_object_member (arguments, "fields", fields);
  flow_sync_board_act (self->board, "sync-resolve", id, arguments);
}

static void
undo_cb (FlowSyncConflictView *self)
{
  const char *id = flow_entry_get_key (self->conflict);

  flow_sync_board_act (self->board, "sync-restore", id, flow_sync_arguments ("id", id, NULL));
}

/* Every field needs an answer. */
static void
chosen_cb (FlowSyncConflictView *self)
{
  gboolean all = TRUE;

  for (FlowSyncFieldRow *row = next_row (self, NULL); row != NULL && all; row = next_row (self, row))
    {
      g_autoptr (JsonNode) choice = flow_sync_field_row_dup_choice (row);

      all = choice != NULL;
    }
  gtk_widget_set_sensitive (self->use, all);
}

/* --- What is shown --------------------------------------------------------------------------------------- */

static void
add_choice (FlowSyncConflictView *self, const char *choice, const char *label)
{
  GtkWidget *button = flow_button_flow_make_button (label);

  g_object_set_data (G_OBJECT (button), "flow-choice", (gpointer) choice);
  g_signal_connect (button, "clicked", G_CALLBACK (choice_cb), self);
  flow_button_flow_add (FLOW_BUTTON_FLOW (self->all), button);
}

static gboolean
can_keep_both (FlowSyncConflictView *self)
{
  guint n = flow_sync_conflict_get_n_fields (self->conflict);

  for (guint i = 0; i < n; i++)
    {
      if (!flow_sync_field_can_keep_both (flow_sync_conflict_get_field (self->conflict, i)))
        return FALSE;
    }
  return n > 0;
}

static void
add_choices (FlowSyncConflictView *self)
{
  g_autofree char *mine = g_strdup_printf (_ ("Keep All of %s"), flow_sync_conflict_get_by (self->conflict, "mine"));
  g_autofree char *theirs = g_strdup_printf (_ ("Keep All of %s"),
                                             flow_sync_conflict_get_by (self->conflict, "theirs"));

  if (flow_sync_conflict_is_delete (self->conflict))
    {
      add_choice (self, "keep_deleted", _ ("Keep It Deleted"));
      add_choice (self, "restore", _ ("Restore and Update"));
      return;
    }
  add_choice (self, "mine", mine);
  add_choice (self, "theirs", theirs);
  if (can_keep_both (self))
    add_choice (self, "both", _ ("Keep Both"));
}

static void
add_fields (FlowSyncConflictView *self)
{
  guint n = MIN (flow_sync_conflict_get_n_fields (self->conflict), MAX_FIELDS);

  for (guint i = 0; i < n; i++)
    {
      GtkWidget *row;

      if (flow_sync_conflict_get_field (self->conflict, i) == NULL)
        continue;
      row = flow_sync_field_row_new (self->conflict, i);
      g_signal_connect_object (row, "chosen", G_CALLBACK (chosen_cb), self, G_CONNECT_SWAPPED);
      gtk_box_append (GTK_BOX (self->fields), row);
    }
}

static void
clear (FlowSyncConflictView *self)
{
  GtkWidget *child;

  flow_button_flow_clear (FLOW_BUTTON_FLOW (self->all));
  while ((child = gtk_widget_get_first_child (self->fields)) != NULL)
    gtk_box_remove (GTK_BOX (self->fields), child);
}

static char *
make_intro (FlowSyncConflictView *self)
{
  g_autofree char *about = flow_sync_conflict_describe (self->conflict, g_get_real_time () * 1000);
  g_autofree char *outcome = NULL;

  if (!flow_sync_conflict_is_open (self->conflict))
    {
      outcome = flow_sync_conflict_say_outcome (self->conflict);
      return g_strdup_printf ("%s\n%s", about, outcome);
    }
  return g_strdup_printf ("%s\n%s", about,
                          flow_sync_conflict_is_delete (self->conflict)
                              ? _ ("It stays as it was changed until you decide.")
                              : _ ("Choose what holds. What is not kept can be brought back later."));
}

static void
show (FlowSyncConflictView *self)
{
  gboolean open = flow_sync_conflict_is_open (self->conflict);
  gboolean by_field = open && !flow_sync_conflict_is_delete (self->conflict) &&
                      flow_sync_conflict_get_n_fields (self->conflict) > 0;
  g_autofree char *intro = make_intro (self);

  clear (self);
  gtk_label_set_text (self->title, flow_sync_conflict_get_title (self->conflict));
  gtk_label_set_text (self->intro, intro);
  if (open)
    add_choices (self);
  add_fields (self);
  gtk_widget_set_visible (self->all, open);
  gtk_widget_set_visible (self->use, by_field);
  gtk_widget_set_sensitive (self->use, FALSE);
  gtk_widget_set_visible (self->undo, g_strcmp0 (flow_entry_get_text (self->conflict, "state"), "resolved") == 0);
}

/* --- The whole ------------------------------------------------------------------------------------------- */

static void
drop (FlowSyncConflictView *self)
{
  if (self->conflict == NULL)
    return;
  g_clear_signal_handler (&self->changed_handler, self->conflict);
  g_clear_object (&self->conflict);
}

static void
flow_sync_conflict_view_dispose (GObject *object)
{
  FlowSyncConflictView *self = FLOW_SYNC_CONFLICT_VIEW (object);

  drop (self);
  g_clear_object (&self->board);

  G_OBJECT_CLASS (flow_sync_conflict_view_parent_class)->dispose (object);
}

/* To what decides, not to a text that could be copied. */
static gboolean
flow_sync_conflict_view_grab_focus (GtkWidget *widget)
{
  FlowSyncConflictView *self = FLOW_SYNC_CONFLICT_VIEW (widget);

  return gtk_widget_child_focus (gtk_widget_get_visible (self->all) ? self->all : self->undo, GTK_DIR_TAB_FORWARD);
}

static void
flow_sync_conflict_view_class_init (FlowSyncConflictViewClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = flow_sync_conflict_view_dispose;
  widget_class->grab_focus = flow_sync_conflict_view_grab_focus;
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/org/flowscope/FlowScope/sync/flow-sync-conflict-view.ui");
  gtk_widget_class_bind_template_child (widget_class, FlowSyncConflictView, title);
  gtk_widget_class_bind_template_child (widget_class, FlowSyncConflictView, intro);
  gtk_widget_class_bind_template_child (widget_class, FlowSyncConflictView, all);
  gtk_widget_class_bind_template_child (widget_class, FlowSyncConflictView, fields);
  gtk_widget_class_bind_template_child (widget_class, FlowSyncConflictView, use);
  gtk_widget_class_bind_template_child (widget_class, FlowSyncConflictView, undo);
  gtk_widget_class_bind_template_callback (widget_class, use_cb);
  gtk_widget_class_bind_template_callback (widget_class, undo_cb);
}

static void
flow_sync_conflict_view_init (FlowSyncConflictView *self)
{
  g_type_ensure (FLOW_TYPE_BUTTON_FLOW);
  gtk_widget_init_template (GTK_WIDGET (self));
}

/**
 * flow_sync_conflict_view_new:
 * @board: who knows and decides
 *
 * Returns: (transfer floating): the view of no conflict yet
 */
GtkWidget *
flow_sync_conflict_view_new (FlowSyncBoard *board)
{
  FlowSyncConflictView *self = g_object_new (FLOW_TYPE_SYNC_CONFLICT_VIEW, NULL);

  self->board = g_object_ref (board);
  return GTK_WIDGET (self);
}

/**
 * flow_sync_conflict_view_set_conflict:
 * @self: the view
 * @conflict: (nullable): what the verb `sync-conflicts` writes of one, %NULL for none
 *
 * Show a conflict. What was chosen of the one before is forgotten.
 */
void
flow_sync_conflict_view_set_conflict (FlowSyncConflictView *self, FlowEntry *conflict)
{
  g_return_if_fail (FLOW_IS_SYNC_CONFLICT_VIEW (self));

  if (conflict == self->conflict)
    return;
  drop (self);
  clear (self);
  if (conflict == NULL)
    return;
  self->conflict = g_object_ref (conflict);
  self->changed_handler = g_signal_connect_swapped (conflict, "changed", G_CALLBACK (show), self);
  show (self);
}

/**
 * flow_sync_conflict_view_get_conflict:
 * @self: the view
 *
 * Returns: (transfer none) (nullable): what is shown
 */
FlowEntry *
flow_sync_conflict_view_get_conflict (FlowSyncConflictView *self)
{
  g_return_val_if_fail (FLOW_IS_SYNC_CONFLICT_VIEW (self), NULL);

  return self->conflict;
}
