/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "flow-trace"

#include "trace/flow-trace-index.h"

#include "base/flow-error.h"
#include "store/flow-statement.h"
#include "trace/flow-trace-run.h"
#include "trace/flow-trace-vault.h"

/* So many runs of one size become one. */
#define MERGE_FACTOR 8

typedef struct
{
  guint8 id[16];
  guint64 hash; /* 0: no such trace (deleted) */
} TailEntry;

struct _FlowTraceIndex
{
  FlowSipKey key;
  guint32 run;     /* traces in a new one */
  gboolean locked; /* without its key nothing can be found */
  GPtrArray *runs; /* FlowTraceRun, oldest first */
  gint64 last_run; /* highest id in the table that was read */
  GArray *tail;    /* TailEntry; entry i is trace number tail_first + i */
  guint64 tail_first;
  guint32 *slots; /* index into tail + 1 */
  guint32 mask;
};

/**
 * flow_trace_index_new:
 * @run: traces in a new run, %FLOW_TRACE_RUN but in tests
 */
FlowTraceIndex *
flow_trace_index_new (const FlowSipKey *key, guint32 run)
{
  FlowTraceIndex *self = g_new0 (FlowTraceIndex, 1);

  self->key = *key;
  self->run = run;
  self->runs = g_ptr_array_new_with_free_func ((GDestroyNotify) flow_trace_run_free);
  self->tail = g_array_new (FALSE, FALSE, sizeof (TailEntry));
  self->tail_first = 1;
  self->mask = 1023;
  self->slots = g_new0 (guint32, self->mask + 1);
  return self;
}

/** flow_trace_index_lock: find nothing, and say why, for the key is not at hand. */
void
flow_trace_index_lock (FlowTraceIndex *self)
{
  self->locked = TRUE;
}

void
flow_trace_index_free (FlowTraceIndex *self)
{
  g_ptr_array_unref (self->runs);
  g_array_unref (self->tail);
  g_free (self->slots);
  g_free (self);
}

static guint64
hash_id (const FlowTraceIndex *self, const guint8 trace_id[16])
{
  return flow_siphash (&self->key, trace_id, 16) | 1;
}

/** flow_trace_index_last: the highest number that was added or read. */
guint64
flow_trace_index_last (const FlowTraceIndex *self)
{
  return self->tail_first + self->tail->len - 1;
}

/* An older trace with the same id was erased before this one came. */
static void
put_slot (FlowTraceIndex *self, guint32 index)
{
  const TailEntry *entry = &g_array_index (self->tail, TailEntry, index);
  guint32 at = (guint32) (entry->hash >> 8) & self->mask;

  for (; self->slots[at] != 0; at = (at + 1) & self->mask)
    {
      TailEntry *older = &g_array_index (self->tail, TailEntry, self->slots[at] - 1);

      if (older->hash == entry->hash && memcmp (older->id, entry->id, 16) == 0)
        older->hash = 0;
    }
  self->slots[at] = index + 1;
}

static void
rebuild_slots (FlowTraceIndex *self)
{
  while (self->mask < self->tail->len * 2)
    self->mask = self->mask * 2 + 1;
  g_free (self->slots);
  self->slots = g_new0 (guint32, self->mask + 1);
  for (guint32 i = 0; i < self->tail->len; i++)
    if (g_array_index (self->tail, TailEntry, i).hash != 0)
      put_slot (self, i);
}

/**
 * flow_trace_index_reserve:
 *
 * Numbers up to @last were given out, also where no trace has them any more.
 */
void
flow_trace_index_reserve (FlowTraceIndex *self, guint64 last)
{
  static const TailEntry gap = { { 0 }, 0 };

  /* What is so far behind is in a run, or was erased. */
  if (last >= flow_trace_index_last (self) + 2 * (guint64) self->run)
    {
      g_array_set_size (self->tail, 0);
      rebuild_slots (self);
    }
  if (self->tail->len == 0)
    self->tail_first = MAX (self->tail_first, last + 1);
  while (flow_trace_index_last (self) < last)
    g_array_append_val (self->tail, gap);
}

