/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "flow-trace"

#include "store/flow-statement.h"
#include "trace/flow-trace-store-private.h"

/* The order of a sealed segment: the spans of a trace stand together, as they arrived. */
typedef struct
{
  guint64 trace;
  guint32 index;
} Order;

static int
compare_order (gconstpointer a, gconstpointer b)
{
  const Order *left = a, *right = b;

  if (left->trace != right->trace)
    return left->trace < right->trace ? -1 : 1;
  return left->index < right->index ? -1 : 1;
}

static void
bind_buffer (sqlite3_stmt *stmt, int parameter, const FlowBuffer *buffer)
{
  if (buffer->length == 0)
    sqlite3_bind_zeroblob (stmt, parameter, 0);
  else
    sqlite3_bind_blob64 (stmt, parameter, buffer->data, buffer->length, SQLITE_STATIC);
}

static gboolean
insert_segment (FlowTraceStore *self, const FlowSegmentBuilder *builder, const FlowSegmentSummary *summary, guint64 id,
                guint64 last, gboolean seal, guint32 revision, gint64 arrived, GError **error)
{
  sqlite3_stmt *stmt = flow_trace_store_stmt (self, FLOW_STMT_SEGMENT_INSERT);

  sqlite3_bind_int (stmt, 1, builder->signal);
  sqlite3_bind_int64 (stmt, 2, (sqlite3_int64) id);
  sqlite3_bind_int (stmt, 3, seal);
  sqlite3_bind_int64 (stmt, 4, summary->t0);
  sqlite3_bind_int64 (stmt, 5, summary->t1);
  sqlite3_bind_int64 (stmt, 6, (sqlite3_int64) builder->rows);
  sqlite3_bind_int64 (stmt, 7, (sqlite3_int64) last);
  sqlite3_bind_int64 (stmt, 8, (sqlite3_int64) summary->first_trace);
  sqlite3_bind_int64 (stmt, 9, (sqlite3_int64) summary->last_trace);
  bind_buffer (stmt, 10, &summary->services);
  sqlite3_bind_int64 (stmt, 11, summary->max_duration);
  sqlite3_bind_int64 (stmt, 12, (sqlite3_int64) summary->errors);
  sqlite3_bind_int64 (stmt, 13, arrived);
  sqlite3_bind_int64 (stmt, 14, revision);
  return flow_sql_step_done (stmt, error);
}

static void
bind_sealed (FlowTraceStore *self, sqlite3_stmt *stmt, int parameter, const char *what, guint64 id,
             const FlowBuffer *buffer)
{
  flow_vault_bind_blob (self->vault.sealer, stmt, parameter, what, (gint64) id, buffer->data, buffer->length);
}

static gboolean
insert_data (FlowTraceStore *self, const FlowSegmentBlobs *blobs, guint64 id, GError **error)
{
  sqlite3_stmt *stmt = flow_trace_store_stmt (self, FLOW_STMT_SEGMENT_DATA_INSERT);

  sqlite3_bind_int64 (stmt, 1, (sqlite3_int64) id);
  bind_buffer (stmt, 2, &blobs->lod);
  bind_buffer (stmt, 3, &blobs->bloom);
  bind_sealed (self, stmt, 4, FLOW_SEALED_HOT, id, &blobs->hot);
  bind_sealed (self, stmt, 5, FLOW_SEALED_DICTIONARY, id, &blobs->dictionary);
  bind_sealed (self, stmt, 6, FLOW_SEALED_EXTRA, id, &blobs->extra);
  return flow_sql_step_done (stmt, error);
}

/**
 * flow_trace_write_segment:
 * @id: ordinal of the first row
 * @last: ordinal after the last row
 * @seal: %FALSE: a part
 * @arrived: seconds since 1970
 *
 * Write a part or segment. One with this id must not be there.
 */
