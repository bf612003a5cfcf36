/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "trace-test.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <unistd.h>

#include "store/flow-reserve.h"
#include "trace/flow-otlp-wire.h"

/* Bytes that are not zero and differ in many places, as random ids do. */
void
test_trace_id (guint trace, guint8 id[16])
{
  guint64 words[2] = { (trace + 1) * 0x9e3779b97f4a7c15u, (trace + 1) * 0xc2b2ae3d27d4eb4fu };

  memcpy (id, words, 16);
}

/* One pointer for each text. The main thread's. */
const char *
test_text (const char *format, ...)
{
  static GStringChunk *texts;
  g_autofree char *text = NULL;
  va_list arguments;

  va_start (arguments, format);
  text = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  if (texts == NULL)
    texts = g_string_chunk_new (4096);
  return g_string_chunk_insert_const (texts, text);
}

/* A span with a start and an end of its own. */
TestSpan
test_span (guint trace, guint64 span_id)
{
  TestSpan span = { .trace = trace, .span_id = span_id, .name = "work", .service = "shop", .kind = 1 };

  span.start_ns = G_GUINT64_CONSTANT (1700000000000000000) + trace * G_GUINT64_CONSTANT (1000000000) + span_id * 1000;
  span.end_ns = span.start_ns + 500 + span_id % 7 * 100;
  return span;
}

static void
put_pair (FlowBuffer *out, const char *key, const char *value)
{
  gsize pair = flow_wire_open (out, FLOW_WIRE_TAG (1, BYTES), 1), any;

  flow_wire_put_bytes (out, 1, key, strlen (key));
  any = flow_wire_open (out, FLOW_WIRE_TAG (2, BYTES), 1);
  flow_wire_put_bytes (out, 1, value, strlen (value));
  flow_wire_close (out, any, 1);
  flow_wire_close (out, pair, 1);
}

typedef struct
{
  FlowSpanBatch *batch;
  GArray *resources;
  GHashTable *by_key; /* interned "service\nhost" -> index + 1 */
} Maker;

static guint32
intern (Maker *self, const char *text)
{
  return text != NULL ? flow_dictionary_intern (self->batch->strings, text, strlen (text)) : 0;
}

static guint32
maker_resource (Maker *self, const char *service, const char *host)
{
  const char *key = test_text ("%s\n%s", service != NULL ? service : "", host != NULL ? host : "");
  guint known = GPOINTER_TO_UINT (g_hash_table_lookup (self->by_key, key));
  g_auto (FlowBuffer) header = { 0 };
  FlowBatchResource resource;
  gsize start;

  if (known != 0)
    return known - 1;
  start = flow_wire_open (&header, FLOW_WIRE_TAG (1, BYTES), 1);
  if (service != NULL)
    put_pair (&header, "service.name", service);
  if (host != NULL)
    put_pair (&header, "host.name", host);
  flow_wire_close (&header, start, 1);
  resource.header = flow_dictionary_intern (self->batch->strings, header.data, header.length);
  resource.service = intern (self, service);
  g_array_append_val (self->resources, resource);
  g_hash_table_insert (self->by_key, (gpointer) key, GUINT_TO_POINTER (self->resources->len));
  return self->resources->len - 1;
}

static guint32
maker_scope (Maker *self, const char *name)
{
  g_auto (FlowBuffer) header = { 0 };
  gsize start;

  if (name == NULL)
    return 0;
  start = flow_wire_open (&header, FLOW_WIRE_TAG (1, BYTES), 1);
  flow_wire_put_bytes (&header, 1, name, strlen (name));
  flow_wire_close (&header, start, 1);
  return flow_dictionary_intern (self->batch->strings, header.data, header.length);
}

static void
maker_init (Maker *self, FlowSignal signal, guint rows)
{
  static const gsize sizes[] = { sizeof (FlowSpan), sizeof (FlowLog), sizeof (FlowPoint) };

  self->batch = g_new0 (FlowSpanBatch, 1);
  g_atomic_ref_count_init (&self->batch->references);
  self->batch->signal = signal;
  self->batch->strings = flow_dictionary_new ();
  self->batch->n_rows = rows;
  self->batch->spans = g_malloc0 (MAX (rows * sizes[signal], 1));
  self->resources = g_array_new (FALSE, FALSE, sizeof (FlowBatchResource));
  self->by_key = g_hash_table_new (NULL, NULL);
}

