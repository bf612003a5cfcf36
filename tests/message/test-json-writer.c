/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "message/flow-json-writer.h"

#include <json-glib/json-glib.h>
#include <math.h>
#include <string.h>

static void
write_sample (FlowJsonWriter *writer)
{
  const guint8 id[] = { 0xde, 0xad };

  flow_json_writer_begin_object (writer);
  flow_json_writer_key (writer, "name");
  flow_json_writer_string (writer, "GET \"x\"", -1);
  flow_json_writer_key (writer, "list");
  flow_json_writer_begin_array (writer);
  flow_json_writer_int64 (writer, G_MININT64);
  flow_json_writer_uint64 (writer, G_MAXUINT64);
  flow_json_writer_bool (writer, TRUE);
  flow_json_writer_bool (writer, FALSE);
  flow_json_writer_null (writer);
  flow_json_writer_string (writer, NULL, -1);
  flow_json_writer_begin_object (writer);
  flow_json_writer_end_object (writer);
  flow_json_writer_begin_array (writer);
  flow_json_writer_end_array (writer);
  flow_json_writer_end_array (writer);
  flow_json_writer_key_len (writer, "start\n...", 6);
  flow_json_writer_int64_string (writer, -42);
  flow_json_writer_key (writer, "end");
  flow_json_writer_uint64_string (writer, 0);
  flow_json_writer_key (writer, "id");
  flow_json_writer_hex (writer, id, sizeof id);
  flow_json_writer_key (writer, "bytes");
  flow_json_writer_base64 (writer, id, sizeof id);
  flow_json_writer_key (writer, "raw");
  flow_json_writer_raw (writer, "{\"a\":1}", -1);
  flow_json_writer_end_object (writer);
}

static const char sample[] = "{\"name\":\"GET \\\"x\\\"\","
                             "\"list\":[-9223372036854775808,18446744073709551615,true,false,null,null,{},[]],"
                             "\"start\\n\":\"-42\",\"end\":\"0\",\"id\":\"dead\",\"bytes\":\"3q0=\",\"raw\":{\"a\":1}}";

static void
test_compact (void)
{
  g_autoptr (GString) out = g_string_new (NULL);
  FlowJsonWriter writer;

  flow_json_writer_init (&writer, out);
  write_sample (&writer);
  g_assert_cmpstr (out->str, ==, sample);
}

static void
test_pretty (void)
{
  g_autoptr (GString) out = g_string_new (NULL);
  g_autoptr (JsonNode) pretty = NULL;
  g_autoptr (JsonNode) compact = json_from_string (sample, NULL);
  FlowJsonWriter writer;

  flow_json_writer_init (&writer, out);
  writer.pretty = TRUE;
  write_sample (&writer);
  g_assert_true (g_str_has_prefix (out->str, "{\n  \"name\": \"GET \\\"x\\\"\",\n  \"list\": [\n    -9223"));
  g_assert_nonnull (strstr (out->str, "    {},\n    []\n  ],\n"));
  g_assert_true (g_str_has_suffix (out->str, "}\n}"));
  pretty = json_from_string (out->str, NULL);
  g_assert_true (json_node_equal (pretty, compact));
}

static void
test_lines (void)
{
  g_autoptr (GString) out = g_string_new (NULL);
  FlowJsonWriter writer;

  /* Documents after each other: no comma between them. */
  flow_json_writer_init (&writer, out);
  for (int i = 0; i < 3; i++)
    {
      flow_json_writer_begin_array (&writer);
      flow_json_writer_int64 (&writer, i);
      flow_json_writer_end_array (&writer);
      g_string_append_c (out, '\n');
    }
  g_assert_cmpstr (out->str, ==, "[0]\n[1]\n[2]\n");
}

static void
test_doubles (void)
{
  static const struct
  {
    double value;
    const char *text;
  } cases[] = {
    { 0.0, "0" },
    { -0.0, "-0.0" },
    { 0.1, "0.1" },
    { 0.1 + 0.2, "0.30000000000000004" },
    { 1e22, "1e+22" },
    { 5e-324, "4.94065645841247e-324" },
    { 1.7976931348623157e308, "1.7976931348623157e+308" },
    { 123456789012345678.0, "1.2345678901234568e+17" },
    { NAN, "\"NaN\"" },
    { INFINITY, "\"Infinity\"" },
    { -INFINITY, "\"-Infinity\"" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GString) out = g_string_new (NULL);
      FlowJsonWriter writer;

      flow_json_writer_init (&writer, out);
      flow_json_writer_double (&writer, cases[i].value);
      g_assert_cmpstr (out->str, ==, cases[i].text);
    }
}

static void
take_cb (GString *out, gpointer data)
{
  GString *all = data;

  g_assert_cmpint (out->len, >=, 16);
  g_string_append_len (all, out->str, (gssize) out->len);
}

static void
test_flush (void)
{
  g_autoptr (GString) out = g_string_new (NULL);
  g_autoptr (GString) all = g_string_new (NULL);
  FlowJsonWriter writer;

  flow_json_writer_init (&writer, out);
  flow_json_writer_set_flush (&writer, 16, take_cb, all);
  write_sample (&writer);
  g_assert_cmpint (out->len, <, 16);
  g_assert_cmpint (all->len, >, 0);
  g_string_append_len (all, out->str, (gssize) out->len);
  g_assert_cmpstr (all->str, ==, sample);
}

static void
test_unbalanced (void)
{
  g_autoptr (GString) out = g_string_new (NULL);
  FlowJsonWriter writer;

  flow_json_writer_init (&writer, out);
  g_test_expect_message ("flow-json-writer", G_LOG_LEVEL_CRITICAL, "*depth > 0*");
  flow_json_writer_end_array (&writer);
  g_test_assert_expected_messages ();
  g_assert_cmpstr (out->str, ==, "");
}

static void
test_deep (void)
{
  g_autoptr (GString) out = g_string_new (NULL);
  FlowJsonWriter writer;

  flow_json_writer_init (&writer, out);
  for (int i = 0; i < 10000; i++)
    flow_json_writer_begin_array (&writer);
  for (int i = 0; i < 10000; i++)
    flow_json_writer_end_array (&writer);
  g_assert_cmpint (out->len, ==, 20000);
  g_assert_null (strchr (out->str, ','));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/message/json-writer/compact", test_compact);
  g_test_add_func ("/message/json-writer/pretty", test_pretty);
  g_test_add_func ("/message/json-writer/lines", test_lines);
  g_test_add_func ("/message/json-writer/doubles", test_doubles);
  g_test_add_func ("/message/json-writer/flush", test_flush);
  g_test_add_func ("/message/json-writer/unbalanced", test_unbalanced);
  g_test_add_func ("/message/json-writer/deep", test_deep);
  return g_test_run ();
}
