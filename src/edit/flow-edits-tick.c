/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-edit"

#include "edit/flow-edit-private.h"

/* What comes with time: looking for editors, expiry, pruning. */

#define PRUNE_US (G_GINT64_CONSTANT (3600) * G_USEC_PER_SEC)
/* It is pruned earlier when it has grown by this part of what it may take. */
#define PRUNE_PART 8
#define DAY_NS (G_GINT64_CONSTANT (24) * 3600 * 1000000000)
/* Origins whose requests are counted. */
#define MAX_RATES 1000

/* Whether nobody had it for so long that its field is another one. */
gboolean
flow_edits_is_expired (FlowEdits *self, const FlowEditRecord *record)
{
  return flow_edits_now_ns (self) - record->changed_ns > FLOW_EDITS_EXPIRY_US * 1000;
}

/* Returns: why a session is not open. */
const char *
flow_edits_record_reason (FlowEdits *self, const FlowEditRecord *record)
{
  if (record->closed_ns != 0)
    return record->reason;
  return flow_edits_is_expired (self, record) ? flow_edit_reason_name (FLOW_EDIT_EXPIRED) : "detached";
}

/* What was closed and is kept needs no memory any more. */
void
flow_edits_collect (FlowEdits *self)
{
  GHashTableIter iter;
  gpointer value;

  g_hash_table_iter_init (&iter, self->sessions);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    {
      FlowEditSession *session = value;
      FlowEditRecord *record;

      if (!session->is_closed || session->job != NULL || session->entries->len > 0 || session->is_flushing)
        continue;
      record = flow_edit_record_copy (session->record);
      g_hash_table_insert (self->records, record->id, record);
      g_hash_table_iter_remove (&iter);
    }
}

static FlowEditSession *
oldest_detached (FlowEdits *self, guint *n)
{
  FlowEditSession *oldest = NULL;
  GHashTableIter iter;
  gpointer value;

  *n = 0;
  g_hash_table_iter_init (&iter, self->sessions);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    {
      FlowEditSession *session = value;

      if (session->is_closed || session->endpoints->len > 0)
        continue;
      (*n)++;
      if (oldest == NULL || session->detached_us < oldest->detached_us)
        oldest = session;
    }
  return oldest;
}

/* It goes out of memory, and comes back when its field does. */
static void
shelve (FlowEdits *self, FlowEditSession *session)
{
  session->is_closed = TRUE;
  if (self->funcs->closed != NULL)
    self->funcs->closed (self, session, FLOW_EDIT_SHELVED, self->data);
  flow_edits_changed (self);
}

/* Returns: when the next one goes. */
static gint64
expire (FlowEdits *self, gint64 now_us)
{
  FlowEditSession *session;
  guint n;

  while ((session = oldest_detached (self, &n)) != NULL)
    {
      if (session->detached_us + FLOW_EDITS_EXPIRY_US <= now_us)
        flow_edit_session_close (session, FLOW_EDIT_EXPIRED, NULL);
      else if (n > FLOW_EDITS_MAX_OPEN)
        shelve (self, session);
      else
        return session->detached_us + FLOW_EDITS_EXPIRY_US;
    }
  return G_MAXINT64;
}

static void
job_cb (FlowEditJob *done)
{
  g_autoptr (FlowEditJob) job = done;
  FlowEdits *self = job->owner;

  if (self == NULL)
    return;
  g_ptr_array_remove_fast (self->jobs, job);
  if (job->error != NULL)
    g_warning ("the journal of texts: %s", job->error->message);
}

/* A job that is of no session in memory. */
void
flow_edits_push_job (FlowEdits *self, FlowEditJob *job)
{
  job->owner = self;
  if (job->done == NULL)
    job->done = job_cb;
  g_ptr_array_add (self->jobs, job);
  flow_edit_journal_push (self->journal, job);
}

static gboolean
is_removed (gpointer id, gpointer value, gpointer data)
{
  const FlowEditRecord *record = value;
  GArray *removed = data;

  for (guint i = 0; i < removed->len; i++)
    if (g_array_index (removed, guint64, i) == record->number)
      return TRUE;
  return FALSE;
}

/* A session was read while its journal was being erased: it is kept again as a whole. */
static void
keep_again (FlowEdits *self, GArray *removed)
{
  GHashTableIter iter;
  gpointer value;

  g_hash_table_iter_init (&iter, self->sessions);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    {
      FlowEditSession *session = value;

      if (!is_removed (NULL, session->record, removed))
        continue;
      session->is_new = session->record_moved = session->conflicts_moved = TRUE;
      flow_edit_session_commit (session);
    }
}

static void
note_cut (FlowEdits *self, const FlowEditCut *cut)
{
  GHashTableIter iter;
  gpointer value;

  g_hash_table_iter_init (&iter, self->sessions);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    {
      FlowEditSession *session = value;

      if (session->record->number != cut->number)
        continue;
      session->record->bytes -= MIN (session->record->bytes, cut->bytes);
      session->record_moved = TRUE;
      flow_edit_session_commit (session);
    }
}

