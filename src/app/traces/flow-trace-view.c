/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-trace-view"

#include "app/traces/flow-trace-view.h"

#include <glib/gi18n.h>
#include <string.h>

#include "app/code/flow-code.h"
#include "app/code/flow-span-details.h"
#include "app/shell/flow-toast.h"
#include "app/traces/flow-side-pane.h"
#include "app/traces/flow-trace-actions.h"
#include "app/traces/flow-trace-fetcher.h"
#include "app/traces/flow-trace-view-private.h"
#include "base/flow-error.h"

#define NONE FLOW_OUTLINE_NONE
#define PROGRESS_MS 500
#define PULSE_MS 100

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
  gboolean stale;     /* grew while it was loaded */
  gboolean cancelled; /* by the user, who will ask again */
  guint64 wanted_span;
  guint progress_source;

  guint details_source;
  GCancellable *fetching; /* of the selected span of a large trace */
  GtkWidget *details;

  GtkWidget *stack;
  GtkWidget *progress;
  GtkWidget *failed;
  FlowTraceFinder *finder;
  GtkWidget *details_button;
  GtkWidget *menu_button;
  FlowSidePane *pane;
  FlowWaterfall *waterfall;
};

G_DEFINE_FINAL_TYPE (FlowTraceView, flow_trace_view, GTK_TYPE_WIDGET)

enum
{
  PROP_0,
  PROP_SELECTED_SPAN,
  PROP_TITLE,
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

/* The span that a node is or belongs to. */
static guint
span_of (FlowTraceView *self, guint node)
{
  const FlowOutlineNode *nodes = self->loaded != NULL ? self->loaded->outline->nodes : NULL;

  /* The waterfall goes on with what it had until the next trace is there. */
  if (nodes == NULL)
    return NONE;
  while (node != NONE && nodes[node].kind != FLOW_NODE_SPAN)
    node = nodes[node].kind == FLOW_NODE_MISSING ? NONE : nodes[node].parent;
  return node;
}

/* --- Details ------------------------------------------------------------------------------------------- */

static void
fetched_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (FlowTraceView) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (FlowTrace) part = flow_trace_loader_load_span_finish (FLOW_TRACE_QUERIES (source), result, &error);

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;
  g_clear_object (&self->fetching);
  if (part != NULL && self->details != NULL)
    flow_span_details_set_span (FLOW_SPAN_DETAILS (self->details), part,
                                part->n_spans > 0 ? 0 : FLOW_SPAN_DETAILS_TRACE);
}

static void
stop_fetching (FlowTraceView *self)
{
  g_cancellable_cancel (self->fetching);
  g_clear_object (&self->fetching);
}

static gboolean
details_cb (gpointer data)
{
  FlowTraceView *self = data;
  guint node = span_of (self, flow_waterfall_get_selected (self->waterfall));
  const FlowOutlineNode *nodes = self->loaded != NULL ? self->loaded->outline->nodes : NULL;

  self->details_source = 0;
  stop_fetching (self);
  if (nodes == NULL)
    return G_SOURCE_REMOVE;
  if (self->loaded->trace != NULL)
    {
      flow_span_details_set_span (FLOW_SPAN_DETAILS (self->details), self->loaded->trace,
                                  node != NONE ? self->loaded->outline->sources[node] : FLOW_SPAN_DETAILS_TRACE);
      return G_SOURCE_REMOVE;
    }
  self->fetching = g_cancellable_new ();
  flow_trace_loader_load_span_async (flow_services_get_queries (self->services), self->trace_id,
                                     node != NONE ? nodes[node].id : 0, self->fetching, fetched_cb,
                                     g_object_ref (self));
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

/* Where the details take the place of the rows, the keyboard goes to what is seen. */
static void
details_shown_cb (FlowTraceView *self)
{
  GtkRoot *root = gtk_widget_get_root (GTK_WIDGET (self));

  if (gtk_toggle_button_get_active (GTK_TOGGLE_BUTTON (self->details_button)))
    update_details (self);
  else if (root != NULL && gtk_root_get_focus (root) == NULL)
    flow_waterfall_focus_rows (self->waterfall);
}

static void
selected_cb (FlowTraceView *self, guint node)
{
  flow_trace_finder_selected (self->finder);
  update_details (self);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_SELECTED_SPAN]);
}

