/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Two devices write without knowing of each other: what becomes of it, and that nothing of it is lost. */

#include "sync-test.h"

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
  test_do (fixture->a, "INSERT INTO item (id, title, note, status, file, line)"
                       "VALUES ('i', 'Title', 'first line\nsecond line\nthird line\n', 'open', 'a.c', 1);"
                       "INSERT INTO item_tag VALUES ('i', 'old')");
  test_cloud_sync (fixture->cloud, fixture->a, fixture->b);
  /* b is later than a. */
  fixture->b->clock.now_ms += 1000;
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  test_assert_equal (fixture->a, fixture->b);
  test_cloud_free (fixture->cloud);
  test_replica_free (fixture->a);
  test_replica_free (fixture->b);
}

static void
sync_both (Fixture *fixture)
{
  test_cloud_sync (fixture->cloud, fixture->a, fixture->b);
  test_assert_equal (fixture->a, fixture->b);
}

static gint64
count (TestReplica *replica, const char *state)
{
  g_autofree char *sql = g_strdup_printf ("SELECT count (*) FROM sync_conflict WHERE state = '%s'", state);

  return test_number (replica->db, sql);
}

static void
assert_same_conflicts (Fixture *fixture)
{
  const char *sql = "SELECT group_concat (hex (id) || kind || state) FROM (SELECT * FROM sync_conflict ORDER BY id)";
  g_autofree char *first = test_ask (fixture->a->db, sql);
  g_autofree char *second = test_ask (fixture->b->db, sql);

  g_assert_cmpstr (first, ==, second);
}

/* Different fields are no conflict. */
static void
test_fields (Fixture *fixture, gconstpointer data)
{
  test_do (fixture->a, "UPDATE item SET title = 'A'");
  test_do (fixture->b, "UPDATE item SET pinned = 1");
  sync_both (fixture);
  test_assert_text (fixture->a->db, "SELECT title || pinned FROM item", "A1");
  g_assert_cmpint (test_number (fixture->a->db, "SELECT count (*) FROM sync_conflict"), ==, 0);
}

static void
test_latest (Fixture *fixture, gconstpointer data)
{
  g_autofree char *json = NULL;

  test_do (fixture->b, "UPDATE item SET title = 'B'");
  test_do (fixture->a, "UPDATE item SET title = 'A'");
  sync_both (fixture);
  test_assert_text (fixture->a->db, "SELECT title FROM item", "B");
  g_assert_cmpint (count (fixture->a, "auto"), ==, 1);
  g_assert_cmpint (count (fixture->b, "auto"), ==, 1);
  assert_same_conflicts (fixture);
  json = test_conflicts (fixture->a, TRUE);
  g_assert_nonnull (strstr (json, "\"base\":\"Title\",\"mine\":{\"value\":\"A\""));
  g_assert_nonnull (strstr (json, "\"theirs\":{\"value\":\"B\""));
  g_assert_nonnull (strstr (json, "\"chosen\":\"B\",\"auto\":true"));
  g_free (g_steal_pointer (&json));
  json = test_conflicts (fixture->a, FALSE);
  g_assert_cmpstr (json, ==, "[]");
}

/* Who makes a record and leaves something empty does not say anything against whoever set that elsewhere. */
static void
test_empty_says_nothing (Fixture *fixture, gconstpointer data)
{
  test_do (fixture->a, "INSERT INTO item (id, title, note, pinned) VALUES ('e', 'Title', '', 1)");
  test_do (fixture->b, "INSERT INTO item (id, title, note, pinned) VALUES ('e', '', 'Note', 0)");
  test_cloud_sync (fixture->cloud, fixture->a, fixture->b);
  test_assert_equal (fixture->a, fixture->b);
  test_assert_text (fixture->b->db, "SELECT title || note || pinned FROM item WHERE id = 'e'", "TitleNote1");
  g_assert_cmpint (test_number (fixture->a->db, "SELECT count (*) FROM sync_conflict"), ==, 0);
  test_do (fixture->b, "UPDATE item SET pinned = 0, title = '' WHERE id = 'e'");
  test_cloud_sync (fixture->cloud, fixture->a, fixture->b);
  test_assert_text (fixture->a->db, "SELECT pinned || '|' || title FROM item WHERE id = 'e'", "0|");
}

