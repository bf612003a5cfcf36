/* SPDX-License-Identifier: GPL-3.0-or-later */

#include <string.h>

#include "base/flow-error.h"
#include "text-random.h"
#include "text/flow-text-position.h"
#include "text/flow-text-private.h"

static void
test_refused (void)
{
  static const struct
  {
    const char *text;
    gssize size;
  } rows[] = { { "a\0b", 3 }, { "\xff", 1 }, { "\xc3", 1 }, { "\xed\xa0\x80", 3 }, { "\xc0\x80", 2 }, { "\0", 1 } };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (GError) same = NULL;
      char *copy = g_malloc0 ((gsize) rows[i].size + 1);

      memcpy (copy, rows[i].text, (gsize) rows[i].size);
      g_assert_null (flow_text_new (rows[i].text, rows[i].size, &error));
      g_assert_error (error, FLOW_ERROR, FLOW_ERROR_BAD_REQUEST);
      g_assert_null (flow_text_new_take (copy, (gsize) rows[i].size, &same));
      g_assert_error (same, FLOW_ERROR, FLOW_ERROR_BAD_REQUEST);
    }
}

static void
test_normalized (void)
{
  static const char *const rows[][2] = {
    { "", "" }, { "a\nb", "a\nb" }, { "a\r\nb\rc\n", "a\nb\nc\n" }, { "\r\r\n\n", "\n\n\n" }, { "a\r", "a\n" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (FlowText) text = flow_text_new_normalized (rows[i][0], -1, NULL);

      text_assert_is (text, rows[i][1]);
    }
}

static void
test_equal (void)
{
  g_autoptr (FlowText) one = text_from ("same");
  g_autoptr (FlowText) other = text_from ("same");
  g_autoptr (FlowText) third = text_from ("some");
  g_autoptr (FlowText) empty = flow_text_new (NULL, 0, NULL);

  g_assert_true (flow_text_equal (one, other));
  g_assert_false (flow_text_equal (one, third));
  g_assert_false (flow_text_equal (one, empty));
  g_assert_true (flow_text_is_ascii (one));
  g_assert_cmpuint (flow_text_get_length (empty), ==, 0);
}

/* Counting and skipping in blocks says the same as one by one, at every length around a block. */
static void
test_blocks (void)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (1);

  for (guint i = 0; i < 600; i++)
    {
      g_autoptr (FlowText) text = text_random (rand, i);
      const char *data = flow_text_get_data (text);
      gsize size = flow_text_get_size (text);
      gsize n = (gsize) g_utf8_strlen (data, (gssize) size), at;

      g_assert_cmpuint (flow_utf8_count (data, size), ==, n);
      g_assert_cmpuint (flow_text_get_length (text), ==, n);
      at = (gsize) g_rand_int_range (rand, 0, (gint32) n + 1);
      g_assert_cmpuint (flow_utf8_skip (data, size, at), ==,
                        (gsize) (g_utf8_offset_to_pointer (data, (glong) at) - data));
      g_assert_cmpuint (flow_utf8_skip (data, size, n + 5), ==, size);
    }
}

