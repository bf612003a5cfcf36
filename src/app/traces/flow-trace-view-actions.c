/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-trace-view"

#include <glib/gi18n.h>

#include "app/shell/flow-toast.h"
#include "app/traces/flow-trace-view-private.h"

#define NONE FLOW_OUTLINE_NONE
#define ZOOM 1.5
#define PAN 0.15
#define SPLIT_STEP 24

static FlowWaterfall *
get_waterfall (FlowTraceView *self)
{
  return flow_trace_view_get_waterfall (self);
}

static FlowTraceRows *
get_rows (FlowTraceView *self)
{
  return flow_waterfall_get_rows (get_waterfall (self));
}

static FlowWaterfallScale *
get_scale (FlowTraceView *self)
{
  return flow_waterfall_get_scale (get_waterfall (self));
}

static FlowTraceOutline *
get_outline (FlowTraceView *self)
{
  return flow_trace_rows_get_outline (get_rows (self));
}

static guint
get_selected (FlowTraceView *self)
{
  return flow_waterfall_get_selected (get_waterfall (self));
}

static void
move_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  FlowTraceView *self = FLOW_TRACE_VIEW (widget);
  int page = flow_waterfall_get_page (get_waterfall (self));

  if (g_str_equal (name, "trace.up"))
    flow_waterfall_move (get_waterfall (self), -1);
  else if (g_str_equal (name, "trace.down"))
    flow_waterfall_move (get_waterfall (self), 1);
  else if (g_str_equal (name, "trace.page-up"))
    flow_waterfall_move (get_waterfall (self), -page);
  else if (g_str_equal (name, "trace.page-down"))
    flow_waterfall_move (get_waterfall (self), page);
  else
    flow_waterfall_move (get_waterfall (self), g_str_equal (name, "trace.first") ? -G_MAXINT : G_MAXINT);
}

static void
fold_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  FlowTraceView *self = FLOW_TRACE_VIEW (widget);
  gboolean folded = g_str_has_prefix (name, "trace.fold");
  guint selected = get_selected (self);

  if (g_str_has_suffix (name, "-all"))
    flow_trace_rows_fold_all (get_rows (self), folded);
  else if (g_str_has_suffix (name, "-level"))
    flow_trace_rows_fold_level (get_rows (self), folded);
  else if (g_str_has_suffix (name, "-subtree"))
    flow_trace_rows_fold_subtree (get_rows (self), selected, folded);
  else
    flow_waterfall_fold (get_waterfall (self), folded);
}

static void
zoom_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  FlowTraceView *self = FLOW_TRACE_VIEW (widget);

  if (g_str_equal (name, "trace.zoom-in"))
    flow_waterfall_zoom (get_waterfall (self), ZOOM);
  else if (g_str_equal (name, "trace.zoom-out"))
    flow_waterfall_zoom (get_waterfall (self), 1 / ZOOM);
  else if (g_str_equal (name, "trace.zoom-span"))
    flow_waterfall_zoom_to_selected (get_waterfall (self));
  else
    flow_waterfall_scale_reset (get_scale (self));
}

static void
pan_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  flow_waterfall_scale_pan (get_scale (FLOW_TRACE_VIEW (widget)), g_str_equal (name, "trace.pan-left") ? -PAN : PAN);
}

static void
split_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  FlowWaterfallScale *scale = get_scale (FLOW_TRACE_VIEW (widget));
  double by = g_str_equal (name, "trace.wider-names") ? SPLIT_STEP : -SPLIT_STEP;

  flow_waterfall_scale_set_split (scale, flow_waterfall_scale_get_split (scale) + by);
}

static void
match_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  flow_trace_finder_go (flow_trace_view_get_finder (FLOW_TRACE_VIEW (widget)),
                        g_str_equal (name, "trace.next-match") ? 1 : -1);
}

static void
critical_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  FlowTraceView *self = FLOW_TRACE_VIEW (widget);
  FlowCriticalPath *path = flow_waterfall_scale_get_path (get_scale (self));
  guint node = NONE;

  if (path != NULL)
    node = flow_critical_path_next (path, get_selected (self), g_str_equal (name, "trace.next-critical") ? 1 : -1);
  if (node != NONE)
    flow_waterfall_select (get_waterfall (self), node);
  else
    gtk_widget_error_bell (widget);
}

static guint
find_error (const FlowTraceOutline *outline, guint from, int direction)
{
  guint n = outline->n_nodes, at = from != NONE ? from : direction > 0 ? n - 1 : 0;

  for (guint i = 0; i < n; i++)
    {
      at = direction > 0 ? (at + 1) % n : (at + n - 1) % n;
      if (outline->nodes[at].kind == FLOW_NODE_SPAN && outline->nodes[at].flags & FLOW_NODE_ERROR)
        return at;
    }
  return NONE;
}

static void
error_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  FlowTraceView *self = FLOW_TRACE_VIEW (widget);
  FlowTraceOutline *outline = get_outline (self);
  guint node = NONE;

  if (outline != NULL)
    node = find_error (outline, get_selected (self), g_str_equal (name, "trace.next-error") ? 1 : -1);
  if (node != NONE)
    flow_waterfall_select (get_waterfall (self), node);
  else
    flow_toast (widget, _ ("Nothing failed in this trace"));
}

