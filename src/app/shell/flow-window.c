/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-window"

#include "app/shell/flow-window.h"

#include <glib/gi18n.h>

#include "app/connections/flow-connections-page.h"
#include "app/edits/flow-edits-page.h"
#include "app/shell/flow-application.h"
#include "app/shell/flow-log-page.h"
#include "app/shell/flow-page.h"
#include "app/shell/flow-preferences.h"
#include "app/shell/flow-shortcuts.h"
#include "app/shell/flow-start-page.h"
#include "app/shell/flow-status-line.h"
#include "app/shell/flow-window-state.h"
#include "app/sync/flow-sync-page.h"
#include "app/traces/flow-traces-page.h"

#define TRACES "traces"
#define EDITS "edits"
#define SYNC "sync"
#define CONNECTIONS "connections"
#define LOG "log"

/**
 * FlowWindow:
 *
 * The window: a sidebar of pages, the page itself, and a line that says how things are. While there is no hub, the
 * start page stands where the traces are; the log can be read all the time.
 */
struct _FlowWindow
{
  AdwApplicationWindow parent_instance;

  FlowServices *services;
  FlowHubKeeper *keeper;
  GtkStack *traces_slot;    /* the start page, or the traces */
  AdwBin *edits_slot;       /* empty until it is first shown */
  AdwBin *sync_slot;        /* empty until it is first shown */
  AdwBin *connections_slot; /* empty until it is first shown */
  AdwBin *log_slot;         /* empty until it is first shown */
  FlowLink *waiting;        /* to be opened when the hub runs */
  char *waiting_search;     /* to be searched for then */
  GtkWindow *preferences;

  AdwToastOverlay *toasts;
  AdwLeaflet *leaflet;
  GtkWidget *sidebar;
  GtkWidget *content;
  GtkListBox *page_list;
  GtkStack *pages;
  AdwWindowTitle *title;
  AdwBin *header_start;
  AdwBin *header_end;
  AdwBin *questions;
  AdwBin *status;
};

G_DEFINE_FINAL_TYPE (FlowWindow, flow_window, ADW_TYPE_APPLICATION_WINDOW)

/* --- Pages ----------------------------------------------------------------------------------------------- */

static GtkListBoxRow *
find_row (FlowWindow *self, const char *name)
{
  GtkListBoxRow *row = gtk_list_box_get_row_at_index (self->page_list, 0);

  for (int i = 0; row != NULL; row = gtk_list_box_get_row_at_index (self->page_list, ++i))
    {
      if (g_str_equal (gtk_widget_get_name (GTK_WIDGET (row)), name))
        return row;
    }
  return NULL;
}

/* The page that is shown, if it has a share of the window. */
static FlowPage *
current_page (FlowWindow *self)
{
  GtkWidget *page = gtk_stack_get_visible_child (self->pages);

  if (page != NULL && page == GTK_WIDGET (self->traces_slot))
    page = gtk_stack_get_visible_child (self->traces_slot);
  else if (ADW_IS_BIN (page) && !FLOW_IS_PAGE (page))
    page = adw_bin_get_child (ADW_BIN (page));
  return FLOW_IS_PAGE (page) ? FLOW_PAGE (page) : NULL;
}

/* The page's title, or above it the name of what is open on the page. */
static void
show_title (FlowWindow *self)
{
  GtkWidget *child = gtk_stack_get_visible_child (self->pages);
  const char *title = child != NULL ? gtk_stack_page_get_title (gtk_stack_get_page (self->pages, child)) : NULL;
  FlowPage *page = current_page (self);
  const char *open = page != NULL ? flow_page_get_title (page) : NULL;

  if (title == NULL)
    return;
  adw_window_title_set_title (self->title, open != NULL ? open : title);
  adw_window_title_set_subtitle (self->title, open != NULL ? title : "");
}

static void
show_current (FlowWindow *self)
{
  GtkWidget *child = gtk_stack_get_visible_child (self->pages);
  GtkStackPage *stack_page = child != NULL ? gtk_stack_get_page (self->pages, child) : NULL;
  GtkListBoxRow *row = stack_page != NULL ? find_row (self, gtk_stack_page_get_name (stack_page)) : NULL;
  FlowPage *page = current_page (self);

  adw_bin_set_child (self->header_start, page != NULL ? flow_page_get_start (page) : NULL);
  adw_bin_set_child (self->header_end, page != NULL ? flow_page_get_end (page) : NULL);
  show_title (self);
  if (row != NULL)
    gtk_list_box_select_row (self->page_list, row);
}

