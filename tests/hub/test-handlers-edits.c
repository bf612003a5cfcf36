/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-test"

#include "handlers-test.h"

#include <string.h>

#include "hub/flow-json-read.h"

/* Texts that are edited by way of channels: pages, programs and editors. */

#define HELLO \
  "{\"client\":\"c\",\"text\":\"hello\",\"title\":\"Greeting\",\"url\":\"https://example.org/x\",\"fileType\":\"md\"}"

typedef struct
{
  HandlersTest *test;
  TestChannel *page;
  TestChannel *editor;
  char *id;
  char *client; /* the editor's */
  gint64 first; /* the revision that it begins with */
} Pair;

static JsonObject *
data_of (FlowMessage *message)
{
  return flow_message_get_data (message);
}

static gint64
number_of (FlowMessage *message, const char *name)
{
  return flow_json_get_int (data_of (message), name);
}

static void say (HandlersTest *test, TestChannel *from, const char *type, const char *format, ...) G_GNUC_PRINTF (4, 5);

static void
say (HandlersTest *test, TestChannel *from, const char *type, const char *format, ...)
{
  g_autofree char *data = NULL;
  va_list arguments;

  va_start (arguments, format);
  data = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  g_free (handlers_test_say (test, from, type, NULL, data));
}

/* The next `edit_update` of a channel that has a member. */
static FlowMessage *
wait_update (HandlersTest *test, TestChannel *channel, const char *member)
{
  for (;;)
    {
      FlowMessage *message = handlers_test_wait (test, channel, "edit_update");

      if (flow_message_has (message, member))
        return message;
      flow_message_unref (message);
    }
}

static void
assert_error (HandlersTest *test, TestChannel *channel, const char *code)
{
  g_autoptr (FlowMessage) message = handlers_test_wait (test, channel, "error");

  g_assert_cmpstr (test_text (message, "code"), ==, code);
}

static void
pair_open (Pair *self, HandlersTest *test)
{
  g_autoptr (FlowMessage) answer = NULL;
  g_autoptr (FlowMessage) asked = NULL;
  g_autofree char *request = NULL;

  self->test = test;
  self->page = handlers_test_join (test, "cli/page", NULL, NULL);
  self->editor = handlers_test_join (test, "editor/e", "edit", NULL);
  request = handlers_test_say (test, self->page, "edit_request", NULL, HELLO);
  answer = wait_update (test, self->page, "revision");
  g_assert_cmpstr (flow_message_get_reply_to (answer), ==, request);
  self->id = g_strdup (test_text (answer, "editId"));
  self->first = number_of (answer, "revision");
  asked = handlers_test_wait (test, self->editor, "edit_request");
  g_assert_cmpstr (test_text (asked, "editId"), ==, self->id);
  g_assert_cmpstr (test_text (asked, "text"), ==, "hello");
  g_assert_cmpstr (test_text (asked, "title"), ==, "Greeting");
  g_assert_cmpstr (test_text (asked, "site"), ==, "example.org");
  g_assert_cmpstr (test_text (asked, "fileType"), ==, "md");
  self->client = g_strdup (test_text (asked, "client"));
  say (test, self->editor, "edit_update", "{\"editId\":\"%s\",\"client\":\"%s\",\"state\":\"open\"}", self->id,
       self->client);
}

static void
pair_clear (Pair *self)
{
  g_free (self->id);
  g_free (self->client);
}

static void
page_types (Pair *self, gint64 base, const char *op_id, const char *op)
{
  say (self->test, self->page, "edit_update",
       "{\"editId\":\"%s\",\"client\":\"c\",\"base\":%" G_GINT64_FORMAT ",\"opId\":\"%s\",\"op\":%s}", self->id,
       self->first + base, op_id, op);
}

static void
editor_types (Pair *self, gint64 base, const char *op_id, const char *op)
{
  say (self->test, self->editor, "edit_update",
       "{\"editId\":\"%s\",\"client\":\"%s\",\"base\":%" G_GINT64_FORMAT ",\"opId\":\"%s\",\"op\":%s}", self->id,
       self->client, self->first + base, op_id, op);
}

