/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-trace-list-view"

#include "app/traces/flow-trace-list-view.h"

#include <glib/gi18n.h>

#include "app/traces/flow-trace-cell.h"

/* A search that takes longer is shown. */
#define SPINNER_MS 300

/**
 * FlowTraceListView:
 *
 * The list of traces. New ones come in at the top while one looks there; who has scrolled away, or has paused it, is
 * told how many wait, and lets them in by a button.
 */
struct _FlowTraceListView
{
  GtkWidget parent_instance;

  GtkWidget *overlay;
  GtkScrolledWindow *scroller;
  GtkListView *list;
  GtkButton *pill;
  GtkSpinner *spinner;

  FlowTraceListModel *model;
  GtkSingleSelection *selection;
  FlowTraceRowScale *scale;
  GtkWidget *menu;  /* popover for the selected row */
  GPtrArray *cells; /* that show something; not owned */
  guint age_source;
  guint scale_source;
  guint spinner_source;
  gboolean away;   /* scrolled away from the top */
  gboolean follow; /* what the user wants */
};

G_DEFINE_FINAL_TYPE (FlowTraceListView, flow_trace_list_view, GTK_TYPE_WIDGET)

enum
{
  PROP_0,
  PROP_FOLLOW,
  N_PROPS
};

enum
{
  ACTIVATED,
  MENU_REQUESTED,
  N_SIGNALS
};

static GParamSpec *properties[N_PROPS];
static guint signals[N_SIGNALS];

static void
activate_cb (GtkListView *list, guint position, FlowTraceListView *self)
{
  g_autoptr (FlowTraceItem) item = g_list_model_get_item (G_LIST_MODEL (self->selection), position);

  if (item != NULL)
    g_signal_emit (self, signals[ACTIVATED], 0, item);
}

/* A bar is as long as its share of the longest one in sight. */
static gboolean
scale_cb (gpointer data)
{
  FlowTraceListView *self = data;
  int height = gtk_widget_get_height (GTK_WIDGET (self->scroller));
  gint64 longest = 0;

  self->scale_source = 0;
  for (guint i = 0; i < self->cells->len; i++)
    {
      FlowTraceItem *item = flow_trace_cell_get_item (self->cells->pdata[i]);
      const FlowTraceInfo *info = item != NULL ? flow_trace_item_get_info (item) : NULL;
      graphene_rect_t bounds;

      if (info != NULL && gtk_widget_get_mapped (self->cells->pdata[i]) &&
          gtk_widget_compute_bounds (self->cells->pdata[i], GTK_WIDGET (self->scroller), &bounds) &&
          bounds.origin.y + bounds.size.height > 0 && bounds.origin.y < (float) height)
        longest = MAX (longest, info->end_ns - info->start_ns);
    }
  flow_trace_row_scale_set_longest (self->scale, longest);
  return G_SOURCE_REMOVE;
}

static void
scale_soon (FlowTraceListView *self)
{
  if (self->scale_source != 0)
    return;
  /* After the frame that places the rows. */
  self->scale_source = g_idle_add (scale_cb, self);
  g_source_set_name_by_id (self->scale_source, "flow-trace-list-scale");
}

static void
setup_cb (GtkSignalListItemFactory *factory, GtkListItem *item, FlowTraceListView *self)
{
  gtk_list_item_set_child (item, flow_trace_cell_new (self->scale));
}

static void
bind_cb (GtkSignalListItemFactory *factory, GtkListItem *item, FlowTraceListView *self)
{
  GtkWidget *cell = gtk_list_item_get_child (item);
  FlowTraceItem *trace = gtk_list_item_get_item (item);

  flow_trace_cell_set_item (FLOW_TRACE_CELL (cell), trace);
  g_signal_connect_object (trace, "notify::info", G_CALLBACK (scale_soon), self, G_CONNECT_SWAPPED);
  g_ptr_array_add (self->cells, cell);
  scale_soon (self);
}

static void
unbind_cb (GtkSignalListItemFactory *factory, GtkListItem *item, FlowTraceListView *self)
{
  GtkWidget *cell = gtk_list_item_get_child (item);

  g_signal_handlers_disconnect_by_func (gtk_list_item_get_item (item), scale_soon, self);
  flow_trace_cell_set_item (FLOW_TRACE_CELL (cell), NULL);
  g_ptr_array_remove_fast (self->cells, cell);
}

