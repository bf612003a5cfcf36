/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <gtk/gtk.h>

#include "app/edits/flow-edit-board.h"

G_BEGIN_DECLS

void flow_edit_acts_end (GtkWidget *from, FlowEditBoard *board, FlowEntry *edit);
void flow_edit_acts_forget (GtkWidget *from, FlowEditBoard *board, FlowEntry *edit);
void flow_edit_acts_choose (FlowEditBoard *board, const char *subject, const char *name, const char *choice);
void flow_edit_acts_use_default (FlowEditBoard *board, const char *id);

G_END_DECLS
