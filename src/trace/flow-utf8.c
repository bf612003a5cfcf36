/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "flow-trace"

#include "trace/flow-utf8.h"

#define REPLACEMENT "\xef\xbf\xbd"

/* Bytes of the character at @text, 0 when it is not one (overlong forms, surrogates, over U+10FFFF, cut off). */
static guint
character_size (const guint8 *text, gsize left)
{
  guint8 first = text[0];
  guint8 low = 0x80, high = 0xbf;
  guint size;

  if (first < 0x80)
    return 1;
  if (first < 0xc2 || first > 0xf4)
    return 0;
  size = first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
  if (first == 0xe0)
    low = 0xa0;
  else if (first == 0xed)
    high = 0x9f;
  else if (first == 0xf0)
    low = 0x90;
  else if (first == 0xf4)
    high = 0x8f;
  if (left < size || text[1] < low || text[1] > high)
    return 0;
  for (guint i = 2; i < size; i++)
    if ((text[i] & 0xc0) != 0x80)
      return 0;
  return size;
}

/** flow_utf8_valid_slow: as flow_utf8_valid(), a character at a time. */
gboolean
flow_utf8_valid_slow (const guint8 *text, gsize length)
{
  for (gsize i = 0; i < length;)
    {
      guint size = character_size (text + i, length - i);

      if (size == 0)
        return FALSE;
      i += size;
    }
  return TRUE;
}

/** flow_utf8_repair: append @text with U+FFFD for each byte that is part of no character. */
void
flow_utf8_repair (FlowBuffer *out, const guint8 *text, gsize length)
{
  for (gsize i = 0; i < length;)
    {
      guint size = character_size (text + i, length - i);

      if (size == 0)
        flow_buffer_put (out, REPLACEMENT, 3);
      else
        flow_buffer_put (out, text + i, size);
      i += MAX (size, 1);
    }
}
