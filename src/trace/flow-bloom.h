/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "trace/flow-buffer.h"
#include "trace/flow-siphash.h"

G_BEGIN_DECLS

/*
 * Words: runs of ASCII letters and digits and of bytes from 0x80 on, letters in lower case, at least two bytes.
 * A text is found where its words stand one after the other with the same bytes between them, ASCII case ignored,
 * and where its first and last letter begin and end a word.
 */

/** FLOW_BLOOM_TEXT: a longer value is found by its beginning only: images in base64 need no index. */
#define FLOW_BLOOM_TEXT 65536

/** FlowBloom: gathers the words of a segment; write it with flow_bloom_finish(). */
typedef struct
{
  FlowSipKey key;
  guint64 *hashes; /* open addressing, 0: free */
  guint32 mask;
  guint32 words;
} FlowBloom;

void flow_bloom_init (FlowBloom *self, const FlowSipKey *key);
void flow_bloom_clear (FlowBloom *self);
void flow_bloom_add (FlowBloom *self, const char *text, gsize length);
void flow_bloom_finish (FlowBloom *self, FlowBuffer *out);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (FlowBloom, flow_bloom_clear)

GArray *flow_bloom_query_new (const FlowSipKey *key, const char *text, gsize length);
gboolean flow_bloom_may_hold (gconstpointer bloom, gsize length, const GArray *query);
gboolean flow_text_holds (const char *text, gsize length, const char *needle, gsize needle_length);
gboolean flow_words_match (const char *text, gsize length, const char *needle, gsize needle_length);

G_END_DECLS
