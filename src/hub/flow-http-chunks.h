/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * FlowHttpChunks:
 *
 * Where the reader of a chunked body stands. Initialise with {0}.
 */
typedef struct
{
  guint state;
  guint digits;
  guint64 left;
  guint64 payload;
  guint64 framing;
} FlowHttpChunks;

/**
 * FlowHttpChunksResult:
 * @FLOW_HTTP_CHUNKS_MORE: all of the input is used, more is needed
 * @FLOW_HTTP_CHUNKS_PAYLOAD: here is a piece of the body
 * @FLOW_HTTP_CHUNKS_END: the body is complete
 * @FLOW_HTTP_CHUNKS_BAD: this is no chunked body
 */
typedef enum
{
  FLOW_HTTP_CHUNKS_MORE,
  FLOW_HTTP_CHUNKS_PAYLOAD,
  FLOW_HTTP_CHUNKS_END,
  FLOW_HTTP_CHUNKS_BAD,
} FlowHttpChunksResult;

FlowHttpChunksResult flow_http_chunks_read (FlowHttpChunks *self, const guint8 **data, const guint8 *end,
                                            const guint8 **payload, gsize *payload_length);

G_END_DECLS
