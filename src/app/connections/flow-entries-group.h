/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <adwaita.h>

#include "app/connections/flow-board.h"

G_BEGIN_DECLS

/**
 * FlowEntryRowFunc:
 * @board: what the entry is of
 * @list: where it stands
 * @entry: what the hub lists
 *
 * Makes the row of an entry, which follows it from then on.
 *
 * Returns: (transfer floating): the row
 */
typedef GtkWidget *(*FlowEntryRowFunc) (FlowBoard *board, guint list, FlowEntry *entry);

#define FLOW_TYPE_ENTRIES_GROUP (flow_entries_group_get_type ())
G_DECLARE_FINAL_TYPE (FlowEntriesGroup, flow_entries_group, FLOW, ENTRIES_GROUP, AdwPreferencesGroup)

GtkWidget *flow_entries_group_new (FlowBoard *board, guint list, FlowEntryRowFunc make_row_func, const char *title,
                                   const char *empty);

G_END_DECLS
