/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-edit"

#include "edit/flow-edit-journal-sqlite.h"

#include "base/flow-error.h"
#include "edit/flow-edit-journal-cut.h"
#include "edit/flow-edit-read.h"
#include "edit/flow-edit-resources.h"
#include "store/flow-statement.h"
#include "text/flow-text-operation-json.h"

typedef enum
{
  STMT_SESSION_INSERT,
  STMT_SESSION_UPDATE,
  STMT_SESSION_DELETE,
  STMT_ENTRY_INSERT,
  STMT_ENTRY_DELETE,
  STMT_SNAPSHOT_INSERT,
  STMT_SNAPSHOT_DELETE,
  STMT_CONFLICT_INSERT,
  STMT_CONFLICT_DELETE,
  N_STMTS,
} Stmt;

static const char *const stmt_names[N_STMTS] = {
  [STMT_SESSION_INSERT] = "edit-session-insert",   [STMT_SESSION_UPDATE] = "edit-session-update",
  [STMT_SESSION_DELETE] = "edit-session-delete",   [STMT_ENTRY_INSERT] = "edit-entry-insert",
  [STMT_ENTRY_DELETE] = "edit-entry-delete",       [STMT_SNAPSHOT_INSERT] = "edit-snapshot-insert",
  [STMT_SNAPSHOT_DELETE] = "edit-snapshot-delete", [STMT_CONFLICT_INSERT] = "edit-conflict-insert",
  [STMT_CONFLICT_DELETE] = "edit-conflict-delete",
};

struct _FlowEditJournalSqlite
{
  FlowEditJournal journal; /* first: it is one */
  FlowStore *store;
  char *path;
  FlowCallQueue *calls;
  sqlite3 *reader;              /* (nullable): the sessions' thread's */
  sqlite3_stmt *stmts[N_STMTS]; /* the writer thread's */
};

/* A job on its way through the writer. */
typedef struct
{
  FlowEditJournalSqlite *self;
  FlowEditJob *job;
} Errand;

static sqlite3_stmt *
begin_stmt (FlowEditJournalSqlite *self, Stmt which)
{
  sqlite3_reset (self->stmts[which]);
  return self->stmts[which];
}

static void
bind_text (sqlite3_stmt *stmt, int column, const char *text)
{
  sqlite3_bind_text (stmt, column, text, -1, SQLITE_STATIC);
}

static void
bind_hash (sqlite3_stmt *stmt, int column, const guint8 *hash, gboolean is_there)
{
  sqlite3_bind_blob (stmt, column, is_there ? (const void *) hash : "", is_there ? FLOW_EDIT_HASH_SIZE : 0,
                     SQLITE_STATIC);
}

static gboolean
insert_session (FlowEditJournalSqlite *self, const FlowEditRecord *record, GError **error)
{
  sqlite3_stmt *stmt = begin_stmt (self, STMT_SESSION_INSERT);

  sqlite3_bind_int64 (stmt, 1, (gint64) record->number);
  bind_text (stmt, 2, record->id);
  bind_text (stmt, 3, record->identity);
  bind_text (stmt, 4, record->title);
  bind_text (stmt, 5, record->url);
  bind_text (stmt, 6, record->site);
  bind_text (stmt, 7, record->type);
  bind_text (stmt, 8, record->choice);
  sqlite3_bind_int64 (stmt, 9, record->created_ns);
  sqlite3_bind_int64 (stmt, 10, record->changed_ns);
  sqlite3_bind_int64 (stmt, 11, record->saved_ns);
  sqlite3_bind_int64 (stmt, 12, record->closed_ns);
  bind_text (stmt, 13, record->reason);
  sqlite3_bind_int64 (stmt, 14, record->forgotten_ns);
  sqlite3_bind_int64 (stmt, 15, (gint64) record->revision);
  sqlite3_bind_int64 (stmt, 16, (gint64) record->length);
  sqlite3_bind_int64 (stmt, 17, (gint64) record->bytes);
  bind_hash (stmt, 18, record->first_hash, TRUE);
  bind_hash (stmt, 19, record->page_hash, record->has_page_hash);
  return flow_sql_step_done (stmt, error);
}

