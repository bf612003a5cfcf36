/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-trace-view"

#include "app/traces/flow-trace-view.h"

#include <glib/gi18n.h>
#include <string.h>

#include "app/code/flow-code.h"
#include "app/code/flow-span-details.h"
#include "app/shell/flow-toast.h"
#include "app/traces/flow-trace-actions.h"
#include "app/traces/flow-trace-loader.h"
#include "app/traces/flow-waterfall.h"
#include "base/flow-error.h"
#include "trace/flow-span-filter-text.h"

#define NONE FLOW_OUTLINE_NONE
#define PROGRESS_MS 500
#define PULSE_MS 100
#define ZOOM 1.5
#define PAN 0.15
#define SPLIT_STEP 24

/**
 * FlowTraceView:
 *
 * One trace: its waterfall, a search in it, and the details of the selected span. Loading happens elsewhere; while the
 * trace grows, what is selected, folded, zoomed and scrolled to stays as it is.
 */
struct _FlowTraceView
{
  GtkWidget parent_instance;

  FlowServices *services;
  guint8 trace_id[16];
  gboolean open;
  FlowLoadedTrace *loaded;
  GCancellable *loading;
  gboolean stale; /* grew while it was loaded */
  guint64 wanted_span;
  guint progress_source;

  char *search_text;
  FlowSpanFilterText *filter;
  GCancellable *searching;
  guint8 *found;

  guint details_source;
  GtkWidget *details;

  GtkWidget *stack;
  GtkWidget *progress;
  GtkWidget *failed;
  GtkWidget *search;
  GtkWidget *matches;
  GtkWidget *hide;
  GtkWidget *details_button;
  GtkWidget *menu_button;
  GtkWidget *search_error;
  GtkWidget *flap;
  FlowWaterfall *waterfall;
};

G_DEFINE_FINAL_TYPE (FlowTraceView, flow_trace_view, GTK_TYPE_WIDGET)

enum
{
  PROP_0,
  PROP_SELECTED_SPAN,
  N_PROPS
};

enum
{
  SPAN_ACTIVATED,
  FILTER_REQUESTED,
  TRACE_REQUESTED,
  N_SIGNALS
};

static GParamSpec *properties[N_PROPS];
static guint signals[N_SIGNALS];

static FlowTraceRows *
get_rows (FlowTraceView *self)
{
  return flow_waterfall_get_rows (self->waterfall);
}

static FlowWaterfallScale *
get_scale (FlowTraceView *self)
{
  return flow_waterfall_get_scale (self->waterfall);
}

/* The span that a node is or belongs to. */
static guint
span_of (FlowTraceView *self, guint node)
{
  const FlowOutlineNode *nodes = self->loaded != NULL ? self->loaded->outline->nodes : NULL;

  while (node != NONE && nodes[node].kind != FLOW_NODE_SPAN)
    node = nodes[node].kind == FLOW_NODE_MISSING ? NONE : nodes[node].parent;
  return node;
}

/* --- Details ------------------------------------------------------------------------------------------- */

static gboolean
details_cb (gpointer data)
{
  FlowTraceView *self = data;
  guint node = span_of (self, flow_waterfall_get_selected (self->waterfall));

  self->details_source = 0;
  if (self->loaded != NULL)
    flow_span_details_set_span (FLOW_SPAN_DETAILS (self->details), self->loaded->trace,
                                node != NONE ? self->loaded->outline->nodes[node].source : FLOW_SPAN_DETAILS_TRACE);
  return G_SOURCE_REMOVE;
}

/* While somebody runs through the rows, details wait until there is time. */
static void
update_details (FlowTraceView *self)
{
  if (self->details_source != 0 || !gtk_toggle_button_get_active (GTK_TOGGLE_BUTTON (self->details_button)))
    return;
  self->details_source = g_idle_add_full (G_PRIORITY_LOW, details_cb, self, NULL);
  g_source_set_name_by_id (self->details_source, "flow-trace-view-details");
}

static void
selected_cb (FlowTraceView *self, guint node)
{
  update_details (self);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_SELECTED_SPAN]);
}

