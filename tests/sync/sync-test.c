/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "sync-test.h"

#include "base/flow-id.h"
#include "message/flow-json-writer.h"
#include "store/flow-migration.h"
#include "sync-test-tables.h"

#define MS_2026 G_GINT64_CONSTANT (1790000000000)

static gint64
clock_wall_ns (const FlowClock *clock)
{
  return ((const TestClock *) clock)->now_ms * 1000000;
}

static gint64
clock_monotonic_us (const FlowClock *clock)
{
  return ((const TestClock *) clock)->now_ms * 1000;
}

static void
fill_random (guint8 *out, gsize size, gpointer data)
{
  TestReplica *self = data;

  for (gsize i = 0; i < size; i++)
    {
      self->random = self->random * G_GUINT64_CONSTANT (6364136223846793005) + 1442695040888963407;
      out[i] = (guint8) (self->random >> 56);
    }
}

static void
create_schema (sqlite3 *db)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) migrations = flow_migrations_load (FLOW_STORE_MIGRATIONS_PATH, &error);
  g_autofree char *file = g_test_build_filename (G_TEST_DIST, "sync", "sync-test.sql", NULL);
  g_autofree char *text = NULL;

  g_assert_no_error (error);
  flow_migrations_apply (db, migrations, flow_migrations_newest (migrations), &error);
  g_assert_no_error (error);
  g_file_get_contents (file, &text, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpint (sqlite3_exec (db, text, NULL, NULL, NULL), ==, SQLITE_OK);
}

static void
finalize (gpointer stmt)
{
  sqlite3_finalize (stmt);
}

static void
open_engine (TestReplica *self)
{
  g_autoptr (GError) error = NULL;
  const FlowSyncTable *tables[] = { &self->tables[0], &self->tables[1] };
  FlowSyncSetup setup = { .tables = tables,
                          .n_tables = self->old ? 1 : 2,
                          .clock = &self->clock.clock,
                          .random = fill_random,
                          .random_data = self,
                          .machine = self->machine };

  if (self->stmts == NULL)
    self->stmts = g_hash_table_new_full (NULL, NULL, NULL, finalize);
  test_tables_init (&self->tables[0], &self->tables[1], self);
  self->sync = flow_sync_new (&setup);
  flow_sync_open (self->sync, self->db, &error);
  g_assert_no_error (error);
}

TestReplica *
test_replica_new_off (const char *name, gboolean old)
{
  TestReplica *self = g_new0 (TestReplica, 1);

  self->name = g_strdup (name);
  self->machine = g_strdup (name);
  self->clock = (TestClock) { { clock_wall_ns, clock_monotonic_us }, MS_2026 };
  self->random = g_str_hash (name);
  self->old = old;
  g_assert_cmpint (sqlite3_open (":memory:", &self->db), ==, SQLITE_OK);
  create_schema (self->db);
  open_engine (self);
  return self;
}

TestReplica *
test_replica_new (const char *name)
{
  TestReplica *self = test_replica_new_off (name, FALSE);

  test_begin (self);
  g_assert_true (flow_sync_turn_on (self->sync, NULL));
  test_commit (self);
  return self;
}

/* What a backup or a copied disk is; the same machine when it is NULL. */
TestReplica *
test_replica_copy (TestReplica *self, const char *machine)
{
  TestReplica *copy = g_new0 (TestReplica, 1);
  sqlite3_backup *backup;

  copy->name = g_strconcat (self->name, "'", NULL);
  copy->machine = g_strdup (machine != NULL ? machine : self->machine);
  copy->clock = self->clock;
  copy->random = g_str_hash (copy->name);
  copy->old = self->old;
  g_assert_cmpint (sqlite3_open (":memory:", &copy->db), ==, SQLITE_OK);
  backup = sqlite3_backup_init (copy->db, "main", self->db, "main");
  g_assert_cmpint (sqlite3_backup_step (backup, -1), ==, SQLITE_DONE);
  sqlite3_backup_finish (backup);
  open_engine (copy);
  return copy;
}

