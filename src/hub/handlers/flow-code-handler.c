/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-code"

#include "hub/handlers/flow-code-ask.h"
#include "launch/flow-editor-start.h"

/* Places in the code that somebody wants to see: the best editor that is connected shows them. When none is, a jump
 * goes to the editor of the settings, and a highlight to nobody. */

#define CAPABILITY "code"

static gboolean
is_jump (FlowMessage *message)
{
  return flow_message_is (message, "jump_to_code");
}

/* No editor could be started: the user may want to choose another. */
static void
tell_failed (FlowHandlers *self, FlowMessage *message, const FlowCodeAsk *ask, const char *text)
{
  flow_router_error_with_suggestion (self->router, message, FLOW_ERROR_NO_EDITOR, text,
                                     "Choose an editor in the settings (flowctl settings set editor-command), or "
                                     "connect one.");
  self->funcs.jump_failed (ask->real, ask->line, text, self->data);
}

static void
answer_opened (FlowHandlers *self, FlowMessage *message, const FlowCodeAsk *ask)
{
  FlowMessageBuilder *builder = flow_message_builder_new ("code_opened", FLOW_CHANNEL_HUB);
  FlowJsonWriter *writer = flow_message_builder_data (builder);
  g_autoptr (FlowMessage) answer = NULL;

  flow_message_builder_set_target (builder, flow_message_get_source (message));
  flow_message_builder_set_reply_to (builder, flow_message_get_id (message));
  flow_json_writer_key (writer, "file");
  flow_json_writer_string (writer, ask->real, -1);
  flow_json_writer_key (writer, "line");
  flow_json_writer_uint64 (writer, MAX (ask->line, 1));
  flow_json_writer_key (writer, "column");
  flow_json_writer_uint64 (writer, MAX (ask->column, 1));
  answer = flow_message_builder_end (builder);
  flow_router_send (self->router, answer);
}

/* On the worker's thread. The answer is the question itself, or nothing with an error. */
static gpointer
open_editor (gpointer data, GError **error)
{
  FlowCodeAsk *ask = data;
  g_autofree char *command = NULL;

  if (ask->real == NULL && ask->error == NULL)
    flow_code_ask_find (ask);
  if (ask->error != NULL)
    {
      g_propagate_error (error, g_error_copy (ask->error));
      return NULL;
    }
  command = flow_code_ask_find_command (ask, error);
  return command != NULL && flow_editor_start (command, ask->real, ask->line, ask->column, error) ? ask : NULL;
}

static void
opened (FlowHandlers *self, FlowMessage *message, gpointer answer, const GError *error, gpointer data)
{
  const FlowCodeAsk *ask = data;

  if (error == NULL)
    {
      answer_opened (self, message, ask);
      flow_router_acked (self->router, message, "handled");
    }
  else if (ask->error != NULL)
    flow_handlers_fail (self, message, ask->error);
  else
    tell_failed (self, message, ask, error->message);
}

/**
 * flow_code_handler_open:
 * @self: the handlers
 * @message: a `jump_to_code` that no channel takes
 *
 * Open the place in the editor of the settings.
 */
void
flow_code_handler_open (FlowHandlers *self, FlowMessage *message)
{
  flow_handlers_work (self, message, open_editor, flow_code_ask_new (self, message),
                      (GDestroyNotify) flow_code_ask_free, NULL, opened);
}

/* Kinds that a message may go to: what its target says, else all editors. */
static FlowChannelKind
wanted_kind (FlowMessage *message)
{
  const char *target = flow_message_get_target (message);
  FlowChannelKind kind;

  if (target != NULL && flow_channel_kind_from_name (target, strlen (target), &kind) &&
      flow_channel_kind_serves (kind, FLOW_CHANNEL_KIND_EDITOR))
    return kind;
  return FLOW_CHANNEL_KIND_EDITOR;
}

