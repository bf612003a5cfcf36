/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-text"

#include "text/flow-text-client.h"

#include "base/flow-error.h"
#include "text/flow-text-transform.h"

struct _FlowTextClient
{
  FlowText *text;
  guint64 revision;
  guint64 number;                 /* of `sent` */
  FlowTextOperation *sent;        /* NULL: synchronized */
  FlowTextOperation *sent_before; /* as it went out, against sent_base: what is sent again after a reconnect */
  guint64 sent_base;
  FlowTextOperation *buffer; /* for the text after `sent`; NULL: nothing waits */
};

static void
replace (FlowTextOperation **place, FlowTextOperation *operation)
{
  g_clear_pointer (place, flow_text_operation_unref);
  *place = operation;
}

/**
 * flow_text_client_new:
 * @text: the text that the server has
 * @revision: its revision
 *
 * Create a client.
 *
 * Returns: (transfer full): the client
 */
FlowTextClient *
flow_text_client_new (FlowText *text, guint64 revision)
{
  FlowTextClient *self = g_new0 (FlowTextClient, 1);

  self->text = flow_text_ref (text);
  self->revision = revision;
  return self;
}

/**
 * flow_text_client_free:
 * @self: (transfer full): a client
 *
 * Free it.
 */
void
flow_text_client_free (FlowTextClient *self)
{
  replace (&self->sent, NULL);
  replace (&self->sent_before, NULL);
  replace (&self->buffer, NULL);
  flow_text_unref (self->text);
  g_free (self);
}

/**
 * flow_text_client_get_text:
 * @self: a client
 *
 * Get the text with all that was changed here.
 *
 * Returns: (transfer none): the text
 */
FlowText *
flow_text_client_get_text (FlowTextClient *self)
{
  return self->text;
}

/**
 * flow_text_client_get_revision:
 * @self: a client
 *
 * Get the last revision of the server that is known here.
 *
 * Returns: the revision
 */
guint64
flow_text_client_get_revision (FlowTextClient *self)
{
  return self->revision;
}

/**
 * flow_text_client_is_synchronized:
 * @self: a client
 *
 * Find out whether the server has all that was changed here.
 *
 * Returns: %TRUE when nothing is under way or waits
 */
gboolean
flow_text_client_is_synchronized (FlowTextClient *self)
{
  return self->sent == NULL && self->buffer == NULL;
}

/**
 * flow_text_client_change:
 * @self: a client
 * @operation: what the user did to the text as it is here
 * @error: return location for an error
 *
 * Change the text here. flow_text_client_next() says when to send it.
 *
 * Returns: %FALSE with %FLOW_ERROR_BAD_REQUEST when it does not fit
 */
gboolean
flow_text_client_change (FlowTextClient *self, FlowTextOperation *operation, GError **error)
{
  FlowText *after = flow_text_operation_apply (operation, self->text, error);

  if (after == NULL)
    return FALSE;
  flow_text_unref (self->text);
  self->text = after;
  replace (&self->buffer, self->buffer == NULL ? flow_text_operation_ref (operation)
                                               : flow_text_operation_compose (self->buffer, operation));
  return TRUE;
}

/**
 * flow_text_client_next:
 * @self: a client
 * @base: (out): the revision that it is for
 * @op_number: (out): its number, from 1 on
 *
 * Take what is to be sent: nothing while an operation is under way.
 *
 * Returns: (transfer none) (nullable): the operation
 */
FlowTextOperation *
flow_text_client_next (FlowTextClient *self, guint64 *base, guint64 *op_number)
{
  if (self->sent != NULL || self->buffer == NULL)
    return NULL;
  self->sent = g_steal_pointer (&self->buffer);
  self->number++;
  replace (&self->sent_before, flow_text_operation_ref (self->sent));
  self->sent_base = self->revision;
  return flow_text_client_get_pending (self, base, op_number);
}

/**
 * flow_text_client_get_pending:
 * @self: a client
 * @base: (out): the revision that it was for
 * @op_number: (out): its number
 *
 * Get what is under way as it was sent, to send it again after a reconnect.
 *
 * Returns: (transfer none) (nullable): the operation
 */
FlowTextOperation *
flow_text_client_get_pending (FlowTextClient *self, guint64 *base, guint64 *op_number)
{
  if (self->sent == NULL)
    return NULL;
  *base = self->sent_base;
  *op_number = self->number;
  return self->sent_before;
}

static gboolean
is_next (FlowTextClient *self, guint64 revision, GError **error)
{
  if (revision == self->revision + 1)
    return TRUE;
  g_set_error (error, FLOW_ERROR, FLOW_ERROR_BAD_REQUEST,
               "revision %" G_GUINT64_FORMAT " came after revision %" G_GUINT64_FORMAT, revision, self->revision);
  return FALSE;
}

/* Moves an operation of the server past one of ours, and ours past it. */
static FlowTextOperation *
pass_own (FlowTextOperation *operation, FlowTextOperation **own)
{
  FlowTextOperation *after, *own_after;

  if (*own == NULL)
    return flow_text_operation_ref (operation);
  flow_text_operation_transform (operation, *own, &after, &own_after);
  replace (own, own_after);
  return after;
}

/**
 * flow_text_client_receive:
 * @self: a client
 * @revision: the revision that the operation made
 * @operation: an operation of somebody else
 * @local: (out) (optional) (transfer full): what it means for the text as it is here
 * @error: return location for an error
 *
 * Take an operation of the server.
 *
 * Returns: %FALSE with %FLOW_ERROR_BAD_REQUEST when a revision is missing or the operation does not fit: the client
 *   must begin again
 */
gboolean
flow_text_client_receive (FlowTextClient *self, guint64 revision, FlowTextOperation *operation,
                          FlowTextOperation **local, GError **error)
{
  g_autoptr (FlowTextOperation) past_sent = NULL;
  g_autoptr (FlowTextOperation) here = NULL;
  FlowText *after;

  if (!is_next (self, revision, error))
    return FALSE;
  past_sent = pass_own (operation, &self->sent);
  here = pass_own (past_sent, &self->buffer);
  after = flow_text_operation_apply (here, self->text, error);
  if (after == NULL)
    return FALSE;
  flow_text_unref (self->text);
  self->text = after;
  self->revision = revision;
  if (local != NULL)
    *local = g_steal_pointer (&here);
  return TRUE;
}

/**
 * flow_text_client_acknowledge:
 * @self: a client
 * @revision: the revision that the operation under way made
 * @op_number: its number
 * @error: return location for an error
 *
 * Learn that the server has taken what was sent.
 *
 * Returns: %FALSE with %FLOW_ERROR_BAD_REQUEST when a revision is missing or nothing of that number is under way
 */
gboolean
flow_text_client_acknowledge (FlowTextClient *self, guint64 revision, guint64 op_number, GError **error)
{
  if (self->sent == NULL || op_number != self->number)
    {
      g_set_error (error, FLOW_ERROR, FLOW_ERROR_BAD_REQUEST, "operation %" G_GUINT64_FORMAT " is not under way",
                   op_number);
      return FALSE;
    }
  if (!is_next (self, revision, error))
    return FALSE;
  replace (&self->sent, NULL);
  replace (&self->sent_before, NULL);
  self->revision = revision;
  return TRUE;
}
