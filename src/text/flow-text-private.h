/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "text/flow-text-operation-builder.h"

G_BEGIN_DECLS

/* No text and no operation is longer, in bytes or in characters: lengths fit into 32 bits also when added. */
#define FLOW_TEXT_MAX_SIZE G_MAXINT32

struct _FlowTextOperation
{
  gatomicrefcount references;
  guint n_parts;
  gsize base_length;
  gsize n_inserted;
  gsize n_deleted;
  gsize text_size;
  const char *text;
  FlowTextOperationPart parts[];
};

FlowText *flow_text_alloc (gsize size, gsize length, char **data);
FlowText *flow_text_new_valid (const char *utf8, gsize size);

gsize flow_utf8_count (const char *text, gsize size);
gsize flow_utf8_skip (const char *text, gsize size, gsize n_characters);
gsize flow_bytes_common_prefix (const char *a, const char *b, gsize size);
gsize flow_bytes_common_suffix (const char *a_end, const char *b_end, gsize size);

/* A continuation byte is not the beginning of a character. */
static inline gboolean
flow_utf8_is_inside (char byte)
{
  return ((guint8) byte & 0xc0) == 0x80;
}

G_END_DECLS
