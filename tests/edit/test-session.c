/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Two ends of a text, and what happens between them. */

#include "edit-test.h"

#include <string.h>

#include "base/flow-error.h"

#define URL "https://example.org/page"

typedef struct
{
  EditTest test;
  TestEnd *page;
  TestEnd *editor;
  FlowEditSession *session;
} Fixture;

static void
set_up (Fixture *f, gconstpointer text)
{
  edit_test_set_up (&f->test, NULL);
  f->page = test_end_new (&f->test, FLOW_EDIT_PAGE, FLOW_EDIT_WHOLE, "c-page", "page");
  f->editor = test_end_new (&f->test, FLOW_EDIT_EDITOR, FLOW_EDIT_WHOLE, "c-editor", "editor");
  f->session = test_end_request (f->page, URL, "f", text != NULL ? text : "one two three");
  test_end_attach (f->editor, f->session);
  edit_test_settle (&f->test);
  test_end_forget (f->page);
  test_end_forget (f->editor);
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  g_clear_pointer (&f->page, test_end_free);
  g_clear_pointer (&f->editor, test_end_free);
  edit_test_tear_down (&f->test, NULL);
}

static void
settle (Fixture *f)
{
  edit_test_settle (&f->test);
  edit_test_wait_ms (&f->test, 60);
  edit_test_settle (&f->test);
}

static void
test_changes_go_both_ways (Fixture *f, gconstpointer data)
{
  test_end_type (f->page, "one two three four");
  test_end_assert_text (f->editor, "one two three four");
  test_end_type (f->editor, "zero one two three four");
  test_end_assert_text (f->page, "zero one two three four");
  assert_text (f->session, "zero one two three four");
}

/* The page types `abc` while a push is on its way to it: both stay. */
static void
test_page_types_between_two_pushes (Fixture *f, gconstpointer data)
{
  f->page->takes = FALSE;
  test_end_type (f->editor, "one TWO three");
  test_end_type (f->page, "one two threeabc");
  assert_text (f->session, "one TWO threeabc");
  f->page->takes = TRUE;
  settle (f);
  test_end_assert_text (f->page, "one TWO threeabc");
  test_end_assert_text (f->editor, "one TWO threeabc");
}

/* The page shows old texts late: none of them undoes what came after. */
static void
test_page_echoes_late (Fixture *f, gconstpointer data)
{
  f->page->takes = FALSE;
  test_end_type (f->editor, "one two three 1");
  edit_test_wait_ms (&f->test, 60);
  test_end_type (f->editor, "one two three 12");
  edit_test_wait_ms (&f->test, 60);
  test_end_type (f->editor, "one two three 123");
  edit_test_wait_ms (&f->test, 60);
  test_end_type (f->page, "one two three 1");
  test_end_type (f->page, "one two three 12");
  assert_text (f->session, "one two three 123");
  test_end_type (f->page, "one two three 123");
  test_end_type (f->page, "one two three 123 page");
  assert_text (f->session, "one two three 123 page");
  test_end_assert_text (f->editor, "one two three 123 page");
}

/* A page that never shows what it was told is told the newest only so often, and what it types is understood. */
static void
test_page_never_echoes (Fixture *f, gconstpointer data)
{
  f->page->echoes = FALSE;
  for (guint i = 0; i < 100; i++)
    {
      g_autofree char *text = g_strdup_printf ("one two three %u", i);

      test_end_type (f->editor, text);
      edit_test_wait_ms (&f->test, 10);
    }
  settle (f);
  g_assert_cmpuint (f->page->log->len, <=, 25);
  test_end_assert_text (f->page, "one two three 99");
  test_end_type (f->page, "page one two three 99");
  assert_text (f->session, "page one two three 99");
  test_end_assert_text (f->editor, "page one two three 99");
}

static void
test_both_change_both_survive (Fixture *f, gconstpointer data)
{
  f->page->takes = f->editor->takes = FALSE;
  test_end_type (f->page, "one two three page");
  test_end_type (f->editor, "editor one two three");
  assert_text (f->session, "editor one two three page");
  g_assert_cmpuint (flow_edit_session_get_state (f->session), ==, FLOW_EDIT_STATE_OPEN);
}

