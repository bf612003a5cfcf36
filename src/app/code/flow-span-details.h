/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <adwaita.h>

#include "app/flow-services.h"

G_BEGIN_DECLS

#define FLOW_TYPE_SPAN_DETAILS (flow_span_details_get_type ())
G_DECLARE_FINAL_TYPE (FlowSpanDetails, flow_span_details, FLOW, SPAN_DETAILS, AdwBin)

/** FLOW_SPAN_DETAILS_TRACE: instead of a span: the trace as a whole. */
#define FLOW_SPAN_DETAILS_TRACE G_MAXUINT

GtkWidget *flow_span_details_new (FlowServices *services);
void flow_span_details_set_span (FlowSpanDetails *self, FlowTrace *trace, guint span);

G_END_DECLS
