/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/**
 * FlowKeepFunc:
 * @keep: which was chosen
 * @data: as given
 *
 * Told which version is kept.
 */
typedef void (*FlowKeepFunc) (guint keep, gpointer data);

/**
 * FlowKeep:
 * @keep: what the function is told
 * @label: what the button says
 *
 * A version that can be kept.
 */
typedef struct
{
  guint keep;
  const char *label;
} FlowKeep;

GtkWidget *flow_versions_new (void);
GtkLabel *flow_versions_add (GtkWidget *versions, const char *title);
GtkWidget *flow_versions_keeps_new (const FlowKeep *keeps, gsize n, int active, FlowKeepFunc func, gpointer data);

G_END_DECLS
