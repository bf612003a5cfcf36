/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-edits-page"

#include "app/edits/flow-edits-page.h"

#include <glib/gi18n.h>

#include "app/edits/flow-edit-row.h"
#include "app/edits/flow-edit-view.h"
#include "app/shell/flow-page.h"
#include "app/shell/flow-toast.h"

/**
 * FlowEditsPage:
 *
 * The texts that are edited and those that can be brought back, and one of them when it is opened. Without any it
 * teaches how to begin.
 */
struct _FlowEditsPage
{
  AdwBin parent_instance;

  FlowEditBoard *board;
  AdwLeaflet *leaflet;
  GtkStack *states;
  AdwPreferencesPage *groups;
  GtkWidget *lists[FLOW_EDIT_N_LISTS]; /* the groups */
  FlowEditView *view;
  GtkWidget *back; /* of the header bar */
  char *wanted;    /* an edit to be opened as soon as it is listed */
};

static void page_init (FlowPageInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (FlowEditsPage, flow_edits_page, ADW_TYPE_BIN,
                               G_IMPLEMENT_INTERFACE (FLOW_TYPE_PAGE, page_init))

static gboolean
is_open (FlowEditsPage *self)
{
  return adw_leaflet_get_visible_child (self->leaflet) != GTK_WIDGET (self->states);
}

static gboolean
go_back (FlowEditsPage *self)
{
  if (!is_open (self))
    return FALSE;
  adw_leaflet_set_visible_child (self->leaflet, GTK_WIDGET (self->states));
  return TRUE;
}

static GtkWidget *
get_start (FlowPage *page)
{
  return FLOW_EDITS_PAGE (page)->back;
}

static const char *
get_title (FlowPage *page)
{
  FlowEditsPage *self = FLOW_EDITS_PAGE (page);

  return is_open (self) ? flow_edit_view_get_title (self->view) : NULL;
}

static gboolean
page_go_back (FlowPage *page)
{
  return go_back (FLOW_EDITS_PAGE (page));
}

static void
page_init (FlowPageInterface *iface)
{
  iface->get_start = get_start;
  iface->get_title = get_title;
  iface->go_back = page_go_back;
}

/* --- What is shown --------------------------------------------------------------------------------------- */

static void
visible_child_cb (FlowEditsPage *self)
{
  /* Until the rest is made. */
  if (self->back == NULL)
    return;
  gtk_widget_set_visible (self->back, is_open (self));
  if (!is_open (self))
    flow_edit_view_set_edit (self->view, NULL);
  flow_page_title_changed (FLOW_PAGE (self));
}

static guint
count (FlowEditsPage *self, FlowEditList list)
{
  return g_list_model_get_n_items (flow_board_get_list (FLOW_BOARD (self->board), list));
}

static void
show_edit (FlowEditsPage *self, FlowEntry *edit)
{
  g_clear_pointer (&self->wanted, g_free);
  flow_edit_view_set_edit (self->view, edit);
  adw_leaflet_set_visible_child (self->leaflet, GTK_WIDGET (self->view));
  flow_page_title_changed (FLOW_PAGE (self));
}

/* What is open on the page may have moved to the other list, or be gone. */
static void
follow_open (FlowEditsPage *self)
{
  FlowEntry *shown = flow_edit_view_get_edit (self->view);
  g_autoptr (FlowEntry) edit = shown != NULL ? flow_board_find (FLOW_BOARD (self->board), flow_entry_get_key (shown))
                                             : NULL;

  if (edit != NULL)
    flow_edit_view_set_edit (self->view, edit);
  else if (shown != NULL)
    go_back (self);
}

static void
open_wanted (FlowEditsPage *self)
{
  g_autoptr (FlowEntry) edit = self->wanted != NULL ? flow_board_find (FLOW_BOARD (self->board), self->wanted) : NULL;

  if (edit != NULL)
    show_edit (self, edit);
}

static void
changed_cb (FlowEditsPage *self)
{
  gboolean live = flow_board_is_live (FLOW_BOARD (self->board)), any = FALSE;

  for (FlowEditList list = 0; list < FLOW_EDIT_N_LISTS; list++)
    {
      any = any || count (self, list) > 0;
      gtk_widget_set_visible (self->lists[list], count (self, list) > 0);
    }
  gtk_stack_set_visible_child_name (self->states, !live ? "no-hub" : any ? "list" : "empty");
  follow_open (self);
  open_wanted (self);
}

static void
failed_cb (FlowEditsPage *self, const char *reason)
{
  flow_toast (GTK_WIDGET (self), reason);
}

static void
row_activated_cb (FlowEditsPage *self, FlowEditRow *row)
{
  show_edit (self, flow_edit_row_get_edit (row));
  gtk_widget_child_focus (GTK_WIDGET (self->view), GTK_DIR_TAB_FORWARD);
}

/* --- Making the page ------------------------------------------------------------------------------------- */

static GtkWidget *
make_open_row (gpointer edit, gpointer data)
{
  return flow_edit_row_new (FLOW_EDITS_PAGE (data)->board, FLOW_EDIT_LIST_OPEN, edit);
}

static GtkWidget *
make_left_row (gpointer edit, gpointer data)
{
  return flow_edit_row_new (FLOW_EDITS_PAGE (data)->board, FLOW_EDIT_LIST_LEFT, edit);
}

static void
add_list (FlowEditsPage *self, FlowEditList list, const char *title, GtkListBoxCreateWidgetFunc make_row)
{
  GtkWidget *box = gtk_list_box_new ();

  self->lists[list] = adw_preferences_group_new ();
  adw_preferences_group_set_title (ADW_PREFERENCES_GROUP (self->lists[list]), title);
  gtk_list_box_set_selection_mode (GTK_LIST_BOX (box), GTK_SELECTION_NONE);
  gtk_widget_add_css_class (box, "boxed-list");
  gtk_accessible_update_property (GTK_ACCESSIBLE (box), GTK_ACCESSIBLE_PROPERTY_LABEL, title, -1);
  gtk_list_box_bind_model (GTK_LIST_BOX (box), flow_board_get_list (FLOW_BOARD (self->board), list), make_row, self,
                           NULL);
  g_signal_connect_object (box, "row-activated", G_CALLBACK (row_activated_cb), self, G_CONNECT_SWAPPED);
  adw_preferences_group_add (ADW_PREFERENCES_GROUP (self->lists[list]), box);
  adw_preferences_page_add (self->groups, ADW_PREFERENCES_GROUP (self->lists[list]));
}

static void
flow_edits_page_map (GtkWidget *widget)
{
  GTK_WIDGET_CLASS (flow_edits_page_parent_class)->map (widget);
  flow_board_watch (FLOW_BOARD (FLOW_EDITS_PAGE (widget)->board));
}

static void
flow_edits_page_unmap (GtkWidget *widget)
{
  flow_board_unwatch (FLOW_BOARD (FLOW_EDITS_PAGE (widget)->board));
  GTK_WIDGET_CLASS (flow_edits_page_parent_class)->unmap (widget);
}

static void
flow_edits_page_dispose (GObject *object)
{
  FlowEditsPage *self = FLOW_EDITS_PAGE (object);

  g_clear_object (&self->back);
  g_clear_object (&self->board);
  g_clear_pointer (&self->wanted, g_free);

  G_OBJECT_CLASS (flow_edits_page_parent_class)->dispose (object);
}

static void
load_style (void)
{
  g_autoptr (GtkCssProvider) provider = gtk_css_provider_new ();

  gtk_css_provider_load_from_resource (provider, "/org/flowscope/FlowScope/edits/edits.css");
  gtk_style_context_add_provider_for_display (gdk_display_get_default (), GTK_STYLE_PROVIDER (provider),
                                              GTK_STYLE_PROVIDER_PRIORITY_APPLICATION);
}

static void
flow_edits_page_class_init (FlowEditsPageClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = flow_edits_page_dispose;
  widget_class->map = flow_edits_page_map;
  widget_class->unmap = flow_edits_page_unmap;
  gtk_widget_class_set_template_from_resource (widget_class, "/org/flowscope/FlowScope/edits/flow-edits-page.ui");
  gtk_widget_class_bind_template_child (widget_class, FlowEditsPage, leaflet);
  gtk_widget_class_bind_template_child (widget_class, FlowEditsPage, states);
  gtk_widget_class_bind_template_child (widget_class, FlowEditsPage, groups);
  gtk_widget_class_bind_template_callback (widget_class, visible_child_cb);
  load_style ();
}

static void
flow_edits_page_init (FlowEditsPage *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

/* It is shown in the window's header bar, which lets it go when it shows another page. */
static void
make_back (FlowEditsPage *self)
{
  self->back = g_object_ref_sink (gtk_button_new_from_icon_name ("go-previous-symbolic"));
  gtk_widget_set_tooltip_text (self->back, _ ("All edits"));
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->back), GTK_ACCESSIBLE_PROPERTY_LABEL, _ ("All edits"), -1);
  gtk_widget_set_visible (self->back, FALSE);
  g_signal_connect_object (self->back, "clicked", G_CALLBACK (go_back), self, G_CONNECT_SWAPPED);
}

