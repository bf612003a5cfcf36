/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * What taking spans in costs the hub: a real one, over HTTP on loopback, with bodies as the JS SDK makes them (512
 * spans, 10 attributes each). FLOW_BENCH_SPANS is the size of the full store (10,000,000).
 */
#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>

#include "bench/bench-hub.h"
#include "bench/bench-util.h"
#include "bench/otlp-gen.h"

#define BODY_SPANS 512
#define CONNECTIONS 4

typedef struct
{
  BenchHub hub;
  guint64 seed;
  double empty_rate;
  guint64 stored;
} Bench;

static BenchLoadResult
run (Bench *self, guint bodies, guint spans, guint connections, guint repeats, gboolean json, double *latencies)
{
  BenchLoad load = { connections, bodies, spans, repeats, json, FALSE, self->seed += 7919, latencies };
  BenchLoadResult result;

  bench_load_run (&self->hub, &load, &result);
  self->stored += (guint64) bodies * spans;
  return result;
}

static double
rate (const BenchLoadResult *result)
{
  return (double) result->spans / result->hub_cpu_s;
}

/* The hub's CPU a span, best of three. */
static double
measure (Bench *self, const char *what, guint bodies, gboolean json, const char *must)
{
  double best = 0, wall = 0;

  for (guint i = 0; i < 3; i++)
    {
      BenchLoadResult result = run (self, bodies, BODY_SPANS, CONNECTIONS, 1, json, NULL);

      best = MAX (best, rate (&result));
      wall = MAX (wall, (double) result.spans / result.wall_s);
    }
  bench_row (what, "%9.0f spans/s/core   %.2f us   must %-8s (wall %.0f spans/s)", best, 1e6 / best, must, wall);
  return best;
}

static void
fill_to (Bench *self, guint64 spans)
{
  if (self->stored < spans)
    run (self, (guint) ((spans - self->stored) / BODY_SPANS), BODY_SPANS, CONNECTIONS, 1, FALSE, NULL);
}

static int
compare_doubles (gconstpointer a, gconstpointer b)
{
  double left = *(const double *) a, right = *(const double *) b;

  return left < right ? -1 : left > right;
}

static void
measure_single (Bench *self)
{
  guint posts = 5000;
  g_autofree double *latencies = g_new0 (double, posts);
  BenchLoadResult result = run (self, posts, 1, 1, 1, FALSE, latencies);

  qsort (latencies, posts, sizeof *latencies, compare_doubles);
  bench_row ("one exporter, one span a POST", "p50 %.3f ms   p99 %.3f ms   hub %.1f us a POST", latencies[posts / 2],
             latencies[posts * 99 / 100], result.hub_cpu_s / posts * 1e6);
}

/* Every body twice: the second one is known by its hash. */
static void
measure_resent (Bench *self)
{
  BenchLoadResult once = run (self, 400, BODY_SPANS, CONNECTIONS, 1, FALSE, NULL);
  BenchLoadResult twice = run (self, 400, BODY_SPANS, CONNECTIONS, 2, FALSE, NULL);

  bench_row ("the same body again", "%9.1f us a body of 512", (twice.hub_cpu_s - once.hub_cpu_s) / 400 * 1e6);
}

/* The same spans in other bodies, by a hub that has been started anew and knows none of their ids. */
static void
measure_known (Bench *self, const char *folder)
{
  BenchLoad load = { 1, 320, BODY_SPANS, 1, FALSE, FALSE, 4711, NULL };
  double segments = 320.0 * BODY_SPANS / 4096;
  BenchLoadResult fresh, known;

  bench_load_run (&self->hub, &load, &fresh);
  self->stored += fresh.spans;
  bench_hub_stop (&self->hub);
  bench_hub_start (&self->hub, folder);
  load.disguised = TRUE;
  bench_load_run (&self->hub, &load, &known);
  bench_row ("spans that are known but not cached",
             "%9.0f us a segment of 4096, %.2f us a span; of which new ones cost %.2f",
             known.hub_cpu_s / segments * 1e6, known.hub_cpu_s / (double) known.spans * 1e6,
             fresh.hub_cpu_s / (double) fresh.spans * 1e6);
}

/* A hub of its own, on an empty store, which it encrypts or not. */
static double
rate_of_fresh (gboolean encrypted, guint64 seed)
{
  static const char setting[] = "[privacy]\nencrypt-sensitive-data=true\n";
  char *folder = bench_folder_new ();
  g_autofree char *config = g_build_filename (folder, "flowscope", NULL);
  g_autofree char *settings = g_build_filename (config, "settings.ini", NULL);
  BenchLoad load = { CONNECTIONS, 1500, BODY_SPANS, 1, FALSE, FALSE, seed, NULL };
  BenchLoadResult result;
  BenchHub hub;

  g_mkdir_with_parents (config, 0700);
  if (!g_file_set_contents (settings, encrypted ? setting : "", -1, NULL))
    g_error ("The settings cannot be written");
  bench_hub_start (&hub, folder);
  bench_load_run (&hub, &load, &result);
  bench_hub_stop (&hub);
  bench_folder_remove (folder);
  return rate (&result);
}

