/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-code"

#include "app/code/flow-code.h"

#include "app/code/flow-code-jump.h"

/**
 * flow_code_open_span:
 * @services: what pages work with
 * @from: the widget that asks; questions and complaints appear in its window
 * @trace: a trace
 * @span: which of its spans
 *
 * Open the source of a span in the user's editor. Returns at once; questions are asked on the way.
 */
void
flow_code_open_span (FlowServices *services, GtkWidget *from, FlowTrace *trace, guint span)
{
  g_return_if_fail (span < trace->n_spans);

  flow_code_jump_span (services, from, trace, span);
}

/**
 * flow_code_open_file:
 * @services: what pages work with
 * @from: the widget that asks
 * @service: (nullable): the service that the file belongs to, for the path maps
 * @file: what the program says: a path, perhaps of a container, or a `file://` URL
 * @line: 1-based, 0 when unknown
 * @column: 1-based, 0 when unknown
 *
 * Open a place in the user's editor. Returns at once; questions are asked on the way.
 */
void
flow_code_open_file (FlowServices *services, GtkWidget *from, const char *service, const char *file, guint line,
                     guint column)
{
  g_return_if_fail (file != NULL);

  flow_code_jump_file (services, from, service, file, line, column);
}
