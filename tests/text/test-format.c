/* SPDX-License-Identifier: GPL-3.0-or-later */

#include <string.h>

#include "base/flow-error.h"
#include "text-random.h"
#include "text/flow-text-format.h"

static void
assert_file (FlowTextFormat *format, const char *text, const char *expected)
{
  g_autoptr (FlowText) written = text_from (text);
  g_autoptr (GBytes) bytes = flow_text_format_write (format, written);
  g_autofree char *file = g_strndup (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));

  g_assert_cmpstr (file, ==, expected);
}

static void
assert_read (FlowTextFormat *format, const char *file, const char *expected)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (FlowText) text = flow_text_format_read (format, file, strlen (file), &error);

  g_assert_no_error (error);
  text_assert_is (text, expected);
}

/* What a file has stays as it is, however its lines end. */
static void
test_kept (void)
{
  static const struct
  {
    const char *file, *text;
    FlowTextEol eol;
    gboolean mixed, bom;
    const char *changed, *expected;
  } rows[] = {
    { "a\nb\n", "a\nb\n", FLOW_TEXT_EOL_LF, FALSE, FALSE, "a\nX\nb\n", "a\nX\nb\n" },
    { "a\r\nb\r\n", "a\nb\n", FLOW_TEXT_EOL_CRLF, FALSE, FALSE, "a\nX\nb\n", "a\r\nX\r\nb\r\n" },
    { "a\rb\r", "a\nb\n", FLOW_TEXT_EOL_CR, FALSE, FALSE, "a\nX\nb\n", "a\rX\rb\r" },
    { "\xef\xbb\xbf"
      "a\r\nb",
      "a\nb", FLOW_TEXT_EOL_CRLF, FALSE, TRUE, "a\nb c",
      "\xef\xbb\xbf"
      "a\r\nb c" },
    { "", "", FLOW_TEXT_EOL_LF, FALSE, FALSE, "a\n", "a\n" },
    { "\xef\xbb\xbf", "", FLOW_TEXT_EOL_LF, FALSE, TRUE, "a",
      "\xef\xbb\xbf"
      "a" },
    { "a\r\nb\nc\r\nd\n\r\n", "a\nb\nc\nd\n\n", FLOW_TEXT_EOL_CRLF, TRUE, FALSE, "a\nb\nX\nc\nd\n\n",
      "a\r\nb\nX\r\nc\r\nd\n\r\n" },
    { "a\nb\r\nc", "a\nb\nc", FLOW_TEXT_EOL_LF, TRUE, FALSE, "b\nc\n", "b\r\nc\n" },
    { "\n\r", "\n\n", FLOW_TEXT_EOL_LF, TRUE, FALSE, "", "" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (FlowTextFormat) format = flow_text_format_new (NULL);

      assert_read (format, rows[i].file, rows[i].text);
      g_assert_cmpint (flow_text_format_get_eol (format), ==, rows[i].eol);
      g_assert_cmpint (flow_text_format_is_mixed (format), ==, rows[i].mixed);
      g_assert_cmpint (flow_text_format_has_bom (format), ==, rows[i].bom);
      assert_file (format, rows[i].text, rows[i].file);
      assert_file (format, rows[i].changed, rows[i].expected);
    }
}

/* The field of a page seldom ends with a line's end; editors add one to the file, which is not the page's. */
static void
test_added_end (void)
{
  g_autoptr (FlowText) field = text_from ("abc");
  g_autoptr (FlowTextFormat) format = flow_text_format_new (field);

  assert_file (format, "abc", "abc");
  assert_read (format, "abc", "abc");
  assert_read (format, "abcd\n", "abcd");
  assert_file (format, "abcd, more", "abcd, more\n");
  assert_read (format, "abcd, more\n", "abcd, more");
  /* One more is the user's. */
  assert_read (format, "abcd\n\n", "abcd\n");
  assert_file (format, "abcd\nx", "abcd\nx\n");
  assert_read (format, "abcd\nx", "abcd\nx");
  assert_file (format, "abcd\nx", "abcd\nx");
  /* The page has it itself. */
  assert_file (format, "y\n", "y\n");
  assert_read (format, "y\n", "y\n");
  assert_read (format, "", "");
  assert_file (format, "", "");
  assert_read (format, "z\n", "z");
}

/* The editor may write the file in another way. */
static void
test_editor_decides (void)
{
  g_autoptr (FlowText) field = text_from ("a\nb\n");
  g_autoptr (FlowTextFormat) format = flow_text_format_new (field);

  assert_read (format, "a\r\nb\r\n", "a\nb\n");
  assert_file (format, "a\nb\nc\n", "a\r\nb\r\nc\r\n");
  assert_read (format, "one line", "one line");
  assert_file (format, "two\nlines", "two\r\nlines");
}

static void
test_refused (void)
{
  static const struct
  {
    const char *file;
    gsize size;
  } rows[] = { { "a\0b", 3 },
               { "\xff", 1 },
               { "\xff\xfe"
                 "a\0",
                 4 },
               { "\xc3", 1 },
               { "\xed\xa0\x80", 3 } };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (FlowText) field = text_from ("kept\r\n");
      g_autoptr (FlowTextFormat) format = flow_text_format_new (field);
      g_autoptr (GError) error = NULL;

      g_assert_null (flow_text_format_read (format, rows[i].file, rows[i].size, &error));
      g_assert_error (error, FLOW_ERROR, FLOW_ERROR_BAD_REQUEST);
      g_assert_false (flow_text_format_has_bom (format));
    }
}

/* Any bytes that are a text: written back as they were read. */
static void
test_round_trip (void)
{
  static const char *const parts[] = { "a", "ä", "\n", "\r\n", "\r", "😀", " b" };
  g_autoptr (GRand) rand = g_rand_new_with_seed (1);

  for (guint i = 0; i < 5000; i++)
    {
      g_autoptr (GString) file = g_string_new (i % 3 == 0 ? "\xef\xbb\xbf" : "");
      g_autoptr (FlowTextFormat) format = flow_text_format_new (NULL);
      g_autoptr (FlowText) text = NULL;
      g_autoptr (GBytes) bytes = NULL;

      for (gint32 n = g_rand_int_range (rand, 0, 12); n > 0; n--)
        g_string_append (file, parts[g_rand_int_range (rand, 0, G_N_ELEMENTS (parts))]);
      text = flow_text_format_read (format, file->str, file->len, NULL);
      g_assert_nonnull (text);
      g_assert_null (strchr (flow_text_get_data (text), '\r'));
      bytes = flow_text_format_write (format, text);
      g_assert_cmpmem (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes), file->str, file->len);
    }
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/text/format/kept", test_kept);
  g_test_add_func ("/text/format/added-end", test_added_end);
  g_test_add_func ("/text/format/editor-decides", test_editor_decides);
  g_test_add_func ("/text/format/refused", test_refused);
  g_test_add_func ("/text/format/round-trip", test_round_trip);
  return g_test_run ();
}
