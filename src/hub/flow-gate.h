/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "hub/flow-guard.h"
#include "wire/flow-wire-head.h"

G_BEGIN_DECLS

typedef struct _FlowGate FlowGate;

FlowGate *flow_gate_new (void);
void flow_gate_free (FlowGate *self);
void flow_gate_set_policy (FlowGate *self, const FlowGuardPolicy *policy);
FlowGuardDecision flow_gate_judge (FlowGate *self, FlowGuardArea area, const FlowWireHead *head, FlowPeerState peer,
                                   guint32 uid, char **client);
gboolean flow_gate_find_token (FlowGate *self, const char *token, char **client);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FlowGate, flow_gate_free)

G_END_DECLS
