/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <adwaita.h>

#include "app/flow-services.h"
#include "app/shell/flow-hub-keeper.h"
#include "app/shell/flow-link.h"

G_BEGIN_DECLS

#define FLOW_TYPE_WINDOW (flow_window_get_type ())
G_DECLARE_FINAL_TYPE (FlowWindow, flow_window, FLOW, WINDOW, AdwApplicationWindow)

FlowWindow *flow_window_new (GtkApplication *application, FlowServices *services, FlowHubKeeper *keeper);
void flow_window_add_page (FlowWindow *self, const char *name, const char *title, const char *icon, GtkWidget *page);
void flow_window_show_page (FlowWindow *self, const char *name);
GtkWidget *flow_window_get_page (FlowWindow *self, const char *name);
void flow_window_open_trace (FlowWindow *self, const FlowLink *link);
void flow_window_search (FlowWindow *self, const char *text);
void flow_window_show_preferences (FlowWindow *self, const char *page);
void flow_window_set_questions (FlowWindow *self, GtkWidget *bar);

G_END_DECLS
