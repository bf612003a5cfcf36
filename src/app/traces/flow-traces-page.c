/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-traces-page"

#include "app/traces/flow-traces-page.h"

#include <adwaita.h>
#include <glib/gi18n.h>

#include "app/shell/flow-page.h"
#include "app/shell/flow-toast.h"
#include "app/sync/flow-sync-marks.h"
#include "app/sync/flow-trace-share.h"
#include "app/traces/flow-auto-open.h"
#include "app/traces/flow-filter-bar.h"
#include "app/traces/flow-overview-strip.h"
#include "app/traces/flow-trace-list-view.h"
#include "app/traces/flow-trace-list-work.h"
#include "app/traces/flow-trace-view.h"
#include "app/welcome/flow-welcome-page.h"
#include "base/flow-id.h"

/**
 * FlowTracesPage:
 *
 * The first page: where in time there is something, the list of traces that match a filter, and one of them when it is
 * opened. Without any trace it teaches how to get one.
 */
struct _FlowTracesPage
{
  GtkWidget parent_instance;

  AdwLeaflet *leaflet;
  GtkWidget *list_box;
  GtkBox *tools;
  GtkStack *states;
  AdwStatusPage *problem;
  GMenuModel *row_menu;

  FlowServices *services;
  FlowTraceListModel *model;
  FlowTraceListView *list;
  FlowFilterBar *filter;
  FlowOverviewStrip *overview;
  FlowSyncMarks *marks;
  FlowTraceShare *share; /* of the row whose menu was shown last */
  GtkWidget *welcome;
  FlowTraceView *trace;
  FlowAutoOpen *auto_open;
  gboolean opened_itself; /* the trace that is open */
  GtkWidget *back;        /* of the header bar */
  GtkWidget *follow;      /* of the header bar */
};

