/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "base/flow-error.h"
#include "text-random.h"
#include "text/flow-text-diff.h"
#include "text/flow-text-overlap.h"
#include "text/flow-text-shadow.h"

#define LIMIT (4 * 1024 * 1024)

typedef struct
{
  FlowTextServer *server;
  FlowTextShadow *page;
} Fixture;

static void
set_up (Fixture *self, const char *text)
{
  g_autoptr (FlowText) first = text_from (text);

  self->server = flow_text_server_new (first, 1, LIMIT);
  self->page = flow_text_shadow_new (first, 1);
}

static void
tear_down (Fixture *self)
{
  flow_text_shadow_free (self->page);
  flow_text_server_free (self->server);
}

/* The editor makes the text another one. */
static void
edit (Fixture *self, const char *text)
{
  g_autoptr (FlowText) after = text_from (text);
  g_autoptr (FlowTextOperation) operation = flow_text_diff (flow_text_server_get_text (self->server), after);

  g_assert_true (flow_text_server_submit (self->server, flow_text_server_get_revision (self->server), operation,
                                          "editor", NULL, NULL, NULL, NULL));
}

static FlowTextShadowResult
page_shows (Fixture *self, const char *text)
{
  g_autoptr (FlowText) shown = text_from (text);
  g_auto (FlowTextShadowChange) change = { 0 };

  return flow_text_shadow_take (self->page, self->server, shown, "page", &change, NULL);
}

static void
assert_head (Fixture *self, const char *text)
{
  text_assert_is (flow_text_server_get_text (self->server), text);
}

static void
test_echo (void)
{
  Fixture f;

  set_up (&f, "one");
  g_assert_cmpint (page_shows (&f, "one"), ==, FLOW_TEXT_SHADOW_ECHO);
  edit (&f, "one two");
  g_assert_true (flow_text_shadow_needs_push (f.page, f.server));
  flow_text_shadow_push (f.page, f.server);
  g_assert_false (flow_text_shadow_needs_push (f.page, f.server));
  g_assert_cmpuint (flow_text_shadow_get_n_sent (f.page), ==, 1);
  g_assert_cmpint (page_shows (&f, "one two"), ==, FLOW_TEXT_SHADOW_ECHO);
  g_assert_cmpuint (flow_text_shadow_get_n_sent (f.page), ==, 0);
  assert_head (&f, "one two");
  tear_down (&f);
}

/* The page types while a push is on its way, and shows the push only after that. */
static void
test_both_at_once (void)
{
  Fixture f;

  set_up (&f, "hello\n");
  edit (&f, "hello\nfrom the editor\n");
  flow_text_shadow_push (f.page, f.server);
  g_assert_cmpint (page_shows (&f, "abc hello\n"), ==, FLOW_TEXT_SHADOW_CHANGE);
  assert_head (&f, "abc hello\nfrom the editor\n");
  g_assert_true (flow_text_shadow_needs_push (f.page, f.server));
  flow_text_shadow_push (f.page, f.server);
  /* It goes on typing into what it has, gets the first push, which has nothing of that, and the second. */
  g_assert_cmpint (page_shows (&f, "abcd hello\n"), ==, FLOW_TEXT_SHADOW_CHANGE);
  assert_head (&f, "abcd hello\nfrom the editor\n");
  g_assert_cmpint (page_shows (&f, "hello\nfrom the editor\n"), ==, FLOW_TEXT_SHADOW_ECHO);
  g_assert_cmpint (page_shows (&f, "abc hello\nfrom the editor\n"), ==, FLOW_TEXT_SHADOW_ECHO);
  assert_head (&f, "abcd hello\nfrom the editor\n");
  g_assert_true (flow_text_shadow_needs_push (f.page, f.server));
  tear_down (&f);
}

/* Between two pushes the page types into the first. */
static void
test_between_pushes (void)
{
  Fixture f;

  set_up (&f, "base");
  edit (&f, "base one");
  flow_text_shadow_push (f.page, f.server);
  edit (&f, "base one two three");
  flow_text_shadow_push (f.page, f.server);
  g_assert_cmpint (page_shows (&f, "base one!"), ==, FLOW_TEXT_SHADOW_CHANGE);
  assert_head (&f, "base one two three!");
  g_assert_cmpuint (flow_text_shadow_get_n_sent (f.page), ==, 1);
  g_assert_cmpint (page_shows (&f, "base one two three"), ==, FLOW_TEXT_SHADOW_ECHO);
  assert_head (&f, "base one two three!");
  tear_down (&f);
}

static void
test_never_echoes (void)
{
  Fixture f;

  set_up (&f, "0");
  for (guint i = 1; i <= 30; i++)
    {
      g_autofree char *text = g_strdup_printf ("%u lines of text", i);

      edit (&f, text);
      flow_text_shadow_push (f.page, f.server);
      g_assert_cmpuint (flow_text_shadow_get_n_sent (f.page), <=, FLOW_TEXT_SHADOW_SENT);
    }
  g_assert_cmpint (page_shows (&f, "30 lines of text, typed"), ==, FLOW_TEXT_SHADOW_CHANGE);
  assert_head (&f, "30 lines of text, typed");
  g_assert_cmpuint (flow_text_shadow_get_n_sent (f.page), ==, 0);
  tear_down (&f);
}

