/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "base/flow-settings.h"
#include "hub/flow-channel-client.h"

G_BEGIN_DECLS

typedef struct _FlowEditorBridge FlowEditorBridge;

FlowEditorBridge *flow_editor_bridge_new (FlowChannelClient *client, FlowSettings *settings, const char *trusted_file);
void flow_editor_bridge_free (FlowEditorBridge *self);
void flow_editor_bridge_set_nvim (FlowEditorBridge *self, const char *server);
void flow_editor_bridge_set_command (FlowEditorBridge *self, const char *command);
void flow_editor_bridge_add_folder (FlowEditorBridge *self, const char *folder);
void flow_editor_bridge_take_line (FlowEditorBridge *self, const char *line);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FlowEditorBridge, flow_editor_bridge_free)

G_END_DECLS