static void
activated_cb (FlowTraceView *self, guint node)
{
  guint span = span_of (self, node);

  if (span == NONE)
    return;
  g_signal_emit (self, signals[SPAN_ACTIVATED], 0, self->loaded->outline->nodes[span].source);
  flow_code_open_span (self->services, GTK_WIDGET (self), self->loaded->trace,
                       self->loaded->outline->nodes[span].source);
}

static void
details_filter_cb (FlowTraceView *self, const char *text)
{
  gtk_editable_set_text (GTK_EDITABLE (self->search), text);
  gtk_toggle_button_set_active (GTK_TOGGLE_BUTTON (self->hide), TRUE);
  g_signal_emit (self, signals[FILTER_REQUESTED], 0, text);
}

static void
details_span_cb (FlowTraceView *self, guint64 span_id)
{
  flow_trace_view_set_selected_span (self, span_id);
}

static void
details_trace_cb (FlowTraceView *self, const char *id)
{
  g_signal_emit (self, signals[TRACE_REQUESTED], 0, id);
}

/* --- Search -------------------------------------------------------------------------------------------- */

static void
show_count (FlowTraceView *self)
{
  FlowTraceRows *rows = get_rows (self);
  guint n = flow_trace_rows_get_n_matches (rows);
  guint at = flow_trace_rows_match_ordinal (rows, flow_waterfall_get_selected (self->waterfall));
  g_autofree char *text = NULL;

  if (n == 0)
    text = g_strdup (_ ("No match"));
  else if (at > 0)
    text = g_strdup_printf (_ ("%u of %u"), at, n);
  else
    text = g_strdup_printf ("%u", n);
  gtk_label_set_text (GTK_LABEL (self->matches), text);
  gtk_widget_set_visible (self->matches, self->found != NULL);
}

static void
apply_matches (FlowTraceView *self)
{
  flow_trace_rows_set_matches (get_rows (self), self->found,
                               gtk_toggle_button_get_active (GTK_TOGGLE_BUTTON (self->hide)));
  show_count (self);
}

static void
show_search_error (FlowTraceView *self, const char *text)
{
  gtk_label_set_text (GTK_LABEL (self->search_error), text != NULL ? text : "");
  gtk_widget_set_visible (self->search_error, text != NULL);
  if (text != NULL)
    gtk_widget_add_css_class (self->search, "error");
  else
    gtk_widget_remove_css_class (self->search, "error");
}

typedef struct
{
  FlowSpanFilterText *filter;
  FlowTraceOutline *outline;
  FlowTrace *trace;
} Search;

static void
search_free (gpointer data)
{
  Search *search = data;

  flow_span_filter_text_unref (search->filter);
  flow_trace_outline_unref (search->outline);
  flow_trace_unref (search->trace);
  g_free (search);
}

static void
search_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  Search *search = data;
  GError *error = NULL;
  guint8 *found = flow_span_filter_text_match (search->filter, search->outline, search->trace, cancellable, &error);

  if (found != NULL)
    g_task_return_pointer (task, found, g_free);
  else
    g_task_return_error (task, error);
}

static void
searched_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (FlowTraceView) self = user_data;
  Search *search = g_task_get_task_data (G_TASK (result));
  g_autofree guint8 *found = g_task_propagate_pointer (G_TASK (result), NULL);

  /* The trace may have grown in the meantime; then another search is on its way. */
  if (found == NULL || self->loaded == NULL || search->outline != self->loaded->outline)
    return;
  g_free (self->found);
  self->found = g_steal_pointer (&found);
  apply_matches (self);
}

static void
run_search (FlowTraceView *self)
{
  g_autoptr (GTask) task = NULL;
  Search *search;

  g_cancellable_cancel (self->searching);
  g_clear_object (&self->searching);
  if (self->loaded == NULL || self->filter == NULL || flow_span_filter_text_is_empty (self->filter))
    {
      g_clear_pointer (&self->found, g_free);
      apply_matches (self);
      return;
    }
  search = g_new0 (Search, 1);
  search->filter = flow_span_filter_text_ref (self->filter);
  search->outline = flow_trace_outline_ref (self->loaded->outline);
  search->trace = flow_trace_ref (self->loaded->trace);
  self->searching = g_cancellable_new ();
  task = g_task_new (NULL, self->searching, searched_cb, g_object_ref (self));
  g_task_set_source_tag (task, run_search);
  g_task_set_task_data (task, search, search_free);
  g_task_run_in_thread (task, search_thread);
}

