/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-start-page"

#include "app/shell/flow-start-page.h"

#include <glib/gi18n.h>

#include "base/flow-error.h"

/* What is over sooner is not worth a word. */
#define PATIENCE_MS 300
#define PULSE_MS 120

/**
 * FlowStartPage:
 *
 * What stands in place of the pages while there is no hub: how far the start is, or why there is none and what can be
 * done about it.
 */
struct _FlowStartPage
{
  AdwBin parent_instance;

  FlowServices *services;
  FlowHubKeeper *keeper;
  guint patience;
  guint pulse;

  GtkStack *stack;
  AdwStatusPage *progress;
  GtkProgressBar *bar;
  GtkWidget *cancel;
  AdwStatusPage *failed;
  GtkLabel *detail;
  GtkWidget *again;
  GtkWidget *folder;
};

G_DEFINE_FINAL_TYPE (FlowStartPage, flow_start_page, ADW_TYPE_BIN)

static const char *
failure_title (const GError *error)
{
  if (error == NULL || error->domain != FLOW_ERROR)
    return _ ("FlowScope Cannot Start Its Hub");
  switch (error->code)
    {
    case FLOW_ERROR_LOCKED:
      return _ ("Another FlowScope Uses This Data");
    case FLOW_ERROR_NEWER_DATABASE:
      return _ ("A Newer FlowScope Wrote This Data");
    case FLOW_ERROR_FOREIGN_DATABASE:
      return _ ("This Is Not FlowScope’s Data");
    case FLOW_ERROR_DISK_FULL:
      return _ ("The Disk Is Full");
    case FLOW_ERROR_CORRUPT:
      return _ ("The Database Is Damaged");
    case FLOW_ERROR_FORBIDDEN:
      return _ ("The Data Folder Cannot Be Used");
    case FLOW_ERROR_CANCELLED:
      return _ ("The Start Was Cancelled");
    default:
      return _ ("FlowScope Cannot Start Its Hub");
    }
}

static const char *
failure_advice (const GError *error)
{
  if (error == NULL || error->domain != FLOW_ERROR)
    return _ ("Nothing was lost. Try again, or look at the log.");
  switch (error->code)
    {
    case FLOW_ERROR_LOCKED:
      return _ ("It did not let go. Stop that program, then try again.");
    case FLOW_ERROR_NEWER_DATABASE:
      return _ ("Update FlowScope, or start it with another folder: flowscope --data-dir FOLDER");
    case FLOW_ERROR_FOREIGN_DATABASE:
      return _ ("Move the file out of the data folder, or start with another folder: flowscope --data-dir FOLDER");
    case FLOW_ERROR_DISK_FULL:
      return _ ("Free some space where the data folder is, then try again.");
    case FLOW_ERROR_CORRUPT:
      return _ ("Put a backup of the data folder in its place; “flowctl db check” says what is damaged.");
    case FLOW_ERROR_FORBIDDEN:
      return _ ("Make the data folder yours, then try again.");
    case FLOW_ERROR_CANCELLED:
      return _ ("Nothing was changed. Start again when you like.");
    default:
      return _ ("Nothing was lost. Try again, or look at the log.");
    }
}

static gboolean
pulse_cb (gpointer data)
{
  gtk_progress_bar_pulse (FLOW_START_PAGE (data)->bar);
  return G_SOURCE_CONTINUE;
}

static void
stop_sources (FlowStartPage *self)
{
  g_clear_handle_id (&self->pulse, g_source_remove);
  g_clear_handle_id (&self->patience, g_source_remove);
}

static void
show_progress (FlowStartPage *self)
{
  double fraction = flow_hub_keeper_get_fraction (self->keeper);

  adw_status_page_set_description (self->progress, flow_hub_keeper_get_phase (self->keeper));
  if (fraction >= 0)
    {
      g_clear_handle_id (&self->pulse, g_source_remove);
      gtk_progress_bar_set_fraction (self->bar, fraction);
    }
  else if (self->pulse == 0)
    {
      self->pulse = g_timeout_add (PULSE_MS, pulse_cb, self);
      g_source_set_name_by_id (self->pulse, "flow-start-pulse");
    }
}

static void
patience_cb (gpointer data)
{
  FlowStartPage *self = data;

  self->patience = 0;
  gtk_stack_set_visible_child_name (self->stack, "progress");
  show_progress (self);
}

static void
progress_cb (FlowHubKeeper *keeper, FlowStartPage *self)
{
  if (self->patience == 0)
    show_progress (self);
}

