/* SPDX-License-Identifier: GPL-3.0-or-later */

#include <json-glib/json-glib.h>

#include "base/flow-error.h"
#include "text-random.h"
#include "text/flow-text-operation-json.h"
#include "text/flow-text-transform.h"

#define ROUNDS 20000
#define MAX_LENGTH 60

static FlowText *
apply (const FlowTextOperation *operation, FlowText *text)
{
  g_autoptr (GError) error = NULL;
  FlowText *after = flow_text_operation_apply (operation, text, &error);

  g_assert_no_error (error);
  g_assert_cmpuint (flow_text_get_length (after), ==,
                    (gsize) g_utf8_strlen (flow_text_get_data (after), (gssize) flow_text_get_size (after)));
  g_assert_true (g_utf8_validate (flow_text_get_data (after), (gssize) flow_text_get_size (after), NULL));
  return after;
}

/* What each component of an operation says about itself and its neighbour. */
static void
check_normal (const FlowTextOperation *operation)
{
  FlowTextOperationIter iter;
  FlowTextComponent component = { 0 };
  int before = -1;

  flow_text_operation_iter_init (&iter, operation);
  while (flow_text_operation_iter_next (&iter, &component))
    {
      g_assert_cmpuint (component.length, >, 0);
      g_assert_cmpint ((int) component.kind, !=, before);
      g_assert_false (before == FLOW_TEXT_DELETE && component.kind == FLOW_TEXT_INSERT);
      before = (int) component.kind;
    }
  g_assert_cmpint (before, !=, FLOW_TEXT_RETAIN);
}

static void
test_normal_form (void)
{
  static const char *const rows[][2] = {
    { "[]", "[]" },
    { "[5]", "[]" },
    { " [ 1 , 2 , \"a\" , \"b\" , { \"d\" : 1 } , {\"d\":2} , 3 ] ", "[3,\"ab\",{\"d\":3}]" },
    { "[{\"d\":1},\"a\"]", "[\"a\",{\"d\":1}]" },
    { "[\"a\",{\"d\":1},\"b\",{\"d\":1}]", "[\"ab\",{\"d\":2}]" },
    { "[2,{\"d\":1},\"a\"]", "[2,\"a\",{\"d\":1}]" },
    { "[\"\\u00e4\\ud83d\\ude00\\n\\\"\\\\\\/\"]", "[\"ä😀\\n\\\"\\\\/\"]" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (FlowTextOperation) operation = text_operation_from (rows[i][0]);
      g_autoptr (JsonNode) node = json_from_string (rows[i][0], NULL);
      g_autoptr (FlowTextOperation) parsed = flow_text_operation_from_node (node, NULL);

      text_assert_operation_is (operation, rows[i][1]);
      g_assert_true (flow_text_operation_equal (operation, parsed));
      check_normal (operation);
    }
}

static void
test_refused (void)
{
  static const char *const rows[] = {
    "",
    "{}",
    "[",
    "[1",
    "[1,]",
    "[,1]",
    "[1]]",
    "[0]",
    "[-1]",
    "[01]",
    "[1.5]",
    "[1e3]",
    "[2147483648]",
    "[99999999999999999999999]",
    "[\"\"]",
    "[\"a]",
    "[\"\\u0000\"]",
    "[\"\\ud800\"]",
    "[\"\\ud800\\u0041\"]",
    "[\"\\udc00\"]",
    "[\"\\x\"]",
    "[\"\xff\"]",
    "[\"\n\"]",
    "[{}]",
    "[{\"d\":0}]",
    "[{\"d\":\"a\"}]",
    "[{\"d\":1,\"e\":2}]",
    "[{\"i\":1}]",
    "[null]",
    "[[1]]",
    "[true]",
    "[2147483647,\"a\",2147483647]",
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_null (flow_text_operation_from_json (rows[i], -1, &error));
      g_assert_nonnull (error);
      g_assert_true (error->domain == FLOW_ERROR);
    }
}

static void
test_nodes_refused (void)
{
  static const char *const rows[] = { "{}",
                                      "[0]",
                                      "[-1]",
                                      "[1.5]",
                                      "[\"\"]",
                                      "[{}]",
                                      "[{\"d\":0}]",
                                      "[{\"d\":\"a\"}]",
                                      "[{\"d\":1,\"e\":2}]",
                                      "[null]",
                                      "[[1]]",
                                      "[true]",
                                      "[3000000000]" };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (JsonNode) node = json_from_string (rows[i], NULL);

      g_assert_null (flow_text_operation_from_node (node, &error));
      g_assert_error (error, FLOW_ERROR, FLOW_ERROR_BAD_REQUEST);
    }
  g_assert_null (flow_text_operation_from_node (NULL, NULL));
}

