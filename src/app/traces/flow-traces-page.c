/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-traces-page"

#include "app/traces/flow-traces-page.h"

#include "app/traces/flow-trace-list-view.h"

/**
 * FlowTracesPage:
 *
 * The first page: all traces, and one of them when it is opened.
 */
struct _FlowTracesPage
{
  GtkWidget parent_instance;

  FlowServices *services;
  FlowTraceListModel *model;
  GtkWidget *content;
  GtkWidget *list;
};

G_DEFINE_FINAL_TYPE (FlowTracesPage, flow_traces_page, GTK_TYPE_WIDGET)

static void
flow_traces_page_dispose (GObject *object)
{
  FlowTracesPage *self = FLOW_TRACES_PAGE (object);

  g_clear_pointer (&self->content, gtk_widget_unparent);
  g_clear_object (&self->model);
  g_clear_object (&self->services);

  G_OBJECT_CLASS (flow_traces_page_parent_class)->dispose (object);
}

static void
flow_traces_page_class_init (FlowTracesPageClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = flow_traces_page_dispose;
  gtk_widget_class_set_layout_manager_type (widget_class, GTK_TYPE_BIN_LAYOUT);
  gtk_widget_class_set_template_from_resource (widget_class, "/org/flowscope/FlowScope/traces/flow-traces-page.ui");
  gtk_widget_class_bind_template_child (widget_class, FlowTracesPage, content);
}

static void
flow_traces_page_init (FlowTracesPage *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

static void
committed_cb (FlowTracesPage *self, FlowCommit *commit)
{
  flow_trace_list_model_committed (self->model, commit);
}

static void
hub_changed_cb (FlowTracesPage *self)
{
  flow_trace_list_model_reload (self->model);
}

/**
 * flow_traces_page_new:
 * @services: what the page works with
 *
 * Returns: (transfer floating): the page
 */
GtkWidget *
flow_traces_page_new (FlowServices *services)
{
  FlowTracesPage *self = g_object_new (FLOW_TYPE_TRACES_PAGE, NULL);

  self->services = g_object_ref (services);
  self->model = flow_trace_list_model_new (flow_services_get_queries (services));
  self->list = flow_trace_list_view_new (self->model);
  gtk_box_append (GTK_BOX (self->content), self->list);
  g_signal_connect_object (services, "committed", G_CALLBACK (committed_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (services, "hub-changed", G_CALLBACK (hub_changed_cb), self, G_CONNECT_SWAPPED);
  return GTK_WIDGET (self);
}

/**
 * flow_traces_page_open_trace:
 * @self: the page
 * @trace_id: which trace
 * @span_id: a span to go to, in memory order, or 0
 *
 * Open a trace.
 */
void
flow_traces_page_open_trace (FlowTracesPage *self, const guint8 trace_id[16], guint64 span_id)
{
}

/**
 * flow_traces_page_focus_search:
 * @self: the page
 *
 * Go to where one searches.
 */
void
flow_traces_page_focus_search (FlowTracesPage *self)
{
}
