/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "trace/flow-trace-reader.h"

G_BEGIN_DECLS

void flow_span_order (FlowTraceSpan *spans, gsize count);

G_END_DECLS
