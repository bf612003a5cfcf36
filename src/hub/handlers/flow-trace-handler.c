/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-handlers"

#include <string.h>

#include "base/flow-id.h"
#include "hub/handlers/flow-flat-trace.h"
#include "hub/handlers/flow-handlers-private.h"
#include "trace/flow-otlp-decoder.h"

/* Traces that channels send: OTLP, or the flat form. They are acknowledged when they are on the disk. */

#define HANDLED "handled"

/* One message on its way to the store. */
typedef struct
{
  FlowCall call;
  FlowHandlers *self;
  FlowMessage *message;
  GError *error;
} Store;

static void
store_free (Store *store)
{
  flow_message_unref (store->message);
  g_clear_error (&store->error);
  g_free (store);
}

static void
stored_call (FlowCall *call)
{
  Store *store = (Store *) call;
  FlowHandlers *self = store->self;

  self->under_way--;
  if (store->error != NULL)
    flow_handlers_fail (self, store->message, store->error);
  else
    flow_router_acked (self->router, store->message, HANDLED);
  store_free (store);
}

/* On the writer thread. */
static void
stored (Store *store, const GError *error)
{
  store->error = error != NULL ? g_error_copy (error) : NULL;
  flow_call_queue_push (store->self->calls, &store->call);
}

static void
ingested_cb (const FlowIngestResult *result, const GError *error, gpointer data)
{
  stored (data, error);
}

static void
facts_changed_cb (FlowTraceFacts *before, FlowTraceFacts *after, const GError *error, gpointer data)
{
  stored (data, error);
}

static Store *
store_new (FlowHandlers *self, FlowMessage *message)
{
  Store *store = g_new0 (Store, 1);

  store->call.run = stored_call;
  store->self = self;
  store->message = flow_message_ref (message);
  self->under_way++;
  return store;
}

/* The tags of a trace, when there are any: they are the user's, not the program's. */
static FlowFactChange *
read_tags (FlowMessage *message)
{
  g_autoptr (FlowFactChange) change = NULL;
  g_auto (GStrv) tags = NULL;
  const char *id = NULL;
  guint8 trace_id[16];

  if (flow_handlers_is_large (message) || !flow_message_get_strv (message, "tags", &tags) || tags[0] == NULL ||
      !flow_message_get_string (message, "id", &id) || !flow_id_from_hex (id, sizeof trace_id, trace_id))
    return NULL;
  change = flow_fact_change_new (trace_id);
  for (gsize i = 0; tags[i] != NULL; i++)
    if (!flow_fact_change_add_tag (change, tags[i], NULL))
      g_debug ("A tag is left out: %s", tags[i]);
  return g_steal_pointer (&change);
}

/* Spans first, then the tags of their trace: the writer keeps the order. What comes last acknowledges. */
static gboolean
put (FlowHandlers *self, FlowMessage *message, FlowSpanBatch *batch, GError **error)
{
  FlowFactChange *tags = read_tags (message);
  Store *store = store_new (self, message);
  gboolean ok = flow_trace_store_ingest (self->traces, batch, NULL, tags == NULL ? ingested_cb : NULL, store, NULL,
                                         error);

  if (ok && tags != NULL)
    ok = flow_trace_store_change_facts (self->traces, g_steal_pointer (&tags), facts_changed_cb, store, NULL, error);
  g_clear_pointer (&tags, flow_fact_change_free);
  if (ok)
    return TRUE;
  self->under_way--;
  store_free (store);
  return FALSE;
}

/* A request without spans is one; long content without spans is something else. */
static gboolean
check_rows (const FlowSpanBatch *batch, FlowMessage *message, GError **error)
{
  if (batch->n_rows > 0 || (batch->rejected == 0 && !flow_handlers_is_large (message)))
    return TRUE;
  g_set_error (error, FLOW_ERROR, FLOW_ERROR_BAD_REQUEST, "no span could be taken: %s",
               batch->message != NULL ? batch->message : "there is none in it");
  return FALSE;
}