/**
 * flow_trace_index_add:
 * @number: higher than all before
 *
 * Add a trace to the hash.
 */
void
flow_trace_index_add (FlowTraceIndex *self, const guint8 trace_id[16], guint64 number)
{
  TailEntry entry;

  flow_trace_index_reserve (self, number - 1);
  memcpy (entry.id, trace_id, 16);
  entry.hash = hash_id (self, trace_id);
  g_array_append_val (self->tail, entry);
  if (self->tail->len * 2 > self->mask)
    rebuild_slots (self);
  else
    put_slot (self, self->tail->len - 1);
}

/** flow_trace_index_forget: the trace was deleted. Its slot stays taken until the slots are made anew. */
void
flow_trace_index_forget (FlowTraceIndex *self, guint64 number)
{
  if (number >= self->tail_first && number <= flow_trace_index_last (self))
    g_array_index (self->tail, TailEntry, number - self->tail_first).hash = 0;
}

static gboolean
read_runs (FlowTraceIndex *self, sqlite3 *db, GError **error)
{
  g_autoptr (sqlite3_stmt) stmt = NULL;
  g_autoptr (sqlite3_stmt) known = NULL;
  gboolean row = FALSE;

  /* A merge or an erase removes rows: read all again then. */
  if (!flow_sql_prepare (db, "trace-run-count", &known, error))
    return FALSE;
  sqlite3_bind_int64 (known, 1, self->last_run);
  if (!flow_sql_step_row (known, &row, error))
    return FALSE;
  if (!row || sqlite3_column_int64 (known, 0) != (gint64) self->runs->len)
    {
      g_ptr_array_set_size (self->runs, 0);
      self->last_run = 0;
    }
  if (!flow_sql_prepare (db, "trace-run-read", &stmt, error))
    return FALSE;
  sqlite3_bind_int64 (stmt, 1, self->last_run);
  while (flow_sql_step_row (stmt, &row, error) && row)
    {
      FlowTraceRun *run = flow_trace_run_from_row (stmt);

      self->last_run = run->id;
      g_ptr_array_add (self->runs, run);
    }
  return row == FALSE && (error == NULL || *error == NULL);
}

static guint64
last_in_runs (const FlowTraceIndex *self)
{
  guint64 last = 0;

  for (guint i = 0; i < self->runs->len; i++)
    last = MAX (last, ((FlowTraceRun *) self->runs->pdata[i])->last_number);
  return last;
}

/**
 * flow_trace_index_refresh:
 *
 * Read what is in the database and not yet here: runs (their filters), and the traces after the last run.
 */
gboolean
flow_trace_index_refresh (FlowTraceIndex *self, sqlite3 *db, GError **error)
{
  g_autoptr (sqlite3_stmt) stmt = NULL;
  g_autoptr (GError) local = NULL;
  gboolean row = FALSE;
  guint64 in_runs;

  if (!read_runs (self, db, &local))
    {
      g_propagate_error (error, g_steal_pointer (&local));
      return FALSE;
    }
  in_runs = last_in_runs (self);
  if (in_runs >= self->tail_first + 2 * (guint64) self->run)
    {
      g_array_set_size (self->tail, 0);
      rebuild_slots (self);
    }
  if (self->tail->len == 0)
    self->tail_first = in_runs + 1;
  if (!flow_sql_prepare (db, "trace-tail", &stmt, error))
    return FALSE;
  sqlite3_bind_int64 (stmt, 1, (sqlite3_int64) flow_trace_index_last (self));
  while (flow_sql_step_row (stmt, &row, &local) && row)
    if (sqlite3_column_bytes (stmt, 1) == 16)
      flow_trace_index_add (self, sqlite3_column_blob (stmt, 1), (guint64) sqlite3_column_int64 (stmt, 0));
  if (local != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&local));
      return FALSE;
    }
  return TRUE;
}

/**
 * flow_trace_index_find:
 * @number: (out): the trace's number, 0 when there is no such trace
 *
 * Returns: %FALSE on a database error
 */
