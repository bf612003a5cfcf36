/* SPDX-License-Identifier: GPL-3.0-or-later */

#include <stdlib.h>

#include "bench-util.h"
#include "trace-gen.h"
#include "trace/flow-otlp-decoder.h"
#include "trace/flow-trace-list-model.h"

/*
 * The model behind the list of traces at FLOW_BENCH_TRACES traces (1,000,000): how soon the first rows and all are
 * there, in each order, what a commit costs the main thread, and how long that is kept from anything else.
 */

#define BATCH 2000
#define COMMITS 200
#define JUMPS 200

typedef struct
{
  BenchStore store;
  FlowTraceQueries *queries;
  FlowTraceListModel *model;
  GAsyncQueue *commits;
  guint traces;
  double longest_ms; /* of a turn of the main loop, without waiting */
} Bench;

static double
cpu_ms (void)
{
  struct timespec now;

  clock_gettime (CLOCK_THREAD_CPUTIME_ID, &now);
  return (double) now.tv_sec * 1e3 + (double) now.tv_nsec / 1e6;
}

/* One turn of the main loop, with what was committed by then. */
static void
turn (Bench *self)
{
  double before = cpu_ms ();
  FlowCommit *commit;

  g_main_context_iteration (NULL, TRUE);
  while ((commit = g_async_queue_try_pop (self->commits)) != NULL)
    {
      flow_trace_list_model_committed (self->model, commit);
      flow_commit_unref (commit);
    }
  self->longest_ms = MAX (self->longest_ms, cpu_ms () - before);
}

static void
committed (FlowCommit *commit, gpointer data)
{
  g_async_queue_push (data, flow_commit_ref (commit));
  g_main_context_wakeup (NULL);
}

static void
add (Bench *self, guint count)
{
  g_auto (FlowBuffer) body = { 0 };
  g_autoptr (FlowSpanBatch) batch = NULL;
  g_autoptr (GError) error = NULL;

  trace_gen_roots (self->traces, count, &body);
  batch = flow_otlp_decode_protobuf (FLOW_SIGNAL_TRACES, body.data, body.length, &error);
  if (batch == NULL || !flow_trace_store_ingest_wait (self->store.traces, batch, NULL, NULL, &error))
    g_error ("%s", error->message);
  self->traces += count;
}

static void
load (Bench *self, const char *what, const FlowTraceFilter *filter)
{
  g_autoptr (FlowTraceFilterCopy) copy = flow_trace_filter_copy_new (filter);
  double started = bench_wall_s (), first = 0, cpu = cpu_ms ();

  self->longest_ms = 0;
  if (flow_trace_filter_copy_equal (copy, flow_trace_list_model_get_filter (self->model)))
    flow_trace_list_model_reload (self->model);
  else
    flow_trace_list_model_set_filter (self->model, copy);
  while (flow_trace_list_model_get_loading (self->model))
    {
      turn (self);
      if (first == 0)
        first = bench_wall_s () - started;
    }
  bench_row (what, "%8u traces   first %7.1f ms   all %7.1f ms   main thread %6.1f ms, at once %5.2f ms",
             g_list_model_get_n_items (G_LIST_MODEL (self->model)), first * 1e3, (bench_wall_s () - started) * 1e3,
             cpu_ms () - cpu, self->longest_ms);
}

/* A new trace at a time: what the main thread does for each. */
static void
grow (Bench *self, const char *what)
{
  double cpu = 0;

  self->longest_ms = 0;
  for (guint i = 0; i < COMMITS; i++)
    {
      guint before = g_list_model_get_n_items (G_LIST_MODEL (self->model));
      double started;

      add (self, 1);
      started = cpu_ms ();
      while (g_list_model_get_n_items (G_LIST_MODEL (self->model)) == before)
        turn (self);
      cpu += cpu_ms () - started;
    }
  bench_row (what, "main thread %7.3f ms a commit, at once %5.2f ms", cpu / COMMITS, self->longest_ms);
}

static void
jump (Bench *self, const char *what)
{
  g_autoptr (GRand) random = g_rand_new_with_seed (1);
  double cpu = cpu_ms (), started = bench_wall_s ();

  for (guint i = 0; i < JUMPS; i++)
    {
      guint count = g_list_model_get_n_items (G_LIST_MODEL (self->model));
      g_autoptr (FlowTraceItem) item = NULL;

      item = g_list_model_get_item (G_LIST_MODEL (self->model), (guint) g_rand_int_range (random, 0, (gint32) count));
      while (flow_trace_item_get_info (item) == NULL)
        turn (self);
    }
  bench_row (what, "main thread %7.3f ms, until its row is there %5.2f ms", (cpu_ms () - cpu) / JUMPS,
             (bench_wall_s () - started) * 1e3 / JUMPS);
}

int
main (void)
{
  const char *wanted = g_getenv ("FLOW_BENCH_TRACES");
  guint traces = wanted != NULL ? (guint) g_ascii_strtoull (wanted, NULL, 10) : 1000000;
  const char *words[] = { "get", NULL };
  const FlowTraceFilter newest = { 0 }, longest = { .sort = FLOW_TRACE_SORT_DURATION }, some = { .words = words };
  char *folder = bench_folder_new ();
  Bench self = { 0 };

  bench_store_open (&self.store, folder);
  while (self.traces < traces)
    add (&self, BATCH);
  self.commits = g_async_queue_new_full ((GDestroyNotify) flow_commit_unref);
  flow_trace_store_set_committed (self.store.traces, committed, self.commits);
  self.queries = flow_trace_queries_new (flow_context_get_database_path (self.store.context));
  self.model = flow_trace_list_model_new (self.queries);
  bench_title ("The list of traces");
  load (&self, "newest first", &newest);
  jump (&self, "a row somewhere");
  grow (&self, "a new trace, newest first");
  load (&self, "longest first", &longest);
  jump (&self, "a row somewhere, longest first");
  grow (&self, "a new trace, longest first");
  load (&self, "a word in the name", &some);
  g_object_unref (self.model);
  g_object_unref (self.queries);
  bench_store_close (&self.store);
  g_async_queue_unref (self.commits);
  bench_folder_remove (folder);
  return 0;
}