static FlowEditSession *
find_session (Pair *self)
{
  return flow_edits_find (flow_hub_edits_get_edits (self->test->edits), self->id);
}

static void
assert_text (Pair *self, const char *text)
{
  g_assert_cmpstr (flow_text_get_data (flow_edit_session_get_text (find_session (self))), ==, text);
}

static void
test_live (HandlersTest *test, gconstpointer data)
{
  Pair pair = { NULL };
  g_autoptr (FlowMessage) state = NULL;
  g_autoptr (FlowMessage) ack = NULL;
  g_autoptr (FlowMessage) heard = NULL;
  g_autoptr (FlowMessage) back = NULL;

  pair_open (&pair, test);
  state = wait_update (test, pair.page, "state");
  g_assert_cmpstr (test_text (state, "state"), ==, "open");
  page_types (&pair, 0, "1", "[5,\" world\"]");
  heard = wait_update (test, pair.editor, "op");
  g_assert_cmpint (number_of (heard, "revision"), ==, pair.first + 1);
  ack = wait_update (test, pair.page, "opId");
  g_assert_cmpstr (test_text (ack, "opId"), ==, "1");
  g_assert_cmpint (number_of (ack, "revision"), ==, pair.first + 1);
  editor_types (&pair, 1, "1", "[\"😀 \"]");
  back = wait_update (test, pair.page, "op");
  g_assert_cmpint (number_of (back, "revision"), ==, pair.first + 2);
  g_assert_cmpstr (test_text (back, "by"), ==, "editor/e");
  assert_text (&pair, "😀 hello world");
  pair_clear (&pair);
}

/* Both at once: what each has typed is there, and each hears of the other's. */
static void
test_both (HandlersTest *test, gconstpointer data)
{
  Pair pair = { NULL };
  g_autoptr (FlowMessage) to_page = NULL;
  g_autoptr (FlowMessage) to_editor = NULL;

  pair_open (&pair, test);
  page_types (&pair, 0, "1", "[5,\" abc\"]");
  editor_types (&pair, 0, "1", "[\"xyz \"]");
  to_editor = wait_update (test, pair.editor, "op");
  to_page = wait_update (test, pair.page, "op");
  assert_text (&pair, "xyz hello abc");
  pair_clear (&pair);
}

static void
test_saved (HandlersTest *test, gconstpointer data)
{
  Pair pair = { NULL };
  g_autoptr (FlowMessage) own = NULL;
  g_autoptr (FlowMessage) told = NULL;

  pair_open (&pair, test);
  say (test, pair.editor, "edit_saved", "{\"editId\":\"%s\",\"client\":\"%s\"}", pair.id, pair.client);
  own = handlers_test_wait (test, pair.editor, "edit_saved");
  g_assert_true (flow_json_get_bool (data_of (own), "saved"));
  told = handlers_test_wait (test, pair.page, "edit_saved");
  g_assert_false (flow_json_get_bool (data_of (told), "saved"));
  pair_clear (&pair);
}

/* A connection that is lost: what was under way is applied once, and what the other did meanwhile comes. */
static void
test_resume (HandlersTest *test, gconstpointer data)
{
  Pair pair = { NULL };
  g_autoptr (FlowMessage) ack = NULL;
  g_autoptr (FlowMessage) answer = NULL;
  TestChannel *again;

  pair_open (&pair, test);
  page_types (&pair, 0, "1", "[5,\" one\"]");
  ack = wait_update (test, pair.page, "opId");
  handlers_test_leave (test, pair.page);
  editor_types (&pair, 1, "1", "[\"two \"]");
  again = handlers_test_join (test, "cli/page", NULL, NULL);
  say (test, again, "edit_request",
       "{\"client\":\"c\",\"text\":\"hello one\",\"resume\":{\"editId\":\"%s\",\"revision\":%" G_GINT64_FORMAT
       ",\"pending\":"
       "{\"opId\":\"1\",\"base\":%" G_GINT64_FORMAT ",\"op\":[5,\" one\"]}}}",
       pair.id, pair.first, pair.first);
  answer = handlers_test_wait (test, again, "edit_update");
  g_assert_true (flow_json_get_bool (data_of (answer), "resumed"));
  g_assert_cmpint (number_of (answer, "revision"), ==, pair.first + 2);
  g_assert_cmpuint (json_array_get_length (flow_json_get_array (data_of (answer), "ops")), ==, 2);
  assert_text (&pair, "two hello one");
  pair_clear (&pair);
}