gboolean
flow_trace_write_segment (FlowTraceStore *self, FlowSegmentBuilder *builder, guint64 id, guint64 last, gboolean seal,
                          guint32 revision, gint64 arrived, GError **error)
{
  g_auto (FlowSegmentSummary) summary = { 0 };
  g_auto (FlowSegmentBlobs) blobs = { 0 };

  flow_segment_builder_write (builder, seal, &self->key, &summary, &blobs);
  self->totals.rows[builder->signal] += (gint64) builder->rows;
  return insert_segment (self, builder, &summary, id, last, seal, revision, arrived, error) &&
         insert_data (self, &blobs, id, error);
}

/** flow_trace_delete_segment: both rows of a part or segment. */
gboolean
flow_trace_delete_segment (FlowTraceStore *self, FlowSignal signal, guint64 id, GError **error)
{
  sqlite3_stmt *stmt = flow_trace_store_stmt (self, FLOW_STMT_SEGMENT_DELETE);
  gboolean row = FALSE;

  g_ptr_array_set_size (self->recent, 0);
  sqlite3_bind_int (stmt, 1, signal);
  sqlite3_bind_int64 (stmt, 2, (sqlite3_int64) id);
  if (!flow_sql_step_row (stmt, &row, error))
    return FALSE;
  if (row)
    self->totals.rows[signal] -= sqlite3_column_int64 (stmt, 0);
  sqlite3_reset (stmt);
  stmt = flow_trace_store_stmt (self, FLOW_STMT_SEGMENT_DATA_DELETE);
  sqlite3_bind_int64 (stmt, 1, (sqlite3_int64) id);
  return flow_sql_step_done (stmt, error);
}

static void
clear_remaps (FlowRemap *maps, guint count)
{
  for (guint i = 0; i < count; i++)
    flow_remap_clear (&maps[i]);
  g_free (maps);
}

/* Rows [first, first + count) of the open ones as a builder; sorted by trace when they are to be sealed. */
static FlowSegmentBuilder *
build (FlowTraceStore *self, FlowSignal signal, guint first, guint count, gboolean sorted)
{
  FlowOpenRows *open = &self->open[signal];
  FlowSegmentBuilder *builder = flow_segment_builder_new (signal, count);
  FlowRemap *maps = g_new0 (FlowRemap, open->batches->len);
  g_autofree Order *order = g_new (Order, count);
  gboolean ordered = TRUE;

  for (guint i = 0; i < count; i++)
    {
      order[i] = (Order) { g_array_index (open->rows, FlowOpenRow, first + i).trace, first + i };
      ordered &= i == 0 || order[i].trace >= order[i - 1].trace;
    }
  if (sorted && !ordered)
    qsort (order, count, sizeof *order, compare_order);
  for (guint i = 0; i < count; i++)
    {
      const FlowOpenRow *row = &g_array_index (open->rows, FlowOpenRow, order[i].index);
      const FlowSpanBatch *batch = open->batches->pdata[row->batch];
      FlowRemap *map = &maps[row->batch];

      if (map->ids == NULL)
        flow_remap_init (map, batch->strings, builder->strings);
      if (!flow_segment_builder_add_batch_row (builder, batch, row->row, row->trace, row->service, row->flags, map))
        g_warning ("A decoded row could not be read back; its attributes are not kept");
    }
  clear_remaps (maps, open->batches->len);
  return builder;
}

/* The first @rows are in sealed segments now. Batches that nothing needs go with them. */
static void
forget_rows (FlowOpenRows *open, guint rows)
{
  guint32 first_batch = open->batches->len;

  g_array_remove_range (open->rows, 0, rows);
  open->forgotten += rows;
  open->committed = 0;
  for (guint i = 0; i < open->rows->len; i++)
    first_batch = MIN (first_batch, g_array_index (open->rows, FlowOpenRow, i).batch);
  if (first_batch == 0)
    return;
  for (guint i = 0; i < first_batch; i++)
    open->bytes -= flow_span_batch_bytes (open->batches->pdata[i]);
  g_ptr_array_remove_range (open->batches, 0, first_batch);
  for (guint i = 0; i < open->rows->len; i++)
    g_array_index (open->rows, FlowOpenRow, i).batch -= first_batch;
}

