/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * FlowText:
 *
 * A text that never changes: valid UTF-8 without NUL, which knows its length in bytes and in characters (Unicode
 * code points). Positions of operations and cursors count characters. May be shared by threads.
 */
typedef struct _FlowText FlowText;

FlowText *flow_text_new (const char *utf8, gssize size, GError **error);
FlowText *flow_text_new_take (char *utf8, gsize size, GError **error);
FlowText *flow_text_new_normalized (const char *utf8, gssize size, GError **error);
FlowText *flow_text_new_empty (void);
FlowText *flow_text_ref (FlowText *self);
void flow_text_unref (FlowText *self);

const char *flow_text_get_data (const FlowText *self);
gsize flow_text_get_size (const FlowText *self);
gsize flow_text_get_length (const FlowText *self);
gboolean flow_text_is_ascii (const FlowText *self);
gboolean flow_text_equal (const FlowText *self, const FlowText *other);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FlowText, flow_text_unref)

G_END_DECLS
