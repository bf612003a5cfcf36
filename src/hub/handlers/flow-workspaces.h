/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "base/flow-clock.h"
#include "base/flow-settings-snapshot.h"
#include "message/flow-json-writer.h"
#include "store/flow-debug-session.h"
#include "store/flow-workspace.h"
#include "trace/flow-trace-store.h"

G_BEGIN_DECLS

/**
 * FlowWorkspaces:
 *
 * The workspaces and debug sessions as the hub thread knows them. What changes is written by the store, soon; traces
 * that come are placed by what is here at once.
 */
typedef struct _FlowWorkspaces FlowWorkspaces;

/**
 * FlowWorkspacesWritten:
 * @data: what was given with it
 * @error: (nullable): why it was not written
 *
 * Hears on the writer thread that a record is durable.
 */
typedef void (*FlowWorkspacesWritten) (gpointer data, const GError *error);

FlowWorkspaces *flow_workspaces_new (FlowStore *store, FlowTraceStore *traces, const FlowClock *clock);
void flow_workspaces_free (FlowWorkspaces *self);
gboolean flow_workspaces_load (FlowWorkspaces *self, const char *database, GError **error);
gboolean flow_workspaces_read_again (FlowWorkspaces *self, const char *database, GError **error);
void flow_workspaces_set_settings (FlowWorkspaces *self, const FlowSettingsSnapshot *settings);

const FlowWorkspace *flow_workspaces_use (FlowWorkspaces *self, const char *folder);
const FlowWorkspace *flow_workspaces_find (FlowWorkspaces *self, const char *id);
void flow_workspaces_set_current (FlowWorkspaces *self, const char *id);
const FlowWorkspace *flow_workspaces_get_current (FlowWorkspaces *self);
char **flow_workspaces_list_folders (FlowWorkspaces *self);

gboolean flow_workspaces_start_session (FlowWorkspaces *self, FlowDebugSession *session, FlowWorkspacesWritten written,
                                        gpointer data, GError **error);
gboolean flow_workspaces_end_session (FlowWorkspaces *self, const char *id, FlowWorkspacesWritten written,
                                      gpointer data, GError **error);

void flow_workspaces_write (FlowWorkspaces *self, FlowJsonWriter *writer);
void flow_workspaces_write_sessions (FlowWorkspaces *self, FlowJsonWriter *writer);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FlowWorkspaces, flow_workspaces_free)

G_END_DECLS