/* Both change the same word: the text has both, and the user can say which holds. */
static void
test_overlap_is_a_conflict (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  f->page->takes = f->editor->takes = FALSE;
  test_end_type (f->page, "one PAGE three");
  test_end_type (f->editor, "one EDITOR three");
  g_assert_cmpuint (flow_edit_session_get_state (f->session), ==, FLOW_EDIT_STATE_CONFLICT);
  g_assert_nonnull (strstr (flow_text_get_data (flow_edit_session_get_text (f->session)), "PAGE"));
  g_assert_nonnull (strstr (flow_text_get_data (flow_edit_session_get_text (f->session)), "EDITOR"));
  settle (f);
  g_assert_true (test_end_heard (f->page, "state conflict"));
  g_assert_true (test_end_heard (f->editor, "state conflict"));
  g_assert_cmpuint (f->test.notices->len, ==, 1);
  g_assert_cmpstr (g_ptr_array_index (f->test.notices, 0), ==, "conflict f");
  flow_edit_session_resolve (f->session, FLOW_EDIT_CHOICE_THEIRS, &error);
  g_assert_no_error (error);
  assert_text (f->session, "one EDITOR three");
  g_assert_cmpuint (flow_edit_session_get_state (f->session), ==, FLOW_EDIT_STATE_OPEN);
  g_assert_true (flow_edit_session_undo (f->session, NULL, NULL));
  g_assert_nonnull (strstr (flow_text_get_data (flow_edit_session_get_text (f->session)), "PAGE"));
}

static void
test_conflict_choices (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  f->page->takes = f->editor->takes = FALSE;
  test_end_type (f->page, "one PAGE three");
  test_end_type (f->editor, "one EDITOR three");
  test_end_type (f->page, "start one PAGE three");
  flow_edit_session_resolve (f->session, FLOW_EDIT_CHOICE_MINE, &error);
  g_assert_no_error (error);
  assert_text (f->session, "start one PAGE three");
  g_assert_false (flow_edit_session_resolve (f->session, FLOW_EDIT_CHOICE_BOTH, &error));
  g_assert_error (error, FLOW_ERROR, FLOW_ERROR_NOT_FOUND);
}

/* Somebody makes it one of the two by hand: there is nothing left to decide. */
static void
test_conflict_settled_by_hand (Fixture *f, gconstpointer data)
{
  f->page->takes = f->editor->takes = FALSE;
  test_end_type (f->page, "one PAGE three");
  test_end_type (f->editor, "one EDITOR three");
  f->page->takes = f->editor->takes = TRUE;
  settle (f);
  test_end_type (f->page, "one EDITOR three");
  g_assert_cmpuint (flow_edit_session_get_state (f->session), ==, FLOW_EDIT_STATE_OPEN);
  assert_text (f->session, "one EDITOR three");
}

static void
make_conflict (Fixture *f)
{
  f->page->takes = f->editor->takes = FALSE;
  test_end_type (f->page, "one PAGE three");
  test_end_type (f->editor, "one EDITOR three");
  f->page->takes = f->editor->takes = TRUE;
  settle (f);
  g_assert_cmpuint (flow_edit_session_get_state (f->session), ==, FLOW_EDIT_STATE_CONFLICT);
}

static void
test_conflict_keep_both (Fixture *f, gconstpointer data)
{
  make_conflict (f);
  g_assert_true (flow_edit_session_resolve (f->session, FLOW_EDIT_CHOICE_BOTH, NULL));
  assert_text (f->session, "one PAGE EDITOR three");
  settle (f);
  test_end_assert_text (f->page, "one PAGE EDITOR three");
}

/* The user makes a text of both, while somebody types on. */
static void
test_conflict_own_text (Fixture *f, gconstpointer data)
{
  g_autoptr (FlowText) text = text_of ("one both three");
  guint64 base;

  make_conflict (f);
  base = flow_edit_session_get_revision (f->session);
  {
    g_autofree char *more = g_strconcat ("and ", f->page->text, NULL);

    test_end_type (f->page, more);
  }
  g_assert_true (flow_edit_session_resolve_with (f->session, text, base, NULL));
  assert_text (f->session, "and one both three");
  g_assert_cmpuint (flow_edit_session_get_state (f->session), ==, FLOW_EDIT_STATE_OPEN);
}