/* The same twice is no conflict. */
static void
test_same_value (Fixture *fixture, gconstpointer data)
{
  test_do (fixture->a, "UPDATE item SET title = 'Both', note = 'both'");
  test_do (fixture->b, "UPDATE item SET title = 'Both', note = 'both'");
  sync_both (fixture);
  g_assert_cmpint (test_number (fixture->a->db, "SELECT count (*) FROM sync_conflict"), ==, 0);
}

static void
test_tag_union (Fixture *fixture, gconstpointer data)
{
  test_do (fixture->a, "INSERT INTO item_tag VALUES ('i', 'of-a'), ('i', 'both')");
  test_do (fixture->b, "INSERT INTO item_tag VALUES ('i', 'of-b'), ('i', 'both')");
  sync_both (fixture);
  test_assert_text (fixture->a->db, "SELECT group_concat (tag) FROM item_tag", "both,of-a,of-b,old");
  g_assert_cmpint (test_number (fixture->a->db, "SELECT count (*) FROM sync_conflict"), ==, 0);
}

static void
test_tag_union_does_not_resurrect (Fixture *fixture, gconstpointer data)
{
  test_do (fixture->a, "DELETE FROM item_tag");
  test_do (fixture->b, "INSERT INTO item_tag VALUES ('i', 'new')");
  sync_both (fixture);
  test_assert_text (fixture->a->db, "SELECT group_concat (tag) FROM item_tag", "new");
}

/* A removal removes what it had seen: who added it again did not know. */
static void
test_tag_added_while_removed (Fixture *fixture, gconstpointer data)
{
  test_do (fixture->a, "DELETE FROM item_tag");
  test_do (fixture->b, "DELETE FROM item_tag");
  test_do (fixture->b, "INSERT INTO item_tag VALUES ('i', 'old')");
  sync_both (fixture);
  test_assert_text (fixture->a->db, "SELECT group_concat (tag) FROM item_tag", "old");
}

static void
test_map_key_by_key (Fixture *fixture, gconstpointer data)
{
  test_do (fixture->a, "INSERT INTO item_meta VALUES ('i', 'host', 'a'), ('i', 'of-a', '1')");
  test_do (fixture->b, "INSERT INTO item_meta VALUES ('i', 'host', 'b'), ('i', 'of-b', '2')");
  sync_both (fixture);
  test_assert_text (fixture->a->db, "SELECT group_concat (name || value) FROM item_meta", "hostb,of-a1,of-b2");
  g_assert_cmpint (count (fixture->a, "auto"), ==, 1);
  test_assert_text (fixture->a->db, "SELECT field || '.' || item FROM sync_conflict", "meta.host");
}

/* Fields of a group are not mixed. */
static void
test_group (Fixture *fixture, gconstpointer data)
{
  test_do (fixture->a, "UPDATE item SET file = 'of-a.c'");
  test_do (fixture->b, "UPDATE item SET line = 99");
  sync_both (fixture);
  test_assert_text (fixture->a->db, "SELECT file || line FROM item", "a.c99");
  g_assert_cmpint (count (fixture->a, "auto"), ==, 1);
}

static void
test_final_beats_open (Fixture *fixture, gconstpointer data)
{
  test_do (fixture->a, "UPDATE item SET status = 'success', completed = 5");
  test_do (fixture->b, "UPDATE item SET status = 'running'");
  sync_both (fixture);
  test_assert_text (fixture->b->db, "SELECT status || completed FROM item", "success5");
}

/* Of two finals the one that the cloud accepted first holds, whatever the clocks say. */
static void
test_accepted_first_holds (Fixture *fixture, gconstpointer data)
{
  test_do (fixture->b, "UPDATE item SET status = 'error', completed = 9");
  test_do (fixture->a, "UPDATE item SET status = 'success', completed = 5");
  test_cloud_upload (fixture->cloud, fixture->a);
  test_cloud_upload (fixture->cloud, fixture->b);
  sync_both (fixture);
  test_assert_text (fixture->b->db, "SELECT status || completed FROM item", "success5");
}