static gboolean
update_session (FlowEditJournalSqlite *self, const FlowEditRecord *record, GError **error)
{
  sqlite3_stmt *stmt = begin_stmt (self, STMT_SESSION_UPDATE);

  sqlite3_bind_int64 (stmt, 1, (gint64) record->number);
  bind_text (stmt, 2, record->title);
  bind_text (stmt, 3, record->type);
  bind_text (stmt, 4, record->choice);
  sqlite3_bind_int64 (stmt, 5, record->changed_ns);
  sqlite3_bind_int64 (stmt, 6, record->saved_ns);
  sqlite3_bind_int64 (stmt, 7, record->closed_ns);
  bind_text (stmt, 8, record->reason);
  sqlite3_bind_int64 (stmt, 9, record->forgotten_ns);
  sqlite3_bind_int64 (stmt, 10, (gint64) record->revision);
  sqlite3_bind_int64 (stmt, 11, (gint64) record->length);
  sqlite3_bind_int64 (stmt, 12, (gint64) record->bytes);
  bind_hash (stmt, 13, record->page_hash, record->has_page_hash);
  return flow_sql_step_done (stmt, error);
}

static gboolean
insert_entry (FlowEditJournalSqlite *self, guint64 number, const FlowEditEntry *entry, GError **error)
{
  const FlowEditChange *change = entry->change;
  sqlite3_stmt *stmt = begin_stmt (self, STMT_ENTRY_INSERT);
  g_autoptr (GString) json = g_string_new (NULL);
  gboolean ok;

  if (change->operation != NULL)
    flow_text_operation_to_json (change->operation, json);
  sqlite3_bind_int64 (stmt, 1, flow_edit_read_first (number) + (gint64) entry->place);
  sqlite3_bind_int64 (stmt, 2, (gint64) change->revision);
  sqlite3_bind_int64 (stmt, 3, entry->time_ns);
  bind_text (stmt, 4, entry->side);
  bind_text (stmt, 5, change->by);
  bind_text (stmt, 6, flow_edit_what_name (entry->what));
  sqlite3_bind_int64 (stmt, 7,
                      change->operation != NULL ? (gint64) flow_text_operation_get_n_inserted (change->operation) : 0);
  sqlite3_bind_int64 (stmt, 8,
                      change->operation != NULL ? (gint64) flow_text_operation_get_n_deleted (change->operation) : 0);
  bind_text (stmt, 9, change->client);
  bind_text (stmt, 10, change->op_id);
  sqlite3_bind_blob64 (stmt, 11, json->str, json->len, SQLITE_STATIC);
  ok = flow_sql_step_done (stmt, error);
  sqlite3_clear_bindings (stmt);
  return ok;
}

static gboolean
insert_snapshot (FlowEditJournalSqlite *self, const FlowEditRecord *record, FlowText *text, GError **error)
{
  sqlite3_stmt *stmt = begin_stmt (self, STMT_SNAPSHOT_INSERT);
  gboolean ok;

  sqlite3_bind_int64 (stmt, 1, flow_edit_read_first (record->number) + (gint64) record->places);
  sqlite3_bind_int64 (stmt, 2, (gint64) record->revision);
  sqlite3_bind_blob64 (stmt, 3, flow_text_get_data (text), flow_text_get_size (text), SQLITE_STATIC);
  ok = flow_sql_step_done (stmt, error);
  sqlite3_clear_bindings (stmt);
  return ok;
}

static gboolean
delete_range (FlowEditJournalSqlite *self, Stmt which, guint64 number, GError **error)
{
  sqlite3_stmt *stmt = begin_stmt (self, which);

  sqlite3_bind_int64 (stmt, 1, flow_edit_read_first (number));
  sqlite3_bind_int64 (stmt, 2, flow_edit_read_last (number));
  return flow_sql_step_done (stmt, error);
}

static gboolean
insert_conflict (FlowEditJournalSqlite *self, const FlowEditJob *job, guint i, GError **error)
{
  const FlowEditConflict *conflict = g_ptr_array_index (job->conflicts, i);
  sqlite3_stmt *stmt = begin_stmt (self, STMT_CONFLICT_INSERT);

  sqlite3_bind_int64 (stmt, 1, flow_edit_read_first (job->number) + i + 1);
  sqlite3_bind_int64 (stmt, 2, (gint64) job->record->revision);
  sqlite3_bind_int64 (stmt, 3, (gint64) conflict->start);
  sqlite3_bind_int64 (stmt, 4, (gint64) conflict->length);
  bind_text (stmt, 5, conflict->mine_by);
  bind_text (stmt, 6, conflict->theirs_by);
  bind_text (stmt, 7, conflict->base);
  bind_text (stmt, 8, conflict->mine);
  bind_text (stmt, 9, conflict->theirs);
  return flow_sql_step_done (stmt, error);
}

