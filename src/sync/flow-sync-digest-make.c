/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-sync"

#include "secret/flow-digest.h"
#include "store/flow-statement.h"
#include "sync/flow-sync-bytes.h"
#include "sync/flow-sync-digest.h"
#include "sync/flow-sync-resources.h"
#include "sync/flow-sync-value.h"

/* Writes of a record at most that are hashed in one piece. */
#define PARTS_MAX 64

/* A scope of which a digest is made. */
typedef struct
{
  FlowSyncDigest *digest;
  guint8 key[FLOW_DIGEST_SIZE];
  GHashTable *places; /* name of a table -> its place in the digest + 1 */
} Scope;

/* Whose writes they are. */
typedef struct
{
  gint64 id;
  FlowSyncDot dot;
  Scope *scope;
} Stream;

/* What is being hashed. */
typedef struct
{
  const guint8 *secret; /* the account's key */
  GPtrArray *scopes;    /* Scope */
  GHashTable *streams;  /* sync_stream.id -> Stream */

  /* the record that is read */
  Scope *scope;     /* (nullable): of its first write */
  char *table;      /* (nullable) */
  GByteArray *key;  /* which one it is */
  GPtrArray *cells; /* GByteArray */
  gboolean deleted;
} Making;

static void
scope_free (gpointer data)
{
  Scope *self = data;

  g_clear_pointer (&self->digest, flow_sync_digest_free);
  g_hash_table_unref (self->places);
  flow_digest_wipe (self->key, sizeof self->key);
  g_free (self);
}

/* What a key and a text make of another one: keys of scopes, names of tables. */
static void
derive (const guint8 *key, const char *what, const char *name, guint8 *out, gsize size)
{
  const FlowDigestPart parts[] = { { what, strlen (what) + 1 }, { name, strlen (name) } };
  guint8 hash[FLOW_DIGEST_SIZE];

  flow_digest_keyed (key, FLOW_DIGEST_SIZE, parts, G_N_ELEMENTS (parts), hash);
  memcpy (out, hash, size);
}

static Scope *
get_scope (Making *self, const char *name)
{
  Scope *scope;

  for (guint i = 0; i < self->scopes->len; i++)
    {
      scope = g_ptr_array_index (self->scopes, i);
      if (g_str_equal (scope->digest->scope, name))
        return scope;
    }
  scope = g_new0 (Scope, 1);
  scope->digest = flow_sync_digest_new (name);
  scope->places = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  derive (self->secret, "scope", name, scope->key, sizeof scope->key);
  derive (scope->key, "key", "", scope->digest->key, sizeof scope->digest->key);
  g_ptr_array_add (self->scopes, scope);
  return scope;
}

static void
add_stream (Making *self, sqlite3_stmt *row)
{
  Stream *stream;

  if (sqlite3_column_bytes (row, 2) != FLOW_SYNC_DEVICE_SIZE)
    return;
  stream = g_new0 (Stream, 1);
  stream->id = sqlite3_column_int64 (row, 0);
  memcpy (stream->dot.device, sqlite3_column_blob (row, 2), FLOW_SYNC_DEVICE_SIZE);
  stream->dot.epoch = (guint64) sqlite3_column_int64 (row, 3);
  stream->dot.seq = (guint64) sqlite3_column_int64 (row, 4);
  stream->scope = get_scope (self, (const char *) sqlite3_column_text (row, 1));
  if (stream->dot.seq > 0)
    flow_sync_vector_set (stream->scope->digest->vector, stream->dot.device, stream->dot.epoch, stream->dot.seq);
  g_hash_table_insert (self->streams, &stream->id, stream);
}

static FlowSyncTableDigest *
get_table (Scope *self, const char *name)
{
  guint place = GPOINTER_TO_UINT (g_hash_table_lookup (self->places, name));
  FlowSyncTableDigest table = { 0 };

  if (place == 0)
    {
      derive (self->key, "table", name, table.name, sizeof table.name);
      table.table = g_intern_string (name);
      g_array_append_val (self->digest->tables, table);
      place = self->digest->tables->len;
      g_hash_table_insert (self->places, g_strdup (name), GUINT_TO_POINTER (place));
    }
  return &g_array_index (self->digest->tables, FlowSyncTableDigest, place - 1);
}

