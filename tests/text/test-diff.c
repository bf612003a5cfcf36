/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "text-random.h"
#include "text/flow-text-diff.h"
#include "text/flow-text-transform.h"

static void
check_diff (FlowText *before, FlowText *after)
{
  g_autoptr (FlowTextOperation) operation = flow_text_diff (before, after);
  g_autoptr (FlowTextOperation) lines = flow_text_diff_lines (before, after);
  g_autoptr (FlowText) made = flow_text_operation_apply (operation, before, NULL);
  g_autoptr (FlowText) made_of_lines = flow_text_operation_apply (lines, before, NULL);

  text_assert_equal (made, after);
  text_assert_equal (made_of_lines, after);
  g_assert_cmpint (flow_text_operation_is_noop (operation), ==, flow_text_equal (before, after));
}

static void
test_random (void)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (1);

  for (guint i = 0; i < 5000; i++)
    {
      g_autoptr (FlowText) before = text_random (rand, 80);
      g_autoptr (FlowText) after = text_random (rand, 80);
      g_autoptr (FlowTextOperation) change = text_random_operation (rand, before);
      g_autoptr (FlowText) changed = flow_text_operation_apply (change, before, NULL);

      check_diff (before, after);
      check_diff (before, changed);
    }
}

/* Longer than what is compared character by character at once: lines, and words of one endless line. */
static void
test_long (void)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (2);

  for (guint i = 0; i < 12; i++)
    {
      g_autoptr (FlowText) before = text_random (rand, 30000);
      g_autoptr (FlowTextOperation) change = NULL;
      g_autoptr (FlowText) after = NULL;
      g_autofree char *flat = NULL;
      g_autoptr (FlowText) one_line = NULL;
      g_autoptr (FlowText) edited = text_random_edit (rand, before, 30);

      flat = g_strdelimit (g_strdup (flow_text_get_data (before)), "\n", ' ');
      one_line = text_from (flat);
      change = text_random_operation (rand, one_line);
      after = flow_text_operation_apply (change, one_line, NULL);
      check_diff (before, edited);
      check_diff (one_line, after);
      check_diff (one_line, edited);
    }
}

/* What a person would say that was changed. */
static void
test_means (void)
{
  static const char *const rows[][3] = {
    { "", "", "[]" },
    { "same", "same", "[]" },
    { "", "abc", "[\"abc\"]" },
    { "abc", "", "[{\"d\":3}]" },
    { "hello world", "hello brave world", "[6,\"brave \"]" },
    { "one two three", "one three", "[4,{\"d\":4}]" },
    { "The cat sat", "The dog sat", "[4,\"dog\",{\"d\":3}]" },
    { "  a();\n  b();\n", "  a();\n  c();\n  b();\n", "[7,\"  c();\\n\"]" },
    { "x😀y", "x😁y", "[1,\"😁\",{\"d\":1}]" },
    { "é", "è", "[\"è\",{\"d\":1}]" },
    { "ab", "aXb", "[1,\"X\"]" },
    { "runs egunizwp on", "runs runzwyks on", "[5,\"runzwyks\",{\"d\":8}]" },
    { "f(x.y)", "f(a.b)", "[2,\"a\",{\"d\":1},1,\"b\",{\"d\":1}]" },
    { "if (a)\n{\n}\n", "if (a)\n{\n}\nif (b)\n{\n}\n", "[11,\"if (b)\\n{\\n}\\n\"]" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (FlowText) before = text_from (rows[i][0]);
      g_autoptr (FlowText) after = text_from (rows[i][1]);
      g_autoptr (FlowTextOperation) operation = flow_text_diff (before, after);

      text_assert_operation_is (operation, rows[i][2]);
      check_diff (before, after);
    }
}

static FlowText *
make_long (GRand *rand, guint n_bytes, guint n_letters, gboolean lines)
{
  g_autoptr (GString) out = g_string_sized_new (n_bytes);

  while (out->len < n_bytes)
    g_string_append_c (out, lines && g_rand_int_range (rand, 0, 30) == 0
                                ? '\n'
                                : 'a' + (char) g_rand_int_range (rand, 0, (gint32) n_letters));
  return flow_text_new (out->str, (gssize) out->len, NULL);
}

/* What has no spaces is one endless word: two changes far apart stay two. */
static void
test_endless_word (void)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (5);
  g_autoptr (FlowText) before = make_long (rand, 100000, 26, FALSE);
  g_autoptr (FlowTextOperation) near_begin = flow_text_operation_new_replace (10, 1, "ABC", -1);
  g_autoptr (FlowTextOperation) near_end = flow_text_operation_new_replace (99990, 1, "DEF", -1);
  g_autoptr (FlowTextOperation) both = flow_text_operation_compose (near_begin, near_end);
  g_autoptr (FlowText) after = flow_text_operation_apply (both, before, NULL);
  g_autoptr (FlowTextOperation) found = flow_text_diff (before, after);

  check_diff (before, after);
  text_assert_operation_is (found, "[10,\"ABC\",{\"d\":1},99977,\"DEF\",{\"d\":1}]");
}

