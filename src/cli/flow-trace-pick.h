/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "cli/flow-cli.h"

G_BEGIN_DECLS

gboolean flow_trace_pick_id (FlowCli *cli, const char *text, guint8 trace_id[16], GError **error);
FlowTrace *flow_trace_pick (FlowCli *cli, const char *text, GError **error);
FlowTrace *flow_trace_pick_whole (FlowCli *cli, const char *text, GError **error);
gboolean flow_trace_fetch (FlowCli *cli, const guint8 trace_id[16], guint64 *spans, GError **error);
gboolean flow_trace_pick_span (const FlowTrace *trace, const char *prefix, gsize *index, GError **error);

G_END_DECLS
