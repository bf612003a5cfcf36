/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

void flow_start_error_show (GtkApplication *application, const GError *error);

G_END_DECLS
