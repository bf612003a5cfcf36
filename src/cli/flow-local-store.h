/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "cli/flow-cli.h"
#include "trace/flow-trace-store.h"

G_BEGIN_DECLS

/**
 * FlowLocalStore:
 *
 * The database, open for writing in this process because no hub runs: the data lock, the store and the traces.
 */
typedef struct _FlowLocalStore FlowLocalStore;

FlowLocalStore *flow_local_store_open (FlowCli *cli, GError **error);
void flow_local_store_close (FlowLocalStore *self);
FlowTraceStore *flow_local_store_get_traces (FlowLocalStore *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FlowLocalStore, flow_local_store_close)

G_END_DECLS
