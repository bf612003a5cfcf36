/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "text/flow-text-operation.h"

G_BEGIN_DECLS

/**
 * FlowTextOverlap:
 * @start: the first character of the first word that both changed
 * @length: characters up to the end of the last such word
 */
typedef struct
{
  gsize start;
  gsize length;
} FlowTextOverlap;

gboolean flow_text_overlap (FlowText *base, FlowTextOperation *ours, FlowTextOperation *theirs,
                            FlowTextOverlap *overlap);

G_END_DECLS
