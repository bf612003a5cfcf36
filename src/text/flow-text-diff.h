/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "text/flow-text-operation.h"

G_BEGIN_DECLS

FlowTextOperation *flow_text_diff (FlowText *before, FlowText *after);
FlowTextOperation *flow_text_diff_lines (FlowText *before, FlowText *after);

G_END_DECLS
