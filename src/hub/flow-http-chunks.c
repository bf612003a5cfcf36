/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-http"

#include "hub/flow-http-chunks.h"

#define MAX_DIGITS 15
/* Sizes and line ends may be some times longer than what they frame, not without bound. */
#define FRAMING_FREE 65536
#define FRAMING_FACTOR 8

enum
{
  SIZE,
  EXTENSION,
  SIZE_LF,
  DATA,
  DATA_CR,
  DATA_LF,
  LINE_START, /* of a trailer line, or of the empty one at the end */
  LINE,
  LINE_LF,
  END_LF,
  DONE,
};

static gboolean
read_size (FlowHttpChunks *self, guint8 c)
{
  int digit = g_ascii_xdigit_value ((char) c);

  if (digit >= 0)
    {
      self->left = self->left << 4 | (guint64) digit;
      return ++self->digits <= MAX_DIGITS;
    }
  if (self->digits == 0)
    return FALSE;
  if (c == '\r')
    self->state = SIZE_LF;
  else if (c == ';' || c == ' ' || c == '\t')
    self->state = EXTENSION;
  else
    return FALSE;
  return TRUE;
}

static gboolean
skip_to_cr (FlowHttpChunks *self, guint8 c, guint next)
{
  if (c == '\r')
    self->state = next;
  return c != '\n' && c != '\0';
}

static gboolean
expect (FlowHttpChunks *self, guint8 c, guint8 wanted, guint next)
{
  self->state = next;
  return c == wanted;
}

/* One byte of what is between the pieces. */
static gboolean
read_framing (FlowHttpChunks *self, guint8 c)
{
  switch (self->state)
    {
    case SIZE:
      return read_size (self, c);
    case EXTENSION:
      return skip_to_cr (self, c, SIZE_LF);
    case SIZE_LF:
      return expect (self, c, '\n', self->left > 0 ? DATA : LINE_START);
    case DATA_CR:
      return expect (self, c, '\r', DATA_LF);
    case DATA_LF:
      self->digits = 0;
      return expect (self, c, '\n', SIZE);
    case LINE_START:
      if (c == '\r')
        return expect (self, c, '\r', END_LF);
      self->state = LINE;
      return c != '\n' && c != '\0';
    case LINE:
      return skip_to_cr (self, c, LINE_LF);
    case LINE_LF:
      return expect (self, c, '\n', LINE_START);
    case END_LF:
      return expect (self, c, '\n', DONE);
    default:
      return FALSE;
    }
}

static gboolean
is_bounded (const FlowHttpChunks *self)
{
  return self->framing <= FRAMING_FREE + self->payload * FRAMING_FACTOR;
}

/**
 * flow_http_chunks_read:
 * @self: where the reader stands
 * @data: (inout): what has come; moved behind what was used
 * @end: its end
 * @payload: (out): a piece of the body, in @data
 * @payload_length: (out): its length
 *
 * Read on in a chunked body (RFC 9112, section 7.1) up to its next piece. Extensions and trailers are skipped;
 * a body that has more of them than of content is refused.
 *
 * Returns: what was found
 */
FlowHttpChunksResult
flow_http_chunks_read (FlowHttpChunks *self, const guint8 **data, const guint8 *end, const guint8 **payload,
                       gsize *payload_length)
{
  while (self->state != DONE)
    {
      if (*data == end)
        return FLOW_HTTP_CHUNKS_MORE;
      if (self->state == DATA)
        {
          gsize length = (gsize) MIN (self->left, (guint64) (end - *data));

          *payload = *data;
          *payload_length = length;
          *data += length;
          self->payload += length;
          self->left -= length;
          if (self->left == 0)
            self->state = DATA_CR;
          return FLOW_HTTP_CHUNKS_PAYLOAD;
        }
      self->framing++;
      if (!read_framing (self, *(*data)++) || !is_bounded (self))
        return FLOW_HTTP_CHUNKS_BAD;
    }
  return FLOW_HTTP_CHUNKS_END;
}
