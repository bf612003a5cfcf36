/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <adwaita.h>

#include "app/sync/flow-sync-trouble.h"

G_BEGIN_DECLS

#define FLOW_TYPE_SYNC_CARD (flow_sync_card_get_type ())
G_DECLARE_FINAL_TYPE (FlowSyncCard, flow_sync_card, FLOW, SYNC_CARD, AdwBin)

GtkWidget *flow_sync_card_new (void);
void flow_sync_card_show (FlowSyncCard *self, const char *icon, const FlowSyncTrouble *trouble);
void flow_sync_card_show_progress (FlowSyncCard *self, double fraction);

G_END_DECLS