static void
search_changed_cb (FlowTraceView *self)
{
  g_autoptr (GError) error = NULL;
  FlowSpanFilterText *filter = flow_span_filter_text_parse (gtk_editable_get_text (GTK_EDITABLE (self->search)),
                                                            &error);

  show_search_error (self, filter == NULL ? error->message : NULL);
  if (filter == NULL)
    return;
  g_clear_pointer (&self->filter, flow_span_filter_text_unref);
  self->filter = filter;
  run_search (self);
}

static void
go_to_match (FlowTraceView *self, int direction)
{
  guint node = flow_trace_rows_next_match (get_rows (self), flow_waterfall_get_selected (self->waterfall), direction);

  if (node != NONE)
    flow_waterfall_select (self->waterfall, node);
  show_count (self);
}

static void
search_activate_cb (FlowTraceView *self)
{
  go_to_match (self, 1);
  flow_waterfall_focus_rows (self->waterfall);
}

static void
search_next_cb (FlowTraceView *self)
{
  go_to_match (self, 1);
}

static void
search_previous_cb (FlowTraceView *self)
{
  go_to_match (self, -1);
}

static void
search_stop_cb (FlowTraceView *self)
{
  gtk_editable_set_text (GTK_EDITABLE (self->search), "");
  flow_waterfall_focus_rows (self->waterfall);
}

/* --- Loading ------------------------------------------------------------------------------------------- */

static void
show_page (FlowTraceView *self, const char *name)
{
  gtk_stack_set_visible_child_name (GTK_STACK (self->stack), name);
}

static gboolean
pulse_cb (gpointer data)
{
  gtk_progress_bar_pulse (GTK_PROGRESS_BAR (FLOW_TRACE_VIEW (data)->progress));
  return G_SOURCE_CONTINUE;
}

static gboolean
progress_cb (gpointer data)
{
  FlowTraceView *self = data;

  show_page (self, "loading");
  self->progress_source = g_timeout_add (PULSE_MS, pulse_cb, self);
  g_source_set_name_by_id (self->progress_source, "flow-trace-view-pulse");
  return G_SOURCE_REMOVE;
}

static void
stop_progress (FlowTraceView *self)
{
  g_clear_handle_id (&self->progress_source, g_source_remove);
}

static void
show_loaded (FlowTraceView *self, FlowLoadedTrace *loaded)
{
  gboolean first = self->loaded == NULL;
  guint node;

  g_clear_pointer (&self->loaded, flow_loaded_trace_free);
  self->loaded = loaded;
  g_clear_pointer (&self->found, g_free);
  flow_waterfall_set_trace (self->waterfall, loaded->outline, loaded->path, loaded->lanes);
  run_search (self);
  show_page (self, "trace");
  node = self->wanted_span != 0 ? flow_trace_outline_find_span (loaded->outline, self->wanted_span) : NONE;
  if (node == NONE && first && loaded->outline->n_nodes > 0 && self->wanted_span == 0)
    node = 0;
  if (node != NONE)
    {
      self->wanted_span = 0;
      flow_waterfall_select (self->waterfall, node);
      flow_waterfall_focus_rows (self->waterfall);
    }
  update_details (self);
}

static void
show_error (FlowTraceView *self, const GError *error)
{
  if (g_error_matches (error, FLOW_ERROR, FLOW_ERROR_NOT_FOUND))
    {
      show_page (self, "gone");
      return;
    }
  adw_status_page_set_description (ADW_STATUS_PAGE (self->failed), error->message);
  show_page (self, "failed");
}

static void load (FlowTraceView *self);

static void
loaded_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (FlowTraceView) self = user_data;
  g_autoptr (GError) error = NULL;
  FlowLoadedTrace *loaded = flow_trace_loader_load_finish (FLOW_TRACE_QUERIES (source), result, &error);

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;
  if (loaded != NULL && (!self->open || memcmp (loaded->outline->trace_id, self->trace_id, 16) != 0))
    {
      flow_loaded_trace_free (loaded);
      return;
    }
  g_clear_object (&self->loading);
  stop_progress (self);
  if (loaded != NULL)
    show_loaded (self, loaded);
  else
    show_error (self, error);
  if (self->stale)
    load (self);
}