/* Until both are accepted the later one holds; then what was accepted first, also where nothing else happens. */
static void
test_acceptance_comes_later (Fixture *fixture, gconstpointer data)
{
  g_autoptr (FlowSyncOps) of_a = NULL;
  FlowSyncDot last;

  test_do (fixture->b, "UPDATE item SET status = 'error'");
  test_do (fixture->a, "UPDATE item SET status = 'success'");
  test_cloud_upload (fixture->cloud, fixture->b);
  fixture->a->clock.now_ms += 5000;
  test_do (fixture->a, "UPDATE item SET completed = 5");
  test_cloud_download (fixture->cloud, fixture->a);
  test_assert_text (fixture->a->db, "SELECT status FROM item", "success");
  of_a = test_collect (fixture->a, 1);
  last = *flow_sync_ops_get_first (of_a);
  last.seq = flow_sync_ops_get_last (of_a);
  test_begin (fixture->a);
  g_assert_true (flow_sync_accept (fixture->a->sync, FLOW_SYNC_SCOPE_ACCOUNT, &last, 100, NULL));
  test_commit (fixture->a);
  test_assert_text (fixture->a->db, "SELECT status FROM item", "error");
  sync_both (fixture);
}

static void
test_notes_merge (Fixture *fixture, gconstpointer data)
{
  test_do (fixture->a, "UPDATE item SET note = 'FIRST line\nsecond line\nthird line\n'");
  test_do (fixture->b, "UPDATE item SET note = 'first line\nsecond line\nthird line\nfourth line\n'");
  sync_both (fixture);
  test_assert_text (fixture->a->db, "SELECT note FROM item", "FIRST line\nsecond line\nthird line\nfourth line\n");
  g_assert_cmpint (count (fixture->a, "open"), ==, 0);
  g_assert_cmpint (count (fixture->a, "auto"), ==, 1);
  assert_same_conflicts (fixture);
}

/* Many changes on both sides, each on top of the other: the base is what both knew. */
static void
test_notes_merge_over_many_changes (Fixture *fixture, gconstpointer data)
{
  test_do (fixture->a, "UPDATE item SET note = 'FIRST line\nsecond line\nthird line\n'");
  test_do (fixture->a, "UPDATE item SET note = 'FIRST LINE\nsecond line\nthird line\n'");
  test_do (fixture->b, "UPDATE item SET note = 'first line\nsecond line\nthird LINE\n'");
  test_do (fixture->b, "UPDATE item SET note = 'first line\nsecond line\nTHIRD LINE\n'");
  sync_both (fixture);
  test_assert_text (fixture->a->db, "SELECT note FROM item", "FIRST LINE\nsecond line\nTHIRD LINE\n");
  test_do (fixture->a, "UPDATE item SET note = 'FIRST LINE\nSECOND line\nTHIRD LINE\n'");
  test_do (fixture->b, "UPDATE item SET note = 'FIRST LINE\nsecond line\nTHIRD LINE\nmore\n'");
  sync_both (fixture);
  test_assert_text (fixture->a->db, "SELECT note FROM item", "FIRST LINE\nSECOND line\nTHIRD LINE\nmore\n");
}

static void
overlap (Fixture *fixture)
{
  test_do (fixture->a, "UPDATE item SET note = 'first line of a\nsecond line\nthird line\n'");
  test_do (fixture->b, "UPDATE item SET note = 'first line of b\nsecond line\nthird line\n'");
  sync_both (fixture);
}

/* The same words: both are asked, and whoever answers answers for all. */
static void
test_notes_overlap_asks (Fixture *fixture, gconstpointer data)
{
  FlowSyncCounts counts;

  overlap (fixture);
  g_assert_cmpint (count (fixture->a, "open"), ==, 1);
  g_assert_cmpint (count (fixture->b, "open"), ==, 1);
  assert_same_conflicts (fixture);
  g_assert_true (flow_sync_count (fixture->a->sync, &counts, NULL));
  g_assert_cmpuint (counts.conflicts, ==, 1);
  test_assert_text (fixture->a->db, "SELECT note FROM item", "first line of b\nsecond line\nthird line\n");
  test_resolve (fixture->a, "state = 'open'", NULL, "mine", NULL);
  test_assert_text (fixture->a->db, "SELECT note FROM item", "first line of a\nsecond line\nthird line\n");
  sync_both (fixture);
  g_assert_cmpint (count (fixture->a, "resolved"), ==, 1);
  g_assert_cmpint (count (fixture->b, "resolved"), ==, 1);
}

static void
test_resolve_both (Fixture *fixture, gconstpointer data)
{
  overlap (fixture);
  test_resolve (fixture->b, "state = 'open'", "note", "both", NULL);
  sync_both (fixture);
  g_assert_cmpint (count (fixture->a, "resolved"), ==, 1);
  test_assert_text (fixture->a->db,
                    "SELECT instr (note, 'of a') > 0 AND instr (note, 'of b') > 0 AND note LIKE '%third line%' "
                    "FROM item",
                    "1");
}

