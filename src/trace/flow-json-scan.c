/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "flow-trace"

#include "trace/flow-json-scan.h"

#include <math.h>

/* Levels of what is skipped; what is read has its own bound. */
#define MAX_SKIP_DEPTH 1000

/** flow_json_scan_init: begin at the start; a UTF-8 byte order mark is passed over. */
void
flow_json_scan_init (FlowJsonScan *self, gconstpointer data, gsize length)
{
  FlowWire in = flow_wire_from (data, length);

  *self = (FlowJsonScan) { .at = in.at, .end = in.end };
  if (length >= 3 && memcmp (data, "\xef\xbb\xbf", 3) == 0)
    self->at += 3;
}

void
flow_json_scan_clear (FlowJsonScan *self)
{
  flow_buffer_clear (&self->text);
}

/** flow_json_scan_fail: remember the first thing that was wrong; answers %FALSE. */
gboolean
flow_json_scan_fail (FlowJsonScan *self, const char *why)
{
  if (self->why == NULL)
    {
      self->why = self->at < self->end ? why : "the document ends too early";
      self->where = self->at;
    }
  return FALSE;
}

/* Four hex digits, or -1. */
static int
hex4 (const guint8 *at, const guint8 *end)
{
  int value = 0;

  if (end - at < 4)
    return -1;
  for (guint i = 0; i < 4; i++)
    {
      int digit = g_ascii_xdigit_value ((char) at[i]);

      if (digit < 0)
        return -1;
      value = value << 4 | digit;
    }
  return value;
}

/* A \u escape, the cursor behind the u. Half of a surrogate pair alone is no character: U+FFFD. */
static gboolean
unescape_unicode (FlowJsonScan *self)
{
  int high = hex4 (self->at, self->end);
  gunichar c = (gunichar) high;
  char utf8[6];

  if (high < 0)
    return flow_json_scan_fail (self, "a \\u escape without four hex digits");
  self->at += 4;
  if (high >= 0xdc00 && high <= 0xdfff)
    c = 0xfffd;
  else if (high >= 0xd800 && high <= 0xdbff)
    {
      int low = self->end - self->at >= 6 && self->at[0] == '\\' && self->at[1] == 'u' ? hex4 (self->at + 2, self->end)
                                                                                       : -1;

      c = 0xfffd;
      if (low >= 0xdc00 && low <= 0xdfff)
        {
          c = 0x10000 + (((gunichar) high - 0xd800) << 10) + ((gunichar) low - 0xdc00);
          self->at += 6;
        }
    }
  flow_buffer_put (&self->text, utf8, (gsize) g_unichar_to_utf8 (c, utf8));
  return TRUE;
}

static gboolean
unescape (FlowJsonScan *self)
{
  static const char from[] = "\"\\/bfnrt";
  static const char to[] = "\"\\/\b\f\n\r\t";
  const char *found;

  if (self->at == self->end)
    return flow_json_scan_fail (self, NULL);
  if (*self->at == 'u')
    {
      self->at++;
      return unescape_unicode (self);
    }
  found = memchr (from, *self->at, sizeof from - 1);
  if (found == NULL)
    return flow_json_scan_fail (self, "an unknown escape in a string");
  flow_buffer_put_u8 (&self->text, (guint8) to[found - from]);
  self->at++;
  return TRUE;
}

/* A string with escapes, from the first one on; what stands before it is from @start. */
static gboolean
scan_escaped (FlowJsonScan *self, const guint8 *start, FlowWire *text)
{
  self->text.length = 0;
  for (;;)
    {
      flow_buffer_put (&self->text, start, (gsize) (self->at - start));
      if (self->at == self->end || *self->at < ' ')
        return flow_json_scan_fail (self, "a control character in a string");
      if (*self->at++ == '"')
        break;
      if (!unescape (self))
        return FALSE;
      start = self->at;
      self->at = flow_json_scan_special (start, self->end);
    }
  text->at = self->text.data;
  text->end = self->text.data + self->text.length;
  return TRUE;
}

/**
 * flow_json_scan_string:
 * @text: (out): the string, in the document or, when it had escapes, in the scan until the next string; not checked
 *   for UTF-8
 *
 * Read a string.
 */
