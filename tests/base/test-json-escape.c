/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "base/flow-json-escape.h"

static void
assert_escaped (const char *text, gssize len, const char *expected)
{
  g_autoptr (GString) out = g_string_new ("<");

  flow_json_escape (out, text, len);
  g_string_append_c (out, '>');
  g_assert_true (g_utf8_validate (out->str, (gssize) out->len, NULL));
  out->str[out->len - 1] = '\0';
  g_assert_cmpstr (out->str + 1, ==, expected);
}

static void
test_plain (void)
{
  assert_escaped ("", -1, "");
  assert_escaped ("GET /orders?id=1 'x' {}", -1, "GET /orders?id=1 'x' {}");
  assert_escaped ("cut here", 3, "cut");
  assert_escaped ("Grüße 漢字 🦊", -1, "Grüße 漢字 🦊");
}

static void
test_special (void)
{
  assert_escaped ("say \"hi\" \\ bye", -1, "say \\\"hi\\\" \\\\ bye");
  assert_escaped ("a\nb\rc\td", -1, "a\\nb\\rc\\td");
  assert_escaped ("\x1b[31m\b", -1, "\\u001b[31m\\u0008");
  assert_escaped ("a\0b", 3, "a\\u0000b");
  assert_escaped ("\x7f", -1, "\\u007f");
  /* The C1 control CSI, which a terminal may obey, and the first character after those. */
  assert_escaped ("\xc2\x9b"
                  "31m",
                  -1, "\\u009b31m");
  assert_escaped ("\xc2\xa0", -1, "\xc2\xa0");
}

static void
test_invalid (void)
{
  assert_escaped ("\xff", -1, "\xef\xbf\xbd");
  assert_escaped ("a\x80z", -1, "a\xef\xbf\xbdz");
  assert_escaped ("cut \xc3", -1, "cut \xef\xbf\xbd");
  assert_escaped ("\xf0\x9f\xa6", -1, "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd");
  /* A surrogate, an overlong slash. */
  assert_escaped ("\xed\xa0\x80", -1, "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd");
  assert_escaped ("\xc0\xaf", -1, "\xef\xbf\xbd\xef\xbf\xbd");
  /* A character cut by the length, with its rest behind. */
  assert_escaped ("\xc3\xbc", 1, "\xef\xbf\xbd");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/base/json-escape/plain", test_plain);
  g_test_add_func ("/base/json-escape/special", test_special);
  g_test_add_func ("/base/json-escape/invalid", test_invalid);
  return g_test_run ();
}
