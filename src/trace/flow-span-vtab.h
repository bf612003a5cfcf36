/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "trace/flow-trace-reader.h"

G_BEGIN_DECLS

gboolean flow_span_vtab_register (FlowTraceReader *reader, GError **error);

G_END_DECLS
