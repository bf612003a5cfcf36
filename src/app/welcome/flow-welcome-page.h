/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <gtk/gtk.h>

#include "app/flow-services.h"

G_BEGIN_DECLS

#define FLOW_TYPE_WELCOME_PAGE (flow_welcome_page_get_type ())
G_DECLARE_FINAL_TYPE (FlowWelcomePage, flow_welcome_page, FLOW, WELCOME_PAGE, GtkWidget)

GtkWidget *flow_welcome_page_new (FlowServices *services);

G_END_DECLS
