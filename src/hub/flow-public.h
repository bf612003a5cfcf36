/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "hub/flow-http-exchange.h"

G_BEGIN_DECLS

extern const FlowHttpHandler flow_public_handler;

gboolean flow_public_has_path (const char *path);
GBytes *flow_json_error_body (guint status, FlowError code, const char *message, const char **content_type);

G_END_DECLS
