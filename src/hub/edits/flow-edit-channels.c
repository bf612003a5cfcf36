/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-hub-edits"

#include "hub/edits/flow-edit-channels.h"

#include "base/flow-id.h"
#include "edit/flow-edit-json.h"
#include "hub/edits/flow-edit-read.h"
#include "hub/flow-json-read.h"
#include "message/flow-json-member.h"
#include "message/flow-message-builder.h"

#define WHOLE_TEXT "whole_text"
#define CLIENT_BITS 128

/* Many ends for one channel: a page may have many fields, and an editor many documents. */
struct _FlowEditChannels
{
  FlowEdits *edits;
  FlowRouter *router;
  FlowEditChannelsFuncs funcs;
  gpointer data;
  GHashTable *ends; /* FlowChannel to GPtrArray of End; both have references */
};

/* One end of a session: what a channel has of it. */
typedef struct
{
  FlowEditChannels *channels;
  FlowChannel *channel;
  FlowEditEndpoint *endpoint; /* (nullable): not ours */
  char *id;                   /* (nullable): the session's, once it is known */
  char *asked;                /* (nullable): the message that an editor has not answered yet */
  gboolean muted;             /* it does not want to hear of it */
  GPtrArray *early;           /* (nullable): messages that come behind the answer to the request */
  GQueue saves;               /* of Save: they are not durable yet */
} End;

/* A message that said that the user has saved. */
typedef struct
{
  char *id;
  guint64 revision;
} Save;

static void
save_free (gpointer data)
{
  Save *save = data;

  g_free (save->id);
  g_free (save);
}

static void
end_free (gpointer data)
{
  End *end = data;

  g_object_unref (end->channel);
  g_free (end->id);
  g_free (end->asked);
  g_clear_pointer (&end->early, g_ptr_array_unref);
  g_queue_clear_full (&end->saves, save_free);
  g_free (end);
}

static void
remove_end (FlowEditChannels *self, FlowChannel *channel, End *end)
{
  GPtrArray *ends = g_hash_table_lookup (self->ends, channel);

  if (ends != NULL && g_ptr_array_remove_fast (ends, end) && ends->len == 0)
    g_hash_table_remove (self->ends, channel);
}

static End *
add_end (FlowEditChannels *self, FlowChannel *channel)
{
  GPtrArray *ends = g_hash_table_lookup (self->ends, channel);
  End *end = g_new0 (End, 1);

  end->channels = self;
  end->channel = g_object_ref (channel);
  if (ends == NULL)
    {
      ends = g_ptr_array_new_with_free_func (end_free);
      g_hash_table_insert (self->ends, g_object_ref (channel), ends);
    }
  g_ptr_array_add (ends, end);
  return end;
}

static End *
find_end (FlowEditChannels *self, FlowChannel *channel, JsonObject *data, GError **error)
{
  GPtrArray *ends = channel != NULL ? g_hash_table_lookup (self->ends, channel) : NULL;
  const char *id = flow_json_get_string (data, "editId");
  const char *client = flow_json_get_string (data, "client");

  for (guint i = 0; ends != NULL && i < ends->len; i++)
    {
      End *end = g_ptr_array_index (ends, i);

      if (g_strcmp0 (end->id, id) == 0 && end->endpoint != NULL &&
          (client == NULL || g_str_equal (client, flow_edit_endpoint_get_client (end->endpoint))))
        return end;
    }
  g_set_error (error, FLOW_ERROR, FLOW_ERROR_NO_SESSION, "this channel does not have the text “%s” open", id);
  return NULL;
}

static FlowMessageBuilder *
begin (End *end, const char *type)
{
  FlowMessageBuilder *builder = flow_message_builder_new (type, FLOW_CHANNEL_HUB);

  flow_message_builder_set_target (builder, flow_channel_get_name (end->channel));
  return builder;
}

/* Who is too slow for what he has to know is sent away: he comes back, and says how much he has. */
static void
send_message (End *end, FlowMessage *message, gboolean droppable)
{
  if (end->early != NULL)
    {
      g_ptr_array_add (end->early, flow_message_ref (message));
      return;
    }
  switch (flow_channel_send (end->channel, flow_message_get_bytes (message), droppable))
    {
    case FLOW_CHANNEL_FULL:
    case FLOW_CHANNEL_TOO_LONG:
      flow_channel_close (end->channel, (guint) flow_error_info (FLOW_ERROR_BUSY)->close_code,
                          "too slow for a text that is edited");
      break;
    default:
      break;
    }
}

