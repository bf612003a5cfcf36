/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-edit"

#include "edit/flow-edit-private.h"

#include <string.h>

#define DEFAULT_JOURNAL_DAYS 14
#define DEFAULT_JOURNAL_BYTES (G_GUINT64_CONSTANT (256) * 1024 * 1024)

gint64
flow_edits_now_us (FlowEdits *self)
{
  return flow_clock_monotonic_us (self->clock);
}

gint64
flow_edits_now_ns (FlowEdits *self)
{
  return flow_clock_wall_ns (self->clock);
}

void
flow_edits_hash (FlowText *text, guint8 hash[FLOW_EDIT_HASH_SIZE])
{
  g_autoptr (GChecksum) checksum = g_checksum_new (G_CHECKSUM_SHA256);
  gsize size = FLOW_EDIT_HASH_SIZE;

  g_checksum_update (checksum, (const guint8 *) flow_text_get_data (text), (gssize) flow_text_get_size (text));
  g_checksum_get_digest (checksum, hash, &size);
}

/* Tell the owner when a tick is due. */
void
flow_edits_wake_at (FlowEdits *self, gint64 due_us)
{
  if (due_us >= self->due_us || self->is_stopped)
    return;
  self->due_us = due_us;
  if (!self->is_ticking)
    self->funcs->due (self, due_us, self->data);
}

void
flow_edits_changed (FlowEdits *self)
{
  if (self->funcs->changed != NULL)
    self->funcs->changed (self, self->data);
}

/**
 * flow_edits_new:
 * @clock: what time it is
 * @journal: (transfer none): where texts are kept; must outlive it
 * @funcs: (transfer none): what it asks and tells; must outlive it
 * @data: for @funcs
 *
 * Make what has all sessions. Before flow_edits_start() it knows none.
 *
 * Returns: (transfer full): it
 */
FlowEdits *
flow_edits_new (const FlowClock *clock, FlowEditJournal *journal, const FlowEditsFuncs *funcs, gpointer data)
{
  FlowEdits *self = g_new0 (FlowEdits, 1);

  self->clock = clock;
  self->journal = journal;
  self->funcs = funcs;
  self->data = data;
  self->journal_days = DEFAULT_JOURNAL_DAYS;
  self->journal_bytes = DEFAULT_JOURNAL_BYTES;
  self->sessions = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, (GDestroyNotify) flow_edit_session_free);
  self->records = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, (GDestroyNotify) flow_edit_record_free);
  self->offered = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->rates = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  self->jobs = g_ptr_array_new ();
  self->due_us = G_MAXINT64;
  return self;
}

/**
 * flow_edits_free:
 * @self: (transfer full): all sessions
 *
 * Free it. Ends that are still there hear `detached`. Jobs that the journal has may end later.
 */
void
flow_edits_free (FlowEdits *self)
{
  self->is_stopped = TRUE;
  for (guint i = 0; i < self->jobs->len; i++)
    ((FlowEditJob *) g_ptr_array_index (self->jobs, i))->owner = NULL;
  g_hash_table_unref (self->sessions);
  g_hash_table_unref (self->records);
  g_hash_table_unref (self->offered);
  g_hash_table_unref (self->rates);
  g_ptr_array_unref (self->jobs);
  g_strfreev (self->denied_hosts);
  g_free (self);
}

static gboolean
was_in_use (FlowEdits *self, const FlowEditRecord *record)
{
  return record->closed_ns == 0 && record->forgotten_ns == 0 && record->changed_ns > record->created_ns &&
         !flow_edits_is_expired (self, record);
}

/**
 * flow_edits_start:
 * @self: all sessions
 * @error: return location
 *
 * Learn what the journal has. If texts are there that nobody had closed, the user is told.
 *
 * Returns: %FALSE when it cannot be read
 */
gboolean
flow_edits_start (FlowEdits *self, GError **error)
{
  g_autoptr (GPtrArray) records = flow_edit_journal_load (self->journal, error);
  g_autofree char *detail = NULL;
  const FlowEditRecord *newest = NULL;
  guint n = 0;

  if (records == NULL)
    return FALSE;
  g_ptr_array_set_free_func (records, NULL);
  for (guint i = 0; i < records->len; i++)
    {
      FlowEditRecord *record = g_ptr_array_index (records, i);

      self->next_number = MAX (self->next_number, record->number);
      g_hash_table_insert (self->records, record->id, record);
      if (!was_in_use (self, record))
        continue;
      if (newest == NULL)
        newest = record;
      n++;
    }
  detail = g_strdup_printf ("%u", n);
  if (newest != NULL && self->funcs->notice != NULL)
    self->funcs->notice (self, FLOW_EDIT_NOTICE_RECOVERED, newest->id, newest->title, detail, self->data);
  self->prune_us = flow_edits_now_us (self);
  flow_edits_wake_at (self, self->prune_us);
  return TRUE;
}

