/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-questions"

#include "app/desktop/flow-questions.h"

/**
 * FlowQuestions:
 *
 * The questions that wait for the user, oldest first: a list model of #FlowQuestion. A question leaves it when it is
 * answered or when nobody needs the answer any more.
 */
struct _FlowQuestions
{
  GObject parent_instance;

  GPtrArray *questions;
};

static GType
flow_questions_get_item_type (GListModel *model)
{
  return FLOW_TYPE_QUESTION;
}

static guint
flow_questions_get_n_items (GListModel *model)
{
  return FLOW_QUESTIONS (model)->questions->len;
}

static gpointer
flow_questions_get_item (GListModel *model, guint position)
{
  FlowQuestions *self = FLOW_QUESTIONS (model);

  return position < self->questions->len ? g_object_ref (g_ptr_array_index (self->questions, position)) : NULL;
}

static void
list_model_init (GListModelInterface *iface)
{
  iface->get_item_type = flow_questions_get_item_type;
  iface->get_n_items = flow_questions_get_n_items;
  iface->get_item = flow_questions_get_item;
}

G_DEFINE_FINAL_TYPE_WITH_CODE (FlowQuestions, flow_questions, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (G_TYPE_LIST_MODEL, list_model_init))

static void
flow_questions_dispose (GObject *object)
{
  FlowQuestions *self = FLOW_QUESTIONS (object);

  for (guint i = 0; i < self->questions->len; i++)
    g_signal_handlers_disconnect_by_data (g_ptr_array_index (self->questions, i), self);
  g_ptr_array_set_size (self->questions, 0);

  G_OBJECT_CLASS (flow_questions_parent_class)->dispose (object);
}

static void
flow_questions_finalize (GObject *object)
{
  g_ptr_array_unref (FLOW_QUESTIONS (object)->questions);

  G_OBJECT_CLASS (flow_questions_parent_class)->finalize (object);
}

static void
flow_questions_class_init (FlowQuestionsClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = flow_questions_dispose;
  G_OBJECT_CLASS (klass)->finalize = flow_questions_finalize;
}

static void
flow_questions_init (FlowQuestions *self)
{
  self->questions = g_ptr_array_new_with_free_func (g_object_unref);
}

/**
 * flow_questions_new:
 *
 * Returns: (transfer full): no questions
 */
FlowQuestions *
flow_questions_new (void)
{
  return g_object_new (FLOW_TYPE_QUESTIONS, NULL);
}

static void
remove_question (FlowQuestions *self, FlowQuestion *question)
{
  guint position;

  if (!g_ptr_array_find (self->questions, question, &position))
    return;
  g_signal_handlers_disconnect_by_data (question, self);
  g_ptr_array_remove_index (self->questions, position);
  g_list_model_items_changed (G_LIST_MODEL (self), position, 1, 0);
}

static void
answered_cb (FlowQuestions *self, const char *answer, FlowQuestion *question)
{
  remove_question (self, question);
}

/**
 * flow_questions_add:
 * @self: the questions
 * @question: another one
 *
 * Ask the user. What waits for an answer already is not asked twice.
 *
 * Returns: %FALSE if a question of this id is there
 */
gboolean
flow_questions_add (FlowQuestions *self, FlowQuestion *question)
{
  g_return_val_if_fail (FLOW_IS_QUESTIONS (self), FALSE);
  g_return_val_if_fail (FLOW_IS_QUESTION (question), FALSE);

  if (flow_questions_find (self, flow_question_get_id (question)) != NULL)
    return FALSE;
  g_ptr_array_add (self->questions, g_object_ref (question));
  g_signal_connect_swapped (question, "answered", G_CALLBACK (answered_cb), self);
  g_list_model_items_changed (G_LIST_MODEL (self), self->questions->len - 1, 0, 1);
  return TRUE;
}

/**
 * flow_questions_find:
 * @self: the questions
 * @id: of one
 *
 * Returns: (transfer none) (nullable): the question, if it still waits
 */
FlowQuestion *
flow_questions_find (FlowQuestions *self, const char *id)
{
  g_return_val_if_fail (FLOW_IS_QUESTIONS (self), NULL);
  g_return_val_if_fail (id != NULL, NULL);

  for (guint i = 0; i < self->questions->len; i++)
    {
      FlowQuestion *question = g_ptr_array_index (self->questions, i);

      if (g_str_equal (flow_question_get_id (question), id))
        return question;
    }
  return NULL;
}

/**
 * flow_questions_answer:
 * @self: the questions
 * @id: of one; it may be gone
 * @answer: the id of one of its answers
 *
 * Answer a question.
 *
 * Returns: %TRUE if this was the answer
 */
gboolean
flow_questions_answer (FlowQuestions *self, const char *id, const char *answer)
{
  FlowQuestion *question = flow_questions_find (self, id);

  return question != NULL && flow_question_answer (question, answer);
}

/**
 * flow_questions_withdraw:
 * @self: the questions
 * @id: of one; it may be gone
 *
 * Drop a question whose answer nobody needs any more.
 */
void
flow_questions_withdraw (FlowQuestions *self, const char *id)
{
  FlowQuestion *question = flow_questions_find (self, id);

  if (question != NULL)
    remove_question (self, question);
}
