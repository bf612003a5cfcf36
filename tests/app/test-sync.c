/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "app-test.h"

#include "app/sync/flow-sync-conflict.h"
#include "app/sync/flow-sync-marks.h"
#include "app/sync/flow-sync-trouble.h"
#include "app/sync/flow-sync-words.h"
#include "hub/flow-json-read.h"
#include "verbs-fixture.h"

typedef struct
{
  FlowSyncBoard *board;
  VerbsFixture *verbs;
} Fixture;

static char *
read_fixture (const char *name)
{
  g_autofree char *file = g_strconcat (name, ".json", NULL);
  g_autofree char *path = g_test_build_filename (G_TEST_DIST, "fixtures", "sync", file, NULL);
  char *text = NULL;

  g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
  return text;
}

static JsonObject *
parse (const char *text)
{
  JsonObject *object = flow_json_read_object (text, strlen (text), NULL);

  g_assert_nonnull (object);
  return object;
}

static void
set_up (Fixture *fixture, gconstpointer data)
{
  fixture->board = flow_sync_board_new ();
  fixture->verbs = verbs_fixture_new ();
  flow_board_watch (FLOW_BOARD (fixture->board));
  flow_board_set_verbs (FLOW_BOARD (fixture->board), FLOW_VERBS (fixture->verbs));
  app_test_wait (flow_board_is_current (FLOW_BOARD (fixture->board)));
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  flow_board_unwatch (FLOW_BOARD (fixture->board));
  g_object_unref (fixture->board);
  g_object_unref (fixture->verbs);
  app_test_settle ();
}

static void
set_status (Fixture *fixture, const char *text)
{
  verbs_fixture_set_answer (fixture->verbs, "sync-status", text);
  flow_board_refresh (FLOW_BOARD (fixture->board));
  app_test_wait (flow_board_is_current (FLOW_BOARD (fixture->board)));
}

static void
set_status_file (Fixture *fixture, const char *name)
{
  g_autofree char *text = read_fixture (name);

  set_status (fixture, text);
}

static guint
count (Fixture *fixture, FlowSyncList list)
{
  return g_list_model_get_n_items (flow_board_get_list (FLOW_BOARD (fixture->board), list));
}

/* --- The board ------------------------------------------------------------------------------------------- */

static void
test_board (Fixture *fixture, gconstpointer data)
{
  g_assert_cmpint (flow_sync_board_get_state (fixture->board), ==, FLOW_SYNC_IDLE);
  g_assert_cmpuint (flow_sync_board_count_conflicts (fixture->board), ==, 2);
  g_assert_true (flow_sync_board_needs_user (fixture->board));
  g_assert_cmpuint (count (fixture, FLOW_SYNC_LIST_DEVICES), ==, 2);
  g_assert_cmpuint (count (fixture, FLOW_SYNC_LIST_CONFLICTS), ==, 3);
  g_assert_cmpuint (count (fixture, FLOW_SYNC_LIST_HELD), ==, 1);
  flow_board_set_verbs (FLOW_BOARD (fixture->board), NULL);
  g_assert_null (flow_sync_board_get_status (fixture->board));
  g_assert_cmpint (flow_sync_board_get_state (fixture->board), ==, FLOW_SYNC_OFF);
  g_assert_false (flow_sync_board_needs_user (fixture->board));
  g_assert_cmpuint (count (fixture, FLOW_SYNC_LIST_CONFLICTS), ==, 0);
}

/* While nobody looks only the state is asked for. */
static void
test_unwatched (void)
{
  g_autoptr (FlowSyncBoard) board = flow_sync_board_new ();
  g_autoptr (VerbsFixture) verbs = verbs_fixture_new ();

  flow_board_set_verbs (FLOW_BOARD (board), FLOW_VERBS (verbs));
  app_test_wait (flow_sync_board_get_status (board) != NULL);
  app_test_settle ();
  g_assert_cmpuint (verbs_fixture_count (verbs, "sync-status"), ==, 1);
  g_assert_cmpuint (verbs_fixture_count (verbs, "sync-conflicts"), ==, 0);
  g_assert_cmpuint (verbs_fixture_count (verbs, "sync-quarantine"), ==, 0);
}

static void
test_arguments (void)
{
  g_autoptr (JsonObject) arguments = flow_sync_arguments ("a", "1", "b", NULL, "c", "3", NULL);

  g_assert_cmpstr (flow_json_get_string (arguments, "a"), ==, "1");
  g_assert_false (json_object_has_member (arguments, "b"));
  g_assert_cmpstr (flow_json_get_string (arguments, "c"), ==, "3");
}

/* --- Words ----------------------------------------------------------------------------------------------- */

