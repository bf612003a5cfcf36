/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "base/flow-error.h"
#include "message/flow-envelope.h"
#include "message/flow-message-builder.h"

G_BEGIN_DECLS

FlowMessage *flow_native_answer_error (const char *target, const FlowEnvelope *envelope, FlowError error,
                                       const char *message);
FlowMessage *flow_native_answer_refusal (FlowMessage *hello, FlowError error, const char *message);
FlowMessage *flow_native_answer_pong (const char *target, const FlowEnvelope *envelope, GBytes *ping);

G_END_DECLS
