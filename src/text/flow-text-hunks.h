/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "text/flow-text-myers.h"

G_BEGIN_DECLS

/**
 * FlowTextHunk:
 * @a: where it begins in the first sequence, or text
 * @n_a: how much of it is not in the second
 * @b: where it begins in the second
 * @n_b: how much of it is not in the first
 *
 * A difference. Between two of them both are the same.
 */
typedef struct
{
  gsize a;
  gsize n_a;
  gsize b;
  gsize n_b;
} FlowTextHunk;

void flow_text_hunks_compact (FlowTextSequence *self, const FlowTextSequence *other);
void flow_text_hunks_collect (const FlowTextSequence *a, const FlowTextSequence *b, GArray *hunks);

G_END_DECLS
