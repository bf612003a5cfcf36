/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "sync-test-tables.h"

#include "sync/flow-sync-record.h"

static const FlowSyncField item_fields[] = {
  [TEST_TITLE] = { "title", FLOW_SYNC_TEXT, FLOW_SYNC_LATEST, NULL },
  [TEST_NOTE] = { "note", FLOW_SYNC_TEXT, FLOW_SYNC_MERGE, NULL },
  [TEST_PINNED] = { "pinned", FLOW_SYNC_INT, FLOW_SYNC_LATEST, NULL },
  [TEST_STATUS] = { "status", FLOW_SYNC_TEXT, FLOW_SYNC_FINAL, "outcome" },
  [TEST_COMPLETED] = { "completed", FLOW_SYNC_INT, FLOW_SYNC_LATEST, "outcome" },
  [TEST_FILE] = { "file", FLOW_SYNC_TEXT, FLOW_SYNC_LATEST, "source" },
  [TEST_LINE] = { "line", FLOW_SYNC_INT, FLOW_SYNC_LATEST, "source" },
  [TEST_TAGS] = { "tags", FLOW_SYNC_SET, FLOW_SYNC_UNION, NULL },
  [TEST_META] = { "meta", FLOW_SYNC_MAP, FLOW_SYNC_LATEST, NULL },
  [TEST_WEIGHT] = { "weight", FLOW_SYNC_REAL, FLOW_SYNC_LATEST, NULL },
  [TEST_PICTURE] = { "picture", FLOW_SYNC_BLOB, FLOW_SYNC_LATEST, NULL },
};

static const FlowSyncField fact_fields[] = { { "value", FLOW_SYNC_INT, FLOW_SYNC_LATEST, NULL } };

static const char *const finals[] = { "success", "error", NULL };

static const char *
text_of (GBytes *key)
{
  static char text[64];
  gsize size;
  const char *data = g_bytes_get_data (key, &size);

  g_snprintf (text, sizeof text, "%.*s", (int) size, data);
  return text;
}

/* A statement that is reset when it is not used any more, and kept for the next time. */
typedef sqlite3_stmt Step;

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Step, sqlite3_reset)

static Step *
prepare (const FlowSyncTable *self, const char *sql, GBytes *key)
{
  TestReplica *replica = self->data;
  sqlite3_stmt *stmt = g_hash_table_lookup (replica->stmts, sql);

  if (stmt == NULL)
    {
      g_assert_cmpint (sqlite3_prepare_v2 (replica->db, sql, -1, &stmt, NULL), ==, SQLITE_OK);
      g_hash_table_insert (replica->stmts, (gpointer) sql, stmt);
    }
  sqlite3_clear_bindings (stmt);
  sqlite3_bind_text (stmt, 1, text_of (key), -1, SQLITE_TRANSIENT);
  return stmt;
}

static void
read_text (FlowSyncRecord *record, guint field, sqlite3_stmt *row, int column)
{
  flow_sync_record_set_text (record, field, (const char *) sqlite3_column_text (row, column));
}

static void
read_int (FlowSyncRecord *record, guint field, sqlite3_stmt *row, int column)
{
  if (sqlite3_column_type (row, column) != SQLITE_NULL)
    flow_sync_record_set_int (record, field, sqlite3_column_int64 (row, column));
}

static void
read_items (const FlowSyncTable *self, GBytes *key, FlowSyncRecord *record)
{
  g_autoptr (Step) tags = prepare (self, "SELECT tag FROM item_tag WHERE id = ?1", key);
  g_autoptr (Step) meta = prepare (self, "SELECT name, value FROM item_meta WHERE id = ?1", key);

  while (sqlite3_step (tags) == SQLITE_ROW)
    flow_sync_record_add (record, TEST_TAGS, (const char *) sqlite3_column_text (tags, 0));
  while (sqlite3_step (meta) == SQLITE_ROW)
    flow_sync_record_put (record, TEST_META, (const char *) sqlite3_column_text (meta, 0),
                          (const char *) sqlite3_column_text (meta, 1));
}

