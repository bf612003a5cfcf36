/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-log-page"

#include "app/shell/flow-log-page.h"

#include <glib/gi18n.h>

#include "app/shell/flow-log-lines.h"
#include "app/shell/flow-page.h"
#include "app/shell/flow-toast.h"

/* Heights of rows that were never shown are guessed: so far off, in pixels, the end may be. */
#define NEAR_END 100
#define FOLLOW_FRAMES 4

/**
 * FlowLogPage:
 *
 * What the program and its hub said last: by level, area and words, to copy or to clear. Follows what comes as long as
 * the last line is in sight.
 */
struct _FlowLogPage
{
  AdwBin parent_instance;

  FlowLogLines *lines;
  GtkFilterListModel *shown;
  GtkCustomFilter *filter;
  GSimpleActionGroup *actions;
  gboolean at_end;
  guint following; /* for so many more frames */

  GtkWidget *header_start;
  GtkToggleButton *search_button;
  GtkSearchBar *search_bar;
  GtkEditable *search_entry;
  GtkDropDown *level;
  GtkDropDown *area;
  GtkStack *stack;
  GtkScrolledWindow *scrolled;
  GtkListView *list;

  /* What the filter goes by */
  GLogLevelFlags wanted_levels;
  const char *wanted_area; /* interned; NULL for all */
  char *wanted_words;      /* folded; NULL for all */
};

static GtkWidget *
get_start (FlowPage *page)
{
  return FLOW_LOG_PAGE (page)->header_start;
}

static GActionGroup *
get_actions (FlowPage *page)
{
  return G_ACTION_GROUP (FLOW_LOG_PAGE (page)->actions);
}

static void
focus_search (FlowPage *page)
{
  FlowLogPage *self = FLOW_LOG_PAGE (page);

  gtk_search_bar_set_search_mode (self->search_bar, TRUE);
  gtk_widget_grab_focus (GTK_WIDGET (self->search_entry));
}

static gboolean
go_back (FlowPage *page)
{
  FlowLogPage *self = FLOW_LOG_PAGE (page);
  gboolean open = gtk_search_bar_get_search_mode (self->search_bar);

  gtk_search_bar_set_search_mode (self->search_bar, FALSE);
  return open;
}

static void
page_init (FlowPageInterface *iface)
{
  iface->get_start = get_start;
  iface->get_actions = get_actions;
  iface->focus_search = focus_search;
  iface->go_back = go_back;
}

G_DEFINE_FINAL_TYPE_WITH_CODE (FlowLogPage, flow_log_page, ADW_TYPE_BIN,
                               G_IMPLEMENT_INTERFACE (FLOW_TYPE_PAGE, page_init))

static gboolean
match (gpointer item, gpointer data)
{
  FlowLogPage *self = data;

  if ((flow_log_line_get_level (item) & self->wanted_levels) == 0)
    return FALSE;
  if (self->wanted_area != NULL && flow_log_line_get_area (item) != self->wanted_area)
    return FALSE;
  return self->wanted_words == NULL || flow_log_line_has (item, self->wanted_words);
}

static GLogLevelFlags
levels_of (guint selected)
{
  static const GLogLevelFlags levels[] = {
    G_LOG_LEVEL_MASK,
    G_LOG_LEVEL_ERROR | G_LOG_LEVEL_CRITICAL | G_LOG_LEVEL_WARNING | G_LOG_LEVEL_MESSAGE,
    G_LOG_LEVEL_ERROR | G_LOG_LEVEL_CRITICAL | G_LOG_LEVEL_WARNING,
    G_LOG_LEVEL_ERROR | G_LOG_LEVEL_CRITICAL,
  };

  return levels[MIN (selected, G_N_ELEMENTS (levels) - 1)];
}

static void
filter_changed_cb (FlowLogPage *self)
{
  guint area = gtk_drop_down_get_selected (self->area);
  GtkStringObject *chosen = gtk_drop_down_get_selected_item (self->area);
  const char *words = gtk_editable_get_text (self->search_entry);

  self->wanted_levels = levels_of (gtk_drop_down_get_selected (self->level));
  self->wanted_area = area > 0 && chosen != NULL ? g_intern_string (gtk_string_object_get_string (chosen)) : NULL;
  g_clear_pointer (&self->wanted_words, g_free);
  if (*words != '\0')
    self->wanted_words = g_utf8_casefold (words, -1);
  if (self->filter != NULL)
    gtk_filter_changed (GTK_FILTER (self->filter), GTK_FILTER_CHANGE_DIFFERENT);
}