gboolean
flow_json_scan_string (FlowJsonScan *self, FlowWire *text)
{
  const guint8 *start;

  if (!flow_json_scan_take (self, '"'))
    return flow_json_scan_fail (self, "expected a string");
  start = self->at;
  self->at = flow_json_scan_special (start, self->end);
  if (G_LIKELY (self->at < self->end && *self->at == '"'))
    {
      text->at = start;
      text->end = self->at++;
      return TRUE;
    }
  return scan_escaped (self, start, text);
}

static inline gboolean
scan_digits (FlowJsonScan *self)
{
  const guint8 *start = self->at;

  while (self->at < self->end && g_ascii_isdigit (*self->at))
    self->at++;
  return self->at > start;
}

/** flow_json_scan_number: read a number as it is written. */
gboolean
flow_json_scan_number (FlowJsonScan *self, FlowWire *token)
{
  flow_json_scan_peek (self);
  token->at = self->at;
  if (self->at < self->end && *self->at == '-')
    self->at++;
  if (self->at < self->end && *self->at == '0')
    self->at++;
  else if (!scan_digits (self))
    return flow_json_scan_fail (self, "expected a number");
  if (self->at < self->end && *self->at == '.')
    {
      self->at++;
      if (!scan_digits (self))
        return flow_json_scan_fail (self, "a number without digits behind its point");
    }
  if (self->at < self->end && (*self->at | 0x20) == 'e')
    {
      self->at++;
      if (self->at < self->end && (*self->at == '+' || *self->at == '-'))
        self->at++;
      if (!scan_digits (self))
        return flow_json_scan_fail (self, "a number without digits in its exponent");
    }
  token->end = self->at;
  return TRUE;
}

static gboolean
skip_string (FlowJsonScan *self)
{
  if (!flow_json_scan_take (self, '"'))
    return flow_json_scan_fail (self, "expected a string");
  for (;;)
    {
      self->at = flow_json_scan_special (self->at, self->end);
      if (self->end - self->at < 2 && (self->at == self->end || *self->at != '"'))
        {
          self->at = self->end;
          return flow_json_scan_fail (self, NULL);
        }
      if (*self->at == '"')
        {
          self->at++;
          return TRUE;
        }
      if (*self->at != '\\')
        return flow_json_scan_fail (self, "a control character in a string");
      self->at += 2;
    }
}

static gboolean
skip_scalar (FlowJsonScan *self, guint8 first)
{
  FlowWire token;

  switch (first)
    {
    case '"':
      return skip_string (self);
    case 't':
      return flow_json_scan_literal (self, "true", 4) || flow_json_scan_fail (self, "expected a value");
    case 'f':
      return flow_json_scan_literal (self, "false", 5) || flow_json_scan_fail (self, "expected a value");
    case 'n':
      return flow_json_scan_literal (self, "null", 4) || flow_json_scan_fail (self, "expected a value");
    default:
      return flow_json_scan_number (self, &token);
    }
}

static gboolean
skip_key (FlowJsonScan *self)
{
  return skip_string (self) && (flow_json_scan_take (self, ':') || flow_json_scan_fail (self, "expected a colon"));
}

/**
 * flow_json_scan_skip:
 *
 * Pass over one value of any kind, nested up to 1,000 levels, without recursion.
 */
gboolean
flow_json_scan_skip (FlowJsonScan *self)
{
  guint8 is_object[MAX_SKIP_DEPTH];
  guint depth = 0;

  for (;;)
    {
      guint8 first = flow_json_scan_peek (self);

      if (first == '{' || first == '[')
        {
          if (depth == MAX_SKIP_DEPTH)
            return flow_json_scan_fail (self, "nested deeper than 1000 levels");
          self->at++;
          is_object[depth++] = first == '{';
          if (!flow_json_scan_take (self, first + 2)) /* ASCII: { } and [ ] are two apart */
            {
              if (first == '{' && !skip_key (self))
                return FALSE;
              continue;
            }
          depth--;
        }
      else if (!skip_scalar (self, first))
        return FALSE;
      while (depth > 0 && flow_json_scan_take (self, is_object[depth - 1] ? '}' : ']'))
        depth--;
      if (depth == 0)
        return TRUE;
      if (!flow_json_scan_take (self, ','))
        return flow_json_scan_fail (self, "expected a comma or the end of an object or array");
      if (is_object[depth - 1] && !skip_key (self))
        return FALSE;
    }
}

