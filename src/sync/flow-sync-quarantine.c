/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-sync"

#include "sync/flow-sync-quarantine.h"

#include <glib/gi18n-lib.h>

#include "base/flow-error.h"
#include "message/flow-json-member.h"
#include "store/flow-statement.h"
#include "sync/flow-sync-ops-private.h"
#include "sync/flow-sync-private.h"

/* The code of what could not be opened at all. */
#define CODE_SEALED "sealed"
/* Of a payload whose operations do not follow those before. */
#define CODE_CHAIN "chain"
/* Of one operation that cannot be read. */
#define CODE_UNREADABLE "unreadable"

/* What is in quarantine. */
typedef struct
{
  gint64 number;
  char *scope;
  FlowSyncDot dot;
  guint n_ops;
  char *table;
  GBytes *key;
  char *code;
  GBytes *body;
} Entry;

static void
entry_clear (gpointer data)
{
  Entry *entry = data;

  g_free (entry->scope);
  g_free (entry->table);
  g_free (entry->code);
  g_bytes_unref (entry->key);
  g_bytes_unref (entry->body);
}

static gboolean
trim (FlowSync *self, GError **error)
{
  FlowSyncStep *stmt = flow_sync_stmt (self, FLOW_SYNC_STMT_QUARANTINE_TRIM, error);

  if (stmt == NULL)
    return FALSE;
  sqlite3_bind_int64 (stmt, 1, FLOW_SYNC_QUARANTINE_MAX);
  return flow_sql_step_done (stmt, error);
}

/**
 * flow_sync_count_quarantine:
 * @self: a loaded engine
 * @n: (out): how much is in quarantine
 * @error: return location
 *
 * Returns: %FALSE with the codes of flow_sql_error()
 */
gboolean
flow_sync_count_quarantine (FlowSync *self, guint64 *n, GError **error)
{
  g_autoptr (FlowSyncStep) stmt = flow_sync_stmt (self, FLOW_SYNC_STMT_QUARANTINE_COUNT, error);
  gboolean row;

  if (stmt == NULL || !flow_sql_step_row (stmt, &row, error))
    return FALSE;
  *n = row ? (guint64) sqlite3_column_int64 (stmt, 0) : 0;
  return TRUE;
}

/**
 * flow_sync_quarantine_record:
 * @self: a loaded engine
 * @side: whose writes it is about, FLOW_SYNC_SIDE_…
 * @table: name of a table
 * @key: of a record
 * @why: what is wrong
 * @error: return location
 *
 * Write down that the domain has not got what holds of a record, or that the others have not got what the domain has.
 *
 * Returns: %FALSE with the codes of flow_sql_error()
 */
gboolean
flow_sync_quarantine_record (FlowSync *self, const char *side, const char *table, GBytes *key, const GError *why,
                             GError **error)
{
  g_autoptr (FlowSyncStep) stmt = flow_sync_stmt (self, FLOW_SYNC_STMT_QUARANTINE_RECORD, error);

  if (stmt == NULL)
    return FALSE;
  flow_sync_bind_text (stmt, 1, table);
  flow_sync_bind_bytes (stmt, 2, key);
  flow_sync_bind_text (stmt, 3, flow_error_info_for (why)->code);
  flow_sync_bind_text (stmt, 4, why->message);
  sqlite3_bind_int64 (stmt, 5, flow_clock_wall_ns (self->clock));
  flow_sync_bind_text (stmt, 6, side);
  return flow_sql_step_done (stmt, error) && trim (self, error);
}

static FlowSyncStep *
begin_record (FlowSync *self, FlowSyncStmt which, const char *side, const char *table, GBytes *key, GError **error)
{
  FlowSyncStep *stmt = flow_sync_stmt (self, which, error);

  if (stmt == NULL)
    return NULL;
  flow_sync_bind_text (stmt, 1, table);
  flow_sync_bind_bytes (stmt, 2, key);
  flow_sync_bind_text (stmt, 3, side);
  return stmt;
}

/**
 * flow_sync_quarantine_has:
 * @self: a loaded engine
 * @side: whose writes, FLOW_SYNC_SIDE_…
 * @table: name of a table
 * @key: of a record
 * @has: (out): whether it is in quarantine for them
 * @error: return location
 *
 * Returns: %FALSE with the codes of flow_sql_error()
 */
