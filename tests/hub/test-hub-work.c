/* SPDX-License-Identifier: GPL-3.0-or-later */

#include <glib/gstdio.h>

#include "hub-test.h"

typedef struct
{
  FlowContext *context;
  HubTest test;
} Fixture;

/* What progress was heard, and when to cancel. */
typedef struct
{
  guint calls;
  guint64 done;
  guint64 total;
  GCancellable *cancellable;
} Heard;

static void
set_up (Fixture *f, gconstpointer data)
{
  f->context = test_context_new ();
  hub_test_init (&f->test, f->context, FALSE);
  hub_test_start (&f->test);
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  hub_test_stop (&f->test);
  hub_test_clear (&f->test);
  test_context_remove (f->context);
}

static void
progress_cb (guint64 done, guint64 total, gpointer data)
{
  Heard *heard = data;

  g_assert_cmpuint (done, >=, heard->done);
  heard->calls++;
  heard->done = done;
  heard->total = total;
  if (heard->cancellable != NULL)
    g_cancellable_cancel (heard->cancellable);
}

static gboolean
import_file (Fixture *f, const char *path, Heard *heard, FlowImportCounts *counts, GError **error)
{
  g_autoptr (GFile) file = g_file_new_for_path (path);
  HubWait wait = { f->test.hub, NULL };
  g_autoptr (GAsyncResult) result = NULL;

  flow_hub_import_async (f->test.hub, file, heard != NULL ? progress_cb : NULL, heard,
                         heard != NULL ? heard->cancellable : NULL, hub_wait_cb, &wait);
  result = hub_wait (&wait);
  return flow_hub_import_finish (f->test.hub, result, counts, error);
}

static guint64
count_spans (Fixture *f)
{
  FlowHubSummary summary;

  flow_hub_get_summary (f->test.hub, &summary);
  return summary.spans;
}

static gboolean
has_all_kinds (gpointer data)
{
  const FlowCommit *commit = ((HubTest *) data)->committed;

  return commit != NULL && commit->spans > 0 && commit->logs > 0 && commit->points > 0;
}

static gboolean
has_many (gpointer data)
{
  const FlowCommit *commit = ((HubTest *) data)->committed;

  return commit != NULL && commit->many && commit->spans == 23000;
}

static void
test_import (Fixture *f, gconstpointer data)
{
  static const char *const names[] = { "otlp-sample.json", "otlp-sample.json.gz", "otlp-sample.bin",
                                       "spec-example-logs.json", "spec-example-metrics.json" };
  FlowImportCounts counts, again;
  Heard heard = { 0 };
  g_autoptr (GError) error = NULL;

  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *path = g_test_build_filename (G_TEST_DIST, "fixtures", "otlp", names[i], NULL);

      heard.done = 0;
      g_assert_true (import_file (f, path, &heard, &counts, &error));
      g_assert_no_error (error);
      g_assert_cmpuint (counts.spans + counts.logs + counts.points, >, 0);
      g_assert_cmpuint (counts.refused, ==, 0);
      g_assert_true (import_file (f, path, NULL, &again, &error));
      g_assert_no_error (error);
      g_assert_cmpuint (again.spans, ==, counts.spans);
      g_assert_cmpuint (again.duplicates, ==, again.spans + again.logs + again.points);
    }
  g_assert_cmpuint (heard.calls, >, 0);
  g_assert_cmpuint (heard.total, >, 0);
  hub_wait_until (has_all_kinds, &f->test);
}