/**
 * flow_edits_stop:
 * @self: all sessions
 *
 * Let all ends go because the hub stops. The sessions are there again at the next start. What the journal has not heard
 * of is pushed; it should be waited for.
 */
void
flow_edits_stop (FlowEdits *self)
{
  g_autoptr (GPtrArray) sessions = flow_edits_list (self);

  for (guint i = 0; i < sessions->len; i++)
    {
      FlowEditSession *session = g_ptr_array_index (sessions, i);

      while (session->endpoints->len > 0)
        flow_edit_session_detach (session, g_ptr_array_index (session->endpoints, 0), FLOW_EDIT_STOPPED);
      flow_edit_session_commit_last (session);
    }
  self->is_stopped = TRUE;
}

/**
 * flow_edits_is_kept:
 * @self: all sessions
 *
 * Returns: whether the journal has done all that it was given
 */
gboolean
flow_edits_is_kept (FlowEdits *self)
{
  GHashTableIter iter;
  gpointer session;

  g_hash_table_iter_init (&iter, self->sessions);
  while (g_hash_table_iter_next (&iter, NULL, &session))
    if (((FlowEditSession *) session)->job != NULL || ((FlowEditSession *) session)->entries->len > 0)
      return FALSE;
  return self->jobs->len == 0;
}

/**
 * flow_edits_set_settings:
 * @self: all sessions
 * @settings: what the user set
 *
 * Take the settings. They hold for what comes.
 */
void
flow_edits_set_settings (FlowEdits *self, const FlowEditsSettings *settings)
{
  g_strfreev (self->denied_hosts);
  self->denied_hosts = g_strdupv ((char **) settings->denied_hosts);
  self->journal_days = settings->journal_days;
  self->journal_bytes = settings->journal_bytes;
  self->prune_us = flow_edits_now_us (self);
  flow_edits_wake_at (self, self->prune_us);
}

/* A session comes into memory. @record: (transfer full). */
FlowEditSession *
flow_edits_add (FlowEdits *self, FlowEditRecord *record, FlowText *text, guint64 revision)
{
  FlowEditSession *session = flow_edit_session_new (self, record, text, revision);

  g_hash_table_insert (self->sessions, record->id, session);
  return session;
}

static void
take_conflicts (FlowEditSession *session, FlowEditStored *stored)
{
  g_ptr_array_unref (session->conflicts);
  session->conflicts = g_ptr_array_ref (stored->conflicts);
}

/* The revision that a session begins with that was read: none that an earlier run may have told without keeping it.
 * Runs that kept nothing began at another time, and none has a change a millisecond. */
static guint64
first_revision (FlowEdits *self, const FlowEditRecord *record, guint64 revision)
{
  gint64 since_ms = (flow_edits_now_ns (self) - record->changed_ns) / 1000000;

  return revision + FLOW_EDIT_GAP + (guint64) MAX (since_ms, 0);
}

/* Read a session from the journal. Its record is the session's after that. */
FlowEditSession *
flow_edits_load (FlowEdits *self, FlowEditRecord *record, GError **error)
{
  static const FlowEditDoer hub = { .side = "", .name = "", .what = FLOW_EDIT_WHAT_RECOVER };
  g_autoptr (FlowEditStored) stored = flow_edit_journal_read (self->journal, record->number, error);
  FlowEditSession *session;
  guint64 revision;

  if (stored == NULL)
    {
      g_prefix_error (error, "text %s: ", record->id);
      return NULL;
    }
  revision = first_revision (self, record, stored->revision);
  g_hash_table_steal (self->records, record->id);
  session = flow_edits_add (self, record, stored->text, revision);
  take_conflicts (session, stored);
  record->places = stored->places;
  record->revision = session->loaded = revision;
  record->length = flow_text_get_length (stored->text);
  record->closed_ns = record->forgotten_ns = 0;
  g_free (record->reason);
  record->reason = g_strdup ("");
  session->durable = revision;
  flow_edit_session_add_entry (session, &hub, revision, NULL);
  flow_edit_session_update_state (session);
  flow_edit_session_commit (session);
  flow_edits_changed (self);
  return session;
}

/**
 * flow_edits_find:
 * @self: all sessions
 * @id: an id
 *
 * Find a session that is open, with or without ends.
 *
 * Returns: (transfer none) (nullable): the session
 */
FlowEditSession *
flow_edits_find (FlowEdits *self, const char *id)
{
  FlowEditSession *session = g_hash_table_lookup (self->sessions, id);

  return session != NULL && !session->is_closed ? session : NULL;
}