/* A file that was left comes back: with the revision that it had, or with none that is known. */
static void
test_attach_at (Fixture *f, gconstpointer data)
{
  g_autoptr (TestEnd) known = test_end_new (&f->test, FLOW_EDIT_EDITOR, FLOW_EDIT_WHOLE, NULL, "file");
  g_autoptr (TestEnd) unknown = test_end_new (&f->test, FLOW_EDIT_EDITOR, FLOW_EDIT_WHOLE, NULL, "other file");
  g_autoptr (FlowText) saved = text_of ("one two three saved");
  g_autoptr (FlowText) saved_too = text_of ("too one two three saved");
  guint64 revision = flow_edit_session_get_revision (f->session);

  test_end_type (f->page, "zero one two three");
  test_end_type (f->page, "zero one two three four");
  g_assert_true (flow_edit_session_attach_at (f->session, known->endpoint, revision, saved, NULL));
  assert_text (f->session, "zero one two three four saved");
  flow_edit_session_opened (f->session, known->endpoint);
  test_end_assert_text (known, "zero one two three four saved");
  g_assert_true (flow_edit_session_attach_at (f->session, unknown->endpoint, 0, saved_too, NULL));
  flow_edit_session_opened (f->session, unknown->endpoint);
  settle (f);
  g_assert_nonnull (strstr (unknown->text, "too "));
  g_assert_nonnull (strstr (unknown->text, "zero "));
  g_assert_nonnull (strstr (unknown->text, "one two three four saved"));
  test_end_assert_text (f->page, unknown->text);
}

/* Who is far behind is understood all the same: what is not in memory any more is read. */
static void
test_old_base (Fixture *f, gconstpointer data)
{
  g_autoptr (TestEnd) a = test_end_new (&f->test, FLOW_EDIT_EDITOR, FLOW_EDIT_DELTA, "c-a", "a");
  g_autoptr (FlowTextOperation) operation = flow_text_operation_new_replace (0, 3, "ONE", -1);
  g_autoptr (GString) text = g_string_new ("one two three");
  g_autoptr (GError) error = NULL;
  guint64 base;

  test_end_attach (a, f->session);
  base = flow_edit_session_get_revision (f->session);
  for (guint i = 0; i < 3000; i++)
    {
      g_string_append_c (text, (char) ('a' + i % 26));
      test_end_type (f->page, text->str);
      test_journal_commit_all (f->test.journal);
    }
  a->takes = FALSE;
  flow_edit_session_take_operation (f->session, a->endpoint, base, operation, "1", NULL, &error);
  g_assert_no_error (error);
  g_string_overwrite (text, 0, "ONE");
  assert_text (f->session, text->str);
  settle (f);
}

static void
test_ctrl_s_keeps_session (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  test_end_type (f->editor, "one two three saved");
  flow_edit_session_take_saved (f->session, f->editor->endpoint, &error);
  g_assert_no_error (error);
  g_assert_false (test_end_heard (f->editor, "saved own"));
  settle (f);
  g_assert_true (test_end_heard (f->editor, "saved own"));
  g_assert_true (test_end_heard (f->page, "saved"));
  test_end_type (f->editor, "one two three saved more");
  test_end_assert_text (f->page, "one two three saved more");
}

static void
test_closed_editor_leaves_page (Fixture *f, gconstpointer data)
{
  test_end_leave (f->editor, FLOW_EDIT_LEFT);
  g_assert_true (test_end_heard (f->page, "state editor_closed"));
  test_end_type (f->page, "one two three more");
  assert_text (f->session, "one two three more");
  g_assert_nonnull (flow_edits_find (f->test.edits, flow_edit_session_get_id (f->session)));
}

static void
test_undo_leaves_the_others (Fixture *f, gconstpointer data)
{
  test_end_type (f->page, "one two three page");
  f->test.clock.now_us += G_USEC_PER_SEC;
  test_end_type (f->editor, "editor one two three page");
  g_assert_true (flow_edit_session_undo (f->session, "page", NULL));
  settle (f);
  test_end_assert_text (f->page, "editor one two three");
  test_end_assert_text (f->editor, "editor one two three");
  g_assert_false (flow_edit_session_undo (f->session, "page", NULL));
  g_assert_true (flow_edit_session_redo (f->session, "page", NULL));
  assert_text (f->session, "editor one two three page");
}