gboolean
flow_trace_index_find (FlowTraceIndex *self, sqlite3 *db, const guint8 trace_id[16], guint64 *number, GError **error)
{
  guint64 hash = hash_id (self, trace_id);

  *number = 0;
  if (self->locked)
    return flow_trace_vault_set_locked (error);
  for (guint32 at = (guint32) (hash >> 8) & self->mask; self->slots[at] != 0; at = (at + 1) & self->mask)
    {
      const TailEntry *entry = &g_array_index (self->tail, TailEntry, self->slots[at] - 1);

      if (entry->hash == hash && memcmp (entry->id, trace_id, 16) == 0)
        {
          *number = self->tail_first + self->slots[at] - 1;
          return TRUE;
        }
    }
  for (guint i = self->runs->len; i > 0; i--)
    {
      const FlowTraceRun *run = self->runs->pdata[i - 1];

      if (!flow_trace_run_may_hold (run, hash))
        continue;
      if (!flow_trace_run_find (run, db, hash, trace_id, number, error))
        return FALSE;
      if (*number != 0)
        return TRUE;
    }
  return TRUE;
}

/**
 * flow_trace_index_write_runs:
 *
 * Writer: when the hash is full, append its older half as a run. Call before the commit.
 */
gboolean
flow_trace_index_write_runs (FlowTraceIndex *self, sqlite3 *db, GError **error)
{
  while (self->tail->len >= 2 * (guint64) self->run)
    {
      g_autoptr (GArray) keys = g_array_sized_new (FALSE, FALSE, sizeof (FlowTraceKey), self->run);
      guint64 in_runs = last_in_runs (self);

      for (guint32 i = 0; i < self->run; i++)
        {
          const TailEntry *entry = &g_array_index (self->tail, TailEntry, i);
          FlowTraceKey key = { entry->hash, self->tail_first + i };

          /* What is in a run already was kept here as one of the newest. */
          if (entry->hash != 0 && key.number > in_runs)
            g_array_append_val (keys, key);
        }
      if (keys->len > 0)
        {
          FlowTraceRun *run = flow_trace_run_write (db, keys, error);

          if (run == NULL)
            return FALSE;
          self->last_run = run->id;
          g_ptr_array_add (self->runs, run);
        }
      g_array_remove_range (self->tail, 0, self->run);
      self->tail_first += self->run;
      rebuild_slots (self);
    }
  return TRUE;
}

/* The newest stretch of runs of about one size that is long enough to merge, or 0. */
static guint
find_mergeable (const FlowTraceIndex *self, guint *first)
{
  guint count = 0;
  guint64 size = 0;

  for (guint i = 0; i < self->runs->len; i++)
    {
      const FlowTraceRun *run = self->runs->pdata[i];

      if (count > 0 && run->count * 2 > size && run->count < size * 2)
        count++;
      else
        {
          *first = i;
          count = 1;
          size = run->count;
        }
      if (count == MERGE_FACTOR)
        return count;
    }
  return 0;
}

gboolean
flow_trace_index_needs_merge (const FlowTraceIndex *self)
{
  guint first;

  return find_mergeable (self, &first) > 0;
}

/**
 * flow_trace_index_merge:
 *
 * Writer, idle: make one run of eight of a size. Does nothing when there are none. Inside a transaction.
 */
gboolean
flow_trace_index_merge (FlowTraceIndex *self, sqlite3 *db, GError **error)
{
  g_autoptr (GArray) keys = g_array_new (FALSE, FALSE, sizeof (FlowTraceKey));
  guint first, count = find_mergeable (self, &first);
  FlowTraceRun *merged;

  if (count == 0)
    return TRUE;
  for (guint i = first; i < first + count; i++)
    if (!flow_trace_run_read_keys (self->runs->pdata[i], db, keys, error) ||
        !flow_trace_run_delete (self->runs->pdata[i], db, error))
      return FALSE;
  merged = flow_trace_run_write (db, keys, error);
  if (merged == NULL)
    return FALSE;
  self->last_run = MAX (self->last_run, merged->id);
  g_ptr_array_remove_range (self->runs, first, count);
  g_ptr_array_insert (self->runs, (gint) first, merged);
  return TRUE;
}
