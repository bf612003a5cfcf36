/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Operations from one device to another: what is captured, what is not, and what it does to a whole database. */

#include "sync-test.h"

#include "sync/flow-sync-quarantine.h"

typedef struct
{
  TestCloud *cloud;
  TestReplica *a;
  TestReplica *b;
} Fixture;

static void
set_up (Fixture *fixture, gconstpointer data)
{
  fixture->cloud = test_cloud_new ();
  fixture->a = test_replica_new ("a");
  fixture->b = test_replica_new ("b");
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  test_cloud_free (fixture->cloud);
  test_replica_free (fixture->a);
  test_replica_free (fixture->b);
}

static void
test_everything (Fixture *fixture, gconstpointer data)
{
  TestReplica *a = fixture->a;
  TestReplica *b = fixture->b;

  g_assert_cmpuint (test_do (a,
                             "INSERT INTO item VALUES ('i', 'Title', 'Note\nof two lines', 1, 'open', NULL, 'a.c', 12, "
                             "1.5, x'00ff')"),
                    ==, 1);
  test_do (a, "INSERT INTO item_tag VALUES ('i', 'slow'), ('i', 'später')");
  test_do (a, "INSERT INTO item_meta VALUES ('i', 'host', 'one'), ('i', 'user', 'me')");
  test_do (a, "INSERT INTO fact VALUES ('f', 42)");
  test_cloud_sync (fixture->cloud, a, b);
  test_assert_equal (a, b);
  test_assert_text (b->db, "SELECT title || pinned || line || weight || hex (picture) FROM item", "Title1121.500FF");
  test_assert_text (b->db, "SELECT group_concat (tag) FROM item_tag", "slow,später");
  test_do (b, "DELETE FROM item_tag WHERE tag = 'slow'");
  test_do (b, "UPDATE item_meta SET value = 'two' WHERE name = 'host'");
  test_do (b, "UPDATE item SET title = NULL, picture = NULL, completed = 7");
  test_do (b, "UPDATE fact SET value = 43");
  test_cloud_sync (fixture->cloud, a, b);
  test_assert_equal (a, b);
  test_assert_text (a->db, "SELECT title FROM item", NULL);
  test_assert_text (a->db, "SELECT value FROM item_meta WHERE name = 'host'", "two");
}

/* What was applied is what is known: it makes no operation, and the same again does nothing. */
static void
test_echo_free (Fixture *fixture, gconstpointer data)
{
  guint64 sent;
  FlowSyncApplied again;

  test_do (fixture->a, "INSERT INTO item (id, title, note) VALUES ('i', 'Title', 'Note')");
  test_cloud_upload (fixture->cloud, fixture->a);
  test_cloud_download (fixture->cloud, fixture->b);
  g_assert_cmpuint (test_do (fixture->b, "SELECT 1"), ==, 0);
  g_assert_cmpuint (test_do (fixture->b, "UPDATE item SET title = 'Title'"), ==, 0);
  sent = test_cloud_upload (fixture->cloud, fixture->b);
  g_assert_cmpuint (sent, ==, 0);
  again = test_cloud_download (fixture->cloud, fixture->b);
  g_assert_cmpuint (again.ops, ==, 0);
  g_assert_cmpuint (again.records, ==, 0);
}

/* Clocks say nothing about what is sent: what was made while the clock was behind arrives as well. */
static void
test_late_commit_below_the_mark (Fixture *fixture, gconstpointer data)
{
  test_do (fixture->a, "INSERT INTO item (id, title) VALUES ('i', 'one')");
  test_cloud_sync (fixture->cloud, fixture->a, fixture->b);
  fixture->a->clock.now_ms -= 3600 * 1000;
  test_do (fixture->a, "INSERT INTO item (id, title) VALUES ('j', 'an hour ago')");
  fixture->a->clock.now_ms += 3600 * 1000;
  fixture->b->clock.now_ms -= 7200 * 1000;
  test_do (fixture->b, "INSERT INTO item (id, title) VALUES ('k', 'two hours ago')");
  fixture->b->clock.now_ms += 7200 * 1000;
  test_cloud_sync (fixture->cloud, fixture->a, fixture->b);
  test_assert_equal (fixture->a, fixture->b);
  g_assert_cmpint (test_number (fixture->b->db, "SELECT count (*) FROM item"), ==, 3);
}

