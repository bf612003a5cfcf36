/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-filter-bar"

#include "app/traces/flow-filter-bar.h"

#include <glib/gi18n.h>

#include "app/traces/flow-filter-names.h"
#include "app/traces/flow-filter-saved.h"
#include "trace/flow-time-text.h"

/**
 * FlowFilterBar:
 *
 * What the list of traces is filtered and sorted by. The text is the filter; menus only write in it, so there is one
 * place to look at. A mistake in it is told below, and the filter before it stays.
 */
struct _FlowFilterBar
{
  GtkWidget parent_instance;

  GtkWidget *content;
  GtkSearchEntry *entry;
  GtkMenuButton *filter_button;
  GtkMenuButton *sort_button;
  GtkMenuButton *saved_button;
  GtkLabel *problem;
  GtkButton *range;
  GtkLabel *range_label;
  GMenu *service_menu;
  GMenu *place_menu;

  FlowServices *services;
  GSimpleActionGroup *actions;
  GCancellable *cancellable;
  FlowTraceFilterCopy *filter;
  FlowTraceSort sort;
  gint64 since_ns, until_ns;
};

G_DEFINE_FINAL_TYPE (FlowFilterBar, flow_filter_bar, GTK_TYPE_WIDGET)

enum
{
  CHANGED,
  RANGE_CLEARED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

static const char *const sorts[] = { "newest", "start", "duration", "spans", "errors" };

/* Actions that ask for a mark or not. */
static const struct
{
  const char *action;
  const char *value;
} marks[] = {
  { "has-location", "location" }, { "has-logs", "logs" }, { "has-note", "note" },
  { "has-tag", "tag" },           { "has-pin", "pin" },
};

/* Actions of which one value is chosen, the empty one for any. */
static const struct
{
  const char *action;
  FlowFilterToken token;
} choices[] = {
  { "service", FLOW_FILTER_SERVICE },     { "duration", FLOW_FILTER_DURATION }, { "status", FLOW_FILTER_STATUS },
  { "workspace", FLOW_FILTER_WORKSPACE }, { "session", FLOW_FILTER_SESSION },
};

static void
set_state (FlowFilterBar *self, const char *action, GVariant *state)
{
  g_simple_action_set_state (G_SIMPLE_ACTION (g_action_map_lookup_action (G_ACTION_MAP (self->actions), action)),
                             state);
}

/* The value that a choice has in the text: the target of one of the menu's items, or something else. */
static const char *
find_choice (const char *text, FlowFilterToken token, GVariant *current)
{
  const char *value = g_variant_get_string (current, NULL);

  if (!flow_trace_filter_text_has (text, token, NULL))
    return "";
  return flow_trace_filter_text_has (text, token, value) ? value : "?";
}

static void
update_choice (FlowFilterBar *self, const char *action, FlowFilterToken token)
{
  g_autoptr (GVariant) current = g_action_group_get_action_state (G_ACTION_GROUP (self->actions), action);

  set_state (self, action, g_variant_new_string (find_choice (flow_filter_bar_get_text (self), token, current)));
}

static const char *const durations[] = { ">10ms", ">100ms", ">1s", ">10s" };
static const char *const states[] = { "error", "ok" };

/* Menus show what the text says. */
static void
update_actions (FlowFilterBar *self)
{
  const char *text = flow_filter_bar_get_text (self);
  const char *duration = flow_trace_filter_text_has (text, FLOW_FILTER_DURATION, NULL) ? "?" : "";
  const char *status = flow_trace_filter_text_has (text, FLOW_FILTER_STATUS, NULL) ? "?" : "";

  for (gsize i = 0; i < G_N_ELEMENTS (marks); i++)
    set_state (self, marks[i].action,
               g_variant_new_boolean (flow_trace_filter_text_has (text, FLOW_FILTER_HAS, marks[i].value)));
  for (gsize i = 0; i < G_N_ELEMENTS (durations); i++)
    if (flow_trace_filter_text_has (text, FLOW_FILTER_DURATION, durations[i]))
      duration = durations[i];
  for (gsize i = 0; i < G_N_ELEMENTS (states); i++)
    if (flow_trace_filter_text_has (text, FLOW_FILTER_STATUS, states[i]))
      status = states[i];
  set_state (self, "duration", g_variant_new_string (duration));
  set_state (self, "status", g_variant_new_string (status));
  update_choice (self, "service", FLOW_FILTER_SERVICE);
  update_choice (self, "workspace", FLOW_FILTER_WORKSPACE);
  update_choice (self, "session", FLOW_FILTER_SESSION);
}

static void
show_problem (FlowFilterBar *self, const GError *error)
{
  gtk_label_set_label (self->problem, error != NULL ? error->message : "");
  gtk_widget_set_visible (GTK_WIDGET (self->problem), error != NULL);
  gtk_accessible_update_state (GTK_ACCESSIBLE (self->entry), GTK_ACCESSIBLE_STATE_INVALID,
                               error != NULL ? GTK_ACCESSIBLE_INVALID_TRUE : GTK_ACCESSIBLE_INVALID_FALSE, -1);
  if (error != NULL)
    gtk_widget_add_css_class (GTK_WIDGET (self->entry), "error");
  else
    gtk_widget_remove_css_class (GTK_WIDGET (self->entry), "error");
}

static void
take_filter (FlowFilterBar *self)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (FlowTraceFilterCopy) parsed = NULL;
  g_autoptr (FlowTraceFilterCopy) filter = NULL;
  FlowTraceFilter whole;

