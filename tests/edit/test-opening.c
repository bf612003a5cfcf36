/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Which session a request belongs to, what is refused, and what is left when all have gone. */

#include "edit-test.h"

#include <string.h>

#include "base/flow-error.h"
#include "edit/flow-edit-json.h"
#include "text/flow-text-operation-json.h"

#define URL "https://example.org/page"
#define HOUR_MS (G_GINT64_CONSTANT (3600) * 1000)

static TestEnd *
new_page (EditTest *f, const char *client)
{
  return test_end_new (f, FLOW_EDIT_PAGE, FLOW_EDIT_WHOLE, client, "page");
}

static TestEnd *
new_delta (EditTest *f, const char *client)
{
  return test_end_new (f, FLOW_EDIT_PAGE, FLOW_EDIT_DELTA, client, "page");
}

static void
assert_refused (EditTest *f, const FlowEditOpening *opening, FlowError code)
{
  g_autoptr (TestEnd) page = new_page (f, "refused");
  g_auto (FlowEditOpened) opened = { 0 };
  g_autoptr (GError) error = NULL;

  g_assert_false (flow_edits_open (f->edits, opening, page->endpoint, &opened, &error));
  g_assert_error (error, FLOW_ERROR, (int) code);
  g_assert_null (flow_edit_endpoint_get_session (page->endpoint));
}

static void
test_two_empty_fields_stay_two (EditTest *f, gconstpointer data)
{
  g_autoptr (TestEnd) a = new_page (f, "a");
  g_autoptr (TestEnd) b = new_page (f, "b");
  FlowEditSession *first = test_end_request (a, URL, "same", "");
  FlowEditSession *second = test_end_request (b, URL, "same", "");

  g_assert_true (first != second);
  test_end_type (a, "in the first");
  assert_text (second, "");
  test_end_assert_text (b, "");
}

static void
test_reload_reattaches (EditTest *f, gconstpointer data)
{
  g_autoptr (TestEnd) before = new_page (f, "a");
  g_autoptr (TestEnd) after = new_page (f, "b");
  g_autoptr (TestEnd) editor = test_end_new (f, FLOW_EDIT_EDITOR, FLOW_EDIT_WHOLE, "e", "editor");
  FlowEditSession *session = test_end_request (before, URL "#here", "f", "first");

  test_end_attach (editor, session);
  test_end_type (editor, "first, and more");
  test_end_leave (before, FLOW_EDIT_LOST);
  /* The page has what the server sent it again. */
  g_assert_true (test_end_request (after, URL, "f", "first") == session);
  edit_test_settle (f);
  test_end_assert_text (after, "first, and more");
  test_end_type (after, "first, and more of it");
  test_end_assert_text (editor, "first, and more of it");
}

static void
test_reload_with_another_text (EditTest *f, gconstpointer data)
{
  g_autoptr (TestEnd) before = new_page (f, "a");
  g_autoptr (TestEnd) after = new_page (f, "b");
  FlowEditSession *session = test_end_request (before, URL, "f", "first");

  edit_test_wait_ms (f, 1);
  test_end_type (before, "first, and more");
  test_end_leave (before, FLOW_EDIT_LOST);
  g_assert_true (test_end_request (after, URL, "f", "another article") != session);
  g_assert_cmpuint (f->notices->len, ==, 1);
  g_assert_cmpstr (g_ptr_array_index (f->notices, 0), ==, "recovered f");
}

static void
test_two_fields_two_editors (EditTest *f, gconstpointer data)
{
  g_autoptr (TestEnd) page_a = new_page (f, "a");
  g_autoptr (TestEnd) page_b = new_page (f, "b");
  g_autoptr (TestEnd) editor_a = test_end_new (f, FLOW_EDIT_EDITOR, FLOW_EDIT_WHOLE, NULL, "nvim");
  g_autoptr (TestEnd) editor_b = test_end_new (f, FLOW_EDIT_EDITOR, FLOW_EDIT_DELTA, NULL, "code");
  FlowEditSession *a = test_end_request (page_a, URL, "a", "text a");
  FlowEditSession *b = test_end_request (page_b, URL, "b", "text b");

  edit_test_settle (f);
  g_assert_cmpuint (f->asked->len, ==, 2);
  test_end_attach (editor_a, a);
  test_end_attach (editor_b, b);
  test_end_type (editor_a, "text a by nvim");
  test_end_change (editor_b, "[6,\" by code\"]", "1");
  test_end_assert_text (page_a, "text a by nvim");
  test_end_assert_text (page_b, "text b by code");
  edit_test_settle (f);
}