static GtkWidget *
follow_title (FlowWindow *self, GtkWidget *page)
{
  g_signal_connect_object (page, "title-changed", G_CALLBACK (show_title), self, G_CONNECT_SWAPPED);
  return page;
}

/* Pages that nobody looks at are not made. */
static void
fill_slot (FlowWindow *self, GtkWidget *shown)
{
  if (shown == NULL || !ADW_IS_BIN (shown) || adw_bin_get_child (ADW_BIN (shown)) != NULL)
    return;
  if (shown == GTK_WIDGET (self->log_slot))
    adw_bin_set_child (self->log_slot, flow_log_page_new (self->services));
  else if (shown == GTK_WIDGET (self->edits_slot))
    adw_bin_set_child (self->edits_slot, follow_title (self, flow_edits_page_new (self->services)));
  else if (shown == GTK_WIDGET (self->sync_slot))
    adw_bin_set_child (self->sync_slot, follow_title (self, flow_sync_page_new (self->services)));
  else if (shown == GTK_WIDGET (self->connections_slot))
    adw_bin_set_child (self->connections_slot, flow_connections_page_new (self->services, self->keeper));
}

static void
page_changed_cb (GtkStack *pages, GParamSpec *pspec, FlowWindow *self)
{
  fill_slot (self, gtk_stack_get_visible_child (pages));
  show_current (self);
}

static void
row_activated_cb (GtkListBox *list, GtkListBoxRow *row, FlowWindow *self)
{
  flow_window_show_page (self, gtk_widget_get_name (GTK_WIDGET (row)));
}

static void
add_traces (FlowWindow *self)
{
  GtkWidget *page = flow_traces_page_new (self->services);

  g_signal_connect_object (page, "title-changed", G_CALLBACK (show_title), self, G_CONNECT_SWAPPED);
  gtk_stack_add_named (self->traces_slot, page, TRACES);
}

static void
keeper_cb (FlowWindow *self)
{
  gboolean running = flow_hub_keeper_get_state (self->keeper) == FLOW_HUB_STATE_RUNNING;

  if (running && gtk_stack_get_child_by_name (self->traces_slot, TRACES) == NULL)
    add_traces (self);
  gtk_stack_set_visible_child_name (self->traces_slot, running ? TRACES : "start");
  show_current (self);
  if (running && self->waiting != NULL)
    {
      g_autofree FlowLink *link = g_steal_pointer (&self->waiting);

      flow_window_open_trace (self, link);
    }
  if (running && self->waiting_search != NULL)
    {
      g_autofree char *text = g_steal_pointer (&self->waiting_search);

      flow_window_search (self, text);
    }
}

static void
add_pages (FlowWindow *self)
{
  self->traces_slot = GTK_STACK (gtk_stack_new ());
  self->edits_slot = ADW_BIN (adw_bin_new ());
  self->sync_slot = ADW_BIN (adw_bin_new ());
  self->connections_slot = ADW_BIN (adw_bin_new ());
  self->log_slot = ADW_BIN (adw_bin_new ());
  gtk_stack_set_hhomogeneous (self->traces_slot, FALSE);
  gtk_stack_set_vhomogeneous (self->traces_slot, FALSE);
  gtk_stack_add_named (self->traces_slot, flow_start_page_new (self->services, self->keeper), "start");
  flow_window_add_page (self, TRACES, _ ("Traces"), "org.flowscope.FlowScope-symbolic", GTK_WIDGET (self->traces_slot));
  flow_window_add_page (self, EDITS, _ ("Edits"), "document-edit-symbolic", GTK_WIDGET (self->edits_slot));
  flow_window_add_page (self, SYNC, _ ("Sync"), "emblem-synchronizing-symbolic", GTK_WIDGET (self->sync_slot));
  flow_window_add_page (self, CONNECTIONS, _ ("Connections"), "network-workgroup-symbolic",
                        GTK_WIDGET (self->connections_slot));
  flow_window_add_page (self, LOG, _ ("Log"), "text-x-generic-symbolic", GTK_WIDGET (self->log_slot));
  adw_bin_set_child (self->status, flow_status_line_new (self->services, self->keeper));
}

/* --- Actions --------------------------------------------------------------------------------------------- */

