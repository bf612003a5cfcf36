/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "app/sync/flow-sync-dialog.h"

G_BEGIN_DECLS

#define FLOW_TYPE_SYNC_SIGN_IN (flow_sync_sign_in_get_type ())
G_DECLARE_FINAL_TYPE (FlowSyncSignIn, flow_sync_sign_in, FLOW, SYNC_SIGN_IN, FlowSyncDialog)

FlowSyncDialog *flow_sync_sign_in_show (GtkWidget *from, FlowSyncBoard *board, const char *server, const char *keeper);

G_END_DECLS
