/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-application"

#include "app/shell/flow-application.h"

#include "app/flow-app-resources.h"
#include "app/shell/flow-window.h"

/**
 * FlowApplication:
 *
 * The program on the desktop: one instance, with the hub inside.
 */
struct _FlowApplication
{
  AdwApplication parent_instance;

  FlowServices *services;
};

G_DEFINE_FINAL_TYPE (FlowApplication, flow_application, ADW_TYPE_APPLICATION)

static void
flow_application_startup (GApplication *application)
{
  FlowApplication *self = FLOW_APPLICATION (application);
  g_autoptr (GError) error = NULL;
  g_autoptr (FlowContext) context = NULL;
  g_autoptr (FlowSettings) settings = NULL;

  flow_app_resources_ensure ();
  G_APPLICATION_CLASS (flow_application_parent_class)->startup (application);
  context = flow_context_new (NULL, &error);
  settings = context != NULL ? flow_settings_new (context, &error) : NULL;
  if (settings == NULL)
    {
      g_printerr ("flowscope: %s\n", error->message);
      g_application_quit (application);
      return;
    }
  self->services = flow_services_new (context, settings);
}

static void
flow_application_activate (GApplication *application)
{
  FlowApplication *self = FLOW_APPLICATION (application);

  if (self->services != NULL)
    gtk_window_present (GTK_WINDOW (flow_window_new (GTK_APPLICATION (application), self->services)));
}

static void
flow_application_shutdown (GApplication *application)
{
  g_clear_object (&FLOW_APPLICATION (application)->services);
  G_APPLICATION_CLASS (flow_application_parent_class)->shutdown (application);
}

static void
flow_application_class_init (FlowApplicationClass *klass)
{
  GApplicationClass *application_class = G_APPLICATION_CLASS (klass);

  application_class->startup = flow_application_startup;
  application_class->activate = flow_application_activate;
  application_class->shutdown = flow_application_shutdown;
}

static void
flow_application_init (FlowApplication *self)
{
}

/**
 * flow_application_new:
 *
 * Returns: (transfer full): the program
 */
FlowApplication *
flow_application_new (void)
{
  return g_object_new (FLOW_TYPE_APPLICATION, "application-id", "org.flowscope.FlowScope", NULL);
}