/* One transaction is one transaction there, whatever it changed. */
static void
test_transaction_is_whole (Fixture *fixture, gconstpointer data)
{
  g_autoptr (FlowSyncOps) ops = NULL;

  g_assert_cmpuint (test_do (fixture->a,
                             "INSERT INTO item (id, title) VALUES ('i', 'one'), ('j', 'two');"
                             "UPDATE item SET title = 'three' WHERE id = 'i'; INSERT INTO fact VALUES ('f', 1)"),
                    ==, 3);
  ops = test_collect (fixture->a, 0);
  g_assert_cmpuint (flow_sync_ops_get_n (ops), ==, 3);
  test_apply (fixture->b, ops, 1);
  test_assert_equal (fixture->a, fixture->b);
}

/* A gap is fetched, not guessed over. */
static void
test_gap (Fixture *fixture, gconstpointer data)
{
  g_autoptr (FlowSyncOps) all = NULL;
  g_autoptr (FlowSyncOps) second = NULL;
  FlowSyncApplied applied;

  test_do (fixture->a, "INSERT INTO item (id, title) VALUES ('i', 'one')");
  test_do (fixture->a, "UPDATE item SET title = 'two'");
  all = test_collect (fixture->a, 0);
  second = test_collect (fixture->a, 1);
  applied = test_apply (fixture->b, second, 2);
  g_assert_cmpint (applied.outcome, ==, FLOW_SYNC_GAP);
  g_assert_cmpint (test_number (fixture->b->db, "SELECT count (*) FROM item"), ==, 0);
  applied = test_apply (fixture->b, all, 2);
  g_assert_cmpint (applied.outcome, ==, FLOW_SYNC_TAKEN);
  applied = test_apply (fixture->b, second, 2);
  g_assert_cmpint (applied.outcome, ==, FLOW_SYNC_KNOWN);
  test_assert_equal (fixture->a, fixture->b);
}

/* A batch that begins with what is known is taken from there on. */
static void
test_overlap (Fixture *fixture, gconstpointer data)
{
  g_autoptr (FlowSyncOps) first = NULL;
  g_autoptr (FlowSyncOps) both = NULL;
  FlowSyncApplied applied;

  test_do (fixture->a, "INSERT INTO item (id, title) VALUES ('i', 'one')");
  first = test_collect (fixture->a, 0);
  test_do (fixture->a, "UPDATE item SET title = 'two'");
  both = test_collect (fixture->a, 0);
  test_apply (fixture->b, first, 1);
  applied = test_apply (fixture->b, both, 2);
  g_assert_cmpint (applied.outcome, ==, FLOW_SYNC_TAKEN);
  g_assert_cmpuint (applied.ops, ==, 1);
  test_assert_equal (fixture->a, fixture->b);
}

/* Who has not got what an operation is based on waits for it. */
static void
test_early (Fixture *fixture, gconstpointer data)
{
  g_autoptr (TestReplica) c = test_replica_new ("c");
  g_autoptr (FlowSyncOps) base = NULL;
  g_autoptr (FlowSyncOps) change = NULL;
  FlowSyncApplied applied;

  test_do (fixture->a, "INSERT INTO item (id, title) VALUES ('i', 'one')");
  base = test_collect (fixture->a, 0);
  test_apply (fixture->b, base, 1);
  test_do (fixture->b, "UPDATE item SET title = 'two'");
  change = test_collect (fixture->b, 0);
  applied = test_apply (c, change, 2);
  g_assert_cmpint (applied.outcome, ==, FLOW_SYNC_EARLY);
  test_apply (c, base, 1);
  applied = test_apply (c, change, 2);
  g_assert_cmpint (applied.outcome, ==, FLOW_SYNC_TAKEN);
  test_assert_equal (fixture->b, c);
  g_assert_cmpint (test_number (c->db, "SELECT count (*) FROM sync_conflict"), ==, 0);
}

