/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * FlowStackFrame:
 * @file: as the language wrote it, perhaps a `file://` URL
 * @line: 1-based
 * @column: 1-based, 0 when the language does not say
 *
 * One line of a stack trace that names a source file.
 */
typedef struct
{
  char *file;
  guint line;
  guint column;
} FlowStackFrame;

GPtrArray *flow_stack_frames_parse (const char *stack, gsize length);
gboolean flow_stack_frame_parse_line (const char *line, FlowStackFrame *frame);
void flow_stack_frame_free (FlowStackFrame *self);

G_END_DECLS
