/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-trace-lanes"

#include "trace/flow-trace-lanes.h"

#include <math.h>
#include <string.h>

/* Starts are 32 bits of the whole, which is a thousandth of a pixel at a zoom of a thousand. */
#define STEPS ((double) G_MAXUINT32)

/* In a lane the order of starts is the order of ends. */
typedef struct
{
  guint n;
  guint32 *starts;
  guint32 *nodes;
  GArray *errors; /* guint32 indices, ascending; NULL: none */
} Lane;

struct _FlowTraceLanes
{
  gatomicrefcount references;
  FlowTraceOutline *outline;
  double length_ns;
  guint n_lanes;
  guint n_hidden;
  Lane lanes[FLOW_LANES_MAX];
};

#define HIDDEN FLOW_LANES_MAX

/* The first lane that is free again when the span starts. */
static guint
place (gint64 *busy_until, guint *n_lanes, const FlowOutlineNode *node)
{
  guint lane = 0;

  while (lane < *n_lanes && busy_until[lane] > node->start_ns)
    lane++;
  if (lane == FLOW_LANES_MAX)
    return HIDDEN;
  *n_lanes = MAX (*n_lanes, lane + 1);
  /* Even a span of no time takes its place. */
  busy_until[lane] = MAX (flow_outline_node_end_ns (node), node->start_ns + 1);
  return lane;
}

static guint32
quantise (const FlowTraceLanes *self, gint64 ns)
{
  return (guint32) MIN (STEPS, (double) ns / self->length_ns * STEPS);
}

static void
append (FlowTraceLanes *self, Lane *lane, const FlowTraceOutline *outline, guint node)
{
  const FlowOutlineNode *span = &outline->nodes[node];

  lane->starts[lane->n] = quantise (self, span->start_ns);
  lane->nodes[lane->n] = node;
  if (span->flags & FLOW_NODE_ERROR)
    {
      guint32 index = lane->n;

      if (lane->errors == NULL)
        lane->errors = g_array_new (FALSE, FALSE, sizeof (guint32));
      g_array_append_val (lane->errors, index);
    }
  lane->n++;
}

static void
allocate (FlowTraceLanes *self, const guint *counts)
{
  for (guint i = 0; i < self->n_lanes; i++)
    {
      self->lanes[i].starts = g_new (guint32, counts[i]);
      self->lanes[i].nodes = g_new (guint32, counts[i]);
    }
}

/**
 * flow_trace_lanes_new:
 * @outline: an outline
 *
 * Put spans side by side, each into the first lane that is free. Not on the main thread.
 *
 * Returns: (transfer full): the lanes
 */
FlowTraceLanes *
flow_trace_lanes_new (FlowTraceOutline *outline)
{
  FlowTraceLanes *self = g_new0 (FlowTraceLanes, 1);
  guint n;
  g_autofree guint32 *order = flow_trace_outline_by_start (outline, &n);
  g_autofree guint8 *lane_of = g_new (guint8, MAX (n, 1));
  gint64 busy_until[FLOW_LANES_MAX];
  guint counts[FLOW_LANES_MAX + 1] = { 0 };

  g_atomic_ref_count_init (&self->references);
  self->outline = flow_trace_outline_ref (outline);
  self->length_ns = (double) MAX (outline->length_ns, 1);
  for (guint i = 0; i < n; i++)
    {
      lane_of[i] = (guint8) place (busy_until, &self->n_lanes, &outline->nodes[order[i]]);
      counts[lane_of[i]]++;
    }
  self->n_hidden = counts[HIDDEN];
  allocate (self, counts);
  for (guint i = 0; i < n; i++)
    if (lane_of[i] != HIDDEN)
      append (self, &self->lanes[lane_of[i]], outline, order[i]);
  return self;
}

/**
 * flow_trace_lanes_ref:
 * @self: lanes
 *
 * Returns: (transfer full): @self
 */
FlowTraceLanes *
flow_trace_lanes_ref (FlowTraceLanes *self)
{
  g_atomic_ref_count_inc (&self->references);
  return self;
}

void
flow_trace_lanes_unref (FlowTraceLanes *self)
{
  if (!g_atomic_ref_count_dec (&self->references))
    return;
  for (guint i = 0; i < self->n_lanes; i++)
    {
      g_free (self->lanes[i].starts);
      g_free (self->lanes[i].nodes);
      g_clear_pointer (&self->lanes[i].errors, g_array_unref);
    }
  flow_trace_outline_unref (self->outline);
  g_free (self);
}

/**
 * flow_trace_lanes_get_n_lanes:
 * @self: lanes
 *
 * Returns: how many there are
 */
guint
flow_trace_lanes_get_n_lanes (const FlowTraceLanes *self)
{
  return self->n_lanes;
}

