/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <adwaita.h>

#include "app/edits/flow-edit-board.h"

G_BEGIN_DECLS

#define FLOW_TYPE_EDIT_TEXT (flow_edit_text_get_type ())
G_DECLARE_FINAL_TYPE (FlowEditText, flow_edit_text, FLOW, EDIT_TEXT, AdwBin)

GtkWidget *flow_edit_text_new (FlowEditBoard *board);
void flow_edit_text_set_edit (FlowEditText *self, const char *id);
void flow_edit_text_refresh (FlowEditText *self);
void flow_edit_text_replace (GtkTextBuffer *buffer, const char *text);
GtkWidget *flow_edit_text_make_view (gboolean editable, const char *label, GtkTextBuffer **buffer);

G_END_DECLS
