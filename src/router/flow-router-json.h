/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "message/flow-json-writer.h"

G_BEGIN_DECLS

void flow_router_write_time (FlowJsonWriter *writer, gint64 ns);
void flow_router_write_strv (FlowJsonWriter *writer, const char *const *strings);

G_END_DECLS