static void
update (FlowLogPage *self)
{
  guint all = g_list_model_get_n_items (G_LIST_MODEL (self->lines));
  guint shown = g_list_model_get_n_items (G_LIST_MODEL (self->shown));

  gtk_stack_set_visible_child_name (self->stack, shown > 0 ? "lines" : all > 0 ? "no-match" : "empty");
  g_simple_action_set_enabled (G_SIMPLE_ACTION (g_action_map_lookup_action (G_ACTION_MAP (self->actions), "copy")),
                               shown > 0);
  g_simple_action_set_enabled (G_SIMPLE_ACTION (g_action_map_lookup_action (G_ACTION_MAP (self->actions), "clear")),
                               all > 0);
}

static gboolean
follow_cb (GtkWidget *widget, GdkFrameClock *clock, gpointer data)
{
  FlowLogPage *self = FLOW_LOG_PAGE (widget);
  GtkAdjustment *adjustment = gtk_scrolled_window_get_vadjustment (self->scrolled);

  gtk_adjustment_set_value (adjustment, gtk_adjustment_get_upper (adjustment));
  if (--self->following > 0)
    return G_SOURCE_CONTINUE;
  return G_SOURCE_REMOVE;
}

/* The last line stays in sight for who has not scrolled away from it. The list knows the heights of its rows only when
 * it has laid them out, so it takes a few frames to get there. */
static void
follow (FlowLogPage *self)
{
  if (!self->at_end || !gtk_widget_get_mapped (GTK_WIDGET (self)))
    return;
  if (self->following == 0)
    gtk_widget_add_tick_callback (GTK_WIDGET (self), follow_cb, NULL, NULL);
  self->following = FOLLOW_FRAMES;
}

static void
flow_log_page_map (GtkWidget *widget)
{
  GTK_WIDGET_CLASS (flow_log_page_parent_class)->map (widget);
  follow (FLOW_LOG_PAGE (widget));
}

static void
shown_changed_cb (GListModel *shown, guint position, guint removed, guint added, FlowLogPage *self)
{
  if (added > 0)
    follow (self);
  update (self);
}

static gboolean
is_at_end (GtkAdjustment *adjustment)
{
  return gtk_adjustment_get_value (adjustment) + gtk_adjustment_get_page_size (adjustment) >=
         gtk_adjustment_get_upper (adjustment) - NEAR_END;
}

static void
scrolled_cb (GtkAdjustment *adjustment, FlowLogPage *self)
{
  /* Otherwise it is the list that moves, not the user. */
  if (self->following == 0 && gtk_widget_get_mapped (GTK_WIDGET (self)))
    self->at_end = is_at_end (adjustment);
}

static void
copy_cb (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  FlowLogPage *self = data;
  guint n = g_list_model_get_n_items (G_LIST_MODEL (self->shown));
  g_autoptr (GString) text = g_string_new (NULL);
  g_autofree char *said = NULL;

  for (guint i = 0; i < n; i++)
    {
      g_autoptr (FlowLogLine) line = g_list_model_get_item (G_LIST_MODEL (self->shown), i);
      g_autofree char *whole = flow_log_line_to_text (line);

      g_string_append_printf (text, "%s\n", whole);
    }
  gdk_clipboard_set_text (gtk_widget_get_clipboard (GTK_WIDGET (self)), text->str);
  said = g_strdup_printf (ngettext ("%u line copied", "%u lines copied", n), n);
  flow_toast (GTK_WIDGET (self), said);
}

static void
put_back (gpointer data)
{
  flow_log_lines_put_back (flow_log_lines_get_default (), data);
}

static void
clear_cb (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  FlowLogPage *self = data;

  flow_toast_undo (GTK_WIDGET (self), _ ("Log cleared"), G_CALLBACK (put_back), NULL,
                   flow_log_lines_clear (self->lines), (GDestroyNotify) g_ptr_array_unref);
}

