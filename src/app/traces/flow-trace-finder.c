/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-trace-finder"

#include "app/traces/flow-trace-finder.h"

#include <glib/gi18n.h>

#include "trace/flow-span-filter-text.h"

/**
 * FlowTraceFinder:
 *
 * The search of a trace: marks what matches, steps from match to match, and hides the rest when asked to. It looks
 * on a thread of its own; when the trace grows, it looks again.
 */
struct _FlowTraceFinder
{
  GtkWidget parent_instance;

  FlowWaterfall *waterfall; /* not owned: its neighbour */
  FlowTraceQueries *queries;
  FlowTraceOutline *outline;
  FlowTrace *trace;
  FlowSpanFilterText *filter;
  GCancellable *searching;
  guint8 *found; /* for each node; NULL: nothing is looked for */
  gboolean jump; /* to the first match, once it is known */

  GtkWidget *box;
  GtkWidget *entry;
  GtkWidget *count;
  GtkWidget *hide;
  GtkWidget *problem;
};

G_DEFINE_FINAL_TYPE (FlowTraceFinder, flow_trace_finder, GTK_TYPE_WIDGET)

static void
show_count (FlowTraceFinder *self)
{
  FlowTraceRows *rows = flow_waterfall_get_rows (self->waterfall);
  guint n = flow_trace_rows_get_n_matches (rows);
  guint at = flow_trace_rows_match_ordinal (rows, flow_waterfall_get_selected (self->waterfall));
  g_autofree char *text = NULL;

  if (self->found == NULL)
    text = g_strdup ("");
  else if (n == 0)
    text = g_strdup (_ ("No match"));
  else if (at > 0)
    text = g_strdup_printf (_ ("%u of %u"), at, n);
  else
    text = g_strdup_printf ("%u", n);
  gtk_label_set_text (GTK_LABEL (self->count), text);
  gtk_widget_set_visible (self->count, self->found != NULL);
}

static void
apply (FlowTraceFinder *self)
{
  if (self->outline == NULL)
    return;
  flow_trace_rows_set_matches (flow_waterfall_get_rows (self->waterfall), self->found,
                               gtk_toggle_button_get_active (GTK_TOGGLE_BUTTON (self->hide)));
  if (self->found != NULL && self->jump)
    {
      guint at = flow_waterfall_get_selected (self->waterfall);

      self->jump = FALSE;
      if (flow_trace_rows_match_ordinal (flow_waterfall_get_rows (self->waterfall), at) == 0)
        flow_trace_finder_go (self, 1);
    }
  show_count (self);
}

static void
show_problem (FlowTraceFinder *self, const char *text)
{
  gtk_label_set_text (GTK_LABEL (self->problem), text != NULL ? text : "");
  gtk_widget_set_visible (self->problem, text != NULL);
  gtk_accessible_update_state (GTK_ACCESSIBLE (self->entry), GTK_ACCESSIBLE_STATE_INVALID,
                               text != NULL ? GTK_ACCESSIBLE_INVALID_TRUE : GTK_ACCESSIBLE_INVALID_FALSE, -1);
  if (text != NULL)
    gtk_widget_add_css_class (self->entry, "error");
  else
    gtk_widget_remove_css_class (self->entry, "error");
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
  g_clear_pointer (&search->trace, flow_trace_unref);
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
take (FlowTraceFinder *self, const Search *search, guint8 *found)
{
  /* The trace may have grown in the meantime; then another search is on its way. */
  if (found == NULL || search->outline != self->outline)
    {
      g_free (found);
      return;
    }
  g_free (self->found);
  self->found = found;
  apply (self);
}

static void
searched_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  take (FLOW_TRACE_FINDER (source), g_task_get_task_data (G_TASK (result)),
        g_task_propagate_pointer (G_TASK (result), NULL));
}

/* Attributes of a large trace are in the store alone. */
static gpointer
search_query (FlowTraceReader *reader, gpointer data, GCancellable *cancellable, GError **error)
{
  const Search *search = data;
  g_autoptr (FlowTrace) trace = flow_trace_reader_load (reader, search->outline->trace_id, error);

  return trace != NULL ? flow_span_filter_text_match (search->filter, search->outline, trace, cancellable, error)
                       : NULL;
}