static void
pages_cb (GtkWidget *widget, const char *action, GVariant *parameter)
{
  FlowWindow *self = FLOW_WINDOW (widget);

  adw_leaflet_set_visible_child (self->leaflet, self->sidebar);
  gtk_widget_grab_focus (GTK_WIDGET (gtk_list_box_get_selected_row (self->page_list)));
}

static void
page_cb (GtkWidget *widget, const char *action, GVariant *parameter)
{
  flow_window_show_page (FLOW_WINDOW (widget), g_variant_get_string (parameter, NULL));
}

static void
edit_cb (GtkWidget *widget, const char *action, GVariant *id)
{
  FlowWindow *self = FLOW_WINDOW (widget);

  flow_window_show_page (self, EDITS);
  flow_edits_page_open (FLOW_EDITS_PAGE (adw_bin_get_child (self->edits_slot)), g_variant_get_string (id, NULL));
}

static void
conflict_cb (GtkWidget *widget, const char *action, GVariant *id)
{
  FlowWindow *self = FLOW_WINDOW (widget);

  flow_window_show_page (self, SYNC);
  flow_sync_page_open (FLOW_SYNC_PAGE (adw_bin_get_child (self->sync_slot)), g_variant_get_string (id, NULL));
}

static void
search_cb (GtkWidget *widget, const char *action, GVariant *parameter)
{
  FlowWindow *self = FLOW_WINDOW (widget);
  FlowPage *page = current_page (self);
  GtkWidget *traces = gtk_stack_get_visible_child (self->traces_slot);

  if (page != NULL)
    flow_page_focus_search (page);
  else if (FLOW_IS_TRACES_PAGE (traces) && gtk_widget_get_mapped (traces))
    flow_traces_page_focus_search (FLOW_TRACES_PAGE (traces));
}

static void
back_cb (GtkWidget *widget, const char *action, GVariant *parameter)
{
  FlowWindow *self = FLOW_WINDOW (widget);
  FlowPage *page = current_page (self);

  if (page == NULL || !flow_page_go_back (page))
    adw_leaflet_navigate (self->leaflet, ADW_NAVIGATION_DIRECTION_BACK);
}

static void
help_cb (GtkWidget *widget, const char *action, GVariant *parameter)
{
  GtkWidget *window = flow_shortcuts_window_new ();

  gtk_window_set_transient_for (GTK_WINDOW (window), GTK_WINDOW (widget));
  gtk_window_present (GTK_WINDOW (window));
}

/* --- Files that are dropped on the window ---------------------------------------------------------------- */

static gboolean
drop_cb (GtkDropTarget *target, const GValue *value, double x, double y, FlowWindow *self)
{
  g_autoptr (GPtrArray) files = g_ptr_array_new_with_free_func (g_object_unref);
  g_autoptr (GSList) list = gdk_file_list_get_files (g_value_get_boxed (value));

  for (GSList *l = list; l != NULL; l = l->next)
    g_ptr_array_add (files, g_object_ref (l->data));
  if (files->len > 0)
    g_application_open (G_APPLICATION (gtk_window_get_application (GTK_WINDOW (self))), (GFile **) files->pdata,
                        (int) files->len, "");
  return files->len > 0;
}

static void
accept_files (FlowWindow *self)
{
  GtkDropTarget *target = gtk_drop_target_new (GDK_TYPE_FILE_LIST, GDK_ACTION_COPY);

  g_signal_connect (target, "drop", G_CALLBACK (drop_cb), self);
  gtk_widget_add_controller (GTK_WIDGET (self), GTK_EVENT_CONTROLLER (target));
}

/* --- How it was left ------------------------------------------------------------------------------------- */

static void
load_state (FlowWindow *self)
{
  g_auto (FlowWindowState) state = { 0 };

  flow_window_state_load (&state, flow_services_get_context (self->services));
  gtk_window_set_default_size (GTK_WINDOW (self), state.width, state.height);
  if (state.maximized)
    gtk_window_maximize (GTK_WINDOW (self));
  if (state.page != NULL)
    flow_window_show_page (self, state.page);
}

static void
save_state (FlowWindow *self)
{
  const char *page = gtk_stack_get_visible_child_name (self->pages);
  FlowWindowState state = { .maximized = gtk_window_is_maximized (GTK_WINDOW (self)), .page = (char *) page };
  g_autoptr (GError) error = NULL;

  gtk_window_get_default_size (GTK_WINDOW (self), &state.width, &state.height);
  if (!flow_window_state_save (&state, flow_services_get_context (self->services), &error))
    g_message ("How the window was left is not kept: %s", error->message);
}

