/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <adwaita.h>

#include "app/edits/flow-edit-board.h"

G_BEGIN_DECLS

#define FLOW_TYPE_EDIT_VIEW (flow_edit_view_get_type ())
G_DECLARE_FINAL_TYPE (FlowEditView, flow_edit_view, FLOW, EDIT_VIEW, AdwBin)

GtkWidget *flow_edit_view_new (FlowEditBoard *board);
void flow_edit_view_set_edit (FlowEditView *self, FlowEntry *edit);
FlowEntry *flow_edit_view_get_edit (FlowEditView *self);
const char *flow_edit_view_get_title (FlowEditView *self);

G_END_DECLS
