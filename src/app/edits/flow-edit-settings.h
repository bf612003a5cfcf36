/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <adwaita.h>

#include "app/flow-services.h"

G_BEGIN_DECLS

GtkWidget *flow_edit_settings_row_new (FlowServices *services, const char *key);

G_END_DECLS
