/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "flow-trace"

#include "trace/flow-segment-builder.h"

#include "trace/flow-bloom.h"
#include "trace/flow-lod.h"

/**
 * flow_segment_builder_new:
 * @rows: about how many rows will come
 */
FlowSegmentBuilder *
flow_segment_builder_new (FlowSignal signal, gsize rows)
{
  FlowSegmentBuilder *self = g_new0 (FlowSegmentBuilder, 1);

  self->signal = signal;
  self->capacity = MAX (rows, 16);
  self->strings = flow_dictionary_new_plain ();
  for (guint column = 0; column < FLOW_N_COLUMNS; column++)
    self->values[column] = g_new (guint64, self->capacity);
  return self;
}

void
flow_segment_builder_free (FlowSegmentBuilder *self)
{
  for (guint column = 0; column < FLOW_N_COLUMNS; column++)
    g_free (self->values[column]);
  flow_dictionary_free (self->strings);
  flow_buffer_clear (&self->extra);
  g_free (self);
}

/**
 * flow_segment_builder_add:
 *
 * Append a row that is all zero.
 *
 * Returns: its index
 */
gsize
flow_segment_builder_add (FlowSegmentBuilder *self)
{
  gsize row = self->rows++;

  if (row == self->capacity)
    {
      self->capacity *= 2;
      for (guint column = 0; column < FLOW_N_COLUMNS; column++)
        self->values[column] = g_renew (guint64, self->values[column], self->capacity);
    }
  for (guint column = 0; column < FLOW_N_COLUMNS; column++)
    self->values[column][row] = 0;
  return row;
}

static gboolean
add_extra (FlowSegmentBuilder *self, gsize row, const FlowSpanBatch *batch, guint32 offset, guint32 length,
           FlowRemap *map)
{
  gsize before = self->extra.length;

  if (self->signal == FLOW_SIGNAL_METRICS)
    flow_buffer_put (&self->extra, flow_span_batch_extra (batch, offset), length);
  else if (!flow_extra_remap (&self->extra, flow_span_batch_extra (batch, offset), length, map))
    return FALSE;
  self->values[FLOW_COLUMN_EXTRA_LENGTH][row] = self->extra.length - before;
  return TRUE;
}

static gboolean
add_span (FlowSegmentBuilder *self, const FlowSpanBatch *batch, const FlowSpan *span, guint64 trace, guint32 service,
          guint8 flags, FlowRemap *map)
{
  gsize row = flow_segment_builder_add (self);
  guint64 **values = self->values;
  guint64 duration = span->end_ns - span->start_ns;

  values[FLOW_COLUMN_DURATION][row] = (guint32) duration;
  values[FLOW_COLUMN_DURATION_HIGH][row] = duration >> 32;
  values[FLOW_COLUMN_STATUS][row] = span->status;
  values[FLOW_COLUMN_SERVICE][row] = service;
  values[FLOW_COLUMN_FLAGS][row] = flags;
  values[FLOW_COLUMN_TRACE][row] = trace;
  values[FLOW_COLUMN_START][row] = span->start_ns;
  values[FLOW_COLUMN_KIND][row] = span->kind;
  values[FLOW_COLUMN_NAME][row] = flow_remap_id (map, span->name);
  values[FLOW_COLUMN_FILE][row] = flow_remap_id (map, span->file);
  values[FLOW_COLUMN_LINE][row] = span->line;
  values[FLOW_COLUMN_RESOURCE][row] = flow_remap_id (map, batch->resources[span->resource].header);
  values[FLOW_COLUMN_SCOPE][row] = flow_remap_id (map, span->scope);
  values[FLOW_COLUMN_SPAN_ID][row] = span->span_id;
  values[FLOW_COLUMN_PARENT][row] = span->parent_id != 0 ? 1 : 0;
  values[FLOW_COLUMN_PARENT_ID][row] = span->parent_id;
  return add_extra (self, row, batch, span->extra, span->extra_length, map);
}

static gboolean
add_log (FlowSegmentBuilder *self, const FlowSpanBatch *batch, const FlowLog *log, guint64 trace, guint32 service,
         guint8 flags, FlowRemap *map)
{
  gsize row = flow_segment_builder_add (self);
  guint64 **values = self->values;

  values[FLOW_COLUMN_STATUS][row] = log->severity;
  values[FLOW_COLUMN_SERVICE][row] = service;
  values[FLOW_COLUMN_FLAGS][row] = flags;
  values[FLOW_COLUMN_TRACE][row] = trace;
  values[FLOW_COLUMN_START][row] = log->time_ns;
  values[FLOW_COLUMN_NAME][row] = flow_remap_id (map, log->body);
  values[FLOW_COLUMN_FILE][row] = flow_remap_id (map, log->file);
  values[FLOW_COLUMN_LINE][row] = log->line;
  values[FLOW_COLUMN_RESOURCE][row] = flow_remap_id (map, batch->resources[log->resource].header);
  values[FLOW_COLUMN_SCOPE][row] = flow_remap_id (map, log->scope);
  values[FLOW_COLUMN_SPAN_ID][row] = log->span_id;
  return add_extra (self, row, batch, log->extra, log->extra_length, map);
}

