/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * What the window costs: frames of a trace's timeline and of the list, the start, memory; each beside an empty
 * libadwaita window measured in the same run. Runs on a display of its own (tests/ui/headless.py).
 * FLOW_BENCH_TRACES says how long the list is (1,000,000), FLOW_BENCH_ROUNDS how often each is measured (5).
 */
#include "bench/bench-util.h"

#include <stdlib.h>
#include <string.h>

#include "bench/trace-gen.h"
#include "trace/flow-otlp-decoder.h"

#define BODY_SPANS 4096

static const guint sizes[] = { 10000, 100000, 1000000 };

typedef struct
{
  const char *program;
  guint rounds;
} Bench;

static void
ingest (BenchStore *store, FlowSignal signal, const FlowBuffer *body)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (FlowSpanBatch) batch = flow_otlp_decode_protobuf (signal, body->data, body->length, &error);
  FlowIngestResult result;

  if (batch == NULL || !flow_trace_store_ingest_wait (store->traces, batch, NULL, &result, &error))
    g_error ("%s", error != NULL ? error->message : "ingest failed");
}

static char *
make_trace (guint spans)
{
  char *folder = bench_folder_new ();
  g_auto (FlowBuffer) body = { 0 };
  BenchStore store = { 0 };
  TraceGen gen;

  bench_store_open (&store, folder);
  trace_gen_init (&gen, spans);
  while (trace_gen_next (&gen, BODY_SPANS, &body))
    ingest (&store, FLOW_SIGNAL_TRACES, &body);
  trace_gen_logs (&gen, 60, &body);
  ingest (&store, FLOW_SIGNAL_LOGS, &body);
  trace_gen_clear (&gen);
  bench_store_close (&store);
  return folder;
}

static char *
make_list (guint traces)
{
  char *folder = bench_folder_new ();
  g_auto (FlowBuffer) body = { 0 };
  BenchStore store = { 0 };

  bench_store_open (&store, folder);
  for (guint done = 0; done < traces; done += MIN (BODY_SPANS, traces - done))
    {
      trace_gen_roots (done, MIN (BODY_SPANS, traces - done), &body);
      ingest (&store, FLOW_SIGNAL_TRACES, &body);
    }
  bench_store_close (&store);
  return folder;
}

/* Runs bench-ui-app; the best of each of its figures is in @figures: "name" -> two doubles. */
static void
run_once (const Bench *bench, const char *const *arguments, GHashTable *figures)
{
  g_autoptr (GSubprocessLauncher) launcher = g_subprocess_launcher_new (G_SUBPROCESS_FLAGS_STDOUT_PIPE);
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  g_autoptr (GSubprocess) process = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *output = NULL;
  char now[G_ASCII_DTOSTR_BUF_SIZE];
  g_auto (GStrv) argv = NULL;
  g_auto (GStrv) lines = NULL;

  g_strv_builder_add (builder, bench->program);
  g_strv_builder_addv (builder, (const char **) arguments);
  argv = g_strv_builder_end (builder);
  g_subprocess_launcher_setenv (launcher, "FLOW_BENCH_BEGAN", g_ascii_dtostr (now, sizeof now, bench_wall_s ()), TRUE);
  process = g_subprocess_launcher_spawnv (launcher, (const char *const *) argv, &error);
  if (process == NULL || !g_subprocess_communicate_utf8 (process, NULL, NULL, &output, NULL, &error))
    g_error ("%s", error->message);
  lines = g_strsplit (output, "\n", -1);
  for (guint i = 0; lines[i] != NULL && *lines[i] != '\0'; i++)
    {
      g_auto (GStrv) words = g_strsplit (lines[i], " ", 3);
      double *best = g_hash_table_lookup (figures, words[0]);

      if (best == NULL)
        {
          best = g_new (double, 2);
          best[0] = best[1] = G_MAXDOUBLE;
          g_hash_table_insert (figures, g_strdup (words[0]), best);
        }
      for (guint k = 0; k < 2 && words[1] != NULL && words[k + 1] != NULL; k++)
        best[k] = MIN (best[k], g_ascii_strtod (words[k + 1], NULL));
    }
}

static GHashTable *
measure (const Bench *bench, const char *mode, const char *folder, const char *more)
{
  GHashTable *figures = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  const char *arguments[] = { mode, folder, more, NULL };

  for (guint i = 0; i < bench->rounds; i++)
    run_once (bench, arguments, figures);
  return figures;
}

static double
get (GHashTable *figures, const char *name, guint which)
{
  const double *figure = g_hash_table_lookup (figures, name);

  return figure != NULL ? figure[which] : -1;
}

static const char *
verdict (double a, double must_a, double b, double must_b)
{
  return a >= 0 && a <= must_a && b <= must_b ? "ok" : "MISSED";
}

