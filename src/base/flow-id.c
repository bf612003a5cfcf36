/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-id"

#include "base/flow-id.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

/* POSIX: getentropy() hands out at most this many bytes at once. */
#define MAX_ENTROPY 256

/**
 * flow_id_random:
 * @out: (out caller-allocates) (array length=n): where the bytes go
 * @n: how many
 *
 * Fill a buffer with bytes of the system's cryptographic random generator.
 * Without one nothing that needs a secret may go on, so the process ends.
 */
void
flow_id_random (guint8 *out, gsize n)
{
  g_return_if_fail (out != NULL || n == 0);

  while (n > 0)
    {
      gsize chunk = MIN (n, MAX_ENTROPY);

      if (getentropy (out, chunk) != 0)
        g_error ("The system gives no random bytes: %s", g_strerror (errno));
      out += chunk;
      n -= chunk;
    }
}

/**
 * flow_id_new_uuid:
 * @clock: (nullable): the clock, or %NULL for the machine's
 *
 * Make a UUID of version 7: 48 bits of Unix milliseconds, then random bits (RFC 9562, section 5.7).
 *
 * Returns: (transfer full): 36 lower-case characters
 */
char *
flow_id_new_uuid (const FlowClock *clock)
{
  guint64 ms = (guint64) (flow_clock_wall_ns (clock) / 1000000);
  guint8 id[16];
  char hex[33];

  flow_id_random (id, sizeof id);
  for (int i = 0; i < 6; i++)
    id[i] = (guint8) (ms >> (40 - 8 * i));
  id[6] = (guint8) (0x70 | (id[6] & 0x0f));
  id[8] = (guint8) (0x80 | (id[8] & 0x3f));

  flow_id_to_hex (id, sizeof id, hex);
  return g_strdup_printf ("%.8s-%.4s-%.4s-%.4s-%.12s", hex, hex + 8, hex + 12, hex + 16, hex + 20);
}

/**
 * flow_id_new_token:
 * @bits: how much randomness, a multiple of 8
 *
 * Make a secret in base64url without padding (RFC 4648, section 5).
 *
 * Returns: (transfer full): the text; 256 bits are 43 characters
 */
char *
flow_id_new_token (guint bits)
{
  g_autofree guint8 *bytes = NULL;
  char *text;

  g_return_val_if_fail (bits > 0 && bits % 8 == 0, NULL);

  bytes = g_malloc (bits / 8);
  flow_id_random (bytes, bits / 8);
  text = g_base64_encode (bytes, bits / 8);
  g_strdelimit (text, "+", '-');
  g_strdelimit (text, "/", '_');
  text[strcspn (text, "=")] = '\0';
  explicit_bzero (bytes, bits / 8);
  return text;
}

/**
 * flow_id_to_hex:
 * @id: (array length=n): the bytes
 * @n: how many
 * @out: (out caller-allocates): room for 2 * @n + 1 characters
 *
 * Write bytes as lower-case hex with a terminating zero.
 */
void
flow_id_to_hex (const guint8 *id, gsize n, char *out)
{
  static const char digits[] = "0123456789abcdef";

  for (gsize i = 0; i < n; i++)
    {
      out[2 * i] = digits[id[i] >> 4];
      out[2 * i + 1] = digits[id[i] & 0x0f];
    }
  out[2 * n] = '\0';
}

/**
 * flow_id_from_hex:
 * @hex: at least 2 * @n characters; it need not end after them
 * @n: how many bytes
 * @out: (out caller-allocates) (array length=n): where they go
 *
 * Read bytes from hex of either case.
 *
 * Returns: %FALSE when one of the first 2 * @n characters is no hex digit; @out is undefined then
 */
gboolean
flow_id_from_hex (const char *hex, gsize n, guint8 *out)
{
  for (gsize i = 0; i < n; i++)
    {
      int high = g_ascii_xdigit_value (hex[2 * i]);
      int low = high < 0 ? -1 : g_ascii_xdigit_value (hex[2 * i + 1]);

      if (low < 0)
        return FALSE;
      out[i] = (guint8) (high << 4 | low);
    }
  return TRUE;
}

/**
 * flow_id_is_zero:
 * @id: (array length=n): the bytes
 * @n: how many
 *
 * Find out whether an id is all zero, which OpenTelemetry and W3C Trace Context call invalid.
 *
 * Returns: %TRUE when it is
 */
gboolean
flow_id_is_zero (const guint8 *id, gsize n)
{
  guint8 all = 0;

  for (gsize i = 0; i < n; i++)
    all |= id[i];
  return all == 0;
}

/**
 * flow_id_equal_constant_time:
 * @a: (nullable): what came from outside
 * @b: (nullable): the secret
 *
 * Compare a secret so that the time taken tells nothing but the length of @a.
 *
 * Returns: %TRUE when both are there and equal
 */
gboolean
flow_id_equal_constant_time (const char *a, const char *b)
{
  gsize a_len, b_len;
  volatile guint8 differs;

  if (a == NULL || b == NULL)
    return FALSE;

  a_len = strlen (a);
  b_len = strlen (b);
  differs = a_len != b_len;
  for (gsize i = 0; i < a_len; i++)
    differs |= (guint8) (a[i] ^ (b_len > 0 ? b[i % b_len] : 0xff));
  return !differs;
}