static gboolean
has_short (const char *id, const char *short_id)
{
  gsize n = 0;

  for (const char *p = id; *p != '\0' && n < FLOW_EDIT_SHORT_SIZE; p++)
    if (g_ascii_isalnum (*p) && short_id[n++] != *p)
      return FALSE;
  return n > 0 && short_id[n] == '\0';
}

/**
 * flow_edits_find_by_short:
 * @self: all sessions
 * @short_id: what flow_edit_session_get_short() said
 *
 * Find a session that is open, with or without ends.
 *
 * Returns: (transfer none) (nullable): the session
 */
FlowEditSession *
flow_edits_find_by_short (FlowEdits *self, const char *short_id)
{
  GHashTableIter iter;
  gpointer session;

  g_hash_table_iter_init (&iter, self->sessions);
  while (g_hash_table_iter_next (&iter, NULL, &session))
    if (!((FlowEditSession *) session)->is_closed && strcmp (((FlowEditSession *) session)->short_id, short_id) == 0)
      return session;
  return NULL;
}

static FlowEditRecord *
find_record_by_short (FlowEdits *self, const char *short_id)
{
  GHashTableIter iter;
  gpointer record;

  g_hash_table_iter_init (&iter, self->records);
  while (g_hash_table_iter_next (&iter, NULL, &record))
    if (has_short (((FlowEditRecord *) record)->id, short_id))
      return record;
  return NULL;
}

/** flow_edits_is_known_short: Returns: whether there is, or was, a session with this short id. */
gboolean
flow_edits_is_known_short (FlowEdits *self, const char *short_id)
{
  return flow_edits_find_by_short (self, short_id) != NULL || find_record_by_short (self, short_id) != NULL;
}

static int
compare_created (gconstpointer a, gconstpointer b)
{
  const FlowEditSession *x = *(FlowEditSession *const *) a;
  const FlowEditSession *y = *(FlowEditSession *const *) b;

  return (x->record->number > y->record->number) - (x->record->number < y->record->number);
}

/**
 * flow_edits_list:
 * @self: all sessions
 *
 * List the sessions that are open, with or without ends.
 *
 * Returns: (transfer container) (element-type FlowEditSession): the oldest first
 */
GPtrArray *
flow_edits_list (FlowEdits *self)
{
  GPtrArray *list = g_ptr_array_new ();
  GHashTableIter iter;
  gpointer session;

  g_hash_table_iter_init (&iter, self->sessions);
  while (g_hash_table_iter_next (&iter, NULL, &session))
    if (!((FlowEditSession *) session)->is_closed)
      g_ptr_array_add (list, session);
  g_ptr_array_sort (list, compare_created);
  return list;
}

/* What was closed a moment ago goes on. */
void
flow_edits_reopen (FlowEdits *self, FlowEditSession *session)
{
  static const FlowEditDoer hub = { .side = "", .name = "", .what = FLOW_EDIT_WHAT_RECOVER };

  if (!session->is_closed)
    return;
  session->is_closed = FALSE;
  session->detached_us = flow_edits_now_us (self);
  session->record->closed_ns = 0;
  g_free (session->record->reason);
  session->record->reason = g_strdup ("");
  flow_edit_session_add_entry (session, &hub, flow_text_server_get_revision (session->server), NULL);
  flow_edit_session_commit (session);
  flow_edits_changed (self);
}

static gboolean
not_there (const char *id, GError **error)
{
  g_set_error (error, FLOW_ERROR, FLOW_ERROR_NO_SESSION, "there is no text “%s”", id);
  return FALSE;
}

/**
 * flow_edits_recover:
 * @self: all sessions
 * @id: of a session, open or not
 * @choice: (nullable): with which editor
 * @error: return location
 *
 * Bring a text back, and have an editor open it. Its field goes on with it when that is opened again.
 *
 * Returns: (transfer none): the session; %NULL with %FLOW_ERROR_NO_SESSION, or when the journal cannot be read
 */
FlowEditSession *
flow_edits_recover (FlowEdits *self, const char *id, const char *choice, GError **error)
{
  FlowEditSession *session = g_hash_table_lookup (self->sessions, id);
  FlowEditRecord *record = g_hash_table_lookup (self->records, id);

  if (session == NULL && record == NULL && !not_there (id, error))
    return NULL;
  if (session == NULL)
    session = flow_edits_load (self, record, error);
  if (session == NULL)
    return NULL;
  flow_edits_reopen (self, session);
  if (choice != NULL)
    flow_edit_session_choose_editor (session, choice);
  session->wants_editor = flow_edit_session_count (session, FLOW_EDIT_EDITOR) == 0;
  session->wants_show = !session->wants_editor;
  flow_edits_wake_at (self, flow_edits_now_us (self));
  return session;
}

