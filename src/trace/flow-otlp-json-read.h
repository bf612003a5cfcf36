/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "trace/flow-buffer.h"
#include "trace/flow-otlp-schema.h"

G_BEGIN_DECLS

gboolean flow_otlp_json_read (FlowOtlpMessage message, gconstpointer data, gsize length, FlowBuffer *out,
                              GError **error);

G_END_DECLS
