/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-sync"

#include "sync/flow-sync-conflict-log.h"

#include "secret/flow-digest.h"
#include "store/flow-statement.h"
#include "sync/flow-sync-bytes.h"

static void
side_clear (gpointer data)
{
  g_bytes_unref (((FlowSyncSide *) data)->value);
}

/**
 * flow_sync_conflict_new:
 * @row: the record
 * @field: field or group, empty: the record itself
 * @item: element of a set, key of a map, else empty
 * @kind: FLOW_SYNC_KIND_…
 *
 * Returns: (transfer full): a conflict that nobody has decided, without sides
 */
FlowSyncConflict *
flow_sync_conflict_new (const FlowSyncRow *row, const char *field, const char *item, const char *kind)
{
  FlowSyncConflict *self = g_new0 (FlowSyncConflict, 1);

  self->table = g_strdup (row->name);
  self->key = g_bytes_ref (row->key);
  self->field = g_strdup (field);
  self->item = g_strdup (item);
  self->scope = flow_sync_get_row_scope (row->table, row->key);
  self->kind = kind;
  self->state = FLOW_SYNC_STATE_OPEN;
  self->title = g_strdup ("");
  self->by_rule = TRUE;
  self->sides = g_array_new (FALSE, FALSE, sizeof (FlowSyncSide));
  g_array_set_clear_func (self->sides, side_clear);
  return self;
}

/**
 * flow_sync_conflict_free:
 * @self: (transfer full): a conflict
 *
 * Free it.
 */
void
flow_sync_conflict_free (FlowSyncConflict *self)
{
  g_free (self->table);
  g_bytes_unref (self->key);
  g_free (self->field);
  g_free (self->item);
  g_free (self->scope);
  g_free (self->title);
  g_clear_pointer (&self->base, g_bytes_unref);
  g_clear_pointer (&self->chosen, g_bytes_unref);
  g_array_unref (self->sides);
  g_free (self);
}

/**
 * flow_sync_conflict_add_side:
 * @self: a conflict
 * @stream: whose write it is
 * @seq: of its operation
 * @hlc: its clock
 * @value: what was written
 *
 * Add a write.
 */
void
flow_sync_conflict_add_side (FlowSyncConflict *self, FlowSyncStream *stream, guint64 seq, guint64 hlc, GBytes *value)
{
  FlowSyncSide side = { stream, seq, hlc, g_bytes_ref (value) };

  g_array_append_val (self->sides, side);
}

static int
by_clock (gconstpointer a, gconstpointer b)
{
  const FlowSyncSide *first = a;
  const FlowSyncSide *second = b;
  int order;

  if (first->hlc != second->hlc)
    return first->hlc < second->hlc ? -1 : 1;
  order = flow_sync_dot_compare_stream (&first->stream->dot, &second->stream->dot);
  return order != 0 || first->seq == second->seq ? order : first->seq < second->seq ? -1 : 1;
}

/**
 * flow_sync_conflict_name:
 * @self: a conflict with its sides
 *
 * Sort the sides by clock and make the id of the place and of the two earliest ones: devices that see the same writes
 * call the conflict the same.
 */
void
flow_sync_conflict_name (FlowSyncConflict *self)
{
  g_autoptr (GByteArray) bytes = g_byte_array_new ();
  guint8 digest[FLOW_DIGEST_SIZE];
  FlowDigestPart part;
  gsize size;
  gconstpointer key = g_bytes_get_data (self->key, &size);

  g_array_sort (self->sides, by_clock);
  flow_sync_put_bytes (bytes, self->table, strlen (self->table));
  flow_sync_put_bytes (bytes, key, size);
  flow_sync_put_bytes (bytes, self->field, strlen (self->field));
  flow_sync_put_bytes (bytes, self->item, strlen (self->item));
  for (guint i = 0; i < MIN (self->sides->len, 2); i++)
    {
      const FlowSyncSide *side = &g_array_index (self->sides, FlowSyncSide, i);
      FlowSyncDot dot = side->stream->dot;

      dot.seq = side->seq;
      flow_sync_put_dot (bytes, &dot);
    }
  part = (FlowDigestPart) { bytes->data, bytes->len };
  flow_digest (&part, 1, digest);
  memcpy (self->id, digest, sizeof self->id);
}

