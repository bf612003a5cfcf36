/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <gtk/gtk.h>

#include "app/desktop/flow-notifier.h"
#include "app/desktop/flow-questions.h"
#include "app/flow-services.h"
#include "app/shell/flow-hub-keeper.h"

G_BEGIN_DECLS

#define FLOW_TYPE_DESKTOP (flow_desktop_get_type ())
G_DECLARE_FINAL_TYPE (FlowDesktop, flow_desktop, FLOW, DESKTOP, GObject)

FlowDesktop *flow_desktop_new (GtkApplication *application, FlowServices *services, FlowHubKeeper *keeper);
FlowQuestions *flow_desktop_get_questions (FlowDesktop *self);
FlowNotifier *flow_desktop_get_notifier (FlowDesktop *self);
void flow_desktop_editor_missing (FlowDesktop *self, const char *reason);
void flow_desktop_went_to_background (FlowDesktop *self);

G_END_DECLS