/* Eight decimal digits at once; FALSE when one of them is none. */
static inline gboolean
parse_eight (const guint8 *at, guint64 *value)
{
  guint64 word;

  memcpy (&word, at, 8);
  word = GUINT64_FROM_LE (word);
  if ((((word + 0x4646464646464646u) | (word - 0x3030303030303030u)) & 0x8080808080808080u) != 0)
    return FALSE;
  word = (word & 0x0f0f0f0f0f0f0f0fu) * 2561 >> 8;
  word = (word & 0x00ff00ff00ff00ffu) * 6553601 >> 16;
  *value = (word & 0x0000ffff0000ffffu) * 42949672960001u >> 32;
  return TRUE;
}

/* At most 19 digits always fit. */
static gboolean
parse_digits (FlowWire token, guint64 *value)
{
  guint64 result = 0, eight;

  if (token.at == token.end || flow_wire_left (&token) > 20)
    return FALSE;
  while (token.end - token.at >= 8 && parse_eight (token.at, &eight))
    {
      result = result * 100000000 + eight;
      token.at += 8;
    }
  for (; token.at < token.end; token.at++)
    {
      if (!g_ascii_isdigit (*token.at) || __builtin_mul_overflow (result, 10, &result) ||
          __builtin_add_overflow (result, (guint64) (*token.at - '0'), &result))
        return FALSE;
    }
  *value = result;
  return TRUE;
}

/**
 * flow_json_parse_integer:
 * @token: a number, from a number token or from inside a string; `42.0` and `1e3` are integers too
 * @negative: (out): whether it is below 0
 * @magnitude: (out): without the sign
 *
 * Returns: %FALSE when it is no integer or does not fit
 */
gboolean
flow_json_parse_integer (FlowWire token, gboolean *negative, guint64 *magnitude)
{
  FlowWire digits = token;
  double number;

  *negative = token.at < token.end && *token.at == '-';
  digits.at += *negative;
  if (G_LIKELY (parse_digits (digits, magnitude)))
    return TRUE;
  if (!flow_json_parse_double (token, &number) || !(fabs (number) < 18446744073709551616.0) || trunc (number) != number)
    return FALSE;
  *magnitude = (guint64) fabs (number);
  return TRUE;
}

/* Up to 19 digits as an integer, and the power of ten that it has to be multiplied with. */
static gboolean
parse_decimal (FlowWire token, guint64 *mantissa, int *exponent)
{
  guint digits = 0;
  gboolean point = FALSE;

  *mantissa = 0;
  *exponent = 0;
  for (; token.at < token.end; token.at++)
    {
      if (*token.at == '.' && !point)
        {
          point = TRUE;
          continue;
        }
      if (!g_ascii_isdigit (*token.at))
        return FALSE;
      digits += digits > 0 || *token.at != '0';
      *mantissa = *mantissa * 10 + (guint64) (*token.at - '0');
      *exponent -= point;
      if (digits > 19)
        return FALSE;
    }
  return TRUE;
}

static gboolean
parse_double_slow (FlowWire token, double *value)
{
  g_autofree char *text = g_strndup ((const char *) token.at, flow_wire_left (&token));
  char *end;

  if (!g_ascii_isdigit (text[0]) && text[0] != '-' && text[0] != '.' && text[0] != '+')
    return FALSE;
  if (strpbrk (text, "xXnN") != NULL)
    return FALSE;
  *value = g_ascii_strtod (text, &end);
  return end > text && *end == '\0' && isfinite (*value);
}

/** flow_json_parse_double: read a decimal number, correctly rounded. Infinities and NaN have no digits. */
gboolean
flow_json_parse_double (FlowWire token, double *value)
{
  static const double powers[] = { 1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,  1e8,  1e9,  1e10, 1e11,
                                   1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22 };
  FlowWire digits = token;
  gboolean negative = token.at < token.end && *token.at == '-';
  guint64 mantissa;
  int exponent;

  digits.at += negative;
  /* Both operands are exact, so one division is rounded correctly. */
  if (digits.at < digits.end && g_ascii_isdigit (*digits.at) && parse_decimal (digits, &mantissa, &exponent) &&
      mantissa <= G_GUINT64_CONSTANT (1) << 53 && exponent >= -22)
    {
      *value = (double) mantissa / powers[-exponent];
      if (negative)
        *value = -*value;
      return TRUE;
    }
  return parse_double_slow (token, value);
}