static void
activated_cb (FlowTraceView *self, guint node)
{
  flow_trace_view_open_code (self, node);
}

static void
details_filter_cb (FlowTraceView *self, const char *text)
{
  flow_trace_finder_look_for (self->finder, text, TRUE);
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
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_TITLE]);
  flow_waterfall_set_trace (self->waterfall, loaded->outline, loaded->path, loaded->lanes);
  flow_trace_finder_set_trace (self->finder, loaded->outline, loaded->trace);
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
  g_autofree char *markup = NULL;

  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_TITLE]);
  if (g_error_matches (error, FLOW_ERROR, FLOW_ERROR_NOT_FOUND))
    {
      show_page (self, "gone");
      return;
    }
  /* A description is markup. */
  markup = g_markup_escape_text (error->message, -1);
  adw_status_page_set_description (ADW_STATUS_PAGE (self->failed), markup);
  show_page (self, "failed");
}

static void load (FlowTraceView *self);

static void
loaded_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (FlowTraceView) self = user_data;
  g_autoptr (GError) error = NULL;
  FlowLoadedTrace *loaded = flow_trace_fetcher_load_finish (FLOW_SERVICES (source), result, &error);

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
  self->stale = self->cancelled = FALSE;
  self->loading = g_cancellable_new ();
  if (self->loaded == NULL && self->progress_source == 0)
    {
      self->progress_source = g_timeout_add (PROGRESS_MS, progress_cb, self);
      g_source_set_name_by_id (self->progress_source, "flow-trace-view-progress");
    }
  flow_trace_fetcher_load_async (self->services, self->trace_id, self->loading, loaded_cb, g_object_ref (self));
}

static void
committed_cb (FlowTraceView *self, FlowCommit *commit)
{
  if (!self->open || self->cancelled)
    return;
  if (self->loaded != NULL && !commit->removed && !flow_commit_touches (commit, self->loaded->outline->number))
    return;
  if (self->loading != NULL)
    self->stale = TRUE;
  else
    load (self);
}

/* --- Object -------------------------------------------------------------------------------------------- */

static void
flow_trace_view_get_property (GObject *object, guint id, GValue *value, GParamSpec *spec)
{
  if (id == PROP_SELECTED_SPAN)
    g_value_set_uint64 (value, flow_trace_view_get_selected_span (FLOW_TRACE_VIEW (object)));
  else if (id == PROP_TITLE)
    g_value_set_string (value, flow_trace_view_get_title (FLOW_TRACE_VIEW (object)));
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
  if (self->stack != NULL)
    gtk_widget_unparent (self->stack);
  self->stack = NULL;
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
  gtk_widget_class_bind_template_child (widget_class, FlowTraceView, finder);
  gtk_widget_class_bind_template_child (widget_class, FlowTraceView, details_button);
  gtk_widget_class_bind_template_child (widget_class, FlowTraceView, menu_button);
  gtk_widget_class_bind_template_child (widget_class, FlowTraceView, pane);
  gtk_widget_class_bind_template_child (widget_class, FlowTraceView, waterfall);
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
  /**
   * FlowTraceView:title:
   *
   * What the trace is called, see flow_trace_view_get_title().
   */
  properties[PROP_TITLE] = g_param_spec_string ("title", NULL, NULL, NULL, G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, properties);

  /**
   * FlowTraceView::span-activated:
   * @self: the view
   * @span_id: the span, its 8 bytes in memory order
   *
   * Emitted when somebody wants to see a span's code; the view opens it.
   */
  signals[SPAN_ACTIVATED] = g_signal_new ("span-activated", FLOW_TYPE_TRACE_VIEW, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                          NULL, G_TYPE_NONE, 1, G_TYPE_UINT64);

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

  g_type_ensure (FLOW_TYPE_SIDE_PANE);
  g_type_ensure (FLOW_TYPE_WATERFALL);
  g_type_ensure (FLOW_TYPE_TRACE_FINDER);
  bind_template (widget_class);
  gtk_widget_class_set_layout_manager_type (widget_class, GTK_TYPE_BIN_LAYOUT);
  flow_trace_view_install_actions (widget_class);
}

