/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-trace-watch"

#include "hub/handlers/flow-trace-watch.h"

#include "hub/handlers/flow-flat-trace.h"
#include "hub/handlers/flow-handlers-private.h"
#include "trace/flow-trace-key-scan.h"

#define CAPABILITY "traces"
/* A trace is told of at most ten times a second. */
#define PAUSE_MS 100
/* When more than so many changed, watchers get the latest ones instead of each. */
#define MAX_CHANGED 200

struct _FlowTraceWatch
{
  FlowHandlers *handlers;
  GHashTable *changed; /* trace numbers that wait to be told */
  gboolean flood;      /* too many to name */
  gboolean asking;     /* what changed is being read */
  guint64 told;        /* traces up to this number are not new any more */
  guint64 last;        /* the highest number there is */
  GSource *pause;      /* (nullable): running, nothing is told before it ends */
};

typedef struct
{
  GArray *numbers; /* guint64, ascending */
  guint64 told;    /* those above are new */
} Ask;

static void
ask_free (gpointer data)
{
  Ask *ask = data;

  g_array_unref (ask->numbers);
  g_free (ask);
}

/**
 * flow_trace_watch_new:
 * @handlers: whose
 *
 * Returns: (transfer full): a watch that has told nothing
 */
FlowTraceWatch *
flow_trace_watch_new (FlowHandlers *handlers)
{
  FlowTraceWatch *self = g_new0 (FlowTraceWatch, 1);
  FlowTraceStoreStats stats;

  flow_trace_store_get_stats (handlers->traces, &stats);
  self->handlers = handlers;
  self->told = self->last = stats.traces;
  self->changed = g_hash_table_new (NULL, NULL);
  return self;
}

static void
end_pause (FlowTraceWatch *self)
{
  if (self->pause == NULL)
    return;
  g_source_destroy (self->pause);
  g_clear_pointer (&self->pause, g_source_unref);
}

/**
 * flow_trace_watch_free:
 * @self: (transfer full): a watch
 *
 * Free it.
 */
void
flow_trace_watch_free (FlowTraceWatch *self)
{
  end_pause (self);
  g_hash_table_unref (self->changed);
  g_free (self);
}

/* (transfer full) (nullable): it could not be read. */
static FlowMessage *
write_message (FlowTraceReader *reader, const FlowTraceInfo *info, gboolean fresh)
{
  g_autoptr (FlowMessageBuilder) builder = flow_message_builder_new (fresh ? "trace_added" : "trace_updated",
                                                                     FLOW_CHANNEL_HUB);

  if (!flow_flat_trace_write (reader, info, flow_message_builder_data (builder), NULL))
    return NULL;
  return flow_message_builder_end (g_steal_pointer (&builder));
}

/* On a reader's thread. (element-type FlowMessage) */
static gpointer
read_changed (FlowTraceReader *reader, gpointer data, GCancellable *cancellable, GError **error)
{
  const Ask *ask = data;
  g_autoptr (GPtrArray) infos = flow_trace_reader_infos (reader, (const guint64 *) (gpointer) ask->numbers->data,
                                                         ask->numbers->len, error);
  GPtrArray *messages;

  if (infos == NULL)
    return NULL;
  messages = g_ptr_array_new_with_free_func ((GDestroyNotify) flow_message_unref);
  for (guint i = 0; i < infos->len && !g_cancellable_is_cancelled (cancellable); i++)
    {
      const FlowTraceInfo *info = infos->pdata[i];
      FlowMessage *message = info->spans > 0 ? write_message (reader, info, info->number > ask->told) : NULL;

      if (message != NULL)
        g_ptr_array_add (messages, message);
    }
  return messages;
}

static GPtrArray *
list_watchers (FlowTraceWatch *self)
{
  GPtrArray *channels = flow_router_list (self->handlers->router);

  for (guint i = channels->len; i > 0; i--)
    if (!flow_channel_has_capability (channels->pdata[i - 1], CAPABILITY))
      g_ptr_array_remove_index (channels, i - 1);
  return channels;
}

static void tell (FlowTraceWatch *self);

static gboolean
pause_ended_cb (gpointer data)
{
  FlowTraceWatch *self = data;

  end_pause (self);
  tell (self);
  return G_SOURCE_REMOVE;
}