static void
load (FlowTraceView *self)
{
  self->stale = FALSE;
  self->loading = g_cancellable_new ();
  if (self->loaded == NULL && self->progress_source == 0)
    {
      self->progress_source = g_timeout_add (PROGRESS_MS, progress_cb, self);
      g_source_set_name_by_id (self->progress_source, "flow-trace-view-progress");
    }
  flow_trace_loader_load_async (flow_services_get_queries (self->services), self->trace_id, self->loading, loaded_cb,
                                g_object_ref (self));
}

static void
committed_cb (FlowTraceView *self, FlowCommit *commit)
{
  if (!self->open)
    return;
  if (self->loaded != NULL && !commit->removed && !flow_commit_touches (commit, self->loaded->outline->number))
    return;
  if (self->loading != NULL)
    self->stale = TRUE;
  else
    load (self);
}

/* --- Actions ------------------------------------------------------------------------------------------- */

static void
move_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  FlowTraceView *self = FLOW_TRACE_VIEW (widget);
  int page = flow_waterfall_get_page (self->waterfall);

  if (g_str_equal (name, "trace.up"))
    flow_waterfall_move (self->waterfall, -1);
  else if (g_str_equal (name, "trace.down"))
    flow_waterfall_move (self->waterfall, 1);
  else if (g_str_equal (name, "trace.page-up"))
    flow_waterfall_move (self->waterfall, -page);
  else if (g_str_equal (name, "trace.page-down"))
    flow_waterfall_move (self->waterfall, page);
  else
    flow_waterfall_move (self->waterfall, g_str_equal (name, "trace.first") ? -G_MAXINT : G_MAXINT);
}

static void
fold_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  FlowTraceView *self = FLOW_TRACE_VIEW (widget);
  gboolean folded = g_str_has_prefix (name, "trace.fold");
  guint selected = flow_waterfall_get_selected (self->waterfall);

  if (g_str_has_suffix (name, "-all"))
    flow_trace_rows_fold_all (get_rows (self), folded);
  else if (g_str_has_suffix (name, "-level"))
    flow_trace_rows_fold_level (get_rows (self), folded);
  else if (g_str_has_suffix (name, "-subtree"))
    flow_trace_rows_fold_subtree (get_rows (self), selected, folded);
  else
    flow_waterfall_fold (self->waterfall, folded);
}

static void
zoom_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  FlowTraceView *self = FLOW_TRACE_VIEW (widget);

  if (g_str_equal (name, "trace.zoom-in"))
    flow_waterfall_zoom (self->waterfall, ZOOM);
  else if (g_str_equal (name, "trace.zoom-out"))
    flow_waterfall_zoom (self->waterfall, 1 / ZOOM);
  else if (g_str_equal (name, "trace.zoom-span"))
    flow_waterfall_zoom_to_selected (self->waterfall);
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
  go_to_match (FLOW_TRACE_VIEW (widget), g_str_equal (name, "trace.next-match") ? 1 : -1);
}

static void
critical_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  FlowTraceView *self = FLOW_TRACE_VIEW (widget);
  guint node = NONE;

  if (self->loaded != NULL)
    node = flow_critical_path_next (self->loaded->path, flow_waterfall_get_selected (self->waterfall),
                                    g_str_equal (name, "trace.next-critical") ? 1 : -1);
  if (node != NONE)
    flow_waterfall_select (self->waterfall, node);
  else
    gtk_widget_error_bell (widget);
}

static void
error_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  FlowTraceView *self = FLOW_TRACE_VIEW (widget);
  int direction = g_str_equal (name, "trace.next-error") ? 1 : -1;
  guint at = flow_waterfall_get_selected (self->waterfall),
        n = self->loaded != NULL ? self->loaded->outline->n_nodes : 0;

  at = at != NONE ? at : direction > 0 ? n - 1 : 0;
  for (guint i = 0; i < n; i++)
    {
      at = direction > 0 ? (at + 1) % n : (at + n - 1) % n;
      if (self->loaded->outline->nodes[at].flags & FLOW_NODE_ERROR &&
          self->loaded->outline->nodes[at].kind == FLOW_NODE_SPAN)
        {
          flow_waterfall_select (self->waterfall, at);
          return;
        }
    }
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
  GtkToggleButton *button = GTK_TOGGLE_BUTTON (FLOW_TRACE_VIEW (widget)->details_button);

  gtk_toggle_button_set_active (button, !gtk_toggle_button_get_active (button));
}

