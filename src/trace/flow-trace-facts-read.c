/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-trace-facts"

#include <string.h>

#include "store/flow-statement.h"
#include "trace/flow-trace-reader-private.h"

static guint
hash_id (gconstpointer key)
{
  guint hash;

  memcpy (&hash, key, sizeof hash);
  return hash;
}

static gboolean
equal_ids (gconstpointer a, gconstpointer b)
{
  return memcmp (a, b, 16) == 0;
}

/* A database that an older program made and that nobody has opened for writing since has no such tables. */
static gboolean
has_facts (FlowTraceReader *self)
{
  return sqlite3_table_column_metadata (self->db, NULL, "trace_fact", NULL, NULL, NULL, NULL, NULL, NULL) == SQLITE_OK;
}

static gboolean
read_revision (FlowTraceReader *self, gint64 *revision, GError **error)
{
  g_autoptr (sqlite3_stmt) stmt = NULL;
  gboolean row = FALSE;

  if (!flow_sql_prepare (self->db, "fact-revision", &stmt, error) || !flow_sql_step_row (stmt, &row, error))
    return FALSE;
  *revision = row ? sqlite3_column_int64 (stmt, 0) : 0;
  return TRUE;
}

static char *
column_text (sqlite3_stmt *stmt, int column)
{
  const char *text = (const char *) sqlite3_column_text (stmt, column);

  return g_strdup (text != NULL ? text : "");
}

/* All tags by trace id: GPtrArray of char *. */
static GHashTable *
read_tags (FlowTraceReader *self, GError **error)
{
  g_autoptr (GHashTable) tags = g_hash_table_new_full (hash_id, equal_ids, g_free, (GDestroyNotify) g_ptr_array_unref);
  g_autoptr (sqlite3_stmt) stmt = NULL;
  gboolean row = FALSE;

  if (!flow_sql_prepare (self->db, "fact-tag-list", &stmt, error))
    return NULL;
  while (TRUE)
    {
      GPtrArray *list;

      if (!flow_sql_step_row (stmt, &row, error))
        return NULL;
      if (!row)
        return g_steal_pointer (&tags);
      if (sqlite3_column_bytes (stmt, 0) != 16)
        continue;
      list = g_hash_table_lookup (tags, sqlite3_column_blob (stmt, 0));
      if (list == NULL)
        {
          list = g_ptr_array_new_with_free_func (g_free);
          g_hash_table_insert (tags, g_memdup2 (sqlite3_column_blob (stmt, 0), 16), list);
        }
      g_ptr_array_add (list, column_text (stmt, 1));
    }
}

static char **
take_tags (GHashTable *tags, const guint8 *trace_id)
{
  GPtrArray *list = g_hash_table_lookup (tags, trace_id);

  if (list == NULL)
    return g_new0 (char *, 1);
  g_ptr_array_add (list, NULL);
  return (char **) g_ptr_array_steal (list, NULL);
}

static GHashTable *
read_facts (FlowTraceReader *self, GError **error)
{
  g_autoptr (GHashTable) facts = g_hash_table_new_full (hash_id, equal_ids, NULL,
                                                        (GDestroyNotify) flow_trace_facts_unref);
  g_autoptr (GHashTable) tags = read_tags (self, error);
  g_autoptr (sqlite3_stmt) stmt = NULL;
  gboolean row = FALSE;

  if (tags == NULL || !flow_sql_prepare (self->db, "fact-list", &stmt, error))
    return NULL;
  while (TRUE)
    {
      g_autofree char *title = NULL;
      g_autofree char *note = NULL;
      const guint8 *trace_id;
      FlowTraceFacts *one;

      if (!flow_sql_step_row (stmt, &row, error))
        return NULL;
      if (!row)
        return g_steal_pointer (&facts);
      if (sqlite3_column_bytes (stmt, 0) != 16)
        continue;
      title = column_text (stmt, 1);
      note = column_text (stmt, 2);
      trace_id = sqlite3_column_blob (stmt, 0);
      one = flow_trace_facts_new (trace_id, title, note, take_tags (tags, trace_id), sqlite3_column_int (stmt, 3) != 0,
                                  sqlite3_column_int64 (stmt, 4));
      g_hash_table_replace (facts, one->trace_id, one);
    }
}

/* Inside a transaction. (transfer full): what is there now, the same as before when nobody changed it. */
static GHashTable *
refresh_facts (FlowTraceReader *self, GError **error)
{
  gint64 revision = 0;

  if (!has_facts (self))
    return g_hash_table_new (hash_id, equal_ids);
  if (!read_revision (self, &revision, error))
    return NULL;
  if (self->facts != NULL && self->facts_revision == revision)
    return g_hash_table_ref (self->facts);
  self->facts_revision = revision;
  return read_facts (self, error);
}

/**
 * flow_trace_reader_get_facts:
 * @self: a reader
 * @error: return location
 *
 * Get what the user said about traces, all of it: few things, kept until they change.
 *
 * Returns: (transfer none) (element-type guint8 FlowTraceFacts): 16 bytes of trace id -> #FlowTraceFacts, valid until
 *   the next call of any function of @self; %NULL with the codes of flow_sql_error()
 */
GHashTable *
flow_trace_reader_get_facts (FlowTraceReader *self, GError **error)
{
  gboolean mine = sqlite3_get_autocommit (self->db);

  if (!flow_trace_reader_begin (self, error))
    return NULL;
  if (!self->facts_fresh)
    {
      GHashTable *facts = refresh_facts (self, error);

      g_clear_pointer (&self->facts, g_hash_table_unref);
      self->facts = facts;
      self->facts_fresh = facts != NULL;
    }
  if (mine)
    flow_trace_reader_end (self);
  return self->facts;
}

/** flow_trace_reader_find_facts: (transfer full) (nullable): what the user said about a trace. */
FlowTraceFacts *
flow_trace_reader_find_facts (FlowTraceReader *self, const guint8 trace_id[16])
{
  GHashTable *all = flow_trace_reader_get_facts (self, NULL);
  FlowTraceFacts *facts = all != NULL ? g_hash_table_lookup (all, trace_id) : NULL;

  return facts != NULL ? flow_trace_facts_ref (facts) : NULL;
}

/**
 * flow_trace_filter_match_facts:
 * @filter: a filter
 * @facts: (nullable): what the user said about a trace
 *
 * Tell whether a trace has the tag, note or pin that @filter asks for.
 *
 * Returns: %TRUE when it has, or nothing was asked
 */
gboolean
flow_trace_filter_match_facts (const FlowTraceFilter *filter, const FlowTraceFacts *facts)
{
  if (facts == NULL)
    return filter->tag == NULL && !filter->has_note && !filter->has_tags && !filter->pinned;
  return (filter->tag == NULL || flow_trace_facts_has_tag (facts, filter->tag)) &&
         (!filter->has_note || facts->note[0] != '\0') && (!filter->has_tags || facts->tags[0] != NULL) &&
         (!filter->pinned || facts->pinned);
}
