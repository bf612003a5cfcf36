/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-handlers"

#include "hub/edits/flow-edit-read.h"
#include "hub/handlers/flow-handlers-private.h"
#include "hub/handlers/flow-metrics-handler.h"
#include "message/flow-message-validate.h"

typedef struct
{
  FlowHandlers *self;
  FlowRouterHandler handler;
} Registration;

/**
 * flow_handlers_is_large:
 * @message: a message
 *
 * Find out whether the content of a message is too long to be read on the hub thread.
 *
 * Returns: %TRUE when it is
 */
gboolean
flow_handlers_is_large (FlowMessage *message)
{
  gsize length;

  flow_message_get_data_text (message, &length);
  return length > FLOW_HANDLERS_SMALL;
}

static gboolean
is_trace (FlowMessage *message)
{
  return flow_message_is (message, "trace_added") || flow_message_is (message, "trace_updated");
}

static gboolean
is_text (FlowMessage *message)
{
  return flow_message_is (message, "edit_request") || flow_message_is (message, "edit_update");
}

/* Before it is read: a long message with a text is to be one text, not many values. */
static gboolean
is_readable (FlowMessage *message, GError **error)
{
  gsize length;
  const char *text = flow_message_get_data_text (message, &length);

  return flow_edit_json_check (text, length, error);
}

/* Only what is as its schema says comes to a handler, and only while others have not asked too much. */
static FlowRouterHandled
handle_valid (FlowRouter *router, FlowChannel *from, FlowMessage *message, gpointer data)
{
  Registration *registration = data;
  FlowHandlers *self = registration->self;
  gboolean large = flow_handlers_is_large (message);
  g_autoptr (GError) error = NULL;

  if (large && !is_trace (message) && !is_text (message))
    g_set_error (&error, FLOW_ERROR, FLOW_ERROR_TOO_LARGE, "“data” of this type has at most %d bytes",
                 FLOW_HANDLERS_SMALL);
  else if ((!large || is_trace (message) || is_readable (message, &error)) &&
           flow_handlers_has_room (self, message, &error) && !(large && is_trace (message)))
    flow_message_validate (message, &error);
  if (error == NULL)
    return registration->handler (router, from, message, self);
  flow_handlers_fail (self, message, error);
  return FLOW_ROUTER_LATER;
}

/**
 * flow_handlers_add:
 * @self: the handlers
 * @type: a type
 * @handler: handles what is as the schema of the type says; gets @self
 *
 * Have the hub handle a type.
 */
void
flow_handlers_add (FlowHandlers *self, const char *type, FlowRouterHandler handler)
{
  Registration *registration = g_new (Registration, 1);

  *registration = (Registration) { self, handler };
  g_ptr_array_add (self->registrations, registration);
  flow_router_add_handler (self->router, type, handle_valid, registration);
}

/**
 * flow_handlers_new:
 * @setup: what they work with; copied
 * @settings: (transfer none): the settings
 * @error: return location
 *
 * Have the hub handle messages. On the hub thread, with an open store and router.
 *
 * Returns: (transfer full): the handlers, or %NULL with the codes of flow_workspaces_load()
 */
FlowHandlers *
flow_handlers_new (const FlowHandlersSetup *setup, FlowSettingsSnapshot *settings, GError **error)
{
  FlowHandlers *self = g_new0 (FlowHandlers, 1);

  self->router = setup->router;
  self->calls = setup->calls;
  self->store = setup->store;
  self->traces = setup->traces;
  self->edits = setup->edits;
  self->trusted_file = g_strdup (setup->trusted_file);
  self->funcs = setup->funcs;
  self->data = setup->data;
  self->clock = flow_router_get_clock (setup->router);
  self->settings = flow_settings_snapshot_ref (settings);
  self->database = g_strdup (setup->database);
  self->queries = flow_trace_queries_new (setup->database);
  self->worker = flow_worker_new ("flow-handlers");
  self->cancellable = g_cancellable_new ();
  self->registrations = g_ptr_array_new_with_free_func (g_free);
  self->sessions = flow_sessions_new (self->router);
  self->watch = flow_trace_watch_new (self);
  self->workspaces = flow_workspaces_new (self->store, self->traces, self->clock);
  if (!flow_workspaces_load (self->workspaces, setup->database, error))
    {
      flow_handlers_free (self);
      return NULL;
    }
  flow_workspaces_set_settings (self->workspaces, settings);
  flow_code_handler_register (self);
  flow_edit_handler_register (self);
  flow_focus_handler_register (self);
  flow_session_handler_register (self);
  flow_sync_handler_register (self);
  flow_trace_handler_register (self);
  flow_workspace_handler_register (self);
  self->metrics = flow_metrics_handler_new (self);
  return self;
}