static void
show_all_cb (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  FlowLogPage *self = data;

  gtk_editable_set_text (self->search_entry, "");
  gtk_drop_down_set_selected (self->level, 0);
  gtk_drop_down_set_selected (self->area, 0);
}

/* --- Rows ----------------------------------------------------------------------------------------------- */

static GtkWidget *
add_label (GtkWidget *box, const char *css_class)
{
  GtkWidget *label = gtk_label_new (NULL);

  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_widget_set_valign (label, GTK_ALIGN_START);
  gtk_widget_add_css_class (label, css_class);
  gtk_box_append (GTK_BOX (box), label);
  return label;
}

static void
setup_cb (GtkSignalListItemFactory *factory, GtkListItem *item, gpointer data)
{
  GtkWidget *row = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
  GtkWidget *head = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 8);
  GtkWidget *message;

  add_label (head, "dim-label");
  add_label (head, "caption-heading");
  gtk_label_set_ellipsize (GTK_LABEL (add_label (head, "dim-label")), PANGO_ELLIPSIZE_END);
  for (GtkWidget *label = gtk_widget_get_first_child (head); label != NULL; label = gtk_widget_get_next_sibling (label))
    {
      gtk_widget_add_css_class (label, "caption");
      gtk_widget_add_css_class (label, "numeric");
    }
  gtk_box_append (GTK_BOX (row), head);
  message = add_label (row, "body");
  gtk_label_set_wrap (GTK_LABEL (message), TRUE);
  gtk_label_set_wrap_mode (GTK_LABEL (message), PANGO_WRAP_WORD_CHAR);
  gtk_widget_add_css_class (row, "log-row");
  gtk_list_item_set_child (item, row);
}

static const char *
level_style (GLogLevelFlags level)
{
  if (level & (G_LOG_LEVEL_ERROR | G_LOG_LEVEL_CRITICAL))
    return "error";
  return level & G_LOG_LEVEL_WARNING ? "warning" : "accent";
}

static void
bind_cb (GtkSignalListItemFactory *factory, GtkListItem *item, gpointer data)
{
  FlowLogLine *line = gtk_list_item_get_item (item);
  GtkWidget *row = gtk_list_item_get_child (item);
  GtkWidget *time = gtk_widget_get_first_child (gtk_widget_get_first_child (row));
  GtkWidget *level = gtk_widget_get_next_sibling (time);
  const char *const classes[] = { "caption", "caption-heading", level_style (flow_log_line_get_level (line)), NULL };
  g_autofree char *clock = flow_log_line_format_time (line);
  g_autofree char *whole = flow_log_line_to_text (line);

  gtk_label_set_text (GTK_LABEL (time), clock);
  gtk_label_set_text (GTK_LABEL (level), flow_log_level_get_name (flow_log_line_get_level (line)));
  gtk_widget_set_css_classes (level, (const char **) classes);
  gtk_label_set_text (GTK_LABEL (gtk_widget_get_next_sibling (level)), flow_log_line_get_area (line));
  gtk_label_set_text (GTK_LABEL (gtk_widget_get_last_child (row)), flow_log_line_get_message (line));
  gtk_accessible_update_property (GTK_ACCESSIBLE (row), GTK_ACCESSIBLE_PROPERTY_LABEL, whole, -1);
}

/* --- The whole ------------------------------------------------------------------------------------------- */

static GListModel *
area_choices (FlowLogPage *self)
{
  const char *const first[] = { _ ("All areas"), NULL };
  GListStore *parts = g_list_store_new (G_TYPE_LIST_MODEL);
  g_autoptr (GtkStringList) all = gtk_string_list_new (first);

  g_list_store_append (parts, all);
  g_list_store_append (parts, flow_log_lines_get_areas (self->lines));
  return G_LIST_MODEL (gtk_flatten_list_model_new (G_LIST_MODEL (parts)));
}