static void
flow_trace_view_init (FlowTraceView *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  flow_trace_view_add_toggles (self);
  flow_trace_finder_set_waterfall (self->finder, self->waterfall);
  gtk_widget_add_controller (GTK_WIDGET (self->waterfall), flow_trace_actions_make_shortcuts ());
  gtk_widget_add_controller (GTK_WIDGET (self), flow_trace_actions_make_escape ());
  g_signal_connect_swapped (self->details_button, "notify::active", G_CALLBACK (details_shown_cb), self);
}

/* The parts that its actions work with. */
FlowWaterfall *
flow_trace_view_get_waterfall (FlowTraceView *self)
{
  return self->waterfall;
}

FlowTraceFinder *
flow_trace_view_get_finder (FlowTraceView *self)
{
  return self->finder;
}

GtkToggleButton *
flow_trace_view_get_details_button (FlowTraceView *self)
{
  return GTK_TOGGLE_BUTTON (self->details_button);
}

const FlowLoadedTrace *
flow_trace_view_get_loaded (FlowTraceView *self)
{
  return self->loaded;
}

static void
fetched_code_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (FlowTraceView) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (FlowTrace) part = flow_trace_loader_load_span_finish (FLOW_TRACE_QUERIES (source), result, &error);

  if (self->services == NULL)
    return;
  if (part != NULL && part->n_spans > 0)
    flow_code_open_span (self->services, GTK_WIDGET (self), part, 0);
  else if (error != NULL)
    flow_toast (GTK_WIDGET (self), error->message);
}

/* FALSE when the node belongs to no span that is there. */
gboolean
flow_trace_view_open_code (FlowTraceView *self, guint node)
{
  guint span = span_of (self, node);
  const FlowOutlineNode *item;

  if (span == NONE)
    return FALSE;
  item = &self->loaded->outline->nodes[span];
  g_signal_emit (self, signals[SPAN_ACTIVATED], 0, item->id);
  if (self->loaded->trace != NULL)
    flow_code_open_span (self->services, GTK_WIDGET (self), self->loaded->trace, self->loaded->outline->sources[span]);
  else
    flow_trace_loader_load_span_async (flow_services_get_queries (self->services), self->trace_id, item->id, NULL,
                                       fetched_code_cb, g_object_ref (self));
  return TRUE;
}

void
flow_trace_view_reload (FlowTraceView *self)
{
  if (self->open && self->loading == NULL)
    load (self);
}

void
flow_trace_view_cancel (FlowTraceView *self)
{
  g_cancellable_cancel (self->loading);
  g_clear_object (&self->loading);
  stop_progress (self);
  self->cancelled = TRUE;
  adw_status_page_set_description (ADW_STATUS_PAGE (self->failed), _ ("Opening it was cancelled."));
  show_page (self, "failed");
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
  flow_trace_finder_set_queries (self->finder, flow_services_get_queries (services));
  self->details = flow_span_details_new (services);
  flow_side_pane_set_side (self->pane, self->details);
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
  self->open = self->stale = self->cancelled = FALSE;
  g_clear_handle_id (&self->details_source, g_source_remove);
  g_cancellable_cancel (self->loading);
  g_clear_object (&self->loading);
  stop_progress (self);
  stop_fetching (self);
  g_clear_pointer (&self->loaded, flow_loaded_trace_free);
}

/**
 * flow_trace_view_get_trace:
 * @self: the view
 *
 * Returns: (transfer none) (nullable): the trace, %NULL while it is not there, and when it is so large that only what
 *   is drawn of it is held
 */
FlowTrace *
flow_trace_view_get_trace (FlowTraceView *self)
{
  return self->loaded != NULL ? self->loaded->trace : NULL;
}

/**
 * flow_trace_view_get_title:
 * @self: the view
 *
 * Returns: (transfer none) (nullable): what the user calls the trace, else its name; %NULL while it is not there
 */
const char *
flow_trace_view_get_title (FlowTraceView *self)
{
  return self->loaded != NULL ? flow_trace_info_get_title (self->loaded->info) : NULL;
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
  gtk_widget_grab_focus (GTK_WIDGET (self->finder));
}