  parsed = flow_trace_filter_text_parse (flow_filter_bar_get_text (self), g_get_real_time () * 1000, &error);
  show_problem (self, error);
  update_actions (self);
  if (parsed == NULL)
    return;
  whole = parsed->filter;
  whole.sort = self->sort;
  whole.since_ns = MAX (whole.since_ns, self->since_ns);
  if (self->until_ns != 0)
    whole.until_ns = whole.until_ns != 0 ? MIN (whole.until_ns, self->until_ns) : self->until_ns;
  filter = flow_trace_filter_copy_new (&whole);
  if (flow_trace_filter_copy_equal (filter, self->filter))
    return;
  flow_trace_filter_copy_unref (self->filter);
  self->filter = g_steal_pointer (&filter);
  g_signal_emit (self, signals[CHANGED], 0);
}

static void
text_changed_cb (FlowFilterBar *self)
{
  take_filter (self);
}

/* Whoever has written a filter goes on in the list. */
static void
entry_left_cb (FlowFilterBar *self)
{
  take_filter (self);
  gtk_widget_activate_action (GTK_WIDGET (self), "traces.focus-list", NULL);
}

static void
stop_search_cb (FlowFilterBar *self)
{
  if (*flow_filter_bar_get_text (self) != '\0')
    flow_filter_bar_set_text (self, "");
  else
    entry_left_cb (self);
}

static void
range_clicked_cb (FlowFilterBar *self)
{
  flow_filter_bar_set_range (self, 0, 0);
  g_signal_emit (self, signals[RANGE_CLEARED], 0);
}

static void
mark_cb (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  FlowFilterBar *self = data;
  const char *name = g_action_get_name (G_ACTION (action));

  for (gsize i = 0; i < G_N_ELEMENTS (marks); i++)
    if (g_str_equal (name, marks[i].action))
      {
        g_autofree char *text = flow_trace_filter_text_toggle (flow_filter_bar_get_text (self), FLOW_FILTER_HAS,
                                                               marks[i].value);

        flow_filter_bar_set_text (self, text);
      }
}

static void
choice_cb (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  FlowFilterBar *self = data;
  const char *name = g_action_get_name (G_ACTION (action)), *value = g_variant_get_string (parameter, NULL);

  for (gsize i = 0; i < G_N_ELEMENTS (choices); i++)
    if (g_str_equal (name, choices[i].action))
      {
        g_autofree char *rest = flow_trace_filter_text_remove (flow_filter_bar_get_text (self), choices[i].token, NULL);
        g_autofree char *text = NULL;

        text = *value != '\0' ? flow_trace_filter_text_add (rest, choices[i].token, value) : g_strdup (rest);
        g_simple_action_set_state (action, g_variant_new_string (value));
        flow_filter_bar_set_text (self, text);
      }
}

static void
sort_cb (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  FlowFilterBar *self = data;

  for (guint i = 0; i < G_N_ELEMENTS (sorts); i++)
    if (g_str_equal (g_variant_get_string (parameter, NULL), sorts[i]))
      self->sort = (FlowTraceSort) i;
  g_simple_action_set_state (action, parameter);
  take_filter (self);
}

static void
clear_cb (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  flow_filter_bar_clear (data);
}

static void
add_action (FlowFilterBar *self, const char *name, const GVariantType *type, GVariant *state, GCallback activate)
{
  g_autoptr (GSimpleAction) action = state != NULL ? g_simple_action_new_stateful (name, type, state)
                                                   : g_simple_action_new (name, type);

  g_signal_connect_object (action, "activate", activate, self, 0);
  g_action_map_add_action (G_ACTION_MAP (self->actions), G_ACTION (action));
}

