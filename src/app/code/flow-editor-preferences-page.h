/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <adwaita.h>

#include "app/flow-services.h"

G_BEGIN_DECLS

#define FLOW_TYPE_EDITOR_PREFERENCES_PAGE (flow_editor_preferences_page_get_type ())
G_DECLARE_FINAL_TYPE (FlowEditorPreferencesPage, flow_editor_preferences_page, FLOW, EDITOR_PREFERENCES_PAGE,
                      AdwPreferencesPage)

GtkWidget *flow_editor_preferences_page_new (FlowServices *services);

G_END_DECLS
