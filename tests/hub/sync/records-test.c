/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "records-test.h"

#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

#include "store/flow-store-private.h"
#include "trace/flow-otlp-decoder.h"

typedef struct
{
  TestRecords *self;
  TestRecordsRun run;
  gpointer data;
} Job;

static gboolean
job_run (sqlite3 *db, gpointer data, GError **error)
{
  Job *job = data;

  return job->run (job->self, db, job->data, error);
}

/* Something on the writer thread, in a transaction. */
void
test_records_run (TestRecords *self, TestRecordsRun run, gpointer data)
{
  Job job = { self, run, data };
  g_autoptr (GError) error = NULL;

  flow_store_run (self->store, job_run, &job, &error);
  g_assert_no_error (error);
}

static void
changed_cb (FlowRecordsChanged changed, gpointer data)
{
  g_atomic_int_or ((guint *) &((TestRecords *) data)->changed, changed);
}

static gboolean
set_device (TestRecords *self, sqlite3 *db, gpointer device, GError **error)
{
  flow_record_tables_set_device (self->tables, device);
  return TRUE;
}

void
test_records_open (TestRecords *self, const char *device)
{
  g_autoptr (GError) error = NULL;

  self->calls = flow_call_queue_new (NULL, "test-calls");
  self->store = flow_store_new (self->context);
  self->traces = flow_trace_store_new (self->store);
  self->tables = flow_record_tables_new (self->store, self->traces, changed_cb, self);
  flow_store_open (self->store, &error);
  g_assert_no_error (error);
  test_records_run (self, set_device, (gpointer) device);
}

void
test_records_close (TestRecords *self)
{
  flow_store_close (self->store);
  flow_call_queue_drain (self->calls);
  g_clear_pointer (&self->calls, flow_call_queue_free);
  g_clear_pointer (&self->tables, flow_record_tables_free);
  g_clear_pointer (&self->traces, flow_trace_store_free);
  g_clear_object (&self->store);
}

/* In memory where that is possible: what survives a power cut is not the question here. */
FlowContext *
test_records_new_context (void)
{
  return test_context_new_in (g_access ("/dev/shm", W_OK) == 0 ? "/dev/shm" : NULL);
}

void
test_records_init (TestRecords *self, const char *device)
{
  *self = (TestRecords) { .context = test_records_new_context () };
  self->path = flow_context_get_database_path (self->context);
  test_records_open (self, device);
}

void
test_records_clear (TestRecords *self)
{
  if (self->store != NULL)
    test_records_close (self);
  test_context_remove (self->context);
}

static gboolean
exec_run (TestRecords *self, sqlite3 *db, gpointer sql, GError **error)
{
  return flow_sql_exec_text (db, sql, error);
}

void
test_records_exec (TestRecords *self, const char *sql)
{
  test_records_run (self, exec_run, (gpointer) sql);
}

gint64
test_records_number (TestRecords *self, const char *query)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (sqlite3) db = flow_store_open_reader (self->path, &error);
  gint64 number = -1;

  g_assert_no_error (error);
  flow_sql_get_int64 (db, query, &number, &error);
  g_assert_no_error (error);
  return number;
}

/* The first column of the first row, "" when there is none. */
char *
test_records_text (TestRecords *self, const char *query)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (sqlite3) db = flow_store_open_reader (self->path, &error);
  g_autoptr (sqlite3_stmt) stmt = NULL;
  gboolean row = FALSE;

  g_assert_no_error (error);
  g_assert_true (flow_sql_prepare_text (db, query, &stmt, &error) && flow_sql_step_row (stmt, &row, &error));
  g_assert_no_error (error);
  return g_strdup (row ? (const char *) sqlite3_column_text (stmt, 0) : "");
}

const FlowSyncTable *
test_records_table (TestRecords *self, const char *name)
{
  guint n;
  const FlowSyncTable *const *tables = flow_record_tables_get (self->tables, &n);

  for (guint i = 0; i < n; i++)
    if (g_str_equal (tables[i]->name, name))
      return tables[i];
  g_assert_not_reached ();
}

typedef struct
{
  const FlowSyncTable *table;
  GBytes *key;
  FlowSyncRecord *record;
  gboolean exists;
  guint page;
  GPtrArray *keys;
} Access;

static gboolean
read_run (TestRecords *self, sqlite3 *db, gpointer data, GError **error)
{
  Access *access = data;

  return access->table->read (access->table, db, access->key, access->record, &access->exists, error);
}

