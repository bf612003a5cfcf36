/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-edit"

#include "edit/flow-edit-private.h"

#include "text/flow-text-diff.h"
#include "text/flow-text-transform.h"

/*
 * An end comes back: what it did while it was away is brought to the newest text, past what the others did.
 *
 * When it knows a revision of this run of the session it gets the operations since. Revisions of an earlier run mean
 * nothing to it any more, as the hub may have told some that it did not keep: then its whole text is merged, with the
 * text of its revision as base, or, if that is not known either, with the one of the texts since that differs least.
 */

/* Among how many texts the base of one is looked for whose revision is not known. */
#define MAX_CANDIDATES 8

/* What an end has, and what leads from there to the newest text. */
typedef struct
{
  FlowText *base;
  GPtrArray *changes;         /* of FlowEditChange */
  FlowTextOperation *pending; /* (nullable): its operation that is under way, against the text after all @changes */
  FlowTextOperation *own;     /* what it did beyond that, against the text after all of that */
  gboolean is_taken;          /* the operation that is under way is among the changes */
} Return;

static void
return_clear (Return *self)
{
  g_clear_pointer (&self->base, flow_text_unref);
  g_clear_pointer (&self->changes, g_ptr_array_unref);
  g_clear_pointer (&self->pending, flow_text_operation_unref);
  g_clear_pointer (&self->own, flow_text_operation_unref);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Return, return_clear)

static void
add_recent (FlowEditSession *self, GPtrArray *changes, guint64 after)
{
  guint64 head = flow_text_server_get_revision (self->server);

  for (guint64 revision = after + 1; revision <= head; revision++)
    {
      const char *op_id;
      const char *client = flow_text_server_get_client (self->server, revision, &op_id);
      const char *by = client != NULL ? g_hash_table_lookup (self->names, client) : NULL;

      g_ptr_array_add (changes, flow_edit_change_new (revision, flow_text_server_get_operation (self->server, revision),
                                                      client, op_id, by));
    }
}

/* What was changed after a revision: (nullable), when that is not known. What is not in memory comes of the journal. */
GPtrArray *
flow_edit_session_changes_since (FlowEditSession *self, guint64 revision)
{
  guint64 oldest = flow_text_server_get_oldest (self->server);
  g_autoptr (GPtrArray) changes = NULL;
  g_autoptr (GError) error = NULL;

  if (revision > flow_text_server_get_revision (self->server))
    return NULL;
  if (revision >= oldest)
    changes = g_ptr_array_new_with_free_func ((GDestroyNotify) flow_edit_change_free);
  else
    changes = flow_edit_journal_read_changes (self->edits->journal, self->record->number, revision, &error);
  if (changes == NULL)
    {
      g_info ("text %s, revision %" G_GUINT64_FORMAT ": %s", self->short_id, revision, error->message);
      return NULL;
    }
  for (guint i = changes->len; i > 0; i--)
    if (((FlowEditChange *) g_ptr_array_index (changes, i - 1))->revision > oldest)
      g_ptr_array_remove_index (changes, i - 1);
  add_recent (self, changes, MAX (revision, oldest));
  return g_steal_pointer (&changes);
}

/* The text as it was: (nullable), when it is not known. */
FlowText *
flow_edit_session_text_at (FlowEditSession *self, guint64 revision)
{
  FlowText *text = flow_text_server_text_at (self->server, revision);
  g_autoptr (GError) error = NULL;

  if (text == NULL)
    text = flow_edit_journal_read_text (self->edits->journal, self->record->number, revision, &error);
  if (text == NULL)
    g_info ("text %s, revision %" G_GUINT64_FORMAT ": %s", self->short_id, revision, error->message);
  return text;
}

static gsize
difference (FlowText *a, FlowText *b)
{
  g_autoptr (FlowTextOperation) operation = flow_text_diff (a, b);

  return flow_text_operation_get_n_inserted (operation) + flow_text_operation_get_n_deleted (operation);
}

/* The revision whose text differs least from one whose revision is not known; of equal ones the older. */
static guint64
find_nearest (FlowEditSession *self, FlowText *text)
{
  guint64 head = flow_text_server_get_revision (self->server);
  guint64 oldest = flow_text_server_get_oldest (self->server);
  guint64 nearest = head;
  gsize least = G_MAXSIZE;

  for (guint64 revision = MAX (oldest, head - MIN (head, MAX_CANDIDATES)); revision <= head; revision++)
    {
      g_autoptr (FlowText) candidate = flow_text_server_text_at (self->server, revision);
      gsize size = candidate != NULL ? difference (candidate, text) : G_MAXSIZE;

      if (size >= least)
        continue;
      least = size;
      nearest = revision;
    }
  return nearest;
}

