/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-hub"

#include "hub/flow-hub-router.h"

#include <string.h>

#include "hub/flow-hub-private.h"

/* The router in the hub: on the hub thread, woken by one source, and telling the owner what changes. */

#define TRACE_ID_BYTES 16
#define TRUSTED_FILE "trusted-paths"

typedef struct
{
  GSource source;
  FlowHub *hub;
} TickSource;

/* What another thread tells the handlers. */
typedef struct
{
  FlowCall call;
  FlowHub *hub;
  FlowCommit *commit; /* (nullable): a trace was erased */
  guint8 trace_id[TRACE_ID_BYTES];
} Told;

static gboolean
tick_dispatch (GSource *source, GSourceFunc callback, gpointer data)
{
  FlowHub *self = ((TickSource *) source)->hub;

  g_source_set_ready_time (source, -1);
  g_source_set_ready_time (source, flow_router_tick (self->router));
  return G_SOURCE_CONTINUE;
}

static GSourceFuncs tick_funcs = { .dispatch = tick_dispatch };

static void
wake (FlowRouter *router, gint64 due_us, gpointer data)
{
  g_source_set_ready_time (((FlowHub *) data)->tick, due_us);
}

static void
changed (FlowRouter *router, gpointer data)
{
  flow_hub_news_channels (((FlowHub *) data)->news);
}

static void
joined (FlowRouter *router, FlowChannel *channel, gpointer data)
{
  flow_handlers_joined (((FlowHub *) data)->handlers, channel);
  flow_hub_health_joined (((FlowHub *) data)->health, channel);
}

static void
left (FlowRouter *router, FlowChannel *channel, gpointer data)
{
  flow_hub_edits_left (((FlowHub *) data)->edits, channel);
  flow_handlers_left (((FlowHub *) data)->handlers, channel);
  flow_hub_health_left (((FlowHub *) data)->health, channel);
}

static void
unroutable (FlowRouter *router, FlowMessage *message, gpointer data)
{
  flow_handlers_unroutable (((FlowHub *) data)->handlers, message);
}

static gboolean
focus (const guint8 trace_id[TRACE_ID_BYTES], guint64 span_id, gpointer data)
{
  FlowHub *self = data;

  if (!g_atomic_int_get (&self->has_window))
    return FALSE;
  flow_hub_news_focus (self->news, trace_id, span_id);
  return TRUE;
}

static gboolean
focus_edit (const char *id, gpointer data)
{
  FlowHub *self = data;

  if (!g_atomic_int_get (&self->has_window))
    return FALSE;
  flow_hub_news_edit_notice (self->news, "show", id, "", "", "");
  return TRUE;
}

static void
jump_failed (const char *file, guint line, const char *reason, gpointer data)
{
  flow_hub_news_jump_failed (((FlowHub *) data)->news, file, line, reason);
}

static gboolean
make_edits (FlowHub *self, GError **error)
{
  FlowHubEditsSetup setup = {
    .router = self->router,
    .journal = flow_edit_journal_sqlite_get_journal (self->journal),
    .runtime_dir = flow_context_get_runtime_dir (self->context),
    .news = self->news,
  };

  self->edits = flow_hub_edits_new (&setup, self->settings, error);
  return self->edits != NULL;
}

static gboolean
make_handlers (FlowHub *self, GError **error)
{
  g_autofree char *trusted = g_build_filename (flow_context_get_state_dir (self->context), TRUSTED_FILE, NULL);
  FlowHandlersSetup setup = {
    .router = self->router,
    .calls = self->calls,
    .store = self->store,
    .traces = self->traces,
    .edits = self->edits,
    .database = flow_context_get_database_path (self->context),
    .trusted_file = trusted,
    .funcs = { focus, focus_edit, jump_failed },
    .data = self,
  };

  self->handlers = flow_handlers_new (&setup, self->settings, error);
  return self->handlers != NULL;
}