static gboolean
is_better (FlowChannel *channel, FlowChannel *best, const char *file)
{
  gsize depth = flow_channel_holds (channel, file), best_depth;

  if (best == NULL)
    return TRUE;
  best_depth = flow_channel_holds (best, file);
  if (depth != best_depth)
    return depth > best_depth;
  return flow_channel_get_focused_at (channel) > flow_channel_get_focused_at (best);
}

/* The best editor that is not Visual Studio Code. */
static FlowChannel *
find_other (FlowHandlers *self, const char *file)
{
  g_autoptr (GPtrArray) channels = flow_router_list (self->router);
  FlowChannel *best = NULL;

  for (guint i = 0; i < channels->len; i++)
    {
      FlowChannel *channel = channels->pdata[i];

      if (flow_channel_get_kind (channel) == FLOW_CHANNEL_KIND_EDITOR &&
          flow_channel_has_capability (channel, CAPABILITY) && is_better (channel, best, file))
        best = channel;
    }
  return best;
}

static void
finish (FlowHandlers *self, FlowMessage *message, FlowCodeAsk *ask, FlowRouterSent sent)
{
  switch (sent)
    {
    case FLOW_ROUTER_SENT:
    case FLOW_ROUTER_HELD:
      break;
    case FLOW_ROUTER_BUSY:
      flow_router_error (self->router, message, FLOW_ERROR_QUEUE_FULL,
                         "the editor takes no more messages at the moment");
      break;
    case FLOW_ROUTER_NOBODY:
    default:
      if (is_jump (message))
        flow_code_handler_open (self, message);
      else
        flow_router_error (self->router, message, FLOW_ERROR_NO_TARGET, "no editor is connected");
      break;
    }
}

/* To the best editor of a kind that has the file, as far as the settings let it be asked. */
static void
deliver (FlowHandlers *self, FlowMessage *message, FlowCodeAsk *ask, const char *file)
{
  FlowChannelKind kind = wanted_kind (message);
  g_autoptr (FlowMessage) rewritten = NULL;
  FlowChannel *other;

  if (self->settings->vscode_code_navigation)
    {
      rewritten = flow_code_ask_rewrite (ask, message, file, NULL);
      finish (self, message, ask, flow_router_send_to_kind (self->router, rewritten, kind, file));
      return;
    }
  if (kind == FLOW_CHANNEL_KIND_VSCODE_EXTENSION)
    {
      flow_router_error_with_suggestion (self->router, message, FLOW_ERROR_DECLINED,
                                         "jumps to Visual Studio Code are switched off",
                                         "Switch integrations.vscode.code-navigation on to allow them.");
      return;
    }
  other = find_other (self, file);
  if (other != NULL)
    rewritten = flow_code_ask_rewrite (ask, message, file, flow_channel_get_name (other));
  finish (self, message, ask, rewritten != NULL ? flow_router_send (self->router, rewritten) : FLOW_ROUTER_NOBODY);
}

/* Visual Studio Code asks the user by itself before it opens what lies outside. */
static void
deliver_outside (FlowHandlers *self, FlowMessage *message, FlowCodeAsk *ask)
{
  FlowChannel *channel = flow_router_best (self->router, FLOW_CHANNEL_KIND_VSCODE_EXTENSION, CAPABILITY, ask->outside);
  g_autoptr (FlowMessage) rewritten = NULL;

  if (channel == NULL || !self->settings->vscode_code_navigation)
    {
      flow_handlers_fail (self, message, ask->error);
      return;
    }
  rewritten = flow_code_ask_rewrite (ask, message, ask->outside, flow_channel_get_name (channel));
  finish (self, message, ask, flow_router_send (self->router, rewritten));
}

/* An editor elsewhere, in a container, may have what this machine has not. A path that leads out of a folder again is
 * not in it. */