static void
test_refusals (EditTest *f, gconstpointer data)
{
  const char *const denied[] = { "bank.example", ".secret.example", NULL };
  const FlowEditsSettings settings = { denied, 14, 1024 * 1024 };
  g_autoptr (FlowText) text = text_of ("x");
  g_autofree char *long_text = g_strnfill (FLOW_EDIT_MAX_TEXT + 1, 'x');
  g_autoptr (FlowText) too_long = text_of (long_text);
  const FlowEditField password = { .id = "p", .input_type = "Password" };
  const FlowEditField code = { .id = "p", .input_type = "one-time-code" };
  FlowEditsCounts counts;

  flow_edits_set_settings (f->edits, &settings);
  assert_refused (f, &(FlowEditOpening) { .url = URL, .field = &password, .text = text }, FLOW_ERROR_NOT_EDITABLE);
  assert_refused (f, &(FlowEditOpening) { .url = URL, .field = &code, .text = text }, FLOW_ERROR_NOT_EDITABLE);
  assert_refused (f, &(FlowEditOpening) { .url = "https://bank.example:444/", .text = text }, FLOW_ERROR_HOST_DENIED);
  assert_refused (f, &(FlowEditOpening) { .url = "https://a.b.Secret.example/", .text = text }, FLOW_ERROR_HOST_DENIED);
  assert_refused (f, &(FlowEditOpening) { .url = "https://me@secret.example/", .text = text }, FLOW_ERROR_HOST_DENIED);
  assert_refused (f, &(FlowEditOpening) { .url = URL, .text = too_long }, FLOW_ERROR_TEXT_TOO_LONG);
  flow_edits_get_counts (f->edits, &counts);
  g_assert_cmpuint (counts.refused, ==, 6);
  g_assert_cmpuint (counts.open, ==, 0);
}

static void
test_rate_limit (EditTest *f, gconstpointer data)
{
  g_autoptr (FlowText) text = text_of ("x");
  const FlowEditOpening opening = { .url = URL, .origin = "https://example.org", .text = text };
  FlowEditOpening again = opening;
  FlowEditResume resume = { .id = NULL };
  g_autoptr (TestEnd) returned = new_page (f, NULL);
  g_autofree char *id = NULL;
  TestEnd *first;
  g_auto (FlowEditOpened) resumed = { 0 };
  g_autoptr (GPtrArray) pages = g_ptr_array_new_with_free_func ((GDestroyNotify) test_end_free);

  for (guint i = 0; i < FLOW_EDITS_BURST; i++)
    {
      TestEnd *page = new_page (f, NULL);
      g_auto (FlowEditOpened) opened = { 0 };

      g_ptr_array_add (pages, page);
      g_assert_true (flow_edits_open (f->edits, &opening, page->endpoint, &opened, NULL));
    }
  assert_refused (f, &opening, FLOW_ERROR_TOO_MANY_REQUESTS);
  /* Coming back to a text costs little. */
  edit_test_wait_ms (f, FLOW_EDITS_REFILL_US / 5000);
  first = g_ptr_array_index (pages, 0);
  resume.id = id = g_strdup (flow_edit_session_get_id (flow_edit_endpoint_get_session (first->endpoint)));
  again.resume = &resume;
  g_assert_true (flow_edits_open (f->edits, &again, returned->endpoint, &resumed, NULL));
  edit_test_wait_ms (f, FLOW_EDITS_REFILL_US / 1000);
  g_ptr_array_add (pages, new_page (f, NULL));
  g_assert_nonnull (test_end_request (g_ptr_array_index (pages, FLOW_EDITS_BURST), URL, "f", "x"));
}

static void
test_most_sessions (EditTest *f, gconstpointer data)
{
  g_autoptr (FlowText) text = text_of ("x");
  g_autoptr (GPtrArray) pages = g_ptr_array_new_with_free_func ((GDestroyNotify) test_end_free);

  for (guint i = 0; i < FLOW_EDITS_MAX_OPEN; i++)
    {
      g_autofree char *field = g_strdup_printf ("f%u", i);
      g_autofree char *url = g_strdup_printf ("https://%u.example/", i / FLOW_EDITS_MAX_OF_SITE);

      g_ptr_array_add (pages, new_page (f, NULL));
      test_end_request (g_ptr_array_index (pages, i), url, field, "x");
    }
  assert_refused (f, &(FlowEditOpening) { .url = URL, .text = text }, FLOW_ERROR_TOO_MANY_SESSIONS);
  test_end_leave (g_ptr_array_index (pages, 0), FLOW_EDIT_LEFT);
  g_ptr_array_add (pages, new_page (f, NULL));
  test_end_request (g_ptr_array_index (pages, FLOW_EDITS_MAX_OPEN), URL, "new", "x");
  edit_test_settle (f);
}

