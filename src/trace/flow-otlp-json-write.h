/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "message/flow-json-writer.h"
#include "trace/flow-otlp-schema.h"
#include "trace/flow-otlp-wire.h"

G_BEGIN_DECLS

void flow_otlp_json_write (FlowJsonWriter *writer, FlowOtlpMessage message, FlowWire in);

G_END_DECLS
