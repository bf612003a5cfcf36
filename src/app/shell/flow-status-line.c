/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-status-line"

#include "app/shell/flow-status-line.h"

#include <glib/gi18n.h>

#include "app/connections/flow-connection-text.h"
#include "app/edits/flow-edit-words.h"
#include "app/shell/flow-count-text.h"
#include "app/shell/flow-job-row.h"
#include "app/shell/flow-toast.h"
#include "app/sync/flow-sync-words.h"
#include "base/flow-error.h"

/* Counts that change a thousand times a second are read four times a second. */
#define COUNT_MS 250
#define PULSE_MS 120

/**
 * FlowStatusLine:
 *
 * One line that says how things are: the hub, where programs send to, who is connected, what is edited, what long work
 * runs, and how much is stored.
 */
struct _FlowStatusLine
{
  AdwBin parent_instance;

  FlowServices *services;
  FlowHubKeeper *keeper;
  FlowHub *hub;
  gulong hub_handler;
  guint count_timeout;
  guint pulse;
  char *copied;

  GtkImage *icon;
  GtkLabel *state;
  GtkWidget *resume;
  GtkWidget *endpoint;
  GtkLabel *endpoint_label;
  GtkImage *endpoint_icon;
  GtkWidget *connected;
  GtkLabel *connected_label;
  GtkWidget *edits;
  GtkLabel *edits_label;
  GtkWidget *sync;
  GtkLabel *sync_label;
  GtkWidget *jobs_button;
  GtkListBox *jobs_list;
  GtkLabel *jobs_label;
  GtkProgressBar *jobs_bar;
  GtkLabel *counts;
};

G_DEFINE_FINAL_TYPE (FlowStatusLine, flow_status_line, ADW_TYPE_BIN)

static void
set_state (FlowStatusLine *self, const char *icon, const char *style, const char *text)
{
  const char *const classes[] = { style, NULL };

  gtk_image_set_from_icon_name (self->icon, icon);
  gtk_widget_set_css_classes (GTK_WIDGET (self->icon), (const char **) classes);
  gtk_label_set_text (self->state, text);
  gtk_widget_set_tooltip_text (GTK_WIDGET (self->state), text);
}

/* What keeps the hub from storing; the codes are those of errors.json. */
static const char *
trouble_text (const char *trouble)
{
  if (g_str_equal (trouble, "disk_full"))
    return _ ("The disk is full: nothing is stored");
  if (g_str_equal (trouble, "corrupt"))
    return _ ("The database is damaged");
  if (g_str_equal (trouble, "secrets_locked"))
    return _ ("The keyring is locked or gone: nothing is stored");
  if (g_str_equal (trouble, "starting"))
    return _ ("Starting");
  if (g_str_equal (trouble, "stopping"))
    return _ ("Stopping");
  return _ ("Nothing can be stored; see the log");
}

static void
show_running (FlowStatusLine *self)
{
  FlowHubSummary summary = { 0 };

  flow_hub_get_summary (self->hub, &summary);
  gtk_widget_set_visible (self->resume, !summary.capturing);
  if (summary.trouble != NULL)
    set_state (self, "dialog-error-symbolic", "error", trouble_text (summary.trouble));
  else if (!summary.capturing)
    set_state (self, "media-playback-pause-symbolic", "warning", _ ("Capture is paused"));
  else
    set_state (self, "emblem-ok-symbolic", "success", _ ("Ready"));
}

static void
show_state (FlowStatusLine *self)
{
  switch (flow_hub_keeper_get_state (self->keeper))
    {
    case FLOW_HUB_STATE_RUNNING:
      if (self->hub != NULL)
        show_running (self);
      return;
    case FLOW_HUB_STATE_FAILED:
      set_state (self, "dialog-error-symbolic", "error", _ ("The hub does not run"));
      break;
    case FLOW_HUB_STATE_TAKEN:
      set_state (self, "dialog-warning-symbolic", "warning", _ ("Another program stopped the hub"));
      break;
    case FLOW_HUB_STATE_STARTING:
      set_state (self, "content-loading-symbolic", "dim-label", flow_hub_keeper_get_phase (self->keeper));
      break;
    case FLOW_HUB_STATE_STOPPING:
      set_state (self, "content-loading-symbolic", "dim-label", _ ("Stopping"));
      break;
    case FLOW_HUB_STATE_STOPPED:
    default:
      set_state (self, "content-loading-symbolic", "dim-label", _ ("Not started"));
    }
  gtk_widget_set_visible (self->resume, FALSE);
}

static const FlowHubPort *
find_otlp (FlowHub *hub)
{
  guint n = 0;
  const FlowHubPort *ports = flow_hub_get_ports (hub, &n);

  for (guint i = 0; i < n; i++)
    {
      if (g_str_equal (ports[i].name, "otlp-http"))
        return &ports[i];
    }
  return NULL;
}