static void
test_delta_ends (Fixture *f, gconstpointer data)
{
  g_autoptr (TestEnd) a = test_end_new (&f->test, FLOW_EDIT_EDITOR, FLOW_EDIT_DELTA, "c-a", "a");
  g_autoptr (TestEnd) b = test_end_new (&f->test, FLOW_EDIT_EDITOR, FLOW_EDIT_DELTA, "c-b", "b");

  test_end_attach (a, f->session);
  test_end_attach (b, f->session);
  test_end_change (a, "[3,\"x\"]", "1");
  g_assert_true (test_end_heard (b, "op [3,\"x\"] by a"));
  g_assert_false (test_end_heard (a, "ack 1"));
  /* What is newer than its own waits for the acknowledgement. */
  test_end_change (b, "[\"y\"]", "1");
  g_assert_false (test_end_heard (a, "op [\"y\"] by b"));
  settle (f);
  g_assert_true (test_end_heard (a, "ack 1"));
  g_assert_true (test_end_heard (a, "op [\"y\"] by b"));
  g_assert_true (test_end_heard (b, "ack 1"));
  test_end_assert_text (a, "yonex two three");
  test_end_assert_text (b, "yonex two three");
  test_end_assert_text (f->page, "yonex two three");
}

static void
test_operation_comes_twice (Fixture *f, gconstpointer data)
{
  g_autoptr (TestEnd) a = test_end_new (&f->test, FLOW_EDIT_EDITOR, FLOW_EDIT_DELTA, "c-a", "a");

  test_end_attach (a, f->session);
  test_end_change (a, "[\"x\"]", "1");
  settle (f);
  test_end_forget (a);
  a->takes = FALSE;
  a->revision--;
  test_end_change (a, "[\"x\"]", "1");
  settle (f);
  g_assert_true (test_end_heard (a, "ack 1"));
  assert_text (f->session, "xone two three");
}

static void
test_operation_that_does_not_fit (Fixture *f, gconstpointer data)
{
  g_autoptr (TestEnd) a = test_end_new (&f->test, FLOW_EDIT_EDITOR, FLOW_EDIT_DELTA, "c-a", "a");
  g_autoptr (FlowTextOperation) operation = flow_text_operation_new_replace (100, 1, "x", -1);
  g_autoptr (GError) error = NULL;
  FlowEditsCounts counts;

  test_end_attach (a, f->session);
  g_assert_false (
      flow_edit_session_take_operation (f->session, a->endpoint, a->revision, operation, "1", NULL, &error));
  g_assert_error (error, FLOW_ERROR, FLOW_ERROR_BAD_REQUEST);
  g_clear_error (&error);
  g_assert_true (test_end_heard (a, "text one two three"));
  g_assert_false (
      flow_edit_session_take_operation (f->session, a->endpoint, a->revision + 7, operation, "1", NULL, &error));
  g_assert_error (error, FLOW_ERROR, FLOW_ERROR_BAD_REQUEST);
  flow_edits_get_counts (f->test.edits, &counts);
  g_assert_cmpuint (counts.errors, ==, 2);
}

static void
test_cursors (Fixture *f, gconstpointer data)
{
  const FlowEditCursor cursor = { 4, 7 };
  FlowEditCursor found;
  g_autoptr (TestEnd) a = test_end_new (&f->test, FLOW_EDIT_EDITOR, FLOW_EDIT_DELTA, "c-a", "a");

  test_end_attach (a, f->session);
  flow_edit_session_move_cursor (f->session, f->page->endpoint, 0, &cursor, NULL);
  g_assert_true (test_end_heard (a, "cursor 4-7 by page"));
  test_end_change (a, "[\"ab\"]", "1");
  g_assert_true (flow_edit_session_get_cursor (f->session, FLOW_EDIT_PAGE, &found));
  g_assert_cmpuint (found.start, ==, 6);
  g_assert_cmpuint (found.end, ==, 9);
}