typedef struct
{
  FlowTraceFinder *self;
  Search *search;
} Asked;

static void
asked_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autofree Asked *asked = user_data;
  g_autoptr (FlowTraceFinder) self = asked->self;

  take (self, asked->search, flow_trace_queries_run_finish (FLOW_TRACE_QUERIES (source), result, NULL));
  search_free (asked->search);
}

static void
ask (FlowTraceFinder *self, Search *search)
{
  Asked *asked = g_new0 (Asked, 1);

  asked->self = g_object_ref (self);
  asked->search = search;
  flow_trace_queries_run_async (self->queries, search_query, search, NULL, g_free, self->searching, asked_cb, asked);
}

static void
look (FlowTraceFinder *self, Search *search)
{
  g_autoptr (GTask) task = g_task_new (self, self->searching, searched_cb, NULL);

  g_task_set_source_tag (task, look);
  g_task_set_task_data (task, search, search_free);
  g_task_run_in_thread (task, search_thread);
}

static void
run (FlowTraceFinder *self)
{
  Search *search;

  g_cancellable_cancel (self->searching);
  g_clear_object (&self->searching);
  if (self->outline == NULL || self->filter == NULL || flow_span_filter_text_is_empty (self->filter))
    {
      g_clear_pointer (&self->found, g_free);
      apply (self);
      return;
    }
  search = g_new0 (Search, 1);
  search->filter = flow_span_filter_text_ref (self->filter);
  search->outline = flow_trace_outline_ref (self->outline);
  search->trace = self->trace != NULL ? flow_trace_ref (self->trace) : NULL;
  self->searching = g_cancellable_new ();
  if (self->trace == NULL && self->queries != NULL && flow_span_filter_text_needs_attributes (self->filter))
    ask (self, search);
  else
    look (self, search);
}

static void
changed_cb (FlowTraceFinder *self)
{
  g_autoptr (GError) error = NULL;
  FlowSpanFilterText *filter = flow_span_filter_text_parse (gtk_editable_get_text (GTK_EDITABLE (self->entry)), &error);

  show_problem (self, filter == NULL ? error->message : NULL);
  if (filter == NULL)
    return;
  g_clear_pointer (&self->filter, flow_span_filter_text_unref);
  self->filter = filter;
  self->jump = TRUE;
  run (self);
}

static void
activate_cb (FlowTraceFinder *self)
{
  flow_waterfall_focus_rows (self->waterfall);
}

static void
next_cb (FlowTraceFinder *self)
{
  flow_trace_finder_go (self, 1);
}

static void
previous_cb (FlowTraceFinder *self)
{
  flow_trace_finder_go (self, -1);
}

static void
stop_cb (FlowTraceFinder *self)
{
  flow_trace_finder_clear (self);
  flow_waterfall_focus_rows (self->waterfall);
}

static gboolean
flow_trace_finder_grab_focus (GtkWidget *widget)
{
  return gtk_widget_grab_focus (FLOW_TRACE_FINDER (widget)->entry);
}

static void
flow_trace_finder_dispose (GObject *object)
{
  FlowTraceFinder *self = FLOW_TRACE_FINDER (object);

  g_cancellable_cancel (self->searching);
  g_clear_object (&self->searching);
  g_clear_pointer (&self->box, gtk_widget_unparent);
  g_clear_pointer (&self->outline, flow_trace_outline_unref);
  g_clear_pointer (&self->trace, flow_trace_unref);
  g_clear_pointer (&self->filter, flow_span_filter_text_unref);
  g_clear_pointer (&self->found, g_free);
  g_clear_object (&self->queries);

  G_OBJECT_CLASS (flow_trace_finder_parent_class)->dispose (object);
}