static void
code_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  FlowTraceView *self = FLOW_TRACE_VIEW (widget);

  if (span_of (self, flow_waterfall_get_selected (self->waterfall)) != NONE)
    activated_cb (self, flow_waterfall_get_selected (self->waterfall));
  else
    flow_toast (widget, _ ("Select a span first"));
}

static void
copy_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  FlowTraceView *self = FLOW_TRACE_VIEW (widget);
  guint node = flow_waterfall_get_selected (self->waterfall);
  GString *text = g_string_new (NULL);
  const guint8 *id;

  if (self->loaded != NULL && node != NONE)
    {
      id = (const guint8 *) &self->loaded->outline->nodes[node].id;
      for (guint i = 0; i < 8; i++)
        g_string_append_printf (text, "%02x", id[i]);
      gdk_clipboard_set_text (gtk_widget_get_clipboard (widget), text->str);
      flow_toast (widget, _ ("Span ID copied"));
    }
  g_string_free (text, TRUE);
}

static void
help_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  gtk_widget_activate_action (widget, "win.show-help-overlay", NULL);
}

static void
escape_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  FlowTraceView *self = FLOW_TRACE_VIEW (widget);

  if (*gtk_editable_get_text (GTK_EDITABLE (self->search)) != '\0')
    gtk_editable_set_text (GTK_EDITABLE (self->search), "");
  else if (gtk_toggle_button_get_active (GTK_TOGGLE_BUTTON (self->details_button)))
    gtk_toggle_button_set_active (GTK_TOGGLE_BUTTON (self->details_button), FALSE);
  else
    flow_waterfall_scale_reset (get_scale (self));
}

static void
reload_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  FlowTraceView *self = FLOW_TRACE_VIEW (widget);

  if (self->open && self->loading == NULL)
    load (self);
}

static void
cancel_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  FlowTraceView *self = FLOW_TRACE_VIEW (widget);

  g_cancellable_cancel (self->loading);
  g_clear_object (&self->loading);
  stop_progress (self);
  adw_status_page_set_description (ADW_STATUS_PAGE (self->failed), _ ("Opening it was cancelled."));
  show_page (self, "failed");
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

/* --- Object -------------------------------------------------------------------------------------------- */

static void
flow_trace_view_get_property (GObject *object, guint id, GValue *value, GParamSpec *spec)
{
  if (id == PROP_SELECTED_SPAN)
    g_value_set_uint64 (value, flow_trace_view_get_selected_span (FLOW_TRACE_VIEW (object)));
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, spec);
}

static void
flow_trace_view_set_property (GObject *object, guint id, const GValue *value, GParamSpec *spec)
{
  if (id == PROP_SELECTED_SPAN)
    flow_trace_view_set_selected_span (FLOW_TRACE_VIEW (object), g_value_get_uint64 (value));
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, spec);
}

static void
flow_trace_view_dispose (GObject *object)
{
  FlowTraceView *self = FLOW_TRACE_VIEW (object);

  flow_trace_view_close (self);
  g_clear_handle_id (&self->details_source, g_source_remove);
  if (self->stack != NULL)
    gtk_widget_unparent (self->stack);
  self->stack = NULL;
  g_clear_pointer (&self->filter, flow_span_filter_text_unref);
  g_clear_object (&self->services);

  G_OBJECT_CLASS (flow_trace_view_parent_class)->dispose (object);
}

