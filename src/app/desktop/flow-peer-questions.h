/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "app/desktop/flow-questions.h"
#include "app/flow-services.h"

G_BEGIN_DECLS

#define FLOW_TYPE_PEER_QUESTIONS (flow_peer_questions_get_type ())
G_DECLARE_FINAL_TYPE (FlowPeerQuestions, flow_peer_questions, FLOW, PEER_QUESTIONS, GObject)

FlowPeerQuestions *flow_peer_questions_new (FlowServices *services, FlowQuestions *questions);

G_END_DECLS
