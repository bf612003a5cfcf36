/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "app/flow-services.h"

G_BEGIN_DECLS

/**
 * FLOW_SAMPLE_LINE:
 *
 * A line of the sample's program worth seeing: where its first function starts.
 */
#define FLOW_SAMPLE_LINE 10

GBytes *flow_sample_fill (const char *name, const char *trace_id, const char *file, gint64 end_ns, GError **error);
void flow_sample_send_async (FlowServices *services, GCancellable *cancellable, GAsyncReadyCallback callback,
                             gpointer data);
char *flow_sample_send_finish (GAsyncResult *result, GError **error);
char *flow_sample_write_source (FlowContext *context, GError **error);

G_END_DECLS