gboolean
flow_sync_quarantine_has (FlowSync *self, const char *side, const char *table, GBytes *key, gboolean *has,
                          GError **error)
{
  g_autoptr (FlowSyncStep) stmt = begin_record (self, FLOW_SYNC_STMT_QUARANTINE_FIND, side, table, key, error);

  return stmt != NULL && flow_sql_step_row (stmt, has, error);
}

/**
 * flow_sync_quarantine_release:
 * @self: a loaded engine
 * @side: whose writes, FLOW_SYNC_SIDE_…
 * @table: name of a table
 * @key: of a record
 * @error: return location
 *
 * Take a record out of quarantine, if it is there.
 *
 * Returns: %FALSE with the codes of flow_sql_error()
 */
gboolean
flow_sync_quarantine_release (FlowSync *self, const char *side, const char *table, GBytes *key, GError **error)
{
  g_autoptr (FlowSyncStep) stmt = begin_record (self, FLOW_SYNC_STMT_QUARANTINE_RELEASE, side, table, key, error);

  return stmt != NULL && flow_sql_step_done (stmt, error);
}

/**
 * flow_sync_quarantine_ops:
 * @self: a loaded engine
 * @scope: a scope
 * @dot: of the first operation
 * @n_ops: how many
 * @body: (array length=size): what came of them
 * @size: its bytes
 * @why: what is wrong with it
 * @error: return location
 *
 * Keep operations that could not be taken, as they came.
 *
 * Returns: %FALSE with the codes of flow_sql_error()
 */
gboolean
flow_sync_quarantine_ops (FlowSync *self, const char *scope, const FlowSyncDot *dot, guint n_ops, gconstpointer body,
                          gsize size, const GError *why, GError **error)
{
  g_autoptr (FlowSyncStep) stmt = flow_sync_stmt (self, FLOW_SYNC_STMT_QUARANTINE_INSERT, error);
  gboolean sealed = size >= 4 && memcmp (body, "FSB1", 4) == 0;
  gboolean chain = !sealed && g_error_matches (why, FLOW_ERROR, FLOW_ERROR_NOT_AUTHENTIC);

  if (stmt == NULL)
    return FALSE;
  flow_sync_bind_text (stmt, 1, scope);
  sqlite3_bind_blob (stmt, 2, dot->device, FLOW_SYNC_DEVICE_SIZE, SQLITE_STATIC);
  sqlite3_bind_int64 (stmt, 3, (gint64) dot->epoch);
  sqlite3_bind_int64 (stmt, 4, (gint64) dot->seq);
  sqlite3_bind_int64 (stmt, 5, n_ops);
  flow_sync_bind_text (stmt, 6, "");
  sqlite3_bind_blob (stmt, 7, "", 0, SQLITE_STATIC);
  flow_sync_bind_text (stmt, 8, sealed ? CODE_SEALED : chain ? CODE_CHAIN : CODE_UNREADABLE);
  flow_sync_bind_text (stmt, 9, why->message);
  sqlite3_bind_int64 (stmt, 10, flow_clock_wall_ns (self->clock));
  sqlite3_bind_blob64 (stmt, 11, body, size, SQLITE_STATIC);
  return flow_sql_step_done (stmt, error) && trim (self, error);
}

static void
write_entry (FlowSyncStep *row, FlowJsonWriter *json)
{
  flow_json_writer_begin_object (json);
  flow_json_member_int (json, "number", sqlite3_column_int64 (row, 0));
  flow_json_member_text (json, "scope", flow_sync_column_text (row, 1), -1);
  flow_json_member_id (json, "device", sqlite3_column_blob (row, 2), (gsize) sqlite3_column_bytes (row, 2));
  flow_json_member_int (json, "epoch", sqlite3_column_int64 (row, 3));
  flow_json_member_int (json, "seq", sqlite3_column_int64 (row, 4));
  flow_json_member_int (json, "operations", sqlite3_column_int64 (row, 5));
  flow_json_member_text (json, "table", flow_sync_column_text (row, 6), -1);
  flow_json_member_id (json, "key", sqlite3_column_blob (row, 7), (gsize) sqlite3_column_bytes (row, 7));
  flow_json_member_text (json, "code", flow_sync_column_text (row, 8), -1);
  flow_json_member_text (json, "message", flow_sync_column_text (row, 9), -1);
  flow_json_writer_key (json, "time");
  flow_json_writer_time (json, sqlite3_column_int64 (row, 10));
  flow_json_writer_end_object (json);
}

