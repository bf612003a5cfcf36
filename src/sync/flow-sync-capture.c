/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-sync"

#include "store/flow-statement.h"
#include "sync/flow-sync-hlc.h"
#include "sync/flow-sync-policy.h"
#include "sync/flow-sync-private.h"

/* So many records of a table are measured, the others are guessed from them. */
#define CENSUS_SAMPLE 200
#define CENSUS_PAGE 1000

/* Records that are in memory together. */
#define CAPTURE_PAGE 1000

/* A record that somebody looks for differences in. */
typedef struct
{
  FlowSyncRow *row;
  FlowSyncRecord *now;
  FlowSyncRecord *before;
  FlowSyncOp *op;
  guint field;
} Diff;

/**
 * flow_sync_get_row_scope:
 * @table: (nullable): a table
 * @key: of a record
 *
 * Returns: (transfer full): the scope that the record is in
 */
char *
flow_sync_get_row_scope (const FlowSyncTable *table, GBytes *key)
{
  char *scope = table != NULL && table->scope != NULL ? table->scope (table, key) : NULL;

  return scope != NULL ? scope : g_strdup (FLOW_SYNC_SCOPE_ACCOUNT);
}

/* An empty text and a zero are what a column has when nobody set it: to write that down would be to say that somebody
   did, against whoever set it elsewhere meanwhile. */
static gboolean
is_empty (GBytes *value)
{
  gint64 number = 0;
  double real = 0;
  gsize size = 0;

  if (value == NULL)
    return TRUE;
  switch (flow_sync_value_get_kind (value))
    {
    case FLOW_SYNC_VALUE_NULL:
      return TRUE;
    case FLOW_SYNC_VALUE_INT:
      return flow_sync_value_get_int (value, &number) && number == 0;
    case FLOW_SYNC_VALUE_REAL:
      return flow_sync_value_get_real (value, &real) && real == 0;
    case FLOW_SYNC_VALUE_TEXT:
      return flow_sync_value_get_text (value, &size) != NULL && size == 0;
    case FLOW_SYNC_VALUE_BLOB:
      return flow_sync_value_get_blob (value, &size) != NULL && size == 0;
    default:
      return FALSE;
    }
}

static gboolean
same_value (GBytes *a, GBytes *b)
{
  return is_empty (a) || is_empty (b) ? is_empty (a) && is_empty (b) : g_bytes_equal (a, b);
}

static gboolean
same_item (GBytes *a, GBytes *b)
{
  return a == NULL || b == NULL ? a == b : g_bytes_equal (a, b);
}

/* What this program cannot read of others is not gone because the domain has not got it. */
static gboolean
is_misfit (Diff *diff, const char *field, const char *item)
{
  FlowSyncPlace place;

  return flow_sync_row_find_place (diff->row, field, item, &place) &&
         !flow_sync_policy_fits (diff->row->table, flow_sync_policy_pick (diff->row->table, &place));
}

static void
add_write (Diff *diff, const char *field, const char *item, GBytes *value)
{
  g_autoptr (GBytes) none = value == NULL ? flow_sync_value_new_null () : NULL;

  flow_sync_op_add (diff->op, field, item, value != NULL ? value : none);
}

static void
diff_value (Diff *diff)
{
  const char *name = diff->row->table->fields[diff->field].name;
  GBytes *now = flow_sync_record_get_value (diff->now, diff->field, NULL);

  if (same_value (now, flow_sync_record_get_value (diff->before, diff->field, NULL)) ||
      (is_empty (now) && is_misfit (diff, name, "")))
    return;
  add_write (diff, name, "", now);
}

static void
diff_new_item (const char *key, const char *text, gpointer data)
{
  Diff *diff = data;
  GBytes *now = flow_sync_record_get_value (diff->now, diff->field, key);

  if (key[0] != '\0' && !same_item (now, flow_sync_record_get_value (diff->before, diff->field, key)))
    add_write (diff, diff->row->table->fields[diff->field].name, key, now);
}

