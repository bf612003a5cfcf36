/* SPDX-License-Identifier: GPL-3.0-or-later */

/* What is left of texts in the database: the whole way, with the store's thread. */

#include "edit-test.h"

#include <string.h>

#include "base/flow-error.h"
#include "edit/flow-edit-history.h"
#include "edit/flow-edit-journal-sqlite.h"
#include "support/test-folder.h"
#include "text/flow-text-operation-json.h"

#define URL "https://example.org/page"

typedef struct
{
  FlowContext *context;
  GMainContext *main;
  FlowCallQueue *calls;
  FlowStore *store;
  FlowEditJournalSqlite *journal;
  EditTest test;
} Fixture;

static void
due_cb (FlowEdits *edits, gint64 due_us, gpointer data)
{
}

static void
open_editor_cb (FlowEdits *edits, FlowEditSession *session, gpointer data)
{
}

/* The hub starts. */
static void
start (Fixture *f)
{
  static const FlowEditsFuncs funcs = { .open_editor = open_editor_cb, .due = due_cb };
  g_autoptr (GError) error = NULL;

  f->store = flow_store_new (f->context);
  f->journal = flow_edit_journal_sqlite_new (f->store, flow_context_get_database_path (f->context), f->calls);
  flow_store_open (f->store, &error);
  g_assert_no_error (error);
  f->test.clock.now_us += G_USEC_PER_SEC;
  f->test.edits = flow_edits_new (&f->test.clock.clock, flow_edit_journal_sqlite_get_journal (f->journal), &funcs, f);
  flow_edits_start (f->test.edits, &error);
  g_assert_no_error (error);
}

static void
stop (Fixture *f)
{
  flow_edits_stop (f->test.edits);
  flow_store_close (f->store);
  flow_call_queue_drain (f->calls);
  g_clear_pointer (&f->test.edits, flow_edits_free);
  g_clear_pointer (&f->journal, flow_edit_journal_sqlite_free);
  g_clear_object (&f->store);
}

static void
restart (Fixture *f)
{
  stop (f);
  start (f);
}

/* Wait until all is durable. */
static void
settle (Fixture *f)
{
  flow_edits_tick (f->test.edits);
  while (!flow_edits_is_kept (f->test.edits))
    g_main_context_iteration (f->main, TRUE);
}

static void
set_up (Fixture *f, gconstpointer data)
{
  f->context = test_context_new ();
  f->main = g_main_context_new ();
  f->calls = flow_call_queue_new (f->main, "test-calls");
  edit_clock_init (&f->test.clock);
  start (f);
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  stop (f);
  flow_call_queue_free (f->calls);
  g_main_context_unref (f->main);
  test_context_remove (f->context);
}

static TestEnd *
new_page (Fixture *f)
{
  return test_end_new (&f->test, FLOW_EDIT_PAGE, FLOW_EDIT_WHOLE, NULL, "page");
}

static void
test_survives (Fixture *f, gconstpointer data)
{
  g_autoptr (TestEnd) page = new_page (f);
  g_autoptr (TestEnd) again = new_page (f);
  g_autofree char *id = g_strdup (flow_edit_session_get_id (test_end_request (page, URL, "f", "first “€” 😀\n")));
  g_autoptr (GError) error = NULL;
  FlowEditSession *session;

  f->test.clock.now_us += 1000;
  test_end_type (page, "first “€” 😀 and more\n");
  settle (f);
  restart (f);
  session = flow_edits_recover (f->test.edits, id, "nvim", &error);
  g_assert_no_error (error);
  assert_text (session, "first “€” 😀 and more\n");
  g_assert_cmpstr (flow_edit_session_get_choice (session), ==, "nvim");
  g_assert_cmpstr (flow_edit_session_get_title (session), ==, "f");
  g_assert_true (test_end_request (again, URL, "f", "first “€” 😀\n") == session);
  test_end_assert_text (again, "first “€” 😀 and more\n");
  test_end_type (again, "after\n");
  settle (f);
  restart (f);
  assert_text (flow_edits_recover (f->test.edits, id, NULL, NULL), "after\n");
}

