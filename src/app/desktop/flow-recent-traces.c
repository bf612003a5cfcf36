/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-recent-traces"

#include "app/desktop/flow-recent-traces.h"

#include "app/desktop/flow-menu-label.h"
#include "base/flow-id.h"
#include "trace/flow-time-text.h"

#define N_TRACES 3
#define PAUSE_MS 1000

/**
 * FlowRecentTraces:
 *
 * The newest traces as the part of a menu. It follows what is committed, but asks the store at most once a second: a
 * menu is read by a person.
 */
struct _FlowRecentTraces
{
  GObject parent_instance;

  FlowServices *services;
  GMenu *menu;
  GSource *pause; /* after a query */
  gboolean stale; /* something was committed since the query began */
  gboolean asking;
};

G_DEFINE_FINAL_TYPE (FlowRecentTraces, flow_recent_traces, G_TYPE_OBJECT)

static void
add_trace (GMenu *menu, const FlowTraceInfo *info)
{
  g_autofree char *duration = flow_duration_format (info->end_ns - info->start_ns);
  g_autofree char *text = g_strdup_printf ("%s · %s", info->name, duration);
  g_autofree char *label = flow_menu_label (text);
  g_autoptr (GMenuItem) item = g_menu_item_new (label, NULL);
  char id[2 * sizeof info->trace_id + 1];

  flow_id_to_hex (info->trace_id, sizeof info->trace_id, id);
  g_menu_item_set_action_and_target (item, "app.open-trace", "s", id);
  g_menu_append_item (menu, item);
}

static gpointer
list_query (FlowTraceReader *reader, gpointer data, GCancellable *cancellable, GError **error)
{
  const FlowTraceFilter filter = { .limit = N_TRACES };

  return flow_trace_reader_list (reader, &filter, error);
}

/* A menu that is open should not be replaced by one that says the same. */
static gboolean
shows (FlowRecentTraces *self, GMenu *wanted)
{
  int n = g_menu_model_get_n_items (G_MENU_MODEL (wanted));

  if (g_menu_model_get_n_items (G_MENU_MODEL (self->menu)) != n)
    return FALSE;
  for (int i = 0; i < n; i++)
    {
      const char *names[] = { G_MENU_ATTRIBUTE_LABEL, G_MENU_ATTRIBUTE_TARGET };

      for (gsize j = 0; j < G_N_ELEMENTS (names); j++)
        {
          g_autoptr (GVariant) is = g_menu_model_get_item_attribute_value (G_MENU_MODEL (self->menu), i, names[j],
                                                                           NULL);
          g_autoptr (GVariant) should = g_menu_model_get_item_attribute_value (G_MENU_MODEL (wanted), i, names[j],
                                                                               NULL);

          if (!g_variant_equal (is, should))
            return FALSE;
        }
    }
  return TRUE;
}

static void
show (FlowRecentTraces *self, GPtrArray *traces)
{
  g_autoptr (GMenu) wanted = g_menu_new ();

  for (guint i = 0; i < traces->len; i++)
    add_trace (wanted, g_ptr_array_index (traces, i));
  if (shows (self, wanted))
    return;
  g_menu_remove_all (self->menu);
  for (guint i = 0; i < traces->len; i++)
    add_trace (self->menu, g_ptr_array_index (traces, i));
}

static void
end_pause (FlowRecentTraces *self)
{
  if (self->pause != NULL)
    g_source_destroy (self->pause);
  g_clear_pointer (&self->pause, g_source_unref);
}

static void ask (FlowRecentTraces *self);

static gboolean
pause_cb (gpointer data)
{
  FlowRecentTraces *self = data;

  end_pause (self);
  if (self->stale)
    ask (self);
  return G_SOURCE_REMOVE;
}

static void
listed_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (FlowRecentTraces) self = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) traces = flow_trace_queries_run_finish (FLOW_TRACE_QUERIES (source), result, &error);

  self->asking = FALSE;
  if (traces != NULL)
    show (self, traces);
  else
    g_debug ("no recent traces: %s", error->message);
  self->pause = g_timeout_source_new (PAUSE_MS);
  g_source_set_name (self->pause, "flow-recent-traces-pause");
  g_source_set_callback (self->pause, pause_cb, self, NULL);
  g_source_attach (self->pause, NULL);
}

static void
ask (FlowRecentTraces *self)
{
  self->stale = FALSE;
  self->asking = TRUE;
  flow_trace_queries_run_async (flow_services_get_queries (self->services), list_query, NULL, NULL,
                                (GDestroyNotify) g_ptr_array_unref, NULL, listed_cb, g_object_ref (self));
}

static void
changed_cb (FlowRecentTraces *self)
{
  self->stale = TRUE;
  if (!self->asking && self->pause == NULL)
    ask (self);
}

static void
flow_recent_traces_dispose (GObject *object)
{
  FlowRecentTraces *self = FLOW_RECENT_TRACES (object);

  end_pause (self);
  if (self->services != NULL)
    g_signal_handlers_disconnect_by_data (self->services, self);
  g_clear_object (&self->services);
  g_clear_object (&self->menu);

  G_OBJECT_CLASS (flow_recent_traces_parent_class)->dispose (object);
}

static void
flow_recent_traces_class_init (FlowRecentTracesClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = flow_recent_traces_dispose;
}

static void
flow_recent_traces_init (FlowRecentTraces *self)
{
  self->menu = g_menu_new ();
}

/**
 * flow_recent_traces_new:
 * @services: where traces are, and what tells of new ones
 *
 * Returns: (transfer full): the newest traces
 */
FlowRecentTraces *
flow_recent_traces_new (FlowServices *services)
{
  FlowRecentTraces *self = g_object_new (FLOW_TYPE_RECENT_TRACES, NULL);

  self->services = g_object_ref (services);
  g_signal_connect_swapped (services, "committed", G_CALLBACK (changed_cb), self);
  g_signal_connect_swapped (services, "hub-changed", G_CALLBACK (changed_cb), self);
  changed_cb (self);
  return self;
}

/**
 * flow_recent_traces_get_menu:
 * @self: the traces
 *
 * Returns: (transfer none): an item for each, which opens it; changes as traces arrive
 */
GMenuModel *
flow_recent_traces_get_menu (FlowRecentTraces *self)
{
  g_return_val_if_fail (FLOW_IS_RECENT_TRACES (self), NULL);

  return G_MENU_MODEL (self->menu);
}
