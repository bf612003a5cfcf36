/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "cli/flow-cli.h"
#include "hub/flow-json-read.h"

G_BEGIN_DECLS

typedef struct _FlowHubCall FlowHubCall;

FlowHubCall *flow_hub_call_new (FlowCli *cli, const char *verb, GError **error);
void flow_hub_call_free (FlowHubCall *self);
void flow_hub_call_set_text (FlowHubCall *self, const char *key, const char *value);
void flow_hub_call_set_flag (FlowHubCall *self, const char *key, gboolean value);
JsonObject *flow_hub_call_run (FlowHubCall *self, char **text, GError **error);

JsonObject *flow_hub_call (FlowCli *cli, const char *verb, char **text, GError **error);

JsonObject *flow_json_get_object (JsonObject *object, const char *key);
JsonArray *flow_json_get_array (JsonObject *object, const char *key);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FlowHubCall, flow_hub_call_free)

G_END_DECLS
