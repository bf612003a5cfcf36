/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <adwaita.h>

#include "app/flow-services.h"

G_BEGIN_DECLS

#define FLOW_TYPE_ENCRYPTION_ROW (flow_encryption_row_get_type ())
G_DECLARE_FINAL_TYPE (FlowEncryptionRow, flow_encryption_row, FLOW, ENCRYPTION_ROW, AdwActionRow)

GtkWidget *flow_encryption_row_new (FlowServices *services);

G_END_DECLS
