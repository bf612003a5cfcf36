/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <gtk/gtk.h>

#include "app/desktop/flow-notifier.h"
#include "app/edits/flow-edit-trouble.h"
#include "app/flow-services.h"

G_BEGIN_DECLS

#define FLOW_TYPE_EDIT_NOTICES (flow_edit_notices_get_type ())
G_DECLARE_FINAL_TYPE (FlowEditNotices, flow_edit_notices, FLOW, EDIT_NOTICES, GObject)

FlowEditNotices *flow_edit_notices_new (GtkApplication *application, FlowServices *services, FlowNotifier *notifier);
void flow_edit_notices_tell (FlowEditNotices *self, const FlowEditNews *news);

G_END_DECLS
