/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-outbox"

#include "router/flow-outbox-sqlite.h"

#include "base/flow-error.h"
#include "base/flow-id.h"
#include "router/flow-router-resources.h"
#include "store/flow-statement.h"

/* What a job counts for in the writer's queue besides its messages. */
#define JOB_BYTES 256

typedef enum
{
  STMT_INSERT,
  STMT_TAKE,
  STMT_DELETE,
  STMT_REVIVE,
  STMT_DEAD_INSERT,
  STMT_DEAD_DELETE,
  STMT_SEEN_FIND,
  STMT_SEEN_INSERT,
  STMT_SEEN_OLD,
  STMT_SEEN_MANY,
  STMT_COUNT,
  STMT_FLOOR,
  STMT_MANY,
  N_STMTS,
} Stmt;

static const char *const stmt_names[N_STMTS] = {
  [STMT_INSERT] = "outbox-insert",
  [STMT_TAKE] = "outbox-take",
  [STMT_DELETE] = "outbox-delete",
  [STMT_REVIVE] = "outbox-revive",
  [STMT_DEAD_INSERT] = "dead-letter-insert",
  [STMT_DEAD_DELETE] = "dead-letter-delete",
  [STMT_SEEN_FIND] = "message-seen-find",
  [STMT_SEEN_INSERT] = "message-seen-insert",
  [STMT_SEEN_OLD] = "message-seen-old",
  [STMT_SEEN_MANY] = "message-seen-many",
  [STMT_COUNT] = "channel-count",
  [STMT_FLOOR] = "channel-floor",
  [STMT_MANY] = "channel-many",
};

struct _FlowOutboxSqlite
{
  FlowOutboxStore store; /* first: it is one */
  FlowStore *file;
  char *path;
  FlowCallQueue *calls;
  sqlite3_stmt *stmts[N_STMTS]; /* the writer thread's */
};

/* A job on its way through the writer. */
typedef struct
{
  FlowOutboxSqlite *self;
  FlowOutboxJob *job;
} Errand;

static sqlite3_stmt *
begin_stmt (FlowOutboxSqlite *self, Stmt which)
{
  sqlite3_reset (self->stmts[which]);
  return self->stmts[which];
}

static void
bind_text (sqlite3_stmt *stmt, int column, const char *text)
{
  sqlite3_bind_text (stmt, column, text != NULL ? text : "", -1, SQLITE_STATIC);
}

static gboolean
run_with_number (FlowOutboxSqlite *self, Stmt which, guint64 number, GError **error)
{
  sqlite3_stmt *stmt = begin_stmt (self, which);

  sqlite3_bind_int64 (stmt, 1, (gint64) number);
  return flow_sql_step_done (stmt, error);
}

/* The seq must be what the channel is counted to before anything with it goes out. */
static gboolean
count_channel (FlowOutboxSqlite *self, const char *name, guint64 seq, gint64 now_ns, GError **error)
{
  sqlite3_stmt *stmt = begin_stmt (self, STMT_COUNT);

  bind_text (stmt, 1, name);
  sqlite3_bind_int64 (stmt, 2, (gint64) seq);
  sqlite3_bind_int64 (stmt, 3, now_ns);
  return flow_sql_step_done (stmt, error);
}

static gboolean
find_seen (FlowOutboxSqlite *self, const FlowOutboxRecord *record, FlowOutboxKnown *known, GError **error)
{
  sqlite3_stmt *stmt = begin_stmt (self, STMT_SEEN_FIND);
  gboolean row;

  bind_text (stmt, 1, record->source);
  bind_text (stmt, 2, record->id);
  if (!flow_sql_step_row (stmt, &row, error))
    return FALSE;
  if (row)
    *known = sqlite3_column_int (stmt, 0) != 0 ? FLOW_OUTBOX_HANDLED : FLOW_OUTBOX_KEPT;
  sqlite3_reset (stmt);
  return TRUE;
}

