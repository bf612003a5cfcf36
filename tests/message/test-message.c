/* SPDX-License-Identifier: GPL-3.0-or-later */

#include <string.h>

#include "base/flow-error.h"
#include "message/flow-message-builder.h"
#include "message/flow-message.h"

#define ALL                                                                                                 \
  "{\"id\":\"m1\",\"type\":\"jump_to_code\",\"source\":\"cli/a\",\"target\":\"editor\","                    \
  "\"timestamp\":\"2026-11-20T08:30:00.123Z\",\"reply_to\":\"m0\",\"ack\":true,\"priority\":3,"             \
  "\"expires\":\"2026-11-20T09:30:00.5+01:00\",\"data\":{\"file\":\"/a\\u00e4.c\",\"line\":7,\"half\":0.5," \
  "\"whole\":8.0,\"yes\":true,\"list\":[\"a\",\"b\"],\"mixed\":[\"a\",1],\"nothing\":null},"                \
  "\"metadata\":{\"sessionId\":\"s1\",\"n\":1},\"later\":[1]}"

static FlowMessage *
read_message (const char *text)
{
  g_autoptr (GBytes) bytes = g_bytes_new (text, strlen (text));
  g_autoptr (GError) error = NULL;
  FlowMessage *message = flow_message_new_from_bytes (bytes, &error);

  g_assert_no_error (error);
  return message;
}

static void
assert_bytes (FlowMessage *message, const char *expected)
{
  gsize length;
  const char *text = g_bytes_get_data (flow_message_get_bytes (message), &length);

  g_assert_cmpmem (text, length, expected, strlen (expected));
}

static void
test_outside (void)
{
  g_autoptr (FlowMessage) message = read_message (ALL);

  g_assert_cmpstr (flow_message_get_id (message), ==, "m1");
  g_assert_cmpstr (flow_message_get_type_name (message), ==, "jump_to_code");
  g_assert_true (flow_message_is (message, "jump_to_code"));
  g_assert_false (flow_message_is (message, "jump_to"));
  g_assert_cmpstr (flow_message_get_source (message), ==, "cli/a");
  g_assert_cmpstr (flow_message_get_target (message), ==, "editor");
  g_assert_cmpstr (flow_message_get_reply_to (message), ==, "m0");
  g_assert_cmpstr (flow_message_get_timestamp (message), ==, "2026-11-20T08:30:00.123Z");
  g_assert_cmpstr (flow_message_get_expires (message), ==, "2026-11-20T09:30:00.5+01:00");
  g_assert_cmpint (flow_message_get_expires_ns (message), ==, G_GINT64_CONSTANT (1795163400500000000));
  g_assert_cmpint (flow_message_get_priority (message), ==, 3);
  g_assert_true (flow_message_get_ack (message));
  g_assert_cmpuint (flow_message_get_seq (message), ==, 0);
  g_assert_cmpstr (flow_message_get_info (message)->name, ==, "jump_to_code");
  assert_bytes (message, ALL);
}