static gboolean
item_read (const FlowSyncTable *self, sqlite3 *db, GBytes *key, FlowSyncRecord *record, gboolean *exists,
           GError **error)
{
  g_autoptr (Step) row = prepare (self,
                                  "SELECT title, note, pinned, status, completed, file, line, weight, picture "
                                  "FROM item WHERE id = ?1",
                                  key);

  if (((TestReplica *) self->data)->refuse && g_str_equal (text_of (key), "unreadable"))
    {
      g_set_error_literal (error, FLOW_ERROR, FLOW_ERROR_BAD_ARGUMENT, "This item cannot be read");
      return FALSE;
    }
  *exists = sqlite3_step (row) == SQLITE_ROW;
  if (!*exists)
    return TRUE;
  read_text (record, TEST_TITLE, row, 0);
  read_text (record, TEST_NOTE, row, 1);
  read_int (record, TEST_PINNED, row, 2);
  read_text (record, TEST_STATUS, row, 3);
  read_int (record, TEST_COMPLETED, row, 4);
  read_text (record, TEST_FILE, row, 5);
  read_int (record, TEST_LINE, row, 6);
  read_items (self, key, record);
  if (self->n_fields <= TEST_WEIGHT)
    return TRUE;
  if (sqlite3_column_type (row, 7) != SQLITE_NULL)
    flow_sync_record_set_real (record, TEST_WEIGHT, sqlite3_column_double (row, 7));
  if (sqlite3_column_type (row, 8) != SQLITE_NULL)
    flow_sync_record_set_blob (record, TEST_PICTURE, sqlite3_column_blob (row, 8),
                               (gsize) sqlite3_column_bytes (row, 8));
  return TRUE;
}

static void
bind_text (sqlite3_stmt *stmt, int column, const FlowSyncRecord *record, guint field)
{
  sqlite3_bind_text (stmt, column, flow_sync_record_get_text (record, field), -1, SQLITE_TRANSIENT);
}

static void
bind_int (sqlite3_stmt *stmt, int column, const FlowSyncRecord *record, guint field)
{
  if (flow_sync_record_has (record, field))
    sqlite3_bind_int64 (stmt, column, flow_sync_record_get_int (record, field));
}

static void
run (sqlite3_stmt *stmt)
{
  g_assert_cmpint (sqlite3_step (stmt), ==, SQLITE_DONE);
  sqlite3_reset (stmt);
}

typedef struct
{
  const FlowSyncTable *table;
  GBytes *key;
} Writing;

static void
write_tag (const char *key, const char *value, gpointer data)
{
  Writing *writing = data;
  sqlite3_stmt *stmt = prepare (writing->table, "INSERT INTO item_tag VALUES (?1, ?2)", writing->key);

  sqlite3_bind_text (stmt, 2, key, -1, SQLITE_TRANSIENT);
  run (stmt);
}

static void
write_meta (const char *key, const char *value, gpointer data)
{
  Writing *writing = data;
  sqlite3_stmt *stmt = prepare (writing->table, "INSERT INTO item_meta VALUES (?1, ?2, ?3)", writing->key);

  sqlite3_bind_text (stmt, 2, key, -1, SQLITE_TRANSIENT);
  sqlite3_bind_text (stmt, 3, value, -1, SQLITE_TRANSIENT);
  run (stmt);
}

static void
item_write (const FlowSyncTable *self, GBytes *key, const FlowSyncRecord *record)
{
  Writing writing = { self, key };
  sqlite3_stmt *stmt = prepare (self,
                                "INSERT INTO item (id, title, note, pinned, status, completed, file, line, weight, "
                                "picture) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
                                key);
  gsize size = 0;
  gconstpointer picture = NULL;

  bind_text (stmt, 2, record, TEST_TITLE);
  bind_text (stmt, 3, record, TEST_NOTE);
  bind_int (stmt, 4, record, TEST_PINNED);
  bind_text (stmt, 5, record, TEST_STATUS);
  bind_int (stmt, 6, record, TEST_COMPLETED);
  bind_text (stmt, 7, record, TEST_FILE);
  bind_int (stmt, 8, record, TEST_LINE);
  if (self->n_fields > TEST_WEIGHT && flow_sync_record_has (record, TEST_WEIGHT))
    sqlite3_bind_double (stmt, 9, flow_sync_record_get_real (record, TEST_WEIGHT));
  if (self->n_fields > TEST_PICTURE)
    picture = flow_sync_record_get_blob (record, TEST_PICTURE, &size);
  if (picture != NULL)
    sqlite3_bind_blob (stmt, 10, picture, (int) size, SQLITE_TRANSIENT);
  run (stmt);
  flow_sync_record_foreach (record, TEST_TAGS, write_tag, &writing);
  flow_sync_record_foreach (record, TEST_META, write_meta, &writing);
}

