/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <adwaita.h>

#include "app/edits/flow-edit-board.h"

G_BEGIN_DECLS

#define FLOW_TYPE_EDIT_ROW (flow_edit_row_get_type ())
G_DECLARE_FINAL_TYPE (FlowEditRow, flow_edit_row, FLOW, EDIT_ROW, AdwActionRow)

GtkWidget *flow_edit_row_new (FlowEditBoard *board, FlowEditList list, FlowEntry *edit);
FlowEntry *flow_edit_row_get_edit (FlowEditRow *self);

G_END_DECLS
