/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "trace/flow-trace-reader.h"

G_BEGIN_DECLS

gint64 flow_trace_self_time (const FlowTrace *trace, gsize span);

G_END_DECLS
