/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "flow-trace-facts"

#include <string.h>

#include "base/flow-error.h"
#include "store/flow-statement.h"
#include "trace/flow-trace-store-private.h"

/* A job: one change. */
typedef struct
{
  FlowTraceStore *self;
  FlowFactChange *change;
  FlowTraceFacts *before;
  FlowTraceFacts *after;
  FlowFactsDone done;
  gpointer data;
  GDestroyNotify destroy;
} FactJob;

static void
fact_job_free (gpointer data)
{
  FactJob *job = data;

  if (job->destroy != NULL)
    job->destroy (job->data);
  flow_fact_change_free (job->change);
  g_clear_pointer (&job->before, flow_trace_facts_unref);
  g_clear_pointer (&job->after, flow_trace_facts_unref);
  g_free (job);
}

static void
bind_id (sqlite3_stmt *stmt, const guint8 *trace_id)
{
  sqlite3_bind_blob (stmt, 1, trace_id, 16, SQLITE_TRANSIENT);
}

static gboolean
run_for_id (sqlite3 *db, const char *name, const guint8 *trace_id, GError **error)
{
  g_autoptr (sqlite3_stmt) stmt = NULL;

  if (!flow_sql_prepare (db, name, &stmt, error))
    return FALSE;
  bind_id (stmt, trace_id);
  return flow_sql_step_done (stmt, error);
}

static char **
read_tags (sqlite3 *db, const guint8 *trace_id, GError **error)
{
  g_autoptr (GStrvBuilder) tags = g_strv_builder_new ();
  g_autoptr (sqlite3_stmt) stmt = NULL;
  gboolean row = FALSE;

  if (!flow_sql_prepare (db, "fact-tags", &stmt, error))
    return NULL;
  bind_id (stmt, trace_id);
  while (TRUE)
    {
      if (!flow_sql_step_row (stmt, &row, error))
        return NULL;
      if (!row)
        return g_strv_builder_end (tags);
      g_strv_builder_add (tags, (const char *) sqlite3_column_text (stmt, 0));
    }
}

/* (out) (nullable): nothing was said. */
static gboolean
read_facts (sqlite3 *db, const guint8 *trace_id, FlowTraceFacts **facts, GError **error)
{
  g_autoptr (sqlite3_stmt) stmt = NULL;
  g_auto (GStrv) tags = NULL;
  gboolean row = FALSE;

  *facts = NULL;
  if (!flow_sql_prepare (db, "fact-read", &stmt, error))
    return FALSE;
  bind_id (stmt, trace_id);
  if (!flow_sql_step_row (stmt, &row, error))
    return FALSE;
  if (!row)
    return TRUE;
  tags = read_tags (db, trace_id, error);
  if (tags == NULL)
    return FALSE;
  *facts = flow_trace_facts_new (trace_id, (const char *) sqlite3_column_text (stmt, 0),
                                 (const char *) sqlite3_column_text (stmt, 1), g_steal_pointer (&tags),
                                 sqlite3_column_int (stmt, 2) != 0, sqlite3_column_int64 (stmt, 3));
  return TRUE;
}

static gboolean
write_row (sqlite3 *db, const FlowTraceFacts *facts, GError **error)
{
  g_autoptr (sqlite3_stmt) stmt = NULL;

  if (!flow_sql_prepare (db, "fact-write", &stmt, error))
    return FALSE;
  bind_id (stmt, facts->trace_id);
  sqlite3_bind_text (stmt, 2, facts->title, -1, SQLITE_TRANSIENT);
  sqlite3_bind_text (stmt, 3, facts->note, -1, SQLITE_TRANSIENT);
  sqlite3_bind_int (stmt, 4, facts->pinned);
  sqlite3_bind_int64 (stmt, 5, facts->updated_ns);
  return flow_sql_step_done (stmt, error);
}

static gboolean
write_tags (sqlite3 *db, const FlowTraceFacts *facts, GError **error)
{
  g_autoptr (sqlite3_stmt) stmt = NULL;

  if (!run_for_id (db, "fact-tags-delete", facts->trace_id, error) ||
      !flow_sql_prepare (db, "fact-tag-insert", &stmt, error))
    return FALSE;
  for (char **tag = facts->tags; *tag != NULL; tag++)
    {
      sqlite3_reset (stmt);
      bind_id (stmt, facts->trace_id);
      sqlite3_bind_text (stmt, 2, *tag, -1, SQLITE_TRANSIENT);
      if (!flow_sql_step_done (stmt, error))
        return FALSE;
    }
  return TRUE;
}