static void
diff_old_item (const char *key, const char *text, gpointer data)
{
  Diff *diff = data;

  if (flow_sync_record_get_value (diff->now, diff->field, key) == NULL)
    add_write (diff, diff->row->table->fields[diff->field].name, key, NULL);
}

/* Members of a group that this program does not know are those of the write that holds. */
static void
take_unknown (const char *name, GBytes *value, gpointer data)
{
  GTree *members = data;

  if (g_tree_lookup (members, name) == NULL)
    g_tree_insert (members, g_strdup (name), g_bytes_ref (value));
}

static gboolean
collect_member (gpointer name, gpointer value, gpointer data)
{
  gpointer *arrays = data;

  g_ptr_array_add (arrays[0], name);
  g_ptr_array_add (arrays[1], value);
  return FALSE;
}

static int
compare_names (gconstpointer a, gconstpointer b, gpointer data)
{
  return strcmp (a, b);
}

/**
 * flow_sync_make_group:
 * @record: a record
 * @first: the number of a group's first field
 * @n: how many fields it has
 * @row: (nullable): the row, for members that this program does not know
 *
 * Returns: (transfer full): one value of the group
 */
GBytes *
flow_sync_make_group (const FlowSyncRecord *record, guint first, guint n, const FlowSyncRow *row)
{
  const FlowSyncTable *table = flow_sync_record_get_table (record);
  g_autoptr (GTree) members = g_tree_new_full (compare_names, NULL, g_free, (GDestroyNotify) g_bytes_unref);
  g_autoptr (GPtrArray) names = g_ptr_array_new ();
  g_autoptr (GPtrArray) values = g_ptr_array_new ();
  gpointer arrays[2] = { names, values };
  FlowSyncPlace place;

  for (guint i = first; i < first + n; i++)
    {
      GBytes *value = flow_sync_record_get_value (record, i, NULL);

      g_tree_insert (members, g_strdup (table->fields[i].name),
                     value != NULL ? g_bytes_ref (value) : flow_sync_value_new_null ());
    }
  if (row != NULL && flow_sync_row_find_place (row, table->fields[first].group, "", &place))
    flow_sync_value_foreach_member (flow_sync_policy_pick (table, &place)->value, take_unknown, members);
  g_tree_foreach (members, collect_member, arrays);
  return flow_sync_value_new_group ((const char *const *) names->pdata, (GBytes *const *) values->pdata, names->len);
}

static void
diff_group (Diff *diff, guint n)
{
  const char *group = diff->row->table->fields[diff->field].group;
  gboolean differs = FALSE;
  gboolean empty = TRUE;
  g_autoptr (GBytes) value = NULL;

  for (guint i = diff->field; i < diff->field + n; i++)
    {
      GBytes *now = flow_sync_record_get_value (diff->now, i, NULL);

      differs = differs || !same_value (now, flow_sync_record_get_value (diff->before, i, NULL));
      empty = empty && is_empty (now);
    }
  if (!differs || (empty && is_misfit (diff, group, "")))
    return;
  value = flow_sync_make_group (diff->now, diff->field, n, diff->row);
  add_write (diff, group, "", value);
}

static void
diff_fields (Diff *diff)
{
  const FlowSyncTable *table = diff->row->table;

  for (diff->field = 0; diff->field < table->n_fields; diff->field++)
    {
      const FlowSyncField *field = &table->fields[diff->field];
      guint index, n;

      if (field->group != NULL)
        {
          flow_sync_policy_find (table, field->group, &index, &n);
          if (index == diff->field)
            diff_group (diff, n);
        }
      else if (field->type == FLOW_SYNC_SET || field->type == FLOW_SYNC_MAP)
        {
          flow_sync_record_foreach (diff->now, diff->field, diff_new_item, diff);
          flow_sync_record_foreach (diff->before, diff->field, diff_old_item, diff);
        }
      else
        diff_value (diff);
    }
}