/* Where programs send to; when that is not where they think, the line to give them. */
static void
show_endpoint (FlowStatusLine *self)
{
  const FlowHubPort *port = self->hub != NULL ? find_otlp (self->hub) : NULL;
  g_autofree char *label = NULL;
  g_autofree char *tip = NULL;
  gboolean elsewhere = port != NULL && port->on && port->wanted != 0 && port->port != port->wanted;

  gtk_widget_set_visible (self->endpoint, port != NULL);
  g_clear_pointer (&self->copied, g_free);
  if (port == NULL)
    return;
  if (port->on)
    {
      self->copied = g_strdup_printf ("OTEL_EXPORTER_OTLP_ENDPOINT=http://127.0.0.1:%u", port->port);
      label = g_strdup_printf ("127.0.0.1:%u", port->port);
      tip = elsewhere ? g_strdup_printf (_ ("Port %u is taken by another program. Click to copy %s"), port->wanted,
                                         self->copied)
                      : g_strdup_printf (_ ("Click to copy %s"), self->copied);
    }
  else
    {
      label = g_strdup (_ ("OTLP is off"));
      tip = g_strdup (port->reason != NULL ? port->reason : label);
    }
  gtk_label_set_text (self->endpoint_label, label);
  gtk_image_set_from_icon_name (self->endpoint_icon,
                                port->on && !elsewhere ? "edit-copy-symbolic" : "dialog-warning-symbolic");
  gtk_widget_set_tooltip_text (self->endpoint, tip);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->endpoint), GTK_ACCESSIBLE_PROPERTY_LABEL, label,
                                  GTK_ACCESSIBLE_PROPERTY_DESCRIPTION, tip, -1);
}

static void
show_connected (FlowStatusLine *self)
{
  FlowConnections *connections = flow_services_get_connections (self->services);
  g_autofree char *text = flow_connection_text_counts (
      flow_board_get_list (FLOW_BOARD (connections), FLOW_CONNECTIONS_CHANNELS));

  gtk_widget_set_visible (self->connected, text != NULL);
  if (text == NULL)
    return;
  gtk_label_set_text (self->connected_label, text);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->connected), GTK_ACCESSIBLE_PROPERTY_LABEL, text, -1);
}

/* An edit that needs a decision is marked, with a word too. */
static void
show_edits (FlowStatusLine *self)
{
  FlowEditBoard *board = flow_services_get_edits (self->services);
  guint conflicts = flow_edit_board_count_conflicts (board);
  GListModel *open = flow_board_get_list (FLOW_BOARD (board), FLOW_EDIT_LIST_OPEN);
  g_autofree char *text = flow_edit_words_counts (g_list_model_get_n_items (open), conflicts);

  gtk_widget_set_visible (self->edits, text != NULL);
  if (text == NULL)
    return;
  gtk_label_set_text (self->edits_label, text);
  if (conflicts > 0)
    gtk_widget_add_css_class (GTK_WIDGET (self->edits_label), "warning");
  else
    gtk_widget_remove_css_class (GTK_WIDGET (self->edits_label), "warning");
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->edits), GTK_ACCESSIBLE_PROPERTY_LABEL, text, -1);
}

/* What the user has to do is marked, with words too. */
static void
show_sync (FlowStatusLine *self)
{
  FlowSyncBoard *board = flow_services_get_sync (self->services);
  g_autofree char *text = flow_sync_words_line (board);

  gtk_widget_set_visible (self->sync, text != NULL);
  if (text == NULL)
    return;
  gtk_label_set_text (self->sync_label, text);
  if (flow_sync_board_needs_user (board))
    gtk_widget_add_css_class (GTK_WIDGET (self->sync_label), "warning");
  else
    gtk_widget_remove_css_class (GTK_WIDGET (self->sync_label), "warning");
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->sync), GTK_ACCESSIBLE_PROPERTY_LABEL, text, -1);
}

static void
show_counts (FlowStatusLine *self)
{
  FlowHubSummary summary = { 0 };
  g_autofree char *traces = NULL;
  g_autofree char *spans = NULL;
  g_autofree char *size = NULL;
  g_autofree char *text = NULL;

  if (self->hub == NULL)
    {
      gtk_label_set_text (self->counts, "");
      return;
    }
  flow_hub_get_summary (self->hub, &summary);
  size = g_format_size (summary.database_bytes);
  traces = flow_count_text_traces (summary.traces);
  spans = flow_count_text_spans (summary.spans);
  text = g_strjoin (" · ", traces, spans, size, NULL);
  gtk_label_set_text (self->counts, text);
  gtk_widget_set_tooltip_text (GTK_WIDGET (self->counts), text);
}

