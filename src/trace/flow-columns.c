/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "flow-trace"

#include "trace/flow-columns.h"

#include <zstd.h>

/*
 * Hot blob: an entry for each column { guint32 offset behind the header; guint8 width; guint8 transform; guint16 0 },
 * then the columns' bytes. A column is narrowed to the width of its largest value, made into differences where its
 * values ascend, cut into byte planes (so that the constant high bytes stand together) and compressed where that
 * gains anything. All numbers little endian.
 */
enum
{
  TRANSFORM_DELTA = 1 << 0,
  TRANSFORM_PLANES = 1 << 1,
  TRANSFORM_ZSTD = 1 << 2,
};

/* The most that a blob may say it expands to: far above any segment, far below what would hurt. */
#define MAX_EXPANDED (1u << 30)

static void
free_compress_context (gpointer context)
{
  ZSTD_freeCCtx (context);
}

static void
free_expand_context (gpointer context)
{
  ZSTD_freeDCtx (context);
}

static GPrivate compress_context = G_PRIVATE_INIT (free_compress_context);
static GPrivate expand_context = G_PRIVATE_INIT (free_expand_context);

static ZSTD_CCtx *
get_compress_context (void)
{
  ZSTD_CCtx *context = g_private_get (&compress_context);

  if (context == NULL)
    {
      context = ZSTD_createCCtx ();
      g_private_set (&compress_context, context);
    }
  return context;
}

static ZSTD_DCtx *
get_expand_context (void)
{
  ZSTD_DCtx *context = g_private_get (&expand_context);

  if (context == NULL)
    {
      context = ZSTD_createDCtx ();
      g_private_set (&expand_context, context);
    }
  return context;
}

static guint8
width_of (guint64 bits)
{
  if (bits == 0)
    return 0;
  if (bits <= G_MAXUINT8)
    return 1;
  if (bits <= G_MAXUINT16)
    return 2;
  return bits <= G_MAXUINT32 ? 4 : 8;
}

/* Little endian at any address. */
static void
narrow (guint8 *out, const guint64 *values, gsize rows, guint8 width)
{
  switch (width)
    {
    case 1:
      for (gsize i = 0; i < rows; i++)
        out[i] = (guint8) values[i];
      break;
    case 2:
      for (gsize i = 0; i < rows; i++, out += 2)
        {
          guint16 value = GUINT16_TO_LE ((guint16) values[i]);

          memcpy (out, &value, 2);
        }
      break;
    case 4:
      for (gsize i = 0; i < rows; i++, out += 4)
        {
          guint32 value = GUINT32_TO_LE ((guint32) values[i]);

          memcpy (out, &value, 4);
        }
      break;
    default:
      for (gsize i = 0; i < rows * (width / 8); i++, out += 8)
        {
          guint64 value = GUINT64_TO_LE (values[i]);

          memcpy (out, &value, 8);
        }
      break;
    }
}

static void
to_planes (guint8 *out, const guint64 *values, gsize rows, guint8 width)
{
  for (guint plane = 0; plane < width; plane++)
    for (gsize i = 0; i < rows; i++)
      *out++ = (guint8) (values[i] >> (8 * plane));
}

/* Which columns ascend or nearly do, and which are random and not worth trying. */
static gboolean
is_delta (FlowColumnId column)
{
  return column == FLOW_COLUMN_START || column == FLOW_COLUMN_TRACE;
}

static guint8
encode_one (FlowBuffer *out, FlowColumnId column, const guint64 *values, gsize rows, gboolean compress, guint8 *width)
{
  g_autofree guint64 *deltas = NULL;
  guint8 transform = 0;
  guint64 bits = 0;
  gsize raw, packed;
  guint8 *at;

  if (compress && is_delta (column))
    {
      deltas = g_new (guint64, rows);
      for (gsize i = 0; i < rows; i++)
        deltas[i] = flow_zigzag ((gint64) (values[i] - (i > 0 ? values[i - 1] : 0)));
      values = deltas;
      transform |= TRANSFORM_DELTA;
    }
  for (gsize i = 0; i < rows; i++)
    bits |= values[i];
  *width = width_of (bits);
  raw = rows * *width;
  if (!compress || column == FLOW_COLUMN_SPAN_ID || raw < 64)
    {
      narrow (flow_buffer_reserve (out, raw), values, rows, *width);
      out->length += raw;
      return transform;
    }
  g_autofree guint8 *planes = g_malloc (raw);

  to_planes (planes, values, rows, *width);
  at = flow_buffer_reserve (out, ZSTD_compressBound (raw));
  packed = ZSTD_compressCCtx (get_compress_context (), at, ZSTD_compressBound (raw), planes, raw, 1);
  if (!ZSTD_isError (packed) && packed < raw - raw / 32)
    {
      out->length += packed;
      return transform | TRANSFORM_PLANES | TRANSFORM_ZSTD;
    }
  narrow (at, values, rows, *width);
  out->length += raw;
  return transform;
}

