/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-message"

#include "message/flow-json-check.h"

#include <string.h>

#include "message/flow-envelope.h"
#include "message/flow-json-skip.h"

typedef struct
{
  const char *at;
  const char *end;
  guint depth;
} Check;

static gboolean check_value (Check *self);

/* Takes white space, and a byte behind it. */
static gboolean
take (Check *self, char byte)
{
  self->at = flow_json_skip_blanks (self->at, self->end);
  if (self->at == self->end || *self->at != byte)
    return FALSE;
  self->at++;
  return TRUE;
}

static int
read_hex (Check *self)
{
  int value = 0;

  if (self->end - self->at < 4)
    return -1;
  for (guint i = 0; i < 4; i++)
    {
      int digit = g_ascii_xdigit_value (*self->at++);

      if (digit < 0)
        return -1;
      value = value << 4 | digit;
    }
  return value;
}

/* Behind the backslash. Half of a surrogate pair alone is no character. */
static gboolean
check_escape (Check *self)
{
  int high, low;

  if (self->at == self->end)
    return FALSE;
  if (*self->at != 'u')
    return *self->at != '\0' && strchr ("\"\\/bfnrt", *self->at++) != NULL;
  self->at++;
  high = read_hex (self);
  if (high < 0xd800 || high > 0xdfff)
    return high >= 0;
  if (high > 0xdbff || self->end - self->at < 6 || self->at[0] != '\\' || self->at[1] != 'u')
    return FALSE;
  self->at += 2;
  low = read_hex (self);
  return low >= 0xdc00 && low <= 0xdfff;
}

/* Behind the quotation mark. */
static gboolean
check_string (Check *self)
{
  while (self->at < self->end)
    {
      guchar c = (guchar) *self->at++;

      if (c == '"')
        return TRUE;
      if (c < 0x20 || (c == '\\' && !check_escape (self)))
        return FALSE;
    }
  return FALSE;
}

static gboolean
check_member (Check *self)
{
  return take (self, '"') && check_string (self) && take (self, ':') && check_value (self);
}

/* Behind the bracket. */
static gboolean
check_list (Check *self, char close, gboolean (*check_item) (Check *self))
{
  if (++self->depth > FLOW_ENVELOPE_MAX_DEPTH)
    return FALSE;
  if (!take (self, close))
    {
      do
        {
          if (!check_item (self))
            return FALSE;
        }
      while (take (self, ','));
      if (!take (self, close))
        return FALSE;
    }
  self->depth--;
  return TRUE;
}

static gboolean
check_value (Check *self)
{
  if (take (self, '{'))
    return check_list (self, '}', check_member);
  if (take (self, '['))
    return check_list (self, ']', check_value);
  if (take (self, '"'))
    return check_string (self);
  self->at = flow_json_skip_scalar (self->at, self->end);
  return self->at != NULL;
}

/**
 * flow_json_check:
 * @text: (array length=length): valid UTF-8
 * @length: its length in bytes
 *
 * Find out whether a text is one JSON value (RFC 8259) of at most 64 levels. Readers are more lenient, and each in
 * another way: what goes to others is looked at by the letter.
 *
 * Returns: %TRUE when it is
 */
gboolean
flow_json_check (const char *text, gsize length)
{
  Check self = { .at = text, .end = text + length };

  return check_value (&self) && flow_json_skip_blanks (self.at, self.end) == self.end;
}