static FlowSpanBatch *
maker_finish (Maker *self)
{
  self->batch->n_resources = self->resources->len;
  self->batch->resources = (FlowBatchResource *) g_array_free (self->resources, FALSE);
  g_hash_table_unref (self->by_key);
  return self->batch;
}

static void
put_attribute (Maker *self, const TestAttribute *attribute)
{
  FlowAttribute out = { intern (self, attribute->key), attribute->type, { 0 } };
  g_auto (FlowBuffer) any = { 0 };
  gsize array, value;

  switch (attribute->type)
    {
    case FLOW_VALUE_ANY:
      array = flow_wire_open (&any, FLOW_WIRE_TAG (5, BYTES), 1);
      value = flow_wire_open (&any, FLOW_WIRE_TAG (1, BYTES), 1);
      flow_wire_put_bytes (&any, 1, attribute->string, strlen (attribute->string));
      flow_wire_close (&any, value, 1);
      flow_wire_close (&any, array, 1);
      out.value.string = flow_dictionary_intern (self->batch->strings, any.data, any.length);
      break;
    case FLOW_VALUE_INT:
      out.value.integer = attribute->integer;
      break;
    case FLOW_VALUE_DOUBLE:
      out.value.number = attribute->number;
      break;
    case FLOW_VALUE_STRING:
    case FLOW_VALUE_BYTES:
      out.value.string = intern (self, attribute->string);
      break;
    case FLOW_VALUE_FALSE:
    case FLOW_VALUE_TRUE:
    case FLOW_VALUE_EMPTY:
    default:
      break;
    }
  flow_extra_put_attribute (&self->batch->extra, &out);
}

static void
put_extra (Maker *self, const TestSpan *span, FlowSpan *row)
{
  FlowBuffer *out = &self->batch->extra;
  guint count = 0;

  row->extra = (guint32) out->length;
  while (count < TEST_ATTRIBUTES && span->attributes[count].key != NULL)
    count++;
  flow_buffer_put_varint (out, count);
  for (guint i = 0; i < count; i++)
    put_attribute (self, &span->attributes[i]);
  if (span->event != NULL)
    {
      flow_buffer_put_varint (out, FLOW_FIELD_EVENT);
      flow_buffer_put_varint (out, flow_zigzag (5));
      flow_buffer_put_varint (out, intern (self, span->event));
      flow_buffer_put_varint (out, 0);
      flow_buffer_put_varint (out, 0);
    }
  if (span->status_message != NULL)
    {
      flow_buffer_put_varint (out, FLOW_FIELD_STATUS_MESSAGE);
      flow_buffer_put_varint (out, intern (self, span->status_message));
    }
  row->extra_length = (guint32) out->length - row->extra;
}

FlowSpanBatch *
test_spans (const TestSpan *spans, guint count)
{
  Maker maker;

  maker_init (&maker, FLOW_SIGNAL_TRACES, count);
  for (guint i = 0; i < count; i++)
    {
      const TestSpan *span = &spans[i];
      FlowSpan *row = &maker.batch->spans[i];

      test_trace_id (span->trace, row->trace_id);
      row->span_id = span->span_id;
      row->parent_id = span->parent_id;
      row->start_ns = span->start_ns;
      row->end_ns = span->end_ns;
      row->name = intern (&maker, span->name);
      row->file = intern (&maker, span->file);
      row->line = span->line;
      row->resource = maker_resource (&maker, span->service, span->host);
      row->scope = maker_scope (&maker, span->scope);
      row->kind = span->kind;
      row->status = span->status;
      row->flags = (guint16) ((span->error ? FLOW_SPAN_ERROR : 0) | (span->file != NULL ? FLOW_SPAN_LOCATION : 0));
      put_extra (&maker, span, row);
    }
  return maker_finish (&maker);
}

FlowSpanBatch *
test_logs (const TestLog *logs, guint count)
{
  Maker maker;

  maker_init (&maker, FLOW_SIGNAL_LOGS, count);
  for (guint i = 0; i < count; i++)
    {
      FlowLog *row = &maker.batch->logs[i];

      if (logs[i].trace != 0)
        test_trace_id (logs[i].trace, row->trace_id);
      row->span_id = logs[i].span_id;
      row->time_ns = logs[i].time_ns;
      row->body = intern (&maker, logs[i].body);
      row->resource = maker_resource (&maker, logs[i].service, NULL);
      row->severity = logs[i].severity;
    }
  return maker_finish (&maker);
}