/* In turn, so that both have the same machine. */
static void
measure_encrypted (void)
{
  double plain = 0, encrypted = 0;

  for (guint i = 0; i < 5; i++)
    {
      plain = MAX (plain, rate_of_fresh (FALSE, i));
      encrypted = MAX (encrypted, rate_of_fresh (TRUE, i));
    }
  bench_row ("protobuf, encrypted on the disk", "%9.0f spans/s/core   %.2f us   %.2f of plain, must 0.95", encrypted,
             1e6 / encrypted, encrypted / plain);
}

/* The least: one row a span into one table, in one transaction, without an index. */
static void
sqlite_floor (void)
{
  char *folder = bench_folder_new ();
  g_autofree char *path = g_build_filename (folder, "floor.db", NULL);
  sqlite3 *db = NULL;
  sqlite3_stmt *insert = NULL;
  guint rows = 1000000;
  double start;

  sqlite3_open (path, &db);
  sqlite3_exec (db, "PRAGMA page_size=16384; PRAGMA journal_mode=WAL; CREATE TABLE span (a, b, c, d, e, f, g BLOB)",
                NULL, NULL, NULL);
  sqlite3_prepare_v2 (db, "INSERT INTO span VALUES (?, ?, ?, ?, ?, ?, ?)", -1, &insert, NULL);
  start = bench_cpu_s (0);
  sqlite3_exec (db, "BEGIN", NULL, NULL, NULL);
  for (guint i = 0; i < rows; i++)
    {
      static const char attributes[100] = "attributes";

      for (int parameter = 1; parameter <= 6; parameter++)
        sqlite3_bind_int64 (insert, parameter, (sqlite3_int64) i * 7919 * parameter);
      sqlite3_bind_blob (insert, 7, attributes, sizeof attributes, SQLITE_STATIC);
      sqlite3_step (insert);
      sqlite3_reset (insert);
      if (i % 8192 == 8191)
        sqlite3_exec (db, "COMMIT; BEGIN", NULL, NULL, NULL);
    }
  sqlite3_exec (db, "COMMIT", NULL, NULL, NULL);
  bench_row ("floor: raw SQLite rows, no index, no decoding", "%9.0f rows/s/core    %.2f us",
             rows / (bench_cpu_s (0) - start), (bench_cpu_s (0) - start) / rows * 1e6);
  sqlite3_finalize (insert);
  sqlite3_close (db);
  bench_folder_remove (folder);
}

static void
memcpy_floor (void)
{
  g_auto (FlowBuffer) body = { 0 };
  g_autofree guint8 *copy = NULL;
  OtlpGen gen;
  double start;

  otlp_gen_init (&gen, 1);
  otlp_gen_protobuf (&gen, BODY_SPANS, &body);
  copy = g_malloc (body.length);
  start = bench_cpu_s (0);
  for (guint i = 0; i < 2000; i++)
    {
      memcpy (copy, body.data, body.length);
      body.data[i % body.length] ^= copy[(i * 31) % body.length] & 1;
    }
  bench_row ("floor: memcpy of the bodies", "%9.0f spans/s/core   %.3f us",
             2000.0 * BODY_SPANS / (bench_cpu_s (0) - start), (bench_cpu_s (0) - start) / 2000 / BODY_SPANS * 1e6);
}

static void
report_size (const char *folder, guint64 spans)
{
  g_autofree char *path = bench_store_path (folder);

  bench_row ("bytes a span, files after closing", "%9.1f B              must 85",
             (double) bench_file_size (path) / (double) spans);
}

int
main (void)
{
  const char *wanted = g_getenv ("FLOW_BENCH_SPANS");
  guint64 full = wanted != NULL ? g_ascii_strtoull (wanted, NULL, 10) : 10000000;
  char *folder = bench_folder_new ();
  Bench bench = { .seed = 1 };
  double last;

  bench_hub_start (&bench.hub, folder);
  bench_title ("OTLP/HTTP over loopback to durable, searchable spans: the hub's CPU, best of 3");
  bench.empty_rate = measure (&bench, "protobuf, empty store", 500, FALSE, "400000");
  measure (&bench, "JSON", 200, TRUE, "150000");
  measure_single (&bench);
  measure_resent (&bench);
  fill_to (&bench, MIN (full, 8000000));
  measure (&bench, "protobuf, store with 1 M traces", 500, FALSE, "400000");
  fill_to (&bench, full);
  last = measure (&bench, "protobuf, full store", 500, FALSE, "400000");
  bench_row ("rate on the full store against the empty one", "%9.2f                must 0.9", last / bench.empty_rate);
  bench_row ("spans stored", "%9" G_GUINT64_FORMAT, bench.stored);
  measure_known (&bench, folder);
  bench_hub_stop (&bench.hub);
  report_size (folder, bench.stored);
  measure_encrypted ();
  sqlite_floor ();
  memcpy_floor ();
  bench_folder_remove (folder);
  return 0;
}
