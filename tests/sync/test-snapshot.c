/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "sync-test.h"

#include "sync/flow-sync-snapshot.h"

/* Snapshots, and what is forgotten once all know it. */

#define DAY_MS G_GINT64_CONSTANT (86400000)

typedef struct
{
  TestReplica *a;
  TestReplica *b;
  TestCloud *cloud;
} Fixture;

static void
set_up (Fixture *fixture, gconstpointer data)
{
  fixture->a = test_replica_new ("a");
  fixture->b = test_replica_new ("b");
  fixture->cloud = test_cloud_new ();
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  test_cloud_free (fixture->cloud);
  test_replica_free (fixture->a);
  test_replica_free (fixture->b);
}

static GBytes *
write_snapshot (TestReplica *replica, FlowSyncVector **vector)
{
  GError *error = NULL;
  GBytes *snapshot;

  test_begin (replica);
  snapshot = flow_sync_write_snapshot (replica->sync, FLOW_SYNC_SCOPE_ACCOUNT, vector, &error);
  g_assert_no_error (error);
  test_commit (replica);
  return snapshot;
}

static FlowSyncApplied
read_snapshot (TestReplica *replica, GBytes *snapshot)
{
  FlowSyncApplied applied;
  GError *error = NULL;

  test_begin (replica);
  flow_sync_read_snapshot (replica->sync, FLOW_SYNC_SCOPE_ACCOUNT, snapshot, &applied, &error);
  g_assert_no_error (error);
  test_commit (replica);
  return applied;
}

static void
tidy (TestReplica *replica)
{
  GError *error = NULL;

  test_begin (replica);
  flow_sync_tidy (replica->sync, &error);
  g_assert_no_error (error);
  test_commit (replica);
}

/* What the cloud says when so many devices have everything that it has. */
static FlowSyncWelcome *
make_welcome (Fixture *fixture, TestReplica *replica)
{
  g_autofree char *json = test_cloud_welcome (fixture->cloud, replica, replica->clock.now_ms, "ok");
  FlowSyncWelcome *welcome = flow_sync_welcome_parse (json, -1, NULL);
  FlowSyncWelcomeScope *scope = g_ptr_array_index (welcome->scopes, 0);

  g_ptr_array_set_size (scope->live, 0);
  return welcome;
}

static void
add_live (FlowSyncWelcome *welcome, TestReplica *replica, gboolean all)
{
  FlowSyncWelcomeScope *scope = g_ptr_array_index (welcome->scopes, 0);
  FlowSyncPeer *peer = g_new0 (FlowSyncPeer, 1);

  memcpy (peer->device, flow_sync_get_device (replica->sync), sizeof peer->device);
  peer->vector = all ? flow_sync_vector_copy (scope->vector) : flow_sync_vector_new ();
  g_ptr_array_add (scope->live, peer);
}

static void
take_welcome (TestReplica *replica, const FlowSyncWelcome *welcome, FlowSyncPlan *plan)
{
  g_auto (FlowSyncPlans) plans = { 0 };
  GError *error = NULL;

  test_begin (replica);
  flow_sync_take_welcome (replica->sync, welcome, &plans, &error);
  g_assert_no_error (error);
  test_commit (replica);
  *plan = g_array_index (plans.plans, FlowSyncPlan, 0);
}

/* Both know that both have everything. */
static void
acknowledge (Fixture *fixture)
{
  TestReplica *both[] = { fixture->a, fixture->b };

  for (guint i = 0; i < G_N_ELEMENTS (both); i++)
    {
      g_autoptr (FlowSyncWelcome) welcome = make_welcome (fixture, both[i]);
      FlowSyncPlan plan;

      both[i]->clock.now_ms += 101 * DAY_MS;
      welcome->time_ms += 101 * DAY_MS;
      add_live (welcome, fixture->a, TRUE);
      add_live (welcome, fixture->b, TRUE);
      take_welcome (both[i], welcome, &plan);
    }
}

/* And forget what nobody needs. */
static void
settle (Fixture *fixture)
{
  acknowledge (fixture);
  tidy (fixture->a);
  tidy (fixture->b);
}

