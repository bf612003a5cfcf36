/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <adwaita.h>

#include "base/flow-settings.h"

G_BEGIN_DECLS

#define FLOW_TYPE_RETENTION_ROW (flow_retention_row_get_type ())
G_DECLARE_FINAL_TYPE (FlowRetentionRow, flow_retention_row, FLOW, RETENTION_ROW, AdwActionRow)

GtkWidget *flow_retention_row_new (FlowSettings *settings, const char *key);

G_END_DECLS
