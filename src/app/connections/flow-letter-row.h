/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <adwaita.h>

#include "app/connections/flow-connections.h"

G_BEGIN_DECLS

#define FLOW_TYPE_LETTER_ROW (flow_letter_row_get_type ())
G_DECLARE_FINAL_TYPE (FlowLetterRow, flow_letter_row, FLOW, LETTER_ROW, AdwActionRow)

GtkWidget *flow_letter_row_new (FlowBoard *board, guint list, FlowEntry *letter);

G_END_DECLS