/**
 * flow_sync_conflict_decide:
 * @self: a conflict
 * @state: FLOW_SYNC_STATE_…
 * @decider: (nullable) (array fixed-size=16): which device, %NULL: the rules
 * @chosen: (nullable): what holds
 * @now_ns: the time
 *
 * Say how it was decided; an open one only what is shown meanwhile.
 */
void
flow_sync_conflict_decide (FlowSyncConflict *self, const char *state, const guint8 *decider, GBytes *chosen,
                           gint64 now_ns)
{
  self->state = state;
  self->decided_ns = g_str_equal (state, FLOW_SYNC_STATE_OPEN) ? 0 : now_ns;
  self->by_rule = decider == NULL;
  if (decider != NULL)
    memcpy (self->decider, decider, FLOW_SYNC_DEVICE_SIZE);
  g_clear_pointer (&self->chosen, g_bytes_unref);
  self->chosen = chosen != NULL ? g_bytes_ref (chosen) : NULL;
}

static const char *
intern (const char *text, const char *const *known)
{
  for (; *known != NULL; known++)
    if (g_str_equal (*known, text))
      return *known;
  return "";
}

static FlowSyncConflict *
from_row (FlowSyncStep *row)
{
  static const char *const kinds[] = { FLOW_SYNC_KIND_MODIFIED, FLOW_SYNC_KIND_DELETED, FLOW_SYNC_KIND_SCHEMA, NULL };
  static const char *const states[] = { FLOW_SYNC_STATE_OPEN, FLOW_SYNC_STATE_AUTO, FLOW_SYNC_STATE_RESOLVED,
                                        FLOW_SYNC_STATE_UNDONE, NULL };
  FlowSyncConflict *self = g_new0 (FlowSyncConflict, 1);

  if (sqlite3_column_bytes (row, 0) == FLOW_SYNC_CONFLICT_ID_SIZE)
    memcpy (self->id, sqlite3_column_blob (row, 0), FLOW_SYNC_CONFLICT_ID_SIZE);
  self->table = g_strdup (flow_sync_column_text (row, 1));
  self->key = flow_sync_column_bytes (row, 2);
  self->field = g_strdup (flow_sync_column_text (row, 3));
  self->item = g_strdup (flow_sync_column_text (row, 4));
  self->scope = g_strdup (flow_sync_column_text (row, 5));
  self->kind = intern (flow_sync_column_text (row, 6), kinds);
  self->state = intern (flow_sync_column_text (row, 7), states);
  self->title = g_strdup (flow_sync_column_text (row, 8));
  self->opened_ns = sqlite3_column_int64 (row, 9);
  self->decided_ns = sqlite3_column_int64 (row, 10);
  self->by_rule = sqlite3_column_bytes (row, 11) != FLOW_SYNC_DEVICE_SIZE;
  if (!self->by_rule)
    memcpy (self->decider, sqlite3_column_blob (row, 11), FLOW_SYNC_DEVICE_SIZE);
  self->base = flow_sync_column_value (row, 12);
  self->chosen = flow_sync_column_value (row, 13);
  self->sides = g_array_new (FALSE, FALSE, sizeof (FlowSyncSide));
  g_array_set_clear_func (self->sides, side_clear);
  return self;
}

static gboolean
load_sides (FlowSync *sync, FlowSyncConflict *self, GError **error)
{
  g_autoptr (FlowSyncStep) stmt = flow_sync_stmt (sync, FLOW_SYNC_STMT_SIDE_LIST, error);
  gboolean row = TRUE;

  if (stmt == NULL)
    return FALSE;
  sqlite3_bind_blob (stmt, 1, self->id, sizeof self->id, SQLITE_STATIC);
  while (TRUE)
    {
      FlowSyncStream *stream;
      g_autoptr (GBytes) value = NULL;

      if (!flow_sql_step_row (stmt, &row, error))
        return FALSE;
      if (!row)
        return TRUE;
      stream = flow_sync_find_stream_by_id (sync, sqlite3_column_int64 (stmt, 0));
      value = flow_sync_column_value (stmt, 3);
      if (stream != NULL && value != NULL)
        flow_sync_conflict_add_side (self, stream, (guint64) sqlite3_column_int64 (stmt, 1),
                                     (guint64) sqlite3_column_int64 (stmt, 2), value);
    }
}

