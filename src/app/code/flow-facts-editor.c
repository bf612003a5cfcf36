/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-facts-editor"

#include "app/code/flow-facts-editor.h"

#include <glib/gi18n.h>
#include <string.h>

#include "app/code/flow-fact-saver.h"
#include "app/shell/flow-toast.h"
#include "app/sync/flow-share-row.h"

/**
 * FlowFactsEditor:
 *
 * What the user says about a trace: its title, tags, note and pin. Each is saved by itself, when it is done with, and
 * can be taken back.
 */
struct _FlowFactsEditor
{
  AdwBin parent_instance;

  FlowServices *services;
  gulong committed_handler;
  FlowTraceInfo *info;   /* NULL: no trace */
  FlowTraceFacts *facts; /* NULL: nothing is said */
  GCancellable *cancellable;
  gboolean showing; /* the widgets change because the facts did */

  GtkListBox *rows;
  FlowShareRow *share_row;
  AdwEntryRow *title_row;
  AdwEntryRow *tag_row;
  GtkFlowBox *tags;
  GtkSwitch *pin_switch;
  GtkTextView *note_view;
  GtkTextBuffer *note;
  GtkButton *note_button;
};

G_DEFINE_FINAL_TYPE (FlowFactsEditor, flow_facts_editor, ADW_TYPE_BIN)

/* --- Showing ------------------------------------------------------------------------------------------------ */

static GtkWidget *
make_tag (const char *tag)
{
  GtkWidget *button = gtk_button_new ();
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6);
  GtkWidget *label = gtk_label_new (tag);
  g_autofree char *name = g_strdup_printf (_ ("Remove the tag %s"), tag);

  gtk_label_set_ellipsize (GTK_LABEL (label), PANGO_ELLIPSIZE_END);
  gtk_label_set_max_width_chars (GTK_LABEL (label), 24);
  gtk_box_append (GTK_BOX (box), label);
  gtk_box_append (GTK_BOX (box), gtk_image_new_from_icon_name ("window-close-symbolic"));
  gtk_button_set_child (GTK_BUTTON (button), box);
  gtk_widget_set_halign (button, GTK_ALIGN_START);
  gtk_widget_set_tooltip_text (button, name);
  gtk_accessible_update_property (GTK_ACCESSIBLE (button), GTK_ACCESSIBLE_PROPERTY_LABEL, name, -1);
  gtk_actionable_set_action_target (GTK_ACTIONABLE (button), "s", tag);
  gtk_actionable_set_action_name (GTK_ACTIONABLE (button), "facts.remove-tag");
  return button;
}

static void
show_tags (FlowFactsEditor *self)
{
  GtkFlowBoxChild *child;

  while ((child = gtk_flow_box_get_child_at_index (self->tags, 0)) != NULL)
    gtk_flow_box_remove (self->tags, GTK_WIDGET (child));
  for (char **tag = self->facts != NULL ? self->facts->tags : NULL; tag != NULL && *tag != NULL; tag++)
    {
      GtkWidget *button = make_tag (*tag);

      gtk_flow_box_append (self->tags, button);
      /* The button inside takes the focus. */
      gtk_widget_set_focusable (gtk_widget_get_parent (button), FALSE);
    }
  gtk_widget_set_visible (GTK_WIDGET (self->tags), self->facts != NULL && self->facts->tags[0] != NULL);
}

static const char *
get_title (FlowFactsEditor *self)
{
  return self->facts != NULL ? self->facts->title : "";
}

static const char *
get_note (FlowFactsEditor *self)
{
  return self->facts != NULL ? self->facts->note : "";
}

static char *
read_note (FlowFactsEditor *self)
{
  GtkTextIter start, end;

  gtk_text_buffer_get_bounds (self->note, &start, &end);
  return g_strchomp (gtk_text_buffer_get_text (self->note, &start, &end, FALSE));
}

static gboolean
is_note_changed (FlowFactsEditor *self)
{
  g_autofree char *text = read_note (self);

  return !g_str_equal (text, get_note (self));
}

