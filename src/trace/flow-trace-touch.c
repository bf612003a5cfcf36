/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "flow-trace"

#include "trace/flow-trace-touch.h"

#include "store/flow-statement.h"
#include "trace/flow-trace-vault.h"
#include "trace/flow-segment-builder.h"

void
flow_touch_init (FlowTouch *self, guint64 number, const guint8 trace_id[16])
{
  self->number = number;
  memcpy (self->trace_id, trace_id, 16);
  self->t0 = self->log_t0 = G_MAXINT64;
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

/* A root's name beats any other, the earlier one beats the later, and a span that came again beats itself. */
static gboolean
names_better (gboolean root, gint64 start, gboolean again, guint32 flags, gint64 name_start)
{
  gboolean had_root = (flags & FLOW_TRACE_ROOT) != 0;

  return root != had_root ? root : start < name_start || (again && start == name_start);
}

static void
add_name (FlowTouch *self, const FlowSpanBatch *batch, const FlowSpan *span, gboolean again)
{
  gint64 start = flow_clamp_time (span->start_ns);
  gboolean root = span->parent_id == 0;

  if (self->name != NULL && !names_better (root, start, again, self->flags, self->name_start))
    return;
  self->name = flow_dictionary_get (batch->strings, span->name, &self->name_length);
  self->name_start = start;
  self->name_again = again;
  self->flags = (self->flags & ~(guint32) FLOW_TRACE_ROOT) | (root ? FLOW_TRACE_ROOT : 0);
}

/**
 * flow_touch_add_span:
 * @again: it came before with an earlier end
 */
void
flow_touch_add_span (FlowTouch *self, const FlowSpanBatch *batch, const FlowSpan *span, guint32 service, gboolean again)
{
  add_times (self, span);
  self->spans++;
  self->errors += (span->flags & FLOW_SPAN_ERROR) != 0;
  add_name (self, batch, span, again);
  if (span->file != 0)
    self->flags |= FLOW_TRACE_LOCATION;
  add_service (self->services, &self->n_services, service);
}

/** flow_touch_is_empty: nothing came that was not there. */
gboolean
flow_touch_is_empty (const FlowTouch *self)
{
  return self->t0 == G_MAXINT64 && self->logs == 0 && self->parts[0].length == 0 && self->parts[1].length == 0;
}

/** flow_touch_replace_span: @span came again with a later end, and what it takes the place of was counted. */
void
flow_touch_replace_span (FlowTouch *self, const FlowSpanBatch *batch, const FlowSpan *span, gboolean was_error)
{
  add_times (self, span);
  self->errors += ((span->flags & FLOW_SPAN_ERROR) != 0) - was_error;
  add_name (self, batch, span, TRUE);
  if (span->file != 0)
    self->flags |= FLOW_TRACE_LOCATION;
}

void
flow_touch_add_log (FlowTouch *self, const FlowLog *log, guint32 service)
{
  gint64 time = flow_clamp_time (log->time_ns);

  self->logs++;
  self->log_t0 = MIN (self->log_t0, time);
  self->log_t1 = MAX (self->log_t1, time);
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
bind_name (const FlowTouch *self, FlowVaultSealer *sealer, sqlite3_stmt *stmt, int parameter)
{
  flow_vault_bind_text (sealer, stmt, parameter, FLOW_SEALED_TRACE, (gint64) self->number, self->name,
                        self->name_length);
}

/* From when to when the trace is, of which @old_spans are known. */
static void
bind_times (const FlowTouch *self, sqlite3_stmt *stmt, int parameter, gint64 old_spans, gint64 t0, gint64 t1)
{
  gboolean has_spans = self->t0 != G_MAXINT64;

  if (has_spans && old_spans == 0)
    {
      t0 = self->t0;
      t1 = self->t1;
    }
  else if (has_spans || old_spans == 0)
    {
      t0 = MIN (t0, has_spans ? self->t0 : self->log_t0);
      t1 = MAX (t1, has_spans ? self->t1 : self->log_t1);
    }
  sqlite3_bind_int64 (stmt, parameter, t0);
  sqlite3_bind_int64 (stmt, parameter + 1, t1);
}

/** flow_touch_insert: write the row of a new trace. */
gboolean
flow_touch_insert (FlowTouch *self, FlowVaultSealer *sealer, sqlite3_stmt *insert, GError **error)
{
  sqlite3_bind_int64 (insert, 1, (sqlite3_int64) self->number);
  sqlite3_bind_blob (insert, 2, self->trace_id, 16, SQLITE_STATIC);
  bind_times (self, insert, 3, 0, G_MAXINT64, 0);
  sqlite3_bind_int64 (insert, 5, self->spans);
  sqlite3_bind_int64 (insert, 6, self->logs);
  sqlite3_bind_int64 (insert, 7, self->errors);
  sqlite3_bind_int64 (insert, 8, self->flags);
  sqlite3_bind_int64 (insert, 9, self->name_start);
  bind_name (self, sealer, insert, 10);
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

/** flow_touch_update: add to the row of a known trace; what was said of it elsewhere ends with its first span. */
gboolean
flow_touch_update (FlowTouch *self, FlowVaultSealer *sealer, sqlite3_stmt *read, sqlite3_stmt *update, GError **error)
{
  g_auto (FlowBuffer) parts = { 0 };
  g_auto (FlowBuffer) log_parts = { 0 };
  guint32 services[FLOW_TOUCH_SERVICES];
  guint n_services = 0;
  gboolean row = FALSE, better, arrives;
  guint32 flags;
  gint64 spans, errors;
  const guint8 *at, *end;
  guint64 service;

  sqlite3_bind_int64 (read, 1, (sqlite3_int64) self->number);
  if (!flow_sql_step_row (read, &row, error))
    return FALSE;
  if (!row)
    return TRUE;
  flags = (guint32) sqlite3_column_int64 (read, 6);
  arrives = (flags & FLOW_TRACE_ELSEWHERE) != 0 && self->spans > 0;
  if (arrives)
    flags = 0;
  at = arrives ? NULL : sqlite3_column_blob (read, 8);
  end = at != NULL ? at + sqlite3_column_bytes (read, 8) : NULL;
  while (at < end && (at = flow_varint_get (at, end, &service)) != NULL)
    add_service (services, &n_services, (guint32) service);
  for (guint i = 0; i < self->n_services; i++)
    add_service (services, &n_services, self->services[i]);
  append_parts (&parts, self, 0, sqlite3_column_blob (read, 9), (gsize) sqlite3_column_bytes (read, 9));
  append_parts (&log_parts, self, 1, sqlite3_column_blob (read, 10), (gsize) sqlite3_column_bytes (read, 10));
  spans = arrives ? 0 : sqlite3_column_int64 (read, 3);
  errors = arrives ? 0 : sqlite3_column_int64 (read, 5);
  better = self->name != NULL && (spans == 0 || names_better ((self->flags & FLOW_TRACE_ROOT) != 0, self->name_start,
                                                              self->name_again, flags, sqlite3_column_int64 (read, 7)));
  sqlite3_bind_int64 (update, 1, (sqlite3_int64) self->number);
  bind_times (self, update, 2, spans, sqlite3_column_int64 (read, 1), sqlite3_column_int64 (read, 2));
  sqlite3_bind_int64 (update, 4, spans + self->spans);
  sqlite3_bind_int64 (update, 5, sqlite3_column_int64 (read, 4) + self->logs);
  sqlite3_bind_int64 (update, 6, MAX (0, errors + self->errors));
  if (better)
    flags = (flags & ~(guint32) FLOW_TRACE_ROOT) | self->flags;
  sqlite3_bind_int64 (update, 7, flags | (self->flags & FLOW_TRACE_LOCATION));
  sqlite3_bind_int64 (update, 8, better ? self->name_start : sqlite3_column_int64 (read, 7));
  if (better)
    bind_name (self, sealer, update, 9);
  else
    sqlite3_bind_value (update, 9, sqlite3_column_value (read, 11));
  bind_services (update, 10, services, n_services);
  bind_blob (update, 11, &parts);
  bind_blob (update, 12, &log_parts);
  sqlite3_reset (read);
  return flow_sql_step_done (update, error);
}
