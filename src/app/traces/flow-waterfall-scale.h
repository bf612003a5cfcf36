/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <gtk/gtk.h>

#include "trace/flow-critical-path.h"
#include "trace/flow-trace-lanes.h"
#include "trace/flow-trace-outline.h"

G_BEGIN_DECLS

#define FLOW_TYPE_WATERFALL_SCALE (flow_waterfall_scale_get_type ())
G_DECLARE_FINAL_TYPE (FlowWaterfallScale, flow_waterfall_scale, FLOW, WATERFALL_SCALE, GObject)

/**
 * FlowWaterfallLook:
 *
 * The colours of the theme that the drawn parts share.
 */
typedef struct
{
  gboolean dark;
  GdkRGBA text;
  GdkRGBA dim;  /* lesser text */
  GdkRGBA line; /* rules between things */
  GdkRGBA error;
  GdkRGBA warning;
  GdkRGBA accent;
} FlowWaterfallLook;

FlowWaterfallScale *flow_waterfall_scale_new (void);
void flow_waterfall_scale_set_trace (FlowWaterfallScale *self, FlowTraceOutline *outline, FlowCriticalPath *path,
                                     FlowTraceLanes *lanes);
FlowTraceOutline *flow_waterfall_scale_get_outline (FlowWaterfallScale *self);
FlowCriticalPath *flow_waterfall_scale_get_path (FlowWaterfallScale *self);
FlowTraceLanes *flow_waterfall_scale_get_lanes (FlowWaterfallScale *self);

void flow_waterfall_scale_get_range (FlowWaterfallScale *self, double *from_ns, double *to_ns);
void flow_waterfall_scale_set_range (FlowWaterfallScale *self, double from_ns, double to_ns);
void flow_waterfall_scale_zoom (FlowWaterfallScale *self, double factor, double anchor_ns);
void flow_waterfall_scale_pan (FlowWaterfallScale *self, double fraction);
void flow_waterfall_scale_reset (FlowWaterfallScale *self);
void flow_waterfall_scale_show (FlowWaterfallScale *self, const FlowOutlineNode *node);
gboolean flow_waterfall_scale_is_whole (FlowWaterfallScale *self);

void flow_waterfall_scale_set_width (FlowWaterfallScale *self, int width);
void flow_waterfall_scale_set_split (FlowWaterfallScale *self, double pixels);
double flow_waterfall_scale_get_split (FlowWaterfallScale *self);
gboolean flow_waterfall_scale_is_stacked (FlowWaterfallScale *self);
void flow_waterfall_scale_get_bars (FlowWaterfallScale *self, double *x, double *width);
double flow_waterfall_scale_to_x (FlowWaterfallScale *self, double ns);
double flow_waterfall_scale_to_ns (FlowWaterfallScale *self, double x);

void flow_waterfall_scale_set_absolute (FlowWaterfallScale *self, gboolean absolute);
gboolean flow_waterfall_scale_get_absolute (FlowWaterfallScale *self);
void flow_waterfall_scale_set_show_path (FlowWaterfallScale *self, gboolean show);
gboolean flow_waterfall_scale_get_show_path (FlowWaterfallScale *self);

void flow_waterfall_scale_set_look (FlowWaterfallScale *self, GtkWidget *widget);
const FlowWaterfallLook *flow_waterfall_scale_get_look (FlowWaterfallScale *self);
const GdkRGBA *flow_waterfall_scale_get_colour (FlowWaterfallScale *self, guint service);

G_END_DECLS
