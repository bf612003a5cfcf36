/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "cli/flow-cli.h"

G_BEGIN_DECLS

typedef void (*FlowSyncPrintFunc) (FlowCli *cli, JsonObject *answer);

gboolean flow_sync_print_answer (FlowCli *cli, FlowHubCall *call, FlowSyncPrintFunc print, GError **error);
void flow_sync_print_recovery (FlowCli *cli, JsonObject *answer);
void flow_sync_print_status (FlowCli *cli, JsonObject *answer);
void flow_sync_print_history (FlowCli *cli, JsonObject *answer);
void flow_sync_print_conflicts (FlowCli *cli, JsonObject *answer);
void flow_sync_print_devices (FlowCli *cli, JsonObject *answer);
void flow_sync_print_quarantine (FlowCli *cli, JsonObject *answer);
void flow_sync_print_setup (FlowCli *cli, JsonObject *answer);
void flow_sync_print_pairing (FlowCli *cli, JsonObject *answer);

G_END_DECLS
