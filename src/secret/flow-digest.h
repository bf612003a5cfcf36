/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/** FLOW_DIGEST_SIZE: bytes of a SHA-256, of a keyed hash, and of every key. */
#define FLOW_DIGEST_SIZE 32

/**
 * FlowDigestPart:
 * @data: (nullable): bytes; %NULL when @size is 0
 * @size: how many
 *
 * A piece of what is hashed. A hash over parts is the hash over their bytes one after the other.
 */
typedef struct
{
  gconstpointer data;
  gsize size;
} FlowDigestPart;

void flow_digest (const FlowDigestPart *parts, guint n_parts, guint8 out[FLOW_DIGEST_SIZE]);
void flow_digest_keyed (const guint8 *key, gsize key_size, const FlowDigestPart *parts, guint n_parts,
                        guint8 out[FLOW_DIGEST_SIZE]);
void flow_digest_derive (const guint8 *key, gsize key_size, const guint8 *salt, gsize salt_size,
                         const FlowDigestPart *info, guint n_info, guint8 *out, gsize out_size);
gboolean flow_digest_equal (gconstpointer a, gconstpointer b, gsize size);
void flow_digest_wipe (gpointer data, gsize size);

G_END_DECLS