static gboolean
flow_window_close_request (GtkWindow *window)
{
  GtkApplication *application = gtk_window_get_application (window);

  if (FLOW_IS_APPLICATION (application) && !flow_application_ask_to_close (FLOW_APPLICATION (application)))
    return GDK_EVENT_STOP;
  return GTK_WINDOW_CLASS (flow_window_parent_class)->close_request (window);
}

static void
flow_window_unmap (GtkWidget *widget)
{
  FlowWindow *self = FLOW_WINDOW (widget);

  if (self->services != NULL)
    save_state (self);
  GTK_WIDGET_CLASS (flow_window_parent_class)->unmap (widget);
}

/* --- The whole ------------------------------------------------------------------------------------------- */

static void
flow_window_dispose (GObject *object)
{
  FlowWindow *self = FLOW_WINDOW (object);

  g_clear_weak_pointer (&self->preferences);
  g_clear_pointer (&self->waiting, g_free);
  g_clear_pointer (&self->waiting_search, g_free);
  g_clear_object (&self->keeper);
  g_clear_object (&self->services);

  G_OBJECT_CLASS (flow_window_parent_class)->dispose (object);
}

static void
flow_window_class_init (FlowWindowClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = flow_window_dispose;
  GTK_WINDOW_CLASS (klass)->close_request = flow_window_close_request;
  widget_class->unmap = flow_window_unmap;
  gtk_widget_class_set_template_from_resource (widget_class, "/org/flowscope/FlowScope/shell/flow-window.ui");
  gtk_widget_class_bind_template_child (widget_class, FlowWindow, toasts);
  gtk_widget_class_bind_template_child (widget_class, FlowWindow, leaflet);
  gtk_widget_class_bind_template_child (widget_class, FlowWindow, sidebar);
  gtk_widget_class_bind_template_child (widget_class, FlowWindow, content);
  gtk_widget_class_bind_template_child (widget_class, FlowWindow, page_list);
  gtk_widget_class_bind_template_child (widget_class, FlowWindow, pages);
  gtk_widget_class_bind_template_child (widget_class, FlowWindow, title);
  gtk_widget_class_bind_template_child (widget_class, FlowWindow, header_start);
  gtk_widget_class_bind_template_child (widget_class, FlowWindow, header_end);
  gtk_widget_class_bind_template_child (widget_class, FlowWindow, questions);
  gtk_widget_class_bind_template_child (widget_class, FlowWindow, status);
  gtk_widget_class_bind_template_callback (widget_class, row_activated_cb);
  gtk_widget_class_bind_template_callback (widget_class, page_changed_cb);
  gtk_widget_class_install_action (widget_class, "win.pages", NULL, pages_cb);
  gtk_widget_class_install_action (widget_class, "win.page", "s", page_cb);
  gtk_widget_class_install_action (widget_class, "win.edit", "s", edit_cb);
  gtk_widget_class_install_action (widget_class, "win.conflict", "s", conflict_cb);
  gtk_widget_class_install_action (widget_class, "win.search", NULL, search_cb);
  gtk_widget_class_install_action (widget_class, "win.back", NULL, back_cb);
  gtk_widget_class_install_action (widget_class, "win.show-help-overlay", NULL, help_cb);
}

static void
flow_window_init (FlowWindow *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  g_object_set_data (G_OBJECT (self), "flow-toast-overlay", self->toasts);
}

/**
 * flow_window_new:
 * @application: the program
 * @services: what its pages work with
 * @keeper: says how the hub is
 *
 * Returns: (transfer none): a window, not shown yet
 */
FlowWindow *
flow_window_new (GtkApplication *application, FlowServices *services, FlowHubKeeper *keeper)
{
  FlowWindow *self = g_object_new (FLOW_TYPE_WINDOW, "application", application, NULL);

  self->services = g_object_ref (services);
  self->keeper = g_object_ref (keeper);
  add_pages (self);
  adw_leaflet_set_visible_child (self->leaflet, self->content);
  accept_files (self);
  g_signal_connect_object (keeper, "notify::state", G_CALLBACK (keeper_cb), self, G_CONNECT_SWAPPED);
  keeper_cb (self);
  load_state (self);
  return self;
}

