/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gdk/gdk.h>

G_BEGIN_DECLS

/**
 * FLOW_SERVICE_COLOURS:
 *
 * How many colours services are drawn in.
 */
#define FLOW_SERVICE_COLOURS 12

void flow_service_colour (const char *name, gsize length, gboolean dark, GdkRGBA *colour);
guint flow_service_colour_index (const char *name, gsize length);
void flow_service_colour_at (guint index, gboolean dark, GdkRGBA *colour);

G_END_DECLS