static void
bind_template (GtkWidgetClass *widget_class)
{
  gtk_widget_class_set_template_from_resource (widget_class, "/org/flowscope/FlowScope/traces/flow-trace-view.ui");
  gtk_widget_class_bind_template_child (widget_class, FlowTraceView, stack);
  gtk_widget_class_bind_template_child (widget_class, FlowTraceView, progress);
  gtk_widget_class_bind_template_child (widget_class, FlowTraceView, failed);
  gtk_widget_class_bind_template_child (widget_class, FlowTraceView, search);
  gtk_widget_class_bind_template_child (widget_class, FlowTraceView, matches);
  gtk_widget_class_bind_template_child (widget_class, FlowTraceView, hide);
  gtk_widget_class_bind_template_child (widget_class, FlowTraceView, details_button);
  gtk_widget_class_bind_template_child (widget_class, FlowTraceView, menu_button);
  gtk_widget_class_bind_template_child (widget_class, FlowTraceView, search_error);
  gtk_widget_class_bind_template_child (widget_class, FlowTraceView, flap);
  gtk_widget_class_bind_template_child (widget_class, FlowTraceView, waterfall);
  gtk_widget_class_bind_template_callback (widget_class, search_changed_cb);
  gtk_widget_class_bind_template_callback (widget_class, search_activate_cb);
  gtk_widget_class_bind_template_callback (widget_class, search_next_cb);
  gtk_widget_class_bind_template_callback (widget_class, search_previous_cb);
  gtk_widget_class_bind_template_callback (widget_class, search_stop_cb);
  gtk_widget_class_bind_template_callback (widget_class, apply_matches);
  gtk_widget_class_bind_template_callback (widget_class, selected_cb);
  gtk_widget_class_bind_template_callback (widget_class, activated_cb);
}

static void
flow_trace_view_class_init (FlowTraceViewClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->dispose = flow_trace_view_dispose;
  object_class->get_property = flow_trace_view_get_property;
  object_class->set_property = flow_trace_view_set_property;

  /**
   * FlowTraceView:selected-span:
   *
   * The id of the selected span, its 8 bytes in memory order; 0 when none is.
   */
  properties[PROP_SELECTED_SPAN] = g_param_spec_uint64 ("selected-span", NULL, NULL, 0, G_MAXUINT64, 0,
                                                        G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY |
                                                            G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, properties);

  /**
   * FlowTraceView::span-activated:
   * @self: the view
   * @span: the span's index in the trace
   *
   * Emitted when somebody wants to see a span's code; the view opens it.
   */
  signals[SPAN_ACTIVATED] = g_signal_new ("span-activated", FLOW_TYPE_TRACE_VIEW, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                          NULL, G_TYPE_NONE, 1, G_TYPE_UINT);

  /**
   * FlowTraceView::filter-requested:
   * @self: the view
   * @text: a filter like `http.route=/users`
   *
   * Emitted when somebody asked for all that has a value; the view looks for it in this trace.
   */
  signals[FILTER_REQUESTED] = g_signal_new ("filter-requested", FLOW_TYPE_TRACE_VIEW, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                            NULL, G_TYPE_NONE, 1, G_TYPE_STRING);

  /**
   * FlowTraceView::trace-requested:
   * @self: the view
   * @id: a trace's id as 32 hexadecimal digits
   *
   * Emitted when somebody follows a link to another trace.
   */
  signals[TRACE_REQUESTED] = g_signal_new ("trace-requested", FLOW_TYPE_TRACE_VIEW, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                           NULL, G_TYPE_NONE, 1, G_TYPE_STRING);

  g_type_ensure (FLOW_TYPE_WATERFALL);
  bind_template (widget_class);
  gtk_widget_class_set_layout_manager_type (widget_class, GTK_TYPE_BIN_LAYOUT);
  for (gsize i = 0; i < G_N_ELEMENTS (actions); i++)
    gtk_widget_class_install_action (widget_class, actions[i].name, NULL, actions[i].activate);
}

static void
flow_trace_view_init (FlowTraceView *self)
{
  g_autoptr (GSimpleActionGroup) group = g_simple_action_group_new ();

  gtk_widget_init_template (GTK_WIDGET (self));
  g_action_map_add_action_entries (G_ACTION_MAP (group), toggles, G_N_ELEMENTS (toggles), self);
  gtk_widget_insert_action_group (GTK_WIDGET (self), "view", G_ACTION_GROUP (group));
  gtk_search_entry_set_key_capture_widget (GTK_SEARCH_ENTRY (self->search), NULL);
  gtk_widget_add_controller (GTK_WIDGET (self->waterfall), flow_trace_actions_make_shortcuts ());
  g_signal_connect_swapped (self->details_button, "notify::active", G_CALLBACK (update_details), self);
}

