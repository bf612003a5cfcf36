/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <gtk/gtk.h>

#include "app/flow-services.h"

G_BEGIN_DECLS

/**
 * FlowCodeJump:
 *
 * One way from a span, or from a line of a stack trace, to the editor, with the questions on it. Lives until the way
 * ends.
 */
typedef struct _FlowCodeJump FlowCodeJump;

void flow_code_jump_span (FlowServices *services, GtkWidget *from, FlowTrace *trace, guint span);
void flow_code_jump_file (FlowServices *services, GtkWidget *from, const char *service, const char *file, guint line,
                          guint column);

G_END_DECLS
