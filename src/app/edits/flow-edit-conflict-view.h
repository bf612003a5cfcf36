/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <adwaita.h>

#include "app/edits/flow-edit-board.h"

G_BEGIN_DECLS

#define FLOW_TYPE_EDIT_CONFLICT_VIEW (flow_edit_conflict_view_get_type ())
G_DECLARE_FINAL_TYPE (FlowEditConflictView, flow_edit_conflict_view, FLOW, EDIT_CONFLICT_VIEW, AdwBin)

GtkWidget *flow_edit_conflict_view_new (FlowEditBoard *board);
void flow_edit_conflict_view_set_edit (FlowEditConflictView *self, FlowEntry *edit);
void flow_edit_conflict_view_set_revision (FlowEditConflictView *self, gint64 revision);

G_END_DECLS
