/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-records"

#include "hub/sync/tables/flow-record-tables.h"

#include <string.h>

#include "base/flow-error.h"
#include "hub/flow-record-sql.h"
#include "hub/sync/tables/flow-record-tables-private.h"

#define TRACE_ID_BYTES 16

static void
ensure_sql (void)
{
  static gsize done;

  if (g_once_init_enter (&done))
    {
      g_resources_register (flow_record_sql_get_resource ());
      g_once_init_leave (&done, 1);
    }
}

/* In most transactions nothing is said about a trace. */
static gboolean
offer_dirty (FlowRecordTables *self, sqlite3 *db, GError **error)
{
  FlowTraceOffer offer = { self->traces, self->device, g_atomic_int_get (&self->share_mode) };
  g_autoptr (FlowSqlStep) stmt = NULL;
  gboolean any = FALSE;

  if (!flow_statement_cache_take (self->stmts, db, "records/share-dirty", &stmt, error) ||
      !flow_sql_step_row (stmt, &any, error))
    return FALSE;
  return !any || flow_trace_offer_dirty (&offer, db, error);
}

/* Traces that are only on other devices are listed as their headers say; those of this one about which something was
 * said are offered to the others. */
static gboolean
before_commit (gpointer data, sqlite3 *db, GError **error)
{
  FlowRecordTables *self = data;

  for (guint i = 0; i < self->headers->len; i++)
    if (!flow_trace_store_settle_header (self->traces, db, g_bytes_get_data (self->headers->pdata[i], NULL), error))
      return FALSE;
  g_ptr_array_set_size (self->headers, 0);
  return self->device == NULL || offer_dirty (self, db, error);
}

static void
after_commit (gpointer data, sqlite3 *db)
{
  FlowRecordTables *self = data;
  FlowRecordsChanged changed = self->changed;

  self->changed = 0;
  if (changed != 0 && self->changed_func != NULL)
    self->changed_func (changed, self->data);
}

static void
rolled_back (gpointer data, sqlite3 *db)
{
  FlowRecordTables *self = data;

  g_ptr_array_set_size (self->headers, 0);
  self->changed = 0;
}

static void
close_tables (gpointer data, sqlite3 *db)
{
  flow_statement_cache_clear (((FlowRecordTables *) data)->stmts);
}

/**
 * flow_record_tables_new:
 * @store: a store that is not open yet; outlives this
 * @traces: its traces, made before this
 * @changed: (nullable): hears what others have changed
 * @data: for @changed
 *
 * Make the tables.
 *
 * Returns: (transfer full): the tables, to be freed after flow_store_close()
 */
FlowRecordTables *
flow_record_tables_new (FlowStore *store, FlowTraceStore *traces, FlowRecordsFunc changed, gpointer data)
{
  static const FlowStoreParticipant participant = {
    .before_commit = before_commit,
    .after_commit = after_commit,
    .rolled_back = rolled_back,
    .close = close_tables,
  };
  static const FlowSyncTable *const all[FLOW_RECORD_TABLES_MAX] = {
    &flow_device_table, &flow_workspace_table, &flow_session_table, &flow_header_table,
    &flow_fact_table,   &flow_setting_table,   &flow_origin_table,  &flow_editor_table,
  };
  FlowRecordTables *self = g_new0 (FlowRecordTables, 1);

  ensure_sql ();
  self->traces = traces;
  self->changed_func = changed;
  self->data = data;
  self->stmts = flow_statement_cache_new ();
  self->headers = g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref);
  for (guint i = 0; i < FLOW_RECORD_TABLES_MAX; i++)
    {
      self->tables[i] = *all[i];
      self->tables[i].data = self;
      self->list[i] = &self->tables[i];
    }
  self->n_tables = FLOW_RECORD_TABLES_MAX;
  flow_store_add_participant (store, &participant, self);
  return self;
}

/**
 * flow_record_tables_free:
 * @self: (transfer full): tables
 *
 * Free them.
 */
void
flow_record_tables_free (FlowRecordTables *self)
{
  flow_statement_cache_free (self->stmts);
  g_ptr_array_unref (self->headers);
  g_free (self->device);
  g_free (self);
}

/**
 * flow_record_tables_get:
 * @self: tables
 * @n_tables: (out): how many there are
 *
 * Returns: (transfer none) (array length=n_tables): them, in the order in which they are best applied
 */
const FlowSyncTable *const *
flow_record_tables_get (FlowRecordTables *self, guint *n_tables)
{
  *n_tables = self->n_tables;
  return self->list;
}

/**
 * flow_record_tables_set_device:
 * @self: tables
 * @device: (nullable): the id of this device, 32 hex digits; %NULL while syncing is off
 *
 * Say which device this is. On the writer thread: when the store is open, and whenever it is another one.
 */
void
flow_record_tables_set_device (FlowRecordTables *self, const char *device)
{
  char *copy = g_strdup (device);

  g_free (self->device);
  self->device = copy;
}

/**
 * flow_record_tables_get_device:
 * @self: tables
 *
 * On the writer thread.
 *
 * Returns: (nullable): the id of this device, %NULL while syncing is off
 */
const char *
flow_record_tables_get_device (FlowRecordTables *self)
{
  return self->device;
}

