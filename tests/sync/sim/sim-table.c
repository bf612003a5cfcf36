/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "sim-table.h"

#include "store/flow-statement.h"
#include "sync/flow-sync-record.h"

enum
{
  READ,
  READ_TAGS,
  READ_META,
  LIST,
  MAKE,
  WRITE,
  WRITE_OLD,
  DELETE,
  DELETE_TAGS,
  DELETE_META,
  ADD_TAG,
  REMOVE_TAG,
  PUT_META,
  REMOVE_META,
  SET_TITLE,
  SET_PINNED,
  SET_OUTCOME,
  SET_OUTCOME_OLD,
  SET_NOTE,
  SET_SOURCE,
  SET_WEIGHT,
  SET_PICTURE,
  N_STMTS,
};

#define WHERE " WHERE tbl = ?1 AND key = ?2"

static const char *const statements[N_STMTS] = {
  [READ] = "SELECT title, pinned, status, completed, took, note, file, line, weight, picture FROM sim_record" WHERE,
  [READ_TAGS] = "SELECT tag FROM sim_tag" WHERE,
  [READ_META] = "SELECT name, value FROM sim_meta" WHERE,
  [LIST] = "SELECT key FROM sim_record WHERE tbl = ?1 AND key > ?2 ORDER BY key LIMIT ?3",
  [MAKE] = "INSERT OR IGNORE INTO sim_record (tbl, key) VALUES (?1, ?2)",
  [WRITE] = "INSERT OR REPLACE INTO sim_record (tbl, key, title, pinned, status, completed, took, note, file, line, "
            "weight, picture) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)",
  [WRITE_OLD] = "INSERT INTO sim_record (tbl, key, title, status, completed) VALUES (?1, ?2, ?3, ?4, ?5) "
                "ON CONFLICT DO UPDATE SET title = ?3, status = ?4, completed = ?5",
  [DELETE] = "DELETE FROM sim_record" WHERE,
  [DELETE_TAGS] = "DELETE FROM sim_tag" WHERE,
  [DELETE_META] = "DELETE FROM sim_meta" WHERE,
  [ADD_TAG] = "INSERT OR IGNORE INTO sim_tag (tbl, key, tag) VALUES (?1, ?2, ?3)",
  [REMOVE_TAG] = "DELETE FROM sim_tag" WHERE " AND tag = ?3",
  [PUT_META] = "INSERT OR REPLACE INTO sim_meta (tbl, key, name, value) VALUES (?1, ?2, ?3, ?4)",
  [REMOVE_META] = "DELETE FROM sim_meta" WHERE " AND name = ?3",
  [SET_TITLE] = "UPDATE sim_record SET title = ?3" WHERE,
  [SET_PINNED] = "UPDATE sim_record SET pinned = ?3" WHERE,
  [SET_OUTCOME] = "UPDATE sim_record SET status = ?3, completed = ?4, took = ?4" WHERE,
  [SET_OUTCOME_OLD] = "UPDATE sim_record SET status = ?3, completed = ?4" WHERE,
  [SET_NOTE] = "UPDATE sim_record SET note = ?3" WHERE,
  [SET_SOURCE] = "UPDATE sim_record SET file = ?3, line = ?4" WHERE,
  [SET_WEIGHT] = "UPDATE sim_record SET weight = ?3" WHERE,
  [SET_PICTURE] = "UPDATE sim_record SET picture = ?3" WHERE,
};

