/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "trace/flow-trace-reader.h"

G_BEGIN_DECLS

/** FlowTreeMark: what is odd about a row's place. */
typedef enum
{
  FLOW_TREE_FINE,
  FLOW_TREE_ORPHAN, /* its parent is not there: not yet, or never sent */
  FLOW_TREE_CYCLE,  /* its ancestors lead back to it */
} FlowTreeMark;

/**
 * FlowTreeRow:
 * @span: index of the span in the trace
 * @depth: how far from the top, 0 for a root
 * @last: whether no sibling follows
 * @mark: what is odd
 *
 * One line of the tree.
 */
typedef struct
{
  guint span;
  guint depth;
  gboolean last;
  FlowTreeMark mark;
} FlowTreeRow;

GArray *flow_trace_tree_build (const FlowTrace *trace);

G_END_DECLS
