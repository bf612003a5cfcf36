/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "trace-test.h"

#include <glib/gstdio.h>

#include "trace/flow-file-metrics.h"

/* What ran in a file, against a plain list of spans; and that an answer from an earlier one is the same. */

#define MAX_SPANS 20000
#define MAX_TRACES 2000

typedef struct
{
  TestStore store;
  FlowTraceReader *reader;
  FlowLocator *locator;
  char *top;
  char *file; /* real path */
  GRand *random;
  TestSpan *spans;
  guint n_spans;
} Fixture;

/* How programs name files; `@W` is the workspace. */
typedef struct
{
  const char *service;
  const char *file;
  gboolean means;
} Name;

static const Name names[] = {
  { "shop", "@W/src/app.ts", TRUE },          { "shop", "src/app.ts", TRUE },
  { "shop", "file://@W/src/app.ts", TRUE },   { "shop", "webpack://shop/./src/app.ts?5e1f", TRUE },
  { "shop", "/srv/shop/src/app.ts", TRUE },   { "shop-eu", "/srv/shop/src/app.ts", TRUE },
  { "other", "/srv/shop/src/app.ts", FALSE }, { "shop", "@W/lib/app.ts", FALSE },
  { "shop", "@W/src/app.ts.map", FALSE },     { "shop", "/elsewhere/src/app.ts", FALSE },
  { "shop", "@W/src/other.ts", FALSE },       { "other", NULL, FALSE },
};

static void
write_file (Fixture *fixture, const char *name)
{
  g_autofree char *path = g_build_filename (fixture->top, name, NULL);
  g_autofree char *folder = g_path_get_dirname (path);

  g_assert_cmpint (g_mkdir_with_parents (folder, 0700), ==, 0);
  g_assert_true (g_file_set_contents (path, "x\n", -1, NULL));
}

static void
fixture_set_up (Fixture *fixture, gconstpointer data)
{
  g_autofree char *made = g_dir_make_tmp ("flow-file-metrics-XXXXXX", NULL);
  char *real = realpath (made, NULL);
  FlowPathMap map = { "shop*", "/srv/shop", real };

  fixture->top = g_strdup (real);
  write_file (fixture, "src/app.ts");
  write_file (fixture, "src/other.ts");
  write_file (fixture, "src/app.ts.map");
  write_file (fixture, "lib/app.ts");
  fixture->file = g_build_filename (fixture->top, "src", "app.ts", NULL);
  fixture->locator = flow_locator_new (&map, 1);
  free (real);
  test_store_init (&fixture->store);
  fixture->reader = test_store_reader (&fixture->store);
  fixture->random = g_rand_new_with_seed (4711);
  fixture->spans = g_new0 (TestSpan, MAX_SPANS);
}

static void
fixture_tear_down (Fixture *fixture, gconstpointer data)
{
  flow_trace_reader_free (fixture->reader);
  test_store_clear (&fixture->store);
  flow_locator_free (fixture->locator);
  test_remove_tree (fixture->top);
  g_rand_free (fixture->random);
  g_free (fixture->spans);
  g_free (fixture->top);
  g_free (fixture->file);
}

static const char *
expand (const Fixture *fixture, const char *file)
{
  g_auto (GStrv) parts = g_strsplit (file, "@W", 2);

  return parts[1] != NULL ? test_text ("%s%s%s", parts[0], fixture->top, parts[1]) : test_text ("%s", file);
}

static TestSpan
random_span (Fixture *fixture, const Name *name, guint index)
{
  TestSpan span = test_span (1 + MIN ((guint) g_rand_int_range (fixture->random, 0, MAX_TRACES), index / 4), index + 1);

  span.service = name->service;
  span.file = name->file != NULL ? expand (fixture, name->file) : NULL;
  span.line = (guint) g_rand_int_range (fixture->random, 0, 12);
  span.start_ns = G_GUINT64_CONSTANT (1700000000000000000) + (guint64) index * 1000;
  span.end_ns = span.start_ns + (guint64) g_rand_int_range (fixture->random, 0, 1 << 30);
  if (index % 97 == 0)
    span.end_ns = span.start_ns - 5000;
  if (index % 89 == 0)
    span.end_ns = span.start_ns + G_GUINT64_CONSTANT (20000000000);
  span.error = g_rand_int_range (fixture->random, 0, 7) == 0;
  if (g_rand_int_range (fixture->random, 0, 3) > 0)
    span.attributes[0] = (TestAttribute) { "code.function.name", FLOW_VALUE_STRING, test_text ("f%u", index % 5) };
  return span;
}

static void
add_spans (Fixture *fixture, guint count)
{
  guint first = fixture->n_spans;

  g_assert_cmpuint (first + count, <=, MAX_SPANS);
  for (guint i = 0; i < count; i++)
    {
      const Name *name = &names[g_rand_int_range (fixture->random, 0, G_N_ELEMENTS (names))];

      fixture->spans[first + i] = random_span (fixture, name, first + i);
    }
  fixture->n_spans += count;
  test_store_spans (&fixture->store, fixture->spans + first, count);
}