static void flow_traces_page_page_iface_init (FlowPageInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (FlowTracesPage, flow_traces_page, GTK_TYPE_WIDGET,
                               G_IMPLEMENT_INTERFACE (FLOW_TYPE_PAGE, flow_traces_page_page_iface_init))

enum
{
  PROP_0,
  PROP_SHARED,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];

static gboolean
is_open (FlowTracesPage *self)
{
  return adw_leaflet_get_visible_child (self->leaflet) != self->list_box;
}

static gboolean
go_back (FlowTracesPage *self)
{
  if (!is_open (self))
    return FALSE;
  adw_leaflet_set_visible_child (self->leaflet, self->list_box);
  return TRUE;
}

static GtkWidget *
flow_traces_page_get_start (FlowPage *page)
{
  return FLOW_TRACES_PAGE (page)->back;
}

static GtkWidget *
flow_traces_page_get_end (FlowPage *page)
{
  return FLOW_TRACES_PAGE (page)->follow;
}

static const char *
flow_traces_page_get_title (FlowPage *page)
{
  FlowTracesPage *self = FLOW_TRACES_PAGE (page);

  return is_open (self) ? flow_trace_view_get_title (self->trace) : NULL;
}

static void
page_focus_search (FlowPage *page)
{
  flow_traces_page_focus_search (FLOW_TRACES_PAGE (page));
}

static gboolean
flow_traces_page_go_back (FlowPage *page)
{
  return go_back (FLOW_TRACES_PAGE (page));
}

static void
flow_traces_page_page_iface_init (FlowPageInterface *iface)
{
  iface->get_start = flow_traces_page_get_start;
  iface->get_end = flow_traces_page_get_end;
  iface->get_title = flow_traces_page_get_title;
  iface->focus_search = page_focus_search;
  iface->go_back = flow_traces_page_go_back;
}

/* What stands below the filter. */
static const char *
find_state (FlowTracesPage *self)
{
  FlowTraceFilterCopy *filter = flow_trace_list_model_get_filter (self->model);
  FlowTraceFilter unsorted = filter->filter;
  g_autoptr (FlowTraceFilterCopy) plain = NULL;

  if (g_list_model_get_n_items (G_LIST_MODEL (self->model)) > 0)
    return "list";
  if (flow_trace_list_model_get_problem (self->model) != NULL)
    return "problem";
  if (flow_trace_list_model_get_loading (self->model))
    return "searching";
  unsorted.sort = FLOW_TRACE_SORT_NEWEST;
  plain = flow_trace_filter_copy_new (&unsorted);
  return flow_trace_filter_copy_is_all (plain) ? "welcome" : "no-match";
}

static void
update_state (FlowTracesPage *self)
{
  const char *problem = flow_trace_list_model_get_problem (self->model), *state = find_state (self);
  g_autofree char *markup = g_markup_escape_text (problem != NULL ? problem : "", -1);

  adw_status_page_set_description (self->problem, markup);
  if (g_str_equal (state, "welcome") && self->welcome == NULL)
    {
      self->welcome = flow_welcome_page_new (self->services);
      gtk_stack_add_named (self->states, self->welcome, state);
    }
  gtk_stack_set_visible_child_name (self->states, state);
  gtk_widget_set_visible (GTK_WIDGET (self->tools), !g_str_equal (state, "welcome"));
}

static void
visible_child_cb (FlowTracesPage *self)
{
  /* Until the rest is made. */
  if (self->back == NULL)
    return;
  gtk_widget_set_visible (self->back, is_open (self));
  gtk_widget_set_visible (self->follow, !is_open (self));
  flow_page_title_changed (FLOW_PAGE (self));
  if (!is_open (self) && self->trace != NULL)
    {
      flow_trace_view_close (self->trace);
      flow_trace_list_view_focus (self->list);
    }
}

static void
filter_changed_cb (FlowTracesPage *self)
{
  flow_trace_list_model_set_filter (self->model, flow_filter_bar_get_filter (self->filter));
  update_state (self);
}

static void
range_selected_cb (FlowTracesPage *self, gint64 since_ns, gint64 until_ns)
{
  flow_filter_bar_set_range (self->filter, since_ns, until_ns);
}

static void
range_cleared_cb (FlowTracesPage *self)
{
  flow_overview_strip_clear_selection (self->overview);
}

static void
filter_requested_cb (FlowTracesPage *self, const char *text)
{
  go_back (self);
  flow_filter_bar_set_text (self->filter, text);
}

static void
trace_requested_cb (FlowTracesPage *self, const char *hex)
{
  guint8 trace_id[16];

  if (flow_id_from_hex (hex, sizeof trace_id, trace_id))
    flow_traces_page_open_trace (self, trace_id, 0);
}

/* What somebody opened stays open. */
static void
arrived_cb (FlowTracesPage *self, FlowTraceItem *item)
{
  if (is_open (self) && !self->opened_itself)
    return;
  flow_traces_page_open_trace (self, flow_trace_item_get_info (item)->trace_id, 0);
  self->opened_itself = TRUE;
}

static void
activated_cb (FlowTracesPage *self, FlowTraceItem *item)
{
  FlowTraceInfo *info = flow_trace_item_get_info (item);

  if (info != NULL)
    flow_traces_page_open_trace (self, info->trace_id, 0);
}

/* --- Actions ------------------------------------------------------------------------------------------- */

static const FlowTraceInfo *
selected (FlowTracesPage *self)
{
  FlowTraceItem *item = flow_trace_list_view_get_selected (self->list);

  return item != NULL && !is_open (self) ? flow_trace_item_get_info (item) : NULL;
}

static void
open_cb (GtkWidget *widget, const char *action, GVariant *parameter)
{
  const FlowTraceInfo *info = selected (FLOW_TRACES_PAGE (widget));

  if (info != NULL)
    flow_traces_page_open_trace (FLOW_TRACES_PAGE (widget), info->trace_id, 0);
}

static void
pin_cb (GtkWidget *widget, const char *action, GVariant *parameter)
{
  const FlowTraceInfo *info = selected (FLOW_TRACES_PAGE (widget));

  if (info != NULL)
    flow_trace_list_pin (FLOW_TRACES_PAGE (widget)->services, widget, info);
}

static void
menu_requested_cb (FlowTracesPage *self)
{
  const FlowTraceInfo *info = selected (self);

  flow_trace_share_set_trace (self->share, info != NULL ? info->trace_id : NULL);
}

static void
share_changed_cb (FlowTracesPage *self)
{
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "traces.share", flow_trace_share_get_reason (self->share) == NULL);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_SHARED]);
  if (flow_trace_share_is_slow (self->share))
    flow_toast (GTK_WIDGET (self), _ ("The trace is being shared, or taken back"));
}

static void
share_done_cb (FlowTracesPage *self, gboolean shared)
{
  flow_toast (GTK_WIDGET (self), shared ? _ ("Your other devices have this trace too")
                                        : _ ("Other devices cannot fetch this trace any more"));
}

