/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "flow-trace"

#include "trace/flow-trace-touch.h"

#include "store/flow-statement.h"
#include "trace/flow-segment-builder.h"

void
flow_touch_init (FlowTouch *self, guint64 number, const guint8 trace_id[16])
{
  self->number = number;
  memcpy (self->trace_id, trace_id, 16);
  self->t0 = G_MAXINT64;
  self->name_start = G_MAXINT64;
}

void
flow_touch_clear (FlowTouch *self)
{
  flow_buffer_clear (&self->parts[0]);
  flow_buffer_clear (&self->parts[1]);
}

static void
add_service (guint32 *services, guint *count, guint32 service)
{
  for (guint i = *count; i > 0; i--)
    if (services[i - 1] == service)
      return;
  if (service != 0 && *count < FLOW_TOUCH_SERVICES)
    services[(*count)++] = service;
}

static void
add_times (FlowTouch *self, const FlowSpan *span)
{
  gint64 start = flow_clamp_time (span->start_ns);
  gint64 end = flow_clamp_time ((guint64) start + (guint64) flow_clamp_duration (span->end_ns - span->start_ns));

  self->t0 = MIN (self->t0, start);
  self->t1 = MAX (self->t1, end);
}

/* A root's name beats any other, the earlier one beats the later. */
static gboolean
names_better (gboolean root, gint64 start, guint32 flags, gint64 name_start)
{
  gboolean had_root = (flags & FLOW_TRACE_ROOT) != 0;

  return root != had_root ? root : start < name_start;
}

void
flow_touch_add_span (FlowTouch *self, const FlowSpanBatch *batch, const FlowSpan *span, guint32 service)
{
  gint64 start = flow_clamp_time (span->start_ns);

  add_times (self, span);
  self->spans++;
  self->errors += (span->flags & FLOW_SPAN_ERROR) != 0;
  if (self->name == NULL || names_better (span->parent_id == 0, start, self->flags, self->name_start))
    {
      self->name = flow_dictionary_get (batch->strings, span->name, &self->name_length);
      self->name_start = start;
      self->flags = (self->flags & ~(guint32) FLOW_TRACE_ROOT) | (span->parent_id == 0 ? FLOW_TRACE_ROOT : 0);
    }
  if (span->file != 0)
    self->flags |= FLOW_TRACE_LOCATION;
  add_service (self->services, &self->n_services, service);
}

/** flow_touch_replace_span: @span came again with a later end. */
void
flow_touch_replace_span (FlowTouch *self, const FlowSpanBatch *batch, const FlowSpan *span, gboolean was_error)
{
  gboolean root = span->parent_id == 0;

  add_times (self, span);
  self->errors += ((span->flags & FLOW_SPAN_ERROR) != 0) - was_error;
  if (root)
    {
      self->name = flow_dictionary_get (batch->strings, span->name, &self->name_length);
      self->name_start = flow_clamp_time (span->start_ns);
      self->flags |= FLOW_TRACE_ROOT;
    }
}

void
flow_touch_add_log (FlowTouch *self, const FlowLog *log, guint32 service)
{
  gint64 time = flow_clamp_time (log->time_ns);

  self->logs++;
  self->t0 = MIN (self->t0, time);
  self->t1 = MAX (self->t1, time);
  add_service (self->services, &self->n_services, service);
}

/** flow_touch_add_part: some of the trace's rows lie in the part or segment with this ordinal. */
void
flow_touch_add_part (FlowTouch *self, FlowSignal signal, guint64 ordinal)
{
  if (self->parts[signal].length > 0 && self->last_part[signal] == ordinal)
    return;
  flow_buffer_put_varint (&self->parts[signal], ordinal - self->last_part[signal]);
  self->last_part[signal] = ordinal;
}

static void
bind_services (sqlite3_stmt *stmt, int parameter, const guint32 *services, guint count)
{
  guint8 packed[FLOW_TOUCH_SERVICES * 5], *end = packed;

  for (guint i = 0; i < count; i++)
    end = flow_varint_put (end, services[i]);
  sqlite3_bind_blob (stmt, parameter, packed, (int) (end - packed), SQLITE_TRANSIENT);
}

static void
bind_blob (sqlite3_stmt *stmt, int parameter, const FlowBuffer *buffer)
{
  if (buffer->length == 0)
    sqlite3_bind_zeroblob (stmt, parameter, 0);
  else
    sqlite3_bind_blob64 (stmt, parameter, buffer->data, buffer->length, SQLITE_STATIC);
}

static void
bind_name (sqlite3_stmt *stmt, int parameter, const char *name, gsize length)
{
  sqlite3_bind_text64 (stmt, parameter, name != NULL ? name : "", length, SQLITE_STATIC, SQLITE_UTF8);
}