static void
test_resolve_value (Fixture *fixture, gconstpointer data)
{
  overlap (fixture);
  test_resolve (fixture->b, "state = 'open'", "note", "value", "quite another text");
  sync_both (fixture);
  test_assert_text (fixture->a->db, "SELECT note FROM item", "quite another text");
}

/* To write on is a decision as well. */
static void
test_writing_on_decides (Fixture *fixture, gconstpointer data)
{
  overlap (fixture);
  test_do (fixture->a, "UPDATE item SET note = 'written on'");
  g_assert_cmpint (count (fixture->a, "resolved"), ==, 1);
  sync_both (fixture);
  g_assert_cmpint (count (fixture->b, "resolved"), ==, 1);
  test_assert_text (fixture->b->db, "SELECT note FROM item", "written on");
}

/* What the rules or a person decided can be undone, and that as well. */
static void
test_restore (Fixture *fixture, gconstpointer data)
{
  guint8 id[FLOW_SYNC_CONFLICT_ID_SIZE];
  g_autoptr (GError) error = NULL;

  test_do (fixture->a, "UPDATE item SET title = 'A'");
  test_do (fixture->b, "UPDATE item SET title = 'B'");
  sync_both (fixture);
  test_conflict_id (fixture->a, "1", id);
  for (guint i = 0; i < 2; i++)
    {
      test_begin (fixture->a);
      g_assert_true (flow_sync_conflict_restore (fixture->a->sync, id, &error));
      test_commit (fixture->a);
      sync_both (fixture);
      test_assert_text (fixture->b->db, "SELECT title FROM item", i == 0 ? "A" : "B");
      g_assert_cmpint (count (fixture->a, "undone"), ==, 1);
    }
  test_begin (fixture->a);
  id[0] ^= 1;
  g_assert_false (flow_sync_conflict_restore (fixture->a->sync, id, &error));
  g_assert_error (error, FLOW_ERROR, FLOW_ERROR_NOT_FOUND);
  test_commit (fixture->a);
}

/* A member of a group alone. */
static void
test_resolve_member (Fixture *fixture, gconstpointer data)
{
  test_do (fixture->a, "UPDATE item SET file = 'of-a.c', line = 10");
  test_do (fixture->b, "UPDATE item SET file = 'of-b.c', line = 20");
  sync_both (fixture);
  test_resolve (fixture->a, "1", "file", "mine", NULL);
  test_resolve (fixture->a, "1", "line", "value", "15");
  sync_both (fixture);
  test_assert_text (fixture->b->db, "SELECT file || line FROM item", "of-a.c15");
}

static void
test_manual (Fixture *fixture, gconstpointer data)
{
  flow_sync_set_resolution (fixture->a->sync, FLOW_SYNC_MANUAL);
  flow_sync_set_resolution (fixture->b->sync, FLOW_SYNC_MANUAL);
  test_do (fixture->a, "UPDATE item SET title = 'A'");
  test_do (fixture->b, "UPDATE item SET title = 'B'");
  sync_both (fixture);
  g_assert_cmpint (count (fixture->a, "open"), ==, 1);
  test_resolve (fixture->b, "1", NULL, "theirs", NULL);
  sync_both (fixture);
  test_assert_text (fixture->a->db, "SELECT title FROM item", "A");
  g_assert_cmpint (count (fixture->a, "open"), ==, 0);
}

/* Also when both want the same the other way round, it ends. */
static void
test_setting_wins (Fixture *fixture, gconstpointer mode)
{
  flow_sync_set_resolution (fixture->a->sync, GPOINTER_TO_INT (mode));
  test_do (fixture->a, "UPDATE item SET title = 'A', note = 'A'");
  test_do (fixture->b, "UPDATE item SET title = 'B', note = 'B'");
  sync_both (fixture);
  test_assert_text (fixture->a->db, "SELECT title FROM item",
                    GPOINTER_TO_INT (mode) == FLOW_SYNC_LOCAL_WINS ? "A" : "B");
  flow_sync_set_resolution (fixture->b->sync, GPOINTER_TO_INT (mode));
  test_do (fixture->a, "UPDATE item SET title = 'A2'; INSERT INTO item (id) VALUES ('j')");
  test_do (fixture->b, "UPDATE item SET title = 'B2'");
  sync_both (fixture);
  g_assert_cmpint (count (fixture->a, "open"), ==, 0);
}