static void
test_deletion (Fixture *fixture, gconstpointer data)
{
  test_do (fixture->a, "INSERT INTO item (id, title) VALUES ('i', 'one'); INSERT INTO item_tag VALUES ('i', 't')");
  test_cloud_sync (fixture->cloud, fixture->a, fixture->b);
  test_do (fixture->b, "DELETE FROM item; DELETE FROM item_tag");
  test_cloud_sync (fixture->cloud, fixture->a, fixture->b);
  g_assert_cmpint (test_number (fixture->a->db, "SELECT count (*) FROM item"), ==, 0);
  test_do (fixture->a, "INSERT INTO item (id, pinned) VALUES ('i', 1)");
  test_cloud_sync (fixture->cloud, fixture->a, fixture->b);
  test_assert_equal (fixture->a, fixture->b);
  test_assert_text (fixture->b->db, "SELECT id FROM item WHERE pinned AND title IS NULL", "i");
  g_assert_cmpint (test_number (fixture->b->db, "SELECT count (*) FROM item_tag"), ==, 0);
  g_assert_cmpint (test_number (fixture->b->db, "SELECT count (*) FROM sync_conflict"), ==, 0);
}

/* A record of which nothing is set is one. */
static void
test_empty_record (Fixture *fixture, gconstpointer data)
{
  g_assert_cmpuint (test_do (fixture->a, "INSERT INTO item (id) VALUES ('i')"), ==, 1);
  test_cloud_sync (fixture->cloud, fixture->a, fixture->b);
  g_assert_cmpint (test_number (fixture->b->db, "SELECT count (*) FROM item"), ==, 1);
  test_do (fixture->b, "DELETE FROM item");
  test_do (fixture->b, "INSERT INTO item (id) VALUES ('i')");
  test_cloud_sync (fixture->cloud, fixture->a, fixture->b);
  g_assert_cmpint (test_number (fixture->a->db, "SELECT count (*) FROM item"), ==, 1);
}

/* What is thrown away here to save room is not deleted elsewhere. */
static void
test_forgetting_is_no_deletion (Fixture *fixture, gconstpointer data)
{
  test_do (fixture->a, "INSERT INTO item (id, title) VALUES ('i', 'one')");
  test_cloud_sync (fixture->cloud, fixture->a, fixture->b);
  g_assert_cmpuint (test_do (fixture->a, "INSERT INTO sync_mute VALUES ('limit'); DELETE FROM item;"
                                         "DELETE FROM sync_mute"),
                    ==, 0);
  test_cloud_sync (fixture->cloud, fixture->a, fixture->b);
  g_assert_cmpint (test_number (fixture->b->db, "SELECT count (*) FROM item"), ==, 1);
  test_do (fixture->b, "UPDATE item SET pinned = 1");
  test_cloud_sync (fixture->cloud, fixture->a, fixture->b);
  test_assert_equal (fixture->a, fixture->b);
}

/* While it is off a change costs a row in sync_dirty, and is not lost. */
static void
test_off (Fixture *fixture, gconstpointer data)
{
  test_begin (fixture->a);
  g_assert_true (flow_sync_turn_off (fixture->a->sync, NULL));
  test_commit (fixture->a);
  g_assert_cmpuint (test_do (fixture->a, "INSERT INTO item (id, title) VALUES ('i', 'one')"), ==, 0);
  g_assert_cmpuint (test_do (fixture->a, "UPDATE item SET title = 'two'"), ==, 0);
  g_assert_cmpint (test_number (fixture->a->db, "SELECT count (*) FROM sync_op"), ==, 0);
  g_assert_cmpint (test_number (fixture->a->db, "SELECT count (*) FROM sync_dirty"), ==, 1);
}

static void
seed_all (TestReplica *replica, guint64 rows)
{
  g_auto (FlowSyncSeed) seed = { 0 };
  g_autoptr (GError) error = NULL;

  test_begin (replica);
  g_assert_true (flow_sync_turn_on (replica->sync, NULL));
  test_commit (replica);
  while (!seed.finished)
    {
      test_begin (replica);
      flow_sync_seed (replica->sync, &seed, 7, &error);
      g_assert_no_error (error);
      test_commit (replica);
    }
  g_assert_cmpuint (seed.rows, ==, rows);
}