static void
note_changed_cb (FlowFactsEditor *self)
{
  gtk_widget_set_visible (GTK_WIDGET (self->note_button), !self->showing && is_note_changed (self));
}

/* The row takes a text that is set for one that is typed, and offers to apply it. */
static void
set_title_text (FlowFactsEditor *self, const char *title)
{
  if (g_str_equal (gtk_editable_get_text (GTK_EDITABLE (self->title_row)), title))
    return;
  adw_entry_row_set_show_apply_button (self->title_row, FALSE);
  gtk_editable_set_text (GTK_EDITABLE (self->title_row), title);
  adw_entry_row_set_show_apply_button (self->title_row, TRUE);
}

/* Neither what was there nor, white space apart, what is there now. */
static gboolean
is_title_typed (FlowFactsEditor *self, FlowTraceFacts *now)
{
  g_autofree char *text = g_strstrip (g_strdup (gtk_editable_get_text (GTK_EDITABLE (self->title_row))));

  return !g_str_equal (text, get_title (self)) && !g_str_equal (text, now != NULL ? now->title : "");
}

/* What the user is typing stays as it is, as long as it is about the same trace. */
static void
show_facts (FlowFactsEditor *self, FlowTraceFacts *facts, gboolean keep_typed)
{
  gboolean keep_title = keep_typed && is_title_typed (self, facts);
  gboolean keep_note = keep_typed && is_note_changed (self);

  if (facts != NULL)
    flow_trace_facts_ref (facts);
  g_clear_pointer (&self->facts, flow_trace_facts_unref);
  self->facts = facts;
  self->showing = TRUE;
  if (!keep_title)
    set_title_text (self, get_title (self));
  if (!keep_note && is_note_changed (self))
    gtk_text_buffer_set_text (self->note, get_note (self), -1);
  gtk_switch_set_active (self->pin_switch, facts != NULL && facts->pinned);
  show_tags (self);
  self->showing = FALSE;
  note_changed_cb (self);
}

/* --- Saving ------------------------------------------------------------------------------------------------- */

static void
saved_cb (FlowTraceFacts *facts, gpointer data)
{
  g_autoptr (FlowFactsEditor) self = g_weak_ref_get (data);

  if (self == NULL || self->info == NULL)
    return;
  /* What could not be saved stays, but for the switch, which says what is. */
  if (facts == NULL)
    show_facts (self, self->facts, TRUE);
  else if (memcmp (facts->trace_id, self->info->trace_id, sizeof facts->trace_id) == 0)
    show_facts (self, facts, TRUE);
}

static void
weak_ref_free (gpointer data)
{
  g_weak_ref_clear (data);
  g_free (data);
}

static void
save (FlowFactsEditor *self, FlowFactChange *change, const char *done)
{
  GWeakRef *weak = g_new0 (GWeakRef, 1);

  g_weak_ref_init (weak, self);
  flow_fact_saver_save (self->services, GTK_WIDGET (self), change, done, saved_cb, weak, weak_ref_free);
}

static void
save_title_cb (FlowFactsEditor *self)
{
  const char *title = gtk_editable_get_text (GTK_EDITABLE (self->title_row));
  g_autoptr (FlowFactChange) change = NULL;
  g_autoptr (GError) error = NULL;

  if (self->info == NULL || self->showing || g_str_equal (title, get_title (self)))
    return;
  change = flow_fact_change_new (self->info->trace_id);
  if (flow_fact_change_set_title (change, title, &error))
    save (self, g_steal_pointer (&change), title[0] != '\0' ? _ ("Title saved") : _ ("Title removed"));
  else
    flow_toast (GTK_WIDGET (self), error->message);
}

static void
save_note_cb (FlowFactsEditor *self)
{
  g_autofree char *text = read_note (self);
  g_autoptr (FlowFactChange) change = NULL;
  g_autoptr (GError) error = NULL;

  if (self->info == NULL || self->showing || g_str_equal (text, get_note (self)))
    return;
  change = flow_fact_change_new (self->info->trace_id);
  if (flow_fact_change_set_note (change, text, &error))
    save (self, g_steal_pointer (&change), text[0] != '\0' ? _ ("Note saved") : _ ("Note removed"));
  else
    flow_toast (GTK_WIDGET (self), error->message);
}

