/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "text/flow-text-operation.h"

G_BEGIN_DECLS

FlowTextOperation *flow_text_operation_compose (const FlowTextOperation *first, const FlowTextOperation *second);
void flow_text_operation_transform (const FlowTextOperation *left, const FlowTextOperation *right,
                                    FlowTextOperation **left_after, FlowTextOperation **right_after);
gsize flow_text_operation_transform_index (const FlowTextOperation *self, gsize index, gboolean own);

G_END_DECLS
