/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "flow-trace"

#include "trace/flow-lod.h"

#include "trace/flow-segment-builder.h"

static int
compare_rows (gconstpointer a, gconstpointer b)
{
  const FlowLodRow *left = a, *right = b;

  if (left->bucket != right->bucket)
    return left->bucket < right->bucket ? -1 : 1;
  return left->service < right->service ? -1 : left->service > right->service;
}

static guint
choose_shift (const guint64 *starts, gsize rows, guint64 buckets)
{
  guint64 first = G_MAXUINT64, last = 0;
  guint shift = 0;

  for (gsize row = 0; row < rows; row++)
    {
      first = MIN (first, starts[row]);
      last = MAX (last, starts[row]);
    }
  while (shift < 63 && (last >> shift) - (first >> shift) >= buckets)
    shift++;
  return shift;
}

/* Rows that share bucket and service become one; they are neighbours after the sort. */
static GArray *
gather (guint64 *const values[FLOW_N_COLUMNS], gsize rows, guint shift)
{
  g_autoptr (GArray) all = g_array_sized_new (FALSE, FALSE, sizeof (FlowLodRow), (guint) rows);
  g_autoptr (GArray) sums = g_array_new (FALSE, FALSE, sizeof (FlowLodRow));

  for (gsize row = 0; row < rows; row++)
    {
      guint64 duration = values[FLOW_COLUMN_DURATION][row] | values[FLOW_COLUMN_DURATION_HIGH][row] << 32;
      guint64 clamped = (guint64) flow_clamp_duration (duration);
      FlowLodRow one = { values[FLOW_COLUMN_START][row] >> shift,
                         (guint32) values[FLOW_COLUMN_SERVICE][row],
                         1,
                         values[FLOW_COLUMN_FLAGS][row] & FLOW_SPAN_ERROR,
                         clamped,
                         clamped };
      FlowLodRow *last = all->len > 0 ? &g_array_index (all, FlowLodRow, all->len - 1) : NULL;

      if (last != NULL && compare_rows (last, &one) == 0)
        {
          last->spans++;
          last->errors += one.errors;
          last->busy += one.busy;
          last->max = MAX (last->max, one.max);
        }
      else
        g_array_append_val (all, one);
    }
  g_array_sort (all, compare_rows);
  for (guint i = 0; i < all->len; i++)
    {
      const FlowLodRow *one = &g_array_index (all, FlowLodRow, i);
      FlowLodRow *last = sums->len > 0 ? &g_array_index (sums, FlowLodRow, sums->len - 1) : NULL;

      if (last != NULL && compare_rows (last, one) == 0)
        {
          last->spans += one->spans;
          last->errors += one->errors;
          last->busy += one->busy;
          last->max = MAX (last->max, one->max);
        }
      else
        g_array_append_vals (sums, one, 1);
    }
  return g_steal_pointer (&sums);
}

/**
 * flow_lod_write:
 * @values: columns of a segment of spans, parents aside
 *
 * Append the summary to @out. Fewer spans get fewer buckets, so that it stays small beside them.
 */
void
flow_lod_write (FlowBuffer *out, guint64 *const values[FLOW_N_COLUMNS], gsize rows)
{
  guint64 buckets = CLAMP (rows / 16, 4, FLOW_LOD_BUCKETS);
  guint shift = choose_shift (values[FLOW_COLUMN_START], rows, buckets);
  g_autoptr (GArray) sums = gather (values, rows, shift);
  guint64 bucket = 0;

  flow_buffer_put_varint (out, shift);
  flow_buffer_put_varint (out, sums->len);
  for (guint i = 0; i < sums->len; i++)
    {
      const FlowLodRow *row = &g_array_index (sums, FlowLodRow, i);

      flow_buffer_put_varint (out, row->bucket - bucket);
      flow_buffer_put_varint (out, row->service);
      flow_buffer_put_varint (out, row->spans);
      flow_buffer_put_varint (out, row->errors);
      flow_buffer_put_varint (out, row->busy);
      flow_buffer_put_varint (out, row->max);
      bucket = row->bucket;
    }
}

/**
 * flow_lod_read:
 * @shift: (out): buckets are 2^shift ns wide
 *
 * Returns: (transfer full) (element-type FlowLodRow) (nullable): by bucket, %NULL when it is damaged
 */
GArray *
flow_lod_read (gconstpointer blob, gsize length, guint *shift)
{
  const guint8 *at = blob, *end = at + length;
  guint64 head[2], value[6], bucket = 0;
  g_autoptr (GArray) rows = NULL;

  for (guint i = 0; i < 2; i++)
    if (at == NULL || (at = flow_varint_get (at, end, &head[i])) == NULL)
      return NULL;
  if (head[0] > 63 || head[1] > length)
    return NULL;
  *shift = (guint) head[0];
  rows = g_array_sized_new (FALSE, FALSE, sizeof (FlowLodRow), (guint) head[1]);
  for (guint64 n = 0; n < head[1]; n++)
    {
      for (guint i = 0; i < G_N_ELEMENTS (value); i++)
        if ((at = flow_varint_get (at, end, &value[i])) == NULL)
          return NULL;
      bucket += value[0];
      FlowLodRow row = { bucket, (guint32) value[1], value[2], value[3], value[4], value[5] };
      g_array_append_val (rows, row);
    }
  return g_steal_pointer (&rows);
}