static void
add_parts_to_touches (FlowTraceStore *self, FlowSignal signal, guint first, guint count, guint64 ordinal)
{
  const FlowOpenRows *open = &self->open[signal];

  if (signal == FLOW_SIGNAL_METRICS)
    return;
  for (guint i = first; i < first + count; i++)
    {
      guint32 touch = g_array_index (open->rows, FlowOpenRow, i).touch;

      if (touch != FLOW_NO_TOUCH)
        flow_touch_add_part (&g_array_index (self->touches, FlowTouch, touch), signal, ordinal);
    }
}

static gint64
now_s (void)
{
  return g_get_real_time () / G_USEC_PER_SEC;
}

/* Seal @count open rows from @first on. The first segment takes in all parts. */
static gboolean
seal (FlowTraceStore *self, FlowSignal signal, guint first, guint count, GError **error)
{
  FlowOpenRows *open = &self->open[signal];
  g_autoptr (FlowSegmentBuilder) builder = NULL;
  guint64 id = self->next_ordinal, last = self->next_ordinal;
  guint old = first == 0 ? open->committed : 0;

  for (guint i = 0; i < open->parts->len; i++)
    {
      const FlowOpenPart *part = &g_array_index (open->parts, FlowOpenPart, i);

      id = MIN (id, part->id);
      if (!flow_trace_delete_segment (self, signal, part->id, error))
        return FALSE;
    }
  if (count > old)
    {
      add_parts_to_touches (self, signal, first + old, count - old, id);
      self->next_ordinal += count - old;
      last = self->next_ordinal;
    }
  else if (open->parts->len > 0)
    last = g_array_index (open->parts, FlowOpenPart, open->parts->len - 1).last;
  g_array_set_size (open->parts, 0);
  builder = build (self, signal, first, count, TRUE);
  if (!flow_trace_write_segment (self, builder, id, last, TRUE, 0, now_s (), error))
    return FALSE;
  self->uneven |= count < FLOW_SEGMENT_ROWS;
  g_mutex_lock (&self->lock);
  self->stats.segments_sealed++;
  g_mutex_unlock (&self->lock);
  return TRUE;
}

/* The rows of this transaction as one part. */
static gboolean
write_part (FlowTraceStore *self, FlowSignal signal, GError **error)
{
  FlowOpenRows *open = &self->open[signal];
  guint count = open->rows->len - open->committed;
  FlowOpenPart part = { self->next_ordinal, self->next_ordinal + count, open->committed, count, 0, FALSE };
  g_autoptr (FlowSegmentBuilder) builder = NULL;

  if (count == 0)
    return TRUE;
  add_parts_to_touches (self, signal, open->committed, count, part.id);
  builder = build (self, signal, part.first, count, FALSE);
  if (!flow_trace_write_segment (self, builder, part.id, part.last, FALSE, 0, now_s (), error))
    return FALSE;
  self->next_ordinal += count;
  if (open->parts->len == 0)
    open->oldest_us = g_get_monotonic_time ();
  g_array_append_val (open->parts, part);
  open->committed = open->rows->len;
  return TRUE;
}

static gboolean
rewrite_changed_parts (FlowTraceStore *self, FlowSignal signal, GError **error)
{
  FlowOpenRows *open = &self->open[signal];

  for (guint i = 0; i < open->parts->len; i++)
    {
      FlowOpenPart *part = &g_array_index (open->parts, FlowOpenPart, i);
      g_autoptr (FlowSegmentBuilder) builder = NULL;

      if (!part->changed)
        continue;
      builder = build (self, signal, part->first, part->rows, FALSE);
      if (!flow_trace_delete_segment (self, signal, part->id, error) ||
          !flow_trace_write_segment (self, builder, part->id, part->last, FALSE, ++part->revision, now_s (), error))
        return FALSE;
      part->changed = FALSE;
    }
  return TRUE;
}

/**
 * flow_trace_seal_open:
 *
 * Seal the open rows of one signal, however few. Inside a transaction.
 */