/**
 * flow_trace_lanes_get_n_hidden:
 * @self: lanes
 *
 * Returns: how many spans found no place
 */
guint
flow_trace_lanes_get_n_hidden (const FlowTraceLanes *self)
{
  return self->n_hidden;
}

/* The first index from @first on whose value is at least @wanted: steps that double, then halves. */
static guint
gallop (const guint32 *values, guint first, guint n, guint32 wanted)
{
  guint low = first, high = first, stride = 1;

  while (high < n && values[high] < wanted)
    {
      low = high + 1;
      high = high > n - MIN (stride, n) ? n : high + stride;
      stride *= 2;
    }
  high = MIN (high, n);
  while (low < high)
    {
      guint middle = low + (high - low) / 2;

      if (values[middle] < wanted)
        low = middle + 1;
      else
        high = middle;
    }
  return low;
}

static gboolean
has_error (const Lane *lane, guint first, guint end)
{
  guint at;

  if (lane->errors == NULL)
    return FALSE;
  at = gallop ((const guint32 *) lane->errors->data, 0, lane->errors->len, first);
  return at < lane->errors->len && g_array_index (lane->errors, guint32, at) < end;
}

typedef struct
{
  const FlowTraceLanes *lanes;
  double from;  /* steps */
  double scale; /* pixels a step */
  double pixels;
  double fold; /* what is narrower than this many pixels is not drawn alone */
} View;

static double
to_x (const View *view, guint32 steps)
{
  return ((double) steps - view->from) * view->scale;
}

static double
end_x (const View *view, const Lane *lane, guint index)
{
  const FlowOutlineNode *node = &view->lanes->outline->nodes[lane->nodes[index]];

  return ((double) flow_outline_node_end_ns (node) / view->lanes->length_ns * STEPS - view->from) * view->scale;
}

static guint32
to_steps (const View *view, double x)
{
  return (guint32) CLAMP (ceil (view->from + x / view->scale), 0, STEPS);
}

/* Narrow spans that start in the same cell of @fold pixels become one box, and boxes that touch grow together. */
static gboolean
fold_lane (const Lane *lane, guint index, const View *view, GArray *boxes)
{
  guint i = gallop (lane->starts, 0, lane->n, to_steps (view, 0));
  FlowLaneBox *open = NULL;

  /* What started before may still run. */
  if (i > 0 && end_x (view, lane, i - 1) > 0)
    i--;
  while (i < lane->n && to_x (view, lane->starts[i]) < view->pixels)
    {
      double x = MAX (0, to_x (view, lane->starts[i]));
      double end = MIN (view->pixels, end_x (view, lane, i));
      gboolean wide = end - x >= view->fold;
      double cell = (floor (x / view->fold) + 1) * view->fold;
      guint next = wide ? i + 1 : gallop (lane->starts, i + 1, lane->n, to_steps (view, cell));
      FlowLaneBox box;

      /* The last span of a cell may be a wide one. */
      if (!wide && next > i + 1 && end_x (view, lane, next - 1) - to_x (view, lane->starts[next - 1]) >= view->fold)
        next--;
      box = (FlowLaneBox) { index,     lane->nodes[i],
                            next - i,  has_error (lane, i, next),
                            (float) x, (float) (wide ? end - x : cell - x) };
      i = next;
      if (!wide && open != NULL && open->x + open->width >= box.x)
        {
          open->width = box.x + box.width - open->x;
          open->count += box.count;
          open->error = open->error || box.error;
          continue;
        }
      if (boxes->len >= FLOW_LANES_BOXES)
        return FALSE;
      g_array_append_val (boxes, box);
      open = wide ? NULL : &g_array_index (boxes, FlowLaneBox, boxes->len - 1);
    }
  return TRUE;
}

/**
 * flow_trace_lanes_fold:
 * @self: lanes
 * @from_ns: left edge, since the outline's start
 * @to_ns: right edge
 * @pixels: between them
 * @boxes: (element-type FlowLaneBox): is emptied and filled
 *
 * Find out what to draw: at most %FLOW_LANES_BOXES rectangles. What is narrower than a pixel is folded into one
 * rectangle with its neighbours; if that is still too much, what is narrower than two, four, and so on.
 */
void
flow_trace_lanes_fold (const FlowTraceLanes *self, double from_ns, double to_ns, double pixels, GArray *boxes)
{
  double steps = MAX (1e-6, (to_ns - from_ns) / self->length_ns * STEPS);
  View view = { self, from_ns / self->length_ns * STEPS, pixels / steps, pixels, 1 };
  gboolean fits = FALSE;

  while (!fits)
    {
      fits = TRUE;
      g_array_set_size (boxes, 0);
      for (guint i = 0; i < self->n_lanes && fits; i++)
        fits = fold_lane (&self->lanes[i], i, &view, boxes);
      view.fold *= 2;
    }
}