static gboolean
spinner_cb (gpointer data)
{
  FlowTraceListView *self = data;

  self->spinner_source = 0;
  gtk_widget_set_visible (GTK_WIDGET (self->spinner), TRUE);
  gtk_spinner_start (self->spinner);
  return G_SOURCE_REMOVE;
}

/* Most searches are over before one could see that they go on. */
static void
loading_cb (FlowTraceListView *self)
{
  g_clear_handle_id (&self->spinner_source, g_source_remove);
  if (flow_trace_list_model_get_loading (self->model))
    {
      self->spinner_source = g_timeout_add (SPINNER_MS, spinner_cb, self);
      g_source_set_name_by_id (self->spinner_source, "flow-trace-list-spinner");
      return;
    }
  gtk_spinner_stop (self->spinner);
  gtk_widget_set_visible (GTK_WIDGET (self->spinner), FALSE);
}

static void
update_pill (FlowTraceListView *self)
{
  guint held = flow_trace_list_model_get_n_held (self->model);
  g_autofree char *text = g_strdup_printf (ngettext ("%u new", "%u new", held), held);

  gtk_button_set_label (self->pill, text);
  gtk_widget_set_visible (GTK_WIDGET (self->pill), held > 0);
}

static void
update_paused (FlowTraceListView *self)
{
  flow_trace_list_model_set_paused (self->model, !self->follow || self->away);
}

static void
pill_clicked_cb (FlowTraceListView *self)
{
  flow_trace_list_view_scroll_to_top (self);
}

static void
scrolled_cb (GtkAdjustment *adjustment, FlowTraceListView *self)
{
  gboolean away = gtk_adjustment_get_value (adjustment) > 1;

  scale_soon (self);
  if (away == self->away)
    return;
  self->away = away;
  update_paused (self);
}

/* A view keeps what it shows in its place when rows come above; at the top the new ones are what one wants to see. */
static void
items_changed_cb (GListModel *model, guint position, guint removed, guint added, FlowTraceListView *self)
{
  scale_soon (self);
  if (position == 0 && added > 0 && !self->away)
    gtk_widget_activate_action (GTK_WIDGET (self->list), "list.scroll-to-item", "u", 0);
}

static FlowTraceCell *
find_cell (FlowTraceListView *self, double x, double y)
{
  GtkWidget *widget = gtk_widget_pick (GTK_WIDGET (self), x, y, GTK_PICK_DEFAULT);

  /* The list's own row is around the cell, and is what is hit between two. */
  while (widget != NULL && !FLOW_IS_TRACE_CELL (widget) && widget != GTK_WIDGET (self))
    widget = FLOW_IS_TRACE_CELL (gtk_widget_get_first_child (widget)) ? gtk_widget_get_first_child (widget)
                                                                      : gtk_widget_get_parent (widget);
  return FLOW_IS_TRACE_CELL (widget) ? FLOW_TRACE_CELL (widget) : NULL;
}

static void
show_menu (FlowTraceListView *self, double x, double y)
{
  if (self->menu == NULL || flow_trace_list_view_get_selected (self) == NULL)
    return;
  g_signal_emit (self, signals[MENU_REQUESTED], 0);
  gtk_popover_set_pointing_to (GTK_POPOVER (self->menu), &(GdkRectangle) { (int) x, (int) y, 1, 1 });
  gtk_popover_popup (GTK_POPOVER (self->menu));
}

static void
secondary_cb (GtkGestureClick *gesture, int presses, double x, double y, FlowTraceListView *self)
{
  FlowTraceCell *cell = find_cell (self, x, y);
  guint position;

  if (cell == NULL || flow_trace_cell_get_item (cell) == NULL ||
      !flow_trace_list_model_find (self->model, flow_trace_item_get_number (flow_trace_cell_get_item (cell)),
                                   &position))
    return;
  gtk_single_selection_set_selected (self->selection, position);
  show_menu (self, x, y);
}

/* The focus would go on to what comes after the list. An item that leads elsewhere has moved it, or will. */
static void
menu_closed_cb (FlowTraceListView *self)
{
  GtkWidget *focus = gtk_root_get_focus (gtk_widget_get_root (GTK_WIDGET (self)));

  if (gtk_widget_get_mapped (GTK_WIDGET (self)) && (focus == NULL || gtk_widget_is_ancestor (focus, self->menu)))
    flow_trace_list_view_focus (self);
}