static const FlowSyncField fields[] = {
  { "title", FLOW_SYNC_TEXT, FLOW_SYNC_LATEST, NULL },      { "pinned", FLOW_SYNC_INT, FLOW_SYNC_LATEST, NULL },
  { "status", FLOW_SYNC_TEXT, FLOW_SYNC_FINAL, "outcome" }, { "completed", FLOW_SYNC_INT, FLOW_SYNC_LATEST, "outcome" },
  { "took", FLOW_SYNC_INT, FLOW_SYNC_LATEST, "outcome" },   { "note", FLOW_SYNC_TEXT, FLOW_SYNC_MERGE, NULL },
  { "file", FLOW_SYNC_TEXT, FLOW_SYNC_LATEST, "source" },   { "line", FLOW_SYNC_INT, FLOW_SYNC_LATEST, "source" },
  { "weight", FLOW_SYNC_REAL, FLOW_SYNC_LATEST, NULL },     { "picture", FLOW_SYNC_BLOB, FLOW_SYNC_LATEST, NULL },
  { "tags", FLOW_SYNC_SET, FLOW_SYNC_UNION, NULL },         { "meta", FLOW_SYNC_MAP, FLOW_SYNC_LATEST, NULL },
};

#define F_TAGS 10
#define F_META 11

static const FlowSyncField old_fields[] = {
  { "title", FLOW_SYNC_TEXT, FLOW_SYNC_LATEST, NULL },
  { "status", FLOW_SYNC_TEXT, FLOW_SYNC_FINAL, "outcome" },
  { "completed", FLOW_SYNC_INT, FLOW_SYNC_LATEST, "outcome" },
  { "tags", FLOW_SYNC_SET, FLOW_SYNC_UNION, NULL },
};

#define F_OLD_TAGS 3

static const char *const finals[] = { "ok", "error", NULL };
static const char *const names[] = { "sim_note", "sim_fact" };

struct _SimTables
{
  sqlite3 *db;
  gboolean old;
  FlowSyncTable tables[2];
  const FlowSyncTable *list[2];
  sqlite3_stmt *stmts[N_STMTS];
};

/* A statement with the record bound; NULL never, as the texts above are right. */
static sqlite3_stmt *
begin (SimTables *self, guint which, const char *table, GBytes *key)
{
  gsize size;
  gconstpointer data = g_bytes_get_data (key, &size);
  sqlite3_stmt *stmt = self->stmts[which];

  if (stmt == NULL)
    {
      int code = sqlite3_prepare_v3 (self->db, statements[which], -1, SQLITE_PREPARE_PERSISTENT, &stmt, NULL);

      g_assert_cmpint (code, ==, SQLITE_OK);
      self->stmts[which] = stmt;
    }
  sqlite3_reset (stmt);
  sqlite3_bind_text (stmt, 1, table, -1, SQLITE_STATIC);
  sqlite3_bind_blob64 (stmt, 2, data, size, SQLITE_STATIC);
  return stmt;
}

static gboolean
run (SimTables *self, guint which, const char *table, GBytes *key, GError **error)
{
  return flow_sql_step_done (begin (self, which, table, key), error);
}

static void
read_columns (sqlite3_stmt *row, const FlowSyncTable *table, FlowSyncRecord *record)
{
  for (guint column = 0; column < F_TAGS; column++)
    {
      int index = flow_sync_table_find_field (table, fields[column].name);
      int at = (int) column;

      if (index < 0 || sqlite3_column_type (row, at) == SQLITE_NULL)
        continue;
      if (fields[column].type == FLOW_SYNC_TEXT)
        flow_sync_record_set_text (record, (guint) index, (const char *) sqlite3_column_text (row, at));
      else if (fields[column].type == FLOW_SYNC_INT)
        flow_sync_record_set_int (record, (guint) index, sqlite3_column_int64 (row, at));
      else if (fields[column].type == FLOW_SYNC_REAL)
        flow_sync_record_set_real (record, (guint) index, sqlite3_column_double (row, at));
      else
        flow_sync_record_set_blob (record, (guint) index, sqlite3_column_blob (row, at),
                                   (gsize) sqlite3_column_bytes (row, at));
    }
}

