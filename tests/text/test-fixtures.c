/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The table that the clients' tests read too: operations mean the same in both languages. */

#include <json-glib/json-glib.h>

#include "base/flow-error.h"
#include "text-random.h"
#include "text/flow-text-operation-builder.h"
#include "text/flow-text-operation-json.h"
#include "text/flow-text-transform.h"

static JsonParser *
load (void)
{
  g_autofree char *path = g_build_filename (g_getenv ("FLOW_TEST_SOURCE_ROOT"), "tests", "fixtures", "text",
                                            "operations.json", NULL);
  g_autoptr (GError) error = NULL;
  JsonParser *parser = json_parser_new_immutable ();

  json_parser_load_from_file (parser, path, &error);
  g_assert_no_error (error);
  return parser;
}

static JsonArray *
rows_of (JsonParser *parser, const char *name)
{
  JsonArray *rows = json_object_get_array_member (json_node_get_object (json_parser_get_root (parser)), name);

  g_assert_cmpuint (json_array_get_length (rows), >, 0);
  return rows;
}

static FlowTextOperation *
operation_of (JsonObject *row, const char *name)
{
  g_autoptr (GError) error = NULL;
  FlowTextOperation *operation = flow_text_operation_from_node (json_object_get_member (row, name), &error);

  g_assert_no_error (error);
  return operation;
}

static void
assert_is_member (const FlowTextOperation *operation, JsonObject *row, const char *name)
{
  g_autoptr (FlowTextOperation) expected = operation_of (row, name);

  g_assert_true (flow_text_operation_equal (operation, expected));
}

static void
test_pairs (void)
{
  g_autoptr (JsonParser) parser = load ();
  JsonArray *rows = rows_of (parser, "pairs");

  for (guint i = 0; i < json_array_get_length (rows); i++)
    {
      JsonObject *row = json_array_get_object_element (rows, i);
      g_autoptr (FlowText) text = text_from (json_object_get_string_member (row, "text"));
      g_autoptr (FlowTextOperation) a = operation_of (row, "a");
      g_autoptr (FlowTextOperation) b = operation_of (row, "b");
      g_autoptr (FlowTextOperation) a_after = NULL;
      g_autoptr (FlowTextOperation) b_after = NULL;
      g_autoptr (FlowTextOperation) composed = NULL;
      g_autoptr (FlowText) result = NULL;

      flow_text_operation_transform (a, b, &a_after, &b_after);
      composed = flow_text_operation_compose (a, b_after);
      result = flow_text_operation_apply (composed, text, NULL);
      assert_is_member (a_after, row, "a2");
      assert_is_member (b_after, row, "b2");
      assert_is_member (composed, row, "compose");
      text_assert_is (result, json_object_get_string_member (row, "result"));
    }
}

static void
test_inverses (void)
{
  g_autoptr (JsonParser) parser = load ();
  JsonArray *rows = rows_of (parser, "inverses");

  for (guint i = 0; i < json_array_get_length (rows); i++)
    {
      JsonObject *row = json_array_get_object_element (rows, i);
      g_autoptr (FlowText) text = text_from (json_object_get_string_member (row, "text"));
      g_autoptr (FlowTextOperation) operation = operation_of (row, "op");
      g_autoptr (FlowTextOperation) inverse = flow_text_operation_invert (operation, text);

      assert_is_member (inverse, row, "inverse");
    }
}

static void
test_positions (void)
{
  g_autoptr (JsonParser) parser = load ();
  JsonArray *rows = rows_of (parser, "positions");

  for (guint i = 0; i < json_array_get_length (rows); i++)
    {
      JsonObject *row = json_array_get_object_element (rows, i);
      g_autoptr (FlowTextOperation) operation = operation_of (row, "op");
      gsize index = (gsize) json_object_get_int_member (row, "position");

      g_assert_cmpuint (
          flow_text_operation_transform_index (operation, index, json_object_get_boolean_member (row, "own")), ==,
          (gsize) json_object_get_int_member (row, "result"));
    }
}

/* As the builder is told, which knows no wrong. */
static FlowTextOperation *
build (JsonArray *components)
{
  g_auto (FlowTextOperationBuilder) builder;

  flow_text_operation_builder_init (&builder);
  for (guint i = 0; i < json_array_get_length (components); i++)
    {
      JsonNode *node = json_array_get_element (components, i);

      if (JSON_NODE_HOLDS_OBJECT (node))
        flow_text_operation_builder_delete (&builder,
                                            (gsize) json_object_get_int_member (json_node_get_object (node), "d"));
      else if (json_node_get_value_type (node) == G_TYPE_STRING)
        flow_text_operation_builder_insert (&builder, json_node_get_string (node), -1);
      else
        flow_text_operation_builder_retain (&builder, (gsize) json_node_get_int (node));
    }
  return flow_text_operation_builder_end (&builder);
}

static void
test_normal (void)
{
  g_autoptr (JsonParser) parser = load ();
  JsonArray *rows = rows_of (parser, "normal");

  for (guint i = 0; i < json_array_get_length (rows); i++)
    {
      JsonObject *row = json_array_get_object_element (rows, i);
      g_autoptr (FlowTextOperation) operation = build (json_object_get_array_member (row, "op"));

      assert_is_member (operation, row, "normal");
    }
}

static void
test_wrong (void)
{
  g_autoptr (JsonParser) parser = load ();
  JsonArray *rows = rows_of (parser, "wrong");

  for (guint i = 0; i < json_array_get_length (rows); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_null (flow_text_operation_from_node (json_array_get_element (rows, i), &error));
      g_assert_error (error, FLOW_ERROR, FLOW_ERROR_BAD_REQUEST);
    }
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/text/fixtures/pairs", test_pairs);
  g_test_add_func ("/text/fixtures/inverses", test_inverses);
  g_test_add_func ("/text/fixtures/positions", test_positions);
  g_test_add_func ("/text/fixtures/normal", test_normal);
  g_test_add_func ("/text/fixtures/wrong", test_wrong);
  return g_test_run ();
}
