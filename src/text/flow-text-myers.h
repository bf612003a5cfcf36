/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * FlowTextSequence:
 * @ids: (array length=n): what is compared: two elements are the same when their numbers are
 * @n: how many
 * @changed: (array length=n): set to 1 where an element is not in the other sequence; zeros before
 */
typedef struct
{
  const guint32 *ids;
  gsize n;
  guint8 *changed;
} FlowTextSequence;

void flow_text_myers (FlowTextSequence *a, FlowTextSequence *b, gint64 *budget);
void flow_text_myers_interned (FlowTextSequence *a, FlowTextSequence *b, guint32 n_ids, gint64 *budget);

G_END_DECLS