static void
test_line (Fixture *fixture, gconstpointer data)
{
  static const struct
  {
    const char *status;
    const char *line;
  } lines[] = {
    { "{\"state\":\"off\"}", NULL },
    { "{\"state\":\"idle\"}", "All synced" },
    { "{\"state\":\"idle\",\"conflicts\":1}", "1 conflict" },
    { "{\"state\":\"syncing\"}", "Sync: Syncing" },
    { "{\"state\":\"paused\"}", "Sync: Paused" },
    { "{\"state\":\"offline\",\"pending\":{\"operations\":7}}", "Offline: 7 changes waiting" },
    { "{\"state\":\"offline\"}", "Sync: Offline" },
    { "{\"state\":\"signed_out\",\"conflicts\":1}", "Sync: Signed out" },
    { "{\"state\":\"error\"}", "Sync: Not syncing" },
    { "{\"state\":\"a word of tomorrow\"}", NULL },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (lines); i++)
    {
      g_autofree char *line = NULL;

      set_status (fixture, lines[i].status);
      line = flow_sync_words_line (fixture->board);
      g_assert_cmpstr (line, ==, lines[i].line);
    }
}

static void
test_amounts (Fixture *fixture, gconstpointer data)
{
  JsonObject *status = flow_sync_board_get_status (fixture->board);
  g_autofree char *pending = flow_sync_words_pending (status);
  g_autofree char *speed = flow_sync_words_speed (status);
  g_autofree char *later = NULL;
  g_autofree char *about = flow_sync_words_about (fixture->board, 0);
  g_autofree char *short_time = flow_sync_words_seconds (0), *long_time = flow_sync_words_seconds (121);
  g_autoptr (JsonObject) counts = parse ("{\"trace_fact\":3,\"workspace\":0,\"unheard\":1}");
  g_autofree char *counted = flow_sync_words_counts (counts);

  g_assert_null (pending);
  g_assert_cmpstr (speed, ==, "2.0\302\240kB/s sent, 512 bytes/s received, compressed to 31 %");
  g_assert_true (g_str_has_prefix (about, "Last synced "));
  set_status_file (fixture, "sync-status-offline");
  later = flow_sync_words_pending (flow_sync_board_get_status (fixture->board));
  g_assert_cmpstr (later, ==, "7 changes, 1.4\302\240kB");
  g_assert_cmpstr (short_time, ==, "1 second");
  g_assert_cmpstr (long_time, ==, "3 minutes");
  g_assert_cmpstr (counted, ==, "3 notes, titles and pins; 1 unheard");
}

