/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-window"

#include "app/shell/flow-window.h"

/**
 * FlowWindow:
 *
 * The window: a sidebar of pages, the page itself, and a line that says how things are.
 */
struct _FlowWindow
{
  AdwApplicationWindow parent_instance;

  FlowServices *services;
};

G_DEFINE_FINAL_TYPE (FlowWindow, flow_window, ADW_TYPE_APPLICATION_WINDOW)

static void
flow_window_dispose (GObject *object)
{
  FlowWindow *self = FLOW_WINDOW (object);

  g_clear_object (&self->services);

  G_OBJECT_CLASS (flow_window_parent_class)->dispose (object);
}

static void
flow_window_class_init (FlowWindowClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = flow_window_dispose;
  gtk_widget_class_set_template_from_resource (GTK_WIDGET_CLASS (klass),
                                               "/org/flowscope/FlowScope/shell/flow-window.ui");
}

static void
flow_window_init (FlowWindow *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

/**
 * flow_window_new:
 * @application: the program
 * @services: what its pages work with
 *
 * Returns: (transfer none): a window, not shown yet
 */
FlowWindow *
flow_window_new (GtkApplication *application, FlowServices *services)
{
  FlowWindow *self = g_object_new (FLOW_TYPE_WINDOW, "application", application, NULL);

  self->services = g_object_ref (services);
  return self;
}
