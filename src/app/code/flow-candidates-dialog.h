/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <adwaita.h>

#include "app/flow-services.h"

G_BEGIN_DECLS

#define FLOW_TYPE_CANDIDATES_DIALOG (flow_candidates_dialog_get_type ())
G_DECLARE_FINAL_TYPE (FlowCandidatesDialog, flow_candidates_dialog, FLOW, CANDIDATES_DIALOG, AdwWindow)

FlowCandidatesDialog *flow_candidates_dialog_new (FlowServices *services, GtkWindow *parent, const char *function);
void flow_candidates_dialog_add_folder (FlowCandidatesDialog *self, const char *folder);

G_END_DECLS
