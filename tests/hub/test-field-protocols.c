/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "hub/doorways/flow-atomic-chrome.h"

#include <string.h>

#include "base/flow-error.h"
#include "hub/doorways/flow-ghost-text.h"
#include "hub/edits/flow-edit-read.h"
#include "hub/flow-json-read.h"

/* What a message is read as: "begin-end", with a '+' when it can be the first, or "-" without a text; NULL for an error. */
static char *
read_as (const FlowFieldProtocol *protocol, const char *json)
{
  g_auto (FlowFieldMessage) message = { 0 };
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonObject) object = flow_json_read_object (json, strlen (json), &error);
  char *answer = NULL;

  g_assert_no_error (error);
  if (!protocol->read (object, &message, &error))
    {
      g_assert_nonnull (error);
      return NULL;
    }
  g_assert_no_error (error);
  if (message.text == NULL)
    return g_strdup ("-");
  if (message.has_cursor)
    answer = g_strdup_printf ("%zu-%zu%s", message.cursor.start, message.cursor.end, message.opens ? "+" : "");
  else
    answer = g_strdup_printf ("none%s", message.opens ? "+" : "");
  return answer;
}

static void
check (const FlowFieldProtocol *protocol, const char *json, const char *wanted)
{
  g_autofree char *answer = read_as (protocol, json);

  if (g_strcmp0 (answer, wanted) != 0)
    g_error ("%s is read as %s, not as %s", json, answer, wanted);
}

static void
check_write (const FlowFieldProtocol *protocol, const char *text, gsize start, gsize end, const char *wanted)
{
  g_autoptr (FlowText) whole = flow_text_new (text, -1, NULL);
  FlowEditCursor cursor = { start, end };
  g_autoptr (GBytes) bytes = flow_field_write (protocol, whole, &cursor);
  gsize length;
  const char *json = g_bytes_get_data (bytes, &length);
  g_autofree char *written = g_strndup (json, length);

  g_assert_cmpstr (written, ==, wanted);
}

static void
test_emoji_offsets_utf16 (void)
{
  /* 😀 is one character, and two code units. */
  check (&flow_ghost_text, "{\"text\":\"a😀b\",\"selections\":[{\"start\":0,\"end\":4}]}", "0-3+");
  check (&flow_ghost_text, "{\"text\":\"a😀b\",\"selections\":[{\"start\":1,\"end\":3}]}", "1-2+");
  check (&flow_ghost_text, "{\"text\":\"a😀b\",\"selections\":[{\"start\":2,\"end\":2}]}", "1-1+");
  check (&flow_ghost_text, "{\"text\":\"a😀b\",\"selections\":[{\"start\":99,\"end\":99}]}", "3-3+");
  check (&flow_ghost_text, "{\"text\":\"é日\",\"selections\":[{\"start\":1,\"end\":2},{\"start\":0,\"end\":0}]}",
         "1-2+");
  check_write (&flow_ghost_text, "a😀b", 2, 3, "{\"text\":\"a😀b\",\"selections\":[{\"start\":3,\"end\":4}]}");
  check_write (&flow_ghost_text, "a😀b", 3, 1, "{\"text\":\"a😀b\",\"selections\":[{\"start\":1,\"end\":4}]}");
}

static void
test_ghost_text_messages (void)
{
  check (&flow_ghost_text, "{\"title\":\"t\",\"url\":\"example.org\",\"syntax\":\"\",\"text\":\"\",\"selections\":[]}",
         "none+");
  check (&flow_ghost_text, "{\"text\":\"\",\"selections\":[{}]}", "0-0+");
  check (&flow_ghost_text, "{\"text\":\"abc\",\"selections\":[{\"start\":-1,\"end\":2}]}", "none+");
  check (&flow_ghost_text, "{\"text\":\"abc\",\"selections\":[7]}", "none+");
  check (&flow_ghost_text, "{\"text\":\"abc\",\"selections\":{\"start\":1}}", "none+");
  check (&flow_ghost_text, "{\"type\":\"bringEditorToFront\"}", "-");
  check (&flow_ghost_text, "{}", NULL);
  check (&flow_ghost_text, "{\"text\":null}", NULL);
  check (&flow_ghost_text, "{\"text\":[\"a\"]}", NULL);
  check (&flow_ghost_text, "{\"text\":7}", NULL);
}

