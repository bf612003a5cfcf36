/* SPDX-License-Identifier: GPL-3.0-or-later */

#include <glib.h>

#include "message/flow-envelope.h"

#define START "{\"id\":\"1\",\"type\":\"t\""

static void
assert_slice (FlowSlice slice, const char *text)
{
  g_autofree char *copy = slice.text != NULL ? g_strndup (slice.text, slice.length) : NULL;

  g_assert_cmpstr (copy, ==, text);
}

/* Memory of exactly the text, so that a sanitizer sees who reads beyond it. */
static const char *
scan (FlowEnvelope *envelope, const char *text, char **copy)
{
  gsize length = strlen (text);

  *copy = g_memdup2 (text, length);
  return flow_envelope_scan (envelope, *copy != NULL ? *copy : "", length);
}

static void
test_all_members (void)
{
  static const char text[] =
      " { \"id\" : \"01J\" , \"type\":\"jump_to_code\",\"source\":\"desktop_app\",\"target\":\"vscode_extension/2\",\n"
      "\"timestamp\":\"2026-11-20T08:30:00.123Z\",\"data\":{\"a\":[1,{\"id\":\"no\"}],\"s\":\"}\\\"]\"},"
      "\"metadata\":[ 1, 2 ],\"reply_to\":\"r\",\"ack\":true,\"expires\":\"e\",\"priority\":7,\"more\":null }\t\r\n";
  FlowEnvelope envelope;
  g_autofree char *copy = NULL;

  g_assert_cmpstr (scan (&envelope, text, &copy), ==, NULL);
  assert_slice (envelope.id, "01J");
  assert_slice (envelope.type, "jump_to_code");
  assert_slice (envelope.source, "desktop_app");
  assert_slice (envelope.target, "vscode_extension/2");
  assert_slice (envelope.timestamp, "2026-11-20T08:30:00.123Z");
  assert_slice (envelope.data, "{\"a\":[1,{\"id\":\"no\"}],\"s\":\"}\\\"]\"}");
  assert_slice (envelope.metadata, "[ 1, 2 ]");
  assert_slice (envelope.reply_to, "r");
  assert_slice (envelope.expires, "e");
  g_assert_true (envelope.ack);
  g_assert_cmpint (envelope.priority, ==, 7);
  g_assert_true (flow_slice_equal (envelope.id, "01J"));
  g_assert_false (flow_slice_equal (envelope.id, "01"));
}

static void
test_absent (void)
{
  FlowEnvelope envelope;
  g_autofree char *copy = NULL;

  g_assert_cmpstr (scan (&envelope, START ",\"target\":null,\"expires\":null,\"ack\":false}", &copy), ==, NULL);
  assert_slice (envelope.source, NULL);
  assert_slice (envelope.target, NULL);
  assert_slice (envelope.data, NULL);
  g_assert_false (envelope.ack);
  g_assert_cmpint (envelope.priority, ==, -1);
  g_assert_false (flow_slice_equal (envelope.target, ""));
}

static void
test_escapes (void)
{
  FlowEnvelope envelope;
  g_autofree char *copy = NULL;

  g_assert_cmpstr (scan (&envelope,
                         "{\"id\":\"a\\u00e9\\ud83d\\ude00\\\\\",\"type\":\"t\",\"target\":\"vscode_extension\\/1\","
                         "\"source\":\"\\\"q\",\"\\u00fc\":1}",
                         &copy),
                   ==, NULL);
  assert_slice (envelope.id, "aé😀\\");
  assert_slice (envelope.target, "vscode_extension/1");
  assert_slice (envelope.source, "\"q");
}

