/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <adwaita.h>

#include "base/flow-settings.h"

G_BEGIN_DECLS

GtkWidget *flow_setting_row_new (FlowSettings *settings, const char *key);
void flow_setting_row_write (GtkWidget *row, FlowSettings *settings, const char *key, GVariant *value);
void flow_setting_row_describe (GtkWidget *row, FlowSettings *settings, const char *key);

G_END_DECLS