static GtkWidget *
make_row (const char *name, const char *title, const char *icon)
{
  GtkWidget *row = gtk_list_box_row_new ();
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 12);

  gtk_box_append (GTK_BOX (box), gtk_image_new_from_icon_name (icon));
  gtk_box_append (GTK_BOX (box), gtk_label_new (title));
  gtk_list_box_row_set_child (GTK_LIST_BOX_ROW (row), box);
  gtk_widget_set_name (row, name);
  gtk_accessible_update_property (GTK_ACCESSIBLE (row), GTK_ACCESSIBLE_PROPERTY_LABEL, title, -1);
  return row;
}

/**
 * flow_window_add_page:
 * @self: the window
 * @name: a word for the page, also the prefix of its actions
 * @title: what the sidebar and the header bar say
 * @icon: a symbolic icon
 * @page: the page
 *
 * Add a page at the end of the sidebar.
 */
void
flow_window_add_page (FlowWindow *self, const char *name, const char *title, const char *icon, GtkWidget *page)
{
  GActionGroup *actions = FLOW_IS_PAGE (page) ? flow_page_get_actions (FLOW_PAGE (page)) : NULL;

  if (actions != NULL)
    gtk_widget_insert_action_group (GTK_WIDGET (self), name, actions);
  gtk_list_box_append (self->page_list, make_row (name, title, icon));
  gtk_stack_add_titled (self->pages, page, name, title);
  show_current (self);
}

/**
 * flow_window_show_page:
 * @self: the window
 * @name: the page's word
 *
 * Show a page. Nothing happens when there is none of that name.
 */
void
flow_window_show_page (FlowWindow *self, const char *name)
{
  GtkWidget *page = gtk_stack_get_child_by_name (self->pages, name);

  if (page == NULL)
    return;
  gtk_stack_set_visible_child (self->pages, page);
  adw_leaflet_set_visible_child (self->leaflet, self->content);
}

/**
 * flow_window_get_page:
 * @self: the window
 * @name: the page's word
 *
 * Returns: (transfer none) (nullable): the page
 */
GtkWidget *
flow_window_get_page (FlowWindow *self, const char *name)
{
  return gtk_stack_get_child_by_name (self->pages, name);
}

/**
 * flow_window_open_trace:
 * @self: the window
 * @link: where to go
 *
 * Show a trace and a span of it, as soon as the hub runs.
 */
void
flow_window_open_trace (FlowWindow *self, const FlowLink *link)
{
  GtkWidget *page = gtk_stack_get_child_by_name (self->traces_slot, TRACES);

  flow_window_show_page (self, TRACES);
  if (page == NULL || flow_hub_keeper_get_state (self->keeper) != FLOW_HUB_STATE_RUNNING)
    {
      g_free (self->waiting);
      self->waiting = g_memdup2 (link, sizeof *link);
    }
  else
    flow_traces_page_open_trace (FLOW_TRACES_PAGE (page), link->trace_id, link->span_id);
}

/**
 * flow_window_search:
 * @self: the window
 * @text: a filter as one writes it
 *
 * Show the traces that match, as soon as the hub runs.
 */
void
flow_window_search (FlowWindow *self, const char *text)
{
  GtkWidget *page = gtk_stack_get_child_by_name (self->traces_slot, TRACES);

  flow_window_show_page (self, TRACES);
  if (page == NULL || flow_hub_keeper_get_state (self->keeper) != FLOW_HUB_STATE_RUNNING)
    {
      g_free (self->waiting_search);
      self->waiting_search = g_strdup (text);
    }
  else
    flow_traces_page_set_filter (FLOW_TRACES_PAGE (page), text);
}

/**
 * flow_window_show_preferences:
 * @self: the window
 * @page: the page's word, see flow_preferences_new()
 *
 * Show the preferences.
 */
void
flow_window_show_preferences (FlowWindow *self, const char *page)
{
  if (self->preferences == NULL)
    {
      g_set_weak_pointer (&self->preferences, flow_preferences_new (self->services, self->keeper));
      gtk_window_set_transient_for (self->preferences, GTK_WINDOW (self));
      gtk_window_set_destroy_with_parent (self->preferences, TRUE);
    }
  adw_preferences_window_set_visible_page_name (ADW_PREFERENCES_WINDOW (self->preferences), page);
  gtk_window_present (self->preferences);
}

/**
 * flow_window_set_questions:
 * @self: the window
 * @bar: (nullable): what asks
 *
 * Put what waits for an answer above the page.
 */
void
flow_window_set_questions (FlowWindow *self, GtkWidget *bar)
{
  adw_bin_set_child (self->questions, bar);
}