/* Sums do not ask in which order what they are of came. */
static void
add_sum (guint8 *sum, const guint8 *hash)
{
  for (gsize i = 0; i < FLOW_SYNC_DIGEST_SIZE; i += sizeof (guint64))
    {
      guint64 a, b;

      memcpy (&a, sum + i, sizeof a);
      memcpy (&b, hash + i, sizeof b);
      a = GUINT64_TO_LE (GUINT64_FROM_LE (a) + GUINT64_FROM_LE (b));
      memcpy (sum + i, &a, sizeof a);
    }
}

static int
by_bytes (gconstpointer a, gconstpointer b)
{
  const GByteArray *first = *(const GByteArray *const *) a;
  const GByteArray *second = *(const GByteArray *const *) b;
  int order = memcmp (first->data, second->data, MIN (first->len, second->len));

  return order != 0 ? order : first->len < second->len ? -1 : first->len > second->len;
}

/* The writes of a record in an order that is the same everywhere, a piece at a time. */
static void
hash_record (Making *self)
{
  FlowSyncTableDigest *table = get_table (self->scope, self->table);

  g_ptr_array_sort (self->cells, by_bytes);
  for (guint start = 0; start < self->cells->len; start += PARTS_MAX)
    {
      guint n = MIN (self->cells->len - start, PARTS_MAX);
      guint32 key_size = GUINT32_TO_BE (self->key->len);
      FlowDigestPart parts[PARTS_MAX + 3];
      guint8 hash[FLOW_DIGEST_SIZE];

      parts[0] = (FlowDigestPart) { table->name, sizeof table->name };
      parts[1] = (FlowDigestPart) { &key_size, sizeof key_size };
      parts[2] = (FlowDigestPart) { self->key->data, self->key->len };
      for (guint i = 0; i < n; i++)
        {
          const GByteArray *cell = g_ptr_array_index (self->cells, start + i);

          parts[i + 3] = (FlowDigestPart) { cell->data, cell->len };
        }
      flow_digest_keyed (self->scope->key, sizeof self->scope->key, parts, n + 3, hash);
      add_sum (table->sum, hash);
    }
}

/* What is deleted is forgotten at some time, by each device at its own: it does not count. */
static void
end_record (Making *self)
{
  if (self->scope != NULL && !self->deleted && self->cells->len > 0)
    hash_record (self);
  self->scope = NULL;
  self->deleted = FALSE;
  g_ptr_array_set_size (self->cells, 0);
}

static void
begin_record (Making *self, sqlite3_stmt *row)
{
  const char *table = (const char *) sqlite3_column_text (row, 0);
  gconstpointer key = sqlite3_column_blob (row, 1);
  guint size = (guint) sqlite3_column_bytes (row, 1);

  end_record (self);
  if (g_strcmp0 (self->table, table) != 0)
    {
      g_free (self->table);
      self->table = g_strdup (table);
    }
  g_byte_array_set_size (self->key, 0);
  if (size > 0)
    g_byte_array_append (self->key, key, size);
}

static gboolean
is_of_record (const Making *self, sqlite3_stmt *row)
{
  gsize size = (gsize) sqlite3_column_bytes (row, 1);

  return self->table != NULL && self->key->len == size &&
         (size == 0 || memcmp (self->key->data, sqlite3_column_blob (row, 1), size) == 0) &&
         g_str_equal (self->table, sqlite3_column_text (row, 0));
}

static gboolean
is_deletion (sqlite3_stmt *row)
{
  g_autoptr (GBytes) value = NULL;
  gint64 alive = 1;

  if (sqlite3_column_bytes (row, 2) > 0)
    return FALSE;
  value = g_bytes_new (sqlite3_column_blob (row, 8), (gsize) sqlite3_column_bytes (row, 8));
  return flow_sync_value_get_int (value, &alive) && alive == 0;
}