/* Nothing is acknowledged that is not kept; it goes to the other side all the same, and is kept in the end. */
static void
test_full_disk (Fixture *f, gconstpointer data)
{
  g_autoptr (TestEnd) a = test_end_new (&f->test, FLOW_EDIT_EDITOR, FLOW_EDIT_DELTA, "c-a", "a");

  test_end_attach (a, f->session);
  test_journal_fail (f->test.journal, TRUE);
  test_end_change (a, "[\"x\"]", "1");
  edit_test_settle (&f->test);
  test_end_assert_text (f->page, "xone two three");
  g_assert_true (test_end_heard (f->page, "state open disk_full"));
  g_assert_false (test_end_heard (a, "ack 1"));
  test_end_type (f->page, "xone two three page");
  edit_test_wait_ms (&f->test, 1100);
  edit_test_settle (&f->test);
  test_journal_fail (f->test.journal, FALSE);
  edit_test_wait_ms (&f->test, 1100);
  settle (f);
  g_assert_true (test_end_heard (a, "ack 1"));
  test_end_assert_text (a, "xone two three page");
  g_assert_cmpuint (flow_edit_session_get_state (f->session), ==, FLOW_EDIT_STATE_OPEN);
}

/* The disk stays full for so long that not every step can wait for it: the text does. */
static void
test_long_full_disk (Fixture *f, gconstpointer data)
{
  g_autofree char *id = g_strdup (flow_edit_session_get_id (f->session));
  g_autofree char *text = NULL;
  FlowEditSession *session;

  test_journal_fail (f->test.journal, TRUE);
  for (guint i = 0; i < 6; i++)
    {
      g_free (text);
      text = g_strnfill (1024 * 1024, (char) ('a' + i));
      test_end_type (f->page, text);
      test_journal_commit_all (f->test.journal);
    }
  test_journal_fail (f->test.journal, FALSE);
  edit_test_wait_ms (&f->test, 1100);
  settle (f);
  g_assert_cmpuint (flow_edit_session_get_state (f->session), ==, FLOW_EDIT_STATE_OPEN);
  edit_test_crash (&f->test);
  edit_test_open (&f->test);
  session = flow_edits_recover (f->test.edits, id, NULL, NULL);
  assert_text (session, text);
  settle (f);
}

/* An editor is asked, and never shows the text: what it was not told is not kept for ever. */
static void
test_editor_that_never_opens (Fixture *f, gconstpointer data)
{
  g_autoptr (TestEnd) a = test_end_new (&f->test, FLOW_EDIT_EDITOR, FLOW_EDIT_DELTA, "c-a", "a");
  g_autofree char *text = NULL;

  g_assert_true (flow_edit_session_attach (f->session, a->endpoint, NULL));
  for (guint i = 0; i < 12; i++)
    {
      g_free (text);
      text = g_strnfill (1024 * 1024, (char) ('a' + i));
      test_end_type (f->page, text);
      test_journal_commit_all (f->test.journal);
    }
  g_assert_cmpuint (a->log->len, ==, 0);
  flow_edit_session_opened (f->session, a->endpoint);
  test_end_assert_text (a, text);
  g_assert_true (g_str_has_prefix (g_ptr_array_index (a->log, 0), "text "));
  test_end_change (a, "[\"x\"]", "1");
  settle (f);
  g_assert_true (test_end_heard (a, "ack 1"));
}

/* Then who types is told that each of his changes is kept, and nothing else. */
static void
test_one_that_types_is_not_behind (Fixture *f, gconstpointer data)
{
  g_autoptr (TestEnd) a = test_end_new (&f->test, FLOW_EDIT_EDITOR, FLOW_EDIT_DELTA, "c-a", "a");
  g_autoptr (TestEnd) b = test_end_new (&f->test, FLOW_EDIT_EDITOR, FLOW_EDIT_DELTA, "c-b", "b");

  g_assert_true (flow_edit_session_attach (f->session, a->endpoint, NULL));
  flow_edit_session_opened (f->session, a->endpoint);
  g_assert_true (flow_edit_session_attach (f->session, b->endpoint, NULL));
  a->text = g_strdup (flow_text_get_data (flow_edit_session_get_text (f->session)));
  a->revision = flow_edit_session_get_revision (f->session);
  for (guint i = 0; i < 24; i++)
    {
      g_autofree char *text = g_strnfill (1024 * 1024, (char) ('a' + i));
      g_autofree char *json = g_strdup_printf ("[\"%s\",{\"d\":%zu}]", text, strlen (a->text));
      g_autofree char *op_id = g_strdup_printf ("%u", i);
      g_autofree char *ack = g_strdup_printf ("ack %u", i);

      test_end_change (a, json, op_id);
      test_journal_commit_all (f->test.journal);
      g_assert_true (test_end_heard (a, ack));
    }
  for (guint i = 0; i < a->log->len; i++)
    g_assert_false (g_str_has_prefix (g_ptr_array_index (a->log, i), "text "));
  g_assert_cmpuint (b->log->len, ==, 0);
}

