/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-trace-row-scale"

#include "app/traces/flow-trace-row-scale.h"

/**
 * FlowTraceRowScale:
 *
 * What the rows of a list have in common: the duration that fills a bar, and the time that ages are counted from.
 */
struct _FlowTraceRowScale
{
  GObject parent_instance;

  gint64 longest_ns;
  gint64 now_ns;
};

G_DEFINE_FINAL_TYPE (FlowTraceRowScale, flow_trace_row_scale, G_TYPE_OBJECT)

enum
{
  CHANGED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

static void
flow_trace_row_scale_class_init (FlowTraceRowScaleClass *klass)
{
  /**
   * FlowTraceRowScale::changed:
   * @self: the scale
   *
   * Emitted when rows look otherwise.
   */
  signals[CHANGED] = g_signal_new ("changed", FLOW_TYPE_TRACE_ROW_SCALE, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                   G_TYPE_NONE, 0);
}

static void
flow_trace_row_scale_init (FlowTraceRowScale *self)
{
  self->now_ns = g_get_real_time () * 1000;
}

/**
 * flow_trace_row_scale_new:
 *
 * Returns: (transfer full): a scale of now, that nothing fills yet
 */
FlowTraceRowScale *
flow_trace_row_scale_new (void)
{
  return g_object_new (FLOW_TYPE_TRACE_ROW_SCALE, NULL);
}

/**
 * flow_trace_row_scale_get_longest:
 * @self: the scale
 *
 * Returns: the duration that fills a bar, in ns
 */
gint64
flow_trace_row_scale_get_longest (FlowTraceRowScale *self)
{
  return self->longest_ns;
}

/**
 * flow_trace_row_scale_get_now:
 * @self: the scale
 *
 * Returns: the time that ages are counted from, ns since 1970
 */
gint64
flow_trace_row_scale_get_now (FlowTraceRowScale *self)
{
  return self->now_ns;
}

/**
 * flow_trace_row_scale_set_longest:
 * @self: the scale
 * @longest_ns: the duration that fills a bar, in ns
 *
 * Draw bars by it.
 */
void
flow_trace_row_scale_set_longest (FlowTraceRowScale *self, gint64 longest_ns)
{
  if (longest_ns == self->longest_ns)
    return;
  self->longest_ns = longest_ns;
  g_signal_emit (self, signals[CHANGED], 0);
}

/**
 * flow_trace_row_scale_set_now:
 * @self: the scale
 * @now_ns: the time, ns since 1970
 *
 * Count ages from it.
 */
void
flow_trace_row_scale_set_now (FlowTraceRowScale *self, gint64 now_ns)
{
  if (now_ns == self->now_ns)
    return;
  self->now_ns = now_ns;
  g_signal_emit (self, signals[CHANGED], 0);
}
