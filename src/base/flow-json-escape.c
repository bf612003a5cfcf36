/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-json-escape"

#include "base/flow-json-escape.h"

#include <string.h>

#define REPLACEMENT "\xef\xbf\xbd"

/* Printable ASCII but for the quote and the backslash: copied as it stands. */
static inline gboolean
is_plain (guint8 byte)
{
  return byte >= 0x20 && byte < 0x7f && byte != '"' && byte != '\\';
}

static void
append_control (GString *out, guint c)
{
  switch (c)
    {
    case '"':
      g_string_append_len (out, "\\\"", 2);
      break;
    case '\\':
      g_string_append_len (out, "\\\\", 2);
      break;
    case '\n':
      g_string_append_len (out, "\\n", 2);
      break;
    case '\r':
      g_string_append_len (out, "\\r", 2);
      break;
    case '\t':
      g_string_append_len (out, "\\t", 2);
      break;
    default:
      g_string_append_printf (out, "\\u%04x", c);
    }
}

/* One character outside plain ASCII; returns how many bytes it took. */
static gsize
append_special (GString *out, const char *at, gsize left)
{
  guint8 byte = (guint8) *at;
  gunichar c;

  if (byte < 0x80)
    {
      append_control (out, byte);
      return 1;
    }

  c = g_utf8_get_char_validated (at, (gssize) left);
  if (c >= (gunichar) -2)
    {
      g_string_append_len (out, REPLACEMENT, 3);
      return 1;
    }
  if (c < 0xa0)
    {
      append_control (out, c);
      return 2;
    }

  gsize size = (gsize) g_utf8_skip[byte];
  g_string_append_len (out, at, (gssize) size);
  return size;
}

/**
 * flow_json_escape:
 * @out: where to append
 * @text: (array length=len): any bytes
 * @len: how many, or -1 when @text ends with a zero
 *
 * Append the inside of a JSON string (RFC 8259, section 7), without the quotes. What is not UTF-8
 * becomes U+FFFD, a byte at a time; control characters, also DEL and U+0080 to U+009F, are escaped,
 * so that the text can do nothing to a terminal.
 */
void
flow_json_escape (GString *out, const char *text, gssize len)
{
  gsize n = len < 0 ? strlen (text) : (gsize) len;
  gsize i = 0;

  while (i < n)
    {
      gsize start = i;

      while (i < n && is_plain ((guint8) text[i]))
        i++;
      if (i > start)
        g_string_append_len (out, text + start, (gssize) (i - start));
      if (i < n)
        i += append_special (out, text + i, n - i);
    }
}