static gboolean
add_point (FlowSegmentBuilder *self, const FlowSpanBatch *batch, const FlowPoint *point, guint32 service,
           FlowRemap *map)
{
  gsize row = flow_segment_builder_add (self);
  guint64 **values = self->values;

  values[FLOW_COLUMN_STATUS][row] = point->kind;
  values[FLOW_COLUMN_SERVICE][row] = service;
  values[FLOW_COLUMN_START][row] = point->time_ns;
  values[FLOW_COLUMN_NAME][row] = flow_remap_id (map, point->name);
  values[FLOW_COLUMN_FILE][row] = flow_remap_id (map, point->metric);
  values[FLOW_COLUMN_LINE][row] = flow_remap_id (map, point->attributes);
  values[FLOW_COLUMN_RESOURCE][row] = flow_remap_id (map, batch->resources[point->resource].header);
  values[FLOW_COLUMN_SCOPE][row] = flow_remap_id (map, point->scope);
  return add_extra (self, row, batch, point->extra, point->extra_length, map);
}

/**
 * flow_segment_builder_add_batch_row:
 * @trace: the trace's number, 0 for rows without one
 * @service: number in the service table
 * @flags: FlowSpanFlags
 * @map: from the batch's dictionary to the builder's
 *
 * Append one row of a batch.
 *
 * Returns: %FALSE when the row's extra is damaged; the row is then there without it
 */
gboolean
flow_segment_builder_add_batch_row (FlowSegmentBuilder *self, const FlowSpanBatch *batch, guint32 row, guint64 trace,
                                    guint32 service, guint8 flags, FlowRemap *map)
{
  switch (self->signal)
    {
    case FLOW_SIGNAL_TRACES:
      return add_span (self, batch, &batch->spans[row], trace, service, flags, map);
    case FLOW_SIGNAL_LOGS:
      return add_log (self, batch, &batch->logs[row], trace, service, flags, map);
    case FLOW_SIGNAL_METRICS:
    case FLOW_N_SIGNALS:
    default:
      return add_point (self, batch, &batch->points[row], service, map);
    }
}

/* Parents that stand in the same segment become row distances, which take a byte where an id takes eight. */
static void
link_parents (FlowSegmentBuilder *self)
{
  const guint64 *ids = self->values[FLOW_COLUMN_SPAN_ID], *traces = self->values[FLOW_COLUMN_TRACE];
  guint64 *parents = self->values[FLOW_COLUMN_PARENT], *parent_ids = self->values[FLOW_COLUMN_PARENT_ID];
  guint32 mask = 15;
  g_autofree guint32 *slots = NULL;

  while (mask < self->rows * 2)
    mask = mask * 2 + 1;
  slots = g_new0 (guint32, mask + 1);
  for (gsize row = 0; row < self->rows; row++)
    {
      guint32 at = (guint32) ((ids[row] ^ traces[row]) * 0x9e3779b97f4a7c15u >> 32) & mask;

      while (slots[at] != 0)
        at = (at + 1) & mask;
      slots[at] = (guint32) row + 1;
    }
  for (gsize row = 0; row < self->rows; row++)
    {
      guint64 parent = parent_ids[row];
      guint32 at = (guint32) ((parent ^ traces[row]) * 0x9e3779b97f4a7c15u >> 32) & mask;

      if (parents[row] != 1)
        continue;
      for (; slots[at] != 0; at = (at + 1) & mask)
        {
          guint32 found = slots[at] - 1;

          if (ids[found] == parent && traces[found] == traces[row])
            {
              parents[row] = flow_zigzag ((gint64) row - (gint64) found) + 2;
              parent_ids[row] = 0;
              break;
            }
        }
    }
}

typedef struct
{
  guint32 service;
  guint64 rows, errors, busy;
  gint64 max;
} ServiceSum;

static ServiceSum *
find_sum (GArray *sums, guint32 service)
{
  ServiceSum fresh = { .service = service };

  for (guint i = sums->len; i > 0; i--)
    if (g_array_index (sums, ServiceSum, i - 1).service == service)
      return &g_array_index (sums, ServiceSum, i - 1);
  g_array_append_val (sums, fresh);
  return &g_array_index (sums, ServiceSum, sums->len - 1);
}