static gboolean
is_elsewhere (FlowHandlers *self, FlowMessage *message, const FlowCodeAsk *ask)
{
  g_autofree char *straight = g_canonicalize_filename (ask->file, G_DIR_SEPARATOR_S);
  FlowChannel *channel;

  if (!g_error_matches (ask->error, FLOW_ERROR, FLOW_ERROR_NOT_FOUND) || !g_str_equal (straight, ask->file))
    return FALSE;
  channel = flow_router_best (self->router, wanted_kind (message), CAPABILITY, ask->file);
  return channel != NULL && flow_channel_holds (channel, ask->file) > 0;
}

static void
found (FlowHandlers *self, FlowMessage *message, gpointer answer, const GError *error, gpointer data)
{
  FlowCodeAsk *ask = data;

  if (ask->real != NULL)
    deliver (self, message, ask, ask->real);
  else if (ask->outside != NULL)
    deliver_outside (self, message, ask);
  else if (is_elsewhere (self, message, ask))
    deliver (self, message, ask, ask->file);
  else
    flow_handlers_fail (self, message, ask->error);
}

/* On the worker's thread. */
static gpointer
find (gpointer data, GError **error)
{
  flow_code_ask_find (data);
  return NULL;
}

static FlowRouterHandled
show_code (FlowRouter *router, FlowChannel *from, FlowMessage *message, gpointer data)
{
  FlowHandlers *self = data;

  flow_handlers_work (self, message, find, flow_code_ask_new (self, message), (GDestroyNotify) flow_code_ask_free, NULL,
                      found);
  return FLOW_ROUTER_LATER;
}

static void
write_number (FlowJsonWriter *writer, const char *key, guint number)
{
  flow_json_writer_key (writer, key);
  flow_json_writer_uint64 (writer, MAX (number, 1));
}

/**
 * flow_handlers_show_code:
 * @self: the handlers
 * @file: the real path of a file that may be opened
 * @line: 1-based, 0 when unknown
 * @column: 1-based, 0 when unknown
 * @error: return location
 *
 * Have the best editor that is connected show a place, on behalf of the hub's own user.
 *
 * Returns: (transfer full): what the editor calls itself, or %NULL with %FLOW_ERROR_NO_TARGET when none takes it
 */
char *
flow_handlers_show_code (FlowHandlers *self, const char *file, guint line, guint column, GError **error)
{
  FlowChannel *channel = self->settings->vscode_code_navigation
                             ? flow_router_best (self->router, FLOW_CHANNEL_KIND_EDITOR, CAPABILITY, file)
                             : find_other (self, file);
  FlowMessageBuilder *builder = flow_message_builder_new ("jump_to_code", FLOW_CHANNEL_HUB);
  FlowJsonWriter *writer = flow_message_builder_data (builder);
  g_autoptr (FlowMessage) message = NULL;

  flow_message_builder_set_target (builder, channel != NULL ? flow_channel_get_name (channel) : NULL);
  flow_json_writer_key (writer, "file");
  flow_json_writer_string (writer, file, -1);
  write_number (writer, "line", line);
  write_number (writer, "column", column);
  message = flow_message_builder_end (builder);
  if (channel != NULL && flow_router_send (self->router, message) == FLOW_ROUTER_SENT)
    return g_strdup (flow_channel_get_client (channel));
  g_set_error_literal (error, FLOW_ERROR, FLOW_ERROR_NO_TARGET, "no editor is connected");
  return NULL;
}

/* An editor's answer to flow_handlers_show_code(). */
static FlowRouterHandled
code_opened (FlowRouter *router, FlowChannel *from, FlowMessage *message, gpointer data)
{
  return flow_message_get_target (message) != NULL ? FLOW_ROUTER_DONE : FLOW_ROUTER_PASS;
}

/**
 * flow_code_handler_register:
 * @self: the handlers
 *
 * Handle `jump_to_code`, `highlight_code` and the answers to what the hub asked for itself.
 */
void
flow_code_handler_register (FlowHandlers *self)
{
  flow_handlers_add (self, "jump_to_code", show_code);
  flow_handlers_add (self, "highlight_code", show_code);
  flow_handlers_add (self, "code_opened", code_opened);
}
