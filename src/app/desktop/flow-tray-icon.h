/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <cairo.h>

#include "app/desktop/flow-tray.h"

G_BEGIN_DECLS

cairo_surface_t *flow_tray_icon_draw (FlowTrayState state, int size);
const char *flow_tray_icon_get_name (FlowTrayState state);

G_END_DECLS
