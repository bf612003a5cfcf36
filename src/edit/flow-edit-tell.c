/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-edit"

#include "edit/flow-edit-private.h"

/* What the ends of a session are told, each in its own time. */

void
flow_edit_endpoint_push (FlowEditEndpoint *self, const FlowEditPush *push)
{
  self->funcs->push (self, push, self->data);
}

static const FlowEditCursor *
cursor_of (FlowEditEndpoint *endpoint)
{
  return endpoint->has_cursor ? &endpoint->cursor : NULL;
}

static gboolean
is_there (FlowEditSession *self, FlowEditEndpoint *endpoint)
{
  return endpoint->session == self;
}

/* The end that a client's changes come from, if it is still here. */
static FlowEditEndpoint *
find_client (FlowEditSession *self, const char *client)
{
  for (guint i = 0; i < self->endpoints->len; i++)
    {
      FlowEditEndpoint *endpoint = g_ptr_array_index (self->endpoints, i);

      if (strcmp (endpoint->client, client) == 0)
        return endpoint;
    }
  return NULL;
}

static void
push_text (FlowEditSession *self, FlowEditEndpoint *endpoint)
{
  g_autoptr (FlowText) text = flow_text_ref (flow_text_server_get_text (self->server));
  const FlowEditPush push = { .kind = FLOW_EDIT_PUSH_TEXT,
                              .revision = flow_text_server_get_revision (self->server),
                              .text = text,
                              .cursor = cursor_of (endpoint) };

  endpoint->pushed_us = flow_edits_now_us (self->edits);
  flow_edit_endpoint_push (endpoint, &push);
}

/* When a peer may be told the next text. */
static gint64
due_of (const FlowEditEndpoint *endpoint)
{
  return endpoint->pushed_us + flow_text_shadow_get_pause (endpoint->shadow, FLOW_EDIT_COALESCE_US);
}

/* A peer that has not shown what it was told is not told each text in between. */
static void
tell_whole (FlowEditSession *self, FlowEditEndpoint *endpoint)
{
  if (!flow_text_shadow_needs_push (endpoint->shadow, self->server))
    return;
  if (flow_text_shadow_get_n_sent (endpoint->shadow) > 0 && flow_edits_now_us (self->edits) < due_of (endpoint))
    {
      flow_edits_wake_at (self->edits, due_of (endpoint));
      return;
    }
  flow_text_shadow_push (endpoint->shadow, self->server);
  push_text (self, endpoint);
}

static void
push_operation (FlowEditSession *self, FlowEditEndpoint *endpoint, guint64 revision, const char *client)
{
  FlowEditEndpoint *author = client != NULL ? find_client (self, client) : NULL;
  g_autoptr (FlowTextOperation) operation = flow_text_operation_ref (
      flow_text_server_get_operation (self->server, revision));
  g_autofree char *by = g_strdup (client != NULL ? g_hash_table_lookup (self->names, client) : NULL);
  FlowEditPush push = { .kind = FLOW_EDIT_PUSH_OPERATION, .revision = revision, .operation = operation, .by = by };
  FlowEditCursor cursor;

  /* Where it is in the newest text is known, in older ones not. */
  if (author != NULL && author->has_cursor && revision == flow_text_server_get_revision (self->server))
    {
      cursor = author->cursor;
      push.cursor = &cursor;
    }
  flow_edit_endpoint_push (endpoint, &push);
}

static void
push_ack (FlowEditEndpoint *endpoint, guint64 revision, const char *op_id)
{
  g_autofree char *id = g_strdup (op_id);
  const FlowEditPush push = { .kind = FLOW_EDIT_PUSH_ACK, .revision = revision, .op_id = id };

  flow_edit_endpoint_push (endpoint, &push);
}

static void
tell_again (FlowEditSession *self, FlowEditEndpoint *endpoint)
{
  g_autofree char *op_id = NULL;
  guint64 revision = endpoint->acked;

  if (revision == 0 || revision > self->durable)
    return;
  endpoint->acked = 0;
  op_id = g_steal_pointer (&endpoint->acked_id);
  push_ack (endpoint, revision, op_id);
}

/* Its own operation is told when it is durable, and nothing that is newer before that. */
static void
tell_delta (FlowEditSession *self, FlowEditEndpoint *endpoint)
{
  if (endpoint->reset_due)
    {
      endpoint->reset_due = FALSE;
      endpoint->told = flow_text_server_get_revision (self->server);
      push_text (self, endpoint);
    }
  tell_again (self, endpoint);
  while (is_there (self, endpoint) && endpoint->told < flow_text_server_get_revision (self->server))
    {
      guint64 revision = endpoint->told + 1;
      const char *op_id;
      const char *client = flow_text_server_get_client (self->server, revision, &op_id);
      gboolean own = client != NULL && op_id != NULL && strcmp (client, endpoint->client) == 0;

      if (own && revision > self->durable)
        return;
      endpoint->told = revision;
      if (own)
        push_ack (endpoint, revision, op_id);
      else
        push_operation (self, endpoint, revision, client);
    }
}