static void
share_failed_cb (FlowTracesPage *self, const char *reason)
{
  g_autofree char *text = g_strdup_printf (_ ("The trace stays as it was: %s"), reason);

  flow_toast (GTK_WIDGET (self), text);
}

static void
filter_service_cb (GtkWidget *widget, const char *action, GVariant *parameter)
{
  FlowTracesPage *self = FLOW_TRACES_PAGE (widget);
  const FlowTraceInfo *info = selected (self);
  g_autofree char *text = NULL;

  if (info == NULL || info->services[0] == NULL)
    return;
  text = flow_trace_filter_text_toggle (flow_filter_bar_get_text (self->filter), FLOW_FILTER_SERVICE,
                                        info->services[0]);
  flow_filter_bar_set_text (self->filter, text);
}

static void
copy_id_cb (GtkWidget *widget, const char *action, GVariant *parameter)
{
  const FlowTraceInfo *info = selected (FLOW_TRACES_PAGE (widget));

  if (info != NULL)
    flow_trace_list_copy_id (widget, info);
}

static void
copy_link_cb (GtkWidget *widget, const char *action, GVariant *parameter)
{
  const FlowTraceInfo *info = selected (FLOW_TRACES_PAGE (widget));

  if (info != NULL)
    flow_trace_list_copy_link (widget, info);
}

static void
erase_cb (GtkWidget *widget, const char *action, GVariant *parameter)
{
  FlowTracesPage *self = FLOW_TRACES_PAGE (widget);
  const FlowTraceInfo *info = selected (self);
  guint position, left;

  if (info == NULL || !flow_trace_list_model_find (self->model, info->number, &position))
    return;
  flow_trace_list_erase (self->services, self->model, widget, info);
  left = g_list_model_get_n_items (G_LIST_MODEL (self->model));
  if (left > 0)
    flow_trace_list_view_select (self->list, MIN (position, left - 1));
}

static void
follow_cb (GtkWidget *widget, const char *action, GVariant *parameter)
{
  GtkToggleButton *follow = GTK_TOGGLE_BUTTON (FLOW_TRACES_PAGE (widget)->follow);

  gtk_toggle_button_set_active (follow, !gtk_toggle_button_get_active (follow));
}

static void
search_cb (GtkWidget *widget, const char *action, GVariant *parameter)
{
  flow_traces_page_focus_search (FLOW_TRACES_PAGE (widget));
}

static void
focus_list_cb (GtkWidget *widget, const char *action, GVariant *parameter)
{
  flow_trace_list_view_focus (FLOW_TRACES_PAGE (widget)->list);
}

static void
clear_filter_cb (GtkWidget *widget, const char *action, GVariant *parameter)
{
  flow_filter_bar_clear (FLOW_TRACES_PAGE (widget)->filter);
}

static void
reload_cb (GtkWidget *widget, const char *action, GVariant *parameter)
{
  flow_trace_list_model_reload (FLOW_TRACES_PAGE (widget)->model);
}

static void
back_cb (GtkWidget *widget, const char *action, GVariant *parameter)
{
  go_back (FLOW_TRACES_PAGE (widget));
}

static const struct
{
  const char *name;
  GtkWidgetActionActivateFunc activate;
} actions[] = {
  { "traces.open", open_cb },
  { "traces.pin", pin_cb },
  { "traces.filter-service", filter_service_cb },
  { "traces.copy-id", copy_id_cb },
  { "traces.copy-link", copy_link_cb },
  { "traces.erase", erase_cb },
  { "traces.follow", follow_cb },
  { "traces.search", search_cb },
  { "traces.focus-list", focus_list_cb },
  { "traces.clear-filter", clear_filter_cb },
  { "traces.reload", reload_cb },
  { "traces.back", back_cb },
};

/* --- Making the page ----------------------------------------------------------------------------------- */

static void
flow_traces_page_get_property (GObject *object, guint id, GValue *value, GParamSpec *spec)
{
  FlowTracesPage *self = FLOW_TRACES_PAGE (object);

  if (id == PROP_SHARED)
    g_value_set_boolean (value, self->share != NULL && flow_trace_share_get_shared (self->share));
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, spec);
}

static void
flow_traces_page_set_property (GObject *object, guint id, const GValue *value, GParamSpec *spec)
{
  if (id == PROP_SHARED)
    flow_trace_share_set_shared (FLOW_TRACES_PAGE (object)->share, g_value_get_boolean (value));
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, spec);
}