static void
add_actions (FlowFilterBar *self)
{
  self->actions = g_simple_action_group_new ();
  for (gsize i = 0; i < G_N_ELEMENTS (marks); i++)
    add_action (self, marks[i].action, NULL, g_variant_new_boolean (FALSE), G_CALLBACK (mark_cb));
  for (gsize i = 0; i < G_N_ELEMENTS (choices); i++)
    add_action (self, choices[i].action, G_VARIANT_TYPE_STRING, g_variant_new_string (""), G_CALLBACK (choice_cb));
  add_action (self, "sort", G_VARIANT_TYPE_STRING, g_variant_new_string (sorts[0]), G_CALLBACK (sort_cb));
  add_action (self, "clear", NULL, NULL, G_CALLBACK (clear_cb));
  gtk_widget_insert_action_group (GTK_WIDGET (self), "filter", G_ACTION_GROUP (self->actions));
}

static void
append_name (GMenu *menu, const char *action, const char *label, const char *value)
{
  g_autoptr (GMenuItem) item = g_menu_item_new (NULL, NULL);
  g_autoptr (GString) plain = g_string_new (label);

  /* An underscore in a name is no mnemonic. */
  g_string_replace (plain, "_", "__", 0);
  g_menu_item_set_label (item, plain->str);
  g_menu_item_set_action_and_target (item, action, "s", value);
  g_menu_append_item (menu, item);
}

static void
fill_menu (GMenu *menu, const char *action, GPtrArray *names)
{
  g_menu_remove_all (menu);
  append_name (menu, action, _ ("Any"), "");
  for (guint i = 0; names != NULL && i < names->len; i++)
    {
      const FlowFilterName *name = g_ptr_array_index (names, i);

      append_name (menu, action, name->label, name->value);
    }
}

/* Who has no editor that says where one works does not see that one can filter by it. */
static void
add_place (FlowFilterBar *self, const char *label, const char *action, GPtrArray *names)
{
  g_autoptr (GMenu) menu = g_menu_new ();

  if (names->len == 0)
    return;
  fill_menu (menu, action, names);
  g_menu_append_submenu (self->place_menu, label, G_MENU_MODEL (menu));
}

static void
names_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (FlowFilterBar) self = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (FlowFilterNames) names = flow_filter_names_load_finish (FLOW_TRACE_QUERIES (source), result, &error);

  if (names == NULL)
    return;
  fill_menu (self->service_menu, "filter.service", names->services);
  g_menu_remove_all (self->place_menu);
  add_place (self, _ ("_Workspace"), "filter.workspace", names->workspaces);
  add_place (self, _ ("Debug S_ession"), "filter.session", names->sessions);
}

/* What there is to filter by is asked when somebody looks. */
static void
menu_opens_cb (GtkMenuButton *button, gpointer data)
{
  FlowFilterBar *self = data;

  g_cancellable_cancel (self->cancellable);
  g_object_unref (self->cancellable);
  self->cancellable = g_cancellable_new ();
  flow_filter_names_load_async (flow_services_get_queries (self->services), self->cancellable, names_cb,
                                g_object_ref (self));
}

static void
flow_filter_bar_dispose (GObject *object)
{
  FlowFilterBar *self = FLOW_FILTER_BAR (object);

  g_cancellable_cancel (self->cancellable);
  g_clear_pointer (&self->content, gtk_widget_unparent);
  g_clear_object (&self->actions);
  g_clear_object (&self->services);

  G_OBJECT_CLASS (flow_filter_bar_parent_class)->dispose (object);
}

static void
flow_filter_bar_finalize (GObject *object)
{
  FlowFilterBar *self = FLOW_FILTER_BAR (object);

  g_object_unref (self->cancellable);
  flow_trace_filter_copy_unref (self->filter);

  G_OBJECT_CLASS (flow_filter_bar_parent_class)->finalize (object);
}