/* It leaves the outbox; if it is repeated, that is known. */
static gboolean
remember (FlowOutboxSqlite *self, guint64 number, gint64 now_ns, gboolean handled, GError **error)
{
  sqlite3_stmt *stmt = begin_stmt (self, STMT_SEEN_INSERT);

  sqlite3_bind_int64 (stmt, 1, (gint64) number);
  sqlite3_bind_int64 (stmt, 2, now_ns);
  sqlite3_bind_int (stmt, 3, handled);
  return flow_sql_step_done (stmt, error);
}

static gboolean
insert (FlowOutboxSqlite *self, const FlowOutboxItem *item, GError **error)
{
  const FlowOutboxRecord *record = item->record;
  sqlite3_stmt *stmt = begin_stmt (self, STMT_INSERT);
  gsize size;
  const void *payload = g_bytes_get_data (item->payload, &size);
  gboolean ok;

  sqlite3_bind_int64 (stmt, 1, (gint64) record->number);
  bind_text (stmt, 2, record->source);
  bind_text (stmt, 3, record->id);
  bind_text (stmt, 4, record->target);
  bind_text (stmt, 5, record->type);
  sqlite3_bind_int (stmt, 6, record->priority);
  sqlite3_bind_int64 (stmt, 7, record->stored_ns);
  sqlite3_bind_int64 (stmt, 8, record->expires_ns);
  sqlite3_bind_int64 (stmt, 9, (gint64) record->size);
  bind_text (stmt, 10, item->channel);
  sqlite3_bind_int64 (stmt, 11, (gint64) item->seq);
  sqlite3_bind_int (stmt, 12, (int) item->attempts);
  sqlite3_bind_blob64 (stmt, 13, payload, size, SQLITE_STATIC);
  ok = flow_sql_step_done (stmt, error);
  sqlite3_clear_bindings (stmt);
  return ok;
}

static gboolean
put (FlowOutboxSqlite *self, FlowOutboxJob *job, sqlite3 *db, GError **error)
{
  const FlowOutboxItem *item = flow_outbox_job_get (job, 0);

  if (!find_seen (self, item->record, &job->known, error))
    return FALSE;
  if (job->known != FLOW_OUTBOX_NEW)
    return TRUE;
  if (!insert (self, item, error))
    return FALSE;
  if (sqlite3_changes (db) == 0)
    {
      job->known = FLOW_OUTBOX_KEPT;
      return TRUE;
    }
  return item->channel == NULL || count_channel (self, item->channel, item->seq, job->now_ns, error);
}

static gboolean
take_one (FlowOutboxSqlite *self, FlowOutboxItem *item, GError **error)
{
  sqlite3_stmt *stmt = begin_stmt (self, STMT_TAKE);
  gboolean row;

  sqlite3_bind_int64 (stmt, 1, (gint64) item->record->number);
  bind_text (stmt, 2, item->channel);
  sqlite3_bind_int64 (stmt, 3, (gint64) item->seq);
  sqlite3_bind_int (stmt, 4, (int) item->attempts);
  if (!flow_sql_step_row (stmt, &row, error))
    return FALSE;
  if (row)
    item->payload = g_bytes_new (sqlite3_column_blob (stmt, 0), (gsize) sqlite3_column_bytes (stmt, 0));
  sqlite3_reset (stmt);
  return TRUE;
}

static gboolean
take (FlowOutboxSqlite *self, FlowOutboxJob *job, GError **error)
{
  guint64 seq = 0;

  for (guint i = 0; i < job->items->len; i++)
    {
      FlowOutboxItem *item = flow_outbox_job_get (job, i);

      if (!take_one (self, item, error))
        return FALSE;
      seq = MAX (seq, item->seq);
    }
  return count_channel (self, flow_outbox_job_get (job, 0)->channel, seq, job->now_ns, error);
}

