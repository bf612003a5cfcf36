/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <adwaita.h>

#include "app/sync/flow-sync-board.h"

G_BEGIN_DECLS

#define FLOW_TYPE_SYNC_PAIRING (flow_sync_pairing_get_type ())
G_DECLARE_FINAL_TYPE (FlowSyncPairing, flow_sync_pairing, FLOW, SYNC_PAIRING, AdwWindow)

GtkWindow *flow_sync_pairing_show (GtkWidget *from, FlowSyncBoard *board, gboolean joins);

G_END_DECLS