void
test_replica_reopen (TestReplica *self, gboolean old)
{
  g_clear_pointer (&self->sync, flow_sync_free);
  self->old = old;
  open_engine (self);
}

void
test_replica_free (TestReplica *self)
{
  g_clear_pointer (&self->sync, flow_sync_free);
  g_hash_table_unref (self->stmts);
  sqlite3_close (self->db);
  g_free (self->name);
  g_free (self->machine);
  g_free (self);
}

void
test_begin (TestReplica *self)
{
  g_assert_cmpint (sqlite3_exec (self->db, "BEGIN", NULL, NULL, NULL), ==, SQLITE_OK);
}

void
test_commit (TestReplica *self)
{
  g_assert_cmpint (sqlite3_exec (self->db, "COMMIT", NULL, NULL, NULL), ==, SQLITE_OK);
}

/* Returns how many operations came of it. */
guint
test_do (TestReplica *self, const char *sql)
{
  g_autoptr (GError) error = NULL;
  guint n = 0;

  test_begin (self);
  if (sqlite3_exec (self->db, sql, NULL, NULL, NULL) != SQLITE_OK)
    g_error ("%s: %s", sql, sqlite3_errmsg (self->db));
  flow_sync_capture (self->sync, &n, &error);
  g_assert_no_error (error);
  test_commit (self);
  self->clock.now_ms++;
  return n;
}

char *
test_ask (sqlite3 *db, const char *sql)
{
  g_autoptr (sqlite3_stmt) stmt = NULL;

  if (sqlite3_prepare_v2 (db, sql, -1, &stmt, NULL) != SQLITE_OK)
    g_error ("%s: %s", sql, sqlite3_errmsg (db));
  return sqlite3_step (stmt) == SQLITE_ROW ? g_strdup ((const char *) sqlite3_column_text (stmt, 0)) : NULL;
}

gint64
test_number (sqlite3 *db, const char *sql)
{
  g_autofree char *text = test_ask (db, sql);

  return text != NULL ? g_ascii_strtoll (text, NULL, 10) : -1;
}

TestCloud *
test_cloud_new (void)
{
  TestCloud *self = g_new0 (TestCloud, 1);

  self->ops = g_ptr_array_new_with_free_func ((GDestroyNotify) flow_sync_ops_unref);
  return self;
}

void
test_cloud_free (TestCloud *self)
{
  g_ptr_array_unref (self->ops);
  g_free (self);
}

static void
cloud_vector (TestCloud *self, FlowSyncVector *vector)
{
  for (guint i = 0; i < self->ops->len; i++)
    {
      FlowSyncOps *ops = g_ptr_array_index (self->ops, i);
      const FlowSyncDot *first = flow_sync_ops_get_first (ops);

      flow_sync_vector_raise (vector, first->device, first->epoch, flow_sync_ops_get_last (ops));
    }
}

FlowSyncOps *
test_collect (TestReplica *replica, guint64 after)
{
  g_autoptr (GError) error = NULL;
  FlowSyncOps *ops = NULL;

  flow_sync_collect (replica->sync, FLOW_SYNC_SCOPE_ACCOUNT, after, 0, &ops, &error);
  g_assert_no_error (error);
  return ops;
}

/* Returns how many batches were sent. */
guint
test_cloud_upload (TestCloud *self, TestReplica *replica)
{
  g_autoptr (FlowSyncVector) vector = flow_sync_vector_new ();
  guint64 after;
  guint n = 0;

  cloud_vector (self, vector);
  after = flow_sync_vector_get (vector, flow_sync_get_device (replica->sync), flow_sync_get_epoch (replica->sync));
  for (;; n++)
    {
      g_autoptr (GError) error = NULL;
      FlowSyncOps *ops = test_collect (replica, after);
      FlowSyncDot last;

      if (ops == NULL)
        return n;
      g_ptr_array_add (self->ops, ops);
      last = *flow_sync_ops_get_first (ops);
      after = last.seq = flow_sync_ops_get_last (ops);
      test_begin (replica);
      flow_sync_accept (replica->sync, FLOW_SYNC_SCOPE_ACCOUNT, &last, self->ops->len, &error);
      g_assert_no_error (error);
      test_commit (replica);
    }
}

