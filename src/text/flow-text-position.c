/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-text"

#include "text/flow-text-position.h"

#include <string.h>

#include "text/flow-text-private.h"

#define BLOCK 64

/* Characters beyond U+FFFF take two UTF-16 units; their first byte is at least this. */
#define FIRST_OF_PAIR 0xf0

static gsize
count_block_utf16 (const char *text, gsize size)
{
  guint8 n = 0;

  for (gsize i = 0; i < size; i++)
    n += (guint8) (!flow_utf8_is_inside (text[i])) + (guint8) ((guint8) text[i] >= FIRST_OF_PAIR);
  return n;
}

static gsize
count_utf16 (const char *text, gsize size)
{
  gsize n = 0, at = 0;

  for (; at + BLOCK <= size; at += BLOCK)
    n += count_block_utf16 (text + at, BLOCK);
  return n + count_block_utf16 (text + at, size - at);
}

static gsize
skip_utf16 (const char *text, gsize size, gsize n_units)
{
  gsize at = 0;

  for (; at + BLOCK <= size; at += BLOCK)
    {
      gsize n = count_block_utf16 (text + at, BLOCK);

      if (n > n_units)
        break;
      n_units -= n;
    }
  while (at < size)
    {
      gsize n = count_block_utf16 (text + at, 1);

      if (n > n_units)
        break;
      n_units -= n;
      at++;
    }
  while (at > 0 && at < size && flow_utf8_is_inside (text[at]))
    at--;
  return at;
}

/* Where a position is in a piece, in bytes from the piece's beginning. */
static gsize
to_bytes (const char *text, gsize size, gsize position, FlowTextUnit unit)
{
  switch (unit)
    {
    case FLOW_TEXT_CHARACTERS:
      return flow_utf8_skip (text, size, position);
    case FLOW_TEXT_UTF16:
      return skip_utf16 (text, size, position);
    case FLOW_TEXT_BYTES:
    default:
      position = MIN (position, size);
      while (position > 0 && position < size && flow_utf8_is_inside (text[position]))
        position--;
      return position;
    }
}

static gsize
from_bytes (const char *text, gsize size, FlowTextUnit unit)
{
  switch (unit)
    {
    case FLOW_TEXT_CHARACTERS:
      return flow_utf8_count (text, size);
    case FLOW_TEXT_UTF16:
      return count_utf16 (text, size);
    case FLOW_TEXT_BYTES:
    default:
      return size;
    }
}

/**
 * flow_text_position_convert:
 * @text: a text
 * @position: a position, or a length from the beginning
 * @from: what it counts
 * @to: what the answer counts
 *
 * Say a position in another unit.
 *
 * Returns: the position in @to, at most the end of the text
 */
gsize
flow_text_position_convert (const FlowText *text, gsize position, FlowTextUnit from, FlowTextUnit to)
{
  const char *data = flow_text_get_data (text);
  gsize size = flow_text_get_size (text);

  if (flow_text_is_ascii (text))
    return MIN (position, size);
  return from_bytes (data, to_bytes (data, size, position, from), to);
}

/**
 * flow_text_position_to_line:
 * @text: a text
 * @index: a position in characters
 * @unit: what the column counts
 * @line: (out): the line, from 0
 * @column: (out): the column in @unit, from 0
 *
 * Find line and column of a position. A line ends before its `\n`.
 */
void
flow_text_position_to_line (const FlowText *text, gsize index, FlowTextUnit unit, gsize *line, gsize *column)
{
  const char *data = flow_text_get_data (text);
  gsize at = flow_text_position_convert (text, index, FLOW_TEXT_CHARACTERS, FLOW_TEXT_BYTES);
  const char *start = data;
  const char *end;

  *line = 0;
  while ((end = memchr (start, '\n', (gsize) (data + at - start))) != NULL)
    {
      start = end + 1;
      (*line)++;
    }
  *column = from_bytes (start, (gsize) (data + at - start), unit);
}

/**
 * flow_text_position_from_line:
 * @text: a text
 * @line: a line, from 0
 * @column: a column, from 0
 * @unit: what the column counts
 *
 * Find the position of a line and column. A column beyond the end of its line means that end, a line beyond the last
 * the end of the text.
 *
 * Returns: the position in characters
 */
gsize
flow_text_position_from_line (const FlowText *text, gsize line, gsize column, FlowTextUnit unit)
{
  const char *data = flow_text_get_data (text);
  const char *end = data + flow_text_get_size (text);
  const char *start = data;
  const char *line_end;

  for (; line > 0; line--)
    {
      line_end = memchr (start, '\n', (gsize) (end - start));
      if (line_end == NULL)
        return flow_text_get_length (text);
      start = line_end + 1;
    }
  line_end = memchr (start, '\n', (gsize) (end - start));
  if (line_end == NULL)
    line_end = end;
  start += to_bytes (start, (gsize) (line_end - start), column, unit);
  return flow_text_is_ascii (text) ? (gsize) (start - data) : flow_utf8_count (data, (gsize) (start - data));
}

/**
 * flow_text_count_lines:
 * @text: a text
 *
 * Count the lines as editors do: one more than there are line ends, so that the empty text has one.
 *
 * Returns: lines
 */
gsize
flow_text_count_lines (const FlowText *text)
{
  gsize line, column;

  flow_text_position_to_line (text, flow_text_get_length (text), FLOW_TEXT_BYTES, &line, &column);
  return line + 1;
}
