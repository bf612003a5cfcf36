/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-handlers"

#include "hub/handlers/flow-handlers-private.h"
#include "launch/flow-trusted-paths.h"

/* Where the user works: what editors report of their folders, their focus and the file in front. */

#define FILE_KEY "flow-file-in-front"

static gboolean
is_editor (FlowChannel *channel)
{
  return flow_channel_kind_serves (flow_channel_get_kind (channel), FLOW_CHANNEL_KIND_EDITOR);
}

/* The folder of the file in front, else the first. */
static const char *
find_folder (FlowChannel *channel)
{
  const char *const *folders = flow_channel_get_workspaces (channel);
  const char *file = g_object_get_data (G_OBJECT (channel), FILE_KEY);
  const char *best = NULL;

  for (gsize i = 0; file != NULL && folders[i] != NULL; i++)
    if (flow_path_is_below (file, folders[i]) && (best == NULL || strlen (folders[i]) > strlen (best)))
      best = folders[i];
  return best != NULL ? best : folders[0];
}

/**
 * flow_workspace_handler_of:
 * @self: the handlers
 * @channel: a channel
 *
 * Find the workspace that a channel works in.
 *
 * Returns: (transfer none) (nullable): the workspace
 */
const FlowWorkspace *
flow_workspace_handler_of (FlowHandlers *self, FlowChannel *channel)
{
  const char *folder = find_folder (channel);

  return folder != NULL ? flow_workspaces_use (self->workspaces, folder) : NULL;
}

/* The one that had the focus last is where the user works. */
static FlowChannel *
find_editor (GPtrArray *channels)
{
  FlowChannel *best = NULL;

  for (guint i = 0; i < channels->len; i++)
    {
      FlowChannel *channel = channels->pdata[i];

      if (!is_editor (channel) || find_folder (channel) == NULL)
        continue;
      if (best == NULL || flow_channel_get_focused (channel) > flow_channel_get_focused (best) ||
          (flow_channel_get_focused (channel) == flow_channel_get_focused (best) &&
           flow_channel_get_focused_at (channel) > flow_channel_get_focused_at (best)))
        best = channel;
    }
  return best;
}

/**
 * flow_workspace_handler_update:
 * @self: the handlers
 *
 * Find out where the user works, after somebody came, went or reported something.
 */
void
flow_workspace_handler_update (FlowHandlers *self)
{
  g_autoptr (GPtrArray) channels = flow_router_list (self->router);
  FlowChannel *editor = find_editor (channels);
  const FlowWorkspace *workspace = editor != NULL ? flow_workspace_handler_of (self, editor) : NULL;

  flow_workspaces_set_current (self->workspaces, workspace != NULL ? workspace->id : NULL);
}

static void
note_folders (FlowHandlers *self, FlowChannel *channel)
{
  const char *const *folders = flow_channel_get_workspaces (channel);

  for (gsize i = 0; folders[i] != NULL; i++)
    flow_workspaces_use (self->workspaces, folders[i]);
}

/**
 * flow_workspace_handler_joined:
 * @self: the handlers
 * @channel: a channel that is there
 *
 * Note which folders it has open.
 */
void
flow_workspace_handler_joined (FlowHandlers *self, FlowChannel *channel)
{
  if (!is_editor (channel))
    return;
  note_folders (self, channel);
  flow_workspace_handler_update (self);
}

static void
take_folders (FlowHandlers *self, FlowChannel *channel, char **folders)
{
  flow_channel_set_workspaces (channel, (const char *const *) folders, self->settings->path_maps,
                               self->settings->n_path_maps);
  for (gsize i = 0; folders[i] != NULL; i++)
    flow_workspaces_use (self->workspaces, folders[i]);
  note_folders (self, channel);
}

static FlowRouterHandled
workspace_changed (FlowRouter *router, FlowChannel *from, FlowMessage *message, gpointer data)
{
  FlowHandlers *self = data;
  g_auto (GStrv) folders = NULL;
  const char *file = NULL;
  gboolean focused;

  if (from == NULL)
    return FLOW_ROUTER_DONE;
  if (flow_message_has (message, "file"))
    {
      flow_message_get_string (message, "file", &file);
      g_object_set_data_full (G_OBJECT (from), FILE_KEY, g_strdup (file), g_free);
    }
  if (flow_message_get_strv (message, "workspaces", &folders))
    take_folders (self, from, folders);
  if (flow_message_get_bool (message, "focused", &focused))
    flow_channel_set_focused (from, focused, flow_clock_monotonic_us (self->clock));
  flow_workspace_handler_update (self);
  flow_router_changed (router);
  if (folders != NULL && is_editor (from))
    flow_sync_handler_send (self, from);
  return FLOW_ROUTER_DONE;
}

/**
 * flow_workspace_handler_register:
 * @self: the handlers
 *
 * Handle `workspace_changed`.
 */
void
flow_workspace_handler_register (FlowHandlers *self)
{
  flow_handlers_add (self, "workspace_changed", workspace_changed);
}