/**
 * flow_sync_quarantine_write:
 * @self: an open engine
 * @json: where to
 * @error: return location
 *
 * Write what is in quarantine as an array: whose it is, or which record, and what is wrong with it.
 *
 * Returns: %FALSE with the codes of flow_sql_error()
 */
gboolean
flow_sync_quarantine_write (FlowSync *self, FlowJsonWriter *json, GError **error)
{
  g_autoptr (FlowSyncStep) stmt = flow_sync_stmt (self, FLOW_SYNC_STMT_QUARANTINE_LIST, error);
  gboolean row = TRUE;

  if (stmt == NULL)
    return FALSE;
  flow_json_writer_begin_array (json);
  while (row)
    {
      if (!flow_sql_step_row (stmt, &row, error))
        return FALSE;
      if (row)
        write_entry (stmt, json);
    }
  flow_json_writer_end_array (json);
  return TRUE;
}

/**
 * flow_sync_quarantine_drop:
 * @self: an open engine
 * @number: of what is in quarantine
 * @error: return location
 *
 * Forget it for good.
 *
 * Returns: %FALSE with `FLOW_ERROR_NOT_FOUND` or the codes of flow_sql_error()
 */
gboolean
flow_sync_quarantine_drop (FlowSync *self, gint64 number, GError **error)
{
  FlowSyncStep *stmt = flow_sync_stmt (self, FLOW_SYNC_STMT_QUARANTINE_DELETE, error);
  g_autofree char *text = NULL;

  if (stmt == NULL)
    return FALSE;
  sqlite3_bind_int64 (stmt, 1, number);
  if (!flow_sql_step_done (stmt, error))
    return FALSE;
  if (sqlite3_changes (self->db) > 0)
    return TRUE;
  text = g_strdup_printf ("%" G_GINT64_FORMAT, number);
  g_set_error (error, FLOW_ERROR, FLOW_ERROR_NOT_FOUND, _ ("Nothing that was set aside has the number %s"), text);
  return FALSE;
}

static gboolean
list_entries (FlowSync *self, GArray *entries, GError **error)
{
  g_autoptr (FlowSyncStep) stmt = flow_sync_stmt (self, FLOW_SYNC_STMT_QUARANTINE_LIST, error);
  gboolean row = TRUE;

  if (stmt == NULL)
    return FALSE;
  while (TRUE)
    {
      Entry entry = { 0 };

      if (!flow_sql_step_row (stmt, &row, error))
        return FALSE;
      if (!row)
        return TRUE;
      entry.number = sqlite3_column_int64 (stmt, 0);
      entry.scope = g_strdup (flow_sync_column_text (stmt, 1));
      if (sqlite3_column_bytes (stmt, 2) == FLOW_SYNC_DEVICE_SIZE)
        memcpy (entry.dot.device, sqlite3_column_blob (stmt, 2), FLOW_SYNC_DEVICE_SIZE);
      entry.dot.epoch = (guint64) sqlite3_column_int64 (stmt, 3);
      entry.dot.seq = (guint64) sqlite3_column_int64 (stmt, 4);
      entry.n_ops = (guint) sqlite3_column_int64 (stmt, 5);
      entry.table = g_strdup (flow_sync_column_text (stmt, 6));
      entry.key = flow_sync_column_bytes (stmt, 7);
      entry.code = g_strdup (flow_sync_column_text (stmt, 8));
      entry.body = flow_sync_column_bytes (stmt, 11);
      g_array_append_val (entries, entry);
    }
}

/* A stretch of operations whose chain is broken is read as far as it goes. */
static FlowSyncOps *
read_payload (const Entry *entry, GError **error)
{
  FlowSyncBatchHeader header = { .dot = entry->dot, .n_ops = entry->n_ops };

  g_strlcpy (header.scope, entry->scope, sizeof header.scope);
  return flow_sync_ops_parse (&header, entry->body, error);
}