static void
test_end_tells_everybody (Fixture *f, gconstpointer data)
{
  flow_edit_session_end (f->session, f->page->endpoint);
  g_assert_true (f->page->is_detached);
  g_assert_false (test_end_heard (f->page, "closed ended"));
  g_assert_true (test_end_heard (f->editor, "closed ended"));
  g_assert_true (f->editor->is_detached);
  g_assert_cmpuint (f->test.closed, ==, 1);
  settle (f);
}

static void
test_another_editor (Fixture *f, gconstpointer data)
{
  settle (f);
  g_ptr_array_set_size (f->test.asked, 0);
  flow_edit_session_choose_editor (f->session, "nvim");
  g_assert_true (test_end_heard (f->editor, "closed replaced"));
  g_assert_cmpuint (f->test.asked->len, ==, 0);
  settle (f);
  g_assert_cmpuint (f->test.asked->len, ==, 1);
  g_assert_cmpstr (flow_edit_session_get_choice (f->session), ==, "nvim");
}

static void
test_editor_that_fails (Fixture *f, gconstpointer data)
{
  flow_edit_session_failed (f->session, f->editor->endpoint, FLOW_ERROR_EDITOR_NOT_FOUND, "nvim is not installed");
  g_assert_true (test_end_heard (f->page, "state editor_failed editor_not_found"));
  g_assert_true (f->editor->is_detached);
}

#define ADD(name, func, text) g_test_add ("/edit/session/" name, Fixture, text, set_up, func, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("changes_go_both_ways", test_changes_go_both_ways, NULL);
  ADD ("page_types_between_two_pushes", test_page_types_between_two_pushes, NULL);
  ADD ("page_echoes_late", test_page_echoes_late, NULL);
  ADD ("page_never_echoes", test_page_never_echoes, NULL);
  ADD ("both_change_both_survive", test_both_change_both_survive, NULL);
  ADD ("overlap_is_a_conflict", test_overlap_is_a_conflict, NULL);
  ADD ("conflict_choices", test_conflict_choices, NULL);
  ADD ("conflict_settled_by_hand", test_conflict_settled_by_hand, NULL);
  ADD ("conflict_keep_both", test_conflict_keep_both, NULL);
  ADD ("conflict_own_text", test_conflict_own_text, NULL);
  ADD ("attach_at", test_attach_at, NULL);
  ADD ("old_base", test_old_base, NULL);
  ADD ("ctrl_s_keeps_session", test_ctrl_s_keeps_session, NULL);
  ADD ("closed_editor_leaves_page", test_closed_editor_leaves_page, NULL);
  ADD ("undo_leaves_the_others", test_undo_leaves_the_others, NULL);
  ADD ("delta_ends", test_delta_ends, NULL);
  ADD ("operation_comes_twice", test_operation_comes_twice, NULL);
  ADD ("operation_that_does_not_fit", test_operation_that_does_not_fit, NULL);
  ADD ("cursors", test_cursors, NULL);
  ADD ("full_disk", test_full_disk, NULL);
  ADD ("long_full_disk", test_long_full_disk, NULL);
  ADD ("editor_that_never_opens", test_editor_that_never_opens, NULL);
  ADD ("one_that_types_is_not_behind", test_one_that_types_is_not_behind, NULL);
  ADD ("end_tells_everybody", test_end_tells_everybody, NULL);
  ADD ("another_editor", test_another_editor, NULL);
  ADD ("editor_that_fails", test_editor_that_fails, NULL);
  return g_test_run ();
}