/* For the keyboard: at the selected row, where it is in sight. */
static void
menu_cb (GtkWidget *widget, const char *action, GVariant *parameter)
{
  FlowTraceListView *self = FLOW_TRACE_LIST_VIEW (widget);
  FlowTraceItem *item = flow_trace_list_view_get_selected (self);
  graphene_rect_t bounds = GRAPHENE_RECT_INIT (0, 0, 48, 48);

  for (guint i = 0; i < self->cells->len; i++)
    if (flow_trace_cell_get_item (self->cells->pdata[i]) == item &&
        !gtk_widget_compute_bounds (self->cells->pdata[i], widget, &bounds))
      return;
  show_menu (self, bounds.origin.x + 24, bounds.origin.y + bounds.size.height / 2);
}

static void
move_cb (GtkWidget *widget, const char *action, GVariant *parameter)
{
  FlowTraceListView *self = FLOW_TRACE_LIST_VIEW (widget);
  guint count = g_list_model_get_n_items (G_LIST_MODEL (self->selection));
  guint position = gtk_single_selection_get_selected (self->selection);
  int by = g_variant_get_int32 (parameter);

  if (count == 0)
    return;
  if (position == GTK_INVALID_LIST_POSITION)
    position = 0;
  else if (by < 0)
    position = position > 0 ? position - 1 : 0;
  else
    position = MIN (position + 1, count - 1);
  flow_trace_list_view_select (self, position);
}

static gboolean
age_cb (gpointer data)
{
  FlowTraceListView *self = data;

  flow_trace_row_scale_set_now (self->scale, g_get_real_time () * 1000);
  return G_SOURCE_CONTINUE;
}

/* Ages are counted on from what is shown; the store is not asked. */
static void
flow_trace_list_view_map (GtkWidget *widget)
{
  FlowTraceListView *self = FLOW_TRACE_LIST_VIEW (widget);

  GTK_WIDGET_CLASS (flow_trace_list_view_parent_class)->map (widget);
  age_cb (self);
  self->age_source = g_timeout_add_seconds (1, age_cb, self);
  g_source_set_name_by_id (self->age_source, "flow-trace-list-age");
}

static void
flow_trace_list_view_unmap (GtkWidget *widget)
{
  FlowTraceListView *self = FLOW_TRACE_LIST_VIEW (widget);

  g_clear_handle_id (&self->age_source, g_source_remove);
  GTK_WIDGET_CLASS (flow_trace_list_view_parent_class)->unmap (widget);
}

static void
flow_trace_list_view_dispose (GObject *object)
{
  FlowTraceListView *self = FLOW_TRACE_LIST_VIEW (object);

  g_clear_handle_id (&self->scale_source, g_source_remove);
  g_clear_handle_id (&self->spinner_source, g_source_remove);
  g_clear_pointer (&self->menu, gtk_widget_unparent);
  g_clear_pointer (&self->overlay, gtk_widget_unparent);
  g_clear_object (&self->selection);
  g_clear_object (&self->model);
  g_clear_object (&self->scale);
  g_clear_pointer (&self->cells, g_ptr_array_unref);

  G_OBJECT_CLASS (flow_trace_list_view_parent_class)->dispose (object);
}

static void
flow_trace_list_view_get_property (GObject *object, guint prop_id, GValue *value, GParamSpec *pspec)
{
  FlowTraceListView *self = FLOW_TRACE_LIST_VIEW (object);

  switch (prop_id)
    {
    case PROP_FOLLOW:
      g_value_set_boolean (value, self->follow);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
set_follow (FlowTraceListView *self, gboolean follow)
{
  if (self->follow == follow)
    return;
  self->follow = follow;
  update_paused (self);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_FOLLOW]);
}