static void
flow_filter_bar_class_init (FlowFilterBarClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = flow_filter_bar_dispose;
  G_OBJECT_CLASS (klass)->finalize = flow_filter_bar_finalize;

  /**
   * FlowFilterBar::changed:
   * @self: the bar
   *
   * Emitted when the filter is another one, see flow_filter_bar_get_filter().
   */
  signals[CHANGED] = g_signal_new ("changed", FLOW_TYPE_FILTER_BAR, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE,
                                   0);

  /**
   * FlowFilterBar::range-cleared:
   * @self: the bar
   *
   * Emitted when the user no longer wants a range of time.
   */
  signals[RANGE_CLEARED] = g_signal_new ("range-cleared", FLOW_TYPE_FILTER_BAR, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                         G_TYPE_NONE, 0);

  gtk_widget_class_set_layout_manager_type (widget_class, GTK_TYPE_BIN_LAYOUT);
  gtk_widget_class_set_template_from_resource (widget_class, "/org/flowscope/FlowScope/traces/flow-filter-bar.ui");
  gtk_widget_class_bind_template_child (widget_class, FlowFilterBar, content);
  gtk_widget_class_bind_template_child (widget_class, FlowFilterBar, entry);
  gtk_widget_class_bind_template_child (widget_class, FlowFilterBar, filter_button);
  gtk_widget_class_bind_template_child (widget_class, FlowFilterBar, sort_button);
  gtk_widget_class_bind_template_child (widget_class, FlowFilterBar, saved_button);
  gtk_widget_class_bind_template_child (widget_class, FlowFilterBar, problem);
  gtk_widget_class_bind_template_child (widget_class, FlowFilterBar, range);
  gtk_widget_class_bind_template_child (widget_class, FlowFilterBar, range_label);
  gtk_widget_class_bind_template_child (widget_class, FlowFilterBar, service_menu);
  gtk_widget_class_bind_template_child (widget_class, FlowFilterBar, place_menu);
  gtk_widget_class_bind_template_callback (widget_class, text_changed_cb);
  gtk_widget_class_bind_template_callback (widget_class, stop_search_cb);
  gtk_widget_class_bind_template_callback (widget_class, entry_left_cb);
  gtk_widget_class_bind_template_callback (widget_class, range_clicked_cb);
}

static void
flow_filter_bar_init (FlowFilterBar *self)
{
  const FlowTraceFilter all = { 0 };

  self->filter = flow_trace_filter_copy_new (&all);
  self->cancellable = g_cancellable_new ();
  add_actions (self);
  gtk_widget_init_template (GTK_WIDGET (self));
  fill_menu (self->service_menu, "filter.service", NULL);
  gtk_menu_button_set_create_popup_func (self->filter_button, menu_opens_cb, self, NULL);
}

/**
 * flow_filter_bar_new:
 * @services: what the page works with
 *
 * Returns: (transfer floating): a bar that filters nothing
 */
GtkWidget *
flow_filter_bar_new (FlowServices *services)
{
  FlowFilterBar *self = g_object_new (FLOW_TYPE_FILTER_BAR, NULL);

  self->services = g_object_ref (services);
  gtk_menu_button_set_popover (self->saved_button, flow_filter_saved_new (services, self));
  return GTK_WIDGET (self);
}

/**
 * flow_filter_bar_get_text:
 * @self: the bar
 *
 * Returns: (transfer none): the filter as it is written
 */
const char *
flow_filter_bar_get_text (FlowFilterBar *self)
{
  return gtk_editable_get_text (GTK_EDITABLE (self->entry));
}

/**
 * flow_filter_bar_set_text:
 * @self: the bar
 * @text: a filter as one writes it
 *
 * Filter by this, at once.
 */
void
flow_filter_bar_set_text (FlowFilterBar *self, const char *text)
{
  gtk_editable_set_text (GTK_EDITABLE (self->entry), text);
  gtk_editable_set_position (GTK_EDITABLE (self->entry), -1);
  take_filter (self);
}

/**
 * flow_filter_bar_set_range:
 * @self: the bar
 * @since_ns: show what was there after this time, ns since 1970, 0 for all
 * @until_ns: and before this one, 0 for all
 *
 * Show a range of time only.
 */
void
flow_filter_bar_set_range (FlowFilterBar *self, gint64 since_ns, gint64 until_ns)
{
  gint64 now = g_get_real_time () * 1000;
  g_autofree char *since = flow_time_format (since_ns, now);
  g_autofree char *until = flow_time_format (until_ns, now);
  g_autofree char *text = g_strdup_printf ("%s – %s", since, until);

  self->since_ns = since_ns;
  self->until_ns = until_ns;
  gtk_label_set_label (self->range_label, text);
  gtk_widget_set_visible (GTK_WIDGET (self->range), since_ns != 0 || until_ns != 0);
  take_filter (self);
}

/**
 * flow_filter_bar_get_filter:
 * @self: the bar
 *
 * Returns: (transfer none): what to show, in which order
 */
FlowTraceFilterCopy *
flow_filter_bar_get_filter (FlowFilterBar *self)
{
  return self->filter;
}

/**
 * flow_filter_bar_clear:
 * @self: the bar
 *
 * Show all traces.
 */
void
flow_filter_bar_clear (FlowFilterBar *self)
{
  gtk_editable_set_text (GTK_EDITABLE (self->entry), "");
  range_clicked_cb (self);
}

/**
 * flow_filter_bar_focus:
 * @self: the bar
 *
 * Write in it.
 *
 * Returns: whether that can be done now
 */
gboolean
flow_filter_bar_focus (FlowFilterBar *self)
{
  return gtk_widget_grab_focus (GTK_WIDGET (self->entry));
}
