/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "flow-trace"

#include "trace/flow-span-vtab.h"

#include "base/flow-id.h"
#include "store/flow-statement.h"
#include "trace/flow-trace-reader-private.h"
#include "trace/flow-trace-store-private.h"
#include "trace/flow-value-json.h"

/*
 * The spans as a read-only SQL table `span`. A cursor walks the segments; constraints on trace_id, start and duration
 * leave out those that cannot match, and SQLite checks every row again.
 */
static const char declaration[] =
    "CREATE TABLE span (trace_id TEXT, span_id TEXT, parent_span_id TEXT, name TEXT, service TEXT, kind INTEGER,"
    " start_unix_nano INTEGER, duration_ns INTEGER, status INTEGER, status_message TEXT, error INTEGER, file TEXT,"
    " line INTEGER, attributes TEXT, resource TEXT)";

typedef enum
{
  COLUMN_TRACE_ID,
  COLUMN_SPAN_ID,
  COLUMN_PARENT_ID,
  COLUMN_NAME,
  COLUMN_SERVICE,
  COLUMN_KIND,
  COLUMN_START,
  COLUMN_DURATION,
  COLUMN_STATUS,
  COLUMN_STATUS_MESSAGE,
  COLUMN_ERROR,
  COLUMN_FILE,
  COLUMN_LINE,
  COLUMN_ATTRIBUTES,
  COLUMN_RESOURCE,
} Column;

/* What xBestIndex found usable, in the order of the arguments of xFilter. */
enum
{
  USE_TRACE_ID = 1 << 0,
  USE_START_LOW = 1 << 1,
  USE_START_HIGH = 1 << 2,
  USE_DURATION_LOW = 1 << 3,
};

typedef struct
{
  sqlite3_vtab base;
  FlowTraceReader *reader;
} Table;

typedef struct
{
  sqlite3_vtab_cursor base;
  GArray *entries; /* FlowSegmentEntry */
  guint next;
  FlowSegment *segment;
  gsize row, end;
  guint64 trace; /* 0: any */
  gint64 start_low, start_high, duration_low;
  sqlite3_stmt *ids;
  guint64 id_of;
  char id_text[33];
  gint64 rowid;
} Cursor;

static int
table_connect (sqlite3 *db, void *data, int argc, const char *const *argv, sqlite3_vtab **out, char **message)
{
  Table *table;
  int code = sqlite3_declare_vtab (db, declaration);

  if (code != SQLITE_OK)
    return code;
  table = g_new0 (Table, 1);
  table->reader = data;
  *out = &table->base;
  return SQLITE_OK;
}

static int
table_disconnect (sqlite3_vtab *table)
{
  g_free (table);
  return SQLITE_OK;
}

static int
usable_as (const struct sqlite3_index_constraint *constraint)
{
  gboolean low = constraint->op == SQLITE_INDEX_CONSTRAINT_GE || constraint->op == SQLITE_INDEX_CONSTRAINT_GT;
  gboolean high = constraint->op == SQLITE_INDEX_CONSTRAINT_LE || constraint->op == SQLITE_INDEX_CONSTRAINT_LT;

  if (!constraint->usable)
    return 0;
  if (constraint->iColumn == COLUMN_TRACE_ID && constraint->op == SQLITE_INDEX_CONSTRAINT_EQ)
    return USE_TRACE_ID;
  if (constraint->iColumn == COLUMN_START && low)
    return USE_START_LOW;
  if (constraint->iColumn == COLUMN_START && high)
    return USE_START_HIGH;
  return constraint->iColumn == COLUMN_DURATION && low ? USE_DURATION_LOW : 0;
}

static int
table_best_index (sqlite3_vtab *table, sqlite3_index_info *info)
{
  int arguments = 0;

  info->estimatedCost = 1e7;
  for (int use = USE_TRACE_ID; use <= USE_DURATION_LOW; use <<= 1)
    for (int i = 0; i < info->nConstraint; i++)
      {
        if (usable_as (&info->aConstraint[i]) != use || (info->idxNum & use))
          continue;
        info->idxNum |= use;
        info->aConstraintUsage[i].argvIndex = ++arguments;
        info->estimatedCost /= use == USE_TRACE_ID ? 1e5 : 3;
      }
  return SQLITE_OK;
}

