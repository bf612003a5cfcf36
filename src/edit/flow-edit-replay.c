/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-edit"

#include "edit/flow-edit-private.h"

#include "text/flow-text-diff.h"
#include "text/flow-text-transform.h"

/*
 * An end comes back after a restart of the hub, and all that it had heard of was kept: what it did since is brought
 * past what came later, step by step, as it would have done itself. So nothing has to be guessed, as when texts are
 * compared.
 */

typedef struct
{
  GPtrArray *changes;         /* of FlowEditChange: what came later */
  FlowTextOperation *pending; /* (nullable): its operation that is under way */
  FlowTextOperation *own;     /* what it did beyond that, against the text after it */
} Replay;

static void
replay_clear (Replay *self)
{
  g_clear_pointer (&self->changes, g_ptr_array_unref);
  g_clear_pointer (&self->pending, flow_text_operation_unref);
  g_clear_pointer (&self->own, flow_text_operation_unref);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Replay, replay_clear)

static gboolean
is_pending (const FlowEditChange *change, const FlowEditResume *resume)
{
  return resume->op_id != NULL && strcmp (change->op_id, resume->op_id) == 0;
}

/* Whether it brought something back before, and did not hear that it was taken, or somebody else brought back what had
 * not been kept: then some of what it did may be in the text already. */
static gboolean
is_mixed (GPtrArray *changes, const FlowEditResume *resume, const char *client)
{
  for (guint i = 0; i < changes->len; i++)
    {
      const FlowEditChange *change = g_ptr_array_index (changes, i);

      if (g_str_has_prefix (change->op_id, FLOW_EDIT_MERGE) ||
          (strcmp (change->client, client) == 0 && !is_pending (change, resume)))
        return TRUE;
    }
  return FALSE;
}

/* Move an operation past another one that came first. @past: (out) (optional): that one, past the operation. */
static void
move (FlowTextOperation **operation, FlowTextOperation *first, FlowTextOperation **past)
{
  FlowTextOperation *moved;

  flow_text_operation_transform (first, *operation, past, &moved);
  flow_text_operation_unref (*operation);
  *operation = moved;
}

/* Its operation that is under way, against the revision that it has: it may have sent it before it heard of that.
 * @base: the text of that revision. @pending: (out) (transfer full) (nullable). */
gboolean
flow_edit_session_find_pending (FlowEditSession *session, const FlowEditResume *resume, FlowText *base,
                                FlowTextOperation **pending)
{
  g_autoptr (GPtrArray) changes = NULL;

  *pending = NULL;
  if (resume->operation == NULL || resume->op_id == NULL)
    return TRUE;
  changes = resume->base <= resume->revision ? flow_edit_session_changes_since (session, resume->base) : NULL;
  if (changes == NULL)
    return FALSE;
  *pending = flow_text_operation_ref (resume->operation);
  for (guint i = 0; i < changes->len; i++)
    {
      const FlowEditChange *change = g_ptr_array_index (changes, i);

      if (change->revision > resume->revision)
        break;
      move (pending, change->operation, NULL);
    }
  return flow_text_operation_fits (*pending, base);
}

static gboolean
begin (FlowEditSession *session, const FlowEditResume *resume, const char *client, FlowText *text, Replay *self)
{
  g_autoptr (FlowText) base = NULL;
  g_autoptr (FlowText) mine = NULL;

  self->changes = flow_edit_session_changes_since (session, resume->revision);
  if (self->changes == NULL || is_mixed (self->changes, resume, client))
    return FALSE;
  base = flow_edit_session_text_at (session, resume->revision);
  if (base == NULL || !flow_edit_session_find_pending (session, resume, base, &self->pending))
    return FALSE;
  mine = self->pending != NULL ? flow_text_operation_apply (self->pending, base, NULL) : flow_text_ref (base);
  self->own = flow_text_diff (mine, text);
  return TRUE;
}

static void
follow (Replay *self, const FlowEditResume *resume, const char *client)
{
  for (guint i = 0; i < self->changes->len; i++)
    {
      const FlowEditChange *change = g_ptr_array_index (self->changes, i);
      g_autoptr (FlowTextOperation) past = NULL;

      if (strcmp (change->client, client) == 0)
        {
          g_clear_pointer (&self->pending, flow_text_operation_unref);
          continue;
        }
      if (self->pending != NULL)
        move (&self->pending, change->operation, &past);
      move (&self->own, past != NULL ? past : change->operation, NULL);
    }
}

static gboolean
take (FlowEditSession *session, FlowEditEndpoint *endpoint, FlowTextOperation *operation, const char *op_id,
      GError **error)
{
  FlowEditDoer doer = flow_edit_doer_of (endpoint, FLOW_EDIT_WHAT_CHANGE, op_id);

  return operation == NULL || flow_text_operation_is_noop (operation) ||
         flow_edit_session_submit (session, flow_text_server_get_revision (session->server), operation, &doer, error);
}

/* Words that were changed on both sides are a conflict also when one of them comes late. */
static void
find_conflict (FlowEditSession *session, FlowEditEndpoint *endpoint, FlowText *base, FlowText *theirs, FlowText *before)
{
  FlowEditDoer doer = flow_edit_doer_of (endpoint, FLOW_EDIT_WHAT_CHANGE, NULL);
  g_autoptr (FlowTextOperation) own = flow_text_diff (base, theirs);
  g_autoptr (FlowTextOperation) others = flow_text_diff (base, before);
  g_autoptr (FlowTextOperation) at_head = flow_text_diff (before, flow_text_server_get_text (session->server));

  if (!flow_text_operation_is_noop (others) && !flow_text_operation_is_noop (at_head))
    flow_edit_session_find_conflict (session, &doer, base, own, others, at_head);
}

/* @is_done: (out): whether that could be; if not, nothing was changed. */
gboolean
flow_edit_session_replay (FlowEditSession *session, FlowEditEndpoint *endpoint, const FlowEditOpening *opening,
                          gboolean *is_done, GError **error)
{
  const FlowEditResume *resume = opening->resume;
  g_autoptr (FlowText) base = resume->has_revision ? flow_edit_session_text_at (session, resume->revision) : NULL;
  g_autoptr (FlowText) before = flow_text_ref (flow_text_server_get_text (session->server));
  g_auto (Replay) self = { 0 };

  *is_done = resume->has_revision && begin (session, resume, endpoint->client, opening->text, &self);
  if (!*is_done)
    return TRUE;
  follow (&self, resume, endpoint->client);
  if (!take (session, endpoint, self.pending, resume->op_id, error) || !take (session, endpoint, self.own, NULL, error))
    return FALSE;
  if (base != NULL)
    find_conflict (session, endpoint, base, opening->text, before);
  return TRUE;
}
