/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "cli/flow-cli.h"

G_BEGIN_DECLS

gboolean flow_cli_find_key (FlowCli *cli, GError **error);

G_END_DECLS