FlowSpanBatch *
test_points (const TestPoint *points, guint count)
{
  Maker maker;

  maker_init (&maker, FLOW_SIGNAL_METRICS, count);
  for (guint i = 0; i < count; i++)
    {
      FlowPoint *row = &maker.batch->points[i];
      g_auto (FlowBuffer) metric = { 0 };
      g_auto (FlowBuffer) attributes = { 0 };
      FlowBuffer *extra = &maker.batch->extra;
      guint64 bits;

      flow_wire_put_bytes (&metric, 1, points[i].name, strlen (points[i].name));
      if (points[i].key != NULL)
        put_pair (&attributes, points[i].key, points[i].value);
      row->time_ns = points[i].time_ns;
      row->resource = maker_resource (&maker, points[i].service, NULL);
      row->name = intern (&maker, points[i].name);
      row->metric = flow_dictionary_intern (maker.batch->strings, metric.data, metric.length);
      row->attributes = flow_dictionary_intern (maker.batch->strings, attributes.data, attributes.length);
      row->kind = FLOW_POINT_GAUGE;
      row->extra = (guint32) extra->length;
      memcpy (&bits, &points[i].number, 8);
      flow_wire_put_fixed64 (extra, 4, bits);
      row->extra_length = (guint32) extra->length - row->extra;
    }
  return maker_finish (&maker);
}

/* A reserve without bytes, which costs no time. */
static void
make_reserve (FlowContext *context)
{
  g_autofree char *path = flow_context_build_path (context, "reserve");
  int fd = g_open (path, O_WRONLY | O_CREAT, 0600);

  g_assert_cmpint (fd, >=, 0);
  g_assert_cmpint (ftruncate (fd, FLOW_RESERVE_BYTES), ==, 0);
  close (fd);
}

/* In memory where that is possible: waiting for a disk a thousand times proves nothing more. */
static FlowContext *
new_context (void)
{
  gboolean in_memory = g_access ("/dev/shm", W_OK) == 0;
  FlowContext *context = test_context_new_in (in_memory ? "/dev/shm" : NULL);

  make_reserve (context);
  return context;
}

void
test_store_init (TestStore *self)
{
  *self = (TestStore) { .context = new_context () };
  self->path = flow_context_get_database_path (self->context);
  test_store_open (self);
}

void
test_store_open (TestStore *self)
{
  g_autoptr (GError) error = NULL;

  self->store = flow_store_new (self->context);
  flow_store_set_idle_us (self->store, G_MAXINT64 / 4);
  self->traces = flow_trace_store_new (self->store);
  self->traces->by_hand = TRUE;
  if (self->index_run != 0)
    self->traces->index_run = self->index_run;
  if (self->after != NULL)
    flow_store_add_participant (self->store, self->after, self->after_data);
  flow_store_open (self->store, &error);
  g_assert_no_error (error);
}

void
test_store_close (TestStore *self)
{
  flow_store_close (self->store);
  g_clear_pointer (&self->traces, flow_trace_store_free);
  g_clear_object (&self->store);
}

void
test_store_reopen (TestStore *self)
{
  test_store_close (self);
  test_store_open (self);
}

void
test_store_clear (TestStore *self)
{
  if (self->store != NULL)
    test_store_close (self);
  test_context_remove (self->context);
}

static void
copy_file (const char *from, const char *to)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *data = NULL;
  gsize length;

  if (!g_file_get_contents (from, &data, &length, NULL))
    return;
  g_file_set_contents_full (to, data, (gssize) length, G_FILE_SET_CONTENTS_NONE, 0600, &error);
  g_assert_no_error (error);
}

/* Go on with the files as a kill would have left them: parts are not sealed, the log is not in the database. */
void
test_store_crash (TestStore *self)
{
  FlowContext *context = new_context ();
  g_autofree char *from = g_strconcat (self->path, "-wal", NULL);
  g_autofree char *to = g_strconcat (flow_context_get_database_path (context), "-wal", NULL);

  copy_file (self->path, flow_context_get_database_path (context));
  copy_file (from, to);
  test_store_close (self);
  test_context_remove (self->context);
  self->context = context;
  self->path = flow_context_get_database_path (context);
  test_store_open (self);
}