/**
 * flow_hub_router_open:
 * @hub: a hub whose store is open
 * @error: return location
 *
 * Read what waits to be delivered, and let channels come. On the hub thread.
 *
 * Returns: %FALSE when it cannot be read
 */
gboolean
flow_hub_router_open (FlowHub *hub, GError **error)
{
  static const FlowRouterFuncs funcs = { wake, changed, joined, left, unroutable };

  hub->tick = g_source_new (&tick_funcs, sizeof (TickSource));
  ((TickSource *) hub->tick)->hub = hub;
  g_source_set_name (hub->tick, "flow-router");
  g_source_attach (hub->tick, g_main_context_get_thread_default ());

  hub->router = flow_router_new (flow_clock_system (), &funcs, hub);
  if (!flow_router_open (hub->router, flow_outbox_sqlite_get_store (hub->outbox), error) || !make_edits (hub, error) ||
      !make_handlers (hub, error))
    return FALSE;
  hub->health = flow_hub_health_new (hub, hub->router);
  flow_native_doorway_open (flow_hub_wire_get_native (hub->wire), hub->router);
  return TRUE;
}

/**
 * flow_hub_router_close:
 * @hub: a hub whose store is closed, and that has heard everything of it
 *
 * Free the router and what hangs on it. On the hub thread.
 */
void
flow_hub_router_close (FlowHub *hub)
{
  /* The handlers wait for what is under way; nothing is due meanwhile. */
  if (hub->tick != NULL)
    g_source_destroy (hub->tick);
  g_clear_pointer (&hub->health, flow_hub_health_free);
  g_clear_pointer (&hub->handlers, flow_handlers_free);
  g_clear_pointer (&hub->edits, flow_hub_edits_free);
  g_clear_pointer (&hub->router, flow_router_free);
  g_clear_pointer (&hub->journal, flow_edit_journal_sqlite_free);
  g_clear_pointer (&hub->outbox, flow_outbox_sqlite_free);
  g_clear_pointer (&hub->tick, g_source_unref);
}

static void
told_call (FlowCall *call)
{
  Told *told = (Told *) call;
  FlowHandlers *handlers = told->hub->handlers;

  if (told->commit != NULL)
    flow_hub_records_committed (told->hub->records, told->commit);
  if (handlers != NULL && told->commit != NULL)
    flow_handlers_committed (handlers, told->commit);
  else if (handlers != NULL)
    flow_handlers_erased (handlers, told->trace_id);
  g_clear_pointer (&told->commit, flow_commit_unref);
  g_free (told);
}

static Told *
told_new (FlowHub *hub)
{
  Told *told = g_new0 (Told, 1);

  told->call.run = told_call;
  told->hub = hub;
  return told;
}

/**
 * flow_hub_router_committed:
 * @hub: a hub
 * @commit: what became durable
 *
 * Let those who watch traces hear of a commit. From any thread.
 */
void
flow_hub_router_committed (FlowHub *hub, FlowCommit *commit)
{
  Told *told = told_new (hub);

  told->commit = flow_commit_ref (commit);
  flow_call_queue_push (hub->calls, &told->call);
}

/**
 * flow_hub_router_erased:
 * @hub: a hub
 * @trace_id: (array fixed-size=16): a trace
 *
 * Let those who watch traces hear that one was erased. From any thread.
 */
void
flow_hub_router_erased (FlowHub *hub, const guint8 trace_id[TRACE_ID_BYTES])
{
  Told *told = told_new (hub);

  memcpy (told->trace_id, trace_id, TRACE_ID_BYTES);
  flow_call_queue_push (hub->calls, &told->call);
}

/**
 * flow_hub_write_settings_for:
 * @kind: a kind of channel
 * @writer: where one object goes
 * @hub: a hub
 *
 * Write the settings that are meant for a kind. On the hub thread.
 */
void
flow_hub_write_settings_for (FlowChannelKind kind, FlowJsonWriter *writer, gpointer hub)
{
  flow_handlers_write_settings (((FlowHub *) hub)->handlers, kind, writer);
}