gboolean
flow_trace_seal_open (FlowTraceStore *self, FlowSignal signal, GError **error)
{
  guint count = self->open[signal].rows->len;

  if (count == 0)
    return TRUE;
  if (!seal (self, signal, 0, count, error))
    return FALSE;
  forget_rows (&self->open[signal], count);
  return TRUE;
}

static gboolean
write_rows (FlowTraceStore *self, FlowSignal signal, GError **error)
{
  FlowOpenRows *open = &self->open[signal];
  guint sealed = 0;

  for (; open->rows->len - sealed >= FLOW_SEGMENT_ROWS; sealed += FLOW_SEGMENT_ROWS)
    if (!seal (self, signal, sealed, FLOW_SEGMENT_ROWS, error))
      return FALSE;
  if (sealed > 0)
    forget_rows (open, sealed);
  if (open->bytes > FLOW_SEGMENT_BYTES)
    return flow_trace_seal_open (self, signal, error);
  return rewrite_changed_parts (self, signal, error) && write_part (self, signal, error);
}

static gboolean
write_place (FlowTraceStore *self, const FlowTouch *touch, GError **error)
{
  return flow_place_write (&touch->place, self->used_places, touch->number, touch->fresh,
                           flow_trace_store_stmt (self, FLOW_STMT_PLACE_WRITE), error);
}

/**
 * flow_trace_delete_row:
 *
 * Delete the row of a trace that nothing is left of, and where it belonged. Inside a transaction.
 */
gboolean
flow_trace_delete_row (FlowTraceStore *self, guint64 number, GError **error)
{
  static const FlowStmt deletes[] = { FLOW_STMT_TRACE_DELETE, FLOW_STMT_PLACE_DELETE };

  for (guint i = 0; i < G_N_ELEMENTS (deletes); i++)
    {
      sqlite3_stmt *stmt = flow_trace_store_stmt (self, deletes[i]);

      sqlite3_bind_int64 (stmt, 1, (sqlite3_int64) number);
      if (!flow_sql_step_done (stmt, error))
        return FALSE;
    }
  return TRUE;
}

static gboolean
write_traces (FlowTraceStore *self, GError **error)
{
  for (guint i = 0; i < self->touches->len; i++)
    {
      FlowTouch *touch = &g_array_index (self->touches, FlowTouch, i);
      gboolean ok;

      if (flow_touch_is_empty (touch))
        continue;
      if (touch->fresh)
        ok = flow_touch_insert (touch, self->vault.sealer, flow_trace_store_stmt (self, FLOW_STMT_TRACE_INSERT), error);
      else
        ok = flow_touch_update (touch, self->vault.sealer, flow_trace_store_stmt (self, FLOW_STMT_TRACE_READ),
                                flow_trace_store_stmt (self, FLOW_STMT_TRACE_UPDATE), error);
      if (!ok || !write_place (self, touch, error))
        return FALSE;
      self->totals.traces += touch->fresh;
      flow_trace_changes_add (&self->changes, touch->number);
    }
  return TRUE;
}

/**
 * flow_trace_write:
 *
 * Write what the jobs of this transaction gathered: parts, full segments, trace rows, trace runs.
 */
gboolean
flow_trace_write (FlowTraceStore *self, sqlite3 *db, GError **error)
{
  if (self->replacements->len > 0 && !flow_trace_apply_replacements (self, db, error))
    return FALSE;
  for (guint signal = 0; signal < FLOW_N_SIGNALS; signal++)
    if (!write_rows (self, signal, error))
      return FALSE;
  return write_traces (self, error) && flow_trace_index_write_runs (self->index, db, error);
}

/**
 * flow_trace_flush:
 *
 * The same in the middle of a transaction, for a job that needs what the jobs before it brought.
 */
gboolean
flow_trace_flush (FlowTraceStore *self, sqlite3 *db, GError **error)
{
  if (!flow_trace_write (self, db, error))
    return FALSE;
  g_array_set_size (self->touches, 0);
  self->serial++;
  return TRUE;
}