/* A record that the domain refused is not there, but nobody deleted it. */
static gboolean
capture_deletion (FlowSyncChange *change, FlowSyncRow *row, FlowSyncOp *op, GError **error)
{
  gboolean refused = FALSE;
  g_autoptr (GBytes) deleted = NULL;

  if (!flow_sync_row_is_alive (row))
    return TRUE;
  if (!flow_sync_quarantine_has (change->sync, FLOW_SYNC_SIDE_THEIRS, row->name, row->key, &refused, error))
    return FALSE;
  deleted = flow_sync_value_new_int (0);
  if (!refused)
    flow_sync_op_add (op, FLOW_SYNC_FIELD_RECORD, "", deleted);
  return TRUE;
}

static void
capture_values (FlowSyncRow *row, FlowSyncRecord *record, FlowSyncOp *op)
{
  g_autoptr (FlowSyncRecord) before = flow_sync_row_make_record (row);
  Diff diff = { row, record, before, op, 0 };

  diff_fields (&diff);
  /* Nothing else would say that it is there. */
  if (op->writes->len == 0 && !flow_sync_row_is_alive (row))
    {
      g_autoptr (GBytes) alive = flow_sync_value_new_int (1);

      flow_sync_op_add (op, FLOW_SYNC_FIELD_RECORD, "", alive);
    }
}

/* A record that cannot be read is no reason for what was done to others not to be kept. */
static gboolean
put_aside (FlowSync *self, const FlowSyncTable *table, GBytes *key, GError *why, GError **error)
{
  g_autoptr (GError) owned = why;

  if (flow_sync_is_grave (self, owned))
    {
      g_propagate_error (error, g_steal_pointer (&owned));
      return FALSE;
    }
  return flow_sync_quarantine_record (self, FLOW_SYNC_SIDE_MINE, table->name, key, owned, error);
}

/* What differs between a record and what is known of it becomes an operation. */
static gboolean
capture_one (FlowSyncChange *change, const FlowSyncTable *table, GBytes *key, GError **error)
{
  FlowSyncRow *row = flow_sync_change_get_row (change, table->name, key, error);
  g_autoptr (FlowSyncRecord) record = flow_sync_record_new (table);
  g_autoptr (FlowSyncOp) op = flow_sync_op_new (table->name, table->schema, key);
  GError *why = NULL;
  gboolean exists = FALSE;

  if (row == NULL || !flow_sync_row_number (change->sync, row, error))
    return FALSE;
  if (!table->read (table, change->sync->db, key, record, &exists, &why))
    return put_aside (change->sync, table, key, why, error);
  if (exists)
    capture_values (row, record, op);
  else if (!capture_deletion (change, row, op, error))
    return FALSE;
  if (op->writes->len == 0)
    return TRUE;
  /* What was there before is as old as the domain says, and older than all else when it does not. */
  if (change->seed)
    op->hlc = flow_sync_hlc_make (MIN (flow_sync_record_get_time_ms (record), flow_sync_get_now_ms (change->sync)), 1);
  flow_sync_change_add_op (change, g_steal_pointer (&op));
  return TRUE;
}

/* A record of which it was told that it changed. */
typedef struct
{
  char *name;
  GBytes *key;
} Dirty;

static void
dirty_clear (gpointer data)
{
  Dirty *dirty = data;

  g_free (dirty->name);
  g_bytes_unref (dirty->key);
}

static gboolean
list_dirty (FlowSync *self, GArray *dirty, GError **error)
{
  g_autoptr (FlowSyncStep) stmt = flow_sync_stmt (self, FLOW_SYNC_STMT_DIRTY_LIST, error);
  gboolean row = TRUE;

  if (stmt == NULL)
    return FALSE;
  sqlite3_bind_int (stmt, 1, CAPTURE_PAGE);
  while (TRUE)
    {
      Dirty one;

      if (!flow_sql_step_row (stmt, &row, error))
        return FALSE;
      if (!row)
        return TRUE;
      one.name = g_strdup (flow_sync_column_text (stmt, 0));
      one.key = flow_sync_column_bytes (stmt, 1);
      g_array_append_val (dirty, one);
    }
}