/* Follow what happened to what it did, as it would have done itself had it heard of each change. */
static void
follow (Return *self, const FlowEditResume *resume, const char *client)
{
  for (guint i = 0; i < self->changes->len; i++)
    {
      const FlowEditChange *change = g_ptr_array_index (self->changes, i);
      g_autoptr (FlowTextOperation) past = flow_text_operation_ref (change->operation);
      FlowTextOperation *moved;

      if (self->pending != NULL && strcmp (change->client, client) == 0 && strcmp (change->op_id, resume->op_id) == 0)
        {
          g_clear_pointer (&self->pending, flow_text_operation_unref);
          self->is_taken = TRUE;
          continue;
        }
      if (self->pending != NULL)
        {
          FlowTextOperation *after;

          flow_text_operation_transform (past, self->pending, &after, &moved);
          flow_text_operation_unref (past);
          flow_text_operation_unref (self->pending);
          past = after;
          self->pending = moved;
        }
      flow_text_operation_transform (past, self->own, NULL, &moved);
      flow_text_operation_unref (self->own);
      self->own = moved;
    }
}

static gboolean
take_pending (FlowEditSession *self, FlowEditEndpoint *endpoint, Return *back, const char *op_id, GError **error)
{
  FlowEditDoer doer = flow_edit_doer_of (endpoint, FLOW_EDIT_WHAT_CHANGE, op_id);

  return back->pending == NULL ||
         flow_edit_session_submit (self, flow_text_server_get_revision (self->server), back->pending, &doer, error);
}

/* Its operation that is under way, against the revision that it has: it may have sent it before it heard of that. */
static FlowTextOperation *
pending_at (FlowEditSession *self, const FlowEditResume *resume, FlowText *base)
{
  g_autoptr (GPtrArray) changes = NULL;
  g_autoptr (FlowTextOperation) pending = NULL;

  if (resume->operation == NULL || resume->op_id == NULL || resume->base > resume->revision)
    return NULL;
  pending = flow_text_operation_ref (resume->operation);
  changes = resume->base < resume->revision ? flow_edit_session_changes_since (self, resume->base) : NULL;
  for (guint i = 0; changes != NULL && i < changes->len; i++)
    {
      const FlowEditChange *change = g_ptr_array_index (changes, i);
      FlowTextOperation *moved;

      if (change->revision > resume->revision)
        break;
      flow_text_operation_transform (change->operation, pending, NULL, &moved);
      flow_text_operation_unref (pending);
      pending = moved;
    }
  return flow_text_operation_fits (pending, base) ? g_steal_pointer (&pending) : NULL;
}

/* Which text it had, and what it did to it. */
static gboolean
begin_return (FlowEditSession *self, const FlowEditOpening *opening, Return *back)
{
  const FlowEditResume *resume = opening->resume;
  gboolean is_known = resume != NULL && resume->has_revision;
  g_autoptr (FlowText) mine = NULL;

  if (is_known)
    {
      back->changes = flow_edit_session_changes_since (self, resume->revision);
      back->base = back->changes != NULL ? flow_edit_session_text_at (self, resume->revision) : NULL;
    }
  if (back->base != NULL)
    back->pending = pending_at (self, resume, back->base);
  if (back->base == NULL)
    {
      guint64 revision = find_nearest (self, opening->text);

      g_clear_pointer (&back->changes, g_ptr_array_unref);
      back->base = flow_text_server_text_at (self->server, revision);
      back->changes = flow_edit_session_changes_since (self, revision);
      is_known = FALSE;
    }
  mine = back->pending != NULL ? flow_text_operation_apply (back->pending, back->base, NULL)
                               : flow_text_ref (back->base);
  back->own = flow_text_diff (mine, opening->text);
  return is_known;
}

/* The others' changes as one, from the text that a WHOLE end has to the newest. */
static FlowTextOperation *
compose_changes (GPtrArray *changes)
{
  FlowTextOperation *all = flow_text_operation_new_noop ();

  for (guint i = 0; i < changes->len; i++)
    {
      FlowTextOperation *longer = flow_text_operation_compose (
          all, ((FlowEditChange *) g_ptr_array_index (changes, i))->operation);

      flow_text_operation_unref (all);
      all = longer;
    }
  return all;
}

static gboolean
resume_whole (FlowEditSession *self, FlowEditEndpoint *endpoint, const FlowEditOpening *opening, Return *back,
              GError **error)
{
  FlowEditDoer doer = flow_edit_doer_of (endpoint, FLOW_EDIT_WHAT_CHANGE, NULL);
  g_autoptr (FlowTextOperation) others = compose_changes (back->changes);
  g_autoptr (FlowTextOperation) ahead = NULL;
  g_autoptr (FlowTextOperation) own = NULL;

  flow_text_operation_transform (others, back->own, &ahead, &own);
  if (!flow_text_operation_is_noop (own))
    {
      if (!flow_edit_session_submit (self, flow_text_server_get_revision (self->server), own, &doer, error))
        return FALSE;
      if (!flow_text_operation_is_noop (others))
        flow_edit_session_find_conflict (self, &doer, back->base, back->own, others, own);
    }
  endpoint->shadow = flow_text_shadow_new_apart (opening->text, flow_text_server_get_revision (self->server), ahead);
  return TRUE;
}