static const struct
{
  const char *text;
  const char *problem;
} refused[] = {
  { "", "not a JSON object" },
  { "   ", "not a JSON object" },
  { "[]", "not a JSON object" },
  { "\"{}\"", "not a JSON object" },
  { "nul", "not a JSON object" },
  { "{", "too early" },
  { "{}", "no id" },
  { "{\"type\":\"t\"}", "no id" },
  { "{\"id\":\"1\"}", "no type" },
  { "{\"id\":\"1\",}", "not JSON" },
  { "{,\"id\":\"1\"}", "not JSON" },
  { "{\"id\" \"1\"}", "not JSON" },
  { "{\"id\":}", "not JSON" },
  { "{\"id\":\"1\" \"type\":\"t\"}", "not JSON" },
  { "{id:1}", "not JSON" },
  { "{\"id\":\"1", "too early" },
  { "{\"id\":\"1\\", "too early" },
  { "{\"id\":\"1\\\"", "too early" },
  { "{\"id\"", "too early" },
  { "{\"id\":", "too early" },
  { "{\"id\":\"1\"", "too early" },
  { "{\"id\":\"1\",", "too early" },
  { START, "too early" },
  { START "}x", "behind the message" },
  { START "}{}", "behind the message" },
  { "{\"id\":1,\"type\":\"t\"}", "id must be" },
  { "{\"id\":null,\"type\":\"t\"}", "id must be" },
  { "{\"id\":\"\",\"type\":\"t\"}", "id must be" },
  { "{\"id\":\"a\tb\",\"type\":\"t\"}", "id must be" },
  { "{\"id\":\"a\\u0000b\",\"type\":\"t\"}", "id must be" },
  { "{\"id\":\"a\\nb\",\"type\":\"t\"}", "id must be" },
  { "{\"id\":\"a\x7f\",\"type\":\"t\"}", "id must be" },
  { "{\"id\":\"a long enough name\x7f to fill a block\",\"type\":\"t\"}", "id must be" },
  { "{\"id\":\"a\xc2\x80\",\"type\":\"t\"}", "id must be" },
  { "{\"id\":\"a\\u007f\",\"type\":\"t\"}", "id must be" },
  { "{\"id\":\"a\\u009f\",\"type\":\"t\"}", "id must be" },
  { "{\"id\":\"a\\x\",\"type\":\"t\"}", "id must be" },
  { "{\"id\":\"a\\u12\",\"type\":\"t\"}", "id must be" },
  { "{\"id\":\"a\\ud83dx\",\"type\":\"t\"}", "id must be" },
  { "{\"id\":\"a\\udc00\",\"type\":\"t\"}", "id must be" },
  { "{\"id\":\"a\\ud83d\\u0041\",\"type\":\"t\"}", "id must be" },
  { "{\"id\":[\"1\"],\"type\":\"t\"}", "id must be" },
  { "{\"id\":\"1\",\"type\":true}", "type must be" },
  { START ",\"source\":null}", "source must be" },
  { START ",\"target\":{}}", "target must be" },
  { START ",\"target\":\"\"}", "target must be" },
  { START ",\"ack\":1}", "ack must be" },
  { START ",\"ack\":\"true\"}", "ack must be" },
  { START ",\"ack\":null}", "ack must be" },
  { START ",\"priority\":10}", "priority must be" },
  { START ",\"priority\":-1}", "priority must be" },
  { START ",\"priority\":1.5}", "priority must be" },
  { START ",\"priority\":\"1\"}", "priority must be" },
  { START ",\"id\":\"1\"}", "twice" },
  { START ",\"data\":1,\"data\":1}", "twice" },
  { START ",\"x\":1,\"x\":2}", "twice" },
  { START ",\"target\":null,\"target\":\"b\"}", "twice" },
  { START ",\"\\u0069d\":\"2\"}", "with escapes" },
  { START ",\"targe\\u0074\":\"2\"}", "with escapes" },
  { START ",\"\\q\":\"2\"}", "with escapes" },
  { START ",\"data\":tru}", "not JSON" },
  { START ",\"data\":truex}", "not JSON" },
  { START ",\"data\":01}", "not JSON" },
  { START ",\"data\":1.}", "not JSON" },
  { START ",\"data\":-}", "not JSON" },
  { START ",\"data\":1e}", "not JSON" },
  { START ",\"data\":+1}", "not JSON" },
  { START ",\"data\":NaN}", "not JSON" },
  { START ",\"data\":'a'}", "not JSON" },
  { START ",\"data\":{\"a\":[1}}", "does not match" },
  { START ",\"data\":[1,2}", "does not match" },
  { START ",\"data\":{\"a\":1", "too early" },
  { START ",\"data\":{\"a\":\"1}}", "too early" },
};

