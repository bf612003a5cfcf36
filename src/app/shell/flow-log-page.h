/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <adwaita.h>

#include "app/flow-services.h"

G_BEGIN_DECLS

#define FLOW_TYPE_LOG_PAGE (flow_log_page_get_type ())
G_DECLARE_FINAL_TYPE (FlowLogPage, flow_log_page, FLOW, LOG_PAGE, AdwBin)

GtkWidget *flow_log_page_new (FlowServices *services);

G_END_DECLS