FlowSyncApplied
test_apply (TestReplica *replica, FlowSyncOps *ops, guint64 number)
{
  g_autoptr (GError) error = NULL;
  FlowSyncApplied applied;

  test_begin (replica);
  flow_sync_apply (replica->sync, ops, number, &applied, &error);
  g_assert_no_error (error);
  test_commit (replica);
  return applied;
}

/* Everything, in the order of acceptance; what is known is known. Returns the sum. */
FlowSyncApplied
test_cloud_download (TestCloud *self, TestReplica *replica)
{
  FlowSyncApplied sum = { FLOW_SYNC_TAKEN };

  for (guint i = 0; i < self->ops->len; i++)
    {
      FlowSyncApplied one = test_apply (replica, g_ptr_array_index (self->ops, i), i + 1);

      g_assert_true (one.outcome == FLOW_SYNC_TAKEN || one.outcome == FLOW_SYNC_KNOWN);
      sum.ops += one.ops;
      sum.records += one.records;
      sum.made += one.made;
      sum.asked += one.asked;
      sum.decided += one.decided;
    }
  replica->clock.now_ms++;
  return sum;
}

/* Until neither has anything for the other. */
void
test_cloud_sync (TestCloud *self, TestReplica *a, TestReplica *b)
{
  guint n;

  for (guint i = 0; i < 8; i++)
    {
      n = test_cloud_upload (self, a);
      n += test_cloud_upload (self, b);
      test_cloud_download (self, a);
      test_cloud_download (self, b);
      if (n == 0)
        return;
    }
  g_assert_not_reached ();
}

static void
write_vector (FlowJsonWriter *json, const char *key, FlowSyncVector *vector)
{
  flow_json_writer_key (json, key);
  flow_sync_vector_write_json (vector, json);
}

/* (transfer full): what a cloud answers to hello. */
char *
test_cloud_welcome (TestCloud *self, TestReplica *replica, gint64 time_ms, const char *state)
{
  g_autoptr (FlowSyncVector) vector = flow_sync_vector_new ();
  g_autoptr (FlowSyncVector) nothing = flow_sync_vector_new ();
  GString *out = g_string_new (NULL);
  guint64 epoch = flow_sync_get_epoch (replica->sync);
  const guint8 *device = flow_sync_get_device (replica->sync);
  const guint8 *chain = NULL;
  FlowJsonWriter json;

  cloud_vector (self, vector);
  for (guint i = 0; i < self->ops->len; i++)
    {
      FlowSyncOps *ops = g_ptr_array_index (self->ops, i);
      const FlowSyncDot *first = flow_sync_ops_get_first (ops);

      if (memcmp (first->device, device, FLOW_SYNC_DEVICE_SIZE) == 0 && first->epoch == epoch)
        chain = flow_sync_ops_get_chain (ops);
    }
  flow_json_writer_init (&json, out);
  flow_json_writer_begin_object (&json);
  flow_json_writer_key (&json, "time_ms");
  flow_json_writer_int64 (&json, time_ms);
  flow_json_writer_key (&json, "device_state");
  flow_json_writer_string (&json, state, -1);
  flow_json_writer_key (&json, "scopes");
  flow_json_writer_begin_array (&json);
  flow_json_writer_begin_object (&json);
  flow_json_writer_key (&json, "scope");
  flow_json_writer_string (&json, FLOW_SYNC_SCOPE_ACCOUNT, -1);
  write_vector (&json, "vector", vector);
  write_vector (&json, "covered", nothing);
  flow_json_writer_key (&json, "own");
  if (chain != NULL)
    {
      flow_json_writer_begin_object (&json);
      flow_json_writer_key (&json, "epoch");
      flow_json_writer_uint64 (&json, epoch);
      flow_json_writer_key (&json, "seq");
      flow_json_writer_uint64 (&json, flow_sync_vector_get (vector, device, epoch));
      flow_json_writer_key (&json, "chain");
      flow_json_writer_base64 (&json, chain, FLOW_SYNC_CHAIN_SIZE);
      flow_json_writer_end_object (&json);
    }
  else
    flow_json_writer_null (&json);
  flow_json_writer_end_object (&json);
  flow_json_writer_end_array (&json);
  flow_json_writer_end_object (&json);
  return g_string_free (out, FALSE);
}

