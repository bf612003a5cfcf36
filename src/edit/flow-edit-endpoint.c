/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-edit"

#include "edit/flow-edit-private.h"

#include "base/flow-id.h"

#define CLIENT_BITS 128

static char *
clipped (const char *text)
{
  g_autofree char *valid = g_utf8_make_valid (text != NULL ? text : "", -1);
  gsize n = strlen (valid);

  if (n > FLOW_EDIT_MAX_NAME)
    {
      char *end = g_utf8_find_prev_char (valid, valid + FLOW_EDIT_MAX_NAME);

      *end = '\0';
    }
  return g_steal_pointer (&valid);
}

/**
 * flow_edit_endpoint_new:
 * @side: which end it is
 * @style: how it speaks
 * @client: (nullable): id that stays when it comes by another connection; %NULL: it never does
 * @kind: what it is, for people: `browser_page`, `vscode_extension`, `ghosttext`, `nvim`
 * @name: what people call it; who has the same name is the same author
 * @funcs: (transfer none): how it is told; must outlive it
 * @data: for @funcs, until `detached`
 *
 * Make an end for a session. Whoever makes it attaches it with flow_edits_open() or flow_edit_session_attach(); if that
 * fails @funcs is never called.
 *
 * Returns: (transfer full): an endpoint
 */
FlowEditEndpoint *
flow_edit_endpoint_new (FlowEditSide side, FlowEditStyle style, const char *client, const char *kind, const char *name,
                        const FlowEditEndpointFuncs *funcs, gpointer data)
{
  FlowEditEndpoint *self = g_new0 (FlowEditEndpoint, 1);

  self->refs = 1;
  self->side = side;
  self->style = style;
  self->client = client != NULL ? clipped (client) : flow_id_new_token (CLIENT_BITS);
  self->kind = clipped (kind);
  self->name = clipped (name);
  self->funcs = funcs;
  self->data = data;
  return self;
}

/** flow_edit_endpoint_ref: Returns: (transfer full): one more reference. */
FlowEditEndpoint *
flow_edit_endpoint_ref (FlowEditEndpoint *self)
{
  self->refs++;
  return self;
}

/** flow_edit_endpoint_unref: drop a reference; the last one frees it. */
void
flow_edit_endpoint_unref (FlowEditEndpoint *self)
{
  if (--self->refs > 0)
    return;
  g_clear_pointer (&self->shadow, flow_text_shadow_free);
  g_free (self->client);
  g_free (self->kind);
  g_free (self->name);
  g_free (self);
}

/** flow_edit_endpoint_get_side: Returns: which end it is. */
FlowEditSide
flow_edit_endpoint_get_side (FlowEditEndpoint *self)
{
  return self->side;
}

/** flow_edit_endpoint_get_style: Returns: how it speaks. */
FlowEditStyle
flow_edit_endpoint_get_style (FlowEditEndpoint *self)
{
  return self->style;
}

/** flow_edit_endpoint_get_state: Returns: whether it is usable. */
FlowEditEndpointState
flow_edit_endpoint_get_state (FlowEditEndpoint *self)
{
  return self->state;
}

/** flow_edit_endpoint_get_client: Returns: the id that it keeps. */
const char *
flow_edit_endpoint_get_client (FlowEditEndpoint *self)
{
  return self->client;
}

/** flow_edit_endpoint_get_kind: Returns: what it is. */
const char *
flow_edit_endpoint_get_kind (FlowEditEndpoint *self)
{
  return self->kind;
}

/** flow_edit_endpoint_get_name: Returns: what people call it. */
const char *
flow_edit_endpoint_get_name (FlowEditEndpoint *self)
{
  return self->name;
}

/** flow_edit_endpoint_get_session: Returns: (nullable): the session that it is attached to. */
FlowEditSession *
flow_edit_endpoint_get_session (FlowEditEndpoint *self)
{
  return self->session;
}

/** flow_edit_endpoint_get_data: Returns: what it was made with. */
gpointer
flow_edit_endpoint_get_data (FlowEditEndpoint *self)
{
  return self->data;
}

/** flow_edit_side_name: Returns: the name of a side, as JSON and the journal have it. */
const char *
flow_edit_side_name (FlowEditSide side)
{
  static const char *const names[] = { "page", "editor", "file" };

  return names[side];
}

/**
 * flow_edit_session_state_name:
 * @state: how a session stands
 *
 * Returns: its name in messages; an open session whose text cannot be kept says so by the error that comes along
 */
const char *
flow_edit_session_state_name (FlowEditSessionState state)
{
  static const char *const names[] = { "open", "open", "conflict", "editor_failed", "editor_closed", "open" };

  return names[state];
}

/** flow_edit_reason_name: Returns: the name of a reason, as messages and the journal have it. */
const char *
flow_edit_reason_name (FlowEditReason reason)
{
  static const char *const names[] = { "lost", "left", "replaced", "ended", "expired", "shelved", "stopped" };

  return names[reason];
}
