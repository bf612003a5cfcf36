/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <adwaita.h>

#include "app/flow-services.h"

G_BEGIN_DECLS

#define FLOW_TYPE_WHERE_DIALOG (flow_where_dialog_get_type ())
G_DECLARE_FINAL_TYPE (FlowWhereDialog, flow_where_dialog, FLOW, WHERE_DIALOG, AdwWindow)

FlowWhereDialog *flow_where_dialog_new (FlowServices *services, GtkWindow *parent, const char *service,
                                        const char *file);
void flow_where_dialog_set_folder (FlowWhereDialog *self, const char *folder);

G_END_DECLS