/* This one goes out first, then what the session has said meanwhile. */
static void
send_first (End *end, FlowMessage *message)
{
  g_autoptr (GPtrArray) early = g_steal_pointer (&end->early);

  send_message (end, message, FALSE);
  for (guint i = 0; i < early->len; i++)
    send_message (end, early->pdata[i], FALSE);
}

static const char *
get_type (const FlowEditPush *push)
{
  switch (push->kind)
    {
    case FLOW_EDIT_PUSH_SAVED:
      return "edit_saved";
    case FLOW_EDIT_PUSH_CLOSED:
      return "edit_closed";
    default:
      return "edit_update";
    }
}

static void
tell (End *end, const FlowEditPush *push, const char *reply_to)
{
  FlowMessageBuilder *builder = begin (end, get_type (push));
  g_autoptr (FlowMessage) message = NULL;

  if (reply_to != NULL)
    flow_message_builder_set_reply_to (builder, reply_to);
  flow_edit_push_write (push, end->id, flow_message_builder_data (builder));
  message = flow_message_builder_end (builder);
  send_message (end, message, push->kind == FLOW_EDIT_PUSH_CURSOR);
}

/* Each save that is durable with this revision is answered: those that come quickly are written as one. */
static void
tell_saved (End *end, const FlowEditPush *push)
{
  Save *save;

  while ((save = g_queue_peek_head (&end->saves)) != NULL && save->revision <= push->revision)
    {
      tell (end, push, save->id);
      save_free (g_queue_pop_head (&end->saves));
    }
}

static void
push_cb (FlowEditEndpoint *endpoint, const FlowEditPush *push, gpointer data)
{
  End *end = data;

  if (end->muted)
    return;
  if (end->id == NULL)
    end->id = g_strdup (flow_edit_session_get_id (flow_edit_endpoint_get_session (endpoint)));
  if (push->kind == FLOW_EDIT_PUSH_SAVED && push->own)
    tell_saved (end, push);
  else
    tell (end, push, NULL);
}

static void
detached_cb (FlowEditEndpoint *endpoint, gpointer data)
{
  End *end = data;

  remove_end (end->channels, end->channel, end);
}

static const FlowEditEndpointFuncs endpoint_funcs = { push_cb, detached_cb };

static FlowEditEndpoint *
make_endpoint (End *end, FlowEditSide side, const char *client)
{
  FlowEditStyle style = flow_channel_has_capability (end->channel, WHOLE_TEXT) ? FLOW_EDIT_WHOLE : FLOW_EDIT_DELTA;
  const char *kind = flow_channel_kind_get_name (flow_channel_get_kind (end->channel));

  return flow_edit_endpoint_new (side, style, client, kind, flow_channel_get_name (end->channel), &endpoint_funcs, end);
}

/**
 * flow_edit_channels_new:
 * @edits: the texts
 * @router: whose channels
 * @funcs: what they tell; copied
 * @data: for them
 *
 * Returns: (transfer full): an object that must live until @edits have stopped
 */
FlowEditChannels *
flow_edit_channels_new (FlowEdits *edits, FlowRouter *router, const FlowEditChannelsFuncs *funcs, gpointer data)
{
  FlowEditChannels *self = g_new0 (FlowEditChannels, 1);

  self->edits = edits;
  self->router = router;
  self->funcs = *funcs;
  self->data = data;
  self->ends = g_hash_table_new_full (NULL, NULL, g_object_unref, (GDestroyNotify) g_ptr_array_unref);
  return self;
}

/**
 * flow_edit_channels_free:
 * @self: (transfer full): an object of which no end is left
 *
 * Free it.
 */
void
flow_edit_channels_free (FlowEditChannels *self)
{
  g_hash_table_unref (self->ends);
  g_free (self);
}

static void
write_cursor (FlowJsonWriter *writer, FlowEditSession *session)
{
  FlowEditCursor cursor;

  if (!flow_edit_session_get_cursor (session, FLOW_EDIT_PAGE, &cursor) &&
      !flow_edit_session_get_cursor (session, FLOW_EDIT_FILE, &cursor))
    return;
  flow_json_writer_key (writer, "cursor");
  flow_json_writer_begin_object (writer);
  flow_json_writer_key (writer, "start");
  flow_json_writer_uint64 (writer, cursor.start);
  flow_json_writer_key (writer, "end");
  flow_json_writer_uint64 (writer, cursor.end);
  flow_json_writer_end_object (writer);
}

