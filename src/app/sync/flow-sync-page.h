/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <adwaita.h>

#include "app/flow-services.h"

G_BEGIN_DECLS

#define FLOW_TYPE_SYNC_PAGE (flow_sync_page_get_type ())
G_DECLARE_FINAL_TYPE (FlowSyncPage, flow_sync_page, FLOW, SYNC_PAGE, AdwBin)

GtkWidget *flow_sync_page_new (FlowServices *services);
void flow_sync_page_open (FlowSyncPage *self, const char *conflict);

G_END_DECLS
