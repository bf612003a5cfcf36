/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "cli/flow-arguments.h"
#include "cli/flow-cli.h"
#include "hub/flow-channel-client.h"

G_BEGIN_DECLS

FlowChannelClient *flow_cli_channel_new (FlowCli *cli, FlowChannelKind kind, const char *instance, GError **error);
gboolean flow_cli_channel_kind (FlowArguments *arguments, FlowChannelKind *kind, GError **error);

G_END_DECLS
