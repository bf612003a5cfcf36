/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "cli/flow-arguments.h"
#include "cli/flow-cli.h"

G_BEGIN_DECLS

gboolean flow_edit_open_run (FlowCli *cli, FlowArguments *arguments, GError **error);

G_END_DECLS
