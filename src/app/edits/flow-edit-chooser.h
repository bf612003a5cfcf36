/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <adwaita.h>

#include "app/edits/flow-edit-board.h"

G_BEGIN_DECLS

#define FLOW_TYPE_EDIT_CHOOSER (flow_edit_chooser_get_type ())
G_DECLARE_FINAL_TYPE (FlowEditChooser, flow_edit_chooser, FLOW, EDIT_CHOOSER, AdwWindow)

GtkWindow *flow_edit_chooser_show (GtkWidget *from, FlowEditBoard *board, FlowEntry *edit);
GtkWindow *flow_edit_chooser_show_for (GtkWidget *from, FlowEditBoard *board, const char *subject, const char *name,
                                       const char *choice);

G_END_DECLS