static void
count_cb (gpointer data)
{
  FlowStatusLine *self = data;

  self->count_timeout = 0;
  show_counts (self);
}

static void
committed_cb (FlowServices *services, FlowCommit *commit, FlowStatusLine *self)
{
  if (self->count_timeout != 0)
    return;
  self->count_timeout = g_timeout_add_once (COUNT_MS, count_cb, self);
  g_source_set_name_by_id (self->count_timeout, "flow-status-counts");
}

static void
show_all (FlowStatusLine *self)
{
  show_state (self);
  show_endpoint (self);
  show_counts (self);
}

static void
hub_changed_cb (FlowHub *hub, FlowStatusLine *self)
{
  show_all (self);
}

static void
other_hub_cb (FlowServices *services, FlowStatusLine *self)
{
  if (self->hub != NULL)
    g_clear_signal_handler (&self->hub_handler, self->hub);
  if (g_set_object (&self->hub, flow_services_get_hub (services)) && self->hub != NULL)
    self->hub_handler = g_signal_connect (self->hub, "changed", G_CALLBACK (hub_changed_cb), self);
  show_all (self);
}

static void
keeper_cb (FlowStatusLine *self)
{
  show_state (self);
}

static void
endpoint_clicked_cb (GtkButton *button, FlowStatusLine *self)
{
  if (self->copied == NULL)
    {
      gtk_widget_activate_action (GTK_WIDGET (self), "app.preferences", "s", "ports");
      return;
    }
  gdk_clipboard_set_text (gtk_widget_get_clipboard (GTK_WIDGET (self)), self->copied);
  flow_toast (GTK_WIDGET (self), _ ("Copied; set it where your program starts"));
}

/* --- Jobs ------------------------------------------------------------------------------------------------ */

static gboolean
pulse_cb (gpointer data)
{
  gtk_progress_bar_pulse (FLOW_STATUS_LINE (data)->jobs_bar);
  return G_SOURCE_CONTINUE;
}

static void
set_pulse (FlowStatusLine *self, gboolean wanted)
{
  if (!wanted)
    g_clear_handle_id (&self->pulse, g_source_remove);
  else if (self->pulse == 0)
    {
      self->pulse = g_timeout_add (PULSE_MS, pulse_cb, self);
      g_source_set_name_by_id (self->pulse, "flow-status-pulse");
    }
}

static void
show_jobs (FlowStatusLine *self)
{
  GListModel *jobs = G_LIST_MODEL (flow_services_get_jobs (self->services));
  guint n = g_list_model_get_n_items (jobs);
  g_autoptr (FlowJob) first = g_list_model_get_item (jobs, 0);
  double fraction = first != NULL ? flow_job_get_fraction (first) : 0;
  g_autofree char *text = NULL;

  gtk_widget_set_visible (self->jobs_button, n > 0);
  set_pulse (self, n > 0 && fraction < 0 && gtk_widget_get_mapped (GTK_WIDGET (self)));
  if (n == 0)
    return;
  text = n == 1 ? g_strdup (flow_job_get_title (first))
                : g_strdup_printf (ngettext ("%s and %u more", "%s and %u more", n - 1), flow_job_get_title (first),
                                   n - 1);
  gtk_label_set_text (self->jobs_label, text);
  if (fraction >= 0)
    gtk_progress_bar_set_fraction (self->jobs_bar, fraction);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->jobs_button), GTK_ACCESSIBLE_PROPERTY_LABEL, text, -1);
}

static void
job_changed_cb (FlowJob *job, GParamSpec *pspec, FlowStatusLine *self)
{
  show_jobs (self);
}

static void
jobs_changed_cb (GListModel *jobs, guint position, guint removed, guint added, FlowStatusLine *self)
{
  for (guint i = 0; i < added; i++)
    {
      g_autoptr (FlowJob) job = g_list_model_get_item (jobs, position + i);

      g_signal_connect_object (job, "notify", G_CALLBACK (job_changed_cb), self, 0);
    }
  show_jobs (self);
}

static GtkWidget *
make_row (gpointer item, gpointer data)
{
  GtkWidget *row = gtk_list_box_row_new ();

  gtk_list_box_row_set_activatable (GTK_LIST_BOX_ROW (row), FALSE);
  gtk_list_box_row_set_child (GTK_LIST_BOX_ROW (row), flow_job_row_new (item));
  gtk_accessible_update_property (GTK_ACCESSIBLE (row), GTK_ACCESSIBLE_PROPERTY_LABEL, flow_job_get_title (item), -1);
  return row;
}

/* --- The whole ------------------------------------------------------------------------------------------- */

static void
flow_status_line_map (GtkWidget *widget)
{
  GTK_WIDGET_CLASS (flow_status_line_parent_class)->map (widget);
  show_jobs (FLOW_STATUS_LINE (widget));
}

