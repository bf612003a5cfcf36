/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <adwaita.h>

#include "app/flow-services.h"

G_BEGIN_DECLS

GtkWindow *flow_erase_dialog_new (GtkWindow *parent, FlowServices *services);

G_END_DECLS
