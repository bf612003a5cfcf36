/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-store"

#include "store/flow-tidy.h"

#include "base/flow-error.h"
#include "store/flow-lock-holders.h"
#include "store/flow-reserve.h"
#include "store/flow-scrub.h"
#include "store/flow-statement.h"

#define CHECKPOINT_FRAMES 512
#define VACUUM_STEP "PRAGMA incremental_vacuum (64)"
#define WRITER_BUSY_MS 1000

/* The bytes of the WAL's index that readers lock: WAL_READ_LOCK(0) to (4), sqlite.org/walformat.html 2.3 */
#define FIRST_READ_LOCK 123
#define LAST_READ_LOCK 127

/* Returns at once; SQLite calls it after each commit with the WAL's length in pages. */
static int
wal_hook_cb (gpointer data, sqlite3 *db, const char *name, int frames)
{
  FlowTidy *self = data;

  if (frames < self->wal_frames)
    self->checkpoint_at = CHECKPOINT_FRAMES;
  self->wal_frames = frames;
  if (!self->working)
    self->due_us = g_get_monotonic_time () + self->idle_us;
  return SQLITE_OK;
}

/**
 * flow_tidy_start:
 * @self: zeroed but for `reserve_path` and `idle_us`
 * @db: the writing connection
 *
 * Watch the connection's commits. What an earlier process left is tidied too.
 */
void
flow_tidy_start (FlowTidy *self, sqlite3 *db)
{
  self->db = db;
  self->checkpoint_at = CHECKPOINT_FRAMES;
  self->due_us = g_get_monotonic_time () + self->idle_us;
  self->reserve_ready = flow_reserve_make (self->reserve_path);
  sqlite3_wal_hook (db, wal_hook_cb, self);
}

static char *
name_readers (FlowTidy *self)
{
  g_autofree char *index = g_strconcat (sqlite3_db_filename (self->db, "main"), "-shm", NULL);
  char *readers = flow_lock_holders_describe (index, FIRST_READ_LOCK, LAST_READ_LOCK);

  return readers != NULL ? readers : g_strdup ("somebody");
}

static void
note_blocked (FlowTidy *self)
{
  g_autofree char *readers = NULL;

  self->blocked++;
  if (self->told)
    return;
  self->told = TRUE;
  readers = name_readers (self);
  g_message ("The database's log can't be emptied (%d pages), an old state is read by %s", self->wal_frames, readers);
}

static gboolean
checkpoint (FlowTidy *self, int mode)
{
  int frames = 0;
  int moved = 0;
  int code = sqlite3_wal_checkpoint_v2 (self->db, NULL, mode, &frames, &moved);

  if (code == SQLITE_OK && frames == moved)
    {
      self->checkpoints++;
      self->told = FALSE;
      return TRUE;
    }
  self->blocked_by_reader = code == SQLITE_OK || (code & 0xff) == SQLITE_BUSY;
  if (self->blocked_by_reader)
    note_blocked (self);
  return FALSE;
}

/**
 * flow_tidy_after_commit:
 * @self: the housekeeping
 *
 * Move the WAL into the database when it has become long (8 MB), as far as readers let it. It never waits: a WAL that a
 * reader holds is tried again after as much again.
 */
void
flow_tidy_after_commit (FlowTidy *self)
{
  if (self->wal_frames < self->checkpoint_at)
    return;
  checkpoint (self, SQLITE_CHECKPOINT_PASSIVE);
  self->checkpoint_at = self->wal_frames + CHECKPOINT_FRAMES;
}

static gint64
free_pages (FlowTidy *self)
{
  gint64 pages = 0;

  return flow_sql_get_int64 (self->db, "PRAGMA freelist_count", &pages, NULL) ? pages : 0;
}

static gboolean
vacuum_step (FlowTidy *self, GError **error)
{
  gboolean done;

  self->working = TRUE;
  done = flow_sql_exec_text (self->db, VACUUM_STEP, error);
  self->working = FALSE;
  flow_tidy_after_commit (self);
  return done;
}

static gboolean
empty_wal (FlowTidy *self, guint wait_ms)
{
  gboolean done;

  sqlite3_busy_timeout (self->db, (int) wait_ms);
  done = checkpoint (self, SQLITE_CHECKPOINT_TRUNCATE);
  sqlite3_busy_timeout (self->db, WRITER_BUSY_MS);
  if (done)
    self->wal_frames = 0;
  return done;
}

/* With the WAL empty and no page free, nothing but the remains between the rows is left of what was erased. */
static gboolean
scrub (FlowTidy *self, GError **error)
{
  guint64 wiped = 0;

  if (!self->scrub_wanted)
    return TRUE;
  if (!flow_scrub (self->db, &wiped, error))
    return FALSE;
  g_debug ("%" G_GUINT64_FORMAT " bytes of what was erased are overwritten", wiped);
  self->scrub_wanted = FALSE;
  return TRUE;
}

static void
finish (FlowTidy *self)
{
  self->reserve_ready = flow_reserve_make (self->reserve_path);
  sqlite3_db_release_memory (self->db);
  self->due_us = G_MAXINT64;
  self->rounds++;
}

/**
 * flow_tidy_step:
 * @self: the housekeeping
 *
 * Do the next bounded step (at most 1 MB of pages, or one checkpoint), and set when the one after it is due.
 */
void
flow_tidy_step (FlowTidy *self)
{
  g_autoptr (GError) error = NULL;
  gboolean emptied;

  if (!self->vacuum_failed && free_pages (self) > 0)
    {
      self->vacuum_failed = !vacuum_step (self, &error);
      if (self->vacuum_failed)
        g_message ("Cannot give free pages back: %s", error->message);
      return;
    }
  emptied = empty_wal (self, 0);
  if (emptied && !self->vacuum_failed && scrub (self, &error))
    finish (self);
  else
    self->due_us = g_get_monotonic_time () + self->idle_us;
  if (error != NULL)
    {
      g_warning ("Cannot overwrite what was erased: %s", error->message);
      self->scrub_wanted = FALSE;
    }
  self->vacuum_failed = FALSE;
}

/**
 * flow_tidy_everything:
 * @self: the housekeeping
 * @wait_ms: how long to wait for readers
 * @error: return location
 *
 * Give all free pages back and empty the WAL; with `scrub_wanted` nothing deleted is then left in the files. What could
 * not be done is done when the store is idle.
 *
 * Returns: %FALSE with `FLOW_ERROR_BUSY` when a reader still reads an old state, or the codes of [func@sql_error]
 */
gboolean
flow_tidy_everything (FlowTidy *self, guint wait_ms, GError **error)
{
  g_autofree char *readers = NULL;

  while (free_pages (self) > 0)
    if (!vacuum_step (self, error))
      return FALSE;
  if (empty_wal (self, wait_ms))
    {
      if (!scrub (self, error))
        return FALSE;
      finish (self);
      return TRUE;
    }
  self->due_us = g_get_monotonic_time () + self->idle_us;
  if (!self->blocked_by_reader)
    return flow_sql_error (self->db, error, "Emptying the database's log");
  readers = name_readers (self);
  g_set_error (error, FLOW_ERROR, FLOW_ERROR_BUSY,
               "An old state of the database is still read by %s; what was erased stays in the files until that ends",
               readers);
  return FALSE;
}