static void
decoded (FlowHandlers *self, FlowMessage *message, gpointer answer, const GError *error, gpointer data)
{
  g_autoptr (FlowSpanBatch) batch = answer;
  g_autoptr (GError) local = NULL;

  if (error != NULL)
    flow_handlers_fail (self, message, error);
  else if (!check_rows (batch, message, &local) || !put (self, message, batch, &local))
    flow_handlers_fail (self, message, local);
}

/* On the worker's thread: OTLP of a whole test run may be long. */
static gpointer
decode (gpointer data, GError **error)
{
  g_autoptr (GError) local = NULL;
  gsize length = 0;
  const char *text = flow_message_get_data_text (data, &length);
  FlowSpanBatch *batch = flow_otlp_decode_json (FLOW_SIGNAL_TRACES, text, length, &local);

  if (batch == NULL)
    g_set_error (error, FLOW_ERROR, FLOW_ERROR_BAD_REQUEST, "this is no OTLP: %s", local->message);
  return batch;
}

static void
take_flat (FlowHandlers *self, FlowMessage *message, const FlowTrace *known)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *text = flow_flat_trace_to_otlp (message, known, &error);
  g_autoptr (FlowSpanBatch) batch = NULL;

  if (text != NULL)
    batch = flow_otlp_decode_json (FLOW_SIGNAL_TRACES, text, strlen (text), &error);
  if (batch == NULL || !check_rows (batch, message, &error) || !put (self, message, batch, &error))
    flow_handlers_fail (self, message, error);
}

/* Whether the hub takes traces in at all. */
static gboolean
may_take (FlowHandlers *self, FlowMessage *message)
{
  if (self->settings->capture_enabled)
    return TRUE;
  flow_router_error (self->router, message, FLOW_ERROR_PAUSED, "capturing is switched off");
  return FALSE;
}

/* What is long is not read here to find out. */
static gboolean
is_otlp (FlowMessage *message)
{
  return flow_handlers_is_large (message) || flow_message_has (message, "resourceSpans");
}

static void
take_otlp (FlowHandlers *self, FlowMessage *message)
{
  flow_handlers_work (self, message, decode, flow_message_ref (message), (GDestroyNotify) flow_message_unref,
                      (GDestroyNotify) flow_span_batch_unref, decoded);
}

static FlowRouterHandled
trace_added (FlowRouter *router, FlowChannel *from, FlowMessage *message, gpointer data)
{
  FlowHandlers *self = data;

  if (!may_take (self, message))
    return FLOW_ROUTER_LATER;
  if (is_otlp (message))
    take_otlp (self, message);
  else
    take_flat (self, message, NULL);
  return FLOW_ROUTER_LATER;
}

static gpointer
read_known (FlowTraceReader *reader, gpointer data, GCancellable *cancellable, GError **error)
{
  return flow_trace_reader_load (reader, data, error);
}

static gboolean
has_span (FlowMessage *message)
{
  static const char *const members[] = { "name",       "status",     "startedAt",  "completedAt",
                                         "durationMs", "sourceFile", "sourceLine", "metadata" };

  for (gsize i = 0; i < G_N_ELEMENTS (members); i++)
    if (flow_message_has (message, members[i]))
      return TRUE;
  return FALSE;
}

static void
take_tags (FlowHandlers *self, FlowMessage *message)
{
  FlowFactChange *tags = read_tags (message);
  g_autoptr (GError) error = NULL;
  Store *store;

  if (tags == NULL)
    {
      flow_router_acked (self->router, message, HANDLED);
      return;
    }
  store = store_new (self, message);
  if (flow_trace_store_change_facts (self->traces, tags, facts_changed_cb, store, NULL, &error))
    return;
  self->under_way--;
  store_free (store);
  flow_handlers_fail (self, message, error);
}

static void
known_read (FlowHandlers *self, FlowMessage *message, gpointer answer, const GError *error, gpointer data)
{
  g_autoptr (FlowTrace) known = answer;

  if (error != NULL && !g_error_matches (error, FLOW_ERROR, FLOW_ERROR_NOT_FOUND))
    flow_handlers_fail (self, message, error);
  else if (has_span (message))
    take_flat (self, message, known);
  else if (known != NULL)
    take_tags (self, message);
  else
    flow_router_error (self->router, message, FLOW_ERROR_NOT_FOUND, "there is no such trace");
}

