/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "trace/flow-commit.h"
#include "trace/flow-trace-key-scan.h"
#include "trace/flow-trace-queries.h"

G_BEGIN_DECLS

void flow_trace_list_ask_piece (FlowTraceQueries *queries, FlowTraceKeyScan *scan, GCancellable *cancellable,
                                GAsyncReadyCallback callback, gpointer data);
void flow_trace_list_ask_all (FlowTraceQueries *queries, FlowTraceKeyScan *scan, GCancellable *cancellable,
                              GAsyncReadyCallback callback, gpointer data);
void flow_trace_list_ask_changes (FlowTraceQueries *queries, FlowTraceFilterCopy *filter, FlowCommit *commit,
                                  GCancellable *cancellable, GAsyncReadyCallback callback, gpointer data);

G_END_DECLS
