/* SPDX-License-Identifier: GPL-3.0-or-later */

#include <string.h>

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

/* The same with texts that are too long to compare each of them. */
static void
test_between_long_pushes (void)
{
  g_autofree char *filling = g_strnfill (600 * 1024, 'x');
  g_autofree char *first = g_strconcat (filling, " one", NULL);
  g_autofree char *second = g_strconcat ("two ", filling, " one", NULL);
  g_autofree char *typed = g_strconcat (filling, " one!", NULL);
  g_autofree char *both = g_strconcat ("two ", filling, " one!", NULL);
  Fixture f;

  set_up (&f, filling);
  edit (&f, first);
  flow_text_shadow_push (f.page, f.server);
  edit (&f, second);
  flow_text_shadow_push (f.page, f.server);
  g_assert_cmpint (page_shows (&f, typed), ==, FLOW_TEXT_SHADOW_CHANGE);
  assert_head (&f, both);
  g_assert_cmpint (page_shows (&f, second), ==, FLOW_TEXT_SHADOW_ECHO);
  assert_head (&f, both);
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

/* A peer that was busy for long shows all that it got, one by one. None of it is a change, and of what it types then
 * nothing else is lost. */
static void
test_many_late_echoes (void)
{
  Fixture f;

  set_up (&f, "0");
  for (guint i = 1; i <= 30; i++)
    {
      g_autofree char *text = g_strdup_printf ("%u lines of text", i);

      edit (&f, text);
      flow_text_shadow_push (f.page, f.server);
    }
  flow_text_shadow_catch_up (f.page, f.server);
  flow_text_server_trim (f.server, 20);
  for (guint i = 1; i <= 30; i++)
    {
      g_autofree char *text = g_strdup_printf ("%u lines of text", i);
      g_autofree char *typed = g_strdup_printf ("%u lines of text!", i);

      g_assert_cmpint (page_shows (&f, text), ==, FLOW_TEXT_SHADOW_ECHO);
      assert_head (&f, i <= 4 ? "30 lines of text" : "30 lines of text!");
      if (i == 4)
        g_assert_cmpint (page_shows (&f, typed), ==, FLOW_TEXT_SHADOW_CHANGE);
    }
  assert_head (&f, "30 lines of text!");
  g_assert_cmpuint (flow_text_shadow_get_n_sent (f.page), ==, 0);
  tear_down (&f);
}

static void
test_pause (void)
{
  Fixture f;

  set_up (&f, "0");
  for (guint i = 1; i <= 12; i++)
    {
      g_autofree char *text = g_strdup_printf ("%u", i);

      edit (&f, text);
      flow_text_shadow_push (f.page, f.server);
      g_assert_cmpint (flow_text_shadow_get_pause (f.page, 50), ==, 50);
    }
  g_assert_cmpint (page_shows (&f, "5"), ==, FLOW_TEXT_SHADOW_ECHO);
  g_assert_cmpint (flow_text_shadow_get_pause (f.page, 50), ==, 800);
  g_assert_cmpint (page_shows (&f, "12"), ==, FLOW_TEXT_SHADOW_ECHO);
  g_assert_cmpint (flow_text_shadow_get_pause (f.page, 50), ==, 50);
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

/* Letters that are far apart are not of the same word, even if there is nothing between words. */
static void
test_overlap_endless_word (void)
{
  for (gsize size = 100; size <= 100000; size *= 1000)
    {
      g_autofree char *word = g_strnfill (size, 'a');
      g_autofree char *front = g_strconcat ("b", word, NULL);
      g_autofree char *behind = g_strconcat (word, "c", NULL);
      g_autoptr (FlowText) base = text_from (word);
      g_autoptr (FlowText) ours = text_from (front);
      g_autoptr (FlowText) theirs = text_from (behind);
      g_autoptr (FlowTextOperation) our = flow_text_diff (base, ours);
      g_autoptr (FlowTextOperation) their = flow_text_diff (base, theirs);

      g_assert_cmpint (flow_text_overlap (base, our, their, NULL), ==, size == 100);
    }
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

/* --- A page and an editor that both type, with texts that come late both ways ----------------------- */

#define SEEDS 1500
#define TICKS 60

typedef struct
{
  GRand *rand;
  FlowTextServer *server;
  FlowTextShadow *shadow;
  FlowText *page;   /* what the page shows */
  GQueue to_page;   /* FlowText, on the way */
  GQueue to_server; /* FlowText */
  GPtrArray *words; /* all that was typed */
} World;

/* A word like no other, between words. Of words that are alike it cannot be known whether one was typed or changed. */
static FlowTextOperation *
type_word (World *world, const FlowText *text)
{
  gsize length = flow_text_get_length (text);
  gsize at = (gsize) g_rand_int_range (world->rand, 0, (gint32) length + 1);
  char *word = g_strdup (" 12345678 ");

  for (guint i = 1; i <= 8; i++)
    word[i] = (char) ('a' + g_rand_int_range (world->rand, 0, 26));
  while (at < length && flow_text_get_data (text)[at] != ' ')
    at++;
  g_ptr_array_add (world->words, word);
  return flow_text_operation_new_replace (at, 0, word, -1);
}

static void
page_types (World *world)
{
  g_autoptr (FlowTextOperation) operation = type_word (world, world->page);
  FlowText *after = flow_text_operation_apply (operation, world->page, NULL);

  flow_text_unref (world->page);
  world->page = after;
  g_queue_push_tail (&world->to_server, flow_text_ref (after));
}

static void
editor_types (World *world)
{
  g_autoptr (FlowTextOperation) operation = type_word (world, flow_text_server_get_text (world->server));

  g_assert_true (flow_text_server_submit (world->server, flow_text_server_get_revision (world->server), operation,
                                          "editor", NULL, NULL, NULL, NULL));
}

/* What is pushed stands in place of all that the page had; it shows that, or it does not. */
static void
page_gets (World *world)
{
  FlowText *text = g_queue_pop_head (&world->to_page);

  if (text == NULL)
    return;
  flow_text_unref (world->page);
  world->page = text;
  if (g_rand_int_range (world->rand, 0, 3) > 0)
    g_queue_push_tail (&world->to_server, flow_text_ref (text));
}

static void
server_gets (World *world)
{
  g_autoptr (FlowText) text = g_queue_pop_head (&world->to_server);
  g_auto (FlowTextShadowChange) change = { 0 };
  g_autoptr (GError) error = NULL;

  if (text == NULL)
    return;
  flow_text_shadow_take (world->shadow, world->server, text, "page", &change, &error);
  g_assert_no_error (error);
}

static void
push (World *world)
{
  if (!flow_text_shadow_needs_push (world->shadow, world->server))
    return;
  flow_text_shadow_push (world->shadow, world->server);
  g_queue_push_tail (&world->to_page, flow_text_ref (flow_text_server_get_text (world->server)));
}

static void
tick (World *world)
{
  switch (g_rand_int_range (world->rand, 0, 6))
    {
    case 0:
      page_types (world);
      break;
    case 1:
      editor_types (world);
      break;
    case 2:
      page_gets (world);
      break;
    case 3:
      /* Who has shown so little is not told more for the time being. */
      if (flow_text_shadow_get_n_sent (world->shadow) < FLOW_TEXT_SHADOW_SENT)
        push (world);
      break;
    case 4:
      flow_text_shadow_catch_up (world->shadow, world->server);
      flow_text_server_trim (world->server, flow_text_shadow_get_oldest (world->shadow));
      break;
    default:
      server_gets (world);
    }
}

static void
settle (World *world)
{
  do
    {
      while (!g_queue_is_empty (&world->to_server))
        server_gets (world);
      push (world);
      while (!g_queue_is_empty (&world->to_page))
        page_gets (world);
    }
  while (!g_queue_is_empty (&world->to_server) || flow_text_shadow_needs_push (world->shadow, world->server));
}

/* Both have the same at the end, and each word that was typed is in it. */
static void
run_world (guint32 seed)
{
  World world = { .rand = g_rand_new_with_seed (seed), .words = g_ptr_array_new_with_free_func (g_free) };

  world.page = text_from ("the text that both begin with");
  world.server = flow_text_server_new (world.page, 1, LIMIT);
  world.shadow = flow_text_shadow_new (world.page, 1);
  for (guint i = 0; i < TICKS; i++)
    tick (&world);
  settle (&world);
  text_assert_equal (world.page, flow_text_server_get_text (world.server));
  for (guint i = 0; i < world.words->len; i++)
    g_assert_nonnull (strstr (flow_text_get_data (world.page), g_strstrip (g_ptr_array_index (world.words, i))));
  flow_text_shadow_free (world.shadow);
  flow_text_server_free (world.server);
  flow_text_unref (world.page);
  g_ptr_array_unref (world.words);
  g_rand_free (world.rand);
}

static void
test_nothing_is_lost (void)
{
  for (guint32 seed = 0; seed < SEEDS; seed++)
    run_world (seed);
}

/* Whoever is called ours; and only where there is something of both. */
static void
test_overlap_random (void)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (9);

  for (guint i = 0; i < 5000; i++)
    {
      g_autoptr (FlowText) base = text_random (rand, 40);
      g_autoptr (FlowTextOperation) ours = text_random_operation (rand, base);
      g_autoptr (FlowTextOperation) theirs = text_random_operation (rand, base);
      FlowTextOverlap overlap = { 0 }, other = { 0 };
      gboolean found = flow_text_overlap (base, ours, theirs, &overlap);

      g_assert_cmpint (flow_text_overlap (base, theirs, ours, &other), ==, found);
      g_assert_true (overlap.start == other.start && overlap.length == other.length);
      g_assert_cmpuint (overlap.start + overlap.length, <=, flow_text_get_length (base));
      g_assert_cmpint (overlap.length > 0, ==, found);
      g_assert_false (flow_text_overlap (base, ours, ours, NULL));
    }
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/text/shadow/echo", test_echo);
  g_test_add_func ("/text/shadow/both-at-once", test_both_at_once);
  g_test_add_func ("/text/shadow/between-pushes", test_between_pushes);
  g_test_add_func ("/text/shadow/between-long-pushes", test_between_long_pushes);
  g_test_add_func ("/text/shadow/never-echoes", test_never_echoes);
  g_test_add_func ("/text/shadow/many-late-echoes", test_many_late_echoes);
  g_test_add_func ("/text/shadow/pause", test_pause);
  g_test_add_func ("/text/shadow/trim", test_trim);
  g_test_add_func ("/text/shadow/too-large", test_too_large);
  g_test_add_func ("/text/shadow/overlap", test_overlap);
  g_test_add_func ("/text/shadow/overlap-endless-word", test_overlap_endless_word);
  g_test_add_func ("/text/shadow/overlap-random", test_overlap_random);
  g_test_add_func ("/text/shadow/nothing-is-lost", test_nothing_is_lost);
  return g_test_run ();
}
