/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "cli/flow-cli.h"

G_BEGIN_DECLS

void flow_edit_print_sessions (FlowCli *cli, JsonObject *answer);
void flow_edit_print_recoverable (FlowCli *cli, JsonObject *answer);
void flow_edit_print_journal (FlowCli *cli, JsonObject *answer);
void flow_edit_print_conflict (FlowCli *cli, JsonObject *answer);
void flow_edit_print_text (FlowCli *cli, const char *text);
void flow_edit_print_editors (FlowCli *cli, JsonObject *answer);

G_END_DECLS
