/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "trace/flow-span-batch.h"

G_BEGIN_DECLS

gboolean flow_otlp_head_find_signal (const char *path, FlowSignal *signal);
gboolean flow_otlp_head_find_encoding (const char *content_type, gboolean *json);
gboolean flow_otlp_head_find_coding (const char *content_encoding, gboolean *gzip);
const char *flow_otlp_media_type (gboolean json);
GBytes *flow_otlp_head_error_body (const char *request_type, guint status, const char *message,
                                   const char **content_type);

G_END_DECLS
