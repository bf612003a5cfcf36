/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-terminal"

#include "cli/flow-terminal.h"

#include <string.h>

/* What a terminal obeys (C0, DEL, C1) or what turns the direction of a line: a foreign text may not do that. */
static gboolean
is_harmful (gunichar c)
{
  return c < 0x20 || (c >= 0x7f && c < 0xa0) || c == 0x200e || c == 0x200f || (c >= 0x2028 && c <= 0x202e) ||
         (c >= 0x2066 && c <= 0x2069) || c == 0xfeff;
}

static void
escape_char (GString *out, gunichar c)
{
  static const char names[][2] = { { '\t', 't' }, { '\n', 'n' }, { '\r', 'r' } };

  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    if (c == (gunichar) names[i][0])
      {
        g_string_append_c (out, '\\');
        g_string_append_c (out, names[i][1]);
        return;
      }
  g_string_append_printf (out, c < 0x100 ? "\\x%02x" : "\\u%04x", c);
}

/**
 * flow_terminal_escape:
 * @out: where to append
 * @text: (array length=length): any bytes
 * @length: how many, or -1 when @text ends with a zero
 *
 * Append a text from outside so that a terminal only shows it: control characters and what changes the direction
 * of writing become escapes like `\n`, `\x1b` and `\u202e`, bytes that are not UTF-8 become `\xff`.
 */
void
flow_terminal_escape (GString *out, const char *text, gssize length)
{
  const char *end = text + (length < 0 ? strlen (text) : (gsize) length);

  while (text < end)
    {
      gunichar c = g_utf8_get_char_validated (text, end - text);

      if (c == (gunichar) -1 || c == (gunichar) -2)
        {
          g_string_append_printf (out, "\\x%02x", (guchar) *text++);
        }
      else if (is_harmful (c))
        {
          escape_char (out, c);
          text = g_utf8_next_char (text);
        }
      else
        {
          const char *next = g_utf8_next_char (text);

          g_string_append_len (out, text, next - text);
          text = next;
        }
    }
}

/**
 * flow_terminal_escaped:
 * @text: (array length=length): any bytes
 * @length: how many, or -1 when @text ends with a zero
 *
 * The same as a new string.
 *
 * Returns: (transfer full): the text
 */
char *
flow_terminal_escaped (const char *text, gssize length)
{
  GString *out = g_string_new (NULL);

  flow_terminal_escape (out, text, length);
  return g_string_free (out, FALSE);
}

/**
 * flow_terminal_columns:
 * @text: UTF-8 without control characters but the escape sequences of colours
 *
 * Count the columns that a terminal needs for it.
 *
 * Returns: columns
 */
guint
flow_terminal_columns (const char *text)
{
  guint columns = 0;

  while (*text != '\0')
    {
      gunichar c = g_utf8_get_char (text);

      if (c == 0x1b)
        {
          const char *end = strchr (text, 'm');

          if (end == NULL)
            break;
          text = end + 1;
          continue;
        }
      if (!g_unichar_iszerowidth (c))
        columns += g_unichar_iswide (c) ? 2 : 1;
      text = g_utf8_next_char (text);
    }
  return columns;
}