/* What the device knew, as far as that is known here. */
static FlowSyncContext *
make_context (FlowSync *self, const char *scope, const FlowSyncDot *dots, guint n, GError **error)
{
  g_autoptr (FlowSyncContext) nothing = flow_sync_context_new (NULL, 0);
  g_autoptr (GArray) entries = g_array_new (FALSE, FALSE, sizeof (FlowSyncContextEntry));
  g_autoptr (FlowSyncContext) context = NULL;

  for (guint i = 0; i < n; i++)
    {
      const FlowSyncStream *stream = flow_sync_find_stream (self, scope, dots[i].device, dots[i].epoch);

      if (stream != NULL)
        g_array_append_val (entries, ((FlowSyncContextEntry) { stream->id, dots[i].seq }));
    }
  context = flow_sync_context_raise (nothing, (const FlowSyncContextEntry *) (gpointer) entries->data, entries->len);
  return flow_sync_keep_context (self, context, error);
}

/**
 * flow_sync_take_late:
 * @change: a change
 * @ops: operations
 * @from: the first one that is taken
 * @until: the one behind the last one that is taken
 * @n: (inout): how many were
 * @error: return location
 *
 * Take operations that come after others that may have known of them.
 *
 * Returns: %FALSE with the codes of flow_sql_error()
 */
gboolean
flow_sync_take_late (FlowSyncChange *change, FlowSyncOps *ops, guint from, guint until, guint *n, GError **error)
{
  FlowSync *self = change->sync;
  const FlowSyncDot *first = flow_sync_ops_get_first (ops);
  const char *scope = flow_sync_ops_get_scope (ops);
  FlowSyncStream *stream = flow_sync_get_stream (self, scope, first->device, first->epoch, error);
  g_autoptr (FlowSyncVector) known = flow_sync_vector_copy (flow_sync_ops_get_context (ops));

  if (stream == NULL)
    return FALSE;
  for (guint i = 0; i < until; i++)
    {
      gsize size;
      const guint8 *body = flow_sync_ops_get_op (ops, i, &size);
      g_autoptr (FlowSyncOp) op = flow_sync_op_decode (body, size, NULL);
      g_autoptr (FlowSyncContext) context = NULL;
      guint entries;

      if (op == NULL)
        continue;
      for (guint j = 0; j < op->context->len; j++)
        {
          const FlowSyncDot *dot = &g_array_index (op->context, FlowSyncDot, j);

          flow_sync_vector_raise (known, dot->device, dot->epoch, dot->seq);
        }
      if (i < from)
        continue;
      entries = flow_sync_vector_get_size (known);
      context = make_context (self, scope, entries > 0 ? flow_sync_vector_get_entry (known, 0) : NULL, entries, error);
      if (context == NULL || !flow_sync_merge_op (change, stream, first->seq + i, context, op, TRUE, error))
        return FALSE;
      (*n)++;
    }
  return TRUE;
}

/* What does not open where a stream stands is fetched again by itself. */
static gboolean
is_ahead (FlowSync *self, const Entry *entry)
{
  const FlowSyncStream *stream = flow_sync_find_stream (self, entry->scope, entry->dot.device, entry->dot.epoch);

  return stream == NULL || entry->dot.seq > stream->dot.seq;
}

/* (transfer full) (nullable): what it holds; NULL: it still cannot be read. */
static FlowSyncOps *
open_entry (const Entry *entry, FlowSyncOpenFunc open, gpointer data)
{
  if (g_str_equal (entry->code, CODE_SEALED))
    return open != NULL ? open (entry->body, data, NULL) : NULL;
  return g_str_equal (entry->code, CODE_CHAIN) ? read_payload (entry, NULL) : NULL;
}

/* One operation that this program can read by now. */
static gboolean
take_single (FlowSyncChange *change, const Entry *entry, guint *n, GError **error)
{
  FlowSync *self = change->sync;
  FlowSyncStream *stream = flow_sync_get_stream (self, entry->scope, entry->dot.device, entry->dot.epoch, error);
  g_autoptr (FlowSyncOp) op = NULL;
  g_autoptr (FlowSyncContext) context = NULL;
  gsize size;
  gconstpointer body = g_bytes_get_data (entry->body, &size);

  if (stream == NULL)
    return FALSE;
  op = flow_sync_op_decode (body, size, NULL);
  if (op == NULL)
    return TRUE;
  context = make_context (self, entry->scope, (const FlowSyncDot *) (gpointer) op->context->data, op->context->len,
                          error);
  if (context == NULL || !flow_sync_merge_op (change, stream, entry->dot.seq, context, op, TRUE, error))
    return FALSE;
  (*n)++;
  return TRUE;
}

