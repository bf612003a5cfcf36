/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-span-details"

#include "app/code/flow-span-details.h"

/**
 * FlowSpanDetails:
 *
 * Everything about one span, or about a trace as a whole.
 */
struct _FlowSpanDetails
{
  AdwBin parent_instance;

  FlowServices *services;
  FlowTrace *trace;
  guint span;
};

G_DEFINE_FINAL_TYPE (FlowSpanDetails, flow_span_details, ADW_TYPE_BIN)

enum
{
  FILTER_REQUESTED,
  SPAN_REQUESTED,
  TRACE_REQUESTED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

static void
flow_span_details_dispose (GObject *object)
{
  FlowSpanDetails *self = FLOW_SPAN_DETAILS (object);

  g_clear_pointer (&self->trace, flow_trace_unref);
  g_clear_object (&self->services);

  G_OBJECT_CLASS (flow_span_details_parent_class)->dispose (object);
}

static void
flow_span_details_class_init (FlowSpanDetailsClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = flow_span_details_dispose;

  /**
   * FlowSpanDetails::filter-requested:
   * @self: the details
   * @text: a filter like `http.route=/users`
   *
   * Emitted when the user wants to see only what has this value.
   */
  signals[FILTER_REQUESTED] = g_signal_new ("filter-requested", FLOW_TYPE_SPAN_DETAILS, G_SIGNAL_RUN_LAST, 0, NULL,
                                            NULL, NULL, G_TYPE_NONE, 1, G_TYPE_STRING);

  /**
   * FlowSpanDetails::span-requested:
   * @self: the details
   * @span_id: a span of the same trace, 8 bytes in memory order
   *
   * Emitted when the user follows the way to another span.
   */
  signals[SPAN_REQUESTED] = g_signal_new ("span-requested", FLOW_TYPE_SPAN_DETAILS, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                          NULL, G_TYPE_NONE, 1, G_TYPE_UINT64);

  /**
   * FlowSpanDetails::trace-requested:
   * @self: the details
   * @target: a trace's id in hexadecimal digits, or that, "/" and a span's id
   *
   * Emitted when the user follows a link to another trace.
   */
  signals[TRACE_REQUESTED] = g_signal_new ("trace-requested", FLOW_TYPE_SPAN_DETAILS, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                           NULL, G_TYPE_NONE, 1, G_TYPE_STRING);
}

static void
flow_span_details_init (FlowSpanDetails *self)
{
  self->span = FLOW_SPAN_DETAILS_TRACE;
}

/**
 * flow_span_details_new:
 * @services: what pages work with
 *
 * Returns: (transfer floating): details of nothing yet
 */
GtkWidget *
flow_span_details_new (FlowServices *services)
{
  FlowSpanDetails *self = g_object_new (FLOW_TYPE_SPAN_DETAILS, NULL);

  self->services = g_object_ref (services);
  return GTK_WIDGET (self);
}

/**
 * flow_span_details_set_span:
 * @self: the details
 * @trace: (nullable): a trace, %NULL to show nothing
 * @span: which of its spans, %FLOW_SPAN_DETAILS_TRACE for the trace as a whole
 *
 * Show a span. What the user is typing about the trace is kept as long as @trace has the same id.
 */
void
flow_span_details_set_span (FlowSpanDetails *self, FlowTrace *trace, guint span)
{
  g_clear_pointer (&self->trace, flow_trace_unref);
  if (trace != NULL)
    self->trace = flow_trace_ref (trace);
  self->span = span;
}
