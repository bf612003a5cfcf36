/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>
#include <string.h>

G_BEGIN_DECLS

/** FlowSipKey: 128 random bits, one a store. */
typedef struct
{
  guint64 k0, k1;
} FlowSipKey;

#define FLOW_SIP_ROTATE(x, b) (((x) << (b)) | ((x) >> (64 - (b))))

#define FLOW_SIP_ROUND(v0, v1, v2, v3)  \
  G_STMT_START                          \
  {                                     \
    v0 += v1;                           \
    v1 = FLOW_SIP_ROTATE (v1, 13) ^ v0; \
    v0 = FLOW_SIP_ROTATE (v0, 32);      \
    v2 += v3;                           \
    v3 = FLOW_SIP_ROTATE (v3, 16) ^ v2; \
    v0 += v3;                           \
    v3 = FLOW_SIP_ROTATE (v3, 21) ^ v0; \
    v2 += v1;                           \
    v1 = FLOW_SIP_ROTATE (v1, 17) ^ v2; \
    v2 = FLOW_SIP_ROTATE (v2, 32);      \
  }                                     \
  G_STMT_END

/**
 * flow_siphash:
 *
 * SipHash-1-3 of @length bytes (Aumasson and Bernstein, "SipHash: a fast short-input PRF"): what lies in the file as
 * a hash says nothing about the value without the key.
 */
static inline guint64
flow_siphash (const FlowSipKey *key, gconstpointer data, gsize length)
{
  const guint8 *in = data;
  const guint8 *end = in + (length & ~(gsize) 7);
  guint64 v0 = key->k0 ^ 0x736f6d6570736575u, v1 = key->k1 ^ 0x646f72616e646f6du;
  guint64 v2 = key->k0 ^ 0x6c7967656e657261u, v3 = key->k1 ^ 0x7465646279746573u;
  guint64 last = (guint64) length << 56, word;

  for (; in < end; in += 8)
    {
      memcpy (&word, in, 8);
      word = GUINT64_FROM_LE (word);
      v3 ^= word;
      FLOW_SIP_ROUND (v0, v1, v2, v3);
      v0 ^= word;
    }
  for (guint i = 0; i < (length & 7); i++)
    last |= (guint64) in[i] << (8 * i);
  v3 ^= last;
  FLOW_SIP_ROUND (v0, v1, v2, v3);
  v0 ^= last;
  v2 ^= 0xff;
  FLOW_SIP_ROUND (v0, v1, v2, v3);
  FLOW_SIP_ROUND (v0, v1, v2, v3);
  FLOW_SIP_ROUND (v0, v1, v2, v3);
  return v0 ^ v1 ^ v2 ^ v3;
}

G_END_DECLS