/* A page cannot take the room of all others. */
static void
test_most_of_a_site (EditTest *f, gconstpointer data)
{
  g_autoptr (FlowText) text = text_of ("x");
  g_autoptr (GPtrArray) pages = g_ptr_array_new_with_free_func ((GDestroyNotify) test_end_free);
  g_autoptr (TestEnd) other = new_page (f, NULL);
  g_autoptr (TestEnd) second = new_page (f, NULL);
  g_autoptr (TestEnd) again = new_page (f, NULL);
  FlowEditSession *first = NULL;

  for (guint i = 0; i < FLOW_EDITS_MAX_OF_SITE; i++)
    {
      g_autofree char *field = g_strdup_printf ("f%u", i);
      FlowEditSession *session;

      g_ptr_array_add (pages, new_page (f, NULL));
      session = test_end_request (g_ptr_array_index (pages, i), URL, field, "x");
      first = i == 0 ? session : first;
    }
  assert_refused (f, &(FlowEditOpening) { .url = URL "/elsewhere", .text = text }, FLOW_ERROR_TOO_MANY_SESSIONS);
  g_assert_nonnull (test_end_request (other, "https://other.example/", "f", "x"));
  test_end_attach (second, first);
  test_end_leave (g_ptr_array_index (pages, 1), FLOW_EDIT_LEFT);
  g_assert_nonnull (test_end_request (again, URL, "f1", "x"));
  edit_test_settle (f);
}

/* Those that nobody has go out of memory when there are too many, and come back all the same. */
static void
test_shelved (EditTest *f, gconstpointer data)
{
  g_autofree char *id = NULL;
  g_autoptr (TestEnd) again = new_page (f, NULL);
  FlowEditsCounts counts;

  for (guint i = 0; i < FLOW_EDITS_MAX_OPEN + 5; i++)
    {
      g_autoptr (TestEnd) page = new_page (f, NULL);
      g_autofree char *field = g_strdup_printf ("f%u", i);
      FlowEditSession *session = test_end_request (page, URL, field, "x");

      if (i == 0)
        id = g_strdup (flow_edit_session_get_id (session));
      test_end_type (page, "xy");
      edit_test_wait_ms (f, 1000);
    }
  edit_test_settle (f);
  flow_edits_get_counts (f->edits, &counts);
  g_assert_cmpuint (counts.detached, ==, FLOW_EDITS_MAX_OPEN);
  g_assert_null (flow_edits_find (f->edits, id));
  g_assert_cmpstr (flow_edit_session_get_id (test_end_request (again, URL, "f0", "xy")), ==, id);
  edit_test_settle (f);
}

static void
test_expiry (EditTest *f, gconstpointer data)
{
  g_autoptr (TestEnd) page = new_page (f, "a");
  g_autoptr (TestEnd) later = new_page (f, "b");
  FlowEditSession *session = test_end_request (page, URL, "f", "first");
  g_autofree char *id = g_strdup (flow_edit_session_get_id (session));
  g_autoptr (GError) error = NULL;

  test_end_leave (page, FLOW_EDIT_LOST);
  edit_test_settle (f);
  edit_test_wait_ms (f, 23 * HOUR_MS);
  g_assert_nonnull (flow_edits_find (f->edits, id));
  edit_test_wait_ms (f, HOUR_MS + 1);
  edit_test_settle (f);
  g_assert_null (flow_edits_find (f->edits, id));
  g_assert_cmpuint (f->closed, ==, 1);
  session = test_end_request (later, URL, "f", "first");
  g_assert_cmpstr (flow_edit_session_get_id (session), !=, id);
  /* It can still be brought back. */
  session = flow_edits_recover (f->edits, id, NULL, &error);
  g_assert_no_error (error);
  assert_text (session, "first");
  edit_test_settle (f);
  edit_test_wait_ms (f, 15 * 24 * HOUR_MS);
  edit_test_settle (f);
  edit_test_wait_ms (f, HOUR_MS);
  edit_test_settle (f);
  g_assert_false (flow_edits_recover (f->edits, id, NULL, &error) != NULL);
  g_assert_error (error, FLOW_ERROR, FLOW_ERROR_NO_SESSION);
}

