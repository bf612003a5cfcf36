/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-message"

#include "message/flow-utf8-check.h"

#include <string.h>

#define HIGH_BITS G_GUINT64_CONSTANT (0x8080808080808080)
/* Bytes whose high bits are looked at together: what compilers turn into a few vector instructions. */
#define BLOCK 64

/* How many bytes from the start are ASCII, in whole blocks, then in whole words. */
static gsize
skip_ascii (const guint8 *text, gsize length)
{
  gsize at = 0;

  for (; at + BLOCK <= length; at += BLOCK)
    {
      guint64 bits = 0, words[BLOCK / 8];

      memcpy (words, text + at, BLOCK);
      for (guint i = 0; i < BLOCK / 8; i++)
        bits |= words[i];
      if ((bits & HIGH_BITS) != 0)
        break;
    }
  for (; at + 8 <= length; at += 8)
    {
      guint64 word;

      memcpy (&word, text + at, 8);
      if ((word & HIGH_BITS) != 0)
        break;
    }
  return at;
}

/* Takes the first byte of a character: how many follow, and which the next may be (RFC 3629, section 4). */
static gboolean
begin_character (FlowUtf8Check *self, guint8 first)
{
  if (first < 0xc2 || first > 0xf4)
    return FALSE;
  self->missing = first < 0xe0 ? 1 : first < 0xf0 ? 2 : 3;
  self->low = first == 0xe0 ? 0xa0 : first == 0xf0 ? 0x90 : 0x80;
  self->high = first == 0xed ? 0x9f : first == 0xf4 ? 0x8f : 0xbf;
  return TRUE;
}

/**
 * flow_utf8_check:
 * @self: a check
 * @text: the next piece
 * @length: its length in bytes
 *
 * Check a piece of a text. Overlong forms, surrogates and what is beyond U+10FFFF are refused at the first byte
 * that shows it. After a refusal the check must not be used again.
 *
 * Returns: %TRUE when all of it is UTF-8 so far
 */
gboolean
flow_utf8_check (FlowUtf8Check *self, const guint8 *text, gsize length)
{
  gsize at = 0;

  while (at < length)
    {
      guint8 byte;

      if (self->missing == 0)
        at += skip_ascii (text + at, length - at);
      if (at == length)
        return TRUE;
      byte = text[at++];
      if (self->missing > 0)
        {
          if (byte < self->low || byte > self->high)
            return FALSE;
          self->missing--;
          self->low = 0x80;
          self->high = 0xbf;
        }
      else if (byte >= 0x80 && !begin_character (self, byte))
        return FALSE;
    }
  return TRUE;
}