static int
cursor_open (sqlite3_vtab *table, sqlite3_vtab_cursor **out)
{
  Cursor *self = g_new0 (Cursor, 1);

  *out = &self->base;
  return SQLITE_OK;
}

static FlowTraceReader *
reader_of (sqlite3_vtab_cursor *cursor)
{
  return ((Table *) cursor->pVtab)->reader;
}

static void
cursor_leave (Cursor *self)
{
  if (self->segment != NULL)
    flow_trace_reader_settle (reader_of (&self->base), g_steal_pointer (&self->segment));
}

static int
cursor_close (sqlite3_vtab_cursor *base)
{
  Cursor *self = (Cursor *) base;

  cursor_leave (self);
  g_clear_pointer (&self->entries, g_array_unref);
  sqlite3_finalize (self->ids);
  g_free (self);
  return SQLITE_OK;
}

static int
fail (sqlite3_vtab_cursor *cursor, GError *error)
{
  sqlite3_free (cursor->pVtab->zErrMsg);
  cursor->pVtab->zErrMsg = sqlite3_mprintf ("%s", error->message);
  g_error_free (error);
  return SQLITE_ERROR;
}

static gboolean
entry_may_match (const Cursor *self, const FlowSegmentEntry *entry)
{
  return entry->t1 >= self->start_low && entry->t0 <= self->start_high && entry->max_duration >= self->duration_low;
}

/* To the next row; at the end there is no segment. */
static gboolean
advance (Cursor *self, GError **error)
{
  FlowTraceReader *reader = reader_of (&self->base);

  while (self->segment == NULL || self->row >= self->end)
    {
      const FlowSegmentEntry *entry;

      cursor_leave (self);
      if (self->next >= self->entries->len)
        return TRUE;
      entry = &g_array_index (self->entries, FlowSegmentEntry, self->next++);
      if (!entry_may_match (self, entry))
        continue;
      self->segment = flow_trace_reader_segment (reader, entry);
      if (!flow_segment_need_columns (self->segment, reader->db, FLOW_COLUMNS_ALL, error) ||
          !flow_segment_need_text (self->segment, reader->db, error))
        return FALSE;
      self->row = 0;
      self->end = self->segment->rows;
      if (self->trace != 0)
        flow_segment_find_trace (self->segment, self->trace, &self->row, &self->end);
    }
  return TRUE;
}

static gboolean
find_trace_entries (Cursor *self, const char *text, GError **error)
{
  FlowTraceReader *reader = reader_of (&self->base);
  g_autoptr (sqlite3_stmt) stmt = NULL;
  guint8 trace_id[16];
  gboolean row = FALSE;

  self->entries = g_array_new (FALSE, FALSE, sizeof (FlowSegmentEntry));
  if (text == NULL || strlen (text) != 32 || !flow_id_from_hex (text, 16, trace_id))
    return TRUE;
  if (!flow_trace_reader_find (reader, trace_id, &self->trace, error))
    return FALSE;
  if (self->trace == 0)
    return TRUE;
  if (!flow_sql_prepare (reader->db, "trace-read", &stmt, error))
    return FALSE;
  sqlite3_bind_int64 (stmt, 1, (sqlite3_int64) self->trace);
  if (!flow_sql_step_row (stmt, &row, error))
    return FALSE;
  if (!row)
    return TRUE;
  g_array_unref (self->entries);
  self->entries = flow_trace_part_segments (reader->segment_at, FLOW_SIGNAL_TRACES, sqlite3_column_blob (stmt, 9),
                                            (gsize) sqlite3_column_bytes (stmt, 9), error);
  return self->entries != NULL;
}

/* What is no number compares by rules of its own, and bounds nothing here. */
static void
take_bound (sqlite3_value *value, gint64 *bound)
{
  int type = sqlite3_value_numeric_type (value);

  if (type == SQLITE_INTEGER || type == SQLITE_FLOAT)
    *bound = sqlite3_value_int64 (value);
}