/* What an editor is asked with: the text at this moment, from which the operations go on. */
static FlowMessage *
build_request (End *end, FlowEditSession *session, const char *client)
{
  FlowMessageBuilder *builder = begin (end, "edit_request");
  FlowJsonWriter *writer = flow_message_builder_data (builder);
  FlowText *text = flow_edit_session_get_text (session);

  flow_json_member_text (writer, "editId", end->id, -1);
  flow_json_member_text (writer, "client", client, -1);
  flow_json_writer_key (writer, "revision");
  flow_json_writer_uint64 (writer, flow_edit_session_get_revision (session));
  flow_json_writer_key (writer, "text");
  flow_json_writer_string (writer, flow_text_get_data (text), (gssize) flow_text_get_size (text));
  flow_json_member_text (writer, "title", flow_edit_session_get_title (session), -1);
  flow_json_member_text (writer, "url", flow_edit_session_get_url (session), -1);
  flow_json_member_text (writer, "site", flow_edit_session_get_site (session), -1);
  flow_json_member_text (writer, "fileType", flow_edit_session_get_file_type (session), -1);
  write_cursor (writer, session);
  return flow_message_builder_end (builder);
}

/**
 * flow_edit_channels_open:
 * @self: the object
 * @session: a session that has no editor
 * @editor: a channel with the capability `edit`
 * @error: return location
 *
 * Ask an editor to open a text.
 *
 * Errors: those of flow_edit_session_attach().
 *
 * Returns: whether it has been asked
 */
gboolean
flow_edit_channels_open (FlowEditChannels *self, FlowEditSession *session, FlowChannel *editor, GError **error)
{
  End *end = add_end (self, editor);
  g_autofree char *client = flow_id_new_token (CLIENT_BITS);
  g_autoptr (FlowEditEndpoint) endpoint = make_endpoint (end, FLOW_EDIT_EDITOR, client);
  g_autoptr (FlowMessage) message = NULL;

  end->endpoint = endpoint;
  end->id = g_strdup (flow_edit_session_get_id (session));
  end->early = g_ptr_array_new_with_free_func ((GDestroyNotify) flow_message_unref);
  if (!flow_edit_session_attach (session, endpoint, error))
    {
      remove_end (self, editor, end);
      return FALSE;
    }
  message = build_request (end, session, client);
  end->asked = g_strdup (flow_message_get_id (message));
  send_first (end, message);
  return TRUE;
}

/**
 * flow_edit_channels_show:
 * @self: the object
 * @editor: an end of a session
 *
 * Ask an editor that has a text open to show it, if it is a channel.
 *
 * Returns: whether it is one
 */
gboolean
flow_edit_channels_show (FlowEditChannels *self, FlowEditEndpoint *editor)
{
  FlowChannel *channel = flow_router_find (self->router, flow_edit_endpoint_get_name (editor));
  GPtrArray *ends = channel != NULL ? g_hash_table_lookup (self->ends, channel) : NULL;
  guint at;
  End *end = flow_edit_endpoint_get_data (editor);
  g_autoptr (FlowMessage) message = NULL;

  if (ends == NULL || !g_ptr_array_find (ends, end, &at))
    return FALSE;
  message = build_request (end, flow_edit_endpoint_get_session (editor), flow_edit_endpoint_get_client (editor));
  send_message (end, message, FALSE);
  return TRUE;
}

static gboolean
is_editor (FlowChannel *channel)
{
  return flow_channel_kind_serves (flow_channel_get_kind (channel), FLOW_CHANNEL_KIND_EDITOR);
}

static void
answer_request (End *end, FlowMessage *message, const FlowEditOpened *opened)
{
  FlowMessageBuilder *builder = begin (end, "edit_update");
  g_autoptr (FlowMessage) answer = NULL;

  flow_message_builder_set_reply_to (builder, flow_message_get_id (message));
  flow_edit_opened_write (opened, flow_message_builder_data (builder));
  answer = flow_message_builder_end (builder);
  send_first (end, answer);
}

/* It asks again over the same connection: the end that it has is replaced, which is no news to it. */
static void
mute_former (FlowEditChannels *self, FlowChannel *channel, const FlowEditRequest *request, gboolean muted)
{
  GPtrArray *ends = g_hash_table_lookup (self->ends, channel);

  for (guint i = 0; ends != NULL && request->opening.resume != NULL && i < ends->len; i++)
    {
      End *end = g_ptr_array_index (ends, i);

      if (g_strcmp0 (end->id, request->opening.resume->id) == 0 &&
          g_str_equal (flow_edit_endpoint_get_client (end->endpoint), request->client))
        end->muted = muted;
    }
}