/**
 * flow_columns_encode:
 * @values: for each column its @rows values, or %NULL for all zero
 * @compress: %FALSE for parts, which live for seconds
 *
 * Append the hot blob of a part or segment to @out.
 */
void
flow_columns_encode (FlowBuffer *out, const guint64 *const values[FLOW_N_COLUMNS], gsize rows, gboolean compress)
{
  gsize start = out->length;

  memset (flow_buffer_reserve (out, FLOW_COLUMNS_HEADER), 0, FLOW_COLUMNS_HEADER);
  out->length += FLOW_COLUMNS_HEADER;
  for (guint column = 0; column < FLOW_N_COLUMNS; column++)
    {
      guint32 offset = GUINT32_TO_LE ((guint32) (out->length - start));
      guint8 entry[8] = { 0 };

      memcpy (entry, &offset, 4);
      if (values[column] != NULL)
        entry[5] = encode_one (out, column, values[column], rows, compress, &entry[4]);
      memcpy (out->data + start + column * 8, entry, 8);
    }
}

static guint32
entry_offset (const guint8 *header, guint column)
{
  guint32 offset;

  memcpy (&offset, header + column * 8, 4);
  return GUINT32_FROM_LE (offset);
}

/**
 * flow_columns_span:
 * @header: the first %FLOW_COLUMNS_HEADER bytes of a hot blob
 * @blob_length: bytes of the whole blob
 * @offset: (out): where the column's bytes begin in the blob
 * @length: (out): how many they are
 *
 * Returns: %FALSE when the header is damaged
 */
gboolean
flow_columns_span (const guint8 *header, gsize blob_length, FlowColumnId column, gsize *offset, gsize *length)
{
  gsize begin = entry_offset (header, column);
  gsize end = column + 1 < FLOW_N_COLUMNS ? entry_offset (header, column + 1) : blob_length;

  if (begin < FLOW_COLUMNS_HEADER || begin > end || end > blob_length)
    return FALSE;
  *offset = begin;
  *length = end - begin;
  return TRUE;
}

static void
from_planes (guint8 *out, const guint8 *planes, gsize rows, guint8 width)
{
  switch (width)
    {
    case 1:
      memcpy (out, planes, rows);
      break;
    case 2:
      for (gsize i = 0; i < rows; i++)
        ((guint16 *) out)[i] = (guint16) (planes[i] | planes[rows + i] << 8);
      break;
    case 4:
      for (gsize i = 0; i < rows; i++)
        ((guint32 *) out)[i] = planes[i] | (guint32) planes[rows + i] << 8 | (guint32) planes[2 * rows + i] << 16 |
                               (guint32) planes[3 * rows + i] << 24;
      break;
    default:
      for (gsize i = 0; i < rows; i++)
        {
          guint64 value = 0;

          for (guint plane = 0; plane < 8; plane++)
            value |= (guint64) planes[plane * rows + i] << (8 * plane);
          ((guint64 *) out)[i] = value;
        }
      break;
    }
}

static void
widen_deltas (FlowColumn *column, gsize rows)
{
  guint64 *values = g_new (guint64, rows);
  guint64 value = 0;

  for (gsize i = 0; i < rows; i++)
    {
      value += (guint64) flow_unzigzag (flow_column_get (column, i));
      values[i] = value;
    }
  g_free (column->data);
  column->data = values;
  column->width = 8;
}

