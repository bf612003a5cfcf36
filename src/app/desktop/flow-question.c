/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-question"

#include "app/desktop/flow-question.h"

/**
 * FlowQuestion:
 *
 * Something that only the user can decide, and that waits until they do: in the window, in the tray, and in a
 * notification while the window is not in front. It is answered once, wherever that happens first.
 */
struct _FlowQuestion
{
  GObject parent_instance;

  char *id;
  char *text;
  char *detail;
  FlowAnswer *answers;
  gsize n_answers;
  gboolean answered;
};

G_DEFINE_FINAL_TYPE (FlowQuestion, flow_question, G_TYPE_OBJECT)

enum
{
  ANSWERED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

static void
flow_question_finalize (GObject *object)
{
  FlowQuestion *self = FLOW_QUESTION (object);

  for (gsize i = 0; i < self->n_answers; i++)
    {
      g_free ((char *) self->answers[i].id);
      g_free ((char *) self->answers[i].label);
    }
  g_free (self->answers);
  g_free (self->detail);
  g_free (self->text);
  g_free (self->id);

  G_OBJECT_CLASS (flow_question_parent_class)->finalize (object);
}

static void
flow_question_class_init (FlowQuestionClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = flow_question_finalize;

  /**
   * FlowQuestion::answered:
   * @self: the question
   * @answer: the id of the answer
   *
   * Emitted once, when the user decided.
   */
  signals[ANSWERED] = g_signal_new ("answered", FLOW_TYPE_QUESTION, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE,
                                    1, G_TYPE_STRING);
}

static void
flow_question_init (FlowQuestion *self)
{
}

/**
 * flow_question_new:
 * @id: tells it from the others; the same thing asked again has the same one
 * @text: the question, one line
 * @detail: (nullable): what follows from the answers
 * @answers: (array length=n_answers): at least one; the last is the safe one
 * @n_answers: how many
 *
 * Make a question. Add it with flow_questions_add().
 *
 * Returns: (transfer full): the question
 */
FlowQuestion *
flow_question_new (const char *id, const char *text, const char *detail, const FlowAnswer *answers, gsize n_answers)
{
  FlowQuestion *self;

  g_return_val_if_fail (id != NULL && text != NULL, NULL);
  g_return_val_if_fail (answers != NULL && n_answers > 0, NULL);

  self = g_object_new (FLOW_TYPE_QUESTION, NULL);
  self->id = g_strdup (id);
  self->text = g_strdup (text);
  self->detail = g_strdup (detail);
  self->answers = g_new (FlowAnswer, n_answers);
  self->n_answers = n_answers;
  for (gsize i = 0; i < n_answers; i++)
    self->answers[i] = (FlowAnswer) { g_strdup (answers[i].id), g_strdup (answers[i].label) };
  return self;
}

/**
 * flow_question_get_id:
 * @self: a question
 *
 * Returns: (transfer none): what tells it from the others
 */
const char *
flow_question_get_id (FlowQuestion *self)
{
  g_return_val_if_fail (FLOW_IS_QUESTION (self), NULL);

  return self->id;
}

/**
 * flow_question_get_text:
 * @self: a question
 *
 * Returns: (transfer none): one line
 */
const char *
flow_question_get_text (FlowQuestion *self)
{
  g_return_val_if_fail (FLOW_IS_QUESTION (self), NULL);

  return self->text;
}

/**
 * flow_question_get_detail:
 * @self: a question
 *
 * Returns: (transfer none) (nullable): what follows from the answers
 */
const char *
flow_question_get_detail (FlowQuestion *self)
{
  g_return_val_if_fail (FLOW_IS_QUESTION (self), NULL);

  return self->detail;
}

/**
 * flow_question_get_answers:
 * @self: a question
 * @n_answers: (out): how many
 *
 * Returns: (transfer none) (array length=n_answers): the ways to answer, in the order of the buttons
 */
const FlowAnswer *
flow_question_get_answers (FlowQuestion *self, gsize *n_answers)
{
  g_return_val_if_fail (FLOW_IS_QUESTION (self), NULL);
  g_return_val_if_fail (n_answers != NULL, NULL);

  *n_answers = self->n_answers;
  return self->answers;
}

static gboolean
has_answer (FlowQuestion *self, const char *answer)
{
  for (gsize i = 0; i < self->n_answers; i++)
    {
      if (g_str_equal (self->answers[i].id, answer))
        return TRUE;
    }
  return FALSE;
}

/**
 * flow_question_answer:
 * @self: a question
 * @answer: the id of one of its answers
 *
 * Answer it. A button may be pressed after the question was answered elsewhere: nothing happens then.
 *
 * Returns: %TRUE if this was the answer
 */
gboolean
flow_question_answer (FlowQuestion *self, const char *answer)
{
  g_autoptr (FlowQuestion) alive = NULL;

  g_return_val_if_fail (FLOW_IS_QUESTION (self), FALSE);
  g_return_val_if_fail (answer != NULL, FALSE);

  if (self->answered || !has_answer (self, answer))
    return FALSE;
  /* Whoever listens may drop the list that holds it. */
  alive = g_object_ref (self);
  self->answered = TRUE;
  g_signal_emit (self, signals[ANSWERED], 0, answer);
  return TRUE;
}
