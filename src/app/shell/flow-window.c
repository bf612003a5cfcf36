/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-window"

#include "app/shell/flow-window.h"

#include "app/shell/flow-page.h"

/**
 * FlowWindow:
 *
 * The window: a sidebar of pages, the page itself, and a line that says how things are.
 */
struct _FlowWindow
{
  AdwApplicationWindow parent_instance;

  FlowServices *services;
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

static void
row_activated_cb (GtkListBox *list, GtkListBoxRow *row, FlowWindow *self)
{
  flow_window_show_page (self, gtk_widget_get_name (GTK_WIDGET (row)));
}

static void
page_changed_cb (GtkStack *pages, GParamSpec *pspec, FlowWindow *self)
{
  GtkWidget *page = gtk_stack_get_visible_child (pages);
  GtkStackPage *stack_page = page != NULL ? gtk_stack_get_page (pages, page) : NULL;
  GtkListBoxRow *row = stack_page != NULL ? find_row (self, gtk_stack_page_get_name (stack_page)) : NULL;

  adw_bin_set_child (self->header_start, FLOW_IS_PAGE (page) ? flow_page_get_start (FLOW_PAGE (page)) : NULL);
  adw_bin_set_child (self->header_end, FLOW_IS_PAGE (page) ? flow_page_get_end (FLOW_PAGE (page)) : NULL);
  if (stack_page != NULL)
    adw_window_title_set_title (self->title, gtk_stack_page_get_title (stack_page));
  if (row != NULL)
    gtk_list_box_select_row (self->page_list, row);
}

static void
pages_cb (GtkWidget *widget, const char *action, GVariant *parameter)
{
  FlowWindow *self = FLOW_WINDOW (widget);

  adw_leaflet_set_visible_child (self->leaflet, self->sidebar);
  gtk_widget_grab_focus (GTK_WIDGET (self->page_list));
}

static void
page_cb (GtkWidget *widget, const char *action, GVariant *parameter)
{
  flow_window_show_page (FLOW_WINDOW (widget), g_variant_get_string (parameter, NULL));
}

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
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = flow_window_dispose;
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
  page_changed_cb (self->pages, NULL, self);
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
