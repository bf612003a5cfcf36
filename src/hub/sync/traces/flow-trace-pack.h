/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "secret/flow-cipher.h"
#include "trace/flow-trace-reader.h"

G_BEGIN_DECLS

/** FLOW_TRACE_PACK_MAX: bytes of a packed trace at most: what the cloud takes as one blob. */
#define FLOW_TRACE_PACK_MAX (64u << 20)

/** FLOW_TRACE_BLOB_ID_SIZE: bytes of the id of a blob. */
#define FLOW_TRACE_BLOB_ID_SIZE 16

/**
 * FlowTracePart:
 * @blob: the id under which the cloud has it, random
 * @key: what it was sealed with, random: it seals nothing else
 * @bytes: its size, sealed
 * @spans: how many spans are in it
 *
 * Where spans of a trace can be had, as a header says it.
 */
typedef struct
{
  guint8 blob[FLOW_TRACE_BLOB_ID_SIZE];
  guint8 key[FLOW_CIPHER_KEY_SIZE];
  guint64 bytes;
  guint64 spans;
} FlowTracePart;

char *flow_trace_part_to_text (const FlowTracePart *self);
gboolean flow_trace_part_from_text (const char *text, FlowTracePart *self);

GBytes *flow_trace_pack (const FlowTrace *trace, FlowTracePart *part, GError **error);
GPtrArray *flow_trace_unpack (GBytes *packed, const FlowTracePart *part, const guint8 trace_id[16], GError **error);

G_END_DECLS