static int
cursor_filter (sqlite3_vtab_cursor *base, int use, const char *name, int argc, sqlite3_value **argv)
{
  Cursor *self = (Cursor *) base;
  FlowTraceReader *reader = reader_of (base);
  GError *error = NULL;
  gboolean ok = TRUE;

  cursor_leave (self);
  flow_trace_reader_refresh (reader);
  g_clear_pointer (&self->entries, g_array_unref);
  self->next = 0;
  self->trace = 0;
  self->rowid = 0;
  self->start_low = self->duration_low = G_MININT64;
  self->start_high = G_MAXINT64;
  if (use & USE_TRACE_ID)
    ok = find_trace_entries (self, (const char *) sqlite3_value_text (*argv++), &error);
  else
    self->entries = flow_segment_entries (reader->db, "segment-from", FLOW_SIGNAL_TRACES, 0, &error);
  if (use & USE_START_LOW)
    take_bound (*argv++, &self->start_low);
  if (use & USE_START_HIGH)
    take_bound (*argv++, &self->start_high);
  if (use & USE_DURATION_LOW)
    take_bound (*argv++, &self->duration_low);
  if (ok && self->entries != NULL && self->ids == NULL)
    ok = flow_sql_prepare (reader->db, "trace-id", &self->ids, &error);
  if (ok && self->entries != NULL && advance (self, &error))
    return SQLITE_OK;
  return fail (base, error);
}

static int
cursor_next (sqlite3_vtab_cursor *base)
{
  Cursor *self = (Cursor *) base;
  GError *error = NULL;

  self->row++;
  self->rowid++;
  return advance (self, &error) ? SQLITE_OK : fail (base, error);
}

static int
cursor_eof (sqlite3_vtab_cursor *base)
{
  return ((Cursor *) base)->segment == NULL;
}

static int
cursor_rowid (sqlite3_vtab_cursor *base, sqlite3_int64 *rowid)
{
  *rowid = ((Cursor *) base)->rowid;
  return SQLITE_OK;
}

static void
result_string (sqlite3_context *context, FlowString string)
{
  if (string.length == 0)
    sqlite3_result_null (context);
  else
    sqlite3_result_text64 (context, string.data, string.length, SQLITE_TRANSIENT, SQLITE_UTF8);
}

static void
result_id (sqlite3_context *context, guint64 id)
{
  char text[17];

  flow_id_to_hex ((const guint8 *) &id, 8, text);
  if (id == 0)
    sqlite3_result_null (context);
  else
    sqlite3_result_text (context, text, 16, SQLITE_TRANSIENT);
}

static void
result_trace_id (Cursor *self, sqlite3_context *context)
{
  guint64 trace = flow_segment_get (self->segment, FLOW_COLUMN_TRACE, self->row);

  if (trace != self->id_of)
    {
      sqlite3_reset (self->ids);
      sqlite3_bind_int64 (self->ids, 1, (sqlite3_int64) trace);
      self->id_text[0] = 0;
      if (sqlite3_step (self->ids) == SQLITE_ROW && sqlite3_column_bytes (self->ids, 0) == 16)
        flow_id_to_hex (sqlite3_column_blob (self->ids, 0), 16, self->id_text);
      sqlite3_reset (self->ids);
      self->id_of = trace;
    }
  sqlite3_result_text (context, self->id_text, -1, SQLITE_TRANSIENT);
}

static void
write_attributes (FlowJsonWriter *writer, const FlowTraceSpan *span)
{
  FlowExtraReader reader;
  FlowAttribute attribute;
  guint64 count;

  flow_json_writer_begin_object (writer);
  if (flow_extra_reader_init (&reader, span->extra, span->extra_length, &count))
    while (count-- > 0 && flow_extra_reader_attribute (&reader, &attribute))
      {
        flow_json_writer_key (writer, flow_dictionary_get (span->strings, attribute.key, NULL));
        flow_value_write_json (writer, span->strings, &attribute);
      }
  flow_json_writer_end_object (writer);
}