/* More than a snapshot's worth of changes, with revisions of three runs, and every one of them can be read. */
static void
test_long_journal (Fixture *f, gconstpointer data)
{
  g_autoptr (TestEnd) page = new_page (f);
  g_autofree char *id = g_strdup (flow_edit_session_get_id (test_end_request (page, URL, "f", "")));
  g_autoptr (GArray) revisions = g_array_new (FALSE, FALSE, sizeof (guint64));
  g_autoptr (GString) text = g_string_new (NULL);

  for (guint i = 0; i < 500; i++)
    {
      FlowEditSession *session = flow_edits_find (f->test.edits, id);
      guint64 revision;

      g_string_append_printf (text, "%u ", i);
      test_end_type (page, text->str);
      revision = flow_edit_session_get_revision (session);
      g_array_append_val (revisions, revision);
      if (i % 50 == 0)
        settle (f);
      if (i % 200 != 199)
        continue;
      settle (f);
      test_end_leave (page, FLOW_EDIT_LOST);
      restart (f);
      g_clear_pointer (&page, test_end_free);
      page = new_page (f);
      test_end_request (page, URL, "f", text->str);
    }
  settle (f);
  g_string_set_size (text, 0);
  for (guint i = 0; i < 500; i++)
    {
      g_autoptr (GString) out = g_string_new (NULL);
      g_autofree char *expected = NULL;
      FlowJsonWriter writer;
      g_autoptr (GError) error = NULL;

      g_string_append_printf (text, "%u ", i);
      if (i % 25 != 0)
        continue;
      flow_json_writer_init (&writer, out);
      flow_json_writer_begin_object (&writer);
      flow_edit_history_write_text (flow_context_get_database_path (f->context), id,
                                    (gint64) g_array_index (revisions, guint64, i), &writer, &error);
      flow_json_writer_end_object (&writer);
      g_assert_no_error (error);
      expected = g_strdup_printf ("{\"id\":\"%s\",\"revision\":%" G_GUINT64_FORMAT ",\"text\":\"%s\"}", id,
                                  g_array_index (revisions, guint64, i), text->str);
      g_assert_cmpstr (out->str, ==, expected);
    }
}

static char *
read_journal (Fixture *f, const char *id, guint64 before, guint limit)
{
  GString *out = g_string_new (NULL);
  g_autoptr (GError) error = NULL;
  FlowJsonWriter writer;

  flow_json_writer_init (&writer, out);
  flow_json_writer_begin_object (&writer);
  flow_edit_history_write_journal (flow_context_get_database_path (f->context), id, before, limit, &writer, &error);
  flow_json_writer_end_object (&writer);
  g_assert_no_error (error);
  return g_string_free (out, FALSE);
}

static void
test_journal_as_diff (Fixture *f, gconstpointer data)
{
  g_autoptr (TestEnd) page = new_page (f);
  FlowEditSession *session = test_end_request (page, URL, "f", "one\ntwo\nthree\n");
  g_autofree char *id = g_strdup (flow_edit_session_get_id (session));
  g_autofree char *newest = NULL;
  g_autofree char *older = NULL;

  test_end_type (page, "one\nTWO\nthree\n");
  flow_edit_session_take_saved (session, page->endpoint, NULL);
  settle (f);
  newest = read_journal (f, id, 0, 2);
  g_assert_nonnull (strstr (newest, "\"what\":\"save\""));
  g_assert_nonnull (strstr (newest, "\"what\":\"change\""));
  g_assert_nonnull (strstr (newest, "{\"kind\":\"insert\",\"text\":\"TWO\",\"line\":2}"));
  g_assert_nonnull (strstr (newest, "{\"kind\":\"delete\",\"text\":\"two\",\"line\":2}"));
  g_assert_nonnull (strstr (newest, "{\"kind\":\"equal\",\"text\":\"one\\n\",\"line\":1}"));
  g_assert_nonnull (strstr (newest, "\"more\":true"));
  older = read_journal (f, id, 2, 10);
  g_assert_nonnull (strstr (older, "\"what\":\"open\""));
  g_assert_null (strstr (older, "\"what\":\"change\""));
  g_assert_nonnull (strstr (older, "\"more\":false"));
}