/**
 * flow_sync_conflict_load:
 * @sync: a loaded engine
 * @id: (array fixed-size=16): of a conflict
 * @out: (out) (nullable): the conflict, %NULL when there is none
 * @error: return location
 *
 * Returns: %FALSE with the codes of flow_sql_error()
 */
gboolean
flow_sync_conflict_load (FlowSync *sync, const guint8 *id, FlowSyncConflict **out, GError **error)
{
  g_autoptr (FlowSyncStep) stmt = flow_sync_stmt (sync, FLOW_SYNC_STMT_CONFLICT_READ, error);
  g_autoptr (FlowSyncConflict) self = NULL;
  gboolean row = FALSE;

  *out = NULL;
  if (stmt == NULL)
    return FALSE;
  sqlite3_bind_blob (stmt, 1, id, FLOW_SYNC_CONFLICT_ID_SIZE, SQLITE_STATIC);
  if (!flow_sql_step_row (stmt, &row, error))
    return FALSE;
  if (!row)
    return TRUE;
  self = from_row (stmt);
  if (!load_sides (sync, self, error))
    return FALSE;
  *out = g_steal_pointer (&self);
  return TRUE;
}

static void
bind_value (FlowSyncStep *stmt, int column, GBytes *value)
{
  if (value != NULL)
    flow_sync_bind_bytes (stmt, column, value);
  else
    sqlite3_bind_blob (stmt, column, "", 0, SQLITE_STATIC);
}

static gboolean
store_head (FlowSync *sync, const FlowSyncConflict *self, GError **error)
{
  g_autoptr (FlowSyncStep) stmt = flow_sync_stmt (sync, FLOW_SYNC_STMT_CONFLICT_WRITE, error);

  if (stmt == NULL)
    return FALSE;
  sqlite3_bind_blob (stmt, 1, self->id, sizeof self->id, SQLITE_STATIC);
  flow_sync_bind_text (stmt, 2, self->table);
  flow_sync_bind_bytes (stmt, 3, self->key);
  flow_sync_bind_text (stmt, 4, self->field);
  flow_sync_bind_text (stmt, 5, self->item);
  flow_sync_bind_text (stmt, 6, self->scope);
  flow_sync_bind_text (stmt, 7, self->kind);
  flow_sync_bind_text (stmt, 8, self->state);
  flow_sync_bind_text (stmt, 9, self->title);
  sqlite3_bind_int64 (stmt, 10, self->opened_ns);
  sqlite3_bind_int64 (stmt, 11, self->decided_ns);
  sqlite3_bind_blob (stmt, 12, self->decider, self->by_rule ? 0 : FLOW_SYNC_DEVICE_SIZE, SQLITE_STATIC);
  bind_value (stmt, 13, self->base);
  bind_value (stmt, 14, self->chosen);
  return flow_sql_step_done (stmt, error);
}

static gboolean
store_side (FlowSync *sync, const FlowSyncConflict *self, const FlowSyncSide *side, GError **error)
{
  g_autoptr (FlowSyncStep) stmt = flow_sync_stmt (sync, FLOW_SYNC_STMT_SIDE_WRITE, error);

  if (stmt == NULL)
    return FALSE;
  sqlite3_bind_blob (stmt, 1, self->id, sizeof self->id, SQLITE_STATIC);
  sqlite3_bind_int64 (stmt, 2, side->stream->id);
  sqlite3_bind_int64 (stmt, 3, (gint64) side->seq);
  sqlite3_bind_int64 (stmt, 4, (gint64) side->hlc);
  flow_sync_bind_bytes (stmt, 5, side->value);
  return flow_sql_step_done (stmt, error);
}