static gboolean
read_record (const FlowSyncTable *table, sqlite3 *db, GBytes *key, FlowSyncRecord *record, gboolean *exists,
             GError **error)
{
  SimTables *self = table->data;
  sqlite3_stmt *stmt = begin (self, READ, table->name, key);
  gboolean row;

  if (!flow_sql_step_row (stmt, exists, error))
    return FALSE;
  if (*exists)
    read_columns (stmt, table, record);
  sqlite3_reset (stmt);
  stmt = begin (self, READ_TAGS, table->name, key);
  while (flow_sql_step_row (stmt, &row, error) && row)
    flow_sync_record_add (record, self->old ? F_OLD_TAGS : F_TAGS, (const char *) sqlite3_column_text (stmt, 0));
  sqlite3_reset (stmt);
  stmt = begin (self, READ_META, table->name, key);
  while (!self->old && flow_sql_step_row (stmt, &row, error) && row)
    flow_sync_record_put (record, F_META, (const char *) sqlite3_column_text (stmt, 0),
                          (const char *) sqlite3_column_text (stmt, 1));
  sqlite3_reset (stmt);
  return TRUE;
}

static void
bind_field (sqlite3_stmt *stmt, int at, const FlowSyncRecord *record, guint field)
{
  FlowSyncType type = flow_sync_record_get_table (record)->fields[field].type;
  gsize size;

  if (!flow_sync_record_has (record, field))
    sqlite3_bind_null (stmt, at);
  else if (type == FLOW_SYNC_TEXT)
    sqlite3_bind_text (stmt, at, flow_sync_record_get_text (record, field), -1, SQLITE_TRANSIENT);
  else if (type == FLOW_SYNC_INT)
    sqlite3_bind_int64 (stmt, at, flow_sync_record_get_int (record, field));
  else if (type == FLOW_SYNC_REAL)
    sqlite3_bind_double (stmt, at, flow_sync_record_get_real (record, field));
  else
    {
      gconstpointer data = flow_sync_record_get_blob (record, field, &size);

      sqlite3_bind_blob64 (stmt, at, size > 0 ? data : "", size, SQLITE_TRANSIENT);
    }
}

/* An element of a set or a map on its way into the database. */
typedef struct
{
  SimTables *self;
  const FlowSyncTable *table;
  GBytes *key;
  guint which;
} Items;

static void
write_item (const char *key, const char *value, gpointer data)
{
  Items *items = data;
  sqlite3_stmt *stmt = begin (items->self, items->which, items->table->name, items->key);

  sqlite3_bind_text (stmt, 3, key, -1, SQLITE_TRANSIENT);
  if (value != NULL)
    sqlite3_bind_text (stmt, 4, value, -1, SQLITE_TRANSIENT);
  g_assert_true (flow_sql_step_done (stmt, NULL));
}

static gboolean
write_record (const FlowSyncTable *table, GBytes *key, const FlowSyncRecord *record, GError **error)
{
  SimTables *self = table->data;
  guint n = self->old ? F_OLD_TAGS : F_TAGS;
  Items items = { self, table, key, ADD_TAG };
  sqlite3_stmt *stmt = begin (self, self->old ? WRITE_OLD : WRITE, table->name, key);

  for (guint i = 0; i < n; i++)
    bind_field (stmt, (int) i + 3, record, i);
  if (!flow_sql_step_done (stmt, error) || !run (self, DELETE_TAGS, table->name, key, error))
    return FALSE;
  flow_sync_record_foreach (record, n, write_item, &items);
  if (self->old)
    return TRUE;
  if (!run (self, DELETE_META, table->name, key, error))
    return FALSE;
  items.which = PUT_META;
  flow_sync_record_foreach (record, F_META, write_item, &items);
  return TRUE;
}

static gboolean
delete_record (SimTables *self, const char *table, GBytes *key, GError **error)
{
  return run (self, DELETE, table, key, error) && run (self, DELETE_TAGS, table, key, error) &&
         run (self, DELETE_META, table, key, error);
}

