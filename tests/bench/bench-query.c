/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * The queries of a large store, each beside a floor measured in the same run. FLOW_BENCH_SPANS says how many spans
 * (10,000,000), FLOW_BENCH_STORE names a folder with a store to use instead of making one. What ran in a file is asked
 * of a store of its own: 1,000,000 spans of 20 files in turn, so that every segment has some of each.
 */
#include "bench/bench-util.h"

#include <string.h>

#include "trace/flow-file-metrics.h"

#define ROUNDS 5
#define FILE_SPANS 1000000
#define FILES 20

typedef struct
{
  FlowTraceReader *reader;
  gint64 t0, t1;
  guint8 trace_id[16];
  guint64 found;
} Bench;

typedef void (*Query) (Bench *self);

static void
check (gconstpointer result, GError *error)
{
  if (result == NULL)
    g_error ("%s", error->message);
}

static void
list_latest (Bench *self)
{
  g_autoptr (GError) error = NULL;
  FlowTraceFilter filter = { .limit = 100 };
  g_autoptr (GPtrArray) traces = flow_trace_reader_list (self->reader, &filter, &error);

  check (traces, error);
  self->found = traces->len;
}

static void
load_one (Bench *self)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (FlowTrace) trace = flow_trace_reader_load (self->reader, self->trace_id, &error);

  check (trace, error);
  self->found = trace->n_spans;
}

static void
count (Bench *self, const FlowSpanFilter *filter)
{
  g_autoptr (GError) error = NULL;

  if (!flow_trace_reader_count (self->reader, filter, &self->found, &error))
    g_error ("%s", error->message);
}

static void
count_duration (Bench *self)
{
  count (self, &(FlowSpanFilter) { .status = -1, .min_duration_ns = 20000 });
}

static void
count_status (Bench *self)
{
  count (self, &(FlowSpanFilter) { .status = 0 });
}

static void
count_service (Bench *self)
{
  count (self, &(FlowSpanFilter) { .status = -1, .service = "svc-3" });
}

static void
count_all_three (Bench *self)
{
  count (self, &(FlowSpanFilter) { .status = 0, .service = "svc-3", .min_duration_ns = 20000 });
}

static void
search_rare (Bench *self)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) hits = flow_trace_reader_search (self->reader, "user-4711", 100, &error);

  check (hits, error);
  self->found = hits->len;
}

static void
search_absent (Bench *self)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) hits = flow_trace_reader_search (self->reader, "zzznothere", 100, &error);

  check (hits, error);
  self->found = hits->len;
}

static void
list_attribute (Bench *self)
{
  g_autoptr (GError) error = NULL;
  const char *attributes[] = { "enduser.id=user-4711", NULL };
  FlowTraceFilter filter = { .limit = 100, .attributes = attributes };
  g_autoptr (GPtrArray) traces = flow_trace_reader_list (self->reader, &filter, &error);

  check (traces, error);
  self->found = traces->len;
}

static void
overview (Bench *self, gint64 since, gint64 until)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GArray) buckets = flow_trace_reader_lod (self->reader, since, until, 1000, &error);

  check (buckets, error);
  self->found = buckets->len;
}

static void
overview_all (Bench *self)
{
  overview (self, self->t0, self->t1 + 1);
}

static void
overview_part (Bench *self, gint64 parts)
{
  gint64 width = MAX (1, (self->t1 - self->t0) / parts), start = self->t0 + (self->t1 - self->t0) / 2;

  overview (self, start, start + width);
}

static void
overview_10th (Bench *self)
{
  overview_part (self, 10);
}

static void
overview_100th (Bench *self)
{
  overview_part (self, 100);
}

static void
overview_1000th (Bench *self)
{
  overview_part (self, 1000);
}

static void
overview_10000th (Bench *self)
{
  overview_part (self, 10000);
}

static void
overview_100000th (Bench *self)
{
  overview_part (self, 100000);
}

static double
best_of (Bench *self, Query query, guint rounds)
{
  double best = G_MAXDOUBLE;

  for (guint i = 0; i < rounds; i++)
    {
      double start = bench_cpu_s (0);

      query (self);
      best = MIN (best, bench_cpu_s (0) - start);
    }
  return best * 1e3;
}

