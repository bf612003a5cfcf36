/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <adwaita.h>

#include "app/flow-services.h"

G_BEGIN_DECLS

#define FLOW_TYPE_FACTS_EDITOR (flow_facts_editor_get_type ())
G_DECLARE_FINAL_TYPE (FlowFactsEditor, flow_facts_editor, FLOW, FACTS_EDITOR, AdwBin)

void flow_facts_editor_set_services (FlowFactsEditor *self, FlowServices *services);
void flow_facts_editor_set_trace (FlowFactsEditor *self, FlowTrace *trace);
void flow_facts_editor_save (FlowFactsEditor *self);

G_END_DECLS