static void
add_tag_cb (FlowFactsEditor *self)
{
  const char *tag = gtk_editable_get_text (GTK_EDITABLE (self->tag_row));
  g_autoptr (FlowFactChange) change = NULL;
  g_autoptr (GError) error = NULL;

  if (self->info == NULL || tag[0] == '\0')
    return;
  change = flow_fact_change_new (self->info->trace_id);
  if (!flow_fact_change_add_tag (change, tag, &error))
    {
      flow_toast (GTK_WIDGET (self), error->message);
      return;
    }
  save (self, g_steal_pointer (&change), _ ("Tag added"));
  gtk_editable_set_text (GTK_EDITABLE (self->tag_row), "");
}

static void
remove_tag_action (GtkWidget *widget, const char *action, GVariant *target)
{
  FlowFactsEditor *self = FLOW_FACTS_EDITOR (widget);
  FlowFactChange *change = flow_fact_change_new (self->info->trace_id);

  flow_fact_change_remove_tag (change, g_variant_get_string (target, NULL), NULL);
  /* The button goes; the focus stays near. */
  gtk_widget_grab_focus (GTK_WIDGET (self->tag_row));
  save (self, change, _ ("Tag removed"));
}

static void
pin_cb (FlowFactsEditor *self)
{
  gboolean pinned = gtk_switch_get_active (self->pin_switch);
  FlowFactChange *change;

  if (self->info == NULL || self->showing)
    return;
  change = flow_fact_change_new (self->info->trace_id);
  flow_fact_change_set_pinned (change, pinned);
  save (self, change, pinned ? _ ("Trace pinned") : _ ("Trace not pinned any more"));
}

/* Control and Enter, as in every place where Enter makes a line. */
static gboolean
note_shortcut_cb (GtkWidget *widget, GVariant *arguments, gpointer data)
{
  save_note_cb (data);
  return TRUE;
}

/**
 * flow_facts_editor_save:
 * @self: the editor
 *
 * Save what is typed and not saved yet.
 */
void
flow_facts_editor_save (FlowFactsEditor *self)
{
  save_title_cb (self);
  save_note_cb (self);
}

/* --- The trace ---------------------------------------------------------------------------------------------- */

static gpointer
read_facts_query (FlowTraceReader *reader, gpointer data, GCancellable *cancellable, GError **error)
{
  GHashTable *all = flow_trace_reader_get_facts (reader, error);
  FlowTraceFacts *facts = all != NULL ? g_hash_table_lookup (all, data) : NULL;

  return facts != NULL ? flow_trace_facts_ref (facts) : NULL;
}

static void
facts_read_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  FlowFactsEditor *self = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (FlowTraceFacts) facts = flow_trace_queries_run_finish (FLOW_TRACE_QUERIES (source), result, &error);

  if (error == NULL)
    show_facts (self, facts, TRUE);
}

static void
forget_query (FlowFactsEditor *self)
{
  g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->cancellable);
}

/* Another window, another program, an undo. */
static void
committed_cb (FlowFactsEditor *self, FlowCommit *commit)
{
  if (self->info == NULL || !commit->facts || !flow_commit_touches (commit, self->info->number))
    return;
  forget_query (self);
  self->cancellable = g_cancellable_new ();
  flow_trace_queries_run_async (flow_services_get_queries (self->services), read_facts_query,
                                g_memdup2 (self->info->trace_id, 16), g_free, (GDestroyNotify) flow_trace_facts_unref,
                                self->cancellable, facts_read_cb, self);
}

static void
flow_facts_editor_dispose (GObject *object)
{
  FlowFactsEditor *self = FLOW_FACTS_EDITOR (object);

  if (self->services != NULL)
    {
      flow_facts_editor_save (self);
      g_clear_signal_handler (&self->committed_handler, self->services);
    }
  forget_query (self);
  g_clear_pointer (&self->info, flow_trace_info_unref);
  g_clear_pointer (&self->facts, flow_trace_facts_unref);
  g_clear_object (&self->services);

  G_OBJECT_CLASS (flow_facts_editor_parent_class)->dispose (object);
}

