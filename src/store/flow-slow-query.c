/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-store"

#include "store/flow-slow-query.h"

#include "store/flow-statement.h"
#include "store/flow-store.h"

#define DEFAULT_LIMIT_MS 100
#define LONGEST_SQL 500
#define PLAN_DETAIL_COLUMN 3

static guint limit_ms = DEFAULT_LIMIT_MS;
static gsize slow_queries = 0;
static GPrivate explaining = G_PRIVATE_INIT (NULL);

static char *
explain (sqlite3 *db, const char *sql)
{
  g_autoptr (sqlite3_stmt) statement = NULL;
  g_autofree char *question = g_strconcat ("EXPLAIN QUERY PLAN ", sql, NULL);
  GString *plan = g_string_new (NULL);

  if (sqlite3_prepare_v2 (db, question, -1, &statement, NULL) != SQLITE_OK)
    return g_string_free (g_string_assign (plan, "not known"), FALSE);
  while (sqlite3_step (statement) == SQLITE_ROW)
    {
      const char *detail = (const char *) sqlite3_column_text (statement, PLAN_DETAIL_COLUMN);

      g_string_append_printf (plan, "%s%s", plan->len > 0 ? "; " : "", detail != NULL ? detail : "");
    }
  return g_string_free (plan, FALSE);
}

/* COMMIT and its like wait for the disk, no plan could help. */
static gboolean
is_query (sqlite3_stmt *statement)
{
  return sqlite3_column_count (statement) > 0 || !sqlite3_stmt_readonly (statement);
}

/*
 * Runs inside sqlite3_step() and sqlite3_reset(), which both set the connection's error anew after it; so asking the
 * same connection for the plan disturbs nobody. The plan's own statements are not looked at.
 */
static int
profile_cb (unsigned int type, void *context, void *statement, void *nanoseconds)
{
  gint64 ms = *(sqlite3_int64 *) nanoseconds / 1000000;
  guint limit = (guint) g_atomic_int_get (&limit_ms);
  const char *sql;
  g_autofree char *plan = NULL;

  if (limit == 0 || ms < limit || g_private_get (&explaining) != NULL || !is_query (statement))
    return 0;
  g_atomic_pointer_add (&slow_queries, 1);
  sql = sqlite3_sql (statement);
  if (sql == NULL)
    return 0;
  g_private_set (&explaining, GINT_TO_POINTER (1));
  plan = explain (sqlite3_db_handle (statement), sql);
  g_private_set (&explaining, NULL);
  g_message ("Slow query, %" G_GINT64_FORMAT " ms: %.*s; plan: %s", ms, LONGEST_SQL, sql,
             *plan != '\0' ? plan : "none");
  return 0;
}

/**
 * flow_slow_query_watch:
 * @db: a connection
 *
 * Count and log the connection's statements that take at least the slow-query limit. Bound values are not logged.
 */
void
flow_slow_query_watch (sqlite3 *db)
{
  sqlite3_trace_v2 (db, SQLITE_TRACE_PROFILE, profile_cb, NULL);
}

/**
 * flow_slow_query_count:
 *
 * Returns: slow statements of this process since it started
 */
guint64
flow_slow_query_count (void)
{
  return (guint64) (gsize) g_atomic_pointer_get (&slow_queries);
}

/**
 * flow_store_set_slow_query_ms:
 * @milliseconds: statements that take at least this long are slow, 0 for none
 *
 * Set the limit for all connections of the process, at once. It is the setting `slow-query-ms`, 100 at first.
 */
void
flow_store_set_slow_query_ms (guint milliseconds)
{
  g_atomic_int_set (&limit_ms, milliseconds);
}
