/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <adwaita.h>

#include "app/connections/flow-entry.h"

G_BEGIN_DECLS

#define FLOW_TYPE_SYNC_FIELD_ROW (flow_sync_field_row_get_type ())
G_DECLARE_FINAL_TYPE (FlowSyncFieldRow, flow_sync_field_row, FLOW, SYNC_FIELD_ROW, AdwBin)

GtkWidget *flow_sync_field_row_new (FlowEntry *conflict, guint index);
const char *flow_sync_field_row_get_field (FlowSyncFieldRow *self);
JsonNode *flow_sync_field_row_dup_choice (FlowSyncFieldRow *self);

G_END_DECLS