/**
 * flow_trace_delete_facts:
 *
 * Delete what the user said about a trace. Inside a transaction.
 */
gboolean
flow_trace_delete_facts (FlowTraceStore *self, sqlite3 *db, const guint8 trace_id[16], GError **error)
{
  flow_trace_kept_forget (&self->kept);
  self->changes.facts = TRUE;
  return run_for_id (db, "fact-delete", trace_id, error) && run_for_id (db, "fact-tags-delete", trace_id, error) &&
         flow_sql_exec (db, "fact-revise", error);
}

/* That nothing is said any more stays written down: only an erased trace has no row, and other devices must be able to
 * tell the two apart. */
static gboolean
write_facts (FlowTraceStore *self, sqlite3 *db, const FlowTraceFacts *facts, GError **error)
{
  flow_trace_kept_forget (&self->kept);
  self->changes.facts = TRUE;
  return write_row (db, facts, error) && write_tags (db, facts, error) && flow_sql_exec (db, "fact-revise", error);
}

static gboolean
change_run (sqlite3 *db, gpointer data, GError **error)
{
  FactJob *job = data;
  FlowTraceStore *self = job->self;
  const guint8 *trace_id = flow_fact_change_get_trace_id (job->change);
  guint64 number = 0;

  /* A group that was rolled back may be run again. */
  g_clear_pointer (&job->before, flow_trace_facts_unref);
  g_clear_pointer (&job->after, flow_trace_facts_unref);
  if (!flow_trace_index_find (self->index, db, trace_id, &number, error))
    return FALSE;
  if (number == 0)
    {
      g_set_error (error, FLOW_ERROR, FLOW_ERROR_NOT_FOUND, "There is no such trace");
      return FALSE;
    }
  if (!read_facts (db, trace_id, &job->before, error))
    return FALSE;
  job->after = flow_fact_change_apply (job->change, job->before, g_get_real_time () * 1000, error);
  if (job->after == NULL || !write_facts (self, db, job->after, error))
    return FALSE;
  flow_trace_changes_add (&self->changes, number);
  return TRUE;
}

static void
change_done (gpointer data, const GError *error)
{
  FactJob *job = data;

  if (job->done != NULL)
    job->done (job->before, error == NULL ? job->after : NULL, error, job->data);
}

/* What a change weighs in the queue, more or less. */
#define CHANGE_BYTES 1024

/**
 * flow_trace_store_change_facts:
 * @self: the store
 * @change: (transfer full): what is to become of the facts about a trace
 * @done: (nullable): called on the writer thread after the commit
 * @data: for @done
 * @destroy: (nullable): frees @data, also when this fails
 * @error: return location
 *
 * Queue a change of a title, note, tags or pin. A trace about which nothing is said any more is retention's again.
 *
 * Returns: %FALSE with %FLOW_ERROR_BUSY when the writer is behind, %FLOW_ERROR_STOPPING after close; @done is then not
 *   called
 */
gboolean
flow_trace_store_change_facts (FlowTraceStore *self, FlowFactChange *change, FlowFactsDone done, gpointer data,
                               GDestroyNotify destroy, GError **error)
{
  FactJob *job = g_new0 (FactJob, 1);

  *job = (FactJob) { .self = self, .change = change, .done = done, .data = data, .destroy = destroy };
  if (flow_store_push (self->store, CHANGE_BYTES, change_run, change_done, job, fact_job_free, error))
    return TRUE;
  fact_job_free (job);
  return FALSE;
}

/**
 * flow_trace_store_change_facts_wait:
 * @self: the store
 * @change: (transfer full): what is to become of the facts about a trace
 * @error: return location
 *
 * The same, and wait until it is durable.
 *
 * Returns: (transfer full) (nullable): what is said about the trace now; %NULL with %FLOW_ERROR_NOT_FOUND when there is
 *   no such trace, or %FLOW_ERROR_TOO_LARGE, %FLOW_ERROR_DISK_FULL and the other codes of flow_sql_error()
 */
FlowTraceFacts *
flow_trace_store_change_facts_wait (FlowTraceStore *self, FlowFactChange *change, GError **error)
{
  FactJob *job = g_new0 (FactJob, 1);
  FlowTraceFacts *after = NULL;

  *job = (FactJob) { .self = self, .change = change };
  if (flow_store_run (self->store, change_run, job, error))
    after = g_steal_pointer (&job->after);
  fact_job_free (job);
  return after;
}