static void
measure (Bench *self, const char *what, Query query, const char *goal)
{
  double ms = best_of (self, query, ROUNDS);

  bench_row (what, "%9.3f ms   must %-9s found %" G_GUINT64_FORMAT, ms, goal, self->found);
}

/* The least that a scan of so many spans' columns can cost: reading them. */
static void
scan_floor (Bench *self, guint64 spans)
{
  g_autofree guint32 *durations = g_new (guint32, spans);
  g_autofree guint8 *statuses = g_malloc0 (spans);
  double best = G_MAXDOUBLE;

  for (guint64 i = 0; i < spans; i++)
    durations[i] = (guint32) (i * 2654435761u) >> 12;
  for (guint round = 0; round < ROUNDS; round++)
    {
      double start = bench_cpu_s (0);
      guint64 found = 0;

      for (guint64 at = 0; at < spans; at += 4096)
        {
          guint32 block = 0;

          for (guint64 i = at; i < MIN (at + 4096, spans); i++)
            block += (durations[i] > 20000) & (statuses[i] == 0);
          found += block;
        }
      self->found = found;
      best = MIN (best, bench_cpu_s (0) - start);
    }
  bench_row ("floor: scan of plain arrays, duration and status", "%9.3f ms", best * 1e3);
}

static void
raw_row (Bench *self)
{
  sqlite3 *db = flow_trace_reader_get_connection (self->reader);
  sqlite3_stmt *stmt = NULL;

  sqlite3_prepare_v2 (db, "SELECT number, trace_id, name FROM trace ORDER BY number DESC LIMIT 100", -1, &stmt, NULL);
  for (self->found = 0; sqlite3_step (stmt) == SQLITE_ROW; self->found++)
    ;
  sqlite3_finalize (stmt);
}

static void
find_bounds (Bench *self)
{
  sqlite3 *db = flow_trace_reader_get_connection (self->reader);
  sqlite3_stmt *stmt = NULL;

  sqlite3_prepare_v2 (db,
                      "SELECT min(t0), max(t1), (SELECT trace_id FROM trace WHERE number = (SELECT max(number) / 2"
                      " FROM trace)) FROM segment WHERE signal = 0",
                      -1, &stmt, NULL);
  if (sqlite3_step (stmt) != SQLITE_ROW || sqlite3_column_bytes (stmt, 2) != 16)
    g_error ("The store is empty");
  self->t0 = sqlite3_column_int64 (stmt, 0);
  self->t1 = sqlite3_column_int64 (stmt, 1);
  memcpy (self->trace_id, sqlite3_column_blob (stmt, 2), 16);
  sqlite3_finalize (stmt);
}

static void
cold_count (Bench *self, const char *path)
{
  double best = G_MAXDOUBLE;

  for (guint i = 0; i < 3; i++)
    {
      g_autoptr (FlowTraceReader) reader = flow_trace_reader_open (path, NULL);
      FlowTraceReader *warm = self->reader;
      double start;

      self->reader = reader;
      start = bench_cpu_s (0);
      count_all_three (self);
      best = MIN (best, bench_cpu_s (0) - start);
      self->reader = warm;
    }
  bench_row ("count by duration, status and service, cold", "%9.3f ms   must %-9s found %" G_GUINT64_FORMAT, best * 1e3,
             "130", self->found);
}

static void
run_queries (Bench *self, const char *path, guint64 spans)
{
  bench_title ("Queries, CPU, best of 5");
  measure (self, "latest 100 traces", list_latest, "0.2");
  measure (self, "  floor: the same rows by plain SQL", raw_row, "-");
  measure (self, "one trace, all spans and attributes", load_one, "1.5");
  measure (self, "view of everything, 1000 px", overview_all, "2");
  measure (self, "view of a 10th", overview_10th, "2");
  measure (self, "view of a 100th", overview_100th, "2");
  measure (self, "view of a 1,000th", overview_1000th, "2");
  measure (self, "view of a 10,000th", overview_10000th, "2");
  measure (self, "view of a 100,000th", overview_100000th, "2");
  measure (self, "text search, newest 100, rare word", search_rare, "30");
  measure (self, "text search, absent word", search_absent, "30");
  measure (self, "traces by attribute, newest 100", list_attribute, "-");
  flow_trace_reader_set_cache (self->reader, 256u << 20);
  measure (self, "count by duration, cached", count_duration, "5");
  measure (self, "count by status, cached", count_status, "5");
  measure (self, "count by service, cached", count_service, "5");
  measure (self, "count by duration, status and service, cached", count_all_three, "5");
  scan_floor (self, spans);
  cold_count (self, path);
}

