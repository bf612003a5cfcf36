/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * FlowUtf8Check:
 *
 * Checks UTF-8 (RFC 3629) that comes in pieces: a character may begin in one piece and end in the next. All
 * zeros is the beginning of a text. A NUL is a character like any other.
 */
typedef struct
{
  /*< private >*/
  guint8 missing;
  guint8 low;
  guint8 high;
} FlowUtf8Check;

gboolean flow_utf8_check (FlowUtf8Check *self, const guint8 *text, gsize length);

/**
 * flow_utf8_check_is_complete:
 * @self: a check
 *
 * Find out whether a text may end here.
 *
 * Returns: %FALSE in the middle of a character
 */
static inline gboolean
flow_utf8_check_is_complete (const FlowUtf8Check *self)
{
  return self->missing == 0;
}

G_END_DECLS