/* More than the writer takes at once, in requests of one trace and in one of many. */
static void
test_import_large (Fixture *f, gconstpointer data)
{
  g_autofree char *lines = hub_test_write_file (&f->test, "lines.jsonl", 1, 3000, 1);
  g_autofree char *one = hub_test_write_file (&f->test, "one.json", 10001, 1, 20000);
  FlowImportCounts counts;
  g_autoptr (GError) error = NULL;

  g_assert_true (import_file (f, lines, NULL, &counts, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (counts.spans, ==, 3000);
  g_assert_cmpuint (counts.duplicates, ==, 0);
  g_assert_cmpuint (count_spans (f), ==, 3000);
  g_assert_true (import_file (f, one, NULL, &counts, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (count_spans (f), ==, 23000);
  hub_wait_until (has_many, &f->test);
}

static void
test_import_fails (Fixture *f, gconstpointer data)
{
  g_autofree char *path = flow_context_build_path (f->context, "broken.jsonl");
  g_autofree char *good = hub_test_write_file (&f->test, "good.jsonl", 1, 2, 1);
  g_autofree char *text = NULL;
  g_autofree char *both = NULL;
  g_autoptr (GFile) remote = g_file_new_for_uri ("dav://example.invalid/traces.json");
  HubWait wait = { f->test.hub, NULL };
  g_autoptr (GAsyncResult) result = NULL;
  FlowImportCounts counts;
  g_autoptr (GError) error = NULL;

  g_assert_false (import_file (f, path, NULL, &counts, &error));
  g_assert_error (error, FLOW_ERROR, FLOW_ERROR_NOT_FOUND);
  g_clear_error (&error);

  /* What came before the mistake is stored, and counted. */
  g_assert_true (g_file_get_contents (good, &text, NULL, NULL));
  both = g_strconcat (text, "{\"resourceSpans\": no}\n", NULL);
  g_assert_true (g_file_set_contents (path, both, -1, NULL));
  g_assert_false (import_file (f, path, NULL, &counts, &error));
  g_assert_error (error, FLOW_ERROR, FLOW_ERROR_BAD_REQUEST);
  g_clear_error (&error);
  g_assert_cmpuint (counts.spans, ==, 2);
  g_assert_cmpuint (count_spans (f), ==, 2);

  flow_hub_import_async (f->test.hub, remote, NULL, NULL, NULL, hub_wait_cb, &wait);
  result = hub_wait (&wait);
  g_assert_false (flow_hub_import_finish (f->test.hub, result, NULL, &error));
  g_assert_error (error, FLOW_ERROR, FLOW_ERROR_UNSUPPORTED);
}

static void
test_cancel_import (Fixture *f, gconstpointer data)
{
  g_autofree char *path = hub_test_write_file (&f->test, "long.jsonl", 1, 10000, 1);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  Heard heard = { .cancellable = cancellable };
  FlowImportCounts counts, rest;
  g_autoptr (GError) error = NULL;

  g_assert_false (import_file (f, path, &heard, &counts, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_clear_error (&error);
  g_assert_cmpuint (counts.spans, <, 10000);
  g_assert_cmpuint (count_spans (f), <=, counts.spans);
  g_assert_true (import_file (f, path, NULL, &rest, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (rest.duplicates, <=, counts.spans);
  g_assert_cmpuint (count_spans (f), ==, 10000);
}

/* Stopping cancels what is under way, and nothing begins any more. */
static void
test_stop_cancels (Fixture *f, gconstpointer data)
{
  g_autofree char *path = hub_test_write_file (&f->test, "long.jsonl", 1, 10000, 1);
  g_autoptr (GFile) file = g_file_new_for_path (path);
  HubWait import = { f->test.hub, NULL }, late = { f->test.hub, NULL };
  g_autoptr (GAsyncResult) import_result = NULL;
  g_autoptr (GAsyncResult) late_result = NULL;
  g_autoptr (GError) error = NULL;

  flow_hub_import_async (f->test.hub, file, NULL, NULL, NULL, hub_wait_cb, &import);
  hub_test_stop (&f->test);
  import_result = hub_wait (&import);
  g_assert_false (flow_hub_import_finish (f->test.hub, import_result, NULL, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_clear_error (&error);

  flow_hub_vacuum_async (f->test.hub, NULL, hub_wait_cb, &late);
  late_result = hub_wait (&late);
  g_assert_false (flow_hub_vacuum_finish (f->test.hub, late_result, &error));
  g_assert_error (error, FLOW_ERROR, FLOW_ERROR_NOT_RUNNING);
}

static gboolean
export_to (Fixture *f, GPtrArray *ids, const char *path, Heard *heard, guint64 *rows, GError **error)
{
  g_autoptr (GFile) file = g_file_new_for_path (path);
  HubWait wait = { f->test.hub, NULL };
  g_autoptr (GAsyncResult) result = NULL;

  flow_hub_export_async (f->test.hub, ids, file, FLOW_OTLP_FILE_JSON_LINES, TRUE, heard != NULL ? progress_cb : NULL,
                         heard, heard != NULL ? heard->cancellable : NULL, hub_wait_cb, &wait);
  result = hub_wait (&wait);
  return flow_hub_export_finish (f->test.hub, result, rows, error);
}

static void
test_export (Fixture *f, gconstpointer data)
{
  g_autofree char *in = hub_test_write_file (&f->test, "in.jsonl", 1, 50, 10);
  g_autofree char *out = flow_context_build_path (f->context, "out.jsonl.gz");
  g_autoptr (GPtrArray) ids = g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref);
  FlowImportCounts counts;
  Heard heard = { 0 };
  guint64 rows = 0;
  g_autoptr (GError) error = NULL;

  g_assert_true (import_file (f, in, NULL, &counts, NULL));
  g_assert_true (export_to (f, NULL, out, &heard, &rows, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (rows, ==, 500);
  g_assert_true (import_file (f, out, NULL, &counts, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (counts.spans, ==, 500);
  g_assert_cmpuint (counts.duplicates, ==, 500);

  g_ptr_array_add (ids, hub_test_trace_id (7));
  g_ptr_array_add (ids, hub_test_trace_id (300));
  g_assert_true (export_to (f, ids, out, NULL, &rows, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (rows, ==, 2);
  g_assert_true (import_file (f, out, NULL, &counts, &error));
  g_assert_cmpuint (counts.spans, ==, 2);
}

/* What was at the place before stays when a trace is gone, or it is cancelled. */
static void
test_export_fails (Fixture *f, gconstpointer data)
{
  g_autofree char *out = flow_context_build_path (f->context, "out.jsonl.gz");
  g_autofree char *left = NULL;
  g_autoptr (GPtrArray) ids = g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  Heard heard = { .cancellable = cancellable };
  guint64 rows = 0;
  g_autoptr (GError) error = NULL;

  g_assert_cmpuint (hub_test_post (&f->test, 1, 10, NULL), ==, 200);
  g_assert_true (g_file_set_contents (out, "before", -1, NULL));
  g_ptr_array_add (ids, hub_test_trace_id (1));
  g_ptr_array_add (ids, hub_test_trace_id (77));
  g_assert_false (export_to (f, ids, out, NULL, &rows, &error));
  g_assert_error (error, FLOW_ERROR, FLOW_ERROR_NOT_FOUND);
  g_clear_error (&error);
  g_cancellable_cancel (cancellable);
  g_assert_false (export_to (f, NULL, out, &heard, &rows, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_true (g_file_get_contents (out, &left, NULL, NULL));
  g_assert_cmpstr (left, ==, "before");
}

static gboolean
erase (Fixture *f, guint trace, GError **error)
{
  g_autoptr (GBytes) id = hub_test_trace_id (trace);
  HubWait wait = { f->test.hub, NULL };
  g_autoptr (GAsyncResult) result = NULL;

  if (trace > 0)
    flow_hub_erase_trace_async (f->test.hub, g_bytes_get_data (id, NULL), NULL, hub_wait_cb, &wait);
  else
    flow_hub_erase_all_async (f->test.hub, NULL, hub_wait_cb, &wait);
  result = hub_wait (&wait);
  return flow_hub_erase_finish (f->test.hub, result, error);
}

static gboolean
was_removed (gpointer data)
{
  HubTest *test = data;

  return test->committed != NULL && test->committed->removed;
}

static void
test_erase (Fixture *f, gconstpointer data)
{
  HubWait wait = { f->test.hub, NULL };
  g_autoptr (GAsyncResult) result = NULL;
  FlowHubSummary summary;
  g_autoptr (GError) error = NULL;

  g_assert_cmpuint (hub_test_post (&f->test, 1, 10, NULL), ==, 200);
  g_assert_true (erase (f, 3, &error));
  g_assert_no_error (error);
  hub_wait_until (was_removed, &f->test);
  flow_hub_get_summary (f->test.hub, &summary);
  g_assert_cmpuint (summary.traces, ==, 9);
  g_assert_cmpuint (summary.spans, ==, 9);
  g_assert_false (erase (f, 3, &error));
  g_assert_error (error, FLOW_ERROR, FLOW_ERROR_NOT_FOUND);
  g_clear_error (&error);

  g_assert_true (erase (f, 0, &error));
  g_assert_no_error (error);
  flow_hub_get_summary (f->test.hub, &summary);
  g_assert_cmpuint (summary.traces + summary.spans, ==, 0);

  flow_hub_vacuum_async (f->test.hub, NULL, hub_wait_cb, &wait);
  result = hub_wait (&wait);
  g_assert_true (flow_hub_vacuum_finish (f->test.hub, result, &error));
  g_assert_no_error (error);
}

#define ADD(name, func) g_test_add ("/hub/work/" name, Fixture, NULL, set_up, func, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  ADD ("import", test_import);
  ADD ("import-large", test_import_large);
  ADD ("import-fails", test_import_fails);
  ADD ("cancel-import", test_cancel_import);
  ADD ("stop-cancels", test_stop_cancels);
  ADD ("export", test_export);
  ADD ("export-fails", test_export_fails);
  ADD ("erase", test_erase);
  return g_test_run ();
}