static void
frames_row (GHashTable *figures, const char *name, const char *what, double p50, double p99)
{
  double a = get (figures, name, 0), b = get (figures, name, 1);

  bench_row (what, "%7.2f %7.2f ms   must %g / %g   %s", a, b, p50, p99, verdict (a, p50, b, p99));
}

static void
median_row (GHashTable *figures, const char *name, const char *what, double p50)
{
  double a = get (figures, name, 0), b = get (figures, name, 1);

  bench_row (what, "%7.2f %7.2f ms   must %g   %s", a, b, p50, verdict (a, p50, 0, 0));
}

static void
measure_starts (const Bench *bench)
{
  char *folder = bench_folder_new ();
  g_autoptr (GHashTable) empty = measure (bench, "empty", NULL, NULL);
  g_autoptr (GHashTable) frame = measure (bench, "frame", NULL, NULL);
  g_autoptr (GHashTable) start = measure (bench, "start", folder, NULL);
  double cpu = get (start, "first-frame", 0), wall = get (start, "first-frame", 1);

  bench_title ("Start to first frame: CPU and wall; resident memory");
  bench_row ("  floor: an empty libadwaita window", "%7.1f %7.1f ms", get (empty, "first-frame", 0),
             get (empty, "first-frame", 1));
  bench_row ("flowscope on an empty folder", "%7.1f %7.1f ms   must 135 / 250   %s", cpu, wall,
             verdict (cpu, 135, wall, 250));
  bench_row ("  floor: memory of the empty window", "%7.1f MB", get (empty, "resident", 0));
  bench_row ("memory of flowscope at its first frame", "%7.1f MB", get (start, "resident", 0));
  bench_row ("  floor: a frame of the empty window, p50 and p99", "%7.2f %7.2f ms", get (frame, "frame", 0),
             get (frame, "frame", 1));
  bench_folder_remove (folder);
}

static void
measure_trace (const Bench *bench, guint spans)
{
  static const char *const zooms[] = { "zoom-1", "zoom-10", "zoom-100", "zoom-1000", "zoom-10000" };
  char *folder = make_trace (spans);
  g_autofree char *number = g_strdup_printf ("%u", spans);
  g_autofree char *title = g_strdup_printf ("Timeline of %u spans: CPU of a frame, p50 and p99", spans);
  g_autoptr (GHashTable) figures = measure (bench, "trace", folder, number);
  double open_ms = get (figures, "open", 0), memory = get (figures, "resident", 0);

  bench_title (title);
  for (guint i = 0; i < G_N_ELEMENTS (zooms); i++)
    {
      g_autofree char *what = g_strdup_printf ("1/%s of it in view", zooms[i] + strlen ("zoom-"));

      frames_row (figures, zooms[i], what, 4, 8);
    }
  frames_row (figures, "scroll", "rows scroll smoothly", 4, 8);
  bench_row ("until it is shown, wall and CPU", "%7.0f %7.0f ms   must %s   %s", open_ms, get (figures, "open", 1),
             spans > 100000 ? "2000" : "300", verdict (open_ms, spans > 100000 ? 2000 : 300, 0, 0));
  if (spans == 1000000)
    bench_row ("resident memory", "%7.1f MB   must 125   %s", memory, verdict (memory, 125, 0, 0));
  else
    bench_row ("resident memory", "%7.1f MB", memory);
  bench_folder_remove (folder);
}

static void
measure_list (const Bench *bench, guint traces)
{
  char *folder = make_list (traces);
  g_autofree char *title = g_strdup_printf ("List of %u traces: CPU of a frame, p50 and p99", traces);
  g_autoptr (GHashTable) figures = measure (bench, "list", folder, NULL);

  bench_title (title);
  median_row (figures, "scroll", "smooth scroll", 1.5);
  median_row (figures, "jump", "random jump", 3);
  bench_row ("first rows, all rows, after the window", "%7.1f %7.1f ms", get (figures, "first-rows", 0),
             get (figures, "all-rows", 0));
  bench_row ("resident memory", "%7.1f MB", get (figures, "resident", 0));
  bench_folder_remove (folder);
}

int
main (int argc, char **argv)
{
  const char *traces = g_getenv ("FLOW_BENCH_TRACES"), *rounds = g_getenv ("FLOW_BENCH_ROUNDS");
  Bench bench = { argc > 1 ? argv[1] : "", rounds != NULL ? (guint) g_ascii_strtoull (rounds, NULL, 10) : 5 };

  measure_starts (&bench);
  for (guint i = 0; i < G_N_ELEMENTS (sizes); i++)
    measure_trace (&bench, sizes[i]);
  measure_list (&bench, traces != NULL ? (guint) g_ascii_strtoull (traces, NULL, 10) : 1000000);
  return 0;
}
