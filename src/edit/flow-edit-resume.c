/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-edit"

#include "edit/flow-edit-private.h"

#include "text/flow-text-diff.h"
#include "text/flow-text-transform.h"

/*
 * An end comes back: what it did while it was away is brought to the newest text, past what the others did.
 *
 * A DELTA end that knows a revision of this run of the session gets the operations since, and its own that was under
 * way is taken unless it was before. A WHOLE end of which it is known what it had says what it has now. Of all others
 * the text is merged, with the text of their revision as base, or, if that is not known, with the text that differs
 * least: revisions of an earlier run mean nothing, as the hub may have told some that it did not keep.
 */

/* Among how many texts the base of one is looked for whose revision is not known. */
#define MAX_LOOKS 64
/* Two texts that are longer together are not compared word by word for that: it would take seconds. */
#define LONG (64 * 1024)

/* Who is behind by more changes of this run is like one of whom nothing is known: to read and transform them would take
 * long. */
#define MAX_BEHIND 10000

static void
add_recent (FlowEditSession *self, GPtrArray *changes, guint64 after)
{
  guint64 head = flow_text_server_get_revision (self->server);

  for (guint64 revision = after + 1; revision <= head; revision++)
    {
      const char *op_id;
      const char *client = flow_text_server_get_client (self->server, revision, &op_id);
      const char *by = client != NULL ? g_hash_table_lookup (self->names, client) : NULL;
      FlowTextOperation *operation = flow_text_server_get_operation (self->server, revision);

      g_ptr_array_add (changes, flow_edit_change_new (revision, operation, client, op_id, by));
    }
}