static gboolean
merge_text (FlowEditSession *self, FlowEditEndpoint *endpoint, const FlowEditOpening *opening, Return *back,
            GError **error)
{
  FlowEditDoer doer = flow_edit_doer_of (endpoint, FLOW_EDIT_WHAT_CHANGE, NULL);
  g_autoptr (FlowTextOperation) theirs = compose_changes (back->changes);
  g_autoptr (FlowTextOperation) mine = flow_text_diff (back->base, opening->text);

  follow (back, opening->resume, endpoint->client);
  if (!take_pending (self, endpoint, back, opening->resume->op_id, error))
    return FALSE;
  if (flow_text_operation_is_noop (back->own))
    return TRUE;
  if (!flow_edit_session_submit (self, flow_text_server_get_revision (self->server), back->own, &doer, error))
    return FALSE;
  if (!flow_text_operation_is_noop (theirs) && !back->is_taken)
    flow_edit_session_find_conflict (self, &doer, back->base, mine, theirs, back->own);
  return TRUE;
}

/* Ids of operations say something to their client alone. */
static GPtrArray *
changes_for (FlowEditSession *self, guint64 revision, const char *client)
{
  GPtrArray *changes = flow_edit_session_changes_since (self, revision);

  for (guint i = 0; changes != NULL && i < changes->len; i++)
    {
      FlowEditChange *change = g_ptr_array_index (changes, i);

      if (strcmp (change->client, client) != 0)
        change->op_id[0] = '\0';
    }
  return changes;
}

static gboolean
resume_delta (FlowEditSession *self, FlowEditEndpoint *endpoint, const FlowEditOpening *opening, Return *back,
              gboolean is_known, FlowEditOpened *opened, GError **error)
{
  const FlowEditResume *resume = opening->resume;

  if (!is_known || resume->revision < self->loaded)
    {
      opened->reset = TRUE;
      return merge_text (self, endpoint, opening, back, error);
    }
  /* What is not in its operation under way it sends itself. */
  follow (back, resume, endpoint->client);
  if (!take_pending (self, endpoint, back, resume->op_id, error))
    return FALSE;
  opened->changes = changes_for (self, resume->revision, endpoint->client);
  return TRUE;
}

static void
set_opened (FlowEditSession *self, FlowEditOpened *opened)
{
  opened->session = self;
  opened->resumed = TRUE;
  opened->revision = flow_text_server_get_revision (self->server);
  opened->text = flow_text_ref (flow_text_server_get_text (self->server));
}

/* An end is taken in that has a text of earlier, without changes of its own. */
void
flow_edit_session_join (FlowEditSession *self, FlowEditEndpoint *endpoint, FlowText *text, FlowEditOpened *opened)
{
  FlowText *head = flow_text_server_get_text (self->server);
  g_autoptr (FlowTextOperation) ahead = flow_text_diff (text, head);

  if (endpoint->style == FLOW_EDIT_WHOLE)
    endpoint->shadow = flow_text_shadow_new_apart (text, flow_text_server_get_revision (self->server), ahead);
  opened->reset = !flow_text_equal (text, head);
  flow_edit_session_add (self, endpoint);
  set_opened (self, opened);
}

/* A field that was loaded anew has what it began with, whatever revision it remembers. */
static gboolean
is_fresh (FlowEditSession *self, const FlowEditOpening *opening, const Return *back)
{
  guint8 hash[FLOW_EDIT_HASH_SIZE];

  flow_edits_hash (opening->text, hash);
  return memcmp (hash, self->record->first_hash, sizeof hash) == 0 && back->pending == NULL &&
         !flow_text_equal (opening->text, back->base);
}

/* An end is taken in that had the text before. */
gboolean
flow_edit_session_resume (FlowEditSession *self, FlowEditEndpoint *endpoint, const FlowEditOpening *opening,
                          FlowEditOpened *opened, GError **error)
{
  static const FlowEditResume nothing;
  FlowEditOpening asked = *opening;
  g_auto (Return) back = { 0 };
  gboolean is_known;
  gboolean ok;

  if (asked.resume == NULL)
    asked.resume = &nothing;
  is_known = begin_return (self, &asked, &back);
  if (is_fresh (self, &asked, &back))
    {
      flow_edit_session_join (self, endpoint, asked.text, opened);
      return TRUE;
    }
  g_hash_table_insert (self->names, g_strdup (endpoint->client), g_strdup (endpoint->name));
  if (endpoint->style == FLOW_EDIT_WHOLE)
    ok = resume_whole (self, endpoint, &asked, &back, error);
  else
    ok = resume_delta (self, endpoint, &asked, &back, is_known, opened, error);
  if (!ok)
    return FALSE;
  flow_edit_session_check_conflicts (self);
  flow_edit_session_add (self, endpoint);
  set_opened (self, opened);
  return TRUE;
}