/* What was there before is counted, and sent once; a second run adds nothing. */
static void
test_seed (Fixture *fixture, gconstpointer data)
{
  g_autoptr (TestReplica) c = test_replica_new_off ("c", FALSE);
  g_auto (FlowSyncCensus) census = { NULL };

  test_do (c, "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 30)"
              "INSERT INTO item (id, title) SELECT printf ('%03d', i), 'title ' || i FROM n");
  test_do (c, "INSERT INTO fact VALUES ('f', 1)");
  g_assert_true (flow_sync_take_census (c->sync, &census, NULL));
  g_assert_cmpuint (census.rows[0], ==, 30);
  g_assert_cmpuint (census.rows[1], ==, 1);
  g_assert_cmpuint (census.bytes, >, 31 * 20);
  seed_all (c, 31);
  g_assert_cmpint (test_number (c->db, "SELECT count (*) FROM sync_op"), ==, 31);
  seed_all (c, 31);
  g_assert_cmpint (test_number (c->db, "SELECT count (*) FROM sync_op"), ==, 31);
  test_cloud_sync (fixture->cloud, fixture->a, c);
  test_assert_equal (fixture->a, c);
}

/* What a device had before it joined does not beat what the others have; it is in the log. */
static void
test_joining_device_does_not_win (Fixture *fixture, gconstpointer data)
{
  g_autoptr (TestReplica) c = test_replica_new_off ("c", FALSE);

  test_do (fixture->a, "INSERT INTO item (id, title) VALUES ('i', 'of the account')");
  test_cloud_upload (fixture->cloud, fixture->a);
  c->clock.now_ms += 60000;
  test_do (c, "INSERT INTO item (id, title) VALUES ('i', 'local')");
  seed_all (c, 1);
  test_cloud_sync (fixture->cloud, fixture->a, c);
  test_assert_equal (fixture->a, c);
  test_assert_text (c->db, "SELECT title FROM item", "of the account");
  g_assert_cmpint (test_number (c->db, "SELECT count (*) FROM sync_conflict WHERE state = 'auto'"), ==, 1);
}

static void
test_counts (Fixture *fixture, gconstpointer data)
{
  FlowSyncCounts counts;

  test_do (fixture->a, "INSERT INTO item (id, title) VALUES ('i', 'one'), ('j', 'two')");
  g_assert_true (flow_sync_count (fixture->a->sync, &counts, NULL));
  g_assert_cmpuint (counts.pending, ==, 2);
  g_assert_cmpuint (counts.pending_bytes, >, 40);
  test_cloud_sync (fixture->cloud, fixture->a, fixture->b);
  g_assert_true (flow_sync_count (fixture->a->sync, &counts, NULL));
  g_assert_cmpuint (counts.pending, ==, 0);
  g_assert_cmpuint (counts.operations, ==, 2);
  g_assert_true (flow_sync_count (fixture->b->sync, &counts, NULL));
  g_assert_cmpuint (counts.operations, ==, 2);
}

/* Much at once is several transactions, and batches stay within their bounds. */
static void
test_large_transaction (Fixture *fixture, gconstpointer data)
{
  guint batches;

  test_do (fixture->a, "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 5000)"
                       "INSERT INTO item (id, title, note) SELECT printf ('%05d', i), 'title', hex (zeroblob (50)) "
                       "FROM n");
  batches = test_cloud_upload (fixture->cloud, fixture->a);
  g_assert_cmpuint (batches, >, 3);
  for (guint i = 0; i < fixture->cloud->ops->len; i++)
    g_assert_cmpuint (flow_sync_ops_get_size (g_ptr_array_index (fixture->cloud->ops, i)), <=, 256 * 1024);
  test_cloud_download (fixture->cloud, fixture->b);
  test_assert_equal (fixture->a, fixture->b);
}

