/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <gtk/gtk.h>

#include "app/flow-services.h"

G_BEGIN_DECLS

void flow_code_open_span (FlowServices *services, GtkWidget *from, FlowTrace *trace, guint span);
void flow_code_open_file (FlowServices *services, GtkWidget *from, const char *service, const char *file, guint line,
                          guint column);

G_END_DECLS