/* Nanoseconds since 1970 end in 2262. */
static void
test_expires (void)
{
  static const struct
  {
    const char *expires;
    gint64 ns;
  } cases[] = {
    { "2199-12-31T23:59:59Z", G_GINT64_CONSTANT (7258118399000000000) },
    { "2262-04-12T00:00:00Z", G_GINT64_CONSTANT (7258118400000000000) },
    { "9999-12-31T23:59:59Z", G_GINT64_CONSTANT (7258118400000000000) },
    { "1970-01-01T00:00:00Z", 1000 },
    { "0001-01-01T00:00:00Z", 1000 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *text = g_strdup_printf ("{\"id\":\"m\",\"type\":\"a\",\"expires\":\"%s\"}", cases[i].expires);
      g_autoptr (FlowMessage) message = read_message (text);

      g_assert_cmpint (flow_message_get_expires_ns (message), ==, cases[i].ns);
    }
}

static void
test_least (void)
{
  g_autoptr (FlowMessage) message = read_message ("{\"id\":\"m\",\"type\":\"own_thing\"}");

  g_assert_null (flow_message_get_source (message));
  g_assert_null (flow_message_get_target (message));
  g_assert_null (flow_message_get_reply_to (message));
  g_assert_null (flow_message_get_timestamp (message));
  g_assert_null (flow_message_get_expires (message));
  g_assert_cmpint (flow_message_get_expires_ns (message), ==, 0);
  g_assert_cmpint (flow_message_get_priority (message), ==, FLOW_MESSAGE_DEFAULT_PRIORITY);
  g_assert_false (flow_message_get_ack (message));
  g_assert_null (flow_message_get_info (message));
  g_assert_cmpuint (json_object_get_size (flow_message_get_data (message)), ==, 0);
  g_assert_null (flow_message_get_metadata (message, "userId"));
}

static void
test_data (void)
{
  g_autoptr (FlowMessage) message = read_message (ALL);
  const char *text = "untouched";
  g_auto (GStrv) list = NULL;
  gboolean yes = FALSE;
  gint64 number = -1;
  double half = -1;

  g_assert_true (flow_message_get_string (message, "file", &text));
  g_assert_cmpstr (text, ==, "/a\xc3\xa4.c");
  g_assert_false (flow_message_get_string (message, "line", &text));
  g_assert_false (flow_message_get_string (message, "nothing", &text));
  g_assert_false (flow_message_get_string (message, "absent", &text));
  g_assert_cmpstr (text, ==, "/a\xc3\xa4.c");
  g_assert_true (flow_message_get_int (message, "line", &number));
  g_assert_cmpint (number, ==, 7);
  g_assert_true (flow_message_get_int (message, "whole", &number));
  g_assert_cmpint (number, ==, 8);
  g_assert_false (flow_message_get_int (message, "half", &number));
  g_assert_false (flow_message_get_int (message, "yes", &number));
  g_assert_false (flow_message_get_int (message, "list", &number));
  g_assert_true (flow_message_get_double (message, "half", &half));
  g_assert_cmpfloat (half, ==, 0.5);
  g_assert_true (flow_message_get_double (message, "line", &half));
  g_assert_cmpfloat (half, ==, 7);
  g_assert_false (flow_message_get_double (message, "file", &half));
  g_assert_true (flow_message_get_bool (message, "yes", &yes));
  g_assert_true (yes);
  g_assert_false (flow_message_get_bool (message, "line", &yes));
  g_assert_true (flow_message_get_strv (message, "list", &list));
  g_assert_cmpstrv (list, ((const char *[]) { "a", "b", NULL }));
  g_assert_false (flow_message_get_strv (message, "mixed", &list));
  g_assert_false (flow_message_get_strv (message, "file", &list));
  g_assert_true (flow_message_has (message, "nothing"));
  g_assert_false (flow_message_has (message, "absent"));
  g_assert_cmpstr (flow_message_get_metadata (message, "sessionId"), ==, "s1");
  g_assert_null (flow_message_get_metadata (message, "n"));
  g_assert_null (flow_message_get_metadata (message, "userId"));
}

/* What is no object, or no JSON, is as if nothing were there; it is passed on as it came. */
static void
test_broken_data (void)
{
  static const char *const data[] = { "[1]", "7", "null", "{\"a\":}", "{a b}", "\"text\"" };

  for (guint i = 0; i < G_N_ELEMENTS (data); i++)
    {
      g_autofree char *text = g_strdup_printf ("{\"id\":\"m\",\"type\":\"ping\",\"data\":%s,\"metadata\":%s}", data[i],
                                               data[i]);
      g_autoptr (FlowMessage) message = read_message (text);
      gint64 number;

      g_test_message ("%s", data[i]);
      g_assert_cmpuint (json_object_get_size (flow_message_get_data (message)), ==, 0);
      g_assert_false (flow_message_get_int (message, "a", &number));
      g_assert_null (flow_message_get_metadata (message, "a"));
      assert_bytes (message, text);
    }
}

static void
test_refused (void)
{
  static const char *const texts[] = {
    "",
    "[]",
    "{\"id\":\"m\"}",
    "{\"id\":\"m\",\"type\":\"a\xff\"}",
    "{\"id\":\"m\",\"type\":\"a\",\"expires\":\"tomorrow\"}",
    "{\"id\":\"m\",\"type\":\"a\",\"id\":\"n\"}",
    "{\"id\":\"m\",\"type\":\"a\",\"seq\":1,\"seq\":2}",
  };

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_autoptr (GBytes) bytes = g_bytes_new (texts[i], strlen (texts[i]));
      g_autoptr (GError) error = NULL;

      g_test_message ("case %u", i);
      g_assert_null (flow_message_new_from_bytes (bytes, &error));
      g_assert_error (error, FLOW_ERROR, FLOW_ERROR_BAD_REQUEST);
    }
}

