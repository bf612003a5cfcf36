/* SPDX-License-Identifier: GPL-3.0-or-later */

#include <glib.h>
#include <string.h>

#include "message/flow-utf8-check.h"

static gboolean
check_in_pieces (const char *text, gsize length, gsize piece)
{
  FlowUtf8Check check = { 0 };

  for (gsize at = 0; at < length; at += piece)
    {
      gsize size = MIN (piece, length - at);
      g_autofree guint8 *exact = g_memdup2 (text + at, size);

      if (!flow_utf8_check (&check, exact, size))
        return FALSE;
    }
  return flow_utf8_check_is_complete (&check);
}

/* Whole, in pieces of each size, and at each place among ASCII. */
static void
check_everywhere (const char *text, gsize length, gboolean valid)
{
  for (gsize before = 0; before < 140; before += before < 20 ? 1 : 13)
    {
      g_autofree char *filler = g_strnfill (before, 'a');
      g_autoptr (GString) all = g_string_new (filler);

      g_string_append_len (all, text, (gssize) length);
      g_string_append (all, filler);
      for (gsize piece = 1; piece <= all->len; piece += piece < 12 ? 1 : 17)
        g_assert_cmpint (check_in_pieces (all->str, all->len, piece), ==, valid);
      g_assert_cmpint (check_in_pieces (all->str, all->len, all->len + 1), ==, valid);
    }
}

static void
test_table (void)
{
  static const char *const good[] = { "",
                                      "a",
                                      "\xc2\x80",
                                      "\xdf\xbf",
                                      "\xe0\xa0\x80",
                                      "\xed\x9f\xbf",
                                      "\xee\x80\x80",
                                      "\xef\xbf\xbf",
                                      "\xf0\x90\x80\x80",
                                      "\xf4\x8f\xbf\xbf",
                                      "κόσμε",
                                      "日本語 😀 text" };
  static const char *const bad[] = { "\x80",
                                     "\xbf",
                                     "\xc0\x80",
                                     "\xc1\xbf",
                                     "\xc2",
                                     "\xc2\xc2",
                                     "\xe0\x80\x80",
                                     "\xe0\x9f\xbf",
                                     "\xed\xa0\x80",
                                     "\xed\xbf\xbf",
                                     "\xe2\x82",
                                     "\xf0\x80\x80\x80",
                                     "\xf0\x8f\xbf\xbf",
                                     "\xf4\x90\x80\x80",
                                     "\xf5\x80\x80\x80",
                                     "\xf0\x9f\x98",
                                     "\xff",
                                     "\xfe",
                                     "\xe2\x28\xa1",
                                     "\xf8\x88\x80\x80\x80" };

  for (guint i = 0; i < G_N_ELEMENTS (good); i++)
    check_everywhere (good[i], strlen (good[i]), TRUE);
  check_everywhere ("\0", 1, TRUE);
  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    check_everywhere (bad[i], strlen (bad[i]), FALSE);
}

/* All of Unicode, and all sequences of three bytes, judged as GLib judges them. */
static void
test_against_glib (void)
{
  for (gunichar c = 1; c <= 0x10ffff; c++)
    {
      char text[6];
      gsize length;

      if (c >= 0xd800 && c <= 0xdfff)
        continue;
      length = (gsize) g_unichar_to_utf8 (c, text);
      g_assert_true (check_in_pieces (text, length, 2));
    }
  for (guint32 n = 1; n < 1 << 24; n += 7)
    {
      const char text[3] = { (char) (n >> 16), (char) (n >> 8), (char) n };
      FlowUtf8Check check = { 0 };
      gboolean valid = flow_utf8_check (&check, (const guint8 *) text, 3) && flow_utf8_check_is_complete (&check);

      if (memchr (text, '\0', 3) == NULL)
        g_assert_cmpint (valid, ==, g_utf8_validate_len (text, 3, NULL));
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  g_test_add_func ("/utf8-check/table", test_table);
  g_test_add_func ("/utf8-check/against-glib", test_against_glib);
  return g_test_run ();
}
