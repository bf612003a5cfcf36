/* SPDX-License-Identifier: GPL-3.0-or-later */

#include <string.h>

#include "text-random.h"
#include "text/flow-text-operation-builder.h"
#include "text/flow-text-undo.h"

#define MS G_GINT64_CONSTANT (1000000)
#define ROUNDS 2000

typedef struct
{
  FlowText *text;
  FlowTextUndo *mine;
  gint64 now_ns;
} Fixture;

static void
set_up (Fixture *self, const char *text)
{
  self->text = text_from (text);
  self->mine = flow_text_undo_new ();
  self->now_ns = 0;
}

static void
tear_down (Fixture *self)
{
  flow_text_unref (self->text);
  flow_text_undo_free (self->mine);
}

static void
apply (Fixture *self, FlowTextOperation *operation)
{
  FlowText *after = flow_text_operation_apply (operation, self->text, NULL);

  g_assert_nonnull (after);
  flow_text_unref (self->text);
  self->text = after;
}

static void
mine (Fixture *self, const char *json)
{
  g_autoptr (FlowTextOperation) operation = text_operation_from (json);

  flow_text_undo_record (self->mine, operation, self->text, self->now_ns);
  apply (self, operation);
}

static void
theirs (Fixture *self, const char *json)
{
  g_autoptr (FlowTextOperation) operation = text_operation_from (json);

  flow_text_undo_others (self->mine, operation);
  apply (self, operation);
}

static gboolean
undo (Fixture *self)
{
  g_autoptr (FlowTextOperation) operation = flow_text_undo_undo (self->mine, self->text);

  if (operation != NULL)
    apply (self, operation);
  return operation != NULL;
}

static gboolean
redo (Fixture *self)
{
  g_autoptr (FlowTextOperation) operation = flow_text_undo_redo (self->mine, self->text);

  if (operation != NULL)
    apply (self, operation);
  return operation != NULL;
}

/* Types at the end of the text, a character every 100 ms. */
static void
type (Fixture *self, const char *text)
{
  for (; *text != '\0'; text++)
    {
      g_autoptr (FlowTextOperation) operation = flow_text_operation_new_replace (flow_text_get_length (self->text), 0,
                                                                                 text, 1);

      flow_text_undo_record (self->mine, operation, self->text, self->now_ns);
      apply (self, operation);
      self->now_ns += 100 * MS;
    }
}

static void
test_words (void)
{
  Fixture f;

  set_up (&f, "");
  type (&f, "hello brave world");
  g_assert_cmpuint (flow_text_undo_get_n_undo (f.mine), ==, 3);
  g_assert_true (undo (&f));
  text_assert_is (f.text, "hello brave ");
  g_assert_true (undo (&f));
  text_assert_is (f.text, "hello ");
  g_assert_true (redo (&f));
  text_assert_is (f.text, "hello brave ");
  type (&f, "x");
  g_assert_cmpuint (flow_text_undo_get_n_redo (f.mine), ==, 0);
  g_assert_false (redo (&f));
  g_assert_true (undo (&f) && undo (&f) && undo (&f));
  g_assert_false (undo (&f));
  text_assert_is (f.text, "");
  tear_down (&f);
}

static void
test_pause (void)
{
  Fixture f;

  set_up (&f, "");
  type (&f, "ab");
  f.now_ns += 400 * MS;
  type (&f, "cd");
  g_assert_cmpuint (flow_text_undo_get_n_undo (f.mine), ==, 2);
  g_assert_true (undo (&f));
  text_assert_is (f.text, "ab");
  tear_down (&f);
}

static void
test_deleting (void)
{
  Fixture f;

  set_up (&f, "hello");
  mine (&f, "[4,{\"d\":1}]");
  mine (&f, "[3,{\"d\":1}]");
  mine (&f, "[{\"d\":1}]");
  mine (&f, "[{\"d\":1}]");
  text_assert_is (f.text, "l");
  g_assert_cmpuint (flow_text_undo_get_n_undo (f.mine), ==, 2);
  g_assert_true (undo (&f));
  text_assert_is (f.text, "hel");
  g_assert_true (undo (&f));
  text_assert_is (f.text, "hello");
  tear_down (&f);
}

/* Another author's changes move mine, and stay. */
static void
test_others_stay (void)
{
  Fixture f;

  set_up (&f, "base");
  mine (&f, "[4,\" mine\"]");
  theirs (&f, "[\"theirs \"]");
  f.now_ns += 1000 * MS;
  mine (&f, "[7,{\"d\":4}]");
  theirs (&f, "[7,\"new\"]");
  text_assert_is (f.text, "theirs new mine");
  g_assert_true (undo (&f));
  text_assert_is (f.text, "theirs newbase mine");
  theirs (&f, "[3,\"!\"]");
  g_assert_true (undo (&f));
  text_assert_is (f.text, "the!irs newbase");
  g_assert_false (undo (&f));
  g_assert_true (redo (&f));
  text_assert_is (f.text, "the!irs newbase mine");
  theirs (&f, "[{\"d\":8}]");
  g_assert_true (redo (&f));
  text_assert_is (f.text, "new mine");
  tear_down (&f);
}

