/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/**
 * FlowToastFunc:
 * @data: what was given with it
 *
 * What the functions of a toast really are; they are passed as #GCallback.
 */
typedef void (*FlowToastFunc) (gpointer data);

void flow_toast (GtkWidget *from, const char *text);
void flow_toast_action (GtkWidget *from, const char *text, const char *button, const char *action, GVariant *target);
void flow_toast_undo (GtkWidget *from, const char *text, GCallback undo, GCallback final, gpointer data,
                      GDestroyNotify destroy);
void flow_toast_settle (void);

G_END_DECLS
