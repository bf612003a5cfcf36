/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <gtk/gtk.h>

#include "app/desktop/flow-notifier.h"
#include "app/flow-services.h"

G_BEGIN_DECLS

#define FLOW_TYPE_SYNC_NOTICES (flow_sync_notices_get_type ())
G_DECLARE_FINAL_TYPE (FlowSyncNotices, flow_sync_notices, FLOW, SYNC_NOTICES, GObject)

FlowSyncNotices *flow_sync_notices_new (GtkApplication *application, FlowServices *services, FlowNotifier *notifier);
void flow_sync_notices_tell (FlowSyncNotices *self, const char *kind, const char *message, const char *detail);

G_END_DECLS