FlowIngestResult
test_store_take (TestStore *self, FlowSpanBatch *batch)
{
  g_autoptr (GError) error = NULL;
  FlowIngestResult result;

  flow_trace_store_ingest_wait (self->traces, batch, NULL, &result, &error);
  g_assert_no_error (error);
  flow_span_batch_unref (batch);
  return result;
}

FlowIngestResult
test_store_spans (TestStore *self, const TestSpan *spans, guint count)
{
  return test_store_take (self, test_spans (spans, count));
}

void
test_store_run (TestStore *self, FlowStoreFunc run, gpointer data)
{
  g_autoptr (GError) error = NULL;

  flow_store_run (self->store, run, data, &error);
  g_assert_no_error (error);
}

typedef struct
{
  FlowTraceStore *traces;
  gboolean more;
} Housekeeping;

static gboolean
seal_run (sqlite3 *db, gpointer data, GError **error)
{
  Housekeeping *keeping = data;

  for (guint signal = 0; signal < FLOW_N_SIGNALS; signal++)
    if (!flow_trace_seal_open (keeping->traces, signal, error))
      return FALSE;
  return TRUE;
}

static gboolean
merge_run (sqlite3 *db, gpointer data, GError **error)
{
  Housekeeping *keeping = data;

  return flow_trace_merge_small (keeping->traces, db, &keeping->more, error);
}

static gboolean
adopt_run (sqlite3 *db, gpointer data, GError **error)
{
  return flow_trace_adopt_orphans (((Housekeeping *) data)->traces, db, error);
}

void
test_store_seal (TestStore *self)
{
  Housekeeping keeping = { self->traces, FALSE };

  test_store_run (self, seal_run, &keeping);
}

gboolean
test_store_merge (TestStore *self)
{
  Housekeeping keeping = { self->traces, FALSE };

  test_store_run (self, merge_run, &keeping);
  return keeping.more;
}

static gboolean
convert_run (sqlite3 *db, gpointer data, GError **error)
{
  Housekeeping *keeping = data;

  keeping->more = flow_trace_vault_is_converting (keeping->traces);
  return !keeping->more || flow_trace_vault_convert (keeping->traces, db, 0, error);
}

/* One step of encrypting or decrypting; whether there was one to do. */
gboolean
test_store_convert (TestStore *self)
{
  Housekeeping keeping = { self->traces, FALSE };

  test_store_run (self, convert_run, &keeping);
  return keeping.more;
}

void
test_store_convert_all (TestStore *self)
{
  while (test_store_convert (self))
    ;
}

void
test_store_adopt (TestStore *self)
{
  Housekeeping keeping = { self->traces, FALSE };

  test_store_seal (self);
  test_store_run (self, adopt_run, &keeping);
}

gint64
test_store_number (TestStore *self, const char *query)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (sqlite3) db = flow_store_open_reader (self->path, &error);
  gint64 number = -1;

  g_assert_no_error (error);
  flow_sql_get_int64 (db, query, &number, &error);
  g_assert_no_error (error);
  return number;
}

FlowTraceReader *
test_store_reader (TestStore *self)
{
  g_autoptr (GError) error = NULL;
  FlowTraceReader *reader = flow_trace_reader_open (self->path, &error);

  g_assert_no_error (error);
  return reader;
}

FlowTrace *
test_store_load (TestStore *self, guint trace)
{
  g_autoptr (FlowTraceReader) reader = test_store_reader (self);
  g_autoptr (GError) error = NULL;
  guint8 id[16];
  FlowTrace *loaded;

  test_trace_id (trace, id);
  loaded = flow_trace_reader_load (reader, id, &error);
  if (loaded == NULL)
    g_assert_error (error, FLOW_ERROR, FLOW_ERROR_NOT_FOUND);
  return loaded;
}

static guint
count_in_folder (const char *folder, const char *text)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char *name;
  guint count = 0;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename (folder, name, NULL);
      g_autofree char *bytes = NULL;
      gsize length = 0;

      if (g_file_test (path, G_FILE_TEST_IS_DIR))
        count += count_in_folder (path, text);
      else if (g_file_get_contents (path, &bytes, &length, NULL))
        for (const char *at = bytes; (at = memmem (at, length - (gsize) (at - bytes), text, strlen (text))); at++)
          count++;
    }
  return count;
}

/* How often a text stands in any file of the data folder. */
guint
test_store_count_in_files (TestStore *self, const char *text)
{
  return count_in_folder (flow_context_get_data_dir (self->context), text);
}
