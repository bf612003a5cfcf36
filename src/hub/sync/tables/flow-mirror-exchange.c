/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-mirror"

#include "hub/sync/tables/flow-mirror-exchange.h"

#include <math.h>

#include "store/flow-statement.h"

/* What a record has, and what the settings had of it when both were compared last: where the settings have something
 * else now, the user changed it here; where the record has, another device did. */
typedef struct
{
  char *key;
  char *value;
  char *applied;
  double place;
  gint64 updated_ns;
  gboolean write;
} Row;

typedef struct
{
  sqlite3 *db;
  FlowMirrorTable kind;
  const char *table;
  GPtrArray *here;   /* FlowMirrorEntry */
  GPtrArray *before; /* (nullable): the same when both were compared last; %NULL: as the records say */
  gint64 now_ns;
  GPtrArray *rows;    /* Row */
  GHashTable *by_key; /* the same */
} Exchange;

static void
row_free (gpointer data)
{
  Row *row = data;

  g_free (row->key);
  g_free (row->value);
  g_free (row->applied);
  g_free (row);
}

static Row *
add_row (Exchange *self, const char *key, const char *value, double place, const char *applied, gint64 updated_ns)
{
  Row *row = g_new0 (Row, 1);

  *row = (Row) { g_strdup (key), g_strdup (value), g_strdup (applied), place, updated_ns, FALSE };
  g_ptr_array_add (self->rows, row);
  g_hash_table_insert (self->by_key, row->key, row);
  return row;
}

static gboolean
read_rows (Exchange *self, GError **error)
{
  g_autoptr (sqlite3_stmt) stmt = NULL;
  gboolean row = FALSE;

  if (!flow_sql_prepare (self->db, "records/mirror-rows", &stmt, error))
    return FALSE;
  sqlite3_bind_text (stmt, 1, self->table, -1, SQLITE_STATIC);
  while (TRUE)
    {
      if (!flow_sql_step_row (stmt, &row, error))
        return FALSE;
      if (!row)
        return TRUE;
      add_row (self, (const char *) sqlite3_column_text (stmt, 0), (const char *) sqlite3_column_text (stmt, 1),
               sqlite3_column_double (stmt, 2), (const char *) sqlite3_column_text (stmt, 3),
               sqlite3_column_int64 (stmt, 4));
    }
}

static void
set_text (char **text, const char *value)
{
  char *copy = g_strdup (value);

  g_free (*text);
  *text = copy;
}

static const char *
find (GPtrArray *entries, const char *key)
{
  const char *value = flow_mirror_entries_find (entries, key);

  return value != NULL ? value : "";
}

static void
apply (Row *row, const char *value)
{
  if (g_str_equal (row->applied, value))
    return;
  set_text (&row->applied, value);
  row->write = TRUE;
}

static void
compare (Exchange *self, Row *row)
{
  const char *value = find (self->here, row->key);

  if (self->before != NULL)
    apply (row, find (self->before, row->key));
  if (g_str_equal (row->applied, value))
    return;
  apply (row, value);
  set_text (&row->value, value);
  row->updated_ns = self->now_ns;
}

static void
compare_all (Exchange *self)
{
  for (guint i = 0; i < self->rows->len; i++)
    compare (self, g_ptr_array_index (self->rows, i));
  for (guint i = 0; i < self->here->len; i++)
    {
      const FlowMirrorEntry *entry = g_ptr_array_index (self->here, i);

      if (!g_hash_table_contains (self->by_key, entry->key))
        add_row (self, entry->key, entry->value, NAN, entry->value, self->now_ns)->write = TRUE;
    }
}

/* The record has what the settings do not get. */
static gboolean
is_held (Exchange *self, const Row *row)
{
  return !g_str_equal (row->value, row->applied) && !flow_mirror_may_apply (self->kind, row->value, row->applied);
}

static gboolean
is_pending (Exchange *self)
{
  for (guint i = 0; i < self->rows->len; i++)
    {
      const Row *row = g_ptr_array_index (self->rows, i);

      if (!g_str_equal (row->value, row->applied) && !is_held (self, row))
        return TRUE;
    }
  return FALSE;
}

/* The place of the next entry that stands behind @before, or none. */
static double
find_next (Exchange *self, guint from, double before)
{
  for (guint i = from; i < self->here->len; i++)
    {
      const FlowMirrorEntry *entry = g_ptr_array_index (self->here, i);
      const Row *row = g_hash_table_lookup (self->by_key, entry->key);

      if (row->place > before)
        return row->place;
    }
  return NAN;
}

