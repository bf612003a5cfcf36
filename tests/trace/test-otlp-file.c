/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "otlp-test.h"

#include <gio/gio.h>
#include <glib/gstdio.h>
#include <string.h>

#include "base/flow-error.h"
#include "trace/flow-otlp-encoder.h"
#include "trace/flow-otlp-file.h"

typedef struct
{
  GPtrArray *batches;
  guint64 done, total;
  guint stop_after;
} Collected;

static gboolean
collect (FlowSpanBatch *batch, guint64 done, guint64 total, gpointer data, GError **error)
{
  Collected *self = data;

  g_assert_cmpuint (done, >=, self->done);
  self->done = done;
  self->total = total;
  g_ptr_array_add (self->batches, flow_span_batch_ref (batch));
  if (self->stop_after > 0 && self->batches->len == self->stop_after)
    {
      g_set_error (error, FLOW_ERROR, FLOW_ERROR_DISK_FULL, "enough");
      return FALSE;
    }
  return TRUE;
}

static Collected
collected_new (void)
{
  return (Collected) { .batches = g_ptr_array_new_with_free_func ((GDestroyNotify) flow_span_batch_unref) };
}

static GPtrArray *
read_file (const char *path)
{
  g_autoptr (GError) error = NULL;
  Collected all = collected_new ();

  flow_otlp_file_read (path, collect, &all, NULL, &error);
  g_assert_no_error (error);
  return all.batches;
}

static char *
temporary_path (const char *name)
{
  return g_build_filename (g_get_user_runtime_dir (), name, NULL);
}

static char *
write_file (const char *name, gconstpointer data, gsize length)
{
  char *path = temporary_path (name);
  g_autoptr (GError) error = NULL;

  g_assert_cmpint (g_mkdir_with_parents (g_get_user_runtime_dir (), 0700), ==, 0);
  g_file_set_contents (path, data, (gssize) length, &error);
  g_assert_no_error (error);
  return path;
}

static char *
read_refused (const char *path, FlowError code)
{
  g_autoptr (GError) error = NULL;
  Collected all = collected_new ();

  g_assert_false (flow_otlp_file_read (path, collect, &all, NULL, &error));
  g_assert_error (error, FLOW_ERROR, (int) code);
  g_ptr_array_unref (all.batches);
  return g_strdup (error->message);
}

/* Each sample is found to be what it is; the gzip ones too. */
static void
test_samples (void)
{
  for (guint i = 0; i < otlp_n_samples; i++)
    {
      g_autofree char *path = g_test_build_filename (G_TEST_DIST, "fixtures", "otlp", otlp_samples[i].name, NULL);
      g_autofree char *gz = g_strconcat (path, ".gz", NULL);
      g_autoptr (GPtrArray) batches = read_file (path);

      g_assert_cmpuint (batches->len, ==, 1);
      g_assert_cmpuint (((FlowSpanBatch *) batches->pdata[0])->signal, ==, otlp_samples[i].signal);
      g_assert_cmpuint (((FlowSpanBatch *) batches->pdata[0])->n_rows, >, 0);
      if (g_file_test (gz, G_FILE_TEST_EXISTS))
        {
          g_autoptr (GPtrArray) same = read_file (gz);
          g_autofree char *dump = otlp_dump (batches->pdata[0]), *dump2 = otlp_dump (same->pdata[0]);

          g_assert_cmpuint (same->len, ==, 1);
          if (otlp_samples[i].json)
            g_assert_cmpuint (strlen (dump2), >, strlen (dump) / 2);
        }
    }
}

static FlowSpanBatch *
sample_batch (const char *name, FlowSignal signal)
{
  g_autoptr (GBytes) body = otlp_sample_load (name);

  return otlp_decode (signal, TRUE, g_bytes_get_data (body, NULL), g_bytes_get_size (body));
}

typedef struct
{
  FlowOtlpFileFormat format;
  gboolean gzip;
} Format;

