/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <gtk/gtk.h>

#include "app/connections/flow-entry.h"

G_BEGIN_DECLS

#define FLOW_TYPE_EDIT_JOURNAL_ROW (flow_edit_journal_row_get_type ())
G_DECLARE_FINAL_TYPE (FlowEditJournalRow, flow_edit_journal_row, FLOW, EDIT_JOURNAL_ROW, GtkListBoxRow)

GtkWidget *flow_edit_journal_row_new (FlowEntry *edit, FlowEntry *entry);

G_END_DECLS