static void
test_ended_is_not_resumed (EditTest *f, gconstpointer data)
{
  g_autoptr (TestEnd) page = new_page (f, "a");
  g_autoptr (TestEnd) again = new_page (f, "a");
  g_autofree char *id = g_strdup (flow_edit_session_get_id (test_end_request (page, URL, "f", "first")));
  const FlowEditResume resume = { .id = id, .revision = 1, .has_revision = TRUE };
  g_auto (FlowEditOpened) opened = { 0 };

  flow_edit_session_end (flow_edits_find (f->edits, id), NULL);
  g_assert_true (test_end_heard (page, "closed ended"));
  test_end_resume (again, URL, "f", "first", &resume, &opened);
  g_assert_false (opened.resumed);
  g_assert_cmpstr (flow_edit_session_get_id (opened.session), !=, id);
  edit_test_settle (f);
}

static void
test_other_site_does_not_resume (EditTest *f, gconstpointer data)
{
  g_autoptr (TestEnd) page = new_page (f, "a");
  g_autoptr (TestEnd) thief = new_page (f, "a");
  g_autofree char *id = g_strdup (flow_edit_session_get_id (test_end_request (page, URL, "f", "secret")));
  const FlowEditResume resume = { .id = id, .revision = 1, .has_revision = TRUE };
  g_auto (FlowEditOpened) opened = { 0 };

  test_end_resume (thief, "https://thief.example/", "f", "", &resume, &opened);
  g_assert_cmpstr (flow_edit_session_get_id (opened.session), !=, id);
  g_assert_false (page->is_detached);
  edit_test_settle (f);
}

/* The same client comes by another connection before the hub has noticed that the first one is gone. */
static void
test_same_client_replaces (EditTest *f, gconstpointer data)
{
  g_autoptr (TestEnd) page = new_page (f, "a");
  g_autoptr (TestEnd) again = new_page (f, "a");
  g_autoptr (TestEnd) editor = test_end_new (f, FLOW_EDIT_EDITOR, FLOW_EDIT_WHOLE, "e", "editor");
  FlowEditSession *session = test_end_request (page, URL, "f", "first");

  test_end_attach (editor, session);
  g_assert_true (test_end_request (again, URL, "f", "first, typed meanwhile") == session);
  g_assert_true (test_end_heard (page, "closed replaced"));
  g_assert_true (page->is_detached);
  test_end_assert_text (editor, "first, typed meanwhile");
  edit_test_settle (f);
}

static FlowTextOperation *
operation_of (const char *json)
{
  FlowTextOperation *operation = flow_text_operation_from_json (json, -1, NULL);

  g_assert_nonnull (operation);
  return operation;
}

/* What a page of the same host has that came without encryption may be anybody's. */
static void
test_other_scheme_does_not_resume (EditTest *f, gconstpointer data)
{
  g_autoptr (TestEnd) page = new_page (f, "a");
  g_autoptr (TestEnd) thief = new_page (f, "a");
  g_autofree char *id = g_strdup (flow_edit_session_get_id (test_end_request (page, URL, "f", "secret")));
  const FlowEditResume resume = { .id = id, .revision = 1, .has_revision = TRUE };
  g_auto (FlowEditOpened) opened = { 0 };

  test_end_resume (thief, "http://example.org/page", "f", "", &resume, &opened);
  g_assert_cmpstr (flow_edit_session_get_id (opened.session), !=, id);
  g_assert_false (page->is_detached);
}

/* A page that says to be many has no more ends than that; one of them may still come again. */
static void
test_ends_are_limited (EditTest *f, gconstpointer data)
{
  g_autoptr (GPtrArray) ends = g_ptr_array_new_with_free_func ((GDestroyNotify) test_end_free);
  FlowEditResume resume = { .revision = 1, .has_revision = TRUE };
  g_autoptr (FlowText) text = text_of ("");
  const FlowEditOpening opening = { .url = URL, .text = text, .resume = &resume };
  g_autoptr (TestEnd) first = new_delta (f, "first");
  FlowEditSession *session = test_end_request (first, URL, "f", "");
  g_autoptr (TestEnd) again = new_delta (f, "first");
  g_autoptr (GError) error = NULL;

  resume.id = flow_edit_session_get_id (session);
  while (error == NULL)
    {
      g_autofree char *client = g_strdup_printf ("%u", ends->len);
      TestEnd *end = new_delta (f, client);
      g_auto (FlowEditOpened) opened = { 0 };

      g_ptr_array_add (ends, end);
      flow_edits_open (f->edits, &opening, end->endpoint, &opened, &error);
    }
  g_assert_error (error, FLOW_ERROR, FLOW_ERROR_TOO_MANY_SESSIONS);
  g_assert_cmpuint (ends->len, ==, 32);
  g_clear_error (&error);

  g_assert_true (test_end_request (again, URL, "f", "") == session);
  g_assert_true (first->is_detached);
}