static gboolean
write_conflicts (FlowEditJournalSqlite *self, const FlowEditJob *job, GError **error)
{
  if (!delete_range (self, STMT_CONFLICT_DELETE, job->number, error))
    return FALSE;
  for (guint i = 0; i < job->conflicts->len; i++)
    if (!insert_conflict (self, job, i, error))
      return FALSE;
  return TRUE;
}

static gboolean
write_job (FlowEditJournalSqlite *self, FlowEditJob *job, GError **error)
{
  gboolean ok = job->is_new ? insert_session (self, job->record, error) : update_session (self, job->record, error);

  for (guint i = 0; ok && i < job->entries->len; i++)
    ok = insert_entry (self, job->number, g_ptr_array_index (job->entries, i), error);
  return ok && (job->snapshot == NULL || insert_snapshot (self, job->record, job->snapshot, error)) &&
         (job->conflicts == NULL || write_conflicts (self, job, error));
}

static gboolean
erase (FlowEditJournalSqlite *self, guint64 number, GError **error)
{
  sqlite3_stmt *stmt = begin_stmt (self, STMT_SESSION_DELETE);

  sqlite3_bind_int64 (stmt, 1, (gint64) number);
  return flow_sql_step_done (stmt, error) && delete_range (self, STMT_ENTRY_DELETE, number, error) &&
         delete_range (self, STMT_SNAPSHOT_DELETE, number, error) &&
         delete_range (self, STMT_CONFLICT_DELETE, number, error);
}

static gboolean
is_open (const FlowEditLimits *limits, guint64 number)
{
  for (guint i = 0; i < limits->open->len; i++)
    if (g_array_index (limits->open, FlowEditOpen, i).number == number)
      return TRUE;
  return FALSE;
}

/* Which go: the newest stay as long as there is room for them. */
static gboolean
choose_removed (FlowEditJob *job, sqlite3 *db, GError **error)
{
  g_autoptr (sqlite3_stmt) stmt = NULL;
  guint64 bytes = 0;
  guint n = 0;
  gboolean row;

  if (!flow_sql_prepare (db, "edit-session-sizes", &stmt, error))
    return FALSE;
  while (flow_sql_step_row (stmt, &row, error))
    {
      guint64 number = row ? (guint64) sqlite3_column_int64 (stmt, 0) : 0;
      gint64 forgotten_ns;

      if (!row)
        return TRUE;
      if (is_open (&job->limits, number))
        continue;
      bytes += (guint64) sqlite3_column_int64 (stmt, 3);
      forgotten_ns = sqlite3_column_int64 (stmt, 2);
      if (sqlite3_column_int64 (stmt, 1) < job->limits.changed_before_ns || bytes > job->limits.bytes ||
          ++n > job->limits.count || (forgotten_ns != 0 && forgotten_ns < job->limits.forgotten_before_ns))
        g_array_append_val (job->removed, number);
    }
  return FALSE;
}

static gboolean
prune (FlowEditJournalSqlite *self, FlowEditJob *job, sqlite3 *db, GError **error)
{
  job->removed = g_array_new (FALSE, FALSE, sizeof (guint64));
  job->cuts = g_array_new (FALSE, FALSE, sizeof (FlowEditCut));
  if (!choose_removed (job, db, error))
    return FALSE;
  for (guint i = 0; i < job->removed->len; i++)
    if (!erase (self, g_array_index (job->removed, guint64, i), error))
      return FALSE;
  return flow_edit_journal_cut (db, &job->limits, job->cuts, error);
}

static gboolean
errand_run (sqlite3 *db, gpointer data, GError **error)
{
  FlowEditJournalSqlite *self = ((Errand *) data)->self;
  FlowEditJob *job = ((Errand *) data)->job;

  switch (job->action)
    {
    case FLOW_EDIT_WRITE:
      return write_job (self, job, error);
    case FLOW_EDIT_PRUNE:
      return prune (self, job, db, error);
    }
  g_return_val_if_reached (TRUE);
}

static void
finished (FlowCall *call)
{
  FlowEditJob *job = (FlowEditJob *) call;

  job->done (job);
}

/* On the writer thread. */
static void
errand_done (gpointer data, const GError *error)
{
  Errand *errand = data;

  if (error != NULL)
    errand->job->error = g_error_copy (error);
  flow_call_queue_push (errand->self->calls, &errand->job->call);
}

