/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-handlers"

#include "hub/handlers/flow-flat-trace.h"
#include "hub/handlers/flow-handlers-private.h"

/* What an editor has missed: where it works, and the latest traces. */

typedef struct
{
  char *channel;
  char *reply_to;  /* (nullable) */
  char *workspace; /* (nullable): only its traces */
  guint limit;
} Ask;

static void
ask_free (gpointer data)
{
  Ask *ask = data;

  g_free (ask->channel);
  g_free (ask->reply_to);
  g_free (ask->workspace);
  g_free (ask);
}

static gpointer
read_traces (FlowTraceReader *reader, gpointer data, GCancellable *cancellable, GError **error)
{
  const Ask *ask = data;
  const FlowTraceFilter filter = { .limit = ask->limit, .workspace = ask->workspace };

  return flow_flat_trace_list (reader, &filter, error);
}

static void
write_workspace (FlowHandlers *self, FlowChannel *channel, FlowJsonWriter *writer)
{
  const FlowWorkspace *workspace = flow_workspace_handler_of (self, channel);

  flow_json_writer_key (writer, "workspace");
  if (workspace == NULL)
    {
      flow_json_writer_null (writer);
      return;
    }
  flow_json_writer_begin_object (writer);
  flow_json_writer_key (writer, "id");
  flow_json_writer_string (writer, workspace->id, -1);
  flow_json_writer_key (writer, "name");
  flow_json_writer_string (writer, workspace->name, -1);
  flow_json_writer_key (writer, "folder");
  flow_json_writer_string (writer, workspace->folder, -1);
  flow_json_writer_end_object (writer);
}

static void
traces_read (FlowHandlers *self, FlowMessage *message, gpointer answer, const GError *error, gpointer data)
{
  const Ask *ask = data;
  GString *traces = answer;
  FlowChannel *channel = flow_router_find (self->router, ask->channel);
  FlowMessageBuilder *builder;
  g_autoptr (FlowMessage) response = NULL;

  if (error != NULL)
    g_debug ("The latest traces could not be read: %s", error->message);
  if (channel != NULL)
    {
      builder = flow_message_builder_new ("sync_response", FLOW_CHANNEL_HUB);
      flow_message_builder_set_target (builder, ask->channel);
      flow_message_builder_set_reply_to (builder, ask->reply_to);
      write_workspace (self, channel, flow_message_builder_data (builder));
      flow_json_writer_key (flow_message_builder_data (builder), "traces");
      flow_json_writer_raw (flow_message_builder_data (builder), traces != NULL ? traces->str : "[]", -1);
      response = flow_message_builder_end (builder);
      flow_router_send (self->router, response);
    }
  if (traces != NULL)
    g_string_free (traces, TRUE);
}

static void
free_text (gpointer data)
{
  g_string_free (data, TRUE);
}

static void
send (FlowHandlers *self, FlowChannel *channel, const char *reply_to, const char *workspace, guint limit)
{
  Ask *ask = g_new (Ask, 1);

  *ask = (Ask) { g_strdup (flow_channel_get_name (channel)), g_strdup (reply_to), g_strdup (workspace), limit };
  flow_handlers_query (self, NULL, read_traces, ask, ask_free, free_text, traces_read);
}

/**
 * flow_sync_handler_send:
 * @self: the handlers
 * @channel: a channel
 *
 * Tell it where it works, and the latest traces: `sync_response`.
 */
void
flow_sync_handler_send (FlowHandlers *self, FlowChannel *channel)
{
  send (self, channel, NULL, NULL, FLOW_FLAT_TRACES_MAX);
}

/**
 * flow_sync_handler_greet:
 * @self: the handlers
 * @channel: a channel that has just come
 *
 * The same, if it is an editor.
 */
void
flow_sync_handler_greet (FlowHandlers *self, FlowChannel *channel)
{
  if (flow_channel_kind_serves (flow_channel_get_kind (channel), FLOW_CHANNEL_KIND_EDITOR))
    flow_sync_handler_send (self, channel);
}

static FlowRouterHandled
sync_request (FlowRouter *router, FlowChannel *from, FlowMessage *message, gpointer data)
{
  const char *workspace = NULL;
  gint64 limit = FLOW_FLAT_TRACES_MAX;

  if (from == NULL)
    return FLOW_ROUTER_DONE;
  flow_message_get_string (message, "workspaceId", &workspace);
  flow_message_get_int (message, "limit", &limit);
  send (data, from, flow_message_get_id (message), workspace, (guint) CLAMP (limit, 1, FLOW_FLAT_TRACES_MAX));
  return FLOW_ROUTER_DONE;
}

/**
 * flow_sync_handler_register:
 * @self: the handlers
 *
 * Handle `sync_request`.
 */
void
flow_sync_handler_register (FlowHandlers *self)
{
  flow_handlers_add (self, "sync_request", sync_request);
}