static void
test_new_device (Fixture *fixture, gconstpointer data)
{
  g_autoptr (TestReplica) late = test_replica_new ("late");
  g_autoptr (FlowSyncVector) vector = NULL;
  g_autoptr (FlowSyncVector) known = NULL;
  g_autoptr (GBytes) snapshot = NULL;
  FlowSyncApplied applied;

  test_do (fixture->a, "INSERT INTO item (id, title, note) VALUES ('i', 'one', 'text'), ('j', 'two', NULL)");
  test_do (fixture->a, "INSERT INTO item_tag (id, tag) VALUES ('i', 'red')");
  test_do (fixture->b, "INSERT INTO fact (id, value) VALUES ('f', 7)");
  test_cloud_sync (fixture->cloud, fixture->a, fixture->b);
  snapshot = write_snapshot (fixture->b, &vector);
  applied = read_snapshot (late, snapshot);
  g_assert_cmpuint (applied.records, ==, 3);
  g_assert_cmpuint (applied.made, ==, 0);
  known = flow_sync_get_vector (late->sync, FLOW_SYNC_SCOPE_ACCOUNT, NULL);
  g_assert_true (flow_sync_vector_equal (known, vector));
  test_assert_equal (late, fixture->a);
  g_assert_cmpuint (read_snapshot (late, snapshot).records, ==, 0);
  /* What comes behind it fits. */
  test_do (fixture->a, "UPDATE item SET title = 'later' WHERE id = 'i'");
  test_cloud_upload (fixture->cloud, fixture->a);
  test_cloud_download (fixture->cloud, late);
  test_assert_text (late->db, "SELECT title FROM item WHERE id = 'i'", "later");
}

/* What is not sent is in no snapshot. */
static void
test_unsent (Fixture *fixture, gconstpointer data)
{
  g_autoptr (FlowSyncVector) vector = NULL;
  g_autoptr (GBytes) snapshot = NULL;

  test_do (fixture->a, "INSERT INTO item (id, title) VALUES ('i', 'unsent')");
  snapshot = write_snapshot (fixture->a, &vector);
  g_assert_null (vector);
  g_assert_cmpuint (g_bytes_get_size (snapshot), ==, 0);
}

/* A deleted record stays deleted for who was away while it was deleted and forgotten; what he wrote meanwhile stays. */
static void
test_no_resurrection (Fixture *fixture, gconstpointer data)
{
  g_autoptr (TestReplica) away = test_replica_new ("away");
  g_autoptr (FlowSyncVector) vector = NULL;
  g_autoptr (GBytes) snapshot = NULL;

  test_do (fixture->a, "INSERT INTO item (id, title) VALUES ('i', 'to go'), ('j', 'to stay')");
  test_cloud_sync (fixture->cloud, fixture->a, fixture->b);
  test_cloud_download (fixture->cloud, away);
  test_do (away, "INSERT INTO item (id, title) VALUES ('k', 'unsent')");
  test_do (fixture->b, "DELETE FROM item WHERE id = 'i'");
  test_cloud_sync (fixture->cloud, fixture->a, fixture->b);
  settle (fixture);
  g_assert_cmpint (test_number (fixture->a->db, "SELECT count (*) FROM sync_cell WHERE key = x'69'"), ==, 0);
  snapshot = write_snapshot (fixture->a, &vector);
  read_snapshot (away, snapshot);
  test_assert_text (away->db, "SELECT group_concat (id || title) FROM item", "jto stay,kunsent");
}

/* As long as somebody has not acknowledged it, and for some time after, it is kept. */
static void
test_not_settled (Fixture *fixture, gconstpointer data)
{
  g_autoptr (FlowSyncWelcome) welcome = NULL;
  FlowSyncPlan plan;

  test_do (fixture->a, "INSERT INTO item (id, title) VALUES ('i', 'to go')");
  test_cloud_sync (fixture->cloud, fixture->a, fixture->b);
  test_do (fixture->a, "DELETE FROM item");
  test_cloud_sync (fixture->cloud, fixture->a, fixture->b);
  welcome = make_welcome (fixture, fixture->a);
  add_live (welcome, fixture->a, TRUE);
  add_live (welcome, fixture->b, FALSE);
  take_welcome (fixture->a, welcome, &plan);
  tidy (fixture->a);
  g_assert_cmpint (test_number (fixture->a->db, "SELECT count (*) FROM sync_cell"), >, 0);
  g_assert_cmpint (test_number (fixture->a->db, "SELECT count (*) FROM sync_op"), ==, 2);
  fixture->a->clock.now_ms += 101 * DAY_MS;
  tidy (fixture->a);
  g_assert_cmpint (test_number (fixture->a->db, "SELECT count (*) FROM sync_cell"), >, 0);
}

