/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "cli/flow-verb.h"

G_BEGIN_DECLS

extern const FlowOption flow_trace_mark_options[];

gboolean flow_trace_mark_run (FlowCli *cli, FlowArguments *arguments, GError **error);

G_END_DECLS