/* "aä日😀b": 5 characters, 6 units of UTF-16, 11 bytes. */
static void
test_units (void)
{
  static const struct
  {
    FlowTextUnit from;
    gsize position;
    gsize characters, utf16, bytes;
  } rows[] = {
    { FLOW_TEXT_CHARACTERS, 0, 0, 0, 0 },  { FLOW_TEXT_CHARACTERS, 3, 3, 3, 6 }, { FLOW_TEXT_CHARACTERS, 4, 4, 5, 10 },
    { FLOW_TEXT_CHARACTERS, 9, 5, 6, 11 }, { FLOW_TEXT_UTF16, 3, 3, 3, 6 },      { FLOW_TEXT_UTF16, 4, 3, 3, 6 },
    { FLOW_TEXT_UTF16, 5, 4, 5, 10 },      { FLOW_TEXT_UTF16, 100, 5, 6, 11 },   { FLOW_TEXT_BYTES, 1, 1, 1, 1 },
    { FLOW_TEXT_BYTES, 2, 1, 1, 1 },       { FLOW_TEXT_BYTES, 8, 3, 3, 6 },      { FLOW_TEXT_BYTES, 10, 4, 5, 10 },
    { FLOW_TEXT_BYTES, 99, 5, 6, 11 },
  };
  g_autoptr (FlowText) text = text_from ("aä日😀b");

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      FlowTextUnit from = rows[i].from;
      gsize at = rows[i].position;

      g_assert_cmpuint (flow_text_position_convert (text, at, from, FLOW_TEXT_CHARACTERS), ==, rows[i].characters);
      g_assert_cmpuint (flow_text_position_convert (text, at, from, FLOW_TEXT_UTF16), ==, rows[i].utf16);
      g_assert_cmpuint (flow_text_position_convert (text, at, from, FLOW_TEXT_BYTES), ==, rows[i].bytes);
    }
}

/* There and back, in long texts too. */
static void
test_units_round_trip (void)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (2);

  for (guint i = 0; i < 500; i++)
    {
      g_autoptr (FlowText) text = text_random (rand, i);

      for (guint n = 0; n < 8; n++)
        {
          gsize index = (gsize) g_rand_int_range (rand, 0, (gint32) flow_text_get_length (text) + 1);
          FlowTextUnit unit = (FlowTextUnit) g_rand_int_range (rand, FLOW_TEXT_CHARACTERS, FLOW_TEXT_BYTES + 1);
          gsize other = flow_text_position_convert (text, index, FLOW_TEXT_CHARACTERS, unit);
          gsize line, column;

          g_assert_cmpuint (flow_text_position_convert (text, other, unit, FLOW_TEXT_CHARACTERS), ==, index);
          flow_text_position_to_line (text, index, unit, &line, &column);
          g_assert_cmpuint (line, <, flow_text_count_lines (text));
          g_assert_cmpuint (flow_text_position_from_line (text, line, column, unit), ==, index);
        }
    }
}

static void
test_lines (void)
{
  g_autoptr (FlowText) text = text_from ("one\n😀 two\n");
  g_autoptr (FlowText) empty = text_from ("");
  gsize line, column;

  g_assert_cmpuint (flow_text_count_lines (text), ==, 3);
  g_assert_cmpuint (flow_text_count_lines (empty), ==, 1);
  flow_text_position_to_line (text, 3, FLOW_TEXT_UTF16, &line, &column);
  g_assert_true (line == 0 && column == 3);
  flow_text_position_to_line (text, 6, FLOW_TEXT_UTF16, &line, &column);
  g_assert_true (line == 1 && column == 3);
  flow_text_position_to_line (text, 6, FLOW_TEXT_BYTES, &line, &column);
  g_assert_true (line == 1 && column == 5);
  flow_text_position_to_line (text, 10, FLOW_TEXT_CHARACTERS, &line, &column);
  g_assert_true (line == 2 && column == 0);
  g_assert_cmpuint (flow_text_position_from_line (text, 0, 99, FLOW_TEXT_CHARACTERS), ==, 3);
  g_assert_cmpuint (flow_text_position_from_line (text, 1, 2, FLOW_TEXT_UTF16), ==, 5);
  g_assert_cmpuint (flow_text_position_from_line (text, 1, 99, FLOW_TEXT_BYTES), ==, 9);
  g_assert_cmpuint (flow_text_position_from_line (text, 99, 0, FLOW_TEXT_BYTES), ==, 10);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/text/text/refused", test_refused);
  g_test_add_func ("/text/text/normalized", test_normalized);
  g_test_add_func ("/text/text/equal", test_equal);
  g_test_add_func ("/text/text/blocks", test_blocks);
  g_test_add_func ("/text/text/units", test_units);
  g_test_add_func ("/text/text/units-round-trip", test_units_round_trip);
  g_test_add_func ("/text/text/lines", test_lines);
  return g_test_run ();
}