/* What waits for a person is the first in the list, however many newer ones the rules have decided since. */
static void
test_open_is_listed_first (Fixture *fixture, gconstpointer data)
{
  g_autofree char *open = NULL;
  g_autofree char *json = NULL;
  g_autofree char *first = NULL;

  flow_sync_set_resolution (fixture->a->sync, FLOW_SYNC_MANUAL);
  flow_sync_set_resolution (fixture->b->sync, FLOW_SYNC_MANUAL);
  test_do (fixture->a, "UPDATE item SET title = 'A'");
  test_do (fixture->b, "UPDATE item SET title = 'B'");
  sync_both (fixture);
  g_assert_cmpint (
      sqlite3_exec (fixture->a->db,
                    "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1200) "
                    "INSERT INTO sync_conflict SELECT randomblob (16), tbl, key, field, item, scope, kind, "
                    "'auto', title, opened + i, opened + i, decider, base, chosen FROM sync_conflict, n",
                    NULL, NULL, NULL),
      ==, SQLITE_OK);
  open = test_ask (fixture->a->db, "SELECT lower (hex (id)) FROM sync_conflict WHERE state = 'open'");
  first = g_strdup_printf ("[{\"id\":\"%s\"", open);
  json = test_conflicts (fixture->a, TRUE);
  g_assert_true (g_str_has_prefix (json, first));
}

/* Three devices at once. */
static void
test_three (Fixture *fixture, gconstpointer data)
{
  g_autoptr (TestReplica) c = test_replica_new ("c");

  test_cloud_sync (fixture->cloud, c, fixture->b);
  test_do (fixture->a, "UPDATE item SET title = 'A', note = 'a\nsecond line\nthird line\n'");
  test_do (fixture->b, "UPDATE item SET title = 'B', note = 'first line\nb\nthird line\n'");
  test_do (c, "UPDATE item SET title = 'C', note = 'first line\nsecond line\nc\n'");
  for (guint i = 0; i < 4; i++)
    {
      test_cloud_sync (fixture->cloud, fixture->a, fixture->b);
      test_cloud_sync (fixture->cloud, fixture->b, c);
      test_cloud_sync (fixture->cloud, c, fixture->a);
    }
  test_assert_equal (fixture->a, c);
  test_assert_equal (fixture->a, fixture->b);
  g_assert_cmpint (count (fixture->a, "open"), ==, count (c, "open"));
}

#define ADD(name, func) g_test_add ("/sync/merge/" name, Fixture, NULL, set_up, func, tear_down)
#define ADD_MODE(name, func, mode) \
  g_test_add ("/sync/merge/" name, Fixture, GINT_TO_POINTER (mode), set_up, func, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  ADD ("fields", test_fields);
  ADD ("latest", test_latest);
  ADD ("empty-says-nothing", test_empty_says_nothing);
  ADD ("same-value", test_same_value);
  ADD ("tag-union", test_tag_union);
  ADD ("tag-union-does-not-resurrect", test_tag_union_does_not_resurrect);
  ADD ("tag-added-while-removed", test_tag_added_while_removed);
  ADD ("map-key-by-key", test_map_key_by_key);
  ADD ("group", test_group);
  ADD ("final-beats-open", test_final_beats_open);
  ADD ("accepted-first-holds", test_accepted_first_holds);
  ADD ("acceptance-comes-later", test_acceptance_comes_later);
  ADD ("notes-merge", test_notes_merge);
  ADD ("notes-merge-over-many-changes", test_notes_merge_over_many_changes);
  ADD ("notes-overlap-asks", test_notes_overlap_asks);
  ADD ("resolve-both", test_resolve_both);
  ADD ("resolve-value", test_resolve_value);
  ADD ("writing-on-decides", test_writing_on_decides);
  ADD ("restore", test_restore);
  ADD ("resolve-member", test_resolve_member);
  ADD ("manual", test_manual);
  ADD_MODE ("local-wins", test_setting_wins, FLOW_SYNC_LOCAL_WINS);
  ADD_MODE ("cloud-wins", test_setting_wins, FLOW_SYNC_CLOUD_WINS);
  ADD ("open-is-listed-first", test_open_is_listed_first);
  ADD ("three", test_three);
  return g_test_run ();
}