/* What is too large for a batch stays here and is said; all else goes on. */
static void
test_too_large (Fixture *fixture, gconstpointer data)
{
  FlowSyncCounts counts;

  g_assert_cmpuint (test_do (fixture->a, "INSERT INTO item (id, picture) VALUES ('i', zeroblob (2000000));"
                                         "INSERT INTO item (id, title) VALUES ('j', 'small');"
                                         "INSERT INTO item (id, picture) VALUES ('k', zeroblob (500000))"),
                    ==, 2);
  g_assert_true (flow_sync_count (fixture->a->sync, &counts, NULL));
  g_assert_cmpuint (counts.quarantined, ==, 1);
  test_cloud_sync (fixture->cloud, fixture->a, fixture->b);
  test_assert_text (fixture->b->db, "SELECT group_concat (id) FROM item", "j,k");
  g_assert_cmpint (test_number (fixture->b->db, "SELECT length (picture) FROM item WHERE id = 'k'"), ==, 500000);
}

/* What is too large here is not overwritten by what is small there, and is sent once it is small. */
static void
test_too_large_stays (Fixture *fixture, gconstpointer data)
{
  FlowSyncCounts counts;

  test_do (fixture->a, "INSERT INTO item (id, title, picture) VALUES ('i', 'one', x'01')");
  test_cloud_sync (fixture->cloud, fixture->a, fixture->b);
  test_do (fixture->a, "UPDATE item SET picture = zeroblob (2000000), pinned = 1");
  test_do (fixture->b, "UPDATE item SET title = 'two'");
  test_cloud_sync (fixture->cloud, fixture->a, fixture->b);
  test_assert_text (fixture->a->db, "SELECT title || pinned || length (picture) FROM item", "two12000000");
  test_assert_text (fixture->b->db, "SELECT title || pinned || length (picture) FROM item", "two11");
  test_begin (fixture->a);
  g_assert_true (flow_sync_quarantine_retry (fixture->a->sync, NULL, NULL, &(guint) { 0 }, NULL));
  test_commit (fixture->a);
  g_assert_true (flow_sync_count (fixture->a->sync, &counts, NULL));
  g_assert_cmpuint (counts.quarantined, ==, 1);
  test_assert_text (fixture->a->db, "SELECT length (picture) FROM item", "2000000");
  test_do (fixture->a, "UPDATE item SET picture = zeroblob (5)");
  test_cloud_sync (fixture->cloud, fixture->a, fixture->b);
  test_assert_equal (fixture->a, fixture->b);
  g_assert_true (flow_sync_count (fixture->a->sync, &counts, NULL));
  g_assert_cmpuint (counts.quarantined, ==, 0);
  g_assert_cmpuint (test_do (fixture->a, "INSERT INTO item_tag VALUES ('i', hex (zeroblob (3000)))"), ==, 0);
  test_do (fixture->a, "UPDATE item SET picture = zeroblob (2000000)");
  test_do (fixture->a, "DELETE FROM item; DELETE FROM item_tag");
  test_cloud_sync (fixture->cloud, fixture->a, fixture->b);
  g_assert_cmpint (test_number (fixture->b->db, "SELECT count (*) FROM item"), ==, 0);
}

/* Very many small values of one record are several operations of one transaction. */
static void
test_many_values (Fixture *fixture, gconstpointer data)
{
  guint n = test_do (fixture->a, "INSERT INTO item (id) VALUES ('i'); WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL "
                                 "SELECT i + 1 FROM n WHERE i < 6000) INSERT INTO item_meta SELECT 'i', 'key' || i, "
                                 "hex (zeroblob (100)) FROM n");

  g_assert_cmpuint (n, >, 3);
  test_cloud_sync (fixture->cloud, fixture->a, fixture->b);
  test_assert_equal (fixture->a, fixture->b);
}

