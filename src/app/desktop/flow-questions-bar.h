/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <gtk/gtk.h>

#include "app/desktop/flow-questions.h"

G_BEGIN_DECLS

#define FLOW_TYPE_QUESTIONS_BAR (flow_questions_bar_get_type ())
G_DECLARE_FINAL_TYPE (FlowQuestionsBar, flow_questions_bar, FLOW, QUESTIONS_BAR, GtkWidget)

GtkWidget *flow_questions_bar_new (FlowQuestions *questions);

G_END_DECLS