/**
 * flow_trace_view_new:
 * @services: what it works with
 *
 * Returns: (transfer floating): a view of no trace
 */
GtkWidget *
flow_trace_view_new (FlowServices *services)
{
  FlowTraceView *self = g_object_new (FLOW_TYPE_TRACE_VIEW, NULL);

  self->services = g_object_ref (services);
  self->details = flow_span_details_new (services);
  gtk_widget_set_size_request (self->details, 320, -1);
  adw_flap_set_flap (ADW_FLAP (self->flap), self->details);
  g_signal_connect_swapped (self->details, "filter-requested", G_CALLBACK (details_filter_cb), self);
  g_signal_connect_swapped (self->details, "span-requested", G_CALLBACK (details_span_cb), self);
  g_signal_connect_swapped (self->details, "trace-requested", G_CALLBACK (details_trace_cb), self);
  g_signal_connect_object (services, "committed", G_CALLBACK (committed_cb), self, G_CONNECT_SWAPPED);
  return GTK_WIDGET (self);
}

/**
 * flow_trace_view_open:
 * @self: the view
 * @trace_id: (array fixed-size=16): a trace
 * @span_id: the span to select, its 8 bytes in memory order; 0: the first one
 *
 * Show a trace. When it is shown already, select the span in it.
 */
void
flow_trace_view_open (FlowTraceView *self, const guint8 trace_id[16], guint64 span_id)
{
  if (self->open && memcmp (self->trace_id, trace_id, 16) == 0 && (self->loaded != NULL || self->loading != NULL))
    {
      if (span_id != 0)
        flow_trace_view_set_selected_span (self, span_id);
      return;
    }
  flow_trace_view_close (self);
  memcpy (self->trace_id, trace_id, 16);
  self->open = TRUE;
  self->wanted_span = span_id;
  show_page (self, "blank");
  load (self);
}

/**
 * flow_trace_view_close:
 * @self: the view
 *
 * Let go of the trace, and stop loading it.
 */
void
flow_trace_view_close (FlowTraceView *self)
{
  self->open = FALSE;
  self->stale = FALSE;
  g_cancellable_cancel (self->loading);
  g_clear_object (&self->loading);
  g_cancellable_cancel (self->searching);
  g_clear_object (&self->searching);
  stop_progress (self);
  g_clear_pointer (&self->found, g_free);
  g_clear_pointer (&self->loaded, flow_loaded_trace_free);
}

/**
 * flow_trace_view_get_trace:
 * @self: the view
 *
 * Returns: (transfer none) (nullable): the trace, %NULL while it is not there
 */
FlowTrace *
flow_trace_view_get_trace (FlowTraceView *self)
{
  return self->loaded != NULL ? self->loaded->trace : NULL;
}

/**
 * flow_trace_view_get_selected_span:
 * @self: the view
 *
 * Returns: the id of the selected span, its 8 bytes in memory order; 0 when none is
 */
guint64
flow_trace_view_get_selected_span (FlowTraceView *self)
{
  guint node = self->loaded != NULL ? span_of (self, flow_waterfall_get_selected (self->waterfall)) : NONE;

  return node != NONE ? self->loaded->outline->nodes[node].id : self->wanted_span;
}

/**
 * flow_trace_view_set_selected_span:
 * @self: the view
 * @span_id: its 8 bytes in memory order
 *
 * Select a span as soon as it is there.
 */
void
flow_trace_view_set_selected_span (FlowTraceView *self, guint64 span_id)
{
  guint node = self->loaded != NULL ? flow_trace_outline_find_span (self->loaded->outline, span_id) : NONE;

  if (node != NONE)
    flow_waterfall_select (self->waterfall, node);
  else
    self->wanted_span = span_id;
}

/**
 * flow_trace_view_focus_search:
 * @self: the view
 *
 * Let the user type what to look for.
 */
void
flow_trace_view_focus_search (FlowTraceView *self)
{
  gtk_widget_grab_focus (self->search);
}
