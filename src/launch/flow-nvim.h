/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/**
 * FlowNvimRange:
 * @start_line: the first line, from 1
 * @start_column: UTF-16 units from 1 to its first character, 0 for the whole line
 * @end_line: the last line
 * @end_column: UTF-16 units from 1 to the last character, 0 for the whole line
 *
 * A part of a text.
 */
typedef struct
{
  guint start_line;
  guint start_column;
  guint end_line;
  guint end_column;
} FlowNvimRange;

void flow_nvim_open_async (const char *server, const char *file, guint line, guint column, GCancellable *cancellable,
                           GAsyncReadyCallback callback, gpointer data);
void flow_nvim_highlight_async (const char *server, const char *file, const FlowNvimRange *range, guint ms,
                                GCancellable *cancellable, GAsyncReadyCallback callback, gpointer data);
gboolean flow_nvim_finish (GAsyncResult *result, GError **error);
char *flow_nvim_quote (const char *text);

G_END_DECLS