/* (transfer full) (nullable): the record as it is. */
FlowSyncRecord *
test_records_read (TestRecords *self, const char *table, GBytes *key)
{
  Access access = { .table = test_records_table (self, table), .key = key };

  access.record = flow_sync_record_new (access.table);
  test_records_run (self, read_run, &access);
  if (!access.exists)
    g_clear_pointer (&access.record, flow_sync_record_free);
  return access.record;
}

/* As the engine does it: what is applied is nothing that this device did. */
static gboolean
apply_run (TestRecords *self, sqlite3 *db, gpointer data, GError **error)
{
  Access *access = data;

  return flow_sql_exec_text (db, "INSERT INTO sync_mute VALUES ('test')", error) &&
         access->table->apply (access->table, db, access->key, access->record, error) &&
         flow_sql_exec_text (db, "DELETE FROM sync_mute", error);
}

void
test_records_apply (TestRecords *self, const char *table, GBytes *key, const FlowSyncRecord *record)
{
  Access access = { .table = test_records_table (self, table), .key = key, .record = (FlowSyncRecord *) record };

  test_records_run (self, apply_run, &access);
}

static gboolean
list_run (TestRecords *self, sqlite3 *db, gpointer data, GError **error)
{
  Access *access = data;
  guint before;

  do
    {
      GBytes *after = access->keys->len > 0 ? access->keys->pdata[access->keys->len - 1] : NULL;

      before = access->keys->len;
      if (!access->table->list (access->table, db, after, access->page, access->keys, error))
        return FALSE;
    }
  while (access->keys->len == before + access->page);
  return TRUE;
}

/* (transfer full) (element-type GBytes): all keys, got @page at a time. */
GPtrArray *
test_records_list (TestRecords *self, const char *table, guint page)
{
  Access access = { .table = test_records_table (self, table), .page = page };

  access.keys = g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref);
  test_records_run (self, list_run, &access);
  return access.keys;
}

void
test_records_trace_id (guint trace, guint8 id[16])
{
  guint32 big = GUINT32_TO_BE (trace);

  memset (id, 0, 16);
  memcpy (id + 12, &big, sizeof big);
}

GBytes *
test_records_trace_key (guint trace)
{
  guint8 id[16];

  test_records_trace_id (trace, id);
  return g_bytes_new (id, sizeof id);
}

static void
add_span (GString *json, guint trace, guint span, gboolean error)
{
  g_string_append_printf (json,
                          "%s{\"traceId\":\"%032x\",\"spanId\":\"%016x\",\"parentSpanId\":\"%s\",\"name\":\"%s %u\","
                          "\"startTimeUnixNano\":\"%u\",\"endTimeUnixNano\":\"%u\",\"status\":{\"code\":%d},"
                          "\"attributes\":[{\"key\":\"code.file.path\",\"value\":{\"stringValue\":\"/src/cart.c\"}},"
                          "{\"key\":\"code.line.number\",\"value\":{\"intValue\":\"7\"}}]}",
                          span > 1 ? "," : "", trace, span, span > 1 ? "0000000000000001" : "",
                          span > 1 ? "work" : "GET /cart", trace, 1000 + span, 3000 - span, error ? 2 : 0);
}

/* Spans 1 to @spans of a trace, the first one its root. */
void
test_records_add_spans (TestRecords *self, guint trace, guint spans, gboolean error_span)
{
  g_autoptr (GString) json = g_string_new ("{\"resourceSpans\":[{\"resource\":{\"attributes\":[{\"key\":"
                                           "\"service.name\",\"value\":{\"stringValue\":\"shop\"}}]},"
                                           "\"scopeSpans\":[{\"spans\":[");
  g_autoptr (FlowSpanBatch) batch = NULL;
  g_autoptr (GError) error = NULL;
  FlowIngestResult result;

  for (guint i = 1; i <= spans; i++)
    add_span (json, trace, i, error_span && i == spans);
  g_string_append (json, "]}]}]}");
  batch = flow_otlp_decode_json (FLOW_SIGNAL_TRACES, json->str, json->len, &error);
  g_assert_no_error (error);
  flow_trace_store_ingest_wait (self->traces, batch, NULL, &result, &error);
  g_assert_no_error (error);
}

/* (nullable): the trace as it is. */
FlowTrace *
test_records_load (TestRecords *self, guint trace)
{
  g_autoptr (FlowTraceReader) reader = flow_trace_reader_open (self->path, NULL);
  guint8 id[16];

  test_records_trace_id (trace, id);
  return flow_trace_reader_load (reader, id, NULL);
}