static gboolean
apply_record (const FlowSyncTable *table, sqlite3 *db, GBytes *key, const FlowSyncRecord *record, GError **error)
{
  return record != NULL ? write_record (table, key, record, error)
                        : delete_record (table->data, table->name, key, error);
}

static gboolean
list_records (const FlowSyncTable *table, sqlite3 *db, GBytes *after, guint limit, GPtrArray *keys, GError **error)
{
  g_autoptr (GBytes) start = after != NULL ? g_bytes_ref (after) : g_bytes_new_static ("", 0);
  sqlite3_stmt *stmt = begin (table->data, LIST, table->name, start);
  gboolean row;

  sqlite3_bind_int64 (stmt, 3, limit);
  while (TRUE)
    {
      if (!flow_sql_step_row (stmt, &row, error))
        return FALSE;
      if (!row)
        break;
      g_ptr_array_add (keys, g_bytes_new (sqlite3_column_blob (stmt, 0), (gsize) sqlite3_column_bytes (stmt, 0)));
    }
  sqlite3_reset (stmt);
  return TRUE;
}

static char *
get_scope (const FlowSyncTable *table, GBytes *key)
{
  const char *data = g_bytes_get_data (key, NULL);

  return data[0] == 'w' ? g_strdup (SIM_SCOPE) : NULL;
}

/**
 * sim_tables_create:
 * @db: a database with the product's schema
 * @error: return location
 *
 * Make the tables, with the triggers that a table needs to sync.
 *
 * Returns: %FALSE with the codes of flow_sql_error()
 */
gboolean
sim_tables_create (sqlite3 *db, GError **error)
{
  static const char *const tables[] = { "sim_record", "sim_tag", "sim_meta" };
  static const char *const events[][2] = { { "INSERT", "new" }, { "UPDATE", "new" }, { "DELETE", "old" } };

  if (!flow_sql_exec_text (db,
                           "CREATE TABLE sim_record (tbl TEXT, key BLOB, title TEXT, pinned INTEGER, status TEXT, "
                           "completed INTEGER, took INTEGER, note TEXT, file TEXT, line INTEGER, weight REAL, "
                           "picture BLOB, PRIMARY KEY (tbl, key)) WITHOUT ROWID;"
                           "CREATE TABLE sim_tag (tbl TEXT, key BLOB, tag TEXT, PRIMARY KEY (tbl, key, tag)) "
                           "WITHOUT ROWID;"
                           "CREATE TABLE sim_meta (tbl TEXT, key BLOB, name TEXT, value TEXT, "
                           "PRIMARY KEY (tbl, key, name)) WITHOUT ROWID;",
                           error))
    return FALSE;
  for (guint i = 0; i < G_N_ELEMENTS (tables); i++)
    for (guint j = 0; j < G_N_ELEMENTS (events); j++)
      {
        g_autofree char *text = g_strdup_printf (
            "CREATE TRIGGER %s_%s AFTER %s ON %s WHEN NOT EXISTS (SELECT 1 FROM sync_mute) BEGIN "
            "INSERT INTO sync_dirty (tbl, key) VALUES (%s.tbl, %s.key) ON CONFLICT DO NOTHING; END;",
            tables[i], events[j][0], events[j][0], tables[i], events[j][1], events[j][1]);

        if (!flow_sql_exec_text (db, text, error))
          return FALSE;
      }
  return TRUE;
}

/**
 * sim_tables_new:
 * @db: a database with the tables; must stay open
 * @old: what the version before knew of them
 *
 * Returns: (transfer full): their descriptions
 */
SimTables *
sim_tables_new (sqlite3 *db, gboolean old)
{
  SimTables *self = g_new0 (SimTables, 1);

  self->db = db;
  self->old = old;
  for (guint i = 0; i < 2; i++)
    {
      self->tables[i] = (FlowSyncTable) {
        .name = names[i],
        .schema = old ? 1 : 2,
        .deletion = i == 0 ? FLOW_SYNC_PEOPLE : FLOW_SYNC_MACHINE,
        .fields = old ? old_fields : fields,
        .n_fields = old ? G_N_ELEMENTS (old_fields) : G_N_ELEMENTS (fields),
        .finals = finals,
        .scope = get_scope,
        .read = read_record,
        .apply = apply_record,
        .list = list_records,
        .data = self,
      };
      self->list[i] = &self->tables[i];
    }
  return self;
}