/* The editor's window was reloaded: it comes back to its end, and no other is asked. */
static void
test_editor_comes_back (HandlersTest *test, gconstpointer data)
{
  Pair pair = { NULL };
  g_autoptr (FlowMessage) answer = NULL;
  TestChannel *again;

  pair_open (&pair, test);
  handlers_test_leave (test, pair.editor);
  page_types (&pair, 0, "1", "[5,\"!\"]");
  again = handlers_test_join (test, "editor/e", "edit", NULL);
  say (test, again, "edit_request",
       "{\"client\":\"%s\",\"text\":\"hello\",\"resume\":{\"editId\":\"%s\",\"revision\":%" G_GINT64_FORMAT "}}",
       pair.client, pair.id, pair.first);
  answer = handlers_test_wait (test, again, "edit_update");
  g_assert_true (flow_json_get_bool (data_of (answer), "resumed"));
  g_assert_cmpuint (flow_edit_session_count (find_session (&pair), FLOW_EDIT_EDITOR), ==, 1);
  handlers_test_settle (test);
  g_assert_cmpuint (test_channel_count (again, "edit_request"), ==, 0);
  pair_clear (&pair);
}

static void
test_unknown_session (HandlersTest *test, gconstpointer data)
{
  TestChannel *editor = handlers_test_join (test, "editor/e", "edit", NULL);
  TestChannel *page = handlers_test_join (test, "cli/page", NULL, NULL);

  say (test, editor, "edit_request",
       "{\"client\":\"x\",\"text\":\"\",\"resume\":{\"editId\":\"gone\",\"revision\":1}}");
  assert_error (test, editor, "no_session");
  say (test, page, "edit_update", "{\"editId\":\"gone\",\"client\":\"c\",\"base\":0,\"opId\":\"1\",\"op\":[\"a\"]}");
  assert_error (test, page, "no_session");
  say (test, page, "edit_saved", "{\"editId\":\"gone\"}");
  assert_error (test, page, "no_session");
  say (test, page, "edit_closed", "{\"editId\":\"gone\"}");
  assert_error (test, page, "no_session");
}

/* A text is for those who have it open, however well somebody else knows its id. */
static void
test_others_are_not_heard (HandlersTest *test, gconstpointer data)
{
  Pair pair = { NULL };
  TestChannel *other = handlers_test_join (test, "cli/other", NULL, NULL);

  pair_open (&pair, test);
  say (test, other, "edit_update", "{\"editId\":\"%s\",\"client\":\"c\",\"base\":0,\"opId\":\"9\",\"op\":[\"a\"]}",
       pair.id);
  assert_error (test, other, "no_session");
  say (test, other, "edit_closed", "{\"editId\":\"%s\",\"client\":\"c\",\"end\":true}", pair.id);
  assert_error (test, other, "no_session");
  assert_text (&pair, "hello");
  pair_clear (&pair);
}

/* What comes behind a NUL would be lost: such a text is refused, and what is there stays. */
static void
test_no_nul (HandlersTest *test, gconstpointer data)
{
  TestChannel *whole = handlers_test_join (test, "cli/whole", "whole_text", NULL);
  Pair pair = { NULL };

  pair_open (&pair, test);
  page_types (&pair, 0, "1", "[5,\"a\\u0000b\"]");
  assert_error (test, pair.page, "bad_request");
  say (test, whole, "edit_request", "{\"client\":\"w\",\"text\":\"one\\u0000two\"}");
  assert_error (test, whole, "bad_request");
  assert_text (&pair, "hello");
  page_types (&pair, 0, "2", "[5,\" \\\\u0000\"]");
  handlers_test_settle (test);
  assert_text (&pair, "hello \\u0000");
  pair_clear (&pair);
}

