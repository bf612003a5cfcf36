/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "message/flow-json-writer.h"
#include "trace/flow-trace-facts.h"

G_BEGIN_DECLS

void flow_trace_facts_write_json (FlowJsonWriter *writer, const FlowTraceFacts *facts);

G_END_DECLS