/* What was changed after a revision: (nullable), when that is not known. What is not in memory comes of the journal. */
GPtrArray *
flow_edit_session_changes_since (FlowEditSession *self, guint64 revision)
{
  guint64 oldest = flow_text_server_get_oldest (self->server);
  g_autoptr (GPtrArray) changes = NULL;
  g_autoptr (GError) error = NULL;

  if (oldest > MAX (revision, self->loaded) + MAX_BEHIND)
    return NULL;
  /* What is neither in memory any more nor in the journal so far is not known. */
  if (revision > flow_text_server_get_revision (self->server) || (revision < oldest && self->durable < oldest))
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

/*
 * The text as it was: (nullable), when it is not known. Of revisions that were told in an earlier run and not kept it
 * is the one that was kept last before: what an end has of those was made of that.
 */
FlowText *
flow_edit_session_text_at (FlowEditSession *self, guint64 revision)
{
  FlowText *text = flow_text_server_text_at (self->server, revision);
  g_autoptr (GError) error = NULL;
  guint64 at;

  if (text != NULL || revision > flow_text_server_get_revision (self->server))
    return text;
  text = flow_edit_journal_read_text (self->edits->journal, self->record->number, revision, &at, &error);
  if (text == NULL)
    g_info ("text %s, revision %" G_GUINT64_FORMAT ": %s", self->short_id, revision, error->message);
  return text;
}

/* Bytes of two texts between what both begin and end with. */
static gsize
distance (FlowText *a, FlowText *b)
{
  const char *x = flow_text_get_data (a);
  const char *y = flow_text_get_data (b);
  gsize n = flow_text_get_size (a);
  gsize m = flow_text_get_size (b);

  while (n > 0 && m > 0 && *x == *y)
    x++, y++, n--, m--;
  while (n > 0 && m > 0 && x[n - 1] == y[m - 1])
    n--, m--;
  return n + m;
}

static gsize
difference (FlowText *a, FlowText *b)
{
  g_autoptr (FlowTextOperation) operation = NULL;

  if (flow_text_get_size (a) + flow_text_get_size (b) > LONG)
    return distance (a, b);
  operation = flow_text_diff (a, b);
  return flow_text_operation_get_n_inserted (operation) + flow_text_operation_get_n_deleted (operation);
}

/* A revision from which on there are texts to look at. */
static guint64
find_start (FlowEditSession *self)
{
  guint64 oldest = flow_text_server_get_oldest (self->server);
  guint64 head = flow_text_server_get_revision (self->server);
  g_autoptr (GError) error = NULL;
  guint64 revision;

  if (self->loaded == 0)
    return MAX (oldest, head - MIN (head, MAX_LOOKS));
  revision = flow_edit_journal_read_back (self->edits->journal, self->record->number, MAX_LOOKS, &error);
  if (revision == 0)
    g_info ("text %s: %s", self->short_id, error->message);
  return revision;
}

/* Returns: (transfer full): of the texts that there were, until the session was read, the one that differs least. */
static FlowText *
find_nearest (FlowEditSession *self, FlowText *text)
{
  guint64 start = find_start (self);
  g_autoptr (GPtrArray) changes = start != 0 ? flow_edit_session_changes_since (self, start) : NULL;
  g_autoptr (FlowText) at = changes != NULL ? flow_edit_session_text_at (self, start) : NULL;
  FlowText *nearest = flow_text_ref (at != NULL ? at : flow_text_server_get_text (self->server));
  gsize least = difference (nearest, text);

  for (guint i = 0; at != NULL && least > 0 && i < changes->len; i++)
    {
      const FlowEditChange *change = g_ptr_array_index (changes, i);
      FlowText *after = flow_text_operation_apply (change->operation, at, NULL);
      gsize size = after != NULL && i < 2 * MAX_LOOKS ? difference (after, text) : G_MAXSIZE;

      if (after == NULL || (self->loaded != 0 && change->revision > self->loaded))
        {
          g_clear_pointer (&after, flow_text_unref);
          break;
        }
      flow_text_unref (at);
      at = after;
      if (size >= least)
        continue;
      least = size;
      flow_text_unref (nearest);
      nearest = flow_text_ref (at);
    }
  return nearest;
}

/* What brings a text into ours. From a base that is known to be one each keeps its letters; else words are compared. */
static FlowTextOperation *
merge_from (FlowText *base, gboolean is_shared, gboolean told, FlowText *ours, FlowText *theirs)
{
  g_autoptr (FlowTextOperation) own = NULL;
  g_autoptr (FlowTextOperation) others = NULL;
  FlowTextOperation *at_head;

  if (!is_shared)
    return flow_edit_union (base, ours, theirs, told);
  own = flow_text_diff (base, theirs);
  others = flow_text_diff (base, ours);
  flow_text_operation_transform (others, own, NULL, &at_head);
  return at_head;
}

/* Bring its whole text into ours. @ahead: (out) (transfer full): what it has not seen. */
static gboolean
merge_text (FlowEditSession *self, FlowEditEndpoint *endpoint, const FlowEditOpening *opening,
            FlowTextOperation **ahead, GError **error)
{
  const FlowEditResume *resume = opening->resume;
  g_autofree char *op_id = g_strdup_printf (FLOW_EDIT_MERGE "%" G_GUINT64_FORMAT,
                                            flow_text_server_get_revision (self->server));
  FlowEditDoer doer = flow_edit_doer_of (endpoint, FLOW_EDIT_WHAT_CHANGE, op_id);
  g_autoptr (FlowText) ours = flow_text_ref (flow_text_server_get_text (self->server));
  gboolean told;
  g_autoptr (FlowText) base = flow_edit_session_find_shared (self, endpoint, opening, &told);
  gboolean is_shared = base != NULL;
  g_autoptr (FlowTextOperation) own = NULL;
  g_autoptr (FlowTextOperation) others = NULL;
  g_autoptr (FlowTextOperation) operation = NULL;

  if (base == NULL && resume->has_revision)
    base = flow_edit_session_text_at (self, resume->revision);
  if (base == NULL)
    base = find_nearest (self, opening->text);
  operation = merge_from (base, is_shared, told, ours, opening->text);
  if (!flow_text_operation_is_noop (operation) &&
      !flow_edit_session_submit (self, flow_text_server_get_revision (self->server), operation, &doer, error))
    return FALSE;
  *ahead = flow_text_diff (opening->text, flow_text_server_get_text (self->server));
  own = flow_text_diff (base, opening->text);
  others = flow_text_diff (base, ours);
  if (!flow_text_operation_is_noop (operation) && !flow_text_operation_is_noop (others))
    flow_edit_session_find_conflict (self, &doer, base, own, others, operation);
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
is_of_this_run (FlowEditSession *self, const FlowEditResume *resume)
{
  return resume->has_revision && resume->revision >= self->loaded &&
         resume->revision <= flow_text_server_get_revision (self->server);
}

/* Its operation that is under way, against the newest text; it may have sent it before it heard of its revision. */
static gboolean
take_pending (FlowEditSession *self, FlowEditEndpoint *endpoint, const FlowEditResume *resume, GError **error)
{
  FlowEditDoer doer = flow_edit_doer_of (endpoint, FLOW_EDIT_WHAT_CHANGE, resume->op_id);
  g_autoptr (GPtrArray) changes = NULL;

  if (resume->operation == NULL || resume->op_id == NULL)
    return TRUE;
  changes = flow_edit_session_changes_since (self, resume->base);
  for (guint i = 0; changes != NULL && i < changes->len; i++)
    {
      const FlowEditChange *change = g_ptr_array_index (changes, i);

      if (strcmp (change->client, endpoint->client) == 0 && strcmp (change->op_id, resume->op_id) == 0)
        return TRUE;
    }
  return flow_edit_session_submit (self, resume->base, resume->operation, &doer, error);
}

static gboolean
resume_delta (FlowEditSession *self, FlowEditEndpoint *endpoint, const FlowEditOpening *opening, FlowEditOpened *opened,
              GError **error)
{
  const FlowEditResume *resume = opening->resume;
  g_autoptr (FlowTextOperation) ahead = NULL;
  g_autoptr (GPtrArray) known = NULL;
  gboolean is_done;

  if (is_of_this_run (self, resume))
    known = flow_edit_session_changes_since (self, resume->revision);
  if (known == NULL)
    {
      opened->reset = TRUE;
      return flow_edit_session_replay (self, endpoint, opening, &is_done, error) &&
             (is_done || merge_text (self, endpoint, opening, &ahead, error));
    }
  /* What is not in its operation under way it sends itself. */
  if (!take_pending (self, endpoint, resume, error))
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
is_fresh (FlowEditSession *self, const FlowEditOpening *opening)
{
  guint8 hash[FLOW_EDIT_HASH_SIZE];

  if (opening->resume->operation != NULL)
    return FALSE;
  flow_edits_hash (opening->text, hash);
  return memcmp (hash, self->record->first_hash, sizeof hash) == 0;
}

/* What the same client had before says best what it changed. */
static gboolean
resume_whole (FlowEditSession *self, FlowEditEndpoint *endpoint, const FlowEditOpening *opening, GError **error)
{
  g_autoptr (FlowTextOperation) ahead = NULL;

  if (endpoint->shadow != NULL)
    {
      if (opening->resume->has_revision)
        flow_text_shadow_arrived (endpoint->shadow, opening->resume->revision);
      if (!flow_edit_session_take_whole (self, endpoint, opening->text, error))
        return FALSE;
      flow_text_shadow_forget_sent (endpoint->shadow);
      return TRUE;
    }
  if (!merge_text (self, endpoint, opening, &ahead, error))
    return FALSE;
  endpoint->shadow = flow_text_shadow_new_apart (opening->text, flow_text_server_get_revision (self->server), ahead);
  return TRUE;
}

/* An end is taken in that had the text before. */
gboolean
flow_edit_session_resume (FlowEditSession *self, FlowEditEndpoint *endpoint, const FlowEditOpening *opening,
                          FlowEditOpened *opened, GError **error)
{
  static const FlowEditResume nothing;
  FlowEditOpening asked = *opening;

  if (asked.resume == NULL)
    asked.resume = &nothing;
  if (endpoint->style == FLOW_EDIT_WHOLE)
    endpoint->shadow = flow_edit_session_take_shadow (self, endpoint->client);
  if (endpoint->shadow == NULL && is_fresh (self, &asked))
    {
      flow_edit_session_join (self, endpoint, asked.text, opened);
      return TRUE;
    }
  g_hash_table_insert (self->names, g_strdup (endpoint->client), g_strdup (endpoint->name));
  if (endpoint->style == FLOW_EDIT_WHOLE ? !resume_whole (self, endpoint, &asked, error)
                                         : !resume_delta (self, endpoint, &asked, opened, error))
    {
      if (endpoint->shadow != NULL)
        flow_edit_session_return_shadow (self, endpoint->client, g_steal_pointer (&endpoint->shadow));
      return FALSE;
    }
  flow_edit_session_check_conflicts (self);
  flow_edit_session_add (self, endpoint);
  set_opened (self, opened);
  return TRUE;
}