static void
test_closed (HandlersTest *test, gconstpointer data)
{
  Pair pair = { NULL };

  pair_open (&pair, test);
  say (test, pair.editor, "edit_closed", "{\"editId\":\"%s\",\"client\":\"%s\"}", pair.id, pair.client);
  g_assert_cmpuint (flow_edit_session_count (find_session (&pair), FLOW_EDIT_EDITOR), ==, 0);
  say (test, pair.page, "edit_closed", "{\"editId\":\"%s\",\"client\":\"c\",\"end\":true}", pair.id);
  handlers_test_settle (test);
  g_assert_null (find_session (&pair));
  pair_clear (&pair);
}

/* What an editor that declines is not asked again for; there is no command here, so it cannot be opened. */
static void
test_declined (HandlersTest *test, gconstpointer data)
{
  TestChannel *page = handlers_test_join (test, "cli/page", NULL, NULL);
  TestChannel *editor = handlers_test_join (test, "editor/e", "edit", NULL);
  g_autoptr (FlowMessage) asked = NULL;
  g_autoptr (FlowMessage) state = NULL;

  say (test, page, "edit_request", HELLO);
  asked = handlers_test_wait (test, editor, "edit_request");
  say (test, editor, "error", "{\"code\":\"declined\",\"message\":\"switched off\",\"in_reply_to\":\"%s\"}",
       flow_message_get_id (asked));
  do
    {
      g_clear_pointer (&state, flow_message_unref);
      state = wait_update (test, page, "state");
    }
  while (!g_str_equal (test_text (state, "state"), "editor_failed"));
  g_assert_cmpuint (test_channel_count (editor, "edit_request"), ==, 0);
  g_assert_cmpuint (test_channel_count (editor, "edit_closed"), ==, 0);
}

static void
test_whole_text (HandlersTest *test, gconstpointer data)
{
  TestChannel *page = handlers_test_join (test, "cli/page", "whole_text", NULL);
  Pair pair = { .test = test, .page = page };
  g_autoptr (FlowMessage) answer = NULL;

  say (test, page, "edit_request", HELLO);
  answer = wait_update (test, page, "revision");
  pair.id = g_strdup (test_text (answer, "editId"));
  say (test, page, "edit_update", "{\"editId\":\"%s\",\"client\":\"c\",\"text\":\"hello all\"}", pair.id);
  assert_text (&pair, "hello all");
  pair_clear (&pair);
}

static void
test_refused (HandlersTest *test, gconstpointer data)
{
  static const struct
  {
    const char *request;
    const char *code;
  } rows[] = {
    { "{\"text\":\"a\"}", "bad_request" },
    { "{\"client\":\"c\"}", "bad_request" },
    { "{\"client\":\"c\",\"text\":\"a\",\"field\":{\"inputType\":\"password\"}}", "not_editable" },
    { "{\"client\":\"c\",\"text\":\"a\",\"url\":\"https://bank.example/login\"}", "host_denied" },
    { "{\"client\":\"c\",\"text\":\"a\",\"resume\":{\"editId\":\"x\",\"revision\":1,\"pending\":{\"opId\":\"1\","
      "\"base\":0,\"op\":[-1]}}}",
      "bad_request" },
  };
  TestChannel *page = handlers_test_join (test, "cli/page", NULL, NULL);

  handlers_test_set (test, "edit.denied-hosts", "['bank.example']");
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      say (test, page, "edit_request", "%s", rows[i].request);
      assert_error (test, page, rows[i].code);
    }
}

/* Longer than a message of another type may be, and longer than a text may be. */
static void
test_long (HandlersTest *test, gconstpointer data)
{
  TestChannel *page = handlers_test_join (test, "cli/page", NULL, NULL);
  g_autofree char *fits = g_strnfill (FLOW_EDIT_MAX_TEXT, 'a');
  g_autofree char *too_long = g_strnfill (FLOW_EDIT_MAX_TEXT + 1, 'a');
  g_autoptr (FlowMessage) answer = NULL;

  say (test, page, "edit_request", "{\"client\":\"c\",\"text\":\"%s\"}", fits);
  answer = wait_update (test, page, "revision");
  say (test, page, "edit_request", "{\"client\":\"d\",\"text\":\"%s\"}", too_long);
  assert_error (test, page, "text_too_long");
}