/* All up to this one were looked at. */
static gboolean
forget_dirty (FlowSync *self, const Dirty *last, GError **error)
{
  g_autoptr (FlowSyncStep) stmt = flow_sync_stmt (self, FLOW_SYNC_STMT_DIRTY_FORGET, error);

  if (stmt == NULL)
    return FALSE;
  flow_sync_bind_text (stmt, 1, last->name);
  flow_sync_bind_bytes (stmt, 2, last->key);
  return flow_sql_step_done (stmt, error);
}

static gboolean
capture_page (FlowSync *self, GArray *dirty, guint *n_ops, GError **error)
{
  guint64 n_refused;
  g_auto (FlowSyncChange) change;

  flow_sync_change_init (&change, self);
  if (!flow_sync_count_quarantine (self, &n_refused, error))
    return FALSE;
  for (guint i = 0; i < dirty->len; i++)
    {
      const Dirty *one = &g_array_index (dirty, Dirty, i);
      const FlowSyncTable *table = flow_sync_find_table (self, one->name);

      if (n_refused > 0 && !flow_sync_quarantine_release (self, FLOW_SYNC_SIDE_MINE, one->name, one->key, error))
        return FALSE;
      if (table != NULL && !capture_one (&change, table, one->key, error))
        return FALSE;
    }
  if (!flow_sync_change_end (&change, error))
    return FALSE;
  *n_ops += change.applied.made;
  return forget_dirty (self, &g_array_index (dirty, Dirty, dirty->len - 1), error);
}

static gboolean
capture (FlowSync *self, guint *n_ops, GError **error)
{
  g_autoptr (GArray) dirty = g_array_new (FALSE, FALSE, sizeof (Dirty));

  g_array_set_clear_func (dirty, dirty_clear);
  while (TRUE)
    {
      if (!list_dirty (self, dirty, error))
        return FALSE;
      if (dirty->len == 0)
        return TRUE;
      if (!capture_page (self, dirty, n_ops, error))
        return FALSE;
      g_array_set_size (dirty, 0);
    }
}

/**
 * flow_sync_capture:
 * @self: an open engine
 * @n_ops: (out) (optional): operations that came of it, and of those times since the last one at which nobody asked
 * @error: return location
 *
 * Write down as operations what was done to records since the last time, in the transaction in which it was done. What
 * was applied for others makes none, as it is what is known already. While syncing is off nothing happens; the records
 * are looked at when it is turned on.
 *
 * Returns: %FALSE with the codes of flow_sql_error(); the transaction must be rolled back
 */
gboolean
flow_sync_capture (FlowSync *self, guint *n_ops, GError **error)
{
  if (n_ops != NULL)
    *n_ops = 0;
  if (!flow_sync_load (self, error))
    return flow_sync_failed (self);
  if (self->on && !capture (self, &self->unreported, error))
    return flow_sync_failed (self);
  if (n_ops != NULL)
    {
      *n_ops = self->unreported;
      self->unreported = 0;
    }
  return TRUE;
}

static gboolean
seed (FlowSync *self, FlowSyncSeed *at, guint limit, GError **error)
{
  const FlowSyncTable *table = g_ptr_array_index (self->tables, at->table);
  g_autoptr (GPtrArray) keys = g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref);
  g_auto (FlowSyncChange) change;

  flow_sync_change_init (&change, self);
  change.seed = TRUE;
  if (!table->list (table, self->db, at->after, limit, keys, error))
    return FALSE;
  for (guint i = 0; i < keys->len; i++)
    if (!capture_one (&change, table, g_ptr_array_index (keys, i), error))
      return FALSE;
  if (!flow_sync_change_end (&change, error))
    return FALSE;
  at->rows += keys->len;
  g_clear_pointer (&at->after, g_bytes_unref);
  if (keys->len > 0 && keys->len >= limit)
    at->after = g_bytes_ref (g_ptr_array_index (keys, keys->len - 1));
  else
    at->table++;
  at->finished = at->table >= self->tables->len;
  return TRUE;
}