static void
flow_traces_page_dispose (GObject *object)
{
  FlowTracesPage *self = FLOW_TRACES_PAGE (object);

  if (self->model != NULL)
    g_signal_handlers_disconnect_by_data (self->model, self);
  g_clear_object (&self->marks);
  g_clear_object (&self->share);
  g_clear_object (&self->back);
  g_clear_object (&self->follow);
  self->trace = NULL;
  if (self->leaflet != NULL)
    gtk_widget_unparent (GTK_WIDGET (self->leaflet));
  self->leaflet = NULL;
  g_clear_object (&self->auto_open);
  g_clear_object (&self->model);
  g_clear_object (&self->services);

  G_OBJECT_CLASS (flow_traces_page_parent_class)->dispose (object);
}

static void
flow_traces_page_class_init (FlowTracesPageClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = flow_traces_page_dispose;
  G_OBJECT_CLASS (klass)->get_property = flow_traces_page_get_property;
  G_OBJECT_CLASS (klass)->set_property = flow_traces_page_set_property;

  /**
   * FlowTracesPage:shared:
   *
   * Whether the trace whose menu was shown last is on the user's other devices too.
   */
  properties[PROP_SHARED] = g_param_spec_boolean ("shared", NULL, NULL, FALSE,
                                                  G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (G_OBJECT_CLASS (klass), N_PROPS, properties);

  gtk_widget_class_set_layout_manager_type (widget_class, GTK_TYPE_BIN_LAYOUT);
  gtk_widget_class_set_template_from_resource (widget_class, "/org/flowscope/FlowScope/traces/flow-traces-page.ui");
  gtk_widget_class_bind_template_child (widget_class, FlowTracesPage, leaflet);
  gtk_widget_class_bind_template_child (widget_class, FlowTracesPage, list_box);
  gtk_widget_class_bind_template_child (widget_class, FlowTracesPage, tools);
  gtk_widget_class_bind_template_child (widget_class, FlowTracesPage, states);
  gtk_widget_class_bind_template_child (widget_class, FlowTracesPage, problem);
  gtk_widget_class_bind_template_child (widget_class, FlowTracesPage, row_menu);
  gtk_widget_class_bind_template_callback (widget_class, visible_child_cb);
  /* One that spins while it is not shown has the window draw all the time. */
  gtk_widget_class_bind_template_callback (widget_class, gtk_spinner_start);
  gtk_widget_class_bind_template_callback (widget_class, gtk_spinner_stop);
  for (gsize i = 0; i < G_N_ELEMENTS (actions); i++)
    gtk_widget_class_install_action (widget_class, actions[i].name, NULL, actions[i].activate);
  gtk_widget_class_install_property_action (widget_class, "traces.share", "shared");
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_f, GDK_CONTROL_MASK, "traces.search", NULL);
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
  flow_overview_strip_committed (self->overview, commit);
}

static void
hub_changed_cb (FlowTracesPage *self)
{
  flow_trace_list_model_reload (self->model);
  flow_overview_strip_reload (self->overview);
}

static void
marks_cb (FlowTracesPage *self)
{
  flow_overview_strip_set_marks (self->overview, flow_sync_marks_get (self->marks));
}

static void
follow_toggled_cb (GtkToggleButton *button, GParamSpec *pspec, FlowTracesPage *self)
{
  gboolean follow = gtk_toggle_button_get_active (button);

  gtk_button_set_icon_name (GTK_BUTTON (button),
                            follow ? "media-playback-pause-symbolic" : "media-playback-start-symbolic");
  gtk_widget_set_tooltip_text (GTK_WIDGET (button), follow ? _ ("Pause the list") : _ ("Follow new traces"));
}

/* These are shown in the window's header bar, which lets them go when it shows another page. */
static void
make_header (FlowTracesPage *self)
{
  self->back = g_object_ref_sink (gtk_button_new_from_icon_name ("go-previous-symbolic"));
  gtk_widget_set_tooltip_text (self->back, _ ("All traces"));
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->back), GTK_ACCESSIBLE_PROPERTY_LABEL, _ ("All traces"), -1);
  gtk_widget_set_visible (self->back, FALSE);
  g_signal_connect_object (self->back, "clicked", G_CALLBACK (go_back), self, G_CONNECT_SWAPPED);

  self->follow = g_object_ref_sink (gtk_toggle_button_new ());
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->follow), GTK_ACCESSIBLE_PROPERTY_LABEL, _ ("Follow new traces"),
                                  -1);
  g_signal_connect_object (self->follow, "notify::active", G_CALLBACK (follow_toggled_cb), self, 0);
  g_object_bind_property (self->list, "follow", self->follow, "active",
                          G_BINDING_BIDIRECTIONAL | G_BINDING_SYNC_CREATE);
}