static void
flow_trace_list_view_set_property (GObject *object, guint prop_id, const GValue *value, GParamSpec *pspec)
{
  FlowTraceListView *self = FLOW_TRACE_LIST_VIEW (object);

  switch (prop_id)
    {
    case PROP_FOLLOW:
      set_follow (self, g_value_get_boolean (value));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
load_style (void)
{
  g_autoptr (GtkCssProvider) provider = gtk_css_provider_new ();

  gtk_css_provider_load_from_resource (provider, "/org/flowscope/FlowScope/traces/traces.css");
  gtk_style_context_add_provider_for_display (gdk_display_get_default (), GTK_STYLE_PROVIDER (provider),
                                              GTK_STYLE_PROVIDER_PRIORITY_APPLICATION);
}

/* Keys of the list whose actions are the page's. */
static const struct
{
  guint key;
  const char *action;
} keys[] = {
  { GDK_KEY_l, "traces.open" },       { GDK_KEY_f, "traces.follow" },  { GDK_KEY_slash, "traces.search" },
  { GDK_KEY_Delete, "traces.erase" }, { GDK_KEY_y, "traces.copy-id" }, { GDK_KEY_p, "traces.pin" },
};

static void
flow_trace_list_view_class_init (FlowTraceListViewClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->dispose = flow_trace_list_view_dispose;
  object_class->get_property = flow_trace_list_view_get_property;
  object_class->set_property = flow_trace_list_view_set_property;
  widget_class->map = flow_trace_list_view_map;
  widget_class->unmap = flow_trace_list_view_unmap;

  /**
   * FlowTraceListView:follow:
   *
   * Whether new traces come in while one looks at the top.
   */
  properties[PROP_FOLLOW] = g_param_spec_boolean ("follow", NULL, NULL, TRUE,
                                                  G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, properties);

  /**
   * FlowTraceListView::activated:
   * @self: the list
   * @item: (type FlowTraceItem): a trace
   *
   * Emitted when the user wants to see a trace.
   */
  signals[ACTIVATED] = g_signal_new ("activated", FLOW_TYPE_TRACE_LIST_VIEW, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                     G_TYPE_NONE, 1, FLOW_TYPE_TRACE_ITEM);

  /**
   * FlowTraceListView::menu-requested:
   * @self: the list
   *
   * Emitted when the menu of the selected row is about to be shown.
   */
  signals[MENU_REQUESTED] = g_signal_new ("menu-requested", FLOW_TYPE_TRACE_LIST_VIEW, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                          NULL, G_TYPE_NONE, 0);

  gtk_widget_class_set_layout_manager_type (widget_class, GTK_TYPE_BIN_LAYOUT);
  gtk_widget_class_set_template_from_resource (widget_class, "/org/flowscope/FlowScope/traces/flow-trace-list-view.ui");
  gtk_widget_class_bind_template_child (widget_class, FlowTraceListView, overlay);
  gtk_widget_class_bind_template_child (widget_class, FlowTraceListView, scroller);
  gtk_widget_class_bind_template_child (widget_class, FlowTraceListView, list);
  gtk_widget_class_bind_template_child (widget_class, FlowTraceListView, pill);
  gtk_widget_class_bind_template_child (widget_class, FlowTraceListView, spinner);
  gtk_widget_class_bind_template_callback (widget_class, activate_cb);
  gtk_widget_class_bind_template_callback (widget_class, pill_clicked_cb);

  load_style ();
  gtk_widget_class_install_action (widget_class, "row.menu", NULL, menu_cb);
  gtk_widget_class_install_action (widget_class, "row.move", "i", move_cb);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_Menu, 0, "row.menu", NULL);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_F10, GDK_SHIFT_MASK, "row.menu", NULL);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_j, 0, "row.move", "i", 1);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_k, 0, "row.move", "i", -1);
  for (gsize i = 0; i < G_N_ELEMENTS (keys); i++)
    gtk_widget_class_add_binding_action (widget_class, keys[i].key, 0, keys[i].action, NULL);
}

static void
flow_trace_list_view_init (FlowTraceListView *self)
{
  GtkGesture *secondary;

  self->follow = TRUE;
  self->scale = flow_trace_row_scale_new ();
  self->cells = g_ptr_array_new ();
  gtk_widget_init_template (GTK_WIDGET (self));
  secondary = gtk_gesture_click_new ();
  gtk_gesture_single_set_button (GTK_GESTURE_SINGLE (secondary), GDK_BUTTON_SECONDARY);
  g_signal_connect_object (secondary, "pressed", G_CALLBACK (secondary_cb), self, 0);
  gtk_widget_add_controller (GTK_WIDGET (self), GTK_EVENT_CONTROLLER (secondary));
}

/**
 * flow_trace_list_view_new:
 * @model: the traces
 *
 * Returns: (transfer floating): a view of them
 */