gboolean
test_cloud_hello (TestCloud *self, TestReplica *replica, FlowSyncPlans *plans)
{
  g_autofree char *json = test_cloud_welcome (self, replica, replica->clock.now_ms, "ok");
  g_autoptr (GError) error = NULL;
  g_autoptr (FlowSyncWelcome) welcome = flow_sync_welcome_parse (json, -1, &error);

  g_assert_no_error (error);
  test_begin (replica);
  flow_sync_take_welcome (replica->sync, welcome, plans, &error);
  g_assert_no_error (error);
  test_commit (replica);
  return plans->again;
}

static void
dump_query (sqlite3 *db, const char *sql, GString *out)
{
  g_autoptr (sqlite3_stmt) stmt = NULL;

  g_assert_cmpint (sqlite3_prepare_v2 (db, sql, -1, &stmt, NULL), ==, SQLITE_OK);
  while (sqlite3_step (stmt) == SQLITE_ROW)
    {
      for (int i = 0; i < sqlite3_column_count (stmt); i++)
        {
          const char *text = (const char *) sqlite3_column_text (stmt, i);

          g_string_append_printf (out, "%s|", text != NULL ? text : "-");
        }
      g_string_append_c (out, '\n');
    }
}

/* (transfer full): all that the domain knows. */
char *
test_dump (TestReplica *self)
{
  GString *out = g_string_new (NULL);

  dump_query (self->db,
              "SELECT id, title, note, pinned, status, completed, file, line, weight, hex (picture) FROM item "
              "ORDER BY id",
              out);
  dump_query (self->db, "SELECT id, tag FROM item_tag ORDER BY id, tag", out);
  dump_query (self->db, "SELECT id, name, value FROM item_meta ORDER BY id, name", out);
  dump_query (self->db, "SELECT id, value FROM fact ORDER BY id", out);
  return g_string_free (out, FALSE);
}

void
test_assert_equal (TestReplica *a, TestReplica *b)
{
  g_autofree char *first = test_dump (a);
  g_autofree char *second = test_dump (b);

  g_assert_cmpstr (first, ==, second);
}

/* (transfer full) */
char *
test_conflicts (TestReplica *self, gboolean all)
{
  g_autoptr (GError) error = NULL;
  GString *out = g_string_new (NULL);
  FlowJsonWriter json;

  flow_json_writer_init (&json, out);
  flow_sync_conflicts_write (self->sync, all, NULL, NULL, &json, &error);
  g_assert_no_error (error);
  return g_string_free (out, FALSE);
}

void
test_conflict_id (TestReplica *self, const char *where, guint8 *id)
{
  g_autofree char *sql = g_strconcat ("SELECT hex (id) FROM sync_conflict WHERE ", where, NULL);
  g_autofree char *hex = test_ask (self->db, sql);

  g_assert_nonnull (hex);
  g_assert_true (flow_id_from_hex (hex, FLOW_SYNC_CONFLICT_ID_SIZE, id));
}

void
test_resolve (TestReplica *self, const char *where, const char *field, const char *choice, const char *text)
{
  g_autoptr (GError) error = NULL;
  guint8 id[FLOW_SYNC_CONFLICT_ID_SIZE];
  FlowSyncChoice chosen;

  test_conflict_id (self, where, id);
  g_assert_true (flow_sync_choice_parse (choice, &chosen));
  test_begin (self);
  flow_sync_conflict_resolve (self->sync, id, field, chosen, text, &error);
  g_assert_no_error (error);
  test_commit (self);
  self->clock.now_ms++;
}