/* The domain is asked once more. */
static gboolean
take_record (FlowSyncChange *change, const Entry *entry, GError **error)
{
  FlowSyncRow *row = flow_sync_change_get_row (change, entry->table, entry->key, error);

  if (row != NULL)
    row->foreign = TRUE;
  return row != NULL;
}

/* Of a batch the first operations may have come another way. */
static guint
find_first (const Entry *entry, FlowSyncOps *ops)
{
  guint64 first = flow_sync_ops_get_first (ops)->seq;

  return entry->dot.seq <= first ? 0 : (guint) MIN (entry->dot.seq - first, flow_sync_ops_get_n (ops));
}

static gboolean
retry_entry (FlowSync *self, const Entry *entry, FlowSyncOpenFunc open, gpointer data, guint *taken, GError **error)
{
  g_autoptr (FlowSyncOps) ops = NULL;
  guint n = 0;
  g_auto (FlowSyncChange) change;

  flow_sync_change_init (&change, self);
  if (entry->n_ops == 0)
    return take_record (&change, entry, error) && flow_sync_change_end (&change, error);
  if (g_str_equal (entry->code, CODE_UNREADABLE))
    {
      if (!take_single (&change, entry, &n, error))
        return FALSE;
    }
  else
    {
      ops = is_ahead (self, entry) ? NULL : open_entry (entry, open, data);
      if (ops != NULL &&
          !flow_sync_take_late (&change, ops, find_first (entry, ops), flow_sync_ops_get_n (ops), &n, error))
        return FALSE;
    }
  *taken += n;
  return n == 0 || (flow_sync_change_end (&change, error) && flow_sync_quarantine_drop (self, entry->number, error));
}

/* What was written here is looked at as if it had just been written. */
static gboolean
retry_mine (FlowSync *self, const Entry *entry, GError **error)
{
  FlowSyncStep *stmt;

  if (entry->n_ops > 0 || !g_str_equal (entry->scope, FLOW_SYNC_SIDE_MINE))
    return TRUE;
  stmt = flow_sync_stmt (self, FLOW_SYNC_STMT_DIRTY_INSERT, error);
  if (stmt == NULL)
    return FALSE;
  flow_sync_bind_text (stmt, 1, entry->table);
  flow_sync_bind_bytes (stmt, 2, entry->key);
  return flow_sql_step_done (stmt, error) && flow_sync_quarantine_drop (self, entry->number, error);
}

static gboolean
is_theirs (const Entry *entry)
{
  return entry->n_ops > 0 || g_str_equal (entry->scope, FLOW_SYNC_SIDE_THEIRS);
}

static gboolean
retry_all (FlowSync *self, FlowSyncOpenFunc open, gpointer data, guint *taken, GError **error)
{
  g_autoptr (GArray) entries = g_array_new (FALSE, FALSE, sizeof (Entry));

  g_array_set_clear_func (entries, entry_clear);
  if (!list_entries (self, entries, error))
    return FALSE;
  for (guint i = 0; i < entries->len; i++)
    if (!retry_mine (self, &g_array_index (entries, Entry, i), error))
      return FALSE;
  if (!flow_sync_capture (self, NULL, error))
    return FALSE;
  for (guint i = 0; i < entries->len; i++)
    if (is_theirs (&g_array_index (entries, Entry, i)) &&
        !retry_entry (self, &g_array_index (entries, Entry, i), open, data, taken, error))
      return FALSE;
  return TRUE;
}

/**
 * flow_sync_quarantine_retry:
 * @self: an engine that is turned on
 * @open: (nullable): opens batches that could not be opened before
 * @data: for @open
 * @taken: (out): operations that were taken
 * @error: return location
 *
 * Try once more to take what is in quarantine. What has been written over by those who came later is not taken back.
 *
 * Returns: %FALSE with the codes of flow_sql_error(); the transaction must be rolled back
 */
gboolean
flow_sync_quarantine_retry (FlowSync *self, FlowSyncOpenFunc open, gpointer data, guint *taken, GError **error)
{
  *taken = 0;
  if (!flow_sync_load (self, error))
    return flow_sync_failed (self);
  return retry_all (self, open, data, taken, error) || flow_sync_failed (self);
}