static void
test_values (void)
{
  static const struct
  {
    const char *json;
    const char *text;
  } values[] = {
    { "null", "" }, { "\"a\\nb\"", "a\nb" },     { "true", "Yes" },
    { "12", "12" }, { "[\"a\",\"b\"]", "a, b" }, { "{\"a\":1}", "{\n  \"a\" : 1\n}" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (values); i++)
    {
      g_autoptr (JsonNode) node = json_from_string (values[i].json, NULL);
      g_autofree char *text = flow_sync_words_value (node);

      g_assert_cmpstr (text, ==, values[i].text);
    }
  g_assert_cmpstr (flow_sync_words_field ("note"), ==, "Note");
  g_assert_cmpstr (flow_sync_words_field ("unheard"), ==, "unheard");
  g_assert_cmpstr (flow_sync_words_keeper ("file"), ==, "In a file that only you can read");
}

/* --- Trouble --------------------------------------------------------------------------------------------- */

static void
assert_trouble (const char *status, const char *title, const char *first_action)
{
  g_autoptr (JsonObject) object = parse (status);
  FlowSyncTrouble trouble = { 0 };

  g_test_message ("%s", status);
  if (title == NULL)
    {
      g_assert_false (flow_sync_trouble_find (object, &trouble));
      return;
    }
  g_assert_true (flow_sync_trouble_find (object, &trouble));
  g_assert_cmpstr (trouble.title, ==, title);
  g_assert_cmpuint (trouble.n_ways, >, 0);
  g_assert_cmpstr (trouble.ways[0].action, ==, first_action);
}

static void
test_trouble (void)
{
  assert_trouble ("{\"state\":\"idle\",\"error\":null}", NULL, NULL);
  assert_trouble ("{\"state\":\"offline\",\"error\":{\"code\":\"offline\",\"message\":\"refused\"}}", NULL, NULL);
  assert_trouble ("{\"state\":\"off\",\"secrets\":{\"state\":\"missing\"}}", NULL, NULL);
  assert_trouble ("{\"state\":\"idle\",\"secrets\":{\"state\":\"locked\"}}", "The keyring is locked",
                  "sync.keep::keyring");
  assert_trouble ("{\"state\":\"idle\",\"secrets\":{\"state\":\"missing\"}}", "This desktop has no keyring",
                  "sync.keep::file");
  assert_trouble ("{\"state\":\"idle\",\"secrets\":{\"state\":\"refused\"}}", "The keyring refused",
                  "sync.keep::keyring");
  assert_trouble ("{\"state\":\"needs_passphrase\"}", "The key of your account is not here yet", "sync.unlock");
  assert_trouble ("{\"state\":\"error\",\"error\":{\"code\":\"clock_wrong\"}}", "The clock of this computer is wrong",
                  "sync.now");
  assert_trouble ("{\"state\":\"error\",\"error\":{\"code\":\"unheard\",\"message\":\"no\"}}", "Syncing does not work",
                  "sync.now");
}

/* --- Conflicts ------------------------------------------------------------------------------------------- */

static FlowEntry *
get_conflict (Fixture *fixture, const char *id)
{
  FlowEntry *conflict = flow_board_find (FLOW_BOARD (fixture->board), id);

  g_assert_nonnull (conflict);
  return conflict;
}

static void
test_conflict (Fixture *fixture, gconstpointer data)
{
  g_autoptr (FlowEntry) note = get_conflict (fixture, "11112222333344445555666677778888");
  g_autoptr (FlowEntry) deleted = get_conflict (fixture, "22223333444455556666777788889999");
  g_autoptr (FlowEntry) decided = get_conflict (fixture, "33334444555566667777888899990000");
  JsonObject *field = flow_sync_conflict_get_field (note, 0);
  g_autofree char *about = flow_sync_conflict_describe (note, flow_entry_get_time (note, "time"));
  g_autofree char *about_deleted = flow_sync_conflict_describe (deleted, flow_entry_get_time (deleted, "time"));
  g_autofree char *outcome = flow_sync_conflict_say_outcome (decided);

  g_assert_cmpstr (flow_sync_conflict_get_title (note), ==, "GET /checkout");
  g_assert_cmpstr (about, ==, "Note: changed on Desk and on Laptop · 20:58");
  g_assert_cmpstr (about_deleted, ==, "Name: deleted on Laptop, changed on Desk · 20:30");
  g_assert_true (flow_sync_conflict_is_open (note));
  g_assert_false (flow_sync_conflict_is_delete (note));
  g_assert_true (flow_sync_conflict_is_delete (deleted));
  g_assert_true (flow_sync_field_can_keep_both (field));
  g_assert_true (flow_sync_field_is_text (field));
  g_assert_cmpint (flow_sync_field_get_kept (field), ==, FLOW_SYNC_KEEP_NONE);
  g_assert_false (flow_sync_conflict_is_open (decided));
  g_assert_cmpint (flow_sync_field_get_kept (flow_sync_conflict_get_field (decided, 0)), ==, FLOW_SYNC_KEEP_MINE);
  g_assert_cmpstr (outcome, ==, "Decided by the rule of the field");
}

/* A conflict that says little is shown all the same. */
static void
test_conflict_without_fields (void)
{
  g_autoptr (JsonObject) members = parse ("{\"id\":\"1\",\"record\":\"r\",\"state\":\"undone\"}");
  g_autoptr (FlowEntry) conflict = flow_entry_new ("1", members);
  g_autofree char *about = flow_sync_conflict_describe (conflict, 0);
  g_autofree char *outcome = flow_sync_conflict_say_outcome (conflict);

  g_assert_cmpstr (flow_sync_conflict_get_title (conflict), ==, "r");
  g_assert_cmpstr (about, ==, "changed on this device and on another device · –");
  g_assert_cmpstr (outcome, ==, "The decision was undone");
}

/* --- The timeline ---------------------------------------------------------------------------------------- */

static void
test_marks (Fixture *fixture, gconstpointer data)
{
  g_autoptr (FlowSyncMarks) marks = flow_sync_marks_new (fixture->board);
  guint asked;

  app_test_wait (flow_overview_marks_count (flow_sync_marks_get (marks), 0, G_MAXINT64) == 3);
  /* Of those at the same place the one that failed is told. */
  g_assert_true (g_str_has_suffix (flow_overview_marks_find (flow_sync_marks_get (marks), 0, G_MAXINT64),
                                   "not synced: cloud.example: connection refused"));
  g_assert_null (flow_overview_marks_find (flow_sync_marks_get (marks), 0, 1));
  /* Asked again only when something was synced. */
  asked = verbs_fixture_count (fixture->verbs, "sync-history");
  set_status_file (fixture, "sync-status-syncing");
  app_test_settle ();
  g_assert_cmpuint (verbs_fixture_count (fixture->verbs, "sync-history"), ==, asked);
  set_status (fixture, "{\"state\":\"idle\",\"last_success\":\"2026-11-21T00:00:00Z\"}");
  app_test_wait (verbs_fixture_count (fixture->verbs, "sync-history") == asked + 1);
}

#define ADD(path, func) g_test_add ("/app/sync/" path, Fixture, NULL, set_up, func, tear_down)

int
main (int argc, char **argv)
{
  app_test_init (&argc, &argv);
  ADD ("board", test_board);
  g_test_add_func ("/app/sync/unwatched", test_unwatched);
  g_test_add_func ("/app/sync/arguments", test_arguments);
  ADD ("line", test_line);
  ADD ("amounts", test_amounts);
  g_test_add_func ("/app/sync/values", test_values);
  g_test_add_func ("/app/sync/trouble", test_trouble);
  ADD ("conflict", test_conflict);
  g_test_add_func ("/app/sync/conflict-without-fields", test_conflict_without_fields);
  ADD ("marks", test_marks);
  return g_test_run ();
}
