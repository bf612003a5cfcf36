/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <glib-object.h>

G_BEGIN_DECLS

#define FLOW_TYPE_QUESTION (flow_question_get_type ())
G_DECLARE_FINAL_TYPE (FlowQuestion, flow_question, FLOW, QUESTION, GObject)

/**
 * FlowAnswer:
 * @id: what flow_question_answer() takes
 * @label: what the button says, with an underline before its key
 *
 * One way to answer a question.
 */
typedef struct
{
  const char *id;
  const char *label;
} FlowAnswer;

FlowQuestion *flow_question_new (const char *id, const char *text, const char *detail, const FlowAnswer *answers,
                                 gsize n_answers);
const char *flow_question_get_id (FlowQuestion *self);
const char *flow_question_get_text (FlowQuestion *self);
const char *flow_question_get_detail (FlowQuestion *self);
const FlowAnswer *flow_question_get_answers (FlowQuestion *self, gsize *n_answers);
gboolean flow_question_answer (FlowQuestion *self, const char *answer);

G_END_DECLS