GtkWidget *
flow_trace_list_view_new (FlowTraceListModel *model)
{
  FlowTraceListView *self = g_object_new (FLOW_TYPE_TRACE_LIST_VIEW, NULL);
  GtkListItemFactory *factory = gtk_signal_list_item_factory_new ();

  self->model = g_object_ref (model);
  self->selection = gtk_single_selection_new (g_object_ref (G_LIST_MODEL (model)));
  gtk_single_selection_set_autoselect (self->selection, FALSE);
  gtk_single_selection_set_can_unselect (self->selection, TRUE);
  g_signal_connect_object (factory, "setup", G_CALLBACK (setup_cb), self, 0);
  g_signal_connect_object (factory, "bind", G_CALLBACK (bind_cb), self, 0);
  g_signal_connect_object (factory, "unbind", G_CALLBACK (unbind_cb), self, 0);
  gtk_list_view_set_factory (self->list, factory);
  gtk_list_view_set_model (self->list, GTK_SELECTION_MODEL (self->selection));
  g_object_unref (factory);
  g_signal_connect_object (gtk_scrolled_window_get_vadjustment (self->scroller), "value-changed",
                           G_CALLBACK (scrolled_cb), self, 0);
  g_signal_connect_object (model, "items-changed", G_CALLBACK (items_changed_cb), self, G_CONNECT_AFTER);
  g_signal_connect_object (model, "notify::loading", G_CALLBACK (loading_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (model, "notify::n-held", G_CALLBACK (update_pill), self, G_CONNECT_SWAPPED);
  loading_cb (self);
  return GTK_WIDGET (self);
}

/**
 * flow_trace_list_view_focus:
 * @self: the list
 *
 * Go to the selected row, or to the first one.
 */
void
flow_trace_list_view_focus (FlowTraceListView *self)
{
  guint selected = gtk_single_selection_get_selected (self->selection);

  gtk_widget_grab_focus (GTK_WIDGET (self->list));
  if (g_list_model_get_n_items (G_LIST_MODEL (self->selection)) > 0)
    flow_trace_list_view_select (self, selected != GTK_INVALID_LIST_POSITION ? selected : 0);
}

/**
 * flow_trace_list_view_get_selected:
 * @self: the list
 *
 * Returns: (transfer none) (nullable): the trace that is selected
 */
FlowTraceItem *
flow_trace_list_view_get_selected (FlowTraceListView *self)
{
  return gtk_single_selection_get_selected_item (self->selection);
}

/**
 * flow_trace_list_view_select:
 * @self: the list
 * @position: a place in it
 *
 * Select a trace and bring it in sight.
 */
void
flow_trace_list_view_select (FlowTraceListView *self, guint position)
{
  g_autoptr (FlowTraceItem) item = g_list_model_get_item (G_LIST_MODEL (self->selection), position);

  gtk_widget_activate_action (GTK_WIDGET (self->list), "list.select-item", "(ubb)", position, FALSE, FALSE);
  gtk_widget_activate_action (GTK_WIDGET (self->list), "list.scroll-to-item", "u", position);
  /* Arrows and Enter go on from the row that has the focus. */
  for (guint i = 0; i < self->cells->len; i++)
    if (item != NULL && flow_trace_cell_get_item (self->cells->pdata[i]) == item)
      {
        gtk_widget_grab_focus (gtk_widget_get_parent (self->cells->pdata[i]));
        return;
      }
}

/**
 * flow_trace_list_view_scroll_to_top:
 * @self: the list
 *
 * Go to the first row, and let in what waits.
 */
void
flow_trace_list_view_scroll_to_top (FlowTraceListView *self)
{
  self->away = FALSE;
  set_follow (self, TRUE);
  update_paused (self);
  if (g_list_model_get_n_items (G_LIST_MODEL (self->model)) > 0)
    gtk_widget_activate_action (GTK_WIDGET (self->list), "list.scroll-to-item", "u", 0);
}

/**
 * flow_trace_list_view_set_menu:
 * @self: the list
 * @menu: what can be done with a trace
 *
 * Have a menu for the selected row.
 */
void
flow_trace_list_view_set_menu (FlowTraceListView *self, GMenuModel *menu)
{
  g_clear_pointer (&self->menu, gtk_widget_unparent);
  self->menu = gtk_popover_menu_new_from_model (menu);
  gtk_widget_set_parent (self->menu, GTK_WIDGET (self));
  gtk_popover_set_has_arrow (GTK_POPOVER (self->menu), FALSE);
  gtk_widget_set_halign (self->menu, GTK_ALIGN_START);
  g_signal_connect_object (self->menu, "closed", G_CALLBACK (menu_closed_cb), self, G_CONNECT_SWAPPED);
}