/* What somebody comes back with does not fit: the end that he has goes on. */
static void
test_too_long_leaves_what_is_there (EditTest *f, gconstpointer data)
{
  g_autofree char *many = g_strnfill (FLOW_EDIT_MAX_TEXT / 2 + 1, 'x');
  g_autofree char *operation = g_strdup_printf ("[\"%s\"]", many);
  g_autofree char *other = g_strnfill (FLOW_EDIT_MAX_TEXT / 2 + 1, 'y');
  g_autofree char *after = g_strconcat ("!", many, NULL);
  g_autoptr (TestEnd) page = new_page (f, "a");
  g_autoptr (TestEnd) again = new_page (f, "a");
  g_autoptr (TestEnd) delta = new_delta (f, "d");
  FlowEditSession *session = test_end_request (page, URL, "f", "");
  const FlowEditResume resume = { .id = flow_edit_session_get_id (session), .revision = 1, .has_revision = TRUE };
  g_autoptr (FlowText) text = text_of (other);
  const FlowEditOpening opening = { .url = URL, .text = text, .resume = &resume };
  g_auto (FlowEditOpened) joined = { 0 };
  g_auto (FlowEditOpened) opened = { 0 };
  g_autoptr (GError) error = NULL;

  page->echoes = FALSE;
  test_end_resume (delta, URL, "f", "", &resume, &joined);
  test_end_change (delta, operation, "1");
  edit_test_settle (f);
  g_assert_false (flow_edits_open (f->edits, &opening, again->endpoint, &opened, &error));
  g_assert_error (error, FLOW_ERROR, FLOW_ERROR_TEXT_TOO_LONG);
  g_assert_true (flow_edit_endpoint_get_session (page->endpoint) == session);

  test_end_change (delta, "[\"!\"]", "2");
  edit_test_wait_ms (f, 100);
  test_end_assert_text (page, after);
}

/* What was under way when the connection ended happens once, whether it had arrived or not. */
static void
test_resume_by_operations (EditTest *f, gconstpointer data)
{
  g_autoptr (TestEnd) page = new_delta (f, "a");
  g_autoptr (TestEnd) again = new_delta (f, "a");
  g_autoptr (TestEnd) third = new_delta (f, "a");
  g_autoptr (TestEnd) editor = test_end_new (f, FLOW_EDIT_EDITOR, FLOW_EDIT_WHOLE, "e", "editor");
  FlowEditSession *session = test_end_request (page, URL, "f", "first");
  g_autoptr (FlowTextOperation) one = operation_of ("[5,\" one\"]");
  g_autoptr (FlowTextOperation) two = operation_of ("[9,\" two\"]");
  FlowEditResume resume = { .id = flow_edit_session_get_id (session),
                            .revision = page->revision,
                            .has_revision = TRUE };
  g_auto (FlowEditOpened) opened = { 0 };
  g_auto (FlowEditOpened) later = { 0 };
  const FlowEditChange *change;

  test_end_attach (editor, session);
  test_end_change (page, "[5,\" one\"]", "1");
  test_end_leave (page, FLOW_EDIT_LOST);
  test_end_type (editor, "the first one");
  resume.op_id = "1";
  resume.base = resume.revision;
  resume.operation = one;
  test_end_resume (again, URL, "f", "first one", &resume, &opened);
  g_assert_true (opened.resumed && !opened.reset);
  g_assert_cmpuint (opened.changes->len, ==, 2);
  change = g_ptr_array_index (opened.changes, 0);
  g_assert_cmpstr (change->op_id, ==, "1");
  g_assert_cmpuint (change->revision, ==, resume.revision + 1);
  change = g_ptr_array_index (opened.changes, 1);
  g_assert_cmpstr (change->op_id, ==, "");
  g_assert_cmpuint (change->revision, ==, opened.revision);
  assert_text (session, "the first one");
  /* This time it had not arrived. */
  test_end_leave (again, FLOW_EDIT_LOST);
  resume = (FlowEditResume) { resume.id, opened.revision, TRUE, "2", opened.revision, two };
  test_end_resume (third, URL, "f", "the first two one", &resume, &later);
  assert_text (session, "the first two one");
  test_end_assert_text (editor, "the first two one");
  g_assert_cmpuint (later.changes->len, ==, 1);
  edit_test_settle (f);
}