/* After a thousand changes that all have there is not more than after one. */
static void
test_bounds (Fixture *fixture, gconstpointer data)
{
  for (guint i = 0; i < 1000; i++)
    {
      g_autofree char *sql = g_strdup_printf ("INSERT INTO item (id, title, note) VALUES ('i', 'title', 'note %u') "
                                              "ON CONFLICT DO UPDATE SET note = excluded.note",
                                              i);

      test_do (fixture->a, sql);
    }
  test_cloud_sync (fixture->cloud, fixture->a, fixture->b);
  settle (fixture);
  g_assert_cmpint (test_number (fixture->a->db, "SELECT count (*) FROM sync_op"), <=, 2);
  g_assert_cmpint (test_number (fixture->b->db, "SELECT count (*) FROM sync_op"), <=, 2);
  g_assert_cmpint (test_number (fixture->b->db, "SELECT count (*) FROM sync_base"), ==, 0);
  g_assert_cmpint (test_number (fixture->b->db, "SELECT count (*) FROM sync_context"), <=, 2);
  g_assert_false (flow_sync_wants_tidy (fixture->b->sync));
  test_do (fixture->b, "UPDATE item SET title = 'goes on'");
  test_cloud_sync (fixture->cloud, fixture->a, fixture->b);
  test_assert_text (fixture->a->db, "SELECT title FROM item", "goes on");
}

static char *
read_text (sqlite3 *db, const char *sql)
{
  g_autoptr (sqlite3_stmt) stmt = NULL;

  g_assert_cmpint (sqlite3_prepare_v2 (db, sql, -1, &stmt, NULL), ==, SQLITE_OK);
  g_assert_cmpint (sqlite3_step (stmt), ==, SQLITE_ROW);
  return g_strdup ((const char *) sqlite3_column_text (stmt, 0));
}

/* Each batch brings a number; those are kept that a write which holds needs, whatever it was before. */
static void
test_numbers (Fixture *fixture, gconstpointer data)
{
  static const char *const numbers = "SELECT group_concat (n) FROM (SELECT (SELECT n.number FROM sync_number n "
                                     "WHERE n.stream = c.stream AND n.seq >= c.seq ORDER BY n.seq LIMIT 1) n "
                                     "FROM sync_cell c ORDER BY tbl, key, field, item, stream, seq)";
  g_autofree char *before = NULL;
  g_autofree char *after = NULL;

  for (guint i = 0; i < 50; i++)
    {
      g_autofree char *sql = g_strdup_printf ("INSERT INTO item (id, title, note) VALUES ('i', 'title', 'note %u') "
                                              "ON CONFLICT DO UPDATE SET note = excluded.note",
                                              i);

      test_do (fixture->a, sql);
      test_cloud_sync (fixture->cloud, fixture->a, fixture->b);
    }
  g_assert_cmpint (test_number (fixture->b->db, "SELECT count (*) FROM sync_number"), >=, 50);
  before = read_text (fixture->b->db, numbers);
  settle (fixture);
  after = read_text (fixture->b->db, numbers);
  g_assert_cmpstr (before, ==, after);
  g_assert_cmpint (test_number (fixture->b->db, "SELECT count (*) FROM sync_number"), <=, 4);
  test_do (fixture->b, "UPDATE item SET title = 'goes on'");
  test_cloud_sync (fixture->cloud, fixture->a, fixture->b);
  test_assert_text (fixture->a->db, "SELECT title FROM item", "goes on");
}

/* It may be broken off behind every piece, and everything else goes on in between. */
static void
test_pieces (Fixture *fixture, gconstpointer data)
{
  g_auto (FlowSyncTidy) at = { 0 };
  guint pieces = 0;

  for (guint i = 0; i < 20; i++)
    {
      g_autofree char *sql = g_strdup_printf ("INSERT INTO item (id, title, note) VALUES ('i%u', 'title', 'one')", i);

      test_do (fixture->a, sql);
    }
  test_do (fixture->a, "UPDATE item SET note = 'two'");
  test_cloud_sync (fixture->cloud, fixture->a, fixture->b);
  acknowledge (fixture);
  while (!at.finished)
    {
      g_autofree char *sql = g_strdup_printf ("UPDATE item SET title = 'piece %u' WHERE id = 'i3'", pieces);
      GError *error = NULL;

      test_begin (fixture->b);
      flow_sync_tidy_piece (fixture->b->sync, &at, 3, &error);
      g_assert_no_error (error);
      test_commit (fixture->b);
      test_do (fixture->b, sql);
      pieces++;
    }
  g_assert_cmpuint (pieces, >, 10);
  g_assert_cmpint (test_number (fixture->b->db, "SELECT count (*) FROM sync_base WHERE field = 'note'"), ==, 0);
  test_cloud_sync (fixture->cloud, fixture->a, fixture->b);
  test_assert_text (fixture->a->db, "SELECT note FROM item WHERE id = 'i3'", "two");
}