/**
 * flow_sync_seed:
 * @self: an engine that is turned on
 * @at: how far it is
 * @limit: records at most
 * @error: return location
 *
 * Make operations of the next records that were there before syncing was turned on. To be called, each time in a
 * transaction, until @at is finished, and before anything is fetched: so the records of others are beside them, not
 * under them.
 *
 * Returns: %FALSE with the codes of flow_sql_error()
 */
gboolean
flow_sync_seed (FlowSync *self, FlowSyncSeed *at, guint limit, GError **error)
{
  if (!flow_sync_load (self, error))
    return flow_sync_failed (self);
  at->finished = at->table >= self->tables->len;
  return at->finished || seed (self, at, limit, error) || flow_sync_failed (self);
}

/**
 * flow_sync_seed_clear:
 * @at: a place
 *
 * Free what it holds.
 */
void
flow_sync_seed_clear (FlowSyncSeed *at)
{
  g_clear_pointer (&at->after, g_bytes_unref);
}

static gboolean
count_table (FlowSync *self, const FlowSyncTable *table, guint64 *rows, guint64 *bytes, GError **error)
{
  g_autoptr (GBytes) after = NULL;
  guint64 measured = 0, sample = 0;

  while (TRUE)
    {
      g_autoptr (GPtrArray) keys = g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref);

      if (!table->list (table, self->db, after, CENSUS_PAGE, keys, error))
        return FALSE;
      for (guint i = 0; i < keys->len && measured < CENSUS_SAMPLE; i++, measured++)
        {
          g_autoptr (FlowSyncRow) row = flow_sync_row_new (table, table->name, g_ptr_array_index (keys, i));
          g_autoptr (FlowSyncRecord) record = flow_sync_record_new (table);
          g_autoptr (FlowSyncOp) op = flow_sync_op_new (table->name, table->schema, row->key);
          g_autoptr (GBytes) body = NULL;
          gboolean exists;

          if (!table->read (table, self->db, row->key, record, &exists, error))
            return FALSE;
          capture_values (row, record, op);
          body = flow_sync_op_encode (op);
          sample += g_bytes_get_size (body);
        }
      *rows += keys->len;
      g_clear_pointer (&after, g_bytes_unref);
      if (keys->len < CENSUS_PAGE)
        break;
      after = g_bytes_ref (g_ptr_array_index (keys, keys->len - 1));
    }
  *bytes += measured > 0 ? sample * *rows / measured : 0;
  return TRUE;
}

/**
 * flow_sync_take_census:
 * @self: an open engine
 * @census: (out): what there is
 * @error: return location
 *
 * Count the records that would be sent when syncing is turned on. Reads only.
 *
 * Returns: %FALSE with the codes of flow_sql_error()
 */
gboolean
flow_sync_take_census (FlowSync *self, FlowSyncCensus *census, GError **error)
{
  *census = (FlowSyncCensus) { .rows = g_new0 (guint64, self->tables->len + 1) };
  for (guint i = 0; i < self->tables->len; i++)
    if (!count_table (self, g_ptr_array_index (self->tables, i), &census->rows[i], &census->bytes, error))
      {
        flow_sync_census_clear (census);
        return FALSE;
      }
  return TRUE;
}

/**
 * flow_sync_census_clear:
 * @census: a census
 *
 * Free what it holds.
 */
void
flow_sync_census_clear (FlowSyncCensus *census)
{
  g_clear_pointer (&census->rows, g_free);
}