static void
search_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  flow_trace_view_focus_search (FLOW_TRACE_VIEW (widget));
}

static void
details_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  GtkToggleButton *button = flow_trace_view_get_details_button (FLOW_TRACE_VIEW (widget));

  gtk_toggle_button_set_active (button, !gtk_toggle_button_get_active (button));
}

static void
code_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  FlowTraceView *self = FLOW_TRACE_VIEW (widget);

  if (!flow_trace_view_open_code (self, get_selected (self)))
    flow_toast (widget, _ ("Select a span first"));
}

static void
copy_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  FlowTraceView *self = FLOW_TRACE_VIEW (widget);
  guint node = get_selected (self);
  g_autoptr (GString) text = g_string_new (NULL);
  const guint8 *id;

  if (get_outline (self) == NULL || node == NONE)
    return;
  id = (const guint8 *) &get_outline (self)->nodes[node].id;
  for (guint i = 0; i < 8; i++)
    g_string_append_printf (text, "%02x", id[i]);
  gdk_clipboard_set_text (gtk_widget_get_clipboard (widget), text->str);
  flow_toast (widget, _ ("Span ID copied"));
}

static void
help_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  gtk_widget_activate_action (widget, "win.show-help-overlay", NULL);
}

/* What was done last goes first: the search, the details, the zoom. */
static void
escape_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  FlowTraceView *self = FLOW_TRACE_VIEW (widget);
  GtkToggleButton *details = flow_trace_view_get_details_button (self);

  if (flow_trace_finder_clear (flow_trace_view_get_finder (self)))
    return;
  if (gtk_toggle_button_get_active (details))
    gtk_toggle_button_set_active (details, FALSE);
  else
    flow_waterfall_scale_reset (get_scale (self));
}

static void
reload_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  flow_trace_view_reload (FLOW_TRACE_VIEW (widget));
}

static void
cancel_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  flow_trace_view_cancel (FLOW_TRACE_VIEW (widget));
}

static void
show_rows_cb (GSimpleAction *action, GVariant *state, gpointer data)
{
  FlowTraceView *self = data;
  const char *name = g_action_get_name (G_ACTION (action));
  gboolean show = g_variant_get_boolean (state);

  g_simple_action_set_state (action, state);
  if (g_str_equal (name, "show-path"))
    flow_waterfall_scale_set_show_path (get_scale (self), show);
  else if (g_str_equal (name, "absolute-times"))
    flow_waterfall_scale_set_absolute (get_scale (self), show);
  else
    flow_trace_rows_show_kind (get_rows (self), g_str_equal (name, "show-logs") ? FLOW_NODE_LOG : FLOW_NODE_EVENT,
                               show);
}

static const GActionEntry toggles[] = {
  { "show-logs", NULL, NULL, "true", show_rows_cb },
  { "show-events", NULL, NULL, "false", show_rows_cb },
  { "show-path", NULL, NULL, "true", show_rows_cb },
  { "absolute-times", NULL, NULL, "false", show_rows_cb },
};

static const struct
{
  const char *name;
  GtkWidgetActionActivateFunc activate;
} actions[] = {
  { "trace.up", move_action },
  { "trace.down", move_action },
  { "trace.page-up", move_action },
  { "trace.page-down", move_action },
  { "trace.first", move_action },
  { "trace.last", move_action },
  { "trace.fold", fold_action },
  { "trace.unfold", fold_action },
  { "trace.fold-all", fold_action },
  { "trace.unfold-all", fold_action },
  { "trace.fold-level", fold_action },
  { "trace.unfold-level", fold_action },
  { "trace.fold-subtree", fold_action },
  { "trace.unfold-subtree", fold_action },
  { "trace.zoom-in", zoom_action },
  { "trace.zoom-out", zoom_action },
  { "trace.zoom-span", zoom_action },
  { "trace.zoom-reset", zoom_action },
  { "trace.pan-left", pan_action },
  { "trace.pan-right", pan_action },
  { "trace.wider-names", split_action },
  { "trace.narrower-names", split_action },
  { "trace.next-match", match_action },
  { "trace.previous-match", match_action },
  { "trace.next-critical", critical_action },
  { "trace.previous-critical", critical_action },
  { "trace.next-error", error_action },
  { "trace.previous-error", error_action },
  { "trace.search", search_action },
  { "trace.details", details_action },
  { "trace.open-code", code_action },
  { "trace.copy-id", copy_action },
  { "trace.help", help_action },
  { "trace.escape", escape_action },
  { "trace.reload", reload_action },
  { "trace.cancel", cancel_action },
};

/* For the class: what keys and menus do. */
void
flow_trace_view_install_actions (GtkWidgetClass *widget_class)
{
  for (gsize i = 0; i < G_N_ELEMENTS (actions); i++)
    gtk_widget_class_install_action (widget_class, actions[i].name, NULL, actions[i].activate);
}

/* For each view: what its menu switches on and off. */
void
flow_trace_view_add_toggles (FlowTraceView *self)
{
  g_autoptr (GSimpleActionGroup) group = g_simple_action_group_new ();

  g_action_map_add_action_entries (G_ACTION_MAP (group), toggles, G_N_ELEMENTS (toggles), self);
  gtk_widget_insert_action_group (GTK_WIDGET (self), "view", G_ACTION_GROUP (group));
}
