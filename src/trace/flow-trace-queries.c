/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "flow-trace-queries"

#include "trace/flow-trace-queries.h"

#include "base/flow-worker.h"

#define N_READERS 2
#define CACHE_BYTES (64 * 1024 * 1024)
/* SQLite asks whether to go on after so many of its instructions, well under a millisecond. */
#define PROGRESS_STEPS 5000

/**
 * FlowTraceQueries:
 *
 * Two threads with a reader each, that answer what a window asks. Queries are taken in their order by whichever thread
 * is free. Readers are opened when they are first needed, so the database may come later.
 *
 * Belongs to the thread that made it; answers come there.
 */
struct _FlowTraceQueries
{
  GObject parent_instance;

  char *database;
  gsize cache_bytes; /* of a reader */
  GAsyncQueue *waiting;
  FlowWorker *workers[N_READERS];
  FlowTraceReader *readers[N_READERS]; /* of the worker's thread */
};

G_DEFINE_FINAL_TYPE (FlowTraceQueries, flow_trace_queries, G_TYPE_OBJECT)

typedef struct
{
  FlowTraceQueryFunc func;
  gpointer data;
  GDestroyNotify destroy;
  GDestroyNotify free_answer;
  gpointer answer;
  GError *error;
} Query;

typedef struct
{
  FlowTraceQueries *queries;
  int reader;
} Turn;

static void
query_free (gpointer data)
{
  Query *query = data;

  if (query->destroy != NULL)
    query->destroy (query->data);
  g_free (query);
}

static int
progress_cb (void *cancellable)
{
  return g_cancellable_is_cancelled (cancellable);
}

static FlowTraceReader *
get_reader (FlowTraceQueries *self, int reader, GError **error)
{
  if (self->readers[reader] == NULL)
    {
      self->readers[reader] = flow_trace_reader_open (self->database, error);
      if (self->readers[reader] != NULL)
        flow_trace_reader_set_cache (self->readers[reader], self->cache_bytes);
    }
  return self->readers[reader];
}

static void
run_query (FlowTraceReader *reader, Query *query, GCancellable *cancellable)
{
  if (cancellable != NULL)
    sqlite3_progress_handler (flow_trace_reader_get_connection (reader), PROGRESS_STEPS, progress_cb, cancellable);
  query->answer = query->func (reader, query->data, cancellable, &query->error);
  sqlite3_progress_handler (flow_trace_reader_get_connection (reader), 0, NULL, NULL);
}

static gboolean
deliver_cb (gpointer data)
{
  Query *query = g_task_get_task_data (data);

  if (query->error != NULL)
    g_task_return_error (data, g_steal_pointer (&query->error));
  else
    g_task_return_pointer (data, g_steal_pointer (&query->answer), query->free_answer);
  return G_SOURCE_REMOVE;
}

/* The asker's thread gets the last reference too: it may be the one that ends these threads. Not by
 * g_main_context_invoke(): that would answer here while nobody iterates the asker's context. */
static void
deliver (GTask *task)
{
  g_autoptr (GSource) source = g_idle_source_new ();

  g_source_set_name (source, "flow-trace-queries");
  g_source_set_priority (source, g_task_get_priority (task));
  g_source_set_callback (source, deliver_cb, task, g_object_unref);
  g_source_attach (source, g_task_get_context (task));
}

/* Each query gives every thread a turn; the first one takes it. */
static void
turn_call (gpointer data)
{
  Turn *turn = data;
  FlowTraceQueries *self = turn->queries;
  GTask *task = g_async_queue_try_pop (self->waiting);
  GCancellable *cancellable;
  Query *query;
  FlowTraceReader *reader;

  if (task == NULL)
    return;
  query = g_task_get_task_data (task);
  cancellable = g_task_get_cancellable (task);
  reader = get_reader (self, turn->reader, &query->error);
  if (reader != NULL && !g_cancellable_is_cancelled (cancellable))
    run_query (reader, query, cancellable);
  deliver (task);
}

/**
 * flow_trace_queries_run_async:
 * @self: the readers
 * @func: what to do on a reader's thread
 * @data: (transfer full): for @func
 * @destroy: (nullable): frees @data, on any thread
 * @free_answer: (nullable): frees an answer that nobody takes
 * @cancellable: (nullable): to give up
 * @callback: gets the answer, on the thread of the caller
 * @user_data: for @callback
 *
 * Ask something. With a %G_IO_ERROR_CANCELLED when it was given up, also when an answer is there by then.
 */
void
flow_trace_queries_run_async (FlowTraceQueries *self, FlowTraceQueryFunc func, gpointer data, GDestroyNotify destroy,
                              GDestroyNotify free_answer, GCancellable *cancellable, GAsyncReadyCallback callback,
                              gpointer user_data)
{
  GTask *task = g_task_new (self, cancellable, callback, user_data);
  Query *query = g_new (Query, 1);

  *query = (Query) { func, data, destroy, free_answer, NULL, NULL };
  g_task_set_source_tag (task, flow_trace_queries_run_async);
  g_task_set_task_data (task, query, query_free);
  g_async_queue_push (self->waiting, task);
  for (int i = 0; i < N_READERS; i++)
    {
      Turn *turn = g_new (Turn, 1);

      *turn = (Turn) { self, i };
      flow_worker_invoke (self->workers[i], turn_call, turn, g_free);
    }
}

/**
 * flow_trace_queries_run_finish:
 * @self: the readers
 * @result: what the callback got
 * @error: return location
 *
 * Returns: (transfer full) (nullable): the answer
 */
gpointer
flow_trace_queries_run_finish (FlowTraceQueries *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}

static void
close_reader_call (gpointer data)
{
  g_clear_pointer ((FlowTraceReader **) data, flow_trace_reader_free);
}

/* Every query holds a reference, so none is waiting here. */
static void
flow_trace_queries_finalize (GObject *object)
{
  FlowTraceQueries *self = FLOW_TRACE_QUERIES (object);

  for (int i = 0; i < N_READERS; i++)
    {
      flow_worker_call (self->workers[i], close_reader_call, &self->readers[i]);
      flow_worker_free (self->workers[i]);
    }
  g_async_queue_unref (self->waiting);
  g_free (self->database);

  G_OBJECT_CLASS (flow_trace_queries_parent_class)->finalize (object);
}

static void
flow_trace_queries_class_init (FlowTraceQueriesClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = flow_trace_queries_finalize;
}

static void
flow_trace_queries_init (FlowTraceQueries *self)
{
  self->waiting = g_async_queue_new_full (g_object_unref);
  self->cache_bytes = CACHE_BYTES / N_READERS;
  for (int i = 0; i < N_READERS; i++)
    self->workers[i] = flow_worker_new ("flow-reader");
}

/**
 * flow_trace_queries_new:
 * @database: path of the database
 *
 * Returns: (transfer full): readers that have opened nothing yet
 */
FlowTraceQueries *
flow_trace_queries_new (const char *database)
{
  FlowTraceQueries *self = g_object_new (FLOW_TYPE_TRACE_QUERIES, NULL);

  self->database = g_strdup (database);
  return self;
}