static void
flow_trace_finder_class_init (FlowTraceFinderClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = flow_trace_finder_dispose;
  widget_class->grab_focus = flow_trace_finder_grab_focus;
  gtk_widget_class_set_layout_manager_type (widget_class, GTK_TYPE_BIN_LAYOUT);
  gtk_widget_class_set_template_from_resource (widget_class, "/org/flowscope/FlowScope/traces/flow-trace-finder.ui");
  gtk_widget_class_bind_template_child (widget_class, FlowTraceFinder, box);
  gtk_widget_class_bind_template_child (widget_class, FlowTraceFinder, entry);
  gtk_widget_class_bind_template_child (widget_class, FlowTraceFinder, count);
  gtk_widget_class_bind_template_child (widget_class, FlowTraceFinder, hide);
  gtk_widget_class_bind_template_child (widget_class, FlowTraceFinder, problem);
  gtk_widget_class_bind_template_callback (widget_class, changed_cb);
  gtk_widget_class_bind_template_callback (widget_class, activate_cb);
  gtk_widget_class_bind_template_callback (widget_class, next_cb);
  gtk_widget_class_bind_template_callback (widget_class, previous_cb);
  gtk_widget_class_bind_template_callback (widget_class, stop_cb);
  gtk_widget_class_bind_template_callback (widget_class, apply);
}

static void
flow_trace_finder_init (FlowTraceFinder *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

/**
 * flow_trace_finder_set_waterfall:
 * @self: the finder
 * @waterfall: where it shows what it finds; lives as long as the finder
 */
void
flow_trace_finder_set_waterfall (FlowTraceFinder *self, FlowWaterfall *waterfall)
{
  self->waterfall = waterfall;
}

/**
 * flow_trace_finder_set_queries:
 * @self: the finder
 * @queries: where it looks for attributes of a trace that is too large to be held
 */
void
flow_trace_finder_set_queries (FlowTraceFinder *self, FlowTraceQueries *queries)
{
  g_set_object (&self->queries, queries);
}

/**
 * flow_trace_finder_set_trace:
 * @self: the finder
 * @outline: what the waterfall shows
 * @trace: (nullable): the same with attributes
 *
 * Look in another trace, or in the same one after it grew.
 */
void
flow_trace_finder_set_trace (FlowTraceFinder *self, FlowTraceOutline *outline, FlowTrace *trace)
{
  flow_trace_outline_ref (outline);
  g_clear_pointer (&self->outline, flow_trace_outline_unref);
  self->outline = outline;
  g_clear_pointer (&self->trace, flow_trace_unref);
  self->trace = trace != NULL ? flow_trace_ref (trace) : NULL;
  g_clear_pointer (&self->found, g_free);
  run (self);
}

/**
 * flow_trace_finder_look_for:
 * @self: the finder
 * @text: what to look for
 * @hide: whether to hide the rest
 */
void
flow_trace_finder_look_for (FlowTraceFinder *self, const char *text, gboolean hide)
{
  gtk_toggle_button_set_active (GTK_TOGGLE_BUTTON (self->hide), hide);
  gtk_editable_set_text (GTK_EDITABLE (self->entry), text);
}

/**
 * flow_trace_finder_clear:
 * @self: the finder
 *
 * Look for nothing any more.
 *
 * Returns: whether there was something
 */
gboolean
flow_trace_finder_clear (FlowTraceFinder *self)
{
  if (*gtk_editable_get_text (GTK_EDITABLE (self->entry)) == '\0')
    return FALSE;
  gtk_editable_set_text (GTK_EDITABLE (self->entry), "");
  return TRUE;
}

/**
 * flow_trace_finder_go:
 * @self: the finder
 * @direction: 1 or -1
 *
 * Select the next match, round the end.
 */
void
flow_trace_finder_go (FlowTraceFinder *self, int direction)
{
  guint node = flow_trace_rows_next_match (flow_waterfall_get_rows (self->waterfall),
                                           flow_waterfall_get_selected (self->waterfall), direction);

  if (node != FLOW_OUTLINE_NONE)
    flow_waterfall_select (self->waterfall, node);
  show_count (self);
}

/**
 * flow_trace_finder_selected:
 * @self: the finder
 *
 * Take note that another row is selected.
 */
void
flow_trace_finder_selected (FlowTraceFinder *self)
{
  if (self->found != NULL)
    show_count (self);
}