/* After 7 days, or 10,000 operations. */
static void
test_worth_while (Fixture *fixture, gconstpointer data)
{
  g_autoptr (FlowSyncWelcome) welcome = NULL;
  FlowSyncWelcomeScope *scope;
  FlowSyncPlan plan;

  test_do (fixture->a, "INSERT INTO item (id, title) VALUES ('i', 'one')");
  test_cloud_sync (fixture->cloud, fixture->a, fixture->b);
  welcome = make_welcome (fixture, fixture->a);
  take_welcome (fixture->a, welcome, &plan);
  g_assert_false (plan.compact);
  fixture->a->clock.now_ms += 8 * DAY_MS;
  welcome->time_ms += 8 * DAY_MS;
  take_welcome (fixture->a, welcome, &plan);
  g_assert_true (plan.compact);
  scope = g_ptr_array_index (welcome->scopes, 0);
  scope->snapshot_vector = flow_sync_vector_copy (scope->vector);
  take_welcome (fixture->a, welcome, &plan);
  g_assert_false (plan.compact);
}

/* One that could not be stored is not written again at each hello. */
static void
test_put_off (Fixture *fixture, gconstpointer data)
{
  g_autoptr (FlowSyncWelcome) welcome = NULL;
  FlowSyncPlan plan;
  GError *error = NULL;

  test_do (fixture->a, "INSERT INTO item (id, title) VALUES ('i', 'one')");
  test_cloud_sync (fixture->cloud, fixture->a, fixture->b);
  welcome = make_welcome (fixture, fixture->a);
  take_welcome (fixture->a, welcome, &plan);
  test_begin (fixture->a);
  flow_sync_put_off_snapshot (fixture->a->sync, plan.scope, &error);
  g_assert_no_error (error);
  test_commit (fixture->a);
  for (guint i = 0; i < 2; i++)
    {
      take_welcome (fixture->a, welcome, &plan);
      g_assert_false (plan.compact);
    }
  fixture->a->clock.now_ms += 8 * DAY_MS;
  welcome->time_ms += 8 * DAY_MS;
  take_welcome (fixture->a, welcome, &plan);
  g_assert_true (plan.compact);
  test_begin (fixture->a);
  flow_sync_put_off_snapshot (fixture->a->sync, plan.scope, &error);
  g_assert_no_error (error);
  test_commit (fixture->a);
  take_welcome (fixture->a, welcome, &plan);
  g_assert_false (plan.compact);
}

/* Nothing that is no snapshot does anything. */
static void
test_broken (Fixture *fixture, gconstpointer data)
{
  g_autoptr (FlowSyncVector) vector = NULL;
  g_autoptr (GBytes) snapshot = NULL;
  gsize size;
  const guint8 *bytes;

  test_do (fixture->a, "INSERT INTO item (id, title) VALUES ('i', 'one'), ('j', 'two')");
  test_cloud_sync (fixture->cloud, fixture->a, fixture->b);
  snapshot = write_snapshot (fixture->a, &vector);
  bytes = g_bytes_get_data (snapshot, &size);
  for (gsize cut = 0; cut < size; cut++)
    {
      g_autoptr (TestReplica) late = cut % 16 == 0 ? test_replica_new ("late") : NULL;
      g_autoptr (GBytes) part = g_bytes_new (bytes, cut);
      g_autoptr (GError) error = NULL;
      FlowSyncApplied applied;

      if (late == NULL)
        continue;
      test_begin (late);
      /* Cut between two writes it is one, of less. */
      if (!flow_sync_read_snapshot (late->sync, FLOW_SYNC_SCOPE_ACCOUNT, part, &applied, &error))
        g_assert_error (error, FLOW_ERROR, FLOW_ERROR_CORRUPT);
      g_assert_true (flow_sql_exec_text (late->db, "ROLLBACK", NULL));
      flow_sync_forget (late->sync);
    }
}

#define ADD(name, func) g_test_add ("/sync/snapshot/" name, Fixture, NULL, set_up, func, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  ADD ("new-device", test_new_device);
  ADD ("unsent", test_unsent);
  ADD ("no-resurrection", test_no_resurrection);
  ADD ("not-settled", test_not_settled);
  ADD ("bounds", test_bounds);
  ADD ("numbers", test_numbers);
  ADD ("pieces", test_pieces);
  ADD ("worth-while", test_worth_while);
  ADD ("put-off", test_put_off);
  ADD ("broken", test_broken);
  return g_test_run ();
}