/**
 * flow_record_tables_set_share_mode:
 * @self: tables
 * @mode: which traces other devices get
 *
 * From any thread.
 */
void
flow_record_tables_set_share_mode (FlowRecordTables *self, FlowShareMode mode)
{
  g_atomic_int_set (&self->share_mode, mode);
}

/** flow_records_changed: others have changed something that is in memory elsewhere. */
void
flow_records_changed (const FlowSyncTable *table, FlowRecordsChanged changed)
{
  ((FlowRecordTables *) table->data)->changed |= changed;
}

/** flow_records_header_changed: others have changed the header of a trace. */
void
flow_records_header_changed (const FlowSyncTable *table, GBytes *key)
{
  g_ptr_array_add (((FlowRecordTables *) table->data)->headers, g_bytes_ref (key));
}

static gboolean
fail_key (GError **error)
{
  g_set_error_literal (error, FLOW_ERROR, FLOW_ERROR_BAD_ARGUMENT, "the key is no key of this table");
  return FALSE;
}

/** flow_records_check_trace: whether a key is the id of a trace. */
gboolean
flow_records_check_trace (GBytes *key, GError **error)
{
  return g_bytes_get_size (key) == TRACE_ID_BYTES || fail_key (error);
}

/** flow_records_check_text: whether a key is a text of 1 to @max bytes. */
gboolean
flow_records_check_text (GBytes *key, gsize max, GError **error)
{
  gsize size;
  const char *text = g_bytes_get_data (key, &size);

  return (size > 0 && size <= max && g_utf8_validate_len (text, size, NULL)) || fail_key (error);
}

/** flow_records_dup_text: (transfer full): a key that is text. */
char *
flow_records_dup_text (GBytes *key)
{
  gsize size;
  const char *text = g_bytes_get_data (key, &size);

  return g_strndup (text, size);
}

/** flow_records_text: a text, empty when nobody set it. */
const char *
flow_records_text (const FlowSyncRecord *record, guint field)
{
  const char *text = flow_sync_record_get_text (record, field);

  return text != NULL ? text : "";
}

/** flow_records_take: a statement that is prepared once. */
gboolean
flow_records_take (const FlowSyncTable *table, sqlite3 *db, const char *name, FlowSqlStep **stmt, GError **error)
{
  return flow_statement_cache_take (((FlowRecordTables *) table->data)->stmts, db, name, stmt, error);
}

/** flow_records_prepare: a statement that has a key of bytes as its first parameter. */
gboolean
flow_records_prepare (const FlowSyncTable *table, sqlite3 *db, const char *name, GBytes *key, FlowSqlStep **stmt,
                      GError **error)
{
  gsize size;
  const void *data = g_bytes_get_data (key, &size);

  if (!flow_records_take (table, db, name, stmt, error))
    return FALSE;
  sqlite3_bind_blob64 (*stmt, 1, data, size, SQLITE_STATIC);
  return TRUE;
}

/** flow_records_prepare_text: the same for a key of text. */
gboolean
flow_records_prepare_text (const FlowSyncTable *table, sqlite3 *db, const char *name, GBytes *key, FlowSqlStep **stmt,
                           GError **error)
{
  gsize size;
  const char *text = g_bytes_get_data (key, &size);

  if (!flow_records_take (table, db, name, stmt, error))
    return FALSE;
  sqlite3_bind_text64 (*stmt, 1, text, size, SQLITE_STATIC, SQLITE_UTF8);
  return TRUE;
}

/** flow_records_run: run a statement that has the key as its only parameter. */
gboolean
flow_records_run (const FlowSyncTable *table, sqlite3 *db, const char *name, GBytes *key, gboolean text, GError **error)
{
  g_autoptr (FlowSqlStep) stmt = NULL;

  return (text ? flow_records_prepare_text : flow_records_prepare) (table, db, name, key, &stmt, error) &&
         flow_sql_step_done (stmt, error);
}

/**
 * flow_records_list:
 * @name: a statement: keys as blobs, behind ?1, at most ?2, of the table ?3 when there is one
 * @table: (nullable): the table
 */
gboolean
flow_records_list (sqlite3 *db, const char *name, const char *table, GBytes *after, guint limit, GPtrArray *keys,
                   GError **error)
{
  g_autoptr (sqlite3_stmt) stmt = NULL;
  gboolean row = FALSE;
  gsize size = 0;
  const void *data = after != NULL ? g_bytes_get_data (after, &size) : NULL;

  if (!flow_sql_prepare (db, name, &stmt, error))
    return FALSE;
  if (size > 0)
    sqlite3_bind_blob64 (stmt, 1, data, size, SQLITE_STATIC);
  else
    sqlite3_bind_zeroblob (stmt, 1, 0);
  sqlite3_bind_int64 (stmt, 2, limit);
  if (table != NULL)
    sqlite3_bind_text (stmt, 3, table, -1, SQLITE_STATIC);
  while (TRUE)
    {
      if (!flow_sql_step_row (stmt, &row, error))
        return FALSE;
      if (!row)
        return TRUE;
      g_ptr_array_add (keys, g_bytes_new (sqlite3_column_blob (stmt, 0), (gsize) sqlite3_column_bytes (stmt, 0)));
    }
}
