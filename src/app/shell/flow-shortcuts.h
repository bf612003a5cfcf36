/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

void flow_shortcuts_install (GtkApplication *application);
GtkWidget *flow_shortcuts_window_new (void);

G_END_DECLS