static void
wait_a_little (FlowStartPage *self)
{
  gtk_stack_set_visible_child_name (self->stack, "nothing");
  self->patience = g_timeout_add_once (PATIENCE_MS, patience_cb, self);
  g_source_set_name_by_id (self->patience, "flow-start-patience");
}

static void
show_end (FlowStartPage *self, const char *title, const char *advice, const char *detail)
{
  adw_status_page_set_title (self->failed, title);
  adw_status_page_set_description (self->failed, advice);
  gtk_label_set_text (self->detail, detail != NULL ? detail : "");
  gtk_widget_set_visible (GTK_WIDGET (self->detail), detail != NULL);
  gtk_stack_set_visible_child_name (self->stack, "failed");
  if (gtk_widget_get_mapped (GTK_WIDGET (self)))
    gtk_widget_grab_focus (self->again);
}

static void
state_cb (FlowStartPage *self)
{
  const GError *error = flow_hub_keeper_get_error (self->keeper);

  stop_sources (self);
  switch (flow_hub_keeper_get_state (self->keeper))
    {
    case FLOW_HUB_STATE_FAILED:
      show_end (self, failure_title (error), failure_advice (error), error != NULL ? error->message : NULL);
      break;
    case FLOW_HUB_STATE_TAKEN:
      show_end (self, _ ("The Hub Was Stopped"),
                _ ("Another program asked it to stop, or took the data folder over. Nothing was lost."), NULL);
      break;
    case FLOW_HUB_STATE_STARTING:
      wait_a_little (self);
      break;
    case FLOW_HUB_STATE_STOPPED:
    case FLOW_HUB_STATE_RUNNING:
    case FLOW_HUB_STATE_STOPPING:
    default:
      gtk_stack_set_visible_child_name (self->stack, "nothing");
    }
}

static void
again_cb (GtkButton *button, FlowStartPage *self)
{
  flow_hub_keeper_start (self->keeper);
}

static void
cancel_cb (GtkButton *button, FlowStartPage *self)
{
  flow_hub_keeper_cancel (self->keeper);
}

static void
folder_cb (GtkButton *button, FlowStartPage *self)
{
  const char *folder = flow_context_get_data_dir (flow_services_get_context (self->services));
  g_autofree char *uri = g_filename_to_uri (folder, NULL, NULL);

  gtk_show_uri (GTK_WINDOW (gtk_widget_get_root (GTK_WIDGET (self))), uri, GDK_CURRENT_TIME);
}

static void
flow_start_page_dispose (GObject *object)
{
  FlowStartPage *self = FLOW_START_PAGE (object);

  stop_sources (self);
  g_clear_object (&self->keeper);
  g_clear_object (&self->services);

  G_OBJECT_CLASS (flow_start_page_parent_class)->dispose (object);
}

static void
flow_start_page_class_init (FlowStartPageClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = flow_start_page_dispose;
  gtk_widget_class_set_template_from_resource (widget_class, "/org/flowscope/FlowScope/shell/flow-start-page.ui");
  gtk_widget_class_bind_template_child (widget_class, FlowStartPage, stack);
  gtk_widget_class_bind_template_child (widget_class, FlowStartPage, progress);
  gtk_widget_class_bind_template_child (widget_class, FlowStartPage, bar);
  gtk_widget_class_bind_template_child (widget_class, FlowStartPage, cancel);
  gtk_widget_class_bind_template_child (widget_class, FlowStartPage, failed);
  gtk_widget_class_bind_template_child (widget_class, FlowStartPage, detail);
  gtk_widget_class_bind_template_child (widget_class, FlowStartPage, again);
  gtk_widget_class_bind_template_child (widget_class, FlowStartPage, folder);
  gtk_widget_class_bind_template_callback (widget_class, again_cb);
  gtk_widget_class_bind_template_callback (widget_class, cancel_cb);
  gtk_widget_class_bind_template_callback (widget_class, folder_cb);
}

static void
flow_start_page_init (FlowStartPage *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

/**
 * flow_start_page_new:
 * @services: where the data is
 * @keeper: starts the hub
 *
 * Returns: (transfer floating): the page
 */
GtkWidget *
flow_start_page_new (FlowServices *services, FlowHubKeeper *keeper)
{
  FlowStartPage *self = g_object_new (FLOW_TYPE_START_PAGE, NULL);

  self->services = g_object_ref (services);
  self->keeper = g_object_ref (keeper);
  g_signal_connect_object (keeper, "notify::state", G_CALLBACK (state_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (keeper, "progress", G_CALLBACK (progress_cb), self, 0);
  state_cb (self);
  return GTK_WIDGET (self);
}
