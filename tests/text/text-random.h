/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "text/flow-text-operation.h"

G_BEGIN_DECLS

FlowText *text_random (GRand *rand, gsize max_length);
FlowTextOperation *text_random_operation (GRand *rand, const FlowText *text);
FlowText *text_random_edit (GRand *rand, FlowText *text, guint n_lines);
FlowText *text_from (const char *utf8);
FlowTextOperation *text_operation_from (const char *json);
void text_assert_equal (const FlowText *text, const FlowText *expected);
void text_assert_is (const FlowText *text, const char *expected);
void text_assert_operation_is (const FlowTextOperation *operation, const char *json);

G_END_DECLS
