/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "cli/flow-cli.h"

G_BEGIN_DECLS

void flow_trace_text_print_tree (FlowCli *cli, const FlowTrace *trace, gboolean logs);
void flow_trace_text_print_spans (FlowCli *cli, const FlowTrace *trace, gboolean logs);

G_END_DECLS