static void
show_lines (FlowLogPage *self)
{
  g_autoptr (GtkListItemFactory) factory = gtk_signal_list_item_factory_new ();
  g_autoptr (GtkNoSelection) selection = NULL;
  GtkAdjustment *adjustment = gtk_scrolled_window_get_vadjustment (self->scrolled);
  g_autoptr (GListModel) areas = area_choices (self);

  gtk_drop_down_set_model (self->area, areas);
  self->filter = gtk_custom_filter_new (match, self, NULL);
  self->shown = gtk_filter_list_model_new (g_object_ref (G_LIST_MODEL (self->lines)),
                                           g_object_ref (GTK_FILTER (self->filter)));
  g_signal_connect_object (self->shown, "items-changed", G_CALLBACK (shown_changed_cb), self, 0);
  g_signal_connect (factory, "setup", G_CALLBACK (setup_cb), NULL);
  g_signal_connect (factory, "bind", G_CALLBACK (bind_cb), NULL);
  gtk_list_view_set_factory (self->list, factory);
  selection = gtk_no_selection_new (g_object_ref (G_LIST_MODEL (self->shown)));
  gtk_list_view_set_model (self->list, GTK_SELECTION_MODEL (selection));
  g_signal_connect_object (adjustment, "value-changed", G_CALLBACK (scrolled_cb), self, 0);
  update (self);
}

static void
flow_log_page_dispose (GObject *object)
{
  FlowLogPage *self = FLOW_LOG_PAGE (object);

  gtk_widget_dispose_template (GTK_WIDGET (self), FLOW_TYPE_LOG_PAGE);
  g_clear_object (&self->shown);
  g_clear_object (&self->filter);
  g_clear_object (&self->lines);
  g_clear_object (&self->actions);
  g_clear_pointer (&self->wanted_words, g_free);

  G_OBJECT_CLASS (flow_log_page_parent_class)->dispose (object);
}

static void
flow_log_page_class_init (FlowLogPageClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = flow_log_page_dispose;
  widget_class->map = flow_log_page_map;
  gtk_widget_class_set_template_from_resource (widget_class, "/org/flowscope/FlowScope/shell/flow-log-page.ui");
  gtk_widget_class_bind_template_child (widget_class, FlowLogPage, header_start);
  gtk_widget_class_bind_template_child (widget_class, FlowLogPage, search_button);
  gtk_widget_class_bind_template_child (widget_class, FlowLogPage, search_bar);
  gtk_widget_class_bind_template_child (widget_class, FlowLogPage, search_entry);
  gtk_widget_class_bind_template_child (widget_class, FlowLogPage, level);
  gtk_widget_class_bind_template_child (widget_class, FlowLogPage, area);
  gtk_widget_class_bind_template_child (widget_class, FlowLogPage, stack);
  gtk_widget_class_bind_template_child (widget_class, FlowLogPage, scrolled);
  gtk_widget_class_bind_template_child (widget_class, FlowLogPage, list);
  gtk_widget_class_bind_template_callback (widget_class, filter_changed_cb);
}

static void
flow_log_page_init (FlowLogPage *self)
{
  static const GActionEntry entries[] = {
    { "copy", copy_cb, NULL, NULL, NULL, { 0 } },
    { "clear", clear_cb, NULL, NULL, NULL, { 0 } },
    { "show-all", show_all_cb, NULL, NULL, NULL, { 0 } },
  };

  self->at_end = TRUE;
  self->wanted_levels = G_LOG_LEVEL_MASK;
  self->lines = g_object_ref (flow_log_lines_get_default ());
  self->actions = g_simple_action_group_new ();
  g_action_map_add_action_entries (G_ACTION_MAP (self->actions), entries, G_N_ELEMENTS (entries), self);
  gtk_widget_init_template (GTK_WIDGET (self));
  gtk_widget_insert_action_group (GTK_WIDGET (self), "log", G_ACTION_GROUP (self->actions));
  gtk_search_bar_connect_entry (self->search_bar, self->search_entry);
  show_lines (self);
}

/**
 * flow_log_page_new:
 * @services: what its pages work with
 *
 * Returns: (transfer floating): the page
 */
GtkWidget *
flow_log_page_new (FlowServices *services)
{
  return g_object_new (FLOW_TYPE_LOG_PAGE, NULL);
}
