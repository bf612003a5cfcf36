/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "app/flow-services.h"
#include "app/traces/flow-trace-loader.h"

G_BEGIN_DECLS

void flow_trace_fetcher_load_async (FlowServices *services, const guint8 trace_id[16], GCancellable *cancellable,
                                    GAsyncReadyCallback callback, gpointer user_data);
FlowLoadedTrace *flow_trace_fetcher_load_finish (FlowServices *services, GAsyncResult *result, GError **error);

G_END_DECLS