static void
test_atomic_chrome_messages (void)
{
  check (&flow_atomic_chrome, "{\"type\":\"register\",\"payload\":{\"url\":\"u\",\"title\":\"t\",\"text\":\"a\"}}",
         "none+");
  check (&flow_atomic_chrome,
         "{\"type\":\"updateText\",\"payload\":{\"text\":\"a\\n😀b\",\"lineNumber\":2,\"column\":3}}", "3-3");
  check (&flow_atomic_chrome, "{\"type\":\"updateText\",\"payload\":{\"text\":\"a\",\"lineNumber\":0,\"column\":1}}",
         "none");
  check (&flow_atomic_chrome, "{\"type\":\"updateText\",\"payload\":{\"text\":\"a\",\"lineNumber\":9,\"column\":9}}",
         "1-1");
  check (&flow_atomic_chrome, "{\"type\":\"keepalive\"}", "-");
  check (&flow_atomic_chrome, "{\"type\":\"clickElement\",\"payload\":{\"selector\":\"a\"}}", "-");
  check (&flow_atomic_chrome, "{}", NULL);
  check (&flow_atomic_chrome, "{\"type\":7}", NULL);
  check (&flow_atomic_chrome, "{\"type\":\"register\"}", NULL);
  check (&flow_atomic_chrome, "{\"type\":\"register\",\"payload\":[]}", NULL);
  check (&flow_atomic_chrome, "{\"type\":\"register\",\"payload\":{\"text\":1}}", NULL);
  check_write (&flow_atomic_chrome, "a\n😀b", 3, 3,
               "{\"type\":\"updateText\",\"payload\":{\"text\":\"a\\n😀b\",\"lineNumber\":2,\"column\":3}}");
}

static void
test_extensions (void)
{
  static const char *const rows[][2] = {
    { "\".md\"", "md" }, { "\"md\"", "md" }, { "[\".py\",\".md\"]", "py" }, { "[]", NULL }, { "7", NULL },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *json = g_strdup_printf ("{\"type\":\"register\",\"payload\":{\"text\":\"\",\"extension\":%s}}",
                                               rows[i][0]);
      g_auto (FlowFieldMessage) message = { 0 };
      g_autoptr (JsonObject) object = flow_json_read_object (json, strlen (json), NULL);

      g_assert_true (flow_atomic_chrome.read (object, &message, NULL));
      g_assert_cmpstr (message.type, ==, rows[i][1]);
    }
}

/* Many values are no text; in a text they are only characters. */
static void
test_many_values (void)
{
  g_autofree char *many = g_strnfill (500000, ',');
  g_autofree char *open = g_strnfill (500000, '{');
  g_autofree char *text = g_strdup_printf ("{\"text\":\"\\\\\\\"%s[%s\"}", many, open);
  g_autofree char *values = g_strdup_printf ("{\"text\":\"\",\"x\":[0%s0]}", many);
  g_autofree char *objects = g_strdup_printf ("{\"text\":\"\",\"x\":[%s]}", open);
  g_autoptr (GError) error = NULL;

  g_assert_true (flow_edit_json_check (text, strlen (text), NULL));
  g_assert_false (flow_edit_json_check (objects, strlen (objects), NULL));
  g_assert_false (flow_edit_json_check (values, strlen (values), &error));
  g_assert_error (error, FLOW_ERROR, FLOW_ERROR_TOO_LARGE);
}

/* JSON can say it, a text cannot have it. */
static void
test_no_nul (void)
{
  static const struct
  {
    const char *json;
    gboolean ok;
  } rows[] = {
    { "{\"text\":\"a\\u0000b\"}", FALSE },
    { "{\"text\":\"a\\\\u0000b\"}", TRUE },
    { "{\"text\":\"\\\\\\u0000\"}", FALSE },
    { "{\"text\":\"\\u00001\"}", FALSE },
    { "{\"text\":\"\\u0001\"}", TRUE },
    { "{\"text\":\"\\n\"}", TRUE },
    { "\\", FALSE },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (GBytes) bytes = g_bytes_new_static (rows[i].json, strlen (rows[i].json));
      g_autoptr (GError) error = NULL;
      g_autoptr (JsonObject) object = flow_edit_json_read (bytes, &error);

      if ((object != NULL) != rows[i].ok)
        g_error ("%s is %s", rows[i].json, object != NULL ? "taken" : "refused");
    }
}

static void
test_too_long (void)
{
  g_autofree char *text = g_strnfill (4 * 1024 * 1024 + 1, 'x');
  g_autofree char *json = g_strdup_printf ("{\"text\":\"%s\"}", text);
  g_auto (FlowFieldMessage) message = { 0 };
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonObject) object = flow_json_read_object (json, strlen (json), NULL);

  g_assert_false (flow_ghost_text.read (object, &message, &error));
  g_assert_error (error, FLOW_ERROR, FLOW_ERROR_TEXT_TOO_LONG);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/field-protocols/emoji_offsets_utf16", test_emoji_offsets_utf16);
  g_test_add_func ("/field-protocols/ghost-text", test_ghost_text_messages);
  g_test_add_func ("/field-protocols/atomic-chrome", test_atomic_chrome_messages);
  g_test_add_func ("/field-protocols/extensions", test_extensions);
  g_test_add_func ("/field-protocols/no-nul", test_no_nul);
  g_test_add_func ("/field-protocols/many-values", test_many_values);
  g_test_add_func ("/field-protocols/too-long", test_too_long);
  return g_test_run ();
}