static void
test_conflict_survives (Fixture *f, gconstpointer data)
{
  g_autoptr (TestEnd) page = new_page (f);
  g_autoptr (TestEnd) editor = test_end_new (&f->test, FLOW_EDIT_EDITOR, FLOW_EDIT_WHOLE, NULL, "editor");
  FlowEditSession *session = test_end_request (page, URL, "f", "one two three");
  g_autofree char *id = g_strdup (flow_edit_session_get_id (session));

  test_end_attach (editor, session);
  page->takes = editor->takes = FALSE;
  test_end_type (page, "one PAGE three");
  test_end_type (editor, "one EDITOR three");
  test_end_type (page, "start one PAGE three");
  settle (f);
  restart (f);
  session = flow_edits_recover (f->test.edits, id, NULL, NULL);
  g_assert_cmpuint (flow_edit_session_get_state (session), ==, FLOW_EDIT_STATE_CONFLICT);
  g_assert_true (flow_edit_session_resolve (session, FLOW_EDIT_CHOICE_THEIRS, NULL));
  assert_text (session, "start one EDITOR three");
}

static void
assert_removed (Fixture *f, const char *id)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (flow_edits_recover (f->test.edits, id, NULL, &error));
  g_assert_error (error, FLOW_ERROR, FLOW_ERROR_NO_SESSION);
}

/* The newest stay as long as there is room; what is open stays anyway. */
static void
test_pruned_by_size (Fixture *f, gconstpointer data)
{
  const FlowEditsSettings settings = { NULL, 14, 100 * 1024 };
  g_autofree char *big = g_strnfill (60 * 1024, 'x');
  g_autoptr (TestEnd) open = new_page (f);
  FlowEditSession *session = test_end_request (open, URL, "open", big);
  g_autofree char *open_id = g_strdup (flow_edit_session_get_id (session));
  char *ids[3];

  for (guint i = 0; i < G_N_ELEMENTS (ids); i++)
    {
      g_autoptr (TestEnd) page = new_page (f);

      f->test.clock.now_us += G_USEC_PER_SEC;
      session = test_end_request (page, URL, "f", big);
      ids[i] = g_strdup (flow_edit_session_get_id (session));
      flow_edit_session_end (session, NULL);
      settle (f);
    }
  flow_edits_tick (f->test.edits);
  flow_edits_set_settings (f->test.edits, &settings);
  settle (f);
  assert_removed (f, ids[0]);
  assert_removed (f, ids[1]);
  g_assert_nonnull (flow_edits_recover (f->test.edits, ids[2], NULL, NULL));
  g_assert_nonnull (flow_edits_find (f->test.edits, open_id));
  for (guint i = 0; i < G_N_ELEMENTS (ids); i++)
    g_free (ids[i]);
  settle (f);
}

/* What the entries and snapshots of all sessions take. */
static gint64
measure (Fixture *f)
{
  g_autoptr (GError) error = NULL;
  sqlite3 *db = flow_store_open_reader (flow_context_get_database_path (f->context), &error);
  sqlite3_stmt *stmt = NULL;
  gint64 bytes;

  g_assert_no_error (error);
  sqlite3_prepare_v2 (db,
                      "SELECT (SELECT SUM(LENGTH(operation)) FROM edit_entry) +"
                      " (SELECT SUM(LENGTH(text)) FROM edit_snapshot)",
                      -1, &stmt, NULL);
  g_assert_cmpint (sqlite3_step (stmt), ==, SQLITE_ROW);
  bytes = sqlite3_column_int64 (stmt, 0);
  sqlite3_finalize (stmt);
  sqlite3_close (db);
  return bytes;
}

static gboolean
has_text_at (Fixture *f, const char *id, gint64 revision)
{
  g_autoptr (GString) out = g_string_new (NULL);
  g_autoptr (GError) error = NULL;
  FlowJsonWriter writer;

  flow_json_writer_init (&writer, out);
  flow_json_writer_begin_object (&writer);
  return flow_edit_history_write_text (flow_context_get_database_path (f->context), id, revision, &writer, &error);
}

