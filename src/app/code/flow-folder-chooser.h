/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

void flow_folder_chooser_show (GtkFileChooserNative **chooser, GtkWindow *parent, const char *title, const char *accept,
                               GCallback response, gpointer owner);
char *flow_folder_chooser_take (GtkFileChooserNative **chooser, int response);

G_END_DECLS
