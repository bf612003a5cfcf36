/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <adwaita.h>

#include "app/edits/flow-edit-board.h"

G_BEGIN_DECLS

#define FLOW_TYPE_EDIT_JOURNAL_VIEW (flow_edit_journal_view_get_type ())
G_DECLARE_FINAL_TYPE (FlowEditJournalView, flow_edit_journal_view, FLOW, EDIT_JOURNAL_VIEW, AdwBin)

GtkWidget *flow_edit_journal_view_new (FlowEditBoard *board);
void flow_edit_journal_view_set_edit (FlowEditJournalView *self, FlowEntry *edit);
void flow_edit_journal_view_refresh (FlowEditJournalView *self);

G_END_DECLS