static gboolean
span_counts (const Fixture *fixture, const TestSpan *span)
{
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    if (names[i].means && span->line > 0 && g_strcmp0 (span->service, names[i].service) == 0 &&
        g_strcmp0 (span->file, expand (fixture, names[i].file)) == 0)
      return TRUE;
  return FALSE;
}

static int
compare_durations (gconstpointer a, gconstpointer b)
{
  gint64 left = *(const gint64 *) a, right = *(const gint64 *) b;

  return (left > right) - (left < right);
}

/* One line by hand; returns how many spans it has. */
static guint
check_line (const Fixture *fixture, const FlowFileMetrics *metrics, guint line, guint at)
{
  g_autoptr (GArray) durations = g_array_new (FALSE, FALSE, sizeof (gint64));
  const TestSpan *newest = NULL;
  const FlowLineMetrics *found;
  guint errors = 0, count;
  guint8 id[16];

  for (guint i = 0; i < fixture->n_spans; i++)
    {
      const TestSpan *span = &fixture->spans[i];
      gint64 duration = MAX (0, (gint64) (span->end_ns - span->start_ns));

      if (span->line != line || !span_counts (fixture, span))
        continue;
      g_array_append_val (durations, duration);
      errors += span->error;
      newest = span;
    }
  count = durations->len;
  if (count == 0)
    return 0;
  g_array_sort (durations, compare_durations);
  g_assert_cmpuint (at, <, metrics->lines->len);
  found = &g_array_index (metrics->lines, FlowLineMetrics, at);
  g_assert_cmpuint (found->line, ==, line);
  g_assert_cmpuint (found->count, ==, count);
  g_assert_cmpuint (found->errors, ==, errors);
  g_assert_cmpint (found->p50_ns, ==, g_array_index (durations, gint64, (count + 1) / 2 - 1));
  g_assert_cmpint (found->p95_ns, ==, g_array_index (durations, gint64, (count * 95 + 99) / 100 - 1));
  g_assert_cmpint (found->start_ns, ==, newest->start_ns);
  g_assert_cmpuint (found->span_id, ==, newest->span_id);
  test_trace_id (newest->trace, id);
  g_assert_cmpmem (found->trace_id, 16, id, 16);
  g_assert_cmpstr (found->function, ==, newest->attributes[0].string);
  return count;
}

static void
check (const Fixture *fixture, const FlowFileMetrics *metrics)
{
  guint total = 0, at = 0;
  gint64 since = 0;

  for (guint i = fixture->n_spans; i > 0; i--)
    if (span_counts (fixture, &fixture->spans[i - 1]))
      since = (gint64) fixture->spans[i - 1].start_ns;
  for (guint line = 1; line < 12; line++)
    {
      guint count = check_line (fixture, metrics, line, at);

      total += count;
      at += count > 0;
    }
  g_assert_cmpuint (metrics->lines->len, ==, at);
  g_assert_cmpuint (metrics->total, ==, total);
  g_assert_cmpint (metrics->since_ns, ==, since);
}

static FlowFileMetrics *
ask (Fixture *fixture, FlowFileMetrics *before)
{
  g_autoptr (GError) error = NULL;
  FlowFileMetrics *metrics = flow_trace_reader_file_metrics (fixture->reader, fixture->file, fixture->locator, before,
                                                             NULL, &error);

  g_assert_no_error (error);
  g_assert_nonnull (metrics);
  return metrics;
}

/* Parts, segments, merged segments: each state asked afresh and from the answer before it. */
static void
test_model_agrees (Fixture *fixture, gconstpointer data)
{
  g_autoptr (FlowFileMetrics) before = ask (fixture, NULL);

  g_assert_cmpuint (before->total, ==, 0);
  for (guint round = 0; round < 24; round++)
    {
      g_autoptr (FlowFileMetrics) fresh = NULL;
      FlowFileMetrics *next;

      add_spans (fixture, (guint) g_rand_int_range (fixture->random, 1, 500));
      if (round % 3 == 2)
        test_store_seal (&fixture->store);
      if (round % 8 == 7)
        test_store_merge (&fixture->store);
      next = ask (fixture, before);
      flow_file_metrics_unref (before);
      before = next;
      check (fixture, before);
      fresh = ask (fixture, NULL);
      check (fixture, fresh);
    }
  add_spans (fixture, 9000);
  check (fixture, before = (flow_file_metrics_unref (before), ask (fixture, NULL)));
}

/* Nothing is read again that is known. */
static void
test_known_pieces_stay (Fixture *fixture, gconstpointer data)
{
  g_autoptr (FlowFileMetrics) first = NULL;
  g_autoptr (FlowFileMetrics) second = NULL;

  add_spans (fixture, 3000);
  test_store_seal (&fixture->store);
  first = ask (fixture, NULL);
  add_spans (fixture, 10);
  second = ask (fixture, first);
  g_assert_cmpuint (second->pieces->len, ==, first->pieces->len + 1);
  g_assert_true (g_ptr_array_index (second->pieces, 1) == g_ptr_array_index (first->pieces, 0));
  g_assert_cmpuint (flow_file_metrics_get_bytes (second), >, flow_file_metrics_get_bytes (first));
}