/* The hub is killed in the middle: each brings back what it has, and nothing is lost or there twice. */
static void
test_resume_after_crash (EditTest *f, gconstpointer style)
{
  g_autoptr (TestEnd) page = new_delta (f, "a");
  g_autoptr (TestEnd) editor = test_end_new (f, FLOW_EDIT_EDITOR, FLOW_EDIT_DELTA, "e", "editor");
  g_autoptr (TestEnd) page_again = new_delta (f, "a");
  g_autoptr (TestEnd) editor_again = test_end_new (f, FLOW_EDIT_EDITOR, FLOW_EDIT_DELTA, "e", "editor");
  FlowEditSession *session = test_end_request (page, URL, "f", "first text");
  g_autofree char *id = g_strdup (flow_edit_session_get_id (session));
  FlowEditResume resume = { .id = id, .has_revision = TRUE };
  g_auto (FlowEditOpened) opened = { 0 };
  g_auto (FlowEditOpened) later = { 0 };

  test_end_attach (editor, session);
  edit_test_settle (f);
  edit_test_wait_ms (f, 1);
  test_end_change (page, "[5,\" kept\"]", "1");
  edit_test_settle (f);
  /* The editor hears of this, the journal does not. */
  test_end_change (page, "[10,\" told\"]", "2");
  test_end_assert_text (editor, "first kept told text");
  edit_test_crash (f);
  f->clock.now_us += 10 * G_USEC_PER_SEC;
  edit_test_open (f);
  g_assert_cmpuint (f->notices->len, ==, 1);
  resume.revision = editor->revision;
  test_end_resume (editor_again, NULL, NULL, "first kept told text by editor", &resume, &opened);
  g_assert_true (opened.reset);
  resume.revision = page->revision;
  test_end_resume (page_again, URL, "f", "first kept told text", &resume, &later);
  g_assert_cmpstr (flow_edit_session_get_id (later.session), ==, id);
  assert_text (later.session, "first kept told text by editor");
  test_end_assert_text (page_again, "first kept told text by editor");
  edit_test_settle (f);
}

/* Nobody remembers anything but the field, which has its first text again. */
static void
test_reload_after_crash (EditTest *f, gconstpointer data)
{
  g_autoptr (TestEnd) page = new_page (f, "a");
  g_autoptr (TestEnd) again = new_page (f, "b");
  g_autofree char *id = g_strdup (flow_edit_session_get_id (test_end_request (page, URL, "f", "first")));

  test_end_type (page, "first and all the work");
  edit_test_settle (f);
  edit_test_crash (f);
  edit_test_open (f);
  g_assert_cmpstr (flow_edit_session_get_id (test_end_request (again, URL, "f", "first")), ==, id);
  edit_test_settle (f);
  test_end_assert_text (again, "first and all the work");
}

static void
test_forget (EditTest *f, gconstpointer data)
{
  g_autoptr (TestEnd) page = new_page (f, "a");
  g_autofree char *id = g_strdup (flow_edit_session_get_id (test_end_request (page, URL, "f", "first")));
  g_autoptr (GError) error = NULL;

  g_assert_false (flow_edits_forget (f->edits, id, TRUE, &error));
  g_assert_error (error, FLOW_ERROR, FLOW_ERROR_BUSY);
  flow_edit_session_end (flow_edits_find (f->edits, id), NULL);
  edit_test_settle (f);
  g_assert_true (flow_edits_forget (f->edits, id, TRUE, NULL));
  g_assert_true (flow_edits_forget (f->edits, id, FALSE, NULL));
  g_assert_true (flow_edits_forget (f->edits, id, TRUE, NULL));
  edit_test_settle (f);
  g_assert_cmpuint (test_journal_count (f->journal), ==, 1);
  edit_test_wait_ms (f, 26 * HOUR_MS);
  edit_test_settle (f);
  g_assert_cmpuint (test_journal_count (f->journal), ==, 0);
}

/* A text is brought back while the journal is asked to erase it: it stays. */
static void
test_brought_back_while_pruned (EditTest *f, gconstpointer data)
{
  g_autoptr (TestEnd) page = new_page (f, "a");
  g_autofree char *id = g_strdup (flow_edit_session_get_id (test_end_request (page, URL, "f", "first")));

  flow_edit_session_end (flow_edits_find (f->edits, id), NULL);
  edit_test_settle (f);
  edit_test_wait_ms (f, 15 * 24 * HOUR_MS);
  g_assert_nonnull (flow_edits_recover (f->edits, id, NULL, NULL));
  edit_test_settle (f);
  edit_test_crash (f);
  edit_test_open (f);
  assert_text (flow_edits_recover (f->edits, id, NULL, NULL), "first");
  edit_test_settle (f);
}

