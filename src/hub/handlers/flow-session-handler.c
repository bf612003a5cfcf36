/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-handlers"

#include "hub/handlers/flow-handlers-private.h"

/* Debug sessions: records of them, who takes part, and the cursors of those who do. The others hear of all but cursors,
 * which are told within the session alone. */

/* A message whose record is on its way to the store. */
typedef struct
{
  FlowCall call;
  FlowHandlers *self;
  FlowMessage *message;
  GError *error;
} Written;

static void
written_call (FlowCall *call)
{
  Written *written = (Written *) call;
  FlowHandlers *self = written->self;

  if (written->error != NULL)
    flow_router_error (self->router, written->message, FLOW_ERROR_BUSY, written->error->message);
  else
    {
      flow_router_broadcast (self->router, written->message, NULL);
      flow_router_acked (self->router, written->message, "handled");
    }
  self->under_way--;
  flow_message_unref (written->message);
  g_clear_error (&written->error);
  g_free (written);
}

/* On the writer thread. */
static void
written_cb (gpointer data, const GError *error)
{
  Written *written = data;

  written->error = error != NULL ? g_error_copy (error) : NULL;
  flow_call_queue_push (written->self->calls, &written->call);
}

static Written *
written_new (FlowHandlers *self, FlowMessage *message)
{
  Written *written = g_new0 (Written, 1);

  written->call.run = written_call;
  written->self = self;
  written->message = flow_message_ref (message);
  self->under_way++;
  return written;
}

static FlowRouterHandled
fail (Written *written, GError *error)
{
  written->error = error;
  written_call (&written->call);
  return FLOW_ROUTER_LATER;
}

static FlowDebugSession *
read_session (FlowHandlers *self, FlowChannel *from, FlowMessage *message, const char *id)
{
  const char *workspace = flow_message_get_metadata (message, "workspaceId"), *user = NULL, *name = NULL;
  const FlowWorkspace *known;

  flow_message_get_string (message, "workspaceId", &workspace);
  flow_message_get_string (message, "hostUserId", &user);
  flow_message_get_string (message, "name", &name);
  known = workspace == NULL && from != NULL ? flow_workspace_handler_of (self, from) : NULL;
  return flow_debug_session_new (id, known != NULL ? known->id : workspace, user, name,
                                 flow_clock_wall_ns (self->clock));
}

static FlowRouterHandled
session_started (FlowRouter *router, FlowChannel *from, FlowMessage *message, gpointer data)
{
  FlowHandlers *self = data;
  const char *id = NULL;
  GError *error = NULL;
  Written *written;

  if (!flow_message_get_string (message, "sessionId", &id))
    return FLOW_ROUTER_DONE;
  written = written_new (self, message);
  if (!flow_workspaces_start_session (self->workspaces, read_session (self, from, message, id), written_cb, written,
                                      &error))
    return fail (written, error);
  if (from != NULL)
    flow_sessions_join (self->sessions, id, flow_channel_get_name (from));
  return FLOW_ROUTER_LATER;
}

/* A session that the hub does not know is somebody else's: the others hear of its end all the same. */
static FlowRouterHandled
session_ended (FlowRouter *router, FlowChannel *from, FlowMessage *message, gpointer data)
{
  FlowHandlers *self = data;
  const char *id = NULL;
  GError *error = NULL;
  Written *written;

  if (!flow_message_get_string (message, "sessionId", &id))
    return FLOW_ROUTER_DONE;
  flow_sessions_end (self->sessions, id);
  written = written_new (self, message);
  if (flow_workspaces_end_session (self->workspaces, id, written_cb, written, &error))
    return FLOW_ROUTER_LATER;
  if (g_error_matches (error, FLOW_ERROR, FLOW_ERROR_NOT_FOUND))
    g_clear_error (&error);
  return fail (written, error);
}

static FlowRouterHandled
session_shared (FlowRouter *router, FlowChannel *from, FlowMessage *message, gpointer data)
{
  flow_router_broadcast (router, message, NULL);
  return FLOW_ROUTER_DONE;
}

static FlowRouterHandled
user_joined (FlowRouter *router, FlowChannel *from, FlowMessage *message, gpointer data)
{
  FlowHandlers *self = data;
  const char *id = NULL;

  if (from != NULL && flow_message_get_string (message, "sessionId", &id) &&
      !flow_sessions_join (self->sessions, id, flow_channel_get_name (from)))
    {
      flow_router_error (router, message, FLOW_ERROR_TOO_MANY_REQUESTS, "too many sessions");
      return FLOW_ROUTER_LATER;
    }
  flow_router_broadcast (router, message, NULL);
  return FLOW_ROUTER_DONE;
}

static FlowRouterHandled
user_left (FlowRouter *router, FlowChannel *from, FlowMessage *message, gpointer data)
{
  FlowHandlers *self = data;
  const char *id = NULL;

  if (from != NULL && flow_message_get_string (message, "sessionId", &id))
    flow_sessions_leave (self->sessions, id, flow_channel_get_name (from));
  flow_router_broadcast (router, message, NULL);
  return FLOW_ROUTER_DONE;
}

/* Who shows its cursor in a session takes part in it. */
static FlowRouterHandled
cursor_moved (FlowRouter *router, FlowChannel *from, FlowMessage *message, gpointer data)
{
  FlowHandlers *self = data;
  const char *session = flow_message_get_metadata (message, "sessionId"), *user = NULL;

  flow_message_get_string (message, "sessionId", &session);
  if (from == NULL || session == NULL || !flow_message_get_string (message, "userId", &user))
    return FLOW_ROUTER_DONE;
  if (flow_sessions_join (self->sessions, session, flow_channel_get_name (from)))
    flow_sessions_move (self->sessions, session, user, message);
  return FLOW_ROUTER_DONE;
}

/**
 * flow_session_handler_register:
 * @self: the handlers
 *
 * Handle `session_started`, `session_ended`, `session_shared`, `user_joined`, `user_left` and `cursor_moved`.
 */
void
flow_session_handler_register (FlowHandlers *self)
{
  static const struct
  {
    const char *type;
    FlowRouterHandler handler;
  } types[] = {
    { "session_started", session_started }, { "session_ended", session_ended }, { "session_shared", session_shared },
    { "user_joined", user_joined },         { "user_left", user_left },         { "cursor_moved", cursor_moved },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (types); i++)
    flow_handlers_add (self, types[i].type, types[i].handler);
}
