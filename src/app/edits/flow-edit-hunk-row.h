/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <adwaita.h>

#include "app/edits/flow-edit-merge.h"

G_BEGIN_DECLS

#define FLOW_TYPE_EDIT_HUNK_ROW (flow_edit_hunk_row_get_type ())
G_DECLARE_FINAL_TYPE (FlowEditHunkRow, flow_edit_hunk_row, FLOW, EDIT_HUNK_ROW, AdwBin)

GtkWidget *flow_edit_hunk_row_new (FlowEditMerge *merge, guint index, const char *mine_by, const char *theirs_by);

G_END_DECLS