/* Texts that have nothing in common, or everything but in another order: the worst there is. That it ends is what
 * counts; the operation is right all the same. */
static void
test_bounded (void)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (3);

  for (guint letters = 2; letters <= 26; letters += 24)
    {
      for (guint lines = 0; lines < 2; lines++)
        {
          g_autoptr (FlowText) before = make_long (rand, 1 << 17, letters, lines != 0);
          g_autoptr (FlowText) after = make_long (rand, 1 << 17, letters, lines != 0);

          check_diff (before, after);
        }
    }
}

/* Of a line that is too long to be compared by word, what lies between its common begin and end goes and comes. */
static void
test_coarse_line (void)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (6);
  g_autoptr (FlowText) before = make_long (rand, 5 << 19, 2, FALSE);
  g_autofree char *split = g_strdelimit (g_strdup (flow_text_get_data (before)), "b", '.');
  g_autofree char *mixed = g_strdelimit (g_strreverse (g_strdup (flow_text_get_data (before))), "b", '.');
  g_autoptr (FlowText) ours = text_from (split);
  g_autoptr (FlowText) theirs = text_from (mixed);
  g_autoptr (FlowTextOperation) found = flow_text_diff (ours, theirs);

  check_diff (ours, theirs);
  g_assert_cmpuint (flow_text_operation_get_n_components (found), <=, 4);
}

/* A change in every second line of very many: neighbours become one. */
static void
test_many_places (void)
{
  g_autoptr (GString) before = g_string_new (NULL);
  g_autoptr (GString) after = g_string_new (NULL);
  g_autoptr (FlowText) a = NULL;
  g_autoptr (FlowText) b = NULL;
  g_autoptr (FlowTextOperation) found = NULL;

  for (guint i = 0; i < 120000; i++)
    {
      g_string_append_printf (before, "x\na%u\n", i);
      g_string_append_printf (after, "x\nb%u\n", i);
    }
  a = text_from (before->str);
  b = text_from (after->str);
  check_diff (a, b);
  found = flow_text_diff_lines (a, b);
  g_assert_cmpuint (flow_text_operation_get_n_components (found), <=, 3 * 50000 + 1);
}

/* Small changes of a long text are found as small, whatever else is in it. */
static void
test_small_stays_small (void)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (4);
  g_autoptr (FlowText) before = make_long (rand, 1 << 20, 26, TRUE);
  g_autoptr (FlowTextOperation) near_begin = flow_text_operation_new_replace (1000, 3, "changed", -1);
  g_autoptr (FlowTextOperation) near_end = flow_text_operation_new_replace (1000000, 3, "\nalso\n", -1);
  g_autoptr (FlowTextOperation) both = flow_text_operation_compose (near_begin, near_end);
  g_autoptr (FlowText) after = flow_text_operation_apply (both, before, NULL);
  g_autoptr (FlowTextOperation) found = flow_text_diff (before, after);

  check_diff (before, after);
  g_assert_cmpuint (flow_text_operation_get_n_inserted (found), <=, 100);
  g_assert_cmpuint (flow_text_operation_get_n_deleted (found), <=, 100);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/text/diff/random", test_random);
  g_test_add_func ("/text/diff/long", test_long);
  g_test_add_func ("/text/diff/means", test_means);
  g_test_add_func ("/text/diff/endless-word", test_endless_word);
  g_test_add_func ("/text/diff/bounded", test_bounded);
  g_test_add_func ("/text/diff/coarse-line", test_coarse_line);
  g_test_add_func ("/text/diff/many-places", test_many_places);
  g_test_add_func ("/text/diff/small-stays-small", test_small_stays_small);
  return g_test_run ();
}
