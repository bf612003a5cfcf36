/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "flow-trace"

#include "trace/flow-otlp-inflate.h"

#include <zlib.h>

#include "base/flow-error.h"
#include "trace/flow-buffer.h"

#define GZIP_ONLY (15 + 16)
#define FIRST_STEP 16384

typedef z_stream Inflater;
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Inflater, inflateEnd)

static gboolean
fail_gzip (const Inflater *stream, GError **error)
{
  g_set_error (error, FLOW_ERROR, FLOW_ERROR_BAD_REQUEST, "the body is not gzip, or damaged: %s",
               stream->msg != NULL ? stream->msg : "it ends too early");
  return FALSE;
}

/* Room for more output, twice as much each time; one byte over the limit shows that there would be more. */
static gboolean
make_room (FlowBuffer *out, gsize limit, GError **error)
{
  gsize room = MAX (out->length, FIRST_STEP);

  if (out->length > limit)
    {
      g_set_error (error, FLOW_ERROR, FLOW_ERROR_TOO_LARGE,
                   "the body is larger than %" G_GSIZE_FORMAT " bytes when decompressed", limit);
      return FALSE;
    }
  if (room > limit - out->length)
    room = limit - out->length + 1;
  out->data = g_realloc (out->data, out->length + room);
  out->capacity = out->length + room;
  return TRUE;
}

/* zlib counts in 32 bits. */
static void
feed (Inflater *stream, const guint8 **at, const guint8 *end)
{
  stream->next_in = (Bytef *) *at;
  stream->avail_in = (uInt) MIN ((gsize) (end - *at), G_MAXINT32);
  *at += stream->avail_in;
}

/* One call of inflate(); @ended: a member is complete. */
static gboolean
step (Inflater *stream, FlowBuffer *out, gsize limit, gboolean *ended, GError **error)
{
  gsize room;
  int result;

  if (out->length == out->capacity && !make_room (out, limit, error))
    return FALSE;
  room = MIN (out->capacity - out->length, G_MAXINT32);
  stream->next_out = out->data + out->length;
  stream->avail_out = (uInt) room;
  result = inflate (stream, Z_NO_FLUSH);
  out->length += room - stream->avail_out;
  *ended = result == Z_STREAM_END;
  if (result == Z_OK || result == Z_STREAM_END || (result == Z_BUF_ERROR && stream->avail_out == 0))
    return TRUE;
  return fail_gzip (stream, error);
}

static gboolean
inflate_all (Inflater *stream, const guint8 *at, const guint8 *end, FlowBuffer *out, gsize limit, GError **error)
{
  gboolean ended = FALSE;

  for (;;)
    {
      if (stream->avail_in == 0)
        feed (stream, &at, end);
      if (ended)
        {
          if (stream->avail_in == 0)
            return TRUE;
          inflateReset (stream);
        }
      if (!step (stream, out, limit, &ended, error))
        return FALSE;
      if (!ended && stream->avail_in == 0 && at == end && stream->avail_out > 0)
        return fail_gzip (stream, error);
    }
}

/**
 * flow_otlp_inflate_gzip:
 * @compressed: one or more gzip members (RFC 1952)
 * @limit: bytes that may come out of it
 * @error: %FLOW_ERROR_TOO_LARGE when more would come out, %FLOW_ERROR_BAD_REQUEST when it is no gzip, damaged, cut off
 *   or has something else behind it
 *
 * Decompress a body. Never more than twice the output is held, nor more than @limit and one byte.
 *
 * Returns: (transfer full) (nullable): the body
 */
GBytes *
flow_otlp_inflate_gzip (GBytes *compressed, gsize limit, GError **error)
{
  g_auto (Inflater) stream = { 0 };
  g_auto (FlowBuffer) out = { 0 };
  gsize length;
  const guint8 *data = g_bytes_get_data (compressed, &length);

  if (inflateInit2 (&stream, GZIP_ONLY) != Z_OK)
    {
      g_set_error_literal (error, FLOW_ERROR, FLOW_ERROR_FAILED, "zlib could not start");
      return NULL;
    }
  if (length == 0)
    {
      fail_gzip (&stream, error);
      return NULL;
    }
  if (!inflate_all (&stream, data, data + length, &out, limit, error))
    return NULL;
  if (out.length > limit)
    {
      make_room (&out, limit, error);
      return NULL;
    }
  return g_bytes_new_take (g_steal_pointer (&out.data), out.length);
}