/**
 * flow_edits_bring_back:
 * @self: all sessions
 * @short_id: what flow_edit_session_get_short() said
 * @error: return location
 *
 * Find a session, or read it from the journal, for somebody who comes with a text of it. No editor is looked for.
 *
 * Returns: (transfer none): the session; %NULL with %FLOW_ERROR_NO_SESSION, or when the journal cannot be read
 */
FlowEditSession *
flow_edits_bring_back (FlowEdits *self, const char *short_id, GError **error)
{
  FlowEditSession *session = flow_edits_find_by_short (self, short_id);
  FlowEditRecord *record = find_record_by_short (self, short_id);

  if (session == NULL && record == NULL)
    {
      not_there (short_id, error);
      return NULL;
    }
  return session != NULL ? session : flow_edits_load (self, record, error);
}

static void
mark (FlowEdits *self, FlowEditRecord *record, gboolean forget)
{
  FlowEditJob *job = flow_edit_job_new (FLOW_EDIT_WRITE);

  record->forgotten_ns = forget ? flow_edits_now_ns (self) : 0;
  job->number = record->number;
  job->record = flow_edit_record_copy (record);
  flow_edits_push_job (self, job);
  flow_edits_changed (self);
}

/**
 * flow_edits_forget:
 * @self: all sessions
 * @id: of a session that no end has
 * @forget: %FALSE: take that back
 * @error: return location
 *
 * Drop a text that could be brought back. It is erased after a day.
 *
 * Returns: %FALSE with %FLOW_ERROR_NO_SESSION, or %FLOW_ERROR_BUSY when it is open
 */
gboolean
flow_edits_forget (FlowEdits *self, const char *id, gboolean forget, GError **error)
{
  FlowEditSession *session = g_hash_table_lookup (self->sessions, id);
  FlowEditRecord *record = g_hash_table_lookup (self->records, id);

  if (session == NULL && record == NULL)
    return not_there (id, error);
  if (record != NULL)
    {
      mark (self, record, forget);
      return TRUE;
    }
  if (session->endpoints->len > 0)
    {
      g_set_error_literal (error, FLOW_ERROR, FLOW_ERROR_BUSY, "the text is open; end it first");
      return FALSE;
    }
  flow_edit_session_close (session, FLOW_EDIT_ENDED, NULL);
  session->record->forgotten_ns = forget ? flow_edits_now_ns (self) : 0;
  session->record_moved = TRUE;
  flow_edit_session_commit (session);
  return TRUE;
}

/**
 * flow_edits_notice:
 * @self: all sessions
 * @kind: what happened
 * @session: (nullable): to which text
 * @detail: (nullable): names what it is about
 *
 * Have the user told.
 */
void
flow_edits_notice (FlowEdits *self, FlowEditNotice kind, FlowEditSession *session, const char *detail)
{
  if (self->funcs->notice != NULL)
    self->funcs->notice (self, kind, session != NULL ? session->record->id : NULL,
                         session != NULL ? session->record->title : NULL, detail, self->data);
}

/** flow_edits_count_error: count an input that was refused as wrong. */
void
flow_edits_count_error (FlowEdits *self)
{
  self->counts.errors++;
}

/**
 * flow_edits_get_counts:
 * @self: all sessions
 * @counts: (out): what was done
 *
 * Say how it is.
 */
void
flow_edits_get_counts (FlowEdits *self, FlowEditsCounts *counts)
{
  FlowLatencySummary summary;
  GHashTableIter iter;
  gpointer session;

  *counts = self->counts;
  counts->open = counts->detached = 0;
  g_hash_table_iter_init (&iter, self->sessions);
  while (g_hash_table_iter_next (&iter, NULL, &session))
    {
      if (((FlowEditSession *) session)->is_closed)
        continue;
      if (((FlowEditSession *) session)->endpoints->len > 0)
        counts->open++;
      else
        counts->detached++;
    }
  counts->has_latency = flow_latency_summarise (&self->latency, &summary);
  if (!counts->has_latency)
    return;
  counts->p50_ms = summary.p50_ms;
  counts->p99_ms = summary.p99_ms;
}

guint
flow_edits_count_open (FlowEdits *self)
{
  FlowEditsCounts counts;

  flow_edits_get_counts (self, &counts);
  return counts.open;
}

/** flow_edit_notice_name: Returns: the name of what the user should hear of, as messages have it. */
const char *
flow_edit_notice_name (FlowEditNotice kind)
{
  static const char *const names[] = { "conflict", "recovered", "editor_not_found", "no_permission", "unexpected" };

  return names[kind];
}