/**
 * flow_handlers_free:
 * @self: (transfer full): handlers
 *
 * Free them, when nothing is routed to them any more and the writer says nothing more.
 */
void
flow_handlers_free (FlowHandlers *self)
{
  flow_handlers_wait (self);
  g_clear_pointer (&self->metrics, flow_metrics_handler_free);
  flow_trace_watch_free (self->watch);
  flow_sessions_free (self->sessions);
  flow_workspaces_free (self->workspaces);
  g_ptr_array_unref (self->registrations);
  g_object_unref (self->queries);
  g_object_unref (self->cancellable);
  flow_settings_snapshot_unref (self->settings);
  g_free (self->trusted_file);
  g_free (self->database);
  g_free (self);
}

/**
 * flow_handlers_set_settings:
 * @self: the handlers
 * @settings: (transfer none): the settings
 *
 * Go by other settings, and tell the channels that are meant to know them.
 */
void
flow_handlers_set_settings (FlowHandlers *self, FlowSettingsSnapshot *settings)
{
  g_autoptr (FlowSettingsSnapshot) before = self->settings;

  self->settings = flow_settings_snapshot_ref (settings);
  flow_workspaces_set_settings (self->workspaces, settings);
  flow_settings_handler_changed (self, before);
}

/**
 * flow_handlers_joined:
 * @self: the handlers
 * @channel: a channel that has got its `welcome`
 *
 * Greet a channel.
 */
void
flow_handlers_joined (FlowHandlers *self, FlowChannel *channel)
{
  flow_workspace_handler_joined (self, channel);
  flow_sync_handler_greet (self, channel);
}

/**
 * flow_handlers_left:
 * @self: the handlers
 * @channel: a channel that is gone
 *
 * Forget a channel.
 */
void
flow_handlers_left (FlowHandlers *self, FlowChannel *channel)
{
  flow_sessions_left (self->sessions, flow_channel_get_name (channel));
  flow_workspace_handler_update (self);
}

/**
 * flow_handlers_unroutable:
 * @self: the handlers
 * @message: what waited for a kind in vain
 *
 * Do without: a jump to code goes to the editor of the settings.
 */
void
flow_handlers_unroutable (FlowHandlers *self, FlowMessage *message)
{
  if (flow_message_is (message, "jump_to_code"))
    flow_code_handler_open (self, message);
  else
    flow_router_error (self->router, message, FLOW_ERROR_NO_TARGET, "nobody of that kind came back");
}

/**
 * flow_handlers_places_changed:
 * @self: the handlers
 *
 * Look again at workspaces and debug sessions: another device has changed them.
 */
void
flow_handlers_places_changed (FlowHandlers *self)
{
  g_autoptr (GError) error = NULL;

  if (!flow_workspaces_read_again (self->workspaces, self->database, &error))
    g_warning ("What another device did is seen after the next start: %s", error->message);
}

/**
 * flow_handlers_committed:
 * @self: the handlers
 * @commit: what became durable
 *
 * Tell those who watch.
 */
void
flow_handlers_committed (FlowHandlers *self, FlowCommit *commit)
{
  flow_trace_watch_take (self->watch, commit);
}

/**
 * flow_handlers_erased:
 * @self: the handlers
 * @trace_id: a trace that the user erased
 *
 * Tell those who watch.
 */
void
flow_handlers_erased (FlowHandlers *self, const guint8 trace_id[16])
{
  flow_trace_watch_erased (self->watch, trace_id);
}

/**
 * flow_handlers_write_settings:
 * @self: the handlers
 * @kind: a kind of channel
 * @writer: where a value is due
 *
 * Write the settings that are meant for a kind, as an object.
 */
void
flow_handlers_write_settings (FlowHandlers *self, FlowChannelKind kind, FlowJsonWriter *writer)
{
  flow_settings_handler_write (self->settings, kind, writer);
}

/**
 * flow_handlers_write_workspaces:
 * @self: the handlers
 * @writer: inside an object
 *
 * Write what the verb `workspaces` answers.
 */
void
flow_handlers_write_workspaces (FlowHandlers *self, FlowJsonWriter *writer)
{
  flow_workspaces_write (self->workspaces, writer);
}

/**
 * flow_handlers_write_sessions:
 * @self: the handlers
 * @writer: inside an object
 *
 * Write what the verb `sessions` answers.
 */
void
flow_handlers_write_sessions (FlowHandlers *self, FlowJsonWriter *writer)
{
  flow_workspaces_write_sessions (self->workspaces, writer);
}