static void
result_json (sqlite3_context *context, const FlowTraceSpan *span, gboolean resource)
{
  g_autoptr (GString) json = g_string_new (NULL);
  FlowJsonWriter writer;

  flow_json_writer_init (&writer, json);
  if (resource)
    flow_resource_write_json (&writer, span->resource.data, span->resource.length);
  else
    write_attributes (&writer, span);
  sqlite3_result_text64 (context, json->str, json->len, SQLITE_TRANSIENT, SQLITE_UTF8);
}

static void
result_status_message (sqlite3_context *context, const FlowTraceSpan *span)
{
  FlowExtraReader reader;
  FlowExtraItem item;
  FlowAttribute attribute;
  FlowString message = { NULL, 0 };
  guint64 count;

  if (flow_extra_reader_init (&reader, span->extra, span->extra_length, &count))
    {
      while (count-- > 0 && flow_extra_reader_attribute (&reader, &attribute))
        ;
      while (message.length == 0 && flow_extra_reader_field (&reader, &item))
        {
          if (item.field == FLOW_FIELD_STATUS_MESSAGE)
            message.data = flow_dictionary_get (span->strings, (guint32) item.number, &message.length);
          while (item.count-- > 0 && flow_extra_reader_attribute (&reader, &attribute))
            ;
        }
    }
  result_string (context, message);
}

static int
cursor_column (sqlite3_vtab_cursor *base, sqlite3_context *context, int column)
{
  Cursor *self = (Cursor *) base;
  FlowTraceSpan span;

  flow_trace_reader_get_span (reader_of (base), self->segment, self->row, &span);
  switch ((Column) column)
    {
    case COLUMN_TRACE_ID:
      result_trace_id (self, context);
      break;
    case COLUMN_SPAN_ID:
      result_id (context, span.span_id);
      break;
    case COLUMN_PARENT_ID:
      result_id (context, span.parent_id);
      break;
    case COLUMN_NAME:
      sqlite3_result_text64 (context, span.name.data, span.name.length, SQLITE_TRANSIENT, SQLITE_UTF8);
      break;
    case COLUMN_SERVICE:
      result_string (context, span.service);
      break;
    case COLUMN_KIND:
      sqlite3_result_int (context, span.kind);
      break;
    case COLUMN_START:
      sqlite3_result_int64 (context, flow_clamp_time (span.start_ns));
      break;
    case COLUMN_DURATION:
      sqlite3_result_int64 (context, span.duration_ns);
      break;
    case COLUMN_STATUS:
      sqlite3_result_int (context, span.status);
      break;
    case COLUMN_STATUS_MESSAGE:
      result_status_message (context, &span);
      break;
    case COLUMN_ERROR:
      sqlite3_result_int (context, (span.flags & FLOW_SPAN_ERROR) != 0);
      break;
    case COLUMN_FILE:
      result_string (context, span.file);
      break;
    case COLUMN_LINE:
      sqlite3_result_int64 (context, span.line);
      break;
    case COLUMN_ATTRIBUTES:
      result_json (context, &span, FALSE);
      break;
    case COLUMN_RESOURCE:
      result_json (context, &span, TRUE);
      break;
    default:
      break;
    }
  return SQLITE_OK;
}

/**
 * flow_span_vtab_register:
 * @reader: must outlive its connection's statements
 *
 * Make the table `span` known to the reader's connection.
 */
gboolean
flow_span_vtab_register (FlowTraceReader *reader, GError **error)
{
  static const sqlite3_module module = {
    .xConnect = table_connect,
    .xBestIndex = table_best_index,
    .xDisconnect = table_disconnect,
    .xOpen = cursor_open,
    .xClose = cursor_close,
    .xFilter = cursor_filter,
    .xNext = cursor_next,
    .xEof = cursor_eof,
    .xColumn = cursor_column,
    .xRowid = cursor_rowid,
  };

  if (sqlite3_create_module (reader->db, "span", &module, reader) == SQLITE_OK)
    return TRUE;
  return flow_sql_error (reader->db, error, "Registering the table of spans");
}