static gboolean
acked (FlowOutboxSqlite *self, FlowOutboxJob *job, GError **error)
{
  guint64 number = flow_outbox_job_get (job, 0)->record->number;

  return remember (self, number, job->now_ns, TRUE, error) && run_with_number (self, STMT_DELETE, number, error);
}

static gboolean
die (FlowOutboxSqlite *self, FlowOutboxJob *job, GError **error)
{
  for (guint i = 0; i < job->items->len; i++)
    {
      guint64 number = flow_outbox_job_get (job, i)->record->number;
      sqlite3_stmt *stmt = begin_stmt (self, STMT_DEAD_INSERT);

      sqlite3_bind_int64 (stmt, 1, (gint64) number);
      bind_text (stmt, 2, job->reason);
      sqlite3_bind_int64 (stmt, 3, job->now_ns);
      if (!flow_sql_step_done (stmt, error) || !remember (self, number, job->now_ns, FALSE, error) ||
          !run_with_number (self, STMT_DELETE, number, error))
        return FALSE;
    }
  return TRUE;
}

static gboolean
drop (FlowOutboxSqlite *self, FlowOutboxJob *job, GError **error)
{
  for (guint i = 0; i < job->items->len; i++)
    {
      guint64 number = flow_outbox_job_get (job, i)->record->number;

      if (!remember (self, number, job->now_ns, FALSE, error) || !run_with_number (self, STMT_DELETE, number, error) ||
          !run_with_number (self, STMT_DEAD_DELETE, number, error))
        return FALSE;
    }
  return TRUE;
}

static gboolean
revive (FlowOutboxSqlite *self, FlowOutboxJob *job, GError **error)
{
  const FlowOutboxRecord *record = flow_outbox_job_get (job, 0)->record;
  sqlite3_stmt *stmt = begin_stmt (self, STMT_REVIVE);

  sqlite3_bind_int64 (stmt, 1, (gint64) job->number);
  sqlite3_bind_int64 (stmt, 2, (gint64) record->number);
  sqlite3_bind_int64 (stmt, 3, record->stored_ns);
  sqlite3_bind_int64 (stmt, 4, record->expires_ns);
  return flow_sql_step_done (stmt, error) && run_with_number (self, STMT_DEAD_DELETE, job->number, error);
}

static gboolean
prune (FlowOutboxSqlite *self, FlowOutboxJob *job, GError **error)
{
  sqlite3_stmt *old = begin_stmt (self, STMT_SEEN_OLD);

  sqlite3_bind_int64 (old, 1, job->now_ns - FLOW_OUTBOX_SEEN_NS);
  return flow_sql_step_done (old, error) && run_with_number (self, STMT_SEEN_MANY, FLOW_OUTBOX_MAX_SEEN, error) &&
         run_with_number (self, STMT_FLOOR, FLOW_OUTBOX_MAX_NAMES, error) &&
         run_with_number (self, STMT_MANY, FLOW_OUTBOX_MAX_NAMES, error);
}

static gboolean
errand_run (sqlite3 *db, gpointer data, GError **error)
{
  FlowOutboxSqlite *self = ((Errand *) data)->self;
  FlowOutboxJob *job = ((Errand *) data)->job;

  switch (job->action)
    {
    case FLOW_OUTBOX_PUT:
      return put (self, job, db, error);
    case FLOW_OUTBOX_TAKE:
      return take (self, job, error);
    case FLOW_OUTBOX_ACKED:
      return acked (self, job, error);
    case FLOW_OUTBOX_DIE:
      return die (self, job, error);
    case FLOW_OUTBOX_DROP:
      return drop (self, job, error);
    case FLOW_OUTBOX_REVIVE:
      return revive (self, job, error);
    case FLOW_OUTBOX_PRUNE:
      return prune (self, job, error);
    }
  g_return_val_if_reached (TRUE);
}

