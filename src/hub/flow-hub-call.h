/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "hub/flow-discovery.h"
#include "hub/flow-json-read.h"

G_BEGIN_DECLS

typedef struct _FlowHubCall FlowHubCall;

FlowHubCall *flow_hub_call_new (const FlowDiscovery *hub, const char *verb);
void flow_hub_call_free (FlowHubCall *self);
void flow_hub_call_set_text (FlowHubCall *self, const char *key, const char *value);
void flow_hub_call_set_number (FlowHubCall *self, const char *key, gint64 value);
void flow_hub_call_set_list (FlowHubCall *self, const char *key, const char *const *values);
void flow_hub_call_set_flag (FlowHubCall *self, const char *key, gboolean value);
void flow_hub_call_set_json (FlowHubCall *self, const char *key, const char *json);
void flow_hub_call_set_cancellable (FlowHubCall *self, GCancellable *cancellable);
JsonObject *flow_hub_call_run (FlowHubCall *self, char **text, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FlowHubCall, flow_hub_call_free)

G_END_DECLS