static void
swap_to_host (FlowColumn *column, gsize rows)
{
  if (G_BYTE_ORDER == G_LITTLE_ENDIAN)
    return;
  for (gsize i = 0; i < rows; i++)
    {
      if (column->width == 2)
        ((guint16 *) column->data)[i] = GUINT16_FROM_LE (((guint16 *) column->data)[i]);
      else if (column->width == 4)
        ((guint32 *) column->data)[i] = GUINT32_FROM_LE (((guint32 *) column->data)[i]);
      else if (column->width == 8)
        ((guint64 *) column->data)[i] = GUINT64_FROM_LE (((guint64 *) column->data)[i]);
    }
}

/**
 * flow_column_decode:
 * @header: the hot blob's header
 * @stored: the column's bytes, from flow_columns_span()
 * @rows: rows of the segment
 * @out: (out caller-allocates): cleared by flow_column_clear()
 *
 * Returns: %FALSE when the bytes are damaged; nothing is then allocated
 */
gboolean
flow_column_decode (const guint8 *header, FlowColumnId column, const guint8 *stored, gsize length, gsize rows,
                    FlowColumn *out)
{
  guint8 width = header[column * 8 + 4], transform = header[column * 8 + 5];
  gsize raw = rows * width;

  *out = (FlowColumn) { 0 };
  if ((width > 2 && width != 4 && width != 8) || (!(transform & TRANSFORM_ZSTD) && length != raw))
    return FALSE;
  if (raw == 0)
    return TRUE;
  g_autofree guint8 *data = g_malloc (raw);

  if (transform & TRANSFORM_ZSTD)
    {
      g_autofree guint8 *planes = g_malloc (raw);

      if (ZSTD_decompressDCtx (get_expand_context (), planes, raw, stored, length) != raw)
        return FALSE;
      from_planes (data, planes, rows, width);
      *out = (FlowColumn) { width, g_steal_pointer (&data) };
    }
  else
    {
      memcpy (data, stored, raw);
      *out = (FlowColumn) { width, g_steal_pointer (&data) };
      swap_to_host (out, rows);
    }
  if (transform & TRANSFORM_DELTA)
    widen_deltas (out, rows);
  return TRUE;
}

void
flow_column_clear (FlowColumn *column)
{
  g_clear_pointer (&column->data, g_free);
  column->width = 0;
}

/**
 * flow_blob_compress:
 *
 * Append @data to @out so that flow_blob_expand() gives it back: its length as a varint times 2 plus 1 when it is
 * compressed, then the bytes.
 */
void
flow_blob_compress (FlowBuffer *out, gconstpointer data, gsize length, gboolean compress)
{
  gsize start = out->length;

  if (compress && length >= 64)
    {
      gsize bound = ZSTD_compressBound (length), packed;

      flow_buffer_put_varint (out, (guint64) length << 1 | 1);
      packed = ZSTD_compressCCtx (get_compress_context (), flow_buffer_reserve (out, bound), bound, data, length, 1);
      if (!ZSTD_isError (packed) && packed < length)
        {
          out->length += packed;
          return;
        }
      out->length = start;
    }
  flow_buffer_put_varint (out, (guint64) length << 1);
  flow_buffer_put (out, data, length);
}

/**
 * flow_blob_expand:
 * @expanded: (out): bytes of the result
 *
 * Returns: (transfer full) (nullable): the bytes with a NUL behind them, or %NULL when the blob is damaged
 */
guint8 *
flow_blob_expand (gconstpointer blob, gsize length, gsize *expanded)
{
  const guint8 *end = (const guint8 *) blob + length;
  guint64 head = 0;
  const guint8 *at = flow_varint_get (blob, end, &head);
  g_autofree guint8 *data = NULL;

  if (at == NULL || head >> 1 > MAX_EXPANDED || (!(head & 1) && head >> 1 != (guint64) (end - at)))
    return NULL;
  *expanded = (gsize) (head >> 1);
  data = g_malloc (*expanded + 1);
  data[*expanded] = 0;
  if (!(head & 1))
    memcpy (data, at, *expanded);
  else if (ZSTD_decompressDCtx (get_expand_context (), data, *expanded, at, (gsize) (end - at)) != *expanded)
    return NULL;
  return g_steal_pointer (&data);
}