/**
 * flow_edits_page_new:
 * @services: the edits
 *
 * Make the page. It needs the actions `app.edit-demo`, `app.preferences`, `app.show-log` and `win.page`.
 *
 * Returns: (transfer floating): the page
 */
GtkWidget *
flow_edits_page_new (FlowServices *services)
{
  FlowEditsPage *self = g_object_new (FLOW_TYPE_EDITS_PAGE, NULL);

  self->board = g_object_ref (flow_services_get_edits (services));
  self->view = FLOW_EDIT_VIEW (flow_edit_view_new (self->board));
  adw_leaflet_append (self->leaflet, GTK_WIDGET (self->view));
  g_signal_connect_object (self->view, "notify::title", G_CALLBACK (flow_page_title_changed), self, G_CONNECT_SWAPPED);
  add_list (self, FLOW_EDIT_LIST_OPEN, _ ("Open Texts"), make_open_row);
  add_list (self, FLOW_EDIT_LIST_LEFT, _ ("Can Be Brought Back"), make_left_row);
  make_back (self);
  g_signal_connect_object (self->board, "changed", G_CALLBACK (changed_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->board, "notify::live", G_CALLBACK (changed_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->board, "failed", G_CALLBACK (failed_cb), self, G_CONNECT_SWAPPED);
  changed_cb (self);
  return GTK_WIDGET (self);
}

/**
 * flow_edits_page_open:
 * @self: the page
 * @id: an edit's id
 *
 * Open an edit, as soon as the hub lists it.
 */
void
flow_edits_page_open (FlowEditsPage *self, const char *id)
{
  g_return_if_fail (FLOW_IS_EDITS_PAGE (self));
  g_return_if_fail (id != NULL);

  g_free (self->wanted);
  self->wanted = g_strdup (id);
  open_wanted (self);
}
