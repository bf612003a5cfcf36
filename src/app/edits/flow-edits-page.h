/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <adwaita.h>

#include "app/flow-services.h"

G_BEGIN_DECLS

#define FLOW_TYPE_EDITS_PAGE (flow_edits_page_get_type ())
G_DECLARE_FINAL_TYPE (FlowEditsPage, flow_edits_page, FLOW, EDITS_PAGE, AdwBin)

GtkWidget *flow_edits_page_new (FlowServices *services);
void flow_edits_page_open (FlowEditsPage *self, const char *id);

G_END_DECLS