/* Only editors have an order: the first one that fits is taken. */
static void
place_nowhere (Exchange *self)
{
  for (guint i = 0; i < self->rows->len; i++)
    {
      Row *row = g_ptr_array_index (self->rows, i);

      if (isnan (row->place))
        row->place = 0;
    }
}

/* Places that give the order of the settings: those that do are kept, what was moved or is new goes in between. While
 * something of another device has not come to the settings, what stands where is that device's. */
static void
place_rows (Exchange *self)
{
  gboolean pending = is_pending (self);
  double last = 0;

  for (guint i = 0; i < self->here->len; i++)
    {
      const FlowMirrorEntry *entry = g_ptr_array_index (self->here, i);
      Row *row = g_hash_table_lookup (self->by_key, entry->key);

      if (isnan (row->place) || (!pending && !(row->place > last)))
        {
          double next = find_next (self, i + 1, last);

          row->place = isnan (next) ? last + 1 : last + (next - last) / 2;
          row->write = TRUE;
        }
      last = MAX (last, row->place);
    }
}

static gboolean
write_rows (Exchange *self, GError **error)
{
  g_autoptr (sqlite3_stmt) stmt = NULL;

  if (!flow_sql_prepare (self->db, "records/mirror-write", &stmt, error))
    return FALSE;
  for (guint i = 0; i < self->rows->len; i++)
    {
      const Row *row = g_ptr_array_index (self->rows, i);

      if (!row->write)
        continue;
      sqlite3_reset (stmt);
      sqlite3_bind_text (stmt, 1, self->table, -1, SQLITE_STATIC);
      sqlite3_bind_text (stmt, 2, row->key, -1, SQLITE_STATIC);
      sqlite3_bind_text (stmt, 3, row->value, -1, SQLITE_STATIC);
      sqlite3_bind_double (stmt, 4, row->place);
      sqlite3_bind_int64 (stmt, 5, row->updated_ns);
      sqlite3_bind_text (stmt, 6, row->applied, -1, SQLITE_STATIC);
      if (!flow_sql_step_done (stmt, error))
        return FALSE;
    }
  return TRUE;
}

static int
compare_places (gconstpointer a, gconstpointer b)
{
  const Row *left = *(Row *const *) a, *right = *(Row *const *) b;

  if (left->place != right->place)
    return left->place < right->place ? -1 : 1;
  return strcmp (left->key, right->key);
}

static GPtrArray *
get_wanted (Exchange *self, GPtrArray *held)
{
  GPtrArray *wanted = flow_mirror_entries_new ();

  g_ptr_array_sort (self->rows, compare_places);
  for (guint i = 0; i < self->rows->len; i++)
    {
      const Row *row = g_ptr_array_index (self->rows, i);

      if (is_held (self, row))
        flow_mirror_entries_add (held, row->key, row->value);
      flow_mirror_entries_add (wanted, row->key, is_held (self, row) ? row->applied : row->value);
    }
  return wanted;
}

/**
 * flow_mirror_exchange:
 * @db: the writer's connection, inside a transaction
 * @table: a table
 * @here: (element-type FlowMirrorEntry): what the settings say
 * @before: (nullable) (element-type FlowMirrorEntry): what they said when both were compared last; %NULL when only the
 *   records know, after a start
 * @now_ns: the time, since 1970
 * @held: (element-type FlowMirrorEntry): where what another device wrote and the settings do not get is added
 * @error: return location
 *
 * Write down what the user changed in the settings, and tell what they should say. What was changed both here and on
 * another device meanwhile is as here: that came later.
 *
 * Returns: (transfer full) (element-type FlowMirrorEntry): all entries, in their order; %NULL with the codes of
 *   flow_sql_error()
 */
GPtrArray *
flow_mirror_exchange (sqlite3 *db, FlowMirrorTable table, GPtrArray *here, GPtrArray *before, gint64 now_ns,
                      GPtrArray *held, GError **error)
{
  g_autoptr (GPtrArray) rows = g_ptr_array_new_with_free_func (row_free);
  g_autoptr (GHashTable) by_key = g_hash_table_new (g_str_hash, g_str_equal);
  Exchange self = { db, table, flow_mirror_table_get_name (table), here, before, now_ns, rows, by_key };

  if (!read_rows (&self, error))
    return NULL;
  compare_all (&self);
  if (table == FLOW_MIRROR_EDITORS)
    place_rows (&self);
  else
    place_nowhere (&self);
  return write_rows (&self, error) ? get_wanted (&self, held) : NULL;
}
