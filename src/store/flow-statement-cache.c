/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-store"

#include "store/flow-statement-cache.h"

#include "store/flow-statement.h"

struct _FlowStatementCache
{
  sqlite3 *db;
  GHashTable *stmts; /* name -> statement */
};

static void
finalize (gpointer stmt)
{
  sqlite3_finalize (stmt);
}

/**
 * flow_statement_cache_new:
 *
 * Returns: (transfer full): a cache that is empty
 */
FlowStatementCache *
flow_statement_cache_new (void)
{
  FlowStatementCache *self = g_new0 (FlowStatementCache, 1);

  self->stmts = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, finalize);
  return self;
}

/**
 * flow_statement_cache_free:
 * @self: (transfer full): a cache
 *
 * Free it and its statements.
 */
void
flow_statement_cache_free (FlowStatementCache *self)
{
  g_hash_table_unref (self->stmts);
  g_free (self);
}

/**
 * flow_statement_cache_clear:
 * @self: a cache
 *
 * Finalize all statements, so that the connection can close.
 */
void
flow_statement_cache_clear (FlowStatementCache *self)
{
  g_hash_table_remove_all (self->stmts);
  self->db = NULL;
}

/**
 * flow_statement_cache_take:
 * @self: a cache
 * @db: the connection; another one than before makes the cache begin again
 * @name: a resource's name, see [func@sql_prepare]
 * @out: (out) (transfer none): the statement, without parameters; for a `g_autoptr (FlowSqlStep)`. To be given up
 *   before the same one is taken again
 * @error: return location
 *
 * Take a statement, which is prepared the first time.
 *
 * Returns: %FALSE with the codes of flow_sql_prepare()
 */
gboolean
flow_statement_cache_take (FlowStatementCache *self, sqlite3 *db, const char *name, FlowSqlStep **out, GError **error)
{
  sqlite3_stmt *stmt;

  if (self->db != db)
    flow_statement_cache_clear (self);
  self->db = db;
  stmt = g_hash_table_lookup (self->stmts, name);
  if (stmt == NULL)
    {
      if (!flow_sql_prepare (db, name, &stmt, error))
        return FALSE;
      g_hash_table_insert (self->stmts, g_strdup (name), stmt);
    }
  sqlite3_clear_bindings (stmt);
  *out = stmt;
  return TRUE;
}