/* A record that cannot be read keeps nobody from writing others. */
static void
test_unreadable_record (Fixture *fixture, gconstpointer data)
{
  FlowSyncCounts counts;

  fixture->a->refuse = TRUE;
  g_assert_cmpuint (test_do (fixture->a, "INSERT INTO item (id, title) VALUES ('unreadable', '1'), ('j', '2')"), ==, 1);
  g_assert_true (flow_sync_count (fixture->a->sync, &counts, NULL));
  g_assert_cmpuint (counts.quarantined, ==, 1);
  fixture->a->refuse = FALSE;
  test_begin (fixture->a);
  g_assert_true (flow_sync_quarantine_retry (fixture->a->sync, NULL, NULL, &(guint) { 0 }, NULL));
  test_commit (fixture->a);
  test_cloud_sync (fixture->cloud, fixture->a, fixture->b);
  test_assert_equal (fixture->a, fixture->b);
  g_assert_cmpint (test_number (fixture->b->db, "SELECT count (*) FROM item"), ==, 2);
}

/* After a rollback the engine knows what the database knows. */
static void
test_rolled_back (Fixture *fixture, gconstpointer data)
{
  g_autoptr (FlowSyncOps) ops = NULL;
  FlowSyncApplied applied;
  guint n = 0;

  test_do (fixture->b, "INSERT INTO item (id, title) VALUES ('j', 'two')");
  ops = test_collect (fixture->b, 0);
  test_begin (fixture->a);
  g_assert_cmpint (sqlite3_exec (fixture->a->db, "INSERT INTO item (id, title) VALUES ('i', 'one')", NULL, NULL, NULL),
                   ==, SQLITE_OK);
  g_assert_true (flow_sync_capture (fixture->a->sync, &n, NULL));
  g_assert_cmpuint (n, ==, 1);
  g_assert_true (flow_sync_apply (fixture->a->sync, ops, 1, &applied, NULL));
  sqlite3_exec (fixture->a->db, "ROLLBACK", NULL, NULL, NULL);
  flow_sync_forget (fixture->a->sync);
  test_do (fixture->a, "INSERT INTO item (id, title) VALUES ('i', 'three')");
  test_cloud_sync (fixture->cloud, fixture->a, fixture->b);
  test_assert_equal (fixture->a, fixture->b);
  g_assert_cmpint (test_number (fixture->b->db, "SELECT count (*) FROM item"), ==, 2);
}

/* What was captured on the way is told to whoever asks. */
static void
test_captured_on_the_way (Fixture *fixture, gconstpointer data)
{
  g_autoptr (FlowSyncOps) ops = NULL;
  FlowSyncApplied applied;
  guint n = 0;

  test_do (fixture->b, "INSERT INTO item (id, title) VALUES ('j', 'two')");
  ops = test_collect (fixture->b, 0);
  test_begin (fixture->a);
  g_assert_cmpint (sqlite3_exec (fixture->a->db, "INSERT INTO item (id, title) VALUES ('i', 'one')", NULL, NULL, NULL),
                   ==, SQLITE_OK);
  g_assert_true (flow_sync_apply (fixture->a->sync, ops, 1, &applied, NULL));
  g_assert_cmpuint (applied.made, ==, 0);
  g_assert_true (flow_sync_capture (fixture->a->sync, &n, NULL));
  g_assert_cmpuint (n, ==, 1);
  g_assert_true (flow_sync_capture (fixture->a->sync, &n, NULL));
  g_assert_cmpuint (n, ==, 0);
  test_commit (fixture->a);
}

/* Scopes count for themselves. */
static void
test_scopes (Fixture *fixture, gconstpointer data)
{
  g_auto (GStrv) scopes = NULL;
  g_autoptr (GError) error = NULL;

  test_begin (fixture->a);
  g_assert_true (flow_sync_add_scope (fixture->a->sync, "w-0123456789abcdefghijkl", NULL));
  g_assert_false (flow_sync_add_scope (fixture->a->sync, "no scope", &error));
  g_assert_error (error, FLOW_ERROR, FLOW_ERROR_BAD_ARGUMENT);
  test_commit (fixture->a);
  scopes = flow_sync_list_scopes (fixture->a->sync, NULL);
  g_assert_cmpuint (g_strv_length (scopes), ==, 2);
  g_assert_cmpstr (scopes[0], ==, FLOW_SYNC_SCOPE_ACCOUNT);
}

#define WORKSPACE "w-0123456789abcdefghijkl"