/* What they took out of mine is gone: there is nothing left to undo. */
static void
test_theirs_took_it (void)
{
  Fixture f;

  set_up (&f, "");
  mine (&f, "[\"mine\"]");
  theirs (&f, "[{\"d\":4}]");
  g_assert_false (undo (&f));
  tear_down (&f);
}

/* An operation that inserts one author's letters only, so that at the end it is known whose each is. */
static FlowTextOperation *
random_of (GRand *rand, const FlowText *text, const char *letter)
{
  g_auto (FlowTextOperationBuilder) builder;
  gsize length = flow_text_get_length (text), at = (gsize) g_rand_int_range (rand, 0, (gint32) length + 1);

  flow_text_operation_builder_init (&builder);
  flow_text_operation_builder_retain (&builder, at);
  for (gint32 n = g_rand_int_range (rand, 0, 4); n > 0; n--)
    flow_text_operation_builder_insert (&builder, letter, -1);
  flow_text_operation_builder_delete (&builder, (gsize) g_rand_int_range (rand, 0, (gint32) MIN (length - at, 3) + 1));
  return flow_text_operation_builder_end (&builder);
}

static gsize
count (const FlowText *text, char letter)
{
  gsize n = 0;

  for (const char *at = flow_text_get_data (text); *at != '\0'; at++)
    n += *at == letter;
  return n;
}

/* Counts what an operation takes of each letter. */
static void
count_deleted (const FlowTextOperation *operation, const FlowText *before, gsize *of_base, gsize *of_theirs)
{
  g_autoptr (FlowTextOperation) inverse = flow_text_operation_invert (operation, before);
  FlowTextOperationIter iter;
  FlowTextComponent component;

  flow_text_operation_iter_init (&iter, inverse);
  while (flow_text_operation_iter_next (&iter, &component))
    {
      for (gsize i = 0; component.kind == FLOW_TEXT_INSERT && i < component.size; i++)
        {
          *of_base += component.text[i] == '.';
          *of_theirs += component.text[i] == 't';
        }
    }
}

/* Undoing all of mine leaves all of theirs: what they wrote, and the base without what they took. */
static void
test_undo_of_all (void)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (3);

  for (guint i = 0; i < ROUNDS; i++)
    {
      gsize taken = 0, taken_of_theirs = 0, written = 0;
      Fixture f;

      set_up (&f, "....................");
      for (guint n = 0; n < 30; n++)
        {
          gboolean is_mine = g_rand_boolean (rand);
          g_autoptr (FlowTextOperation) operation = random_of (rand, f.text, is_mine ? "m" : "t");

          f.now_ns += g_rand_int_range (rand, 0, 800) * MS;
          if (is_mine)
            flow_text_undo_record (f.mine, operation, f.text, f.now_ns);
          else
            {
              flow_text_undo_others (f.mine, operation);
              count_deleted (operation, f.text, &taken, &taken_of_theirs);
              written += flow_text_operation_get_n_inserted (operation);
            }
          apply (&f, operation);
          if (g_rand_int_range (rand, 0, 8) == 0 && undo (&f) && g_rand_boolean (rand))
            redo (&f);
        }
      while (undo (&f))
        continue;
      g_assert_cmpuint (count (f.text, 'm'), ==, 0);
      g_assert_cmpuint (count (f.text, '.'), ==, 20 - taken);
      g_assert_cmpuint (count (f.text, 't'), ==, written - taken_of_theirs);
      while (redo (&f))
        continue;
      while (undo (&f))
        continue;
      g_assert_cmpuint (count (f.text, 'm'), ==, 0);
      g_assert_cmpuint (count (f.text, '.'), ==, 20 - taken);
      g_assert_cmpuint (count (f.text, 't'), ==, written - taken_of_theirs);
      tear_down (&f);
    }
}

static void
test_bounded (void)
{
  Fixture f;

  set_up (&f, "");
  for (guint i = 0; i < FLOW_TEXT_UNDO_GROUPS + 50; i++)
    {
      f.now_ns += 1000 * MS;
      mine (&f, "[\"x\"]");
    }
  g_assert_cmpuint (flow_text_undo_get_n_undo (f.mine), ==, FLOW_TEXT_UNDO_GROUPS);
  tear_down (&f);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/text/undo/words", test_words);
  g_test_add_func ("/text/undo/pause", test_pause);
  g_test_add_func ("/text/undo/deleting", test_deleting);
  g_test_add_func ("/text/undo/others-stay", test_others_stay);
  g_test_add_func ("/text/undo/theirs-took-it", test_theirs_took_it);
  g_test_add_func ("/text/undo/undo-of-all", test_undo_of_all);
  g_test_add_func ("/text/undo/bounded", test_bounded);
  return g_test_run ();
}