static void
test_erased_trace_goes (Fixture *fixture, gconstpointer data)
{
  g_autoptr (FlowFileMetrics) before = NULL;
  g_autoptr (FlowFileMetrics) after = NULL;
  g_autoptr (GError) error = NULL;
  TestSpan spans[2];
  guint8 id[16];

  for (guint i = 0; i < G_N_ELEMENTS (spans); i++)
    {
      spans[i] = random_span (fixture, &names[0], 4 + 4 * i);
      spans[i].trace = i + 1;
      spans[i].line = 7;
    }
  test_store_spans (&fixture->store, spans, 2);
  test_store_seal (&fixture->store);
  before = ask (fixture, NULL);
  g_assert_cmpuint (before->total, ==, 2);
  test_trace_id (2, id);
  flow_trace_store_erase_trace (fixture->store.traces, id, &error);
  g_assert_no_error (error);
  after = ask (fixture, before);
  g_assert_cmpuint (after->total, ==, 1);
  test_trace_id (1, id);
  g_assert_cmpmem (g_array_index (after->lines, FlowLineMetrics, 0).trace_id, 16, id, 16);
}

/* A name that URLs write with percent signs, which the bloom knows nothing of. */
static void
test_escaped_name (Fixture *fixture, gconstpointer data)
{
  TestSpan span = random_span (fixture, &names[0], 4);
  g_autoptr (FlowFileMetrics) metrics = NULL;

  write_file (fixture, "src/caf\xc3\xa9 2.ts");
  g_free (fixture->file);
  fixture->file = g_build_filename (fixture->top, "src", "caf\xc3\xa9 2.ts", NULL);
  span.file = test_text ("file://%s/src/caf%%C3%%A9%%202.ts", fixture->top);
  span.line = 3;
  test_store_spans (&fixture->store, &span, 1);
  test_store_seal (&fixture->store);
  metrics = ask (fixture, NULL);
  g_assert_cmpuint (metrics->total, ==, 1);
}

static void
test_too_many (Fixture *fixture, gconstpointer data)
{
  const guint batch = 2000, batches = 80;
  g_autofree TestSpan *spans = g_new0 (TestSpan, batch);
  g_autoptr (FlowFileMetrics) metrics = NULL;

  for (guint i = 0; i < batches; i++)
    {
      for (guint j = 0; j < batch; j++)
        {
          guint index = i * batch + j;

          spans[j] = test_span (1 + index / 100, index + 1);
          spans[j].file = fixture->file;
          spans[j].line = 1 + (j < 100 ? j % 3 : j);
          spans[j].start_ns = 1000 + index;
          spans[j].end_ns = spans[j].start_ns + index;
        }
      test_store_spans (&fixture->store, spans, batch);
    }
  metrics = ask (fixture, NULL);
  g_assert_cmpuint (metrics->total, >=, 131072);
  g_assert_cmpuint (metrics->total, <, 131072 + 4096);
  g_assert_cmpint (metrics->since_ns, ==, 1000 + (gint64) (batch * batches - metrics->total));
}

/* More lines than anybody reads: those where most happened stay. */
static void
test_too_many_lines (Fixture *fixture, gconstpointer data)
{
  const guint count = 5000;
  g_autofree TestSpan *spans = g_new0 (TestSpan, count);
  g_autoptr (FlowFileMetrics) metrics = NULL;

  for (guint i = 0; i < count; i++)
    {
      spans[i] = test_span (1, i + 1);
      spans[i].file = fixture->file;
      spans[i].line = i < 4500 ? i + 1 : i - 4500 + 1001;
    }
  test_store_spans (&fixture->store, spans, count);
  metrics = ask (fixture, NULL);
  g_assert_cmpuint (metrics->lines->len, ==, 4096);
  g_assert_cmpuint (metrics->total, ==, count);
  for (guint i = 1000; i < 1500; i++)
    g_assert_cmpuint (g_array_index (metrics->lines, FlowLineMetrics, i).count, ==, 2);
}

static void
test_cancelled (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GError) error = NULL;

  add_spans (fixture, 10);
  g_cancellable_cancel (cancellable);
  g_assert_null (
      flow_trace_reader_file_metrics (fixture->reader, fixture->file, fixture->locator, NULL, cancellable, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
}

#define ADD(path, function) g_test_add (path, Fixture, NULL, fixture_set_up, function, fixture_tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  ADD ("/trace/file-metrics/model", test_model_agrees);
  ADD ("/trace/file-metrics/known-pieces-stay", test_known_pieces_stay);
  ADD ("/trace/file-metrics/erased-trace-goes", test_erased_trace_goes);
  ADD ("/trace/file-metrics/escaped-name", test_escaped_name);
  ADD ("/trace/file-metrics/too-many-spans", test_too_many);
  ADD ("/trace/file-metrics/too-many-lines", test_too_many_lines);
  ADD ("/trace/file-metrics/cancelled", test_cancelled);
  return g_test_run ();
}