static void
flow_status_line_unmap (GtkWidget *widget)
{
  set_pulse (FLOW_STATUS_LINE (widget), FALSE);
  GTK_WIDGET_CLASS (flow_status_line_parent_class)->unmap (widget);
}

static void
flow_status_line_dispose (GObject *object)
{
  FlowStatusLine *self = FLOW_STATUS_LINE (object);

  g_clear_handle_id (&self->count_timeout, g_source_remove);
  set_pulse (self, FALSE);
  if (self->hub != NULL)
    g_clear_signal_handler (&self->hub_handler, self->hub);
  g_clear_object (&self->hub);
  g_clear_object (&self->keeper);
  g_clear_object (&self->services);
  g_clear_pointer (&self->copied, g_free);

  G_OBJECT_CLASS (flow_status_line_parent_class)->dispose (object);
}

static void
flow_status_line_class_init (FlowStatusLineClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = flow_status_line_dispose;
  widget_class->map = flow_status_line_map;
  widget_class->unmap = flow_status_line_unmap;
  gtk_widget_class_set_template_from_resource (widget_class, "/org/flowscope/FlowScope/shell/flow-status-line.ui");
  gtk_widget_class_bind_template_child (widget_class, FlowStatusLine, icon);
  gtk_widget_class_bind_template_child (widget_class, FlowStatusLine, state);
  gtk_widget_class_bind_template_child (widget_class, FlowStatusLine, resume);
  gtk_widget_class_bind_template_child (widget_class, FlowStatusLine, endpoint);
  gtk_widget_class_bind_template_child (widget_class, FlowStatusLine, endpoint_label);
  gtk_widget_class_bind_template_child (widget_class, FlowStatusLine, endpoint_icon);
  gtk_widget_class_bind_template_child (widget_class, FlowStatusLine, connected);
  gtk_widget_class_bind_template_child (widget_class, FlowStatusLine, connected_label);
  gtk_widget_class_bind_template_child (widget_class, FlowStatusLine, edits);
  gtk_widget_class_bind_template_child (widget_class, FlowStatusLine, edits_label);
  gtk_widget_class_bind_template_child (widget_class, FlowStatusLine, sync);
  gtk_widget_class_bind_template_child (widget_class, FlowStatusLine, sync_label);
  gtk_widget_class_bind_template_child (widget_class, FlowStatusLine, jobs_button);
  gtk_widget_class_bind_template_child (widget_class, FlowStatusLine, jobs_list);
  gtk_widget_class_bind_template_child (widget_class, FlowStatusLine, jobs_label);
  gtk_widget_class_bind_template_child (widget_class, FlowStatusLine, jobs_bar);
  gtk_widget_class_bind_template_child (widget_class, FlowStatusLine, counts);
  gtk_widget_class_bind_template_callback (widget_class, endpoint_clicked_cb);
}

static void
flow_status_line_init (FlowStatusLine *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

/**
 * flow_status_line_new:
 * @services: the hub and the jobs
 * @keeper: says how the hub is
 *
 * Returns: (transfer floating): the line
 */
GtkWidget *
flow_status_line_new (FlowServices *services, FlowHubKeeper *keeper)
{
  FlowStatusLine *self = g_object_new (FLOW_TYPE_STATUS_LINE, NULL);
  GListModel *jobs = G_LIST_MODEL (flow_services_get_jobs (services));
  GListModel *channels = flow_board_get_list (FLOW_BOARD (flow_services_get_connections (services)),
                                              FLOW_CONNECTIONS_CHANNELS);

  self->services = g_object_ref (services);
  self->keeper = g_object_ref (keeper);
  g_signal_connect_object (services, "hub-changed", G_CALLBACK (other_hub_cb), self, 0);
  g_signal_connect_object (services, "committed", G_CALLBACK (committed_cb), self, 0);
  g_signal_connect_object (keeper, "notify::state", G_CALLBACK (keeper_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (keeper, "progress", G_CALLBACK (keeper_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (jobs, "items-changed", G_CALLBACK (jobs_changed_cb), self, 0);
  gtk_list_box_bind_model (self->jobs_list, jobs, make_row, NULL, NULL);
  jobs_changed_cb (jobs, 0, 0, g_list_model_get_n_items (jobs), self);
  g_signal_connect_object (channels, "items-changed", G_CALLBACK (show_connected), self, G_CONNECT_SWAPPED);
  show_connected (self);
  g_signal_connect_object (flow_services_get_edits (services), "changed", G_CALLBACK (show_edits), self,
                           G_CONNECT_SWAPPED);
  show_edits (self);
  g_signal_connect_object (flow_services_get_sync (services), "changed", G_CALLBACK (show_sync), self,
                           G_CONNECT_SWAPPED);
  show_sync (self);
  other_hub_cb (services, self);
  return GTK_WIDGET (self);
}
