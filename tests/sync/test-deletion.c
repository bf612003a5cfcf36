/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Deleted here, changed there: what people made asks, what machines made is gone; both are in the log. */

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
  test_do (fixture->a, "INSERT INTO item (id, title, note) VALUES ('i', 'Title', 'Note');"
                       "INSERT INTO item_tag VALUES ('i', 'old'); INSERT INTO fact VALUES ('f', 1)");
  test_cloud_sync (fixture->cloud, fixture->a, fixture->b);
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
  g_autofree char *sql = g_strdup_printf ("SELECT count (*) FROM sync_conflict WHERE kind = 'delete_vs_modify' AND "
                                          "state = '%s'",
                                          state);

  return test_number (replica->db, sql);
}

static void
delete_item (TestReplica *replica)
{
  test_do (replica, "DELETE FROM item; DELETE FROM item_tag");
}

static void
conflict (Fixture *fixture)
{
  delete_item (fixture->a);
  test_do (fixture->b, "UPDATE item SET note = 'changed'; INSERT INTO item_tag VALUES ('i', 'new')");
  sync_both (fixture);
}

/* It stays, with all that it had, and both are asked. */
static void
test_asks (Fixture *fixture, gconstpointer data)
{
  g_autofree char *json = NULL;
  g_autofree char *ids = NULL;
  g_autofree char *other = NULL;

  conflict (fixture);
  test_assert_text (fixture->a->db, "SELECT title || note FROM item", "Titlechanged");
  test_assert_text (fixture->a->db, "SELECT group_concat (tag) FROM item_tag", "new,old");
  g_assert_cmpint (count (fixture->a, "open"), ==, 1);
  g_assert_cmpint (count (fixture->b, "open"), ==, 1);
  json = test_conflicts (fixture->b, FALSE);
  g_assert_nonnull (strstr (json, "\"kind\":\"delete_vs_modify\""));
  g_assert_nonnull (strstr (json, "\"field\":\"note\",\"base\":null,\"mine\":{\"value\":\"changed\""));
  g_assert_nonnull (strstr (json, "\"deleted_by\":\""));
  ids = test_ask (fixture->a->db, "SELECT hex (id) FROM sync_conflict");
  other = test_ask (fixture->b->db, "SELECT hex (id) FROM sync_conflict");
  g_assert_cmpstr (ids, ==, other);
}

static void
test_keep_deleted (Fixture *fixture, gconstpointer data)
{
  conflict (fixture);
  test_resolve (fixture->b, "state = 'open'", NULL, "keep_deleted", NULL);
  g_assert_cmpint (test_number (fixture->b->db, "SELECT count (*) FROM item"), ==, 0);
  sync_both (fixture);
  g_assert_cmpint (test_number (fixture->a->db, "SELECT count (*) FROM item"), ==, 0);
  g_assert_cmpint (count (fixture->a, "resolved"), ==, 1);
  g_assert_cmpint (count (fixture->b, "resolved"), ==, 1);
}

static void
test_restored_and_updated (Fixture *fixture, gconstpointer data)
{
  conflict (fixture);
  test_resolve (fixture->a, "state = 'open'", NULL, "restore", NULL);
  sync_both (fixture);
  test_assert_text (fixture->b->db, "SELECT title || note FROM item", "Titlechanged");
  g_assert_cmpint (count (fixture->a, "resolved"), ==, 1);
  g_assert_cmpint (count (fixture->b, "resolved"), ==, 1);
}

/* A decision to delete can be undone, with everything. */
static void
test_undo (Fixture *fixture, gconstpointer data)
{
  guint8 id[FLOW_SYNC_CONFLICT_ID_SIZE];

  conflict (fixture);
  test_resolve (fixture->b, "state = 'open'", NULL, "keep_deleted", NULL);
  sync_both (fixture);
  test_conflict_id (fixture->a, "1", id);
  test_begin (fixture->a);
  g_assert_true (flow_sync_conflict_restore (fixture->a->sync, id, NULL));
  test_commit (fixture->a);
  sync_both (fixture);
  test_assert_text (fixture->b->db, "SELECT title || note FROM item", "Titlechanged");
}

/* Whoever changes it further has decided. */
static void
test_writing_on_decides (Fixture *fixture, gconstpointer data)
{
  conflict (fixture);
  test_do (fixture->a, "UPDATE item SET title = 'It stays'");
  g_assert_cmpint (count (fixture->a, "resolved"), ==, 1);
  sync_both (fixture);
  g_assert_cmpint (count (fixture->b, "resolved"), ==, 1);
  test_assert_text (fixture->b->db, "SELECT title FROM item", "It stays");
}

static void
test_both_deleted (Fixture *fixture, gconstpointer data)
{
  delete_item (fixture->a);
  delete_item (fixture->b);
  sync_both (fixture);
  g_assert_cmpint (test_number (fixture->a->db, "SELECT count (*) FROM sync_conflict"), ==, 0);
  g_assert_cmpint (test_number (fixture->a->db, "SELECT count (*) FROM item"), ==, 0);
}

