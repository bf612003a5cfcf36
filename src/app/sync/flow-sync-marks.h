/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "app/sync/flow-sync-board.h"
#include "app/traces/flow-overview-marks.h"

G_BEGIN_DECLS

#define FLOW_TYPE_SYNC_MARKS (flow_sync_marks_get_type ())
G_DECLARE_FINAL_TYPE (FlowSyncMarks, flow_sync_marks, FLOW, SYNC_MARKS, GObject)

FlowSyncMarks *flow_sync_marks_new (FlowSyncBoard *board);
FlowOverviewMarks *flow_sync_marks_get (FlowSyncMarks *self);

G_END_DECLS