/**
 * flow_edit_channels_request:
 * @self: the object
 * @from: a channel
 * @message: its `edit_request`
 * @error: return location
 *
 * Begin a session for a channel, or join it to the one that it has had. An editor comes back to its end.
 *
 * Errors: %FLOW_ERROR_BAD_REQUEST, those of flow_edits_open().
 *
 * Returns: whether it has been answered
 */
gboolean
flow_edit_channels_request (FlowEditChannels *self, FlowChannel *from, FlowMessage *message, GError **error)
{
  g_auto (FlowEditRequest) request = { 0 };
  g_auto (FlowEditOpened) opened = { 0 };
  g_autoptr (FlowEditEndpoint) endpoint = NULL;
  gboolean comes_back;
  End *end;

  if (!flow_edit_request_read (&request, flow_message_get_data (message), error))
    return FALSE;
  if (request.client == NULL)
    {
      g_set_error_literal (error, FLOW_ERROR, FLOW_ERROR_BAD_REQUEST, "/data/client of edit_request is missing");
      return FALSE;
    }
  flow_edit_request_set_origin (&request, flow_channel_get_origin (from), flow_channel_get_name (from));
  comes_back = is_editor (from) && request.opening.resume != NULL;
  request.opening.no_editor = comes_back;
  if (comes_back && !flow_edits_can_resume (self->edits, request.resume.id))
    {
      g_set_error_literal (error, FLOW_ERROR, FLOW_ERROR_NO_SESSION, "this text is edited no more");
      return FALSE;
    }
  mute_former (self, from, &request, TRUE);
  end = add_end (self, from);
  end->early = g_ptr_array_new_with_free_func ((GDestroyNotify) flow_message_unref);
  endpoint = make_endpoint (end, comes_back ? FLOW_EDIT_EDITOR : FLOW_EDIT_PAGE, request.client);
  end->endpoint = endpoint;
  if (!flow_edits_open (self->edits, &request.opening, endpoint, &opened, error))
    {
      remove_end (self, from, end);
      mute_former (self, from, &request, FALSE);
      return FALSE;
    }
  if (end->id == NULL)
    end->id = g_strdup (flow_edit_session_get_id (opened.session));
  answer_request (end, message, &opened);
  if (comes_back)
    {
      flow_edit_session_opened (opened.session, endpoint);
      self->funcs.came_back (opened.session, self->data);
    }
  return TRUE;
}

/* An editor says that it has opened what it was asked to. */
static gboolean
take_opened (End *end, FlowEditSession *session, GError **error)
{
  if (flow_edit_endpoint_get_side (end->endpoint) != FLOW_EDIT_EDITOR)
    {
      g_set_error_literal (error, FLOW_ERROR, FLOW_ERROR_BAD_REQUEST, "“state” is said by the hub and by editors");
      return FALSE;
    }
  g_clear_pointer (&end->asked, g_free);
  flow_edit_session_opened (session, end->endpoint);
  return TRUE;
}

static gboolean
take_update (End *end, const FlowEditUpdate *update, GError **error)
{
  FlowEditSession *session = flow_edit_endpoint_get_session (end->endpoint);

  if (update->opened)
    return take_opened (end, session, error);
  if (update->operation != NULL)
    return flow_edit_session_take_operation (session, end->endpoint, update->base, update->operation, update->op_id,
                                             update->cursor, error);
  if (update->text == NULL)
    return flow_edit_session_move_cursor (session, end->endpoint, update->base, update->cursor, error);
  if (flow_edit_endpoint_get_style (end->endpoint) == FLOW_EDIT_WHOLE)
    return flow_edit_session_take_text (session, end->endpoint, update->text, update->cursor, error);
  g_set_error_literal (error, FLOW_ERROR, FLOW_ERROR_BAD_REQUEST,
                       "a whole text is for channels with the capability “whole_text”");
  return FALSE;
}

/**
 * flow_edit_channels_update:
 * @self: the object
 * @from: a channel
 * @message: its `edit_update`
 * @error: return location
 *
 * Do what a channel says about a text that it has open.
 *
 * Errors: %FLOW_ERROR_NO_SESSION, those of flow_edit_update_read() and of the session.
 *
 * Returns: whether it was done
 */