static void
flow_facts_editor_class_init (FlowFactsEditorClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = flow_facts_editor_dispose;
  gtk_widget_class_set_template_from_resource (widget_class, "/org/flowscope/FlowScope/code/flow-facts-editor.ui");
  gtk_widget_class_install_action (widget_class, "facts.remove-tag", "s", remove_tag_action);
  gtk_widget_class_bind_template_child (widget_class, FlowFactsEditor, rows);
  gtk_widget_class_bind_template_child (widget_class, FlowFactsEditor, title_row);
  gtk_widget_class_bind_template_child (widget_class, FlowFactsEditor, tag_row);
  gtk_widget_class_bind_template_child (widget_class, FlowFactsEditor, tags);
  gtk_widget_class_bind_template_child (widget_class, FlowFactsEditor, pin_switch);
  gtk_widget_class_bind_template_child (widget_class, FlowFactsEditor, note_view);
  gtk_widget_class_bind_template_child (widget_class, FlowFactsEditor, note);
  gtk_widget_class_bind_template_child (widget_class, FlowFactsEditor, note_button);
  gtk_widget_class_bind_template_callback (widget_class, save_title_cb);
  gtk_widget_class_bind_template_callback (widget_class, save_note_cb);
  gtk_widget_class_bind_template_callback (widget_class, add_tag_cb);
  gtk_widget_class_bind_template_callback (widget_class, pin_cb);
  gtk_widget_class_bind_template_callback (widget_class, note_changed_cb);
}

static void
flow_facts_editor_init (FlowFactsEditor *self)
{
  GtkEventController *keys = gtk_shortcut_controller_new ();

  gtk_widget_init_template (GTK_WIDGET (self));
  gtk_shortcut_controller_add_shortcut (GTK_SHORTCUT_CONTROLLER (keys),
                                        gtk_shortcut_new (gtk_shortcut_trigger_parse_string ("<Control>Return"),
                                                          gtk_callback_action_new (note_shortcut_cb, self, NULL)));
  gtk_widget_add_controller (GTK_WIDGET (self->note_view), keys);
}

/**
 * flow_facts_editor_set_services:
 * @self: the editor
 * @services: what pages work with
 *
 * Give it what it works with, once.
 */
void
flow_facts_editor_set_services (FlowFactsEditor *self, FlowServices *services)
{
  g_return_if_fail (self->services == NULL);

  self->services = g_object_ref (services);
  self->committed_handler = g_signal_connect_swapped (services, "committed", G_CALLBACK (committed_cb), self);
  self->share_row = FLOW_SHARE_ROW (flow_share_row_new (flow_services_get_sync (services)));
  gtk_list_box_append (self->rows, GTK_WIDGET (self->share_row));
}

/**
 * flow_facts_editor_set_trace:
 * @self: the editor
 * @trace: (nullable): a trace
 *
 * Show what is said about a trace. What is typed about another one is saved first; what is typed about the same one
 * stays.
 */
void
flow_facts_editor_set_trace (FlowFactsEditor *self, FlowTrace *trace)
{
  gboolean same = trace != NULL && self->info != NULL &&
                  memcmp (trace->info->trace_id, self->info->trace_id, sizeof trace->info->trace_id) == 0;
  FlowTraceInfo *info = trace != NULL ? flow_trace_info_ref (trace->info) : NULL;

  if (!same)
    flow_facts_editor_save (self);
  forget_query (self);
  g_clear_pointer (&self->info, flow_trace_info_unref);
  self->info = info;
  gtk_widget_set_sensitive (GTK_WIDGET (self), info != NULL);
  if (!same && self->share_row != NULL)
    flow_share_row_set_trace (self->share_row, info != NULL ? info->trace_id : NULL);
  show_facts (self, info != NULL ? info->facts : NULL, same);
}