static void
pruned_cb (FlowEditJob *job)
{
  FlowEdits *self = job->owner;

  if (self != NULL && !self->is_stopped && job->cuts != NULL && job->error == NULL)
    for (guint i = 0; i < job->cuts->len; i++)
      note_cut (self, &g_array_index (job->cuts, FlowEditCut, i));
  if (self != NULL && job->removed != NULL && job->error == NULL)
    keep_again (self, job->removed);
  if (self != NULL && job->removed != NULL && job->error == NULL &&
      g_hash_table_foreach_remove (self->records, is_removed, job->removed) > 0)
    flow_edits_changed (self);
  job_cb (job);
}

/* What all ends of a session have, and the journal too. */
static guint64
revision_of_all (FlowEditSession *session)
{
  guint64 revision = session->durable;

  for (guint i = 0; i < session->endpoints->len; i++)
    {
      const FlowEditEndpoint *endpoint = g_ptr_array_index (session->endpoints, i);

      revision = MIN (revision,
                      endpoint->shadow != NULL ? flow_text_shadow_get_oldest (endpoint->shadow) : endpoint->told);
    }
  return revision;
}

/* Have erased what is too old, too much, or dropped. What is in memory stays, but for how it began. */
void
flow_edits_prune (FlowEdits *self)
{
  FlowEditJob *job = flow_edit_job_new (FLOW_EDIT_PRUNE);
  gint64 now_ns = flow_edits_now_ns (self);
  GHashTableIter iter;
  gpointer value;

  self->grown = 0;
  job->limits = (FlowEditLimits) {
    .changed_before_ns = now_ns - self->journal_days * DAY_NS,
    .forgotten_before_ns = now_ns - DAY_NS,
    .bytes = self->journal_bytes,
    .count = FLOW_EDIT_MAX_STORED,
    .open = g_array_new (FALSE, FALSE, sizeof (FlowEditOpen)),
  };
  g_hash_table_iter_init (&iter, self->sessions);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    {
      FlowEditSession *session = value;
      FlowEditOpen open = { session->record->number, revision_of_all (session) };

      g_array_append_val (job->limits.open, open);
    }
  job->done = pruned_cb;
  flow_edits_push_job (self, job);
}

/* The journal was given something. */
void
flow_edits_grew (FlowEdits *self, gsize bytes)
{
  self->grown += bytes;
  if (self->grown <= self->journal_bytes / PRUNE_PART)
    return;
  self->prune_us = flow_edits_now_us (self);
  flow_edits_wake_at (self, self->prune_us);
}

static gboolean
is_full (gpointer origin, gpointer value, gpointer now_us)
{
  const FlowEditRate *rate = value;

  return rate->left + (double) (*(gint64 *) now_us - rate->at_us) / FLOW_EDITS_REFILL_US >= FLOW_EDITS_BURST;
}

static void
ask_for_editor (FlowEdits *self, FlowEditSession *session)
{
  FlowEditEndpoint *editor = flow_edit_session_get_endpoint (session, FLOW_EDIT_EDITOR, 0);

  if (session->wants_editor && editor == NULL)
    {
      session->wants_editor = session->wants_show = FALSE;
      self->funcs->open_editor (self, session, self->data);
      return;
    }
  if ((session->wants_show || session->wants_editor) && editor != NULL && self->funcs->show_editor != NULL)
    {
      session->wants_editor = session->wants_show = FALSE;
      self->funcs->show_editor (self, session, editor, self->data);
    }
}

static gint64
tick_sessions (FlowEdits *self, gint64 now_us)
{
  g_autoptr (GPtrArray) ids = g_ptr_array_new_with_free_func (g_free);
  gint64 due_us = G_MAXINT64;
  GHashTableIter iter;
  gpointer id;

  g_hash_table_iter_init (&iter, self->sessions);
  while (g_hash_table_iter_next (&iter, &id, NULL))
    g_ptr_array_add (ids, g_strdup (id));
  for (guint i = 0; i < ids->len; i++)
    {
      FlowEditSession *session = g_hash_table_lookup (self->sessions, g_ptr_array_index (ids, i));

      if (session == NULL)
        continue;
      if (!session->is_closed)
        ask_for_editor (self, session);
      due_us = MIN (due_us, flow_edit_session_tick (session, now_us));
    }
  return due_us;
}

/**
 * flow_edits_tick:
 * @self: all sessions
 *
 * Do what is due.
 *
 * Returns: when it is to be called again at the latest, monotonic us, or -1 for never; also earlier when `due` says so
 */
gint64
flow_edits_tick (FlowEdits *self)
{
  gint64 now_us = flow_edits_now_us (self);
  gint64 due_us;

  self->is_ticking = TRUE;
  self->due_us = G_MAXINT64;
  due_us = tick_sessions (self, now_us);
  due_us = MIN (due_us, expire (self, now_us));
  flow_edits_collect (self);
  if (self->prune_us <= now_us)
    {
      self->prune_us = now_us + PRUNE_US;
      flow_edits_prune (self);
    }
  if (g_hash_table_size (self->rates) > MAX_RATES)
    g_hash_table_foreach_remove (self->rates, is_full, &now_us);
  self->is_ticking = FALSE;
  self->due_us = MIN (MIN (self->due_us, due_us), self->prune_us);
  return self->due_us == G_MAXINT64 ? -1 : self->due_us;
}