static void
test_seq (void)
{
  static const struct
  {
    const char *before;
    const char *after;
  } cases[] = {
    { "{\"id\":\"m\",\"type\":\"a\"}", "{\"id\":\"m\",\"type\":\"a\",\"seq\":18}" },
    { "{\"id\":\"m\",\"type\":\"a\" } \n", "{\"id\":\"m\",\"type\":\"a\" ,\"seq\":18} \n" },
    { "{\"id\":\"m\",\"data\":{\"}\":[]},\"type\":\"a\"}",
      "{\"id\":\"m\",\"data\":{\"}\":[]},\"type\":\"a\",\"seq\":18}" },
    { "{\"seq\":7,\"id\":\"m\",\"type\":\"a\"}", "{\"seq\":18,\"id\":\"m\",\"type\":\"a\"}" },
    { "{\"id\":\"m\",\"seq\" : {\"a\":1} ,\"type\":\"a\"}", "{\"id\":\"m\",\"seq\" : 18 ,\"type\":\"a\"}" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (FlowMessage) before = read_message (cases[i].before);
      g_autoptr (FlowMessage) after = flow_message_new_with_seq (before, 18);

      assert_bytes (after, cases[i].after);
      g_assert_cmpuint (flow_message_get_seq (after), ==, 18);
    }
}

static void
test_seq_is_a_number (void)
{
  static const struct
  {
    const char *text;
    guint64 seq;
  } cases[] = {
    { "1", 1 },     { "9223372036854775807", G_MAXINT64 }, { "18446744073709551616", 0 }, { "1.5", 0 }, { "-1", 0 },
    { "\"1\"", 0 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *text = g_strdup_printf ("{\"id\":\"m\",\"type\":\"a\",\"seq\":%s}", cases[i].text);
      g_autoptr (FlowMessage) message = read_message (text);

      g_assert_cmpuint (flow_message_get_seq (message), ==, cases[i].seq);
    }
}

static void
test_builder (void)
{
  FlowMessageBuilder *builder = flow_message_builder_new ("error", FLOW_CHANNEL_HUB);
  g_autoptr (FlowMessage) message = NULL;
  g_autoptr (GDateTime) time = NULL;
  const char *text;

  flow_message_builder_set_target (builder, "cli/\"a\"");
  flow_message_builder_set_reply_to (builder, "m1");
  flow_message_builder_set_ack (builder, TRUE);
  flow_message_builder_set_priority (builder, 0);
  flow_message_builder_set_expires (builder, "2026-11-20T08:30:00Z");
  flow_message_builder_set_metadata (builder, "userId", "ann");
  flow_message_builder_set_metadata (builder, "workspaceId", NULL);
  flow_message_builder_set_metadata (builder, "sessionId", "s");
  flow_json_writer_key (flow_message_builder_data (builder), "code");
  flow_json_writer_string (flow_message_builder_data (builder), "failed\n", -1);
  message = flow_message_builder_end (builder);

  g_assert_cmpuint (strlen (flow_message_get_id (message)), ==, 36);
  g_assert_cmpstr (flow_message_get_source (message), ==, FLOW_CHANNEL_HUB);
  g_assert_cmpstr (flow_message_get_target (message), ==, "cli/\"a\"");
  g_assert_cmpstr (flow_message_get_reply_to (message), ==, "m1");
  g_assert_cmpstr (flow_message_get_expires (message), ==, "2026-11-20T08:30:00Z");
  g_assert_cmpint (flow_message_get_priority (message), ==, 0);
  g_assert_true (flow_message_get_ack (message));
  g_assert_cmpstr (flow_message_get_metadata (message, "userId"), ==, "ann");
  g_assert_cmpstr (flow_message_get_metadata (message, "sessionId"), ==, "s");
  g_assert_true (flow_message_get_string (message, "code", &text));
  g_assert_cmpstr (text, ==, "failed\n");
  time = g_date_time_new_from_iso8601 (flow_message_get_timestamp (message), NULL);
  g_assert_nonnull (time);
}

static void
test_builder_least (void)
{
  FlowMessageBuilder *builder = flow_message_builder_new ("hello", NULL);
  g_autoptr (FlowMessageBuilder) forgotten G_GNUC_UNUSED = flow_message_builder_new ("hello", NULL);
  g_autoptr (FlowMessage) message = NULL;

  flow_message_builder_set_id (builder, "again");
  message = flow_message_builder_end (builder);
  g_assert_cmpstr (flow_message_get_id (message), ==, "again");
  g_assert_null (flow_message_get_source (message));
  g_assert_cmpint (flow_message_get_priority (message), ==, 9);
  g_assert_cmpuint (json_object_get_size (flow_message_get_data (message)), ==, 0);
}

static gpointer
read_data_thread (gpointer message)
{
  return flow_message_get_data (message);
}

/* Several threads that ask at once get the same object. */
static void
test_threads (void)
{
  for (guint round = 0; round < 200; round++)
    {
      g_autoptr (FlowMessage) message = read_message (ALL);
      GThread *threads[4];
      JsonObject *data;

      for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
        threads[i] = g_thread_new ("reader", read_data_thread, message);
      data = flow_message_get_data (message);
      for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
        g_assert_true (g_thread_join (threads[i]) == data);
    }
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  g_test_add_func ("/message/message/outside", test_outside);
  g_test_add_func ("/message/message/expires", test_expires);
  g_test_add_func ("/message/message/least", test_least);
  g_test_add_func ("/message/message/data", test_data);
  g_test_add_func ("/message/message/broken-data", test_broken_data);
  g_test_add_func ("/message/message/refused", test_refused);
  g_test_add_func ("/message/message/seq", test_seq);
  g_test_add_func ("/message/message/seq-is-a-number", test_seq_is_a_number);
  g_test_add_func ("/message/message/builder", test_builder);
  g_test_add_func ("/message/message/builder-least", test_builder_least);
  g_test_add_func ("/message/message/threads", test_threads);
  return g_test_run ();
}