static void
test_editor_is_asked_once (EditTest *f, gconstpointer data)
{
  g_autoptr (TestEnd) page = new_page (f, "a");
  g_autoptr (TestEnd) again = new_page (f, "a");
  g_autoptr (TestEnd) editor = test_end_new (f, FLOW_EDIT_EDITOR, FLOW_EDIT_WHOLE, "e", "editor");
  g_autoptr (FlowText) text = text_of ("first");
  const FlowEditField field = { .id = "f" };
  const FlowEditOpening focus = { .field = &field, .title = "f", .url = URL, .text = text, .focus = TRUE };
  FlowEditSession *session = test_end_request (page, URL, "f", "first");
  g_auto (FlowEditOpened) opened = { 0 };

  edit_test_settle (f);
  edit_test_settle (f);
  g_assert_cmpuint (f->asked->len, ==, 1);
  test_end_attach (editor, session);
  g_assert_true (flow_edits_open (f->edits, &focus, again->endpoint, &opened, NULL));
  edit_test_settle (f);
  g_assert_cmpuint (f->asked->len, ==, 1);
  g_assert_cmpuint (f->shown->len, ==, 1);
}

static void
test_json (EditTest *f, gconstpointer data)
{
  g_autoptr (TestEnd) page = new_page (f, "a");
  g_autoptr (TestEnd) editor = test_end_new (f, FLOW_EDIT_EDITOR, FLOW_EDIT_WHOLE, "e", "nvim");
  FlowEditSession *session = test_end_request (page, URL, "f", "one two three");
  g_autoptr (GString) out = g_string_new (NULL);
  FlowJsonWriter writer;

  test_end_attach (editor, session);
  flow_edit_session_set_editor (session, "nvim", "Neovim");
  page->takes = editor->takes = FALSE;
  test_end_type (page, "one PAGE three");
  test_end_type (editor, "one EDITOR three");
  edit_test_settle (f);
  flow_json_writer_init (&writer, out);
  flow_json_writer_begin_object (&writer);
  flow_edits_write (f->edits, &writer);
  flow_json_writer_end_object (&writer);
  g_assert_nonnull (strstr (out->str, "\"conflict\":true"));
  g_assert_nonnull (strstr (out->str, "\"editor\":{\"choice\":\"nvim\",\"name\":\"Neovim\"}"));
  g_assert_nonnull (strstr (out->str, "\"side\":\"page\",\"style\":\"whole\",\"kind\":\"test\",\"name\":\"page\""));
  g_assert_nonnull (strstr (out->str, "\"recoverable\":[]"));
  g_assert_nonnull (strstr (out->str, "\"open\":1,\"limit\":200"));
  g_string_set_size (out, 0);
  flow_json_writer_init (&writer, out);
  flow_json_writer_begin_object (&writer);
  flow_edit_session_write_conflicts (session, &writer);
  flow_json_writer_end_object (&writer);
  g_assert_nonnull (strstr (out->str, "\"mine_by\":\"page\",\"theirs_by\":\"nvim\""));
  g_assert_nonnull (strstr (out->str, "{\"number\":1,\"kind\":\"same\",\"base\":\"one \""));
  g_assert_nonnull (strstr (
      out->str, "{\"number\":2,\"kind\":\"conflict\",\"base\":\"two\",\"mine\":\"PAGE\",\"theirs\":\"EDITOR\""));
}

static char *
push_json (const FlowEditPush *push)
{
  GString *out = g_string_new (NULL);
  FlowJsonWriter writer;

  flow_json_writer_init (&writer, out);
  flow_json_writer_begin_object (&writer);
  flow_edit_push_write (push, "id", &writer);
  flow_json_writer_end_object (&writer);
  return g_string_free (out, FALSE);
}

