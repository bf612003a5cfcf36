/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "trace/flow-trace-outline.h"

G_BEGIN_DECLS

/** FLOW_LANES_MAX: spans that would need more lanes than this are left out of the picture. */
#define FLOW_LANES_MAX 64

/** FLOW_LANES_BOXES: rectangles of one frame. */
#define FLOW_LANES_BOXES 4000

/**
 * FlowLaneBox:
 * @lane: from the top
 * @node: the span; the longest one of several
 * @count: how many spans it stands for
 * @error: whether one of them failed
 * @x, @width: pixels
 *
 * A rectangle to draw.
 */
typedef struct
{
  guint lane;
  guint node;
  guint count;
  gboolean error;
  float x;
  float width;
} FlowLaneBox;

/**
 * FlowTraceLanes:
 *
 * The spans of a trace put side by side, so that none covers another: each lane is an array sorted by start and end.
 * A frame takes from it what is wider than a pixel and one rectangle for the rest. Reference counted and immutable.
 */
typedef struct _FlowTraceLanes FlowTraceLanes;

FlowTraceLanes *flow_trace_lanes_new (FlowTraceOutline *outline);
FlowTraceLanes *flow_trace_lanes_ref (FlowTraceLanes *self);
void flow_trace_lanes_unref (FlowTraceLanes *self);
guint flow_trace_lanes_get_n_lanes (const FlowTraceLanes *self);
guint flow_trace_lanes_get_n_hidden (const FlowTraceLanes *self);
void flow_trace_lanes_fold (const FlowTraceLanes *self, double from_ns, double to_ns, double pixels, GArray *boxes);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FlowTraceLanes, flow_trace_lanes_unref)

G_END_DECLS