static const Format formats[] = {
  { FLOW_OTLP_FILE_JSON, FALSE },      { FLOW_OTLP_FILE_JSON, TRUE },      { FLOW_OTLP_FILE_JSON_LINES, FALSE },
  { FLOW_OTLP_FILE_JSON_LINES, TRUE }, { FLOW_OTLP_FILE_PROTOBUF, FALSE }, { FLOW_OTLP_FILE_PROTOBUF, TRUE },
};

/* All spans, logs and points of some batches, by signal. */
static char *
dump_all (GPtrArray *batches, FlowSignal signal)
{
  g_autoptr (GString) all = g_string_new (NULL);

  for (guint i = 0; i < batches->len; i++)
    {
      FlowSpanBatch *batch = batches->pdata[i];
      g_autofree char *dump = batch->signal == signal ? otlp_dump (batch) : NULL;
      const char *list = dump != NULL ? strchr (dump, '[') : NULL;

      if (list != NULL)
        g_string_append_printf (all, "%.*s,", (int) strlen (list) - 3, list + 1);
    }
  return g_string_free (g_steal_pointer (&all), FALSE);
}

/* What is written is read again: one batch, several, of several signals. */
static void
test_round_trip (gconstpointer data)
{
  const Format *format = data;
  g_autoptr (GPtrArray) batches = g_ptr_array_new_with_free_func ((GDestroyNotify) flow_span_batch_unref);

  g_ptr_array_add (batches, sample_batch ("otlp-sample.json", FLOW_SIGNAL_TRACES));
  g_ptr_array_add (batches, sample_batch ("otlp-deno-traces.json", FLOW_SIGNAL_TRACES));
  g_ptr_array_add (batches, sample_batch ("spec-example-logs.json", FLOW_SIGNAL_LOGS));
  g_ptr_array_add (batches, sample_batch ("otlp-deno-logs.json", FLOW_SIGNAL_LOGS));
  g_ptr_array_add (batches, sample_batch ("spec-example-metrics.json", FLOW_SIGNAL_METRICS));
  g_ptr_array_add (batches, sample_batch ("otlp-deno-metrics.json", FLOW_SIGNAL_METRICS));
  g_assert_cmpint (g_mkdir_with_parents (g_get_user_runtime_dir (), 0700), ==, 0);
  for (guint n = 1; n <= batches->len; n++)
    {
      g_autofree char *path = temporary_path ("out.otlp");
      g_autoptr (GError) error = NULL;
      g_autoptr (FlowOtlpWriter) writer = flow_otlp_writer_new (path, format->format, format->gzip, &error);
      g_autoptr (GPtrArray) found = NULL, given = g_ptr_array_new ();

      g_assert_no_error (error);
      for (guint i = 0; i < n; i++)
        {
          flow_otlp_writer_append (writer, batches->pdata[i], &error);
          g_assert_no_error (error);
          g_ptr_array_add (given, batches->pdata[i]);
        }
      flow_otlp_writer_close (writer, &error);
      g_assert_no_error (error);
      found = read_file (path);
      for (guint signal = 0; signal < FLOW_N_SIGNALS; signal++)
        {
          g_autofree char *expected = dump_all (given, (FlowSignal) signal);
          g_autofree char *dump = dump_all (found, (FlowSignal) signal);

          g_assert_cmpstr (dump, ==, expected);
        }
      g_assert_cmpint (g_unlink (path), ==, 0);
    }
}