static void
make_list (FlowTracesPage *self)
{
  self->model = flow_trace_list_model_new (flow_services_get_queries (self->services));
  self->list = FLOW_TRACE_LIST_VIEW (flow_trace_list_view_new (self->model));
  self->auto_open = flow_auto_open_new (flow_services_get_settings (self->services), self->model);
  g_signal_connect_object (self->auto_open, "arrived", G_CALLBACK (arrived_cb), self, G_CONNECT_SWAPPED);
  flow_trace_list_view_set_menu (self->list, self->row_menu);
  gtk_stack_add_named (self->states, GTK_WIDGET (self->list), "list");
  g_signal_connect_object (self->list, "activated", G_CALLBACK (activated_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->model, "items-changed", G_CALLBACK (update_state), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->model, "notify::loading", G_CALLBACK (update_state), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->model, "notify::problem", G_CALLBACK (update_state), self, G_CONNECT_SWAPPED);
}

static void
make_share (FlowTracesPage *self)
{
  self->share = flow_trace_share_new (flow_services_get_sync (self->services));
  g_signal_connect_object (self->list, "menu-requested", G_CALLBACK (menu_requested_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->share, "changed", G_CALLBACK (share_changed_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->share, "done", G_CALLBACK (share_done_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->share, "failed", G_CALLBACK (share_failed_cb), self, G_CONNECT_SWAPPED);
  share_changed_cb (self);
}

static void
make_tools (FlowTracesPage *self)
{
  self->overview = FLOW_OVERVIEW_STRIP (flow_overview_strip_new (flow_services_get_queries (self->services)));
  g_signal_connect_object (self->overview, "range-selected", G_CALLBACK (range_selected_cb), self, G_CONNECT_SWAPPED);
  gtk_box_append (self->tools, GTK_WIDGET (self->overview));
  self->marks = flow_sync_marks_new (flow_services_get_sync (self->services));
  g_signal_connect_object (self->marks, "changed", G_CALLBACK (marks_cb), self, G_CONNECT_SWAPPED);
  self->filter = FLOW_FILTER_BAR (flow_filter_bar_new (self->services));
  g_signal_connect_object (self->filter, "changed", G_CALLBACK (filter_changed_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->filter, "range-cleared", G_CALLBACK (range_cleared_cb), self, G_CONNECT_SWAPPED);
  gtk_box_append (self->tools, GTK_WIDGET (self->filter));
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
  make_list (self);
  make_share (self);
  make_tools (self);
  make_header (self);
  update_state (self);
  g_signal_connect_object (services, "committed", G_CALLBACK (committed_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (services, "hub-changed", G_CALLBACK (hub_changed_cb), self, G_CONNECT_SWAPPED);
  return GTK_WIDGET (self);
}

static void
make_trace (FlowTracesPage *self)
{
  if (self->trace != NULL)
    return;
  self->trace = FLOW_TRACE_VIEW (flow_trace_view_new (self->services));
  adw_leaflet_append (self->leaflet, GTK_WIDGET (self->trace));
  g_signal_connect_object (self->trace, "filter-requested", G_CALLBACK (filter_requested_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->trace, "trace-requested", G_CALLBACK (trace_requested_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->trace, "notify::title", G_CALLBACK (flow_page_title_changed), self, G_CONNECT_SWAPPED);
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
  make_trace (self);
  self->opened_itself = FALSE;
  flow_trace_view_open (self->trace, trace_id, span_id);
  adw_leaflet_set_visible_child (self->leaflet, GTK_WIDGET (self->trace));
  gtk_widget_child_focus (GTK_WIDGET (self->trace), GTK_DIR_TAB_FORWARD);
}

/**
 * flow_traces_page_set_filter:
 * @self: the page
 * @text: a filter as one writes it
 *
 * Show the list of what matches.
 */
void
flow_traces_page_set_filter (FlowTracesPage *self, const char *text)
{
  filter_requested_cb (self, text);
}

/**
 * flow_traces_page_focus_search:
 * @self: the page
 *
 * Go to where one searches: in the list, or in the trace that is open.
 */
void
flow_traces_page_focus_search (FlowTracesPage *self)
{
  if (is_open (self))
    flow_trace_view_focus_search (self->trace);
  else
    flow_filter_bar_focus (self->filter);
}