/* A page that never ends to write: how its text began is forgotten, what it is and what is in conflict is not. */
static void
test_open_cut_by_size (Fixture *f, gconstpointer data)
{
  const FlowEditsSettings settings = { NULL, 14, 1024 * 1024 };
  const FlowEditResume first = { .has_revision = TRUE, .revision = 2 };
  g_autoptr (TestEnd) page = new_page (f);
  g_autoptr (TestEnd) editor = test_end_new (&f->test, FLOW_EDIT_EDITOR, FLOW_EDIT_WHOLE, NULL, "editor");
  g_autoptr (TestEnd) late = test_end_new (&f->test, FLOW_EDIT_PAGE, FLOW_EDIT_DELTA, "late", "page");
  FlowEditSession *session = test_end_request (page, URL, "f", "one two three ");
  g_autofree char *id = g_strdup (flow_edit_session_get_id (session));
  FlowEditResume resume = first;
  FlowEditOpened opened = { 0 };
  g_autofree char *newest = NULL;
  g_autofree char *whole = NULL;

  flow_edits_set_settings (f->test.edits, &settings);
  test_end_attach (editor, session);
  page->takes = editor->takes = FALSE;
  test_end_type (page, "one PAGE three ");
  test_end_type (editor, "one EDITOR three ");
  settle (f);
  g_assert_true (has_text_at (f, id, 2));
  test_end_leave (editor, FLOW_EDIT_LOST);
  page->takes = TRUE;
  for (guint i = 0; i < 40; i++)
    {
      g_autofree char *long_text = g_strnfill (50 * 1024, (char) ('a' + i % 26));
      g_autofree char *text = g_strconcat ("one PAGE EDITOR three ", long_text, NULL);

      test_end_type (page, text);
      settle (f);
      g_assert_cmpint (measure (f), <, 1024 * 1024 + 512 * 1024);
    }
  whole = g_strdup (flow_text_get_data (flow_edit_session_get_text (session)));
  g_assert_false (has_text_at (f, id, 2));
  g_assert_true (has_text_at (f, id, (gint64) flow_edit_session_get_revision (session)));
  newest = read_journal (f, id, 0, 1000);
  g_assert_nonnull (strstr (newest, "\"kind\":\"insert\""));
  g_assert_null (strstr (newest, "\"what\":\"open\""));
  restart (f);
  resume.id = id;
  session = test_end_resume (late, URL, "f", whole, &resume, &opened);
  g_assert_cmpstr (flow_edit_session_get_id (session), ==, id);
  assert_text (session, whole);
  g_assert_cmpuint (flow_edit_session_get_state (session), ==, FLOW_EDIT_STATE_CONFLICT);
  flow_edit_opened_clear (&opened);
  settle (f);
}

static void
test_list_of_sessions (Fixture *f, gconstpointer data)
{
  g_autoptr (TestEnd) page = new_page (f);
  g_autoptr (GString) out = g_string_new (NULL);
  g_autoptr (GError) error = NULL;
  FlowJsonWriter writer;

  flow_edit_session_end (test_end_request (page, URL, "f", "first"), NULL);
  settle (f);
  flow_json_writer_init (&writer, out);
  flow_json_writer_begin_object (&writer);
  flow_edit_history_write_sessions (flow_context_get_database_path (f->context), &writer, &error);
  flow_json_writer_end_object (&writer);
  g_assert_no_error (error);
  g_assert_nonnull (strstr (out->str, "\"title\":\"f\",\"url\":\"" URL "\",\"site\":\"example.org\""));
  g_assert_nonnull (strstr (out->str, "\"reason\":\"ended\""));
}

static void
test_history_without_session (Fixture *f, gconstpointer data)
{
  g_autoptr (GString) out = g_string_new (NULL);
  g_autoptr (GError) error = NULL;
  FlowJsonWriter writer;

  flow_json_writer_init (&writer, out);
  g_assert_false (
      flow_edit_history_write_journal (flow_context_get_database_path (f->context), "nobody", 0, 0, &writer, &error));
  g_assert_error (error, FLOW_ERROR, FLOW_ERROR_NO_SESSION);
}

#define ADD(name, func) g_test_add ("/edit/journal/" name, Fixture, NULL, set_up, func, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  ADD ("survives", test_survives);
  ADD ("long_journal", test_long_journal);
  ADD ("journal_as_diff", test_journal_as_diff);
  ADD ("conflict_survives", test_conflict_survives);
  ADD ("pruned_by_size", test_pruned_by_size);
  ADD ("open_cut_by_size", test_open_cut_by_size);
  ADD ("list_of_sessions", test_list_of_sessions);
  ADD ("history_without_session", test_history_without_session);
  return g_test_run ();
}