static void
test_refused (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (refused); i++)
    {
      FlowEnvelope envelope;
      g_autofree char *copy = NULL;
      const char *problem = scan (&envelope, refused[i].text, &copy);

      if (problem == NULL || strstr (problem, refused[i].problem) == NULL)
        g_error ("%s: %s", refused[i].text, problem != NULL ? problem : "taken");
    }
}

static void
test_bounds (void)
{
  for (guint over = 0; over < 2; over++)
    {
      g_autoptr (GString) deep = g_string_new (START ",\"data\":");
      g_autoptr (GString) wide = g_string_new (START);
      g_autoptr (GString) longer = g_string_new ("{\"type\":\"t\",\"id\":\"");
      g_autofree char *copy = NULL, *wide_copy = NULL, *longer_copy = NULL;
      FlowEnvelope envelope;

      for (guint i = 0; i < FLOW_ENVELOPE_MAX_DEPTH - 1 + over; i++)
        g_string_append_c (deep, i % 2 == 0 ? '[' : '{');
      for (guint i = FLOW_ENVELOPE_MAX_DEPTH - 1 + over; i > 0; i--)
        g_string_append_c (deep, (i - 1) % 2 == 0 ? ']' : '}');
      g_string_append_c (deep, '}');
      for (guint i = 0; i < FLOW_ENVELOPE_MAX_MEMBERS + over; i++)
        g_string_append_printf (wide, ",\"m%u\":%u", i, i);
      g_string_append_c (wide, '}');
      for (guint i = 0; i < FLOW_ENVELOPE_MAX_NAME + over; i++)
        g_string_append_c (longer, 'x');
      g_string_append (longer, "\"}");

      g_assert_cmpint (scan (&envelope, deep->str, &copy) != NULL, ==, over);
      g_assert_cmpint (scan (&envelope, wide->str, &wide_copy) != NULL, ==, over);
      g_assert_cmpint (scan (&envelope, longer->str, &longer_copy) != NULL, ==, over);
    }
}

/* Every place of a string's end, a bracket and an escape within the blocks that are looked at together. */
static void
test_alignment (void)
{
  for (guint before = 0; before < 40; before++)
    {
      g_autofree char *filler = g_strnfill (before, 'f');
      g_autofree char *text = g_strdup_printf ("{\"id\":\"%si\",\"type\":\"t\",\"data\":{\"%s\":[\"%s\\\"]}\\\\\",{}]},"
                                               "\"target\":\"%st\"}",
                                               filler, filler, filler, filler);
      g_autofree char *target = g_strdup_printf ("%st", filler);
      g_autofree char *copy = NULL;
      FlowEnvelope envelope;

      g_assert_cmpstr (scan (&envelope, text, &copy), ==, NULL);
      assert_slice (envelope.target, target);
      for (gsize length = 0; length < strlen (text); length++)
        {
          g_autofree char *cut = g_memdup2 (text, length);

          g_assert_nonnull (flow_envelope_scan (&envelope, cut != NULL ? cut : "", length));
        }
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  g_test_add_func ("/envelope/all-members", test_all_members);
  g_test_add_func ("/envelope/absent", test_absent);
  g_test_add_func ("/envelope/escapes", test_escapes);
  g_test_add_func ("/envelope/refused", test_refused);
  g_test_add_func ("/envelope/bounds", test_bounds);
  g_test_add_func ("/envelope/alignment", test_alignment);
  return g_test_run ();
}