/* The history is needed no longer after catching up; without that the error says so. */
static void
test_trim (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (FlowText) shown = text_from ("a page");
  g_auto (FlowTextShadowChange) change = { 0 };
  Fixture f;

  set_up (&f, "a");
  for (guint i = 0; i < 10; i++)
    {
      g_autofree char *text = g_strdup_printf ("a %u", i);

      edit (&f, text);
    }
  g_assert_cmpuint (flow_text_shadow_get_oldest (f.page), ==, 1);
  flow_text_shadow_catch_up (f.page, f.server);
  g_assert_cmpuint (flow_text_shadow_get_oldest (f.page), ==, 11);
  flow_text_server_trim (f.server, 11);
  g_assert_cmpuint (flow_text_server_get_oldest (f.server), ==, 11);
  g_assert_cmpint (page_shows (&f, "the a"), ==, FLOW_TEXT_SHADOW_CHANGE);
  assert_head (&f, "the a 9");
  edit (&f, "b");
  flow_text_server_trim (f.server, G_MAXUINT64);
  g_assert_cmpint (flow_text_shadow_take (f.page, f.server, shown, NULL, &change, &error), ==, FLOW_TEXT_SHADOW_FAILED);
  g_assert_error (error, FLOW_ERROR, FLOW_ERROR_EXPIRED);
  tear_down (&f);
}

static void
test_too_large (void)
{
  g_autoptr (FlowText) first = text_from ("12345");
  g_autoptr (FlowText) longer = text_from ("12345678901");
  g_autoptr (FlowTextServer) server = flow_text_server_new (first, 1, 10);
  g_autoptr (FlowTextShadow) shadow = flow_text_shadow_new (first, 1);
  g_autoptr (GError) error = NULL;
  g_auto (FlowTextShadowChange) change = { 0 };

  g_assert_cmpint (flow_text_shadow_take (shadow, server, longer, NULL, &change, &error), ==, FLOW_TEXT_SHADOW_FAILED);
  g_assert_error (error, FLOW_ERROR, FLOW_ERROR_TOO_LARGE);
  text_assert_equal (flow_text_server_get_text (server), first);
  text_assert_equal (flow_text_shadow_get_held (shadow), first);
}

static void
test_overlap (void)
{
  static const struct
  {
    const char *base, *ours, *theirs;
    gboolean overlap;
    gsize start, length;
  } rows[] = {
    { "one two three", "one 2 three", "one two 3", FALSE, 0, 0 },
    { "one two three", "one 2 three", "one zwei three", TRUE, 4, 3 },
    { "one two three", "one 2 three", "one 2 three", FALSE, 0, 0 },
    { "one two three", "one  three", "one two! three", FALSE, 0, 0 },
    { "one two three", "one three", "one twofold three", TRUE, 4, 3 },
    { "hello", "hallo", "hellos", TRUE, 0, 5 },
    { "hello", "hallo", "hello!", FALSE, 0, 0 },
    { "", "abc", "xyz", FALSE, 0, 0 },
    { "a b", "a x b", "a y b", FALSE, 0, 0 },
    { "ab", "", "a", TRUE, 0, 2 },
    { "größe zwei", "Größe zwei", "größer zwei", TRUE, 0, 5 },
    { "日本語", "日x語", "日y語", TRUE, 1, 1 },
    { "日本語", "x本語", "日本y", FALSE, 0, 0 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (FlowText) base = text_from (rows[i].base);
      g_autoptr (FlowText) ours = text_from (rows[i].ours);
      g_autoptr (FlowText) theirs = text_from (rows[i].theirs);
      g_autoptr (FlowTextOperation) our = flow_text_diff (base, ours);
      g_autoptr (FlowTextOperation) their = flow_text_diff (base, theirs);
      FlowTextOverlap overlap = { 0 };

      g_assert_cmpint (flow_text_overlap (base, our, their, &overlap), ==, rows[i].overlap);
      g_assert_cmpint (flow_text_overlap (base, their, our, NULL), ==, rows[i].overlap);
      g_assert_cmpuint (overlap.start, ==, rows[i].start);
      g_assert_cmpuint (overlap.length, ==, rows[i].length);
    }
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/text/shadow/echo", test_echo);
  g_test_add_func ("/text/shadow/both-at-once", test_both_at_once);
  g_test_add_func ("/text/shadow/between-pushes", test_between_pushes);
  g_test_add_func ("/text/shadow/never-echoes", test_never_echoes);
  g_test_add_func ("/text/shadow/trim", test_trim);
  g_test_add_func ("/text/shadow/too-large", test_too_large);
  g_test_add_func ("/text/shadow/overlap", test_overlap);
  return g_test_run ();
}