/**
 * sim_tables_free:
 * @self: (transfer full): tables
 *
 * Free them, before the database is closed.
 */
void
sim_tables_free (SimTables *self)
{
  for (guint i = 0; i < N_STMTS; i++)
    sqlite3_finalize (self->stmts[i]);
  g_free (self);
}

/**
 * sim_tables_get:
 * @self: tables
 * @n: (out): how many
 *
 * Returns: (transfer none) (array length=n): what the engine takes
 */
const FlowSyncTable *const *
sim_tables_get (SimTables *self, guint *n)
{
  *n = self->old ? 1 : 2;
  return self->list;
}

static GBytes *
make_key (const SimEdit *edit)
{
  guint number = edit->key % SIM_KEYS;
  char text[2] = { number < SIM_KEYS - 2 ? 'k' : 'w', (char) ('0' + number) };

  return g_bytes_new (text, sizeof text);
}

static sqlite3_stmt *
begin_edit (SimTables *self, guint which, const SimEdit *edit, GBytes *key)
{
  return begin (self, which, names[edit->table], key);
}

static gboolean
set_text (SimTables *self, guint which, const SimEdit *edit, GBytes *key, const char *text, GError **error)
{
  sqlite3_stmt *stmt = begin_edit (self, which, edit, key);

  if (text != NULL)
    sqlite3_bind_text (stmt, 3, text, -1, SQLITE_TRANSIENT);
  else
    sqlite3_bind_null (stmt, 3);
  return flow_sql_step_done (stmt, error);
}

static gboolean
set_pair (SimTables *self, guint which, const SimEdit *edit, GBytes *key, const char *text, GError **error)
{
  sqlite3_stmt *stmt = begin_edit (self, which, edit, key);

  sqlite3_bind_text (stmt, 3, text, -1, SQLITE_TRANSIENT);
  sqlite3_bind_int64 (stmt, 4, edit->value);
  return flow_sql_step_done (stmt, error);
}

static char *
read_note (SimTables *self, const SimEdit *edit, GBytes *key)
{
  sqlite3_stmt *stmt = begin_edit (self, READ, edit, key);
  gboolean row;
  char *note = NULL;

  if (flow_sql_step_row (stmt, &row, NULL) && row)
    note = g_strdup ((const char *) sqlite3_column_text (stmt, 5));
  sqlite3_reset (stmt);
  return note;
}

/* A note of some lines: one of them is changed, or one is added behind the last one. */
static gboolean
edit_note (SimTables *self, const SimEdit *edit, GBytes *key, GError **error)
{
  g_autofree char *note = read_note (self, edit, key);
  g_auto (GStrv) lines = NULL;
  g_autofree char *text = NULL;
  guint n, line;

  if (note == NULL || *note == '\0')
    return set_text (self, SET_NOTE, edit, key, "one is\ntwo is\nthree is\nfour is\nfive is\nsix is\n", error);
  lines = g_strsplit (note, "\n", -1);
  n = g_strv_length (lines);
  line = edit->value % n;
  text = line + 1 < n && edit->value % 3 != 0 ? g_strdup_printf ("%.5s is %u", lines[line], edit->value)
                                              : g_strdup_printf ("%s\nmore %u", lines[line], edit->value);
  g_free (lines[line]);
  lines[line] = g_steal_pointer (&text);
  text = g_strjoinv ("\n", lines);
  return set_text (self, SET_NOTE, edit, key, text, error);
}