/* A page says that it is another one: its origin is believed, not its word. */
static void
test_origin_is_true (HandlersTest *test, gconstpointer data)
{
  TestChannel *page = handlers_test_join (test, "browser_page/p", NULL, NULL);
  TestChannel *editor = handlers_test_join (test, "editor/e", "edit", NULL);
  g_autoptr (FlowMessage) asked = NULL;

  flow_channel_set_origin (FLOW_CHANNEL (page), "https://evil.example");
  say (test, page, "edit_request", HELLO);
  asked = handlers_test_wait (test, editor, "edit_request");
  g_assert_cmpstr (test_text (asked, "site"), ==, "evil.example");
  handlers_test_set (test, "edit.denied-hosts", "['evil.example']");
  say (test, page, "edit_request", HELLO);
  assert_error (test, page, "host_denied");
}

/* The user has clicked again: the window that has the text is asked to show it. */
static void
test_shown_again (HandlersTest *test, gconstpointer data)
{
  Pair pair = { NULL };
  g_autoptr (FlowMessage) asked = NULL;

  pair_open (&pair, test);
  say (
      test, pair.page, "edit_request",
      "{\"client\":\"c\",\"text\":\"hello\",\"focus\":true,\"resume\":{\"editId\":\"%s\",\"revision\":%" G_GINT64_FORMAT
      "}}",
      pair.id, pair.first);
  asked = handlers_test_wait (test, pair.editor, "edit_request");
  g_assert_cmpstr (test_text (asked, "editId"), ==, pair.id);
  g_assert_cmpstr (test_text (asked, "client"), ==, pair.client);
  handlers_test_settle (test);
  g_assert_cmpuint (test_channel_count (pair.page, "edit_closed"), ==, 0);
  page_types (&pair, 0, "1", "[5,\"!\"]");
  assert_text (&pair, "hello!");
  pair_clear (&pair);
}

/* The choice for a site goes before the window that had the focus last. */
static void
test_choice (HandlersTest *test, gconstpointer data)
{
  TestChannel *page = handlers_test_join (test, "cli/page", NULL, NULL);
  TestChannel *chosen = handlers_test_join (test, "editor/chosen", "edit", NULL);
  TestChannel *focused = handlers_test_join (test, "editor/focused", "edit", NULL);
  g_autoptr (FlowMessage) asked = NULL;

  flow_channel_set_focused (FLOW_CHANNEL (focused), TRUE, 1000000);
  say (test, page, "edit_request", HELLO);
  asked = handlers_test_wait (test, focused, "edit_request");
  handlers_test_set (test, "edit.editors-by-site", "[('example.org', 'editor/chosen')]");
  say (test, page, "edit_request", "{\"client\":\"d\",\"text\":\"\",\"url\":\"https://example.org/y\"}");
  g_clear_pointer (&asked, flow_message_unref);
  asked = handlers_test_wait (test, chosen, "edit_request");
  g_assert_cmpuint (test_channel_count (focused, "edit_request"), ==, 0);
}

#define ADD(name, func) \
  g_test_add ("/handlers/edits/" name, HandlersTest, NULL, handlers_test_set_up, func, handlers_test_tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  /* No editor of this machine. */
  g_setenv ("PATH", "/nowhere", TRUE);
  g_unsetenv ("VISUAL");
  g_unsetenv ("EDITOR");
  g_unsetenv ("TERM_PROGRAM");
  ADD ("live", test_live);
  ADD ("both", test_both);
  ADD ("saved", test_saved);
  ADD ("resume", test_resume);
  ADD ("editor-comes-back", test_editor_comes_back);
  ADD ("unknown-session", test_unknown_session);
  ADD ("others-are-not-heard", test_others_are_not_heard);
  ADD ("no-nul", test_no_nul);
  ADD ("closed", test_closed);
  ADD ("declined", test_declined);
  ADD ("whole-text", test_whole_text);
  ADD ("refused", test_refused);
  ADD ("long", test_long);
  ADD ("origin-is-true", test_origin_is_true);
  ADD ("shown-again", test_shown_again);
  ADD ("choice", test_choice);
  return g_test_run ();
}
