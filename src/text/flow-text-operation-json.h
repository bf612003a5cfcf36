/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <json-glib/json-glib.h>

#include "text/flow-text-operation.h"

G_BEGIN_DECLS

/** FLOW_TEXT_OPERATION_MAX_COMPONENTS: what an operation from outside may have, so that it costs little to look at. */
#define FLOW_TEXT_OPERATION_MAX_COMPONENTS 100000

void flow_text_operation_to_json (const FlowTextOperation *self, GString *out);
FlowTextOperation *flow_text_operation_from_json (const char *json, gssize size, GError **error);
FlowTextOperation *flow_text_operation_from_node (JsonNode *node, GError **error);

G_END_DECLS
