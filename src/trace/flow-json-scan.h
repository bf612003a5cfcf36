/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#ifdef __SSE2__
#include <emmintrin.h>
#endif

#include "trace/flow-otlp-wire.h"

G_BEGIN_DECLS

/**
 * FlowJsonScan:
 * @at: the next byte
 * @end: the byte after the last one
 * @why: (nullable): the first thing that was wrong, a constant text
 * @where: where that was
 *
 * A cursor over JSON (RFC 8259) that hands out one token at a time and keeps nothing. Functions answer %FALSE when
 * something is wrong and set @why.
 */
typedef struct
{
  const guint8 *at;
  const guint8 *end;
  const char *why;
  const guint8 *where;

  /*< private >*/
  FlowBuffer text;
} FlowJsonScan;

void flow_json_scan_init (FlowJsonScan *self, gconstpointer data, gsize length);
void flow_json_scan_clear (FlowJsonScan *self);
gboolean flow_json_scan_fail (FlowJsonScan *self, const char *why);
gboolean flow_json_scan_string (FlowJsonScan *self, FlowWire *text);
gboolean flow_json_scan_number (FlowJsonScan *self, FlowWire *token);
gboolean flow_json_scan_skip (FlowJsonScan *self);

gboolean flow_json_parse_integer (FlowWire token, gboolean *negative, guint64 *magnitude);
gboolean flow_json_parse_double (FlowWire token, double *value);

/** flow_json_scan_peek: skip white space and look at the next byte, 0 at the end. */
static inline guint8
flow_json_scan_peek (FlowJsonScan *self)
{
  while (self->at < self->end)
    {
      guint8 byte = *self->at;

      if (G_LIKELY (byte > ' '))
        return byte;
      if (byte != ' ' && byte != '\n' && byte != '\r' && byte != '\t')
        return byte;
      self->at++;
    }
  return 0;
}

/** flow_json_scan_take: pass over @byte if it comes next. Sets no error. */
static inline gboolean
flow_json_scan_take (FlowJsonScan *self, char byte)
{
  if (flow_json_scan_peek (self) != (guint8) byte || self->at == self->end)
    return FALSE;
  self->at++;
  return TRUE;
}

/** flow_json_scan_literal: pass over `true`, `false` or `null` if it comes next. Sets no error. */
static inline gboolean
flow_json_scan_literal (FlowJsonScan *self, const char *word, gsize length)
{
  if (G_LIKELY (flow_json_scan_peek (self) != (guint8) word[0]) || (gsize) (self->end - self->at) < length ||
      memcmp (self->at, word, length) != 0)
    return FALSE;
  self->at += length;
  return TRUE;
}

/**
 * flow_json_scan_special:
 *
 * Returns: the next quote, backslash or control character, or @end
 */
static inline const guint8 *
flow_json_scan_special (const guint8 *at, const guint8 *end)
{
#ifdef __SSE2__
  const __m128i quote = _mm_set1_epi8 ('"'), backslash = _mm_set1_epi8 ('\\'), control = _mm_set1_epi8 (0x1f);

  while (end - at >= 16)
    {
      __m128i bytes = _mm_loadu_si128 ((const __m128i *) at);
      __m128i hits = _mm_or_si128 (_mm_or_si128 (_mm_cmpeq_epi8 (bytes, quote), _mm_cmpeq_epi8 (bytes, backslash)),
                                   _mm_cmpeq_epi8 (_mm_min_epu8 (bytes, control), bytes));
      guint mask = (guint) _mm_movemask_epi8 (hits);

      if (mask != 0)
        return at + __builtin_ctz (mask);
      at += 16;
    }
#endif
  while (at < end && *at != '"' && *at != '\\' && *at >= ' ')
    at++;
  return at;
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (FlowJsonScan, flow_json_scan_clear)

G_END_DECLS
