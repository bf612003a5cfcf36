/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "cli/flow-cli.h"
#include "message/flow-message.h"

G_BEGIN_DECLS

gboolean flow_message_print (FlowMessage *message, FlowCli *cli);

G_END_DECLS