static void
add_cell (Making *self, sqlite3_stmt *row)
{
  gint64 id = sqlite3_column_int64 (row, 4);
  const Stream *stream = g_hash_table_lookup (self->streams, &id);
  FlowSyncDot dot;
  GByteArray *cell;

  if (!is_of_record (self, row))
    begin_record (self, row);
  self->deleted = self->deleted || is_deletion (row);
  if (stream == NULL || self->deleted)
    return;
  if (self->scope == NULL)
    self->scope = stream->scope;
  dot = stream->dot;
  dot.seq = (guint64) sqlite3_column_int64 (row, 5);
  cell = g_byte_array_sized_new (96 + (guint) sqlite3_column_bytes (row, 8));
  flow_sync_put_dot (cell, &dot);
  flow_sync_put_u64 (cell, (guint64) sqlite3_column_int64 (row, 6));
  flow_sync_put_varint (cell, (guint64) sqlite3_column_int64 (row, 7));
  flow_sync_put_bytes (cell, sqlite3_column_blob (row, 2), (gsize) sqlite3_column_bytes (row, 2));
  flow_sync_put_bytes (cell, sqlite3_column_blob (row, 3), (gsize) sqlite3_column_bytes (row, 3));
  flow_sync_put_bytes (cell, sqlite3_column_blob (row, 8), (gsize) sqlite3_column_bytes (row, 8));
  g_ptr_array_add (self->cells, cell);
}

static gboolean
walk (Making *self, sqlite3 *db, const char *name, void (*take) (Making *self, sqlite3_stmt *row), GError **error)
{
  g_autoptr (sqlite3_stmt) stmt = NULL;
  gboolean row = TRUE;

  if (!flow_sql_prepare (db, name, &stmt, error))
    return FALSE;
  while (TRUE)
    {
      if (!flow_sql_step_row (stmt, &row, error))
        return FALSE;
      if (!row)
        return TRUE;
      take (self, stmt);
    }
}

static int
by_name (gconstpointer a, gconstpointer b)
{
  return memcmp (((const FlowSyncTableDigest *) a)->name, ((const FlowSyncTableDigest *) b)->name,
                 FLOW_SYNC_DIGEST_NAME_SIZE);
}

static GPtrArray *
take_digests (Making *self)
{
  GPtrArray *digests = g_ptr_array_new_with_free_func ((GDestroyNotify) flow_sync_digest_free);

  for (guint i = 0; i < self->scopes->len; i++)
    {
      Scope *scope = g_ptr_array_index (self->scopes, i);

      if (scope->digest->tables->len > FLOW_SYNC_DIGEST_TABLES_MAX)
        continue;
      g_array_sort (scope->digest->tables, by_name);
      g_ptr_array_add (digests, g_steal_pointer (&scope->digest));
    }
  return digests;
}

static void
making_clear (Making *self)
{
  g_ptr_array_unref (self->scopes);
  g_hash_table_unref (self->streams);
  g_ptr_array_unref (self->cells);
  g_byte_array_unref (self->key);
  g_free (self->table);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Making, making_clear)

/**
 * flow_sync_digest_make:
 * @db: any connection to the database, in a transaction
 * @key: (array fixed-size=32): the account's key for digests
 * @error: return location
 *
 * Read all that holds, and say what it is in a few bytes for each scope. Records that somebody deleted do not count. It
 * takes about a second for 500,000 values, and touches nothing of an engine: any thread may do it.
 *
 * Returns: (nullable) (transfer full) (element-type FlowSyncDigest): a digest for each scope; %NULL with the codes of
 *   flow_sql_error()
 */
GPtrArray *
flow_sync_digest_make (sqlite3 *db, const guint8 *key, GError **error)
{
  g_auto (Making) self = { .secret = key };

  flow_sync_resources_ensure ();
  self.scopes = g_ptr_array_new_with_free_func (scope_free);
  self.streams = g_hash_table_new_full (g_int64_hash, g_int64_equal, NULL, g_free);
  self.cells = g_ptr_array_new_with_free_func ((GDestroyNotify) g_byte_array_unref);
  self.key = g_byte_array_new ();
  if (!walk (&self, db, "sync/stream-list", add_stream, error) ||
      !walk (&self, db, "sync/digest-cells", add_cell, error))
    return NULL;
  end_record (&self);
  return take_digests (&self);
}
