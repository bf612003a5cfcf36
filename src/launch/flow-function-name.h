/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * FlowFunctionName:
 * @name: the function's own name
 * @container: (nullable): the type or module around it
 *
 * A function's qualified name taken apart.
 */
typedef struct
{
  char *name;
  char *container;
} FlowFunctionName;

gboolean flow_function_name_parse (const char *text, FlowFunctionName *name);
void flow_function_name_clear (FlowFunctionName *self);
guint flow_function_name_rate_line (const FlowFunctionName *self, const char *line, gsize length, guint *column);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (FlowFunctionName, flow_function_name_clear)

G_END_DECLS