gboolean
flow_edit_channels_update (FlowEditChannels *self, FlowChannel *from, FlowMessage *message, GError **error)
{
  JsonObject *data = flow_message_get_data (message);
  g_auto (FlowEditUpdate) update = { 0 };
  End *end = find_end (self, from, data, error);

  return end != NULL && flow_edit_update_read (&update, data, error) && take_update (end, &update, error);
}

/**
 * flow_edit_channels_saved:
 * @self: the object
 * @from: a channel
 * @message: its `edit_saved`
 * @error: return location
 *
 * Hear that the user has saved a text.
 *
 * Returns: whether it was taken
 */
gboolean
flow_edit_channels_saved (FlowEditChannels *self, FlowChannel *from, FlowMessage *message, GError **error)
{
  End *end = find_end (self, from, flow_message_get_data (message), error);
  FlowEditSession *session;
  Save *save;

  if (end == NULL)
    return FALSE;
  session = flow_edit_endpoint_get_session (end->endpoint);
  save = g_new (Save, 1);
  *save = (Save) { g_strdup (flow_message_get_id (message)), flow_edit_session_get_revision (session) };
  g_queue_push_tail (&end->saves, save);
  if (flow_edit_session_take_saved (session, end->endpoint, error))
    return TRUE;
  save_free (g_queue_pop_tail (&end->saves));
  return FALSE;
}

/**
 * flow_edit_channels_closed:
 * @self: the object
 * @from: a channel
 * @message: its `edit_closed`
 * @error: return location
 *
 * Let a channel leave a text, or end it.
 *
 * Returns: whether it had the text
 */
gboolean
flow_edit_channels_closed (FlowEditChannels *self, FlowChannel *from, FlowMessage *message, GError **error)
{
  JsonObject *data = flow_message_get_data (message);
  End *end = find_end (self, from, data, error);
  FlowEditSession *session;

  if (end == NULL)
    return FALSE;
  session = flow_edit_endpoint_get_session (end->endpoint);
  if (flow_json_get_bool (data, "end"))
    flow_edit_session_end (session, end->endpoint);
  else
    flow_edit_session_detach (session, end->endpoint, FLOW_EDIT_LEFT);
  return TRUE;
}

static End *
find_asked (FlowEditChannels *self, FlowChannel *channel, const char *id)
{
  GPtrArray *ends = channel != NULL ? g_hash_table_lookup (self->ends, channel) : NULL;

  for (guint i = 0; ends != NULL && i < ends->len; i++)
    {
      End *end = g_ptr_array_index (ends, i);

      if (end->asked != NULL && g_strcmp0 (end->asked, id) == 0)
        return end;
    }
  return NULL;
}

/**
 * flow_edit_channels_refused:
 * @self: the object
 * @from: (nullable): a channel
 * @message: its `error`
 *
 * Hear that an editor does not open what it was asked to.
 *
 * Returns: whether that is what it is about
 */
gboolean
flow_edit_channels_refused (FlowEditChannels *self, FlowChannel *from, FlowMessage *message)
{
  const char *id = flow_message_get_reply_to (message);
  const char *code = "", *text = "";
  FlowEditSession *session;
  FlowError error;
  End *end;

  flow_message_get_string (message, "in_reply_to", &id);
  end = find_asked (self, from, id);
  if (end == NULL)
    return FALSE;
  flow_message_get_string (message, "code", &code);
  flow_message_get_string (message, "message", &text);
  if (!flow_error_from_code (code, &error))
    error = FLOW_ERROR_EDITOR_FAILED;
  session = flow_edit_endpoint_get_session (end->endpoint);
  end->muted = TRUE;
  flow_edit_session_detach (session, end->endpoint, FLOW_EDIT_REPLACED);
  self->funcs.declined (session, flow_channel_get_name (from), error, text, self->data);
  return TRUE;
}

/**
 * flow_edit_channels_left:
 * @self: the object
 * @channel: a channel that is gone
 *
 * Have its sessions wait for it.
 */
void
flow_edit_channels_left (FlowEditChannels *self, FlowChannel *channel)
{
  GPtrArray *ends;

  while ((ends = g_hash_table_lookup (self->ends, channel)) != NULL)
    {
      End *end = g_ptr_array_index (ends, 0);

      flow_edit_session_detach (flow_edit_endpoint_get_session (end->endpoint), end->endpoint, FLOW_EDIT_LOST);
    }
}