/* (array fixed-size=16) (transfer full) (nullable) */
static guint8 *
read_id (FlowMessage *message)
{
  g_autofree guint8 *id = g_malloc (16);
  const char *text = NULL;

  if (flow_message_get_string (message, "id", &text) && flow_id_from_hex (text, 16, id))
    return g_steal_pointer (&id);
  return NULL;
}

static gboolean
write_nothing (sqlite3 *db, gpointer data, GError **error)
{
  return TRUE;
}

static void
written_call (FlowCall *call)
{
  Store *store = (Store *) call;
  FlowHandlers *self = store->self;

  self->under_way--;
  flow_handlers_query (self, store->message, read_known, read_id (store->message), g_free,
                       (GDestroyNotify) flow_trace_unref, known_read);
  store_free (store);
}

static void
written_cb (gpointer data, const GError *error)
{
  stored (data, error);
}

/* What the same sender sent before may still be on its way to the disk. */
static void
update_flat (FlowHandlers *self, FlowMessage *message)
{
  Store *store = store_new (self, message);
  g_autoptr (GError) error = NULL;

  store->call.run = written_call;
  if (flow_store_push (self->store, 0, write_nothing, written_cb, store, NULL, &error))
    return;
  self->under_way--;
  store_free (store);
  flow_handlers_fail (self, message, error);
}

static FlowRouterHandled
trace_updated (FlowRouter *router, FlowChannel *from, FlowMessage *message, gpointer data)
{
  FlowHandlers *self = data;
  g_autofree guint8 *id = NULL;

  if (!may_take (self, message))
    return FLOW_ROUTER_LATER;
  if (is_otlp (message))
    {
      take_otlp (self, message);
      return FLOW_ROUTER_LATER;
    }
  id = read_id (message);
  if (id == NULL)
    flow_router_error (router, message, FLOW_ERROR_BAD_REQUEST, "“id” must be 32 hex digits");
  else
    update_flat (self, message);
  return FLOW_ROUTER_LATER;
}

typedef struct
{
  FlowTraceStore *traces;
  guint8 trace_id[16];
} Erase;

/* On the worker's thread: it waits for readers. */
static gpointer
erase (gpointer data, GError **error)
{
  Erase *erase = data;

  flow_trace_store_erase_trace (erase->traces, erase->trace_id, error);
  return NULL;
}

/* A trace that is gone is what was wanted. */
static void
erased (FlowHandlers *self, FlowMessage *message, gpointer answer, const GError *error, gpointer data)
{
  gboolean gone = error == NULL || g_error_matches (error, FLOW_ERROR, FLOW_ERROR_BUSY);

  if (!gone && !g_error_matches (error, FLOW_ERROR, FLOW_ERROR_NOT_FOUND))
    {
      flow_handlers_fail (self, message, error);
      return;
    }
  if (gone)
    flow_trace_watch_erased (self->watch, ((Erase *) data)->trace_id);
  flow_router_acked (self->router, message, HANDLED);
}

static FlowRouterHandled
trace_deleted (FlowRouter *router, FlowChannel *from, FlowMessage *message, gpointer data)
{
  FlowHandlers *self = data;
  g_autofree guint8 *id = read_id (message);
  Erase *work;

  if (id == NULL)
    {
      flow_router_error (router, message, FLOW_ERROR_BAD_REQUEST, "“id” must be 32 hex digits");
      return FLOW_ROUTER_LATER;
    }
  work = g_new (Erase, 1);
  work->traces = self->traces;
  memcpy (work->trace_id, id, sizeof work->trace_id);
  flow_handlers_work (self, message, erase, work, g_free, NULL, erased);
  return FLOW_ROUTER_LATER;
}

/**
 * flow_trace_handler_register:
 * @self: the handlers
 *
 * Handle `trace_added`, `trace_updated` and `trace_deleted`.
 */
void
flow_trace_handler_register (FlowHandlers *self)
{
  flow_handlers_add (self, "trace_added", trace_added);
  flow_handlers_add (self, "trace_updated", trace_updated);
  flow_handlers_add (self, "trace_deleted", trace_deleted);
}