/* An unfinished file leaves nothing behind, and what was there stays. */
static void
test_not_closed (void)
{
  g_autofree char *path = write_file ("kept.json", "old", 3);
  g_autoptr (FlowSpanBatch) batch = sample_batch ("otlp-sample.json", FLOW_SIGNAL_TRACES);
  g_autoptr (GError) error = NULL;
  FlowOtlpWriter *writer = flow_otlp_writer_new (path, FLOW_OTLP_FILE_JSON, FALSE, &error);
  g_autofree char *content = NULL;
  g_autoptr (GDir) folder = NULL;
  const char *name;

  g_assert_no_error (error);
  flow_otlp_writer_append (writer, batch, &error);
  g_assert_no_error (error);
  flow_otlp_writer_free (writer);
  g_file_get_contents (path, &content, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (content, ==, "old");
  folder = g_dir_open (g_get_user_runtime_dir (), 0, NULL);
  while ((name = g_dir_read_name (folder)) != NULL)
    g_assert_null (strstr (name, "kept.json."));
}

static void
test_no_batches (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (formats); i++)
    {
      g_autofree char *path = temporary_path ("none.otlp");
      g_autoptr (GError) error = NULL;
      g_autoptr (FlowOtlpWriter) writer = NULL;

      g_assert_cmpint (g_mkdir_with_parents (g_get_user_runtime_dir (), 0700), ==, 0);
      writer = flow_otlp_writer_new (path, formats[i].format, formats[i].gzip, &error);
      g_assert_no_error (error);
      flow_otlp_writer_close (writer, &error);
      g_assert_no_error (error);
      g_assert_true (g_file_test (path, G_FILE_TEST_EXISTS));
    }
}

/* A document with lists of two signals, and blank lines between documents. */
static void
test_json_documents (void)
{
  static const char text[] =
      "\xef\xbb\xbf\n  {\"resourceSpans\":[],\"resourceLogs\":[]}\n\n \r\n{\"resourceMetrics\":[]}{"
      "\"resourceSpans\":[{\"schemaUrl\":\"}{\\\"\"}]}\n";
  g_autofree char *path = write_file ("lines.json", text, sizeof text - 1);
  g_autoptr (GPtrArray) batches = read_file (path);

  g_assert_cmpuint (batches->len, ==, 4);
  g_assert_cmpuint (((FlowSpanBatch *) batches->pdata[1])->signal, ==, FLOW_SIGNAL_LOGS);
  g_assert_cmpuint (((FlowSpanBatch *) batches->pdata[2])->signal, ==, FLOW_SIGNAL_METRICS);
}

/* Larger than what is read at once, as lines and as length-delimited protobuf. */
static void
test_large (void)
{
  g_autoptr (FlowSpanBatch) batch = sample_batch ("otlp-sample.json", FLOW_SIGNAL_TRACES);

  for (guint i = 0; i < G_N_ELEMENTS (formats); i++)
    {
      g_autofree char *path = temporary_path ("large.otlp");
      g_autoptr (GError) error = NULL;
      g_autoptr (FlowOtlpWriter) writer = NULL;
      g_autoptr (GPtrArray) found = NULL;
      guint rows = 0;

      g_assert_cmpint (g_mkdir_with_parents (g_get_user_runtime_dir (), 0700), ==, 0);
      writer = flow_otlp_writer_new (path, formats[i].format, formats[i].gzip, &error);
      g_assert_no_error (error);
      for (guint n = 0; n < 500; n++)
        flow_otlp_writer_append (writer, batch, &error);
      flow_otlp_writer_close (writer, &error);
      g_assert_no_error (error);
      found = read_file (path);
      for (guint n = 0; n < found->len; n++)
        rows += ((FlowSpanBatch *) found->pdata[n])->n_rows;
      g_assert_cmpuint (rows, ==, 1000);
    }
}

