/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "cli/flow-arguments.h"
#include "cli/flow-cli.h"
#include "cli/flow-text-table.h"

G_BEGIN_DECLS

extern const FlowOption flow_trace_list_options[];

void flow_trace_list_read_filter (FlowArguments *arguments, FlowTraceFilter *filter);
FlowTextTable *flow_trace_list_table_new (void);
void flow_trace_list_table_add (FlowTextTable *table, FlowCli *cli, const FlowTraceInfo *info);
void flow_trace_list_print_json (FlowCli *cli, GPtrArray *traces);
char *flow_trace_list_short_id (const FlowTraceInfo *info);

G_END_DECLS