/* Changed, and then deleted by the same one: he knew of the change. */
static void
test_changed_and_deleted (Fixture *fixture, gconstpointer data)
{
  delete_item (fixture->a);
  test_do (fixture->b, "UPDATE item SET note = 'changed'");
  delete_item (fixture->b);
  sync_both (fixture);
  g_assert_cmpint (test_number (fixture->a->db, "SELECT count (*) FROM item"), ==, 0);
  g_assert_cmpint (count (fixture->a, "open"), ==, 0);
}

/* The same in two steps: what was asked answers itself. */
static void
test_deleted_after_the_question (Fixture *fixture, gconstpointer data)
{
  delete_item (fixture->a);
  test_do (fixture->b, "UPDATE item SET note = 'changed'");
  test_cloud_upload (fixture->cloud, fixture->b);
  test_cloud_download (fixture->cloud, fixture->a);
  g_assert_cmpint (count (fixture->a, "open"), ==, 1);
  delete_item (fixture->b);
  sync_both (fixture);
  g_assert_cmpint (test_number (fixture->a->db, "SELECT count (*) FROM item"), ==, 0);
  g_assert_cmpint (count (fixture->a, "open"), ==, 0);
}

static void
test_machine (Fixture *fixture, gconstpointer data)
{
  guint8 id[FLOW_SYNC_CONFLICT_ID_SIZE];

  test_do (fixture->a, "DELETE FROM fact");
  test_do (fixture->b, "UPDATE fact SET value = 2");
  sync_both (fixture);
  g_assert_cmpint (test_number (fixture->b->db, "SELECT count (*) FROM fact"), ==, 0);
  g_assert_cmpint (count (fixture->a, "auto"), ==, 1);
  g_assert_cmpint (count (fixture->b, "auto"), ==, 1);
  test_conflict_id (fixture->b, "1", id);
  test_begin (fixture->b);
  g_assert_true (flow_sync_conflict_restore (fixture->b->sync, id, NULL));
  test_commit (fixture->b);
  sync_both (fixture);
  test_assert_text (fixture->a->db, "SELECT value FROM fact", "2");
}

static void
test_setting_wins (Fixture *fixture, gconstpointer mode)
{
  flow_sync_set_resolution (fixture->a->sync, GPOINTER_TO_INT (mode));
  conflict (fixture);
  g_assert_cmpint (test_number (fixture->b->db, "SELECT count (*) FROM item"), ==,
                   GPOINTER_TO_INT (mode) == FLOW_SYNC_LOCAL_WINS ? 0 : 1);
  g_assert_cmpint (count (fixture->a, "open"), ==, 0);
  g_assert_cmpint (count (fixture->b, "open"), ==, 0);
}

/* The cloud is told which wait, and that they do not any more. */
static void
test_notes (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GArray) notes = g_array_new (FALSE, FALSE, sizeof (FlowSyncConflictNote));
  const FlowSyncConflictNote *note;

  conflict (fixture);
  for (guint i = 0; i < 2; i++)
    {
      g_array_set_size (notes, 0);
      test_begin (fixture->b);
      g_assert_true (flow_sync_conflicts_take_notes (fixture->b->sync, notes, NULL));
      g_assert_cmpuint (notes->len, ==, 1);
      note = &g_array_index (notes, FlowSyncConflictNote, 0);
      g_assert_cmpstr (note->kind, ==, "delete_vs_modify");
      g_assert_cmpstr (note->table, ==, "item");
      g_assert_cmpint (note->open, ==, i == 0);
      g_assert_true (flow_sync_conflicts_take_notes (fixture->b->sync, notes, NULL));
      g_assert_cmpuint (notes->len, ==, 1);
      test_commit (fixture->b);
      fixture->b->clock.now_ms++;
      if (i == 0)
        test_resolve (fixture->b, "state = 'open'", NULL, "restore", NULL);
    }
  sync_both (fixture);
}

#define ADD(name, func) g_test_add ("/sync/deletion/" name, Fixture, NULL, set_up, func, tear_down)
#define ADD_MODE(name, func, mode) \
  g_test_add ("/sync/deletion/" name, Fixture, GINT_TO_POINTER (mode), set_up, func, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  ADD ("asks", test_asks);
  ADD ("keep-deleted", test_keep_deleted);
  ADD ("restored-and-updated", test_restored_and_updated);
  ADD ("undo", test_undo);
  ADD ("writing-on-decides", test_writing_on_decides);
  ADD ("both-deleted", test_both_deleted);
  ADD ("changed-and-deleted", test_changed_and_deleted);
  ADD ("deleted-after-the-question", test_deleted_after_the_question);
  ADD ("machine", test_machine);
  ADD_MODE ("local-wins", test_setting_wins, FLOW_SYNC_LOCAL_WINS);
  ADD_MODE ("cloud-wins", test_setting_wins, FLOW_SYNC_CLOUD_WINS);
  ADD ("notes", test_notes);
  return g_test_run ();
}
