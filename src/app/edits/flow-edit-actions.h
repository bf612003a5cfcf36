/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <gtk/gtk.h>

#include "app/flow-services.h"

G_BEGIN_DECLS

void flow_edit_actions_add (GtkApplication *application, FlowServices *services);
char *flow_edit_actions_get_demo (FlowServices *services);

G_END_DECLS