/* The limit is there also where each component is small. */
static void
test_too_many (void)
{
  g_autoptr (GString) json = g_string_new ("[1");
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < FLOW_TEXT_OPERATION_MAX_COMPONENTS; i++)
    g_string_append (json, ",1");
  g_string_append_c (json, ']');
  g_assert_null (flow_text_operation_from_json (json->str, -1, &error));
  g_assert_error (error, FLOW_ERROR, FLOW_ERROR_TOO_LARGE);
}

static void
test_apply (void)
{
  static const char *const rows[][3] = {
    { "hello", "[5,\" world\"]", "hello world" },
    { "hello", "[{\"d\":5}]", "" },
    { "hello", "[1,\"a\",{\"d\":1}]", "hallo" },
    { "", "[\"x\"]", "x" },
    { "a\xf0\x9f\x98\x80"
      "b",
      "[2,\"ä\"]",
      "a\xf0\x9f\x98\x80"
      "äb" },
    { "日本語", "[1,{\"d\":1}]", "日語" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (FlowText) text = text_from (rows[i][0]);
      g_autoptr (FlowTextOperation) operation = text_operation_from (rows[i][1]);
      g_autoptr (FlowText) after = apply (operation, text);
      g_autoptr (FlowTextOperation) inverse = flow_text_operation_invert (operation, text);
      g_autoptr (FlowText) back = apply (inverse, after);

      text_assert_is (after, rows[i][2]);
      text_assert_is (back, rows[i][0]);
    }
}

static void
test_does_not_fit (void)
{
  g_autoptr (FlowText) text = text_from ("ab");
  g_autoptr (FlowTextOperation) operation = text_operation_from ("[3,\"x\"]");
  g_autoptr (GError) error = NULL;

  g_assert_false (flow_text_operation_fits (operation, text));
  g_assert_null (flow_text_operation_apply (operation, text, &error));
  g_assert_error (error, FLOW_ERROR, FLOW_ERROR_BAD_REQUEST);
}

/* apply (apply (t, a), b) = apply (t, compose (a, b)), and the inverse of it leads back. */
static void
test_compose_law (void)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (1);

  for (guint i = 0; i < ROUNDS; i++)
    {
      g_autoptr (FlowText) text = text_random (rand, MAX_LENGTH);
      g_autoptr (FlowTextOperation) first = text_random_operation (rand, text);
      g_autoptr (FlowText) between = apply (first, text);
      g_autoptr (FlowTextOperation) second = text_random_operation (rand, between);
      g_autoptr (FlowText) after = apply (second, between);
      g_autoptr (FlowTextOperation) both = flow_text_operation_compose (first, second);
      g_autoptr (FlowText) at_once = apply (both, text);
      g_autoptr (FlowTextOperation) inverse = flow_text_operation_invert (both, text);
      g_autoptr (FlowText) back = apply (inverse, at_once);

      check_normal (first);
      check_normal (both);
      check_normal (inverse);
      text_assert_equal (at_once, after);
      text_assert_equal (back, text);
      g_assert_cmpuint (flow_text_operation_get_target_length (both), <=, flow_text_get_length (after));
    }
}

/* compose (compose (a, b), c) = compose (a, compose (b, c)) as operations, not only in what they do. */
static void
test_compose_is_associative (void)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (2);

  for (guint i = 0; i < ROUNDS / 4; i++)
    {
      g_autoptr (FlowText) text = text_random (rand, MAX_LENGTH);
      g_autoptr (FlowTextOperation) a = text_random_operation (rand, text);
      g_autoptr (FlowText) after_a = apply (a, text);
      g_autoptr (FlowTextOperation) b = text_random_operation (rand, after_a);
      g_autoptr (FlowText) after_b = apply (b, after_a);
      g_autoptr (FlowTextOperation) c = text_random_operation (rand, after_b);
      g_autoptr (FlowTextOperation) ab = flow_text_operation_compose (a, b);
      g_autoptr (FlowTextOperation) bc = flow_text_operation_compose (b, c);
      g_autoptr (FlowTextOperation) ab_c = flow_text_operation_compose (ab, c);
      g_autoptr (FlowTextOperation) a_bc = flow_text_operation_compose (a, bc);
      g_autoptr (FlowText) one = apply (ab_c, text);
      g_autoptr (FlowText) other = apply (a_bc, text);

      text_assert_equal (one, other);
    }
}

