/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "trace/flow-extra-lookup.h"

G_BEGIN_DECLS

char *flow_value_to_safe_text (const FlowExtra *extra, const FlowAttribute *attribute);
char *flow_string_to_safe_text (FlowString string, gsize max);

const char *flow_span_kind_name (guint kind);
const char *flow_severity_name (guint severity);

G_END_DECLS