static void
start_pause (FlowTraceWatch *self)
{
  self->pause = g_timeout_source_new (PAUSE_MS);
  g_source_set_name (self->pause, "flow-trace-watch");
  g_source_set_callback (self->pause, pause_ended_cb, self, NULL);
  g_source_attach (self->pause, g_main_context_get_thread_default ());
}

static void
changed_read (FlowHandlers *handlers, FlowMessage *about, gpointer answer, const GError *error, gpointer data)
{
  FlowTraceWatch *self = handlers->watch;
  g_autoptr (GPtrArray) messages = answer;

  self->asking = FALSE;
  if (error != NULL)
    g_debug ("Watchers are not told of traces: %s", error->message);
  for (guint i = 0; messages != NULL && i < messages->len; i++)
    flow_router_broadcast (handlers->router, messages->pdata[i], CAPABILITY);
  tell (self);
}

static int
compare_numbers (gconstpointer a, gconstpointer b)
{
  guint64 first = *(const guint64 *) a, second = *(const guint64 *) b;

  return (first > second) - (first < second);
}

static void
ask (FlowTraceWatch *self)
{
  Ask *ask = g_new (Ask, 1);
  GHashTableIter iter;
  gpointer key;

  *ask = (Ask) { g_array_new (FALSE, FALSE, sizeof (guint64)), self->told };
  g_hash_table_iter_init (&iter, self->changed);
  while (g_hash_table_iter_next (&iter, &key, NULL))
    {
      guint64 number = (gsize) key;

      g_array_append_val (ask->numbers, number);
    }
  g_array_sort (ask->numbers, compare_numbers);
  self->asking = TRUE;
  flow_handlers_query (self->handlers, NULL, read_changed, ask, ask_free, (GDestroyNotify) g_ptr_array_unref,
                       changed_read);
}

/* Tell what waits, unless it was told of something a moment ago. */
static void
tell (FlowTraceWatch *self)
{
  g_autoptr (GPtrArray) watchers = NULL;

  if (self->pause != NULL || self->asking || (!self->flood && g_hash_table_size (self->changed) == 0))
    return;
  start_pause (self);
  if (self->flood)
    {
      watchers = list_watchers (self);
      for (guint i = 0; i < watchers->len; i++)
        flow_sync_handler_send (self->handlers, watchers->pdata[i]);
    }
  else
    ask (self);
  self->flood = FALSE;
  g_hash_table_remove_all (self->changed);
  self->told = MAX (self->told, self->last);
}

static void
note (FlowTraceWatch *self, const FlowCommit *commit)
{
  self->flood |= commit->many;
  for (gsize i = 0; i < commit->n_traces && !self->flood; i++)
    {
      g_hash_table_add (self->changed, (gpointer) (gsize) commit->traces[i]);
      self->flood = g_hash_table_size (self->changed) > MAX_CHANGED;
    }
  if (self->flood)
    g_hash_table_remove_all (self->changed);
}

/**
 * flow_trace_watch_take:
 * @self: a watch
 * @commit: what became durable
 *
 * Tell those who watch, soon.
 */
void
flow_trace_watch_take (FlowTraceWatch *self, FlowCommit *commit)
{
  g_autoptr (GPtrArray) watchers = list_watchers (self);

  self->last = MAX (self->last, commit->last_trace);
  if (watchers->len == 0)
    {
      self->told = self->last;
      return;
    }
  note (self, commit);
  tell (self);
}

/**
 * flow_trace_watch_erased:
 * @self: a watch
 * @trace_id: a trace that is gone
 *
 * Tell those who watch: `trace_deleted`.
 */
void
flow_trace_watch_erased (FlowTraceWatch *self, const guint8 trace_id[16])
{
  FlowMessageBuilder *builder = flow_message_builder_new ("trace_deleted", FLOW_CHANNEL_HUB);
  g_autoptr (FlowMessage) message = NULL;

  flow_json_writer_key (flow_message_builder_data (builder), "id");
  flow_json_writer_hex (flow_message_builder_data (builder), trace_id, 16);
  message = flow_message_builder_end (builder);
  flow_router_broadcast (self->handlers->router, message, CAPABILITY);
}