static void
test_push_json (void)
{
  const FlowEditCursor cursor = { 1, 2 };
  g_autoptr (FlowText) text = text_of ("a");
  g_autoptr (FlowTextOperation) operation = operation_of ("[1,\"b\"]");
  const struct
  {
    FlowEditPush push;
    const char *json;
  } pushes[] = {
    { { .kind = FLOW_EDIT_PUSH_TEXT, .revision = 3, .text = text },
      "{\"editId\":\"id\",\"revision\":3,\"text\":\"a\",\"reset\":true}" },
    { { .kind = FLOW_EDIT_PUSH_OPERATION, .revision = 3, .operation = operation, .by = "me", .cursor = &cursor },
      "{\"editId\":\"id\",\"revision\":3,\"op\":[1,\"b\"],\"by\":\"me\",\"cursor\":{\"start\":1,\"end\":2}}" },
    { { .kind = FLOW_EDIT_PUSH_ACK, .revision = 3, .op_id = "7" },
      "{\"editId\":\"id\",\"revision\":3,\"opId\":\"7\"}" },
    { { .kind = FLOW_EDIT_PUSH_CURSOR, .revision = 3, .by = "me", .cursor = &cursor },
      "{\"editId\":\"id\",\"revision\":3,\"by\":\"me\",\"cursor\":{\"start\":1,\"end\":2}}" },
    { { .kind = FLOW_EDIT_PUSH_SAVED, .revision = 3, .own = TRUE },
      "{\"editId\":\"id\",\"revision\":3,\"saved\":true}" },
    { { .kind = FLOW_EDIT_PUSH_STATE,
        .revision = 3,
        .state = FLOW_EDIT_STATE_EDITOR_FAILED,
        .code = flow_error_info (FLOW_ERROR_EDITOR_NOT_FOUND),
        .message = "no" },
      "{\"editId\":\"id\",\"revision\":3,\"state\":\"editor_failed\",\"code\":\"editor_not_found\",\"message\":\"no\"}" },
    { { .kind = FLOW_EDIT_PUSH_CLOSED, .reason = FLOW_EDIT_ENDED }, "{\"editId\":\"id\",\"reason\":\"ended\"}" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (pushes); i++)
    {
      g_autofree char *json = push_json (&pushes[i].push);

      g_assert_cmpstr (json, ==, pushes[i].json);
    }
}

static void
test_names (void)
{
  const FlowEditField field = { .id = "", .name = "n", .path = "p" };
  g_autofree char *a = flow_edit_identity_new ("https://e.org/x#1", "t", &field);
  g_autofree char *b = flow_edit_identity_new ("https://e.org/x#2", "t", &field);
  g_autofree char *c = flow_edit_identity_new ("https://e.org/x", "t", NULL);
  static const struct
  {
    const char *url;
    const char *site;
  } sites[] = {
    { "https://Example.org/a?b#c", "example.org" },
    { "http://localhost:8080", "localhost:8080" },
    { "http://[::1]:80/", "[::1]:80" },
    { "https://u:p@h.org/", "h.org" },
    { "github.com", "github.com" },
    { "file:///etc/passwd", "" },
    { "/home/me/x", "" },
    { "https://a b/", "" },
    { "https://h.org\\@evil.org/", "h.org" },
    { NULL, "" },
  };
  static const char *const types[][2] = { { "md", "md" },  { ".JS", "js" }, { "../../x", "txt" }, { "a b", "txt" },
                                          { NULL, "txt" }, { "", "txt" },   { "c++", "c++" },     { "x;rm", "txt" } };

  g_assert_cmpstr (a, ==, b);
  g_assert_cmpstr (a, ==, "https://e.org/x\nname\nn");
  g_assert_cmpstr (c, ==, "https://e.org/x\ntitle\nt");
  for (guint i = 0; i < G_N_ELEMENTS (sites); i++)
    {
      g_autofree char *site = flow_edit_site_of_url (sites[i].url);

      g_assert_cmpstr (site, ==, sites[i].site);
    }
  for (guint i = 0; i < G_N_ELEMENTS (types); i++)
    {
      g_autofree char *type = flow_edit_type_clean (types[i][0]);

      g_assert_cmpstr (type, ==, types[i][1]);
    }
}

#define ADD(name, func) g_test_add ("/edit/opening/" name, EditTest, NULL, edit_test_set_up, func, edit_test_tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("two_empty_fields_stay_two", test_two_empty_fields_stay_two);
  ADD ("reload_reattaches", test_reload_reattaches);
  ADD ("reload_with_another_text", test_reload_with_another_text);
  ADD ("two_fields_two_editors", test_two_fields_two_editors);
  ADD ("refusals", test_refusals);
  ADD ("rate_limit", test_rate_limit);
  ADD ("most_sessions", test_most_sessions);
  ADD ("most_of_a_site", test_most_of_a_site);
  ADD ("shelved", test_shelved);
  ADD ("expiry", test_expiry);
  ADD ("ended_is_not_resumed", test_ended_is_not_resumed);
  ADD ("other_site_does_not_resume", test_other_site_does_not_resume);
  ADD ("same_client_replaces", test_same_client_replaces);
  ADD ("other_scheme_does_not_resume", test_other_scheme_does_not_resume);
  ADD ("ends_are_limited", test_ends_are_limited);
  ADD ("too_long_leaves_what_is_there", test_too_long_leaves_what_is_there);
  ADD ("resume_by_operations", test_resume_by_operations);
  ADD ("resume_after_crash", test_resume_after_crash);
  ADD ("reload_after_crash", test_reload_after_crash);
  ADD ("forget", test_forget);
  ADD ("brought_back_while_pruned", test_brought_back_while_pruned);
  ADD ("editor_is_asked_once", test_editor_is_asked_once);
  ADD ("json", test_json);
  g_test_add_func ("/edit/opening/push_json", test_push_json);
  g_test_add_func ("/edit/opening/names", test_names);
  return g_test_run ();
}
