/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "trace/flow-buffer.h"

G_BEGIN_DECLS

gboolean flow_utf8_valid_slow (const guint8 *text, gsize length);
void flow_utf8_repair (FlowBuffer *out, const guint8 *text, gsize length);

/**
 * flow_utf8_valid:
 *
 * Whether all of @text is UTF-8 (RFC 3629). Unlike g_utf8_validate() a NUL is a character like any other, as
 * protobuf and JSON have it.
 */
static inline gboolean
flow_utf8_valid (const guint8 *text, gsize length)
{
  guint64 word, bits = 0;
  gsize i = 0;

  for (; i + 8 <= length; i += 8)
    {
      memcpy (&word, text + i, 8);
      bits |= word;
    }
  for (; i < length; i++)
    bits |= text[i];
  return G_LIKELY ((bits & 0x8080808080808080u) == 0) || flow_utf8_valid_slow (text, length);
}

G_END_DECLS