static gboolean
has_all (FlowEditSession *self, FlowEditEndpoint *endpoint)
{
  if (endpoint->shadow != NULL)
    return !flow_text_shadow_needs_push (endpoint->shadow, self->server);
  return endpoint->told == flow_text_server_get_revision (self->server);
}

static void
tell_saved (FlowEditSession *self, FlowEditEndpoint *endpoint)
{
  const FlowEditPush push = { .kind = FLOW_EDIT_PUSH_SAVED, .revision = endpoint->saved, .own = endpoint->saved_own };

  if (endpoint->saved == 0)
    return;
  endpoint->saved = 0;
  flow_edit_endpoint_push (endpoint, &push);
}

static void
tell_cursors (FlowEditSession *self, FlowEditEndpoint *endpoint)
{
  for (guint i = 0; is_there (self, endpoint) && i < self->endpoints->len; i++)
    {
      g_autoptr (FlowEditEndpoint) other = flow_edit_endpoint_ref (g_ptr_array_index (self->endpoints, i));
      const FlowEditCursor cursor = other->cursor;
      const FlowEditPush push = { .kind = FLOW_EDIT_PUSH_CURSOR,
                                  .revision = flow_text_server_get_revision (self->server),
                                  .by = other->name,
                                  .cursor = &cursor };

      if (other != endpoint && other->cursor_moved && has_all (self, endpoint))
        flow_edit_endpoint_push (endpoint, &push);
    }
}

static void
tell_state (FlowEditSession *self, FlowEditEndpoint *endpoint)
{
  gboolean has_error = self->state == FLOW_EDIT_STATE_NOT_KEPT || self->state == FLOW_EDIT_STATE_EDITOR_FAILED;
  g_autofree char *message = has_error ? g_strdup (self->message) : NULL;
  const FlowEditPush push = { .kind = FLOW_EDIT_PUSH_STATE,
                              .revision = flow_text_server_get_revision (self->server),
                              .state = self->state,
                              .code = has_error ? flow_error_info (self->code) : NULL,
                              .message = message };

  if (!endpoint->state_due)
    return;
  endpoint->state_due = FALSE;
  flow_edit_endpoint_push (endpoint, &push);
}

/* An editor that has not opened the text is told all that happened meanwhile afterwards. */
static void
tell (FlowEditSession *self, FlowEditEndpoint *endpoint)
{
  if (endpoint->state == FLOW_EDIT_WAITING)
    return;
  if (endpoint->style == FLOW_EDIT_WHOLE)
    tell_whole (self, endpoint);
  else
    tell_delta (self, endpoint);
  if (is_there (self, endpoint))
    tell_saved (self, endpoint);
  tell_cursors (self, endpoint);
  if (is_there (self, endpoint))
    tell_state (self, endpoint);
}

static void
tell_all (FlowEditSession *self)
{
  g_autoptr (GPtrArray) endpoints = g_ptr_array_new_with_free_func ((GDestroyNotify) flow_edit_endpoint_unref);

  for (guint i = 0; i < self->endpoints->len; i++)
    g_ptr_array_add (endpoints, flow_edit_endpoint_ref (g_ptr_array_index (self->endpoints, i)));
  for (guint i = 0; i < endpoints->len; i++)
    if (is_there (self, g_ptr_array_index (endpoints, i)))
      tell (self, g_ptr_array_index (endpoints, i));
  for (guint i = 0; i < endpoints->len; i++)
    ((FlowEditEndpoint *) g_ptr_array_index (endpoints, i))->cursor_moved = FALSE;
}

/* Tell the ends what they have not heard. What they answer from within is told in the same go. */
void
flow_edit_session_flush (FlowEditSession *self)
{
  self->is_again = TRUE;
  if (self->is_flushing)
    return;
  self->is_flushing = TRUE;
  while (self->is_again)
    {
      self->is_again = FALSE;
      tell_all (self);
    }
  self->is_flushing = FALSE;
  if (flow_edit_session_trim (self))
    flow_edit_session_flush (self);
}

/* Returns: when it is needed again, G_MAXINT64: never. */
gint64
flow_edit_session_tick (FlowEditSession *self, gint64 now_us)
{
  gint64 due_us = G_MAXINT64;

  if (self->retry_us != 0 && self->retry_us <= now_us)
    {
      self->retry_us = 0;
      flow_edit_session_commit (self);
    }
  if (self->retry_us != 0)
    due_us = self->retry_us;
  flow_edit_session_flush (self);
  for (guint i = 0; i < self->endpoints->len; i++)
    {
      const FlowEditEndpoint *endpoint = g_ptr_array_index (self->endpoints, i);

      if (endpoint->shadow != NULL && endpoint->state != FLOW_EDIT_WAITING &&
          flow_text_shadow_needs_push (endpoint->shadow, self->server))
        due_us = MIN (due_us, due_of (endpoint));
    }
  return due_us;
}