static void
test_stop_and_cancel (void)
{
  static const char text[] = "{\"resourceSpans\":[]}\n{\"resourceSpans\":[]}\n{\"resourceSpans\":[]}\n";
  g_autofree char *path = write_file ("stop.json", text, sizeof text - 1);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GError) error = NULL;
  Collected all = collected_new ();

  all.stop_after = 2;
  g_assert_false (flow_otlp_file_read (path, collect, &all, NULL, &error));
  g_assert_error (error, FLOW_ERROR, FLOW_ERROR_DISK_FULL);
  g_assert_cmpuint (all.batches->len, ==, 2);
  g_assert_cmpuint (all.total, ==, sizeof text - 1);
  g_clear_error (&error);
  g_cancellable_cancel (cancellable);
  g_assert_false (flow_otlp_file_read (path, collect, &all, cancellable, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_ptr_array_unref (all.batches);
}

typedef struct
{
  const char *name;
  const char *text;
  gsize length;
  const char *message;
} Refusal;

#define TEXT(text) text, sizeof text - 1

static const Refusal refusals[] = {
  { "empty", TEXT (""), "the file is empty" },
  { "blank", TEXT ("  \n\n"), "the file is empty" },
  { "other-json", TEXT ("{\"data\":[{\"traceID\":\"a\"}]}"), "it has none of resourceSpans" },
  { "malformed-json", TEXT ("{\"data\" [}]}"), "malformed JSON" },
  { "cut-off", TEXT ("{\"resourceSpans\":[]}\n{\"resourceSpans\":["), "request 2 is cut off" },
  { "bad-line", TEXT ("{\"resourceSpans\":[]}\n{\"resourceSpans\":5}\n"), "request 2: expected an array" },
  { "something-else", TEXT ("{\"resourceSpans\":[]}\nhello"), "behind request 1" },
  { "text", TEXT ("hello, this is a letter and not a request at all, by no means"), "request 1" },
  { "cut-off-protobuf", TEXT ("\x0a\x20\x0a\x02"), "request 1 is cut off" },
  { "zeros", TEXT ("\x0a\x05\x12\x03\x12\x05\0"), "request 1: cut off or malformed" },
};

static void
test_refusal (gconstpointer data)
{
  const Refusal *refusal = data;
  g_autofree char *path = write_file ("bad", refusal->text, refusal->length);
  g_autofree char *message = read_refused (path, FLOW_ERROR_BAD_REQUEST);

  g_assert_true (g_str_has_prefix (message, path));
  if (strstr (message, refusal->message) == NULL)
    g_error ("%s: %s", refusal->name, message);
}

static void
test_cut_gzip (void)
{
  g_autoptr (GBytes) gz = otlp_sample_load ("otlp-sample.json.gz");
  g_autofree char *path = write_file ("cut.gz", g_bytes_get_data (gz, NULL), g_bytes_get_size (gz) - 20);
  g_autofree char *message = read_refused (path, FLOW_ERROR_BAD_REQUEST);

  g_assert_nonnull (strstr (message, "cut off"));
}

static void
test_no_file (void)
{
  g_autofree char *missing = read_refused ("/nowhere/at/all", FLOW_ERROR_NOT_FOUND);
  g_autofree char *folder = read_refused (g_get_tmp_dir (), FLOW_ERROR_FAILED);
  g_autoptr (GError) error = NULL;

  g_assert_nonnull (strstr (missing, "/nowhere/at/all"));
  g_assert_nonnull (strstr (folder, g_get_tmp_dir ()));
  g_assert_null (flow_otlp_writer_new ("/nowhere/at/all", FLOW_OTLP_FILE_JSON, FALSE, &error));
  g_assert_error (error, FLOW_ERROR, FLOW_ERROR_FAILED);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  g_test_add_func ("/otlp/file/samples", test_samples);
  for (guint i = 0; i < G_N_ELEMENTS (formats); i++)
    {
      g_autofree char *path = g_strdup_printf ("/otlp/file/round-trip/%u", i);

      g_test_add_data_func (path, &formats[i], test_round_trip);
    }
  g_test_add_func ("/otlp/file/not-closed", test_not_closed);
  g_test_add_func ("/otlp/file/no-batches", test_no_batches);
  g_test_add_func ("/otlp/file/json-documents", test_json_documents);
  g_test_add_func ("/otlp/file/large", test_large);
  g_test_add_func ("/otlp/file/stop-and-cancel", test_stop_and_cancel);
  for (guint i = 0; i < G_N_ELEMENTS (refusals); i++)
    {
      g_autofree char *path = g_strdup_printf ("/otlp/file/refused/%s", refusals[i].name);

      g_test_add_data_func (path, &refusals[i], test_refusal);
    }
  g_test_add_func ("/otlp/file/cut-gzip", test_cut_gzip);
  g_test_add_func ("/otlp/file/no-file", test_no_file);
  return g_test_run ();
}