/** flow_touch_insert: write the row of a new trace. */
gboolean
flow_touch_insert (FlowTouch *self, sqlite3_stmt *insert, GError **error)
{
  sqlite3_bind_int64 (insert, 1, (sqlite3_int64) self->number);
  sqlite3_bind_blob (insert, 2, self->trace_id, 16, SQLITE_STATIC);
  sqlite3_bind_int64 (insert, 3, self->t0);
  sqlite3_bind_int64 (insert, 4, self->t1);
  sqlite3_bind_int64 (insert, 5, self->spans);
  sqlite3_bind_int64 (insert, 6, self->logs);
  sqlite3_bind_int64 (insert, 7, self->errors);
  sqlite3_bind_int64 (insert, 8, self->flags);
  sqlite3_bind_int64 (insert, 9, self->name_start);
  bind_name (insert, 10, self->name, self->name_length);
  bind_services (insert, 11, self->services, self->n_services);
  bind_blob (insert, 12, &self->parts[0]);
  bind_blob (insert, 13, &self->parts[1]);
  return flow_sql_step_done (insert, error);
}

/* Old ordinals, then the new ones. A new one that is not higher than the last old one is that of a segment which has
 * taken in the part of the old one, so it is there already. */
static void
append_parts (FlowBuffer *out, const FlowTouch *self, guint which, const guint8 *old, gsize length)
{
  const guint8 *at = old, *end = old + length;
  guint64 last = 0, ordinal = 0, delta;

  flow_buffer_put (out, old, length);
  while (at < end && (at = flow_varint_get (at, end, &delta)) != NULL)
    last += delta;
  at = self->parts[which].data;
  end = at + self->parts[which].length;
  while (at < end && (at = flow_varint_get (at, end, &delta)) != NULL)
    {
      ordinal += delta;
      if (ordinal <= last)
        continue;
      flow_buffer_put_varint (out, ordinal - last);
      last = ordinal;
    }
}

/** flow_touch_update: add to the row of a trace that is known. */
gboolean
flow_touch_update (FlowTouch *self, sqlite3_stmt *read, sqlite3_stmt *update, GError **error)
{
  g_auto (FlowBuffer) parts = { 0 };
  g_auto (FlowBuffer) log_parts = { 0 };
  guint32 services[FLOW_TOUCH_SERVICES];
  guint n_services = 0;
  gboolean row = FALSE, better;
  guint32 flags;
  const guint8 *at, *end;
  guint64 service;

  sqlite3_bind_int64 (read, 1, (sqlite3_int64) self->number);
  if (!flow_sql_step_row (read, &row, error))
    return FALSE;
  if (!row)
    return TRUE;
  at = sqlite3_column_blob (read, 8);
  end = at + sqlite3_column_bytes (read, 8);
  while (at < end && (at = flow_varint_get (at, end, &service)) != NULL)
    add_service (services, &n_services, (guint32) service);
  for (guint i = 0; i < self->n_services; i++)
    add_service (services, &n_services, self->services[i]);
  append_parts (&parts, self, 0, sqlite3_column_blob (read, 9), (gsize) sqlite3_column_bytes (read, 9));
  append_parts (&log_parts, self, 1, sqlite3_column_blob (read, 10), (gsize) sqlite3_column_bytes (read, 10));
  flags = (guint32) sqlite3_column_int64 (read, 6);
  better = self->name != NULL &&
           (sqlite3_column_int64 (read, 3) == 0 || names_better ((self->flags & FLOW_TRACE_ROOT) != 0, self->name_start,
                                                                 flags, sqlite3_column_int64 (read, 7)));
  sqlite3_bind_int64 (update, 1, (sqlite3_int64) self->number);
  sqlite3_bind_int64 (update, 2, MIN (self->t0, sqlite3_column_int64 (read, 1)));
  sqlite3_bind_int64 (update, 3, MAX (self->t1, sqlite3_column_int64 (read, 2)));
  sqlite3_bind_int64 (update, 4, sqlite3_column_int64 (read, 3) + self->spans);
  sqlite3_bind_int64 (update, 5, sqlite3_column_int64 (read, 4) + self->logs);
  sqlite3_bind_int64 (update, 6, MAX (0, sqlite3_column_int64 (read, 5) + self->errors));
  if (better)
    flags = (flags & ~(guint32) FLOW_TRACE_ROOT) | self->flags;
  sqlite3_bind_int64 (update, 7, flags | (self->flags & FLOW_TRACE_LOCATION));
  sqlite3_bind_int64 (update, 8, better ? self->name_start : sqlite3_column_int64 (read, 7));
  if (better)
    bind_name (update, 9, self->name, self->name_length);
  else
    sqlite3_bind_value (update, 9, sqlite3_column_value (read, 11));
  bind_services (update, 10, services, n_services);
  bind_blob (update, 11, &parts);
  bind_blob (update, 12, &log_parts);
  sqlite3_reset (read);
  return flow_sql_step_done (update, error);
}