/* TP1: apply (apply (t, a), b') = apply (apply (t, b), a'). */
static void
test_transform_law (void)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (3);

  for (guint i = 0; i < ROUNDS; i++)
    {
      g_autoptr (FlowText) text = text_random (rand, MAX_LENGTH);
      g_autoptr (FlowTextOperation) left = text_random_operation (rand, text);
      g_autoptr (FlowTextOperation) right = text_random_operation (rand, text);
      g_autoptr (FlowTextOperation) left_after = NULL;
      g_autoptr (FlowTextOperation) right_after = NULL;
      g_autoptr (FlowText) with_left = apply (left, text);
      g_autoptr (FlowText) with_right = apply (right, text);
      g_autoptr (FlowText) one = NULL;
      g_autoptr (FlowText) other = NULL;

      flow_text_operation_transform (left, right, &left_after, &right_after);
      check_normal (left_after);
      check_normal (right_after);
      one = apply (right_after, with_left);
      other = apply (left_after, with_right);
      text_assert_equal (one, other);
      g_assert_cmpuint (flow_text_operation_get_n_inserted (left_after), ==, flow_text_operation_get_n_inserted (left));
    }
}

static void
test_ties (void)
{
  g_autoptr (FlowTextOperation) left = text_operation_from ("[1,\"L\"]");
  g_autoptr (FlowTextOperation) right = text_operation_from ("[1,\"R\"]");
  g_autoptr (FlowTextOperation) left_after = NULL;
  g_autoptr (FlowTextOperation) right_after = NULL;

  flow_text_operation_transform (left, right, &left_after, &right_after);
  text_assert_operation_is (left_after, "[1,\"L\"]");
  text_assert_operation_is (right_after, "[2,\"R\"]");
}

static void
test_cursor (void)
{
  static const struct
  {
    const char *operation;
    gsize index, own, other;
  } rows[] = {
    { "[2,\"ab\"]", 0, 0, 0 },
    { "[2,\"ab\"]", 1, 1, 1 },
    { "[2,\"ab\"]", 2, 4, 2 },
    { "[2,\"ab\"]", 3, 5, 5 },
    { "[\"x\"]", 0, 1, 0 },
    { "[1,{\"d\":3}]", 0, 0, 0 },
    { "[1,{\"d\":3}]", 2, 1, 1 },
    { "[1,{\"d\":3}]", 4, 1, 1 },
    { "[1,{\"d\":3}]", 6, 3, 3 },
    { "[1,\"xyz\",{\"d\":2}]", 1, 4, 1 },
    { "[1,\"xyz\",{\"d\":2}]", 2, 4, 4 },
    { "[1,\"xyz\",{\"d\":2}]", 3, 4, 4 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (FlowTextOperation) operation = text_operation_from (rows[i].operation);

      g_assert_cmpuint (flow_text_operation_transform_index (operation, rows[i].index, TRUE), ==, rows[i].own);
      g_assert_cmpuint (flow_text_operation_transform_index (operation, rows[i].index, FALSE), ==, rows[i].other);
    }
}

/* JSON and back, also through the library's parser. */
static void
test_json_round_trip (void)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (4);

  for (guint i = 0; i < ROUNDS / 10; i++)
    {
      g_autoptr (FlowText) text = text_random (rand, MAX_LENGTH);
      g_autoptr (FlowTextOperation) operation = text_random_operation (rand, text);
      g_autoptr (GString) json = g_string_new (NULL);
      g_autoptr (FlowTextOperation) again = NULL;
      g_autoptr (FlowTextOperation) parsed = NULL;
      g_autoptr (JsonNode) node = NULL;

      flow_text_operation_to_json (operation, json);
      again = text_operation_from (json->str);
      node = json_from_string (json->str, NULL);
      parsed = flow_text_operation_from_node (node, NULL);
      g_assert_true (flow_text_operation_equal (operation, again));
      g_assert_true (flow_text_operation_equal (operation, parsed));
    }
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/text/operation/normal-form", test_normal_form);
  g_test_add_func ("/text/operation/refused", test_refused);
  g_test_add_func ("/text/operation/nodes-refused", test_nodes_refused);
  g_test_add_func ("/text/operation/too-many", test_too_many);
  g_test_add_func ("/text/operation/apply", test_apply);
  g_test_add_func ("/text/operation/does-not-fit", test_does_not_fit);
  g_test_add_func ("/text/operation/compose-law", test_compose_law);
  g_test_add_func ("/text/operation/compose-is-associative", test_compose_is_associative);
  g_test_add_func ("/text/operation/transform-law", test_transform_law);
  g_test_add_func ("/text/operation/ties", test_ties);
  g_test_add_func ("/text/operation/cursor", test_cursor);
  g_test_add_func ("/text/operation/json-round-trip", test_json_round_trip);
  return g_test_run ();
}