static void
sum_services (FlowSegmentBuilder *self, FlowSegmentSummary *summary)
{
  g_autoptr (GArray) sums = g_array_new (FALSE, FALSE, sizeof (ServiceSum));
  ServiceSum *sum = NULL;

  for (gsize row = 0; row < self->rows; row++)
    {
      guint32 service = (guint32) self->values[FLOW_COLUMN_SERVICE][row];
      guint64 duration = self->values[FLOW_COLUMN_DURATION][row] | self->values[FLOW_COLUMN_DURATION_HIGH][row] << 32;
      gint64 clamped = flow_clamp_duration (duration);

      if (sum == NULL || sum->service != service)
        sum = find_sum (sums, service);
      sum->rows++;
      sum->errors += self->values[FLOW_COLUMN_FLAGS][row] & FLOW_SPAN_ERROR;
      sum->busy += (guint64) clamped;
      sum->max = MAX (sum->max, clamped);
    }
  for (guint i = 0; i < sums->len; i++)
    {
      const ServiceSum *s = &g_array_index (sums, ServiceSum, i);

      flow_buffer_put_varint (&summary->services, s->service);
      flow_buffer_put_varint (&summary->services, s->rows);
      flow_buffer_put_varint (&summary->services, s->errors);
      flow_buffer_put_varint (&summary->services, s->busy);
      flow_buffer_put_varint (&summary->services, (guint64) s->max);
      summary->errors += s->errors;
      summary->max_duration = MAX (summary->max_duration, s->max);
    }
}

static void
summarise (FlowSegmentBuilder *self, FlowSegmentSummary *summary)
{
  *summary = (FlowSegmentSummary) { .t0 = G_MAXINT64, .first_trace = G_MAXUINT64 };
  for (gsize row = 0; row < self->rows; row++)
    {
      guint64 duration = self->values[FLOW_COLUMN_DURATION][row] | self->values[FLOW_COLUMN_DURATION_HIGH][row] << 32;
      gint64 start = flow_clamp_time (self->values[FLOW_COLUMN_START][row]);
      gint64 end = flow_clamp_time ((guint64) start + (guint64) flow_clamp_duration (duration));

      summary->t0 = MIN (summary->t0, start);
      summary->t1 = MAX (summary->t1, end);
      summary->first_trace = MIN (summary->first_trace, self->values[FLOW_COLUMN_TRACE][row]);
      summary->last_trace = MAX (summary->last_trace, self->values[FLOW_COLUMN_TRACE][row]);
    }
  sum_services (self, summary);
}

static void
write_bloom (FlowSegmentBuilder *self, const FlowSipKey *key, FlowBuffer *out)
{
  g_auto (FlowBloom) bloom = { 0 };
  guint32 strings = flow_dictionary_size (self->strings);

  flow_bloom_init (&bloom, key);
  for (guint32 id = 1; id < strings; id++)
    {
      gsize length;
      const char *text = flow_dictionary_get (self->strings, id, &length);

      flow_bloom_add (&bloom, text, length);
    }
  flow_bloom_finish (&bloom, out);
}

/**
 * flow_segment_builder_write:
 * @seal: %TRUE for a segment (compressed, with bloom and level of detail), %FALSE for a part
 * @key: the store's key, for the bloom
 * @summary: (out caller-allocates): to be cleared
 * @blobs: (out caller-allocates): to be cleared
 *
 * Write the rows. The builder is used up: its parents are row distances afterwards.
 */
void
flow_segment_builder_write (FlowSegmentBuilder *self, gboolean seal, const FlowSipKey *key, FlowSegmentSummary *summary,
                            FlowSegmentBlobs *blobs)
{
  g_autoptr (GByteArray) dictionary = g_byte_array_new ();

  *blobs = (FlowSegmentBlobs) { 0 };
  summarise (self, summary);
  if (seal && self->signal == FLOW_SIGNAL_TRACES)
    {
      link_parents (self);
      flow_lod_write (&blobs->lod, self->values, self->rows);
    }
  if (seal)
    write_bloom (self, key, &blobs->bloom);
  flow_columns_encode (&blobs->hot, (const guint64 *const *) self->values, self->rows, seal);
  flow_dictionary_to_blob (self->strings, dictionary);
  flow_blob_compress (&blobs->dictionary, dictionary->data, dictionary->len, seal);
  flow_blob_compress (&blobs->extra, self->extra.data, self->extra.length, seal);
}

void
flow_segment_summary_clear (FlowSegmentSummary *summary)
{
  flow_buffer_clear (&summary->services);
}

void
flow_segment_blobs_clear (FlowSegmentBlobs *blobs)
{
  flow_buffer_clear (&blobs->lod);
  flow_buffer_clear (&blobs->bloom);
  flow_buffer_clear (&blobs->hot);
  flow_buffer_clear (&blobs->dictionary);
  flow_buffer_clear (&blobs->extra);
}
