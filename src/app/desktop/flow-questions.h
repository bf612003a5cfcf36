/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <gio/gio.h>

#include "app/desktop/flow-question.h"

G_BEGIN_DECLS

#define FLOW_TYPE_QUESTIONS (flow_questions_get_type ())
G_DECLARE_FINAL_TYPE (FlowQuestions, flow_questions, FLOW, QUESTIONS, GObject)

FlowQuestions *flow_questions_new (void);
gboolean flow_questions_add (FlowQuestions *self, FlowQuestion *question);
FlowQuestion *flow_questions_find (FlowQuestions *self, const char *id);
gboolean flow_questions_answer (FlowQuestions *self, const char *id, const char *answer);
void flow_questions_withdraw (FlowQuestions *self, const char *id);

G_END_DECLS
