/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "flow-trace"

#include "trace/flow-otlp-json-ids.h"

#define BAD 0xff

/* Hex digits, both cases; everything else is BAD. */
static const guint8 hex_values[256] = {
  [0 ... '0' - 1] = BAD,
  ['0'] = 0,
  ['1'] = 1,
  ['2'] = 2,
  ['3'] = 3,
  ['4'] = 4,
  ['5'] = 5,
  ['6'] = 6,
  ['7'] = 7,
  ['8'] = 8,
  ['9'] = 9,
  ['9' + 1 ... 'A' - 1] = BAD,
  ['A'] = 10,
  ['B'] = 11,
  ['C'] = 12,
  ['D'] = 13,
  ['E'] = 14,
  ['F'] = 15,
  ['F' + 1 ... 'a' - 1] = BAD,
  ['a'] = 10,
  ['b'] = 11,
  ['c'] = 12,
  ['d'] = 13,
  ['e'] = 14,
  ['f'] = 15,
  ['f' + 1 ... 255] = BAD,
};

static int
base64_value (guint8 c)
{
  if (c >= 'A' && c <= 'Z')
    return c - 'A';
  if (c >= 'a' && c <= 'z')
    return c - 'a' + 26;
  if (c >= '0' && c <= '9')
    return c - '0' + 52;
  if (c == '+' || c == '-')
    return 62;
  if (c == '/' || c == '_')
    return 63;
  return -1;
}

/**
 * flow_otlp_json_base64:
 *
 * Append what @text means as base64, standard or URL-safe, with or without padding (protobuf's JSON mapping).
 *
 * Returns: %FALSE when it is no base64; @out is then as it was
 */
gboolean
flow_otlp_json_base64 (FlowWire text, FlowBuffer *out)
{
  gsize before = out->length;
  guint32 bits = 0;
  guint n_bits = 0;

  while (text.at < text.end && text.end[-1] == '=')
    text.end--;
  if (flow_wire_left (&text) % 4 == 1)
    return FALSE;
  for (; text.at < text.end; text.at++)
    {
      int value = base64_value (*text.at);

      if (value < 0)
        {
          out->length = before;
          return FALSE;
        }
      bits = bits << 6 | (guint32) value;
      n_bits += 6;
      if (n_bits >= 8)
        {
          n_bits -= 8;
          flow_buffer_put_u8 (out, (guint8) (bits >> n_bits));
        }
    }
  return TRUE;
}

static gboolean
put_hex (FlowWire text, FlowBuffer *out)
{
  guint8 *at = flow_buffer_reserve (out, flow_wire_left (&text) / 2 + 1);
  guint8 bad = 0;

  if (flow_wire_left (&text) % 2 != 0)
    return FALSE;
  for (; text.at < text.end; text.at += 2)
    {
      guint8 high = hex_values[text.at[0]], low = hex_values[text.at[1]];

      bad |= high | low;
      *at++ = (guint8) (high << 4 | low);
    }
  if (bad & 0xf0)
    return FALSE;
  out->length = (gsize) (at - out->data);
  return TRUE;
}

/**
 * flow_otlp_json_id:
 *
 * Append the bytes of a trace or span id: hex in either case, as OTLP wants it, or base64 as some exporters send it
 * (24 or 12 characters with padding, which hex never has). Anything else becomes one byte, which no id has, so that
 * the row is refused and not the request.
 */
void
flow_otlp_json_id (FlowWire text, FlowBuffer *out)
{
  gsize length = flow_wire_left (&text);

  if (put_hex (text, out))
    return;
  if ((length == 24 || length == 12) && text.end[-1] == '=' && flow_otlp_json_base64 (text, out))
    return;
  flow_buffer_put_u8 (out, BAD);
}