static gboolean
item_apply (const FlowSyncTable *self, sqlite3 *db, GBytes *key, const FlowSyncRecord *record, GError **error)
{
  TestReplica *replica = self->data;

  run (prepare (self, "DELETE FROM item WHERE id = ?1", key));
  run (prepare (self, "DELETE FROM item_tag WHERE id = ?1", key));
  run (prepare (self, "DELETE FROM item_meta WHERE id = ?1", key));
  if (record == NULL)
    return TRUE;
  item_write (self, key, record);
  if (!replica->refuse || g_strcmp0 (flow_sync_record_get_text (record, TEST_TITLE), "refused") != 0)
    return TRUE;
  g_set_error_literal (error, FLOW_ERROR, FLOW_ERROR_BAD_ARGUMENT, "This title is not taken");
  return FALSE;
}

static gboolean
list (const FlowSyncTable *self, const char *sql, GBytes *after, guint limit, GPtrArray *keys)
{
  g_autoptr (GBytes) first = g_bytes_new_static ("", 0);
  g_autoptr (Step) rows = prepare (self, sql, after != NULL ? after : first);

  sqlite3_bind_int64 (rows, 2, limit);
  while (sqlite3_step (rows) == SQLITE_ROW)
    g_ptr_array_add (keys, g_bytes_new (sqlite3_column_blob (rows, 0), (gsize) sqlite3_column_bytes (rows, 0)));
  return TRUE;
}

static gboolean
item_list (const FlowSyncTable *self, sqlite3 *db, GBytes *after, guint limit, GPtrArray *keys, GError **error)
{
  return list (self, "SELECT id FROM item WHERE id > ?1 ORDER BY id LIMIT ?2", after, limit, keys);
}

static char *
item_title (const FlowSyncTable *self, sqlite3 *db, GBytes *key)
{
  g_autoptr (Step) row = prepare (self, "SELECT title FROM item WHERE id = ?1", key);

  return sqlite3_step (row) == SQLITE_ROW ? g_strdup ((const char *) sqlite3_column_text (row, 0)) : NULL;
}

static gboolean
fact_read (const FlowSyncTable *self, sqlite3 *db, GBytes *key, FlowSyncRecord *record, gboolean *exists,
           GError **error)
{
  g_autoptr (Step) row = prepare (self, "SELECT value FROM fact WHERE id = ?1", key);

  *exists = sqlite3_step (row) == SQLITE_ROW;
  if (*exists)
    read_int (record, 0, row, 0);
  return TRUE;
}

static gboolean
fact_apply (const FlowSyncTable *self, sqlite3 *db, GBytes *key, const FlowSyncRecord *record, GError **error)
{
  sqlite3_stmt *stmt;

  run (prepare (self, "DELETE FROM fact WHERE id = ?1", key));
  if (record == NULL)
    return TRUE;
  stmt = prepare (self, "INSERT INTO fact VALUES (?1, ?2)", key);
  bind_int (stmt, 2, record, 0);
  run (stmt);
  return TRUE;
}

static gboolean
fact_list (const FlowSyncTable *self, sqlite3 *db, GBytes *after, guint limit, GPtrArray *keys, GError **error)
{
  return list (self, "SELECT id FROM fact WHERE id > ?1 ORDER BY id LIMIT ?2", after, limit, keys);
}

void
test_tables_init (FlowSyncTable *item, FlowSyncTable *fact, TestReplica *replica)
{
  *item = (FlowSyncTable) { .name = "item",
                            .schema = replica->old ? 1 : 2,
                            .deletion = FLOW_SYNC_PEOPLE,
                            .fields = item_fields,
                            .n_fields = replica->old ? TEST_WEIGHT : G_N_ELEMENTS (item_fields),
                            .finals = finals,
                            .read = item_read,
                            .apply = item_apply,
                            .list = item_list,
                            .title = item_title,
                            .data = replica };
  *fact = (FlowSyncTable) { .name = "fact",
                            .schema = 1,
                            .deletion = FLOW_SYNC_MACHINE,
                            .fields = fact_fields,
                            .n_fields = G_N_ELEMENTS (fact_fields),
                            .read = fact_read,
                            .apply = fact_apply,
                            .list = fact_list,
                            .data = replica };
}