static void
sqlite_push (FlowEditJournal *journal, FlowEditJob *job)
{
  FlowEditJournalSqlite *self = (FlowEditJournalSqlite *) journal;
  Errand *errand = g_new (Errand, 1);

  *errand = (Errand) { self, job };
  job->call.run = finished;
  if ((job->action != FLOW_EDIT_WRITE || flow_store_has_room (self->store, &job->error)) &&
      flow_store_push (self->store, flow_edit_job_get_bytes (job), errand_run, errand_done, errand, g_free,
                       &job->error))
    return;
  g_free (errand);
  flow_call_queue_push (self->calls, &job->call);
}

static sqlite3 *
get_reader (FlowEditJournalSqlite *self, GError **error)
{
  if (self->reader == NULL)
    self->reader = flow_store_open_reader (self->path, error);
  return self->reader;
}

static GPtrArray *
sqlite_load (FlowEditJournal *journal, GError **error)
{
  sqlite3 *db = get_reader ((FlowEditJournalSqlite *) journal, error);

  return db != NULL ? flow_edit_read_records (db, error) : NULL;
}

static FlowEditStored *
sqlite_read (FlowEditJournal *journal, guint64 number, GError **error)
{
  sqlite3 *db = get_reader ((FlowEditJournalSqlite *) journal, error);

  return db != NULL ? flow_edit_read_session (db, number, error) : NULL;
}

static FlowText *
sqlite_read_text (FlowEditJournal *journal, guint64 number, guint64 revision, guint64 *at, GError **error)
{
  sqlite3 *db = get_reader ((FlowEditJournalSqlite *) journal, error);

  return db != NULL ? flow_edit_read_text (db, number, revision, at, error) : NULL;
}

static GPtrArray *
sqlite_read_changes (FlowEditJournal *journal, guint64 number, guint64 after, GError **error)
{
  sqlite3 *db = get_reader ((FlowEditJournalSqlite *) journal, error);

  return db != NULL ? flow_edit_read_changes (db, number, after, error) : NULL;
}

static guint64
sqlite_read_back (FlowEditJournal *journal, guint64 number, guint entries, GError **error)
{
  sqlite3 *db = get_reader ((FlowEditJournalSqlite *) journal, error);

  return db != NULL ? flow_edit_read_back (db, number, entries, error) : 0;
}

static void
journal_close (gpointer data, sqlite3 *db)
{
  FlowEditJournalSqlite *self = data;

  for (guint i = 0; i < N_STMTS; i++)
    g_clear_pointer (&self->stmts[i], sqlite3_finalize);
}

static gboolean
journal_open (gpointer data, sqlite3 *db, GError **error)
{
  FlowEditJournalSqlite *self = data;

  for (guint i = 0; i < N_STMTS; i++)
    if (!flow_sql_prepare (db, stmt_names[i], &self->stmts[i], error))
      {
        journal_close (self, db);
        return FALSE;
      }
  return TRUE;
}

/**
 * flow_edit_journal_sqlite_new:
 * @store: a store that is not open so far
 * @path: its database
 * @calls: leads to the thread of the sessions; must outlive the store's close
 *
 * Make the journal of a database.
 *
 * Returns: (transfer full): the journal; free it on the thread of the sessions, after the store is closed
 */
FlowEditJournalSqlite *
flow_edit_journal_sqlite_new (FlowStore *store, const char *path, FlowCallQueue *calls)
{
  static const FlowStoreParticipant participant = { .open = journal_open, .close = journal_close };
  FlowEditJournalSqlite *self = g_new0 (FlowEditJournalSqlite, 1);

  flow_edit_resources_ensure ();
  self->journal = (FlowEditJournal) { sqlite_load,         sqlite_read,      sqlite_read_text,
                                      sqlite_read_changes, sqlite_read_back, sqlite_push };
  self->store = g_object_ref (store);
  self->path = g_strdup (path);
  self->calls = calls;
  flow_store_add_participant (store, &participant, self);
  return self;
}

/**
 * flow_edit_journal_sqlite_rest:
 * @self: a journal
 *
 * Let go of the database file until something is to be read again, so that the store can be closed wholly.
 */
void
flow_edit_journal_sqlite_rest (FlowEditJournalSqlite *self)
{
  g_clear_pointer (&self->reader, sqlite3_close_v2);
}

/** flow_edit_journal_sqlite_free: free it. */
void
flow_edit_journal_sqlite_free (FlowEditJournalSqlite *self)
{
  g_clear_pointer (&self->reader, sqlite3_close_v2);
  g_object_unref (self->store);
  g_free (self->path);
  g_free (self);
}

/** flow_edit_journal_sqlite_get_journal: Returns: (transfer none): what sessions are given. */
FlowEditJournal *
flow_edit_journal_sqlite_get_journal (FlowEditJournalSqlite *self)
{
  return &self->journal;
}