static gboolean
trim (FlowSync *sync, GError **error)
{
  g_autoptr (FlowSyncStep) conflicts = flow_sync_stmt (sync, FLOW_SYNC_STMT_CONFLICT_TRIM, error);
  g_autoptr (FlowSyncStep) sides = NULL;

  if (conflicts == NULL)
    return FALSE;
  sqlite3_bind_int64 (conflicts, 1, FLOW_SYNC_CONFLICTS_KEPT);
  if (!flow_sql_step_done (conflicts, error))
    return FALSE;
  if (sqlite3_changes (sync->db) == 0)
    return TRUE;
  sides = flow_sync_stmt (sync, FLOW_SYNC_STMT_SIDE_TRIM, error);
  return sides != NULL && flow_sql_step_done (sides, error);
}

/**
 * flow_sync_conflict_store:
 * @sync: a loaded engine
 * @self: a conflict
 * @error: return location
 *
 * Write it into the log, in the place of what was there of it. Old ones that were decided are forgotten.
 *
 * Returns: %FALSE with the codes of flow_sql_error()
 */
gboolean
flow_sync_conflict_store (FlowSync *sync, const FlowSyncConflict *self, GError **error)
{
  if (!store_head (sync, self, error))
    return FALSE;
  for (guint i = 0; i < self->sides->len; i++)
    if (!store_side (sync, self, &g_array_index (self->sides, FlowSyncSide, i), error))
      return FALSE;
  return trim (sync, error);
}

static gboolean
run_with_id (FlowSync *sync, FlowSyncStmt which, const guint8 *id, GError **error)
{
  FlowSyncStep *stmt = flow_sync_stmt (sync, which, error);

  if (stmt == NULL)
    return FALSE;
  sqlite3_bind_blob (stmt, 1, id, FLOW_SYNC_CONFLICT_ID_SIZE, SQLITE_STATIC);
  return flow_sql_step_done (stmt, error);
}

/**
 * flow_sync_conflict_drop:
 * @sync: a loaded engine
 * @id: (array fixed-size=16): of a conflict
 * @error: return location
 *
 * Take it out of the log, because another one says more.
 *
 * Returns: %FALSE with the codes of flow_sql_error()
 */
gboolean
flow_sync_conflict_drop (FlowSync *sync, const guint8 *id, GError **error)
{
  return run_with_id (sync, FLOW_SYNC_STMT_SIDE_DELETE, id, error) &&
         run_with_id (sync, FLOW_SYNC_STMT_CONFLICT_DELETE, id, error);
}

/**
 * flow_sync_conflict_find_open:
 * @sync: a loaded engine
 * @row: a record
 * @field: field or group, empty: the record itself
 * @item: element of a set, key of a map, else empty
 * @out: (out) (nullable): the conflict that waits there for a person, %NULL when there is none
 * @error: return location
 *
 * Returns: %FALSE with the codes of flow_sql_error()
 */
gboolean
flow_sync_conflict_find_open (FlowSync *sync, const FlowSyncRow *row, const char *field, const char *item,
                              FlowSyncConflict **out, GError **error)
{
  g_autoptr (FlowSyncStep) stmt = flow_sync_stmt (sync, FLOW_SYNC_STMT_CONFLICT_FIND, error);
  guint8 id[FLOW_SYNC_CONFLICT_ID_SIZE] = { 0 };
  gboolean found = FALSE;

  *out = NULL;
  if (stmt == NULL)
    return FALSE;
  flow_sync_bind_text (stmt, 1, row->name);
  flow_sync_bind_bytes (stmt, 2, row->key);
  flow_sync_bind_text (stmt, 3, field);
  flow_sync_bind_text (stmt, 4, item);
  if (!flow_sql_step_row (stmt, &found, error))
    return FALSE;
  if (found && sqlite3_column_bytes (stmt, 0) == FLOW_SYNC_CONFLICT_ID_SIZE)
    memcpy (id, sqlite3_column_blob (stmt, 0), sizeof id);
  return !found || flow_sync_conflict_load (sync, id, out, error);
}
