/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-questions-bar"

#include "app/desktop/flow-questions-bar.h"

#include <glib/gi18n-lib.h>

#include "app/shell/flow-button-flow.h"

/**
 * FlowQuestionsBar:
 *
 * A strip on top of the window with the oldest question that waits and a button for each answer. It is not there while
 * nothing is asked. Nothing has the focus unless the user takes it there: an answer must not be typed by accident.
 */
struct _FlowQuestionsBar
{
  GtkWidget parent_instance;

  FlowQuestions *questions;
  FlowQuestion *shown;

  GtkRevealer *revealer;
  GtkLabel *text;
  GtkLabel *detail;
  GtkLabel *more;
  FlowButtonFlow *buttons;
};

G_DEFINE_FINAL_TYPE (FlowQuestionsBar, flow_questions_bar, GTK_TYPE_WIDGET)

static void
clicked_cb (GtkButton *button, FlowQuestion *question)
{
  flow_question_answer (question, g_object_get_data (G_OBJECT (button), "answer"));
}

static void
add_buttons (FlowQuestionsBar *self, FlowQuestion *question)
{
  gsize n_answers;
  const FlowAnswer *answers = flow_question_get_answers (question, &n_answers);

  for (gsize i = 0; i < n_answers; i++)
    {
      GtkWidget *button = gtk_button_new_with_mnemonic (answers[i].label);

      g_object_set_data_full (G_OBJECT (button), "answer", g_strdup (answers[i].id), g_free);
      g_signal_connect_object (button, "clicked", G_CALLBACK (clicked_cb), question, 0);
      flow_button_flow_add (self->buttons, button);
    }
}

static void
revealed_cb (FlowQuestionsBar *self)
{
  if (!gtk_revealer_get_child_revealed (self->revealer) && !gtk_revealer_get_reveal_child (self->revealer))
    gtk_widget_set_visible (GTK_WIDGET (self->revealer), FALSE);
}

static void
update (FlowQuestionsBar *self)
{
  guint n = g_list_model_get_n_items (G_LIST_MODEL (self->questions));
  g_autoptr (FlowQuestion) first = g_list_model_get_item (G_LIST_MODEL (self->questions), 0);
  g_autofree char *more = NULL;

  if (n > 1)
    more = g_strdup_printf (g_dngettext (GETTEXT_PACKAGE, "%u more question", "%u more questions", n - 1), n - 1);
  gtk_label_set_label (self->more, more != NULL ? more : "");
  if (!g_set_object (&self->shown, first))
    return;

  flow_button_flow_clear (self->buttons);
  if (first != NULL)
    {
      const char *detail = flow_question_get_detail (first);

      gtk_label_set_label (self->text, flow_question_get_text (first));
      gtk_label_set_label (self->detail, detail != NULL ? detail : "");
      gtk_widget_set_visible (GTK_WIDGET (self->detail), detail != NULL);
      add_buttons (self, first);
      /* Hidden, it would still give its child a width of its own. */
      gtk_widget_set_visible (GTK_WIDGET (self->revealer), TRUE);
    }
  gtk_revealer_set_reveal_child (self->revealer, first != NULL);
  /* What was never seen does not fold away, and tells nobody. */
  revealed_cb (self);
}

static void
flow_questions_bar_dispose (GObject *object)
{
  FlowQuestionsBar *self = FLOW_QUESTIONS_BAR (object);

  if (self->questions != NULL)
    g_signal_handlers_disconnect_by_data (self->questions, self);
  g_clear_object (&self->questions);
  g_clear_object (&self->shown);
  if (self->revealer != NULL)
    gtk_widget_unparent (GTK_WIDGET (self->revealer));
  self->revealer = NULL;

  G_OBJECT_CLASS (flow_questions_bar_parent_class)->dispose (object);
}

static void
flow_questions_bar_class_init (FlowQuestionsBarClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = flow_questions_bar_dispose;
  g_type_ensure (FLOW_TYPE_BUTTON_FLOW);
  gtk_widget_class_set_template_from_resource (widget_class, "/org/flowscope/FlowScope/desktop/flow-questions-bar.ui");
  gtk_widget_class_bind_template_child (widget_class, FlowQuestionsBar, revealer);
  gtk_widget_class_bind_template_child (widget_class, FlowQuestionsBar, text);
  gtk_widget_class_bind_template_child (widget_class, FlowQuestionsBar, detail);
  gtk_widget_class_bind_template_child (widget_class, FlowQuestionsBar, more);
  gtk_widget_class_bind_template_child (widget_class, FlowQuestionsBar, buttons);
  gtk_widget_class_set_layout_manager_type (widget_class, GTK_TYPE_BIN_LAYOUT);
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_ALERT);
}

static void
flow_questions_bar_init (FlowQuestionsBar *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL, _ ("Questions"), -1);
  g_signal_connect_swapped (self->revealer, "notify::child-revealed", G_CALLBACK (revealed_cb), self);
}

/**
 * flow_questions_bar_new:
 * @questions: what to show
 *
 * Returns: (transfer floating): the strip
 */
GtkWidget *
flow_questions_bar_new (FlowQuestions *questions)
{
  FlowQuestionsBar *self = g_object_new (FLOW_TYPE_QUESTIONS_BAR, NULL);

  self->questions = g_object_ref (questions);
  g_signal_connect_swapped (questions, "items-changed", G_CALLBACK (update), self);
  update (self);
  return GTK_WIDGET (self);
}