static char *
scope_of (const FlowSyncTable *self, GBytes *key)
{
  const char *text = g_bytes_get_data (key, NULL);

  return text[0] == 'w' ? g_strdup (WORKSPACE) : NULL;
}

/* Records of a workspace are in its scope; what goes to one scope says nothing about another. */
static void
test_workspace (Fixture *fixture, gconstpointer data)
{
  FlowSyncOps *of_workspace = NULL;
  g_autoptr (FlowSyncOps) of_account = NULL;
  g_autoptr (FlowSyncVector) vector = NULL;

  fixture->a->tables[0].scope = scope_of;
  fixture->b->tables[0].scope = scope_of;
  test_do (fixture->a, "INSERT INTO item (id, title) VALUES ('w1', 'of the workspace'), ('i', 'of the account')");
  of_account = test_collect (fixture->a, 0);
  g_assert_cmpuint (flow_sync_ops_get_n (of_account), ==, 1);
  g_assert_true (flow_sync_collect (fixture->a->sync, WORKSPACE, 0, 0, &of_workspace, NULL));
  g_assert_cmpstr (flow_sync_ops_get_scope (of_workspace), ==, WORKSPACE);
  g_assert_cmpuint (flow_sync_ops_get_n (of_workspace), ==, 1);
  test_apply (fixture->b, of_workspace, 1);
  test_assert_text (fixture->b->db, "SELECT group_concat (title) FROM item", "of the workspace");
  vector = flow_sync_get_vector (fixture->b->sync, WORKSPACE, NULL);
  g_assert_cmpuint (flow_sync_vector_get_size (vector), ==, 1);
  test_apply (fixture->b, of_account, 1);
  test_assert_equal (fixture->a, fixture->b);
  flow_sync_ops_unref (of_workspace);
}

static void
test_reset (Fixture *fixture, gconstpointer data)
{
  guint64 epoch = flow_sync_get_epoch (fixture->a->sync);

  test_do (fixture->a, "INSERT INTO item (id, title) VALUES ('i', 'one')");
  fixture->a->clock.now_ms += 1000;
  test_begin (fixture->a);
  g_assert_true (flow_sync_reset (fixture->a->sync, NULL));
  test_commit (fixture->a);
  g_assert_false (flow_sync_is_on (fixture->a->sync));
  g_assert_cmpuint (flow_sync_get_epoch (fixture->a->sync), >, epoch);
  g_assert_cmpint (test_number (fixture->a->db, "SELECT count (*) FROM sync_op"), ==, 0);
  g_assert_cmpint (test_number (fixture->a->db, "SELECT count (*) FROM item"), ==, 1);
  seed_all (fixture->a, 1);
  test_cloud_sync (fixture->cloud, fixture->a, fixture->b);
  test_assert_equal (fixture->a, fixture->b);
}

#define ADD(name, func) g_test_add ("/sync/exchange/" name, Fixture, NULL, set_up, func, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  ADD ("everything", test_everything);
  ADD ("echo-free", test_echo_free);
  ADD ("late-commit-below-the-mark", test_late_commit_below_the_mark);
  ADD ("transaction-is-whole", test_transaction_is_whole);
  ADD ("gap", test_gap);
  ADD ("overlap", test_overlap);
  ADD ("early", test_early);
  ADD ("deletion", test_deletion);
  ADD ("empty-record", test_empty_record);
  ADD ("forgetting-is-no-deletion", test_forgetting_is_no_deletion);
  ADD ("off", test_off);
  ADD ("seed", test_seed);
  ADD ("joining-device-does-not-win", test_joining_device_does_not_win);
  ADD ("counts", test_counts);
  ADD ("large-transaction", test_large_transaction);
  ADD ("too-large", test_too_large);
  ADD ("too-large-stays", test_too_large_stays);
  ADD ("many-values", test_many_values);
  ADD ("unreadable-record", test_unreadable_record);
  ADD ("rolled-back", test_rolled_back);
  ADD ("captured-on-the-way", test_captured_on_the_way);
  ADD ("scopes", test_scopes);
  ADD ("workspace", test_workspace);
  ADD ("reset", test_reset);
  return g_test_run ();
}