static gboolean
edit_tag (SimTables *self, const SimEdit *edit, GBytes *key, GError **error)
{
  g_autofree char *tag = g_strdup_printf ("tag%u", edit->value / 4 % 5);

  return set_text (self, edit->value % 4 == 0 ? REMOVE_TAG : ADD_TAG, edit, key, tag, error);
}

static gboolean
edit_meta (SimTables *self, const SimEdit *edit, GBytes *key, GError **error)
{
  g_autofree char *name = g_strdup_printf ("name%u", edit->value / 4 % 4);
  g_autofree char *value = g_strdup_printf ("v%u", edit->value);
  sqlite3_stmt *stmt;

  if (edit->value % 4 == 0)
    return set_text (self, REMOVE_META, edit, key, name, error);
  stmt = begin_edit (self, PUT_META, edit, key);
  sqlite3_bind_text (stmt, 3, name, -1, SQLITE_TRANSIENT);
  sqlite3_bind_text (stmt, 4, value, -1, SQLITE_TRANSIENT);
  return flow_sql_step_done (stmt, error);
}

static gboolean
edit_outcome (SimTables *self, const SimEdit *edit, GBytes *key, GError **error)
{
  static const char *const states[] = { "running", "ok", "error", "ok" };

  return set_pair (self, self->old ? SET_OUTCOME_OLD : SET_OUTCOME, edit, key, states[edit->value % 4], error);
}

static gboolean
edit_title (SimTables *self, const SimEdit *edit, GBytes *key, GError **error)
{
  g_autofree char *title = g_strdup_printf ("title %u", edit->value);

  /* Now and then two mean the same, or nothing. */
  return set_text (self, SET_TITLE, edit, key,
                   edit->value % 17 == 0   ? NULL
                   : edit->value % 11 == 0 ? "same"
                                           : title,
                   error);
}

static gboolean
edit_number (SimTables *self, const SimEdit *edit, GBytes *key, GError **error)
{
  guint which = edit->value % 3;
  sqlite3_stmt *stmt = begin_edit (self, which == 0 ? SET_PINNED : which == 1 ? SET_WEIGHT : SET_PICTURE, edit, key);

  if (which == 0)
    sqlite3_bind_int (stmt, 3, edit->value / 3 % 2);
  else if (which == 1)
    sqlite3_bind_double (stmt, 3, edit->value + 0.5);
  else
    sqlite3_bind_blob (stmt, 3, &edit->value, sizeof edit->value, SQLITE_TRANSIENT);
  return flow_sql_step_done (stmt, error);
}

/**
 * sim_tables_edit:
 * @self: tables
 * @edit: what to do
 * @error: return location
 *
 * Change a record as its domain would, and make it when it is not there.
 *
 * Returns: %FALSE with the codes of flow_sql_error()
 */
gboolean
sim_tables_edit (SimTables *self, const SimEdit *edit, GError **error)
{
  g_autoptr (GBytes) key = make_key (edit);

  if (!run (self, MAKE, names[edit->table], key, error))
    return FALSE;
  switch (edit->what % (self->old ? 3 : 8))
    {
    case 0:
      return edit_title (self, edit, key, error);
    case 1:
      return edit_tag (self, edit, key, error);
    case 2:
      return edit_outcome (self, edit, key, error);
    case 3:
      return edit_meta (self, edit, key, error);
    case 4:
      return set_pair (self, SET_SOURCE, edit, key, edit->value % 2 == 0 ? "a.c" : "b.c", error);
    case 5:
      return edit_number (self, edit, key, error);
    default:
      return edit_note (self, edit, key, error);
    }
}

/**
 * sim_tables_delete:
 * @self: tables
 * @edit: which record
 * @error: return location
 *
 * Delete a record as its domain would.
 *
 * Returns: %FALSE with the codes of flow_sql_error()
 */
gboolean
sim_tables_delete (SimTables *self, const SimEdit *edit, GError **error)
{
  g_autoptr (GBytes) key = make_key (edit);

  return delete_record (self, names[edit->table], key, error);
}
