/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "base/flow-error.h"
#include "cli/flow-data-words.h"

#include <string.h>

static const char schema_text[] =
    "{\"properties\":{\"id\":{\"type\":\"string\"},\"user\":{\"properties\":{\"name\":{\"type\":\"string\"}}},"
    "\"n\":{\"type\":[\"string\",\"null\"]}}}";

static void
test_words (void)
{
  static const struct
  {
    const char *json;
    const char *words; /* separated by semicolons */
    const char *expected;
  } cases[] = {
    { NULL, "", "{}" },
    { NULL, "a=1;b=x;c=", "{\"a\":1,\"b\":\"x\",\"c\":\"\"}" },
    { NULL, "a=\"1\";b=null;c=[1,{}];d=-1.5", "{\"a\":\"1\",\"b\":null,\"c\":[1,{}],\"d\":-1.5}" },
    { NULL, "a=b=c;d={x", "{\"a\":\"b=c\",\"d\":\"{x\"}" },
    { NULL, "a.b.c=1;a.d=2", "{\"a\":{\"b\":{\"c\":1},\"d\":2}}" },
    { NULL, "a=1;a.b=2", "{\"a\":{\"b\":2}}" },
    { NULL, "a=1;a=2", "{\"a\":2}" },
    { "{\"a\":{\"b\":1}}", "a.c=2", "{\"a\":{\"b\":1,\"c\":2}}" },
    { NULL, "id=123;id2=123", "{\"id\":\"123\",\"id2\":123}" },
    { NULL, "id=\"1\";user.name=7;user.age=7", "{\"id\":\"1\",\"user\":{\"name\":\"7\",\"age\":7}}" },
    { NULL, "n=null", "{\"n\":null}" },
    { NULL, "file=/a\xc3\xa4 b", "{\"file\":\"/a\xc3\xa4 b\"}" },
  };
  g_autoptr (JsonNode) schema = json_from_string (schema_text, NULL);

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_auto (GStrv) words = g_strsplit (cases[i].words, ";", -1);
      g_autoptr (GError) error = NULL;
      g_autoptr (JsonObject) object = NULL;
      g_autoptr (JsonNode) node = json_node_new (JSON_NODE_OBJECT);
      g_autofree char *text = NULL;

      object = flow_data_words_parse (cases[i].json, (const char *const *) words, json_node_get_object (schema),
                                      &error);
      g_assert_no_error (error);
      json_node_set_object (node, object);
      text = json_to_string (node, FALSE);
      g_assert_cmpstr (text, ==, cases[i].expected);
    }
}

static void
test_refused (void)
{
  static const char *const cases[][2] = {
    { NULL, "a" },      { NULL, "=1" },   { NULL, "a..b=1" }, { NULL, ".a=1" },     { NULL, "a.=1" },
    { NULL, "\xff=1" }, { "[1]", "a=1" }, { "{a:1}", "a=1" }, { "{\"a\":1,}", "" }, { "\xff", "" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_auto (GStrv) words = g_strsplit (cases[i][1], ";", -1);
      g_autoptr (GError) error = NULL;

      g_assert_null (flow_data_words_parse (cases[i][0], (const char *const *) words, NULL, &error));
      g_assert_error (error, FLOW_ERROR, FLOW_ERROR_BAD_ARGUMENT);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  g_test_add_func ("/cli/data-words/words", test_words);
  g_test_add_func ("/cli/data-words/refused", test_refused);
  return g_test_run ();
}