static void
finished (FlowCall *call)
{
  FlowOutboxJob *job = (FlowOutboxJob *) call;

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

static gsize
job_bytes (FlowOutboxJob *job)
{
  gsize bytes = JOB_BYTES;

  for (guint i = 0; i < job->items->len; i++)
    {
      GBytes *payload = flow_outbox_job_get (job, i)->payload;

      bytes += payload != NULL ? g_bytes_get_size (payload) : 0;
    }
  return bytes;
}

static gboolean
adds_something (const FlowOutboxJob *job)
{
  return job->action == FLOW_OUTBOX_PUT || job->action == FLOW_OUTBOX_REVIVE;
}

static void
sqlite_push (FlowOutboxStore *store, FlowOutboxJob *job)
{
  FlowOutboxSqlite *self = (FlowOutboxSqlite *) store;
  Errand *errand = g_new (Errand, 1);

  *errand = (Errand) { self, job };
  job->call.run = finished;
  if ((!adds_something (job) || flow_store_has_room (self->file, &job->error)) &&
      flow_store_push (self->file, job_bytes (job), errand_run, errand_done, errand, g_free, &job->error))
    return;
  g_free (errand);
  flow_call_queue_push (self->calls, &job->call);
}

static FlowOutboxRecord *
read_record (sqlite3_stmt *stmt)
{
  const FlowOutboxRecord values = { .number = (guint64) sqlite3_column_int64 (stmt, 0),
                                    .source = (const char *) sqlite3_column_text (stmt, 1),
                                    .id = (const char *) sqlite3_column_text (stmt, 2),
                                    .target = (const char *) sqlite3_column_text (stmt, 3),
                                    .type = (const char *) sqlite3_column_text (stmt, 4),
                                    .priority = sqlite3_column_int (stmt, 5),
                                    .stored_ns = sqlite3_column_int64 (stmt, 6),
                                    .expires_ns = sqlite3_column_int64 (stmt, 7),
                                    .size = (gsize) sqlite3_column_int64 (stmt, 8) };

  return flow_outbox_record_new (&values);
}

static gboolean
load_waiting (sqlite3 *db, FlowOutboxState *state, GError **error)
{
  g_autoptr (sqlite3_stmt) stmt = NULL;
  gboolean row;

  if (!flow_sql_prepare (db, "outbox-list", &stmt, error))
    return FALSE;
  while (flow_sql_step_row (stmt, &row, error))
    {
      g_autoptr (FlowOutboxRecord) record = NULL;
      const char *channel;

      if (!row)
        return TRUE;
      record = read_record (stmt);
      channel = (const char *) sqlite3_column_text (stmt, 9);
      g_ptr_array_add (state->waiting, flow_outbox_item_new (record, channel[0] != '\0' ? channel : NULL,
                                                             (guint64) sqlite3_column_int64 (stmt, 10),
                                                             (guint) sqlite3_column_int (stmt, 11), NULL));
    }
  return FALSE;
}

static gboolean
load_dead (sqlite3 *db, FlowOutboxState *state, GError **error)
{
  g_autoptr (sqlite3_stmt) stmt = NULL;
  gboolean row;

  if (!flow_sql_prepare (db, "dead-letter-list", &stmt, error))
    return FALSE;
  while (flow_sql_step_row (stmt, &row, error))
    {
      g_autoptr (FlowOutboxRecord) record = NULL;

      if (!row)
        return TRUE;
      record = read_record (stmt);
      g_ptr_array_add (state->dead, flow_dead_letter_new (record, (const char *) sqlite3_column_text (stmt, 9),
                                                          sqlite3_column_int64 (stmt, 10)));
    }
  return FALSE;
}

static gboolean
load_seqs (sqlite3 *db, FlowOutboxState *state, GError **error)
{
  g_autoptr (sqlite3_stmt) stmt = NULL;
  gboolean row;

  if (!flow_sql_prepare (db, "channel-list", &stmt, error))
    return FALSE;
  while (flow_sql_step_row (stmt, &row, error))
    {
      guint64 *seq;

      if (!row)
        return TRUE;
      seq = g_new (guint64, 1);
      *seq = (guint64) sqlite3_column_int64 (stmt, 1);
      g_hash_table_insert (state->seqs, g_strdup ((const char *) sqlite3_column_text (stmt, 0)), seq);
    }
  return FALSE;
}

static gboolean
load_meta (sqlite3 *db, const char *key, char **value, GError **error)
{
  g_autoptr (sqlite3_stmt) stmt = NULL;
  gboolean row;

  if (!flow_sql_prepare (db, "router-meta", &stmt, error))
    return FALSE;
  bind_text (stmt, 1, key);
  if (!flow_sql_step_row (stmt, &row, error))
    return FALSE;
  *value = row ? g_strdup ((const char *) sqlite3_column_text (stmt, 0)) : NULL;
  return TRUE;
}

static FlowOutboxState *
sqlite_load (FlowOutboxStore *store, GError **error)
{
  FlowOutboxSqlite *self = (FlowOutboxSqlite *) store;
  g_autoptr (FlowOutboxState) state = flow_outbox_state_new ();
  g_autoptr (sqlite3) db = flow_store_open_reader (self->path, error);
  g_autofree char *first_seq = NULL;

  if (db == NULL || !load_meta (db, "epoch", &state->epoch, error) || !load_meta (db, "first-seq", &first_seq, error) ||
      !load_waiting (db, state, error) || !load_dead (db, state, error) || !load_seqs (db, state, error))
    {
      g_prefix_error (error, "reading the outbox: ");
      return NULL;
    }
  if (first_seq != NULL)
    state->first_seq = g_ascii_strtoull (first_seq, NULL, 10);
  return g_steal_pointer (&state);
}

static void
outbox_close (gpointer data, sqlite3 *db)
{
  FlowOutboxSqlite *self = data;

  for (guint i = 0; i < N_STMTS; i++)
    g_clear_pointer (&self->stmts[i], sqlite3_finalize);
}

static gboolean
outbox_open (gpointer data, sqlite3 *db, GError **error)
{
  FlowOutboxSqlite *self = data;
  g_autofree char *epoch = flow_id_new_token (128);
  g_autoptr (sqlite3_stmt) create = NULL;

  for (guint i = 0; i < N_STMTS; i++)
    if (!flow_sql_prepare (db, stmt_names[i], &self->stmts[i], error))
      {
        outbox_close (self, db);
        return FALSE;
      }
  if (!flow_sql_prepare (db, "router-epoch-create", &create, error))
    return FALSE;
  bind_text (create, 1, epoch);
  return flow_sql_step_done (create, error);
}

/**
 * flow_outbox_sqlite_new:
 * @store: (transfer none): not yet open; must be closed before this is freed
 * @path: the database
 * @calls: (transfer none): the way back to the outbox's thread; must outlive @store's thread
 *
 * Make the outbox's part of a database.
 *
 * Returns: (transfer full): it
 */
FlowOutboxSqlite *
flow_outbox_sqlite_new (FlowStore *store, const char *path, FlowCallQueue *calls)
{
  static const FlowStoreParticipant participant = { .open = outbox_open, .close = outbox_close };
  FlowOutboxSqlite *self = g_new0 (FlowOutboxSqlite, 1);

  flow_router_resources_ensure ();
  self->store = (FlowOutboxStore) { sqlite_load, sqlite_push };
  self->file = store;
  self->path = g_strdup (path);
  self->calls = calls;
  flow_store_add_participant (store, &participant, self);
  return self;
}

/**
 * flow_outbox_sqlite_free:
 * @self: (transfer full): it
 *
 * Free it.
 */
void
flow_outbox_sqlite_free (FlowOutboxSqlite *self)
{
  g_free (self->path);
  g_free (self);
}

/**
 * flow_outbox_sqlite_get_store:
 * @self: it
 *
 * Get what an outbox is made with.
 *
 * Returns: (transfer none): the store
 */
FlowOutboxStore *
flow_outbox_sqlite_get_store (FlowOutboxSqlite *self)
{
  return &self->store;
}