typedef struct
{
  BenchStore store;
  FlowTraceReader *reader;
  FlowLocator *locator;
  FlowFileMetrics *answer;
} FileBench;

/* Ask about a file from what was known, as an editor does; returns the CPU time in ms. */
static double
ask_file (FileBench *self, const char *file)
{
  g_autoptr (GError) error = NULL;
  double start = bench_cpu_s (0);
  FlowFileMetrics *answer = flow_trace_reader_file_metrics (self->reader, file, self->locator, self->answer, NULL,
                                                            &error);

  check (answer, error);
  g_clear_pointer (&self->answer, flow_file_metrics_unref);
  self->answer = answer;
  return (bench_cpu_s (0) - start) * 1e3;
}

static void
file_row (FileBench *self, const char *what, double ms, const char *goal)
{
  bench_row (what, "%9.3f ms   must %-9s found %" G_GUINT64_FORMAT " on %u lines", ms, goal, self->answer->total,
             self->answer->lines->len);
}

static double
best_file (FileBench *self, const char *file, gboolean cold)
{
  double best = G_MAXDOUBLE;

  for (guint i = 0; i < ROUNDS; i++)
    {
      if (cold)
        {
          g_clear_pointer (&self->reader, flow_trace_reader_free);
          self->reader = flow_trace_reader_open (flow_context_get_database_path (self->store.context), NULL);
        }
      g_clear_pointer (&self->answer, flow_file_metrics_unref);
      best = MIN (best, ask_file (self, file));
    }
  return best;
}

static void
run_files (void)
{
  const char *file = "/home/dev/app/src/h7.ts", *absent = "/home/dev/app/src/absent.ts";
  FileBench self = { .locator = flow_locator_new (NULL, 0) };
  char *folder = bench_folder_new ();
  double best = G_MAXDOUBLE;

  bench_title ("What ran in a file, 1,000,000 spans, CPU, best of 5");
  bench_store_open (&self.store, folder);
  bench_store_fill_files (&self.store, 7, FILE_SPANS, FILES);
  best = best_file (&self, file, TRUE);
  file_row (&self, "file, first time, nothing cached", best, "50");
  best = best_file (&self, file, FALSE);
  file_row (&self, "file, first time, columns cached", best, "50");
  best = G_MAXDOUBLE;
  for (guint i = 0; i < ROUNDS; i++)
    {
      bench_store_fill_files (&self.store, 100 + i, 512, FILES);
      best = MIN (best, ask_file (&self, file));
    }
  file_row (&self, "file, again after 512 more spans", best, "5");
  best = best_file (&self, absent, TRUE);
  file_row (&self, "file that never ran, nothing cached", best, "10");
  flow_trace_reader_free (self.reader);
  flow_file_metrics_unref (self.answer);
  flow_locator_free (self.locator);
  bench_store_close (&self.store);
  bench_folder_remove (folder);
}

int
main (void)
{
  const char *given = g_getenv ("FLOW_BENCH_STORE"), *wanted = g_getenv ("FLOW_BENCH_SPANS");
  guint64 spans = wanted != NULL ? g_ascii_strtoull (wanted, NULL, 10) : 10000000;
  char *folder = given != NULL ? g_strdup (given) : bench_folder_new ();
  g_autofree char *path = bench_store_path (folder);
  g_autoptr (GError) error = NULL;
  Bench bench = { 0 };

  if (given == NULL)
    {
      BenchStore store = { 0 };

      bench_title ("Filling the store");
      bench_store_open (&store, folder);
      spans = bench_store_fill (&store, 7, spans);
      bench_store_close (&store);
      bench_row ("spans", "%" G_GUINT64_FORMAT, spans);
      bench_row ("bytes a span", "%9.1f      must 85", (double) bench_file_size (path) / (double) spans);
    }
  bench.reader = flow_trace_reader_open (path, &error);
  if (bench.reader == NULL)
    g_error ("%s", error->message);
  find_bounds (&bench);
  run_queries (&bench, path, spans);
  run_files ();
  flow_trace_reader_free (bench.reader);
  if (given == NULL)
    bench_folder_remove (folder);
  else
    g_free (folder);
  return 0;
}
